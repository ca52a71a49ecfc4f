//! Globs and path patterns: the encoding of their pieces in the pool, and the price of
//! [matching](super::matching) them.

use alloc::vec::Vec;

use super::cursor::{Cursor, put_varint};
use crate::model::path::is_segment;

/// A piece of a glob. On the wire: 0 for `*`, 1 for `?`, n + 1 and n bytes for a literal of n
/// bytes.
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
    /// The next piece; `None` at the end or if the bytes are not a piece.
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

/// The most that matching a pattern costs, in the steps of [`Op::cost`](super::op::Op::cost): once
/// for each value, and for each byte of all values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// For each value.
    pub value: u64,
    /// For each byte.
    pub byte: u64,
}

/// The most steps that one piece takes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Piece {
    /// Reading and trying it once, without the bytes of a literal.
    pub once: u64,
    /// Trying it once more at each place, by the bytes of the value.
    pub tried: u64,
}

/// A piece of a glob.
pub const GLOB: Piece = Piece { once: 8, tried: 3 };

/// A piece of a path pattern: the end of its segment is searched each time.
pub const PATH: Piece = Piece { once: 16, tried: 5 };

/// Steps for each place where a group of several pieces is tried, without its pieces.
pub const PLACE: u64 = 8;

/// Steps for each byte in which a literal is searched.
pub const SOUGHT: u64 = 2;

/// Steps for each byte of a literal, to be read and compared once.
pub const LITERAL: u64 = 2;

/// Bytes of a literal that are compared in one step.
const COMPARED: u64 = 64;

/// The groups of a pattern, between its runs. The first must match at the beginning of the value
/// and the last at its end, so each is tried once. Those between them are searched one after the
/// other: together they look at no place of the value twice, so the most expensive one sets the
/// price of a byte.
#[derive(Default)]
struct Groups {
    piece: Piece,
    value: u64,
    /// The cost of the anchored groups for each byte: the globs in their segments.
    anchored: u64,
    sought: u64,
    /// For the group that is being read.
    pieces: u64,
    tried: u64,
    globs: u64,
    runs: u64,
}

impl Groups {
    fn of(piece: Piece) -> Self {
        Self { piece, ..Self::default() }
    }

    /// A piece of `length` bytes that is not a run; `glob` is the price of a glob in it.
    fn add(&mut self, length: usize, glob: Price) {
        let length = length as u64;
        self.value += self.piece.once + LITERAL * length + glob.value;
        self.pieces += 1;
        // A segment has at least two bytes, its slash among them, so a place has half a glob.
        self.tried += self.piece.tried + length / COMPARED + glob.value.div_ceil(2) + glob.byte;
        self.globs = self.globs.max(glob.byte);
    }

    fn run(&mut self) {
        self.end(self.runs > 0);
        self.value += self.piece.once;
        self.runs += 1;
    }

    fn end(&mut self, is_sought: bool) {
        match self.pieces {
            0 => {}
            _ if !is_sought => self.anchored += self.globs,
            1 if self.tried < PLACE => self.sought = self.sought.max(SOUGHT + self.tried),
            _ => self.sought = self.sought.max(PLACE + self.tried),
        }
        (self.pieces, self.tried, self.globs) = (0, 0, 0);
    }

    fn price(mut self) -> Price {
        self.end(false);
        Price { value: self.value, byte: self.anchored + self.sought }
    }
}

/// The price of matching the glob. `None` if the bytes are not a glob: only pieces, no two adjacent
/// literals, no two `*` in a row.
#[must_use]
pub fn glob_price(constant: &[u8]) -> Option<Price> {
    let mut cursor = Cursor::new(constant);
    let (mut groups, mut before) = (Groups::of(GLOB), None);
    while !cursor.is_empty() {
        let piece = GlobPiece::read(&mut cursor)?;
        let repeats = matches!(
            (before, piece),
            (Some(GlobPiece::Run), GlobPiece::Run) | (Some(GlobPiece::Literal(_)), GlobPiece::Literal(_))
        );
        if repeats {
            return None;
        }
        match piece {
            GlobPiece::Run => groups.run(),
            GlobPiece::One => groups.add(0, Price::default()),
            GlobPiece::Literal(literal) => groups.add(literal.len(), Price::default()),
        }
        before = Some(piece);
    }
    Some(groups.price())
}

/// A segment of a path pattern. On the wire: 0 for `**`, 1 for `*`, 2 and a length-prefixed glob
/// for a segment with wildcards, n + 2 and n bytes for a literal segment.
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
    /// The next piece; `None` at the end or if the bytes are not a piece.
    #[must_use]
    #[inline(always)]
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

/// The price of matching the pattern, including the globs in its segments. `None` if the bytes are
/// not a path pattern: only pieces, no two `**` in a row, canonical literal segments.
#[must_use]
pub fn path_price(constant: &[u8]) -> Option<Price> {
    segments_price(constant, is_segment)
}

/// The same for segments of another kind.
pub(super) fn segments_price(constant: &[u8], is_segment: fn(&[u8]) -> bool) -> Option<Price> {
    let mut cursor = Cursor::new(constant);
    let (mut groups, mut after_run) = (Groups::of(PATH), false);
    while !cursor.is_empty() {
        let piece = PathPiece::read(&mut cursor)?;
        match piece {
            PathPiece::Run if after_run => return None,
            PathPiece::Literal(segment) if !is_segment(segment) => return None,
            PathPiece::Glob([]) => return None,
            PathPiece::Run => groups.run(),
            PathPiece::One => groups.add(0, Price::default()),
            PathPiece::Literal(segment) => groups.add(segment.len(), Price::default()),
            PathPiece::Glob(glob) => groups.add(glob.len(), glob_price(glob)?),
        }
        after_run = piece == PathPiece::Run;
    }
    Some(groups.price())
}

#[cfg(test)]
mod tests {
    use super::super::matching::tests::{glob, path};
    use super::*;

    fn twice(constant: &[u8]) -> Vec<u8> {
        [constant, constant].concat()
    }

    #[test]
    fn runs_and_literals_stand_alone_and_segments_are_canonical() {
        for constant in [twice(&glob("*")), twice(&glob("a")), vec![3, b'a']] {
            assert_eq!(glob_price(&constant), None, "{constant:?}");
        }
        for constant in [twice(&path("/**")), path("/.."), vec![2, 0], vec![4, b'a']] {
            assert_eq!(path_price(&constant), None, "{constant:?}");
        }
        assert!(path_price(&twice(&path("/**/a"))).is_some());
    }

    #[test]
    fn only_a_group_between_two_runs_is_paid_for_by_the_byte() {
        for anchored in ["", "a", "a??b", "a*", "*b", "a*b?c"] {
            assert_eq!(glob_price(&glob(anchored)).unwrap().byte, 0, "{anchored}");
        }
        let byte = |text: &str| glob_price(&glob(text)).unwrap().byte;
        assert!(0 < byte("*a*") && byte("*a*") < byte("*a?*") && byte("*a?*") < byte("*a?b?*"));
        assert_eq!(byte("*a?*b*c??*"), byte("*c??*"), "the dearest group sets the price");
        let byte = |text: &str| path_price(&path(text)).unwrap().byte;
        for anchored in ["/a/*/b", "/a/**", "/**/a/*/b", "/a/img-*/**"] {
            assert_eq!(byte(anchored), 0, "{anchored}");
        }
        assert!(0 < byte("/**/a/**") && byte("/**/a/**") < byte("/**/a/*/**"));
        assert!(byte("/*x*y/**") > 0, "a glob in a segment is paid for by the byte too");
    }
}
