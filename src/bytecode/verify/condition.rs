//! Proves conditions: that every comparison has two sides of one type, and every value the type that is asked for.

use super::operand::need_constant;
use super::pattern::Subject;
use super::{Checked, Fault, Verifier, deeper, need};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Op, Sort};
use crate::limits::SET_ELEMENTS;
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::FieldNo;

impl<'a> Verifier<'_, 'a> {
    pub(super) fn truth(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Truth)? {
            Op::True {} | Op::False {} => Ok(()),
            Op::All { body } | Op::Some { body } => self.body(cursor, body, |this, inner| this.truth(inner, depth)),
            Op::Negate {} => self.truth(cursor, depth),
            Op::Equal {} | Op::Unequal {} => {
                let (left, right) = self.pair(cursor, depth)?;
                need(left == right)
            }
            Op::Less {} | Op::LessEqual {} => {
                let (left, right) = self.pair(cursor, depth)?;
                need(left == right && left.is_ordered())
            }
            Op::Matches {} => {
                let subject = self.value(cursor, depth)?;
                self.pattern(cursor, Subject::One(subject), depth)
            }
            Op::AnyElement { field } | Op::EveryElement { field } => {
                let is_set = |ty| matches!(ty, Type::Set(_));
                self.elements(field, is_set, |this, subject| this.pattern(cursor, subject, 0))
            }
            Op::Member { field } => {
                let ty = self.field(field)?;
                let value = self.value(cursor, depth)?;
                self.charge(SET_ELEMENTS as u64)?;
                need(ty == Type::Set(value))
            }
            Op::Has { field } => self.field(field).map(|_| ()),
            Op::HasLabel { field, name } => self.label(field, name),
            Op::StartsWith {} | Op::EndsWith {} | Op::Contains {} => {
                let (left, right) = self.pair(cursor, depth)?;
                need(left == right && left.is_textual())
            }
            Op::Truth {} => {
                let value = self.value(cursor, depth)?;
                need(value == Scalar::Bool)
            }
            Op::Vouched { key } => need_constant(self.constant(key)?.len() == 32),
            _ => Err(Fault::WrongSort),
        }
    }

    pub(super) fn pair(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<(Scalar, Scalar)> {
        Ok((self.value(cursor, depth)?, self.value(cursor, depth)?))
    }

    pub(super) fn value(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Scalar> {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Value)? {
            Op::Field { field } => match self.field(field)? {
                Type::One(scalar) => Ok(scalar),
                Type::Set(_) | Type::Labels => Err(Fault::WrongType),
            },
            Op::LabelOf { field, name } => self.label(field, name).map(|()| Scalar::String),
            Op::Number { .. } => Ok(Scalar::Int),
            Op::Time { .. } | Op::Issuance {} | Op::Expiry {} => Ok(Scalar::Time),
            Op::Duration { .. } => Ok(Scalar::Duration),
            Op::String { text } => self.utf8(text).map(|()| Scalar::String),
            Op::Bytes { bytes } => self.text(bytes).map(|_| Scalar::Bytes),
            Op::Uuid { uuid } => self.sixteen(uuid).map(|()| Scalar::Uuid),
            Op::Ip { address } => self.sixteen(address).map(|()| Scalar::Ip),
            Op::PathOf { path } => self.path(path).map(|()| Scalar::Path),
            Op::Yes {} | Op::No {} => Ok(Scalar::Bool),
            Op::Add {} => {
                let (left, right) = self.pair(cursor, depth)?;
                sum_type(left, right).ok_or(Fault::WrongType)
            }
            Op::Subtract {} => {
                let (left, right) = self.pair(cursor, depth)?;
                difference_type(left, right).ok_or(Fault::WrongType)
            }
            Op::Hour {} | Op::Minute {} | Op::Weekday {} => {
                let value = self.value(cursor, depth)?;
                need(value == Scalar::Time).map(|()| Scalar::Int)
            }
            Op::LengthOf {} => {
                let value = self.value(cursor, depth)?;
                need(value.is_textual() || value == Scalar::Path).map(|()| Scalar::Int)
            }
            Op::Size { field } => match self.field(field)? {
                Type::Set(_) | Type::Labels => Ok(Scalar::Int),
                Type::One(_) => Err(Fault::WrongType),
            },
            _ => Err(Fault::WrongSort),
        }
    }

    fn label(&mut self, field: FieldNo, name: Const) -> Checked {
        self.utf8(name)?;
        need(self.field(field)? == Type::Labels)
    }
}

/// The type of a sum.
#[must_use]
pub const fn sum_type(left: Scalar, right: Scalar) -> Option<Scalar> {
    Some(match (left, right) {
        (Scalar::Int, Scalar::Int) => Scalar::Int,
        (Scalar::Duration, Scalar::Duration) => Scalar::Duration,
        (Scalar::Time, Scalar::Duration) | (Scalar::Duration, Scalar::Time) => Scalar::Time,
        _ => return None,
    })
}

/// The type of a difference.
#[must_use]
pub const fn difference_type(left: Scalar, right: Scalar) -> Option<Scalar> {
    Some(match (left, right) {
        (Scalar::Int, Scalar::Int) => Scalar::Int,
        (Scalar::Duration, Scalar::Duration) | (Scalar::Time, Scalar::Time) => Scalar::Duration,
        (Scalar::Time, Scalar::Duration) => Scalar::Time,
        _ => return None,
    })
}
