//! A whole service in one value: policies, keys, revocations and room to decide in, owned and
//! shared by all its threads.
//!
//! ```standalone_crate
//! # let folder = std::env::temp_dir().join(format!("placet-service-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(folder.join("policies"))?;
//! # std::env::set_current_dir(&folder)?;
//! # std::fs::write("policies/session.placet", r#"
//! #     use momento
//! #     token session(user: string) {
//! #         permissions: [{ role: ReadWrite, cache: "profiles", item: prefix "user/{user}/" }]
//! #         ttl: 30m
//! #     }"#)?;
//! # let key = placet::token::keys::LocalKey::generate(&mut placet::token::keys::SystemRandom)?;
//! # std::fs::write("service.keys", format!("mint {}\n", *key.reveal()))?;
//! use placet::Service;
//!
//! let placet = Service::open("policies/", "service.keys")?;
//! let token = placet.mint("session", [("user", "42")])?;
//! let decision = placet.check(&token, "delete", [("cache", "profiles"), ("item", "user/7/name")]);
//! assert_eq!(decision.http_status(), 403);
//! println!("{}", decision.explain());
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Service`] is cheap to clone and has no lifetime, so it goes into the state of any server. It
//! uses one [vocabulary](placet_core::model::vocabulary). [`Service::check`] verifies the token,
//! decides, and allocates nothing once a token is in the [cache](Builder::cache); what comes back
//! is a [`Decision`] that knows the [status](Decision::http_status) of an HTTP answer and can
//! [explain](Decision::explain) itself.
//!
//! # What changes while it runs
//!
//! Keys and the revocation list are one value behind one pointer. [`Service::reload`] reads both
//! again and then swaps that pointer: a decision sees either all of the old or all of the new, and
//! a file that cannot be read changes nothing. Policies and the vocabulary do not change; open
//! another service for that, and swap the two.
//!
//! The layer beneath ([`Authorizer`], [`Scratch`],
//! [`mint`](crate::document::mint::mint)) stays available for services that want to own the memory
//! themselves.

mod attributes;
mod builder;
mod decision;
mod error;
mod folder;
mod pool;
mod store;
#[cfg(test)]
mod tests;
mod trust;

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::compile::Compiled;
use crate::document::mint::{self, Wrapping};
use crate::document::value::arguments_from_text;
use crate::syntax::ast::BlockKind;
use attributes::Given;
pub use builder::Builder;
pub use decision::Decision;
pub use error::ServiceError;
pub use folder::Folder;
use placet_core::authorize::{Authorizer, Policy};
use placet_core::model::request::View;
use placet_core::model::time::Time;
use placet_core::model::value::Value;
use placet_core::model::verdict::{Refusal, Verdict};
use placet_core::model::vocabulary::Vocabulary;
use placet_core::token::attenuate::seal;
use placet_core::token::cache::TokenCache;
use placet_core::token::envelope::Token;
use placet_core::token::evidence::{Accepted, Evidence};
use placet_core::token::keyring::Keyring;
use placet_core::token::keys::SystemRandom;
use placet_core::token::revocation::HeldRevocations;
use placet_core::token::signer::Minter;
use placet_core::token::verified::Verified;
use placet_core::token::verify::Scratch;
use pool::Pool;
use store::{Held, Store};
use trust::{Shared, Terms, Trust};

/// No attributes: an action without any needs a list of a known type.
pub const NO_ATTRIBUTES: [(&str, &str); 0] = [];

/// Mints tokens and decides requests. Clones share everything.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    vocabulary: Arc<Vocabulary>,
    /// The source of each policy, for explanations; in the order of `policies`.
    held: Vec<Held>,
    policies: Vec<Policy>,
    terms: Terms,
    trust: Shared,
    cache: TokenCache,
    pool: Pool,
    clock: Box<dyn Fn() -> Time + Send + Sync>,
}

impl Service {
    /// Opens a service with the policy files of a directory (or one file) and the keyring in a
    /// file.
    ///
    /// Every `.placet` file in and below the directory is read. All of them have to use one
    /// vocabulary; files that only declare vocabularies serve the others. Each `token` can be
    /// [minted](Self::mint) and each `restriction` [added](Self::attenuate); each `policy` is held,
    /// so it has to allow every request as well.
    ///
    /// # Errors
    /// A file cannot be read or has errors, two templates have one name, or a policy has
    /// parameters, whose arguments only a [`builder`](Self::builder) can give.
    pub fn open(policies: impl Into<PathBuf>, keys: impl Into<PathBuf>) -> Result<Self, ServiceError> {
        Self::builder().policies(policies).keys(keys).build()
    }

    /// Begins a service that needs more: an audience, a revocation list, policies with arguments,
    /// another clock.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Mints a token from a template, valid from now on, and writes its text. The template is
    /// compiled each time.
    ///
    /// # Errors
    /// There is no such token template, an argument does not fit, no key of the keyring can mint,
    /// or the random source failed.
    pub fn mint<'t>(
        &self,
        template: &str,
        arguments: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<String, ServiceError> {
        self.mint_wrapped(template, arguments, Wrapping::default())
    }

    /// The same for a token that is sealed or encrypted.
    ///
    /// # Errors
    /// As [`mint`](Self::mint), or the key cannot encrypt.
    pub fn mint_wrapped<'t>(
        &self,
        template: &str,
        arguments: impl IntoIterator<Item = (&'t str, &'t str)>,
        wrapping: Wrapping,
    ) -> Result<String, ServiceError> {
        let compiled = self.compiled(BlockKind::Token, template, arguments)?;
        let trust = self.inner.trust.get();
        let key = trust.keyring.minting().ok_or(ServiceError::NoMintingKey)?;
        let minter = Minter::from(key).audience(self.inner.terms.audience);
        let minted = mint::mint(&compiled, &self.inner.vocabulary, minter, self.now(), wrapping, &mut SystemRandom)
            .map_err(|failure| ServiceError::Mint { template: template.to_owned(), failure })?;
        Ok(minted.text())
    }

    /// Adds a restriction to a token, as its holder could: no key is needed.
    ///
    /// # Errors
    /// There is no such restriction, an argument does not fit, or the text is not a token that
    /// takes it.
    pub fn attenuate<'t>(
        &self,
        token: &str,
        restriction: &str,
        arguments: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<String, ServiceError> {
        let compiled = self.compiled(BlockKind::Restriction, restriction, arguments)?;
        let token = Token::parse(token).map_err(ServiceError::NotAToken)?;
        mint::attenuate(&token, &compiled, &self.inner.vocabulary, self.now(), false, &mut SystemRandom)
            .map(|narrowed| narrowed.text())
            .map_err(|failure| ServiceError::Attenuate { restriction: restriction.to_owned(), failure })
    }

    /// The token, to which no restriction can be added any more.
    ///
    /// # Errors
    /// The text is not a token, or the token is sealed already.
    pub fn seal(&self, token: &str) -> Result<String, ServiceError> {
        let token = Token::parse(token).map_err(ServiceError::NotAToken)?;
        seal(&token, &mut SystemRandom).map(|sealed| sealed.text()).map_err(ServiceError::Seal)
    }

    /// Decides whether the bearer of `token` may do `action` now.
    ///
    /// A text is read as the type that the vocabulary gives the attribute (`"10.0.0.1"` as an `ip`,
    /// `"42"` as an `int`); other values have to be of that type. Nothing is allocated for a token
    /// that is in the cache.
    ///
    /// ```no_run
    /// # let (placet, token) = (placet::Service::open("policies", "service.keys")?, "");
    /// use placet::Value;
    /// let batch = [Value::Bytes(b"user/42/name"), Value::Bytes(b"user/42/mail")];
    /// let decision = placet.check(token, "getBatch", [("cache", "profiles".into()), ("item", Value::Set(&batch))]);
    /// # Ok::<(), placet::ServiceError>(())
    /// ```
    pub fn check<'a, V: Into<Value<'a>>>(
        &'a self,
        token: &'a str,
        action: &'a str,
        attributes: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Decision<'a> {
        self.check_at(self.now(), token, action, attributes)
    }

    /// The same at a given time: for tests, and for recorded requests. A caller who may choose the
    /// time can use expired tokens.
    pub fn check_at<'a, V: Into<Value<'a>>>(
        &'a self,
        time: Time,
        token: &'a str,
        action: &'a str,
        attributes: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Decision<'a> {
        let given = attributes::read(&self.inner.vocabulary, time, action, attributes);
        let trust = self.inner.trust.get();
        let verdict = self.verdict(&trust, token, time, &given);
        Decision { service: self, trust, token, time, given, verdict, accepted: None }
    }

    /// Decides whether the holder of `token` may do `action` now, with the proof and the approvals
    /// that came with the request. A token that is bound to its holder needs a proof; [`check`]
    /// refuses it.
    ///
    /// The proof is of exactly these attributes. To add some that its signers cannot know, give
    /// the digest of the request without them: [`Evidence::about`].
    ///
    /// [`check`]: Self::check
    pub fn check_with_proof<'a, V: Into<Value<'a>>>(
        &'a self,
        token: &'a str,
        action: &'a str,
        attributes: impl IntoIterator<Item = (&'a str, V)>,
        evidence: &Evidence<'_>,
    ) -> Decision<'a> {
        let time = self.now();
        let given = attributes::read(&self.inner.vocabulary, time, action, attributes);
        let trust = self.inner.trust.get();
        let (verdict, accepted) = match self.accepted(&trust, token, time, &given, evidence) {
            Ok((verdict, accepted)) => (verdict, Some(accepted)),
            Err(refusal) => (Verdict::Refused(refusal), None),
        };
        Decision { service: self, trust, token, time, given, verdict, accepted }
    }

    /// The vocabulary of its requests.
    #[must_use]
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.inner.vocabulary
    }

    /// Reads the keyring and the revocation list again from the files that the service was opened
    /// with. Both are swapped in one step, and neither is if one cannot be read.
    ///
    /// Write a new file beside the old one and rename it, as `placet keygen` and `placet revoke` do:
    /// the first lines of a file that is being written may be a keyring, or a list, by themselves.
    ///
    /// # Errors
    /// A file cannot be read, or is no longer a keyring or a revocation list.
    pub fn reload(&self) -> Result<(), ServiceError> {
        let audience = self.inner.terms.audience;
        self.inner.trust.change(|trust| trust.read_again(audience))
    }

    /// Trusts the tokens of this keyring from now on. Tokens in the cache are verified again.
    pub fn replace_keys(&self, keyring: Keyring) {
        self.replace(|trust| Trust { keyring, ..trust.clone() });
    }

    /// Checks tokens against this revocation list from now on.
    pub fn replace_revocations(&self, revocations: HeldRevocations) {
        self.replace(|trust| Trust { revocations: Some(revocations), ..trust.clone() });
    }

    fn replace(&self, change: impl FnOnce(&Trust) -> Trust) {
        let Ok(()) = self.inner.trust.change::<Infallible>(|trust| Ok(change(trust)));
    }

    fn now(&self) -> Time {
        (self.inner.clock)()
    }

    fn compiled<'t>(
        &self,
        kind: BlockKind,
        name: &str,
        arguments: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<Compiled, ServiceError> {
        self.inner
            .store
            .compiled(kind, name, |template| arguments_from_text(template, arguments))
            .map(|(_, compiled)| compiled)
    }

    /// Lends the decider, with the keys and revocations of one moment.
    fn authorizer<'a>(&'a self, trust: &'a Trust) -> Authorizer<'a> {
        let verifier = self.inner.terms.verifier(trust, &self.inner.vocabulary);
        Authorizer::with_verifier(verifier).with_policies(&self.inner.policies)
    }

    /// The token is verified before the request is read: a caller without a valid token does not
    /// learn what a request looks like.
    fn verdict(&self, trust: &Trust, token: &str, time: Time, given: &Given<'_>) -> Verdict {
        let authorizer = self.authorizer(trust);
        let verdict = self.with_token(&authorizer, token, time, |verified| match given {
            Ok(request) => {
                let decide = |request: &View<'_>| authorizer.decide(verified, request).verdict();
                request
                    .with(time, &self.inner.vocabulary, decide)
                    .unwrap_or_else(|error| Verdict::Refused(Refusal::Request(error)))
            }
            Err(bad) => Verdict::Refused(Refusal::Request(bad.error)),
        });
        verdict.unwrap_or_else(Verdict::Refused)
    }

    /// Verifies the evidence once, so that an explanation later does not use a proof twice.
    fn accepted(
        &self,
        trust: &Trust,
        token: &str,
        time: Time,
        given: &Given<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(Verdict, Accepted), Refusal> {
        let authorizer = self.authorizer(trust);
        self.with_token(&authorizer, token, time, |verified| {
            let request = given.as_ref().map_err(|bad| Refusal::Request(bad.error))?;
            let judge = |request: &View<'_>| {
                let accepted = authorizer.with_evidence(evidence).accept(Some(verified), request)?;
                let verdict = authorizer.with_accepted(&accepted).decide(verified, request).verdict();
                Ok((verdict, accepted))
            };
            request.with(time, &self.inner.vocabulary, judge).map_err(Refusal::Request)?
        })?
    }

    /// Verifies a token, in the cache or outside of it, and lends it.
    fn with_token<R>(
        &self,
        authorizer: &Authorizer<'_>,
        token: &str,
        time: Time,
        use_it: impl FnOnce(&Verified<'_>) -> R,
    ) -> Result<R, Refusal> {
        let verify =
            |scratch: &mut Scratch| self.inner.cache.verify(authorizer.verifier(), token, time, scratch, use_it);
        self.inner.pool.with(verify)
    }
}

/// Keys are not shown.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policies: Vec<&str> = self.inner.policies.iter().map(Policy::name).collect();
        let vocabulary = self.inner.vocabulary.name();
        f.debug_struct("Service").field("vocabulary", &vocabulary).field("policies", &policies).finish_non_exhaustive()
    }
}
