//! Numbers. LONGs wrap, as Java's do; a DOUBLE makes the result a DOUBLE.

use super::super::error::nested_too_deeply;
use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::super::value::Macro;
use super::{bad, wrong};

type Done = Result<(), Stop>;

/// Both operands, the lower one first.
fn two(m: &mut Machine<'_>) -> Result<(Item, Item), UnplacedError> {
    let second = m.pop()?;
    Ok((m.pop()?, second))
}

/// Applies one of two operators.
fn arithmetic(
    name: &str,
    (a, b): (Item, Item),
    longs: impl Fn(i64, i64) -> Option<i64>,
    doubles: impl Fn(f64, f64) -> f64,
) -> Result<Item, UnplacedError> {
    let wants = "two numbers";
    match (&a, &b) {
        (Item::Long(a), Item::Long(b)) => longs(*a, *b)
            .map(Item::Long)
            .ok_or_else(|| bad("/ by zero").help("make sure that the second number is not 0")),
        _ => Ok(Item::Double(doubles(real(name, wants, &a)?, real(name, wants, &b)?))),
    }
}

#[expect(clippy::cast_precision_loss, reason = "Java widens a LONG to a DOUBLE just so")]
fn real(name: &str, wants: &str, item: &Item) -> Result<f64, UnplacedError> {
    match item {
        Item::Long(number) => Ok(*number as f64),
        Item::Double(number) => Ok(*number),
        found => Err(wrong(name, wants, found)),
    }
}

pub(super) fn add(m: &mut Machine<'_>) -> Done {
    let sum = match two(m)? {
        (Item::Text(a), Item::Text(b)) => {
            m.heap.work(a.len() + b.len())?;
            return m.give_text(format!("{a}{b}"));
        }
        (Item::List(list), value) => {
            let mut list = m.elements(list)?;
            list.push(value);
            return m.give_list(list);
        }
        (Item::Macro(a), Item::Macro(b)) => {
            m.heap.work(16 * (a.text.len() + b.text.len()))?;
            let inside = |body: &Macro| body.text.trim_start_matches("<%").trim_end_matches("%>").to_owned();
            let text = format!("<%{}{}%>", inside(&a), inside(&b)).into();
            let body = a.body.iter().chain(&*b.body).cloned().collect();
            return m.give(Item::Macro(Macro::new(body, text).ok_or_else(nested_too_deeply)?));
        }
        (a @ Item::Text(_), b) | (a, b @ Item::Text(_)) => {
            let message = format!("+ cannot join a {} and a {}", a.kind(), b.kind());
            return Err(UnplacedError::new(ScriptCode::WrongKind, message)
                .help("turn the other value into a text first: `TOSTRING`")
                .into());
        }
        numbers => arithmetic("+", numbers, |a, b| Some(a.wrapping_add(b)), |a, b| a + b)?,
    };
    m.give(sum)
}

/// An operator on two numbers.
macro_rules! operators {
    ($( $run:ident $name:literal $longs:expr, $doubles:expr; )*) => {
        $( pub(super) fn $run(m: &mut Machine<'_>) -> Done {
            let numbers = two(m)?;
            m.give(arithmetic($name, numbers, $longs, $doubles)?)
        } )*
    };
}

operators! {
    subtract "-" |a, b| Some(a.wrapping_sub(b)), |a, b| a - b;
    multiply "*" |a, b| Some(a.wrapping_mul(b)), |a, b| a * b;
    divide "/" |a, b| (b != 0).then(|| a.wrapping_div(b)), |a, b| a / b;
    remainder "%" |a, b| (b != 0).then(|| a.wrapping_rem(b)), |a, b| a % b;
    power "**" |a, b| Some(saturated(widened(a).powf(widened(b)))), f64::powf;
    min "MIN" |a, b| Some(a.min(b)), smaller;
    max "MAX" |a, b| Some(a.max(b)), |a, b| -smaller(-a, -b);
}

/// As `Math.min`: NaN if one of them is NaN.
fn smaller(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    // The negative zero is the smaller one.
    if a.total_cmp(&b).is_le() { a } else { b }
}

#[expect(clippy::cast_precision_loss, reason = "Java widens a LONG to a DOUBLE just so")]
pub(super) fn widened(number: i64) -> f64 {
    number as f64
}

/// A DOUBLE as a LONG: towards zero, NaN is 0, and numbers out of range become the end of the
/// range.
pub(crate) fn saturated(number: f64) -> i64 {
    number as i64
}

/// As `Math.round`: halves go up.
pub(super) fn rounded(number: f64) -> i64 {
    let below = number.floor();
    saturated(if number - below >= 0.5 { below + 1.0 } else { below })
}

/// An operator on two LONGs.
macro_rules! bitwise {
    ($( $run:ident $name:literal $longs:expr; )*) => {
        $( pub(super) fn $run(m: &mut Machine<'_>) -> Done {
            match two(m)? {
                (Item::Long(a), Item::Long(b)) => {
                    let of: fn(i64, i64) -> i64 = $longs;
                    m.give(Item::Long(of(a, b)))
                }
                (Item::Long(_), found) | (found, _) => Err(wrong($name, "two LONGs", &found).into()),
            }
        } )*
    };
}

