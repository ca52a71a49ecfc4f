//! What a condition knows to be present: behind `has x &&` the attribute `x` may be read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::tree::{Condition, Operand, Pattern, Test};
use crate::limits::ATTRIBUTES;
use crate::model::vocabulary::FieldNo;

/// One bit for every attribute: every rule makes a set of its own, and most files are rules.
type Fields = u32;

const _: () = assert!(ATTRIBUTES <= Fields::BITS as usize, "every attribute has its bit");

fn bit(field: FieldNo) -> Fields {
    1_u32.checked_shl(u32::from(field.0)).unwrap_or(0)
}

/// Attributes and labels that are known to have a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Present {
    fields: Fields,
    labels: BTreeSet<(FieldNo, String)>,
    /// Behind what could not be read, nothing is known to be absent: the mistake before may be the guard.
    everything: bool,
}

/// What a condition was told that it may be absent: each attribute and label once, at the first place that reads it.
#[derive(Debug, Default)]
pub(super) struct Told {
    names: RefCell<BTreeSet<(FieldNo, Option<String>)>>,
    times: Cell<usize>,
}

impl Told {
    /// Whether this is the first time.
    pub(super) fn first(&self, field: FieldNo, label: Option<&str>) -> bool {
        self.times.set(self.times.get() + 1);
        self.names.borrow_mut().insert((field, label.map(str::to_owned)))
    }

    /// How often something was told, or would have been if it were the first time.
    pub(super) const fn times(&self) -> usize {
        self.times.get()
    }
}

impl Present {
    /// For what stands behind an error.
    pub(super) fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// What the map of a rule makes sure of before its condition is looked at.
    pub(super) fn by_tests(tests: &[Test]) -> Self {
        let mut present = Self::default();
        for test in tests.iter().filter(|test| !matches_absence(&test.pattern)) {
            present.fields |= bit(test.field);
            if let Pattern::Labels(labels) = &test.pattern {
                let there = labels.iter().filter(|(_, pattern)| !matches_absence(pattern));
                present.labels.extend(there.map(|(name, _)| (test.field, name.clone())));
            }
        }
        present
    }

    /// Whether the attribute has a value.
    pub(super) fn has(&self, field: FieldNo) -> bool {
        self.everything || self.fields & bit(field) != 0
    }

    /// Whether the label has a value.
    pub(super) fn has_label(&self, field: FieldNo, name: &str) -> bool {
        self.everything || self.labels.contains(&(field, name.to_owned()))
    }

    /// What both make sure of, together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.fields |= other.fields;
        self.labels.extend(other.labels);
        self.everything |= other.everything;
        self
    }

    fn or(self, other: Self) -> Self {
        match (self.everything, other.everything) {
            (true, _) => other,
            (_, true) => self,
            (false, false) => {
                Self { fields: self.fields & other.fields, labels: &self.labels & &other.labels, everything: false }
            }
        }
    }

    /// What is present where `condition` turns out as `truth`.
    pub(super) fn when(condition: &Condition, truth: bool) -> Self {
        let each = |list: &[Condition]| list.iter().map(|one| Self::when(one, truth)).collect::<Vec<_>>();
        let all = |list: Vec<Self>| list.into_iter().fold(Self::default(), Self::and);
        let common = |list: Vec<Self>| list.into_iter().reduce(Self::or).unwrap_or_default();
        match (condition, truth) {
            (Condition::Not(inner), _) => Self::when(inner, !truth),
            (Condition::All(list), true) | (Condition::AnyOf(list), false) => all(each(list)),
            (Condition::All(list), false) | (Condition::AnyOf(list), true) => common(each(list)),
            // What can not happen makes sure of everything.
            (Condition::Constant(value), _) if *value != truth => Self::everything(),
            (
                Condition::Has(field)
                | Condition::Some(field, _)
                | Condition::Every(field, _)
                | Condition::Member(_, field),
                true,
            ) => Self::field(*field),
            (Condition::HasLabel(field, name), true) => {
                let labels = BTreeSet::from([(*field, name.clone())]);
                Self { labels, ..Self::field(*field) }
            }
            (Condition::Matches(Operand::Field(field), _), true) => Self::field(*field),
            _ => Self::default(),
        }
    }

    fn field(field: FieldNo) -> Self {
        Self { fields: bit(field), ..Self::default() }
    }
}

/// Whether the pattern also matches where there is no value.
pub(super) fn matches_absence(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Absent => true,
        Pattern::OneOf(list) => list.iter().any(matches_absence),
        Pattern::Labels(labels) => labels.iter().all(|(_, pattern)| matches_absence(pattern)),
        Pattern::Any
        | Pattern::Equal(_)
        | Pattern::InParameter(_)
        | Pattern::Not(_)
        | Pattern::Affix(..)
        | Pattern::Glob(_)
        | Pattern::Regex(_)
        | Pattern::Range(..)
        | Pattern::Network(_)
        | Pattern::Path(_) => false,
    }
}
