//! Canonical resource paths. What is not canonical is refused, never repaired: a policy and a router that repair
//! differently see two paths where there is one.

use core::fmt;

use crate::limits::VALUE_BYTES;

/// An absolute path in canonical form: `/`, or `/` and segments that are not empty, not `.` and not `..`, without a
/// trailing slash. Percent escapes are upper case and only of bytes that need them, never of a slash, a backslash, a dot
/// or a control character (RFC 3986, section 6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePath<'a>(&'a str);

impl<'a> ResourcePath<'a> {
    /// Takes a path that is canonical already.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    ///
    /// ```
    /// use placet::model::path::{PathError, ResourcePath};
    /// assert!(ResourcePath::new("/v1/tenants/acme").is_ok());
    /// assert_eq!(ResourcePath::new("/v1/../admin"), Err(PathError::DotSegment));
    /// assert_eq!(ResourcePath::new("/v1/a%2Fb"), Err(PathError::EncodedSeparator));
    /// ```
    pub fn new(text: &'a str) -> Result<Self, PathError> {
        if text.len() > VALUE_BYTES {
            return Err(PathError::TooLong);
        }
        let rest = text.strip_prefix('/').ok_or(PathError::NotAbsolute)?;
        if !rest.is_empty() && !is_plain(rest.as_bytes()) {
            check_segments(rest)?;
        }
        Ok(Self(text))
    }

    /// Whether the bytes are the text of such a path.
    #[must_use]
    pub fn is_spelt(bytes: &[u8]) -> bool {
        let plain = || bytes.len() <= VALUE_BYTES && bytes.strip_prefix(b"/").is_some_and(is_plain);
        plain() || core::str::from_utf8(bytes).is_ok_and(|text| ResourcePath::new(text).is_ok())
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The segments between the slashes; none of `/`.
    pub fn segments(self) -> impl Iterator<Item = &'a str> {
        self.0.split('/').skip(1).filter(|segment| !segment.is_empty())
    }
}

impl fmt::Display for ResourcePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

// Where a walk over segments is. A state is the place of six bits in each byte's row of `STEPS`, where the next state stands; so
// a step is one shift.
const BEGUN: u64 = 0;
const DOT: u64 = 6;
const DOTS: u64 = 12;
const WITHIN: u64 = 18;
/// A byte that the walk knows nothing of.
const LOST: u64 = 24;

/// For every byte, the next state from each.
const STEPS: [u64; 256] = {
    let mut steps = [0; 256];
    let mut byte = 0;
    while byte < steps.len() {
        let [begun, dot, dots, within] = match byte as u8 {
            b'/' => [LOST, LOST, LOST, BEGUN],
            b'.' => [DOT, DOTS, WITHIN, WITHIN],
            0..=0x1f | b'%' | b'\\' | b'?' | b'#' | 0x7f..=0xff => [LOST; 4],
            _ => [WITHIN; 4],
        };
        steps[byte] = begun << BEGUN | dot << DOT | dots << DOTS | within << WITHIN | LOST << LOST;
        byte += 1;
    }
    steps
};

/// Whether these are segments in ASCII without an escape, none of them empty, `.` or `..`. Nearly all paths are, and this sees
/// it in one look at each byte.
fn is_plain(segments: &[u8]) -> bool {
    let end = segments.iter().fold(BEGUN, |state, &byte| STEPS[usize::from(byte)] >> (state & 63));
    end & 63 == WITHIN
}

#[inline(never)]
fn check_segments(segments: &str) -> Result<(), PathError> {
    segments.split('/').try_for_each(check_segment)
}

/// Whether the bytes are the text of a segment.
#[must_use]
pub fn is_segment(bytes: &[u8]) -> bool {
    let plain = || !bytes.contains(&b'/') && is_plain(bytes);
    plain() || core::str::from_utf8(bytes).is_ok_and(|segment| check_segment(segment).is_ok())
}

