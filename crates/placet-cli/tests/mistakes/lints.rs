//! What a tired person writes, and is told of.

use crate::support::{document, read};
use placet::diag::Diagnostic;
use placet::diag::code::Code;

fn warnings(text: &str) -> Vec<Diagnostic> {
    document(text).warnings().to_vec()
}

/// The codes of the warnings, each with what it underlines.
fn found(text: &str) -> Vec<(Code, &str)> {
    let underlined = |found: &Diagnostic| &text[found.at.start..found.at.end];
    document(text).warnings().iter().map(|found| (found.code, underlined(found))).collect()
}

fn in_condition(condition: &str) -> Vec<Code> {
    let text = format!(
        "use http\npolicy p(user: string) {{ allow {{ subject: user }} deny {{ host: any, ip: any }} when {condition} }}"
    );
    warnings(&text).iter().map(|found| found.code).collect()
}

#[test]
fn a_number_without_unit_is_warned_about_where_it_is_hardly_meant() {
    let token = |times: &str| format!("use http\nlet hour = 3600\ntoken t {{ allow {{ path: \"/a\" }} {times} }}");
    for (times, underlined) in [
        ("ttl: 3600", "3600"),
        ("ttl: hour", "hour"),
        ("ttl: 59999", "59999"),
        ("ttl: 86400", "86400"),
        ("ttl: 604800", "604800"),
        ("ttl: 2592000", "2592000"),
        ("ttl: 31536000", "31536000"),
        ("expiry: 1798761600", "1798761600"),
        ("ttl: 1h issuance: 1798761600", "1798761600"),
        ("ttl: 1h not_before: 0", "0"),
    ] {
        let text = token(times);
        let found = found(&text);
        assert!(found.iter().any(|(code, _)| *code == Code::NoUnit), "{times}: {found:?}");
        let is_here = |(code, at): &(Code, &str)| *code != Code::NoUnit || *at == underlined || *at == "3600";
        assert!(found.iter().all(is_here), "{times}: {found:?}");
    }
    for right in [
        "ttl: 3600s",
        "ttl: 30ms",
        "ttl: 60000",
        "ttl: 90000",
        "ttl: 1800000",
        "ttl: 86400000",
        "ttl: 31536000000",
        "ttl: 3600000",
        "expiry: 1798761600000",
        "expiry: 1990-01-01T00:00:00Z",
    ] {
        assert!(!found(&token(right)).iter().any(|(code, _)| *code == Code::NoUnit), "{right}");
    }
    let restriction = "use http\nrestriction r { only { path: \"/a\" } ttl: 3600 }";
    assert_eq!(found(restriction), [(Code::NoUnit, "3600")]);
    let message = &warnings(restriction)[0];
    assert!(message.help.as_ref().is_some_and(|help| help.contains("`3600s`")), "{message:?}");
}

