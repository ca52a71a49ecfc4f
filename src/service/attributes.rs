//! A request from an action and attributes, where a text is read as the attribute's type.

use crate::document::value::{canonical_url, typed};
use placet_core::model::owned::{Constant, OwnedRequest, OwnedValue};
use placet_core::model::request::{Request, RequestError, View, WideRequest};
use placet_core::model::time::Time;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::value::Value;
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// A request, or what is wrong with the first part that does not fit.
pub(super) type Given<'a> = Result<Made<'a>, PartError<'a>>;

/// A request of the caller's values.
#[derive(Debug)]
pub(super) enum Made<'a> {
    /// As they are.
    Lent(WideRequest<'a>),
    /// A text among them was another spelling of a URL, so nothing is borrowed.
    Owned(OwnedRequest),
}

impl Made<'_> {
    /// Lends the request.
    pub(super) fn with<R>(
        &self,
        time: Time,
        vocabulary: &Vocabulary,
        use_it: impl FnOnce(&View<'_>) -> R,
    ) -> Result<R, RequestError> {
        match self {
            Self::Lent(request) => Ok(use_it(request)),
            Self::Owned(request) => request.with_request(vocabulary, time, use_it),
        }
    }

    /// A copy.
    pub(super) fn to_owned(&self) -> OwnedRequest {
        match self {
            Self::Lent(request) => OwnedRequest::from(request),
            Self::Owned(request) => request.clone(),
        }
    }
}

/// A part of a request that does not fit the vocabulary.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartError<'a> {
    pub(super) error: RequestError,
    /// The action or the attribute.
    pub(super) name: &'a str,
}

/// Makes a request; only an error allocates, and a URL in another spelling than its canonical one.
pub(super) fn read<'a, V: Into<Value<'a>>>(
    vocabulary: &'a Vocabulary,
    time: Time,
    action: &'a str,
    attributes: impl IntoIterator<Item = (&'a str, V)>,
) -> Given<'a> {
    let unknown = PartError { error: RequestError::UnknownAction, name: action };
    let mut request = Request::with_room(vocabulary, vocabulary.action(action).ok_or(unknown)?, time);
    let mut urls = Vec::new();
    for (name, value) in attributes {
        set(&mut request, name, value.into(), &mut urls).map_err(|error| PartError { error, name })?;
    }
    // A missing attribute is found when the request is decided, as for every other request.
    Ok(if urls.is_empty() { Made::Lent(request) } else { owned(&request, urls) })
}

#[cold]
fn owned<'a>(request: &View<'_>, urls: Vec<(FieldNo, String)>) -> Made<'a> {
    let mut request = OwnedRequest::from(request);
    request.values.extend(urls.into_iter().map(|(field, url)| (field, OwnedValue::One(Constant::Url(url)))));
    Made::Owned(request)
}

fn set<'a>(
    request: &mut WideRequest<'a>,
    name: &str,
    value: Value<'a>,
    urls: &mut Vec<(FieldNo, String)>,
) -> Result<(), RequestError> {
    let vocabulary = request.vocabulary();
    let field = vocabulary.field(name).ok_or(RequestError::UnknownAttribute)?;
    let ty = vocabulary.attribute(field).ok_or(RequestError::UnknownAttribute)?.ty;
    let value = match (value, ty) {
        (Value::String(text), Type::One(scalar) | Type::Set(scalar)) => match typed(scalar, text) {
            Ok(value) => value,
            Err(_) => return respelt(urls, scalar, text, field).ok_or(RequestError::WrongType(field, ty)),
        },
        (value, _) => value,
    };
    request.set(field, value).map(|_| ())
}

/// Remembers a URL in another spelling. `None` for a text of another type, and for one that is not a
/// URL.
#[cold]
fn respelt(urls: &mut Vec<(FieldNo, String)>, scalar: Scalar, text: &str, field: FieldNo) -> Option<()> {
    let url = canonical_url(text).ok().filter(|_| scalar == Scalar::Url)?;
    urls.push((field, url));
    Some(())
}
