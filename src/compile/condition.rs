//! Lowers conditions: folds everything that the arguments determine; the rest is evaluated per
//! request.

use super::Lowering;
use super::error::TemplateError;
use super::part::refuse_empty;
use crate::check::tree::{Actions, Condition, Constant, Operand, Pattern, Term};
use crate::program::{self, Value};
use crate::syntax::ast::Comparison;
use placet_core::model::arithmetic::Arithmetic;
use placet_core::model::matcher::Matcher;
use placet_core::model::predicate::{Anchor, Predicate};
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::FieldNo;

impl Lowering<'_> {
    pub(super) fn condition(&self, condition: &Condition) -> Result<program::Condition, TemplateError> {
        match condition {
            Condition::Constant(truth) => Ok(program::Condition::Constant(*truth)),
            Condition::Not(inner) => self.condition(inner).map(negated),
            Condition::All(parts) => self.conditions(parts).map(all),
            Condition::AnyOf(parts) => self.conditions(parts).map(some),
            Condition::Compare(comparison, left, right) => self.compare(*comparison, left, right),
            Condition::Matches(operand, pattern) => self.matches(operand, pattern),
            Condition::Some(field, pattern) => {
                Ok(program::Condition::AnyElement(*field, self.on_field(*field, pattern)?))
            }
            Condition::Every(field, pattern) => {
                Ok(program::Condition::EveryElement(*field, self.on_field(*field, pattern)?))
            }
            Condition::Member(operand, field) => Ok(program::Condition::Member(self.operand(operand)?, *field)),
            Condition::ElementsIn(quantifier, field, set) => {
                Ok(program::Condition::ElementsIn(*quantifier, *field, *set))
            }
            Condition::Action(Actions { listed, negated: is_negated }) => {
                let asked = match listed.as_slice() {
                    [] => program::Condition::Constant(false),
                    listed => program::Condition::Action(listed.to_vec()),
                };
                Ok(if *is_negated { negated(asked) } else { asked })
            }
            Condition::InRow(operand, table, key) => {
                Ok(program::Condition::InRow(self.operand(operand)?, table.clone(), self.operand(key)?))
            }
            Condition::AnyInRow(field, table, key) => {
                Ok(program::Condition::AnyInRow(*field, table.clone(), self.operand(key)?))
            }
            Condition::EveryInRow(field, table, key) => {
                Ok(program::Condition::EveryInRow(*field, table.clone(), self.operand(key)?))
            }
            Condition::HasRow(table, key) => Ok(program::Condition::HasRow(table.clone(), self.operand(key)?)),
            Condition::Has(field) => Ok(program::Condition::Has(*field)),
            Condition::HasLabel(field, name) => Ok(program::Condition::HasLabel(*field, name.clone())),
            Condition::HasClaim(path) => Ok(program::Condition::HasClaim(path.clone())),
            Condition::Call(predicate, text, part) => self.part(*predicate, text, part),
            Condition::Truth(operand) => Ok(match self.operand(operand)? {
                Value::Constant(Constant::Bool(truth)) => program::Condition::Constant(truth),
                value => program::Condition::Holds(value),
            }),
            Condition::Vouched(key) => Ok(program::Condition::Vouched(*key)),
            Condition::Approved(quorum) => self.quorum(quorum).map(program::Condition::Approved),
        }
    }

    fn conditions(&self, parts: &[Condition]) -> Result<Vec<program::Condition>, TemplateError> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// `a > b` is `b < a`.
    fn compare(
        &self,
        comparison: Comparison,
        left: &Operand,
        right: &Operand,
    ) -> Result<program::Condition, TemplateError> {
        for (made, other) in [(right, left), (left, right)] {
            if let Operand::Term(Term::Text(text), scalar) = made
                && text.has_attributes()
            {
                let pattern = self.made(None, text, *scalar)?;
                return Ok(made_compared(comparison, self.operand(other)?, pattern));
            }
        }
        match comparison {
            Comparison::Equal => self.predicate(Predicate::Equal, left, right),
            Comparison::NotEqual => self.predicate(Predicate::Unequal, left, right),
            Comparison::Less => self.predicate(Predicate::Less, left, right),
            Comparison::LessOrEqual => self.predicate(Predicate::LessOrEqual, left, right),
            Comparison::Greater => self.predicate(Predicate::Less, right, left),
            Comparison::GreaterOrEqual => self.predicate(Predicate::LessOrEqual, right, left),
        }
    }

    /// Whether a text has a part. An empty argument as the part would be in every text.
    fn part(&self, predicate: Predicate, text: &Operand, part: &Operand) -> Result<program::Condition, TemplateError> {
        if let (Operand::Term(Term::Text(made), scalar), Some(end)) = (part, predicate.row().anchor)
            && made.has_attributes()
        {
            let matcher = match end {
                Anchor::Start => Matcher::Prefix,
                Anchor::End => Matcher::Suffix,
            };
            return Ok(program::Condition::Matches(self.operand(text)?, self.made(Some(matcher), made, *scalar)?));
        }
        if let Operand::Term(term, _) = part {
            refuse_empty(&self.term_parts(term)?)?;
        }
        self.predicate(predicate, text, part)
    }

    fn predicate(
        &self,
        predicate: Predicate,
        left: &Operand,
        right: &Operand,
    ) -> Result<program::Condition, TemplateError> {
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        let known = match (&left, &right) {
            (Value::Constant(left), Value::Constant(right)) => {
                Some(predicate.holds(&left.as_value(), &right.as_value()))
            }
            _ => None,
        };
        Ok(known.map_or_else(|| program::Condition::Compare(predicate, left, right), program::Condition::Constant))
    }

    fn matches(&self, operand: &Operand, pattern: &Pattern) -> Result<program::Condition, TemplateError> {
        let scalar = self.scalar(operand)?;
        Ok(match (self.operand(operand)?, self.pattern(pattern, scalar)?) {
            (_, matcher) if matcher == program::Pattern::NEVER => program::Condition::Constant(false),
            (Value::Constant(_), program::Pattern::Any) => program::Condition::Constant(true),
            (value, program::Pattern::Is(other)) => program::Condition::Compare(Predicate::Equal, value, other),
            (value, matcher) => program::Condition::Matches(value, matcher),
        })
    }

    fn on_field(&self, field: FieldNo, pattern: &Pattern) -> Result<program::Pattern, TemplateError> {
        self.pattern_on(pattern, self.field_type(field)?)
    }

    pub(super) fn field_type(&self, field: FieldNo) -> Result<Type, TemplateError> {
        let attribute = self.vocabulary.attribute(field);
        attribute.map(|attribute| attribute.ty).ok_or(TemplateError::Mistyped { wanted: Scalar::String })
    }

    pub(super) fn operand(&self, operand: &Operand) -> Result<Value, TemplateError> {
        Ok(match operand {
            Operand::Field(field) => Value::Field(*field),
            Operand::Label(field, name) => Value::Label(*field, name.clone()),
            Operand::Term(term, scalar) => Value::Constant(self.term(term, *scalar)?),
            Operand::Issuance => Value::Issuance,
            Operand::Expiry => Value::Expiry,
            Operand::Claim(path) => Value::Claim(path.clone()),
            Operand::Local(zone, time) => Value::Local(self.zone(zone)?, Box::new(self.operand(time)?)),
            Operand::Compute(..) => whole(self.summand(operand)?, self.scalar(operand)?),
            Operand::Row(table, key) => Value::Row(table.clone(), Box::new(self.operand(key)?)),
            Operand::Call(function, inner) => Value::Call(*function, Box::new(self.operand(inner)?)),
            Operand::Size(field) => Value::Size(*field),
        })
    }

    /// A part of a sum, which may be a sum itself.
    fn summand(&self, operand: &Operand) -> Result<Value, TemplateError> {
        match operand {
            Operand::Compute(arithmetic, left, right) => {
                Ok(computed(*arithmetic, self.summand(left)?, self.summand(right)?))
            }
            term => self.operand(term),
        }
    }

    /// The type of an operand's value.
    fn scalar(&self, operand: &Operand) -> Result<Scalar, TemplateError> {
        let mistyped = TemplateError::Mistyped { wanted: Scalar::Int };
        match operand {
            Operand::Field(field) => match self.field_type(*field)? {
                Type::One(scalar) => Ok(scalar),
                Type::Set(_) | Type::Labels => Err(mistyped),
            },
            Operand::Label(..) | Operand::Claim(_) => Ok(Scalar::String),
            Operand::Term(_, scalar) => Ok(*scalar),
            Operand::Issuance | Operand::Expiry | Operand::Local(..) => Ok(Scalar::Time),
            Operand::Compute(arithmetic, left, right) => {
                arithmetic.result(self.scalar(left)?, self.scalar(right)?).ok_or(mistyped)
            }
            Operand::Row(table, _) => Ok(table.element()),
            Operand::Call(function, _) => Ok(function.row().gives),
            Operand::Size(_) => Ok(Scalar::Int),
        }
    }

    /// The numeric value of a term.
    pub(super) fn number(&self, term: &Term, wanted: Scalar) -> Result<i64, TemplateError> {
        number(&self.term(term, wanted)?).ok_or(TemplateError::Mistyped { wanted })
    }
}

