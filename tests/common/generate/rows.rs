//! Tables and what conditions read there.

use placet::bytecode::table::{Rows, held};
use placet::check::table::Table;
use placet::check::tree::{Condition, Constant, Operand};
use placet::model::types::{Scalar, Type};

use super::Maker;
use super::values::constant;

impl Maker<'_, '_, '_> {
    /// A look-up of one value, or of the elements of a set.
    pub(super) fn row_condition(&mut self, depth: usize) -> Condition {
        let set = self.some_set();
        match (self.choices.below(4), set) {
            (0, _) => {
                let element = self.some_scalar();
                let is_set = self.choices.chance(128);
                let (table, key) = self.table(element, is_set);
                Condition::HasRow(table, key)
            }
            (1, Some((field, element))) => {
                let (table, key) = self.table(element, true);
                Condition::AnyInRow(field, table, key)
            }
            (2, Some((field, element))) => {
                let (table, key) = self.table(element, true);
                Condition::EveryInRow(field, table, key)
            }
            _ => {
                let element = self.some_scalar();
                let (value, place) = self.some_operand(element, depth);
                let is_set = self.choices.chance(128);
                let (table, key) = self.table(element, is_set);
                if let Some((_, row)) = table.rows().next() {
                    self.note(&place, row.first().cloned());
                }
                Condition::InRow(value, table, key)
            }
        }
    }

    /// The value of a row.
    pub(super) fn row_operand(&mut self, scalar: Scalar) -> Operand {
        let (table, key) = self.table(scalar, false);
        Operand::Row(table, Box::new(key))
    }

    /// A small table, and a key that is sometimes in it. Its name tells its contents, so that no two
    /// tables of a block share one.
    fn table(&mut self, element: Scalar, is_set: bool) -> (Table, Operand) {
        let key = *self.choices.pick(&[Scalar::String, Scalar::Int, Scalar::Uuid]);
        let bytes = |value: &Constant| held(&value.as_value(), <[u8]>::to_vec).unwrap();
        let (mut rows, mut first) = (Rows::new(), None);
        for _ in 0..self.choices.below(4) {
            let of = constant(self.choices, key);
            let count = if is_set { 1 + self.choices.below(3) } else { 1 };
            let values = (0..count).map(|_| bytes(&constant(self.choices, element))).collect();
            rows.insert(bytes(&of), values);
            first.get_or_insert(of);
        }
        let ty = if is_set { Type::Set(element) } else { Type::One(element) };
        let hash = format!("{key:?}{ty:?}{rows:?}")
            .bytes()
            .fold(7_u64, |hash, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
        let (operand, place) = self.some_operand(key, 0);
        self.note(&place, first);
        (Table::of(&format!("t{hash:016x}"), key, ty, &rows), operand)
    }
}
