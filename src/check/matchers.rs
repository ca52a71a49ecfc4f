//! Patterns on a text: `prefix "user/"`, `glob "*.png"`, `~"eu-.*"`.

use super::empty::is_run;
use super::expected::Expected;
use super::scope::Scope;
use super::terms::as_text;
use super::tree::{Pattern, Piece, Text};
use super::wildcards::{self, Place};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, Literal, Operand, OperandKind};
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
        };
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
        let term = self.term(operand, expected)?;
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
        Piece::Parameter(_) => None,
    }
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
