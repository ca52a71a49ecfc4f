//! Requests from JSON, owned: what the command line, case files and scripting hosts have. A service that has its values at
//! hand builds a [`Request`] directly, without allocating.
//!
//! ```json
//! { "action": "get", "cache": "profiles", "item": ["user/42/a", "user/42/b"], "labels": { "dc": "eu-1" } }
//! ```

use std::fmt;

use serde_json::{Map, Value as Json};

use super::value::from_json;
use crate::check::tree::Constant;
use crate::model::path::ResourcePath;
use crate::model::request::{Malformed, Request};
use crate::model::time::Time;
use crate::model::types::{Scalar, Type};
use crate::model::value::Value;
use crate::model::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use crate::visible::excerpt;

/// A request that owns its values; its time is given when it is lent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedRequest {
    /// What is asked for.
    pub action: ActionNo,
    /// Each attribute at most once.
    pub values: Vec<(FieldNo, OwnedValue)>,
}

/// The value of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedValue {
    /// One value.
    One(Constant),
    /// Several.
    Set(Vec<Constant>),
    /// Names and values.
    Labels(Vec<(String, String)>),
}

impl OwnedRequest {
    /// Reads a JSON object: `action`, and attributes by their names; `null` is an attribute that is absent. `time` is not read here
    /// (see [`time_of`]).
    ///
    /// # Errors
    /// The object is not a request of the vocabulary: the request is to be refused.
    pub fn from_json(vocabulary: &Vocabulary, json: &Json) -> Result<Self, BadRequest> {
        let object = json.as_object().ok_or_else(|| BadRequest::at("", "a request is a map"))?;
        let action = object.get("action").ok_or_else(|| BadRequest::at("action", "is missing"))?;
        let name = action.as_str().ok_or_else(|| BadRequest::at("action", "is not a string"))?;
        let action = vocabulary.action(name).ok_or_else(|| {
            BadRequest::at("action", &format!("`{}` has no action `{}`", vocabulary.name(), excerpt(name)))
        })?;
        let values = attributes(object)
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| read_attribute(vocabulary, name, value))
            .collect::<Result<_, _>>()?;
        Ok(Self { action, values })
    }

    /// Lends the request, as one of `vocabulary` at `time`.
    ///
    /// # Errors
    /// A value does not fit the vocabulary.
    pub fn lend<R>(
        &self,
        vocabulary: &Vocabulary,
        time: Time,
        use_it: impl FnOnce(&Request<'_>) -> R,
    ) -> Result<R, Malformed> {
        let sets: Vec<Vec<Value<'_>>> = self.values.iter().map(|(_, value)| value.elements()).collect();
        let labels: Vec<Vec<(&str, &str)>> = self.values.iter().map(|(_, value)| value.labels()).collect();
        let mut request = Request::new(vocabulary, self.action, time);
        for (((field, value), elements), labels) in self.values.iter().zip(&sets).zip(&labels) {
            request.set(
                *field,
                match value {
                    OwnedValue::One(constant) => lend_constant(constant),
                    OwnedValue::Set(_) => Value::Set(elements),
                    OwnedValue::Labels(_) => Value::Labels(labels),
                },
            )?;
        }
        Ok(use_it(&request))
    }

    /// The same request as JSON, such as [`from_json`](Self::from_json) reads.
    #[must_use]
    pub fn to_json(&self, vocabulary: &Vocabulary) -> Json {
        let mut object = Map::new();
        object.insert("action".to_owned(), vocabulary.action_name(self.action).unwrap_or_default().into());
        for (field, value) in &self.values {
            let name = vocabulary.attribute(*field).map_or("?", |attribute| attribute.name.as_str());
            object.insert(name.to_owned(), value.to_json());
        }
        Json::Object(object)
    }
}

impl From<&Request<'_>> for OwnedRequest {
    fn from(request: &Request<'_>) -> Self {
        let fields = (TIME.0 + 1..).map(FieldNo).take(request.vocabulary().attributes().len().saturating_sub(1));
        let values = fields.filter_map(|field| Some((field, own(request.value(field)?)?)));
        Self { action: request.action(), values: values.collect() }
    }
}

