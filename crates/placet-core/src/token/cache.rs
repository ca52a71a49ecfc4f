//! A bounded cache of verified tokens, for services whose clients send the same token again and
//! again.
//!
//! It keeps only what cannot change: that the bytes are genuine. Expiry, revocation and the keyring
//! are checked on every hit, a verdict is never kept, and a hit requires exactly the text, keys,
//! vocabulary and audience that were verified.
//!
//! ```
//! # use placet_core::{bytecode::program::EMPTY, model::{request::Request, vocabulary::Vocabulary}, authorize::Authorizer};
//! # use placet_core::token::{cache::TokenCache, claims::ClaimsDraft, header::TokenId, keyring::Keyring, keys::LocalKey};
//! # use placet_core::token::{mint::{Draft, mint}, verify::Scratch};
//! # let mut random = |buffer: &mut [u8]| buffer.fill(4);
//! # let vocabulary = Vocabulary::builder("cache", 1).action("get")?.build();
//! # let mut keyring = Keyring::new();
//! # keyring.mint_with(LocalKey::generate(&mut random)?)?;
//! # let now = placet_core::model::time::Time::now();
//! # let draft = Draft {
//! #     issuance: now, expiry: None, not_before: None, id: TokenId([0; 8]), sealed: false, encrypted: false,
//! #     fingerprint: vocabulary.fingerprint(), claims: ClaimsDraft::default(), holder: None, program: EMPTY,
//! # };
//! # let text = mint(keyring.minting().expect("there is one"), &draft, &mut random)?.text();
//! let authorizer = Authorizer::new(&keyring, &vocabulary);
//! let cache = TokenCache::new(10_000); // one for the service
//! let mut scratch = Scratch::new(); // one for each thread
//!
//! let request = Request::named(&vocabulary, "get", now)?;
//! for _ in 0..2 {
//!     let verdict = cache.verify(authorizer.verifier(), &text, now, &mut scratch, |token| {
//!         authorizer.decide(token, &request).verdict()
//!     })?;
//!     assert!(!verdict.is_allow(), "it has no rules");
//! }
//! assert_eq!(cache.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::clock_cache::ClockCache;
use super::verified::{Verified, VerifiedToken};
use super::verify::{Scratch, Source, Verifier};
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// Verified tokens by their whole text. Threads may share it.
#[derive(Debug)]
pub struct TokenCache {
    tokens: ClockCache<Entry>,
}

struct Entry {
    source: Source,
    token: VerifiedToken,
}

impl TokenCache {
    /// Bytes that a token of up to four blocks takes here in addition to its own bytes and its
    /// text.
    pub const BESIDE_EACH: usize = 1280;

    /// A cache of at most `capacity` tokens, each of which takes [`BESIDE_EACH`](Self::BESIDE_EACH)
    /// bytes in addition to its own size.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { tokens: ClockCache::new(capacity) }
    }

    /// Verifies a token, or finds it already verified and checks what may have changed since. Lends
    /// it to `use_it`. Threads that hit, even on the same token, take no lock and write no shared
    /// memory; a miss takes a lock to store the verified token.
    ///
    /// # Errors
    /// As [`Verifier::verify`]. Refusals are not cached, so a flood of forgeries evicts nothing.
    pub fn verify<R>(
        &self,
        verifier: &Verifier<'_>,
        text: &str,
        now: Time,
        scratch: &mut Scratch,
        use_it: impl FnOnce(&Verified<'_>) -> R,
    ) -> Result<R, Refusal> {
        let source = verifier.source();
        if let Some(entry) = self.tokens.reader().get(text).filter(|entry| entry.source == source) {
            return Ok(use_it(&verifier.recheck(&entry.token, now)?));
        }
        let verified = verifier.verify(text, now, scratch)?;
        self.tokens.put(text, Entry { source, token: verified.to_owned() });
        Ok(use_it(&verified))
    }

    /// The number of cached tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the cache is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
