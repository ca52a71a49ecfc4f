//! The text of a token: a prefix that scanners can find, and base64url without padding. Each token
//! has exactly one text.
//!
//! Reading the text is the largest part of verifying a local token, so it uses a decoder that takes
//! 32 characters at a time where the processor can.

use alloc::string::String;

use base64::{DecodeSliceError, Engine};

use super::header::Purpose;
use crate::limits::{TOKEN_BYTES, TOKEN_TEXT};
use crate::model::verdict::Refusal;

/// The prefix of a local token.
pub const LOCAL_PREFIX: &str = "placet_l1_";

/// The prefix of a public token.
pub const PUBLIC_PREFIX: &str = "placet_p1_";

const fn prefix(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Local => LOCAL_PREFIX,
        Purpose::Public => PUBLIC_PREFIX,
    }
}

/// Writes the text of the token `bytes`.
pub(super) fn write(purpose: Purpose, bytes: &[u8]) -> String {
    let prefix = prefix(purpose);
    let mut text = String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4);
    text.push_str(prefix);
    engine().encode_string(bytes, &mut text);
    text
}

/// Picks the widest instructions that the processor has, once per process.
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline]
fn engine() -> &'static impl Engine {
    use std::sync::LazyLock;
    static ENGINE: LazyLock<base64::engine::Simd> =
        LazyLock::new(|| base64::engine::Simd::url_safe(base64::engine::general_purpose::NO_PAD));
    &*ENGINE
}

#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[inline]
fn engine() -> &'static impl Engine {
    &base64::engine::general_purpose::URL_SAFE_NO_PAD
}

/// Decodes `text` to the beginning of `buffer`; returns the purpose that the prefix names, and the
/// length.
#[inline]
pub(super) fn read(text: &str, buffer: &mut [u8; TOKEN_BYTES]) -> Result<(Purpose, usize), Refusal> {
    if text.len() > TOKEN_TEXT {
        return Err(Refusal::TooLarge);
    }
    let (purpose, digits) = split(text)?;
    // The decoder refuses padding, other alphabets and spare bits that are set.
    match engine().decode_slice(digits, buffer) {
        Ok(length) => Ok((purpose, length)),
        Err(DecodeSliceError::OutputSliceTooSmall) => Err(Refusal::TooLarge),
        Err(DecodeSliceError::DecodeError(_)) => Err(Refusal::NotAToken),
    }
}

#[inline]
fn split(text: &str) -> Result<(Purpose, &str), Refusal> {
    if let Some(digits) = text.strip_prefix(LOCAL_PREFIX) {
        return Ok((Purpose::Local, digits));
    }
    if let Some(digits) = text.strip_prefix(PUBLIC_PREFIX) {
        return Ok((Purpose::Public, digits));
    }
    Err(if is_foreseen(text) { Refusal::UnknownVersion } else { Refusal::NotAToken })
}

/// `placet_l2_…`: the prefix of a later version. It is refused either way; the name tells the
/// operator to update.
fn is_foreseen(text: &str) -> bool {
    let Some([purpose, version, b'_', ..]) = text.strip_prefix("placet_").map(str::as_bytes) else { return false };
    purpose.is_ascii_lowercase() && version.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_length(text: &str) -> Result<usize, Refusal> {
        read(text, &mut [0; TOKEN_BYTES]).map(|(_, length)| length)
    }

    #[test]
    fn a_text_has_one_spelling() {
        let text = write(Purpose::Local, &[0xff; 4]);
        assert_eq!(text, "placet_l1______w");
        assert_eq!(read_length(&text), Ok(4));
        for other in [
            "placet_l1______x",
            "placet_l1______w==",
            "placet_l1_/////w",
            "PLACET_L1______w",
            "placet_L1______w",
            " placet_l1______w",
            "placet_l1______w\n",
            "placet_l1__ ____w",
            "placet_l1______",
            "l1______w",
            "",
        ] {
            assert_eq!(read_length(other), Err(Refusal::NotAToken), "{other:?}");
        }
    }

    /// Compares two independently written decoders, since a decoder that reads 32 characters at a
    /// time can be wrong at the edges in many ways. Covers every length until all of its loops have
    /// run, and every place of a wrong character.
    #[test]
    fn the_wide_decoder_reads_what_the_plain_one_reads() {
        use data_encoding::BASE64URL_NOPAD;
        for length in 0..140_usize {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 89 + length * 57) as u8).collect();
            let text = write(Purpose::Local, &bytes);
            let digits = &text[LOCAL_PREFIX.len()..];
            assert_eq!(digits, BASE64URL_NOPAD.encode(&bytes));
            let mut buffer = [0xaa; TOKEN_BYTES];
            assert_eq!(read(&text, &mut buffer), Ok((Purpose::Local, length)));
            assert_eq!(buffer[..length], bytes);
            for at in 0..digits.len() {
                for wrong in ["", "=", "+", "/", "\n", " ", "A", "_", "B", "\u{7f}", "\u{0}", "é", "@", "[", "`", "{"]
                {
                    let other = alloc::format!("{}{wrong}{}", &digits[..at], &digits[at + 1..]);
                    let plain = BASE64URL_NOPAD.decode(other.as_bytes()).ok();
                    let wide = read(&alloc::format!("{LOCAL_PREFIX}{other}"), &mut buffer);
                    assert_eq!(wide.ok().map(|(_, length)| &buffer[..length]), plain.as_deref(), "{other:?}");
                }
            }
        }
    }

    #[test]
    fn a_later_version_is_told_by_its_prefix() {
        assert_eq!(read_length("placet_l2_AAAA"), Err(Refusal::UnknownVersion));
        assert_eq!(read_length("placet_x1_AAAA"), Err(Refusal::UnknownVersion));
    }

    #[test]
    fn the_largest_token_has_a_text_and_a_larger_one_none() {
        let text = write(Purpose::Public, &[0; TOKEN_BYTES]);
        assert!(text.len() <= TOKEN_TEXT);
        assert_eq!(read_length(&text), Ok(TOKEN_BYTES));
        assert_eq!(read_length(&write(Purpose::Public, &[0; TOKEN_BYTES + 1])), Err(Refusal::TooLarge));
        assert_eq!(read_length(&write(Purpose::Public, &[0; 2 * TOKEN_BYTES])), Err(Refusal::TooLarge));
        assert_eq!(read_length(&" ".repeat(2 * TOKEN_TEXT)), Err(Refusal::TooLarge), "it is not looked at");
    }
}
