//! The fields of a token that are known at compile time, for conditions that read `token.owner`.

use super::terms::as_text;
use super::tree::{Constant, Term, Text};
use placet_core::model::types::Scalar;

/// A field of the token that conditions may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum KnownField {
    /// It has this value, of this type.
    Value(Term, Scalar),
    /// It is given, but has an error.
    Faulty,
    /// It is not given.
    #[default]
    Missing,
}

impl KnownField {
    /// A field that is given or not, with the value that could be read.
    pub(super) fn of(given: bool, value: Option<(Term, Scalar)>) -> Self {
        match (given, value) {
            (false, _) => Self::Missing,
            (true, None) => Self::Faulty,
            (true, Some((term, scalar))) => Self::Value(term, scalar),
        }
    }

    /// The value, if there is one without error.
    pub(super) const fn term(&self) -> Option<&Term> {
        match self {
            Self::Value(term, _) => Some(term),
            Self::Faulty | Self::Missing => None,
        }
    }

    /// The value as text.
    pub(super) fn text(&self) -> Option<Text> {
        self.term().map(|term| as_text(term.clone()))
    }
}

/// The fields that are known when the token is compiled.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) id: KnownField,
    pub(super) kind: KnownField,
    pub(super) owner: KnownField,
    pub(super) producer: KnownField,
    pub(super) application: KnownField,
}

impl Known {
    pub(super) fn field(&self, name: &str) -> &KnownField {
        match name {
            "id" => &self.id,
            "type" => &self.kind,
            "owner" => &self.owner,
            "producer" => &self.producer,
            _ => &self.application,
        }
    }

    /// `READ` or `WRITE`
    pub(super) fn kind(&self) -> Option<&str> {
        match self.kind.term()? {
            Term::Constant(Constant::String(word)) => Some(word),
            _ => None,
        }
    }
}
