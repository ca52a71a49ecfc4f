//! The settings of a service, given before it opens.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::pool::Pool;
use super::store::{self, Held, Store};
use super::trust::{Shared, Terms, Trust};
use super::{Inner, Service, ServiceError};
use crate::check::library::Library;
use crate::document::Document;
use crate::document::mint::policy;
use crate::document::value::arguments_from_text;
use crate::syntax::ast::BlockKind;
use placet_core::authorize::Policy;
use placet_core::model::time::Time;
use placet_core::model::vocabulary::Vocabulary;
use placet_core::token::audience::Audience;
use placet_core::token::cache::TokenCache;
use placet_core::token::keyring::Keyring;
use placet_core::token::revocation::HeldRevocations;

/// Tokens that a service remembers by default: eight megabytes with tokens of some hundred bytes.
const CACHED_TOKENS: usize = 4096;

/// Configures a [`Service`].
///
/// ```no_run
/// use std::time::Duration;
/// use placet::{Audience, Service};
/// let placet = Service::builder()
///     .policies("policies")
///     .policy("tenant", [("id", "7")])
///     .keys("service.keys")
///     .revocations("revoked.list")
///     .audience(Audience::new("orders")?)
///     .clock_skew(Duration::from_secs(5))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Builder {
    paths: Vec<PathBuf>,
    documents: Vec<Arc<Document>>,
    library: Library,
    speaks: Option<Speaks>,
    policies: Vec<(String, Vec<(String, String)>)>,
    trust: Trust,
    terms: Terms,
    cached: usize,
    clock: Box<dyn Fn() -> Time + Send + Sync>,
}

/// How the vocabulary of a service is chosen.
enum Speaks {
    Named(String),
    Given(Arc<Vocabulary>),
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            documents: Vec::new(),
            library: Library::default(),
            speaks: None,
            policies: Vec::new(),
            trust: Trust::default(),
            terms: Terms::default(),
            cached: CACHED_TOKENS,
            clock: Box::new(Time::now),
        }
    }
}

impl Builder {
    /// Reads a policy file, or every `.placet` file in and below a directory. May be called more
    /// than once.
    #[must_use]
    pub fn policies(mut self, path: impl Into<PathBuf>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Takes a document that has been read already.
    #[must_use]
    pub fn document(mut self, document: Document) -> Self {
        self.documents.push(Arc::new(document));
        self
    }

    /// Uses these vocabularies instead of the built-in ones, beside those that the policy files
    /// declare.
    #[must_use]
    pub fn library(mut self, library: Library) -> Self {
        self.library = library;
        self
    }

    /// Uses the vocabulary of this name. Templates of files in other vocabularies are left out;
    /// without a name, all files have to use the same.
    #[must_use]
    pub fn vocabulary(mut self, name: &str) -> Self {
        self.speaks = Some(Speaks::Named(name.to_owned()));
        self
    }

    /// Uses this vocabulary, which a service that only verifies may have read from bytes.
    #[must_use]
    pub fn with_vocabulary(mut self, vocabulary: Vocabulary) -> Self {
        self.speaks = Some(Speaks::Given(Arc::new(vocabulary)));
        self
    }

    /// Holds a policy that has parameters, with these arguments. One without parameters is always
    /// held. May be called more than once, also for one policy: each has to allow.
    #[must_use]
    pub fn policy<'t>(mut self, name: &str, arguments: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let arguments = arguments.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
        self.policies.push((name.to_owned(), arguments.collect()));
        self
    }

    /// Reads the keyring from a file, which [`Service::reload`] reads again.
    #[must_use]
    pub fn keys(mut self, path: impl Into<PathBuf>) -> Self {
        self.trust.keys_file = Some(path.into());
        self
    }

    /// Takes a keyring that has been read already.
    #[must_use]
    pub fn keyring(mut self, keyring: Keyring) -> Self {
        self.trust = Trust { keyring, keys_file: None, ..self.trust };
        self
    }

