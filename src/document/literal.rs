//! Requests and arguments whose values are written in the language: those of case files and of the
//! prompt. A vocabulary or a parameter decides the type, as with JSON, but a literal of another
//! type is refused: `5m` is a duration and never the text of a string.

use serde_json::{Map, Value as Json};

use super::request::{RequestJsonError, action_named, attribute_named};
use super::value::{ArgumentError, ValueError, argued, from_text, network, read_arguments, to_json};
use crate::check::tree::Template;
use crate::compile::arguments::{Argument, Arguments};
use crate::syntax::ast::{At, Literal, Name, ParameterType};
use crate::syntax::cases::{Value, ValueKind};
use crate::syntax::parse::literal::{write_duration, write_time};
use placet_core::model::owned::{Constant, OwnedRequest, OwnedValue};
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// The request of an action and its attributes.
///
/// # Errors
/// It is not a request of the vocabulary, so it must be refused.
pub fn request(
    vocabulary: &Vocabulary,
    action: &str,
    attributes: &[(Name, Value)],
) -> Result<OwnedRequest, RequestJsonError> {
    let action = action_named(vocabulary, action)?;
    let read = |(name, value): &(Name, Value)| attribute(vocabulary, &name.text, value);
    Ok(OwnedRequest { action, values: attributes.iter().map(read).collect::<Result<_, _>>()? })
}

fn attribute(vocabulary: &Vocabulary, name: &str, value: &Value) -> Result<(FieldNo, OwnedValue), RequestJsonError> {
    let (field, ty) = attribute_named(vocabulary, name)?;
    let bad = |path: &str, error: &ValueError| RequestJsonError::at(path, &error.to_string());
    let one = |scalar, literal: &Literal| constant(scalar, literal, from_text).map_err(|error| bad(name, &error));
    let value = match (ty, &value.kind) {
        (Type::Set(scalar), ValueKind::Set(elements)) => {
            let read = |(n, (literal, _)): (usize, &(Literal, _))| {
                constant(scalar, literal, from_text).map_err(|error| bad(&format!("{name}[{n}]"), &error))
            };
            OwnedValue::Set(elements.iter().enumerate().map(read).collect::<Result<_, _>>()?)
        }
        (Type::One(scalar) | Type::Set(scalar), ValueKind::One(literal)) => OwnedValue::One(one(scalar, literal)?),
        (Type::Labels, ValueKind::Labels(labels)) => {
            let pairs = labels.iter().map(|(name, value)| (name.text.clone(), value.clone()));
            OwnedValue::Labels(pairs.collect())
        }
        (Type::Labels, ValueKind::One(_) | ValueKind::Set(_)) => {
            return Err(RequestJsonError::at(name, "is not a map of strings"));
        }
        (ty, ValueKind::Set(_) | ValueKind::Labels(_)) => return Err(bad(name, &ValueError::new(value, ty))),
    };
    Ok((field, value))
}

/// The arguments of a template.
///
/// # Errors
/// As [`arguments_from_text`](super::value::arguments_from_text).
pub fn arguments(template: &Template, given: &[(Name, Value)]) -> Result<Arguments, ArgumentError> {
    let pairs = given.iter().map(|(name, value)| (name.text.as_str(), value));
    read_arguments(template, pairs, |ty, value| match (ty, &value.kind) {
        (ParameterType::Network, ValueKind::One(Literal::Text(text))) => network(text.as_plain().unwrap_or_default()),
        (ParameterType::Value(Type::Set(scalar)), ValueKind::Set(elements)) => {
            let elements = elements.iter().map(|(literal, _)| constant(scalar, literal, argued));
            elements.collect::<Result<_, _>>().map(Argument::Set)
        }
        (ParameterType::Value(Type::One(scalar)), ValueKind::One(literal)) => {
            constant(scalar, literal, argued).map(Argument::One)
        }
        (ty, _) => Err(ValueError::new(value, ty)),
    })
}

/// The value of a literal as one of type `scalar`; texts are read by `text`, numbers also as
/// milliseconds.
fn constant(
    scalar: Scalar,
    literal: &Literal,
    text: impl Fn(Scalar, &str) -> Result<Constant, ValueError>,
) -> Result<Constant, ValueError> {
    match (scalar, literal) {
        (Scalar::Bool, Literal::Bool(truth)) => Ok(Constant::Bool(*truth)),
        (Scalar::Int, Literal::Int(number)) => Ok(Constant::Int(*number)),
        (Scalar::Time, Literal::Time(time) | Literal::Int(time)) => Ok(Constant::Time(*time)),
        (Scalar::Duration, Literal::Duration(length) | Literal::Int(length)) => Ok(Constant::Duration(*length)),
        (Scalar::Bytes, Literal::Bytes(bytes)) => Ok(Constant::Bytes(bytes.clone())),
        (Scalar::Bool | Scalar::Int, _) => Err(refused(scalar, literal)),
        (scalar, Literal::Text(written)) => match written.as_plain() {
            Some(written) => text(scalar, written),
            None => Err(refused(scalar, literal)),
        },
        (scalar, _) => Err(refused(scalar, literal)),
    }
}

fn refused(scalar: Scalar, literal: &Literal) -> ValueError {
    let value = Value { kind: ValueKind::One(literal.clone()), at: At::default() };
    ValueError::new(value, Type::One(scalar))
}

/// The literal as JSON, for reports. Times and durations become text.
#[must_use]
pub fn as_json(action: &str, attributes: &[(Name, Value)]) -> Json {
    let mut object = Map::from_iter([("action".to_owned(), Json::from(action))]);
    object.extend(attributes.iter().map(|(name, value)| (name.text.clone(), value_as_json(value))));
    Json::Object(object)
}

fn value_as_json(value: &Value) -> Json {
    match &value.kind {
        ValueKind::One(literal) => literal_as_json(literal),
        ValueKind::Set(elements) => elements.iter().map(|(literal, _)| literal_as_json(literal)).collect(),
        ValueKind::Labels(labels) => {
            labels.iter().map(|(name, value)| (name.text.clone(), Json::from(value.as_str()))).collect()
        }
    }
}

fn literal_as_json(literal: &Literal) -> Json {
    match literal {
        Literal::Bool(truth) => Json::from(*truth),
        Literal::Int(number) => Json::from(*number),
        Literal::Text(text) => Json::from(text.as_plain().unwrap_or_default()),
        Literal::Bytes(bytes) => to_json(&Constant::Bytes(bytes.clone())),
        Literal::Duration(length) => Json::from(write_duration(*length)),
        Literal::Time(time) => Json::from(write_time(*time)),
    }
}
