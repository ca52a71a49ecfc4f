//! Tables: rows by their keys, as one constant. A key is found by halving, on hashes: they are next
//! to each other and compared as numbers, so that a decision touches a few lines of a table of
//! megabytes. Rows with one hash are compared one by one, and how many there may be is priced.
//!
//! ```text
//! prefixed  name
//! byte      type of the keys: its place among the types of one value
//! byte      type of the values, likewise; 0x80 more for a set
//! varint    rows
//! u32 each  the upper half of the hash of the key, which is that of an index; little endian
//! u32 each  where the row ends, from the end of this directory on
//! rows      ascending by hash and key, each once: prefixed key, then the value; for a set its
//!           elements, each prefixed, ascending, each once, at least one
//! ```
//!
//! A string, path or bytes is held as its bytes, a number as eight bytes whose order is that of the
//! numbers, a uuid or an address as its sixteen.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::cursor::{Cursor, put_prefixed, put_varint};
use super::fuel::Fuel;
use super::index::facet::{Hash, Part};
use crate::limits::{NAME_BYTES, SET_BYTES, SET_ELEMENTS, TABLE_ROWS, VALUE_BYTES};
use crate::model::types::{Scalar, Type, Written};
use crate::model::value::{Held, Value};

/// Bytes of one entry of the directory.
const ENTRY: usize = 4;

/// Rows on each side of a hash's share of the table that are looked at first: three times the usual
/// distance in a table of a hundred thousand.
const NEAR: usize = 512;

/// Marks the type of a set.
const SET: u8 = 0x80;

/// The rows of a table: for each key the values, of which a table of single values has one.
pub type Rows = BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>;

/// A table in place in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table<'p> {
    name: &'p [u8],
    key: Scalar,
    value: Type,
    hashes: &'p [[u8; ENTRY]],
    ends: &'p [[u8; ENTRY]],
    rows: &'p [u8],
}

/// The greatest sizes in a table, from which a look-up is priced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Bytes of a key.
    pub key: usize,
    /// Bytes of a value, with all of its elements.
    pub value: usize,
    /// Elements of a row.
    pub elements: usize,
    /// Rows whose keys have one hash.
    pub alike: usize,
}

/// Whether keys may have this type: those with one text, since files name a key by its text.
#[must_use]
pub const fn is_key(scalar: Scalar) -> bool {
    scalar.has_text()
}

