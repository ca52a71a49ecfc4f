//! A cache of the grants of tokens: for services that see the same token again and again.
//!
//! A new token is opened and accepted, [lowered](super::grants) and compiled, which reads and
//! proves a text; a service that sees most tokens once uses [`decide`](super::decide::decide)
//! instead, which gives the same answers. A hit opens nothing and compiles nothing. Everything that
//! can change is checked each time: the clock and the revocation lists.
//!
//! Keys, attribute rules and vocabulary belong to the cache, so that no entry outlives them.

use std::sync::Arc;

use super::accept::{Acceptor, AttributeRules};
use super::envelope::Ident;
use super::grants::{Grant, LowerError};
use super::keys::TokenKeys;
use super::rejection::{Label, Rejection};
use super::selectors::Platform;
use super::token::{Kind, Token};
use super::trl_directory::Directory;
use placet::authorize::{Authorizer, Policy};
use placet::check::library::Library;
use placet::model::request::View;
use placet::model::time::Time;
use placet::model::verdict::Verdict;
use placet::model::vocabulary::Vocabulary;
use placet::token::clock_cache::ClockCache;
use placet::token::keyring::Keyring;

/// Tokens and their proved programs by the whole text. Threads may share it.
#[derive(Debug)]
pub struct GrantCache {
    keys: TokenKeys,
    attributes: AttributeRules,
    platform: Platform,
    vocabulary: Arc<Vocabulary>,
    kept: ClockCache<Arc<Kept>>,
}

/// An accepted token and its grants.
#[derive(Debug)]
pub struct Kept {
    ident: Ident,
    token: Token,
    policies: [Policy; 1],
    vocabulary: Arc<Vocabulary>,
}

impl GrantCache {
    /// A cache of at most `capacity` tokens, for one configuration.
    #[must_use]
    pub fn new(capacity: usize, keys: TokenKeys, attributes: AttributeRules, platform: Platform) -> Self {
        let vocabulary = Arc::clone(Library::built_in().get("warp10").expect("the vocabulary is built in"));
        Self { keys, attributes, platform, vocabulary, kept: ClockCache::new(capacity) }
    }

    /// The vocabulary of requests.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// Accepts a token of this kind at this time, or says why not. Refusals are not cached.
    ///
    /// # Errors
    /// The token is not valid, or would not grant the same here.
    pub fn accept(&self, revocations: &Directory, text: &str, kind: Kind, now: Time) -> Result<Arc<Kept>, GrantError> {
        let acceptor = Acceptor { keys: &self.keys, revocations, attributes: &self.attributes };
        if let Some(kept) = self.kept.reader().get(text).filter(|kept| kept.token.kind() == kind) {
            acceptor.recheck(kept.ident, &kept.token, now)?;
            return Ok(Arc::clone(kept));
        }
        let token = acceptor.accept(text, kind, now)?;
        let kept = Arc::new(self.keep(self.keys.ident(text), token)?);
        self.kept.put(text, Arc::clone(&kept));
        Ok(kept)
    }

    fn keep(&self, ident: Ident, token: Token) -> Result<Kept, GrantError> {
        let (_, policy) = Grant::of(&token, self.platform, Library::built_in())?.hold()?;
        Ok(Kept { ident, token, policies: [policy], vocabulary: Arc::clone(&self.vocabulary) })
    }

    /// The number of cached tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether the cache is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Kept {
    /// Its content, including the attributes of the configuration.
    #[must_use]
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// Decides a request in [the cache's vocabulary](GrantCache::vocabulary). The result does not
    /// expire by itself: accept the token for each request.
    pub fn decide(&self, request: &View<'_>) -> Verdict {
        let nobody = Keyring::new();
        Authorizer::new(&nobody, &self.vocabulary).with_policies(&self.policies).decide_alone(request)
    }
}

/// Why a token grants nothing here.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GrantError {
    /// It is not valid.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// It would not grant the same as a Placet policy.
    #[error(transparent)]
    NotLowered(#[from] LowerError),
}

impl GrantError {
    /// The label under which Warp 10 counts it.
    #[must_use]
    pub const fn label(&self) -> Label {
        match self {
            Self::Rejected(rejection) => rejection.label,
            Self::NotLowered(_) => Label::Invalid,
        }
    }
}
