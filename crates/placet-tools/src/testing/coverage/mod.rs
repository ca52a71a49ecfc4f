//! The coverage of policy files by cases: how often each rule matched, and for each of its parts
//! how often it was true and how often false.
//!
//! The input is suites and the outcomes of their cases ([`Coverage::count`]); a refused case
//! evaluates no rule. Every block of a policy file counts, including one without cases. The output
//! is data by file, in the order of the source, and two forms of it: [`lcov`] for tools and a
//! [`page`] for people. Maps have no file and are not counted.

pub mod lcov;
pub mod page;

use std::collections::BTreeMap;

use super::observe::{self, Observed, Observer, Part, Rule};
use super::{Block, Outcome, Suite};
use placet::compile::Frame;
use placet::diag::Source;
use placet::document::Document;
use placet::model::verdict::Verdict;
use placet::span::Span;

/// The coverage of several policy files.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    files: BTreeMap<String, FileCoverage>,
}

/// The coverage of one file.
#[derive(Clone, Debug)]
pub struct FileCoverage {
    source: Source,
    text: String,
    /// By the place of their block and their number in it.
    rules: BTreeMap<(usize, Option<usize>), RuleCoverage>,
}

/// The coverage of a rule, or of a block's own condition.
#[derive(Clone, Debug)]
pub struct RuleCoverage {
    /// `token session`
    pub block: String,
    /// Its effect.
    pub frame: Frame,
    /// The place of the whole rule.
    pub at: Span,
    /// How often it matched.
    pub matched: usize,
    /// How often it decided.
    pub decided: usize,
    /// In the order of evaluation.
    pub parts: Vec<PartCoverage>,
}

/// The coverage of a part of a rule.
#[derive(Clone, Copy, Debug)]
pub struct PartCoverage {
    /// The part, with its place.
    pub part: Part,
    /// How often it was true.
    pub yes: usize,
    /// How often it was false.
    pub no: usize,
}

impl PartCoverage {
    /// The number of its outcomes: two, or one if nothing makes it false.
    #[must_use]
    pub const fn outcomes(&self) -> usize {
        if self.part.certain { 1 } else { 2 }
    }

    /// How many of them were seen.
    #[must_use]
    pub fn seen(&self) -> usize {
        (usize::from(self.yes > 0) + usize::from(self.no > 0)).min(self.outcomes())
    }

    /// The outcome that was never seen, in words; none if all were.
    #[must_use]
    pub const fn lack(&self) -> Option<&'static str> {
        match (self.yes, self.no) {
            (0, 0) => Some("never evaluated"),
            (0, _) => Some("never true"),
            (_, 0) if !self.part.certain => Some("never false"),
            _ => None,
        }
    }
}

/// The totals, and how much of them was covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rules, without the blocks' own conditions.
    pub rules: usize,
    /// Rules that matched at least once.
    pub met: usize,
    /// Two for each part, true and false; one for a part that nothing makes false.
    pub outcomes: usize,
    /// Those that were seen.
    pub seen: usize,
}

impl Totals {
    /// The covered share, in tenths of a percent, rounded down; none if there is nothing to cover.
    #[must_use]
    pub fn permille(&self) -> Option<usize> {
        ((self.met + self.seen) * 1000).checked_div(self.rules + self.outcomes)
    }

    fn add(&mut self, rule: &RuleCoverage) {
        if rule.frame != Frame::Require {
            self.rules += 1;
            self.met += usize::from(rule.matched > 0);
        }
        self.outcomes += rule.parts.iter().map(PartCoverage::outcomes).sum::<usize>();
        self.seen += rule.parts.iter().map(PartCoverage::seen).sum::<usize>();
    }
}

