//! Patterns of URLs: their constant in the pool, its price, and how it is matched in place.

use alloc::vec::Vec;

use super::cursor::{Cursor, put_varint};
use super::fuel::Fuel;
use super::matching::path_matches;
use super::wildcard::{PathPiece, Price, segments_price};
use crate::model::url::{Parts, Scheme, check_host, is_segment};
use crate::model::url_pattern::{HostPattern, PortPattern};

/// The constant of a pattern of URLs. On the wire: a byte for the scheme (0 for any), one for the
/// sort of port (with its number after it, low byte first), one for the sort of host (with its
/// length-prefixed text after it), and the pieces of a path pattern (none for `/`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlConstant<'a> {
    /// This scheme; any if there is none.
    pub scheme: Option<Scheme>,
    /// The port.
    pub port: PortPattern,
    /// The host.
    pub host: HostPattern<&'a str>,
    /// The pieces of the path.
    pub path: &'a [u8],
}

/// The pieces of any path.
const ANY_PATH: &[u8] = &[0];

impl<'a> UrlConstant<'a> {
    /// `public`
    pub const PUBLIC: Self = Self { scheme: None, port: PortPattern::Any, host: HostPattern::Public, path: ANY_PATH };

    /// Reads a constant that is proved; `None` for one that cannot be.
    #[must_use]
    pub fn read(constant: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(constant);
        let scheme = match cursor.byte()? {
            0 => None,
            number => Some(*Scheme::ALL.get(usize::from(number) - 1)?),
        };
        let port = match cursor.byte()? {
            0 => PortPattern::Any,
            1 => PortPattern::Default,
            2 => PortPattern::Number(u16::from_le_bytes([cursor.byte()?, cursor.byte()?])),
            _ => return None,
        };
        let host = match cursor.byte()? {
            0 => HostPattern::Any,
            1 => HostPattern::Exact(name(&mut cursor)?),
            2 => HostPattern::Child(name(&mut cursor)?),
            3 => HostPattern::Within(name(&mut cursor)?),
            4 => HostPattern::Public,
            _ => return None,
        };
        Some(Self { scheme, port, host, path: cursor.rest() })
    }

    /// Whether its parts are canonical, and it is a pattern that the language can say: one without
    /// a wildcard would be read as a URL.
    fn is_sound(&self) -> bool {
        let is_default = |number: u16| self.scheme.is_some_and(|scheme| scheme.port() == number);
        let port = !matches!(self.port, PortPattern::Number(number) if is_default(number));
        let has_wildcard = self.scheme.is_none()
            || self.port == PortPattern::Any
            || self.pieces().any(|piece| !matches!(piece, PathPiece::Literal(_)));
        let host = match self.host {
            HostPattern::Any => true,
            HostPattern::Exact(name) => has_wildcard && check_host(name).is_ok(),
            HostPattern::Child(name) | HostPattern::Within(name) => check_host(name).is_ok() && !is_address(name),
            HostPattern::Public => *self == Self::PUBLIC,
        };
        port && host
    }

    /// Appends the constant.
    pub fn write(self, out: &mut Vec<u8>) {
        out.push(self.scheme.map_or(0, |scheme| scheme as u8 + 1));
        match self.port {
            PortPattern::Any => out.push(0),
            PortPattern::Default => out.push(1),
            PortPattern::Number(number) => {
                out.push(2);
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        let (sort, name) = match self.host {
            HostPattern::Any => (0, None),
            HostPattern::Exact(name) => (1, Some(name)),
            HostPattern::Child(name) => (2, Some(name)),
            HostPattern::Within(name) => (3, Some(name)),
            HostPattern::Public => (4, None),
        };
        out.push(sort);
        if let Some(name) = name {
            put_varint(out, name.len() as u64);
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(self.path);
    }

    /// The most that matching it costs; `None` if it is not canonical.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        let path = segments_price(self.path, is_segment)?;
        self.is_sound().then_some(Price { value: path.value + HOST, byte: path.byte + PARTS })
    }

    /// Whether it matches a canonical URL; `None` if its path is not a pattern, or the fuel has run
    /// out.
    #[must_use]
    #[inline(never)]
    pub fn matches(&self, url: &str, fuel: &Fuel) -> Option<bool> {
        let Some(parts) = Parts::of(url) else { return Some(false) };
        let is_scheme = self.scheme.is_none_or(|scheme| scheme == parts.scheme);
        if !is_scheme || !self.port.matches(parts.port, parts.scheme) || !self.host.matches(parts.host) {
            return Some(false);
        }
        path_matches(self.path, parts.path.as_bytes(), fuel)
    }

    /// The pieces of its path.
    pub fn pieces(&self) -> impl Iterator<Item = PathPiece<'a>> + use<'a> {
        let mut cursor = Cursor::new(self.path);
        core::iter::from_fn(move || PathPiece::read(&mut cursor))
    }
}

fn name<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    core::str::from_utf8(cursor.prefixed()?).ok()
}

/// Whether a host is an address: below it there is no name.
#[must_use]
pub fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<core::net::Ipv4Addr>().is_ok()
}

