//! Splits a script into words.
//!
//! Lines come one after the other; [`grammar`](super::grammar) takes words off a line; block
//! comments, multi-line strings and macros are put together here, since they span lines. The output
//! is the words up to the first that cannot be read, and that error: the words before it run first,
//! as Warp 10 runs a line while it reads it.
//! mistake: the words before it run first, as Warp 10 runs a line while it reads it.

use std::sync::Arc;

use super::super::percent_encoding;
use super::error::{ScriptCode, UnplacedError, nested_too_deeply};
use super::functions;
use super::grammar::{Rule, word};
use super::value::{Macro, Node, Value, What};
use crate::limits;
use placet::span::Span;

/// A text, read as far as possible.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub nodes: Vec<Node>,
    /// Why the rest could not be read.
    pub broken: Option<ReadError>,
}

/// A word that cannot be read.
#[derive(Debug)]
pub(super) struct ReadError {
    pub failure: UnplacedError,
    pub at: Span,
    pub line: usize,
}

/// Reads a text of at most [`limits::SCRIPT_BYTES`].
pub(super) fn read(text: &str) -> Script {
    let mut reader = Reader { text, script: Script::default(), open: Vec::new(), long_text: None, in_comment: false };
    if text.len() > limits::SCRIPT_BYTES {
        let failure = too_much(format!("the script has {} bytes, more than {}", text.len(), limits::SCRIPT_BYTES));
        reader.script.broken = Some(ReadError { failure, at: Span::default(), line: 1 });
        return reader.script;
    }
    let mut start = 0;
    let mut number = 0;
    while let Some((line, rest)) = next_line(text, start) {
        number += 1;
        if let Err((failure, at)) = reader.line(start, line, number) {
            reader.script.broken = Some(ReadError { failure, at, line: number });
            break;
        }
        start = rest;
    }
    reader.script
}

/// The line that begins at `start`, without its end, and where the next one begins. As in Java's
/// `BufferedReader.readLine`, a line ends at a line feed, at a carriage return, or at one with a
/// line feed after it.
fn next_line(text: &str, start: usize) -> Option<(&str, usize)> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let end = rest.find(LINE_ENDS).unwrap_or(rest.len());
    let length = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
    Some((&rest[..end], start + (end + length).min(rest.len())))
}

/// The characters that end a line.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The line around a place, without the blanks at its ends, and where it begins.
pub(super) fn line_around(text: &str, at: usize) -> (&str, usize) {
    let at = at.min(text.len());
    let start = text.get(..at).and_then(|before| before.rfind(LINE_ENDS)).map_or(0, |newline| newline + 1);
    let line = text.get(start..).unwrap_or("");
    trimmed(&line[..line.find(LINE_ENDS).unwrap_or(line.len())], start)
}

fn is_blank(c: char) -> bool {
    c <= ' '
}

fn trimmed(line: &str, start: usize) -> (&str, usize) {
    let without = line.trim_start_matches(is_blank);
    (without.trim_end_matches(is_blank), start + line.len() - without.len())
}

fn too_much(message: impl Into<String>) -> UnplacedError {
    UnplacedError::new(ScriptCode::TooMuch, message)
}

fn unreadable(message: impl Into<String>) -> UnplacedError {
    UnplacedError::new(ScriptCode::Unreadable, message)
}

struct Reader<'t> {
    text: &'t str,
    script: Script,
    /// Open macros: where each begins, and its words.
    open: Vec<(Span, usize, Vec<Node>)>,
    /// The open multi-line string: where it begins, and its text.
    long_text: Option<(Span, usize, String)>,
    in_comment: bool,
}

