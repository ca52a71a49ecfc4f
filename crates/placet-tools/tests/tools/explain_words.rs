//! Explanations in words.

use crate::suites;

use std::sync::Arc;

use placet::check::library::Library;
use placet::document::Document;
use placet::explain::Explanation;
use placet_tools::testing::Suite;

/// The explanation of a request for the only token or policy of a policy text. A clock may precede
/// the request: `at …`.
fn explained(policy: &str, section: &str, request: &str) -> Explanation {
    let suite = suite(policy, &format!("{section}\n{request}"));
    suite.explain(&suite.cases[0]).expect("the case has a fixture")
}

fn suite(policy: &str, cases: &str) -> Suite {
    let document =
        Document::from_text("p.placet", policy, Library::built_in()).unwrap_or_else(|report| panic!("{report}"));
    suites::suite_of("p.cases", cases, Arc::new(document))
}

/// The changes, each on a line of its own.
fn changes(explanation: &Explanation) -> Vec<String> {
    let nearest = explanation.nearest.as_ref().unwrap_or_else(|| panic!("no way out: {explanation}"));
    nearest.changes.iter().map(ToString::to_string).collect()
}

const SESSION: &str = "use momento
token session(user: string) {
    permissions: [
        { role: ReadWrite,        cache: \"profiles\", item: prefix \"user/{user}/\" }
        { role: PublishSubscribe, cache: \"chat\",     topic: \"lobby\" }
    ]
    ttl: 30m
}
restriction look_only {
    only { action: [ReadOnly, SubscribeOnly] }
}
";

#[test]
fn a_topic_that_is_another_is_told_which_it_needs() {
    let why = explained(SESSION, "token session(user: \"42\")", "allow publish { cache: \"chat\", topic: \"den\" }");
    assert_eq!(changes(&why), ["`topic` is \"den\", needs \"lobby\""]);
    assert_eq!(why.verdict, "not_permitted");
}

#[test]
fn a_prefix_keeps_the_tail_of_the_value() {
    let why =
        explained(SESSION, "token session(user: \"42\")", "allow get { cache: \"profiles\", item: \"user/43/name\" }");
    assert_eq!(changes(&why), ["`item` is \"user/43/name\", needs prefix \"user/42/\", such as \"user/42/name\""]);
}

#[test]
fn the_nearest_rule_is_quoted_with_its_line() {
    let why = explained(SESSION, "token session(user: \"42\")", "allow publish { cache: \"chat\", topic: \"den\" }");
    let rule = &why.nearest.as_ref().expect("there is one").rules[0];
    let quote = rule.quote.as_ref().expect("the source is at hand");
    assert_eq!((quote.file.as_deref(), quote.line), (Some("p.placet"), Some(5)));
    assert_eq!(quote.text, "{ role: PublishSubscribe, cache: \"chat\", topic: \"lobby\" }");
}

#[test]
fn what_an_absent_attribute_needs_is_said() {
    let policy = "use http\ntoken t { allow { action: GET, path: \"/a/**\", ip: \"10.0.0.0/8\" } ttl: 5m }";
    let why = explained(policy, "token t()", "allow GET { path: \"/a/b\" }");
    assert_eq!(changes(&why), ["`ip` is absent, needs \"10.0.0.0/8\", such as \"10.0.0.0\""]);
}

#[test]
fn an_address_keeps_its_host_part() {
    let policy = "use http\ntoken t { allow { action: GET, path: \"/a/**\", ip: \"10.0.0.0/8\" } ttl: 5m }";
    let why = explained(policy, "token t()", "allow GET { path: \"/a\", ip: \"11.1.2.3\" }");
    assert_eq!(changes(&why), ["`ip` is \"11.1.2.3\", needs \"10.0.0.0/8\", such as \"10.1.2.3\""]);
}

#[test]
fn an_hour_that_is_too_late_is_told_the_nearest_time() {
    let policy = "use http\ntoken t { allow { action: GET } when hour(time) in 8..18 ttl: 30d }";
    let why = explained(policy, "token t()", "at 2026-11-21T07:59:00Z\nallow GET { path: \"/\" }");
    let needs = "`time` is 2026-11-21T07:59:00Z, needs hour(time) in 8..18, such as 2026-11-21T08:00:00Z";
    assert_eq!(changes(&why), [needs]);
}

#[test]
fn a_zone_off_by_half_an_hour_is_told_the_nearest_time_of_its_clocks() {
    let policy = "use http\ntoken t { allow { action: GET } when hour(time, \"Asia/Kolkata\") in 8..18 ttl: 30d }";
    let why = explained(policy, "token t()", "at 2026-11-21T02:10:00Z\nallow GET { path: \"/\" }");
    let needs =
        "`time` is 2026-11-21T02:10:00Z, needs hour(time, \"Asia/Kolkata\") in 8..18, such as 2026-11-21T02:30:00Z";
    assert_eq!(changes(&why), [needs]);
}

#[test]
fn the_value_of_a_claim_is_proposed() {
    let policy = "use http
        token t(user: string) { owner: user allow { action: GET } ttl: 5m }
        restriction own { only { action: GET } when has token.owner && has host && host == token.owner }";
    let why = explained(policy, "token t(user: \"ann\")\nrestrict own()", "allow GET { path: \"/\", host: \"bob\" }");
    assert_eq!(changes(&why), ["`host` is \"bob\", needs host == token.owner, such as \"ann\""]);
    let why = explained(policy, "token t(user: \"eve\")\nrestrict own()", "allow GET { path: \"/\" }");
    assert!(changes(&why).concat().contains("such as \"eve\""), "{:?}", changes(&why));
}

#[test]
fn an_action_in_another_case_is_the_nearest_one() {
    let policy = "use http\ntoken t { allow { action: [GET, HEAD], path: \"/\" } ttl: 5m }";
    let why = explained(policy, "token t()", "allow DELETE { path: \"/\" }");
    assert_eq!(changes(&why), ["`action` is DELETE, needs [GET, HEAD], such as GET"]);
}

#[test]
fn each_label_is_named_by_itself() {
    let policy = "use warp10\ntoken t(s: set of string) { allow { action: fetch, labels: { site: s, dc: ~\"eu-[0-9]+\" } } ttl: 5m }";
    let section = "token t(s: [\"lyon\", \"turin\"])";
    let why = explained(policy, section, "allow fetch { labels: { site: \"lion\", dc: \"eu-\" } }");
    let wanted = [
        "`labels.dc` is \"eu-\", needs ~\"eu-[0-9]+\", such as \"eu-0\"",
        "`labels.site` is \"lion\", needs [\"lyon\", \"turin\"], such as \"lyon\"",
    ];
    assert_eq!(changes(&why), wanted);
}

#[test]
fn all_blocks_that_object_are_mended() {
    let section = "token session(user: \"42\")\nrestrict look_only()";
    let why = explained(SESSION, section, "allow set { cache: \"profiles\", item: \"user/43/name\" }");
    let nearest = why.nearest.as_ref().expect("there is a way");
    assert!(nearest.request.is_some() && nearest.rules.len() == 2, "{why}");
    assert_eq!(nearest.changes.iter().map(|change| change.attribute.as_str()).collect::<Vec<_>>(), ["action", "item"]);
}

#[test]
fn a_denied_request_is_told_how_to_leave_the_rule() {
    let policy = "use http\ntoken t { allow { path: \"/a/**\" } deny { path: \"/**/.admin/**\" } ttl: 5m }";
    let why = explained(policy, "token t()", "allow GET { path: \"/a/.admin/b\" }");
    assert_eq!(why.verdict, "forbidden");
    assert_eq!(
        why.decided.as_ref().and_then(|decided| decided.quote.as_ref()).expect("it is at hand").text,
        "deny { path: \"/**/.admin/**\" }"
    );
    assert_eq!(changes(&why), ["`path` is \"/a/.admin/b\", needs not \"/**/.admin/**\", such as \"/a/.admin-x/b\""]);
}

#[test]
fn a_number_moves_to_the_nearest_end_of_the_range() {
    let policy = "vocabulary shop 1 { amount: int action pay }\ntoken t(most: int) { allow { amount: 1..100 } allow { amount: >= 1 } when amount <= most - 5 ttl: 5m }";
    let why = explained(policy, "token t(most: 3)", "allow pay { amount: 250 }");
    assert_eq!(changes(&why), ["`amount` is 250, needs 1..100, such as 99"]);
    let why = explained(policy, "token t(most: 205)", "allow pay { amount: 250 }");
    assert_eq!(changes(&why), ["`amount` is 250, needs 1..201, such as 200"]);
}

#[test]
fn a_condition_that_no_request_meets_is_said_in_its_own_words() {
    let policy =
        "use http\ntoken t { allow { path: \"/a\" } when time < token.issuance - 1h && time > token.issuance ttl: 5m }";
    let why = explained(policy, "token t()", "allow GET { path: \"/a\" }");
    let nearest = why.nearest.as_ref().expect("the nearest rule is named");
    assert!(nearest.request.is_none() && nearest.changes[0].needs.contains("token.issuance"), "{why}");
}

#[test]
fn an_expired_token_says_since_when() {
    let section = "token session(user: \"42\")\nat 2026-11-21T10:00:00Z\nallow get {}\nat 2026-11-21T10:34:00Z";
    let suite = suite(SESSION, &format!("{section}\nrefused get {{}}"));
    let why = suite.explain(&suite.cases[1]).expect("the case has a fixture");
    let cause = why.cause.expect("it is refused");
    assert_eq!(cause.name, "expired");
    assert_eq!(cause.message, "the token has expired: it was valid until 2026-11-21T10:30:00Z, 4m ago");
}

#[test]
fn a_misspelt_name_gets_a_suggestion() {
    let why = explained(SESSION, "token session(user: \"42\")", "refused get { cahce: \"profiles\" }");
    assert_eq!(why.cause.expect("it is refused").help.as_deref(), Some("did you mean `cache`?"));
    let why = explained(SESSION, "token session(user: \"42\")", "refused Get { cache: \"profiles\" }");
    assert_eq!(why.cause.expect("it is refused").help.as_deref(), Some("did you mean `get`?"));
}

#[test]
fn what_allowed_is_quoted() {
    let why = explained(SESSION, "token session(user: \"42\")", "allow publish { cache: \"chat\", topic: \"lobby\" }");
    assert_eq!(why.to_string(), "allowed by p.placet:5 { role: PublishSubscribe, cache: \"chat\", topic: \"lobby\" }");
}

#[test]
fn an_explanation_is_data_too() {
    let why = explained(SESSION, "token session(user: \"42\")", "allow publish { cache: \"chat\", topic: \"den\" }");
    let json = serde_json::to_value(&why).expect("it is plain data");
    assert_eq!(json["verdict"], "not_permitted");
    assert_eq!(json["decided"]["block"], "token session");
    assert_eq!(json["nearest"]["changes"][0]["attribute"], "topic");
    assert_eq!(json["nearest"]["request"]["topic"], "lobby");
}
