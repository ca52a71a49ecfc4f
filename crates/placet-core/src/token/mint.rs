//! Makes tokens.

use alloc::vec::Vec;
use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::append::{NextSeed, end_local, end_public};
use super::block::{Bounds, Flags, put_bounds};
use super::bound::{local_start, public_start};
use super::chain::{Before, Signed, first};
use super::claims::ClaimsDraft;
use super::envelope::Token;
use super::header::{Header, TokenId};
pub use super::holder::NewHolder;
use super::keys::{Randomness, RandomnessError};
use super::secrecy;
use super::signer::{Minter, ProveWith, SignerError};
use super::wire::{LAST, put_counted, put_varint};
use crate::model::time::Time;
use crate::model::vocabulary::Fingerprint;

/// The contents of a token to be minted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// The current time.
    pub issuance: Time,
    /// The time at which the token expires. A time before the issuance makes a token that is never
    /// valid.
    pub expiry: Option<Time>,
    /// The time from which the token is valid.
    pub not_before: Option<Time>,
    /// Distinguishes the token from others of the same millisecond, see
    /// [`with_new_id`](Self::with_new_id).
    pub id: TokenId,
    /// The key whose holder has to prove every request.
    pub holder: Option<NewHolder>,
    /// The vocabulary state with which the program was compiled. It is bound into the proof.
    pub fingerprint: Fingerprint,
    /// The token's claims about its bearer.
    pub claims: ClaimsDraft,
    /// The compiled rules.
    pub program: &'a [u8],
    /// Whether its holder cannot add restrictions.
    pub sealed: bool,
    /// Whether claims and program are hidden from its holder. Local tokens only.
    pub encrypted: bool,
}

impl Draft<'_> {
    /// The same with an id of its own: a hash of fresh randomness, the minter's secret and
    /// everything in the draft. So two different tokens have different ids even if a forked machine
    /// draws the same randomness twice.
    ///
    /// # Errors
    /// The random source failed.
    pub fn with_new_id<'k>(
        mut self,
        minter: impl Into<Minter<'k>>,
        random: &mut impl Randomness,
    ) -> Result<Self, RandomnessError> {
        let minter = minter.into();
        let mut fresh = Zeroizing::new([0; 16]);
        random.fill(&mut *fresh)?;
        self.id = TokenId([0; 8]);
        let mut said = Zeroizing::new(Vec::new());
        let header = header(&minter, &self);
        header.write(&mut said);
        put_authority(&mut said, &header, &self);
        let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 token id v1");
        hasher.update(&*minter.hedge()).update(&*fresh).update(&minter.audience.bytes());
        hasher.update(&self.fingerprint.0);
        self.id = TokenId(first(hasher.update(&said).finalize().as_bytes()));
        hasher.zeroize();
        Ok(self)
    }
}

/// Mints a token: with a key, or with a [`Minter`] that names an audience or whose key is kept
/// elsewhere. `random` is used only for the seed of a public token that is not sealed.
///
/// # Errors
/// The draft is invalid or does not fit a token, or a key that is kept elsewhere did not sign.
pub fn mint<'k>(
    minter: impl Into<Minter<'k>>,
    draft: &Draft<'_>,
    random: &mut impl Randomness,
) -> Result<Token, MintError> {
    let minter = minter.into();
    check(&minter, draft)?;
    let mut out = Vec::new();
    let header = header(&minter, draft);
    header.write(&mut out);
    let from = out.len();
    match minter.key {
        ProveWith::Local(key) => {
            let plain_from = put_authority(&mut out, &header, draft);
            if draft.encrypted {
                secrecy::encrypt(key, &mut out, plain_from);
            }
            end_local(&mut out, &Zeroizing::new(local_start(key, minter.audience, draft.fingerprint)), 0);
        }
        ProveWith::Public(signer) => {
            let written = out.clone();
            put_authority(&mut out, &header, draft);
            let (before, counted) = (Before::Header(&written), out.get(from..).unwrap_or_default());
            let next = NextSeed::for_open_block(draft.sealed, before, counted, &minter.hedge(), random)?;
            let sign = |digest| signer.sign(Signed::Block, &public_start(&digest, minter.audience, draft.fingerprint));
            end_public(&mut out, before, from, next.as_ref(), sign)?;
        }
    }
    Token::of_written(header, out).ok_or(MintError::TooLarge)
}

