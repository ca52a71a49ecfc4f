//! Looks into tables. An absent key is in no table, and a missing row has no elements.

use super::{Machine, Quantifier};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::Const;
use crate::bytecode::table::{Table, held, value};
use crate::model::value::Value;
use crate::model::vocabulary::FieldNo;

impl<'p> Machine<'p, '_> {
    /// The table, and the value of the row whose key follows.
    #[inline(never)]
    pub(super) fn row(&self, code: &mut Cursor<'p>, table: Const) -> Option<(Table<'p>, Option<&'p [u8]>)> {
        let table = Table::read(self.constant(table)?)?;
        let Some(key) = self.value(code)? else { return Some((table, None)) };
        Some((table, held(&key, |key| table.find(key, self.fuel))??))
    }

    #[inline(never)]
    pub(super) fn row_of(&self, code: &mut Cursor<'p>, table: Const) -> Option<Option<Value<'p>>> {
        match self.row(code, table)? {
            (_, None) => Some(None),
            (table, Some(bytes)) => value(table.element(), bytes).map(Some),
        }
    }

    #[inline(never)]
    pub(super) fn in_row(&self, code: &mut Cursor<'p>, table: Const) -> Option<bool> {
        let wanted = self.value(code)?;
        match (wanted, self.row(code, table)?) {
            (Some(wanted), (table, Some(row))) => self.is_element(&wanted, table, row),
            (None, _) | (_, (_, None)) => Some(false),
        }
    }

    #[inline(never)]
    pub(super) fn set_in_row(
        &self,
        code: &mut Cursor<'p>,
        field: FieldNo,
        table: Const,
        quantifier: Quantifier,
    ) -> Option<bool> {
        let (table, Some(row)) = self.row(code, table)? else { return Some(false) };
        let elements = self.set(field);
        for element in elements {
            let is_in = self.is_element(element, table, row)?;
            if is_in != (quantifier == Quantifier::Every) {
                return Some(is_in);
            }
        }
        Some(quantifier == Quantifier::Every && !elements.is_empty())
    }

    fn is_element(&self, wanted: &Value<'_>, table: Table<'p>, row: &'p [u8]) -> Option<bool> {
        held(wanted, |wanted| {
            for element in table.elements(row) {
                self.fuel.spend(1)?;
                if element == wanted {
                    return Some(true);
                }
            }
            Some(false)
        })?
    }
}