/// `None` for a set within a set, which no request has.
fn own(value: &Value<'_>) -> Option<OwnedValue> {
    Some(match value {
        Value::Set(elements) => OwnedValue::Set(elements.iter().filter_map(constant).collect()),
        Value::Labels(labels) => {
            OwnedValue::Labels(labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
        }
        one => OwnedValue::One(constant(one)?),
    })
}

fn constant(value: &Value<'_>) -> Option<Constant> {
    Some(match value {
        Value::Bool(truth) => Constant::Bool(*truth),
        Value::Int(number) => Constant::Int(*number),
        Value::String(text) => Constant::String((*text).to_owned()),
        Value::Bytes(bytes) => Constant::Bytes(bytes.to_vec()),
        Value::Uuid(uuid) => Constant::Uuid(*uuid),
        Value::Time(time) => Constant::Time(time.as_millis()),
        Value::Duration(millis) => Constant::Duration(*millis),
        Value::Ip(address) => Constant::Ip(*address),
        Value::Path(path) => Constant::Path(path.as_str().to_owned()),
        Value::Set(_) | Value::Labels(_) => return None,
    })
}

impl OwnedValue {
    fn elements(&self) -> Vec<Value<'_>> {
        match self {
            Self::Set(elements) => elements.iter().map(lend_constant).collect(),
            Self::One(_) | Self::Labels(_) => Vec::new(),
        }
    }

    /// Whether it is the same as leaving the attribute out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Set(elements) => elements.is_empty(),
            Self::Labels(labels) => labels.is_empty(),
        }
    }

    fn labels(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Labels(labels) => labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            Self::One(_) | Self::Set(_) => Vec::new(),
        }
    }

    fn to_json(&self) -> Json {
        match self {
            Self::One(constant) => super::value::to_json(constant),
            Self::Set(elements) => elements.iter().map(super::value::to_json).collect(),
            Self::Labels(labels) => {
                labels.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
            }
        }
    }
}

/// The `time` of a JSON request: a number of milliseconds since 1970, or RFC 3339 text.
///
/// # Errors
/// It is neither.
pub fn time_of(json: &Json) -> Result<Option<Time>, BadRequest> {
    let Some(time) = json.get("time").filter(|time| !time.is_null()) else { return Ok(None) };
    match from_json(Scalar::Time, time) {
        Ok(Constant::Time(time)) => Ok(Some(Time::from_millis(time))),
        Ok(_) => Err(BadRequest::at("time", "is not a time")),
        Err(error) => Err(BadRequest::at("time", &error.to_string())),
    }
}

fn attributes(object: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    object.iter().filter(|(name, _)| !matches!(name.as_str(), "action" | "time"))
}

fn read_attribute(vocabulary: &Vocabulary, name: &str, json: &Json) -> Result<(FieldNo, OwnedValue), BadRequest> {
    let field = vocabulary
        .field(name)
        .ok_or_else(|| BadRequest::at(name, &format!("`{}` has no such attribute", vocabulary.name())))?;
    let ty = vocabulary.attributes()[usize::from(field.0)].ty;
    let one =
        |path: &str, scalar, json| from_json(scalar, json).map_err(|error| BadRequest::at(path, &error.to_string()));
    let value = match (ty, json) {
        (Type::Set(scalar), Json::Array(elements)) => {
            let numbered = elements.iter().enumerate();
            OwnedValue::Set(
                numbered.map(|(n, json)| one(&format!("{name}[{n}]"), scalar, json)).collect::<Result<_, _>>()?,
            )
        }
        (Type::One(scalar) | Type::Set(scalar), json) => OwnedValue::One(one(name, scalar, json)?),
        (Type::Labels, Json::Object(labels)) => OwnedValue::Labels(read_labels(name, labels)?),
        (Type::Labels, _) => return Err(BadRequest::at(name, "is not a map of strings")),
    };
    Ok((field, value))
}

fn read_labels(name: &str, labels: &Map<String, Json>) -> Result<Vec<(String, String)>, BadRequest> {
    let read = |(label, value): (&String, &Json)| match value {
        Json::String(text) => Ok((label.clone(), text.clone())),
        _ => Err(BadRequest::at(&format!("{name}.{label}"), "is not a string")),
    };
    labels.iter().map(read).collect()
}

/// A constant as a value of a request; a path was canonical when it became a constant.
fn lend_constant(constant: &Constant) -> Value<'_> {
    match constant {
        Constant::Bool(truth) => Value::Bool(*truth),
        Constant::Int(number) => Value::Int(*number),
        Constant::String(text) => Value::String(text),
        Constant::Bytes(bytes) => Value::Bytes(bytes),
        Constant::Uuid(uuid) => Value::Uuid(*uuid),
        Constant::Time(time) => Value::Time(Time::from_millis(*time)),
        Constant::Duration(duration) => Value::Duration(*duration),
        Constant::Ip(address) => Value::Ip(*address),
        // A path that is not canonical has the wrong type, so the request is refused.
        Constant::Path(path) => ResourcePath::new(path).map_or(Value::String(path), Value::Path),
    }
}

/// Why JSON is not a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// The key, such as `item[2]`, as a message may show it; empty for the request itself.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

impl BadRequest {
    fn at(path: &str, why: &str) -> Self {
        Self { path: excerpt(path).to_string(), why: why.to_owned() }
    }
}

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.why) } else { write!(f, "`{}`: {}", self.path, self.why) }
    }
}

impl std::error::Error for BadRequest {}
