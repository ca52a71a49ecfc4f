//! Matches globs and path patterns against a value, in place in the pool.
//!
//! A pattern is cut at its runs (`*`, `**`) into groups. The first group must match at the
//! beginning of the value, the last one at the end. A group between two runs is searched from the
//! left, after the group before it: the leftmost match leaves the most for the following groups, so
//! no other place has to be tried again. The work is at most the pieces of one group times the
//! length of the value, and [`Price`](super::wildcard::Price) tells the verifier so.

use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::cursor::Cursor;
use super::fuel::Fuel;
use super::wildcard::{GlobPiece, PathPiece};

/// The unit of `?` and of the run of a `*`: bytes, or characters of UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// In a value of type bytes.
    Byte,
    /// In a string.
    Character,
}

/// Whether the glob matches the whole of `value`; `None` if it is not a glob, or the fuel has run
/// out.
#[must_use]
#[inline(never)]
pub fn glob_matches(glob: &[u8], value: &[u8], unit: Unit, fuel: &Fuel) -> Option<bool> {
    matches_whole(&Units(unit), glob, value, fuel)
}

/// Whether the pattern matches the whole canonical path; `None` if it is not a pattern, or the fuel
/// has run out.
#[must_use]
pub fn path_matches(pattern: &[u8], path: &[u8], fuel: &Fuel) -> Option<bool> {
    matches_whole(&Segments { fuel }, pattern, path.strip_suffix(b"/").unwrap_or(path), fuel)
}

/// A value as the pieces of a pattern see it. The outer `None` of these functions means that the
/// constant is not a pattern, or that the fuel has run out.
trait Steps {
    /// Reads the next piece and applies it to the rest of the value.
    fn step<'v>(&self, pieces: &mut Cursor<'_>, rest: &'v [u8]) -> Option<Step<'v>>;

    /// Reads the next piece, without a value.
    fn kind<'p>(&self, pieces: &mut Cursor<'p>) -> Option<Kind<'p>>;

    /// The rest after the next unit.
    fn skip<'v>(&self, rest: &'v [u8]) -> Option<&'v [u8]>;

    /// The rest after the first occurrence of a literal.
    fn find<'v>(&self, literal: &[u8], rest: &'v [u8]) -> Option<&'v [u8]>;

    /// The first position from which a group with this beginning can match.
    fn candidate<'v>(&self, first: &[u8], rest: &'v [u8]) -> Option<&'v [u8]>;

    /// The end of the value, with as many units as the group takes.
    fn end<'v>(&self, group: &Group<'_>, rest: &'v [u8]) -> Option<Option<&'v [u8]>>;
}

/// The effect of one piece on the rest of the value.
enum Step<'v> {
    /// It takes as much as it may.
    Run,
    /// It leaves this rest.
    Leaves(&'v [u8]),
    /// It does not match.
    Fails,
}

impl<'v> Step<'v> {
    fn of(rest: Option<&'v [u8]>) -> Self {
        rest.map_or(Self::Fails, Self::Leaves)
    }
}

/// A single piece.
enum Kind<'p> {
    Run,
    Literal(&'p [u8]),
    Other,
}

/// The pieces between two runs, or after the last one.
struct Group<'p> {
    pieces: &'p [u8],
    count: usize,
    /// Its first piece, if that is a literal.
    first: Option<&'p [u8]>,
    /// Whether no run follows.
    is_last: bool,
}

impl<'p> Group<'p> {
    /// Reads a group and the run after it.
    #[inline(always)]
    fn read(steps: &impl Steps, pieces: &mut Cursor<'p>) -> Option<Self> {
        let whole = pieces.rest();
        let mut group = Self { pieces: whole, count: 0, first: None, is_last: true };
        while !pieces.is_empty() {
            let begins = whole.len() - pieces.rest().len();
            match steps.kind(pieces)? {
                Kind::Run => return Some(Self { pieces: whole.get(..begins)?, is_last: false, ..group }),
                Kind::Literal(literal) if group.count == 0 => group.first = Some(literal),
                Kind::Literal(_) | Kind::Other => {}
            }
            group.count += 1;
        }
        Some(group)
    }

