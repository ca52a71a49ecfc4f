//! The value expected at a place: its type, and its name in messages.

use std::fmt::Display;

use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use placet_core::model::types::Scalar;

/// The expected type of a value, and its use.
#[derive(Clone, Copy)]
pub(super) struct Expected<'g> {
    /// The type.
    pub(super) scalar: Scalar,
    /// The owner of the value, for messages: `` `cache` ``.
    pub(super) what: &'g dyn Display,
    /// Whether a bare number is milliseconds, as it is after TOKENGEN's keys.
    pub(super) millis: bool,
    /// Whether the vocabulary requires lower case.
    pub(super) lowercase: bool,
    /// For numbers that begin again when they end, such as hours: the first, and the one after the
    /// last.
    pub(super) cycle: Option<(i64, i64)>,
}

impl<'g> Expected<'g> {
    /// A value of `scalar` for `what`.
    pub(super) const fn new(scalar: Scalar, what: &'g dyn Display) -> Self {
        Self { scalar, what, millis: false, lowercase: false, cycle: None }
    }

    /// The diagnostic for a value of another type.
    pub(super) fn mismatch(&self, at: Span, found: &str) -> Diagnostic {
        let message = format!("{} takes {}, found {found}", self.what, self.scalar.with_article());
        Diagnostic::new(Code::WrongType, at, message).label(format!("not {}", self.scalar.with_article()))
    }
}
