//! Proves operands: attributes and actions exist, and constants have the form that their
//! instruction requires.

use super::{Checked, Fault, Verifier};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::Const;
use crate::limits::{TEXT_BYTES, VALUE_BYTES};
use crate::model::types::{BytesType, Scalar, Type, Written};
use crate::model::vocabulary::{ActionNo, FieldNo};

impl<'a> Verifier<'_, 'a> {
    pub(super) fn field(&self, field: FieldNo) -> Checked<Type> {
        let attribute = self.scope.vocabulary.attribute(field).filter(|_| field.0 < self.scope.state.attributes);
        attribute.map(|attribute| attribute.ty).ok_or(Fault::UnknownAttribute)
    }

    pub(super) fn action(&self, action: ActionNo) -> Checked {
        if action.0 < self.scope.state.actions { Ok(()) } else { Err(Fault::UnknownAction) }
    }

    pub(super) fn actions(&self, first: ActionNo, last: ActionNo) -> Checked {
        self.action(last)?;
        need_constant(first <= last)
    }

    pub(super) fn action_set(&mut self, set: Const) -> Checked {
        let bits = self.constant(set)?;
        let Some((&last_byte, before)) = bits.split_last() else { return Ok(()) };
        let last = u16::try_from(before.len() * 8).ok().zip(last_byte.checked_ilog2());
        let (start, bit) = last.ok_or(Fault::BadConstant)?;
        self.action(ActionNo(start.saturating_add(bit as u16)))
    }

    #[inline]
    pub(super) fn constant(&mut self, place: Const) -> Checked<&'a [u8]> {
        let from = usize::try_from(place.0).ok().and_then(|place| self.pool.get(place..));
        let mut cursor = Cursor::new(from.ok_or(Fault::BadConstant)?);
        let bytes = cursor.prefixed().ok_or(Fault::BadConstant)?;
        self.pool_read = self.pool_read.max(self.pool.len() - cursor.rest().len());
        self.allowance.look(bytes.len())?;
        Ok(bytes)
    }

    #[inline]
    pub(super) fn text(&mut self, place: Const) -> Checked<&'a [u8]> {
        let bytes = self.constant(place)?;
        need_constant(bytes.len() <= TEXT_BYTES)?;
        Ok(bytes)
    }

    /// A value of the type: how many bytes it has.
    #[inline]
    pub(super) fn bytes_of(&mut self, ty: BytesType, place: Const) -> Checked<u64> {
        let bytes = self.text(place)?;
        need_constant(ty.admits(bytes))?;
        Ok(bytes.len() as u64)
    }
}

pub(super) fn need_constant(sound: bool) -> Checked {
    if sound { Ok(()) } else { Err(Fault::BadConstant) }
}

/// A value of a condition or a pattern, and its greatest number of bytes.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) ty: Scalar,
    pub(super) bytes: u64,
}

impl Seen {
    /// Any value of the type.
    pub(super) const fn any(ty: Scalar) -> Self {
        let bytes = match ty.written() {
            Written::Bytes(ty) => match ty.length() {
                Some(length) => length as u64,
                None => VALUE_BYTES as u64,
            },
            Written::Bool | Written::Number(_) => 8,
        };
        Self { ty, bytes }
    }
}
