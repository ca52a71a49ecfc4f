//! Runs cases: requests and their expected verdicts, each through everything that a service does —
//! check, compile, mint with an ephemeral key, write and read the token's text, verify, decide —
//! with a local and with a public token.
//!
//! 1. [`cases`] reads a `.cases` file beside its policy file, [`jsonl`] a `.jsonl` file whose lines
//!    bring their own maps;
//! 2. each token with its restrictions, or each policy, becomes a [`Fixture`]: minted once, used
//!    often;
//! 3. a [`Case`] is [`run`](Suite::run) on its fixture and gives an [`Outcome`], with an
//!    explanation on demand;
//! 4. [`observe`] evaluates a block part by part, and [`coverage`] counts the parts that the cases
//!    cover;
//! 5. [`mutate`] makes small mistakes in the policy and reports those that no case notices;
//! 6. [`promises`] checks `never` and `always` against requests, and [`Fixture::broken_promises`]
//!    against those of cases.
//!
//! A case file with errors is refused as a whole, and the report lists all of them. A request that
//! does not fit its vocabulary is not such an error: it is `refused`, which a case may expect.

pub mod cases;
pub mod coverage;
mod fixture;
pub mod html;
pub mod jsonl;
pub mod mutate;
pub mod observe;
mod places;
pub mod promises;

use serde_json::Value as Json;

pub use fixture::{Block, Fixture, FixtureError, Keys};

use placet::document::request::{OwnedRequest, RequestJsonError};
use placet::explain::Explanation;
use placet::model::request::RequestError;
use placet::model::time::Time;
use placet::model::verdict::{Refusal, Verdict};
use placet::syntax::cases::Expected;
use placet::token::header::Purpose;
use placet::token::verify::Scratch;

/// The cases of one file.
#[derive(Debug)]
pub struct Suite {
    /// The name of the file.
    pub name: String,
    /// The fixtures that decide.
    pub fixtures: Vec<Fixture>,
    /// In the order of the file.
    pub cases: Vec<Case>,
}

/// A request and its expected verdict.
#[derive(Debug)]
pub struct Case {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its line in the file.
    pub line: usize,
    /// The number of the suite's fixture that decides it.
    pub fixture: usize,
    /// The request as JSON.
    pub json: Json,
    /// The request, or the reason why the JSON is not one.
    pub request: Result<OwnedRequest, RequestJsonError>,
    /// Its time.
    pub now: Time,
    /// The verdict.
    pub expected: Expected,
    /// The name of the refusal, if the case gives one.
    pub cause: Option<String>,
    /// The text after `because`.
    pub reason: Option<String>,
}

/// The outcome of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// With a local token, or without any; none if there was no request to decide.
    pub verdict: Option<Verdict>,
    /// With a public token, if that differs.
    pub public: Option<Verdict>,
}

impl Outcome {
    /// `allow`, `forbidden`, `not_permitted` or `refused`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.verdict.map_or("refused", |verdict| verdict.word())
    }

    /// For a refusal, its name: `expired`.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        match self.verdict {
            None => Some(MALFORMED),
            Some(Verdict::Refused(refusal)) => Some(refusal.name()),
            Some(Verdict::Allow(_) | Verdict::Forbidden(_) | Verdict::NotPermitted(_)) => None,
        }
    }

    /// Whether that was expected, for both kinds of token.
    #[must_use]
    pub fn passes(&self, case: &Case) -> bool {
        let is_cause = case.cause.as_deref().is_none_or(|cause| self.cause() == Some(cause));
        self.public.is_none() && self.word() == case.expected.word() && is_cause
    }
}

impl Case {
    /// The expected verdict, as its file writes it: `refused expired`.
    #[must_use]
    pub fn expectation(&self) -> String {
        let word = self.expected.word();
        self.cause.as_ref().map_or_else(|| word.to_owned(), |cause| format!("{word} {cause}"))
    }
}

/// The refusal of a request that does not fit its vocabulary.
const MALFORMED: &str = Refusal::Request(RequestError::OtherVocabulary).name();

impl Suite {
    /// Decides a case.
    #[must_use]
    pub fn run(&self, case: &Case, scratch: &mut Scratch) -> Outcome {
        let (Some(fixture), Ok(request)) = (self.fixtures.get(case.fixture), &case.request) else {
            return Outcome { verdict: None, public: None };
        };
        let mut decide =
            |purpose| fixture.with_explainer(purpose, |explainer| explainer.decide(request, case.now, scratch));
        let verdict = decide(Purpose::Local);
        let public = decide(Purpose::Public);
        Outcome { verdict: Some(verdict), public: Some(public).filter(|public| *public != verdict) }
    }

    /// The promises that a case breaks, as they were written, each with its line if it has one.
    #[must_use]
    pub fn broken_promises(&self, case: &Case) -> Vec<(Option<usize>, String)> {
        let (Some(fixture), Ok(request)) = (self.fixtures.get(case.fixture), &case.request) else { return Vec::new() };
        let broken = fixture.broken_promises(request, case.now).into_iter();
        let said = broken.filter_map(|broken| Some(fixture.blocks().nth(broken.block)?.promise(broken.promise)));
        said.collect()
    }

    /// Decides a case and explains the verdict.
    #[must_use]
    pub fn explain(&self, case: &Case) -> Option<Explanation> {
        let fixture = self.fixtures.get(case.fixture)?;
        Some(fixture.with_explainer(Purpose::Local, |explainer| match &case.request {
            Ok(request) => explainer.explain(request, case.now),
            Err(bad) => explainer.malformed(bad, &case.json),
        }))
    }
}