/// `key == "home/{user}"`; and `!=`, which needs both sides too.
fn made_compared(comparison: Comparison, value: Value, pattern: program::Pattern) -> program::Condition {
    if comparison != Comparison::NotEqual {
        return program::Condition::Matches(value, pattern);
    }
    let has = |value: &&Value| match value {
        Value::Field(field) => Some(program::Condition::Has(*field)),
        _ => None,
    };
    let mut parts: Vec<program::Condition> = pattern.values().iter().filter_map(has).collect();
    parts.push(program::Condition::Matches(value, program::Pattern::negated(pattern)));
    all(parts)
}

fn negated(inner: program::Condition) -> program::Condition {
    match inner {
        program::Condition::Constant(truth) => program::Condition::Constant(!truth),
        program::Condition::Not(inner) => *inner,
        other => program::Condition::Not(Box::new(other)),
    }
}

/// All of `parts`: flat, without those that are always true.
pub fn all(parts: Vec<program::Condition>) -> program::Condition {
    let mut flat: Vec<program::Condition> = Vec::new();
    for part in parts {
        match part {
            program::Condition::Constant(true) => {}
            program::Condition::Constant(false) => return program::Condition::Constant(false),
            program::Condition::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => program::Condition::Constant(true),
        1 => flat.remove(0),
        _ => program::Condition::All(flat),
    }
}

/// One of `parts`: flat, without those that are always false.
fn some(parts: Vec<program::Condition>) -> program::Condition {
    let mut flat: Vec<program::Condition> = Vec::new();
    for part in parts {
        match part {
            program::Condition::Constant(false) => {}
            program::Condition::Constant(true) => return program::Condition::Constant(true),
            program::Condition::AnyOf(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => program::Condition::Constant(false),
        1 => flat.remove(0),
        _ => program::Condition::AnyOf(flat),
    }
}

pub(super) fn number(constant: &Constant) -> Option<i64> {
    match constant {
        Constant::Int(number) | Constant::Time(number) | Constant::Duration(number) => Some(*number),
        _ => None,
    }
}

/// A whole sum. A sum of constants becomes a constant, and saturates as in the VM.
fn whole(sum: Value, ty: Scalar) -> Value {
    let end = |exact| if exact < 0 { i64::MIN } else { i64::MAX };
    let number = exact(&sum).map(|exact| i64::try_from(exact).unwrap_or(end(exact)));
    number.and_then(|number| Constant::of_number(ty, number)).map_or(sum, Value::Constant)
}

/// The value of a sum of constants.
fn exact(value: &Value) -> Option<i128> {
    match value {
        Value::Constant(constant) => number(constant).map(i128::from),
        Value::Compute(arithmetic, left, right) => Some(arithmetic.exact(exact(left)?, exact(right)?)),
        _ => None,
    }
}

/// A sum that would overflow stays as it is: it may be part of a longer sum, which is exact.
fn computed(arithmetic: Arithmetic, left: Value, right: Value) -> Value {
    let known = match (&left, &right) {
        (Value::Constant(left), Value::Constant(right)) => constant(arithmetic, left, right),
        _ => None,
    };
    known.map_or_else(|| Value::Compute(arithmetic, Box::new(left), Box::new(right)), Value::Constant)
}

fn constant(arithmetic: Arithmetic, left: &Constant, right: &Constant) -> Option<Constant> {
    let exact = arithmetic.exact(number(left)?.into(), number(right)?.into());
    Constant::of_number(arithmetic.result(left.scalar(), right.scalar())?, i64::try_from(exact).ok()?)
}
