//! Explanations name the rows of tables that were read, and propose other rows.

use std::sync::Arc;

use placet::check::library::Library;
use placet::document::Document;
use placet::explain::Explanation;

use crate::suites;

const POLICY: &str = "vocabulary pay 1 { user: string, owner: string, action view }
table managers: string -> string = { alice: \"betty\", bob: \"alice\" }
table teams: string -> set of string = { ann: [\"hr\"], bob: [\"red\", \"blue\"] }
policy p { allow {} when managers[owner] == user || \"hr\" in teams[user] }
";

fn explained(request: &str) -> Explanation {
    let document = Document::from_text("p.placet", POLICY, Library::built_in()).unwrap();
    let suite = suites::suite_of("p.cases", &format!("policy p\n{request}"), Arc::new(document));
    suite.explain(&suite.cases[0]).expect("the case has a fixture")
}

#[test]
fn the_rows_that_were_read_are_named() {
    let why = explained("allow view { user: \"bob\", owner: \"bob\" }");
    assert_eq!(why.rows, ["`managers[\"bob\"]` is \"alice\"", "`teams[\"bob\"]` is [\"blue\", \"red\"]"]);
    let why = explained("allow view { user: \"eve\", owner: \"zoe\" }");
    assert_eq!(why.rows, ["`managers` has no row \"zoe\"", "`teams` has no row \"eve\""]);
    assert!(why.to_string().contains("\n  `managers` has no row \"zoe\"\n"), "{why}");
}

#[test]
fn the_nearest_request_reads_another_row() {
    let why = explained("allow view { user: \"alice\", owner: \"zoe\" }");
    let changes: Vec<String> = why.nearest.unwrap().changes.iter().map(ToString::to_string).collect();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert!(change.contains("such as \"bob\"") || change.contains("such as \"ann\""), "{change}");
}
