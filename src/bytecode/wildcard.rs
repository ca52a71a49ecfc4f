//! Globs and path patterns: how their pieces are spelt in the pool, and how they match a value as they lie there.

use alloc::vec::Vec;

use memchr::{memchr, memchr_iter, memmem};

use super::cursor::{Cursor, put_varint};
use crate::model::path::is_segment;

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

/// How many pieces the glob has: each of them may be tried at each place of a value. `None` where the bytes are no glob:
/// pieces only, two literals never side by side, no two `*` in a row.
#[must_use]
pub fn glob_pieces(constant: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(constant);
    let (mut count, mut before) = (0, None);
    while !cursor.is_empty() {
        let piece = GlobPiece::read(&mut cursor)?;
        let repeats = matches!(
            (before, piece),
            (Some(GlobPiece::Run), GlobPiece::Run) | (Some(GlobPiece::Literal(_)), GlobPiece::Literal(_))
        );
        if repeats {
            return None;
        }
        (count, before) = (count + 1, Some(piece));
    }
    Some(count)
}

/// Whether the glob matches the whole of `value`.
#[must_use]
pub fn glob_matches(glob: &[u8], value: &[u8], unit: Unit) -> Option<bool> {
    matches_whole(&Units(unit), glob, value)
}

/// A value as the pieces of a pattern see it.
trait Steps {
    /// Reads the next piece, and says what it does with what is left of the value.
    fn step<'v>(&self, pieces: &mut Cursor<'_>, rest: &'v [u8]) -> Option<Step<'v>>;

    /// What is left behind the next unit.
    fn skip<'v>(&self, rest: &'v [u8]) -> Option<&'v [u8]>;

    /// From where on the pieces behind a run can match at all; with none behind it, a run takes everything.
    fn seek<'v>(&self, after_run: &[u8], rest: &'v [u8]) -> Option<&'v [u8]>;
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
fn matches_whole(steps: &impl Steps, pattern: &[u8], value: &[u8]) -> Option<bool> {
    let mut pieces = Cursor::new(pattern);
    let mut rest = value;
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        let step = match (pieces.is_empty(), rest.is_empty()) {
            (true, true) => return Some(true),
            (true, false) => Step::Fails,
            (false, _) => steps.step(&mut pieces, rest)?,
        };
        let (after_run, from) = match step {
            Step::Leaves(after) => {
                rest = after;
                continue;
            }
            Step::Run => (pieces.rest(), Some(rest)),
            Step::Fails => {
                let Some((after_run, from)) = retry else { return Some(false) };
                (after_run, steps.skip(from))
            }
        };
        let Some(found) = from.and_then(|from| steps.seek(after_run, from)) else { return Some(false) };
        (pieces, rest) = (Cursor::new(after_run), found);
        retry = Some((after_run, found));
    }
}

/// A value in bytes or characters.
struct Units(Unit);

impl Steps for Units {
    fn step<'v>(&self, pieces: &mut Cursor<'_>, rest: &'v [u8]) -> Option<Step<'v>> {
        Some(match GlobPiece::read(pieces)? {
            GlobPiece::Run => Step::Run,
            GlobPiece::One => Step::of(self.skip(rest)),
            GlobPiece::Literal(literal) => Step::of(rest.strip_prefix(literal)),
        })
    }

    fn skip<'v>(&self, rest: &'v [u8]) -> Option<&'v [u8]> {
        let (_, rest) = rest.split_first()?;
        match self.0 {
            Unit::Byte => Some(rest),
            Unit::Character => rest.get(rest.iter().take_while(|byte| is_inside(**byte)).count()..),
        }
    }

    fn seek<'v>(&self, after_run: &[u8], rest: &'v [u8]) -> Option<&'v [u8]> {
        match GlobPiece::read(&mut Cursor::new(after_run)) {
            None => Some(&[]),
            Some(GlobPiece::Literal([first, ..])) if self.0 == Unit::Character && is_inside(*first) => None,
            Some(GlobPiece::Literal(literal)) => rest.get(memmem::find(rest, literal)?..),
            Some(_) => Some(rest),
        }
    }
}

/// Whether a byte of UTF-8 is inside a character and does not begin one.
fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
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