    /// The literal, if it is the whole group.
    fn literal(&self) -> Option<&'p [u8]> {
        self.first.filter(|_| self.count == 1)
    }
}

/// How far a sequence of pieces matches.
enum Reached<'v> {
    /// To a run, with this rest of the value.
    Run(&'v [u8]),
    /// To their end.
    End(&'v [u8]),
    /// One of them did not match.
    Nothing,
}

/// Follows the pieces to the next run.
#[inline(always)]
fn follow<'v>(steps: &impl Steps, pieces: &mut Cursor<'_>, mut rest: &'v [u8]) -> Option<Reached<'v>> {
    while !pieces.is_empty() {
        match steps.step(pieces, rest)? {
            Step::Leaves(after) => rest = after,
            Step::Run => return Some(Reached::Run(rest)),
            Step::Fails => return Some(Reached::Nothing),
        }
    }
    Some(Reached::End(rest))
}

#[inline(always)]
fn matches_whole(steps: &impl Steps, pattern: &[u8], value: &[u8], fuel: &Fuel) -> Option<bool> {
    let mut pieces = Cursor::new(pattern);
    let mut rest = match follow(steps, &mut pieces, value)? {
        Reached::Run(rest) => rest,
        Reached::End(rest) => return Some(rest.is_empty()),
        Reached::Nothing => return Some(false),
    };
    while !pieces.is_empty() {
        let group = Group::read(steps, &mut pieces)?;
        if group.is_last {
            return ends_with(steps, &group, rest);
        }
        let Some(after) = seek(steps, &group, rest, fuel)? else { return Some(false) };
        rest = after;
    }
    // The last run takes the rest.
    Some(true)
}

/// Whether the last group matches at the end of the value.
#[inline(never)]
fn ends_with(steps: &impl Steps, group: &Group<'_>, rest: &[u8]) -> Option<bool> {
    let Some(end) = steps.end(group, rest)? else { return Some(false) };
    Some(matches!(follow(steps, &mut Cursor::new(group.pieces), end)?, Reached::End([])))
}

/// The rest after the first place where the group matches. Only this takes fuel: all other work is
/// done once for each piece.
#[inline(always)]
fn seek<'v>(steps: &impl Steps, group: &Group<'_>, rest: &'v [u8], fuel: &Fuel) -> Option<Option<&'v [u8]>> {
    if let Some(literal) = group.literal() {
        let after = steps.find(literal, rest);
        fuel.spend(1 + (rest.len() - after.map_or(0, <[u8]>::len)) / 2)?;
        return Some(after);
    }
    seek_group(steps, group, rest, fuel)
}

/// The same for a group of several pieces.
#[inline(never)]
fn seek_group<'v>(steps: &impl Steps, group: &Group<'_>, rest: &'v [u8], fuel: &Fuel) -> Option<Option<&'v [u8]>> {
    let mut from = rest;
    loop {
        let place = match group.first {
            Some(first) => steps.candidate(first, from),
            None => Some(from),
        };
        let passed = from.len() - place.map_or(0, <[u8]>::len);
        fuel.spend(1 + group.count + passed / 8)?;
        let Some(place) = place else { return Some(None) };
        if let Reached::End(after) = follow(steps, &mut Cursor::new(group.pieces), place)? {
            return Some(Some(after));
        }
        let Some(next) = steps.skip(place) else { return Some(None) };
        from = next;
    }
}

/// A value in bytes or characters.
struct Units(Unit);

impl Steps for Units {
    #[inline]
    fn step<'v>(&self, pieces: &mut Cursor<'_>, rest: &'v [u8]) -> Option<Step<'v>> {
        Some(match GlobPiece::read(pieces)? {
            GlobPiece::Run => Step::Run,
            GlobPiece::One => Step::of(self.skip(rest)),
            GlobPiece::Literal(literal) => Step::of(rest.strip_prefix(literal)),
        })
    }

    #[inline]
    fn kind<'p>(&self, pieces: &mut Cursor<'p>) -> Option<Kind<'p>> {
        Some(match GlobPiece::read(pieces)? {
            GlobPiece::Run => Kind::Run,
            GlobPiece::One => Kind::Other,
            GlobPiece::Literal(literal) => Kind::Literal(literal),
        })
    }

    fn skip<'v>(&self, rest: &'v [u8]) -> Option<&'v [u8]> {
        let (_, rest) = rest.split_first()?;
        match self.0 {
            Unit::Byte => Some(rest),
            Unit::Character => rest.get(rest.iter().take_while(|byte| is_inside(**byte)).count()..),
        }
    }

    fn find<'v>(&self, literal: &[u8], rest: &'v [u8]) -> Option<&'v [u8]> {
        let place = memmem::find(rest, literal).filter(|_| self.may_begin(literal))?;
        rest.get(place + literal.len()..)
    }

    fn candidate<'v>(&self, first: &[u8], rest: &'v [u8]) -> Option<&'v [u8]> {
        // Tried at each place, so setting up a search for the whole literal would not pay.
        let place = memchr(*first.first()?, rest).filter(|_| self.may_begin(first))?;
        rest.get(place..)
    }

    fn end<'v>(&self, group: &Group<'_>, rest: &'v [u8]) -> Option<Option<&'v [u8]>> {
        if let Some(literal) = group.literal() {
            let begins = rest.len().checked_sub(literal.len()).filter(|_| self.may_begin(literal));
            return Some(begins.and_then(|begins| rest.get(begins..)));
        }
        let (mut units, mut pieces) = (0, Cursor::new(group.pieces));
        while !pieces.is_empty() {
            units += match self.kind(&mut pieces)? {
                Kind::Literal(literal) if self.0 == Unit::Character => {
                    literal.iter().filter(|byte| !is_inside(**byte)).count()
                }
                Kind::Literal(literal) => literal.len(),
                Kind::Run | Kind::Other => 1,
            };
        }
        let mut at = rest.len();
        match self.0 {
            Unit::Byte => return Some(at.checked_sub(units).and_then(|at| rest.get(at..))),
            Unit::Character => {
                for _ in 0..units {
                    let Some(begins) = rest.get(..at)?.iter().rposition(|byte| !is_inside(*byte)) else {
                        return Some(None);
                    };
                    at = begins;
                }
            }
        }
        Some(rest.get(at..))
    }
}