/// Writes a table as a constant. The caller has checked that it is within the limits.
#[must_use]
pub fn write(name: &str, key: Scalar, value: Type, rows: &Rows) -> Vec<u8> {
    let (mut out, mut body, mut hashes, mut ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut sorted: Vec<_> = rows.iter().map(|(key, elements)| (hash(key), key, elements)).collect();
    sorted.sort_unstable();
    for (hash, key, elements) in sorted {
        hashes.extend_from_slice(&hash.to_le_bytes());
        put_prefixed(&mut body, key);
        for element in elements {
            match value {
                Type::Set(_) => put_prefixed(&mut body, element),
                Type::One(_) | Type::Labels => body.extend_from_slice(element),
            }
        }
        ends.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    }
    put_prefixed(&mut out, name.as_bytes());
    out.push(code(key));
    out.push(match value {
        Type::Set(scalar) => code(scalar) | SET,
        Type::One(scalar) => code(scalar),
        Type::Labels => u8::MAX,
    });
    put_varint(&mut out, rows.len() as u64);
    out.extend_from_slice(&hashes);
    out.extend_from_slice(&ends);
    out.extend_from_slice(&body);
    out
}

/// The part of a key's hash that the directory has.
#[inline]
fn hash(key: &[u8]) -> u32 {
    (Hash::START.with(Part::Bytes(key)).number() >> 32) as u32
}

fn code(scalar: Scalar) -> u8 {
    Scalar::ALL.iter().position(|one| *one == scalar).map_or(u8::MAX, |place| place as u8)
}

fn scalar(code: u8) -> Option<Scalar> {
    Scalar::ALL.get(usize::from(code)).copied()
}

impl<'p> Table<'p> {
    /// Reads the head of a constant; the rows are not looked at.
    #[must_use]
    #[inline]
    pub fn read(constant: &'p [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(constant);
        let name = cursor.prefixed()?;
        let key = scalar(cursor.byte()?)?;
        let value = match cursor.byte()? {
            set @ SET.. => Type::Set(scalar(set & !SET)?),
            one => Type::One(scalar(one)?),
        };
        let count: u32 = cursor.varint()?;
        let bytes = (count as usize).checked_mul(ENTRY)?;
        let (hashes, _) = cursor.take(bytes)?.as_chunks();
        let (ends, _) = cursor.take(bytes)?.as_chunks();
        Some(Self { name, key, value, hashes, ends, rows: cursor.rest() })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        str::from_utf8(self.name).unwrap_or_default()
    }

    /// The type of its keys.
    #[must_use]
    pub const fn key(&self) -> Scalar {
        self.key
    }

    /// The type of its values: one value or a set.
    #[must_use]
    pub const fn value(&self) -> Type {
        self.value
    }

    /// The type of one value.
    #[must_use]
    pub const fn element(&self) -> Scalar {
        match self.value {
            Type::One(scalar) | Type::Set(scalar) => scalar,
            Type::Labels => Scalar::String,
        }
    }

    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The rows in order, each a key and a value.
    pub fn rows(&self) -> impl Iterator<Item = (&'p [u8], &'p [u8])> + use<'p> {
        let table = *self;
        (0..table.len()).map_while(move |number| table.row(number))
    }

    /// The elements of a row's value.
    pub fn elements(&self, value: &'p [u8]) -> impl Iterator<Item = &'p [u8]> + use<'p> {
        let is_set = matches!(self.value, Type::Set(_));
        let mut cursor = Cursor::new(value);
        let mut one = (!is_set).then_some(value);
        core::iter::from_fn(move || if is_set { cursor.prefixed() } else { one.take() })
    }

    #[inline]
    fn end(&self, number: usize) -> Option<usize> {
        self.ends.get(number).map(|end| u32::from_le_bytes(*end) as usize)
    }

    #[inline]
    fn row(&self, number: usize) -> Option<(&'p [u8], &'p [u8])> {
        let start = match number.checked_sub(1) {
            Some(before) => self.end(before)?,
            None => 0,
        };
        let mut cursor = Cursor::new(self.rows.get(start..self.end(number)?)?);
        Some((cursor.prefixed()?, cursor.rest()))
    }

    /// The value of the row with this key. The outer `None` means that the table has not been
    /// proved, or that the fuel has run out.
    #[inline]
    pub fn find(&self, key: &[u8], fuel: &Fuel) -> Option<Option<&'p [u8]>> {
        fuel.spend(probes(self.len()) as usize)?;
        let wanted = hash(key);
        let mut number = self.first_of(wanted);
        while self.hashes.get(number).is_some_and(|found| u32::from_le_bytes(*found) == wanted) {
            fuel.spend(1)?;
            let (found, value) = self.row(number)?;
            if found == key {
                return Some(Some(value));
            }
            number += 1;
        }
        Some(None)
    }

    /// The first row whose hash is not less. Hashes are spread evenly, so it is mostly near its
    /// share of the table, and there is looked first.
    #[inline]
    fn first_of(&self, wanted: u32) -> usize {
        let less = |hash: &[u8; ENTRY]| u32::from_le_bytes(*hash) < wanted;
        let share = (u64::from(wanted) * self.hashes.len() as u64) >> 32;
        let from = (share as usize).saturating_sub(NEAR);
        let near = self.hashes.get(from..(share as usize + NEAR).min(self.hashes.len())).unwrap_or_default();
        let is_there = (from == 0 || near.first().is_some_and(less)) && near.last().is_some_and(|last| !less(last));
        if is_there { from + near.partition_point(less) } else { self.hashes.partition_point(less) }
    }

    /// Proves that a constant is a table, in one pass: rows and elements ascend, everything is of
    /// its type, within its bounds, and nothing is left over.
    #[must_use]
    pub fn prove(constant: &'p [u8]) -> Option<(Self, Measure)> {
        let table = Self::read(constant)?;
        let is_sound = is_name(table.name) && is_key(table.key) && table.len() <= TABLE_ROWS;
        if !is_sound {
            return None;
        }
        let (mut measure, mut start, mut alike, mut before) = (Measure::default(), 0, 0, None);
        for (known, end) in table.hashes.iter().zip(table.ends) {
            let (known, end) = (u32::from_le_bytes(*known), u32::from_le_bytes(*end) as usize);
            let mut cursor = Cursor::new(table.rows.get(start..end)?);
            let key = cursor.prefixed()?;
            if before.is_some_and(|before| before >= (known, key)) || known != hash(key) || !fits(table.key, key) {
                return None;
            }
            alike = if before.is_some_and(|(before, _)| before == known) { alike + 1 } else { 1 };
            let elements = table.prove_value(cursor.rest())?;
            measure = Measure {
                key: measure.key.max(key.len()),
                value: measure.value.max(cursor.rest().len()),
                elements: measure.elements.max(elements),
                alike: measure.alike.max(alike),
            };
            (before, start) = (Some((known, key)), end);
        }
        (start == table.rows.len()).then_some((table, measure))
    }

    /// The number of elements.
    fn prove_value(&self, bytes: &[u8]) -> Option<usize> {
        let element = match self.value {
            Type::One(element) => return fits(element, bytes).then_some(1),
            Type::Set(element) => element,
            Type::Labels => return None,
        };
        let (mut cursor, mut before, mut count) = (Cursor::new(bytes), None, 0);
        while !cursor.is_empty() {
            let one = cursor.prefixed()?;
            if before.is_some_and(|before| before >= one) || !fits(element, one) {
                return None;
            }
            (before, count) = (Some(one), count + 1);
        }
        (1..=SET_ELEMENTS).contains(&count).then_some(count).filter(|_| bytes.len() <= SET_BYTES)
    }
}

