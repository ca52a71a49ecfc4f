//! The header of a token: its key, its vocabulary and its lifetime. Each part has its place:
//!
//! ```text
//!  0  1 byte   version and purpose
//!  1  4 bytes  key id
//!  5  4 bytes  hint: the first bytes of the vocabulary state's fingerprint
//!  9  6 bytes  issuance
//! 15  5 bytes  lifetime in milliseconds; ff…ff: none
//! 20  8 bytes  token id
//! ```

use alloc::vec::Vec;
use core::fmt;

use super::wire::{LAST, TIME_BYTES, put_time, time_of};
use crate::model::time::{Time, millis};
use crate::model::verdict::Refusal;
use crate::model::vocabulary::Hint;

/// The part before the blocks. The authority's key vouches for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which kind of key proves the token.
    pub purpose: Purpose,
    /// Which key of that kind.
    pub key: KeyId,
    /// Which state of the vocabulary gives the programs' numbers their meaning.
    pub hint: Hint,
    /// When the token was made.
    pub issuance: Time,
    /// The time at which the token expires, as its minter decided; restrictions can end it earlier.
    /// A life that is too [long](Header::lifetime) for the header ends in the authority block.
    pub expiry: Option<Time>,
    /// Distinguishes tokens that were made in the same millisecond.
    pub id: TokenId,
}

/// Bytes of a header.
pub(super) const HEADER_BYTES: usize = 28;

/// The lifetime of a token that has none in its header.
const NO_LIFETIME: u64 = (1 << 40) - 1;

impl Header {
    /// Reads the first bytes of a token. A [long life](Self::lifetime) is not among them.
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let purpose = Purpose::of_byte(*bytes.first().ok_or(Refusal::Truncated)?)?;
        let bytes = bytes.first_chunk::<HEADER_BYTES>().ok_or(Refusal::Truncated)?;
        let issuance = time_of(part(bytes, 9));
        let mut lifetime = [0; 8];
        lifetime[3..].copy_from_slice(&part::<5>(bytes, 15));
        let expiry = match u64::from_be_bytes(lifetime) {
            NO_LIFETIME => None,
            lifetime => Some(Time::from_millis(issuance.as_millis().saturating_add_unsigned(lifetime))),
        };
        let (key, hint, id) = (KeyId(part(bytes, 1)), Hint(part(bytes, 5)), TokenId(part(bytes, 20)));
        Ok(Self { purpose, key, hint, issuance, expiry, id })
    }

    /// Writes the header; the caller has checked that the issuance has a form.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.purpose.byte());
        out.extend_from_slice(&self.key.0);
        out.extend_from_slice(&self.hint.0);
        put_time(out, self.issuance);
        let [_, _, _, lifetime @ ..] = self.lifetime().unwrap_or(NO_LIFETIME).to_be_bytes();
        out.extend_from_slice(&lifetime);
        out.extend_from_slice(&self.id.0);
    }

    /// Milliseconds from the issuance to the expiry, if there is one and it is at most 34.8 years
    /// away: that is all for which a header has room. A token that ends before it begins is written
    /// as one that ends when it begins: it is never valid.
    pub(super) fn lifetime(&self) -> Option<u64> {
        let lifetime = millis(self.expiry?.min(LAST).since(self.issuance)).cast_unsigned();
        Some(lifetime).filter(|lifetime| *lifetime < NO_LIFETIME)
    }

    /// The expiry that the authority block has to write, since the header cannot.
    pub(super) fn long_life(&self) -> Option<Time> {
        self.expiry.filter(|_| self.lifetime().is_none())
    }
}

/// The `N` bytes of a header from `at` on.
#[inline(always)]
fn part<const N: usize>(bytes: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    *bytes[at..].first_chunk().expect("every part lies within the header")
}

const _: () = assert!(9 + TIME_BYTES == 15, "the lifetime follows the issuance");

/// The two envelopes. The key decides which one is checked, never the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// One secret, shared by minter and verifier.
    Local,
    /// The minter signs, anyone verifies.
    Public,
}

