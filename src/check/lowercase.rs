//! Text on an attribute that the vocabulary marks `lowercase`: a capital letter in it would match
//! no request.

use std::fmt::Display;

use super::expected::Expected;
use super::reading::{Reading, Typed};
use super::report::Report;
use super::tree::{Constant, Operand, Piece, Term};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use placet_core::model::vocabulary::FieldNo;

/// Reports text with a capital letter if the vocabulary requires lower case.
pub(super) fn check(report: &Report, text: &str, at: Span, expected: Expected<'_>) -> Option<()> {
    if expected.lowercase && has_capital(text.as_bytes()) {
        return report.fail(capitals(expected.what, at));
    }
    Some(())
}

pub(super) fn capitals(what: &dyn Display, at: Span) -> Diagnostic {
    let message = format!("{what} is in lower case in every request, and this has a capital letter");
    Diagnostic::new(Code::Capitals, at, message).label("would never match").help("write it in lower case")
}

/// Whether there is an ASCII capital letter.
pub(super) fn has_capital(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_uppercase)
}

impl Reading<'_, '_, '_> {
    /// Whether the value is an attribute in lower case.
    pub(super) fn is_lowercase(&self, value: &Operand) -> bool {
        matches!(value, Operand::Field(field) if self.marks(*field))
    }

    /// Whether the vocabulary marks the attribute.
    pub(super) fn marks(&self, field: FieldNo) -> bool {
        self.scope.names.vocabulary().attribute(field).is_some_and(|attribute| attribute.lowercase)
    }

    /// Reports a name of a label that no request has.
    pub(super) fn check_label(&self, field: FieldNo, label: &str, at: Span) -> Option<()> {
        if self.marks(field) && has_capital(label.as_bytes()) {
            return self.scope.report.fail(capitals(&format_args!("the name of a label"), at));
        }
        Some(())
    }

    /// Reports a constant with capitals beside an attribute in lower case.
    pub(super) fn check_case(&self, value: &Typed, constant: &Typed, at: Span) -> Option<()> {
        if self.is_lowercase(&value.operand) && is_with_capital(&constant.operand) {
            return self.scope.report.fail(capitals(&value.what, at));
        }
        Some(())
    }
}

/// Whether the value has a capital letter, whatever the arguments are.
pub(super) fn is_with_capital(value: &Operand) -> bool {
    let is_literal = |piece: &Piece| matches!(piece, Piece::Literal(bytes) if has_capital(bytes));
    match value {
        Operand::Term(Term::Constant(Constant::String(text)), _) => has_capital(text.as_bytes()),
        Operand::Term(Term::Text(text), _) => text.pieces.iter().any(is_literal),
        _ => false,
    }
}
