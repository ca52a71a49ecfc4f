//! Tables in files: JSON, one object whose keys are the keys of the rows. The caller reads the file;
//! here is what must be in it.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::expected::Expected;
use super::literals;
use super::report::Report;
use super::table_values::{Shape, ValueOf, bytes, key, too_large};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::TABLE_FILE_BYTES;
use crate::span::Span;
use crate::syntax::ast::{Literal, Text};
use placet_core::bytecode::table::Rows;

/// Reads the files that `table … from "…"` names, for callers that may read files.
pub trait TableFiles: fmt::Debug + Send + Sync {
    /// The text of a file. The name is relative to the folder of the policy, and stays below it: it
    /// has no `..` and does not begin with `/`. At most [`TABLE_FILE_BYTES`] are needed.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, name: &str) -> Result<String, String>;
}

/// Why a file is no table.
pub(super) struct Wrong {
    code: Code,
    message: String,
    help: &'static str,
}

impl Wrong {
    pub(super) fn at(self, at: Span) -> Diagnostic {
        Diagnostic::new(self.code, at, self.message).help(self.help)
    }
}

/// The rows of a file.
pub(super) fn rows(name: &str, files: Option<&dyn TableFiles>, shape: Shape) -> Result<Rows, Wrong> {
    let no_file = |message: String, help| Wrong { code: Code::TableFile, message, help };
    if !is_below(name) {
        let message = format!("`{name}` is not the name of a file in the folder of the policy or below it");
        return Err(no_file(message, "write a relative path with `/`, without `..`"));
    }
    let Some(files) = files else {
        let message = format!("the table `{name}` is in a file, and files are not read here");
        return Err(no_file(message, "write the rows in the policy: `= { ann: \"…\" }`"));
    };
    let text = files.read(name).map_err(|why| no_file(format!("cannot read `{name}`: {why}"), CHECK_NAME))?;
    if text.len() > TABLE_FILE_BYTES {
        let message = format!("`{name}` has more than {TABLE_FILE_BYTES} bytes");
        return Err(no_file(message, "split it into several tables"));
    }
    parse(&text, shape).map_err(|error| {
        let message = error.to_string();
        let what = message.rfind(" at line ").map_or(message.as_str(), |end| &message[..end]);
        let message = format!("{name}:{}:{}: {what}", error.line(), error.column());
        Wrong { code: Code::BadTable, message, help: FORM }
    })
}

const CHECK_NAME: &str = "the path is relative to the folder of the policy";
const FORM: &str = "the file is one JSON object, with a value or a list of values for each key";

fn is_below(name: &str) -> bool {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    !name.contains(['\\', ':', '\0']) && name.split('/').all(is_plain)
}

fn parse(text: &str, shape: Shape) -> Result<Rows, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut rows = RowsOf(shape).deserialize(&mut deserializer)?;
    deserializer.end()?;
    rows.retain(|_, elements| !elements.is_empty());
    Ok(rows)
}

#[derive(Clone, Copy)]
struct RowsOf(Shape);

impl<'de> DeserializeSeed<'de> for RowsOf {
    type Value = Rows;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Rows, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowsOf {
    type Value = Rows;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a key for each row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
        let Self(shape) = self;
        let mut rows = Rows::new();
        while let Some(text) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let key = key(shape.key, &text)
                .ok_or_else(|| de::Error::custom(format!("the key `{text}` is not {}", shape.key.with_article())))?;
            if rows.contains_key(&key) {
                return Err(de::Error::custom(format!("the row `{text}` is given twice")));
            }
            let row = rows.entry(key).or_default();
            map.next_value_seed(ValuesOf { shape, key: &text, into: &RefCell::new(row) })?;
            if let Some(message) = too_large(rows.len(), 0, 0) {
                return Err(de::Error::custom(message));
            }
        }
        Ok(rows)
    }
}

type Row = std::collections::BTreeSet<Vec<u8>>;

/// The values of one row, or one of them.
#[derive(Clone, Copy)]
struct ValuesOf<'r, 'm> {
    shape: Shape,
    key: &'r str,
    into: &'r RefCell<&'m mut Row>,
}

impl<'de> DeserializeSeed<'de> for ValuesOf<'_, '_> {
    type Value = usize;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl ValuesOf<'_, '_> {
    /// Adds a value, and says how many bytes it has.
    fn add<E: de::Error>(&self, literal: &Literal) -> Result<usize, E> {
        let (report, what) = (Report::default(), ValueOf(self.key));
        let read = literals::constant(&report, literal, Span::default(), Expected::new(self.shape.element, &what));
        let value = read.as_ref().and_then(bytes).ok_or_else(|| {
            E::custom(report.finish().first().map_or("not a value of the table", |wrong| wrong.message.as_str()))
        })?;
        let size = value.len();
        if self.into.borrow_mut().insert(value) {
            return Ok(size);
        }
        Err(E::custom(format!("a value of the row `{}` is given twice", self.key)))
    }

    fn one<E: de::Error>(&self, literal: &Literal) -> Result<usize, E> {
        if self.shape.is_set {
            return Err(E::custom(format!("the row `{}` takes a list of values", self.key)));
        }
        self.add(literal)
    }
}

impl<'de> Visitor<'de> for ValuesOf<'_, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (list, element) = (if self.shape.is_set { "a list of values" } else { "one value" }, self.shape.element);
        write!(f, "{list} of type `{element}`")
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<usize, E> {
        self.one(&Literal::Bool(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<usize, E> {
        self.one(&Literal::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<usize, E> {
        self.visit_i64(i64::try_from(number).map_err(|_| E::custom("a number has more than 64 bits"))?)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<usize, E> {
        self.one(&Literal::Text(Text::plain(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<usize, A::Error> {
        if !self.shape.is_set {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        let element = ValuesOf { shape: Shape { is_set: false, ..self.shape }, ..self };
        let (mut count, mut size) = (0, 0usize);
        while let Some(bytes) = list.next_element_seed(element)? {
            (count, size) = (count + 1, size + bytes);
            if let Some(message) = too_large(0, count, size) {
                return Err(de::Error::custom(message));
            }
        }
        Ok(size)
    }
}
