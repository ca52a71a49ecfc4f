//! Counts the distinct elements of a set. A request may give one twice, as a batch call names a key
//! twice, and a quorum of two must not be met by one signer who signs twice.

use core::cmp::Ordering;

use arrayvec::ArrayVec;

use crate::bytecode::fuel::Fuel;
use crate::bytecode::verify::sorting;
use crate::limits::SET_ELEMENTS;
use crate::model::value::Value;

/// The number of distinct elements; `None` if the fuel has run out. They are sorted, since
/// comparing each with each would take a hundred times as long for the largest set.
#[inline(never)]
pub(super) fn distinct(elements: &[Value<'_>], fuel: &Fuel) -> Option<usize> {
    let bytes = elements.iter().filter_map(Value::bytes).map(<[u8]>::len).sum();
    fuel.spend(sorting(elements.len(), bytes))?;
    let mut sorted: ArrayVec<&Value<'_>, SET_ELEMENTS> = elements.iter().take(SET_ELEMENTS).collect();
    sorted.sort_unstable_by(|left, right| order(left, right));
    Some(sorted.chunk_by(|left, right| left == right).count())
}

/// An order on elements of one type, as those of a set are.
fn order(left: &Value<'_>, right: &Value<'_>) -> Ordering {
    left.held().cmp(&right.held())
}
