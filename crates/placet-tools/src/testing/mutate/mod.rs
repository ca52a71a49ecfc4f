//! Mutants of a policy file: the same file with one small mistake, like those that people make. If
//! the cases pass with the mistake, they do not test that part of the policy.
//!
//! The input is a policy file and the cases beside it ([`Trial`]). Then:
//!
//! 1. the cases are run as they are, and must pass;
//! 2. [`edits`] walks the tree for places to make a mistake: a rule is dropped, a pattern matches
//!    slightly more or less ([`patterns`], [`texts`]), a condition is made true or false, a
//!    lifetime is extended;
//! 3. each mistake is made in the text, and the text is checked, compiled and run on all cases,
//!    until one of them fails.
//!
//! The output is a [`Score`]: how many were killed, and those that survived. Mutants that the
//! checker rejects, or that compile to the same program as the original or an earlier mutant, are
//! not counted. Promises are not mutated, and a mutant with which a case breaks one is killed.
//! Refused are a map, which has no text, and a file whose cases do not pass. Of more than
//! [`MUTANTS`], only that many, evenly spread, are tried.

mod edits;
mod patterns;
mod texts;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::{Keys, Suite, cases};
use crate::limits::MUTANTS;
use placet::check::library::Library;
use placet::check::tree::Template;
use placet::document::{Document, Report};
use placet::model::time::Time;
use placet::span::Span;
use placet::syntax::cases::Expected;
use placet::token::header::Purpose;
use placet::token::verify::Scratch;

/// A policy file, its cases, and the context in which both are read.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'t> {
    /// The name and the text of the policy file.
    pub policy: (&'t str, &'t str),
    /// The name and the text of the case file.
    pub cases: (&'t str, &'t str),
    /// The vocabularies.
    pub library: &'t Library,
    /// The time of cases without one.
    pub now: Time,
    /// The keys for minting tokens.
    pub keys: &'t Keys,
}

/// A mistake: different text at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The replaced text.
    pub at: Span,
    /// The replacement.
    pub with: String,
    /// The kind of mistake.
    pub kind: MutantKind,
}

impl Mutant {
    /// The whole file with the mistake in it.
    #[must_use]
    pub fn of(&self, text: &str) -> String {
        let (before, after) = (Span::new(0, self.at.start), Span::new(self.at.end, text.len()));
        format!("{}{}{}", before.of(text), self.with, after.of(text))
    }
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MutantKind {
    /// A rule is missing.
    RuleDropped,
    /// A denial is missing.
    DenyDropped,
    /// A pattern matches more.
    Widened,
    /// A pattern matches less.
    Narrowed,
    /// A part of a condition is always true.
    AlwaysTrue,
    /// A part of a condition is always false.
    AlwaysFalse,
    /// A comparison is moved past its border.
    Border,
    /// A token lives longer.
    Prolonged,
    /// A token is bound to nobody.
    Unbound,
}

impl MutantKind {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RuleDropped => "a rule is dropped",
            Self::DenyDropped => "a denial is dropped",
            Self::Widened => "a pattern is widened",
            Self::Narrowed => "a pattern is narrowed",
            Self::AlwaysTrue => "a condition is always true",
            Self::AlwaysFalse => "a condition is always false",
            Self::Border => "a comparison is off by one",
            Self::Prolonged => "a lifetime is extended",
            Self::Unbound => "a holder is left out",
        }
    }

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RuleDropped => "rule_dropped",
            Self::DenyDropped => "deny_dropped",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::AlwaysTrue => "always_true",
            Self::AlwaysFalse => "always_false",
            Self::Border => "border",
            Self::Prolonged => "prolonged",
            Self::Unbound => "unbound",
        }
    }
}

/// The results of the mutants of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// A case failed.
    pub killed: usize,
    /// Every case passed.
    pub survivors: Vec<Mutant>,
    /// The checker or the compiler rejected them.
    pub refused: usize,
    /// They compile to the same program as the file, or as another mutant.
    pub same: usize,
    /// There were too many to try.
    pub left_out: usize,
}

impl Score {
    /// The mutants that count.
    #[must_use]
    pub const fn counted(&self) -> usize {
        self.killed + self.survivors.len()
    }

    /// The share of killed ones, in tenths of a percent, rounded down; none if no mutant counts.
    #[must_use]
    pub const fn permille(&self) -> Option<usize> {
        (self.killed * 1000).checked_div(self.counted())
    }

