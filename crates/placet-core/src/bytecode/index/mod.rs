//! The index of a large set of rules: a constant that says which rules a request can match, so that
//! the others need not be evaluated.
//!
//! An index does not change the meaning of a program. Every rule stays in its place and is
//! evaluated in full; the index only skips rules that cannot match. It consists of **tables**. A
//! table looks at a few [facets](facet) of the request (the whole `cache`, the first six bytes of
//! `item`, …), and their hash names a bucket: rules whose [literals](literal) for these facets hash
//! to it. Rules without such exact requirements are **open** and are always evaluated.
//!
//! ```text
//! u16    rules, 1 to 50,000
//! u32    bytes of their code, which follows the instruction
//! u8     tables
//! rules  of each: u24 where it begins in that code, u8 its table, or 255 of an open rule
//! u16    open rules, and the number of each (u16, ascending)
//! tables of each:
//!   u8     facets, 1 to 3
//!   u8     the logarithm of its buckets, 0 to 16
//!   facets of each: u8 kind, u8 attribute, u16 size
//!   labels of the facets of one: u16 length, the bytes of the name
//!   u16    for each bucket, and once more: where its rules begin among the entries
//!   u16    entries: numbers of rules, ascending in a bucket
//! ```
//!
//! Numbers have a fixed width, low byte first, so that finding a bucket needs no parsing. Refused
//! is any index that would skip a rule, names one twice, or has unused bytes; the
//! [verifier](super::verify) computes the keys of each rule and finds it in their buckets. The cost
//! of using it: a hash of a few bytes for each table.

pub mod facet;
pub mod literal;
pub(super) mod proof;

pub use proof::{FACET, FACET_SIZE, TABLE};

use arrayvec::ArrayVec;
use facet::{FACETS, Facet, FacetBytes, Facets, Hash, LOOKS, Part, Seen, Several, has_label, take_label};

use crate::model::request::View;

/// Tables of an index: every decision looks into each of them.
pub const TABLES: usize = 24;

/// Marks an open rule in the directory.
pub const OPEN: u8 = 255;

/// Two bytes of a number, the low one first.
type Short = [u8; 2];

/// An index as it lies in the pool.
#[derive(Clone, Debug)]
pub struct Index<'p> {
    /// Bytes of the rules' code.
    pub code: u32,
    directory: &'p [[u8; 4]],
    open: &'p [Short],
    tables: Tables<'p>,
}

impl<'p> Index<'p> {
    /// Reads the outer parts. The tables are read when they are used.
    #[must_use]
    pub fn read(constant: &'p [u8]) -> Option<Self> {
        let (&[low, high, a, b, c, d, tables], rest) = constant.split_first_chunk()?;
        let rules = usize::from(u16::from_le_bytes([low, high]));
        let (directory, rest) = rest.split_at_checked(rules * 4)?;
        let (&open, rest) = rest.split_first_chunk()?;
        let (open, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(open)) * 2)?;
        Some(Self {
            code: u32::from_le_bytes([a, b, c, d]),
            directory: directory.as_chunks().0,
            open: open.as_chunks().0,
            tables: Tables { left: tables, rest },
        })
    }

    /// The number of its rules.
    #[must_use]
    pub const fn rules(&self) -> u16 {
        // A directory is read with a count of sixteen bits.
        self.directory.len() as u16
    }

    /// Where a rule begins, and its table.
    #[must_use]
    #[inline]
    pub fn rule(&self, number: u16) -> Option<(usize, u8)> {
        let [low, middle, high, table] = *self.directory.get(usize::from(number))?;
        Some((u32::from_le_bytes([low, middle, high, 0]) as usize, table))
    }

    /// The rules that are evaluated for every request.
    #[must_use]
    pub const fn open(&self) -> Numbers<'p> {
        Numbers(self.open)
    }

    /// Its tables.
    #[must_use]
    pub fn tables(&self) -> Tables<'p> {
        self.tables.clone()
    }
}

/// Numbers of rules.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'p>(&'p [Short]);

impl Numbers<'_> {
    /// The numbers, in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = u16> {
        self.0.iter().map(|number| u16::from_le_bytes(*number))
    }

    /// How many.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0.len()
    }

    /// Whether they contain this number, given that they ascend.
    #[must_use]
    pub fn has(self, number: u16) -> bool {
        self.0.binary_search_by_key(&number, |number| u16::from_le_bytes(*number)).is_ok()
    }

    /// Whether they ascend.
    #[must_use]
    pub fn ascend(self) -> bool {
        self.iter().is_sorted_by(|left, right| left < right)
    }
}

/// Unread tables. As an iterator it returns `None` for one that does not fit the bytes, and then
/// ends.
#[derive(Clone, Debug)]
pub struct Tables<'p> {
    left: u8,
    rest: &'p [u8],
}

impl<'p> Tables<'p> {
    /// How many are left.
    #[must_use]
    pub const fn count(&self) -> u8 {
        self.left
    }