impl Reader<'_> {
    fn line(&mut self, start: usize, raw: &str, number: usize) -> Result<(), (UnplacedError, Span)> {
        let (line, start) = {
            let (line, at) = trimmed(raw, start);
            if self.long_text.is_some() {
                self.long_line(raw, line, at);
                return Ok(());
            }
            (line, at)
        };
        let mut rest = line;
        loop {
            if self.in_comment {
                let Some(end) = comment_end(rest) else { return Ok(()) };
                (rest, self.in_comment) = (&rest[end..], false);
            }
            rest = rest.trim_start_matches(is_blank);
            if rest.is_empty() {
                return Ok(());
            }
            let at = start + line.len() - rest.len();
            rest = &rest[self.word(rest, line, at, number)?..];
        }
    }

    /// Takes one word; returns its length in bytes.
    fn word(&mut self, rest: &str, line: &str, at: usize, number: usize) -> Result<usize, (UnplacedError, Span)> {
        // The grammar accepts every text that does not begin with a blank.
        let (kind, length, inner) = word(rest).expect("anything but a blank is a word");
        let span = Span::new(at, at + length);
        let fail = |failure| (failure, span);
        let nowhere = |failure| (failure, Span::new(at, at));
        let what = match kind {
            Rule::comment_open => {
                self.in_comment = true;
                return Ok(length);
            }
            Rule::comment_close => return Err(nowhere(unreadable("Not inside a comment."))),
            Rule::remark => return Ok(length),
            Rule::single | Rule::double => What::Push(Value::String(percent_decoded(inner).map_err(fail)?)),
            Rule::unclosed => {
                let help = "a string ends at its quote followed by a space or the end of the line";
                return Err(nowhere(unreadable("Cannot find end of string").help(help)));
            }
            Rule::multi_line_open if line == "<'" => {
                self.long_text = Some((span, number, String::new()));
                return Ok(length);
            }
            Rule::multi_line_open => {
                let message = "Can only start multiline strings by using <' on a line by itself.";
                return Err(fail(
                    unreadable(message).help("put the text on the next lines, and `'>` on the line after it"),
                ));
            }
            Rule::macro_open => {
                if self.open.len() >= limits::SCRIPT_DEPTH {
                    return Err(fail(nested_too_deeply()));
                }
                self.open.push((span, number, Vec::new()));
                return Ok(length);
            }
            Rule::macro_close => {
                let Some((begin, began, nodes)) = self.open.pop() else {
                    return Err(fail(unreadable("Not inside a macro definition.")));
                };
                let whole = begin.join(span);
                let body = Macro::new(nodes.into(), Arc::from(whole.of(self.text)));
                let body = body.ok_or_else(|| fail(nested_too_deeply()))?;
                self.put(Node { what: What::Macro(body), at: whole, line: began });
                return Ok(length);
            }
            Rule::hexadecimal => What::Push(Value::Long(digits(inner, 16).map_err(fail)?)),
            Rule::binary => What::Push(Value::Long(digits(inner, 2).map_err(fail)?)),
            Rule::long => What::Push(Value::Long(inner.parse().map_err(|_| fail(not_a_long(inner)))?)),
            Rule::decimal => What::Push(Value::Double(inner.parse().map_err(|_| fail(not_a_number(inner)))?)),
            Rule::special => What::Push(Value::Double(special(inner))),
            Rule::boolean => What::Push(Value::Bool(inner.starts_with(['t', 'T']))),
            Rule::variable => What::Load(inner.to_owned()),
            Rule::variable_now => What::LoadNow(inner.to_owned()),
            Rule::run => What::Run(inner.to_owned()),
            _ => What::Call(functions::number(inner).ok_or_else(|| fail(unknown(inner)))?),
        };
        self.put(Node { what, at: span, line: number });
        Ok(length)
    }

    fn long_line(&mut self, raw: &str, line: &str, at: usize) {
        let Some((begin, began, text)) = &mut self.long_text else { return };
        if line != "'>" {
            // Leading empty lines are lost, as in Warp 10.
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(raw);
            return;
        }
        let (text, whole, line) = (std::mem::take(text), begin.join(Span::new(at, at + 2)), *began);
        self.long_text = None;
        self.put(Node { what: What::Push(Value::String(text)), at: whole, line });
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut() {
            Some((_, _, nodes)) => nodes.push(node),
            None => self.script.nodes.push(node),
        }
    }
}

/// After the `*/` that ends a comment: one before a space or the end of the line.
fn comment_end(rest: &str) -> Option<usize> {
    let ends = rest.match_indices("*/").map(|(at, _)| at + 2);
    ends.into_iter().find(|&end| rest[end..].is_empty() || rest[end..].starts_with(' '))
}

fn unknown(name: &str) -> UnplacedError {
    let failure = UnplacedError::new(ScriptCode::UnknownFunction, format!("Unknown function '{name}'"));
    let glued =
        name.len() > 1 && name.starts_with(['[', '{', ']', '}']) || name.len() > 1 && name.ends_with([']', '}']);
    match functions::alike(name) {
        _ if name.starts_with("{{") && name.ends_with("}}") => failure.help(
            "a start script should have replaced this by a value, such as the secret of Warp 10 2.x: write the value",
        ),
        _ if glued => failure.help("brackets are words of their own: put blanks around them"),
        Some(known) => failure.help(format!("did you mean `{known}`? functions are case sensitive")),
        None if name == "SORT" => {
            failure.help("`LSORT` sorts a list; `SORT` is for series, which are not available here")
        }
        None => {
            failure.help("the subset for envelopes does not have this function; docs/warpscript.md lists those it has")
        }
    }
}

fn not_a_long(word: &str) -> UnplacedError {
    let help = "integers have 64 bits, from -9223372036854775808 to 9223372036854775807";
    unreadable(format!("`{word}` is not an integer of 64 bits")).help(help)
}

fn not_a_number(word: &str) -> UnplacedError {
    unreadable(format!("`{word}` is not a number"))
}

fn special(word: &str) -> f64 {
    match word.trim_start_matches(['+', '-']) {
        "NaN" => f64::NAN,
        _ if word.starts_with('-') => f64::NEG_INFINITY,
        _ => f64::INFINITY,
    }
}

/// `0x…` and `0b…`: the last 64 bits count.
pub(super) fn digits(word: &str, radix: u32) -> Result<i64, UnplacedError> {
    let mut number = 0u64;
    for c in word.chars().skip(2) {
        let digit = c.to_digit(radix).ok_or_else(|| unreadable(format!("`{word}` has an invalid digit: `{c}`")))?;
        number = number.wrapping_mul(u64::from(radix)) | u64::from(digit);
    }
    Ok(number.cast_signed())
}

/// `%XX`, as UTF-8; `+` stays. A text without `%` stays as it is.
pub(crate) fn percent_decoded(text: &str) -> Result<String, UnplacedError> {
    percent_encoding::decoded_text(text).ok_or_else(|| {
        let help = "write a percent sign as `%25`";
        unreadable(format!("`{text}` has a `%` without two hexadecimal digits")).help(help)
    })
}
