//! The value that is wanted somewhere: its type, and what messages call it.

use std::fmt::Display;

use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use placet_core::model::types::Scalar;

/// What is wanted of a value, and what for.
#[derive(Clone, Copy)]
pub(super) struct Expected<'g> {
    /// The type.
    pub(super) scalar: Scalar,
    /// What the value belongs to: `` `cache` ``.
    pub(super) what: &'g dyn Display,
    /// Whether a bare number is milliseconds, as it is behind TOKENGEN's keys.
    pub(super) millis: bool,
    /// Whether the vocabulary wants it in lower case.
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

    /// The finding that something else stands there.
    pub(super) fn mismatch(&self, at: Span, found: &str) -> Diagnostic {
        let message = format!("{} takes {}, found {found}", self.what, self.scalar.with_article());
        Diagnostic::new(Code::WrongType, at, message).label(format!("not {}", self.scalar.with_article()))
    }
}
