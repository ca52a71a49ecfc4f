//! Lists: parts of them, and their order.

use std::collections::BTreeSet;

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::{Item, ListId};
use super::super::machine::Machine;
use super::{bad, wrong};
use crate::java_compat;

type Done = Result<(), Stop>;

/// The selected part of a list: a range from its numbers, or indices in a list.
pub(super) fn sublist(m: &mut Machine<'_>) -> Done {
    let mut numbers = Vec::new();
    loop {
        match m.pop()? {
            Item::List(indices) if numbers.is_empty() => {
                let (list, indices) = (m.list("SUBLIST")?, m.elements(indices)?);
                let elements = m.elements(list)?;
                let part = chosen(&elements, &indices)?;
                m.heap.work(size_of_val(part.as_slice()))?;
                return m.give_list(part);
            }
            Item::List(list) => {
                let elements = m.elements(list)?;
                numbers.reverse();
                let part = range(&elements, &numbers)?;
                return m.give_list(part);
            }
            Item::Long(number) if numbers.len() < 3 => numbers.push(number),
            found => {
                return Err(
                    wrong("SUBLIST", "a list of indices, or a start, an end and a step, and a list", &found).into()
                );
            }
        }
    }
}

/// `[ from to ]` is a range that includes both ends, whatever their order; any other list is one
/// index for each element.
fn chosen(elements: &[Item], indices: &[Item]) -> Result<Vec<Item>, UnplacedError> {
    let size = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let from_start = |item: &Item| match item {
        Item::Long(index) if *index < 0 => Ok(index.saturating_add(size)),
        Item::Long(index) => Ok(*index),
        found => Err(wrong("SUBLIST", "LONGs as indices", found)),
    };
    let indices = indices.iter().map(from_start).collect::<Result<Vec<_>, _>>()?;
    if let [a, b] = indices.as_slice() {
        let (from, to) = (*a.min(b), *a.max(b));
        let is_outside = to < 0 || from >= size;
        return Ok(if is_outside { Vec::new() } else { between(elements, from.max(0), to.min(size - 1)).to_vec() });
    }
    let one = |index: &i64| {
        let element = usize::try_from(*index).ok().and_then(|index| elements.get(index)).cloned();
        element.ok_or_else(|| bad("SUBLIST reported an out of bound index."))
    };
    indices.iter().map(one).collect()
}

/// Both ends are in the list.
fn between(elements: &[Item], from: i64, to: i64) -> &[Item] {
    let index = |number| usize::try_from(number).unwrap_or_default();
    elements.get(index(from)..=index(to)).unwrap_or_default()
}

/// `from`, `from to`, `from to step`: positions outside the list are skipped.
fn range(elements: &[Item], numbers: &[i64]) -> Result<Vec<Item>, UnplacedError> {
    let size = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let from_start = |index: i64| if index < 0 { index.saturating_add(size) } else { index };
    let given = |at: usize| numbers.get(at).copied();
    let first = given(0).unwrap_or_default();
    let (start, end) = (from_start(first), from_start(given(1).unwrap_or_else(|| first.max(size - 1))));
    if start < 0 && end < 0 || start >= size && end >= size {
        return Ok(Vec::new());
    }
    let step = given(2).unwrap_or(if start > end { -1 } else { 1 });
    match step {
        0 => return Err(bad("SUBLIST expects the step parameter to be a strictly positive or negative number.")),
        1.. if start > end => return Err(bad("SUBLIST expects start to be before end when step is positive.")),
        ..0 if start < end => return Err(bad("SUBLIST expects start to be after end when step is negative.")),
        _ => {}
    }
    let last = if step > 0 { end.min(size - 1) } else { end.max(0) };
    let mut part = Vec::new();
    let mut at = Some(nearest(start, step, size));
    while let Some(index) = at.filter(|index| if step > 0 { *index <= last } else { *index >= last }) {
        let element = usize::try_from(index).ok().and_then(|index| elements.get(index));
        part.extend(element.cloned());
        at = index.checked_add(step);
    }
    Ok(part)
}

