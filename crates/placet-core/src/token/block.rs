//! One block: flags, bounds, a voucher, a holder, claims, and a program that reaches to its end.

use alloc::vec::Vec;

use super::holder::{self, NewHolder};
use super::wire::{Place, Reader, put_time};
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// The parts of one block, by their place in the token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    /// The whole block.
    pub(super) body: Place,
    pub(super) flags: Flags,
    pub(super) not_before: Option<Time>,
    pub(super) expiry: Option<Time>,
    /// The third party's key and signature, 96 bytes.
    pub(super) voucher: Option<Place>,
    /// The holder that it names: a key of 32 bytes, and the consent of the holder before.
    pub(super) holder: Option<Place>,
    /// Nonce, ciphertext and tag, if claims and program are encrypted.
    pub(super) sealed_in: Option<Place>,
    pub(super) claims: Place,
    pub(super) program: Place,
}

impl Block {
    /// Reads the block at `body`, from the first byte to the last.
    pub(super) fn read(bytes: &[u8], body: Place, position: Position) -> Result<Self, Refusal> {
        let mut reader = Reader::within(bytes, body)?;
        let flags = Flags::read(reader.byte()?, position)?;
        let not_before = flags.has(Flags::NOT_BEFORE).then(|| reader.time()).transpose()?;
        let expiry = flags.has(Flags::EXPIRY).then(|| reader.time()).transpose()?;
        let voucher = flags.has(Flags::VOUCHED).then(|| read_place(&mut reader, VOUCHER_BYTES)).transpose()?;
        let holder = flags.has(Flags::HOLDER).then(|| holder::read(&mut reader)).transpose()?;
        let mut block = Self { body, flags, not_before, expiry, voucher, holder, ..Self::default() };
        if flags.has(Flags::ENCRYPTED) {
            block.sealed_in = Some(reader.remaining());
        } else {
            block.split_content(bytes, reader.remaining())?;
        }
        Ok(block)
    }

    /// Finds claims and program in `content`.
    pub(super) fn split_content(&mut self, bytes: &[u8], content: Place) -> Result<(), Refusal> {
        let mut reader = Reader::within(bytes, content)?;
        if self.flags.has(Flags::CLAIMS) {
            let claims = reader.counted()?;
            if claims.is_empty() {
                return Err(Refusal::NotCanonical);
            }
            self.claims = Place { from: reader.at() - claims.len(), to: reader.at() };
        }
        self.program = reader.remaining();
        Ok(())
    }
}

fn read_place(reader: &mut Reader<'_>, length: usize) -> Result<Place, Refusal> {
    let from = reader.at();
    reader.take(length)?;
    Ok(Place { from, to: from + length })
}

/// A public key and a signature.
pub(super) const VOUCHER_BYTES: usize = 32 + 64;

/// Whether a block is the minter's or a holder's; some flags are allowed in one of them only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The first block of a local token.
    LocalAuthority,
    /// The first block of a public token.
    PublicAuthority,
    /// Every later block.
    Restriction,
}

impl Position {
    const fn allowed(self) -> u8 {
        let all = Flags::FINAL | Flags::NOT_BEFORE | Flags::EXPIRY | Flags::HOLDER;
        match self {
            Self::LocalAuthority => all | Flags::CLAIMS | Flags::ENCRYPTED,
            Self::PublicAuthority => all | Flags::CLAIMS,
            Self::Restriction => all | Flags::VOUCHED,
        }
    }
}

/// The first byte of a block: which parts follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(pub(super) u8);

impl Flags {
    /// No block may follow.
    pub(super) const FINAL: u8 = 0x01;
    /// The block contains the time from which it is valid.
    pub(super) const NOT_BEFORE: u8 = 0x02;
    /// The block contains the time at which it expires; the authority does if its life is too long
    /// for the header.
    pub(super) const EXPIRY: u8 = 0x04;
    /// The authority has claims.
    pub(super) const CLAIMS: u8 = 0x08;
    /// A third party has signed the restriction.
    pub(super) const VOUCHED: u8 = 0x10;
    /// The authority's claims and program are encrypted.
    pub(super) const ENCRYPTED: u8 = 0x20;
    /// The block names the holder of the token.
    pub(super) const HOLDER: u8 = 0x40;

    /// Reads the first byte of a block.
    pub(super) const fn read(byte: u8, position: Position) -> Result<Self, Refusal> {
        // A third party would decide who the holder is, and a consent could not be added to what it
        // has signed.
        let names_two = byte & (Self::VOUCHED | Self::HOLDER) == Self::VOUCHED | Self::HOLDER;
        if byte & !position.allowed() == 0 && !names_two { Ok(Self(byte)) } else { Err(Refusal::NotCanonical) }
    }

    pub(super) const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// Appends flags and bounds, the beginning of every block. `more` are the flags of the parts that
/// the caller appends next.
pub(super) fn put_bounds(out: &mut Vec<u8>, bounds: &Bounds, more: u8) {
    let mut flags = more;
    if bounds.is_final {
        flags |= Flags::FINAL;
    }
    if bounds.not_before.is_some() {
        flags |= Flags::NOT_BEFORE;
    }
    if bounds.expiry.is_some() {
        flags |= Flags::EXPIRY;
    }
    if bounds.holder.is_some() {
        flags |= Flags::HOLDER;
    }
    out.push(flags);
    bounds.not_before.into_iter().chain(bounds.expiry).for_each(|time| put_time(out, time));
    bounds.holder.iter().for_each(|holder| holder.put(out));
}

/// When a block is valid, whose the token is, and whether another block may follow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    pub(super) is_final: bool,
    pub(super) not_before: Option<Time>,
    pub(super) expiry: Option<Time>,
    pub(super) holder: Option<NewHolder>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> Result<Block, Refusal> {
        Block::read(body, Place { from: 0, to: body.len() }, Position::LocalAuthority)
    }

    #[test]
    fn a_flag_outside_its_position_is_refused() {
        use Position::{LocalAuthority, PublicAuthority, Restriction};
        for (flag, position) in [
            (Flags::VOUCHED, LocalAuthority),
            (Flags::ENCRYPTED, PublicAuthority),
            (Flags::CLAIMS, Restriction),
            (Flags::ENCRYPTED, Restriction),
            (Flags::VOUCHED | Flags::HOLDER, Restriction),
            (0x80, LocalAuthority),
            (0x80, Restriction),
        ] {
            assert_eq!(Flags::read(flag, position), Err(Refusal::NotCanonical), "{flag:#x} {position:?}");
        }
    }

    #[test]
    fn the_parts_of_a_block_lie_where_it_says() {
        let body = [Flags::NOT_BEFORE | Flags::CLAIMS, 0, 0, 0, 0, 0, 7, 2, b'c', b'c', b'p', b'q'];
        let block = read(&body).expect("it is well formed");
        assert_eq!((block.not_before, block.expiry), (Some(Time::from_millis(7)), None));
        assert_eq!(block.claims.of(&body), Ok(&b"cc"[..]));
        assert_eq!(block.program.of(&body), Ok(&b"pq"[..]));
    }

    #[test]
    fn claims_that_are_flagged_are_there() {
        for body in [&[Flags::CLAIMS][..], &[Flags::CLAIMS, 0], &[Flags::CLAIMS, 2, 1]] {
            assert!(read(body).is_err());
        }
    }
}
