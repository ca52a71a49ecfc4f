//! Canonical URLs of the web. A URL that is not canonical is refused here; `placet` makes them
//! canonical, where requests and literals are read.

use core::fmt;
use core::fmt::Write as _;
use core::net::{Ipv4Addr, Ipv6Addr};

use arrayvec::ArrayString;

use crate::limits::VALUE_BYTES;

/// An absolute `https` or `http` URL in the one form that browsers write it in (the WHATWG's URL
/// standard): lower case and Punycode in the host, addresses in their usual form, no default port,
/// at least `/` as path.
///
/// Some URLs that browsers take are refused, because two programs could read them differently, or
/// because nobody should follow them: a user or password, a host that ends in a dot, an empty
/// segment, a `/`, a `\` or a control character as an escape in the path. Escapes are in upper case,
/// none encodes a letter, a digit or one of `-._~`, and `*` is always the escape `%2A`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url<'a>(&'a str);

/// The scheme of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl Scheme {
    /// Both, in the order of their wire numbers, which begin with 1.
    pub const ALL: [Self; 2] = [Self::Http, Self::Https];

    /// The word before `://`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that is not written.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The parts of a URL that a pattern looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Before `://`.
    pub scheme: Scheme,
    /// A domain name or an address; one of IPv6 is in brackets.
    pub host: &'a str,
    /// The port, if it is written.
    pub port: Option<u16>,
    /// From the first slash after the host to the end, `?` or `#`.
    pub path: &'a str,
}

impl<'a> Url<'a> {
    /// Takes a URL that is already canonical.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    ///
    /// ```
    /// use placet_core::model::url::{Url, UrlError};
    /// assert!(Url::new("https://example.com/hooks?id=7").is_ok());
    /// assert_eq!(Url::new("https://Example.com/"), Err(UrlError::BadHost));
    /// assert_eq!(Url::new("http://0x7f.1/"), Err(UrlError::BadHost));
    /// assert_eq!(Url::new("https://ann@example.com/"), Err(UrlError::UserInfo));
    /// ```
    pub fn new(text: &'a str) -> Result<Self, UrlError> {
        if text.len() > VALUE_BYTES {
            return Err(UrlError::TooLong);
        }
        let (scheme, rest) = split_scheme(text).ok_or(UrlError::NotWeb)?;
        let end = rest.find(['/', '?', '#', '\\']).ok_or(UrlError::NoPath)?;
        let (authority, rest) = rest.split_at(end);
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        if !rest.starts_with('/') {
            return Err(UrlError::NoPath);
        }
        let (host, port) = split_port(authority);
        check_host(host)?;
        port.map_or(Ok(()), |port| check_port(port, scheme))?;
        let (rest, fragment) = split_before(rest, '#');
        let (path, query) = split_before(rest, '?');
        check_path(path)?;
        check_text(query, |byte| is_path_byte(byte) && byte != b'\'' || matches!(byte, b'/' | b'?'), |_| false)?;
        check_text(fragment, |byte| is_path_byte(byte) || matches!(byte, b'/' | b'?'), |_| false)?;
        Ok(Self(text))
    }

    /// Whether the bytes are the text of such a URL.
    #[must_use]
    pub fn is_spelt(bytes: &[u8]) -> bool {
        core::str::from_utf8(bytes).is_ok_and(|text| Url::new(text).is_ok())
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Its parts.
    #[must_use]
    pub fn parts(self) -> Option<Parts<'a>> {
        Parts::of(self.0)
    }
}

