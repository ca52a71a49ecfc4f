//! Conditions. What the arguments decide is decided here; what is left asks the request.

use super::Lowering;
use super::error::Cause;
use super::node::{Matcher, Pair, Truth, Value};
use super::part::refuse_empty;
use crate::bytecode::verify::{difference_type, sum_type};
use crate::check::tree::{Condition, Constant, Operand, Pattern, Term};
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::FieldNo;
use crate::syntax::ast::Comparison;

impl Lowering<'_> {
    /// A condition.
    pub(super) fn condition(&self, condition: &Condition) -> Result<Truth, Cause> {
        match condition {
            Condition::Constant(truth) => Ok(Truth::Constant(*truth)),
            Condition::Not(inner) => self.condition(inner).map(negated),
            Condition::All(parts) => self.conditions(parts).map(all),
            Condition::AnyOf(parts) => self.conditions(parts).map(some),
            Condition::Compare(comparison, left, right) => self.compare(*comparison, left, right),
            Condition::Matches(operand, pattern) => self.matches(operand, pattern),
            Condition::Some(field, pattern) => Ok(Truth::AnyElement(*field, self.on_field(*field, pattern)?)),
            Condition::Every(field, pattern) => Ok(Truth::EveryElement(*field, self.on_field(*field, pattern)?)),
            Condition::Member(operand, field) => Ok(Truth::Member(*field, self.operand(operand)?)),
            Condition::Has(field) => Ok(Truth::Has(*field)),
            Condition::HasLabel(field, name) => Ok(Truth::HasLabel(*field, name.clone())),
            Condition::StartsWith(text, part) => self.part(Pair::StartsWith, text, part),
            Condition::EndsWith(text, part) => self.part(Pair::EndsWith, text, part),
            Condition::Contains(text, part) => self.part(Pair::Contains, text, part),
            Condition::Truth(operand) => Ok(match self.operand(operand)? {
                Value::Constant(Constant::Bool(truth)) => Truth::Constant(truth),
                value => Truth::Holds(value),
            }),
            Condition::Vouched(key) => Ok(Truth::Vouched(*key)),
        }
    }

    fn conditions(&self, parts: &[Condition]) -> Result<Vec<Truth>, Cause> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// `a > b` is `b < a`.
    fn compare(&self, comparison: Comparison, left: &Operand, right: &Operand) -> Result<Truth, Cause> {
        match comparison {
            Comparison::Equal => self.pair(Pair::Equal, left, right),
            Comparison::NotEqual => self.pair(Pair::Unequal, left, right),
            Comparison::Less => self.pair(Pair::Less, left, right),
            Comparison::LessOrEqual => self.pair(Pair::LessEqual, left, right),
            Comparison::Greater => self.pair(Pair::Less, right, left),
            Comparison::GreaterOrEqual => self.pair(Pair::LessEqual, right, left),
        }
    }

    /// Whether a text has a part. An empty argument as the part would be in every text.
    fn part(&self, pair: Pair, text: &Operand, part: &Operand) -> Result<Truth, Cause> {
        if let Operand::Term(term, _) = part {
            refuse_empty(&self.term_parts(term)?)?;
        }
        self.pair(pair, text, part)
    }

    fn pair(&self, pair: Pair, left: &Operand, right: &Operand) -> Result<Truth, Cause> {
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        let known = match (&left, &right) {
            (Value::Constant(left), Value::Constant(right)) => decided(pair, left, right),
            _ => None,
        };
        Ok(known.map_or_else(|| Truth::Pair(pair, left, right), Truth::Constant))
    }

    fn matches(&self, operand: &Operand, pattern: &Pattern) -> Result<Truth, Cause> {
        let scalar = self.scalar(operand)?;
        Ok(match (self.operand(operand)?, self.pattern(pattern, scalar)?) {
            (_, matcher) if matcher == Matcher::NEVER => Truth::Constant(false),
            (Value::Constant(_), Matcher::Any) => Truth::Constant(true),
            (value, matcher) => Truth::Matches(value, matcher),
        })
    }

    fn on_field(&self, field: FieldNo, pattern: &Pattern) -> Result<Matcher, Cause> {
        self.pattern_on(pattern, self.field_type(field)?)
    }

    pub(super) fn field_type(&self, field: FieldNo) -> Result<Type, Cause> {
        let attribute = self.vocabulary.attribute(field);
        attribute.map(|attribute| attribute.ty).ok_or(Cause::Mistyped { wanted: Scalar::String })
    }

    fn operand(&self, operand: &Operand) -> Result<Value, Cause> {
        let boxed = |operand: &Operand| self.operand(operand).map(Box::new);
        Ok(match operand {
            Operand::Field(field) => Value::Field(*field),
            Operand::Label(field, name) => Value::Label(*field, name.clone()),
            Operand::Term(term, scalar) => Value::Constant(self.term(term, *scalar)?),
            Operand::Issuance => Value::Issuance,
            Operand::Expiry => Value::Expiry,
            Operand::Add(..) | Operand::Subtract(..) => whole(self.summand(operand)?, self.scalar(operand)?),
            Operand::Hour(inner) => Value::Hour(boxed(inner)?),
            Operand::Minute(inner) => Value::Minute(boxed(inner)?),
            Operand::Weekday(inner) => Value::Weekday(boxed(inner)?),
            Operand::Length(inner) => Value::Length(boxed(inner)?),
            Operand::Size(field) => Value::Size(*field),
        })
    }

    /// A part of a sum, which may be one itself.
    fn summand(&self, operand: &Operand) -> Result<Value, Cause> {
        match operand {
            Operand::Add(left, right) => Ok(sum(self.summand(left)?, self.summand(right)?)),
            Operand::Subtract(left, right) => Ok(difference(self.summand(left)?, self.summand(right)?)),
            term => self.operand(term),
        }
    }

    /// The type of an operand's value.
    fn scalar(&self, operand: &Operand) -> Result<Scalar, Cause> {
        let mistyped = Cause::Mistyped { wanted: Scalar::Int };
        match operand {
            Operand::Field(field) => match self.field_type(*field)? {
                Type::One(scalar) => Ok(scalar),
                Type::Set(_) | Type::Labels => Err(mistyped),
            },
            Operand::Label(..) => Ok(Scalar::String),
            Operand::Term(_, scalar) => Ok(*scalar),
            Operand::Issuance | Operand::Expiry => Ok(Scalar::Time),
            Operand::Add(left, right) => sum_type(self.scalar(left)?, self.scalar(right)?).ok_or(mistyped),
            Operand::Subtract(left, right) => difference_type(self.scalar(left)?, self.scalar(right)?).ok_or(mistyped),
            Operand::Hour(_) | Operand::Minute(_) | Operand::Weekday(_) | Operand::Length(_) | Operand::Size(_) => {
                Ok(Scalar::Int)
            }
        }
    }

    /// The number that a term is.
    pub(super) fn number(&self, term: &Term, wanted: Scalar) -> Result<i64, Cause> {
        number(&self.term(term, wanted)?).ok_or(Cause::Mistyped { wanted })
    }
}

