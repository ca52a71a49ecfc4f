//! Percent escapes: `%41` is `A`, and `+` is not changed.
//!
//! The output is bytes. The caller decides about invalid UTF-8: a configuration refuses it, and
//! everything that Warp 10 reads with Java's decoder gets U+FFFD.

/// `text` without its escapes; `None` for a `%` without two hexadecimal digits.
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.as_bytes().split(|byte| *byte == b'%');
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        let (&[high, low], rest) = part.split_first_chunk::<2>()?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        out.push((digit(high)? * 16 + digit(low)?) as u8);
        out.extend_from_slice(rest);
    }
    Some(out)
}

/// The same as text: invalid UTF-8 becomes U+FFFD.
#[must_use]
pub fn decoded_text(text: &str) -> Option<String> {
    decoded(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_behind_a_sign_are_a_byte() {
        assert_eq!(decoded("a%3D%3d+%c3%A9").as_deref(), Some("a==+é".as_bytes()));
        assert_eq!(decoded("%ff"), Some(vec![0xff]));
        assert_eq!(decoded_text("%ffx").as_deref(), Some("\u{fffd}x"));
        for broken in ["%", "%4", "%+1", "%zz", "a%é", "%%41"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }
}