    /// Adds another file's.
    pub fn add(&mut self, other: &Self) {
        self.killed += other.killed;
        self.survivors.extend(other.survivors.iter().cloned());
        self.refused += other.refused;
        self.same += other.same;
        self.left_out += other.left_out;
    }
}

/// Why there is no score.
#[derive(Debug)]
pub enum ScoreError {
    /// The policy or its cases have errors of their own.
    Broken(Report),
    /// This many cases fail without any mutant.
    Failing(usize),
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(report) => report.fmt(f),
            Self::Failing(failing) => write!(f, "{failing} cases fail without a mutant, so no mutant was tried"),
        }
    }
}

impl std::error::Error for ScoreError {}

impl Trial<'_> {
    /// Tries all mutants. `progress` receives how many are done, and the total.
    ///
    /// # Errors
    /// The cases do not pass without a mutant.
    pub fn score(&self, mut progress: impl FnMut(usize, usize)) -> Result<Score, ScoreError> {
        let (document, suite) = self.load(self.policy.1).map_err(ScoreError::Broken)?;
        let mut scratch = Scratch::new();
        let failing = suite.cases.iter().filter(|case| !suite.run(case, &mut scratch).passes(case)).count();
        if failing > 0 {
            return Err(ScoreError::Failing(failing));
        }
        let all = edits::mutants(&document, self.policy.1);
        let tried = spread(&all);
        let mut score = Score { left_out: all.len() - tried.len(), ..Score::default() };
        let mut known = BTreeSet::from([fingerprint(&document, &suite)]);
        for (number, mutant) in tried.iter().enumerate() {
            progress(number, tried.len());
            let Ok((document, suite)) = self.load(&mutant.of(self.policy.1)) else {
                score.refused += 1;
                continue;
            };
            if !known.insert(fingerprint(&document, &suite)) {
                score.same += 1;
            } else if kills(&suite, &mut scratch) {
                score.killed += 1;
            } else {
                score.survivors.push((*mutant).clone());
            }
        }
        progress(tried.len(), tried.len());
        Ok(score)
    }

    fn load(&self, text: &str) -> Result<(Arc<Document>, Suite), Report> {
        let document = Arc::new(Document::from_text(self.policy.0, text, self.library)?);
        let suite = cases::load(self.cases.0, self.cases.1, &document, self.now, self.keys)?;
        Ok((document, suite))
    }
}

/// Whether a case fails. Local tokens are enough: with public ones the cases have passed before.
fn kills(suite: &Suite, scratch: &mut Scratch) -> bool {
    suite.cases.iter().any(|case| {
        let (Ok(request), Some(fixture)) = (&case.request, suite.fixtures.get(case.fixture)) else {
            return case.expected != Expected::Refused;
        };
        let verdict = fixture.with_explainer(Purpose::Local, |explainer| explainer.decide(request, case.now, scratch));
        verdict.word() != case.expected.word() || !fixture.broken_promises(request, case.now).is_empty()
    })
}

/// Everything that the cases can tell apart: the programs that decide them and the lifetimes of
/// their tokens. For a block without cases, its content.
/// it says.
fn fingerprint(document: &Document, suite: &Suite) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    let mut asked = BTreeSet::new();
    for block in suite.fixtures.iter().flat_map(super::Fixture::blocks) {
        let compiled = block.compiled();
        part(compiled.program.bytes());
        part(format!("{:?} {:?} {:?}", compiled.claims, compiled.times, compiled.holder).as_bytes());
        asked.insert(&block.template().name);
    }
    for template in document.templates().iter().filter(|template| !asked.contains(&template.name)) {
        part(says(template).as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// All of a template but its places.
fn says(template: &Template) -> String {
    let Template { claims, times, holder, guard, rules, .. } = template;
    let rules = rules.iter().map(|rule| (rule.effect, &rule.actions, &rule.tests, &rule.condition));
    format!("{claims:?} {times:?} {holder:?} {guard:?} {:?}", rules.collect::<Vec<_>>())
}

/// At most [`MUTANTS`], evenly spread.
fn spread(all: &[Mutant]) -> Vec<&Mutant> {
    let kept = all.len().min(MUTANTS);
    (0..kept).map(|number| &all[number * all.len() / kept]).collect()
}
