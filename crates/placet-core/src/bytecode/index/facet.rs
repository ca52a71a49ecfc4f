//! Facets: the parts of a request at which a table of an index looks, because rules require them
//! exactly.

use arrayvec::ArrayVec;

use crate::model::request::View;
use crate::model::value::{Held, Value};
use crate::model::vocabulary::FieldNo;

/// Facets of one table: two attributes and the action distinguish rules that one facet does not.
pub const FACETS: usize = 3;

/// Bytes of a beginning or an end at which a table looks; longer common parts are left to the
/// rules.
pub const END_BYTES: usize = 64;

/// Values of one request that a table is asked for: the elements of a set of which a rule requires
/// one, or the segments of a path. If there are more, all rules of the table are evaluated.
pub const LOOKS: usize = 16;

/// The last segment of a path at which a table looks, from 0.
pub const SEGMENTS: u16 = 7;

/// Which part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetKind {
    /// The whole of a string, bytes, path or uuid, if it has at most this many bytes.
    Whole = 0,
    /// The first bytes of a string, bytes or path.
    First = 1,
    /// The last bytes.
    Last = 2,
    /// The first bits of a number or an address.
    Bits = 3,
    /// This segment of a path, from 0.
    Segment = 4,
    /// The action.
    Action = 5,
    /// The whole value of a label, if it has at most this many bytes.
    LabelWhole = 6,
    /// The first bytes of the value of a label.
    LabelFirst = 7,
    /// The last bytes.
    LabelLast = 8,
    /// Any segment of a path: a request is looked up once for each of its segments.
    SomeSegment = 9,
}

impl FacetKind {
    /// The same part of a plain text, for a part of a label's value.
    #[must_use]
    pub const fn of_label(self) -> Option<Self> {
        match self {
            Self::LabelWhole => Some(Self::Whole),
            Self::LabelFirst => Some(Self::First),
            Self::LabelLast => Some(Self::Last),
            Self::Whole | Self::First | Self::Last | Self::Bits | Self::Segment | Self::Action | Self::SomeSegment => {
                None
            }
        }
    }
}

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facet<'p> {
    /// Which part.
    pub kind: FacetKind,
    /// The attribute; the first one for the action.
    pub field: FieldNo,
    /// Bytes, bits or the index of the segment; 0 for the action and for any segment.
    pub size: u16,
    /// The label; nothing for other facets.
    pub label: &'p [u8],
}

/// A facet on the wire: its kind, its attribute, its size with the low byte first.
pub type FacetBytes = [u8; 4];

impl<'p> Facet<'p> {
    /// Reads a facet, and the name of its label from those that follow the facets of a table; `None`
    /// for one without meaning.
    #[must_use]
    #[inline]
    pub fn read(bytes: FacetBytes, labels: &mut &'p [u8]) -> Option<Self> {
        let [kind, field, low, high] = bytes;
        let size = u16::from_le_bytes([low, high]);
        let (kind, sound) = match kind {
            0 => (FacetKind::Whole, true),
            1 => (FacetKind::First, size > 0 && size as usize <= END_BYTES),
            2 => (FacetKind::Last, size > 0 && size as usize <= END_BYTES),
            3 => (FacetKind::Bits, size > 0 && size <= 128),
            4 => (FacetKind::Segment, size <= SEGMENTS),
            5 => (FacetKind::Action, size == 0 && field == 0),
            6 => (FacetKind::LabelWhole, true),
            7 => (FacetKind::LabelFirst, size > 0 && size as usize <= END_BYTES),
            8 => (FacetKind::LabelLast, size > 0 && size as usize <= END_BYTES),
            9 => (FacetKind::SomeSegment, size == 0),
            _ => return None,
        };
        let label = if has_label(bytes) { take_label(labels)? } else { &[] };
        if sound { Some(Self { kind, field: FieldNo(field), size, label }) } else { None }
    }

