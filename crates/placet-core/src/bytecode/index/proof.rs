//! Proves an index: each rule is where the directory says, and appears in every bucket in which a
//! matching request could look.

use arrayvec::ArrayVec;

use super::facet::{Facet, FacetKind, Facets, LOOKS, Several};
use super::literal::{KEYS, Rule};
use super::{Index, OPEN, TABLES, Table};
use crate::bytecode::cursor::Cursor;
use crate::limits::SET_BYTES;
use crate::model::types::Type;
use crate::model::vocabulary::{FieldNo, Vocabulary};

/// An index whose rules are being read.
pub struct Proof<'a> {
    index: Index<'a>,
    tables: ArrayVec<Read<'a>, TABLES>,
    /// Bytes of code from the first rule on.
    rest: usize,
    next: u16,
    open: u16,
    /// Entries that the rules have accounted for.
    placed: usize,
}

impl<'a> Proof<'a> {
    /// Reads the index before the rules at `code`. `None` for an index that is wrong whatever the
    /// rules are.
    pub fn begin(constant: &'a [u8], code: &Cursor<'a>, several: Several, vocabulary: &Vocabulary) -> Option<Self> {
        let index = Index::read(constant)?;
        let mut tables = index.tables();
        let mut read = ArrayVec::new();
        for table in tables.by_ref() {
            let table = table.filter(Table::is_sound)?;
            let facets = table.facets()?;
            let is_many = facets.iter().any(|facet| may_be_many(facet, several, vocabulary));
            read.try_push(Read { table, facets, is_many }).ok()?;
        }
        let sound = tables.rest().is_empty() && index.rules() > 0 && index.open().ascend();
        sound.then_some(Self { index, tables: read, rest: code.rest().len(), next: 0, open: 0, placed: 0 })
    }

    /// The number of its rules.
    pub const fn rules(&self) -> u16 {
        self.index.rules()
    }

    /// The attributes of its facets.
    pub fn fields(&self) -> impl Iterator<Item = FieldNo> {
        self.facets().filter(|facet| facet.kind != FacetKind::Action).map(|facet| facet.field)
    }

    /// The names of the labels that its facets look for.
    pub fn labels(&self) -> impl Iterator<Item = &'a [u8]> {
        self.facets().filter(|facet| facet.kind.of_label().is_some()).map(|facet| facet.label)
    }

    /// The most steps that a lookup takes, without finding the labels.
    pub fn cost(&self) -> u64 {
        let rules = u64::from(self.index.rules());
        let table = |read: &Read<'_>| {
            let once = TABLE + read.facets.iter().map(facet_cost).sum::<u64>();
            // Several values are looked for, or else the directory is searched for the table's rules.
            if read.is_many { once * LOOKS as u64 + SET_BYTES as u64 / SEEN + rules / SEEN } else { once }
        };
        self.tables.iter().map(table).sum()
    }

    fn facets(&self) -> impl Iterator<Item = &Facet<'a>> {
        self.tables.iter().flat_map(|read| &read.facets)
    }

    /// The next rule, from its frame on. Gives the steps that finding it may take.
    pub fn rule(&mut self, code: &Cursor<'a>, pool: &'a [u8]) -> Option<u64> {
        let number = self.next;
        let (begins, table) = self.index.rule(number)?;
        if begins != self.rest.checked_sub(code.rest().len())? {
            return None;
        }
        self.next = number.checked_add(1)?;
        if table == OPEN {
            self.open += 1;
            return self.index.open().has(number).then_some(0);
        }
        let Read { table, facets, is_many } = self.tables.get(usize::from(table))?;
        let keys = Rule::read(&mut code.clone(), pool)?.keys(facets)?;
        let mut buckets: ArrayVec<usize, KEYS> = ArrayVec::new();
        for key in keys {
            let bucket = table.place(key);
            if !buckets.contains(&bucket) {
                buckets.push(bucket);
                table.bucket(key).filter(|rules| rules.has(number))?;
            }
        }
        self.placed += buckets.len();
        // One that is in several buckets is looked for in those that were looked into before.
        Some(if *is_many && buckets.len() > 1 { MET * buckets.len().min(LOOKS) as u64 } else { 0 })
    }

    /// After the last rule: nothing was left out, and nothing is left over.
    pub fn end(&self, code: &Cursor<'a>) -> Option<()> {
        let entries: usize = self.tables.iter().map(|read| read.table.entries()).sum();
        let whole = self.next == self.index.rules()
            && usize::from(self.open) == self.index.open().count()
            && self.placed == entries
            && u32::try_from(self.rest - code.rest().len()).ok() == Some(self.index.code);
        whole.then_some(())
    }
}

/// A table, and whether a request may have several values at its facets.
struct Read<'a> {
    table: Table<'a>,
    facets: Facets<'a>,
    is_many: bool,
}

fn may_be_many(facet: &Facet<'_>, several: Several, vocabulary: &Vocabulary) -> bool {
    let is_set = || vocabulary.attribute(facet.field).is_some_and(|attribute| matches!(attribute.ty, Type::Set(_)));
    facet.kind == FacetKind::SomeSegment || facet.kind != FacetKind::Action && several == Several::Any && is_set()
}

fn facet_cost(facet: &Facet<'_>) -> u64 {
    FACET + u64::from(facet.size) / FACET_SIZE
}

/// Steps of looking into one table.
pub const TABLE: u64 = 8;

/// Steps of looking at one facet, without its size.
pub const FACET: u64 = 16;

/// The bytes of a facet that are read in one step.
pub const FACET_SIZE: u64 = 2;

/// Bytes of values, and rules of a directory, that are passed in one step when a request has
/// several values.
pub const SEEN: u64 = 4;

/// Steps of finding out that a rule was met in a bucket before, in the fifteen others.
pub const MET: u64 = 80;