#[test]
fn a_token_that_lives_for_decades_is_warned_about() {
    let codes = |times: &str| {
        let text = format!("use http\ntoken t {{ allow {{ path: \"/a\" }} {times} }}");
        warnings(&text).iter().map(|found| found.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("ttl: 36500d"), [Code::LongLived]);
    assert_eq!(codes("ttl: 7301d"), [Code::LongLived]);
    assert_eq!(codes("ttl: 3650d"), []);
}

#[test]
fn a_wildcard_of_another_language_is_warned_about_where_it_is_only_text() {
    let store = |rule: &str| {
        format!(
            "vocabulary v 1 {{ key: string path: path tags: labels optional action get }}\npolicy p(id: string) {{ allow {{ key: id }} deny {{ {rule} }} }}"
        )
    };
    for (rule, underlined) in [
        ("key: \"secret/*\"", "\"secret/*\""),
        ("key: [\"a\", \"{id}*\"]", "\"{id}*\""),
        ("key: prefix \"secret/*\"", "prefix \"secret/*\""),
        ("key: \"users/:id\"", "\"users/:id\""),
        ("key: \"users/<user-id>\"", "\"users/<user-id>\""),
        ("key: \"shard-[0-9]\"", "\"shard-[0-9]\""),
        ("key: glob \"shard-[^a-z]*\"", "glob \"shard-[^a-z]*\""),
        ("path: \"/users/:id/x\"", "\"/users/:id/x\""),
        ("path: \"/users/<id>/*\"", "\"/users/<id>/*\""),
        ("path: \"/shard-[0-9]/**\"", "\"/shard-[0-9]/**\""),
        ("tags: { dc: \"eu-*\" }", "\"eu-*\""),
        ("tags: { \"x-*\": any }", "\"x-*\""),
        ("key: glob \"[ab]*\"", "glob \"[ab]*\""),
        ("key: glob \"*.{jpg,png}\"", "glob \"*.{jpg,png}\""),
        ("key: \"^a.b$\"", "\"^a.b$\""),
        ("action: any } when key == \"secret/*\" deny { key: id", "\"secret/*\""),
        ("action: any } when key in [\"a\", \"secret/*\"] deny { key: id", "\"secret/*\""),
    ] {
        let text = store(rule);
        let found = found(&text);
        assert!(found.contains(&(Code::OnlyText, underlined)), "{rule}: {found:?}");
    }
    for right in [
        "key: == \"secret/*\"",
        "key: glob \"secret/*\"",
        "key: glob \"shard-\\\\[0-9]*\"",
        "key: ~\"shard-[0-9]\"",
        "key: \"users/{id}\"",
        "key: \"time 12:30\"",
        "key: \"a:b/c:d\"",
        "key: \"[::1]\"",
        "key: \"[ab]\"",
        "key: \"^\"",
        "key: glob \"\\\\[ab]*\"",
        "key: glob \"\\{a,b}*\"",
        "key: \"a < b > c\"",
        "path: \"/a/*/b*/**\"",
        "path: \"/users/%3Aid\"",
        "path: \"/a:b/c\"",
        "action: any } when key in == \"secret/*\" deny { key: id",
    ] {
        let text = store(right);
        let found = found(&text);
        assert!(!found.iter().any(|(code, _)| *code == Code::OnlyText), "{right}: {found:?}");
    }
}

#[test]
fn an_hour_that_no_clock_shows_is_warned_about() {
    for wrong in [
        "weekday(time) == 0",
        "0 == weekday(time)",
        "weekday(time) != 8",
        "weekday(time) in 0..5",
        "weekday(time) in [7, 0]",
        "hour(time) == 24",
        "hour(time) in 24..30",
        "hour(time) in 20..25",
        "hour(time) <= 24",
        "hour(time) > 23",
        "25 > hour(time)",
        "minute(time) == 60",
        "!(minute(time) in not 60)",
        "hour(time - 2h) == -1",
    ] {
        assert!(in_condition(wrong).contains(&Code::OffClock), "{wrong}: {:?}", in_condition(wrong));
    }
    for right in [
        "weekday(time) in 1..6",
        "weekday(time) in 1..8",
        "weekday(time) > 5",
        "hour(time) in [18..24, 0..8]",
        "hour(time) < 24",
        "24 > hour(time)",
        "hour(time) >= 8",
        "minute(time) in 0..60",
        "minute(time) == 59",
        "length(host) == 60",
    ] {
        assert!(in_condition(right).is_empty(), "{right}: {:?}", in_condition(right));
    }
}

#[test]
fn a_condition_that_is_always_the_same_is_warned_about() {
    for (wrong, code) in [
        ("false", Code::AlwaysFalse),
        ("true", Code::AlwaysTrue),
        ("host == \"a\" || true", Code::AlwaysTrue),
        ("time != time", Code::AlwaysFalse),
        ("time <= time", Code::AlwaysTrue),
        ("1 == 2", Code::AlwaysFalse),
        ("3 in 1..5", Code::AlwaysTrue),
        ("host == \"a\" && host == \"b\"", Code::AlwaysFalse),
        ("host in [\"a\", \"b\"] && host != \"a\" && host in [\"a\", \"c\"]", Code::AlwaysFalse),
        ("host == \"ab\" && host in prefix \"b\"", Code::AlwaysFalse),
        ("host != \"a\" || host != \"b\"", Code::AlwaysTrue),
        ("hour(time) < 8 && hour(time) > 18", Code::AlwaysFalse),
        ("hour(time) >= 8 || hour(time) <= 18", Code::AlwaysTrue),
        ("has subject && !has subject", Code::AlwaysFalse),
        ("!(host == \"a\" && host == \"b\")", Code::AlwaysFalse),
        ("host in [not \"a\", not \"b\"]", Code::AlwaysTrue),
        ("host in [not \"a\", prefix \"a\"]", Code::AlwaysTrue),
        ("has headers[\"a\"] && headers[\"a\"] == \"1\" && headers[\"a\"] == \"2\"", Code::AlwaysFalse),
    ] {
        assert!(in_condition(wrong).contains(&code), "{wrong}: {:?}", in_condition(wrong));
    }
    for right in [
        "host == \"a\" || host == \"b\"",
        "host != \"a\" && host != \"b\"",
        "host in [not \"a\", \"b\"]",
        "host in not [\"a\", \"b\"]",
        "host == user && host == \"b\"",
        "host == \"ab\" && host in prefix \"a\"",
        "host == \"a\" && (!has subject || subject == \"b\")",
        "!has subject || subject != \"a\"",
        "hour(time) >= 8 && hour(time) < 18",
        "hour(time) < 8 || hour(time) >= 18",
        "has headers[\"a\"] && has headers[\"b\"] && headers[\"a\"] == \"1\" && headers[\"b\"] == \"2\"",
        "time < token.expiry && token.issuance < token.expiry",
    ] {
        assert!(in_condition(right).is_empty(), "{right}: {:?}", in_condition(right));
    }
    for (rule, is_wrong) in [
        ("deny { host: \"a\" } when host == \"b\"", true),
        ("deny { host: [\"a\", \"c\"] } when time > 2027-01-01T00:00:00Z && host in not [\"a\", \"c\"]", true),
        ("deny { host: \"a\" } unless has host", true),
        ("deny { path: \"/a\" } unless true", false),
        ("deny { headers: { \"x-a\": \"1\" } } when headers[\"x-a\"] == \"2\"", true),
        ("deny { time: < 2027-01-01T00:00:00Z } when time > 2028-01-01T00:00:00Z", true),
        ("deny { host: [\"a\", \"b\"] } when host != \"a\" && host != \"b\"", true),
        ("deny { host: any } when host == \"a\" unless host in prefix \"a\"", true),
        ("deny { host: any } when host == \"a\" unless host in prefix \"ab\"", false),
        ("deny { host: [\"a\", \"b\"] } when host == \"b\"", false),
        ("deny { host: \"a\" } unless host == \"b\"", false),
        ("deny { host: [\"a\", absent] } when has host", false),
        ("deny { host: prefix \"a\" } when host != \"ab\"", false),
    ] {
        let text = format!("use http\npolicy p {{ allow {{ path: \"/**\" }} {rule} }}");
        let never = warnings(&text)
            .iter()
            .any(|found| found.code == Code::AlwaysFalse && found.message.contains("never matches"));
        assert_eq!(never, is_wrong, "{rule}: {:?}", warnings(&text));
    }
}

#[test]
fn a_token_that_can_never_be_valid_is_warned_about() {
    let token = |times: &str| format!("use http\ntoken t {{ allow {{ path: \"/a\" }} {times} }}");
    let late = "issuance: 2027-01-01T00:00:00Z ttl: 1h not_before: 2027-01-01T01:00:00Z";
    let text = token(late);
    assert_eq!(found(&text), [(Code::NeverValid, "2027-01-01T01:00:00Z")]);
    assert!(found(&token(&late.replace("ttl: 1h", "ttl: 61m"))).is_empty());
}

#[test]
fn nothing_is_said_of_the_example_policies() {
    for file in std::fs::read_dir("../../policies").unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "placet") {
            let document = read(&std::fs::read_to_string(&file).unwrap()).unwrap();
            assert!(document.warnings().is_empty(), "{}: {:?}", file.display(), document.warnings());
        }
    }
}

