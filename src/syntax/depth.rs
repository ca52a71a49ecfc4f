//! Whether a tree is flat enough: code that walks a tree recurses as deep as it nests.

use crate::syntax::ast::{Condition, ConditionKind, Form, Pattern, Written};

/// Whether a pattern has at most `levels` levels; a literal has one. Looks no deeper than that.
pub(crate) fn pattern_fits(pattern: &Pattern, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return false };
    match pattern.form() {
        Form::List(list) => list.iter().all(|element| pattern_fits(element, below)),
        Form::Not(inner) | Form::Elements(_, inner) => pattern_fits(inner, below),
        Form::Map(entries) => entries.iter().all(|entry| pattern_fits(&entry.value, below)),
        Form::Value(Written::Row(_, key)) => condition_fits(key, below),
        Form::Name(_) | Form::Any | Form::Absent | Form::Value(_) => true,
    }
}

/// Whether a condition has at most `levels` levels; a name has one. Looks no deeper than that.
pub(crate) fn condition_fits(condition: &Condition, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return false };
    match &condition.kind {
        ConditionKind::Not(inner) | ConditionKind::Row(_, inner) | ConditionKind::HasRow(_, inner) => {
            condition_fits(inner, below)
        }
        ConditionKind::And(a, b)
        | ConditionKind::Or(a, b)
        | ConditionKind::Compare(_, a, b)
        | ConditionKind::Compute(_, a, b) => condition_fits(a, below) && condition_fits(b, below),
        ConditionKind::In(value, pattern) => condition_fits(value, below) && pattern_fits(pattern, below),
        ConditionKind::Some(_, pattern) | ConditionKind::Every(_, pattern) => pattern_fits(pattern, below),
        ConditionKind::Call(_, arguments) | ConditionKind::List(arguments) => {
            arguments.iter().all(|argument| condition_fits(argument, below))
        }
        ConditionKind::Literal(_)
        | ConditionKind::Name(_)
        | ConditionKind::TokenField(_)
        | ConditionKind::HasTokenField(_)
        | ConditionKind::Label(..)
        | ConditionKind::Has(..) => true,
    }
}
