//! Regular expressions as Java reads them, by ours. What ours does not have (looking around, references back, possessive counts) is an
//! error; nothing is matched differently in silence.

use regex::{Captures, Regex, RegexBuilder};

use crate::limits;

/// Compiles a regular expression of Java.
///
/// # Errors
/// Says what is not supported or not well formed.
pub(crate) fn java_regex(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > limits::SCRIPT_PATTERN {
        return Err(format!("the regular expression has more than {} bytes", limits::SCRIPT_PATTERN));
    }
    let built = RegexBuilder::new(&translated(pattern)?).size_limit(limits::SCRIPT_AUTOMATON).build();
    built.map_err(|error| {
        let said = error.to_string();
        let last = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("`{pattern}` is no regular expression that is supported: {last}")
    })
}

/// `\Q…\E` is plain text; `\d`, `\w` and `\s` are ASCII, as in Java; `.` does not match the ends of lines.
fn translated(pattern: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = pattern.chars();
    let mut in_class = 0usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Q') => {
                    let rest = chars.as_str();
                    let (plain, after) = rest.split_once("\\E").unwrap_or((rest, ""));
                    out.push_str(&regex::escape(plain));
                    chars = after.chars();
                }
                Some('E') => return Err(format!("`{pattern}` has a `\\E` without its `\\Q`")),
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[ \\t\\n\\x0B\\x0C\\r]"),
                Some('S') => out.push_str("[^ \\t\\n\\x0B\\x0C\\r]"),
                Some('h') => {
                    out.push_str("[ \\t\\u{A0}\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}]")
                }
                Some(other) => out.extend(['\\', other]),
                None => return Err(format!("`{pattern}` ends with a lone `\\`")),
            },
            '[' => {
                in_class += 1;
                out.push(c);
            }
            ']' => {
                in_class = in_class.saturating_sub(1);
                out.push(c);
            }
            '.' if in_class == 0 => out.push_str("[^\\n\\r\\u{85}\\u{2028}\\u{2029}]"),
            '+' if in_class == 0 && out.ends_with(['*', '+', '?', '}']) && !ends_escaped(&out) => {
                return Err(format!("`{pattern}` has a possessive count, which is not supported"));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// Whether the last character of a pattern is an escaped one: `\*`.
fn ends_escaped(out: &str) -> bool {
    let before = &out[..out.len() - 1];
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// Writes a replacement as Java does: `$1`, `${name}`, and `\` before a character that is only itself.
///
/// # Errors
/// Says what the replacement refers to that is not there.
pub(crate) fn expand(replacement: &str, groups: &Captures<'_>, out: &mut String) -> Result<(), String> {
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().ok_or("a replacement ends with a lone `\\`")?),
            '$' if chars.peek() == Some(&'{') => {
                let name: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let group = groups.name(&name).ok_or_else(|| format!("there is no group `{name}`"))?;
                out.push_str(group.as_str());
            }
            '$' => {
                let first = chars.next().and_then(|c| c.to_digit(10));
                let mut number = first.ok_or("a `$` in a replacement is followed by the number of a group")? as usize;
                // Further digits belong to the number as long as there is such a group.
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    let longer = number * 10 + digit as usize;
                    if longer >= groups.len() {
                        break;
                    }
                    number = longer;
                    chars.next();
                }
                if number >= groups.len() {
                    return Err(format!("there is no group {number}"));
                }
                out.push_str(groups.get(number).map_or("", |group| group.as_str()));
            }
            c => out.push(c),
        }
    }
    Ok(())
}
