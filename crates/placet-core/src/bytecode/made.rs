//! Texts that are put together for each request: pieces of literal text, values of the request, and
//! wildcards. They are matched piece by piece, and no text is built.
//!
//! There is at most one run of any characters in a text or a segment, and at most one run of
//! segments in a path. What is before a run is at the beginning and what is after it at the end, so
//! nothing is searched, and the work is linear in the value that is matched.

use arrayvec::ArrayString;
use core::fmt::Write as _;
use memchr::{memchr, memrchr};

use super::cursor::{Cursor, put_varint};
use super::matching::Unit;
use super::wildcard::Price;
use crate::model::path::check_text;
use crate::model::value::{UuidText, Value};
use alloc::vec::Vec;

/// A piece of such a text. On the wire: the number of its row, or 5 + n and n bytes for a literal
/// of n bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadePiece<'a> {
    /// 0: any run of characters, also an empty one; in a path within one segment.
    Run,
    /// 1: one character.
    One,
    /// 2: the next value of the request; an empty one matches nothing.
    Filled,
    /// 3: the next value of the request.
    Value,
    /// 4: the beginning of a segment.
    Segment,
    /// 5: in the place of a segment, any number of them, also none.
    Segments,
    /// These bytes; never empty.
    Literal(&'a [u8]),
}

impl<'a> MadePiece<'a> {
    /// The next piece; `None` at the end or if the bytes are not a piece.
    #[must_use]
    pub fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        Some(match cursor.varint::<u32>()? {
            0 => Self::Run,
            1 => Self::One,
            2 => Self::Filled,
            3 => Self::Value,
            4 => Self::Segment,
            5 => Self::Segments,
            length => Self::Literal(cursor.take(usize::try_from(length - 5).ok()?)?),
        })
    }

    /// Appends the piece.
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Run => out.push(0),
            Self::One => out.push(1),
            Self::Filled => out.push(2),
            Self::Value => out.push(3),
            Self::Segment => out.push(4),
            Self::Segments => out.push(5),
            Self::Literal(bytes) => {
                put_varint(out, bytes.len() as u64 + 5);
                out.extend_from_slice(bytes);
            }
        }
    }
}

/// The text of a value of the request.
#[derive(Clone, Debug)]
pub enum Spelled<'v> {
    /// The value's own bytes.
    Own(&'v [u8]),
    /// A number in decimal, or a uuid.
    Written(ArrayString<36>),
}

impl<'v> Spelled<'v> {
    /// `None` for a type that has no text.
    #[must_use]
    pub fn of(value: &Value<'v>) -> Option<Self> {
        let mut text = ArrayString::new();
        match value {
            Value::String(_) | Value::Bytes(_) => return value.bytes().map(Self::Own),
            Value::Int(number) => write!(text, "{number}").ok()?,
            Value::Uuid(uuid) => write!(text, "{}", UuidText(*uuid)).ok()?,
            Value::Bool(_)
            | Value::Time(_)
            | Value::Duration(_)
            | Value::Ip(_)
            | Value::Path(_)
            | Value::Url(_)
            | Value::Set(_)
            | Value::Labels(_) => return None,
        }
        Some(Self::Written(text))
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Written(text) => text.as_bytes(),
        }
    }
}

/// Steps for each piece: reading it, and beginning to compare it.
pub const PIECE: u64 = 12;

/// Steps of writing a value as text: a number or a uuid.
pub const SPELLING: u64 = 128;

/// Steps for each byte of the value that is matched: it is compared, and passed once more to find
/// the place of what is after a run.
pub const PASSED: u64 = 2;