/// Eight bytes of the BLAKE3 hash of a table, as hexadecimal digits: people compare two tables by it.
#[must_use]
pub fn digest(constant: &[u8]) -> String {
    let hash = blake3::hash(constant);
    hash.to_hex().as_str()[..16].to_owned()
}

/// The most rows that finding one of `rows` looks at.
#[must_use]
pub const fn probes(rows: usize) -> u32 {
    usize::BITS - rows.leading_zeros()
}

fn is_name(name: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.len() <= NAME_BYTES && name.first().is_some_and(|first| !first.is_ascii_digit()) && name.iter().all(is_letter)
}

/// Whether bytes are a value of the type.
fn fits(scalar: Scalar, bytes: &[u8]) -> bool {
    match scalar.written() {
        Written::Bool => matches!(bytes, [0 | 1]),
        Written::Number(_) => bytes.len() == 8,
        Written::Bytes(ty) => bytes.len() <= VALUE_BYTES && ty.admits(bytes),
    }
}

/// The sign bit: with it turned, the bytes of numbers are in the order of the numbers.
const SIGN: u64 = 1 << 63;

/// A value of a table, read.
#[must_use]
pub fn value(scalar: Scalar, bytes: &[u8]) -> Option<Value<'_>> {
    match scalar.written() {
        Written::Bool => Some(Value::Bool(*bytes.first()? == 1)),
        Written::Number(ty) => Some(ty.value((u64::from_be_bytes(bytes.try_into().ok()?) ^ SIGN).cast_signed())),
        Written::Bytes(ty) => ty.value(bytes),
    }
}

