//! Operands after the code of an instruction: attributes, actions, places of constants, numbers and
//! lengths.

use alloc::vec::Vec;

use crate::bytecode::cursor::{Cursor, put_varint, put_zigzag};
use crate::model::claim::{Claim, ClaimMap};
use crate::model::vocabulary::{ActionNo, FieldNo};

/// The offset of a constant in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Const(pub u32);

/// The bytes of the children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(pub u32);

/// A number written in the code itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int(pub i64);

pub(super) type Field = FieldNo;
pub(super) type Action = ActionNo;

/// An operand knows its width and its notation.
pub(super) trait Operand: Sized + Copy {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self>;
    fn write(self, out: &mut Vec<u8>);
    fn sample() -> Self;
    fn shown(self) -> Shown;
    /// The bytes of the children, if it says so.
    fn length(self) -> Option<Length> {
        None
    }
}

/// An operand in a form that a listing can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `f3`: an attribute.
    Field(FieldNo),
    /// `a7`: an action.
    Action(ActionNo),
    /// `owner`, `labels`: a claim of the token, or a map of them.
    Claim(&'static str),
    /// `c12`: a constant.
    Const(Const),
    /// `-5`
    Int(i64),
    /// `+9`: bytes of children.
    Length(u32),
}

impl Operand for Field {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.byte().map(FieldNo)
    }
    fn write(self, out: &mut Vec<u8>) {
        out.push(self.0);
    }
    fn sample() -> Self {
        FieldNo(3)
    }
    fn shown(self) -> Shown {
        Shown::Field(self)
    }
}

impl Operand for Action {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.varint().map(ActionNo)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.0));
    }
    fn sample() -> Self {
        ActionNo(200)
    }
    fn shown(self) -> Shown {
        Shown::Action(self)
    }
}

impl Operand for Claim {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let number = cursor.byte()?;
        Self::ALL.into_iter().find(|claim| claim.number() == number)
    }
    fn write(self, out: &mut Vec<u8>) {
        out.push(self.number());
    }
    fn sample() -> Self {
        Self::Owner
    }
    fn shown(self) -> Shown {
        Shown::Claim(self.word())
    }
}

impl Operand for ClaimMap {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let number = cursor.byte()?;
        Self::ALL.into_iter().find(|map| map.number() == number)
    }
    fn write(self, out: &mut Vec<u8>) {
        out.push(self.number());
    }
    fn sample() -> Self {
        Self::Labels
    }
    fn shown(self) -> Shown {
        Shown::Claim(self.word())
    }
}

impl Operand for Const {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.varint().map(Const)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.0));
    }
    fn sample() -> Self {
        Const(300)
    }
    fn shown(self) -> Shown {
        Shown::Const(self)
    }
}

impl Operand for Length {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.varint().map(Length)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.0));
    }
    fn sample() -> Self {
        Length(9)
    }
    fn shown(self) -> Shown {
        Shown::Length(self.0)
    }
    fn length(self) -> Option<Length> {
        Some(self)
    }
}

impl Operand for Int {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.zigzag().map(Int)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_zigzag(out, self.0);
    }
    fn sample() -> Self {
        Int(-1_000)
    }
    fn shown(self) -> Shown {
        Shown::Int(self.0)
    }
}