    /// Reads the revocation list (text, snapshot, or signed snapshot) from a file, which
    /// [`Service::reload`] reads again.
    #[must_use]
    pub fn revocations(mut self, path: impl Into<PathBuf>) -> Self {
        self.trust.list_file = Some(path.into());
        self
    }

    /// Takes a revocation list that has been read already.
    #[must_use]
    pub fn revocation_list(mut self, revocations: HeldRevocations) -> Self {
        self.trust = Trust { revocations: Some(revocations), list_file: None, ..self.trust };
        self
    }

    /// Refuses every token unless there is a revocation list that a key of the keyring has signed.
    #[must_use]
    pub const fn signed_revocations(mut self) -> Self {
        self.terms.signed_revocations = true;
        self
    }

    /// Mints for this audience, and accepts tokens for it only.
    #[must_use]
    pub const fn audience(mut self, audience: Audience) -> Self {
        self.terms.audience = audience;
        self
    }

    /// Lets the clocks of minters be this far ahead of this service's, instead of a minute.
    #[must_use]
    pub const fn clock_skew(mut self, clock_skew: Duration) -> Self {
        self.terms.clock_skew = clock_skew;
        self
    }

    /// Remembers this many verified tokens instead of 4096, each with [some
    /// kilobytes](TokenCache::BESIDE_EACH); one at least.
    #[must_use]
    pub const fn cache(mut self, tokens: usize) -> Self {
        self.cached = if tokens == 0 { 1 } else { tokens };
        self
    }

    /// Takes the time from this function instead of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Reads all files and opens the service.
    ///
    /// # Errors
    /// As [`Service::open`].
    pub fn build(mut self) -> Result<Service, ServiceError> {
        let mut documents = store::read(&self.paths, &mut self.library)?;
        documents.append(&mut self.documents);
        let vocabulary = self.spoken()?;
        let (store, vocabulary) = Store::new(documents, vocabulary)?;
        let (held, policies) = hold(&store, &self.policies, &vocabulary)?.into_iter().unzip();
        let trust = Shared::new(self.trust.read_again(self.terms.audience)?);
        let Self { terms, cached, clock, .. } = self;
        let (cache, pool) = (TokenCache::new(cached), Pool::new());
        let inner = Inner { store, vocabulary, held, policies, terms, trust, cache, pool, clock };
        Ok(Service { inner: Arc::new(inner) })
    }

    fn spoken(&self) -> Result<Option<Arc<Vocabulary>>, ServiceError> {
        match &self.speaks {
            None => Ok(None),
            Some(Speaks::Given(vocabulary)) => Ok(Some(Arc::clone(vocabulary))),
            Some(Speaks::Named(name)) => self.library.get(name).cloned().map(Some).ok_or_else(|| {
                let known: Vec<_> = self.library.names().collect();
                let there_is = known.join("`, `");
                ServiceError::Vocabulary(format!("there is no vocabulary `{name}`; there is `{there_is}`"))
            }),
        }
    }
}

/// Compiles the policies that are named, and those that need no arguments and are not named.
fn hold(
    store: &Store,
    named: &[(String, Vec<(String, String)>)],
    vocabulary: &Vocabulary,
) -> Result<Vec<(Held, Policy)>, ServiceError> {
    let none = Vec::new();
    let is_named = |name: &String| named.iter().any(|(other, _)| other == name);
    let unasked = store.policies().filter(|template| !is_named(&template.name)).map(|template| (&template.name, &none));
    let all = unasked.chain(named.iter().map(|(name, arguments)| (name, arguments)));
    all.map(|(name, arguments)| {
        let pairs = || arguments.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let read = |template: &_| arguments_from_text(template, pairs());
        let (document, compiled) = store.compiled(BlockKind::Policy, name, read)?;
        let held = policy(name, &compiled, vocabulary);
        let policy = held.map_err(|error| ServiceError::Held { name: name.clone(), error })?;
        Ok((Held { document: Arc::clone(document), name: name.clone(), compiled }, policy))
    })
    .collect()
}

/// Keys are not shown.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("paths", &self.paths).field("terms", &self.terms).finish_non_exhaustive()
    }
}
