//! Proves conditions: that every comparison has two sides of one type, and every value the type that is asked for.

use super::allowance::Extent;
use super::operand::need_constant;
use super::pattern::Subject;
use super::{Checked, Fault, Verifier, deeper, need};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Op, Sort};
use crate::limits::{SET_BYTES, SET_ELEMENTS, VALUE_BYTES};
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::FieldNo;

impl<'a> Verifier<'_, 'a> {
    pub(super) fn truth(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Truth)? {
            Op::True {} | Op::False {} => Ok(()),
            Op::All { body } | Op::Some { body } => self.body(cursor, body, |this, inner| this.truth(inner, depth)),
            Op::Negate {} => self.truth(cursor, depth),
            op @ (Op::Equal {}
            | Op::Unequal {}
            | Op::Less {}
            | Op::LessEqual {}
            | Op::StartsWith {}
            | Op::EndsWith {}
            | Op::Contains {}) => self.comparison(op, cursor, depth),
            Op::Matches {} => {
                let subject = self.value(cursor, depth)?;
                self.pattern(cursor, Subject::One(subject.ty), depth)
            }
            Op::AnyElement { field } | Op::EveryElement { field } => {
                let is_set = |ty| matches!(ty, Type::Set(_));
                self.elements(field, is_set, |this, subject| this.pattern(cursor, subject, 0))
            }
            Op::Member { field } => {
                let ty = self.field(field)?;
                let value = self.value(cursor, depth)?;
                self.allowance.charge(Extent::SET.values * MEMBER + Extent::SET.comparing(value.bytes))?;
                need(ty == Type::Set(value.ty))
            }
            Op::Has { field } => self.field(field).map(|_| ()),
            Op::HasLabel { field, name } => self.label(field, name),
            Op::Truth {} => {
                let value = self.value(cursor, depth)?;
                need(value.ty == Scalar::Bool)
            }
            Op::Vouched { key } => need_constant(self.constant(key)?.len() == 32),
            _ => Err(Fault::WrongSort),
        }
    }

    /// Two values that must be of one type. Apart from the rest, whose frames lie on the stack as deep as conditions nest.
    #[inline(never)]
    fn comparison(&mut self, op: Op, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let pair = self.pair(cursor, depth)?;
        let ty = pair.left.ty;
        let (steps, fits) = match op {
            Op::Less {} | Op::LessEqual {} => (0, ty.is_ordered()),
            Op::StartsWith {} | Op::EndsWith {} => (pair.comparing(), ty.is_textual()),
            Op::Contains {} => (pair.seeking(), ty.is_textual()),
            _ => (pair.comparing(), true),
        };
        self.allowance.charge(steps)?;
        need(fits && pair.is_of_one_type())
    }

    fn pair(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Pair> {
        Ok(Pair { left: self.value(cursor, depth)?, right: self.value(cursor, depth)? })
    }

    fn value(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Seen> {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Value)? {
            Op::Field { field } => match self.field(field)? {
                Type::One(scalar) => Ok(Seen::any(scalar)),
                Type::Set(_) | Type::Labels => Err(Fault::WrongType),
            },
            Op::LabelOf { field, name } => self.label(field, name).map(|()| Seen::any(Scalar::String)),
            Op::Number { .. } => Ok(Seen::any(Scalar::Int)),
            Op::Time { .. } | Op::Issuance {} | Op::Expiry {} => Ok(Seen::any(Scalar::Time)),
            Op::Duration { .. } => Ok(Seen::any(Scalar::Duration)),
            Op::String { text } => {
                let bytes = self.utf8(text)?;
                self.read_again(Scalar::String, bytes)
            }
            Op::Bytes { bytes } => Ok(Seen { ty: Scalar::Bytes, bytes: self.text(bytes)?.len() as u64 }),
            Op::Uuid { uuid } => self.sixteen(uuid).map(|()| Seen::any(Scalar::Uuid)),
            Op::Ip { address } => self.sixteen(address).map(|()| Seen::any(Scalar::Ip)),
            Op::PathOf { path } => {
                let bytes = self.path(path)?;
                self.read_again(Scalar::Path, bytes)
            }
            Op::Yes {} | Op::No {} => Ok(Seen::any(Scalar::Bool)),
            Op::Add {} => {
                let Pair { left, right } = self.pair(cursor, depth)?;
                sum_type(left.ty, right.ty).map(Seen::any).ok_or(Fault::WrongType)
            }
            Op::Subtract {} => {
                let Pair { left, right } = self.pair(cursor, depth)?;
                difference_type(left.ty, right.ty).map(Seen::any).ok_or(Fault::WrongType)
            }
            Op::Hour {} | Op::Minute {} | Op::Weekday {} => {
                let value = self.value(cursor, depth)?;
                need(value.ty == Scalar::Time).map(|()| Seen::any(Scalar::Int))
            }
            Op::LengthOf {} => {
                let value = self.value(cursor, depth)?;
                need(value.ty.is_textual() || value.ty == Scalar::Path).map(|()| Seen::any(Scalar::Int))
            }
            Op::Size { field } => match self.field(field)? {
                Type::Set(_) => {
                    self.allowance.charge(sorting(SET_ELEMENTS, SET_BYTES) as u64)?;
                    Ok(Seen::any(Scalar::Int))
                }
                Type::Labels => Ok(Seen::any(Scalar::Int)),
                Type::One(_) => Err(Fault::WrongType),
            },
            _ => Err(Fault::WrongSort),
        }
    }

    /// A constant that the VM reads each time as the proof does: as UTF-8, or as a canonical path.
    fn read_again(&mut self, ty: Scalar, bytes: u64) -> Checked<Seen> {
        self.allowance.charge(READ_AGAIN * bytes)?;
        Ok(Seen { ty, bytes })
    }

    fn label(&mut self, field: FieldNo, name: Const) -> Checked {
        self.label_name(name)?;
        need(self.field(field)? == Type::Labels)
    }
}

