//! Finds the numbers of a JSON text that a value does not keep as they are written.

use serde_json::Number;

use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::parse::literal::short;

/// The first number of a JSON text whose value would be written in another way.
pub(super) fn first_not_kept(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = after_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let end = end_of(bytes, at);
                if !is_kept(&text[at..end]) {
                    return Some(Span::new(at, end));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

/// The number around a byte of a text, or right before it.
pub(super) fn around(text: &str, at: usize) -> Span {
    let bytes = text.as_bytes();
    let before = bytes[..at.min(bytes.len())].iter().rev().take_while(|byte| is_of_number(**byte)).count();
    Span::new(at - before, end_of(bytes, at - before))
}

/// The diagnostic for a number that is not kept.
pub(super) fn not_kept(text: &str, at: Span) -> Diagnostic {
    let written = at.of(text);
    let whole = written.parse::<f64>().ok().filter(|value| value.fract() == 0.0 && value.abs() < EXACT);
    let help = match whole {
        Some(value) => format!("write `{value:.0}`, in digits only").replace("`-0`", "`0`"),
        None => format!("integers go from {} to {}; write other numbers as strings", i64::MIN, i64::MAX),
    };
    Diagnostic::new(Code::BadLiteral, at, format!("`{}` is not an integer of 64 bits", short(written))).help(help)
}

pub(super) fn after_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn end_of(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or(&[]);
    start + rest.iter().take_while(|byte| is_of_number(**byte)).count()
}

const fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn is_kept(written: &str) -> bool {
    // Most numbers are short integers.
    let digits = written.strip_prefix('-').unwrap_or(written);
    if written != "-0" && digits.len() < 19 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    serde_json::from_str::<Number>(written).is_ok_and(|number| number.to_string() == written)
}

/// Up to here every integer is a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;
