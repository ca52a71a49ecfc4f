//! Makes tokens.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::append::{Next, end_local, end_public};
use super::block::{Bounds, Flags, put_bounds};
use super::chain::Before;
use super::claims::ClaimsDraft;
use super::envelope::Token;
use super::header::{Header, TokenId};
use super::keyring::MintingKey;
use super::keys::{NoRandomness, Randomness};
use super::secrecy;
use super::wire::{put_counted, put_varint};
use crate::model::vocabulary::Fingerprint;

/// What a token shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// Now, in milliseconds since 1970-01-01T00:00:00Z.
    pub issuance: i64,
    /// From when on the token is expired. One before the issuance makes a token that is never valid.
    pub expiry: Option<i64>,
    /// From when on the token is valid.
    pub not_before: Option<i64>,
    /// Eight random bytes, see [`TokenId::random`].
    pub id: TokenId,
    /// The vocabulary that the program is compiled with.
    pub fingerprint: Fingerprint,
    /// What the token says about its bearer.
    pub claims: ClaimsDraft,
    /// The compiled rules.
    pub program: &'a [u8],
    /// Whether its holder may add no restriction.
    pub sealed: bool,
    /// Whether its holder may not read claims and program. Local tokens only.
    pub encrypted: bool,
}

impl TokenId {
    /// A new id.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn random(random: &mut impl Randomness) -> Result<Self, NoRandomness> {
        let mut id = [0; 8];
        random.fill(&mut id)?;
        Ok(Self(id))
    }
}

/// Mints a token. `random` is asked only for the seed of a public token that is not sealed.
///
/// # Errors
/// The draft is not one of a token, or would not fit one.
pub fn mint(key: &MintingKey, draft: &Draft<'_>, random: &mut impl Randomness) -> Result<Token, MintError> {
    check(key, draft)?;
    let mut out = Vec::new();
    header(key, draft).write(&mut out);
    let from = out.len();
    match key {
        MintingKey::Local(key) => {
            let plain_from = put_authority(&mut out, draft);
            if draft.encrypted {
                secrecy::encrypt(key, &mut out, plain_from);
            }
            end_local(&mut out, key.mac(), 0);
        }
        MintingKey::Signing(key) => {
            let header = out.clone();
            put_authority(&mut out, draft);
            let next = Next::unless(draft.sealed, Before::Header(&header), random)?;
            end_public(&mut out, key.pair(), Before::Header(&header), from, next.as_ref());
        }
    }
    Token::of_written(out).ok_or(MintError::TooLarge)
}

fn check(key: &MintingKey, draft: &Draft<'_>) -> Result<(), MintError> {
    if draft.issuance < 0 {
        return Err(MintError::BeforeTheEpoch);
    }
    if !draft.claims.fits() {
        return Err(MintError::TooManyClaims);
    }
    if draft.encrypted && matches!(key, MintingKey::Signing(_)) { Err(MintError::PublicSecret) } else { Ok(()) }
}

fn header(key: &MintingKey, draft: &Draft<'_>) -> Header {
    Header {
        purpose: key.purpose(),
        key: key.id(),
        issuance: draft.issuance,
        expiry: draft.expiry,
        id: draft.id,
        fingerprint: draft.fingerprint,
    }
}

/// Writes the block behind its length, with room in the length for its encryption; returns where its content begins.
fn put_authority(out: &mut Vec<u8>, draft: &Draft<'_>) -> usize {
    let claims = Zeroizing::new(draft.claims.encode());
    let mut content = Zeroizing::new(Vec::with_capacity(claims.len() + draft.program.len() + 10));
    let mut flags = if draft.encrypted { Flags::ENCRYPTED } else { 0 };
    if !claims.is_empty() {
        flags |= Flags::CLAIMS;
        put_counted(&mut content, &claims);
    }
    content.extend_from_slice(draft.program);
    let mut bounds = Vec::new();
    put_bounds(&mut bounds, &Bounds { is_final: draft.sealed, not_before: draft.not_before, expiry: None }, flags);
    let overhead = if draft.encrypted { secrecy::OVERHEAD } else { 0 };
    put_varint(out, (bounds.len() + content.len() + overhead) as u64);
    out.extend_from_slice(&bounds);
    let from = out.len();
    out.extend_from_slice(&content);
    from
}

/// Why a draft makes no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintError {
    /// `issuance: 1969-12-31T00:00:00Z`
    BeforeTheEpoch,
    /// More `labels` and `attributes` than [`CLAIM_ENTRIES`](crate::limits::CLAIM_ENTRIES).
    TooManyClaims,
    /// An encrypted token under a signing key: nobody could read it.
    PublicSecret,
    /// More bytes than a header line takes.
    TooLarge,
    /// No seed was to be had.
    NoRandomness,
}

impl From<NoRandomness> for MintError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeTheEpoch => f.write_str("a token is not issued before 1970"),
            Self::TooManyClaims => f.write_str("the token has more labels and attributes than a verdict returns"),
            Self::PublicSecret => f.write_str("a public token is read by everybody; encrypt a local one"),
            Self::TooLarge => f.write_str("the token is larger than a header line allows"),
            Self::NoRandomness => NoRandomness.fmt(f),
        }
    }
}

impl core::error::Error for MintError {}
