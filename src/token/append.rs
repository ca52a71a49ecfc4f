//! Writes the proof of a block, and the end of the token behind it: what minting and attenuating have in common.

use alloc::vec::Vec;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::chain::{Before, Promise, Seed, Signed, key_hash, local_link, public_link};
use super::keys::{NoRandomness, Randomness};
use crate::token::block::{Bounds, put_bounds};

/// Ends a local token whose last block has just been written; the block is covered from `from` on.
pub(super) fn end_local(out: &mut Vec<u8>, key: &[u8; 32], from: usize) {
    let tag = Zeroizing::new(local_link(key, out.get(from..).unwrap_or_default()));
    out.push(0);
    out.extend_from_slice(&*tag);
}

/// Ends a public token whose last block has just been written, behind its length, from `from` on.
pub(super) fn end_public(out: &mut Vec<u8>, signer: &SigningKey, before: Before<'_>, from: usize, next: Option<&Next>) {
    let digest = public_link(before, out.get(from..).unwrap_or_default(), next.map(|next| &next.promise));
    out.extend_from_slice(&Signed::Block.sign(signer, &digest));
    out.push(0);
    if let Some(next) = next {
        out.extend_from_slice(&next.promise.key_hash);
        out.extend_from_slice(&*next.seed);
    }
}

/// What lets a holder add a block to a public token.
pub(super) struct Next {
    promise: Promise,
    seed: Zeroizing<Seed>,
}

impl Next {
    /// A fresh seed, and the promise of its key; none behind a final block.
    pub(super) fn unless(
        is_final: bool,
        before: Before<'_>,
        random: &mut impl Randomness,
    ) -> Result<Option<Self>, NoRandomness> {
        if is_final {
            return Ok(None);
        }
        let mut seed = Zeroizing::new([0; 16]);
        random.fill(&mut *seed)?;
        let key = before.next_key(&seed).verifying_key();
        let promise = Promise { key_hash: key_hash(key.as_bytes()), commitment: before.commitment(&seed) };
        Ok(Some(Self { promise, seed }))
    }
}

/// The bytes of a restriction.
pub(super) fn restriction(bounds: &Bounds, program: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(program.len() + 21);
    put_bounds(&mut body, bounds, 0);
    body.extend_from_slice(program);
    body
}
