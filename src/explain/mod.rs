//! Why a request was decided as it was, and the smallest change of it that would pass.
//!
//! What comes in is a [`Court`] (who decides, with which token) and a request. Then:
//!
//! 1. the request is decided, and the deciding rule is quoted: from its source where that is [at hand](Sources), otherwise
//!    from the program itself, [read back](tree) into rules and put into [words];
//! 2. where it is not allowed, the [nearest] values that the failing tests of each rule want are
//!    [proposed](propose), and requests are [mended](mend) with them;
//! 3. a [search] decides each mended request again, in the order of how little it changes, until one passes.
//!
//! What goes out is an [`Explanation`]: data for programs, and text for people. A change that is shown has been decided: it
//! passes. What is refused has a [cause](refusal) and a way out instead.

mod mend;
mod nearest;
mod patience;
#[doc(hidden)]
#[allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "public for `placet-tools` alone, which invents requests the same way"
)]
pub mod propose;
mod refusal;
mod search;
mod show;
pub mod tree;
#[doc(hidden)]
#[allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "public for `placet-tools` alone, which invents requests the same way"
)]
pub mod wish;
pub mod words;

use serde::Serialize;
use serde_json::Value as Json;

use crate::author::Document;
use crate::author::request::{BadRequest, OwnedRequest, OwnedValue};
use crate::authorize::Authorizer;
use crate::bytecode::verify::Proved;
use crate::check::tree::Template;
use crate::compile::expressions::Expressions;
use crate::compile::{Compiled, Frame, RuleOrigin};
use crate::diag::Source;
use crate::model::request::Request;
use crate::model::time::Time;
use crate::model::types::Type;
use crate::model::verdict::{Decider, Origin, Refusal, Verdict};
use crate::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use crate::token::cache::TokenCache;
use crate::token::verify::Scratch;
pub use propose::sample;
use propose::sample_labels;
use search::{Program, Search, Way};
use wish::{Facts, Part, Wish};
use words::Words;

/// Who decides: an authorizer, and the token that comes along with every request, if one does.
#[derive(Clone, Copy, Debug)]
pub struct Court<'a> {
    authorizer: Authorizer<'a>,
    token: Option<&'a str>,
    sources: &'a Sources<'a>,
    cache: Option<&'a TokenCache>,
    closed: bool,
}

impl<'a> Court<'a> {
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

    /// The same, telling nothing of what is in the token: no text of its rules, and no change that would pass, from
    /// which the rules could be read. For those who may not read an encrypted token.
    #[must_use]
    pub const fn closed(self) -> Self {
        Self { closed: true, ..self }
    }

    /// Decides a request at `time`.
    pub fn decide(&self, request: &OwnedRequest, time: Time, scratch: &mut Scratch) -> Verdict {
        let decided = request.lend(self.authorizer.vocabulary(), time, |request| match (self.token, self.cache) {
            (Some(text), None) => self.authorizer.authorize(text, request, scratch).verdict(),
            (Some(text), Some(cache)) => self.decide_known(text, request, scratch, cache),
            (None, _) => self.authorizer.decide_alone(request),
        });
        decided.unwrap_or_else(|malformed| Verdict::Refused(Refusal::Request(malformed)))
    }

    fn decide_known(&self, text: &str, request: &Request<'_>, scratch: &mut Scratch, cache: &TokenCache) -> Verdict {
        let verifier = self.authorizer.verifier();
        let decided = cache
            .verify(verifier, text, request.time(), scratch, |token| self.authorizer.decide(token, request).verdict());
        decided.unwrap_or_else(Verdict::Refused)
    }

    /// Decides a request and says why.
    #[must_use]
    pub fn explain(&self, request: &OwnedRequest, time: Time) -> Explanation {
        let mut scratch = Scratch::new();
        let verdict = self.decide(request, time, &mut scratch);
        let mut explanation = self.decided(verdict, time);
        if let Some(cause) = self.younger(request.action, verdict, time, &mut scratch) {
            explanation.cause = Some(cause);
            return explanation;
        }
        if self.closed {
            return explanation;
        }
        if let Verdict::Forbidden(decider) | Verdict::NotPermitted(decider) = verdict {
            let wish = Wish { request: request.clone(), time: time.as_millis() };
            explanation.nearest = self.way_out(&wish, decider, &mut scratch);
        }
        explanation
    }

    /// Says so where what decided was made before the action was declared: no rule of it is to blame.
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

