//! A condition on the action, for the actions that there are and one that was declared later.

use placet::bytecode::verify::{Budget, Scope, verify};
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet::vm::{BlockVerdict, Context, ProgramKind, run};

const CONTEXT: Context<'static> =
    Context { issuance: Time::EPOCH, expiry: Time::MAX, vouchers: &[], bearer: None, approvers: &[] };

fn document(actions: &str, rules: &str) -> Document {
    let text =
        format!("vocabulary shelf 1 {{ action {actions}\nrole Writer = [write, drop] }}\npolicy p {{ {rules} }}");
    let document = Document::from_text("shelf.placet", &text, Library::built_in());
    document.unwrap_or_else(|report| panic!("{rules}: {:?}", report.diagnostics))
}

/// The actions that the rules allow, if they were compiled before `purge` was declared.
fn allowed(rules: &str) -> Vec<&'static str> {
    let old = document("read, write, drop", rules);
    let grown = document("read, write, drop, purge", "allow { action: any }");
    let compiled = old.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
    let (vocabulary, state) = (grown.vocabulary(), old.vocabulary().present());
    let proved = verify(compiled.program.bytes(), &Scope { vocabulary, state, budget: Budget::Policy }).unwrap();
    let is_allowed = |action: &&str| {
        let request = Request::named(vocabulary, action, Time::EPOCH).unwrap();
        matches!(run(&proved, ProgramKind::Authority, &request, &CONTEXT).unwrap(), BlockVerdict::Allow(_))
    };
    ["read", "write", "drop", "purge"].into_iter().filter(is_allowed).collect()
}

#[test]
fn a_condition_names_actions_as_a_map_does() {
    assert_eq!(allowed("allow {} when action == read"), ["read"]);
    assert_eq!(allowed("allow {} when \"read\" == action"), ["read"]);
    assert_eq!(allowed("allow {} when action in [\"read\", drop]"), ["read", "drop"]);
    assert_eq!(allowed("allow {} when action in Writer && action != drop"), ["write"]);
    assert_eq!(allowed("allow { action: Writer } when action in [read, write]"), ["write"]);
    assert_eq!(allowed("allow {} when action == read || action == drop"), ["read", "drop"]);
    assert_eq!(allowed("when: action in Writer allow { action: any }"), ["write", "drop"]);
    assert!(allowed("allow { action: Writer } when action == read").is_empty());
}

#[test]
fn no_condition_that_allows_includes_an_action_that_is_declared_later() {
    for rules in [
        "allow { action: not read }",
        "allow {} when action != read",
        "allow {} when !(action == read)",
        "allow {} unless action == read",
        "allow {} when !(action == read || action in [])",
        "allow {} when !!(action != read)",
        "allow {} when action in not read || action == write",
        "when: action != read allow {}",
        "unless: action == read allow {}",
    ] {
        assert_eq!(allowed(rules), ["write", "drop"], "{rules}");
    }
}

#[test]
fn a_condition_that_denies_all_others_includes_actions_that_are_declared_later() {
    for rules in [
        "allow { action: any } deny { action: not read }",
        "allow { action: any } deny {} when action != read",
        "allow { action: any } deny {} unless action == read",
        "allow { action: any } deny {} when !(action == read || action in [])",
    ] {
        assert_eq!(allowed(rules), ["read"], "{rules}");
    }
    assert_eq!(allowed("allow { action: any } deny {} when action == read"), ["write", "drop", "purge"]);
}

#[test]
fn what_a_rule_asks_of_the_action_in_any_case_is_its_test_of_actions() {
    let program = |rules: &str| {
        let document = document("read, write, drop", rules);
        document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap().program
    };
    for (asked, tested) in [
        ("allow {} when action == read", "allow { action: read }"),
        ("allow { action: not read } when action in [read, write]", "allow { action: write }"),
        ("allow {} when action in Writer && hour(time) < 8", "allow { role: Writer } when hour(time) < 8"),
        ("allow {} when hour(time) < 8 unless action == read", "allow { role: Writer } when hour(time) < 8"),
        ("deny {} unless action == read allow {}", "deny { action: not read } allow {}"),
        ("deny { action: not read } when action != drop allow {}", "deny { action: not [read, drop] } allow {}"),
    ] {
        assert_eq!(program(asked), program(tested), "{asked}");
    }
}