/// A value of a condition, and how many bytes it may have.
#[derive(Clone, Copy)]
struct Seen {
    ty: Scalar,
    bytes: u64,
}

impl Seen {
    /// Any value of the type.
    const fn any(ty: Scalar) -> Self {
        let bytes = match ty {
            Scalar::String | Scalar::Bytes | Scalar::Path => VALUE_BYTES as u64,
            Scalar::Uuid | Scalar::Ip => 16,
            Scalar::Bool | Scalar::Int | Scalar::Time | Scalar::Duration => 8,
        };
        Self { ty, bytes }
    }
}

/// The two sides of a comparison.
struct Pair {
    left: Seen,
    right: Seen,
}

impl Pair {
    fn is_of_one_type(&self) -> bool {
        self.left.ty == self.right.ty
    }

    /// Steps of comparing them: no further than the shorter one reaches.
    fn comparing(&self) -> u64 {
        Extent::ONE.comparing(self.left.bytes.min(self.right.bytes))
    }

    /// Steps of seeking the second in the first.
    const fn seeking(&self) -> u64 {
        SEARCH + SOUGHT * self.left.bytes + NEEDLE * self.right.bytes
    }
}

/// Steps of passing one element of a set.
pub const MEMBER: u64 = 3;

/// Steps of setting up a search.
pub const SEARCH: u64 = 64;

/// Steps for each byte that is looked through, where what is sought nearly is at every place.
pub const SOUGHT: u64 = 3;

/// Steps for each byte that is sought.
pub const NEEDLE: u64 = 4;

/// Steps for each byte of a constant that is read again.
pub const READ_AGAIN: u64 = 2;

/// Steps of sorting so many values of so many bytes together: each is compared some fifteen times, and its bytes with it.
#[must_use]
pub(crate) const fn sorting(values: usize, bytes: usize) -> usize {
    SORTED * values + bytes / SORTED_BYTES
}

/// Steps of putting one value of a set in its place.
pub const SORTED: usize = 48;

/// Bytes of a set that are compared in one step while it is sorted.
pub const SORTED_BYTES: usize = 2;

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