    /// Looks at an attribute that has no labels.
    #[must_use]
    pub const fn new(kind: FacetKind, field: FieldNo, size: u16) -> Self {
        Self { kind, field, size, label: &[] }
    }

    /// The form that [`read`](Self::read) reads.
    #[must_use]
    pub const fn bytes(self) -> FacetBytes {
        let [low, high] = self.size.to_le_bytes();
        [self.kind as u8, self.field.0, low, high]
    }

    /// The request's value at this facet.
    #[must_use]
    #[inline]
    pub fn of<'r>(self, request: &'r View<'_>, several: Several) -> Seen<'r> {
        match self.kind {
            FacetKind::Action => return Seen::Part(Part::Number(u128::from(request.action().0))),
            FacetKind::SomeSegment => return Seen::Several,
            FacetKind::Whole
            | FacetKind::First
            | FacetKind::Last
            | FacetKind::Bits
            | FacetKind::Segment
            | FacetKind::LabelWhole
            | FacetKind::LabelFirst
            | FacetKind::LabelLast => {}
        }
        match (request.value(self.field), several) {
            (Some(Value::Set([only])), _) => self.of_value(only),
            // Every element must match, so the first one must.
            (Some(Value::Set([first, ..])), Several::All) => self.of_value(first),
            (Some(Value::Set(_)), _) => Seen::Several,
            (Some(value), _) => self.of_value(value),
            (None, _) => Seen::Nothing,
        }
    }

    fn of_value<'r>(self, value: &'r Value<'_>) -> Seen<'r> {
        let part = match value.held() {
            Some(Held::Bytes(bytes)) => self.of_text(bytes).map(Part::Bytes),
            Some(Held::Number(number)) => shifted(ordered(number), 64, self.size).map(Part::Number),
            Some(Held::Address(address)) => {
                shifted(u128::from_be_bytes(address.octets()), 128, self.size).map(Part::Number)
            }
            Some(Held::Bool(_)) => None,
            None => self.of_labels(value).map(Part::Bytes),
        };
        part.map_or(Seen::Nothing, Seen::Part)
    }

    #[inline(never)]
    fn of_labels<'r>(self, value: &'r Value<'_>) -> Option<&'r [u8]> {
        let Value::Labels(labels) = value else { return None };
        let (_, value) = labels.iter().find(|(label, _)| label.as_bytes() == self.label)?;
        self.of_text(value.as_bytes())
    }

    /// Calls `take` with every part of the request that a rule could require; stops with `false`
    /// as soon as `take` gives it.
    pub(super) fn each(self, request: &View<'_>, several: Several, take: Take<'_>) -> bool {
        if self.kind == FacetKind::Action {
            return take(Part::Number(u128::from(request.action().0)));
        }
        match (request.value(self.field), several) {
            (Some(Value::Set(elements)), Several::Any) => elements.iter().all(|element| self.each_of(element, take)),
            // Every element must match, so the first one must.
            (Some(Value::Set(elements)), Several::All) => {
                elements.first().is_some_and(|first| self.each_of(first, take))
            }
            (Some(value), _) => self.each_of(value, take),
            (None, _) => true,
        }
    }

    fn each_of(self, value: &Value<'_>, take: Take<'_>) -> bool {
        if self.kind == FacetKind::SomeSegment {
            return segments(value.bytes().unwrap_or_default()).all(|segment| take(Part::Bytes(segment)));
        }
        match self.of_value(value) {
            Seen::Part(part) => take(part),
            Seen::Nothing => true,
            Seen::Several => false,
        }
    }

    /// This part of a text.
    #[inline]
    pub(super) fn of_text(self, text: &[u8]) -> Option<&[u8]> {
        let size = usize::from(self.size);
        match self.kind {
            FacetKind::Whole | FacetKind::LabelWhole => (text.len() <= size).then_some(text),
            FacetKind::First | FacetKind::LabelFirst => text.get(..size),
            FacetKind::Last | FacetKind::LabelLast => text.get(text.len().checked_sub(size)?..),
            FacetKind::Segment => segment(text, size),
            FacetKind::Bits | FacetKind::Action | FacetKind::SomeSegment => None,
        }
    }
}

