//! The container: a code section and a constant pool.
//!
//! ```text
//! varint  bytes of code
//! bytes   code
//! bytes   pool: the rest; an entry is a length and that many bytes
//! ```
//!
//! The program without rules has no bytes at all.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::cursor::{Cursor, put_prefixed};
use super::index::facet::{Hash, Part};
use super::op::Const;

/// A program as the compiler writes it; not proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program(Vec<u8>);

/// The program without rules: an authority that allows nothing, a restriction that objects to
/// nothing.
pub const EMPTY: &[u8] = &[];

impl Program {
    /// Joins the sections.
    #[must_use]
    pub fn new(code: &[u8], pool: &Pool) -> Self {
        let mut bytes = Vec::with_capacity(code.len() + pool.bytes().len() + 3);
        if code.is_empty() && pool.bytes().is_empty() {
            return Self(bytes);
        }
        put_prefixed(&mut bytes, code);
        bytes.extend_from_slice(pool.bytes());
        Self(bytes)
    }

    /// The wire form.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The wire form, owned.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Splits a program into code and pool.
#[must_use]
pub fn sections(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return Some((bytes, bytes));
    }
    let mut cursor = Cursor::new(bytes);
    let code = cursor.prefixed()?;
    Some((code, cursor.rest()))
}

/// The constant at this place in the pool.
#[must_use]
#[inline(always)]
pub fn constant(pool: &[u8], place: Const) -> Option<&[u8]> {
    Cursor::new(pool.get(place.0 as usize..)?).prefixed()
}

/// Constants being collected; each appears once (or twice, if two share a hash).
#[derive(Clone, Debug, Default)]
pub struct Pool {
    bytes: Vec<u8>,
    /// By the hash of the constant: comparing numbers is faster than comparing text, and the text
    /// is in the pool.
    places: BTreeMap<u64, u32>,
}

impl Pool {
    /// The pool collected so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The place of the constant, new or known.
    ///
    /// # Panics
    /// If the pool outgrows 4 GiB; a program is refused long before that.
    pub fn intern(&mut self, constant: &[u8]) -> Const {
        let hash = Hash::START.with(Part::Bytes(constant)).number();
        let known = self.places.get(&hash).map(|place| Const(*place));
        if let Some(place) = known.filter(|place| self::constant(&self.bytes, *place) == Some(constant)) {
            return place;
        }
        let place = u32::try_from(self.bytes.len()).expect("a pool is far smaller than 4 GiB");
        put_prefixed(&mut self.bytes, constant);
        self.places.insert(hash, place);
        Const(place)
    }
}
