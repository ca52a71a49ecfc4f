//! The outer structure of a token: header, blocks, and the parts between and after them. Nothing is
//! trusted yet.
//!
//! This file determines which bytes a proof covers. Each byte of the header and the blocks must be
//! covered exactly once:
//!
//! - The tag of a local token is a chain. The first link covers the header and the first block with
//!   its length; each later link is keyed by the link before it and covers its link byte, the
//!   length and the block. The link byte is covered from the second block on because it says that
//!   a block follows; the last one, 0, needs no cover, since the tag after it is that of the last
//!   block and of no other. So no block can be cut off, moved, or split into two.
//! - The signature of a public block covers the signature before it (the first one: the header),
//!   the block with its length, and what the block promises of the next key. The promise is not
//!   covered as it lies in the token: a seed becomes a commitment when a block is added, and both
//!   must give the same digest. That is why [`Frame::next_key`] computes it from either form.
//!
//! A byte without a proof could be changed by the holder without a trace; a length that is not
//! covered would allow the bytes of two blocks to be divided differently.

use super::block::{Flags, Position};
use super::chain::{Before, NextKey, Seed, key_hash};
use super::header::{HEADER_BYTES, Header, Purpose};
use super::wire::{Place, Reader};
use crate::limits::{BLOCKS, TOKEN_BYTES};
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// Reads the header and leaves the reader before the first block.
pub(super) fn open(bytes: &[u8]) -> Result<(Header, Frames<'_>), Refusal> {
    if bytes.len() > TOKEN_BYTES {
        return Err(Refusal::TooLarge);
    }
    let mut header = Header::read(bytes)?;
    let (before, blocks) = bytes.split_at_checked(HEADER_BYTES).ok_or(Refusal::Truncated)?;
    let reader = Reader::of_end(bytes, blocks);
    if header.expiry.is_none() {
        header.expiry = long_life(reader.clone());
    }
    let start = Start::Header(before);
    Ok((header, Frames { bytes, reader, purpose: header.purpose, count: 0, start: Some(start) }))
}

/// The expiry that the authority block writes. Whatever is wrong with the block is found when it is
/// read.
#[cold]
fn long_life(mut reader: Reader<'_>) -> Option<Time> {
    reader.varint().ok()?;
    let flags = Flags(reader.byte().ok()?);
    if flags.has(Flags::NOT_BEFORE) {
        reader.time().ok()?;
    }
    if flags.has(Flags::EXPIRY) { reader.time().ok() } else { None }
}

/// One block in place in the token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'b> {
    /// The part before the block.
    pub(super) start: Start<'b>,
    /// The flags of the block.
    pub(super) flags: Flags,
    /// The block with its length.
    pub(super) counted: &'b [u8],
    /// Where the block is, without its length.
    pub(super) body: Place,
    /// For a public block.
    pub(super) signature: Option<&'b [u8; 64]>,
    pub(super) end: End<'b>,
}

/// The part that a block continues.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start<'b> {
    /// The first block.
    Header(&'b [u8]),
    /// A later block of a local token.
    Tag,
    /// A later block of a public token: the signature before it, and the key that checks it.
    Signature { before: &'b [u8; 64], key: &'b [u8; 32] },
}

/// The part after a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum End<'b> {
    /// Another block of a local token.
    Local,
    /// Another block of a public token: the key that signed it, and the commitment to a seed that
    /// is no longer included.
    Public { key: &'b [u8; 32], commitment: &'b [u8; 16] },
    /// The end of a local token.
    Tag(&'b [u8; 32]),
    /// The end of a public token to which a block can be added.
    Open { key_hash: &'b [u8; 16], seed: &'b Seed },
    /// The end of a sealed public token.
    Sealed,
}

impl<'b> Frame<'b> {
    /// Whether no block may follow.
    pub(super) const fn is_final(&self) -> bool {
        self.flags.has(Flags::FINAL)
    }

    /// The beginning of the bytes that a public block's digest covers.
    pub(super) const fn before(&self) -> Before<'b> {
        match self.start {
            Start::Header(header) => Before::Header(header),
            Start::Signature { before, .. } => Before::Signature(before),
            Start::Tag => Before::Header(&[]),
        }
    }

    /// The commitments of a public block, computed from the token's content: the block's signature
    /// covers the result.
    pub(super) fn next_key(&self) -> Option<NextKey> {
        match self.end {
            End::Public { key, commitment } => Some(NextKey { key_hash: key_hash(key), commitment: *commitment }),
            End::Open { key_hash, seed } => {
                Some(NextKey { key_hash: *key_hash, commitment: self.before().commitment(seed) })
            }
            End::Local | End::Tag(_) | End::Sealed => None,
        }
    }
}

