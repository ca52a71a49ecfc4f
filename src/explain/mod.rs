//! Why a request was decided as it was, and the smallest change to it that would be allowed.
//!
//! The input is an [`Explainer`] (an authorizer and a token) and a request. Then:
//!
//! 1. the request is decided, and the deciding rule is quoted: from its source if that is
//!    [known](Sources), otherwise from the program itself, [read back](crate::program::read) and
//!    turned into [source](crate::program::source);
//! 2. if it is not allowed, the failing tests of each rule [propose] the
//!    [nearest](edit_distance) values that they accept, and the request is [repaired](repair) with
//!    them;
//! 3. a [search] decides each repaired request again, the smallest change first, until one is
//!    allowed.
//!
//! The result is an [`Explanation`]: data for programs, and text for people. A change that is shown
//! has been decided and is allowed. A refused token or request has a [cause](refusal) and a way out
//! instead.

mod answer;
mod approvals;
mod edit_distance;
#[doc(hidden)]
#[allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "public for `placet-tools` alone, which invents requests the same way"
)]
pub mod evaluate;
mod patience;
#[doc(hidden)]
#[allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "public for `placet-tools` alone, which invents requests the same way"
)]
pub mod propose;
mod refusal;
#[doc(hidden)]
#[allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "public for `placet-tools` alone, which invents requests the same way"
)]
pub mod repair;
mod resolve;
mod rows;
mod search;
mod sets;
mod show;
mod sources;
mod urls;

use serde_json::Value as Json;

use crate::compile::expressions::Expressions;
use crate::document::request::{self, OwnedRequest, OwnedValue, RequestJsonError};
use crate::program::read::rules;
use crate::program::source::ToSource;
use crate::program::{Test, literal};
pub use answer::{Cause, Change, Explanation, Nearest, Quote, Ruling};
use evaluate::{Facts, Part};
use placet_core::authorize::Authorizer;
use placet_core::bytecode::verify::Proved;
use placet_core::model::owned::TimedRequest;
use placet_core::model::request::View;
use placet_core::model::time::Time;
use placet_core::model::types::Type;
use placet_core::model::verdict::{Decider, Origin, Refusal, Verdict};
use placet_core::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet_core::token::cache::TokenCache;
use placet_core::token::claims::ClaimsDraft;
use placet_core::token::evidence::{Accepted, Evidence};
use placet_core::token::verify::Scratch;
pub use propose::sample;
use propose::sample_labels;
use search::{Program, Repair, Search};
pub use sources::{BlockSource, Sources};

/// Decides requests and says why: an authorizer, and the token that is sent with every request, if
/// there is one.
#[derive(Clone, Copy, Debug)]
pub struct Explainer<'a> {
    authorizer: Authorizer<'a>,
    token: Option<&'a str>,
    sources: &'a Sources<'a>,
    cache: Option<&'a TokenCache>,
    closed: bool,
}

impl<'a> Explainer<'a> {
    /// Decides with the text of a token, or without one by the authorizer's policies alone.
    #[must_use]
    pub const fn new(authorizer: Authorizer<'a>, token: Option<&'a str>, sources: &'a Sources<'a>) -> Self {
        Self { authorizer, token, sources, cache: None, closed: false }
    }

    /// The same, verifying the token once for many requests.
    #[must_use]
    pub const fn with_cache(self, cache: &'a TokenCache) -> Self {
        Self { cache: Some(cache), ..self }
    }

    /// The same with a proof of the holder, or with approvals, of the request. Other requests, which
    /// are tried for an explanation, are decided as if they had the same.
    #[must_use]
    pub const fn with_evidence(self, evidence: &'a Evidence<'a>) -> Self {
        Self { authorizer: self.authorizer.with_evidence(evidence), ..self }
    }

    /// The same without revealing the contents of the token: no text of its rules, and no change
    /// that would be allowed, from which the rules could be inferred. For readers who may not see
    /// into an encrypted token.
    #[must_use]
    pub const fn closed(self) -> Self {
        Self { closed: true, ..self }
    }