type Take<'t> = &'t mut dyn FnMut(Part<'_>) -> bool;

/// Whether the name of a label belongs to this facet.
#[inline]
pub(super) const fn has_label(bytes: FacetBytes) -> bool {
    let [kind, ..] = bytes;
    matches!(kind, 6..=8)
}

/// A name with its length in two bytes.
#[inline(never)]
pub(super) fn take_label<'p>(labels: &mut &'p [u8]) -> Option<&'p [u8]> {
    let (&length, rest) = labels.split_first_chunk()?;
    let (label, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(length)))?;
    *labels = rest;
    Some(label)
}

/// The segment of a path at this index.
pub(super) fn segment(path: &[u8], place: usize) -> Option<&[u8]> {
    path.split(|&byte| byte == b'/').nth(place + 1).filter(|segment| !segment.is_empty())
}

/// The segments of a path.
pub(super) fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').skip(1).filter(|segment| !segment.is_empty())
}

/// An unsigned number that sorts like the signed one.
pub(super) const fn ordered(number: i64) -> u128 {
    (number.cast_unsigned() ^ (1 << 63)) as u128
}

/// The first `bits` of a number of `width` bits.
pub(super) fn shifted(number: u128, width: u16, bits: u16) -> Option<u128> {
    number.checked_shr(u32::from(width.checked_sub(bits)?))
}

/// How many values of a set a rule must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// Every one of them.
    All,
    /// One of them.
    Any,
}

/// The request's value at a facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'r> {
    /// This.
    Part(Part<'r>),
    /// Nothing that a rule of the table could match.
    Nothing,
    /// Several values, any of which could match.
    Several,
}

/// A part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'r> {
    /// Part of a text.
    Bytes(&'r [u8]),
    /// Part of a number, an address, or the action.
    Number(u128),
}

/// The hash of a table's facets. It need not resist collisions: an attacker who forces one only
/// makes a decision as slow as without the index, and the verifier charges for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(u64);

impl Hash {
    /// The hash of nothing.
    pub const START: Self = Self(0x2545_f491_4f6c_dd1d);

    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    /// With another part.
    #[must_use]
    #[inline]
    pub fn with(self, part: Part<'_>) -> Self {
        match part {
            Part::Bytes(bytes) => self.bytes(bytes),
            Part::Number(number) => self.word((number ^ number >> 64) as u64),
        }
    }

    #[inline(always)]
    const fn word(self, word: u64) -> Self {
        let product = (self.0 ^ word).wrapping_mul(Self::FACTOR);
        Self(product ^ product >> 32)
    }

    /// The length, and eight bytes at a time, low byte first; the last eight may overlap those
    /// before them, and fewer than eight are padded with zeros.
    #[inline]
    fn bytes(self, bytes: &[u8]) -> Self {
        let mut hash = self.word(bytes.len() as u64);
        if let Some(last) = bytes.last_chunk::<8>() {
            let (chunks, _) = bytes.as_chunks::<8>();
            for chunk in chunks {
                hash = hash.word(u64::from_le_bytes(*chunk));
            }
            hash.word(u64::from_le_bytes(*last))
        } else {
            let short = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
            hash.word(short)
        }
    }

    /// Its bucket of 2 to the `log`.
    #[must_use]
    #[inline]
    pub const fn bucket(self, log: u8) -> usize {
        match self.0.checked_shr(64 - log as u32) {
            Some(bucket) => bucket as usize,
            None => 0,
        }
    }

    /// The whole hash, for counting equal ones.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Facets of a table, in order.
pub type Facets<'p> = ArrayVec<Facet<'p>, FACETS>;
