//! Third parties: the holder of a token sends a request, a third party signs a restriction for it,
//! and the holder adds it.
//!
//! The voucher is bound to the token's last block by that block's revocation id, which reveals
//! nothing about the token, and to the token's state of the vocabulary. Without the latter, the
//! holder of a token of another vocabulary could have a program signed whose numbers mean something
//! else there.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use data_encoding::BASE64URL_NOPAD;

use super::append::BlockDraft;
use super::block::{Block, Flags, Position, put_bounds};
use super::chain::{Link, Signed, first, point, public_link, revocation_id, voucher_digest};
use super::envelope::Token;
use super::frame::End;
use super::header::RevocationId;
use super::signer::{SignWith, SignerError};
use super::wire::Place;
use crate::bytecode::verify::{Budget, ProgramError, Scope, verify};
use crate::limits::TOKEN_BYTES;
use crate::model::verdict::Refusal;
use crate::model::vocabulary::{Fingerprint, Hint, Vocabulary};

/// The request that a holder sends to the third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherRequest {
    /// The block after which the voucher will be placed.
    pub previous: RevocationId,
    /// The token's state of the vocabulary, as its holder says. If that is not true, the voucher
    /// fits no token.
    pub hint: Hint,
}

impl VoucherRequest {
    /// The request for the token as it is now.
    ///
    /// # Errors
    /// The token is invalid.
    pub fn of(token: &Token) -> Result<Self, Refusal> {
        Ok(Self { previous: revocation_id(&Self::link_of(token)?), hint: token.header().hint })
    }

    /// The link of the last block of an unverified token.
    pub(super) fn link_of(token: &Token) -> Result<Link, Refusal> {
        let (last, _) = token.last()?;
        Ok(match last.end {
            End::Tag(tag) => *tag,
            _ => public_link(last.before(), last.counted, last.next_key().as_ref()),
        })
    }

    /// Signs a restriction for that token, as a third party that uses `vocabulary`. The program is
    /// proved against the state that the request names, so the signed program means what its author
    /// has read.
    ///
    /// # Errors
    /// The request is made with another vocabulary, the program uses declarations that that state
    /// did not have, or a key that is kept elsewhere did not sign.
    pub fn vouch<'k>(
        self,
        key: impl Into<SignWith<'k>>,
        vocabulary: &Vocabulary,
        draft: &BlockDraft<'_>,
    ) -> Result<Voucher, VouchError> {
        if draft.holder.is_some() {
            return Err(VouchError::NamesHolder);
        }
        let key = key.into();
        let state = vocabulary.hinted(self.hint).next().ok_or(VouchError::OtherVocabulary)?;
        verify(draft.program, &Scope { vocabulary, state, budget: Budget::Token }).map_err(VouchError::Program)?;
        let mut body = Vec::with_capacity(draft.program.len() + 128);
        put_bounds(&mut body, &draft.bounds(), Flags::VOUCHED);
        body.extend_from_slice(key.public().as_bytes());
        let digest = voucher_digest(self.previous, state.fingerprint, &body, draft.program);
        body.extend_from_slice(&key.sign(Signed::Voucher, &digest).map_err(VouchError::Signer)?);
        body.extend_from_slice(draft.program);
        Ok(Voucher { state: state.fingerprint, body })
    }

    /// Writes `placet_request_…`.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = String::from(REQUEST_PREFIX);
        let mut bytes = [0; REQUEST_BYTES];
        bytes[..SAID].copy_from_slice(&self.bytes());
        bytes[SAID..].copy_from_slice(&checksum(&self.bytes()));
        BASE64URL_NOPAD.encode_append(&bytes, &mut text);
        text
    }

    /// Reads `placet_request_…`.
    ///
    /// # Errors
    /// The text is not a request, or it is mistyped.
    pub fn parse(text: &str) -> Result<Self, VouchError> {
        let digits = text.strip_prefix(REQUEST_PREFIX).ok_or(VouchError::NotARequest)?;
        let mut bytes = [0; REQUEST_BYTES];
        // Checked beforehand, since the decoder wants a buffer of exactly the decoded length.
        if digits.len() != 32 || BASE64URL_NOPAD.decode_mut(digits.as_bytes(), &mut bytes) != Ok(REQUEST_BYTES) {
            return Err(VouchError::NotARequest);
        }
        let (said, sum) = bytes.split_first_chunk::<SAID>().ok_or(VouchError::NotARequest)?;
        if *sum != checksum(said) {
            return Err(VouchError::NotARequest);
        }
        let (previous, hint) = said.split_first_chunk().ok_or(VouchError::NotARequest)?;
        let hint = hint.first_chunk().ok_or(VouchError::NotARequest)?;
        Ok(Self { previous: RevocationId(*previous), hint: Hint(*hint) })
    }

    fn bytes(self) -> [u8; SAID] {
        let mut bytes = [0; SAID];
        bytes[..16].copy_from_slice(&self.previous.0);
        bytes[16..].copy_from_slice(&self.hint.0);
        bytes
    }
}

