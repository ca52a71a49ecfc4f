//! What people write when they mean something else, where a request would get through: ranges the
//! wrong way round, rules that forbid and say nothing of absence, texts that a request looks for,
//! vouchers that take away.

use crate::support::{SHELF, codes, document, read, refusals};
use placet::check::tree::Constant;
use placet::compile::error::TemplateError;
use placet::diag::code::Code;

// Ranges that arguments turn around.

#[test]
fn an_argument_that_turns_a_range_around_is_refused() {
    const WORLD: &str = "vocabulary v 1 { n: int at: time action get }";
    for part in [
        "deny { n: lo..hi }",
        "allow { n: not lo..hi }",
        "deny { n: [7, lo..hi] }",
        "deny { action: get } when n in lo..hi",
        "allow { action: get } unless n in lo..hi",
        "deny { n: 3..hi }",
    ] {
        let text = format!("{WORLD} policy p(lo: int, hi: int) {{ allow {{ n: any }} {part} }}");
        let refusal =
            |lo: i64, hi: i64| refusals(&text, &[("lo", Constant::Int(lo).into()), ("hi", Constant::Int(hi).into())]);
        assert_eq!(refusal(5, 1), [TemplateError::EmptyRange], "{part}");
        assert_eq!(refusal(2, 2), [TemplateError::EmptyRange], "{part}");
        assert_eq!(refusal(1, 5), [], "{part}");
        assert!(refusal(5, 1)[0].help().is_some());
        let document = document(&text);
        assert!(document.fits(&document.templates()[0], &document.expressions()).is_ok(), "some arguments do: {part}");
    }
    let text = format!("{WORLD} policy p(hi: int, lo: int) {{ deny {{ n: lo..hi }} allow {{ n: > lo }} }}");
    let document = document(&text);
    assert!(
        document.fits(&document.templates()[0], &document.expressions()).is_ok(),
        "whatever the order of the parameters is"
    );
    assert_eq!(refusals(&text, &[("hi", Constant::Int(i64::MAX).into()), ("lo", Constant::Int(0).into())]), []);
}

#[test]
fn what_is_empty_where_it_forbids_or_promises_is_an_error() {
    let of = |rule: &str| {
        codes(&format!(
            "vocabulary v 1 {{ n: int s: string optional action get }} let none = [] policy p {{ allow {{ n: 9, s: \"z\" }} {rule} }}"
        ))
    };
    for rule in [
        "deny { n: 5..1 }",
        "deny { n: [3, 5..5] }",
        "deny { s: [] }",
        "deny { s: none }",
        "deny { s: not any }",
        "deny { action: [] }",
        "deny { action: not any }",
        "deny { action: get } when hour(time) in 22..6",
        "deny { action: get } when !(n in not 5..1)",
        "unless: hour(time) in 22..6",
        "deny { s: any } when hour(time) in 22..6",
        "allow { n: not 5..1 }",
        "never { n: 5..1 }",
        "always { n: 5..1 }",
    ] {
        assert_eq!(of(rule), [Code::NeverForbids], "{rule}");
    }
    for rule in ["allow { n: 5..1 }", "allow { s: [] }", "deny { n: not 5..1 }", "allow { action: get } when n in 5..1"]
    {
        assert_eq!(of(rule), [], "it is a warning: {rule}");
    }
}

fn help_of(condition: &str) -> String {
    let document = document(&format!("use http policy p {{ allow {{ path: \"/a\" }} when {condition} }}"));
    let found = document.warnings().iter().find(|found| found.code == Code::NeverMatches);
    found.and_then(|found| found.help.clone()).unwrap_or_default()
}

#[test]
fn the_way_out_of_a_night_is_not_the_day() {
    for (range, wanted) in [
        ("hour(time) in 22..6", "`[22..24, 0..6]`"),
        ("minute(time) in 50..10", "`[50..60, 0..10]`"),
        ("weekday(time) in 6..2", "`[6..8, 1..2]`"),
        ("hour(time) in 22..0", "`22..24`"),
    ] {
        assert!(help_of(range).contains(wanted), "{range}: {}", help_of(range));
        let mended = range.split(" in ").next().unwrap().to_owned() + " in " + wanted.trim_matches('`');
        assert_eq!(help_of(&mended), "", "{mended}");
    }
    assert!(help_of("length(path) in 9..1").contains("smaller end first"));
}

// What forbids, and a request that lacks it.

