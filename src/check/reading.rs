//! A place inside a condition, and the values that are read there.

use super::presence::{Present, Told};
use super::scope::Scope;
use super::tree::{Operand, Term};
use placet_core::model::types::Scalar;

/// A place inside a condition: the names in scope, the values known to be present, and those
/// reported as perhaps absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'s, 'a, 'p> {
    pub(super) scope: Scope<'s, 'a>,
    pub(super) present: &'p Present,
    pub(super) told: &'p Told,
    /// Whether a text here may have attributes in it.
    pub(super) is_compared: bool,
}

/// A value with its type.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) operand: Operand,
    pub(super) scalar: Scalar,
    /// Its name in messages.
    pub(super) what: String,
}

impl Typed {
    pub(super) fn new(operand: Operand, scalar: Scalar, what: impl Into<String>) -> Self {
        Self { operand, scalar, what: what.into() }
    }

    /// Whether it is a text with attributes in it.
    pub(super) fn has_attributes(&self) -> bool {
        matches!(&self.operand, Operand::Term(Term::Text(text), _) if text.has_attributes())
    }

    /// `an int`
    pub(super) const fn describe(&self) -> &'static str {
        self.scalar.with_article()
    }
}
