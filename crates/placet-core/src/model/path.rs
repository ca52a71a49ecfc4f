//! Canonical resource paths. A path that is not canonical is refused, never repaired: a policy and
//! a router that repair differently see two paths where there is one.

use core::fmt;

use crate::limits::VALUE_BYTES;

/// An absolute path in canonical form: `/`, or `/` and segments that are not empty, not `.` and not
/// `..`, without a trailing slash. It is the decoded path, in UTF-8: only `%`, `?` and `#` stay
/// escaped, as `%25`, `%3F` and `%23`, so that no path has two spellings. Backslashes, control
/// characters and `;` are refused, and so are blanks around a dot segment and a `%25` that looks
/// like a second encoding. [`target`](super::target) makes such a path from an HTTP request target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePath<'a>(&'a str);

impl<'a> ResourcePath<'a> {
    /// Takes a path that is already canonical.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    ///
    /// ```
    /// use placet_core::model::path::{PathError, ResourcePath};
    /// assert!(ResourcePath::new("/v1/tenants/acme").is_ok());
    /// assert_eq!(ResourcePath::new("/v1/../admin"), Err(PathError::DotSegment));
    /// assert_eq!(ResourcePath::new("/v1/a%2Fb"), Err(PathError::EncodedSeparator));
    /// assert!(ResourcePath::new("/café").is_ok());
    /// assert_eq!(ResourcePath::new("/caf%C3%A9"), Err(PathError::BadEscape));
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

    /// The segments between the slashes; `/` has none.
    pub fn segments(self) -> impl Iterator<Item = &'a str> {
        self.0.split('/').skip(1).filter(|segment| !segment.is_empty())
    }
}

impl fmt::Display for ResourcePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

// The state of a walk over segments. A state is a bit offset into each byte's row of `STEPS`, where
// six bits hold the next state, so a step is one shift.
const BEGUN: u64 = 0;
const DOT: u64 = 6;
const DOTS: u64 = 12;
const WITHIN: u64 = 18;
/// A byte that this walk cannot judge: the slow check decides.
const LOST: u64 = 24;

/// For every byte, the next state from each state.
const STEPS: [u64; 256] = {
    let mut steps = [0; 256];
    let mut byte = 0;
    while byte < steps.len() {
        let [begun, dot, dots, within] = match byte as u8 {
            b'/' => [LOST, LOST, LOST, BEGUN],
            b'.' => [DOT, DOTS, WITHIN, WITHIN],
            b' ' => [LOST, LOST, LOST, WITHIN],
            0..=0x1f | b'%' | b'\\' | b'?' | b'#' | b';' | 0x7f..=0xff => [LOST; 4],
            _ => [WITHIN; 4],
        };
        steps[byte] = begun << BEGUN | dot << DOT | dots << DOTS | within << WITHIN | LOST << LOST;
        byte += 1;
    }
    steps
};

/// Whether these are segments in ASCII without an escape, none of them empty, `.` or `..`. Nearly
/// all paths are, and this finds out with one look at each byte.
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

/// Says whether `segment` may appear between two slashes.
///
/// # Errors
/// Says which rule the segment breaks.
pub fn check_segment(segment: &str) -> Result<(), PathError> {
    if segment.chars().any(char::is_control) {
        return Err(PathError::ControlCharacter);
    }
    // A server that trims blanks would read `.. ` as `..` and ` ` as nothing. So would one that
    // drops invisible characters, all of which are among those that are neither ASCII nor letters.
    let seen = segment.trim();
    if seen.is_empty() {
        return Err(PathError::EmptySegment);
    }
    if [".", ".."].iter().any(|dots| seen.chars().filter(|&c| is_shown(c)).eq(dots.chars())) {
        return Err(PathError::DotSegment);
    }
    check_text(segment)
}

/// Whether a character is a letter, a digit or ASCII: such a character is visible to every reader.
fn is_shown(character: char) -> bool {
    character.is_ascii() || character.is_alphanumeric()
}

/// Checks that `text` may be part of a segment: every escape in it is complete and one of those
/// that stay.
///
/// # Errors
/// Says which rule the text breaks.
pub fn check_text(text: &str) -> Result<(), PathError> {
    text.char_indices().try_for_each(|(at, character)| match character {
        '%' => check_escape(text.as_bytes().get(at..).unwrap_or_default()),
        '/' | '\\' => Err(PathError::EncodedSeparator),
        '?' | '#' => Err(PathError::NotAPath),
        ';' => Err(PathError::Parameter),
        control if control.is_control() => Err(PathError::ControlCharacter),
        _ => Ok(()),
    })
}

/// The escape at a `%`.
fn check_escape(rest: &[u8]) -> Result<(), PathError> {
    match rest {
        [b'%', b'2', b'5', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            Err(PathError::DoubleEncoding)
        }
        [b'%', b'2', b'3' | b'5', ..] | [b'%', b'3', b'F', ..] => Ok(()),
        [b'%', high, low, ..] => match hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low) {
            Some(b'/' | b'\\') => Err(PathError::EncodedSeparator),
            Some(0..=0x1f | 0x7f) => Err(PathError::ControlCharacter),
            Some(b';') => Err(PathError::Parameter),
            Some(_) | None => Err(PathError::BadEscape),
        },
        _ => Err(PathError::BadEscape),
    }
}

/// The value of a hexadecimal digit, in either case.
pub(super) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
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
    /// `/a/../b`, `/a/.. /b`
    DotSegment,
    /// `/a%2Fb`, `/a\b`
    EncodedSeparator,
    /// `/a%zz`, `/%41`, `/%C3%A9`, `/%3f`
    BadEscape,
    /// `/%2541`: its meaning depends on whether it is decoded once more.
    DoubleEncoding,
    /// `/%C0%AF`: a request's escapes that are not UTF-8.
    NotUtf8,
    /// A control character, plain or escaped.
    ControlCharacter,
    /// `/a;b`, `/..;/a`
    Parameter,
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
            Self::BadEscape => "only `%25`, `%3F` and `%23` stay escaped, and everything else is written as it is",
            Self::DoubleEncoding => "a `%25` before two hexadecimal digits looks like a path that was encoded twice",
            Self::NotUtf8 => "the percent escapes of a path must decode to UTF-8",
            Self::ControlCharacter => "a path has no control character",
            Self::Parameter => {
                "a path has no `;`, since some servers cut a segment off at it before they route: cut it off where \
                 yours does, or refuse the request"
            }
            Self::NotAPath => "a path has no `?` and no `#`",
            Self::TooLong => "the path is too long",
        })
    }
}

impl core::error::Error for PathError {}

/// Whether `path` is `above` or lies below it, segment by segment: `/a/bc` is not within `/a/b`.
#[must_use]
pub fn is_within(path: &[u8], above: &[u8]) -> bool {
    above == b"/" || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

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
        const BYTES: [u8; 13] = *b"/.a%25;?#\\ \x7f\xc3";
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
