//! Generates many requests and looks for one with a wrong decision.
//!
//! The input is a [`Plan`]: a [`Target`] (a block with its arguments), and what its decisions are
//! compared with: its own promises, [another block](Plan::other), [another program](oracle). Then:
//!
//! 1. `boundary` and `neighbours` collect the values at which the rules' decisions change, and
//!    `generate` makes requests of them;
//! 2. [`target`] decides each, through everything that a service does; a request that covers
//!    anything new in [`coverage`] is kept and mutated further;
//! 3. `shrink` makes each finding as small as possible, and [`finding`] describes it, explains it,
//!    and writes the case for it.
//!
//! The output is a [`FuzzReport`]. Only an oracle that gives no answers is refused. The same plan with
//! the same seed finds the same; nothing here reads a clock, so the caller says when to stop.

mod boundary;
pub mod coverage;
pub mod finding;
mod generate;
pub mod import;
mod malformed;
mod neighbours;
pub mod oracle;
mod shrink;
pub mod target;

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::limits::{FUZZ_FINDINGS, FUZZ_PARTS};
use crate::testing::observe::Observer;
use coverage::Coverage;
use finding::{Finding, Key};
use generate::Generator;
use oracle::{Answer, Oracle, OracleError};
use placet::document::request::{self, OwnedRequest};
use placet::model::owned::TimedRequest;
use placet::model::time::Time;
use placet::program::literal;
pub use target::Target;
use target::{Observation, Subject};

/// The task.
#[derive(Debug)]
pub struct Plan<'p> {
    /// The block under test.
    pub target: &'p Target,
    /// The block to compare with; of the same vocabulary.
    pub other: Option<&'p Target>,
    /// A program that decides the same requests.
    pub oracle: Option<Oracle>,
    /// Recorded requests and their times, to start from.
    pub seeds: Vec<(OwnedRequest, Time)>,
    /// The seed of the generated requests.
    pub seed: u64,
    /// The number of requests to try.
    pub runs: u64,
}

/// The progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Requests tried.
    pub runs: u64,
    /// Findings.
    pub findings: usize,
}

/// The result.
#[derive(Clone, Debug)]
pub struct FuzzReport {
    /// Requests that were tried.
    pub runs: u64,
    /// The number of these with the verdict `allow`, `forbidden`, `not_permitted`, `refused`.
    pub verdicts: [u64; 4],
    /// For each promise, the number of requests to which it applies.
    pub promises: Vec<u64>,
    /// The findings: promises in the order of their lines, then differences.
    pub findings: Vec<Finding>,
    /// How much of the block the requests have covered; none for a block whose parts are unknown.
    pub coverage: Option<Coverage>,
}

/// The names of [`FuzzReport::verdicts`].
pub const VERDICTS: [&str; 4] = ["allow", "forbidden", "not_permitted", "refused"];

/// Carries out a plan, as long as `go_on` returns true.
///
/// # Errors
/// The oracle gives no answers.
pub fn run(plan: Plan<'_>, go_on: &mut dyn FnMut(Progress) -> bool) -> Result<FuzzReport, OracleError> {
    let (target, other) = (plan.target, plan.other);
    target.open(|ours| match other {
        Some(other) => other.open(|theirs| Run::new(plan, ours, Some(theirs)).run(go_on)),
        None => Run::new(plan, ours, None).run(go_on),
    })
}

struct Run<'r> {
    plan: Plan<'r>,
    ours: Subject<'r>,
    theirs: Option<Subject<'r>>,
    observer: Option<Observer>,
    /// The observations so far, apart from the coverage.
    seen: HashSet<(Observation, Option<Observation>)>,
    known: Vec<Key>,
    report: FuzzReport,
}

impl<'r> Run<'r> {
    fn new(plan: Plan<'r>, ours: Subject<'r>, theirs: Option<Subject<'r>>) -> Self {
        let observer = plan.target.block().observer();
        let promises = plan.target.block().promises().all().len();
        let report = FuzzReport {
            runs: 0,
            verdicts: [0; 4],
            promises: vec![0; promises],
            findings: Vec::new(),
            coverage: observer.as_ref().map(|observer| Coverage::of(&plan.target.title(), observer)),
        };
        Self { plan, ours, theirs, observer, seen: HashSet::new(), known: Vec::new(), report }
    }

