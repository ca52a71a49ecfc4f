//! Sorts the elements of a set in place: to count the distinct ones, and to look for those of
//! another set in it. A request may give one twice, as a batch call names a key twice, and a quorum
//! of two must not be met by one signer who signs twice.

use arrayvec::ArrayVec;

use super::Quantifier;
use crate::bytecode::fuel::Fuel;
use crate::bytecode::verify::sorting;
use crate::limits::SET_ELEMENTS;
use crate::model::value::Value;

/// The number of distinct elements; `None` if the fuel has run out. They are sorted, since
/// comparing each with each would take a hundred times as long for the largest set.
#[inline(never)]
pub(super) fn distinct(elements: &[Value<'_>], fuel: &Fuel) -> Option<usize> {
    fuel.spend(work(elements))?;
    Some(sorted(elements).chunk_by(|left, right| left == right).count())
}

/// Whether one or every element is in `set`; false without elements. `None` if the fuel has run
/// out. Looking for an element takes no more comparisons than putting it in its place would.
#[inline(never)]
pub(super) fn are_in(elements: &[Value<'_>], set: &[Value<'_>], quantifier: Quantifier, fuel: &Fuel) -> Option<bool> {
    fuel.spend(work(elements) + work(set))?;
    let sorted = sorted(set);
    let is_in = |element: &Value<'_>| sorted.binary_search_by(|other| other.order(element)).is_ok();
    Some(match quantifier {
        Quantifier::Some => elements.iter().any(is_in),
        Quantifier::Every => !elements.is_empty() && elements.iter().all(is_in),
    })
}

/// Steps of sorting them.
fn work(elements: &[Value<'_>]) -> usize {
    sorting(elements.len(), elements.iter().filter_map(Value::bytes).map(<[u8]>::len).sum())
}

fn sorted<'e, 'v>(elements: &'e [Value<'v>]) -> ArrayVec<&'e Value<'v>, SET_ELEMENTS> {
    let mut sorted: ArrayVec<_, SET_ELEMENTS> = elements.iter().take(SET_ELEMENTS).collect();
    sorted.sort_unstable_by(|left, right| left.order(right));
    sorted
}