impl<'a> Parts<'a> {
    /// The parts of a canonical URL.
    #[must_use]
    pub fn of(text: &'a str) -> Option<Self> {
        let (scheme, rest) = split_scheme(text)?;
        let (authority, rest) = rest.split_at_checked(rest.find('/')?)?;
        let (host, port) = split_port(authority);
        let (rest, _) = split_before(rest, '#');
        let (path, _) = split_before(rest, '?');
        Some(Self { scheme, host, port: port.and_then(|port| port.parse().ok()), path })
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn split_scheme(text: &str) -> Option<(Scheme, &str)> {
    let (word, rest) = text.split_once("://")?;
    Some((Scheme::ALL.into_iter().find(|scheme| scheme.word() == word)?, rest))
}

/// A host and the port after it. The colons of IPv6 are within brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    }
}

/// The text before a character, and the text after it, if it is there.
fn split_before(text: &str, sign: char) -> (&str, &str) {
    text.split_once(sign).unwrap_or((text, ""))
}

/// Checks that `host` is a domain name or an address as a URL has it.
///
/// # Errors
/// It is neither.
pub fn check_host(host: &str) -> Result<(), UrlError> {
    let is_sound = match (host.strip_prefix('['), is_numeric(host)) {
        (Some(inner), _) => inner.strip_suffix(']').is_some_and(is_v6),
        (None, true) => host.parse::<Ipv4Addr>().is_ok(),
        (None, false) => is_domain(host),
    };
    if is_sound { Ok(()) } else { Err(UrlError::BadHost) }
}

/// Whether browsers take the host for an address of IPv4: its last label is a number.
pub(super) fn is_numeric(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_domain(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_BYTES).contains(&label.len())
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    host.len() <= HOST_BYTES && host.split('.').all(is_label)
}

/// Whether an address of IPv6 is written as browsers write it.
fn is_v6(text: &str) -> bool {
    text.len() <= V6_BYTES && text.parse::<Ipv6Addr>().is_ok_and(|address| write_v6(address).as_str() == text)
}

/// As browsers write it: the longest run of two or more zeros is `::`, and nothing is decimal. The
/// standard library writes mapped addresses in decimal.
fn write_v6(address: Ipv6Addr) -> ArrayString<V6_BYTES> {
    let pieces = address.segments();
    let run = |from: usize| pieces.iter().skip(from).take_while(|piece| **piece == 0).count();
    let longest = (0..pieces.len()).rev().max_by_key(|&from| run(from)).filter(|&from| run(from) > 1);
    let skipped = longest.map_or(0, run);
    let mut out = ArrayString::new();
    let mut place = 0;
    while let Some(piece) = pieces.get(place) {
        // The text has room for eight pieces and seven colons.
        if longest == Some(place) {
            let _ = out.write_str("::");
            place += skipped;
            continue;
        }
        if place > 0 && longest.is_none_or(|from| from + skipped != place) {
            let _ = out.write_str(":");
        }
        let _ = write!(out, "{piece:x}");
        place += 1;
    }
    out
}

fn check_port(port: &str, scheme: Scheme) -> Result<(), UrlError> {
    let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && (port == "0" || !port.starts_with('0'));
    match port.parse::<u16>() {
        Ok(number) if is_plain && number != scheme.port() => Ok(()),
        Ok(_) | Err(_) => Err(UrlError::BadPort),
    }
}

fn check_path(path: &str) -> Result<(), UrlError> {
    let rest = path.strip_prefix('/').ok_or(UrlError::NoPath)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return if path.len() > 1 { Err(UrlError::EmptySegment) } else { Ok(()) };
    }
    rest.split('/').try_for_each(check_segment)
}

/// Checks that `segment` may be between two slashes of a canonical URL.
///
/// # Errors
/// Says which rule the segment breaks.
pub fn check_segment(segment: &str) -> Result<(), UrlError> {
    // Some servers drop what follows a `;` before they look for dots.
    match segment.split(';').next() {
        Some("" | "." | "..") if !segment.is_empty() => return Err(UrlError::DotSegment),
        Some(_) if segment.is_empty() => return Err(UrlError::EmptySegment),
        Some(_) | None => {}
    }
    let separates = |byte: u8| byte < 0x20 || matches!(byte, b'/' | b'\\' | 0x7f);
    check_text(segment, is_path_byte, separates)
}

/// Whether the bytes are the text of a segment.
#[must_use]
pub fn is_segment(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|segment| check_segment(segment).is_ok())
}

/// Each byte is allowed by itself, or a canonical escape of one that does not separate.
fn check_text(text: &str, allowed: impl Fn(u8) -> bool, separates: impl Fn(u8) -> bool) -> Result<(), UrlError> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next(), bytes.next()].map(|digit| digit.and_then(hexadecimal));
            let [Some(high), Some(low)] = digits else { return Err(UrlError::BadEscape) };
            let escaped = high << 4 | low;
            if is_unreserved(escaped) {
                return Err(UrlError::BadEscape);
            }
            if separates(escaped) {
                return Err(UrlError::EncodedSeparator);
            }
        } else if !allowed(byte) {
            return Err(UrlError::BadCharacter);
        }
    }
    Ok(())
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Letters, digits and the signs that mean the same as an escape and without.
#[must_use]
pub const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~')
}

/// Bytes of a segment that are not escapes: those of RFC 3986, without `*`.
#[must_use]
pub const fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'+' | b',' | b';' | b'=' | b':' | b'@')
}

/// A label of a domain name (RFC 1035).
const LABEL_BYTES: usize = 63;

/// A domain name (RFC 1035).
const HOST_BYTES: usize = 253;

/// Eight pieces of four digits, and the colons between them.
const V6_BYTES: usize = 39;