    /// Decides a request at `time`.
    pub fn decide(&self, request: &OwnedRequest, time: Time, scratch: &mut Scratch) -> Verdict {
        let decided =
            request.with_request(self.authorizer.vocabulary(), time, |request| match (self.token, self.cache) {
                (Some(text), None) => self.authorizer.authorize(text, request, scratch).verdict(),
                (Some(text), Some(cache)) => self.decide_known(text, request, scratch, cache),
                (None, _) => self.authorizer.decide_alone(request),
            });
        decided.unwrap_or_else(|malformed| Verdict::Refused(Refusal::Request(malformed)))
    }

    fn decide_known(&self, text: &str, request: &View<'_>, scratch: &mut Scratch, cache: &TokenCache) -> Verdict {
        let verifier = self.authorizer.verifier();
        let decided = cache
            .verify(verifier, text, request.time(), scratch, |token| self.authorizer.decide(token, request).verdict());
        decided.unwrap_or_else(Verdict::Refused)
    }

    /// Decides a request and says why.
    #[must_use]
    pub fn explain(&self, request: &OwnedRequest, time: Time) -> Explanation {
        let mut scratch = Scratch::new();
        match self.accept(request, time, &mut scratch) {
            Ok(accepted) => {
                let authorizer = self.authorizer.with_accepted(&accepted);
                Explainer { authorizer, ..*self }.explain_accepted(request, time, &accepted, &mut scratch)
            }
            Err(refusal) => self.decided(Verdict::Refused(refusal), time),
        }
    }

    fn explain_accepted(
        &self,
        request: &OwnedRequest,
        time: Time,
        accepted: &Accepted,
        scratch: &mut Scratch,
    ) -> Explanation {
        let verdict = self.decide(request, time, scratch);
        let mut explanation = self.decided(verdict, time);
        if let Some(cause) = self.younger(request.action, verdict, time, scratch) {
            explanation.cause = Some(cause);
            return explanation;
        }
        if self.closed {
            return explanation;
        }
        let timed = TimedRequest { request: request.clone(), time };
        explanation.rows = self.rows(&timed, verdict);
        // An approval lifts no refusal.
        if matches!(verdict, Verdict::Forbidden(_) | Verdict::NotPermitted(_))
            && let Some(cause) = self.unapproved(request, time, accepted, scratch)
        {
            explanation.cause = Some(cause);
            return explanation;
        }
        if let Verdict::Forbidden(decider) | Verdict::NotPermitted(decider) = verdict {
            explanation.nearest = self.way_out(&timed, decider, scratch);
        }
        explanation
    }

    /// Reports a token or policy that was made before the action was declared: then none of its
    /// rules is to blame.
    fn younger(&self, action: ActionNo, verdict: Verdict, time: Time, scratch: &mut Scratch) -> Option<Cause> {
        let Verdict::NotPermitted(Decider { origin, rule: None }) = verdict else { return None };
        let (knows, what) = match origin {
            Origin::Block(_) => {
                let token = self.authorizer.verifier().verify(self.token?, time, scratch).ok()?;
                (token.state().knows(action), "token")
            }
            Origin::Policy(number) => (self.authorizer.policies().get(usize::from(number))?.knows(action), "policy"),
        };
        let vocabulary = self.authorizer.vocabulary();
        (!knows).then(|| refusal::younger(vocabulary.action_name(action).unwrap_or("?"), what, vocabulary))
    }

    /// The meaning of a verdict: the rule that decided, or the cause. No change is searched for.
    #[must_use]
    pub fn decided(&self, verdict: Verdict, time: Time) -> Explanation {
        let mut explanation =
            Explanation { verdict: verdict.word(), decided: None, cause: None, rows: Vec::new(), nearest: None };
        match verdict {
            Verdict::Allow(decider) | Verdict::Forbidden(decider) | Verdict::NotPermitted(decider) => {
                explanation.decided = Some(self.ruling(decider, time));
            }
            Verdict::Refused(refusal) => {
                explanation.cause = Some(refusal::cause(refusal, self.token, time, self.authorizer.vocabulary()));
            }
        }
        explanation
    }

    /// The explanation for JSON that is not a request: it is refused.
    #[must_use]
    pub fn malformed(&self, bad: &RequestJsonError, request: &Json) -> Explanation {
        let cause = refusal::malformed(bad, request, self.authorizer.vocabulary());
        Explanation { verdict: "refused", decided: None, cause: Some(cause), rows: Vec::new(), nearest: None }
    }

