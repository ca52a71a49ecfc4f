//! The credentials of a decision: at most one token, and any number of policies. All of them must
//! allow.

use std::sync::Arc;

use super::error::{Code, HostError};
use super::function::Function;
use super::handle::Content;
use super::value::Value;
use super::{Host, Trust};
use crate::limits::TOKEN_TEXT;
use placet::authorize::{Authorizer, Decision, Policy};
use placet::model::request::View;
use placet::model::time::Time;
use placet::model::verdict::{Decider, Origin, Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::token::claims::Claims;
use placet::token::envelope::Token;
use placet::token::evidence::Evidence;
use placet::token::inspect::inspect;
use placet::token::verified::{Verified, VerifiedToken};
use placet::token::verify::Scratch;

/// A token and policies, as a script names them.
#[derive(Debug, Default)]
pub(super) struct Credentials<'v> {
    token: Option<Presented<'v>>,
    /// Of each handle, in the order in which they were given.
    groups: Vec<&'v [Policy]>,
    vocabulary: Option<&'v Arc<Vocabulary>>,
}

/// A token, in one of two forms.
#[derive(Clone, Copy, Debug)]
enum Presented<'v> {
    Text(&'v str),
    Verified(&'v VerifiedToken, &'v str),
}

impl Host {
    /// Reads `token`, `policy` or a list of them.
    pub(super) fn credentials<'v>(&self, function: Function, who: &'v Value) -> Result<Credentials<'v>, HostError> {
        let mut credentials = Credentials::default();
        match who {
            Value::List(list) if list.is_empty() => {
                let message = format!("{} expects a token or a policy, and the list is empty", function.name());
                return Err(HostError::new(Code::Argument, "", message));
            }
            Value::List(list) => {
                for (number, one) in list.iter().enumerate() {
                    self.add(&mut credentials, function, one).map_err(|error| error.at(&format!("[{number}]")))?;
                }
            }
            one => self.add(&mut credentials, function, one)?,
        }
        Ok(credentials)
    }

    fn add<'v>(&self, credentials: &mut Credentials<'v>, function: Function, one: &'v Value) -> Result<(), HostError> {
        match one {
            Value::Text(text) => credentials.present(function, Presented::Text(text)),
            Value::Handle(handle) => match self.content(handle)? {
                Content::Token { token, text, .. } => credentials.present(function, Presented::Verified(token, text)),
                Content::Policy { policies, vocabulary } => credentials.hold(policies, vocabulary),
                Content::Document { document, policies } => {
                    let policies = policies.as_deref().ok_or_else(|| open_policies(function))?;
                    if policies.is_empty() {
                        return Err(HostError::new(Code::HandleKind, "", "this document has no policy"));
                    }
                    credentials.hold(policies, document.vocabulary())
                }
            },
            other => Err(function.expects("a token, a policy or a list of them", other)),
        }
    }
}

fn open_policies(function: Function) -> HostError {
    let message = format!("{} expects a policy without parameters", function.name());
    HostError::new(Code::HandleKind, "", message).help("fill them in: COMPILE(document, { name: …, with: { … } })")
}

impl<'v> Credentials<'v> {
    fn present(&mut self, function: Function, token: Presented<'v>) -> Result<(), HostError> {
        if self.token.replace(token).is_some() {
            let message = format!("{} expects one token, and this is a second one", function.name());
            return Err(HostError::new(Code::Argument, "", message));
        }
        Ok(())
    }

    fn hold(&mut self, policies: &'v [Policy], vocabulary: &'v Arc<Vocabulary>) -> Result<(), HostError> {
        if let Some(other) = self.vocabulary.filter(|other| *other != vocabulary) {
            let message =
                format!("one policy uses the vocabulary `{}`, another uses `{}`", other.name(), vocabulary.name());
            return Err(HostError::new(Code::Vocabulary, "", message));
        }
        self.vocabulary = Some(vocabulary);
        self.groups.push(policies);
        Ok(())
    }

