//! Mistakes in conditions and about the bearer: message, help and underlined text together.

use crate::check_support;

use check_support::{check, http};

#[test]
fn an_optional_attribute_is_guarded_before_it_is_read() {
    http("allow { action: GET } when subject != \"guest\"").says(
        "E0404",
        "subject",
        "`subject` is optional, and a request may lack it",
        "write `has subject && …` before it",
    );
    http("allow { action: GET } when headers[\"x\"] == \"1\"").says(
        "E0404",
        "headers[\"x\"]",
        "`headers[\"x\"]` is not present in every request",
        "write `has headers[\"x\"] && …` before it",
    );
    for good in [
        "when has subject && subject != \"guest\"",
        "when !has subject || subject != \"guest\"",
        "when !(!has subject || subject == \"guest\")",
        "when has subject unless subject == \"guest\"",
        "when has headers[\"x\"] && headers[\"x\"] in [\"1\", \"2\"]",
    ] {
        http(&format!("allow {{ action: GET }} {good}")).is_good();
    }
    for bad in ["when has subject || subject != \"guest\"", "when subject != \"guest\" && has subject"] {
        http(&format!("allow {{ action: GET }} {bad}")).finds(&[("E0404", "subject")]);
    }
    // All at once, each once, and none after another mistake, which may be the guard.
    http("allow { action: GET } when subject != \"a\" && host == \"b\" || hour(time) > 6 && headers[\"x\"] == subject")
        .finds(&[("E0404", "subject"), ("E0404", "host"), ("E0404", "headers[\"x\"]")]);
    http("allow { action: GET } when subject != \"a\" unless host == subject")
        .finds(&[("E0404", "subject"), ("E0404", "host")]);
    http("allow { action: GET } when has sbject && subject != \"a\"").finds(&[("E0206", "sbject")]);
    http("allow { subject: not \"guest\" } when subject != \"root\"").is_good();
    http("allow { subject: [\"a\", absent] } when subject != \"root\"").finds(&[("E0404", "subject")]);
    http("allow { headers: { x: any, y: absent } } when headers[\"x\"] == \"1\"").is_good();
    http("allow { headers: { x: any, y: absent } } when headers[\"y\"] == \"1\"").finds(&[("E0404", "headers[\"y\"]")]);
}

#[test]
fn what_either_side_makes_sure_of_is_there_and_what_one_side_does_is_not() {
    let says = |condition: &str| {
        let declared = "vocabulary v 1 { a: string optional b: string optional m: labels optional action get }";
        check(&format!("{declared}\npolicy p {{ allow {{ action: get }} when {condition} }}"))
    };
    for good in [
        "(has a || has a && has b) && a == \"1\"",
        "(has a && has b) && b == \"1\"",
        "!(!has a || !has b) && b == \"1\"",
        "!(!has a && !has a) && a == \"1\"",
        "(has m[\"x\"] || has m[\"x\"] && has a) && m[\"x\"] == \"1\"",
    ] {
        says(good).is_good();
    }
    for (bad, underlined) in [
        ("(has a || has b) && a == \"1\"", "a"),
        ("!(!has a && !has b) && b == \"1\"", "b"),
        ("(has m[\"x\"] || has m[\"y\"]) && m[\"x\"] == \"1\"", "m[\"x\"]"),
    ] {
        says(bad).finds(&[("E0404", underlined)]);
    }
}

#[test]
fn conditions_are_typed() {
    http("allow { action: GET } when hour(time)").says(
        "E0401",
        "hour(time)",
        "a condition is true or false, and `hour` is an int",
        "compare it: `hour(…) == 1`",
    );
    http("allow { action: GET } when time < 8").says(
        "E0402",
        "8",
        "a time is compared with an int",
        "both sides must be of one type",
    );
    http("allow { action: GET } when path < \"/m\"").says(
        "E0403",
        "path < \"/m\"",
        "`<` compares ints, times and durations, not a path",
        "use `==`, `!=` or `in` with a pattern",
    );
    http("allow { action: GET } when time + 5 < time").finds(&[("E0402", "time + 5")]);
    http("allow { action: GET } when 9223372036854775807 + 1 > 0").says(
        "E0405",
        "9223372036854775807 + 1",
        "this is more than 64 bits can hold",
        "write smaller numbers",
    );
    http("allow { action: GET } when headers == \"x\"").finds(&[("E0407", "headers")]);
    http("allow { action: GET } when starts_with(path, \"/a\")").says(
        "E0406",
        "path",
        "`starts_with` takes strings and bytes, found a path",
        "write `… in \"/v1/**\"`, which respects the segments of a path",
    );
    http("allow { action: GET } when vouched(\"placet_public_AAAA\")").finds(&[("E0409", "\"placet_public_AAAA\"")]);
    let keys = |list: &str| http(&format!("allow {{ action: GET }} when approved({list})"));
    keys("2, [\"placet_public_AAAA\"]").finds(&[("E0409", "\"placet_public_AAAA\"")]);
    keys("1, 7").finds(&[("E0409", "7")]);
    keys("1, nobody").finds(&[("E0205", "nobody")]);
    keys(&format!("2, [\"{KEY}\"]")).finds(&[("E0406", &format!("approved(2, [\"{KEY}\"])"))]);
    keys(&format!("0, [\"{KEY}\"]")).finds(&[("E0406", "0")]);
    keys(&format!("1, [\"{KEY}\", \"{KEY}\"]")).finds(&[("E0204", &format!("\"{KEY}\""))]);
    keys(&format!("1, [\"{KEY}\"]")).is_good();
    http(&format!("allow {{ path: \"/a\" }} deny {{ action: GET }} when approved(1, [\"{KEY}\"])"))
        .finds(&[("E0417", &format!("approved(1, [\"{KEY}\"])"))]);
    http("allow { action: GET } when [1, 2]").finds(&[("E0101", "[")]);
    http("allow { action: GET } when hour([1, 2]) == 1").finds(&[("E0407", "[1, 2]")]);
    http("allow { action: GET } when token.owner == \"me\"").finds(&[("E0404", "token.owner")]);
    http("allow { action: GET } when token.expiry - time < 5m && weekday(time) in [1, 2..6]").is_good();
    http("allow { action: GET } when length(path) < 100").is_good();
    http("allow { action: GET } when length(time) < 9").finds(&[("E0406", "time")]);
}

