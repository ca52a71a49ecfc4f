//! The tables of a program as source.

use super::ToSource;
use crate::check::table::Table;
use crate::program::literal;
use crate::program::outline::outline;
use crate::syntax::ast::{At, Entry, File, Item, ItemKind, Name, Pattern, PatternKind, TableItem, TableRows};
use crate::syntax::print::print;
use crate::visible::escaped;
use placet_core::bytecode::cursor::put_prefixed;
use placet_core::bytecode::op::Op;
use placet_core::bytecode::program::constant;
use placet_core::bytecode::table::digest;
use placet_core::bytecode::verify::Proved;
use placet_core::model::owned::Constant;
use placet_core::model::types::Type;

/// Rows of a table that is printed whole.
const SHOWN_ROWS: usize = 16;

impl ToSource<'_> {
    /// The tables of a verified program, each an item of source that goes above the block. A large
    /// one is a comment with its size and its digest.
    #[must_use]
    pub fn tables(self, program: &Proved<'_>) -> Vec<String> {
        let mut bytes = Vec::new();
        put_prefixed(&mut bytes, program.code());
        bytes.extend_from_slice(program.pool());
        self.tables_of(&bytes)
    }

    /// The same for any bytes, whether a verifier accepts them or not.
    #[must_use]
    pub fn tables_of(self, program: &[u8]) -> Vec<String> {
        let outline = outline(program);
        let places = outline.rules.iter().filter_map(|node| match node.op {
            Op::Table { table } => Some(table),
            _ => None,
        });
        let tables = places.filter_map(|place| Table::of_constant(constant(outline.pool, place)?));
        tables.map(|table| shown(&table)).collect()
    }
}

fn shown(table: &Table) -> String {
    let read = table.read();
    let item = if read.len() <= SHOWN_ROWS { item(table) } else { None };
    match item {
        Some(kind) => {
            let items = vec![Item { doc: Vec::new(), kind, at: At::default() }];
            let lines: Vec<String> = print(&File { items }).lines().map(|line| escaped(line).to_string()).collect();
            lines.join("\n")
        }
        None => {
            let rows = if read.len() == 1 { "row" } else { "rows" };
            let (name, key, value) = (read.name(), read.key(), read.value());
            let (count, bytes) = (read.len(), table.bytes().len());
            format!(
                "// table {name}: {key} -> {value}: {count} {rows}, {bytes} bytes, digest {}",
                digest(table.bytes())
            )
        }
    }
}

fn item(table: &Table) -> Option<ItemKind> {
    let read = table.read();
    let row = |(key, row): (Constant, Vec<Constant>)| {
        let key = String::from_utf8(key.spliced()?).ok()?;
        let mut list = row.iter().map(value).collect::<Option<Vec<_>>>()?;
        let value = if table.is_of_sets() { pattern(PatternKind::List(list)) } else { list.pop()? };
        Some(Entry { key: name(&key), value })
    };
    let mut rows = table.rows().map(row).collect::<Option<Vec<_>>>()?;
    rows.sort_by(|one, other| one.key.text.cmp(&other.key.text));
    Some(ItemKind::Table(TableItem {
        name: name(read.name()),
        key: Type::One(read.key()),
        value: read.value(),
        rows: TableRows::Here(rows),
    }))
}

fn value(constant: &Constant) -> Option<Pattern> {
    literal::literal(constant).map(|literal| pattern(PatternKind::Literal(literal)))
}

fn name(text: &str) -> Name {
    Name { text: text.to_owned(), at: At::default() }
}

fn pattern(kind: PatternKind) -> Pattern {
    Pattern { kind, at: At::default() }
}
