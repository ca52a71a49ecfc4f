//! The parts of conditions and values, for code to which those of all kinds are alike: what is
//! inside, and what is read.

use std::slice;

use super::tree::{Condition, Pattern, Value};
use crate::check::table::Table;
use placet_core::model::vocabulary::FieldNo;

impl Condition {
    /// The conditions that it is joined of by `&&`, `||` or `!`.
    #[must_use]
    pub fn inner(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::AnyOf(parts) => parts,
            Self::Not(inner) => slice::from_ref(inner),
            Self::Constant(_)
            | Self::Compare(..)
            | Self::Matches(..)
            | Self::AnyElement(..)
            | Self::EveryElement(..)
            | Self::Member(..)
            | Self::ElementsIn(..)
            | Self::Action(_)
            | Self::Has(_)
            | Self::HasLabel(..)
            | Self::HasClaim(_)
            | Self::InRow(..)
            | Self::AnyInRow(..)
            | Self::EveryInRow(..)
            | Self::HasRow(..)
            | Self::Holds(_)
            | Self::Vouched(_)
            | Self::Approved(_) => &[],
        }
    }

    /// The values that it reads itself, without those of [`inner`](Self::inner) and of its pattern.
    #[must_use]
    pub fn values(&self) -> Vec<&Value> {
        match self {
            Self::Compare(_, left, right) => vec![left, right],
            Self::Matches(value, _) | Self::Member(value, _) | Self::Holds(value) => vec![value],
            Self::InRow(value, _, key) => vec![value, key],
            Self::AnyInRow(_, _, key) | Self::EveryInRow(_, _, key) | Self::HasRow(_, key) => vec![key],
            Self::Constant(_)
            | Self::All(_)
            | Self::AnyOf(_)
            | Self::Not(_)
            | Self::AnyElement(..)
            | Self::EveryElement(..)
            | Self::ElementsIn(..)
            | Self::Action(_)
            | Self::Has(_)
            | Self::HasLabel(..)
            | Self::HasClaim(_)
            | Self::Vouched(_)
            | Self::Approved(_) => Vec::new(),
        }
    }

    /// The attributes that it asks for by itself, and not as one of its [`values`](Self::values). A
    /// label is not an attribute.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldNo> {
        match self {
            Self::AnyElement(field, _)
            | Self::EveryElement(field, _)
            | Self::Member(_, field)
            | Self::Has(field)
            | Self::AnyInRow(field, ..)
            | Self::EveryInRow(field, ..) => vec![*field],
            Self::ElementsIn(_, field, set) => vec![*field, *set],
            Self::Constant(_)
            | Self::All(_)
            | Self::AnyOf(_)
            | Self::Not(_)
            | Self::Compare(..)
            | Self::Matches(..)
            | Self::Action(_)
            | Self::HasLabel(..)
            | Self::HasClaim(_)
            | Self::InRow(..)
            | Self::HasRow(..)
            | Self::Holds(_)
            | Self::Vouched(_)
            | Self::Approved(_) => Vec::new(),
        }
    }

    /// The pattern that it holds against a value or against elements.
    #[must_use]
    pub const fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Matches(_, pattern) | Self::AnyElement(_, pattern) | Self::EveryElement(_, pattern) => Some(pattern),
            Self::Constant(_)
            | Self::All(_)
            | Self::AnyOf(_)
            | Self::Not(_)
            | Self::Compare(..)
            | Self::Member(..)
            | Self::ElementsIn(..)
            | Self::Action(_)
            | Self::Has(_)
            | Self::HasLabel(..)
            | Self::HasClaim(_)
            | Self::InRow(..)
            | Self::AnyInRow(..)
            | Self::EveryInRow(..)
            | Self::HasRow(..)
            | Self::Holds(_)
            | Self::Vouched(_)
            | Self::Approved(_) => None,
        }
    }

    /// The table that it looks into, and the key of the row.
    #[must_use]
    pub const fn row(&self) -> Option<(&Table, &Value)> {
        match self {
            Self::InRow(_, table, key)
            | Self::AnyInRow(_, table, key)
            | Self::EveryInRow(_, table, key)
            | Self::HasRow(table, key) => Some((table, key)),
            Self::Constant(_)
            | Self::All(_)
            | Self::AnyOf(_)
            | Self::Not(_)
            | Self::Compare(..)
            | Self::Matches(..)
            | Self::AnyElement(..)
            | Self::EveryElement(..)
            | Self::Member(..)
            | Self::ElementsIn(..)
            | Self::Action(_)
            | Self::Has(_)
            | Self::HasLabel(..)
            | Self::HasClaim(_)
            | Self::Holds(_)
            | Self::Vouched(_)
            | Self::Approved(_) => None,
        }
    }
}

impl Value {
    /// The values that it is computed from.
    #[must_use]
    pub fn inner(&self) -> Vec<&Self> {
        match self {
            Self::Compute(_, left, right) => vec![left, right],
            Self::Call(_, inner) | Self::Local(_, inner) | Self::Row(_, inner) => vec![inner],
            Self::Field(_)
            | Self::Label(..)
            | Self::Constant(_)
            | Self::Issuance
            | Self::Expiry
            | Self::Claim(_)
            | Self::Size(_) => Vec::new(),
        }
    }

    /// Whether this is so of the value itself or of one that it is computed from.
    pub fn any(&self, is_so: &impl Fn(&Self) -> bool) -> bool {
        is_so(self) || self.inner().into_iter().any(|inner| inner.any(is_so))
    }
}
