//! Patterns on a text: `prefix "user/"`, `glob "*.png"`, `~"eu-.*"`.

use super::empty::is_run;
use super::expected::Expected;
use super::scope::Scope;
use super::terms::as_text;
use super::tree::{Pattern, Piece, Term, Text};
use super::wildcards::{self, Place};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::MADE_VALUES;
use crate::span::Span;
use crate::syntax::ast::{self, Literal, Name, Operand, OperandKind};
use placet_core::model::matcher::{Matcher, Notation, Syntax};
use placet_core::model::types::{Accepts, Scalar};

impl Scope<'_, '_> {
    /// A matcher on a value whose type it accepts.
    pub(super) fn matcher(
        &self,
        matcher: Matcher,
        operand: &Operand,
        at: Span,
        expected: Expected<'_>,
    ) -> Option<Pattern> {
        let text = match matcher.syntax() {
            Syntax::Text(_) | Syntax::Place(_) if expected.scalar == Scalar::Path => {
                self.place(matcher, self.written(operand, expected)?, at, expected)?
            }
            Syntax::Text(_) | Syntax::Place(_) => self.plain_end(matcher, operand, at, expected)?,
            Syntax::Glob => self.whole_glob(self.written(operand, expected)?, at, expected)?,
            Syntax::Regex => {
                let regex = self.regex(self.written(operand, expected)?, at, expected)?;
                self.warn_everything(at, is_run(&regex, |bytes| bytes == b".*"), "this expression");
                regex
            }
            Syntax::Path => self.path_pattern(self.written(operand, expected)?, at, expected)?,
            // Written as its text alone, which `patterns` reads.
            Syntax::Url => return None,
        };
        self.refuse_searched(matcher, &text, at)?;
        Some(Pattern::Text(matcher, text))
    }

    /// A path without wildcards, but for `/**` at its end.
    fn place(&self, matcher: Matcher, text: &ast::Text, at: Span, expected: Expected<'_>) -> Option<Text> {
        let path = self.path_pattern(text, at, expected)?;
        let mut literals: Vec<&[u8]> = path.pieces.iter().filter_map(literal_of).collect();
        if let Some(last) = literals.last_mut() {
            *last = last.strip_suffix(b"/**").unwrap_or(last);
        }
        if literals.iter().any(|literal| literal.contains(&b'*')) {
            let message = format!("after {}, `*` is only understood in `/**` at the end", matcher_name(matcher));
            let help = "write the path without other wildcards, or without this word";
            return self.report.fail(Diagnostic::new(Code::WrongPattern, at, message).help(help));
        }
        let is_everything = is_run(&path, |bytes| bytes == b"/**");
        self.warn_everything(at, is_everything, "this path");
        Some(path)
    }

    fn plain_end(&self, matcher: Matcher, operand: &Operand, at: Span, expected: Expected<'_>) -> Option<Text> {
        if let OperandKind::Literal(Literal::Text(text)) = &operand.kind {
            wildcards::warn(self.report, text, at, expected, Place::End);
        }
        let term = match &operand.kind {
            OperandKind::Name(name) if self.parameter(name).is_none() && self.attribute_value(name).is_some() => {
                let pieces = vec![ast::Piece::Splice(Name { text: name.clone(), at: operand.at })];
                Term::Text(self.text(&ast::Text { pieces }, at, expected)?)
            }
            OperandKind::Name(_) | OperandKind::Literal(_) => self.term(operand, expected)?,
        };
        matcher.row().anchor.into_iter().for_each(|end| self.warn_open_affix(end, operand, at));
        let text = as_text(term);
        self.warn_everything(at, text.pieces.is_empty(), "an empty end");
        Some(text)
    }

    fn whole_glob(&self, text: &ast::Text, at: Span, expected: Expected<'_>) -> Option<Text> {
        wildcards::warn(self.report, text, at, expected, Place::Glob);
        let glob = self.glob(text, at, expected)?;
        self.warn_open_wildcards(text, at);
        self.warn_everything(at, is_run(&glob, |bytes| bytes.iter().all(|&byte| byte == b'*')), "this glob");
        Some(glob)
    }

