//! JSON as the vectors have it: what fits a line stands on one, so that a change is seen as a line.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// The widest line that is not broken.
const WIDTH: usize = 160;

/// Writes a page for people.
pub fn page(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let line = value.to_string();
    let parts: Vec<(String, &Value)> = match value {
        Value::Array(items) if line.len() > WIDTH => items.iter().map(|item| (String::new(), item)).collect(),
        Value::Object(map) if line.len() > WIDTH => {
            map.iter().map(|(key, item)| (format!("{}: ", Value::from(key.as_str())), item)).collect()
        }
        _ => return out.push_str(&line),
    };
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    out.push(open);
    for (number, (key, item)) in parts.iter().enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        out.push_str(key);
        write(item, depth + 1, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

/// A file of the vectors.
pub fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).join(name)
}

/// The text of a file of the vectors; empty where there is none yet.
pub fn text_of(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap_or_default()
}

/// A JSON file of the vectors.
pub fn json_of(name: &str) -> Value {
    serde_json::from_str(&text_of(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
