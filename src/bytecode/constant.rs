//! Constants that are more than text: globs, path patterns, networks, action sets. Their layout, and how each is matched
//! as it lies in the pool.

use alloc::vec::Vec;

use super::cursor::{Cursor, put_varint};
use crate::model::path::check_segment;
use crate::model::value::Address;
use crate::model::vocabulary::ActionNo;

/// What `?` and the run of a `*` count: bytes, or characters of UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// In a value of type bytes.
    Byte,
    /// In a string.
    Character,
}

/// A piece of a glob. On the wire: 0 for `*`, 1 for `?`, n + 1 and n bytes for a literal of n bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobPiece<'a> {
    /// `*`: any run, also an empty one.
    Run,
    /// `?`: one unit.
    One,
    /// These bytes; never empty.
    Literal(&'a [u8]),
}

impl<'a> GlobPiece<'a> {
    /// The next piece; `None` where there is none or the bytes hold none.
    #[must_use]
    pub fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        Some(match cursor.varint::<u32>()? {
            0 => Self::Run,
            1 => Self::One,
            length => Self::Literal(cursor.take(usize::try_from(length - 1).ok()?)?),
        })
    }

    /// Appends the piece.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Run => out.push(0),
            Self::One => out.push(1),
            Self::Literal(bytes) => {
                put_varint(out, bytes.len() as u64 + 1);
                out.extend_from_slice(bytes);
            }
        }
    }
}

/// Whether the bytes are a glob: pieces only, two literals never side by side, no two `*` in a row.
#[must_use]
pub fn is_glob(constant: &[u8]) -> bool {
    let mut cursor = Cursor::new(constant);
    let mut before = None;
    while !cursor.is_empty() {
        let Some(piece) = GlobPiece::read(&mut cursor) else { return false };
        let repeats = matches!(
            (before, piece),
            (Some(GlobPiece::Run), GlobPiece::Run) | (Some(GlobPiece::Literal(_)), GlobPiece::Literal(_))
        );
        if repeats {
            return false;
        }
        before = Some(piece);
    }
    true
}

/// How many pieces the glob has: each of them may be tried at each place of a value.
#[must_use]
pub fn glob_pieces(glob: &[u8]) -> u64 {
    let mut cursor = Cursor::new(glob);
    core::iter::from_fn(|| GlobPiece::read(&mut cursor)).map(|_| 1).sum()
}

/// Whether the glob matches the whole of `value`.
#[must_use]
pub fn glob_matches(glob: &[u8], value: &[u8], unit: Unit) -> Option<bool> {
    let step = |pieces: &mut Cursor<'_>, rest| {
        Some(match GlobPiece::read(pieces)? {
            GlobPiece::Run => Step::Run,
            GlobPiece::One => Step::of(skip_unit(rest, unit)),
            GlobPiece::Literal(literal) => Step::of(rest.strip_prefix(literal)),
        })
    };
    matches_whole(glob, value, step, |rest| skip_unit(rest, unit))
}

/// What one piece of a glob or path pattern does with what is left of the value.
enum Step<'v> {
    /// It takes as much as it may.
    Run,
    /// It leaves this.
    Leaves(&'v [u8]),
    /// It does not match.
    Fails,
}

impl<'v> Step<'v> {
    fn of(rest: Option<&'v [u8]>) -> Self {
        rest.map_or(Self::Fails, Self::Leaves)
    }
}

/// Whether the pieces of `pattern` match the whole of `value`. Where a piece fails, the last run takes one more unit: only
/// the last is ever tried again, so the work is at most the product of the two lengths.
#[inline(always)]
fn matches_whole<'v>(
    pattern: &[u8],
    value: &'v [u8],
    step: impl Fn(&mut Cursor<'_>, &'v [u8]) -> Option<Step<'v>>,
    skip: impl Fn(&'v [u8]) -> Option<&'v [u8]>,
) -> Option<bool> {
    let mut pieces = Cursor::new(pattern);
    let mut rest = value;
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        let step = match (pieces.is_empty(), rest.is_empty()) {
            (true, true) => return Some(true),
            (true, false) => Step::Fails,
            (false, _) => step(&mut pieces, rest)?,
        };
        match step {
            Step::Run => retry = Some((pieces.rest(), rest)),
            Step::Leaves(after) => rest = after,
            Step::Fails => {
                let Some((after_run, from)) = retry else { return Some(false) };
                let Some(shorter) = skip(from) else { return Some(false) };
                (pieces, rest) = (Cursor::new(after_run), shorter);
                retry = Some((after_run, shorter));
            }
        }
    }
}

