//! The spelling of texts: escapes, splices, and how they are written back.
//!
//! In a string a backslash escapes. In a regular expression and a glob a backslash belongs to the
//! pattern and is kept, with two exceptions: `\"` is a quote, and `\{` before `name}` keeps the
//! brace from being a splice.

use crate::span::Span;
use crate::syntax::ast::{At, Name, Piece, Text};
use crate::syntax::lex::{is_letter, is_word};
use crate::visible::hides_in_source;
use placet_core::model::matcher::{Matcher, Syntax};

/// How backslashes and braces of a text are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `"user/{user}"`: escapes and splices.
    Plain,
    /// A key or a value of a case: escapes, no splices.
    Data,
    /// `glob "*.png"`
    Glob,
    /// `~"eu-.*"`
    Regex,
}

impl Spelling {
    /// The spelling of a matcher's text, if it has one of its own.
    pub(crate) const fn of(matcher: Matcher) -> Option<Self> {
        match matcher.syntax() {
            Syntax::Glob => Some(Self::Glob),
            Syntax::Regex => Some(Self::Regex),
            Syntax::Text(_) | Syntax::Place(_) | Syntax::Path | Syntax::Url => None,
        }
    }

    const fn keeps_backslashes(self) -> bool {
        matches!(self, Self::Glob | Self::Regex)
    }
}

/// A mistake in a text, with its place, in words.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct TextError {
    pub at: Span,
    pub message: String,
    pub help: String,
}

/// Reads the text between the quotes; `start` is the place of its first byte.
pub(crate) fn read(inner: &str, start: usize, spelling: Spelling) -> Result<Text, TextError> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(special) = inner[at..].find(['\\', '{']) {
        plain.push_str(&inner[at..at + special]);
        at += special;
        if inner.as_bytes()[at] == b'\\' {
            at += escape(inner, at, start, spelling, &mut plain)?;
        } else if let Some(name) = splice(inner, at, spelling) {
            if !plain.is_empty() {
                pieces.push(Piece::Text(core::mem::take(&mut plain)));
            }
            let span = Span::new(start + at + 1, start + at + 1 + name.len());
            pieces.push(Piece::Splice(Name { text: name.to_owned(), at: At(span) }));
            at += name.len() + 2;
        } else {
            plain.push('{');
            at += 1;
        }
    }
    plain.push_str(&inner[at..]);
    if !plain.is_empty() {
        // Most texts are one piece; a growing vector would allocate room for four.
        pieces.reserve_exact(1);
        pieces.push(Piece::Text(plain));
    }
    Ok(Text { pieces })
}

/// The name between the brace at `at` and the next one, if that is a splice.
fn splice(inner: &str, at: usize, spelling: Spelling) -> Option<&str> {
    if spelling == Spelling::Data || (spelling == Spelling::Regex && belongs_to_escape(&inner[..at])) {
        return None;
    }
    braced_word(&inner[at..])
}

/// `name` of `{name}…`
fn braced_word(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('{')?;
    let end = rest.bytes().position(|byte| !is_letter(byte))?;
    let name = &rest[..end];
    (rest.as_bytes()[end] == b'}' && is_word(name)).then_some(name)
}

/// Whether a `{` after this belongs to `\p{Greek}`, `\x{ff}`, `\b{start}` and the like.
fn belongs_to_escape(before: &str) -> bool {
    let Some(head) = before.strip_suffix(['p', 'P', 'x', 'u', 'U', 'b']) else { return false };
    (head.len() - head.trim_end_matches('\\').len()) % 2 == 1
}