    /// What a verdict means: the rule that decided, or the cause. No change is looked for.
    #[must_use]
    pub fn decided(&self, verdict: Verdict, time: Time) -> Explanation {
        let mut explanation = Explanation { verdict: verdict.word(), decided: None, cause: None, nearest: None };
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

    /// What to say of JSON that is no request: that it is refused.
    #[must_use]
    pub fn malformed(&self, bad: &BadRequest, request: &Json) -> Explanation {
        let cause = refusal::malformed(bad, request, self.authorizer.vocabulary());
        Explanation { verdict: "refused", decided: None, cause: Some(cause), nearest: None }
    }

    /// The same, quoting only what is at hand: for many requests.
    #[must_use]
    pub fn briefly(&self, verdict: Verdict, time: Time) -> Explanation {
        let decided = match verdict {
            Verdict::Allow(decider) | Verdict::Forbidden(decider) | Verdict::NotPermitted(decider) => decider,
            Verdict::Refused(_) => return self.decided(verdict, time),
        };
        let decided = Some(self.ruling_at_hand(decided));
        Explanation { verdict: verdict.word(), decided, cause: None, nearest: None }
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
                Some(Words::new(self.authorizer.vocabulary()).comparing(&expressions).rule(rule))
            })
        };
        let is_hidden = self.closed && matches!(decider.origin, Origin::Block(_));
        if ruling.quote.is_none() && ruling.number.is_some() && !is_hidden {
            ruling.quote = text().flatten().map(|text| Quote { text, file: None, line: None, path: None });
        }
        ruling
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

    /// Reads all programs back that decide a request at `time`; `None` where the token is not valid then.
    fn with_programs<R>(&self, time: Time, use_them: impl FnOnce(&[Program], &Facts<'_>) -> R) -> Option<R> {
        let vocabulary = self.authorizer.vocabulary();
        let mut facts = Facts { vocabulary, issuance: time.as_millis(), expiry: i64::MAX, vouchers: Vec::new() };
        let mut programs = Vec::new();
        let mut put = |origin, program: &Proved<'_>, cost| {
            programs.extend(tree::rules(program).map(|rules| Program { origin, rules, cost }));
        };
        let mut scratch = Scratch::new();
        if let Some(text) = self.token {
            let token = self.authorizer.verifier().verify(text, time, &mut scratch).ok()?;
            let header = token.header();
            (facts.issuance, facts.expiry) =
                (header.issuance.as_millis(), header.expiry.unwrap_or(Time::MAX).as_millis());
            facts.vouchers = token.vouchers().copied().collect();
            token
                .programs()
                .zip(0..)
                .for_each(|(program, number)| put(Origin::Block(number), &program, program.cost()));
        }
        let policies = self.authorizer.policies().iter().zip(0..);
        policies.for_each(|(policy, number)| put(Origin::Policy(number), &policy.program(), 0));
        Some(use_them(&programs, &facts))
    }

    fn way_out(&self, wish: &Wish, decider: Decider, scratch: &mut Scratch) -> Option<Nearest> {
        let found = self.with_programs(Time::from_millis(wish.time), |programs, facts| {
            let expressions = Expressions::default();
            let words = Words::new(facts.vocabulary).comparing(&expressions);
            let search = Search { facts, programs, words };
            match search.run(wish, |wish| self.decide(&wish.request, Time::from_millis(wish.time), scratch)) {
                Some(way) => Some(self.passing(wish, &way, facts)),
                None => self.lacking(wish, decider, &search),
            }
        });
        found.flatten()
    }

    /// A change that passes.
    fn passing(&self, wish: &Wish, way: &Way, facts: &Facts<'_>) -> Nearest {
        let changes = wish.differences(&way.wish, facts.vocabulary).into_iter().map(|part| {
            let mut needs: Vec<&str> =
                way.needs.iter().filter(|(other, _)| *other == part).map(|(_, words)| words.as_str()).collect();
            needs.dedup();
            let proposal = show::part(&way.wish, &part, facts.vocabulary);
            let needs = if needs.is_empty() { proposal.clone() } else { needs.join(" and ") };
            change(wish, &part, needs, Some(proposal), facts.vocabulary)
        });
        let mut request = way.wish.request.to_json(facts.vocabulary);
        if way.wish.time != wish.time {
            request["time"] = words::time(way.wish.time).into();
        }
        Nearest {
            rules: way.rules.iter().map(|decider| self.ruling(*decider, Time::from_millis(wish.time))).collect(),
            changes: changes.collect(),
            request: Some(request),
        }
    }

    /// What the nearest rule lacks, where no change was found that passes.
    fn lacking(&self, wish: &Wish, decider: Decider, search: &Search<'_, '_>) -> Option<Nearest> {
        if decider.rule.is_some() {
            return None;
        }
        let (nearest, failing) = search.nearest(wish, decider.origin)?;
        let changes = failing.into_iter().filter_map(|test| {
            let part = match test {
                tree::Test::Action(_) => Part::Action,
                tree::Test::Field(field, _) => Part::Field(*field),
                tree::Test::When(truth) => {
                    let needs = search.words.truth(truth);
                    return Some(Change { attribute: "when".to_owned(), found: None, needs, proposal: None });
                }
            };
            let needs = search.need(wish, test, &part, true)?;
            Some(change(wish, &part, needs, None, search.facts.vocabulary))
        });
        let changes = changes.collect();
        Some(Nearest { rules: vec![self.ruling(nearest, Time::from_millis(wish.time))], changes, request: None })
    }
}