/// How many pieces the pattern has, those of the globs in its segments too. `None` where the bytes are no path pattern:
/// pieces only, no two `**` in a row, literal segments canonical.
#[must_use]
pub fn path_pieces(constant: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(constant);
    let (mut count, mut after_run) = (0, false);
    while !cursor.is_empty() {
        let piece = PathPiece::read(&mut cursor)?;
        match piece {
            PathPiece::Run if after_run => return None,
            PathPiece::Literal(segment) if !is_segment(segment) => return None,
            PathPiece::Glob([]) => return None,
            PathPiece::Glob(glob) => count += glob_pieces(glob)?,
            PathPiece::Run | PathPiece::One | PathPiece::Literal(_) => {}
        }
        (count, after_run) = (count + 1, piece == PathPiece::Run);
    }
    Some(count)
}

/// Whether the pattern matches the whole canonical path.
#[must_use]
pub fn path_matches(pattern: &[u8], path: &[u8]) -> Option<bool> {
    matches_whole(&Segments, pattern, path.strip_suffix(b"/").unwrap_or(path))
}

/// A path in segments.
struct Segments;

impl Steps for Segments {
    fn step<'v>(&self, pieces: &mut Cursor<'_>, rest: &'v [u8]) -> Option<Step<'v>> {
        let after = match PathPiece::read(pieces)? {
            PathPiece::Run => return Some(Step::Run),
            PathPiece::One => self.skip(rest),
            PathPiece::Literal(literal) => after_segment(rest, literal),
            PathPiece::Glob(glob) => match split_segment(rest) {
                Some((segment, after)) => glob_matches(glob, segment, Unit::Character)?.then_some(after),
                None => None,
            },
        };
        Some(Step::of(after))
    }

    fn skip<'v>(&self, rest: &'v [u8]) -> Option<&'v [u8]> {
        split_segment(rest).map(|(_, after)| after)
    }

    fn seek<'v>(&self, after_run: &[u8], rest: &'v [u8]) -> Option<&'v [u8]> {
        match PathPiece::read(&mut Cursor::new(after_run)) {
            None => Some(&[]),
            Some(PathPiece::Literal(literal)) => find_segment(rest, literal),
            Some(_) => Some(rest),
        }
    }
}

/// `/a/b/c` is `a` and `/b/c`.
fn split_segment(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = path.strip_prefix(b"/")?;
    rest.split_at_checked(memchr(b'/', rest).unwrap_or(rest.len()))
}

/// `/a/b/c` behind `a` is `/b/c`; nothing behind another segment.
#[inline]
fn after_segment<'p>(path: &'p [u8], segment: &[u8]) -> Option<&'p [u8]> {
    let after = path.strip_prefix(b"/")?.strip_prefix(segment)?;
    matches!(after.first(), None | Some(b'/')).then_some(after)
}

/// `/a/b/c` from `b` on is `/b/c`. Looks for the segment's first byte: most paths have it in few places.
fn find_segment<'p>(path: &'p [u8], segment: &[u8]) -> Option<&'p [u8]> {
    memchr_iter(*segment.first()?, path).find_map(|place| {
        let from = path.get(place.checked_sub(1)?..)?;
        after_segment(from, segment).map(|_| from)
    })
}

/// Whether `path` is `above` or lies below it, segment by segment: `/a/bc` is not within `/a/b`.
#[must_use]
pub fn is_within(path: &[u8], above: &[u8]) -> bool {
    above == b"/" || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Bytes of a literal need not be text: who holds a token writes the programs behind it.
    #[test]
    fn a_run_ends_between_characters_and_never_inside_of_one() {
        let mut pattern = vec![0];
        GlobPiece::Literal(&[0xa9]).write(&mut pattern);
        assert_eq!(glob_matches(&pattern, "é".as_bytes(), Unit::Character), Some(false));
        assert_eq!(glob_matches(&pattern, "é".as_bytes(), Unit::Byte), Some(true));
    }

    #[test]
    fn pieces_are_counted_and_runs_and_literals_stand_alone() {
        let twice = |constant: Vec<u8>| [&constant[..], &constant[..]].concat();
        assert_eq!(
            (glob_pieces(&glob("")), glob_pieces(&glob("a*?")), glob_pieces(&glob("??"))),
            (Some(0), Some(3), Some(2))
        );
        assert_eq!(
            (glob_pieces(&twice(glob("*"))), glob_pieces(&twice(glob("a"))), glob_pieces(&[3, b'a'])),
            (None, None, None)
        );
        assert_eq!((path_pieces(&path("/a/*/**")), path_pieces(&path("/img-*/x"))), (Some(3), Some(4)));
        assert_eq!((path_pieces(&twice(path("/**"))), path_pieces(&twice(path("/**/a")))), (None, Some(4)));
        assert_eq!((path_pieces(&path("/..")), path_pieces(&[2, 0]), path_pieces(&[4, b'a'])), (None, None, None));
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
}
