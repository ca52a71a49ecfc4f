//! JSON in a script.

use super::super::error::Stop;
use super::super::machine::Machine;
use super::super::output::{self, Style};
use super::super::value::Value;
use super::{bad, holds_bytes};

type Done = Result<(), Stop>;

pub(super) fn to_json(m: &mut Machine<'_>) -> Done {
    let value = m.pop()?;
    let value = m.heap.tree(&value)?;
    if holds_bytes(&value) {
        return Err(bad("->JSON cannot write BYTES")
            .help("turn them into a text first, for example with `->HEX`")
            .into());
    }
    m.give_text(output::to_json(&value, Style { is_pretty: false, is_strict: m.is_strict }))
}

pub(super) fn from_json(m: &mut Machine<'_>) -> Done {
    let text = m.text("JSON->", "a text")?;
    m.heap.work(8 * text.len())?;
    let json = serde_json::from_str(&text).map_err(|error| bad(format!("JSON-> cannot read the text: {error}")))?;
    let item = m.heap.item(&from_serde(json))?;
    m.give(item)
}

/// Converts a JSON value: numbers with a point, an exponent or more than 64 bits become DOUBLEs.
pub(crate) fn from_serde(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Double(number.as_f64().unwrap_or(f64::NAN)), Value::Long)
        }
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(list) => Value::List(list.into_iter().map(from_serde).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.into_iter().map(|(key, value)| (Value::String(key), from_serde(value))).collect())
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table may fail")]
pub(super) fn pretty(m: &mut Machine<'_>) -> Done {
    m.is_pretty = true;
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table may fail")]
pub(super) fn strict(m: &mut Machine<'_>) -> Done {
    m.is_strict = true;
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table may fail")]
pub(super) fn loose(m: &mut Machine<'_>) -> Done {
    m.is_strict = false;
    Ok(())
}