/// Reads the escape at `at` and returns its length.
fn escape(inner: &str, at: usize, start: usize, spelling: Spelling, plain: &mut String) -> Result<usize, TextError> {
    let next = inner[at + 1..].chars().next();
    let bad = |length: usize, message: String, help: &str| TextError {
        at: Span::new(start + at, start + at + length),
        message,
        help: help.to_owned(),
    };
    let Some(next) = next else {
        return Err(bad(1, "a backslash ends the text".to_owned(), "write `\\\\` for one backslash"));
    };
    let length = 1 + next.len_utf8();
    if spelling.keeps_backslashes() {
        match next {
            '"' => plain.push('"'),
            '{' if braced_word(&inner[at + 1..]).is_some() => plain.push('{'),
            _ => plain.push_str(&inner[at..at + length]),
        }
        return Ok(length);
    }
    match next {
        'n' => plain.push('\n'),
        't' => plain.push('\t'),
        'r' => plain.push('\r'),
        '\\' | '"' | '{' => plain.push(next),
        'u' => {
            let (character, digits) = unicode(&inner[at + 2..]).ok_or_else(|| {
                bad(
                    length,
                    "`\\u` needs the number of a character".to_owned(),
                    "write it as `\\u{e9}`, one to six hexadecimal digits",
                )
            })?;
            plain.push(character);
            return Ok(length + digits);
        }
        _ => {
            let help =
                "known are `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\{` and `\\u{…}`; for a backslash write `\\\\`";
            return Err(bad(length, format!("unknown escape `\\{next}`"), help));
        }
    }
    Ok(length)
}

/// The character of `{e9}…` and the length of the braces.
fn unicode(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('{')?;
    let end = rest.find('}').filter(|end| (1..=6).contains(end))?;
    let digits = rest[..end].bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(&rest[..end])?;
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, end + 2))
}

/// Writes a text with its quotes.
pub(crate) fn write(text: &Text, spelling: Spelling, out: &mut String) {
    out.push('"');
    for piece in &text.pieces {
        match piece {
            Piece::Text(plain) => write_piece(plain, spelling, out),
            Piece::Splice(name) => {
                out.push('{');
                out.push_str(&name.text);
                out.push('}');
            }
        }
    }
    out.push('"');
}

/// Writes a text without splices with its quotes.
pub(crate) fn write_data(text: &str, out: &mut String) {
    out.push('"');
    write_piece(text, Spelling::Data, out);
    out.push('"');
}

fn write_piece(plain: &str, spelling: Spelling, out: &mut String) {
    let from = out.len();
    let mut rest = plain;
    while let Some(next) = rest.chars().next() {
        let length = next.len_utf8();
        if spelling.keeps_backslashes() {
            match next {
                '\\' => {
                    // A pair stays a pair.
                    let pair = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                    out.push_str(&rest[..pair]);
                    rest = &rest[pair..];
                    continue;
                }
                '"' => out.push_str("\\\""),
                '{' if braced_word(rest).is_some()
                    && !(spelling == Spelling::Regex && belongs_to_escape(&out[from..])) =>
                {
                    out.push_str("\\{");
                }
                _ => out.push(next),
            }
        } else {
            match next {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                '{' if spelling == Spelling::Plain && braced_word(rest).is_some() => out.push_str("\\{"),
                _ if hides_in_source(next) => out.push_str(&format!("\\u{{{:x}}}", u32::from(next))),
                _ => out.push(next),
            }
        }
        rest = &rest[length..];
    }
}

/// Writes a pattern that came from elsewhere so that the text form can express it: its meaning
/// stays, and a pattern that was read from a text stays as it is. `None` if no text expresses it.
pub(crate) fn normal_pattern(raw: &str) -> Option<String> {
    if raw.chars().any(|character| hides_in_source(character) || matches!(character, '\n' | '\r')) {
        return None;
    }
    let mut normal = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        normal.push_str(&rest[..at]);
        let next = rest[at + 1..].chars().next()?;
        let after = &rest[at + 1 + next.len_utf8()..];
        match (next, braced_word(&rest[at + 1..])) {
            ('"', _) => normal.push('"'),
            ('{', Some(name)) => {
                normal.push_str("\\{");
                normal.push_str(name);
                normal.push_str("\\}");
                rest = &after[name.len() + 1..];
                continue;
            }
            _ => {
                normal.push('\\');
                normal.push(next);
            }
        }
        rest = after;
    }
    normal.push_str(rest);
    Some(normal)
}