#[test]
fn false_is_not_true_in_a_rule_that_forbids() {
    let of = |rule: &str| {
        let found = codes(&format!(
            "vocabulary v 1 {{ mfa: bool optional ok: bool action get }} let no = false policy p(x: bool) {{ allow {{ action: get }} {rule} }}"
        ));
        found.into_iter().filter(|code| *code != Code::Unused).collect::<Vec<_>>()
    };
    for rule in
        ["deny { mfa: false }", "deny { mfa: no }", "deny { mfa: == false }", "never { mfa: false }", "deny { mfa: x }"]
    {
        assert_eq!(of(rule), [Code::UnsaidAbsence], "{rule}");
    }
    for rule in [
        "deny { mfa: [false, absent] }",
        "deny { mfa: not [true, absent] }",
        "deny { mfa: true }",
        "deny { mfa: [x, absent] }",
        "deny { mfa: any } when mfa == x",
        "deny { ok: x }",
        "deny { ok: false }",
        "allow { mfa: false }",
        "deny { action: get } when has mfa && !mfa",
    ] {
        assert_eq!(of(rule), [], "{rule}");
    }
}

/// `has` says as much as `absent` does: the request without a value is not forbidden.
#[test]
fn a_rule_that_forbids_may_ask_for_the_value_in_its_condition() {
    let of = |rule: &str| {
        codes(&format!(
            "vocabulary v 1 {{ s: string optional ok: bool optional l: labels optional action get }} \
             policy p {{ allow {{ action: get }} {rule} }}"
        ))
    };
    for rule in [
        "deny { s: not \"a\" } when has s",
        "deny { s: != \"a\" } when has s && hour(time) == 3",
        "deny { s: not \"a\" } unless !has s",
        "deny { ok: false } when has ok",
        "never { s: not \"a\" } when has s",
        "deny { l: { a: not \"x\" } } when has l[\"a\"]",
    ] {
        assert_eq!(of(rule), [], "{rule}");
    }
    for rule in [
        "deny { s: not \"a\" } when has ok",
        "deny { s: not \"a\" } unless has s",
        "deny { s: not \"a\" } when has s || hour(time) == 3",
        "deny { l: { a: not \"x\" } } when has l",
        "deny { l: { a: not \"x\" } } when has l[\"b\"]",
    ] {
        assert_eq!(of(rule), [Code::UnsaidAbsence], "{rule}");
    }
}

/// Who follows the help of an error must not be left with a rule that lets absent values through
/// unsaid: `deny { ip: any } unless ip in …` forbids nothing to whoever has no address.
#[test]
fn the_help_for_an_absent_value_opens_no_rule_that_forbids() {
    let help = |rule: &str| {
        let report = read(&format!("use http policy p {{ allow {{ path: \"/**\" }} {rule} }}")).unwrap_err();
        let found: Vec<_> = report.diagnostics.iter().filter(|found| found.code == Code::Unguarded).collect();
        assert_eq!(found.len(), 1, "{rule}");
        found[0].help.clone().expect("it says what to do")
    };
    let asked = "write `has ip && …` before it";
    let both = "write `!has ip || …` before it if that request is meant too, or `has ip && …` if it is not";
    assert_eq!(help("deny { action: PUT } unless ip in \"10.0.0.0/8\""), asked);
    assert_eq!(help("deny { action: PUT } when ip in \"10.0.0.0/8\""), both);
    assert_eq!(help("deny { action: PUT } when !(ip in \"10.0.0.0/8\")"), asked);
    assert_eq!(help("allow { action: PUT } when ip in \"10.0.0.0/8\""), asked);
    assert_eq!(help("allow { action: PUT } unless ip in \"10.0.0.0/8\""), both);
}

fn warned(text: &str, code: Code) -> bool {
    document(text).warnings().iter().any(|found| found.code == code)
}

#[test]
fn a_least_value_says_what_becomes_of_a_request_without_one() {
    let of = |rule: &str| {
        let text = "vocabulary v 1 { level: int optional n: int action get } let low = < 3";
        warned(&format!("{text} policy p {{ allow {{ action: get }} {rule} }}"), Code::UnsaidOrder)
    };
    for rule in ["deny { level: < 3 }", "deny { level: low }", "deny { level: [7, <= 3] }", "deny { level: 0..3 }"] {
        assert!(of(rule), "{rule}");
    }
    for rule in [
        "deny { level: [< 3, absent] }",
        "deny { level: < 3 } when has level",
        "deny { level: > 3 }",
        "deny { n: < 3 }",
        "allow { level: < 3 }",
        "never { level: < 3 }",
    ] {
        assert!(!of(rule), "{rule}");
    }
}

// Texts that a request brings, looked for in others.

const DRIVE: &str =
    "vocabulary drive 1 { owner: string object: string team: string optional headers: labels action get }";

