//! Matches the constant of a matcher against a value.

use super::automaton::Automaton;
use super::fuel::Fuel;
use super::matching::{Unit, glob_matches, path_matches};
use super::url::UrlConstant;
use crate::model::matcher::{Matcher, Syntax};
use crate::model::value::Value;

/// Whether a value matches; `None` if the constant has another form than the matcher requires, the
/// value is of another type, or the fuel has run out.
#[must_use]
#[inline(always)]
pub fn matches(matcher: Matcher, constant: &[u8], value: &Value<'_>, fuel: &Fuel) -> Option<bool> {
    let bytes = value.bytes()?;
    match matcher.syntax() {
        Syntax::Text(compares) | Syntax::Place(compares) => Some(compares(bytes, constant)),
        Syntax::Glob => {
            let unit = if matches!(value, Value::Bytes(_)) { Unit::Byte } else { Unit::Character };
            glob_matches(constant, bytes, unit, fuel)
        }
        Syntax::Regex => {
            fuel.spend(bytes.len())?;
            Automaton::read(constant)?.matches(bytes)
        }
        Syntax::Path => path_matches(constant, bytes, fuel),
        Syntax::Url => matches_url(constant, value, fuel),
    }
}

/// Not part of what is inlined: few patterns are of URLs.
#[inline(never)]
fn matches_url(constant: &[u8], value: &Value<'_>, fuel: &Fuel) -> Option<bool> {
    let Value::Url(url) = value else { return None };
    UrlConstant::read(constant)?.matches(url.as_str(), fuel)
}