/// Says whether `segment` may stand between two slashes.
///
/// # Errors
/// Says which rule the segment breaks.
pub fn check_segment(segment: &str) -> Result<(), PathError> {
    match segment {
        "" => return Err(PathError::EmptySegment),
        "." | ".." => return Err(PathError::DotSegment),
        _ => {}
    }
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => check_escape(bytes.next(), bytes.next())?,
            b'/' | b'\\' => return Err(PathError::EncodedSeparator),
            b'?' | b'#' => return Err(PathError::NotAPath),
            0..=0x1f | 0x7f => return Err(PathError::ControlCharacter),
            _ => {}
        }
    }
    Ok(())
}

fn check_escape(high: Option<u8>, low: Option<u8>) -> Result<(), PathError> {
    let byte = upper_hex(high).zip(upper_hex(low)).map(|(high, low)| high << 4 | low);
    match byte.ok_or(PathError::BadEscape)? {
        b'/' | b'\\' => Err(PathError::EncodedSeparator),
        0..=0x1f | 0x7f => Err(PathError::ControlCharacter),
        b'.' | b'-' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Err(PathError::BadEscape),
        _ => Ok(()),
    }
}

fn upper_hex(digit: Option<u8>) -> Option<u8> {
    match digit? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Why a text is not a canonical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// `v1/objects`
    NotAbsolute,
    /// `/a//b`, `/a/`
    EmptySegment,
    /// `/a/../b`
    DotSegment,
    /// `/a%2Fb`, `/a\b`
    EncodedSeparator,
    /// `/a%zz`, `/%41`, `/%c3%a9`
    BadEscape,
    /// A byte below 0x20, or 0x7f, plain or escaped.
    ControlCharacter,
    /// `/a?b`, `/a#b`
    NotAPath,
    /// More bytes than [`VALUE_BYTES`].
    TooLong,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "a path begins with `/`",
            Self::EmptySegment => "a path has no empty segment: no `//` and no `/` at its end",
            Self::DotSegment => "a path has no `.` or `..` segment",
            Self::EncodedSeparator => "a path has no backslash and no escaped slash",
            Self::BadEscape => "a percent escape is two upper-case digits, of a byte that needs one",
            Self::ControlCharacter => "a path has no control character",
            Self::NotAPath => "a path has no `?` and no `#`",
            Self::TooLong => "the path is too long",
        })
    }
}

impl core::error::Error for PathError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// As the rule is written down, segment by segment.
    fn checked(text: &str) -> bool {
        text == "/"
            || text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(|part| check_segment(part).is_ok()))
    }

    #[test]
    fn the_short_look_at_a_path_says_what_the_long_one_says() {
        const BYTES: [u8; 12] = *b"/.a%4E?#\\ \x7f\xc3";
        // All texts of up to five of these bytes.
        for length in 0..=5_u32 {
            for number in 0..BYTES.len().pow(length) {
                let at = |place: u32| BYTES[number / BYTES.len().pow(place) % BYTES.len()];
                let bytes: Vec<u8> = core::iter::once(b'/').chain((0..length).map(at)).collect();
                let text = core::str::from_utf8(&bytes);
                let expected = text.is_ok_and(checked);
                assert_eq!(ResourcePath::is_spelt(&bytes), expected, "{}", bytes.escape_ascii());
                assert_eq!(
                    text.is_ok_and(|text| ResourcePath::new(text).is_ok()),
                    expected,
                    "{}",
                    bytes.escape_ascii()
                );
                let segment = core::str::from_utf8(&bytes[1..]);
                let expected = segment.is_ok_and(|segment| check_segment(segment).is_ok());
                assert_eq!(is_segment(&bytes[1..]), expected, "{}", bytes.escape_ascii());
            }
        }
    }

    #[test]
    fn a_path_that_is_too_long_is_none() {
        let long = [b"/".as_slice(), &[b'a'; VALUE_BYTES]].concat();
        assert!(ResourcePath::is_spelt(&long[..VALUE_BYTES]) && !ResourcePath::is_spelt(&long));
    }
}