#[test]
fn what_a_request_looks_for_is_not_empty() {
    let of = |rule: &str| codes(&format!("{DRIVE} policy p {{ {rule} }}"));
    for rule in [
        "allow { action: get } when starts_with(object, owner)",
        "allow { action: get } when ends_with(object, owner)",
        "allow { action: get } when contains(object, owner)",
        "allow { action: get } when starts_with(\"user/42/\", object)",
        "allow { team: any } when contains(object, team)",
        "allow { owner: not glob \"?*\" } when contains(object, owner)",
        "allow { headers: { a: any } } when contains(object, headers[\"a\"])",
        "allow { action: get } when length(owner) > 0 || contains(object, owner)",
        "allow { action: get } when length(owner) < 5 && contains(object, owner)",
        "allow { action: get } deny { action: get } unless contains(object, owner)",
    ] {
        assert_eq!(of(rule), [Code::EmptyNeedle], "{rule}");
    }
    let by_argument = "allow { action: get } when length(owner) > x && contains(object, owner)";
    assert_eq!(codes(&format!("{DRIVE} policy p(x: int) {{ {by_argument} }}")), [Code::EmptyNeedle]);
    for rule in [
        "allow { action: get } when length(owner) > 0 && contains(object, owner)",
        "allow { action: get } when 1 <= length(owner) && contains(object, owner)",
        "allow { action: get } when length(owner) != 0 && contains(object, owner)",
        "allow { action: get } when !(length(owner) == 0) && contains(object, owner)",
        "allow { action: get } when owner != \"\" && contains(object, owner)",
        "allow { action: get } when ends_with(owner, \"/\") && starts_with(object, owner)",
        "allow { owner: not \"\" } when contains(object, owner)",
        "allow { owner: prefix \"u\" } when contains(object, owner)",
        "allow { owner: [glob \"?*\", \"root\"] } when contains(object, owner)",
        "allow { action: get } when owner in glob \"*-team\" && contains(object, owner)",
        "allow { headers: { a: suffix \"/\" } } when starts_with(object, headers[\"a\"])",
        "allow { action: get } when !contains(object, owner)",
        "allow { action: get } deny { action: get } when contains(object, owner)",
        "allow { action: get } when starts_with(object, \"a\")",
    ] {
        assert_eq!(of(rule), [], "{rule}");
    }
}

#[test]
fn an_attribute_that_begins_another_has_an_end() {
    let of = |condition: &str| {
        warned(&format!("{DRIVE} policy p {{ allow {{ action: get }} when {condition} }}"), Code::NoBoundary)
    };
    assert!(of("length(owner) > 0 && starts_with(object, owner)"));
    assert!(of("length(owner) > 0 && ends_with(object, owner)"));
    assert!(of("ends_with(owner, \"n\") && starts_with(object, owner)"));
    assert!(!of("ends_with(owner, \"/\") && starts_with(object, owner)"));
    assert!(!of("starts_with(owner, \".\") && ends_with(object, owner)"));
    assert!(!of("length(owner) > 0 && contains(object, owner)"));
}

#[test]
fn arguments_the_wrong_way_round_are_warned_about() {
    let of = |condition: &str| {
        let text = format!("{DRIVE} policy p(x: string) {{ allow {{ action: get }} when {condition} && x == x }}");
        warned(&text, Code::TurnedArguments)
    };
    assert!(of("length(object) > 0 && starts_with(\"user/42/\", object)"));
    assert!(of("length(object) > 0 && contains(x, object)"));
    assert!(!of("starts_with(object, \"user/42/\")") && !of("contains(object, x)"));
    let report =
        read(&format!("{DRIVE} policy p {{ allow {{ action: get }} when starts_with(\"u/\", object) }}")).unwrap_err();
    assert!(report.diagnostics[0].help.as_deref().is_some_and(|help| help.contains("`starts_with(object, \"u/\")`")));
}

#[test]
fn two_arguments_side_by_side_are_warned_about() {
    let of = |pattern: &str, types: [&str; 2]| {
        let [a, b] = types;
        let text = format!("{SHELF} policy p(a: {a}, b: {b}) {{ allow {{ {pattern} }} }}");
        warned(&text, Code::NoBoundary)
    };
    for pattern in [
        "name: \"{a}{b}\"",
        "name: prefix \"{a}{b}/\"",
        "name: glob \"{a}{b}/*\"",
        "name: ~\"{a}{b}\"",
        "folder: \"/{a}{b}/**\"",
    ] {
        assert!(of(pattern, ["string", "int"]), "{pattern}");
        assert!(!of(pattern, ["string", "uuid"]), "{pattern}");
        assert!(!of(&pattern.replace("}{", "}-{"), ["string", "int"]), "{pattern}");
    }
}

