//! How deep a tree is: what walks it recurses as deep.

use crate::syntax::ast::{Condition, ConditionKind, Form, Pattern};

/// Levels of a pattern; a literal has one.
pub(crate) fn of_pattern(pattern: &Pattern) -> usize {
    1 + match pattern.form() {
        Form::List(list) => list.iter().map(of_pattern).max().unwrap_or(0),
        Form::Not(inner) => of_pattern(inner),
        Form::Map(entries) => entries.iter().map(|entry| of_pattern(&entry.value)).max().unwrap_or(0),
        Form::Name(_) | Form::Any | Form::Absent | Form::Value => 0,
    }
}

/// Levels of a condition; a name has one.
pub(crate) fn of_condition(condition: &Condition) -> usize {
    1 + match &condition.kind {
        ConditionKind::Not(inner) => of_condition(inner),
        ConditionKind::And(a, b)
        | ConditionKind::Or(a, b)
        | ConditionKind::Compare(_, a, b)
        | ConditionKind::Compute(_, a, b) => of_condition(a).max(of_condition(b)),
        ConditionKind::In(value, pattern) => of_condition(value).max(of_pattern(pattern)),
        ConditionKind::Some(_, pattern) | ConditionKind::Every(_, pattern) => of_pattern(pattern),
        ConditionKind::Call(_, arguments) => arguments.iter().map(of_condition).max().unwrap_or(0),
        ConditionKind::Literal(_)
        | ConditionKind::Name(_)
        | ConditionKind::TokenField(_)
        | ConditionKind::Label(..)
        | ConditionKind::Has(..) => 0,
    }
}
