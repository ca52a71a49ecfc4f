//! A bounded cache of verified tokens, for services whose clients send the same token again and again.
//!
//! It keeps what can not change: that the bytes are genuine. Expiry, revocation and the keyring are asked on every hit, a
//! verdict is never kept, and a hit is one only for the very text, keys and vocabulary that were verified.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::key_list::Stamp;
use super::verified::VerifiedToken;
use super::verify::{Scratch, Verifier};
use crate::model::verdict::Refusal;
use crate::model::vocabulary::Fingerprint;

/// Verified tokens by their whole text. Threads may share it.
#[derive(Debug)]
pub struct TokenCache {
    tokens: quick_cache::sync::Cache<Box<str>, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    source: Source,
    token: Arc<VerifiedToken>,
}

/// The keys and the vocabulary that a token was verified with, as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) keys: [Stamp; 2],
    pub(super) vocabulary: Fingerprint,
}

impl TokenCache {
    /// Bytes that a token of up to four blocks takes here beside its own bytes and those of its text.
    pub const BESIDE_EACH: usize = 1280;

    /// A cache of at most so many tokens, which take [`BESIDE_EACH`](Self::BESIDE_EACH) bytes each beside what they are.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { tokens: of_at_most(capacity) }
    }

    /// Verifies a token, or finds that it has been verified and checks what may have changed since. Lend what comes back
    /// with [`Verifier::recheck`].
    ///
    /// # Errors
    /// As [`Verifier::verify`]. Refusals are not kept: a flood of forgeries pushes nothing out.
    pub fn verify(
        &self,
        verifier: &Verifier<'_>,
        text: &str,
        now: i64,
        scratch: &mut Scratch,
    ) -> Result<Arc<VerifiedToken>, Refusal> {
        let source = verifier.source();
        if let Some(Entry { token, .. }) = self.tokens.get(text).filter(|entry| entry.source == source) {
            verifier.recheck(&token, now)?;
            return Ok(token);
        }
        let token = Arc::new(verifier.verify(text, now, scratch)?.keep());
        self.tokens.insert(text.into(), Entry { source, token: Arc::clone(&token) });
        Ok(token)
    }

    /// How many tokens it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// A cache by text that never keeps more. Its shards take equally many each, rounded up: of a multiple of their number they
/// take no more together.
pub(crate) fn of_at_most<V: Clone>(capacity: usize) -> quick_cache::sync::Cache<Box<str>, V> {
    let shards = quick_cache::sync::Cache::<Box<str>, V>::new(capacity).num_shards();
    quick_cache::sync::Cache::new(capacity - capacity % shards)
}
