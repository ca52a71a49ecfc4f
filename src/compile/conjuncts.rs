//! Moves what `when` requires in any case into the tests of its rule.
//!
//! A conjunct such as `subject == "ann"` says the same as the entry `subject: "ann"` of a map: an
//! absent value makes both false, in rules of every effect. As a test it is cheaper, an
//! [index](super::index) can use it, and a program is printed the same way however it was written.
//! Conjuncts on a set stay, since the quantifier of an entry depends on the rule. So does a
//! conjunct on an attribute that already has another test, unless one test says both: a map has
//! one entry for each attribute.

use super::condition::all;
use crate::check::tree::Constant;
use crate::program::{Condition, Pattern, Value};
use placet_core::model::matcher::Matcher;
use placet_core::model::predicate::Predicate;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// Tests on attributes, with the rest of `when` if there is one.
pub fn drawn(
    tests: &mut Vec<(FieldNo, Pattern)>,
    when: Option<Condition>,
    vocabulary: &Vocabulary,
) -> Option<Condition> {
    let mut open = Vec::new();
    for part in super::actions::parts(when?) {
        match compared(&part, vocabulary) {
            Some((field, pattern)) if join(tests, field, &pattern) => {}
            _ => open.push(part),
        }
    }
    // After the comparisons: where a test needs the value, its presence goes without saying.
    open.retain(|part| match present(part, vocabulary) {
        Some((field, pattern)) => !is_implied(tests, field, &pattern) && !join(tests, field, &pattern),
        None => true,
    });
    (!open.is_empty()).then(|| all(open))
}

/// What a comparison with a constant requires of an attribute.
fn compared(part: &Condition, vocabulary: &Vocabulary) -> Option<(FieldNo, Pattern)> {
    match part {
        Condition::Compare(predicate, Value::Constant(constant), value) => {
            on(value, vocabulary, |scalar| from_right(*predicate, constant, scalar))
        }
        Condition::Compare(predicate, value, Value::Constant(constant)) => {
            on(value, vocabulary, |scalar| from_left(*predicate, constant, scalar))
        }
        Condition::Matches(value, pattern) => {
            on(value, vocabulary, |_| Some(pattern.clone()).filter(is_constant).filter(|it| !matches_absence(it)))
        }
        Condition::Holds(value) => on(value, vocabulary, |_| Some(Pattern::Bool(true))),
        Condition::Constant(_)
        | Condition::All(_)
        | Condition::AnyOf(_)
        | Condition::Not(_)
        | Condition::Compare(..)
        | Condition::AnyElement(..)
        | Condition::EveryElement(..)
        | Condition::Member(..)
        | Condition::ElementsIn(..)
        | Condition::Action(_)
        | Condition::Has(_)
        | Condition::HasLabel(..)
        | Condition::HasClaim(_)
        | Condition::InRow(..)
        | Condition::AnyInRow(..)
        | Condition::EveryInRow(..)
        | Condition::HasRow(..)
        | Condition::Vouched(_)
        | Condition::Approved(_) => None,
    }
}

/// The attribute whose presence is required, and its pattern.
fn present(part: &Condition, vocabulary: &Vocabulary) -> Option<(FieldNo, Pattern)> {
    match part {
        Condition::Has(field) => match vocabulary.attribute(*field)?.ty {
            Type::One(_) | Type::Labels => Some((*field, Pattern::Any)),
            Type::Set(_) => None,
        },
        Condition::HasLabel(field, name) => Some((*field, Pattern::Label(name.clone(), Box::new(Pattern::Any)))),
        _ => None,
    }
}

/// A pattern on the value of an attribute or a label, as one on the attribute.
fn on(
    value: &Value,
    vocabulary: &Vocabulary,
    pattern: impl FnOnce(Scalar) -> Option<Pattern>,
) -> Option<(FieldNo, Pattern)> {
    let (field, pattern) = match value {
        Value::Field(field) => (*field, pattern(value.scalar(vocabulary)?)?),
        Value::Label(field, name) => (*field, Pattern::Label(name.clone(), Box::new(pattern(Scalar::String)?))),
        _ => return None,
    };
    Some((field, pattern)).filter(|(_, pattern)| *pattern != Pattern::NEVER)
}

/// `value < constant`
fn from_left(predicate: Predicate, constant: &Constant, scalar: Scalar) -> Option<Pattern> {
    match predicate {
        Predicate::Equal => equal(constant, scalar),
        Predicate::Less => Some(Pattern::range(i64::MIN, number(constant, scalar)?.checked_sub(1)?)),
        Predicate::LessOrEqual => Some(Pattern::range(i64::MIN, number(constant, scalar)?)),
        Predicate::StartsWith => affix(Matcher::Prefix, constant, scalar),
        Predicate::EndsWith => affix(Matcher::Suffix, constant, scalar),
        Predicate::Unequal | Predicate::Contains => None,
    }
}

