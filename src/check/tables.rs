//! Declarations of tables: rows in the text, or in a file that the caller reads. The checker itself
//! reads no file.

use super::expected::Expected;
use super::literals;
use super::report::{Report, refuse_name};
use super::table::Table;
use super::table_files::{self, TableFiles};
use super::table_values::{Shape, ValueOf, bytes, key, too_large};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{Entry, Literal, Pattern, PatternKind, TableItem, TableRows};
use placet_core::bytecode::table::{Rows, is_key};
use placet_core::model::types::Type;

/// Reads a table; bad ones are reported.
pub(super) fn read(report: &Report, item: &TableItem, files: Option<&dyn TableFiles>) -> Option<Table> {
    if let Some(refusal) = refuse_name(&item.name) {
        return report.fail(refusal);
    }
    let shape = shape(report, item)?;
    let rows = match &item.rows {
        TableRows::Here(entries) => here(report, entries, shape)?,
        TableRows::File(file) => match table_files::rows(&file.text, files, shape) {
            Ok(rows) => rows,
            Err(wrong) => return report.fail(wrong.at(file.at.0)),
        },
    };
    Some(Table::of(&item.name.text, shape.key, item.value, &rows))
}

/// The types of a table; bad ones are reported.
fn shape(report: &Report, item: &TableItem) -> Option<Shape> {
    let name = &item.name;
    let wrong = |what: &str| Diagnostic::new(Code::BadDeclaration, name.at.0, what.to_owned());
    let Type::One(key) = item.key else {
        return report.fail(wrong("the keys of a table are single values").help(KEYS));
    };
    if !is_key(key) {
        return report.fail(wrong(&format!("the keys of a table cannot be of type `{key}`")).help(KEYS));
    }
    let (element, is_set) = match item.value {
        Type::One(element) => (element, false),
        Type::Set(element) => (element, true),
        Type::Labels => {
            let help = "write a type of one value or `set of` one, and a table for each label that is needed";
            return report.fail(wrong("the values of a table cannot be `labels`").help(help));
        }
    };
    Some(Shape { key, element, is_set })
}

const KEYS: &str = "keys are of type `string`, `int` or `uuid`, which have one text each";

fn here(report: &Report, entries: &[Entry], shape: Shape) -> Option<Rows> {
    let (mut rows, mut whole) = (Rows::new(), true);
    for entry in entries {
        whole &= row(report, entry, shape, &mut rows).is_some();
    }
    rows.retain(|_, elements| !elements.is_empty());
    whole.then_some(rows)
}

fn row(report: &Report, entry: &Entry, shape: Shape, rows: &mut Rows) -> Option<()> {
    let (text, at) = (entry.key.text.as_str(), entry.key.at.0);
    let Some(key) = key(shape.key, text) else {
        let message = format!("the key `{text}` is not {}", shape.key.with_article());
        return report.fail(Diagnostic::new(Code::BadTable, at, message).help(KEYS));
    };
    if rows.contains_key(&key) {
        return report.fail(twice(&format!("the row `{text}`"), at));
    }
    let row = rows.entry(key).or_default();
    let mut size = 0;
    for (literal, at) in values(report, entry, shape)? {
        let what = ValueOf(text);
        let constant = literals::constant(report, literal, at, Expected::new(shape.element, &what))?;
        let value = bytes(&constant)?;
        size += value.len();
        if !row.insert(value) {
            return report.fail(twice(&format!("a value of the row `{text}`"), at));
        }
    }
    match too_large(0, row.len(), size) {
        Some(message) => report.fail(Diagnostic::new(Code::TooLarge, at, message)),
        None => Some(()),
    }
}

fn twice(what: &str, at: Span) -> Diagnostic {
    Diagnostic::new(Code::BadTable, at, format!("{what} is given twice")).help("remove one of the two")
}

/// The literals of a row.
fn values<'e>(report: &Report, entry: &'e Entry, shape: Shape) -> Option<Vec<(&'e Literal, Span)>> {
    let literal = |pattern: &'e Pattern| match &pattern.kind {
        PatternKind::Literal(literal) => Some((literal, pattern.at.0)),
        _ => None,
    };
    let read: Option<Vec<_>> = match (&entry.value.kind, shape.is_set) {
        (PatternKind::List(list), true) => list.iter().map(literal).collect(),
        (_, false) => literal(&entry.value).map(|one| vec![one]),
        (_, true) => None,
    };
    read.or_else(|| {
        let (what, help) = if shape.is_set {
            ("a list of values", "write it in brackets: `[\"red\"]`")
        } else {
            ("one value", "a table of lists has the type `-> set of …`")
        };
        let message = format!("the row `{}` takes {what}", entry.key.text);
        report.fail(Diagnostic::new(Code::BadTable, entry.value.at.0, message).help(help))
    })
}
