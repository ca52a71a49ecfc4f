//! What a rule wants of a value. A pattern is read to its end whatever it finds, unless its frame is left for good.

use super::datum::{Datum, label};
use super::{Machine, take};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::constant::{NetworkBits, Unit, glob_matches, is_within, path_matches};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::Op;
use crate::model::value::Address;

impl<'p> Machine<'p, '_> {
    /// Whether `subject` matches the pattern at the cursor.
    pub(super) fn pattern(&self, code: &mut Cursor<'p>, subject: Option<Datum<'_>>) -> Option<bool> {
        let op = Op::read(code)?;
        Some(match (op, subject) {
            (Op::Absent {}, subject) => subject.is_none(),
            (Op::Any {}, subject) => subject.is_some(),
            (Op::Not {}, subject) => !self.pattern(code, subject)? && subject.is_some(),
            (Op::AnyOf { body }, subject) => self.one_matches(take(code, body)?, subject)?,
            (Op::AllOf { body }, subject) => self.all_match(take(code, body)?, subject)?,
            (Op::Label { name }, Some(Datum::Labels(labels))) => {
                self.pattern(code, label(labels, self.constant(name)?))?
            }
            (Op::Label { .. }, _) => {
                self.pattern(code, None)?;
                false
            }
            (_, None) => false,
            (leaf, Some(subject)) => self.leaf(leaf, &subject)?,
        })
    }

    fn one_matches(&self, mut body: Cursor<'p>, subject: Option<Datum<'_>>) -> Option<bool> {
        while !body.is_empty() {
            if self.pattern(&mut body, subject)? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn all_match(&self, mut body: Cursor<'p>, subject: Option<Datum<'_>>) -> Option<bool> {
        while !body.is_empty() {
            if !self.pattern(&mut body, subject)? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Patterns without children, on a value that is there.
    #[inline]
    fn leaf(&self, op: Op, subject: &Datum<'_>) -> Option<bool> {
        Some(match op {
            Op::Eq { text } => subject.bytes() == Some(self.constant(text)?),
            Op::Prefix { text } => subject.bytes()?.starts_with(self.constant(text)?),
            Op::Suffix { text } => subject.bytes()?.ends_with(self.constant(text)?),
            Op::IsTrue {} => *subject == Datum::Bool(true),
            Op::IsFalse {} => *subject == Datum::Bool(false),
            Op::Range { first, last } => (first.0..=last.0).contains(&subject.number()?),
            Op::Glob { glob } => {
                let unit = if matches!(subject, Datum::Bytes(_)) { Unit::Byte } else { Unit::Character };
                glob_matches(self.constant(glob)?, subject.bytes()?, unit)?
            }
            Op::Regex { automaton } => Automaton::read(self.constant(automaton)?)?.matches(subject.bytes()?)?,
            Op::Net { network } => {
                let Datum::Sixteen(octets) = *subject else { return None };
                NetworkBits::read(self.constant(network)?)?.contains(Address::from_octets(octets))
            }
            Op::Path { path } => path_matches(self.constant(path)?, subject.bytes()?)?,
            Op::Within { path } => is_within(subject.bytes()?, self.constant(path)?),
            _ => return None,
        })
    }
}
