//! The envelope: padding to eight bytes inside the AES key wrap of RFC 3394. Also the ident, which
//! names a text.

use std::fmt;
use std::str::FromStr;

use aes::{Aes128, Aes192, Aes256};
use aes_kw::{AesKw, KeyInit};
use thiserror::Error;
use zeroize::Zeroizing;

/// The number of a token's text, by which revocation lists and logs refer to it. Printed as sixteen
/// hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(pub u64);

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// `6237bb1207f5837`: not sixteen hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an ident has 16 hexadecimal digits")]
pub struct IdentError;

impl FromStr for Ident {
    type Err = IdentError;

    fn from_str(text: &str) -> Result<Self, IdentError> {
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(IdentError);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| IdentError)
    }
}

/// The bytes were not wrapped with this key, or their padding is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not wrapped with this key")]
pub struct UnwrapError;

/// An AES key of 128, 192 or 256 bits, expanded once. Wiped when dropped.
#[derive(Clone)]
pub struct WrappingKey(Size);

#[derive(Clone)]
enum Size {
    Bits128(AesKw<Aes128>),
    Bits192(AesKw<Aes192>),
    Bits256(AesKw<Aes256>),
}

impl WrappingKey {
    /// The key of these 16, 24 or 32 bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let size = match bytes.len() {
            16 => Size::Bits128(AesKw::new_from_slice(bytes).ok()?),
            24 => Size::Bits192(AesKw::new_from_slice(bytes).ok()?),
            32 => Size::Bits256(AesKw::new_from_slice(bytes).ok()?),
            _ => return None,
        };
        Some(Self(size))
    }

    /// Pads and wraps.
    #[must_use]
    pub fn wrap(&self, plain: &[u8]) -> Vec<u8> {
        let padding = BLOCK - plain.len() % BLOCK;
        let mut padded = Zeroizing::new(Vec::with_capacity(plain.len() + padding));
        padded.extend_from_slice(plain);
        padded.resize(plain.len() + padding, padding as u8);
        self.wrap_blocks(&padded).expect("the padded length is whole blocks")
    }

    /// RFC 3394.
    fn wrap_blocks(&self, blocks: &[u8]) -> Option<Vec<u8>> {
        let mut wrapped = vec![0; blocks.len() + BLOCK];
        let outcome = match &self.0 {
            Size::Bits128(key) => key.wrap_key(blocks, &mut wrapped).map(drop),
            Size::Bits192(key) => key.wrap_key(blocks, &mut wrapped).map(drop),
            Size::Bits256(key) => key.wrap_key(blocks, &mut wrapped).map(drop),
        };
        outcome.ok().map(|()| wrapped)
    }

    /// Unwraps, and removes the padding: as many equal bytes as the last one says, even if they are
    /// more than a block.
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
        let mut plain = self.unwrap_blocks(wrapped)?;
        let length = unpadded(&plain).ok_or(UnwrapError)?;
        plain.truncate(length);
        Ok(plain)
    }

    /// RFC 3394; a single block, which it does not cover, is wrapped as in RFC 5649, like in Warp
    /// 10.
    fn unwrap_blocks(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnwrapError> {
        if !wrapped.len().is_multiple_of(BLOCK) || wrapped.len() < 2 * BLOCK {
            return Err(UnwrapError);
        }
        let mut plain = Zeroizing::new(vec![0; wrapped.len() - BLOCK]);
        let outcome = match &self.0 {
            Size::Bits128(key) => key.unwrap_key(wrapped, &mut plain).map(drop),
            Size::Bits192(key) => key.unwrap_key(wrapped, &mut plain).map(drop),
            Size::Bits256(key) => key.unwrap_key(wrapped, &mut plain).map(drop),
        };
        outcome.map_err(|_| UnwrapError)?;
        Ok(plain)
    }
}

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey(..)")
    }
}

