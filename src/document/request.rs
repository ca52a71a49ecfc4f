//! Requests from JSON and as JSON, as the command line and scripting hosts pass them.
//!
//! ```json
//! { "action": "get", "cache": "profiles", "item": ["user/42/a", "user/42/b"], "labels": { "dc": "eu-1" } }
//! ```

use std::fmt;

use serde_json::{Map, Value as Json};

use super::value;
use crate::visible::excerpt;
use placet_core::model::owned::Constant;
pub use placet_core::model::owned::{OwnedRequest, OwnedValue};
use placet_core::model::time::Time;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// Reads a JSON object: `action`, and attributes by their names; `null` means that the attribute is
/// absent. `time` is not read here (see [`time_of`]).
///
/// # Errors
/// The object is not a request of the vocabulary, so it must be refused.
pub fn from_json(vocabulary: &Vocabulary, json: &Json) -> Result<OwnedRequest, RequestJsonError> {
    let object = json.as_object().ok_or_else(|| RequestJsonError::at("", "a request is a map"))?;
    let action = object.get("action").ok_or_else(|| RequestJsonError::at("action", "is missing"))?;
    let name = action.as_str().ok_or_else(|| RequestJsonError::at("action", "is not a string"))?;
    let action = action_named(vocabulary, name)?;
    let values = attributes(object)
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| read_attribute(vocabulary, name, value))
        .collect::<Result<_, _>>()?;
    Ok(OwnedRequest { action, values })
}

/// The same request as JSON, such as [`from_json`] reads.
#[must_use]
pub fn to_json(request: &OwnedRequest, vocabulary: &Vocabulary) -> Json {
    let mut object = Map::new();
    object.insert("action".to_owned(), vocabulary.action_name(request.action).unwrap_or_default().into());
    for (field, value) in &request.values {
        let name = vocabulary.attribute(*field).map_or("?", |attribute| attribute.name.as_str());
        object.insert(name.to_owned(), value_to_json(value));
    }
    Json::Object(object)
}

fn value_to_json(value: &OwnedValue) -> Json {
    match value {
        OwnedValue::One(constant) => value::to_json(constant),
        OwnedValue::Set(elements) => elements.iter().map(value::to_json).collect(),
        OwnedValue::Labels(labels) => {
            labels.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
        }
    }
}

pub(super) fn action_named(vocabulary: &Vocabulary, name: &str) -> Result<ActionNo, RequestJsonError> {
    vocabulary.action(name).ok_or_else(|| {
        RequestJsonError::at("action", &format!("`{}` has no action `{}`", vocabulary.name(), excerpt(name)))
    })
}

pub(super) fn attribute_named(vocabulary: &Vocabulary, name: &str) -> Result<(FieldNo, Type), RequestJsonError> {
    let found = vocabulary.field(name).and_then(|field| Some((field, vocabulary.attribute(field)?.ty)));
    found.ok_or_else(|| RequestJsonError::at(name, &format!("`{}` has no such attribute", vocabulary.name())))
}

/// The `time` of a JSON request: a number of milliseconds since 1970, or RFC 3339 text.
///
/// # Errors
/// It is neither.
pub fn time_of(json: &Json) -> Result<Option<Time>, RequestJsonError> {
    let Some(time) = json.get("time").filter(|time| !time.is_null()) else { return Ok(None) };
    match value::from_json(Scalar::Time, time) {
        Ok(Constant::Time(time)) => Ok(Some(Time::from_millis(time))),
        Ok(_) => Err(RequestJsonError::at("time", "is not a time")),
        Err(error) => Err(RequestJsonError::at("time", &error.to_string())),
    }
}

fn attributes(object: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    object.iter().filter(|(name, _)| !matches!(name.as_str(), "action" | "time"))
}

fn read_attribute(vocabulary: &Vocabulary, name: &str, json: &Json) -> Result<(FieldNo, OwnedValue), RequestJsonError> {
    let (field, ty) = attribute_named(vocabulary, name)?;
    let one = |path: &str, scalar, json| {
        value::from_json(scalar, json).map_err(|error| RequestJsonError::at(path, &error.to_string()))
    };
    let value = match (ty, json) {
        (Type::Set(scalar), Json::Array(elements)) => {
            let numbered = elements.iter().enumerate();
            OwnedValue::Set(
                numbered.map(|(n, json)| one(&format!("{name}[{n}]"), scalar, json)).collect::<Result<_, _>>()?,
            )
        }
        (Type::One(scalar) | Type::Set(scalar), json) => OwnedValue::One(one(name, scalar, json)?),
        (Type::Labels, Json::Object(labels)) => OwnedValue::Labels(read_labels(name, labels)?),
        (Type::Labels, _) => return Err(RequestJsonError::at(name, "is not a map of strings")),
    };
    Ok((field, value))
}

fn read_labels(name: &str, labels: &Map<String, Json>) -> Result<Vec<(String, String)>, RequestJsonError> {
    let read = |(label, value): (&String, &Json)| match value {
        Json::String(text) => Ok((label.clone(), text.clone())),
        _ => Err(RequestJsonError::at(&format!("{name}.{label}"), "is not a string")),
    };
    labels.iter().map(read).collect()
}

/// Why JSON is not a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestJsonError {
    /// The key, such as `item[2]`, as a message may show it; empty for the request itself.
    pub path: String,
    /// The mistake.
    pub why: String,
}

impl RequestJsonError {
    pub(super) fn at(path: &str, why: &str) -> Self {
        Self { path: excerpt(path).to_string(), why: why.to_owned() }
    }
}

impl fmt::Display for RequestJsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.why) } else { write!(f, "`{}`: {}", self.path, self.why) }
    }
}

impl std::error::Error for RequestJsonError {}