impl Coverage {
    /// Counts the coverage of the cases of a suite; `found` are their outcomes.
    pub fn count(&mut self, suite: &Suite, found: &[Outcome]) {
        for (number, fixture) in suite.fixtures.iter().enumerate() {
            fixture.blocks().for_each(|block| self.know(block.document()));
            let watched: Vec<_> = fixture.blocks().filter_map(|block| Some((block, block.observer()?))).collect();
            let cases = suite.cases.iter().zip(found).filter(|(case, _)| case.fixture == number);
            for (case, found) in cases {
                let (Ok(request), Some(verdict)) = (&case.request, found.verdict) else { continue };
                if matches!(verdict, Verdict::Refused(_)) {
                    continue;
                }
                let context = fixture.context(case.now);
                for (block, observer) in &watched {
                    let observed = request
                        .with_request(fixture.vocabulary(), case.now, |request| observer.observe(request, &context));
                    if let (Ok(observed), Some(file)) = (observed, self.file(block)) {
                        file.count(block, observer, &observed);
                    }
                }
            }
        }
    }

    /// Lists every rule of a document.
    fn know(&mut self, document: &Document) {
        let Source::Text { name, text } = document.source() else { return };
        if self.files.contains_key(name) {
            return;
        }
        let mut rules = BTreeMap::new();
        for template in document.templates() {
            let block = format!("{} {}", template.kind.word(), template.name);
            for rule in observe::rules(document, template) {
                let parts = rule.parts.iter().map(|part| PartCoverage { part: *part, yes: 0, no: 0 }).collect();
                let Rule { number, frame, at, .. } = rule;
                let known = RuleCoverage { block: block.clone(), frame, at, matched: 0, decided: 0, parts };
                rules.insert((template.at.start, number), known);
            }
        }
        let known = FileCoverage { source: document.source().clone(), text: text.clone(), rules };
        self.files.insert(name.clone(), known);
    }

    fn file(&mut self, block: &Block) -> Option<&mut FileCoverage> {
        let Source::Text { name, .. } = block.document().source() else { return None };
        self.files.get_mut(name)
    }

    /// The files, by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &FileCoverage)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// The totals of all files.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.files.values().flat_map(FileCoverage::rules).for_each(|rule| totals.add(rule));
        totals
    }
}

impl FileCoverage {
    fn count(&mut self, block: &Block, observer: &Observer, observed: &Observed) {
        let at = block.template().at.start;
        for ((rule, seen), number) in observer.rules().iter().zip(&observed.rules).zip(0..) {
            let Some(known) = self.rules.get_mut(&(at, rule.number)) else { continue };
            known.matched += usize::from(seen.matched);
            known.decided += usize::from(observed.decided() == Some(number));
            for (part, seen) in known.parts.iter_mut().zip(&seen.parts) {
                part.yes += usize::from(*seen == Some(true));
                part.no += usize::from(*seen == Some(false));
            }
        }
    }

    /// In the order of the source; a block's own requirements come before its rules.
    #[must_use]
    pub fn rules(&self) -> Vec<&RuleCoverage> {
        let mut rules: Vec<_> = self.rules.values().collect();
        rules.sort_by_key(|rule| rule.at.start);
        rules
    }

    /// The parts that were never covered, and how, in the order of the source.
    #[must_use]
    pub fn gaps(&self) -> Vec<(Span, &'static str)> {
        let mut gaps = Vec::new();
        for rule in self.rules() {
            if rule.matched == 0 && rule.frame != Frame::Require {
                gaps.push((rule.at, "never matched"));
            }
            gaps.extend(rule.parts.iter().filter_map(|part| Some((part.part.at, part.lack()?))));
        }
        gaps
    }

    /// Its source.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a place in it, both from 1.
    #[must_use]
    pub fn place(&self, at: Span) -> (usize, usize) {
        self.source.line_and_column(at).unwrap_or((1, 1))
    }

    /// The text at that place, on one line.
    #[must_use]
    pub fn words(&self, at: Span) -> String {
        at.of(&self.text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Of this file.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.rules.values().for_each(|rule| totals.add(rule));
        totals
    }
}
