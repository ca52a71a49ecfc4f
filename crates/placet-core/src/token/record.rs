//! What is kept of the blocks of a token while it is used: eight bytes for each, and the bounds of
//! all of them together.
//!
//! Most blocks consist of their flags, at most an expiry, and a program. For these a record is all
//! there is to know; whatever else a block has is read from it again where it is needed.

use super::block::{Block, Flags, Position};
use super::holder::HolderAt;
use super::secrecy;
use super::wire::{Place, TIME_BYTES, time_of};
use crate::limits::TOKEN_BYTES;
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// One block, by its places in the token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
    from: u16,
    to: u16,
    /// Where the program begins; it reaches to the end of the block, or of its plaintext.
    program: u16,
    pub(super) flags: Flags,
}

const _: () = assert!(TOKEN_BYTES <= u16::MAX as usize, "a place in a token has sixteen bits");
const _: () = assert!(size_of::<Record>() <= 8, "a cache keeps one for each block");

impl Record {
    /// The block at this place. Nothing of it is read yet.
    #[inline]
    pub(super) fn of(body: Place, flags: Flags) -> Result<Self, Refusal> {
        let place = |at: usize| u16::try_from(at).map_err(|_| Refusal::TooLarge);
        Ok(Self { from: place(body.from)?, to: place(body.to)?, program: place(body.to)?, flags })
    }

    /// The whole block.
    #[inline]
    pub(super) fn body(self) -> Place {
        Place { from: self.from.into(), to: self.to.into() }
    }

    /// Its program.
    #[inline]
    pub(super) fn program(self) -> Place {
        let hidden = if self.flags.has(Flags::ENCRYPTED) { secrecy::TAG } else { 0 };
        Place { from: self.program.into(), to: usize::from(self.to).saturating_sub(hidden) }
    }

    /// Whether it has a program: one without objects to nothing, and allows nothing.
    #[inline]
    pub(super) fn speaks(self) -> bool {
        let program = self.program();
        program.from < program.to
    }

    /// Its parts. If it was encrypted, its bytes are plain now.
    pub(super) fn block(self, bytes: &[u8], position: Position) -> Result<Block, Refusal> {
        let mut block = Block::read(bytes, self.body(), position)?;
        if let Some(sealed) = block.sealed_in {
            block.split_content(bytes, secrecy::plaintext(sealed)?)?;
        }
        Ok(block)
    }

    /// Reads its bounds if it has nothing but an expiry and a program.
    #[inline]
    pub(super) fn read_plain(&mut self, bytes: &[u8], life: &mut Life) -> Option<()> {
        let after = usize::from(self.from) + 1;
        self.program = match self.flags.0 & !Flags::FINAL {
            0 => self.from + 1,
            Flags::EXPIRY => {
                life.until(time_of(*bytes.get(after..usize::from(self.to))?.first_chunk()?));
                self.from + 1 + TIME_BYTES as u16
            }
            _ => return None,
        };
        Some(())
    }

    /// Says where its program begins, once that is known.
    pub(super) fn set_program(&mut self, program: Place) -> Result<(), Refusal> {
        self.program = u16::try_from(program.from).map_err(|_| Refusal::TooLarge)?;
        Ok(())
    }
}

/// The bounds of a token: of its header and of all blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    /// The latest beginning of a block; [`Time::MIN`] if none sets one.
    pub(super) not_before: Time,
    /// The earliest end; [`Time::MAX`] if there is none.
    pub(super) expiry: Time,
    /// One bit for each block that has a program.
    pub(super) speaking: u32,
    /// Whether a block has a voucher.
    pub(super) is_vouched: bool,
    /// The last holder that a block names.
    pub(super) holder: Option<HolderAt>,
}

const _: () = assert!(size_of::<Life>() <= 24, "every verified token has one");

impl Life {
    /// That of a header which ends so.
    pub(super) fn of(expiry: Option<Time>) -> Self {
        Self {
            not_before: Time::MIN,
            expiry: expiry.unwrap_or(Time::MAX),
            speaking: 0,
            is_vouched: false,
            holder: None,
        }
    }

    #[inline]
    fn until(&mut self, expiry: Time) {
        self.expiry = self.expiry.min(expiry);
    }

    /// With the bounds and the voucher of a block.
    pub(super) fn narrow(&mut self, block: &Block) {
        self.not_before = self.not_before.max(block.not_before.unwrap_or(Time::MIN));
        self.until(block.expiry.unwrap_or(Time::MAX));
        self.is_vouched |= block.voucher.is_some();
    }
}
