//! Runs scripts as the vectors were recorded: with a fixed clock, and with the same UUID each time.
#![allow(dead_code, reason = "each test file uses a part")]

use placet_warp10::keys::TokenKeys;
use placet_warp10::script::output::Style;
use placet_warp10::script::{Host, Machine, ScriptError, Value};
use serde_json::{Value as Json, json};

pub const NOW: i64 = 1_700_000_000_000_000;
pub const UUID: &str = "11111111-2222-4333-8444-555555555555";

pub fn vectors() -> Json {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

/// The cases of one section.
pub fn section(name: &str) -> Vec<Json> {
    vectors()[name].as_array().unwrap().clone()
}

pub fn keys(name: &str) -> TokenKeys {
    let set = &vectors()["keysets"][name];
    TokenKeys::new(&bytes(&set["aes_token"]), &bytes(&set["siphash_token"])).unwrap()
}

pub fn bytes(hex: &Json) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.as_str().unwrap().as_bytes()).unwrap()
}

pub fn host(keys: &TokenKeys) -> Host<'_> {
    let mut host = Host::new(NOW, || UUID.to_owned());
    host.keys = Some(keys);
    host
}

/// Runs a script with the keys of a set; gives the stack, bottom to top.
pub fn run(keyset: &str, script: &str) -> Result<Vec<Value>, ScriptError> {
    Ok(run_styled(keyset, script)?.0)
}

pub fn run_styled(keyset: &str, script: &str) -> Result<(Vec<Value>, Style), ScriptError> {
    let keys = keys(keyset);
    let mut machine = Machine::new(host(&keys));
    let stack = machine.run(script)?;
    Ok((stack, machine.json_style()))
}

/// The key set of a case.
pub fn keyset(case: &Json) -> &str {
    case["keys"].as_str().unwrap_or("K1")
}

/// A value as the vectors write it.
pub fn typed(value: &Value) -> Json {
    let list = |values: &[Value]| values.iter().map(typed).collect::<Vec<_>>();
    match value {
        Value::Null => json!({"t": "NULL"}),
        Value::Bool(truth) => json!({"t": "BOOLEAN", "v": truth}),
        Value::Bytes(bytes) => json!({"t": "BYTES", "v": data_encoding::HEXLOWER.encode(bytes)}),
        Value::List(values) => json!({"t": "LIST", "v": list(values)}),
        Value::Map(entries) => {
            json!({"t": "MAP", "v": entries.iter().map(|(key, value)| [typed(key), typed(value)]).collect::<Vec<_>>()})
        }
        Value::Macro(_) | Value::Mark => json!({"t": value.kind()}),
        Value::Long(_) | Value::Double(_) | Value::String(_) => json!({"t": value.kind(), "v": value.java_text()}),
    }
}

/// The messages of a case, from the outermost; those of Java itself are `None`.
pub fn messages(case: &Json) -> Vec<Option<String>> {
    let chain = case["error_chain"].as_array().unwrap().iter();
    chain
        .map(|link| {
            let is_java = link["class"].as_str().unwrap().starts_with("java.");
            (!is_java).then(|| link["message"].as_str().unwrap().to_owned())
        })
        .collect()
}

/// Compares an error with a recorded one: the line, the place and Warp 10's own words. Java's words
/// may be replaced by ours.
pub fn assert_refused(case: &Json, error: &ScriptError) {
    let id = &case["id"];
    let wanted = messages(case);
    for (wanted, found) in wanted.iter().zip(&error.messages) {
        if let Some(wanted) = wanted {
            assert_eq!(found, wanted, "{id}");
        }
    }
    assert_eq!(error.messages.len(), wanted.len(), "{id}: {:?}", error.messages);
    assert_eq!(error.messages.last(), Some(&error.message));
}