fn skip_unit(value: &[u8], unit: Unit) -> Option<&[u8]> {
    let (_, rest) = value.split_first()?;
    match unit {
        Unit::Byte => Some(rest),
        Unit::Character => {
            let continuation = rest.iter().take_while(|&&byte| byte & 0xc0 == 0x80).count();
            rest.get(continuation..)
        }
    }
}

/// A segment of a path pattern. On the wire: 0 for `**`, 1 for `*`, 2 and a length-prefixed glob for a segment with
/// wildcards in it, n + 2 and n bytes for a literal segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPiece<'a> {
    /// `**`: any number of segments, also none.
    Run,
    /// `*`: one segment.
    One,
    /// `img-*`: one segment that matches the glob.
    Glob(&'a [u8]),
    /// This segment.
    Literal(&'a [u8]),
}

impl<'a> PathPiece<'a> {
    /// The next piece; `None` where there is none or the bytes hold none.
    #[must_use]
    pub fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        Some(match cursor.varint::<u32>()? {
            0 => Self::Run,
            1 => Self::One,
            2 => Self::Glob(cursor.prefixed()?),
            length => Self::Literal(cursor.take(usize::try_from(length - 2).ok()?)?),
        })
    }

    /// Appends the piece.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Run => out.push(0),
            Self::One => out.push(1),
            Self::Glob(glob) => {
                out.push(2);
                put_varint(out, glob.len() as u64);
                out.extend_from_slice(glob);
            }
            Self::Literal(bytes) => {
                put_varint(out, bytes.len() as u64 + 2);
                out.extend_from_slice(bytes);
            }
        }
    }
}

/// Whether the bytes are a path pattern: pieces only, no two `**` in a row, literal segments canonical.
#[must_use]
pub fn is_path_pattern(constant: &[u8]) -> bool {
    let mut cursor = Cursor::new(constant);
    let mut after_run = false;
    while !cursor.is_empty() {
        let piece = PathPiece::read(&mut cursor);
        let sound = match piece {
            Some(PathPiece::Run) => !after_run,
            Some(PathPiece::One) => true,
            Some(PathPiece::Glob(glob)) => is_glob(glob) && !glob.is_empty(),
            Some(PathPiece::Literal(bytes)) => core::str::from_utf8(bytes).is_ok_and(|s| check_segment(s).is_ok()),
            None => false,
        };
        if !sound {
            return false;
        }
        after_run = piece == Some(PathPiece::Run);
    }
    true
}

/// How many pieces the pattern has, those of the globs in its segments too.
#[must_use]
pub fn path_pieces(pattern: &[u8]) -> u64 {
    let mut cursor = Cursor::new(pattern);
    let pieces = core::iter::from_fn(|| PathPiece::read(&mut cursor));
    pieces.map(|piece| if let PathPiece::Glob(glob) = piece { 1 + glob_pieces(glob) } else { 1 }).sum()
}

/// Whether the pattern matches the whole canonical path.
#[must_use]
pub fn path_matches(pattern: &[u8], path: &[u8]) -> Option<bool> {
    let step = |pieces: &mut Cursor<'_>, rest| {
        let piece = PathPiece::read(pieces)?;
        if matches!(piece, PathPiece::Run) {
            return Some(Step::Run);
        }
        let Some((segment, after)) = split_segment(rest) else { return Some(Step::Fails) };
        let matches = match piece {
            PathPiece::Run | PathPiece::One => true,
            PathPiece::Glob(glob) => glob_matches(glob, segment, Unit::Character)?,
            PathPiece::Literal(literal) => segment == literal,
        };
        Some(Step::of(matches.then_some(after)))
    };
    let path = path.strip_suffix(b"/").unwrap_or(path);
    matches_whole(pattern, path, step, |rest| split_segment(rest).map(|(_, after)| after))
}