/// `constant < value`
fn from_right(predicate: Predicate, constant: &Constant, scalar: Scalar) -> Option<Pattern> {
    match predicate {
        Predicate::Equal => equal(constant, scalar),
        Predicate::Less => Some(Pattern::range(number(constant, scalar)?.checked_add(1)?, i64::MAX)),
        Predicate::LessOrEqual => Some(Pattern::range(number(constant, scalar)?, i64::MAX)),
        Predicate::Unequal | Predicate::StartsWith | Predicate::EndsWith | Predicate::Contains => None,
    }
}

fn equal(constant: &Constant, scalar: Scalar) -> Option<Pattern> {
    (constant.scalar() == scalar).then(|| Pattern::equal(constant.clone()))
}

fn affix(matcher: Matcher, constant: &Constant, scalar: Scalar) -> Option<Pattern> {
    let fits = constant.scalar() == scalar && matcher.row().accepts.admits(scalar);
    fits.then(|| constant.clone().into_bytes().map(|text| Pattern::text(matcher, text)))?
}

fn number(constant: &Constant, scalar: Scalar) -> Option<i64> {
    super::condition::number(constant).filter(|_| constant.scalar() == scalar)
}

/// Whether the tests already hold only where this pattern of presence does.
fn is_implied(tests: &[(FieldNo, Pattern)], field: FieldNo, pattern: &Pattern) -> bool {
    let known = tests.iter().filter(|(tested, _)| *tested == field);
    known.map(|(_, known)| known).any(|known| match pattern {
        Pattern::Label(name, _) => {
            labels(known).into_iter().flatten().any(|(known, inner)| known == name && !matches_absence(inner))
        }
        _ => !matches_absence(known),
    })
}

/// Whether an absent value matches.
fn matches_absence(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Absent => true,
        Pattern::AnyOf(parts) => parts.iter().any(matches_absence),
        Pattern::AllOf(parts) => parts.iter().all(matches_absence),
        Pattern::Label(_, inner) => matches_absence(inner),
        Pattern::Any
        | Pattern::Not(_)
        | Pattern::Bool(_)
        | Pattern::Equal(_)
        | Pattern::Text(..)
        | Pattern::Range(..)
        | Pattern::Network(_)
        | Pattern::Is(_)
        | Pattern::Made(..) => false,
    }
}

/// Whether it reads no other value of the request.
fn is_constant(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Is(_) | Pattern::Made(..) => false,
        Pattern::AnyOf(parts) | Pattern::AllOf(parts) => parts.iter().all(is_constant),
        Pattern::Not(inner) | Pattern::Label(_, inner) => is_constant(inner),
        Pattern::Any
        | Pattern::Absent
        | Pattern::Bool(_)
        | Pattern::Equal(_)
        | Pattern::Text(..)
        | Pattern::Range(..)
        | Pattern::Network(_) => true,
    }
}

/// Adds a test to those of the same attribute. `false` if no single test says both.
fn join(tests: &mut Vec<(FieldNo, Pattern)>, field: FieldNo, pattern: &Pattern) -> bool {
    let Some((_, known)) = tests.iter_mut().find(|(tested, _)| *tested == field) else {
        tests.push((field, pattern.clone()));
        return true;
    };
    let joined = both(known, pattern);
    let is_joined = joined.is_some();
    *known = joined.unwrap_or_else(|| known.clone());
    is_joined
}

/// One pattern that says the same as both.
fn both(known: &Pattern, other: &Pattern) -> Option<Pattern> {
    match (known, other) {
        (Pattern::Any, other) => Some(other.clone()),
        (Pattern::Range(first, last), Pattern::Range(from, to)) => {
            Some(Pattern::range(*first.max(from), *last.min(to))).filter(|range| *range != Pattern::NEVER)
        }
        (known, Pattern::Label(name, inner)) => {
            let mut all: Vec<(String, Pattern)> =
                labels(known)?.into_iter().map(|(name, inner)| (name.clone(), inner.clone())).collect();
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = both(known, inner)?,
                None => all.push((name.clone(), (**inner).clone())),
            }
            Some(Pattern::labels(all))
        }
        _ => None,
    }
}

/// The labels of a map of labels.
fn labels(pattern: &Pattern) -> Option<Vec<(&String, &Pattern)>> {
    let parts = match pattern {
        Pattern::AllOf(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    parts.iter().map(label).collect()
}

fn label(pattern: &Pattern) -> Option<(&String, &Pattern)> {
    match pattern {
        Pattern::Label(name, inner) => Some((name, inner)),
        _ => None,
    }
}
