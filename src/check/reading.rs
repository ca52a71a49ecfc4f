//! A place inside a condition, and the values that are read there.

use super::presence::{Present, Told};
use super::scope::Scope;
use super::tree::Operand;
use placet_core::model::types::Scalar;

/// A place inside a condition: the names in scope, the values known to be present, and those
/// reported as perhaps absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'s, 'a, 'p> {
    pub(super) scope: Scope<'s, 'a>,
    pub(super) present: &'p Present,
    pub(super) told: &'p Told,
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

    /// `an int`
    pub(super) const fn describe(&self) -> &'static str {
        self.scalar.with_article()
    }
}