/// Why a text is not a canonical URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It has more bytes than a value may have.
    TooLong,
    /// It does not begin with `https://` or `http://`.
    NotWeb,
    /// There is a user or a password in it.
    UserInfo,
    /// The host is neither a name nor an address, or not in its usual form.
    BadHost,
    /// The port is not a number, or not in its usual form, or the default.
    BadPort,
    /// No slash follows the host.
    NoPath,
    /// A segment of the path is empty.
    EmptySegment,
    /// A segment of the path is `.` or `..`, or would be for some servers.
    DotSegment,
    /// A `/`, a `\` or a control character is in the path as an escape.
    EncodedSeparator,
    /// An escape is incomplete, in lower case or not needed.
    BadEscape,
    /// A character must be an escape.
    BadCharacter,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "it is too long",
            Self::NotWeb => "it does not begin with `https://` or `http://`",
            Self::UserInfo => "a user or a password is in it, before an `@`",
            Self::BadHost => "its host is not a domain name or an address in its usual form",
            Self::BadPort => "its port is not a number up to 65535 in its usual form, or is the default",
            Self::NoPath => "no `/` follows its host",
            Self::EmptySegment => "a segment of its path is empty",
            Self::DotSegment => "a segment of its path is `.` or `..`, or empty before a `;`",
            Self::EncodedSeparator => "a `/`, a `\\` or a control character is in its path as an escape",
            Self::BadEscape => "an escape in it is incomplete, in lower case or not needed",
            Self::BadCharacter => "a character in it has to be an escape",
        })
    }
}

impl core::error::Error for UrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_one_spelling() {
        for text in [
            "https://example.com/",
            "http://example.com:8080/a/b/?x=/?y#z",
            "https://[2001:db8::1]/",
            "https://[::]/",
            "https://[1:0:0:2::3]/",
            "https://[::ffff:7f00:1]/",
            "https://10.0.0.1:0/",
            "https://xn--caf-dma.example/caf%C3%A9;v=1",
            "https://a_b.example.com/a%25b",
        ] {
            assert_eq!(Url::new(text).map(Url::as_str), Ok(text));
            assert!(Url::is_spelt(text.as_bytes()));
        }
        for (text, error) in [
            ("ftp://example.com/", UrlError::NotWeb),
            ("HTTPS://example.com/", UrlError::NotWeb),
            ("//example.com/", UrlError::NotWeb),
            ("https://example.com", UrlError::NoPath),
            ("https://example.com?x", UrlError::NoPath),
            ("https://example.com\\@a/", UrlError::NoPath),
            ("https://ann@example.com/", UrlError::UserInfo),
            ("https:///", UrlError::BadHost),
            ("https://example.com./", UrlError::BadHost),
            ("https://a..b/", UrlError::BadHost),
            ("https://127.1/", UrlError::BadHost),
            ("https://0x7f000001/", UrlError::BadHost),
            ("https://2130706433/", UrlError::BadHost),
            ("https://010.0.0.1/", UrlError::BadHost),
            ("https://[0:0::1]/", UrlError::BadHost),
            ("https://[::ffff:127.0.0.1]/", UrlError::BadHost),
            ("https://[::1%25lo]/", UrlError::BadHost),
            ("https://example.com:443/", UrlError::BadPort),
            ("http://example.com:/", UrlError::BadPort),
            ("http://example.com:081/", UrlError::BadPort),
            ("http://example.com:65536/", UrlError::BadPort),
            ("https://a.de/x//y", UrlError::EmptySegment),
            ("https://a.de//", UrlError::EmptySegment),
            ("https://a.de/x/../y", UrlError::DotSegment),
            ("https://a.de/x/..;/y", UrlError::DotSegment),
            ("https://a.de/x%2Fy", UrlError::EncodedSeparator),
            ("https://a.de/x%00", UrlError::EncodedSeparator),
            ("https://a.de/%61", UrlError::BadEscape),
            ("https://a.de/%c3%a9", UrlError::BadEscape),
            ("https://a.de/?q=100%", UrlError::BadEscape),
            ("https://a.de/*", UrlError::BadCharacter),
            ("https://a.de/caf\u{e9}", UrlError::BadCharacter),
            ("https://a.de/?q='", UrlError::BadCharacter),
            ("https://a.de/#a#b", UrlError::BadCharacter),
        ] {
            assert_eq!(Url::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_url_are_where_they_belong() {
        let parts = Parts::of("https://[::1]:8443/a/b?c=/d#e").unwrap();
        assert_eq!((parts.scheme, parts.host, parts.port), (Scheme::Https, "[::1]", Some(8443)));
        assert_eq!(parts.path, "/a/b");
        assert_eq!(Parts::of("http://[::1]/#?").unwrap().port, None);
    }
}
