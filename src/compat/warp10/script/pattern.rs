//! What functions do with regular expressions: [`regex`](super::super::regex) reads Java's, and here its replacements are written.

use regex::{Captures, Regex};

use crate::compat::warp10::regex::searching;
use crate::limits;

/// Compiles a regular expression of Java.
///
/// # Errors
/// Says what is not supported or not well formed.
pub(crate) fn java_regex(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > limits::SCRIPT_PATTERN {
        return Err(format!("the regular expression has more than {} bytes", limits::SCRIPT_PATTERN));
    }
    let supported = searching(pattern, limits::SCRIPT_AUTOMATON);
    supported.map_err(|why| format!("`{pattern}` can not be used here: {why}"))
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
