//! A vocabulary as JSON, for other programs and for services that keep their configuration as JSON.
//!
//! ```json
//! {
//!   "name": "notes", "version": 1, "fingerprint": "…",
//!   "declarations": [
//!     { "attribute": "path", "type": "path" },
//!     { "action": "read" },
//!     { "attribute": "tags", "type": "set of string", "lowercase": true, "optional": true }
//!   ],
//!   "roles": [{ "role": "All", "actions": ["read"] }]
//! }
//! ```
//!
//! The order of the declarations is part of the vocabulary, and the reader checks it against the
//! fingerprint.

use serde::{Deserialize, Serialize};

use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{Builder, Vocabulary, VocabularyError};
use placet_core::model::vocabulary_bytes::Declaration;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    name: String,
    version: u32,
    fingerprint: String,
    declarations: Vec<ShownDeclaration>,
    #[serde(default)]
    roles: Vec<ShownRole>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ShownDeclaration {
    Attribute(ShownAttribute),
    Action(ShownAction),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownAttribute {
    attribute: String,
    #[serde(rename = "type")]
    ty: String,
    #[serde(default, skip_serializing_if = "is_no")]
    lowercase: bool,
    #[serde(default, skip_serializing_if = "is_no")]
    optional: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownAction {
    action: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownRole {
    role: String,
    actions: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_no(mark: &bool) -> bool {
    !*mark
}

/// Writes a vocabulary as JSON text, a line for each declaration.
#[must_use]
pub fn to_json(vocabulary: &Vocabulary) -> String {
    let declarations = vocabulary.declarations().map(|declaration| match declaration {
        Declaration::Attribute(attribute) => ShownDeclaration::Attribute(ShownAttribute {
            attribute: attribute.name.clone(),
            ty: attribute.ty.to_string(),
            lowercase: attribute.lowercase,
            optional: attribute.optional,
        }),
        Declaration::Action(name) => ShownDeclaration::Action(ShownAction { action: name.to_owned() }),
    });
    let roles = vocabulary.roles().iter().map(|role| {
        let names = role.actions.iter().filter_map(|action| vocabulary.action_name(*action));
        ShownRole { role: role.name.clone(), actions: names.map(str::to_owned).collect() }
    });
    let shown = Shown {
        name: vocabulary.name().to_owned(),
        version: vocabulary.version(),
        fingerprint: vocabulary.fingerprint().to_string(),
        declarations: declarations.collect(),
        roles: roles.collect(),
    };
    serde_json::to_string_pretty(&shown).expect("texts, numbers and lists are JSON")
}

/// Reads the output of [`to_json`].
///
/// # Errors
/// It is not JSON of this form, a declaration is not one of a vocabulary, or the fingerprint is
/// that of other declarations.
pub fn from_json(text: &str) -> Result<Vocabulary, VocabularyJsonError> {
    let shown: Shown = serde_json::from_str(text)?;
    let begin = Vocabulary::builder(&shown.name, shown.version);
    let declared = shown.declarations.iter().try_fold(begin, declare)?;
    let with_roles = shown.roles.iter().try_fold(declared, |builder, role| {
        let names: Vec<&str> = role.actions.iter().map(String::as_str).collect();
        builder.role(&role.role, &names)
    })?;
    let vocabulary = with_roles.build();
    let found = vocabulary.fingerprint().to_string();
    if found == shown.fingerprint {
        Ok(vocabulary)
    } else {
        Err(VocabularyJsonError::Fingerprint { said: shown.fingerprint, found })
    }
}

fn declare(builder: Builder, declaration: &ShownDeclaration) -> Result<Builder, VocabularyJsonError> {
    Ok(match declaration {
        ShownDeclaration::Action(ShownAction { action }) => builder.action(action)?,
        ShownDeclaration::Attribute(ShownAttribute { attribute, ty, lowercase, optional }) => {
            let ty = read_type(ty).ok_or_else(|| VocabularyJsonError::Type(ty.clone()))?;
            if *lowercase {
                builder.lowercase_attribute(attribute, ty, *optional)?
            } else {
                builder.attribute(attribute, ty, *optional)?
            }
        }
    })
}

fn read_type(text: &str) -> Option<Type> {
    let scalar = |word: &str| Scalar::ALL.into_iter().find(|scalar| scalar.word() == word);
    match text.strip_prefix("set of ") {
        _ if text == "labels" => Some(Type::Labels),
        Some(word) => scalar(word).map(Type::Set),
        None => scalar(text).map(Type::One),
    }
}

/// Why JSON is not a vocabulary.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyJsonError {
    /// Not JSON, or not of this form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// `"type": "txt"`
    #[error("unknown type `{0}`")]
    Type(String),
    /// A declaration that no vocabulary can have.
    #[error("{0}")]
    Declaration(#[from] VocabularyError),
    /// The declarations are not those that were written: one is missing, changed, or in another
    /// place.
    #[error("the declarations have the fingerprint `{found}`, and the file says `{said}`")]
    Fingerprint {
        /// The fingerprint in the file.
        said: String,
        /// The fingerprint of its declarations.
        found: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::library::Library;

    #[test]
    fn every_built_in_vocabulary_comes_back_from_bytes_and_from_json() {
        let library = Library::built_in();
        for vocabulary in library.names().filter_map(|name| library.get(name)) {
            let of_json = from_json(&to_json(vocabulary)).expect("it was just written");
            let of_bytes = Vocabulary::from_bytes(&vocabulary.to_bytes()).expect("it was just written");
            for read in [of_json, of_bytes] {
                assert_eq!(read.states(), vocabulary.states(), "{}", vocabulary.name());
                assert_eq!(read.roles(), vocabulary.roles(), "{}", vocabulary.name());
                assert_eq!(read.attributes(), vocabulary.attributes(), "{}", vocabulary.name());
                assert_eq!(read.actions(), vocabulary.actions(), "{}", vocabulary.name());
            }
        }
    }

    #[test]
    fn declarations_that_were_changed_are_refused() {
        let momento = Library::built_in().get("momento").expect("it is built in");
        let text = to_json(momento).replace("\"get\"", "\"fetch\"");
        assert!(matches!(from_json(&text), Err(VocabularyJsonError::Fingerprint { .. })), "{text}");
        assert!(matches!(from_json("{}"), Err(VocabularyJsonError::Json(_))));
        let text = to_json(momento).replacen("\"type\": \"", "\"type\": \"x", 1);
        assert!(matches!(from_json(&text), Err(VocabularyJsonError::Type(_))), "{text}");
    }
}
