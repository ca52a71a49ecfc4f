//! The answer to one request: yes or no, the status of an HTTP answer, and why.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Service;
use super::attributes::{Given, PartError};
use super::trust::Trust;
use crate::explain::{BlockSource, Cause, Explainer, Explanation, Sources};
use crate::visible::excerpt;
use placet_core::model::request::RequestError;
use placet_core::model::time::Time;
use placet_core::model::verdict::{Refusal, Verdict};
use placet_core::token::claims::Claims;
use placet_core::token::evidence::Accepted;

/// The answer of a [`Service`] to one request. It borrows the token and the attributes, and keeps
/// the keys and revocations that it was decided with, so that a later explanation is about the same
/// state.
///
/// As JSON it is `{"verdict": "not_permitted", "block": 0, "status": 403}`; see [`Verdict`].
#[must_use]
pub struct Decision<'a> {
    pub(super) service: &'a Service,
    pub(super) trust: Arc<Trust>,
    pub(super) token: &'a str,
    pub(super) time: Time,
    pub(super) given: Given<'a>,
    pub(super) verdict: Verdict,
    /// The evidence that came with the request, if it was verified.
    pub(super) accepted: Option<Accepted>,
}

impl Decision<'_> {
    /// Whether the answer is yes.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        self.verdict.is_allow()
    }

    /// The answer, with the block and rule that gave it.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The status of an HTTP answer, see [`Verdict::http_status`]: 200, 400, 401, 403 or 503.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        self.verdict.http_status()
    }

    /// Why, and the smallest change to the request that would be allowed. For that the request is
    /// decided again, perhaps many times, so this takes much longer than the decision: it is for
    /// logs and for people, not for every request.
    ///
    /// It quotes rules of the token, also of an encrypted one, so show it to those who may read the
    /// token.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let request = match (&self.given, self.verdict) {
            (Err(bad), Verdict::Refused(Refusal::Request(_))) => return malformed(self.service, bad),
            (Ok(request), _) => Some(request.to_owned()),
            (Err(_), _) => None,
        };
        let mut sources = Sources::none();
        for held in &self.service.inner.held {
            if let Some(template) = held.template() {
                sources.push_policy(BlockSource::new(&held.document, template, &held.compiled));
            }
        }
        let authorizer = self.service.authorizer(&self.trust);
        let authorizer = match &self.accepted {
            Some(accepted) => authorizer.with_accepted(accepted),
            None => authorizer,
        };
        let explainer = Explainer::new(authorizer, Some(self.token), &sources);
        if self.accepted.is_none()
            && let Verdict::Refused(_) = self.verdict
        {
            return explainer.decided(self.verdict, self.time);
        }
        match request {
            Some(request) => explainer.explain(&request, self.time),
            None => explainer.decided(self.verdict, self.time),
        }
    }

    /// Lends the claims of an allowed token about its bearer; `None` unless the answer is yes. The
    /// claims are text that the minter of the token chose.
    pub fn with_claims<R>(&self, use_them: impl FnOnce(Claims<'_>) -> R) -> Option<R> {
        if !self.is_allow() {
            return None;
        }
        let authorizer = self.service.authorizer(&self.trust);
        self.service.with_token(&authorizer, self.token, self.time, |verified| use_them(verified.claims())).ok()
    }
}

/// A request with a part that does not fit cannot be built, so it cannot be explained either.
fn malformed(service: &Service, bad: &PartError<'_>) -> Explanation {
    let vocabulary = service.vocabulary();
    let name = excerpt(bad.name);
    let message = match bad.error {
        RequestError::UnknownAction => format!("`{}` has no action `{name}`", vocabulary.name()),
        RequestError::UnknownAttribute => format!("`{}` has no attribute `{name}`", vocabulary.name()),
        RequestError::WrongType(..)
        | RequestError::SetTwice(_)
        | RequestError::Capital(_)
        | RequestError::Missing(_)
        | RequestError::TooLarge(_)
        | RequestError::NoRoom(_)
        | RequestError::OtherVocabulary => bad.error.describe(vocabulary),
    };
    let refusal = Refusal::Request(bad.error);
    let cause = Some(Cause { name: refusal.name(), message, help: None });
    Explanation { verdict: Verdict::Refused(refusal).word(), decided: None, cause, rows: Vec::new(), nearest: None }
}

impl Serialize for Decision<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown { verdict: self.verdict, status: self.http_status() }.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    verdict: Verdict,
    status: u16,
}

/// The token is a secret, and the attributes may be.
impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision").field("verdict", &self.verdict).field("time", &self.time).finish_non_exhaustive()
    }
}
