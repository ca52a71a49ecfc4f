//! Writes trees as text.
//!
//! [`print()`] writes any tree; reading the text gives the tree back. [`format()`] writes a text in
//! its canonical form and keeps what is not in the tree: comments, single blank lines, and how
//! fields and rules are mixed. Both go through [`layout`], which decides where lines break; a node
//! on one line is written by [`mod@line`].

mod layout;
pub mod line;

use crate::diag::Diagnostic;
use crate::limits;
use crate::syntax::ast::{Condition, File};
use crate::syntax::parse::parse;
use layout::Layout;

/// Writes a file: its fields first, then its rules.
#[must_use]
pub fn print(file: &File) -> String {
    Layout::without_notes().file(file)
}

/// Writes a condition on one line, as the map form holds it.
#[must_use]
pub fn print_condition(condition: &Condition) -> String {
    let mut out = String::new();
    line::condition(condition, line::Tightness::Either, &mut out);
    out
}

/// Writes a text in its canonical form, with the line ends of its first line: a file from Windows
/// keeps its CRLF.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut formatted = Layout::with_notes_of(text).file(&parse(text)?);
    // A comment inside a node that cannot be broken is moved after it, and a node that was broken
    // around it may now fit on a line. Comments only move outwards, so this ends.
    for _ in 0..limits::NESTING {
        let again = Layout::with_notes_of(&formatted).file(&parse(&formatted)?);
        if again == formatted {
            break;
        }
        formatted = again;
    }
    Ok(with_line_ends_of(text, formatted))
}

/// The output, written with line feeds, gets the line ends of the first line of `text`.
#[must_use]
pub fn with_line_ends_of(text: &str, written: String) -> String {
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    if first.ends_with("\r\n") { written.replace('\n', "\r\n") } else { written }
}