/// The length of the data without the padding.
fn unpadded(bytes: &[u8]) -> Option<usize> {
    let last = *bytes.last()?;
    let length = bytes.len().checked_sub(usize::from(last)).filter(|length| *length < bytes.len())?;
    bytes.get(length..)?.iter().all(|byte| *byte == last).then_some(length)
}

/// The blocks that the key wrap works on.
const BLOCK: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_one_byte_to_all_of_them() {
        assert_eq!(unpadded(&[]), None);
        assert_eq!(unpadded(&[0]), None);
        assert_eq!(unpadded(&[1]), Some(0));
        assert_eq!(unpadded(&[5, 1]), Some(1));
        assert_eq!(unpadded(&[2, 2]), Some(0));
        assert_eq!(unpadded(&[3, 3]), None);
        assert_eq!(unpadded(&[1, 2]), None);
        assert_eq!(unpadded(&[9, 16].repeat(8)), None);
        assert_eq!(unpadded(&[16; 16]), Some(0));
    }

    #[test]
    fn an_ident_has_sixteen_digits() {
        assert_eq!(Ident(0x2a).to_string(), "000000000000002a");
        assert_eq!("000000000000002A".parse(), Ok(Ident(0x2a)));
        for none in ["2a", "+00000000000002a", "", "000000000000002g"] {
            assert_eq!(none.parse::<Ident>(), Err(IdentError), "{none}");
        }
    }

    #[test]
    fn a_key_has_one_of_three_sizes() {
        for size in 0..40 {
            assert_eq!(WrappingKey::new(&vec![0; size]).is_some(), [16, 24, 32].contains(&size), "{size} bytes");
        }
    }

    fn hex(digits: &str) -> Vec<u8> {
        let digits = if digits == "-" { "" } else { digits };
        data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).expect(digits)
    }

    fn keyed(bits: usize) -> WrappingKey {
        let key: Vec<u8> = (0..32).take(bits / 8).collect();
        WrappingKey::new(&key).expect("it has one of three sizes")
    }

    #[test]
    fn the_key_wrap_is_that_of_rfc_3394() {
        // Section 4, under the key 00 01 02 … of so many bits.
        const DATA: &str = "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F";
        for (bits, bytes, wrapped) in [
            (128, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"),
            (192, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"),
            (256, 16, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"),
            (192, 24, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"),
            (256, 24, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"),
            (256, 32, "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"),
        ] {
            let (key, data) = (keyed(bits), hex(&DATA[..bytes * 2]));
            assert_eq!(key.wrap_blocks(&data), Some(hex(wrapped)), "{bytes} bytes under {bits} bits");
            assert_eq!(key.unwrap_blocks(&hex(wrapped)).as_deref(), Ok(&data));
        }
    }

    #[test]
    fn every_wrapped_key_of_wycheproof_is_opened_or_refused_as_it_should_be() {
        let mut seen = [0, 0];
        for line in include_str!("../../../tests/data/aes-key-wrap-wycheproof.txt").lines().skip(1) {
            let words: Vec<&str> = line.splitn(6, ' ').collect();
            let [number, result, key, data, wrapped, comment] = words[..] else { panic!("{line}") };
            let key = WrappingKey::new(&hex(key)).expect("the keys have the sizes of AES");
            let opened = key.unwrap_blocks(&hex(wrapped));
            match result {
                "valid" => {
                    assert_eq!(opened.as_deref(), Ok(&hex(data)), "{number}: {comment}");
                    assert_eq!(key.wrap_blocks(&hex(data)), Some(hex(wrapped)), "{number}: {comment}");
                }
                // One block, which Warp 10 wraps like RFC 5649 and not as these expect.
                _ if hex(wrapped).len() == 2 * BLOCK => {}
                _ => assert!(opened.is_err(), "{number}: {comment}"),
            }
            seen[usize::from(result == "valid")] += 1;
        }
        assert_eq!(seen, [129, 36], "bad and good ones");
    }
}