fn negated(inner: Truth) -> Truth {
    match inner {
        Truth::Constant(truth) => Truth::Constant(!truth),
        Truth::Negate(inner) => *inner,
        other => Truth::Negate(Box::new(other)),
    }
}

/// All of `parts`: flat, without those that are true anyway.
pub fn all(parts: Vec<Truth>) -> Truth {
    let mut flat: Vec<Truth> = Vec::new();
    for part in parts {
        match part {
            Truth::Constant(true) => {}
            Truth::Constant(false) => return Truth::Constant(false),
            Truth::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => Truth::Constant(true),
        1 => flat.remove(0),
        _ => Truth::All(flat),
    }
}

/// One of `parts`: flat, without those that are false anyway.
fn some(parts: Vec<Truth>) -> Truth {
    let mut flat: Vec<Truth> = Vec::new();
    for part in parts {
        match part {
            Truth::Constant(false) => {}
            Truth::Constant(true) => return Truth::Constant(true),
            Truth::Some(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => Truth::Constant(false),
        1 => flat.remove(0),
        _ => Truth::Some(flat),
    }
}

/// The answer where both values are known.
fn decided(pair: Pair, left: &Constant, right: &Constant) -> Option<bool> {
    let numbers = number(left).zip(number(right));
    let texts = bytes(left).zip(bytes(right));
    match pair {
        Pair::Equal => Some(left == right),
        Pair::Unequal => Some(left != right),
        Pair::Less => numbers.map(|(left, right)| left < right),
        Pair::LessEqual => numbers.map(|(left, right)| left <= right),
        Pair::StartsWith => texts.map(|(text, start)| text.starts_with(start)),
        Pair::EndsWith => texts.map(|(text, end)| text.ends_with(end)),
        Pair::Contains => None,
    }
}

fn number(constant: &Constant) -> Option<i64> {
    match constant {
        Constant::Int(number) | Constant::Time(number) | Constant::Duration(number) => Some(*number),
        _ => None,
    }
}

fn bytes(constant: &Constant) -> Option<&[u8]> {
    match constant {
        Constant::String(text) => Some(text.as_bytes()),
        Constant::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// A whole sum: of constants alone it is one, and saturates as it does when it is decided.
fn whole(sum: Value, ty: Scalar) -> Value {
    let end = |exact| if exact < 0 { i64::MIN } else { i64::MAX };
    let number = exact(&sum).map(|exact| i64::try_from(exact).unwrap_or(end(exact)));
    number.and_then(|number| typed(number, ty)).map_or(sum, Value::Constant)
}

/// What a sum of constants is.
fn exact(value: &Value) -> Option<i128> {
    match value {
        Value::Constant(constant) => number(constant).map(i128::from),
        Value::Add(left, right) => Some(exact(left)? + exact(right)?),
        Value::Subtract(left, right) => Some(exact(left)? - exact(right)?),
        _ => None,
    }
}

/// What would overflow is left as it is: it may be a part of a longer sum, which is exact.
fn sum(left: Value, right: Value) -> Value {
    let known = match (&left, &right) {
        (Value::Constant(left), Value::Constant(right)) => computed(left, right, sum_type, i64::checked_add),
        _ => None,
    };
    known.map_or_else(|| Value::Add(Box::new(left), Box::new(right)), Value::Constant)
}

fn difference(left: Value, right: Value) -> Value {
    let known = match (&left, &right) {
        (Value::Constant(left), Value::Constant(right)) => computed(left, right, difference_type, i64::checked_sub),
        _ => None,
    };
    known.map_or_else(|| Value::Subtract(Box::new(left), Box::new(right)), Value::Constant)
}

fn computed(
    left: &Constant,
    right: &Constant,
    ty: fn(Scalar, Scalar) -> Option<Scalar>,
    compute: fn(i64, i64) -> Option<i64>,
) -> Option<Constant> {
    typed(compute(number(left)?, number(right)?)?, ty(left.scalar(), right.scalar())?)
}

fn typed(number: i64, ty: Scalar) -> Option<Constant> {
    match ty {
        Scalar::Int => Some(Constant::Int(number)),
        Scalar::Time => Some(Constant::Time(number)),
        Scalar::Duration => Some(Constant::Duration(number)),
        _ => None,
    }
}
