//! JSON as Warp 10's tool prints it: keys in the order of the map, everything except ASCII as
//! `\uXXXX`, bare NaN.

use super::value::{Value, hex, java_double};

/// How JSON is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// `JSONPRETTY`: every entry of a map on a line of its own.
    pub is_pretty: bool,
    /// `JSONSTRICT`: numbers without a JSON form are `null`.
    pub is_strict: bool,
}

/// The whole stack (bottom to top) as one array, the top of the stack first, as `TokenGen` prints
/// it.
#[must_use]
pub fn stack_json(stack: &[Value], style: Style) -> String {
    let elements: Vec<String> = stack.iter().rev().map(|value| to_json(value, style)).collect();
    format!("[{}]", elements.join(","))
}

/// One value.
#[must_use]
pub fn to_json(value: &Value, style: Style) -> String {
    let mut out = String::new();
    write(&mut out, value, style, 1);
    out
}

fn write(out: &mut String, value: &Value, style: Style, level: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Long(number) => out.push_str(&number.to_string()),
        Value::Double(number) if style.is_strict && !number.is_finite() => out.push_str("null"),
        Value::Double(number) => out.push_str(&java_double(*number)),
        Value::String(text) => write_text(out, text),
        Value::Bytes(bytes) => write_text(out, &hex(bytes)),
        Value::Macro(_) | Value::Mark => write_text(out, &value.java_text()),
        Value::List(list) if style.is_pretty => {
            out.push('[');
            for (number, element) in list.iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { " " });
                write(out, element, style, level);
            }
            out.push_str(" ]");
        }
        Value::List(list) => {
            out.push('[');
            for (number, element) in list.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                write(out, element, style, level);
            }
            out.push(']');
        }
        Value::Map(entries) => write_map(out, entries, style, level),
    }
}

fn write_map(out: &mut String, entries: &[(Value, Value)], style: Style, level: usize) {
    if entries.is_empty() {
        out.push_str(if style.is_pretty { "{ }" } else { "{}" });
        return;
    }
    out.push('{');
    for (number, (key, value)) in entries.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        if style.is_pretty {
            out.push_str(&format!("\n{}", "  ".repeat(level)));
        }
        write_text(out, &key.java_text());
        out.push_str(if style.is_pretty { " : " } else { ":" });
        write(out, value, style, level + 1);
    }
    if style.is_pretty {
        out.push_str(&format!("\n{}", "  ".repeat(level - 1)));
    }
    out.push('}');
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04X}"))),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_the_stack_comes_first_and_only_ascii_is_written() {
        let stack =
            [Value::text("été 🚀"), Value::Double(f64::NAN), Value::List(vec![Value::Null, Value::Double(1e10)])];
        assert_eq!(stack_json(&stack, Style::default()), r#"[[null,1.0E10],NaN,"\u00E9t\u00E9 \uD83D\uDE80"]"#);
    }

    #[test]
    fn pretty_maps_have_one_entry_a_line() {
        let inner = Value::Map(vec![(Value::text("b"), Value::List(vec![Value::Long(1), Value::Long(2)]))]);
        let map = Value::Map(vec![(Value::text("a"), inner)]);
        let pretty = Style { is_pretty: true, is_strict: false };
        assert_eq!(stack_json(&[map], pretty), "[{\n  \"a\" : {\n    \"b\" : [ 1, 2 ]\n  }\n}]");
    }
}