impl Purpose {
    pub(super) const fn of_byte(byte: u8) -> Result<Self, Refusal> {
        match byte {
            0x11 => Ok(Self::Local),
            0x12 => Ok(Self::Public),
            _ => Err(Refusal::UnknownVersion),
        }
    }

    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Local => 0x11,
            Self::Public => 0x12,
        }
    }

    /// `local` or `public`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Public => "public",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// Reads exactly as many lower-case hexadecimal digits as an id has.
            #[must_use]
            pub fn parse(digits: &str) -> Option<Self> {
                let mut bytes = [0; $bytes];
                let exact = digits.len() == 2 * $bytes;
                let length = if exact { data_encoding::HEXLOWER.decode_mut(digits.as_bytes(), &mut bytes) } else { Ok(0) };
                (length == Ok($bytes)).then_some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

hex_id! {
    /// Names a key among the few of a keyring. It is derived from the key and is not secret.
    KeyId, 4
}
hex_id! {
    /// Identifies a key uniquely: 16 bytes of a hash of it, of which [`KeyId`] is the first four.
    /// Not secret.
    KeyHash, 16
}
hex_id! {
    /// Eight bytes chosen by the minter.
    TokenId, 8
}
hex_id! {
    /// Names one block of one token, by its authenticated bytes: an entry of a revocation list.
    RevocationId, 16
}

impl KeyHash {
    /// The part of it that tokens carry.
    #[must_use]
    pub const fn id(self) -> KeyId {
        let [a, b, c, d, ..] = self.0;
        KeyId([a, b, c, d])
    }
}

/// `local:00112233445566778899aabbccddeeff`: one key and its purpose, in revocation lists and on
/// the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// The tokens that it proves.
    pub purpose: Purpose,
    /// Which key of that kind.
    pub hash: KeyHash,
}

impl KeyName {
    /// Reads `local:` or `public:` and 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (word, digits) = text.split_once(':')?;
        let purpose = [Purpose::Local, Purpose::Public].into_iter().find(|purpose| purpose.word() == word)?;
        Some(Self { purpose, hash: KeyHash::parse(digits)? })
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.purpose, self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(issuance: i64, expiry: Option<i64>) -> Header {
        let (issuance, expiry) = (Time::from_millis(issuance), expiry.map(Time::from_millis));
        let (key, hint, id) = (KeyId([1; 4]), Hint([3; 4]), TokenId([2; 8]));
        Header { purpose: Purpose::Local, key, hint, issuance, expiry, id }
    }

    fn round(header: Header) -> Result<Header, Refusal> {
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        assert_eq!(bytes.len(), HEADER_BYTES);
        Header::read(&bytes)
    }

    #[test]
    fn a_header_comes_back_as_it_was() {
        const LONGEST: i64 = (1 << 40) - 2;
        for (issuance, expiry) in [(0, None), (5, Some(5)), (7, Some(7 + LONGEST)), (LAST.as_millis() - 1, None)] {
            assert_eq!(round(header(issuance, expiry)), Ok(header(issuance, expiry)));
        }
    }

    #[test]
    fn an_expiry_before_the_issuance_is_the_issuance() {
        assert_eq!(round(header(50, Some(i64::MIN))), Ok(header(50, Some(50))));
    }

    #[test]
    fn a_life_that_the_header_cannot_write_is_left_to_the_authority_block() {
        const LONG: i64 = (1 << 40) - 1;
        assert_eq!(header(7, Some(6 + LONG)).long_life(), None);
        assert_eq!(header(7, None).long_life(), None);
        let long = header(7, Some(7 + LONG));
        assert_eq!(long.long_life(), Some(Time::from_millis(7 + LONG)));
        assert_eq!(round(long), Ok(header(7, None)));
    }

    #[test]
    fn a_header_cut_anywhere_is_refused() {
        let mut bytes = Vec::new();
        header(5, Some(9)).write(&mut bytes);
        assert!((0..bytes.len()).all(|end| Header::read(&bytes[..end]) == Err(Refusal::Truncated)));
    }

    #[test]
    fn an_id_reads_only_its_own_spelling() {
        assert_eq!(KeyId::parse("00ff10ab"), Some(KeyId([0, 0xff, 0x10, 0xab])));
        assert_eq!(alloc::format!("{}", KeyId([0, 0xff, 0x10, 0xab])), "00ff10ab");
        for wrong in ["", "00ff10a", "00ff10ab0", "00FF10AB", "00ff10ag", "00ff 0ab"] {
            assert_eq!(KeyId::parse(wrong), None, "{wrong}");
        }
    }
}
