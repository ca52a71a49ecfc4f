//! Signatures that have been checked, so that a batch checks each once.

use alloc::collections::BTreeSet;

use ed25519_dalek::VerifyingKey;

use super::chain::{Link, Signed};

/// Signatures of blocks that have been found good. The entry is key, digest and signature together,
/// so a hit means that exactly this check was made.
pub(super) struct Good(Option<BTreeSet<([u8; 32], Link, [u8; 64])>>);

impl Good {
    /// Remembers nothing: for a single token, which has no signature twice.
    pub(super) const fn forgotten() -> Self {
        Self(None)
    }

    /// Remembers the checks it has made.
    pub(super) const fn shared() -> Self {
        Self(Some(BTreeSet::new()))
    }

    /// Whether `key` signed the block with this digest.
    pub(super) fn check(&mut self, key: &VerifyingKey, digest: &Link, signature: &[u8; 64]) -> bool {
        let verify = || Signed::Block.verify(key, digest, signature);
        let Some(seen) = &mut self.0 else { return verify() };
        let check = (key.to_bytes(), *digest, *signature);
        // Only good signatures are kept: forgeries take no memory and cost the same as alone.
        seen.contains(&check) || verify() && seen.insert(check)
    }
}