bitwise! {
    bit_and "&" |a, b| a & b;
    bit_or "|" |a, b| a | b;
    bit_xor "^" |a, b| a ^ b;
    // Java counts the low six bits of a shift.
    shift_left "<<" |a, b| a.wrapping_shl((b & 63).cast_unsigned() as u32);
    shift_right ">>" |a, b| a.wrapping_shr((b & 63).cast_unsigned() as u32);
    shift_right_unsigned ">>>" |a, b| a.cast_unsigned().wrapping_shr((b & 63).cast_unsigned() as u32).cast_signed();
}

pub(super) fn bit_not(m: &mut Machine<'_>) -> Done {
    let number = m.long("~", "a LONG")?;
    m.give(Item::Long(!number))
}

pub(super) fn abs(m: &mut Machine<'_>) -> Done {
    match m.pop()? {
        Item::Long(number) => m.give(Item::Long(number.wrapping_abs())),
        Item::Double(number) => m.give(Item::Double(number.abs())),
        found => Err(wrong("ABS", "a number", &found).into()),
    }
}

/// A number as the DOUBLE that Java rounds.
fn double(m: &mut Machine<'_>, name: &str) -> Result<f64, UnplacedError> {
    let number = m.pop()?;
    real(name, "a number", &number)
}

pub(super) fn floor(m: &mut Machine<'_>) -> Done {
    let number = double(m, "FLOOR")?;
    m.give(Item::Double(number.floor()))
}

pub(super) fn ceil(m: &mut Machine<'_>) -> Done {
    let number = double(m, "CEIL")?;
    m.give(Item::Double(number.ceil()))
}

pub(super) fn round(m: &mut Machine<'_>) -> Done {
    let number = double(m, "ROUND")?;
    m.give(Item::Long(rounded(number)))
}

pub(super) fn max_long(m: &mut Machine<'_>) -> Done {
    m.give(Item::Long(i64::MAX))
}

pub(super) fn min_long(m: &mut Machine<'_>) -> Done {
    m.give(Item::Long(i64::MIN))
}

pub(super) fn pi(m: &mut Machine<'_>) -> Done {
    m.give(Item::Double(std::f64::consts::PI))
}

pub(super) fn e(m: &mut Machine<'_>) -> Done {
    m.give(Item::Double(std::f64::consts::E))
}

pub(super) fn to_long(m: &mut Machine<'_>) -> Done {
    let number = match m.pop()? {
        Item::Long(number) => number,
        Item::Double(number) => saturated(number),
        Item::Bool(truth) => i64::from(truth),
        Item::Text(text) => decoded(&text).ok_or_else(|| bad(format!("TOLONG cannot read `{text}`")))?,
        Item::Bytes(bytes) if bytes.len() <= 8 => signed(&bytes),
        found => return Err(wrong("TOLONG", "a number, a text, a BOOLEAN or 8 BYTES at most", &found).into()),
    };
    m.give(Item::Long(number))
}

/// As `Long.decode`: `0x`, `0X` and `#` are hexadecimal, and a leading `0` is octal.
fn decoded(text: &str) -> Option<i64> {
    let text = trimmed(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = ["0x", "0X", "#"].iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (digits, radix) = match (hexadecimal, digits.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(octal)) if !octal.is_empty() => (octal, 8),
        _ => (digits, 10),
    };
    let is_signed = digits.starts_with(['+', '-']);
    if is_signed { None } else { i64::from_str_radix(&format!("{sign}{digits}"), radix).ok() }
}

/// Bytes, the highest first, as a signed number.
fn signed(bytes: &[u8]) -> i64 {
    let start = if bytes.first().is_some_and(|byte| *byte >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(start, |number, byte| number << 8 | i64::from(*byte))
}

/// Without blanks and characters below them, as Java trims.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

pub(super) fn to_double(m: &mut Machine<'_>) -> Done {
    let number = match m.pop()? {
        Item::Long(number) => widened(number),
        Item::Double(number) => number,
        Item::Bool(truth) => f64::from(u8::from(truth)),
        Item::Text(text) => double_of(&text).ok_or_else(|| bad(format!("TODOUBLE cannot read `{text}`")))?,
        found => return Err(wrong("TODOUBLE", "a number, a text or a BOOLEAN", &found).into()),
    };
    m.give(Item::Double(number))
}

/// As `Double.valueOf`, except for hexadecimal.
fn double_of(text: &str) -> Option<f64> {
    let text = trimmed(text);
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1.0, size),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match size {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(sign * f64::INFINITY),
        _ => {}
    }
    let digits = size.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(size);
    let is_plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    let number: f64 = if is_plain { digits.parse().ok()? } else { return None };
    Some(sign * number)
}

pub(super) fn to_boolean(m: &mut Machine<'_>) -> Done {
    let truth = match m.pop()? {
        Item::Bool(truth) => truth,
        Item::Long(number) => number != 0,
        Item::Double(number) => saturated(number) != 0,
        Item::Text(text) => !text.is_empty(),
        found => return Err(wrong("TOBOOLEAN", "a number, a text or a BOOLEAN", &found).into()),
    };
    m.give(Item::Bool(truth))
}
