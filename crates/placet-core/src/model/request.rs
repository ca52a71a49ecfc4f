//! One request: an action and the values of its attributes, checked as they are set. Building one
//! never allocates.

use alloc::string::String;

use arrayvec::ArrayVec;
use core::fmt;

use super::types::Type;
use super::value::Value;
use super::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use crate::limits::{ATTRIBUTES, LABELS, SET_BYTES, SET_ELEMENTS, VALUE_BYTES};
use crate::model::time::Time;

/// An action and its attributes, in the terms of one vocabulary. Some 800 bytes, most of them room
/// for further attributes: build it where it is used and pass it by reference, since returning one
/// from a function copies it.
///
/// ```
/// use placet_core::model::{request::Request, time::Time, types::{Scalar, Type}, vocabulary::Vocabulary};
/// let cache = Vocabulary::builder("cache", 1)
///     .attribute("cache", Type::One(Scalar::String), false)?
///     .action("get")?
///     .build();
/// let mut request = Request::named(&cache, "get", Time::now())?;
/// request.set_named("cache", "acorns")?;
/// assert!(request.set_named("cahce", "acorns").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Request<'a> {
    vocabulary: &'a Vocabulary,
    action: ActionNo,
    /// For every attribute, one more than the index of its value; 0 where it is absent.
    places: [u8; ATTRIBUTES],
    values: ArrayVec<Value<'a>, ATTRIBUTES>,
    present: u32,
}

impl<'a> Request<'a> {
    /// A request for `action` at `time`, without further attributes yet. An action number that the
    /// vocabulary lacks is found when the request is decided.
    #[must_use]
    #[inline]
    pub fn new(vocabulary: &'a Vocabulary, action: ActionNo, time: Time) -> Self {
        // Filled in place: most of it is unused room, and moving it would copy that room.
        let mut request = Self { vocabulary, action, places: [0; ATTRIBUTES], values: ArrayVec::new(), present: 1 };
        request.places[usize::from(TIME.0)] = 1;
        request.values.push(Value::Time(time));
        request
    }

    /// The same, looking the action up by its name.
    ///
    /// # Errors
    /// The vocabulary has no such action.
    pub fn named(vocabulary: &'a Vocabulary, action: &str, time: Time) -> Result<Self, RequestError> {
        let action = vocabulary.action(action).ok_or(RequestError::UnknownAction)?;
        Ok(Self::new(vocabulary, action, time))
    }

    /// Sets the value of an attribute. An empty set and labels without an entry are the same as
    /// leaving the attribute out.
    ///
    /// # Errors
    /// The attribute is unknown, set twice, or `time`; or the value is of another type, too large,
    /// or not in lower case where the vocabulary requires that.
    pub fn set(&mut self, field: FieldNo, value: impl Into<Value<'a>>) -> Result<&mut Self, RequestError> {
        let value = value.into();
        let attribute = self.vocabulary.attribute(field).ok_or(RequestError::UnknownAttribute)?;
        if self.places[usize::from(field.0)] != 0 {
            return Err(RequestError::SetTwice(field));
        }
        check_value(field, attribute.ty, &value)?;
        if attribute.lowercase {
            check_case(field, &value)?;
        }
        if matches!(value, Value::Set([]) | Value::Labels([])) {
            return Ok(self);
        }
        self.values.try_push(value).map_err(|_| RequestError::UnknownAttribute)?;
        self.places[usize::from(field.0)] = u8::try_from(self.values.len()).expect("ATTRIBUTES fits a byte");
        self.present |= 1 << field.0;
        Ok(self)
    }

    /// The same, looking the attribute up by its name.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_named(&mut self, attribute: &str, value: impl Into<Value<'a>>) -> Result<&mut Self, RequestError> {
        let field = self.vocabulary.field(attribute).ok_or(RequestError::UnknownAttribute)?;
        self.set(field, value)
    }

    /// The vocabulary that gives the numbers their meaning.
    #[must_use]
    pub const fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// The requested action.
    #[must_use]
    pub const fn action(&self) -> ActionNo {
        self.action
    }

    /// The time of the request.
    #[must_use]
    pub fn time(&self) -> Time {
        match self.value(TIME) {
            Some(Value::Time(time)) => *time,
            // `new` sets it, and `set` refuses a second one.
            _ => Time::MIN,
        }
    }

    /// The value of an attribute, if the request has it.
    #[must_use]
    #[inline]
    pub fn value(&self, field: FieldNo) -> Option<&Value<'a>> {
        let place = *self.places.get(usize::from(field.0))?;
        self.values.get(usize::from(place).checked_sub(1)?)
    }

    /// Checks that everything the vocabulary requires is there.
    ///
    /// # Errors
    /// The action is not in the vocabulary, or a required attribute is missing.
    pub fn check(&self) -> Result<(), RequestError> {
        if usize::from(self.action.0) >= self.vocabulary.actions().len() {
            return Err(RequestError::UnknownAction);
        }
        match self.vocabulary.required() & !self.present {
            0 => Ok(()),
            missing => Err(RequestError::Missing(FieldNo(u8::try_from(missing.trailing_zeros()).unwrap_or(u8::MAX)))),
        }
    }
}

