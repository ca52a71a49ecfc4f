//! Reads a token without a key. The result is what the token *says*; it has not been verified.

use alloc::vec::Vec;

use super::block::{Block, Flags};
use super::chain::{public_link, revocation_id};
use super::claims::Claims;
use super::envelope::Token;
use super::frame::{End, Frame, open, position};
use super::header::{Header, Purpose, RevocationId};
use super::holder;
use crate::bytecode::verify::{Allowance, ProgramError, Proved, Scope, verify_within};
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// The unverified content of a token: for people to look at, never to decide by.
#[derive(Clone, Debug)]
pub struct Unverified<'t> {
    /// The part before the blocks.
    pub header: Header,
    /// The blocks, the authority first.
    pub blocks: Vec<UnverifiedBlock<'t>>,
    /// The earliest expiry that the token sets.
    pub expiry: Option<Time>,
    /// Whether its holder cannot add restrictions.
    pub sealed: bool,
}

/// The content of a block.
#[derive(Clone, Debug)]
pub struct UnverifiedBlock<'t> {
    /// The time from which it is valid.
    pub not_before: Option<Time>,
    /// The time at which it expires; the authority's is in the header.
    pub expiry: Option<Time>,
    /// The public key of the third party said to have signed it.
    pub voucher: Option<&'t [u8; 32]>,
    /// The public key of the holder that it names.
    pub holder: Option<&'t [u8; 32]>,
    /// Claims and program, unless they are encrypted.
    pub content: Option<Content<'t>>,
    /// The revocation list entry that would revoke this block and everything after it. In a local
    /// token only the last one can be computed without the key.
    pub revocation: Option<RevocationId>,
}

/// The readable part of a block.
#[derive(Clone, Copy, Debug)]
pub struct Content<'t> {
    /// The authority's claims about the bearer.
    pub claims: Claims<'t>,
    /// The bytes of the program, not proved.
    pub program: &'t [u8],
}

impl<'t> Unverified<'t> {
    /// Proves the readable programs, within one allowance as a verifier does. For each block: its
    /// program, or its fault; none if it is encrypted.
    #[must_use]
    pub fn prove(&self, scope: &Scope<'_>) -> Vec<Option<Result<Proved<'t>, ProgramError>>> {
        let mut allowance = Allowance::of(scope.budget);
        let proved = self.blocks.iter().map(|block| {
            let content = block.content.as_ref()?;
            Some(verify_within(content.program, scope, &mut allowance))
        });
        proved.collect()
    }
}

/// Reads the content of a token.
///
/// # Errors
/// A part of it is not in its canonical form.
pub fn inspect(token: &Token) -> Result<Unverified<'_>, Refusal> {
    let bytes = token.as_bytes();
    let (header, frames) = open(bytes)?;
    let mut blocks = Vec::new();
    for frame in frames {
        blocks.push(inspect_block(&frame?, bytes, header.purpose, blocks.len())?);
    }
    let expiry = blocks.iter().filter_map(|block| block.expiry).chain(header.expiry).min();
    Ok(Unverified { header, blocks, expiry, sealed: token.is_sealed() })
}

fn inspect_block<'t>(
    frame: &Frame<'t>,
    bytes: &'t [u8],
    purpose: Purpose,
    number: usize,
) -> Result<UnverifiedBlock<'t>, Refusal> {
    let block = Block::read(bytes, frame.body, position(purpose, number))?;
    let voucher = block.voucher.map(|place| place.of(bytes)).transpose()?;
    Ok(UnverifiedBlock {
        not_before: block.not_before,
        expiry: block.expiry,
        voucher: voucher.and_then(|voucher| voucher.first_chunk()),
        holder: block.holder.and_then(|place| holder::key(place, bytes)),
        content: content(&block, bytes)?,
        revocation: revocation(frame),
    })
}

fn content<'t>(block: &Block, bytes: &'t [u8]) -> Result<Option<Content<'t>>, Refusal> {
    if block.flags.has(Flags::ENCRYPTED) {
        return Ok(None);
    }
    let claims = Claims::read(block.claims.of(bytes)?)?;
    Ok(Some(Content { claims, program: block.program.of(bytes)? }))
}

fn revocation(frame: &Frame<'_>) -> Option<RevocationId> {
    match frame.end {
        End::Local => None,
        End::Tag(tag) => Some(revocation_id(tag)),
        End::Public { .. } | End::Open { .. } | End::Sealed => {
            Some(revocation_id(&public_link(frame.before(), frame.counted, frame.next_key().as_ref())))
        }
    }
}
