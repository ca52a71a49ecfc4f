//! Reads literals, of which the grammar only knows the outline. Also used by the map form. Times
//! are read in [`time`].

use data_encoding::HEXLOWER_PERMISSIVE;

pub(crate) use super::bad_literal::{LiteralError, short};
use super::foreign::in_plain_digits;
pub use super::time::{read as time, write as write_time};

/// An integer or a duration.
#[derive(Debug)]
pub enum Number {
    /// `7`
    Int(i64),
    /// `30m`, in milliseconds
    Duration(i64),
}

/// `-7`, `30m`
pub fn number(text: &str) -> Result<Number, LiteralError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Number::Int).map_err(|_| LiteralError {
            message: format!("`{}` does not fit 64 bits", short(text)),
            help: format!("integers go from {} to {}", i64::MIN, i64::MAX),
        });
    }
    if let Some(plain) = in_plain_digits(digits) {
        let sign = if digits.len() < text.len() { "-" } else { "" };
        return Err(LiteralError {
            message: format!("`{}` is not written in plain digits", short(text)),
            help: format!("write `{sign}{plain}`"),
        });
    }
    duration(text).map(Number::Duration)
}

/// `1h30m`, in milliseconds.
pub fn duration(text: &str) -> Result<i64, LiteralError> {
    let bad = |message: String| {
        LiteralError {
        message,
        help: "a duration is written like `30d`, `1h30m` or `250ms`: units `w`, `d`, `h`, `m`, `s`, `ms`, largest first, each once".to_owned(),
    }
    };
    let (is_negative, mut rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut total: i128 = 0;
    let mut units = UNITS.iter();
    if rest.is_empty() {
        return Err(bad("a duration is empty".to_owned()));
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(|c: char| !c.is_ascii_digit()).len();
        let (unit, after) = after.split_at(letters);
        if count.is_empty() {
            return Err(bad(format!("`{}` is not a duration", short(text))));
        }
        if unit.is_empty() {
            return Err(bad(format!("`{}` has no unit in `{}`", short(count), short(text))));
        }
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(match suggest_unit(unit) {
                Some(right) => LiteralError {
                    message: format!("unknown unit `{}`", short(unit)),
                    help: format!("write `{}{right}`", short(count)),
                },
                None => bad(format!("unknown unit `{}`", short(unit))),
            });
        }
        let Some((_, milliseconds)) = units.find(|(name, _)| *name == unit) else {
            return Err(bad(format!("the unit `{unit}` is out of order in `{}`", short(text))));
        };
        // Nineteen digits times a week fit 128 bits; more digits do not fit 64 bits anyway.
        let count: i128 = count.parse::<u64>().map_or(i128::from(u64::MAX), i128::from);
        total += count * i128::from(*milliseconds);
        rest = after;
    }
    let total = if is_negative { -total } else { total };
    i64::try_from(total).map_err(|_| LiteralError {
        message: format!("the duration `{}` is too long", short(text)),
        help: "a duration is at most 2^63 milliseconds, about 292 million years".to_owned(),
    })
}

/// `1h30m` of milliseconds.
#[must_use]
pub fn write_duration(milliseconds: i64) -> String {
    let mut text = String::new();
    if milliseconds < 0 {
        text.push('-');
    }
    let mut rest = milliseconds.unsigned_abs();
    for (unit, length) in UNITS.iter().filter(|(unit, _)| *unit != "w") {
        let count = rest / length.unsigned_abs();
        rest %= length.unsigned_abs();
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if milliseconds == 0 {
        text.push_str("0s");
    }
    text
}

/// The digits of `x"00ff"`.
pub fn bytes(digits: &str) -> Result<Vec<u8>, LiteralError> {
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| LiteralError {
        message: format!("`{}` is not written in pairs of hexadecimal digits", short(digits)),
        help: "bytes are written like `x\"00ff\"`".to_owned(),
    })
}

fn suggest_unit(unit: &str) -> Option<&'static str> {
    let right = match unit.to_ascii_lowercase().as_str() {
        "week" | "weeks" | "w" => "w",
        "day" | "days" | "d" => "d",
        "hour" | "hours" | "hr" | "hrs" | "h" => "h",
        "minute" | "minutes" | "min" | "mins" => "m",
        "second" | "seconds" | "sec" | "secs" | "s" => "s",
        "millisecond" | "milliseconds" | "msec" | "millis" | "ms" => "ms",
        _ => return None,
    };
    Some(right)
}

/// Largest first, in milliseconds.
const UNITS: [(&str, i64); 6] = [
    ("w", 7 * 24 * 60 * 60 * 1000),
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];
