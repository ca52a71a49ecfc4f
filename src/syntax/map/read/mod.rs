//! Reads maps.

mod block;
mod item;
mod literal;
mod name;
mod pattern;

use serde_json::{Map, Value};

use crate::diag::code::Code;
use crate::diag::{Diagnostic, Source};
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::{At, Block, BlockKind, File};
use crate::syntax::foreign::{self, Place};
use crate::syntax::lex::is_word;
use crate::syntax::map::NULL_HELP;
use crate::syntax::parse::nearest;
use crate::visible;

/// What a map becomes, or what is wrong with it; and where its places point.
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
}

impl Reader {
    fn finish<T>(self, read: T) -> Read<T> {
        let source = Source::Map { paths: self.paths };
        if self.errors.is_empty() { Ok((read, source)) } else { Err((self.errors, source)) }
    }

    /// A new node here.
    fn here(&mut self) -> At {
        let number = self.paths.len();
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
        let read = read(self);
        self.path.truncate(length);
        read
    }

    fn at_index<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        let read = read(self);
        self.path.truncate(length);
        read
    }

    fn each<T>(&mut self, list: &[Value], mut read: impl FnMut(&mut Self, &Value) -> Option<T>) -> Vec<T> {
        list.iter()
            .enumerate()
            .filter_map(|(index, value)| self.at_index(index, |reader| read(reader, value)))
            .collect()
    }

    /// Another kind of value than is wanted. A `null` gets here wherever it stands: nothing in the map form is one.
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
        self.below(key, |reader| reader.report(Code::Map, format!("`{}` is no key here", visible::excerpt(key)), help));
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