/// `/a/b/c` is `a` and `/b/c`.
fn split_segment(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = path.strip_prefix(b"/")?;
    let end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
    rest.split_at_checked(end)
}

/// Whether `path` is `above` or lies below it, segment by segment: `/a/bc` is not within `/a/b`.
#[must_use]
pub fn is_within(path: &[u8], above: &[u8]) -> bool {
    above == b"/" || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Where IPv4 addresses lie in the space of all addresses: the first 96 bits.
const V4_PREFIX: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/// Marks an IPv4 network: this and its bits, 0 to 32. An IPv6 network has its bits alone, 0 to 128.
const V4_MARK: u8 = 192;

/// A network of addresses. On the wire: its bits (192 more for IPv4), and as many bytes as the bits need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetworkBits {
    /// The first address; later bits are zero.
    pub first: Address,
    /// 0 to 128, in the space where IPv4 is mapped.
    pub bits: u8,
}

impl NetworkBits {
    /// Reads a whole constant; `None` for any spelling that [`write`](Self::write) would not choose.
    #[must_use]
    pub fn read(constant: &[u8]) -> Option<Self> {
        let (&mark, prefix) = constant.split_first()?;
        let (skip, bits) = match mark {
            0..=128 => (0, mark),
            V4_MARK..=224 => (12, mark - V4_MARK),
            _ => return None,
        };
        if prefix.len() != usize::from(bits.div_ceil(8)) {
            return None;
        }
        let mut octets = [0; 16];
        if skip > 0 {
            octets[..12].copy_from_slice(&V4_PREFIX);
        }
        octets.get_mut(skip..skip + prefix.len())?.copy_from_slice(prefix);
        let network = Self { first: Address::from_octets(octets), bits: bits + skip as u8 * 8 };
        let spelt_as_v6 = skip == 0 && bits >= 96 && octets.starts_with(&V4_PREFIX);
        (network == network.truncated() && !spelt_as_v6).then_some(network)
    }

    /// Appends the network.
    pub fn write(self, out: &mut Vec<u8>) {
        let octets = self.first.octets();
        let skip = if self.bits >= 96 && octets.starts_with(&V4_PREFIX) { 12 } else { 0 };
        let bits = self.bits - skip as u8 * 8;
        out.push(if skip > 0 { V4_MARK + bits } else { bits });
        out.extend_from_slice(&octets[skip..skip + usize::from(bits.div_ceil(8))]);
    }

    /// The same network with all later bits zero.
    #[must_use]
    pub fn truncated(self) -> Self {
        let bits = self.bits.min(128);
        let first = u128::from_be_bytes(self.first.octets()) & mask(bits);
        Self { first: Address::from_octets(first.to_be_bytes()), bits }
    }

    /// Whether the address is one of the network.
    #[must_use]
    pub fn contains(self, address: Address) -> bool {
        let differing = u128::from_be_bytes(self.first.octets()) ^ u128::from_be_bytes(address.octets());
        differing & mask(self.bits.min(128)) == 0
    }
}