#[inline]
fn check_value(field: FieldNo, ty: Type, value: &Value<'_>) -> Result<(), RequestError> {
    match (ty, value) {
        (Type::One(scalar) | Type::Set(scalar), value) if value.scalar() == Some(scalar) => check_size(field, value),
        (_, Value::Set(_) | Value::Labels(_)) => check_many(field, ty, value),
        _ => Err(RequestError::WrongType(field, ty)),
    }
}

#[inline(never)]
fn check_many(field: FieldNo, ty: Type, value: &Value<'_>) -> Result<(), RequestError> {
    if !value.is_of(ty) {
        return Err(RequestError::WrongType(field, ty));
    }
    match value {
        Value::Set(elements) if elements.len() > SET_ELEMENTS => Err(RequestError::TooLarge(field)),
        Value::Set(elements) if bytes_of(elements) > SET_BYTES => Err(RequestError::TooLarge(field)),
        Value::Set(elements) => elements.iter().try_for_each(|element| check_size(field, element)),
        Value::Labels(labels) => check_labels(field, labels),
        value => check_size(field, value),
    }
}

#[inline]
fn check_size(field: FieldNo, value: &Value<'_>) -> Result<(), RequestError> {
    match value.bytes() {
        Some(bytes) if bytes.len() > VALUE_BYTES => Err(RequestError::TooLarge(field)),
        _ => Ok(()),
    }
}

fn bytes_of(elements: &[Value<'_>]) -> usize {
    elements.iter().filter_map(Value::bytes).map(<[u8]>::len).fold(0, usize::saturating_add)
}

fn check_labels(field: FieldNo, labels: &[(&str, &str)]) -> Result<(), RequestError> {
    if labels.len() > LABELS || labels.iter().any(|(name, value)| name.len().max(value.len()) > VALUE_BYTES) {
        return Err(RequestError::TooLarge(field));
    }
    let repeats =
        |(place, (name, _)): (usize, &(&str, &str))| labels[..place].iter().any(|(earlier, _)| earlier == name);
    if labels.iter().enumerate().any(repeats) { Err(RequestError::SetTwice(field)) } else { Ok(()) }
}

/// Values of one string are a few bytes long: this looks at each byte.
#[inline(never)]
fn check_case(field: FieldNo, value: &Value<'_>) -> Result<(), RequestError> {
    let has_capital = |text: &str| text.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_wrong = match value {
        Value::String(text) => has_capital(text),
        Value::Set(elements) => {
            elements.iter().any(|element| matches!(element, Value::String(text) if has_capital(text)))
        }
        Value::Labels(labels) => labels.iter().any(|(name, _)| has_capital(name)),
        _ => false,
    };
    if is_wrong { Err(RequestError::Capital(field)) } else { Ok(()) }
}

/// Why a request does not fit its vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The vocabulary has no such action.
    UnknownAction,
    /// The vocabulary has no such attribute.
    UnknownAttribute,
    /// The value is not of the attribute's type.
    WrongType(FieldNo, Type),
    /// An attribute, or a label of it, is given twice.
    SetTwice(FieldNo),
    /// An attribute that the vocabulary marks `lowercase` has a capital letter.
    Capital(FieldNo),
    /// A required attribute is not given.
    Missing(FieldNo),
    /// A value has more bytes or elements than `limits` allows.
    TooLarge(FieldNo),
    /// The request was made for a different vocabulary than the token or policy.
    OtherVocabulary,
}

impl RequestError {
    /// The message, with the names of `vocabulary`.
    #[must_use]
    pub fn describe(self, vocabulary: &Vocabulary) -> String {
        let name = |field| vocabulary.attribute(field).map_or("?", |attribute| attribute.name.as_str());
        match self {
            Self::UnknownAction => alloc::format!("`{}` has no such action", vocabulary.name()),
            Self::UnknownAttribute => alloc::format!("`{}` has no such attribute", vocabulary.name()),
            Self::WrongType(field, ty) => alloc::format!("`{}` must be of type {ty}", name(field)),
            Self::SetTwice(field) => alloc::format!("`{}` is given twice", name(field)),
            Self::Capital(field) => {
                alloc::format!("`{}` has a capital letter, and the vocabulary requires lower case", name(field))
            }
            Self::Missing(field) => alloc::format!("`{}` is required but missing", name(field)),
            Self::TooLarge(field) => alloc::format!("`{}` is too large", name(field)),
            Self::OtherVocabulary => {
                alloc::format!("the request was made for a vocabulary other than `{}`", vocabulary.name())
            }
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction => f.write_str("unknown action"),
            Self::UnknownAttribute => f.write_str("unknown attribute"),
            Self::WrongType(field, ty) => write!(f, "attribute {} must be of type {ty}", field.0),
            Self::SetTwice(field) => write!(f, "attribute {} is given twice", field.0),
            Self::Capital(field) => write!(f, "attribute {} has a capital letter", field.0),
            Self::Missing(field) => write!(f, "attribute {} is required but missing", field.0),
            Self::TooLarge(field) => write!(f, "attribute {} is too large", field.0),
            Self::OtherVocabulary => f.write_str("the request was made for another vocabulary"),
        }
    }
}

impl core::error::Error for RequestError {}

const _: () = assert!(ATTRIBUTES <= 32, "`present` and `required` have one bit for every attribute");
const _: () = assert!(size_of::<Value<'_>>() <= 24, "a request is copied around; keep its values small");
