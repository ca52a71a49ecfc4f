//! Mutants of a policy file: the same file with one small mistake in it, such as people make. Cases that pass with the mistake
//! do not show that the policy says what it should.
//!
//! What comes in is a policy file and the cases beside it ([`Trial`]). Then:
//!
//! 1. the cases are run as they are, and must pass;
//! 2. [`edits`] walks the tree for places to make a mistake: a rule is dropped, a pattern grants a little more or a little less
//!    ([`patterns`], [`texts`]), a condition is made true or false, a life is prolonged;
//! 3. each mistake is made in the text, and the text is checked, compiled and asked all cases, until one of them
//!    fails.
//!
//! What goes out is a [`Score`]: how many were killed, and those that survived. A mistake that the checker refuses, and one that makes
//! the same programs as the file itself or as another mistake, is none and is not counted. Promises are not touched, and a mistake
//! with which a case breaks one is noticed. What is refused: a map, which has no text; a file whose cases do not pass; more than
//! [`MUTANTS`], of which only so many, evenly spread, are tried.

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

/// A policy file, its cases, and what both are read with.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'t> {
    /// What the policy file is called, and its text.
    pub policy: (&'t str, &'t str),
    /// What the case file is called, and its text.
    pub cases: (&'t str, &'t str),
    /// The vocabularies.
    pub library: &'t Library,
    /// The time of cases that say none.
    pub now: Time,
    /// What tokens are minted with.
    pub keys: &'t Keys,
}

/// A mistake: other text at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// What is replaced.
    pub at: Span,
    /// With what.
    pub with: String,
    /// What kind of mistake it is.
    pub kind: MutantKind,
}

impl Mutant {
    /// The whole file with the mistake in it.
    #[must_use]
    pub fn of(&self, text: &str) -> String {
        let (before, behind) = (Span::new(0, self.at.start), Span::new(self.at.end, text.len()));
        format!("{}{}{}", before.of(text), self.with, behind.of(text))
    }
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MutantKind {
    /// A rule is not there.
    RuleDropped,
    /// A denial is not there.
    DenyDropped,
    /// A pattern matches more.
    Widened,
    /// A pattern matches less.
    Narrowed,
    /// A part of a condition is always true.
    AlwaysTrue,
    /// A part of a condition is always false.
    AlwaysFalse,
    /// A comparison takes the other side of its border.
    Border,
    /// A token lives longer.
    Prolonged,
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
            Self::Prolonged => "a life is prolonged",
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
        }
    }
}

/// What became of the mutants of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// A case failed.
    pub killed: usize,
    /// Every case passed.
    pub survivors: Vec<Mutant>,
    /// The checker or the compiler refused them.
    pub refused: usize,
    /// They make the same programs as the file, or as another mutant.
    pub same: usize,
    /// There were too many to try.
    pub left_out: usize,
}

impl Score {
    /// Those that count.
    #[must_use]
    pub const fn counted(&self) -> usize {
        self.killed + self.survivors.len()
    }

    /// The share of those killed, in tenths of a percent, rounded down; none where none counts.
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
    /// The policy or its cases have mistakes of their own.
    Broken(Report),
    /// That many cases fail without any mutant.
    Failing(usize),
}

impl fmt::Display for ScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(report) => report.fmt(f),
            Self::Failing(failing) => write!(f, "{failing} cases fail as it is, so no mutant was tried"),
        }
    }
}

impl std::error::Error for ScoreError {}

impl Trial<'_> {
    /// Tries all mutants. `progress` is told how many are done, and of how many.
    ///
    /// # Errors
    /// The cases do not pass as they are.
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

/// Whether a case fails. Local tokens tell enough: with public ones the cases have passed before.
fn kills(suite: &Suite, scratch: &mut Scratch) -> bool {
    suite.cases.iter().any(|case| {
        let (Ok(request), Some(fixture)) = (&case.request, suite.fixtures.get(case.fixture)) else {
            return case.expected != Expected::Refused;
        };
        let verdict = fixture.with_explainer(Purpose::Local, |explainer| explainer.decide(request, case.now, scratch));
        verdict.word() != case.expected.word() || !fixture.broken_promises(request, case.now).is_empty()
    })
}

/// What the cases can tell apart: the programs that they ask and the lives of their tokens. Of a block that no case is about, what
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
        part(format!("{:?} {:?}", compiled.claims, compiled.times).as_bytes());
        asked.insert(&block.template().name);
    }
    for template in document.templates().iter().filter(|template| !asked.contains(&template.name)) {
        part(says(template).as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// All of a template but its places.
fn says(template: &Template) -> String {
    let Template { claims, times, guard, rules, .. } = template;
    let rules = rules.iter().map(|rule| (rule.effect, &rule.actions, &rule.tests, &rule.condition));
    format!("{claims:?} {times:?} {guard:?} {:?}", rules.collect::<Vec<_>>())
}

/// At most [`MUTANTS`], evenly spread.
fn spread(all: &[Mutant]) -> Vec<&Mutant> {
    let kept = all.len().min(MUTANTS);
    (0..kept).map(|number| &all[number * all.len() / kept]).collect()
}
