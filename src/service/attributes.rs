//! A request from an action and attributes, where a text is read as the attribute's type.

use crate::document::value::typed;
use placet_core::model::request::{Request, RequestError};
use placet_core::model::time::Time;
use placet_core::model::types::Type;
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
            typed(scalar, text).map_err(|_| RequestError::WrongType(field, ty))?
        }
        (value, _) => value,
    };
    request.set(field, value).map(|_| ())
}
