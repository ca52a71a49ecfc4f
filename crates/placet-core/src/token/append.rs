//! Writes the proof of a block and the end of the token after it: the part that minting and
//! attenuating share.

use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

use super::chain::{Before, Link, NextKey, Seed, first, key_hash, local_link, public_link};
use super::holder::NewHolder;
use super::keys::{Randomness, RandomnessError};
use crate::bytecode::program::EMPTY;
use crate::model::time::Time;
use crate::token::block::{Bounds, put_bounds};

/// The contents of a restriction. It can only narrow what the token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockDraft<'a> {
    /// The time from which the token is valid, if that is later than before.
    pub not_before: Option<Time>,
    /// The time at which the token expires, if that is earlier than before.
    pub expiry: Option<Time>,
    /// The holder that the token has from then on, with the consent of the one before.
    pub holder: Option<NewHolder>,
    /// The compiled rules.
    pub program: &'a [u8],
    /// Whether no further restriction may be added.
    pub sealed: bool,
}

/// Objects to nothing and sets no expiry.
impl Default for BlockDraft<'_> {
    fn default() -> Self {
        Self { not_before: None, expiry: None, holder: None, program: EMPTY, sealed: false }
    }
}

impl BlockDraft<'_> {
    pub(super) const fn bounds(&self) -> Bounds {
        let Self { not_before, expiry, holder, sealed, program: _ } = *self;
        Bounds { is_final: sealed, not_before, expiry, holder }
    }
}

/// Ends a local token whose last block has just been written; the block is covered from `from` on.
pub(super) fn end_local(out: &mut Vec<u8>, key: &[u8; 32], from: usize) {
    let tag = Zeroizing::new(local_link(key, out.get(from..).unwrap_or_default()));
    out.push(0);
    out.extend_from_slice(&*tag);
}

/// Ends a public token whose last block has just been written, after its length, from `from` on.
/// `sign` signs its digest.
pub(super) fn end_public<E>(
    out: &mut Vec<u8>,
    before: Before<'_>,
    from: usize,
    next: Option<&NextSeed>,
    sign: impl FnOnce(Link) -> Result<[u8; 64], E>,
) -> Result<(), E> {
    let digest = public_link(before, out.get(from..).unwrap_or_default(), next.map(|next| &next.next_key));
    out.extend_from_slice(&sign(digest)?);
    out.push(0);
    if let Some(next) = next {
        out.extend_from_slice(&next.next_key.key_hash);
        out.extend_from_slice(&*next.seed);
    }
    Ok(())
}

/// The material with which a holder adds a block to a public token.
pub(super) struct NextSeed {
    next_key: NextKey,
    seed: Zeroizing<Seed>,
}

impl NextSeed {
    /// A fresh seed and the commitment to its key; none after a final block.
    ///
    /// The randomness alone would be enough if it never repeated. But a machine that is forked or
    /// restored from a snapshot draws the same bytes again: the seed of a restriction could then
    /// equal the one before it, whose owner could remove the restriction. So the seed is a hash of
    /// the randomness, of the signer's secret, and of everything before it.
    pub(super) fn for_open_block(
        is_final: bool,
        before: Before<'_>,
        counted: &[u8],
        hedge: &[u8; 32],
        random: &mut impl Randomness,
    ) -> Result<Option<Self>, RandomnessError> {
        if is_final {
            return Ok(None);
        }
        let mut fresh = Zeroizing::new([0; 16]);
        random.fill(&mut *fresh)?;
        let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 public seed v1");
        hasher.update(hedge).update(&*fresh);
        before.feed(&mut hasher);
        let seed: Zeroizing<Seed> = Zeroizing::new(first(hasher.update(counted).finalize().as_bytes()));
        hasher.zeroize();
        let key = before.next_key(&seed).verifying_key();
        let next_key = NextKey { key_hash: key_hash(key.as_bytes()), commitment: before.commitment(&seed) };
        Ok(Some(Self { next_key, seed }))
    }
}

/// The bytes of a restriction.
pub(super) fn restriction(bounds: &Bounds, program: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(program.len() + 13);
    put_bounds(&mut body, bounds, 0);
    body.extend_from_slice(program);
    body
}
