//! The output of `placet try` as JSON.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::test::as_json;
use super::ui::{Exit, Ui};
use placet::document::Document;
use placet::model::time::Time;
use placet::token::header::Purpose;
use placet::token::inspect::inspect;
use placet::token::verify::Scratch;
use placet_tools::testing::{Fixture, Suite};

/// The fixtures that were tried.
pub struct Tried<'t> {
    /// Where it is printed.
    pub ui: &'t Ui,
    /// The policy file.
    pub file: &'t Path,
    /// Its content.
    pub document: &'t Document,
}

impl Tried<'_> {
    /// Prints tokens and policies with the cases that they decide.
    pub fn suite(&self, suite: &Suite) -> Exit {
        let mut scratch = Scratch::new();
        let (mut passed, mut failed) = (0, 0);
        let mut fixtures = Vec::new();
        for (number, fixture) in suite.fixtures.iter().enumerate() {
            let mut shown = fixture_json(fixture);
            let mut cases = Vec::new();
            for case in suite.cases.iter().filter(|case| case.fixture == number) {
                let found = suite.run(case, &mut scratch);
                let passes = found.passes(case);
                *if passes { &mut passed } else { &mut failed } += 1;
                let mut case = as_json(suite, case, found);
                case["passes"] = passes.into();
                cases.push(case);
            }
            shown["cases"] = cases.into();
            fixtures.push(shown);
        }
        let ok = failed == 0 && passed > 0;
        self.print(ok, &fixtures, &json!({ "passed": passed, "failed": failed, "beginning": null }));
        Exit::of(ok)
    }

    /// Prints tokens and policies without cases, and the text of a first case file.
    pub fn without_cases(&self, fixtures: &[Fixture], beginning: &str) {
        let fixtures: Vec<_> = fixtures.iter().map(fixture_json).collect();
        self.print(true, &fixtures, &json!({ "passed": 0, "failed": 0, "beginning": beginning }));
    }

    fn print(&self, ok: bool, fixtures: &[Json], rest: &Json) {
        let vocabulary = self.document.vocabulary();
        self.ui.json(&json!({
            "ok": ok,
            "file": self.file.display().to_string(),
            "vocabulary": { "name": vocabulary.name(), "version": vocabulary.version() },
            "fixtures": fixtures,
            "passed": rest["passed"],
            "failed": rest["failed"],
            "beginning": rest["beginning"],
        }));
    }
}

fn fixture_json(fixture: &Fixture) -> Json {
    let tokens = [Purpose::Local, Purpose::Public].into_iter().filter_map(|purpose| {
        let token = fixture.token(purpose)?;
        let text = token.text();
        Some(json!({ "purpose": purpose.word(), "bytes": token.as_bytes().len(), "characters": text.len(), "token": text }))
    });
    let says = fixture.token(Purpose::Local).and_then(|token| inspect(token).ok());
    let not_before = says.as_ref().and_then(|says| says.blocks.iter().filter_map(|block| block.not_before).max());
    let blocks = fixture.blocks().map(|block| {
        let rules = block.rules().into_iter().map(|(line, rule)| json!({ "line": line, "rule": rule }));
        let template = block.template();
        json!({ "kind": template.kind.word(), "name": template.name, "rules": rules.collect::<Vec<_>>() })
    });
    json!({
        "title": fixture.title,
        "minted": fixture.minted.as_millis(),
        "not_before": not_before.map(Time::as_millis),
        "expiry": says.and_then(|says| says.expiry).map(Time::as_millis),
        "tokens": tokens.collect::<Vec<_>>(),
        "blocks": blocks.collect::<Vec<_>>(),
    })
}