    fn run(mut self, go_on: &mut dyn FnMut(Progress) -> bool) -> Result<FuzzReport, OracleError> {
        let target = self.plan.target;
        let mut rules = target.rules();
        rules.extend(self.plan.other.iter().flat_map(|other| other.rules()));
        let (beginning, end) = target.life();
        let life = (beginning.as_millis(), end.as_millis());
        let mut generator = Generator::new(self.plan.seed, target.facts(), rules, target.minted().as_millis(), life);
        for (request, time) in std::mem::take(&mut self.plan.seeds) {
            generator.add(TimedRequest { request, time });
        }
        self.ask_malformed()?;
        while self.report.runs < self.plan.runs && self.report.findings.len() < FUZZ_FINDINGS {
            let progress = Progress { runs: self.report.runs, findings: self.report.findings.len() };
            if !go_on(progress) {
                break;
            }
            let sample = generator.next();
            if self.attempt(&sample)? {
                generator.keep(&sample);
            }
        }
        self.report.findings.sort_by_key(|finding| finding.kind.rank());
        Ok(self.report)
    }

    /// Tries one request; returns whether it showed anything new.
    fn attempt(&mut self, sample: &TimedRequest) -> Result<bool, OracleError> {
        let (said, other, keys) = self.judge(sample)?;
        self.report.runs += 1;
        let word = VERDICTS.iter().position(|word| *word == said.word).unwrap_or(0);
        self.report.verdicts[word] += 1;
        said.about.iter().for_each(|&promise| self.report.promises[promise] += 1);
        let mut is_new = self.seen.insert((said, other));
        if let (Some(observer), Some(coverage)) = (&self.observer, &mut self.report.coverage)
            && (is_new || coverage.parts().count() <= FUZZ_PARTS)
        {
            is_new |= self.ours.observe(observer, sample, coverage);
        }
        for key in keys {
            if !self.known.contains(&key) && self.report.findings.len() < FUZZ_FINDINGS {
                self.found(key, sample)?;
            }
        }
        Ok(is_new)
    }

    /// The verdicts on a request, and the findings from them.
    fn judge(&mut self, sample: &TimedRequest) -> Result<(Observation, Option<Observation>, Vec<Key>), OracleError> {
        let said = self.ours.say(sample);
        let other = self.theirs.as_mut().map(|theirs| theirs.say(sample));
        let mut keys: Vec<Key> = said.broken.iter().map(|&number| Key::Promise { number, rule: said.rule }).collect();
        keys.extend((!said.agrees).then_some(Key::Disagreement));
        if let Some(other) = &other
            && other.is_allow() != said.is_allow()
        {
            keys.push(Key::Differs { wider: said.is_allow(), rule: said.rule, other: other.rule });
        }
        if let Some(oracle) = &mut self.plan.oracle {
            let answer = oracle.ask(&json(self.plan.target, sample))?;
            if !answer.agrees(said.word) {
                keys.push(Key::Oracle { answer, word: said.word, rule: said.rule });
            }
        }
        Ok((said, other, keys))
    }

    /// Shrinks a finding and describes it.
    fn found(&mut self, key: Key, sample: &TimedRequest) -> Result<(), OracleError> {
        let target = self.plan.target;
        let minted = target.minted().as_millis();
        let smallest = shrink::shrink(sample.clone(), minted, |smaller| Ok(self.judge(smaller)?.2.contains(&key)))?;
        let said = self.ours.say(&smallest);
        let other = self.theirs.as_mut().map(|theirs| theirs.say(&smallest).word);
        let expected = key.expected(target, other);
        self.report.findings.push(Finding {
            kind: key.kind(target),
            request: json(target, &smallest),
            time: smallest.time,
            verdict: said.word,
            expected,
            explanation: Some(self.ours.explain(&smallest)),
            other: self.theirs.as_ref().map(|theirs| theirs.explain(&smallest)),
            case: key.case(target, expected, &finding::request(target, &smallest), smallest.time),
        });
        self.known.push(key);
        Ok(())
    }

    /// A request that does not fit the vocabulary is refused here, and the oracle must not allow it
    /// either.
    fn ask_malformed(&mut self) -> Result<(), OracleError> {
        let Some(oracle) = &mut self.plan.oracle else { return Ok(()) };
        let target = self.plan.target;
        for request in malformed::requests(target.vocabulary(), target.minted()) {
            if oracle.ask(&request)? != Answer::Allow {
                continue;
            }
            let key = Key::Oracle { answer: Answer::Allow, word: "refused", rule: None };
            self.report.findings.push(Finding {
                kind: key.kind(target),
                time: target.minted(),
                verdict: "refused",
                expected: "allow",
                explanation: None,
                other: None,
                case: key.case(target, "allow", &finding::unread(&request), target.minted()),
                request,
            });
        }
        Ok(())
    }
}

/// The request as JSON, with its time.
fn json(target: &Target, sample: &TimedRequest) -> Json {
    let mut json = request::to_json(&sample.request, target.vocabulary());
    json["time"] = literal::time_or_number(sample.time.as_millis()).into();
    json
}
