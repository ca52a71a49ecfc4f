//! Which rules the cases have met: those that decided in their block, whatever the other blocks said.

use std::collections::BTreeMap;

use super::{Case, Stage, Suite};
use crate::diag::Source;
use crate::token::header::Purpose;

/// How often each rule has decided in its block.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    counts: BTreeMap<Place, usize>,
}

/// A rule in its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// `policies/tenant.placet`
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// The rule as it was written.
    pub text: String,
}

impl Coverage {
    /// Counts the rules that a case met. Rules of maps have no place and are not counted.
    pub fn count(&mut self, suite: &Suite, case: &Case) {
        let (Some(stage), Ok(request)) = (suite.stages.get(case.stage), &case.request) else { return };
        self.know(stage);
        let met = stage.with_court(Purpose::Local, |court| court.met(request, case.now));
        let blocks: Vec<_> = stage.blocks().collect();
        for (block, rule) in met {
            if let Some(block) = blocks.get(block)
                && let Some(place) = place(block, usize::from(rule))
            {
                *self.counts.entry(place).or_default() += 1;
            }
        }
    }

    fn know(&mut self, stage: &Stage) {
        for block in stage.blocks() {
            for rule in 0..block.compiled().rules.len() {
                if let Some(place) = place(block, rule) {
                    self.counts.entry(place).or_default();
                }
            }
        }
    }

    /// All rules, with how often each was met.
    pub fn rules(&self) -> impl Iterator<Item = (&Place, usize)> {
        self.counts.iter().map(|(place, count)| (place, *count))
    }
}

fn place(block: &super::Block, rule: usize) -> Option<Place> {
    let origin = block.compiled().rules.get(rule)?;
    let source = block.document().source();
    let Source::Text { name, text } = source else { return None };
    let (line, column) = source.line_and_column(origin.at)?;
    let words: Vec<_> = origin.at.of(text).split_whitespace().collect();
    Some(Place { file: name.clone(), line, column, text: words.join(" ") })
}
