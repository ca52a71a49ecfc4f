//! WarpScript values, and how Java writes them.

use std::sync::Arc;

use crate::limits;
use placet::span::Span;
use placet::visible::hides;

/// A value on its way in or out: a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `NULL`
    Null,
    /// `true`
    Bool(bool),
    /// `42`
    Long(i64),
    /// `2.5`
    Double(f64),
    /// `'text'`
    String(String),
    /// `'00ff' HEX->`
    Bytes(Vec<u8>),
    /// `[ 1 2 ]`
    List(Vec<Self>),
    /// `{ 'key' 'value' }`, in the order of its creation; each key once.
    Map(Vec<(Self, Self)>),
    /// `<% 1 + %>`
    Macro(Macro),
    /// The mark that `[` and `{` leave on the stack.
    Mark,
}

/// A piece of program that is a value.
#[derive(Clone, Debug)]
pub struct Macro {
    pub(super) body: Arc<[Node]>,
    pub(super) text: Arc<str>,
    /// The nesting depth of macros, including this one: dropping one recurses.
    depth: usize,
}

impl Macro {
    /// A macro; `None` if it is nested too deeply.
    pub(super) fn new(body: Arc<[Node]>, text: Arc<str>) -> Option<Self> {
        let depth = 1 + body.iter().map(Node::depth).max().unwrap_or(0);
        (depth <= limits::SCRIPT_DEPTH).then_some(Self { body, text, depth })
    }

    /// The source, from `<%` to `%>`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Macro {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// The value of a map's entry with a text as its key; `None` for anything but a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(known, _)| matches!(known, Self::String(known) if known == key)).map(|(_, value)| value)
    }

    /// The nesting depth of macros in this value.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Macro(body) => body.depth,
            Self::List(list) => list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(map) => map.iter().map(|(key, value)| key.depth().max(value.depth())).max().unwrap_or(0),
            Self::Null
            | Self::Bool(_)
            | Self::Long(_)
            | Self::Double(_)
            | Self::String(_)
            | Self::Bytes(_)
            | Self::Mark => 0,
        }
    }

    /// Its type, as `TYPEOF` names it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "BOOLEAN",
            Self::Long(_) => "LONG",
            Self::Double(_) => "DOUBLE",
            Self::String(_) => "STRING",
            Self::Bytes(_) => "BYTES",
            Self::List(_) => "LIST",
            Self::Map(_) => "MAP",
            Self::Macro(_) => "MACRO",
            Self::Mark => "MARK",
        }
    }

    /// Java's text of it: `2.5`, `[a, 1]`, `{k=v}`. Bytes are written in hexadecimal, since Java's
    /// text of them is useless.
    #[must_use]
    pub fn java_text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(truth) => truth.to_string(),
            Self::Long(number) => number.to_string(),
            Self::Double(number) => java_double(*number),
            Self::String(text) => text.clone(),
            Self::Bytes(bytes) => hex(bytes),
            Self::List(list) => format!("[{}]", list.iter().map(Self::java_text).collect::<Vec<_>>().join(", ")),
            Self::Map(map) => {
                let entries = map.iter().map(|(key, value)| format!("{}={}", key.java_text(), value.java_text()));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
            Self::Macro(body) => body.text().to_owned(),
            Self::Mark => "MARK".to_owned(),
        }
    }

    /// WarpScript that creates this value again, on one line.
    #[must_use]
    pub fn to_warpscript(&self) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::String(text) => quoted(text),
            Self::Bytes(bytes) => format!("'{}' HEX->", hex(bytes)),
            Self::List(list) => bracketed("[", list.iter().map(Self::to_warpscript).collect(), "]"),
            Self::Map(map) => {
                let entries =
                    map.iter().map(|(key, value)| format!("{} {}", key.to_warpscript(), value.to_warpscript()));
                bracketed("{", entries.collect(), "}")
            }
            Self::Mark => "[".to_owned(),
            Self::Bool(_) | Self::Long(_) | Self::Double(_) | Self::Macro(_) => self.java_text(),
        }
    }
}

fn bracketed(open: &str, words: Vec<String>, close: &str) -> String {
    let words: String = words.into_iter().map(|word| word + " ").collect();
    format!("{open} {words}{close}")
}

/// Quotes, percent signs and characters that cannot be on a line are escaped, so that the text is
/// read back unchanged.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '%' | '\'' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c if c < ' ' || hides(c) => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// A number as Java writes it: plain from 0.001 to ten million, with an exponent elsewhere, always
/// with a point.
#[must_use]
pub fn java_double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        let plain = number.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let written = format!("{number:e}");
    let (digits, exponent) = written.split_once('e').expect("`{:e}` writes an exponent");
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// One word with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub what: What,
    pub at: Span,
    pub line: usize,
}

impl Node {
    /// The nesting depth of macros in this word.
    pub fn depth(&self) -> usize {
        match &self.what {
            What::Push(value) => value.depth(),
            What::Macro(body) => Value::Macro(body.clone()).depth(),
            What::Load(_) | What::LoadNow(_) | What::Run(_) | What::Call(_) => 0,
        }
    }
}

/// The effect of a word.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A literal; never a list, a map or a macro.
    Push(Value),
    /// `<% … %>`
    Macro(Macro),
    /// `$name`
    Load(String),
    /// `!$name`
    LoadNow(String),
    /// `@name`
    Run(String),
    /// A function.
    Call(FunctionNo),
}

/// The index of a function in the table of [`functions`](super::functions). A number, not a
/// pointer: functions run on machines, machines hold values, and a macro is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FunctionNo(pub usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let cases = [
            (1e10, "1.0E10"),
            (1e7, "1.0E7"),
            (1e6, "1000000.0"),
            (0.001, "0.001"),
            (1.25e-7, "1.25E-7"),
            (-0.0, "-0.0"),
        ];
        for (number, text) in cases {
            assert_eq!(java_double(number), text);
        }
        assert_eq!(java_double(f64::MAX), "1.7976931348623157E308");
    }

    #[test]
    fn what_is_written_as_warpscript_stays_on_one_line() {
        let map = Value::Map(vec![(Value::text("a'b\n%"), Value::List(vec![Value::Long(1), Value::Null]))]);
        assert_eq!(map.to_warpscript(), "{ 'a%27b%0A%25' [ 1 NULL ] }");
    }
}
