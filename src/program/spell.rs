//! How values are spelt for people: as the language's own literals.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write as _;
use core::net::IpAddr;

use super::constant::NetworkBits;
use super::cursor::Cursor;
use super::wildcard::{GlobPiece, PathPiece};
use crate::model::types::Scalar;
use crate::model::value::{Address, UuidText};
use crate::visible::{hides, put};

/// A quoted string. What a terminal could take for a command or a change of direction is written as its number.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (at, character) in text.char_indices() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '{' if begins_splice(text.get(at..).unwrap_or_default()) => out.push_str("\\{"),
            // Writing to a string does not fail.
            other => _ = put(other, &mut out),
        }
    }
    out.push('"');
    out
}

/// A quoted glob or regular expression: backslashes are its own. `None` where a character in it has no spelling there.
#[must_use]
pub fn quoted_pattern(text: &str) -> Option<String> {
    let mut out = String::from("\"");
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' if escaped => return None,
            '"' => out.push_str("\\\""),
            '{' if !escaped && begins_splice(text.get(at..).unwrap_or_default()) && !ends_class_name(text, at) => {
                out.push_str("\\{");
            }
            hidden if hides(hidden) || matches!(hidden, '\n' | '\r') => return None,
            shown => out.push(shown),
        }
        escaped = character == '\\' && !escaped;
    }
    out.push('"');
    (!escaped).then_some(out)
}

/// Whether `{word}` stands at the beginning.
fn begins_splice(text: &str) -> bool {
    let Some((word, _)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return false };
    is_word(word)
}

/// Whether what stands before `at` takes a brace itself: `\p{Greek}`, `\x{ff}`.
fn ends_class_name(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let Some(head) = before.strip_suffix(['p', 'P', 'x', 'u', 'U', 'b']) else { return false };
    (head.len() - head.trim_end_matches('\\').len()) % 2 == 1
}

/// Whether the text is an identifier.
#[must_use]
pub fn is_word(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Bytes: as text where they are some, else in hexadecimal.
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) if !text.contains(hides) => quoted(text),
        _ => hexadecimal(bytes),
    }
}

/// `x"00ff"`
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut out = String::from("x\"");
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('"');
    out
}

/// Text of a type: what `eq` and its like hold.
#[must_use]
pub fn text(constant: &[u8], scalar: Option<Scalar>) -> String {
    match scalar {
        Some(Scalar::Uuid) => uuid(constant).unwrap_or_else(|| hexadecimal(constant)),
        Some(Scalar::String | Scalar::Path) => {
            core::str::from_utf8(constant).map_or_else(|_| hexadecimal(constant), quoted)
        }
        _ => bytes(constant),
    }
}

/// A quoted uuid; `None` for other than sixteen bytes.
#[must_use]
pub fn uuid(constant: &[u8]) -> Option<String> {
    let octets: [u8; 16] = constant.try_into().ok()?;
    Some(format!("\"{}\"", UuidText(octets)))
}

/// A quoted address; `None` for other than sixteen bytes.
#[must_use]
pub fn address(constant: &[u8]) -> Option<String> {
    let octets: [u8; 16] = constant.try_into().ok()?;
    Some(format!("\"{}\"", IpAddr::from(Address::from_octets(octets))))
}

/// A quoted network; one address alone without its bits.
#[must_use]
pub fn network(constant: &[u8]) -> Option<String> {
    let network = NetworkBits::read(constant)?;
    let is_v4 = network.first.is_v4() && network.bits >= 96;
    let first = match (is_v4, IpAddr::from(network.first)) {
        // A short IPv6 network around the mapped addresses is no IPv4 network.
        (false, IpAddr::V4(v4)) => IpAddr::V6(v4.to_ipv6_mapped()),
        (_, first) => first,
    };
    Some(match (is_v4, network.bits) {
        (_, 128) => format!("\"{first}\""),
        (true, bits) => format!("\"{first}/{}\"", bits - 96),
        (false, bits) => format!("\"{first}/{bits}\""),
    })
}

/// The text of a glob, unquoted; `None` where the bytes are no glob or no text.
#[must_use]
pub fn glob(constant: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(constant);
    let mut out = String::new();
    while !cursor.is_empty() {
        match GlobPiece::read(&mut cursor)? {
            GlobPiece::Run => out.push('*'),
            GlobPiece::One => out.push('?'),
            GlobPiece::Literal(literal) => {
                for character in core::str::from_utf8(literal).ok()?.chars() {
                    if matches!(character, '*' | '?' | '\\') {
                        out.push('\\');
                    }
                    out.push(character);
                }
            }
        }
    }
    Some(out)
}

/// A path pattern in the language's own words; `None` where the bytes are no pattern or no text.
#[must_use]
pub fn path(constant: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(constant);
    let mut out = String::new();
    while !cursor.is_empty() {
        out.push('/');
        match PathPiece::read(&mut cursor)? {
            PathPiece::Run => out.push_str("**"),
            PathPiece::One => out.push('*'),
            PathPiece::Glob(inner) => out.push_str(&segment(inner)?),
            PathPiece::Literal(literal) => out.push_str(&path_text(literal)?),
        }
    }
    (!out.is_empty()).then_some(out)
}

fn segment(glob: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(glob);
    let mut out = String::new();
    while !cursor.is_empty() {
        match GlobPiece::read(&mut cursor)? {
            GlobPiece::Run => out.push('*'),
            GlobPiece::One => return None,
            GlobPiece::Literal(literal) => out.push_str(&path_text(literal)?),
        }
    }
    // Alone it would be another pattern.
    (out != "*").then_some(out)
}

/// A literal part of a path: a `*` in it is no wildcard, and is written as an escape.
#[must_use]
pub fn path_text(literal: &[u8]) -> Option<String> {
    core::str::from_utf8(literal).ok().map(|text| text.replace('*', "%2A"))
}

/// A number of an ordered type; `None` for a time that no calendar has.
#[must_use]
pub fn number(number: i64, scalar: Scalar) -> Option<String> {
    match scalar {
        Scalar::Time => time(number),
        Scalar::Duration => Some(duration(number)),
        _ => Some(number.to_string()),
    }
}

/// `2027-01-01T00:00:00Z`; `None` before year 0 and after year 9999.
#[must_use]
pub fn time(ms: i64) -> Option<String> {
    // A civil time, since a timestamp ends before the last day of year 9999 does.
    let since = jiff::SignedDuration::from_millis(ms);
    let time = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(since).ok()?;
    (time.year() >= 0).then(|| format!("{time}Z"))
}

/// `1h30m`
#[must_use]
pub fn duration(ms: i64) -> String {
    let mut rest = ms.unsigned_abs();
    if rest == 0 {
        return "0s".to_string();
    }
    let mut out = String::from(if ms < 0 { "-" } else { "" });
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if rest >= length {
            let _ = write!(out, "{}{unit}", rest / length);
            rest %= length;
        }
    }
    out
}
