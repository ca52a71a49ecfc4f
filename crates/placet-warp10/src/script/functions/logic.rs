//! Comparisons and booleans.

use std::cmp::Ordering;

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::{bad, wrong};

type Done = Result<(), Stop>;

fn two(m: &mut Machine<'_>) -> Result<(Item, Item), UnplacedError> {
    let second = m.pop()?;
    Ok((m.pop()?, second))
}

pub(super) fn equal(m: &mut Machine<'_>) -> Done {
    equality(m, "==", Ordering::is_eq, Nan { one: false, both: true })
}

pub(super) fn not_equal(m: &mut Machine<'_>) -> Done {
    equality(m, "!=", Ordering::is_ne, Nan { one: true, both: false })
}

/// Numbers are compared by value; other values are equal if they have the same type and content.
fn equality(m: &mut Machine<'_>, name: &str, holds: fn(Ordering) -> bool, nan: Nan) -> Done {
    let (a, b) = two(m)?;
    match (&a, &b) {
        (Item::Long(_) | Item::Double(_), Item::Long(_) | Item::Double(_)) => compare(m, name, (a, b), holds, nan),
        // In Java such a value equals only itself, and its identity is not known here.
        (Item::Macro(_), Item::Macro(_)) | (Item::Mark, Item::Mark) => Err(unlike(name, &a, &b).into()),
        _ => {
            let order = m.heap.key(&a)?.cmp(&m.heap.key(&b)?);
            m.give(Item::Bool(holds(order)))
        }
    }
}

/// The order of two numbers, neither of them NaN: of their exact values, with -0.0 before 0.0.
fn numbers(a: &Item, b: &Item) -> Result<Option<Ordering>, UnplacedError> {
    Ok(match (a, b) {
        (Item::Long(a), Item::Long(b)) => Some(a.cmp(b)),
        (Item::Double(a), Item::Double(b)) => Some(a.total_cmp(b)),
        (Item::Long(a), Item::Double(b)) => Some(exact(*a, *b)?),
        (Item::Double(a), Item::Long(b)) => Some(exact(*b, *a)?.reverse()),
        _ => None,
    })
}

/// The order of a LONG and a DOUBLE.
fn exact(long: i64, double: f64) -> Result<Ordering, UnplacedError> {
    /// 2^63, which no LONG reaches.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if double.is_infinite() {
        return Err(bad("a LONG cannot be compared with an infinite DOUBLE"));
    }
    if double >= END {
        return Ok(Ordering::Less);
    }
    if double < -END {
        return Ok(Ordering::Greater);
    }
    let whole = long.cmp(&super::math::saturated(double));
    Ok(whole.then(0.0.partial_cmp(&double.fract()).unwrap_or(Ordering::Equal)))
}

fn text_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// The order in which Java sorts two values of one type; texts by their UTF-16 units, and NaN last.
pub(super) fn natural(function: &str, a: &Item, b: &Item) -> Result<Ordering, UnplacedError> {
    match (a, b) {
        (Item::Text(a), Item::Text(b)) => Ok(text_order(a, b)),
        (Item::Long(a), Item::Long(b)) => Ok(a.cmp(b)),
        // Every NaN is the same, after all numbers.
        (Item::Double(a), Item::Double(b)) if a.is_nan() || b.is_nan() => Ok(a.is_nan().cmp(&b.is_nan())),
        (Item::Double(a), Item::Double(b)) => Ok(a.total_cmp(b)),
        (a, b) => Err(unlike(function, a, b)),
    }
}

fn unlike(function: &str, a: &Item, b: &Item) -> UnplacedError {
    let message = format!("{function} cannot compare a {} with a {}", a.kind(), b.kind());
    UnplacedError::new(ScriptCode::WrongKind, message)
}

/// The result of a comparison if one operand is NaN, or both are.
#[derive(Clone, Copy)]
struct Nan {
    one: bool,
    both: bool,
}

fn compare(m: &mut Machine<'_>, name: &str, (a, b): (Item, Item), holds: fn(Ordering) -> bool, nan: Nan) -> Done {
    let is_nan = |item: &Item| matches!(item, Item::Double(number) if number.is_nan());
    let truth = match (is_nan(&a), is_nan(&b)) {
        (true, true) => nan.both,
        (true, false) | (false, true) => nan.one,
        (false, false) => holds(match (&a, &b) {
            (Item::Text(a), Item::Text(b)) => {
                m.heap.work(a.len().min(b.len()))?;
                text_order(a, b)
            }
            (Item::Bytes(a), Item::Bytes(b)) => {
                m.heap.work(a.len().min(b.len()))?;
                a.cmp(b)
            }
            (a, b) => numbers(a, b)?.ok_or_else(|| unlike(name, a, b))?,
        }),
    };
    m.give(Item::Bool(truth))
}

fn compared(m: &mut Machine<'_>, name: &str, holds: fn(Ordering) -> bool, both_nan: bool) -> Done {
    let operands = two(m)?;
    compare(m, name, operands, holds, Nan { one: false, both: both_nan })
}

pub(super) fn less(m: &mut Machine<'_>) -> Done {
    compared(m, "<", Ordering::is_lt, false)
}

pub(super) fn at_most(m: &mut Machine<'_>) -> Done {
    compared(m, "<=", Ordering::is_le, true)
}

pub(super) fn greater(m: &mut Machine<'_>) -> Done {
    compared(m, ">", Ordering::is_gt, false)
}

pub(super) fn at_least(m: &mut Machine<'_>) -> Done {
    compared(m, ">=", Ordering::is_ge, true)
}

/// One of the two has to be a DOUBLE; the sign of the tolerance is ignored.
pub(super) fn almost(m: &mut Machine<'_>) -> Done {
    let (tolerance, b, a) = (m.pop()?, m.pop()?, m.pop()?);
    let real = |item: &Item| match item {
        Item::Long(number) => Ok(super::math::widened(*number)),
        Item::Double(number) => Ok(*number),
        found => Err(wrong("~=", "three numbers", found)),
    };
    if matches!((&a, &b), (Item::Long(_), Item::Long(_))) {
        return Err(wrong("~=", "a DOUBLE among the two that it compares", &a).into());
    }
    let (tolerance, b, a) = (real(&tolerance)?, real(&b)?, real(&a)?);
    let both = a.is_nan() && b.is_nan();
    m.give(Item::Bool(both || (a - b).abs() < tolerance.abs()))
}

pub(super) fn and(m: &mut Machine<'_>) -> Done {
    joined(m, "&&", false)
}

pub(super) fn or(m: &mut Machine<'_>) -> Done {
    joined(m, "||", true)
}

/// Two booleans, or a list of booleans and of macros that return one; `decisive` ends the search.
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
