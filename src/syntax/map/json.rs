//! Reads JSON text more strictly than usual: a duplicate key is an error, and so is a number that
//! would not be kept as it is written.

mod number;
mod places;

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::span::Span;
use crate::syntax::parse::hidden;
use crate::visible::{excerpt, hides_in_source};

pub(super) use places::{PartNo, Places};

/// Reads a JSON text; the place of the diagnostic is in the text.
///
/// A number that a value would not keep as it is written (`1.50`, `1e3`, `1e400`) is an error, so
/// that every later message quotes numbers as they were written.
///
/// # Errors
/// The text is not JSON, is too large, begins with a byte order mark, has a key twice, or a number
/// that is not kept.
pub fn from_json_text(text: &str) -> Result<Value, Diagnostic> {
    if text.len() > limits::SOURCE_BYTES {
        let message =
            format!("the text has {} bytes, more than the {} that are read", text.len(), limits::SOURCE_BYTES);
        return Err(Diagnostic::new(Code::TooLarge, Span::new(0, 0), message).help("split it into several files"));
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        let at = Span::new(0, BYTE_ORDER_MARK.len_utf8());
        let found = Diagnostic::new(Code::Hidden, at, "the text begins with a byte order mark (U+FEFF)");
        return Err(found.label("a reader would not see it").help(MARK_HELP));
    }
    let value = serde_json::from_str::<Strict>(text).map_err(|error| fault(text, &error))?.0;
    match number::first_not_kept(text) {
        Some(at) => Err(number::not_kept(text, at)),
        None => Ok(value),
    }
}

/// Reads a JSON text that people read too: an invisible character has to be an escape in it, as in
/// a policy.
pub(crate) fn shown_json_text(text: &str) -> Result<Value, Diagnostic> {
    let value = from_json_text(text)?;
    match text.char_indices().find(|&(_, character)| hides_in_source(character)) {
        None => Ok(value),
        Some((at, character)) => {
            let help = format!("write `{}` if the string really holds it", escape(character));
            Err(hidden(character, at).help(help))
        }
    }
}

/// `\u200b`, as JSON has it.
fn escape(character: char) -> String {
    character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// The mistake in a JSON text, with its place in words, for messages that show no text. `first` is
/// the number of the text's first line: 1, unless it is a line of a longer text.
#[must_use]
pub fn said(text: &str, found: &Diagnostic, first: usize) -> String {
    let before = text.get(..found.at.start).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = first + before.matches('\n').count();
    format!("{} at line {line}, column {}", found.message, before[start..].chars().count() + 1)
}

fn fault(text: &str, error: &serde_json::Error) -> Diagnostic {
    let at = offset(text, error.line(), error.column());
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or("the text is not JSON").to_owned();
    if what == "number out of range" {
        return number::not_kept(text, number::around(text, at));
    }
    let mut end = (at + 1).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Diagnostic::new(Code::Map, Span::new(at, end), what).help("write JSON, with every key once")
}

const BYTE_ORDER_MARK: char = '\u{feff}';
/// The way out of a byte order mark.
pub const MARK_HELP: &str = "save the file as UTF-8 without a byte order mark";

/// The byte of a line and a column, both from 1 (0 before the first).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format_args!("`{}` is given twice", excerpt(&key))));
            }
            let Strict(value) = map.next_value()?;
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}
