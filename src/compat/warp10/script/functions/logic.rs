//! Comparing, and truth.

use std::cmp::Ordering;

use super::super::error::{Failure, ScriptCode, Stop};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::{bad, wrong};

type Done = Result<(), Stop>;

fn two(m: &mut Machine<'_>) -> Result<(Item, Item), Failure> {
    let second = m.pop()?;
    Ok((m.pop()?, second))
}

fn are_equal(m: &mut Machine<'_>) -> Result<bool, Failure> {
    match two(m)? {
        (a @ (Item::Long(_) | Item::Double(_)), b @ (Item::Long(_) | Item::Double(_))) => {
            Ok(numbers(&a, &b) == Some(Ordering::Equal))
        }
        (a, b) => Ok(m.heap.key(&a)? == m.heap.key(&b)?),
    }
}

pub(super) fn equal(m: &mut Machine<'_>) -> Done {
    let are_equal = are_equal(m)?;
    m.give(Item::Bool(are_equal))
}

pub(super) fn not_equal(m: &mut Machine<'_>) -> Done {
    let are_equal = are_equal(m)?;
    m.give(Item::Bool(!are_equal))
}

#[expect(clippy::cast_precision_loss, reason = "Java widens a LONG to a DOUBLE just so")]
fn numbers(a: &Item, b: &Item) -> Option<Ordering> {
    match (a, b) {
        (Item::Long(a), Item::Long(b)) => Some(a.cmp(b)),
        (Item::Double(a), Item::Double(b)) => a.partial_cmp(b),
        (Item::Long(a), Item::Double(b)) => (*a as f64).partial_cmp(b),
        (Item::Double(a), Item::Long(b)) => a.partial_cmp(&(*b as f64)),
        _ => None,
    }
}

/// The order of two numbers or two texts; texts go by their UTF-16 units, as in Java. NaN is put last.
pub(super) fn order(function: &str, a: &Item, b: &Item) -> Result<Ordering, Failure> {
    match (a, b) {
        (Item::Text(a), Item::Text(b)) => Ok(a.encode_utf16().cmp(b.encode_utf16())),
        (Item::Long(_) | Item::Double(_), Item::Long(_) | Item::Double(_)) => {
            let is_nan = |item: &Item| matches!(item, Item::Double(number) if number.is_nan());
            Ok(numbers(a, b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b))))
        }
        (a, b) => {
            let message = format!("{function} can not compare a {} with a {}", a.kind(), b.kind());
            Err(Failure::new(ScriptCode::WrongKind, message))
        }
    }
}

fn compared(m: &mut Machine<'_>, name: &str, holds: fn(Ordering) -> bool) -> Done {
    let (a, b) = two(m)?;
    if let (Item::Text(a), Item::Text(b)) = (&a, &b) {
        m.heap.work(a.len().min(b.len()))?;
    }
    let is_nan = |item: &Item| matches!(item, Item::Double(number) if number.is_nan());
    let order = order(name, &a, &b)?;
    m.give(Item::Bool(holds(order) && !is_nan(&a) && !is_nan(&b)))
}

pub(super) fn less(m: &mut Machine<'_>) -> Done {
    compared(m, "<", Ordering::is_lt)
}

pub(super) fn at_most(m: &mut Machine<'_>) -> Done {
    compared(m, "<=", Ordering::is_le)
}

pub(super) fn greater(m: &mut Machine<'_>) -> Done {
    compared(m, ">", Ordering::is_gt)
}

pub(super) fn at_least(m: &mut Machine<'_>) -> Done {
    compared(m, ">=", Ordering::is_ge)
}

#[expect(clippy::cast_precision_loss, reason = "Java widens a LONG to a DOUBLE just so")]
pub(super) fn almost(m: &mut Machine<'_>) -> Done {
    let mut number = || match m.pop()? {
        Item::Long(number) => Ok(number as f64),
        Item::Double(number) => Ok(number),
        found => Err(wrong("~=", "three numbers", &found)),
    };
    let (tolerance, b, a) = (number()?, number()?, number()?);
    m.give(Item::Bool((a - b).abs() < tolerance))
}

pub(super) fn and(m: &mut Machine<'_>) -> Done {
    joined(m, "&&", false)
}

pub(super) fn or(m: &mut Machine<'_>) -> Done {
    joined(m, "||", true)
}

/// Two truths, or a list of truths and of macros that give one; `decisive` ends the search.
fn joined(m: &mut Machine<'_>, name: &str, decisive: bool) -> Done {
    let top = m.pop()?;
    let Item::List(list) = top else {
        let (a, b) = (m.pop()?, top);
        let (Item::Bool(a), Item::Bool(b)) = (&a, &b) else {
            let found = if matches!(a, Item::Bool(_)) { b } else { a };
            return Err(wrong(name, "two BOOLEANs, or a LIST of BOOLEANs and macros", &found).into());
        };
        return m.give(Item::Bool(if decisive { *a || *b } else { *a && *b }));
    };
    let elements = m.elements(list)?;
    if elements.is_empty() {
        return Err(bad(format!("{name} expects a list that is not empty")).into());
    }
    for element in elements {
        m.heap.step()?;
        let truth = match element {
            Item::Bool(truth) => truth,
            Item::Macro(body) => {
                m.run_macro(&body)?;
                m.boolean(name)?
            }
            found => return Err(wrong(name, "BOOLEANs and macros in the list", &found).into()),
        };
        if truth == decisive {
            return m.give(Item::Bool(decisive));
        }
    }
    m.give(Item::Bool(!decisive))
}

pub(super) fn not(m: &mut Machine<'_>) -> Done {
    let truth = m.boolean("NOT")?;
    m.give(Item::Bool(!truth))
}
