//! The text of tokens: base64 with an alphabet in ASCII order, so that texts sort as their bytes
//! do; no padding.
//!
//! Here each byte string has exactly one text. Warp 10 also accepts a last character whose unused
//! bits are set, and a character left over at the end; such a spelling has an ident of its own, and
//! would survive its token's revocation.

use thiserror::Error;

/// Why a text is not a token text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Opb64Error {
    /// `AB-`
    #[error("Invalid OPB64 character '{}' at offset {at}.", char::from(*byte))]
    Character {
        /// The byte.
        byte: u8,
        /// Its offset in bytes.
        at: usize,
    },
    /// `zz` for `zk`: readable, but not the encoding of these bytes.
    #[error("Not the spelling in which a token is minted.")]
    NotCanonical,
}

/// Writes `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 4).div_ceil(3));
    for chunk in bytes.chunks(3) {
        let three = chunk.iter().zip([16, 8, 0]).fold(0, |bits, (byte, shift)| bits | u32::from(*byte) << shift);
        for shift in [18, 12, 6, 0].into_iter().take(chunk.len() + 1) {
            text.push(character((three >> shift) as u8 & 0x3f));
        }
    }
    text
}

/// Reads the one spelling that [`encode`] writes.
pub fn decode(text: &str) -> Result<Vec<u8>, Opb64Error> {
    let (bytes, rest) = decode_leniently(text)?;
    if rest.is_canonical { Ok(bytes) } else { Err(Opb64Error::NotCanonical) }
}

/// The end of a text after its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Nothing significant: the text is the one that [`encode`] writes.
    pub is_canonical: bool,
}

/// Reads as Warp 10 does, and says whether the text is the single spelling: a caller has to refuse
/// it if not.
pub fn decode_leniently(text: &str) -> Result<(Vec<u8>, Rest), Opb64Error> {
    let (groups, _) = text.as_bytes().as_chunks::<4>();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in groups {
        let [first, second, third, fourth] = group.map(value);
        if (first | second | third | fourth) & NONE_BIT != 0 {
            break;
        }
        let bits = first << 18 | second << 12 | third << 6 | fourth;
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend_from_slice(&[first, second, third]);
    }
    // The rest is a shorter group at the end, or begins with the group of an invalid character.
    let from = bytes.len() / 3 * 4;
    let mut is_canonical = true;
    for (chunk, from) in text.as_bytes().get(from..).unwrap_or_default().chunks(4).zip((from..).step_by(4)) {
        let mut bits = 0;
        for (byte, place) in chunk.iter().zip(0..) {
            let value = VALUES.get(usize::from(*byte)).copied().unwrap_or(NONE);
            if value == NONE {
                return Err(Opb64Error::Character { byte: *byte, at: from + place });
            }
            bits |= u32::from(value) << (18 - 6 * place);
        }
        let [_, first, second, third] = bits.to_be_bytes();
        match chunk.len() {
            4 => bytes.extend_from_slice(&[first, second, third]),
            3 => bytes.extend_from_slice(&[first, second]),
            2 => bytes.push(first),
            _ => {}
        }
        // Unused bits of a shorter group have to be zero; a single character cannot hold a byte.
        is_canonical &= match chunk.len() {
            4 => true,
            3 => third == 0,
            2 => second == 0 && third == 0,
            _ => false,
        };
    }
    Ok((bytes, Rest { is_canonical }))
}

fn value(byte: u8) -> u32 {
    u32::from(VALUES.get(usize::from(byte)).copied().unwrap_or(NONE))
}

fn character(value: u8) -> char {
    char::from(ALPHABET.get(usize::from(value)).copied().unwrap_or_default())
}

const ALPHABET: &[u8; 64] = b".0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// Not in the alphabet.
const NONE: u8 = 0xff;

/// Set in [`NONE`], and in no value.
const NONE_BIT: u32 = 0x80;

/// The value of each byte.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_text() {
        assert_eq!(encode(&[0xff]), "zk");
        assert_eq!(decode("zk"), Ok(vec![0xff]));
        for other in ["zz", "zl", "zk.", "zkz", "z"] {
            assert_ne!(decode(other), Ok(vec![0xff]), "{other}");
        }
        assert_eq!(decode("zz"), Err(Opb64Error::NotCanonical));
        assert_eq!(decode("....z"), Err(Opb64Error::NotCanonical));
        assert_eq!(decode_leniently("zz"), Ok((vec![0xff], Rest { is_canonical: false })));
    }

    #[test]
    fn a_character_outside_the_alphabet_is_named_with_its_place() {
        assert_eq!(decode("AB-").unwrap_err().to_string(), "Invalid OPB64 character '-' at offset 2.");
        assert_eq!(decode("....é").unwrap_err(), Opb64Error::Character { byte: 0xc3, at: 4 });
    }

    #[test]
    fn texts_sort_as_their_bytes() {
        let mut bytes: Vec<Vec<u8>> =
            (0..=255).flat_map(|first| [vec![first], vec![first, 0], vec![first, 9]]).collect();
        bytes.sort();
        let texts: Vec<String> = bytes.iter().map(|bytes| encode(bytes)).collect();
        assert!(texts.is_sorted());
    }
}