#[test]
fn a_voucher_or_an_approval_takes_nothing_away() {
    let key = "placet_public_oJql9HpnWYAv-VX43C0qFKXJnSO-l_hkEn_5ODRVpPCobo-4";
    let of = |rule: &str| codes(&format!("use http policy p {{ {} }}", rule.replace("K", &format!("(\"{key}\")"))));
    let approved = |rule: &str| {
        let rule = rule.replace("vouchedK", &format!("approved(1, [\"{key}\"])"));
        codes(&format!("use http policy p {{ {rule} }}"))
    };
    for rule in [
        "allow { path: \"/a\" } deny { action: GET } when vouchedK",
        "allow { path: \"/a\" } unless vouchedK",
        "allow { path: \"/a\" } when !vouchedK",
        "allow { path: \"/a\" } unless: vouchedK",
    ] {
        assert_eq!(of(rule), [Code::VouchedForbids], "{rule}");
        assert_eq!(approved(rule), [Code::VouchedForbids], "{rule}");
    }
    for rule in [
        "allow { path: \"/a\" } when vouchedK",
        "allow { path: \"/a\" } deny { action: GET } unless vouchedK",
        "allow { path: \"/a\" } deny { action: GET } when !vouchedK",
        "allow { path: \"/a\" } never { action: GET } when vouchedK",
    ] {
        assert_eq!(of(rule), [], "{rule}");
        assert_eq!(approved(rule), [], "{rule}");
    }
}

#[test]
fn a_pattern_of_no_text_is_any() {
    let of = |pattern: &str| warned(&format!("{SHELF} policy p {{ allow {{ {pattern} }} }}"), Code::AlwaysTrue);
    for pattern in [
        "name: prefix \"\"",
        "name: suffix \"\"",
        "name: glob \"*\"",
        "name: glob \"**\"",
        "name: ~\".*\"",
        "blob: prefix x\"\"",
    ] {
        assert!(of(pattern), "{pattern}");
    }
    for pattern in ["name: prefix \"a\"", "name: glob \"\"", "name: glob \"?*\"", "folder: \"/**\"", "name: \"\""] {
        assert!(!of(pattern), "{pattern}");
    }
}

#[test]
fn a_count_is_never_less_than_nothing() {
    let of = |condition: &str| {
        let text = format!("use gateway policy p {{ allow {{ action: GetObject }} when {condition} }}");
        document(&text).warnings().iter().map(|found| found.code).collect::<Vec<_>>()
    };
    for condition in ["size(groups) < 0", "0 > size(groups)", "size(groups) == -1", "size(groups) in [-2, -1]"] {
        assert_eq!(of(condition), [Code::AlwaysFalse], "{condition}");
    }
    for condition in ["size(groups) >= 0", "size(groups) != -1", "size(groups) > -1"] {
        assert_eq!(of(condition), [Code::AlwaysTrue], "{condition}");
    }
    for condition in ["size(groups) > 0", "size(groups) == 0", "size(groups) <= 5"] {
        assert_eq!(of(condition), [], "{condition}");
    }
}

#[test]
fn what_every_request_matches_and_what_none_does_is_warned_about() {
    let http = |rule: &str| format!("use http policy p {{ {rule} }}");
    assert!(warned(&http("allow { subject: [any, absent] }"), Code::AlwaysTrue));
    assert!(warned(&http("allow { subject: [absent, not absent] }"), Code::AlwaysTrue));
    assert!(!warned(&http("allow { subject: [\"a\", absent] }"), Code::AlwaysTrue));
    assert!(warned(
        "use http policy p { allow { time: [< 2027-01-01T00:00:00Z, >= 2027-01-01T00:00:00Z] } }",
        Code::AlwaysTrue
    ));
    let gap = "use http policy p { allow { time: [< 2027-01-01T00:00:00Z, > 2027-01-01T00:00:00Z] } }";
    assert!(!warned(gap, Code::AlwaysTrue));
    let networks = |other: &str| http(&format!("allow {{ ip: \"10.0.0.0/8\" }} when ip in \"{other}\""));
    assert!(warned(&networks("192.168.0.0/16"), Code::AlwaysFalse) && warned(&networks("::/0"), Code::AlwaysFalse));
    assert!(!warned(&networks("10.1.0.0/16"), Code::AlwaysFalse) && !warned(&networks("0.0.0.0/0"), Code::AlwaysFalse));
}

#[test]
fn the_way_out_of_a_network_is_one_of_the_family_that_is_meant() {
    let help = |network: &str| {
        let report = read(&format!("use http policy p {{ allow {{ ip: \"{network}\" }} }}")).unwrap_err();
        report.diagnostics[0].help.clone().unwrap()
    };
    assert!(help("::ffff:0:0/95").contains("`0.0.0.0/0`"), "{}", help("::ffff:0:0/95"));
    assert!(!help("::00000/0").contains("leading zeros") && !help("00001::/16").contains("leading zeros"));
    for leading in ["::ffff:010.0.0.1/128", "10.0.0.0/08", "::/00"] {
        assert!(help(leading).contains("leading zeros"), "{leading}");
    }
}
