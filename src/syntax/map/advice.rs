//! Puts the way out of a mistake into the notation of the map form: the checker uses the notation
//! of the text.

use serde_json::Value;

use super::{CONDITION_KEYS, to_map};
use crate::diag::code::Code;
use crate::diag::{Diagnostic, Source};
use crate::syntax::parse;

/// The same diagnostic, with its help in the notation of a map.
pub(crate) fn in_map_form(mut found: Diagnostic, source: &Source) -> Diagnostic {
    // A condition is text in a map, too.
    if source.path(found.at).is_some_and(is_of_condition) {
        return found;
    }
    let is_of_vocabulary = found.code == Code::NoVocabulary;
    found.help = found.help.map(|help| {
        if is_of_vocabulary {
            help.replace("begin with `use` and", "add the key `use` with")
        } else {
            translated(&help)
        }
    });
    found
}

/// Whether a path leads to a condition: `rules[0].when`.
fn is_of_condition(path: &str) -> bool {
    CONDITION_KEYS.into_iter().any(|key| path.rsplit('.').next() == Some(key))
}

/// A sentence in which every pattern and every entry of a map in backticks is translated.
fn translated(help: &str) -> String {
    let parts = help.split('`').enumerate().map(|(number, part)| match number % 2 {
        1 => entry(part).or_else(|| pattern(part)).unwrap_or_else(|| part.to_owned()),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// `path: "/a/**"` is `"path": "/a/**"`.
fn entry(text: &str) -> Option<String> {
    let (key, value) = text.split_once(": ")?;
    let is_word = !key.is_empty() && key.chars().all(|part| part.is_ascii_alphanumeric() || part == '_');
    is_word.then(|| format!("\"{key}\": {}", pattern(value).unwrap_or_else(|| value.to_owned())))
}

/// `prefix "a"` is `{"$prefix":"a"}`. A literal is written alike in both, and a name cannot be
/// translated: it could name anything.
fn pattern(text: &str) -> Option<String> {
    let file = parse::parse(&format!("policy it {{ allow {{ it: {text} }} }}")).ok()?;
    let map = to_map(&file);
    let value = map.pointer("/items/0/rules/0/allow/it").or_else(|| map.pointer("/rules/0/allow/it"))?;
    is_operator(value).then(|| value.to_string())
}

fn is_operator(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.keys().any(|key| key.starts_with('$') && key != "$name"),
        Value::Array(list) => list.iter().any(is_operator),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