impl Units {
    /// A run ends between characters, so no literal after it begins inside one.
    fn may_begin(&self, literal: &[u8]) -> bool {
        self.0 == Unit::Byte || literal.first().is_some_and(|first| !is_inside(*first))
    }
}

/// Whether a byte of UTF-8 continues a character.
fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// A path in segments; the globs in its pattern take fuel too.
struct Segments<'f> {
    fuel: &'f Fuel,
}

impl Steps for Segments<'_> {
    #[inline(always)]
    fn step<'v>(&self, pieces: &mut Cursor<'_>, rest: &'v [u8]) -> Option<Step<'v>> {
        let after = match PathPiece::read(pieces)? {
            PathPiece::Run => return Some(Step::Run),
            PathPiece::One => self.skip(rest),
            PathPiece::Literal(literal) => after_segment(rest, literal),
            PathPiece::Glob(glob) => match split_segment(rest) {
                Some((segment, after)) => glob_matches(glob, segment, Unit::Character, self.fuel)?.then_some(after),
                None => None,
            },
        };
        Some(Step::of(after))
    }

    #[inline]
    fn kind<'p>(&self, pieces: &mut Cursor<'p>) -> Option<Kind<'p>> {
        Some(match PathPiece::read(pieces)? {
            PathPiece::Run => Kind::Run,
            PathPiece::One | PathPiece::Glob(_) => Kind::Other,
            PathPiece::Literal(literal) => Kind::Literal(literal),
        })
    }

    fn skip<'v>(&self, rest: &'v [u8]) -> Option<&'v [u8]> {
        split_segment(rest).map(|(_, after)| after)
    }

    fn find<'v>(&self, literal: &[u8], rest: &'v [u8]) -> Option<&'v [u8]> {
        after_segment(find_segment(rest, literal)?, literal)
    }

    fn candidate<'v>(&self, first: &[u8], rest: &'v [u8]) -> Option<&'v [u8]> {
        find_segment(rest, first)
    }

    fn end<'v>(&self, group: &Group<'_>, rest: &'v [u8]) -> Option<Option<&'v [u8]>> {
        let mut at = rest.len();
        for _ in 0..group.count {
            let Some(slash) = memrchr(b'/', rest.get(..at)?) else { return Some(None) };
            at = slash;
        }
        Some(rest.get(at..))
    }
}