/// Calls `with` with the bytes by which a table holds a value; `None` for sets and labels.
#[inline]
pub fn held<T>(value: &Value<'_>, with: impl FnOnce(&[u8]) -> T) -> Option<T> {
    Some(match value.held()? {
        Held::Bytes(bytes) => with(bytes),
        Held::Address(address) => with(&address.octets()),
        Held::Number(number) => with(&(number.cast_unsigned() ^ SIGN).to_be_bytes()),
        Held::Bool(truth) => with(&[u8::from(truth)]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn teams() -> Vec<u8> {
        let row = |key: &str, teams: &[&str]| {
            (key.as_bytes().to_vec(), teams.iter().map(|team| team.as_bytes().to_vec()).collect())
        };
        let rows = Rows::from([row("ann", &["red"]), row("bob", &["blue", "red"]), row("zoë", &["green"])]);
        write("teams", Scalar::String, Type::Set(Scalar::String), &rows)
    }

    #[test]
    fn every_row_is_found_and_no_other() {
        let bytes = teams();
        let (table, measure) = Table::prove(&bytes).expect("it is a table");
        assert_eq!(measure, Measure { key: 4, value: 9, elements: 2, alike: 1 });
        let found = |key: &str| {
            let value = table.find(key.as_bytes(), &Fuel::plenty()).expect("it is proved")?;
            Some(table.elements(value).map(<[u8]>::to_vec).collect::<Vec<_>>())
        };
        assert_eq!(found("bob"), Some(alloc::vec![b"blue".to_vec(), b"red".to_vec()]));
        assert_eq!(found("zoë"), Some(alloc::vec![b"green".to_vec()]));
        for other in ["", "an", "anna", "b", "zz"] {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn a_table_with_a_changed_byte_is_refused_or_another_table_in_canonical_form() {
        let bytes = teams();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                let Some((table, _)) = Table::prove(&changed) else { continue };
                let rows: Rows = table
                    .rows()
                    .map(|(key, value)| (key.to_vec(), table.elements(value).map(<[u8]>::to_vec).collect()))
                    .collect();
                assert_eq!(write(table.name(), table.key(), table.value(), &rows), changed, "byte {place}, bit {bit}");
            }
            assert!(Table::prove(&bytes[..place]).is_none(), "cut at {place}");
        }
    }

    #[test]
    fn rows_and_elements_out_of_order_or_given_twice_are_refused() {
        let set = Type::Set(Scalar::String);
        let row = |key: &str, elements: &[&str]| {
            let mut bytes = Vec::new();
            put_prefixed(&mut bytes, key.as_bytes());
            elements.iter().for_each(|element| put_prefixed(&mut bytes, element.as_bytes()));
            bytes
        };
        let table = |rows: &[Vec<u8>]| {
            let mut bytes = write("t", Scalar::String, set, &Rows::new());
            bytes.pop();
            put_varint(&mut bytes, rows.len() as u64);
            let mut end = 0u32;
            for row in rows {
                bytes.extend(hash(&row[1..2]).to_le_bytes());
            }
            for row in rows {
                end += row.len() as u32;
                bytes.extend(end.to_le_bytes());
            }
            bytes.extend(rows.concat());
            bytes
        };
        // Their hashes are in the other order.
        assert!(hash(b"a") > hash(b"b"));
        assert!(Table::prove(&table(&[row("b", &["x", "y"]), row("a", &["x"])])).is_some());
        for wrong in [
            &[row("a", &["x"]), row("b", &["x"])][..],
            &[row("a", &["x"]), row("a", &["y"])],
            &[row("a", &["y", "x"])],
            &[row("a", &["x", "x"])],
            &[row("a", &[])],
        ] {
            assert!(Table::prove(&table(wrong)).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn every_value_is_held_as_bytes_in_its_order() {
        let numbers = [i64::MIN, -1, 0, 1, i64::MAX];
        let bytes = numbers.map(|n| held(&Value::Int(n), <[u8]>::to_vec).expect("it is one value"));
        assert!(bytes.is_sorted());
        for (number, bytes) in numbers.iter().zip(&bytes) {
            assert_eq!(value(Scalar::Int, bytes), Some(Value::Int(*number)));
        }
    }
}