fn mask(bits: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

/// Appends the set of actions: one bit each, lowest bit first, without zero bytes at its end.
pub fn write_actions(actions: &[ActionNo], out: &mut Vec<u8>) {
    let start = out.len();
    for action in actions {
        let place = start + usize::from(action.0 / 8);
        if out.len() <= place {
            out.resize(place + 1, 0);
        }
        out[place] |= 1 << (action.0 % 8);
    }
}

/// Whether the action's bit is set.
#[must_use]
#[inline]
pub fn has_action(set: &[u8], action: ActionNo) -> bool {
    set.get(usize::from(action.0 / 8)).is_some_and(|bits| bits >> (action.0 % 8) & 1 == 1)
}

/// The actions of a set, ascending.
pub fn actions_of(set: &[u8]) -> impl Iterator<Item = ActionNo> + '_ {
    (0..=u16::MAX).take(set.len() * 8).map(ActionNo).filter(|&action| has_action(set, action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::IpAddr;

    fn glob(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(['*', '?']).unwrap_or(rest.len());
            if end > 0 {
                GlobPiece::Literal(&rest.as_bytes()[..end]).write(&mut out);
            } else if rest.starts_with('*') {
                GlobPiece::Run.write(&mut out);
            } else {
                GlobPiece::One.write(&mut out);
            }
            rest = &rest[end.max(1)..];
        }
        out
    }

    fn path(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for segment in text.split('/').skip(1) {
            match segment {
                "**" => PathPiece::Run.write(&mut out),
                "*" => PathPiece::One.write(&mut out),
                wild if wild.contains('*') => PathPiece::Glob(&glob(wild)).write(&mut out),
                literal => PathPiece::Literal(literal.as_bytes()).write(&mut out),
            }
        }
        out
    }

    #[test]
    fn a_glob_matches_the_whole_value() {
        for (pattern, value, expected) in [
            ("*.png", "a.png", true),
            ("*.png", "a.png.exe", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-", false),
            ("?", "é", true),
            ("?", "ab", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(
                glob_matches(&glob(pattern), value.as_bytes(), Unit::Character),
                Some(expected),
                "{pattern} {value}"
            );
        }
        assert_eq!(glob_matches(&glob("?"), "é".as_bytes(), Unit::Byte), Some(false));
    }

    #[test]
    fn a_hostile_glob_takes_no_longer_than_the_product_of_the_lengths() {
        let pattern = glob("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
        let value = [b'a'; 16 * 1024];
        assert_eq!(glob_matches(&pattern, &value, Unit::Byte), Some(false));
    }

    #[test]
    fn a_path_pattern_matches_segment_by_segment() {
        for (pattern, value, expected) in [
            ("/v1/*/objects/**", "/v1/acme/objects/a/b", true),
            ("/v1/*/objects/**", "/v1/acme/objects", true),
            ("/v1/*/objects/**", "/v1/acme/other/objects/a", false),
            ("/**/.admin/**", "/a/.admin", true),
            ("/**/.admin/**", "/.admin/b", true),
            ("/**/.admin/**", "/a/.adminx/b", false),
            ("/**/a/b", "/a/a/b", true),
            ("/img-*/x", "/img-1/x", true),
            ("/img-*/x", "/im-1/x", false),
            ("/**", "/", true),
            ("/*", "/", false),
        ] {
            assert_eq!(path_matches(&path(pattern), value.as_bytes()), Some(expected), "{pattern} {value}");
        }
        assert!(is_within(b"/a/b", b"/a") && is_within(b"/a", b"/a") && is_within(b"/a", b"/"));
        assert!(!is_within(b"/ab", b"/a") && !is_within(b"/", b"/a"));
    }

    #[test]
    fn a_v4_mapped_address_does_not_escape_its_network() {
        let mut bytes = Vec::new();
        let ten = NetworkBits { first: "10.0.0.0".parse::<IpAddr>().unwrap().into(), bits: 104 };
        ten.write(&mut bytes);
        assert_eq!(bytes, [200, 10]);
        assert_eq!(NetworkBits::read(&bytes), Some(ten));
        for (address, inside) in [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("11.0.0.1", false), ("::1", false)] {
            assert_eq!(ten.contains(address.parse::<IpAddr>().unwrap().into()), inside, "{address}");
        }
        let everything = NetworkBits { first: Address::from_octets([0; 16]), bits: 0 };
        assert!(everything.contains("10.0.0.1".parse::<IpAddr>().unwrap().into()));
    }

    #[test]
    fn a_network_has_one_spelling() {
        for bytes in [
            &[200, 10, 0][..],
            &[200],
            &[9, 10, 0x81],
            &[129],
            &[225, 1, 2, 3, 4, 5],
            &[104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10],
        ] {
            assert_eq!(NetworkBits::read(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn an_action_set_holds_what_was_put_in() {
        let mut set = Vec::new();
        let actions = [ActionNo(0), ActionNo(9), ActionNo(1023)];
        write_actions(&actions, &mut set);
        assert_eq!(actions_of(&set).collect::<Vec<_>>(), actions);
        assert!(!has_action(&set, ActionNo(1)) && !has_action(&set, ActionNo(60_000)));
    }
}