/// The price of matching, and how many values of the request there are. `None` if the bytes are not
/// such a text: a path if `is_path` says so.
#[must_use]
pub fn made_price(constant: &[u8], is_path: bool) -> Option<(Price, usize)> {
    let mut cursor = Cursor::new(constant);
    let (mut price, mut values, mut before) = (0, 0, None);
    let (mut runs, mut deep) = (0_u32, 0_u32);
    while !cursor.is_empty() {
        let piece = MadePiece::read(&mut cursor)?;
        price += PIECE;
        match piece {
            MadePiece::Run => runs += 1,
            MadePiece::One if is_path => return None,
            MadePiece::One => {}
            MadePiece::Value if is_path => return None,
            MadePiece::Filled | MadePiece::Value => values += 1,
            MadePiece::Segment if !is_path || before == Some(MadePiece::Segment) => return None,
            MadePiece::Segment => runs = 0,
            MadePiece::Segments if before != Some(MadePiece::Segment) => return None,
            MadePiece::Segments => deep += 1,
            MadePiece::Literal(_) if matches!(before, Some(MadePiece::Literal(_))) => return None,
            MadePiece::Literal(literal) => price += literal.len() as u64,
        }
        let is_misplaced = match before {
            None => is_path && piece != MadePiece::Segment,
            Some(MadePiece::Segments) => piece != MadePiece::Segment,
            Some(_) => false,
        };
        if is_misplaced || runs > 1 || deep > 1 {
            return None;
        }
        before = Some(piece);
    }
    (before != Some(MadePiece::Segment)).then_some((Price { value: price, byte: PASSED }, values))
}

/// Whether the text matches the whole of `value`; `None` if the bytes are not such a text.
#[must_use]
#[inline(never)]
pub fn made_matches(constant: &[u8], values: &[Spelled<'_>], value: &[u8], unit: Unit) -> Option<bool> {
    Made { values, unit, is_path: false }.text(constant, value).map(|left| left.is_some())
}

/// The same for a path.
#[must_use]
#[inline(never)]
pub fn made_path_matches(constant: &[u8], values: &[Spelled<'_>], path: &[u8]) -> Option<bool> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    Made { values, unit: Unit::Byte, is_path: true }.path(constant, path)
}

/// The values that have not been used yet.
#[derive(Clone, Copy)]
struct Made<'m> {
    values: &'m [Spelled<'m>],
    unit: Unit,
    is_path: bool,
}

/// The rest of a value after a piece; `None` if it does not match.
type Rest<'v> = Option<&'v [u8]>;

impl<'m> Made<'m> {
    /// Whether a text without segments matches: the values that are left then.
    fn text(mut self, pieces: &[u8], value: &[u8]) -> Option<Option<&'m [Spelled<'m>]>> {
        let mut cursor = Cursor::new(pieces);
        let mut rest = value;
        while !cursor.is_empty() {
            let Some(after) = (match MadePiece::read(&mut cursor)? {
                MadePiece::Run => self.end(cursor.clone(), rest)?,
                piece => self.step(piece, rest)?,
            }) else {
                return Some(None);
            };
            rest = after;
        }
        Some(rest.is_empty().then_some(self.values))
    }

    /// Applies one piece that is not a run.
    fn step<'v>(&mut self, piece: MadePiece<'_>, rest: &'v [u8]) -> Option<Rest<'v>> {
        Some(match piece {
            MadePiece::Literal(literal) => rest.strip_prefix(literal),
            MadePiece::One => self.one(rest),
            MadePiece::Filled | MadePiece::Value => {
                let (next, values) = self.values.split_first()?;
                self.values = values;
                let text = next.bytes();
                let is_nothing = text.is_empty() && piece == MadePiece::Filled;
                rest.strip_prefix(text).filter(|_| !is_nothing && self.is_whole(text))
            }
            MadePiece::Run | MadePiece::Segment | MadePiece::Segments => return None,
        })
    }

    fn one<'v>(&self, rest: &'v [u8]) -> Rest<'v> {
        let (_, rest) = rest.split_first()?;
        match self.unit {
            Unit::Byte => Some(rest),
            Unit::Character => rest.get(rest.iter().take_while(|byte| is_inside(**byte)).count()..),
        }
    }

    /// Whether the text beside a value cannot complete an escape that the value begins.
    fn is_whole(&self, text: &[u8]) -> bool {
        let has_escape = self.is_path && memchr(b'%', text).is_some();
        !has_escape || core::str::from_utf8(text).is_ok_and(|text| check_text(text).is_ok())
    }

    /// The end of a value that is as long as the pieces after a run.
    fn end<'v>(&self, mut pieces: Cursor<'_>, rest: &'v [u8]) -> Option<Rest<'v>> {
        let (mut units, mut bytes, mut values) = (0, 0, self.values);
        while !pieces.is_empty() {
            let text = match MadePiece::read(&mut pieces)? {
                MadePiece::One => {
                    units += 1;
                    continue;
                }
                MadePiece::Literal(literal) => literal,
                MadePiece::Filled | MadePiece::Value => {
                    let (next, after) = values.split_first()?;
                    values = after;
                    next.bytes()
                }
                MadePiece::Run | MadePiece::Segment | MadePiece::Segments => return None,
            };
            bytes += text.len();
            // Longer texts are not even counted: the work stays linear in the value.
            if bytes > rest.len() {
                return Some(None);
            }
            units += self.units(text);
        }
        Some(self.last(rest, units))
    }

    fn units(&self, text: &[u8]) -> usize {
        match self.unit {
            Unit::Byte => text.len(),
            Unit::Character => text.iter().filter(|byte| !is_inside(**byte)).count(),
        }
    }

    /// The last characters or bytes of a value.
    fn last<'v>(&self, value: &'v [u8], units: usize) -> Rest<'v> {
        let at = match (self.unit, units) {
            (_, 0) => value.len(),
            (Unit::Byte, units) => value.len().checked_sub(units)?,
            (Unit::Character, units) => {
                let mut begins = value.iter().enumerate().rev().filter(|(_, byte)| !is_inside(**byte));
                begins.nth(units - 1)?.0
            }
        };
        value.get(at..)
    }

    fn path(mut self, pieces: &[u8], path: &[u8]) -> Option<bool> {
        let mut cursor = Cursor::new(pieces);
        let mut rest = path;
        while !cursor.is_empty() {
            if MadePiece::read(&mut cursor)? != MadePiece::Segment {
                return None;
            }
            let segment = segment(&mut cursor)?;
            if MadePiece::read(&mut Cursor::new(segment)) == Some(MadePiece::Segments) {
                match last_segments(rest, count(cursor.clone())?) {
                    Some(end) => rest = end,
                    None => return Some(false),
                }
                continue;
            }
            let Some((name, after)) = split(rest) else { return Some(false) };
            match self.text(segment, name)? {
                Some(values) => self.values = values,
                None => return Some(false),
            }
            rest = after;
        }
        Some(rest.is_empty())
    }
}