/// A request to begin with: the first action, and a value for each attribute that must have one.
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

fn change(wish: &Wish, part: &Part, needs: String, proposal: Option<String>, vocabulary: &Vocabulary) -> Change {
    Change {
        attribute: show::name(part, vocabulary),
        found: show::found(wish, part, vocabulary),
        proposal: proposal.filter(|proposal| *proposal != needs),
        needs,
    }
}

/// Where the rules of a token's blocks and of policies come from, as far as that is known.
#[derive(Clone, Debug, Default)]
pub struct Sources<'d> {
    blocks: Vec<Option<BlockSource<'d>>>,
    policies: Vec<Option<BlockSource<'d>>>,
}

impl<'d> Sources<'d> {
    /// Nothing is known.
    #[must_use]
    pub const fn none() -> Self {
        Self { blocks: Vec::new(), policies: Vec::new() }
    }

    /// The source of the token's next block, the authority first.
    pub fn push_block(&mut self, source: BlockSource<'d>) {
        self.blocks.push(Some(source));
    }

    /// The source of the service's next policy.
    pub fn push_policy(&mut self, source: BlockSource<'d>) {
        self.policies.push(Some(source));
    }

    fn get(&self, origin: Origin) -> Option<&BlockSource<'d>> {
        match origin {
            Origin::Block(number) => self.blocks.get(usize::from(number))?.as_ref(),
            Origin::Policy(number) => self.policies.get(usize::from(number))?.as_ref(),
        }
    }
}

/// The source of one block.
#[derive(Clone, Debug)]
pub struct BlockSource<'d> {
    name: String,
    source: &'d Source,
    rules: &'d [RuleOrigin],
}

impl<'d> BlockSource<'d> {
    /// The source of what was compiled from a template of a document.
    #[must_use]
    pub fn new(document: &'d Document, template: &Template, compiled: &'d Compiled) -> Self {
        let name = format!("{} {}", template.kind.word(), template.name);
        Self { name, source: document.source(), rules: &compiled.rules }
    }

    /// A rule as it was written. Of a map only the place is known, and of a block's own condition only that it has one.
    #[must_use]
    pub fn quote(&self, rule: u16) -> Option<Quote> {
        let origin = self.rules.get(usize::from(rule)).filter(|origin| origin.frame != Frame::Require)?;
        let Source::Text { name, text } = self.source else { return None };
        let words: Vec<&str> = origin.at.of(text).split_whitespace().collect();
        let line = self.source.line_and_column(origin.at).map(|(line, _)| line);
        (!words.is_empty()).then(|| Quote { text: words.join(" "), file: Some(name.clone()), line, path: None })
    }
}

/// Why a request was decided as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `allow`, `forbidden`, `not_permitted` or `refused`.
    pub verdict: &'static str,
    /// Who decided; none where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Ruling>,
    /// Why it was refused, or why no rule was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How near it came, where a rule said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

/// A rule of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// `token session`, `restriction 1 of the token`
    pub block: String,
    /// The rule's number in the program; none where the block as a whole decided.
    #[serde(rename = "rule", skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// What it says.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
}

/// What a rule says, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// As it was written, or as the program says it.
    pub text: String,
    /// The file it was written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its place in a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Why a token or a request is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `expired`
    pub name: &'static str,
    /// What is wrong.
    pub message: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The nearest thing that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// The rules that were in the way, or that would allow.
    pub rules: Vec<Ruling>,
    /// What would have to be different.
    pub changes: Vec<Change>,
    /// The changed request. It has been decided, and is allowed; none where no such request was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Json>,
}

/// One thing that would have to be different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `topic`, `labels.site`, `action`, `time`
    pub attribute: String,
    /// What it is; none where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What is wanted of it.
    pub needs: String,
    /// A value of which that is true, where it is not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}