/// The first index that is in the list, in steps from a start that may be outside it.
fn nearest(start: i64, step: i64, size: i64) -> i64 {
    if start >= size {
        ((start - size) % step).saturating_sub(step.saturating_abs()).saturating_add(size)
    } else if start < 0 {
        (start.saturating_add(1) % step).saturating_add(step.saturating_abs()).saturating_sub(1)
    } else {
        start
    }
}

pub(super) fn reverse(m: &mut Machine<'_>) -> Done {
    match m.pop()? {
        Item::List(list) => {
            m.heap.work(m.heap.list(list).len())?;
            m.heap.list_mut(list).reverse();
            m.give(Item::List(list))
        }
        // Java reverses the halves of such characters.
        Item::Text(text) if text.chars().any(|c| c.len_utf16() > 1) => {
            Err(bad("REVERSE cannot reverse characters that Java writes as two").into())
        }
        Item::Text(text) => m.give_text(text.chars().rev().collect::<String>()),
        found => Err(wrong("REVERSE", "a list or a text", &found).into()),
    }
}

pub(super) fn sort(m: &mut Machine<'_>) -> Done {
    let list = m.list("LSORT")?;
    let mut elements = m.elements(list)?;
    m.heap.work(16 * elements.len())?;
    // Sorting may not fail half way, so first all comparisons are checked.
    for pair in elements.windows(2) {
        if let [a, b] = pair {
            super::logic::natural("LSORT", a, b)?;
            let bytes = |item: &Item| if let Item::Text(text) = item { text.len() } else { 0 };
            m.heap.work(16 * (bytes(a) + bytes(b)))?;
        }
    }
    elements.sort_by(|a, b| super::logic::natural("LSORT", a, b).unwrap_or(std::cmp::Ordering::Equal));
    *m.heap.list_mut(list) = elements;
    m.give(Item::List(list))
}

/// In the order in which a Java set lists them.
pub(super) fn unique(m: &mut Machine<'_>) -> Done {
    let list = m.list("UNIQUE")?;
    let mut seen = BTreeSet::new();
    let (mut elements, mut hashes) = (Vec::new(), Vec::new());
    for element in m.elements(list)? {
        if seen.insert(m.heap.key(&element)?) {
            hashes.push(hash(&element)?);
            elements.push(element);
        }
    }
    let unknown = || bad("UNIQUE cannot reproduce the order in which Java lists so many values with the same hash");
    let order = java_compat::set_order(&hashes).ok_or_else(unknown)?;
    m.heap.work(16 * elements.len())?;
    m.give_list(order.into_iter().filter_map(|at| elements.get(at).cloned()).collect())
}

/// `Object.hashCode` of the values that have one of their own.
fn hash(item: &Item) -> Result<i32, UnplacedError> {
    let folded = |bits: u64| ((bits ^ (bits >> 32)) as u32).cast_signed();
    match item {
        Item::Null => Ok(0),
        Item::Bool(truth) => Ok(if *truth { 1231 } else { 1237 }),
        Item::Long(number) => Ok(folded(number.cast_unsigned())),
        Item::Double(number) if number.is_nan() => Ok(0x7ff8_0000),
        Item::Double(number) => Ok(folded(number.to_bits())),
        Item::Text(text) => Ok(java_compat::string_hash(text)),
        found => Err(wrong("UNIQUE", "numbers, texts and BOOLEANs, whose order is known", found)),
    }
}

pub(super) fn flatten(m: &mut Machine<'_>) -> Done {
    match m.pop()? {
        Item::List(list) => {
            let mut flat = Vec::new();
            flatten_into(m, list, &mut flat, 1)?;
            m.give_list(flat)
        }
        other => m.give(other),
    }
}

/// Warp 10 counts an element as a level.
fn flatten_into(m: &mut Machine<'_>, list: ListId, flat: &mut Vec<Item>, level: usize) -> Result<(), UnplacedError> {
    const LEVELS: usize = 16;
    for element in m.elements(list)? {
        m.heap.step()?;
        if level >= LEVELS {
            let message = format!("FLATTEN cannot flatten lists nested more than {LEVELS} levels");
            return Err(UnplacedError::new(ScriptCode::TooMuch, message).help("does the list contain itself?"));
        }
        match element {
            Item::List(inner) => flatten_into(m, inner, flat, level + 1)?,
            other => flat.push(other),
        }
    }
    Ok(())
}