    /// A text with attributes is matched piece by piece from both ends: what would have to be
    /// searched, or built before there is a request, is refused.
    pub(super) fn refuse_searched(&self, matcher: Matcher, text: &Text, at: Span) -> Option<()> {
        if !text.has_attributes() {
            return Some(());
        }
        let (message, help) = match matcher.syntax() {
            _ if text.attributes().count() > MADE_VALUES => {
                (format!("a text has at most {MADE_VALUES} attributes"), "write several patterns, or a condition")
            }
            Syntax::Regex => (
                "an attribute cannot be part of a regular expression".to_owned(),
                "it is built before there is a request; write `glob`, or a condition",
            ),
            Syntax::Text(_) | Syntax::Place(_) if !matcher.row().is_exact => (
                format!("{} does not take attributes", matcher_name(matcher)),
                "declare both attributes `lowercase` instead",
            ),
            Syntax::Glob if is_searched(text, |_| false) => (
                "a glob with attributes has at most one `*`".to_owned(),
                "write a condition, such as `contains(…, …)`, for a text in the middle",
            ),
            Syntax::Path if is_searched(text, |byte| byte == b'/') => (
                "a path with attributes has at most one `**`, and one `*` in each segment".to_owned(),
                "write more of the path, or several patterns",
            ),
            Syntax::Text(_) | Syntax::Place(_) | Syntax::Glob | Syntax::Path | Syntax::Url => return Some(()),
        };
        self.report.fail(Diagnostic::new(Code::WrongPattern, at, message).help(help))
    }

    /// A text has a bounded number of attributes.
    pub(super) fn refuse_many(&self, text: &Text, at: Span) -> Option<()> {
        self.refuse_searched(Matcher::Prefix, text, at)
    }

    /// The text of a matcher that has a syntax of its own. The parser makes no other operand of it.
    fn written<'o>(&self, operand: &'o Operand, expected: Expected<'_>) -> Option<&'o ast::Text> {
        match &operand.kind {
            OperandKind::Literal(Literal::Text(text)) => Some(text),
            OperandKind::Literal(_) | OperandKind::Name(_) => {
                self.report.fail(expected.mismatch(operand.at.0, "a value that is not written as text"))
            }
        }
    }
}

fn literal_of(piece: &Piece) -> Option<&[u8]> {
    match piece {
        Piece::Literal(bytes) => Some(bytes),
        Piece::Parameter(_) | Piece::Field(_) => None,
    }
}

/// Whether there are two `*` in a text without such a byte between them, or two `**`.
fn is_searched(text: &Text, ends: impl Fn(u8) -> bool) -> bool {
    let (mut runs, mut deep) = (0, 0);
    for literal in text.pieces.iter().filter_map(literal_of) {
        let mut bytes = literal.iter().peekable();
        while let Some(&byte) = bytes.next() {
            match byte {
                b'\\' => _ = bytes.next(),
                b'*' if ends(b'/') && bytes.next_if_eq(&&b'*').is_some() => deep += 1,
                b'*' => runs += 1,
                byte if ends(byte) => runs = 0,
                _ => {}
            }
            if runs > 1 || deep > 1 {
                return true;
            }
        }
    }
    false
}

/// The matcher in a message.
pub(super) fn matcher_name(matcher: Matcher) -> String {
    match matcher.row().notation {
        Notation::Word => format!("`{}`", matcher.written()),
        Notation::Sign(_) => "a regular expression".to_owned(),
        Notation::Bare => "a path with wildcards".to_owned(),
    }
}

/// The types that a matcher accepts, in a message.
pub(super) const fn accepted(matcher: Matcher) -> &'static str {
    match matcher.row().accepts {
        Accepts::Any => "every type",
        Accepts::Ordered => "ints, times and durations",
        Accepts::Textual => "strings and bytes",
        Accepts::TextOrPath => "strings, bytes and paths",
        Accepts::Only(_) => "paths",
    }
}
