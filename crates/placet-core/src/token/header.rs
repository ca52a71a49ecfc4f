//! The header of a token: its key, its vocabulary and its lifetime.

use alloc::vec::Vec;
use core::fmt;

use super::wire::{Reader, put_time, put_varint};
use crate::model::time::{Time, millis};
use crate::model::verdict::Refusal;
use crate::model::vocabulary::Fingerprint;

/// The part before the blocks. The authority's key vouches for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which kind of key proves the token.
    pub purpose: Purpose,
    /// Which key of that kind.
    pub key: KeyId,
    /// When the token was made.
    pub issuance: Time,
    /// The time at which the token expires, as its minter decided; restrictions can end it earlier.
    pub expiry: Option<Time>,
    /// Distinguishes tokens that were made in the same millisecond.
    pub id: TokenId,
    /// The state of the vocabulary that gives the programs' numbers their meaning.
    pub fingerprint: Fingerprint,
}

impl Header {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        let purpose = Purpose::of_byte(reader.byte()?)?;
        let key = KeyId(*reader.array()?);
        let issuance = reader.time()?;
        let expiry = read_lifetime(reader, issuance)?;
        let id = TokenId(*reader.array()?);
        let fingerprint = Fingerprint(*reader.array()?);
        Ok(Self { purpose, key, issuance, expiry, id, fingerprint })
    }

    /// Writes the header; the caller has checked that the issuance is not negative.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.purpose.byte());
        out.extend_from_slice(&self.key.0);
        put_time(out, self.issuance);
        // A token that ends before it begins is written as one that ends when it begins: it is
        // never valid.
        put_varint(out, self.expiry.map_or(0, |end| millis(end.since(self.issuance)).cast_unsigned() + 1));
        out.extend_from_slice(&self.id.0);
        out.extend_from_slice(&self.fingerprint.0);
    }
}

fn read_lifetime(reader: &mut Reader<'_>, issuance: Time) -> Result<Option<Time>, Refusal> {
    let Some(lifetime) = reader.varint()?.checked_sub(1) else { return Ok(None) };
    // A sum that does not fit would need rounding, and then two lifetimes would encode one expiry.
    let end = issuance.as_millis().checked_add_unsigned(lifetime).ok_or(Refusal::NotCanonical)?;
    Ok(Some(Time::from_millis(end)))
}

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
        let (key, id) = (KeyId([1; 4]), TokenId([2; 8]));
        Header { purpose: Purpose::Local, key, issuance, expiry, id, fingerprint: Fingerprint([3; 16]) }
    }

    fn round(header: Header) -> Result<Header, Refusal> {
        let mut bytes = Vec::new();
        header.write(&mut bytes);
        let mut reader = Reader::new(&bytes);
        let read = Header::read(&mut reader)?;
        reader.end().map(|()| read)
    }

    #[test]
    fn a_header_comes_back_as_it_was() {
        for (issuance, expiry) in [(0, None), (5, Some(5)), (0, Some(i64::MAX)), (i64::MAX, Some(i64::MAX))] {
            assert_eq!(round(header(issuance, expiry)), Ok(header(issuance, expiry)));
        }
    }

    #[test]
    fn an_expiry_before_the_issuance_is_the_issuance() {
        assert_eq!(round(header(50, Some(i64::MIN))), Ok(header(50, Some(50))));
    }

    #[test]
    fn a_lifetime_beyond_all_time_is_refused() {
        let mut bytes = alloc::vec![0x11, 0, 0, 0, 0, 9];
        put_varint(&mut bytes, i64::MAX as u64);
        bytes.extend([0; 24]);
        assert_eq!(Header::read(&mut Reader::new(&bytes)), Err(Refusal::NotCanonical));
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