/// Steps of finding out whether a host is public, and of comparing it with a name.
pub const HOST: u64 = 192;

/// Steps for each byte in which the parts are found.
pub const PARTS: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern<'a>(host: HostPattern<&'a str>, path: &'a [u8]) -> UrlConstant<'a> {
        UrlConstant { scheme: Some(Scheme::Https), port: PortPattern::Default, host, path }
    }

    #[test]
    fn a_pattern_reads_back_as_it_was_written_and_no_part_of_it_is_one() {
        let hosts =
            [HostPattern::Any, HostPattern::Exact("a.de"), HostPattern::Child("a.de"), HostPattern::Within("de")];
        let path = super::super::matching::tests::path("/a/*/**");
        for written in hosts.map(|host| pattern(host, &path)).into_iter().chain([UrlConstant::PUBLIC]) {
            let mut bytes = Vec::new();
            written.write(&mut bytes);
            assert_eq!(UrlConstant::read(&bytes), Some(written));
            assert!(written.price().is_some(), "{written:?}");
        }
        for bytes in [
            &[3, 0, 0][..],
            &[0, 3, 0],
            &[0, 0, 5],
            &[2, 2, 187, 1, 0],
            &[2, 1, 4, 0],
            &[0, 0, 3, 1, b'A'],
            &[0, 0, 3, 7, b'1', b'0', b'.', b'0', b'.', b'0', b'.', b'1'],
        ] {
            assert_eq!(UrlConstant::read(bytes).and_then(|read| read.price()), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_host_is_matched_by_labels() {
        for (host, name, matches) in [
            (HostPattern::Child("a.de"), "b.a.de", true),
            (HostPattern::Child("a.de"), "a.de", false),
            (HostPattern::Child("a.de"), "c.b.a.de", false),
            (HostPattern::Child("a.de"), "ba.de", false),
            (HostPattern::Within("a.de"), "a.de", true),
            (HostPattern::Within("a.de"), "c.b.a.de", true),
            (HostPattern::Within("a.de"), "ba.de", false),
            (HostPattern::Within("a.de"), "a.de.evil.com", false),
            (HostPattern::Exact("a.de"), "b.a.de", false),
            (HostPattern::Public, "a.de", true),
            (HostPattern::Public, "127.0.0.1", false),
        ] {
            assert_eq!(host.matches(name), matches, "{host:?} {name}");
        }
    }

    #[test]
    fn scheme_port_and_path_are_looked_at_and_the_query_is_not() {
        let path = super::super::matching::tests::path("/hooks/**");
        let hooks = pattern(HostPattern::Exact("a.de"), &path);
        let matches = |pattern: &UrlConstant<'_>, url| pattern.matches(url, &Fuel::new(1_000)).unwrap();
        for url in ["https://a.de/hooks", "https://a.de/hooks/", "https://a.de/hooks/x?y#z"] {
            assert!(matches(&hooks, url), "{url}");
        }
        for url in ["http://a.de/hooks", "https://a.de:444/hooks", "https://a.de/other?/hooks/", "https://a.de/hooksx"]
        {
            assert!(!matches(&hooks, url), "{url}");
        }
        let port = UrlConstant { port: PortPattern::Number(444), ..hooks };
        assert!(matches(&port, "https://a.de:444/hooks/x") && !matches(&port, "https://a.de/hooks/x"));
        let root = UrlConstant { path: &[], ..hooks };
        assert!(matches(&root, "https://a.de/?x") && !matches(&root, "https://a.de/x"));
    }
}