/// `/a/b/c` is `a` and `/b/c`.
fn split_segment(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = path.strip_prefix(b"/")?;
    rest.split_at_checked(memchr(b'/', rest).unwrap_or(rest.len()))
}

/// `/a/b/c` after `a` is `/b/c`; `None` after another segment.
#[inline]
fn after_segment<'p>(path: &'p [u8], segment: &[u8]) -> Option<&'p [u8]> {
    let after = path.strip_prefix(b"/")?.strip_prefix(segment)?;
    matches!(after.first(), None | Some(b'/')).then_some(after)
}

/// `/a/b/c` from `b` on is `/b/c`. Searches for the segment's first byte: most paths contain it in
/// few places.
fn find_segment<'p>(path: &'p [u8], segment: &[u8]) -> Option<&'p [u8]> {
    memchr_iter(*segment.first()?, path).find_map(|place| {
        let from = path.get(place.checked_sub(1)?..)?;
        after_segment(from, segment).map(|_| from)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::wildcard::glob_price;
    use super::*;
    use crate::model::path::is_within;
    use alloc::vec::Vec;

    pub fn glob(text: &str) -> Vec<u8> {
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

    pub fn path(text: &str) -> Vec<u8> {
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
                glob_matches(&glob(pattern), value.as_bytes(), Unit::Character, &Fuel::plenty()),
                Some(expected),
                "{pattern} {value}"
            );
        }
        assert_eq!(glob_matches(&glob("?"), "é".as_bytes(), Unit::Byte, &Fuel::plenty()), Some(false));
    }

    /// Bytes of a literal need not be text: the holder of a token writes the programs of its
    /// restrictions.
    #[test]
    fn a_run_ends_between_characters_and_never_inside_of_one() {
        let mut pattern = vec![0];
        GlobPiece::Literal(&[0xa9]).write(&mut pattern);
        assert_eq!(glob_matches(&pattern, "é".as_bytes(), Unit::Character, &Fuel::plenty()), Some(false));
        assert_eq!(glob_matches(&pattern, "é".as_bytes(), Unit::Byte, &Fuel::plenty()), Some(true));
    }

    #[test]
    fn a_hostile_glob_takes_no_more_than_its_price() {
        let value = [b'a'; 16 * 1024];
        for hostile in [&"a*".repeat(24), &format!("*{}*", "a?".repeat(12) + "b")] {
            let (pattern, fuel) = (glob(&format!("{hostile}b")), Fuel::plenty());
            assert_eq!(glob_matches(&pattern, &value, Unit::Byte, &fuel), Some(false));
            let price = glob_price(&pattern).unwrap();
            assert!(fuel.used() <= price.value + price.byte * value.len() as u64, "{hostile}: {}", fuel.used());
        }
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
            assert_eq!(
                path_matches(&path(pattern), value.as_bytes(), &Fuel::plenty()),
                Some(expected),
                "{pattern} {value}"
            );
        }
        assert!(is_within(b"/a/b", b"/a") && is_within(b"/a", b"/a") && is_within(b"/a", b"/"));
        assert!(!is_within(b"/ab", b"/a") && !is_within(b"/", b"/a"));
    }
}
