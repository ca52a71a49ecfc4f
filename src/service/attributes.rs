//! A request from an action and attributes, where a text is read as the attribute's type.

use std::net::IpAddr;

use crate::check::literals;
use crate::syntax::parse::literal;
use placet_core::model::path::ResourcePath;
use placet_core::model::request::{Request, RequestError};
use placet_core::model::time::Time;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::value::Value;
use placet_core::model::vocabulary::Vocabulary;

/// A request, or what is wrong with the first part that does not fit.
pub(super) type Given<'a> = Result<Request<'a>, PartError<'a>>;

/// A part of a request that does not fit the vocabulary.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartError<'a> {
    pub(super) error: RequestError,
    /// The action or the attribute.
    pub(super) name: &'a str,
}

/// Makes a request; only an error allocates.
pub(super) fn read<'a, V: Into<Value<'a>>>(
    vocabulary: &'a Vocabulary,
    time: Time,
    action: &'a str,
    attributes: impl IntoIterator<Item = (&'a str, V)>,
) -> Given<'a> {
    let mut request = Request::named(vocabulary, action, time).map_err(|error| PartError { error, name: action })?;
    for (name, value) in attributes {
        set(&mut request, name, value.into()).map_err(|error| PartError { error, name })?;
    }
    // A missing attribute is found when the request is decided, as for every other request.
    Ok(request)
}

fn set<'a>(request: &mut Request<'a>, name: &str, value: Value<'a>) -> Result<(), RequestError> {
    let vocabulary = request.vocabulary();
    let field = vocabulary.field(name).ok_or(RequestError::UnknownAttribute)?;
    let ty = vocabulary.attribute(field).ok_or(RequestError::UnknownAttribute)?.ty;
    let value = match (value, ty) {
        (Value::String(text), Type::One(scalar) | Type::Set(scalar)) => {
            typed(text, scalar).ok_or(RequestError::WrongType(field, ty))?
        }
        (value, _) => value,
    };
    request.set(field, value).map(|_| ())
}

/// Reads a text as a value of this type.
fn typed(text: &str, scalar: Scalar) -> Option<Value<'_>> {
    Some(match scalar {
        Scalar::String => Value::String(text),
        Scalar::Bytes => Value::Bytes(text.as_bytes()),
        Scalar::Path => Value::Path(ResourcePath::new(text).ok()?),
        Scalar::Ip => Value::Ip(text.parse::<IpAddr>().ok()?.into()),
        Scalar::Time => Value::Time(text.parse().ok()?),
        Scalar::Bool => Value::Bool(text.parse().ok()?),
        Scalar::Int => Value::Int(int(text)?),
        Scalar::Uuid => Value::Uuid(literals::uuid(text)?),
        Scalar::Duration => Value::Duration(literal::duration(text).ok()?),
    })
}

/// An int in its one spelling: `+1` and `01` could be cut from something else.
fn int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_canonical = text == "0" || digits.starts_with(|first: char| matches!(first, '1'..='9'));
    is_canonical.then(|| text.parse().ok()).flatten()
}