#[test]
fn a_zone_is_a_name_that_the_data_have() {
    for zone in ["Europe/Zurich", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "UTC", "+02:00", "-09:30"] {
        http(&format!("allow {{ action: GET }} when hour(time, \"{zone}\") in 8..18")).is_good();
    }
    for (zone, help) in [
        ("Europe/Zuerich", "did you mean `Europe/Zurich`?"),
        ("europe/zurich", "did you mean `Europe/Zurich`?"),
        ("Zurich", "did you mean `Europe/Zurich`?"),
        ("kolkata", "did you mean `Asia/Kolkata`?"),
        ("CEST", "did you mean `CET`?"),
        ("+2", "use a name of the IANA database, such as `Europe/Zurich`, or an offset such as `+02:00`"),
        ("+19:00", "use a name of the IANA database, such as `Europe/Zurich`, or an offset such as `+02:00`"),
    ] {
        http(&format!("allow {{ action: GET }} when hour(time, \"{zone}\") in 8..18")).says(
            "E0216",
            &format!("\"{zone}\""),
            &format!("there is no time zone `{zone}`"),
            help,
        );
    }
    http("allow { action: GET } when hour(time, host) == 1").finds(&[("E0216", "host")]);
    http("allow { action: GET } when hour(time, \"UTC\") == 24").finds(&[("W0120", "hour(time, \"UTC\") == 24")]);
}

#[test]
fn a_claim_is_asked_for_before_it_is_read() {
    for good in [
        "has token.owner && host == token.owner",
        "host == \"a\" || has token.owner && token.owner in [\"a\", prefix \"b\"]",
        "has token.labels[\"dc\"] && token.labels[\"dc\"] == \"eu\"",
        "has token.id && token.id != \"7\"",
    ] {
        http(&format!("allow {{ host: any }} when {good}")).is_good();
    }
    for (wrong, at) in [
        ("host == token.owner", "token.owner"),
        ("has token.owner || host == token.owner", "token.owner"),
        ("!has token.owner && host == token.owner", "token.owner"),
        ("has token.producer && host == token.owner", "token.owner"),
        ("has token.labels[\"a\"] && host == token.labels[\"b\"]", "token.labels[\"b\"]"),
        ("has token.labels[\"a\"] && host == token.attributes[\"a\"]", "token.attributes[\"a\"]"),
    ] {
        http(&format!("allow {{ host: any }} when {wrong}")).finds(&[("E0404", at)]);
    }
    http("allow { ip: any } when has token.owner && ip == token.owner")
        .helps("a claim of a token is text; the token's own rules know it as the type of the attribute");
    http("allow { host: any } when host == token.labels").finds(&[("E0407", "token.labels")]);
    http("allow { host: any } when host == token.owner[\"a\"]").finds(&[("E0308", "token.owner[\"a\"]")]);
    http("allow { host: any } when has token.issuance").finds(&[("E0410", "has token.issuance")]);
}

const KEY: &str = "placet_public_oJql9HpnWYAv-VX43C0qFKXJnSO-l_hkEn_5ODRVpPCobo-4";

#[test]
fn a_holder_is_the_text_of_a_public_key() {
    let token = |holder: &str| {
        check(&format!("use http\ntoken t(key: string) {{ holder: {holder} allow {{ path: \"/{{key}}\" }} ttl: 1h }}"))
    };
    assert!(token("key").is_good().holder.is_some());
    assert!(token(&format!("\"{KEY}\"")).is_good().holder.is_some());
    token("\"ann\"").finds(&[("E0409", "\"ann\"")]);
    token("7").finds(&[("E0301", "7")]);
    check(&format!("use http\nrestriction r {{ holder: \"{KEY}\" }}")).is_good();
    check(&format!("use http\npolicy p {{ holder: \"{KEY}\" allow {{ path: \"/a\" }} }}"))
        .finds(&[("E0502", "holder")]);
}

#[test]
fn a_field_of_the_token_is_a_pattern_where_its_absence_lets_nothing_through() {
    for good in [
        "allow { host: token.owner }",
        "allow { host: [token.owner, \"a\"] }",
        "allow { host: token.labels[\"dc\"] }",
        "allow { action: GET } deny { host: [not token.owner, absent] }",
    ] {
        http(good).is_good();
    }
    for wrong in ["allow { action: GET } deny { host: token.owner }", "allow { host: not token.owner }"] {
        http(wrong).finds(&[("E0404", "token.owner")]);
    }
    http("allow { host: token.owners }").finds(&[("E0211", "token.owners")]);
    http("allow { host: token.labels }").finds(&[("E0407", "token.labels")]);
    http("allow { ip: token.owner }").finds(&[("E0301", "token.owner")]);
    http("allow { host: any } when has host && host in [\"a\", token.owner]")
        .helps("compare with it: `… == token.owner || … in [ … ]`");
}
