//! Evaluating a block part by part agrees with the VM, and gives the place of each part.

use crate::common;

use std::cell::Cell;

use common::generate::{Made, world};
use common::reference::Answer;
use common::requests::request;
use common::{compiled, decide, for_all, kind_of};
use placet::check::library::Library;
use placet::check::tree::{Effect, Rule};
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::request;
use placet::model::time::Time;
use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet::vm::{self, Context};
use placet_tools::testing::observe::{Observer, PartKind};
use proptest::prelude::{prop_assert, prop_assert_eq};
use serde_json::{Value, json};

const CONTEXT: Context<'static> = Context {
    issuance: Time::from_millis(1_767_225_600_000),
    expiry: Time::MAX,
    bearer: None,
    vouchers: &[&[7; 32]],
    approvers: &[[7; 32]],
};

fn arguments(made: &Made) -> Arguments {
    let names = made.template.parameters.iter().map(|parameter| parameter.name.as_str());
    Arguments::new(&made.template.parameters, names.zip(made.arguments.iter().cloned())).unwrap()
}

#[test]
fn what_is_seen_of_a_block_is_what_the_vm_decides_for_the_same_reason() {
    let decided = Cell::new(0);
    for_all(800, 700, |choices| {
        let world = world(choices, 0);
        let made = &world.blocks[0];
        let Ok(whole) = compiled(made, &world.old) else { return Ok(()) };
        let observer = Observer::new(&made.template, &world.old, &arguments(made)).unwrap();
        for _ in 0..4 {
            let asked = request(choices, &world);
            asked.with(&world.vocabulary, |request| {
                let observed = observer.observe(request, &CONTEXT);
                let at = |number: u16| observer.rules()[usize::from(number)].at;
                let found = match observed.answer {
                    vm::BlockVerdict::Allow(rule) => Answer::Allow(rule.map(at)),
                    vm::BlockVerdict::Forbid(rule) => Answer::Forbid(at(rule)),
                    vm::BlockVerdict::Abstain(rule) => Answer::Abstain(rule.map(at)),
                };
                let wanted = decide(&whole, kind_of(made.template.kind), world.old.present(), request, &CONTEXT);
                prop_assert_eq!(found, wanted, "{:?}\n{:?}", made, asked);
                decided.set(decided.get() + 1);
                Ok(())
            })?;
        }
        Ok(())
    });
    assert!(decided.get() > 2_000, "{decided:?}");
}

#[test]
fn each_rule_that_matches_matches_by_itself() {
    let matched = [Cell::new(0), Cell::new(0)];
    for_all(400, 700, |choices| {
        let world = world(choices, 0);
        let made = &world.blocks[0];
        if compiled(made, &world.old).is_err() {
            return Ok(());
        }
        let observer = Observer::new(&made.template, &world.old, &arguments(made)).unwrap();
        for _ in 0..2 {
            let asked = request(choices, &world);
            for (rule, number) in observer.rules().iter().zip(0..) {
                let mut alone = made.clone();
                alone.template.kind = BlockKind::Policy;
                match rule.number {
                    Some(number) => {
                        alone.template.guard = None;
                        alone.template.rules = vec![made.template.rules[number].clone()];
                    }
                    None => {
                        alone.template.rules = vec![allow_all(rule.at)];
                    }
                }
                let program = compiled(&alone, &world.old).unwrap();
                asked.with(&world.vocabulary, |request| {
                    let found = decide(&program, vm::ProgramKind::Authority, world.old.present(), request, &CONTEXT);
                    let wanted = matches!(found, Answer::Allow(_) | Answer::Forbid(_));
                    let seen = &observer.observe(request, &CONTEXT).rules[number];
                    prop_assert_eq!(seen.matched, wanted, "{:?}\n{:?}", alone, asked);
                    let count = &matched[usize::from(seen.matched)];
                    count.set(count.get() + 1);
                    prop_assert!(seen.parts.len() == rule.parts.len());
                    Ok(())
                })?;
            }
        }
        Ok(())
    });
    assert!(matched.iter().all(|count| count.get() > 500), "{matched:?}");
}

fn allow_all(at: Span) -> Rule {
    Rule { effect: Effect::Allow, actions: None, tests: Vec::new(), condition: None, at }
}

