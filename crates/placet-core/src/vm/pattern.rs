//! What a rule wants of a value. A pattern is read to its end whatever it finds, unless its frame is left for good.

use super::{Machine, begins, equals, take};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::constant::network_contains;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::matching::{Unit, glob_matches, is_within, path_matches};
use crate::bytecode::op::{Op, Sort};
use crate::model::value::Value;

impl<'p> Machine<'p, '_> {
    /// Whether `subject` matches the pattern at the cursor. Patterns without children are decided in place; it is what
    /// most rules are made of.
    #[inline(always)]
    pub(super) fn pattern(&self, code: &mut Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        let op = Op::read_of(code, Sort::Pattern)?;
        match op {
            Op::Any {} => Some(subject.is_some()),
            Op::Absent {} => Some(subject.is_none()),
            Op::Eq { text } => {
                let text = self.constant(text)?;
                Some(subject.is_some_and(|subject| equals(subject, text)))
            }
            Op::Prefix { text } => {
                let text = self.constant(text)?;
                Some(subject.is_some_and(|subject| begins(subject, text)))
            }
            Op::Not {} | Op::AnyOf { .. } | Op::AllOf { .. } | Op::Label { .. } => {
                // A copy goes to the rarer path, so that the cursor itself can stay in registers.
                let mut behind = code.clone();
                let matches = self.composite(op, &mut behind, subject)?;
                *code = behind;
                Some(matches)
            }
            leaf => subject.map_or(Some(false), |subject| self.leaf(leaf, subject)),
        }
    }

    /// Patterns with children.
    #[inline(never)]
    fn composite(&self, op: Op, code: &mut Cursor<'p>, subject: Option<&Value<'_>>) -> Option<bool> {
        match (op, subject) {
            (Op::Not {}, subject) => Some(!self.pattern(code, subject)? && subject.is_some()),
            (Op::AnyOf { body }, subject) => self.one_matches(take(code, body)?, subject),
            (Op::AllOf { body }, subject) => self.all_match(take(code, body)?, subject),
            (Op::Label { name }, Some(Value::Labels(labels))) => {
                let value = self.label_of(labels, self.constant(name)?)?;
                self.pattern(code, value.as_ref())
            }
            // Where there are no labels, each one is absent.
            (Op::Label { .. }, None) => self.pattern(code, None),
            _ => None,
        }
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

    /// The rarer patterns without children, on a value that is there.
    #[inline(never)]
    fn leaf(&self, op: Op, subject: &Value<'_>) -> Option<bool> {
        Some(match op {
            Op::Suffix { text } => subject.bytes()?.ends_with(self.constant(text)?),
            Op::IsTrue {} => *subject == Value::Bool(true),
            Op::IsFalse {} => *subject == Value::Bool(false),
            Op::Range { first, last } => (first.0..=last.0).contains(&subject.number()?),
            Op::Glob { glob } => {
                let unit = if matches!(subject, Value::Bytes(_)) { Unit::Byte } else { Unit::Character };
                glob_matches(self.constant(glob)?, subject.bytes()?, unit, self.fuel)?
            }
            Op::Regex { automaton } => {
                let value = subject.bytes()?;
                self.fuel.spend(value.len())?;
                Automaton::read(self.constant(automaton)?)?.matches(value)?
            }
            Op::Net { network } => {
                let Value::Ip(address) = *subject else { return None };
                network_contains(self.constant(network)?, address)?
            }
            Op::Path { path } => path_matches(self.constant(path)?, subject.bytes()?, self.fuel)?,
            Op::Within { path } => is_within(subject.bytes()?, self.constant(path)?),
            _ => return None,
        })
    }
}