    /// The bytes that have not been read.
    #[must_use]
    pub const fn rest(&self) -> &'p [u8] {
        self.rest
    }

    fn table(&mut self) -> Option<Table<'p>> {
        let (&[facets, log], rest) = self.rest.split_first_chunk()?;
        let (facets, after) = rest.split_at_checked(usize::from(facets) * 4)?;
        let facets: &[FacetBytes] = facets.as_chunks().0;
        let mut rest = after;
        for _ in facets.iter().filter(|facet| has_label(**facet)) {
            take_label(&mut rest)?;
        }
        let labels = after.get(..after.len() - rest.len())?;
        let buckets = 1usize.checked_shl(u32::from(log))?;
        let (starts, rest) = rest.split_at_checked((buckets + 1) * 2)?;
        let starts: &[Short] = starts.as_chunks().0;
        let entries = usize::from(u16::from_le_bytes(*starts.last()?));
        let (entries, rest) = rest.split_at_checked(entries * 2)?;
        self.rest = rest;
        Some(Table { log, facets, labels, starts, entries: entries.as_chunks().0 })
    }
}

impl<'p> Iterator for Tables<'p> {
    type Item = Option<Table<'p>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let table = self.table();
        if table.is_none() {
            self.left = 0;
        }
        Some(table)
    }
}

/// What a table says about a request.
#[derive(Clone, Copy, Debug)]
pub enum Found<'p> {
    /// It can match only these rules of the table.
    Rules(Numbers<'p>),
    /// It has several values at a facet, so there is more than one bucket to look into.
    Several,
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub struct Table<'p> {
    log: u8,
    facets: &'p [FacetBytes],
    /// The names of the labels of the facets.
    labels: &'p [u8],
    starts: &'p [Short],
    entries: &'p [Short],
}

impl<'p> Table<'p> {
    /// Its facets; `None` if they are not in one of the few permitted forms.
    #[must_use]
    pub fn facets(&self) -> Option<Facets<'p>> {
        let sound = (1..=FACETS).contains(&self.facets.len()) && self.log <= 16;
        let mut labels = self.labels;
        let facets = self.facets.iter().take(FACETS).map(|bytes| Facet::read(*bytes, &mut labels));
        facets.collect::<Option<Facets<'p>>>().filter(|_| sound)
    }

    /// The rules that a request can match, for one value of each attribute.
    #[must_use]
    #[inline]
    pub fn find(&self, request: &View<'_>, several: Several) -> Option<Found<'p>> {
        let mut hash = Hash::START;
        let mut labels = self.labels;
        for &bytes in self.facets {
            match Facet::read(bytes, &mut labels)?.of(request, several) {
                Seen::Part(part) => hash = hash.with(part),
                Seen::Nothing => return Some(Found::Rules(Numbers(&[]))),
                Seen::Several => return Some(Found::Several),
            }
        }
        self.bucket(hash).map(Found::Rules)
    }

    /// The buckets, each once, of a request that has several values at a facet; `None` if there
    /// are too many of them.
    ///
    /// Only denials look for each element of a set. An `allow` must match every element, so the
    /// bucket of any one element holds all candidates. A `deny` must match one element, no matter
    /// which. Each facet looks for each element: two tests of a rule may match different ones.
    #[must_use]
    #[inline(never)]
    pub fn places(&self, request: &View<'_>, several: Several) -> Option<ArrayVec<usize, LOOKS>> {
        let mut hashes: ArrayVec<Hash, LOOKS> = ArrayVec::from_iter([Hash::START]);
        for facet in self.facets()? {
            let mut wider: ArrayVec<Hash, LOOKS> = ArrayVec::new();
            let mut add = |part: Part<'_>| hashes.iter().all(|hash| wider.try_push(hash.with(part)).is_ok());
            if !facet.each(request, several, &mut add) {
                return None;
            }
            hashes = wider;
        }
        let mut places = ArrayVec::new();
        for place in hashes.into_iter().map(|hash| self.place(hash)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Some(places)
    }

    /// The rules whose keys share the bucket of `hash`.
    #[must_use]
    #[inline]
    pub fn bucket(&self, hash: Hash) -> Option<Numbers<'p>> {
        self.nth(self.place(hash))
    }

    /// The bucket of a hash.
    #[must_use]
    pub fn place(&self, hash: Hash) -> usize {
        hash.bucket(self.log)
    }

    /// How many buckets.
    #[must_use]
    pub const fn buckets(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many entries all buckets have.
    #[must_use]
    pub const fn entries(&self) -> usize {
        self.entries.len()
    }

    /// The rules of a bucket.
    #[inline]
    #[must_use]
    pub fn nth(&self, bucket: usize) -> Option<Numbers<'p>> {
        let start = u16::from_le_bytes(*self.starts.get(bucket)?);
        let end = u16::from_le_bytes(*self.starts.get(bucket + 1)?);
        self.entries.get(usize::from(start)..usize::from(end)).map(Numbers)
    }

    /// Whether the buckets follow each other without a gap, and the numbers in each ascend.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let begins = self.starts.first() == Some(&[0, 0]);
        begins && (0..self.buckets()).all(|bucket| self.nth(bucket).is_some_and(Numbers::ascend))
    }
}