fn checksum(said: &[u8; SAID]) -> [u8; 4] {
    first(&blake3::derive_key("placet 2026-11 voucher request checksum v1", said))
}

/// The id of a block, and a hint.
const SAID: usize = 16 + 4;

/// The same with its checksum.
const REQUEST_BYTES: usize = SAID + 4;

const REQUEST_PREFIX: &str = "placet_request_";
const VOUCHER_PREFIX: &str = "placet_voucher_";

/// A restriction, signed by a third party for one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The state of the vocabulary that it was signed for; the token has a hint of it only.
    state: Fingerprint,
    body: Vec<u8>,
}

impl Voucher {
    /// Writes `placet_voucher_…`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(VOUCHER_PREFIX);
        BASE64URL_NOPAD.encode_append(&[&self.state.0, self.body.as_slice()].concat(), &mut text);
        text
    }

    /// Reads `placet_voucher_…`.
    ///
    /// # Errors
    /// The text is not a voucher.
    pub fn parse(text: &str) -> Result<Self, VouchError> {
        let digits = text.strip_prefix(VOUCHER_PREFIX).ok_or(VouchError::NotAVoucher)?;
        if digits.len() > (TOKEN_BYTES + 16).div_ceil(3) * 4 {
            return Err(VouchError::NotAVoucher);
        }
        let bytes = BASE64URL_NOPAD.decode(digits.as_bytes()).map_err(|_| VouchError::NotAVoucher)?;
        let (state, body) = bytes.split_first_chunk().ok_or(VouchError::NotAVoucher)?;
        if body.len() > TOKEN_BYTES {
            return Err(VouchError::NotAVoucher);
        }
        let voucher = Self { state: Fingerprint(*state), body: body.to_vec() };
        match voucher.read() {
            Ok(Block { voucher: Some(_), .. }) => Ok(voucher),
            _ => Err(VouchError::NotAVoucher),
        }
    }

    fn read(&self) -> Result<Block, Refusal> {
        Block::read(&self.body, Place { from: 0, to: self.body.len() }, Position::Restriction)
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn is_final(&self) -> bool {
        self.body.first().is_some_and(|flags| Flags(*flags).has(Flags::FINAL))
    }

    /// Whether it was signed for this request.
    #[must_use]
    pub fn answers(&self, request: VoucherRequest) -> bool {
        self.state.hint() == request.hint
            && self
                .read()
                .and_then(|block| check(&block, &self.body, request.previous, self.state))
                .is_ok_and(|key| key.is_some())
    }
}

/// Checks the third party's signature on a restriction, if it has one; returns its public key.
pub(super) fn check<'b>(
    block: &Block,
    bytes: &'b [u8],
    previous: RevocationId,
    state: Fingerprint,
) -> Result<Option<&'b [u8; 32]>, Refusal> {
    let Some(place) = block.voucher else { return Ok(None) };
    let body = block.body.of(bytes)?;
    let (key, signature) = place.of(bytes)?.split_first_chunk::<32>().ok_or(Refusal::Truncated)?;
    let signature = signature.first_chunk::<64>().ok_or(Refusal::Truncated)?;
    let signed = place.from.saturating_sub(block.body.from).saturating_add(key.len());
    let (before, rest) = body.split_at_checked(signed).ok_or(Refusal::Truncated)?;
    let after = rest.get(signature.len()..).ok_or(Refusal::Truncated)?;
    let point = point(key).ok_or(Refusal::Forged)?;
    if Signed::Voucher.verify(&point, &voucher_digest(previous, state, before, after), signature) {
        Ok(Some(key))
    } else {
        Err(Refusal::Forged)
    }
}

/// Why a text cannot be used in the exchange with a third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VouchError {
    /// Anything else than `placet_request_…`.
    NotARequest,
    /// Anything else than `placet_voucher_…`.
    NotAVoucher,
    /// The token uses a vocabulary, or a later state of one, that the third party does not have.
    OtherVocabulary,
    /// The restriction uses declarations that the token's state of the vocabulary did not have.
    Program(ProgramError),
    /// The restriction names a holder, which only the holder of the token can do.
    NamesHolder,
    /// A key that is kept elsewhere did not sign.
    Signer(SignerError),
}

impl fmt::Display for VouchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARequest => f.write_str("this is not a complete `placet_request_…`"),
            Self::NotAVoucher => f.write_str("this is not a complete `placet_voucher_…`"),
            Self::OtherVocabulary => f.write_str("the token uses a vocabulary other than the restriction's"),
            Self::Program(error) => {
                write!(f, "the restriction uses declarations that the token's vocabulary did not have yet: {error}")
            }
            Self::NamesHolder => f.write_str("a third party cannot name the holder of a token: leave `holder` out"),
            Self::Signer(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for VouchError {}