    /// The vocabulary of the policies, if there are any.
    pub(super) const fn vocabulary(&self) -> Option<&'v Arc<Vocabulary>> {
        self.vocabulary
    }

    /// The text of the token.
    pub(super) const fn text(&self) -> Option<&'v str> {
        match self.token {
            Some(Presented::Text(text) | Presented::Verified(_, text)) => Some(text),
            None => None,
        }
    }

    /// Whether the token's holder cannot read its rules.
    pub(super) fn is_encrypted(&self) -> bool {
        let token = self.text().and_then(|text| Token::parse(text).ok());
        let blocks = token.as_ref().and_then(|token| inspect(token).ok()).map(|seen| seen.blocks);
        blocks.is_some_and(|blocks| blocks.iter().any(|block| block.content.is_none()))
    }

    /// All policies, in the order of their numbers in a verdict.
    pub(super) fn policies(&self) -> impl Iterator<Item = &'v Policy> + '_ {
        self.groups.iter().copied().flatten()
    }

    /// The token, verified now.
    pub(super) fn verify<'b>(
        &self,
        trust: &Trust,
        vocabulary: &Vocabulary,
        now: Time,
        scratch: &'b mut Scratch,
    ) -> Result<Option<Verified<'b>>, Refusal>
    where
        'v: 'b,
    {
        let verifier = trust.verifier(vocabulary);
        match self.token {
            None => Ok(None),
            Some(Presented::Text(text)) if text.len() > TOKEN_TEXT => Err(Refusal::TooLarge),
            Some(Presented::Text(text)) => verifier.verify(text, now, scratch).map(Some),
            Some(Presented::Verified(token, _)) => verifier.recheck(token, now).map(Some),
        }
    }

    /// The verdict of the token and all policies, and on allow the token's claims about its bearer.
    pub(super) fn decide<'b>(
        &self,
        trust: &Trust,
        verified: Option<&Verified<'b>>,
        request: &View<'_>,
        evidence: &Evidence<'_>,
    ) -> (Verdict, Option<Claims<'b>>) {
        let authorizer = Authorizer::with_verifier(trust.verifier(request.vocabulary()));
        // Once for all policies: a proof may be used once.
        let accepted = match authorizer.with_evidence(evidence).accept(verified, request) {
            Ok(accepted) => accepted,
            Err(refusal) => return (Verdict::Refused(refusal), None),
        };
        let authorizer = authorizer.with_accepted(&accepted);
        let first = verified.map(|token| authorizer.decide(token, request));
        let mut claims = first.as_ref().and_then(Decision::claims);
        let mut verdict = first.map(|decision| decision.verdict());
        let mut before = 0;
        for policies in &self.groups {
            let authorizer = authorizer.with_policies(policies);
            let next = match verified {
                Some(token) => authorizer.decide(token, request).verdict(),
                None => authorizer.decide_alone(request),
            };
            let next = renumbered(next, before);
            verdict = Some(verdict.map_or(next, |verdict| verdict.and(next)));
            before += u16::try_from(policies.len()).unwrap_or(u16::MAX);
        }
        let nobody = Verdict::NotPermitted(Decider { origin: Origin::Policy(0), rule: None });
        let verdict = verdict.unwrap_or(nobody);
        claims = claims.filter(|_| verdict.is_allow());
        (verdict, claims)
    }
}

/// The verdict of a group of policies, with their numbers among all.
const fn renumbered(verdict: Verdict, before: u16) -> Verdict {
    const fn moved(decider: Decider, before: u16) -> Decider {
        match decider.origin {
            Origin::Block(_) => decider,
            Origin::Policy(number) => {
                Decider { origin: Origin::Policy(number.saturating_add(before)), rule: decider.rule }
            }
        }
    }
    match verdict {
        Verdict::Allow(decider) => Verdict::Allow(moved(decider, before)),
        Verdict::Forbidden(decider) => Verdict::Forbidden(moved(decider, before)),
        Verdict::NotPermitted(decider) => Verdict::NotPermitted(moved(decider, before)),
        Verdict::Refused(refusal) => Verdict::Refused(refusal),
    }
}