/// Whether a byte of UTF-8 continues a character.
fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// The pieces up to the next segment; moves past them.
fn segment<'p>(cursor: &mut Cursor<'p>) -> Option<&'p [u8]> {
    let whole = cursor.rest();
    loop {
        let length = whole.len() - cursor.rest().len();
        let mut after = cursor.clone();
        if after.is_empty() || MadePiece::read(&mut after)? == MadePiece::Segment {
            return whole.get(..length);
        }
        *cursor = after;
    }
}

/// How many segments follow.
fn count(mut cursor: Cursor<'_>) -> Option<usize> {
    let mut count = 0;
    while !cursor.is_empty() {
        count += usize::from(MadePiece::read(&mut cursor)? == MadePiece::Segment);
    }
    Some(count)
}

fn last_segments(path: &[u8], count: usize) -> Rest<'_> {
    let mut at = path.len();
    for _ in 0..count {
        at = memrchr(b'/', path.get(..at)?)?;
    }
    path.get(at..)
}

/// `/a/b/c` is `a` and `/b/c`.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = path.strip_prefix(b"/")?;
    rest.split_at_checked(memchr(b'/', rest).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// `home/{}/*` with `{}` for a value that is not empty, `{?}` for any value.
    fn made(text: &str, is_path: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            let (piece, after) = match byte {
                b'{' if after.starts_with(b"}") => (MadePiece::Filled, &after[1..]),
                b'{' => (MadePiece::Value, &after[2..]),
                b'*' if after.starts_with(b"*") => (MadePiece::Segments, &after[1..]),
                b'*' => (MadePiece::Run, after),
                b'?' => (MadePiece::One, after),
                b'/' if is_path => (MadePiece::Segment, after),
                other => {
                    literal.push(other);
                    rest = after;
                    continue;
                }
            };
            if !literal.is_empty() {
                MadePiece::Literal(&core::mem::take(&mut literal)).write(&mut out);
            }
            piece.write(&mut out);
            rest = after;
        }
        if !literal.is_empty() {
            MadePiece::Literal(&literal).write(&mut out);
        }
        out
    }

    fn text(pattern: &str, values: &[&str], value: &str) -> bool {
        let (constant, values) = (made(pattern, false), spelled(values));
        assert!(made_price(&constant, false).is_some(), "{pattern}");
        made_matches(&constant, &values, value.as_bytes(), Unit::Character).unwrap()
    }

    fn path(pattern: &str, values: &[&str], value: &str) -> bool {
        let (constant, values) = (made(pattern, true), spelled(values));
        assert!(made_price(&constant, true).is_some(), "{pattern}");
        made_path_matches(&constant, &values, value.as_bytes()).unwrap()
    }

    fn spelled<'v>(values: &[&'v str]) -> Vec<Spelled<'v>> {
        values.iter().map(|value| Spelled::Own(value.as_bytes())).collect()
    }

    #[test]
    fn a_text_is_its_pieces_one_after_the_other() {
        assert!(text("home/{}/*", &["ann"], "home/ann/x") && text("home/{}/*", &["ann"], "home/ann/"));
        assert!(!text("home/{}/*", &["ann"], "home/anna/x") && !text("home/{}/*", &["ann"], "home/ann"));
        assert!(text("*.{}.example", &["eu"], "a.b.eu.example") && !text("*.{}.example", &["eu"], ".us.example"));
        assert!(text("{}-{}", &["a", "b"], "a-b") && !text("{}-{}", &["a", "b"], "b-a"));
        assert!(text("?{}", &["a"], "\u{e9}a") && !text("?{}", &["a"], "a"));
        assert!(text("a*?{}", &["\u{e9}"], "ab\u{e9}\u{e9}") && !text("a*?{}", &["\u{e9}"], "a\u{e9}"));
        assert!(!text("a*{}", &["aa"], "aa"), "what is before a run and what is after it do not overlap");
    }

    #[test]
    fn a_value_is_never_a_pattern_and_an_empty_one_matches_nothing() {
        assert!(!text("home/{}/*", &["*"], "home/ann/x") && text("home/{}/*", &["*"], "home/*/x"));
        assert!(!text("home/{}*", &[""], "home/ann") && text("a{?}b", &[""], "ab"));
        assert!(!path("/{}/**", &["*"], "/a/b") && !path("/{}", &["**"], "/a"));
    }

    #[test]
    fn in_a_path_a_value_is_one_segment_or_a_part_of_one() {
        assert!(path("/u/{}/**", &["ann"], "/u/ann") && path("/u/{}/**", &["ann"], "/u/ann/a/b"));
        assert!(!path("/u/{}/**", &["ann"], "/u/anna") && !path("/u/{}/**", &["ann"], "/u"));
        assert!(path("/**/{}/x-{}", &["a", "b"], "/k/a/x-b") && !path("/**/{}/x-{}", &["a", "b"], "/a/k/x-b"));
        assert!(path("/{}/*/c", &["a"], "/a/b/c") && !path("/{}/*/c", &["a"], "/a/b/b/c"));
        for bad in ["a/b", "", "/", "/a"] {
            assert!(!path("/{}/**", &[bad], "/a/b") && !path("/{}", &[bad], "/a/b"), "{bad}");
        }
        assert!(!path("/{}5a", &["%2"], "/%25a"), "an escape is not completed by the text beside it");
        assert!(path("/{}/a", &["50%25"], "/50%25/a"));
    }

    #[test]
    fn what_would_have_to_be_searched_or_stands_in_the_wrong_place_is_refused() {
        for bad in ["*{}*", "{}/**", "{}*x*"] {
            assert_eq!(made_price(&made(bad, false), false), None, "{bad}");
        }
        for bad in ["{}", "/**/{}/**", "/*{}*", "/{?}", "/{}?", "/{}/", "//{}", "/{}**", "/**{}"] {
            assert_eq!(made_price(&made(bad, true), true), None, "{bad}");
        }
        assert_eq!(made_price(&[6, b'a', 6, b'a'], false), None, "literals are joined");
        assert_eq!(made_price(&[9, b'a'], false), None, "cut short");
        assert_eq!(made_price(&made("a{}b{}", false), false).map(|(_, values)| values), Some(2));
        assert!(made_price(&vec![3], false).is_some_and(|(price, _)| price.byte == PASSED));
    }
}
