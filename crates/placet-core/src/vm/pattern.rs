//! Evaluates a rule's requirements on a value. A pattern is read to its end even when the outcome
//! is already known, unless the whole frame is abandoned.

use arrayvec::ArrayVec;

use super::{Machine, begins, equals, take};
use crate::bytecode::constant::network_contains;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::made::{Spelled, made_matches, made_path_matches};
use crate::bytecode::matching::Unit;
use crate::bytecode::op::{Const, Instruction, Length, Pattern};
use crate::bytecode::search::matches;
use crate::limits::MADE_VALUES;
use crate::model::matcher::Matcher;
use crate::model::value::Value;

impl<'p> Machine<'p, '_> {
    /// Whether `subject` matches the pattern at the cursor. Patterns without children are decided
    /// in place; most rules consist of them.
    #[inline(always)]
    pub(super) fn pattern(&self, code: &mut Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        let composite = match Pattern::read(code)? {
            Pattern::Any {} => return Some(subject.is_some()),
            Pattern::Absent {} => return Some(subject.is_none()),
            Pattern::Eq { text } => {
                let text = self.constant(text)?;
                return Some(subject.is_some_and(|subject| equals(subject, text)));
            }
            Pattern::Text(Matcher::Prefix, text) => {
                let text = self.constant(text)?;
                return Some(subject.is_some_and(|subject| begins(subject, text)));
            }
            leaf @ (Pattern::IsTrue {}
            | Pattern::IsFalse {}
            | Pattern::Range { .. }
            | Pattern::Net { .. }
            | Pattern::Text(..)) => return subject.map_or(Some(false), |subject| self.leaf(leaf, subject)),
            Pattern::Not {} => Composite::Not,
            Pattern::AnyOf { body } => Composite::AnyOf(body),
            Pattern::AllOf { body } => Composite::AllOf(body),
            Pattern::Label { name } => Composite::Label(name),
            Pattern::Is {} => Composite::Is,
            Pattern::Made { shape, body } => Composite::Made(shape, body),
        };
        // A copy goes to the rarer path, so that the cursor itself can stay in registers.
        let mut after = code.clone();
        let matches = self.composite(composite, &mut after, subject)?;
        *code = after;
        Some(matches)
    }

    #[inline(never)]
    fn composite(&self, composite: Composite, code: &mut Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        match composite {
            Composite::Not => Some(!self.pattern(code, subject)? && subject.is_some()),
            Composite::AnyOf(body) => self.one_matches(take(code, body)?, subject),
            Composite::AllOf(body) => self.all_match(take(code, body)?, subject),
            Composite::Is => self.is_value(code, subject),
            Composite::Made(shape, body) => self.made(shape, take(code, body)?, subject),
            Composite::Label(name) => match subject {
                Some(Value::Labels(labels)) => {
                    let value = self.label_of(labels, self.constant(name)?)?;
                    self.pattern(code, value.as_ref())
                }
                // Without labels, each label is absent.
                None => self.pattern(code, None),
                Some(_) => None,
            },
        }
    }

    #[inline(never)]
    fn is_value(&self, code: &mut Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        let wanted = self.value(code)?;
        Some(wanted.is_some_and(|wanted| subject.is_some_and(|subject| *subject == wanted)))
    }

    fn one_matches(&self, mut body: Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        while !body.is_empty() {
            if self.pattern(&mut body, subject)? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn all_match(&self, mut body: Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        while !body.is_empty() {
            if !self.pattern(&mut body, subject)? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Whether a value consists of the pieces of the shape, with values of the request in their
    /// places.
    #[inline(never)]
    fn made(&self, shape: Const, mut body: Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        let mut values: ArrayVec<Spelled<'_>, MADE_VALUES> = ArrayVec::new();
        while !body.is_empty() {
            let Some(value) = self.value(&mut body)? else { return Some(false) };
            values.try_push(Spelled::of(&value)?).ok()?;
        }
        let Some(subject) = subject else { return Some(false) };
        let (shape, bytes) = (self.constant(shape)?, subject.bytes()?);
        self.fuel.spend(bytes.len())?;
        match subject {
            Value::Path(_) => made_path_matches(shape, &values, bytes),
            Value::Bytes(_) => made_matches(shape, &values, bytes, Unit::Byte),
            Value::String(_) => made_matches(shape, &values, bytes, Unit::Character),
            // The verifier takes no others.
            Value::Url(_)
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uuid(_)
            | Value::Time(_)
            | Value::Duration(_)
            | Value::Ip(_)
            | Value::Set(_)
            | Value::Labels(_) => None,
        }
    }

    /// The rarer patterns without children, on a value that is present.
    #[inline(never)]
    fn leaf(&self, leaf: Pattern, subject: &Value<'_>) -> Option<bool> {
        Some(match leaf {
            Pattern::Text(matcher, constant) => matches(matcher, self.constant(constant)?, subject, self.fuel)?,
            Pattern::IsTrue {} => *subject == Value::Bool(true),
            Pattern::IsFalse {} => *subject == Value::Bool(false),
            Pattern::Range { first, last } => (first.0..=last.0).contains(&subject.number()?),
            Pattern::Net { network } => {
                let Value::Ip(address) = *subject else { return None };
                network_contains(self.constant(network)?, address)?
            }
            // These are decided before this point.
            Pattern::Any {}
            | Pattern::Absent {}
            | Pattern::Eq { .. }
            | Pattern::Not {}
            | Pattern::AnyOf { .. }
            | Pattern::AllOf { .. }
            | Pattern::Is {}
            | Pattern::Made { .. }
            | Pattern::Label { .. } => return None,
        })
    }
}

/// A pattern with children.
#[derive(Clone, Copy)]
enum Composite {
    Not,
    AnyOf(Length),
    AllOf(Length),
    Label(Const),
    Is,
    Made(Const, Length),
}
