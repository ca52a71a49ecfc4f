//! An unverified token: its bytes and its text. Nothing in it is trusted.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::frame::{Frame, open};
use super::header::{Header, Purpose};
use super::text;
use crate::limits::TOKEN_BYTES;
use crate::model::verdict::Refusal;

/// The bytes of one token, complete but not verified. Anyone who has them can use them: they are a
/// secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The header as the bytes say it.
    header: Header,
    bytes: Zeroizing<Vec<u8>>,
}

impl Token {
    /// Reads the text of a token.
    ///
    /// # Errors
    /// The text is not exactly one token.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut buffer = Zeroizing::new([0; TOKEN_BYTES]);
        let (purpose, length) = text::read(text, &mut buffer)?;
        let token = Self::from_bytes(buffer.get(..length).ok_or(Refusal::TooLarge)?)?;
        if token.header().purpose == purpose { Ok(token) } else { Err(Refusal::NotCanonical) }
    }

    /// Takes the bytes of a token.
    ///
    /// # Errors
    /// The bytes are not exactly one token.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        let (header, mut frames) = open(bytes)?;
        frames.try_for_each(|frame| frame.map(|_| ()))?;
        Ok(Self { header, bytes: Zeroizing::new(bytes.to_vec()) })
    }

    /// The text for a request's header line.
    #[must_use]
    pub fn text(&self) -> String {
        text::write(self.header().purpose, &self.bytes)
    }

    /// The bytes that the text encodes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The token's own, unverified header.
    #[must_use]
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The last block and the number of blocks.
    pub(super) fn last(&self) -> Result<(Frame<'_>, usize), Refusal> {
        let (_, frames) = open(&self.bytes)?;
        let mut last = Err(Refusal::Truncated);
        for (number, frame) in (1..).zip(frames) {
            last = Ok((frame?, number));
        }
        last
    }

    /// Whether no block can be added.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.last().is_ok_and(|(frame, _)| frame.is_final())
    }

    /// A token that was just written here, after this header.
    pub(super) fn of_written(header: Header, bytes: Vec<u8>) -> Option<Self> {
        let bytes = Zeroizing::new(bytes);
        (bytes.len() <= TOKEN_BYTES).then_some(Self { header, bytes })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.header();
        let purpose: Purpose = header.purpose;
        write!(f, "Token({purpose} {} of key {})", header.id, header.key)
    }
}
