//! Reads maps.

mod block;
mod item;
mod literal;
mod name;
mod pattern;

use serde_json::{Map, Value};

use crate::diag::code::Code;
use crate::diag::{Diagnostic, Source, Written};
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::{At, Block, BlockKind, File};
use crate::syntax::foreign::{self, Place};
use crate::syntax::lex::is_word;
use crate::syntax::map::NULL_HELP;
use crate::syntax::map::json::{PartNo, Places};
use crate::syntax::parse::nearest;
use crate::visible;

/// The tree of a map or its mistakes, and the source that the places refer to.
pub type Read<T> = Result<(T, Source), (Vec<Diagnostic>, Source)>;

/// Reads a file.
///
/// # Errors
/// Everything that is wrong with the map, up to [`limits::DIAGNOSTICS`].
pub fn from_map(value: &Value) -> Read<File> {
    let mut reader = Reader::default();
    let file = reader.file(value);
    reader.finish(file)
}

/// Reads a file whose text has been read as `value`: diagnostics name the file and show its lines.
///
/// # Errors
/// Everything that is wrong with the map, up to [`limits::DIAGNOSTICS`].
pub fn from_map_text(name: &str, text: &str, value: &Value) -> Read<File> {
    let places = Places::of(text);
    let mut reader =
        Reader { in_text: Some(InText { places, part: PartNo::default(), at: Vec::new() }), ..Reader::default() };
    let file = reader.file(value);
    let at = reader.in_text.take().map(|in_text| in_text.at).unwrap_or_default();
    let written = Written { name: name.to_owned(), text: text.to_owned(), at };
    let with_text = |source| match source {
        Source::Map { paths, .. } => Source::Map { paths, written: Some(Box::new(written)) },
        Source::Text { .. } => source,
    };
    match reader.finish(file) {
        Ok((file, source)) => Ok((file, with_text(source))),
        Err((errors, source)) => Err((errors, with_text(source))),
    }
}

/// Reads one block that needs no name: what a scripting host passes to TOKENGEN.
///
/// # Errors
/// Everything that is wrong with the map.
pub fn block_from_map(kind: BlockKind, value: &Value) -> Read<Block> {
    let mut reader = Reader::default();
    let (_, block) = reader.block(Some(kind), value, None);
    reader.finish(block)
}

#[derive(Default)]
struct Reader {
    paths: Vec<String>,
    /// The path of what is being read.
    path: String,
    depth: usize,
    errors: Vec<Diagnostic>,
    /// For a map that is written in a file.
    in_text: Option<InText>,
}

/// Where a map is written.
struct InText {
    places: Places,
    /// The part that is being read.
    part: PartNo,
    /// By node number.
    at: Vec<Span>,
}

impl InText {
    /// Goes to a part, if it is there, and says where it came from.
    fn go(&mut self, find: impl FnOnce(&Places, PartNo) -> Option<PartNo>) -> PartNo {
        let from = self.part;
        self.part = find(&self.places, from).unwrap_or(from);
        from
    }
}

impl Reader {
    fn finish<T>(self, read: T) -> Read<T> {
        let source = Source::Map { paths: self.paths, written: None };
        if self.errors.is_empty() { Ok((read, source)) } else { Err((self.errors, source)) }
    }

    /// A new node here.
    fn here(&mut self) -> At {
        let number = self.paths.len();
        if let Some(in_text) = self.in_text.as_mut().filter(|_| number <= limits::SOURCE_NODES) {
            in_text.at.push(in_text.places.at(in_text.part));
        }
        if number < limits::SOURCE_NODES {
            self.paths.push(self.path.clone());
        } else if number == limits::SOURCE_NODES {
            self.paths.push(String::new());
            let message = format!("the map has more than {} parts", limits::SOURCE_NODES);
            self.errors.push(
                Diagnostic::new(Code::TooLarge, Span::new(number, number + 1), message).help("split it into several"),
            );
        }
        let number = number.min(limits::SOURCE_NODES);
        At(Span::new(number, number + 1))
    }

    fn report(&mut self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        if self.errors.len() < limits::DIAGNOSTICS {
            let at = self.here();
            self.errors.push(Diagnostic::new(code, at.0, message).help(help));
        }
    }

    /// Reads something below a key.
    fn below<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if !is_word(key) || key.len() > visible::EXCERPT {
            self.path.push_str(&visible::key(key));
        } else if length > 0 {
            self.path.push('.');
            self.path.push_str(key);
        } else {
            self.path.push_str(key);
        }
        let from = self.in_text.as_mut().map(|in_text| in_text.go(|places, part| places.below(part, key)));
        let read = read(self);
        self.back(length, from);
        read
    }

    fn at_index<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        let from = self.in_text.as_mut().map(|in_text| in_text.go(|places, part| places.at_index(part, index)));
        let read = read(self);
        self.back(length, from);
        read
    }

    /// Goes back to where [`below`](Self::below) or [`at_index`](Self::at_index) came from.
    fn back(&mut self, length: usize, from: Option<PartNo>) {
        self.path.truncate(length);
        if let (Some(in_text), Some(from)) = (&mut self.in_text, from) {
            in_text.part = from;
        }
    }

    fn each<T>(&mut self, list: &[Value], mut read: impl FnMut(&mut Self, &Value) -> Option<T>) -> Vec<T> {
        list.iter()
            .enumerate()
            .filter_map(|(index, value)| self.at_index(index, |reader| read(reader, value)))
            .collect()
    }

    /// Reports a value of the wrong kind. Every `null` is reported here, since no value of the map
    /// form is one.
    fn expected<T>(&mut self, what: &str, found: &Value) -> Option<T> {
        if found.is_null() {
            self.report(Code::Null, format!("expected {what}, found `null`"), NULL_HELP);
            return None;
        }
        self.report(Code::Map, format!("expected {what}, found {}", kind(found)), format!("write {what}"));
        None
    }

    fn object<'v>(&mut self, what: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        match value {
            Value::Object(map) => Some(map),
            other => self.expected(what, other),
        }
    }

    fn unknown_key(&mut self, key: &str, known: &[&str]) {
        let foreign = key.strip_prefix('$').and_then(|word| foreign::help(Place::MapKey, word));
        let help = match nearest(key, known.iter().copied()) {
            _ if foreign.is_some() => foreign.unwrap_or_default(),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
        };
        self.below(key, |reader| {
            reader.report(Code::Map, format!("`{}` is not a key here", visible::excerpt(key)), help);
        });
    }

    fn only_keys(&mut self, map: &Map<String, Value>, known: &[&str]) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.unknown_key(key, known);
        }
    }

    fn required<T>(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        read: impl FnOnce(&mut Self, &Value) -> Option<T>,
    ) -> Option<T> {
        match map.get(key) {
            None => {
                self.report(Code::Map, format!("the key `{key}` is missing"), format!("add `{key}`"));
                None
            }
            Some(value) => self.below(key, |reader| read(reader, value)),
        }
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
