//! `never` and `always`: how promises are written and checked, and that they decide nothing.

use crate::check_support;

use check_support::{check, http, momento};
use placet::check::library::Library;
use placet::check::tree::{Effect, PromiseKind};
use placet::compile::arguments::Arguments;
use placet::compile::compile;
use placet::document::Document;
use placet::syntax::map::{from_map, to_map};
use placet::syntax::parse::parse;
use placet::syntax::print::{format, print};
use serde_json::json;

const FACE: &str = "\
use http

policy tenant(tenant: string) {
    allow { action: GET, path: \"/v1/{tenant}/**\" }
    never { path: \"/**/.admin/**\" } unless method == \"GET\"
    // The index is public.
    always { action: GET, path: \"/v1/{tenant}\" } when hour(time) in 8..18
}
";

fn document(text: &str) -> Document {
    Document::from_text("p.placet", text, Library::built_in()).unwrap_or_else(|report| panic!("{report:?}"))
}

#[test]
fn a_promise_is_read_printed_and_carried_by_a_map() {
    let file = parse(FACE).unwrap();
    assert_eq!(format(FACE).unwrap(), FACE);
    assert_eq!(from_map(&to_map(&file)).unwrap().0, file);
    assert_eq!(parse(&print(&file)).unwrap(), file);
    let hands = json!({ "items": [{ "use": "http" }, {
        "policy": "p", "allow": { "action": "GET" }, "never": [{ "path": "/a/**" }, { "path": "/b" }],
        "always": { "action": "GET", "path": "/c" },
    }] });
    let read = print(&from_map(&hands).unwrap().0);
    assert!(
        read.ends_with(
            "    allow { action: GET }\n    never { path: \"/a/**\" }\n    never { path: \"/b\" }\n    \
         always { action: GET, path: \"/c\" }\n}\n"
        ),
        "{read}"
    );
}

#[test]
fn a_promise_is_in_no_program_and_no_token() {
    let with = document(
        "use http policy p { deny { path: \"/a/**\" } never { path: \"/**\" } allow { action: GET } always {} }",
    );
    let without = document("use http policy p { deny { path: \"/a/**\" } allow { action: GET } }");
    let [with, without] = [&with, &without]
        .map(|document| compile(&document.templates()[0], document.vocabulary(), &Arguments::none()).unwrap());
    assert_eq!(with.program, without.program);
    assert_eq!((with.claims, with.times, with.cost), (without.claims, without.times, without.cost));
    assert_eq!(with.rules.len(), without.rules.len());
}

#[test]
fn never_matches_any_element_and_always_every_one() {
    let found = http("allow { action: GET } never { path: \"/a\" } always { path: \"/b\" } when has ip");
    let promises = &found.is_good().promises;
    let kinds: Vec<_> = promises.iter().map(|promise| (promise.kind, promise.requests.effect)).collect();
    assert_eq!(kinds, [(PromiseKind::Never, Effect::Deny), (PromiseKind::Always, Effect::Allow)]);
    assert!(promises[1].requests.condition.is_some());
    assert_eq!(found.template().rules.len(), 1);
}

#[test]
fn every_kind_of_block_may_have_a_promise() {
    momento(
        "permissions: [{ role: ReadOnly, cache: \"a\" }] never { action: set } always { action: get, cache: \"a\" }",
    )
    .is_good();
    check("use http restriction r { only { action: GET } never { action: PUT } always { action: GET } }").is_good();
}

#[test]
fn a_promise_is_checked_as_a_rule_is() {
    http("allow { action: GET } never { pth: \"/a\" }").finds(&[("E0206", "pth")]);
    http("allow { action: GET } never { path: \"/a/../b\" }").finds(&[("E0304", "\"/a/../b\"")]);
    http("allow { action: GET } always { action: HAED }").finds(&[("E0207", "HAED")]);
    http("allow { action: GET } never { path: \"/{nobody}/**\" }").finds(&[("E0210", "nobody")]);
    http("allow { action: GET } never { path: \"/a\" } when path").finds(&[("E0401", "path")]);
}

#[test]
fn a_promise_about_everything_grants_nothing() {
    http("allow { action: GET } always {} never {}").is_good();
    http("always { action: GET }").finds(&[("W0105", "p")]);
}

#[test]
fn what_only_a_promise_uses_is_used() {
    check(
        "use http\nlet inner = [\"10.0.0.0/8\"]\nrole Reader = [GET, HEAD]\npolicy p(tenant: string) {
            allow { action: GET }\n never { ip: inner, action: Reader, path: \"/{tenant}\" } }",
    )
    .is_good();
}

#[test]
fn a_promise_is_not_a_key() {
    let says = |text: &str| parse(text).unwrap_err()[0].message.clone();
    assert_eq!(says("policy p { never: { path: \"/a\" } }"), "`never` begins a promise and is not a key");
    let help = parse("policy p { nevr { path: \"/a\" } }").unwrap_err()[0].help.clone();
    assert_eq!(help.as_deref(), Some("did you mean `never {`?"));
    let map = json!({ "items": [{ "policy": "p", "rules": [{ "never": {}, "always": {} }] }] });
    assert_eq!(
        from_map(&map).unwrap_err().0[0].message,
        "a rule has one of the keys `allow`, `deny` and `only`, a promise `never` or `always`"
    );
}
