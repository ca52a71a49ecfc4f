//! Adds restrictions to a token: offline, by its holder, without a key.

use alloc::vec::Vec;
use core::fmt;

pub use super::append::BlockDraft;
use super::append::{NextSeed, end_local, end_public, restriction};
use super::block::{Block, Position};
use super::chain::{Before, Signed, key_hash};
use super::envelope::Token;
use super::frame::{End, open, position};
use super::holder::{self, HolderAt};
pub use super::holder::{Consent, NewHolder};
use super::keys::{Randomness, RandomnessError};
use super::vouch::{Voucher, VoucherRequest};
use super::wire::{Place, put_counted};
use crate::limits::BLOCKS;
use crate::model::verdict::Refusal;

/// Adds a restriction to the token. `random` is used only for the seed of a public token that stays
/// open.
///
/// # Errors
/// The token is sealed or has no room left.
pub fn append(token: &Token, draft: &BlockDraft<'_>, random: &mut impl Randomness) -> Result<Token, AttenuateError> {
    append_body(token, &restriction(&draft.bounds(), draft.program), draft.sealed, random)
}

/// Adds a restriction that a third party has signed for the token.
///
/// # Errors
/// As [`append`], or the voucher was made for another token.
pub fn append_voucher(token: &Token, voucher: &Voucher, random: &mut impl Randomness) -> Result<Token, AttenuateError> {
    if !voucher.answers(VoucherRequest::of(token)?) {
        return Err(AttenuateError::OtherToken);
    }
    append_body(token, voucher.body(), voucher.is_final(), random)
}

/// Adds an empty restriction that seals the token.
///
/// # Errors
/// As [`append`].
pub fn seal(token: &Token, random: &mut impl Randomness) -> Result<Token, AttenuateError> {
    append(token, &BlockDraft { sealed: true, ..BlockDraft::default() }, random)
}

/// Both kinds of token end in a link byte and 32 more bytes, as long as they can be extended.
const OPEN_END: usize = 33;

/// The most that a block adds to a local token besides itself: a link byte and its length.
const LOCAL_LINK: usize = 1 + 3;

/// The same for a public token, which gets a key, a commitment and a signature as well.
const PUBLIC_LINK: usize = LOCAL_LINK + 32 + 16 + 64;

fn append_body(
    token: &Token,
    body: &[u8],
    is_final: bool,
    random: &mut impl Randomness,
) -> Result<Token, AttenuateError> {
    check_holder(token, body)?;
    let (last, count) = token.last()?;
    if last.is_final() {
        return Err(AttenuateError::Sealed);
    }
    if count >= BLOCKS {
        return Err(AttenuateError::TooManyBlocks);
    }
    let kept = token.as_bytes().len().saturating_sub(OPEN_END);
    // No more room than needed: memory that held a token is wiped, byte by byte.
    let links = if last.signature.is_some() { PUBLIC_LINK } else { LOCAL_LINK };
    let mut out = Vec::with_capacity(token.as_bytes().len() + links + body.len());
    out.extend(token.as_bytes().iter().take(kept));
    match (last.end, last.signature) {
        (End::Tag(tag), _) => {
            out.push(1);
            put_counted(&mut out, body);
            end_local(&mut out, tag, kept);
        }
        (End::Open { key_hash: promised, seed }, Some(signature)) => {
            let key = last.before().next_key(seed);
            let public = key.verifying_key();
            if key_hash(public.as_bytes()) != *promised {
                return Err(AttenuateError::Token(Refusal::Forged));
            }
            out.push(1);
            out.extend_from_slice(public.as_bytes());
            out.extend_from_slice(&last.before().commitment(seed));
            let from = out.len();
            put_counted(&mut out, body);
            let (before, counted) = (Before::Signature(signature), out.get(from..).unwrap_or_default());
            let next = NextSeed::for_open_block(is_final, before, counted, key.as_bytes(), random)?;
            let sign = |digest| Ok::<_, AttenuateError>(Signed::Block.sign(&key, &digest));
            end_public(&mut out, before, from, next.as_ref(), sign)?;
        }
        _ => return Err(AttenuateError::Sealed),
    }
    Token::of_written(token.header(), out).ok_or(AttenuateError::TooLarge)
}

/// Refuses a new holder without the consent of the present one, which every verifier would.
fn check_holder(token: &Token, body: &[u8]) -> Result<(), AttenuateError> {
    let block = Block::read(body, Place { from: 0, to: body.len() }, Position::Restriction)?;
    let Some(new) = block.holder else { return Ok(()) };
    let bytes = [token.as_bytes(), body].concat();
    let moved =
        |place: Place| Place { from: place.from + token.as_bytes().len(), to: place.to + token.as_bytes().len() };
    let present = holder_of(token)?;
    let link = VoucherRequest::link_of(token)?;
    holder::check(moved(new), &bytes, present.map(|present| (&link, present))).map_err(|refusal| match refusal {
        Refusal::Rebound | Refusal::NotCanonical => AttenuateError::NoConsent,
        other => AttenuateError::Token(other),
    })
}

/// The key that the last holder of an unverified token has, by its place.
fn holder_of(token: &Token) -> Result<Option<HolderAt>, Refusal> {
    let (header, frames) = open(token.as_bytes())?;
    let mut holder = None;
    for (number, frame) in frames.enumerate() {
        let block = Block::read(token.as_bytes(), frame?.body, position(header.purpose, number))?;
        holder = block.holder.map(HolderAt::of).transpose()?.or(holder);
    }
    Ok(holder)
}

/// The holder that a token names, unverified: for those who add a block to it.
///
/// # Errors
/// A part of the token is not in its canonical form.
pub fn present_holder(token: &Token) -> Result<Option<&[u8; 32]>, Refusal> {
    Ok(holder_of(token)?.and_then(|holder| holder.key(token.as_bytes())))
}

/// Why a restriction cannot be added to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttenuateError {
    /// Its last block is final.
    Sealed,
    /// It has the maximum number of blocks.
    TooManyBlocks,
    /// It would be larger than a header line allows.
    TooLarge,
    /// The third party vouched for another token, or for this one before its last restriction.
    OtherToken,
    /// It names a holder, and does not have the consent of the one that the token has; or a consent
    /// of nobody.
    NoConsent,
    /// No verifier would accept the token.
    Token(Refusal),
    /// The random source failed.
    NoRandomness,
}

impl From<Refusal> for AttenuateError {
    fn from(refusal: Refusal) -> Self {
        Self::Token(refusal)
    }
}

impl From<RandomnessError> for AttenuateError {
    fn from(_: RandomnessError) -> Self {
        Self::NoRandomness
    }
}

impl fmt::Display for AttenuateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sealed => f.write_str("the token is sealed; no restriction can be added to it"),
            Self::TooManyBlocks => write!(f, "the token has {BLOCKS} blocks, which is as many as allowed"),
            Self::TooLarge => f.write_str("the token would become larger than a header line allows"),
            Self::OtherToken => f.write_str("the voucher was made for another token"),
            Self::NoConsent => {
                f.write_str("only the holder of a token can hand it over: the restriction lacks their signature")
            }
            Self::Token(refusal) => refusal.fmt(f),
            Self::NoRandomness => RandomnessError.fmt(f),
        }
    }
}

impl core::error::Error for AttenuateError {}
