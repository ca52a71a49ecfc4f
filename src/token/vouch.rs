//! Third parties: the holder of a token asks, somebody else signs a restriction for it, and the holder adds it.
//!
//! The voucher is bound to the token's last block by that block's revocation id, which tells nothing about the token.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use data_encoding::BASE64URL_NOPAD;

use super::attenuate::BlockDraft;
use super::block::{Block, Flags, Position, put_bounds};
use super::chain::{Signed, first, point, public_link, revocation_id, voucher_digest};
use super::envelope::Token;
use super::frame::End;
use super::header::RevocationId;
use super::keys::SigningKey;
use super::wire::Place;
use crate::limits::TOKEN_BYTES;
use crate::model::verdict::Refusal;

/// What the holder sends to the third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherRequest {
    /// The block that the voucher will stand behind.
    pub previous: RevocationId,
}

impl VoucherRequest {
    /// The request for the token as it is now.
    ///
    /// # Errors
    /// The token is not one.
    pub fn of(token: &Token) -> Result<Self, Refusal> {
        let (last, _) = token.last()?;
        let link = match last.end {
            End::Tag(tag) => *tag,
            _ => public_link(last.before(), last.counted, last.promise().as_ref()),
        };
        Ok(Self { previous: revocation_id(&link) })
    }

    /// Signs a restriction for that token, as a third party.
    #[must_use]
    pub fn vouch(self, key: &SigningKey, draft: &BlockDraft<'_>) -> Voucher {
        let mut body = Vec::with_capacity(draft.program.len() + 128);
        put_bounds(&mut body, &draft.bounds(), Flags::VOUCHED);
        body.extend_from_slice(key.public().as_bytes());
        let digest = voucher_digest(self.previous, &body, draft.program);
        body.extend_from_slice(&Signed::Voucher.sign(key.pair(), &digest));
        body.extend_from_slice(draft.program);
        Voucher { body }
    }

    /// Writes `placet_request_…`.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = String::from(REQUEST_PREFIX);
        BASE64URL_NOPAD.encode_append(&self.previous.0, &mut text);
        BASE64URL_NOPAD.encode_append(&self.checksum(), &mut text);
        text
    }

    /// Reads `placet_request_…`.
    ///
    /// # Errors
    /// The text is no request, or a mistyped one.
    pub fn parse(text: &str) -> Result<Self, VouchError> {
        let digits = text.strip_prefix(REQUEST_PREFIX).ok_or(VouchError::NotARequest)?;
        let (id, sum) = digits.split_at_checked(22).ok_or(VouchError::NotARequest)?;
        let decode = |digits: &str| BASE64URL_NOPAD.decode(digits.as_bytes()).map_err(|_| VouchError::NotARequest);
        let id = <[u8; 16]>::try_from(decode(id)?).map_err(|_| VouchError::NotARequest)?;
        let request = Self { previous: RevocationId(id) };
        if decode(sum)? == request.checksum() { Ok(request) } else { Err(VouchError::NotARequest) }
    }

    fn checksum(self) -> [u8; 4] {
        first(&blake3::derive_key("placet 2026-11 voucher request checksum v1", &self.previous.0))
    }
}

const REQUEST_PREFIX: &str = "placet_request_";
const VOUCHER_PREFIX: &str = "placet_voucher_";

/// A restriction, signed by a third party for one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    body: Vec<u8>,
}

impl Voucher {
    /// Writes `placet_voucher_…`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(VOUCHER_PREFIX);
        BASE64URL_NOPAD.encode_append(&self.body, &mut text);
        text
    }

    /// Reads `placet_voucher_…`.
    ///
    /// # Errors
    /// The text is no voucher.
    pub fn parse(text: &str) -> Result<Self, VouchError> {
        let digits = text.strip_prefix(VOUCHER_PREFIX).ok_or(VouchError::NotAVoucher)?;
        if digits.len() > TOKEN_BYTES.div_ceil(3) * 4 {
            return Err(VouchError::NotAVoucher);
        }
        let body = BASE64URL_NOPAD.decode(digits.as_bytes()).map_err(|_| VouchError::NotAVoucher)?;
        let voucher = Self { body };
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
        self.read().and_then(|block| check(&block, &self.body, request.previous)).is_ok_and(|key| key.is_some())
    }
}

/// Checks the third party's signature on a restriction, if it has one; returns its public key.
pub(super) fn check<'b>(
    block: &Block,
    bytes: &'b [u8],
    previous: RevocationId,
) -> Result<Option<&'b [u8; 32]>, Refusal> {
    let Some(place) = block.voucher else { return Ok(None) };
    let body = block.body.of(bytes)?;
    let (key, signature) = place.of(bytes)?.split_first_chunk::<32>().ok_or(Refusal::Truncated)?;
    let signature = signature.first_chunk::<64>().ok_or(Refusal::Truncated)?;
    let signed = place.from.saturating_sub(block.body.from).saturating_add(key.len());
    let (before, rest) = body.split_at_checked(signed).ok_or(Refusal::Truncated)?;
    let after = rest.get(signature.len()..).ok_or(Refusal::Truncated)?;
    let point = point(key).ok_or(Refusal::Forged)?;
    if Signed::Voucher.verify(&point, &voucher_digest(previous, before, after), signature) {
        Ok(Some(key))
    } else {
        Err(Refusal::Forged)
    }
}

/// Why a text is no part of the talk with a third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VouchError {
    /// Something else than `placet_request_…`.
    NotARequest,
    /// Something else than `placet_voucher_…`.
    NotAVoucher,
}

impl fmt::Display for VouchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARequest => f.write_str("this is not a whole `placet_request_…`"),
            Self::NotAVoucher => f.write_str("this is not a whole `placet_voucher_…`"),
        }
    }
}

impl core::error::Error for VouchError {}