/// The parts of the only block of `text` with what was seen of each, in the words of the source.
fn looked_at(text: &str, request: &Value, time: i64) -> Vec<(String, Option<bool>)> {
    let document =
        Document::from_text("a.placet", text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"));
    let template = &document.templates()[0];
    let observer = Observer::new_in(&document, template, &Arguments::none()).unwrap();
    let request = request::from_json(document.vocabulary(), request).unwrap();
    let observed = request
        .with_request(document.vocabulary(), Time::from_millis(time), |request| observer.observe(request, &CONTEXT))
        .unwrap();
    let rules = observer.rules().iter().zip(&observed.rules);
    let parts = rules.flat_map(|(rule, seen)| rule.parts.iter().zip(&seen.parts));
    parts.map(|(part, seen)| (part.at.of(text).to_owned(), *seen)).collect()
}

fn parts(parts: &[(&str, Option<bool>)]) -> Vec<(String, Option<bool>)> {
    parts.iter().map(|(text, seen)| ((*text).to_owned(), *seen)).collect()
}

#[test]
fn a_part_is_looked_at_where_everything_left_of_it_held() {
    let text = r#"use http
policy p {
    allow { path: "/a/**", action: GET } when (has subject && subject == "ada") || hour(time) < 6 unless has ip
}"#;
    let yes = Some(true);
    let no = Some(false);
    let of_ada = json!({ "action": "GET", "path": "/a/b", "subject": "ada" });
    let names = ["action: GET", r#"path: "/a/**""#, "has subject", r#"subject == "ada""#, "hour(time) < 6", "has ip"];
    let seen = |seen: [Option<bool>; 6]| parts(&names.into_iter().zip(seen).collect::<Vec<_>>());
    assert_eq!(looked_at(text, &of_ada, 43_200_000), seen([yes, yes, yes, yes, None, no]));
    let of_nobody = json!({ "action": "GET", "path": "/a/b" });
    assert_eq!(looked_at(text, &of_nobody, 43_200_000), seen([yes, yes, no, None, no, None]));
    assert_eq!(looked_at(text, &of_nobody, 0), seen([yes, yes, no, None, yes, no]));
    let elsewhere = json!({ "action": "GET", "path": "/b" });
    assert_eq!(looked_at(text, &elsewhere, 0), seen([yes, no, None, None, None, None]));
    let other = json!({ "action": "PUT", "path": "/a" });
    assert_eq!(looked_at(text, &other, 0), seen([no, None, None, None, None, None]));
}

#[test]
fn permissions_tokengen_keys_and_the_blocks_own_condition_have_their_places() {
    let session = r#"use momento
token t { permissions: [{ role: ReadOnly, cache: "c" }] when: hour(time) < 6 ttl: 1h }"#;
    let get = json!({ "action": "get", "cache": "c" });
    let (yes, no) = (Some(true), Some(false));
    let wanted = [("hour(time) < 6", no), ("role: ReadOnly", yes), (r#"cache: "c""#, yes)];
    assert_eq!(looked_at(session, &get, 43_200_000), parts(&wanted));
    let reader = r#"use warp10
token r { type: READ owner: "a5aa9e3e-2bd3-4d9a-a7d4-b8b1e0b1a0a1" application: "plant" owners: any applications: ["plant", "b"] producers: any labels: { dc: ~"eu-.*" } ttl: 1h }"#;
    let fetch = json!({ "action": "fetch", "owner": "a5aa9e3e-2bd3-4d9a-a7d4-b8b1e0b1a0a1", "producer": "a5aa9e3e-2bd3-4d9a-a7d4-b8b1e0b1a0a1", "application": "b", "class": "t", "labels": { "dc": "us-1" } });
    let wanted = [("type: READ", yes), (r#"applications: ["plant", "b"]"#, yes), (r#"labels: { dc: ~"eu-.*" }"#, no)];
    assert_eq!(looked_at(reader, &fetch, 0), parts(&wanted));
}

#[test]
fn what_the_arguments_decide_is_seen_like_everything_else() {
    let text =
        "use http\npolicy p(open: bool, paths: set of path) { allow { path: paths } when open && true unless has ip }";
    let document = Document::from_text("a.placet", text, Library::built_in()).unwrap();
    let template = &document.templates()[0];
    for open in [true, false] {
        let given = json!({ "open": open, "paths": ["/a"] });
        let arguments = placet::document::value::arguments_from_json(template, given.as_object().unwrap()).unwrap();
        let observer = Observer::new_in(&document, template, &arguments).unwrap();
        let request = request::from_json(document.vocabulary(), &json!({ "action": "GET", "path": "/a" })).unwrap();
        let observed = request
            .with_request(document.vocabulary(), Time::from_millis(0), |request| observer.observe(request, &CONTEXT))
            .unwrap();
        assert_eq!(observed.rules[0].parts, [Some(true), Some(open), open.then_some(false)]);
        assert_eq!(observed.rules[0].matched, open);
        assert_eq!(observer.rules()[0].parts[2].kind, PartKind::Condition);
    }
}
