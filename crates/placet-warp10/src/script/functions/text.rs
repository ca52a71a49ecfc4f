//! Texts.

use super::super::error::{Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::super::pattern::expand;
use super::super::read::percent_decoded;
use super::super::value::Value;
use super::collections::place;
use super::{bad, holds_bytes, wrong};

type Done = Result<(), Stop>;

pub(super) fn to_text(m: &mut Machine<'_>) -> Done {
    let value = m.pop()?;
    let value = m.heap.tree(&value)?;
    if holds_bytes(&value) {
        let failure = bad("TOSTRING cannot turn BYTES into a text");
        return Err(failure.help("say how to read them: `'UTF-8' BYTES->`, or `->HEX`").into());
    }
    m.give_text(value.java_text())
}

pub(super) fn upper(m: &mut Machine<'_>) -> Done {
    let text = m.text("TOUPPER", "a text")?;
    m.give_text(text.to_uppercase())
}

pub(super) fn lower(m: &mut Machine<'_>) -> Done {
    let text = m.text("TOLOWER", "a text")?;
    m.give_text(text.to_lowercase())
}

pub(super) fn trim(m: &mut Machine<'_>) -> Done {
    let text = m.text("TRIM", "a text")?;
    m.give_text(text.trim_matches(|c| c <= ' '))
}

pub(super) fn substring(m: &mut Machine<'_>) -> Done {
    let last = m.long("SUBSTRING", "a LONG")?;
    let (text, from, length) = match m.pop()? {
        Item::Text(text) => (text, last, None),
        Item::Long(from) => (m.text("SUBSTRING", "a text")?, from, Some(last)),
        found => return Err(wrong("SUBSTRING", "a text, a start and maybe a length", &found).into()),
    };
    m.heap.work(2 * text.len())?;
    let units: Vec<u16> = text.encode_utf16().collect();
    let from = place("SUBSTRING", from, units.len())?;
    let length = length.map_or(Ok(units.len()), usize::try_from);
    let length = length.map_err(|_| bad("SUBSTRING has a negative length"))?;
    let to = from.saturating_add(length).min(units.len());
    let part = String::from_utf16(units.get(from..to).unwrap_or_default());
    m.give_text(part.map_err(|_| bad("SUBSTRING cannot cut a character that Java writes as two"))?)
}

pub(super) fn split(m: &mut Machine<'_>) -> Done {
    let separator = m.text("SPLIT", "a text as the separator")?;
    let text = m.text("SPLIT", "a text")?;
    if separator.encode_utf16().count() != 1 {
        return Err(bad("SPLIT expects a string delimiter of length 1.").into());
    }
    m.heap.work(text.len() * (1 + size_of::<Item>()))?;
    let parts: Vec<Item> = text.split(&*separator).map(Item::text).collect();
    m.give_list(parts)
}

pub(super) fn join(m: &mut Machine<'_>) -> Done {
    let (separator, parts, is_list) = match m.pop()? {
        Item::Text(separator) => {
            let list = m.list("JOIN")?;
            (separator, m.elements(list)?, true)
        }
        Item::Long(count) => {
            let separator = m.text("JOIN", "a text as the separator")?;
            m.give(Item::Long(count))?;
            let count = m.count("JOIN")?;
            (separator, m.stack.split_off(m.stack.len() - count), false)
        }
        found => return Err(wrong("JOIN", "a list and a separator, or values, a separator and a count", &found).into()),
    };
    let mut joined = String::new();
    for (number, part) in parts.iter().enumerate() {
        // For a list, the text so far decides, not the number of the element.
        let is_next = if is_list { !joined.is_empty() } else { number > 0 };
        if is_next {
            m.heap.work(separator.len())?;
            joined.push_str(&separator);
        }
        let part = m.heap.tree(part)?;
        if holds_bytes(&part) || (!is_list && matches!(part, Value::Null)) {
            return Err(bad(format!("JOIN cannot turn {} into a text", part.kind())).into());
        }
        joined.push_str(&part.java_text());
    }
    m.give_text(joined)
}

/// A regular expression and the text below it. Matching is linear in both.
fn pattern_and_text(
    m: &mut Machine<'_>,
    name: &str,
    whole: bool,
) -> Result<(regex::Regex, std::rc::Rc<str>), UnplacedError> {
    let pattern = m.text(name, "a text as the regular expression")?;
    let text = m.text(name, "a text")?;
    let regex = m.patterns.get(&mut m.heap, &pattern, whole, text.len())?;
    Ok((regex, text))
}

pub(super) fn matches(m: &mut Machine<'_>) -> Done {
    let (whole, text) = pattern_and_text(m, "MATCH", true)?;
    let groups: Vec<Item> = whole.captures(&text).map_or_else(Vec::new, |groups| {
        groups.iter().map(|group| group.map_or(Item::Null, |group| Item::text(group.as_str()))).collect()
    });
    m.heap.work(text.len() * groups.len())?;
    m.give_list(groups)
}

pub(super) fn replace(m: &mut Machine<'_>) -> Done {
    replaced(m, "REPLACE", 1)
}

pub(super) fn replace_all(m: &mut Machine<'_>) -> Done {
    replaced(m, "REPLACEALL", usize::MAX)
}

fn replaced(m: &mut Machine<'_>, name: &str, times: usize) -> Done {
    let replacement = m.text(name, "a text as the replacement")?;
    let (regex, text) = pattern_and_text(m, name, false)?;
    let mut out = String::new();
    let (mut from, mut search) = (0, Some(0));
    for _ in 0..times {
        let found = search.and_then(|at| regex.captures_at(&text, at));
        let Some((groups, whole)) = found.and_then(|groups| groups.get(0).map(|whole| (groups, whole))) else { break };
        m.heap.step()?;
        // A match may be found only after all following text was searched, and each further match
        // again.
        m.heap.work(text.len() - from)?;
        out.push_str(&text[from..whole.start()]);
        let before = out.len();
        expand(&replacement, &groups, &mut out).map_err(|why| bad(format!("{name}: {why}")))?;
        m.heap.work(out.len() - before)?;
        from = whole.end();
        search = next_search(&text, whole);
    }
    out.push_str(&text[from..]);
    m.give_text(out)
}

/// Where Java continues the search: at the end of a match, even an empty one; only after an empty
/// one it advances by one character.
fn next_search(text: &str, last: regex::Match<'_>) -> Option<usize> {
    if !last.is_empty() {
        return Some(last.end());
    }
    let next = text.get(last.end()..)?.chars().next()?;
    Some(last.end() + next.len_utf8())
}

pub(super) fn url_encode(m: &mut Machine<'_>) -> Done {
    let text = m.text("URLENCODE", "a text")?;
    m.heap.work(2 * text.len())?;
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    m.give_text(text.bytes().map(byte).collect::<String>())
}

pub(super) fn url_decode(m: &mut Machine<'_>) -> Done {
    let text = m.text("URLDECODE", "a text")?;
    m.heap.work(text.len())?;
    m.give_text(percent_decoded(&text.replace('+', " "))?)
}

pub(super) fn uuid(m: &mut Machine<'_>) -> Done {
    let uuid = (m.host.uuid)();
    m.give_text(uuid)
}

pub(super) fn ident(m: &mut Machine<'_>) -> Done {
    match m.host.ident.clone() {
        Some(ident) => m.give_text(ident),
        None => m.give(Item::Null),
    }
}