fn check(minter: &Minter<'_>, draft: &Draft<'_>) -> Result<(), MintError> {
    if draft.issuance < Time::EPOCH {
        return Err(MintError::BeforeTheEpoch);
    }
    if !draft.claims.fits() {
        return Err(MintError::TooManyClaims);
    }
    if draft.holder.is_some_and(|holder| holder.is_after_another()) {
        return Err(MintError::Consent);
    }
    if draft.encrypted && matches!(minter.key, ProveWith::Public(_)) { Err(MintError::PublicSecret) } else { Ok(()) }
}

fn header(minter: &Minter<'_>, draft: &Draft<'_>) -> Header {
    Header {
        purpose: minter.purpose(),
        key: minter.id(),
        hint: draft.fingerprint.hint(),
        issuance: draft.issuance.min(LAST),
        // A token that ends before it begins is written as one that ends when it begins: it is
        // never valid.
        expiry: draft.expiry.map(|end| end.max(draft.issuance).min(LAST)),
        id: draft.id,
    }
}

/// Writes the block with its length, which leaves room for its encryption; returns where its
/// content begins.
fn put_authority(out: &mut Vec<u8>, header: &Header, draft: &Draft<'_>) -> usize {
    let claims = Zeroizing::new(draft.claims.encode());
    let mut content = Zeroizing::new(Vec::with_capacity(claims.len() + draft.program.len() + 10));
    let mut flags = if draft.encrypted { Flags::ENCRYPTED } else { 0 };
    if !claims.is_empty() {
        flags |= Flags::CLAIMS;
        put_counted(&mut content, &claims);
    }
    content.extend_from_slice(draft.program);
    let mut bounds = Vec::new();
    let Draft { sealed: is_final, not_before, holder, .. } = *draft;
    put_bounds(&mut bounds, &Bounds { is_final, not_before, expiry: header.long_life(), holder }, flags);
    let overhead = if draft.encrypted { secrecy::OVERHEAD } else { 0 };
    put_varint(out, (bounds.len() + content.len() + overhead) as u64);
    out.extend_from_slice(&bounds);
    let from = out.len();
    out.extend_from_slice(&content);
    from
}

/// Why a draft cannot be minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintError {
    /// `issuance: 1969-12-31T00:00:00Z`
    BeforeTheEpoch,
    /// More `labels` and `attributes` than [`CLAIM_ENTRIES`](crate::limits::CLAIM_ENTRIES).
    TooManyClaims,
    /// An encrypted token under a signing key: no one could read it.
    PublicSecret,
    /// The consent of an earlier holder: a new token has none.
    Consent,
    /// More bytes than a header line allows.
    TooLarge,
    /// The random source failed.
    NoRandomness,
    /// A key that is kept elsewhere did not sign.
    NotSigned,
}

impl From<SignerError> for MintError {
    fn from(_: SignerError) -> Self {
        Self::NotSigned
    }
}

impl From<RandomnessError> for MintError {
    fn from(_: RandomnessError) -> Self {
        Self::NoRandomness
    }
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeTheEpoch => f.write_str("a token cannot be issued before 1970"),
            Self::TooManyClaims => f.write_str("the token has more labels and attributes than a verdict can return"),
            Self::PublicSecret => {
                f.write_str("a public token cannot be encrypted, since anyone can read it; use a local key")
            }
            Self::Consent => f.write_str("a new token has no earlier holder who could agree"),
            Self::TooLarge => f.write_str("the token is larger than a header line allows"),
            Self::NoRandomness => RandomnessError.fmt(f),
            Self::NotSigned => SignerError.fmt(f),
        }
    }
}

impl core::error::Error for MintError {}
