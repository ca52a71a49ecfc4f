//! `AUTHORIZE`: the verdict on a request. `VERIFY`: a verified token, kept for later verdicts.

use std::sync::Arc;

use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::Host;
use super::answer::Answer;
use super::credentials::Credentials;
use super::error::{Code, HostError};
use super::evidence::shown;
use super::function::Function;
use super::handle::Content;
use super::value::{Nulls, Value, to_json};
use placet::document::request::{self, OwnedRequest, RequestJsonError, time_of};
use placet::model::request::RequestError;
use placet::model::time::Time;
use placet::model::verdict::{Decider, Origin, Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::token::claims::{Claims, Entries};
use placet::token::envelope::Token;
use placet::token::verify::{Scratch, Verifier};

/// A request of a script.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) vocabulary: Arc<Vocabulary>,
    pub(super) request: OwnedRequest,
    pub(super) time: Time,
}

impl Host {
    pub(super) fn authorize(&self, who: &Value, request: &Value, evidence: Option<&Value>) -> Result<Value, HostError> {
        let shown = shown(Function::Authorize, evidence)?;
        let credentials = self.credentials(Function::Authorize, who)?;
        let asked = match self.asked(Function::Authorize, &credentials, request)? {
            Ok(asked) => asked,
            Err(bad) => return Ok(malformed(&bad)),
        };
        let trust = self.trust();
        let mut scratch = Scratch::new();
        let verified = match credentials.verify(&trust, &asked.vocabulary, asked.time, &mut scratch) {
            Ok(verified) => verified,
            Err(refusal) => return Ok(answer(Verdict::Refused(refusal), None, &credentials, &asked.vocabulary).done()),
        };
        let decided = asked.request.with_request(&asked.vocabulary, asked.time, |request| {
            let evidence = shown.evidence(self.replays.as_ref());
            let (verdict, claims) = credentials.decide(&trust, verified.as_ref(), request, &evidence);
            answer(verdict, claims.as_ref(), &credentials, &asked.vocabulary).done()
        });
        Ok(decided.unwrap_or_else(|error| refused_request(error, &asked.vocabulary).done()))
    }

    /// Reads a request. A fault of the request is a verdict, not an error; a fault of the call is
    /// an error.
    ///
    /// The request uses the vocabulary that it names itself, that of the policies, or the host's
    /// default. Never the token's: its holder would then choose the meaning of the request's words.
    pub(super) fn asked(
        &self,
        function: Function,
        credentials: &Credentials<'_>,
        request: &Value,
    ) -> Result<Result<Asked, RequestJsonError>, HostError> {
        if !matches!(request, Value::Map(_)) {
            return Err(function.expects("a request, which is a map", request));
        }
        let mut json = match to_json(request, Nulls::Absent, &self.limits) {
            Ok(json) => json,
            Err(error) => return Ok(Err(RequestJsonError { path: error.path, why: error.message })),
        };
        let held = credentials.vocabulary();
        let vocabulary = self.take_use(&mut json, held.or(self.default.as_ref()))?;
        if let Some(held) = held.filter(|held| *held != vocabulary) {
            let message =
                format!("the request uses the vocabulary `{}`, the policy uses `{}`", vocabulary.name(), held.name());
            return Err(HostError::new(Code::Vocabulary, "use", message));
        }
        Ok(self.time(&json).and_then(|time| {
            let request = request::from_json(vocabulary, &json)?;
            Ok(Asked { vocabulary: Arc::clone(vocabulary), request, time })
        }))
    }

    /// The present time. A request that brings its own time could use a token that has expired.
    fn time(&self, request: &Json) -> Result<Time, RequestJsonError> {
        match time_of(request)? {
            None => Ok(self.now()),
            Some(time) if self.requests_tell_time => Ok(time),
            Some(_) => {
                let why = "is set by the host program, not by the request".to_owned();
                Err(RequestJsonError { path: "time".to_owned(), why })
            }
        }
    }

    pub(super) fn verify(&self, token: &Value) -> Result<Value, HostError> {
        let Value::Text(text) = token else { return Err(Function::Verify.expects("a token, a string", token)) };
        let trust = self.trust();
        let read = Token::parse(text).map_err(HostError::refused)?;
        let unknown = || HostError::refused(Refusal::UnknownVocabulary);
        let vocabulary = self.vocabulary_of(read.header().hint).ok_or_else(unknown)?;
        let mut scratch = Scratch::new();
        let verifier: Verifier<'_> = trust.verifier(vocabulary);
        let verified = verifier.verify(text, self.now(), &mut scratch).map_err(HostError::refused)?;
        let content = Content::Token {
            token: Box::new(verified.to_owned()),
            vocabulary: Arc::clone(vocabulary),
            text: Zeroizing::new(text.clone()),
        };
        Ok(self.keep(content, text.len())?.into())
    }
}

/// `{ verdict, allowed, block | policy, rule, cause, message, path, … }`
pub(super) fn answer(
    verdict: Verdict,
    claims: Option<&Claims<'_>>,
    credentials: &Credentials<'_>,
    vocabulary: &Vocabulary,
) -> Answer {
    let answer = Answer::default().with("verdict", verdict.word()).with("allowed", verdict.is_allow());
    match verdict {
        Verdict::Allow(decider) | Verdict::Forbidden(decider) | Verdict::NotPermitted(decider) => {
            let answer = with_decider(answer, decider, credentials);
            claims.map_or(Answer::default(), said).after(answer)
        }
        Verdict::Refused(Refusal::Request(error)) => refused_request(error, vocabulary),
        Verdict::Refused(refusal) => answer.with("cause", refusal.name()).with("message", refusal.to_string()),
    }
}

fn with_decider(answer: Answer, decider: Decider, credentials: &Credentials<'_>) -> Answer {
    let answer = match decider.origin {
        Origin::Block(number) => answer.with("block", i64::from(number)),
        Origin::Policy(number) => {
            let policy = credentials.policies().nth(usize::from(number));
            answer.with("policy", i64::from(number)).with_some("name", policy.map(placet::authorize::Policy::name))
        }
    };
    answer.with_some("rule", decider.rule.map(i64::from))
}

/// The token's claims about its bearer.
pub(super) fn said(claims: &Claims<'_>) -> Answer {
    let entries = |entries: Entries<'_>| {
        (!entries.is_empty())
            .then(|| Value::Map(entries.iter().map(|(key, value)| (key.to_owned(), value.into())).collect()))
    };
    Answer::default()
        .with_some("id", claims.id)
        .with_some("type", claims.kind)
        .with_some("owner", claims.owner)
        .with_some("producer", claims.producer)
        .with_some("application", claims.application)
        .with_some("labels", entries(claims.labels))
        .with_some("attributes", entries(claims.attributes))
}

fn refused_request(error: RequestError, vocabulary: &Vocabulary) -> Answer {
    let refusal = Refusal::Request(error);
    Answer::default()
        .with("verdict", Verdict::Refused(refusal).word())
        .with("allowed", false)
        .with("cause", refusal.name())
        .with("message", error.describe(vocabulary))
}

/// A request that could not be read.
pub(super) fn malformed(bad: &RequestJsonError) -> Value {
    let refusal = Refusal::Request(RequestError::UnknownAttribute);
    Answer::default()
        .with("verdict", Verdict::Refused(refusal).word())
        .with("allowed", false)
        .with("cause", refusal.name())
        .with("message", bad.to_string())
        .with("path", bad.path.as_str())
        .done()
}