    /// The same with known sources only, without reading programs back: for many requests.
    #[must_use]
    pub fn briefly(&self, verdict: Verdict, time: Time) -> Explanation {
        let decided = match verdict {
            Verdict::Allow(decider) | Verdict::Forbidden(decider) | Verdict::NotPermitted(decider) => decider,
            Verdict::Refused(_) => return self.decided(verdict, time),
        };
        let decided = Some(self.ruling_at_hand(decided));
        Explanation { verdict: verdict.word(), decided, cause: None, rows: Vec::new(), nearest: None }
    }

    /// The rows of tables that the deciding rule read; if none decided, the one that comes nearest.
    fn rows(&self, request: &TimedRequest, verdict: Verdict) -> Vec<String> {
        let (Verdict::Allow(decider) | Verdict::Forbidden(decider) | Verdict::NotPermitted(decider)) = verdict else {
            return Vec::new();
        };
        let read = |programs: &[Program], facts: &Facts<'_>| {
            let search = Search { facts, programs, source: ToSource::new(facts.vocabulary) };
            let number = decider.rule.or_else(|| search.nearest(request, decider.origin)?.0.rule)?;
            let program = programs.iter().find(|program| program.origin == decider.origin)?;
            Some(rows::read(program.rules.get(usize::from(number))?, &facts.of(request)))
        };
        self.with_programs(request.time, read).flatten().unwrap_or_default()
    }

    fn ruling_at_hand(&self, decider: Decider) -> Ruling {
        let block = self.sources.get(decider.origin);
        Ruling {
            block: block.map_or_else(|| self.name_of(decider.origin), |block| block.name.clone()),
            number: decider.rule,
            quote: decider.rule.and_then(|rule| block.and_then(|block| block.quote(rule))),
        }
    }

    fn ruling(&self, decider: Decider, time: Time) -> Ruling {
        let mut ruling = self.ruling_at_hand(decider);
        let text = || {
            self.with_programs(time, |programs, _| {
                let program = programs.iter().find(|program| program.origin == decider.origin)?;
                let rule = program.rules.get(usize::from(decider.rule?))?;
                let expressions = Expressions::default();
                Some(self.source(decider.origin).comparing(&expressions).rule(rule))
            })
        };
        let is_hidden = self.closed && matches!(decider.origin, Origin::Block(_));
        if ruling.quote.is_none() && ruling.number.is_some() && !is_hidden {
            ruling.quote = text().flatten().map(|text| Quote { text, file: None, line: None, path: None });
        }
        ruling
    }

    /// The printer for the rules of a block.
    fn source(&self, origin: Origin) -> ToSource<'a> {
        let is_restriction = matches!(origin, Origin::Block(number) if number > 0);
        ToSource::new(self.authorizer.vocabulary()).of_restriction(is_restriction)
    }

    fn name_of(&self, origin: Origin) -> String {
        match origin {
            Origin::Policy(number) => {
                let policy = self.authorizer.policies().get(usize::from(number));
                policy.map_or_else(|| origin.to_string(), |policy| format!("policy {}", policy.name()))
            }
            Origin::Block(_) => origin.to_string(),
        }
    }

    /// Reads back all programs that decide a request at `time`; `None` if the token is not valid
    /// then.
    fn with_programs<R>(&self, time: Time, use_them: impl FnOnce(&[Program], &Facts<'_>) -> R) -> Option<R> {
        let vocabulary = self.authorizer.vocabulary();
        let mut facts = Facts {
            vocabulary,
            issuance: time.as_millis(),
            expiry: i64::MAX,
            vouchers: Vec::new(),
            approvers: Vec::new(),
            claims: ClaimsDraft::default(),
        };
        let mut programs = Vec::new();
        let mut put = |origin, program: &Proved<'_>, cost| {
            programs.extend(rules(program).map(|rules| Program { origin, rules, cost }));
        };
        let mut scratch = Scratch::new();
        if let Some(text) = self.token {
            let token = self.authorizer.verifier().verify(text, time, &mut scratch).ok()?;
            let header = token.header();
            (facts.issuance, facts.expiry) =
                (header.issuance.as_millis(), header.expiry.unwrap_or(Time::MAX).as_millis());
            facts.vouchers = token.vouchers().copied().collect();
            facts.claims = token.claims().into();
            token
                .programs()
                .zip(0..)
                .for_each(|(program, number)| put(Origin::Block(number), &program, program.cost()));
        }
        facts.approvers = self.authorizer.accepted().map(Accepted::approvers).unwrap_or_default().to_vec();
        let policies = self.authorizer.policies().iter().zip(0..);
        policies.for_each(|(policy, number)| put(Origin::Policy(number), &policy.program(), 0));
        Some(use_them(&programs, &facts))
    }

    fn way_out(&self, request: &TimedRequest, decider: Decider, scratch: &mut Scratch) -> Option<Nearest> {
        let found = self.with_programs(request.time, |programs, facts| {
            let expressions = Expressions::default();
            let source = ToSource::new(facts.vocabulary).comparing(&expressions);
            let search = Search { facts, programs, source };
            match search.run(request, |request| self.decide(&request.request, request.time, scratch)) {
                Some(repair) => Some(self.passing(request, &repair, facts)),
                None => self.lacking(request, decider, &search),
            }
        });
        found.flatten()
    }

    /// A change that would be allowed.
    fn passing(&self, request: &TimedRequest, repair: &Repair, facts: &Facts<'_>) -> Nearest {
        let changes = facts.of(request).differences(&repair.request).into_iter().map(|part| {
            let mut needs: Vec<&str> =
                repair.needs.iter().filter(|(other, _)| *other == part).map(|(_, words)| words.as_str()).collect();
            needs.dedup();
            let proposal = show::part(&repair.request, &part, facts.vocabulary);
            let needs = if needs.is_empty() { proposal.clone() } else { needs.join(" and ") };
            change(request, &part, needs, Some(proposal), facts.vocabulary)
        });
        let mut repaired = request::to_json(&repair.request.request, facts.vocabulary);
        if repair.request.time != request.time {
            repaired["time"] = literal::time_or_number(repair.request.time.as_millis()).into();
        }
        Nearest {
            rules: repair.rules.iter().map(|decider| self.ruling(*decider, request.time)).collect(),
            changes: changes.collect(),
            request: Some(repaired),
            allowed: Some(repair.request.clone()),
        }
    }

    /// The failing tests of the nearest rule, if no change was found that would be allowed.
    fn lacking(&self, request: &TimedRequest, decider: Decider, search: &Search<'_, '_>) -> Option<Nearest> {
        if decider.rule.is_some() {
            return None;
        }
        let (nearest, failing) = search.nearest(request, decider.origin)?;
        let changes = failing.into_iter().filter_map(|test| {
            let part = match test {
                Test::Action(_) => Part::Action,
                Test::Field(field, _) | Test::Elements(_, field, _) => Part::Field(*field),
                Test::When(truth) => {
                    let needs = search.source.condition(truth);
                    return Some(Change { attribute: "when".to_owned(), found: None, needs, proposal: None });
                }
            };
            let needs = search.need(request, test, &part, true)?;
            Some(change(request, &part, needs, None, search.facts.vocabulary))
        });
        let changes = changes.collect();
        Some(Nearest { rules: vec![self.ruling(nearest, request.time)], changes, request: None, allowed: None })
    }
}

/// A minimal request: the first action, and a value for each required attribute.
#[must_use]
pub fn example(vocabulary: &Vocabulary) -> OwnedRequest {
    let required =
        vocabulary.attributes().iter().zip((0..=u8::MAX).map(FieldNo)).skip(1).filter(|(it, _)| !it.optional);
    let values = required.map(|(attribute, field)| {
        let value = match attribute.ty {
            Type::One(scalar) | Type::Set(scalar) => OwnedValue::One(sample(scalar)),
            Type::Labels => OwnedValue::Labels(sample_labels()),
        };
        (field, value)
    });
    OwnedRequest { action: ActionNo(0), values: values.collect() }
}

fn change(
    request: &TimedRequest,
    part: &Part,
    needs: String,
    proposal: Option<String>,
    vocabulary: &Vocabulary,
) -> Change {
    Change {
        attribute: show::name(part, vocabulary),
        found: show::found(request, part, vocabulary),
        proposal: proposal.filter(|proposal| *proposal != needs),
        needs,
    }
}