// One level of paths.

#[test]
fn a_deny_of_one_level_beside_an_allow_of_all_is_warned_about() {
    let of = |rules: &str| {
        let document = document(&format!("use http let one = \"/users/*\" policy p {{ {rules} }}"));
        document.warnings().iter().filter(|found| found.code == Code::OneLevel).count()
    };
    for rules in [
        "allow { path: \"/**\" } deny { path: \"/admin/*\" }",
        "allow { path: \"/**\" } deny { path: \"/admin\" }",
        "allow { action: GET } deny { path: \"/admin/*\" }",
        "allow { path: \"/a/**\" } deny { action: PUT, path: [\"/a/b/*\", \"/c\"] }",
        "allow { path: \"/**\" } deny { path: [\"/admin/*\", \"/admin/a/**\"] }",
        "allow { path: \"/**\" } deny { path: [\"/admin/*\", == \"/admin/a/b\"] }",
        "} restriction r { deny { path: \"/admin/*\" }",
    ] {
        assert_eq!(of(rules), 1, "{rules}");
    }
    for rules in [
        "allow { path: \"/**\" } deny { path: \"/admin/**\" }",
        "allow { path: \"/**\" } deny { path: == \"/admin\" }",
        "allow { path: \"/**\" } deny { path: \"/a.html\" }",
        "allow { path: \"/**\" } deny { action: PUT, path: \"/admin\" }",
        "allow { path: \"/**\" } deny { path: any } when path in \"/admin/*\"",
        "allow { path: \"/**\" } deny { path: [\"/admin\", \"/admin/**\"] }",
        "allow { path: \"/**\" } deny { path: \"/admin/*\" } deny { path: \"/admin/**\" }",
        "allow { path: \"/**\" } deny { path: [\"/admin/*\", \"/admin/*/**\"] }",
        "allow { path: \"/**\" } deny { path: \"/admin/*\" } deny { path: \"/admin/*/*/**\" }",
        "allow { path: \"/**\" } deny { path: \"/admin\" } deny { path: \"/admin/*/**\" }",
        "allow { path: \"/**\" } deny { action: DELETE, path: one }",
        "allow { path: \"/v1/**\" } deny { path: \"/admin/*\" }",
        "} restriction r { only { path: \"/v1/**\" } deny { path: \"/admin/*\" }",
    ] {
        assert_eq!(of(rules), 0, "{rules}");
    }
    let many: String = (0..2_000).map(|number| format!("deny {{ path: \"/{number}/**\" }} ")).collect();
    assert_eq!(of(&format!("allow {{ path: \"/**\" }} {many} deny {{ path: \"/x/*\" }}")), 1, "one of many rules");
}

#[test]
fn the_last_hour_minute_or_day_is_not_left_out_unseen() {
    let of = |condition: &str| {
        let document = document(&format!("use http policy p {{ allow {{ path: \"/a\" }} when {condition} }}"));
        document.warnings().iter().map(|found| found.code).collect::<Vec<_>>()
    };
    for condition in ["hour(time) in 0..23", "minute(time) in 0..59", "weekday(time) in 1..7"] {
        assert_eq!(of(condition), [Code::LastLeftOut], "{condition}");
    }
    for condition in ["hour(time) in 0..24", "hour(time) < 23", "hour(time) in 1..23", "weekday(time) in 1..6"] {
        assert_eq!(of(condition), [], "{condition}");
    }
    let document = document("use http policy p { allow { path: \"/a\" } when hour(time) > 23 }");
    let said = &document.warnings()[0].message;
    assert_eq!(said, "an hour is from 0 to 23, and this tests for more than 23");
}
