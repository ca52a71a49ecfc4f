//! Proves an index: each rule is where the directory says, and appears in every bucket in which a
//! matching request could look.

use arrayvec::ArrayVec;

use super::facet::{FacetKind, Facets};
use super::literal::{KEYS, Rule};
use super::{Index, OPEN, TABLES, Table};
use crate::bytecode::cursor::Cursor;
use crate::model::vocabulary::FieldNo;

/// An index whose rules are being read.
pub struct Proof<'a> {
    index: Index<'a>,
    tables: ArrayVec<(Table<'a>, Facets), TABLES>,
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
    pub fn begin(constant: &'a [u8], code: &Cursor<'a>) -> Option<Self> {
        let index = Index::read(constant)?;
        let mut tables = index.tables();
        let mut read = ArrayVec::new();
        for table in tables.by_ref() {
            let table = table.filter(Table::is_sound)?;
            read.try_push((table, table.facets()?)).ok()?;
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

    /// The most steps that a lookup takes.
    pub fn cost(&self) -> u64 {
        let facet = |size: u16| FACET + u64::from(size) / FACET_SIZE;
        TABLE * self.tables.len() as u64 + self.facets().map(|looked| facet(looked.size)).sum::<u64>()
    }

    fn facets(&self) -> impl Iterator<Item = &super::facet::Facet> {
        self.tables.iter().flat_map(|(_, facets)| facets)
    }

    /// The next rule, from its frame on.
    pub fn rule(&mut self, code: &Cursor<'a>, pool: &'a [u8]) -> Option<()> {
        let number = self.next;
        let (begins, table) = self.index.rule(number)?;
        if begins != self.rest.checked_sub(code.rest().len())? {
            return None;
        }
        self.next = number.checked_add(1)?;
        if table == OPEN {
            self.open += 1;
            return self.index.open().has(number).then_some(());
        }
        let (table, facets) = self.tables.get(usize::from(table))?;
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
        Some(())
    }

    /// After the last rule: nothing was left out, and nothing is left over.
    pub fn end(&self, code: &Cursor<'a>) -> Option<()> {
        let entries: usize = self.tables.iter().map(|(table, _)| table.entries()).sum();
        let whole = self.next == self.index.rules()
            && usize::from(self.open) == self.index.open().count()
            && self.placed == entries
            && u32::try_from(self.rest - code.rest().len()).ok() == Some(self.index.code);
        whole.then_some(())
    }
}

/// Steps of looking into one table.
pub const TABLE: u64 = 8;

/// Steps of looking at one facet, without its size.
pub const FACET: u64 = 16;

/// The bytes of a facet that are read in one step.
pub const FACET_SIZE: u64 = 2;
