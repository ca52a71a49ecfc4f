//! Requests and their values as the source of a case: `get { cache: "profiles", item: "user/42/name" }`.

use super::request::{OwnedRequest, OwnedValue};
use crate::model::vocabulary::Vocabulary;
use crate::program::literal::{key, quoted, value};

/// A request in the words of the language.
#[must_use]
pub fn request(request: &OwnedRequest, vocabulary: &Vocabulary) -> String {
    let name = |field| vocabulary.attribute(field).map_or("?", |attribute| attribute.name.as_str());
    let entries = request.values.iter().map(|(field, value)| format!("{}: {}", name(*field), owned(value)));
    let action = vocabulary.action_name(request.action).unwrap_or("?");
    format!("{action} {}", braces(&entries.collect::<Vec<_>>()))
}

/// The value of an attribute.
#[must_use]
pub fn owned(owned: &OwnedValue) -> String {
    match owned {
        OwnedValue::One(constant) => value(constant),
        OwnedValue::Set(elements) => format!("[{}]", elements.iter().map(value).collect::<Vec<_>>().join(", ")),
        OwnedValue::Labels(labels) => {
            let entries = labels.iter().map(|(name, text)| format!("{}: {}", key(name), quoted(text)));
            braces(&entries.collect::<Vec<_>>())
        }
    }
}

fn braces(entries: &[String]) -> String {
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}