/// Iterates over the blocks of a token; stops after the last one or at the first error.
#[derive(Clone, Debug)]
pub(super) struct Frames<'b> {
    bytes: &'b [u8],
    reader: Reader<'b>,
    purpose: Purpose,
    count: usize,
    /// None after the last block.
    start: Option<Start<'b>>,
}

impl<'b> Frames<'b> {
    fn read(&mut self, start: Start<'b>) -> Result<Frame<'b>, Refusal> {
        if self.count == BLOCKS {
            return Err(Refusal::TooManyBlocks);
        }
        let from = self.reader.at();
        let body = self.reader.counted()?;
        let to = self.reader.at();
        // An empty block has no flags; it would be cut short wherever it ends.
        let position = position(self.purpose, self.count);
        let flags = Flags::read(*body.first().ok_or(Refusal::NotCanonical)?, position)?;
        let signature = match self.purpose {
            Purpose::Local => None,
            Purpose::Public => Some(self.reader.array()?),
        };
        let is_final = flags.has(Flags::FINAL);
        let end = self.read_end(is_final)?;
        self.count += 1;
        self.start = follow(end, signature);
        Ok(Frame {
            start,
            flags,
            counted: Place { from, to }.of(self.bytes)?,
            body: Place { from: to - body.len(), to },
            signature,
            end,
        })
    }

    fn read_end(&mut self, is_final: bool) -> Result<End<'b>, Refusal> {
        let end = match (self.reader.byte()?, self.purpose) {
            (1, _) if is_final => return Err(Refusal::Sealed),
            (1, Purpose::Local) => return Ok(End::Local),
            (1, Purpose::Public) => {
                return Ok(End::Public { key: self.reader.array()?, commitment: self.reader.array()? });
            }
            (0, Purpose::Local) => End::Tag(self.reader.array()?),
            (0, Purpose::Public) if is_final => End::Sealed,
            (0, Purpose::Public) => End::Open { key_hash: self.reader.array()?, seed: self.reader.array()? },
            _ => return Err(Refusal::NotCanonical),
        };
        self.reader.end().map(|()| end)
    }
}

/// One block of a local token.
pub(super) struct LocalFrame<'b> {
    pub(super) flags: Flags,
    /// Where the block is, without its length.
    pub(super) body: Place,
    /// The bytes that its tag covers: the header or the link byte, and the block with its length.
    pub(super) covered: &'b [u8],
    /// After the last block: its tag.
    pub(super) tag: Option<&'b [u8; 32]>,
}

impl<'b> Frames<'b> {
    /// The next block of a local token: the same as [`next`](Iterator::next), without what only
    /// public tokens have. There is one after each that has no tag.
    #[inline]
    pub(super) fn next_local(&mut self) -> Result<LocalFrame<'b>, Refusal> {
        if self.count == BLOCKS {
            return Err(Refusal::TooManyBlocks);
        }
        // The first block is covered together with the header, each later one with its link byte.
        let covered_from = if self.count == 0 { 0 } else { self.reader.at().saturating_sub(1) };
        let body = self.reader.counted()?;
        let to = self.reader.at();
        let position = position(Purpose::Local, self.count);
        let flags = Flags::read(*body.first().ok_or(Refusal::NotCanonical)?, position)?;
        self.count += 1;
        let tag = match self.reader.byte()? {
            1 if flags.has(Flags::FINAL) => return Err(Refusal::Sealed),
            1 => None,
            0 => {
                let tag = self.reader.array()?;
                self.reader.end()?;
                Some(tag)
            }
            _ => return Err(Refusal::NotCanonical),
        };
        let covered = Place { from: covered_from, to }.of(self.bytes)?;
        Ok(LocalFrame { flags, body: Place { from: to - body.len(), to }, covered, tag })
    }
}

/// The flags that the block with this number may have.
pub(super) const fn position(purpose: Purpose, number: usize) -> Position {
    match (number, purpose) {
        (0, Purpose::Local) => Position::LocalAuthority,
        (0, Purpose::Public) => Position::PublicAuthority,
        _ => Position::Restriction,
    }
}

fn follow<'b>(end: End<'b>, signature: Option<&'b [u8; 64]>) -> Option<Start<'b>> {
    match (end, signature) {
        (End::Local, _) => Some(Start::Tag),
        (End::Public { key, .. }, Some(before)) => Some(Start::Signature { before, key }),
        _ => None,
    }
}

impl<'b> Iterator for Frames<'b> {
    type Item = Result<Frame<'b>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        self.start.take().map(|start| self.read(start))
    }
}
