//! Names and types.

use serde_json::{Map, Value};

use super::Reader;
use crate::diag::code::Code;
use crate::limits;
use crate::syntax::ast::{Name, ParameterType};
use crate::syntax::lex::is_word;
use crate::syntax::parse::nearest;
use crate::visible::excerpt;
use placet_core::model::matcher::Matcher;
use placet_core::model::types::{Scalar, Type};

impl Reader {
    pub(super) fn named(&mut self, map: &Map<String, Value>, key: &str) -> Option<Name> {
        self.required(map, key, Self::word)
    }

    pub(super) fn word(&mut self, value: &Value) -> Option<Name> {
        match value {
            Value::String(text) => self.name(text),
            other => self.expected("a name", other),
        }
    }

    pub(super) fn action_name(&mut self, value: &Value) -> Option<Name> {
        let name = self.word(value)?;
        if matches!(name.text.as_str(), "action" | "role") {
            let message = format!("an action cannot be called `{}`", excerpt(&name.text));
            self.report(Code::Map, message, "the word begins a member of a vocabulary; choose another name");
            return None;
        }
        Some(name)
    }

    pub(super) fn name(&mut self, text: &str) -> Option<Name> {
        if !is_word(text) {
            self.report(
                Code::Map,
                format!("`{}` is not a name", excerpt(text)),
                "a name is ASCII letters, digits and `_`, not beginning with a digit",
            );
            return None;
        }
        if text.len() > limits::NAME_BYTES {
            self.report(
                Code::TooLarge,
                format!("a name has more than {} bytes", limits::NAME_BYTES),
                "choose a shorter name",
            );
            return None;
        }
        Some(Name { text: text.to_owned(), at: self.here() })
    }

    /// A name in the place of a pattern.
    pub(super) fn reference(&mut self, text: &str) -> Option<Name> {
        if KEYWORDS.contains(&text) || Matcher::words().any(|word| word == text) {
            self.report(
                Code::Map,
                format!("`{text}` is a word of the language, not a name"),
                format!("a pattern is written like `{{\"${text}\": …}}`"),
            );
            return None;
        }
        self.name(text)
    }

    /// The type of a parameter.
    pub(super) fn parameter_type(&mut self, value: &Value) -> Option<ParameterType> {
        match value {
            Value::String(text) if text == ParameterType::NETWORK => Some(ParameterType::Network),
            value => self.kind(value).map(ParameterType::Value),
        }
    }

    pub(super) fn kind(&mut self, value: &Value) -> Option<Type> {
        let Value::String(text) = value else { return self.expected("a type", value) };
        let scalar = |word: &str| Scalar::ALL.into_iter().find(|scalar| scalar.word() == word);
        let ty = match text.strip_prefix("set of ") {
            Some(word) => scalar(word).map(Type::Set),
            None if text == "labels" => Some(Type::Labels),
            None => scalar(text).map(Type::One),
        };
        if ty.is_none() {
            let words = Scalar::ALL.into_iter().map(Scalar::word).chain(["labels"]);
            let help = nearest(text, words).map_or_else(
                || "a type is written like `string` or `set of string`".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            self.report(Code::UnknownType, format!("unknown type `{}`", excerpt(text)), help);
        }
        ty
    }
}

/// Words that are not names in the place of a pattern, besides those of matchers.
const KEYWORDS: [&str; 7] = ["any", "absent", "not", "some", "every", "true", "false"];
