//! Proves tables and look-ups. A table is proved once, where the program declares it, and not
//! where it is used: ten thousand rules may look into one of megabytes.

use super::allowance::{COMPARED, Extent};
use super::condition::MEMBER;
use super::operand::Seen;
use super::{Checked, Fault, Verifier, need};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::Const;
use crate::bytecode::table::{Measure, Table, probes};
use crate::model::types::{Type, Written};
use crate::model::vocabulary::FieldNo;

/// A declared table.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    at: Const,
    table: Table<'a>,
    measure: Measure,
    pub(super) is_used: bool,
}

impl<'a> Verifier<'_, 'a> {
    /// Ascending names: a program has one order of its tables, and no name twice.
    #[cold]
    #[inline(never)]
    pub(super) fn declare(&mut self, at: Const) -> Checked {
        let (table, measure) = Table::prove(self.constant(at)?).ok_or(Fault::BadConstant)?;
        if self.tables.last().is_some_and(|before| before.table.name() >= table.name()) {
            return Err(Fault::OutOfOrder);
        }
        let known = Known { at, table, measure, is_used: false };
        self.tables.try_push(known).map_err(|_| Fault::TooManyTables)
    }

    /// A look-up with the following key, and its price.
    #[inline(never)]
    pub(super) fn row(&mut self, at: Const, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Known<'a>> {
        let known = self.tables.iter_mut().find(|known| known.at == at).ok_or(Fault::BadConstant)?;
        known.is_used = true;
        let known = *known;
        let key = self.value(cursor, depth)?;
        need(key.ty == known.table.key())?;
        let compared = key.bytes.min(known.measure.key as u64) / COMPARED;
        let seen = key.bytes / HASHED + (PROBE + compared) * known.measure.alike as u64;
        self.allowance.charge(u64::from(probes(known.table.len())) + seen)?;
        Ok(known)
    }

    #[inline(never)]
    pub(super) fn in_row(&mut self, at: Const, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let value = self.value(cursor, depth)?;
        let known = self.row(at, cursor, depth)?;
        self.members(known.measure, Extent::ONE)?;
        need(value.ty == known.table.element())
    }

    #[inline(never)]
    pub(super) fn set_in_row(&mut self, field: FieldNo, at: Const, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let ty = self.field(field)?;
        let known = self.row(at, cursor, depth)?;
        self.members(known.measure, Extent::SET)?;
        need(ty == Type::Set(known.table.element()))
    }

    /// Steps of comparing each value with each element of the longest row.
    fn members(&mut self, measure: Measure, extent: Extent) -> Checked {
        let compared = (measure.value as u64).div_ceil(COMPARED);
        self.allowance.charge(extent.values * (measure.elements as u64 * MEMBER + compared))
    }

    #[inline(never)]
    pub(super) fn row_of(&mut self, at: Const, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Seen> {
        let known = self.row(at, cursor, depth)?;
        let Type::One(ty) = known.table.value() else { return Err(Fault::WrongType) };
        let bytes = known.measure.value as u64;
        match ty.written() {
            Written::Bytes(ty) => self.read_again(ty, bytes),
            Written::Bool | Written::Number(_) => Ok(Seen { ty, bytes }),
        }
    }
}

/// Steps of looking at one row with the hash that is sought.
pub const PROBE: u64 = 8;

/// Bytes of a key that are hashed in one step.
pub const HASHED: u64 = 2;
