//! One request: an action and the values of its attributes, checked as they are set. Building one
//! never allocates.
//!
//! A request has a [`Slot`] for each attribute, at the place that is the attribute's number. How
//! many slots there are is part of its type, and [`View`] is the type of a request with any number
//! of them. Everything that decides takes `&View`, and the compiler turns `&Request` into it.

use alloc::string::String;
use core::fmt;

use super::types::Type;
use super::value::Value;
use super::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use crate::limits::{ATTRIBUTES, LABELS, SET_BYTES, SET_ELEMENTS, SLOTS, VALUE_BYTES};
use crate::model::time::Time;

/// The value of one attribute; `None` if it is absent.
pub type Slot<'a> = Option<Value<'a>>;

/// A request with any number of slots: what decides.
pub type View<'a> = Request<'a, [Slot<'a>]>;

/// A request with a slot for every attribute that a vocabulary can have: some 800 bytes.
pub type WideRequest<'a> = Request<'a, [Slot<'a>; ATTRIBUTES]>;

/// An action and its attributes, in the terms of one vocabulary. It has room for the first
/// [`SLOTS`] attributes of the vocabulary, which is some 200 bytes; a vocabulary with more of them
/// uses [`with_room`](Self::with_room).
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
pub struct Request<'a, S: ?Sized = [Slot<'a>; SLOTS]> {
    vocabulary: &'a Vocabulary,
    present: u32,
    action: ActionNo,
    slots: S,
}

impl<'a> Request<'a> {
    /// A request for `action` at `time`, without further attributes yet. An action number that the
    /// vocabulary lacks is found when the request is decided.
    #[must_use]
    #[inline]
    pub fn new(vocabulary: &'a Vocabulary, action: ActionNo, time: Time) -> Self {
        Request::with_room(vocabulary, action, time)
    }

    /// The same, looking the action up by its name.
    ///
    /// # Errors
    /// The vocabulary has no such action.
    #[inline]
    pub fn named(vocabulary: &'a Vocabulary, action: &str, time: Time) -> Result<Self, RequestError> {
        let action = vocabulary.action(action).ok_or(RequestError::UnknownAction)?;
        Ok(Self::new(vocabulary, action, time))
    }

    /// A request with room for the first `N` attributes of the vocabulary, `time` included: 24
    /// bytes for each. It is copied where it is moved, so build it where it is used and pass it by
    /// reference.
    ///
    /// ```
    /// use placet_core::model::{request::{Request, WideRequest}, time::Time, vocabulary::{ActionNo, Vocabulary}};
    /// let wide = Vocabulary::builder("wide", 1).build();
    /// let request = Request::with_room::<12>(&wide, ActionNo(0), Time::EPOCH);
    /// let request: WideRequest<'_> = Request::with_room(&wide, ActionNo(0), Time::EPOCH); // room for all there can be
    /// ```
    #[must_use]
    #[inline]
    pub fn with_room<const N: usize>(
        vocabulary: &'a Vocabulary,
        action: ActionNo,
        time: Time,
    ) -> Request<'a, [Slot<'a>; N]> {
        const { assert!(N > 0, "the first attribute is `time`") };
        let mut request = Request { vocabulary, present: 1 << TIME.0, action, slots: [const { None }; N] };
        request.slots[usize::from(TIME.0)] = Some(Value::Time(time));
        request
    }
}

impl<'a, S: AsMut<[Slot<'a>]> + ?Sized> Request<'a, S> {
    /// Sets the value of an attribute. An empty set and labels without an entry are the same as
    /// leaving the attribute out.
    ///
    /// # Errors
    /// The attribute is unknown, set twice, or `time`; the value is of another type, too large, or
    /// not in lower case where the vocabulary requires that; or the request has no room for it.
    #[inline]
    pub fn set(&mut self, field: FieldNo, value: impl Into<Value<'a>>) -> Result<&mut Self, RequestError> {
        let value = value.into();
        let attribute = self.vocabulary.attribute(field).ok_or(RequestError::UnknownAttribute)?;
        let bit = 1_u32.checked_shl(field.0.into()).ok_or(RequestError::UnknownAttribute)?;
        if self.present & bit != 0 {
            return Err(RequestError::SetTwice(field));
        }
        check_value(field, attribute.ty, &value)?;
        if attribute.lowercase {
            check_case(field, &value)?;
        }
        let slot = self.slots.as_mut().get_mut(usize::from(field.0)).ok_or(RequestError::NoRoom(field))?;
        if !matches!(value, Value::Set([]) | Value::Labels([])) {
            *slot = Some(value);
            self.present |= bit;
        }
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
}

impl<'a, S: AsRef<[Slot<'a>]> + ?Sized> Request<'a, S> {
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
    #[inline]
    pub fn time(&self) -> Time {
        match self.value(TIME) {
            Some(Value::Time(time)) => *time,
            // `with_room` sets it, and `set` refuses a second one.
            _ => Time::MIN,
        }
    }

    /// The value of an attribute, if the request has it.
    #[must_use]
    #[inline]
    pub fn value(&self, field: FieldNo) -> Option<&Value<'a>> {
        self.slots.as_ref().get(usize::from(field.0))?.as_ref()
    }

    /// Checks that everything the vocabulary requires is there.
    ///
    /// # Errors
    /// The action is not in the vocabulary, or a required attribute is missing.
    #[inline]
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
    /// The request was made without a slot for the attribute.
    NoRoom(FieldNo),
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
            Self::NoRoom(field) => {
                let least = field.0.saturating_add(1);
                alloc::format!("the request has no room for `{}`; make it `with_room::<{least}>` or more", name(field))
            }
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
            Self::NoRoom(field) => write!(f, "the request has no room for attribute {}", field.0),
            Self::OtherVocabulary => f.write_str("the request was made for another vocabulary"),
        }
    }
}

impl core::error::Error for RequestError {}

const _: () = assert!(ATTRIBUTES <= 32, "`present` and `required` have one bit for every attribute");
const _: () = assert!(size_of::<Slot<'_>>() <= 24, "a request is copied around; keep its values small");
const _: () = assert!(size_of::<Request<'_>>() <= 232, "a request is built on every decision; keep it small");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::types::Scalar;

    fn wide() -> Vocabulary {
        let builder = Vocabulary::builder("wide", 1).action("get").expect("it is the first");
        let flags = (1..ATTRIBUTES).try_fold(builder, |builder, number| {
            builder.attribute(&alloc::format!("flag_{number}"), Type::One(Scalar::Bool), true)
        });
        flags.expect("their names differ").build()
    }

    #[test]
    fn an_attribute_without_a_slot_is_refused_and_never_lost() {
        let vocabulary = wide();
        let mut request = Request::named(&vocabulary, "get", Time::EPOCH).expect("it is an action");
        for field in (1..).map(FieldNo).take(ATTRIBUTES - 1) {
            let has_slot = usize::from(field.0) < SLOTS;
            let set = request.set(field, true).map(|_| ());
            assert_eq!(set, if has_slot { Ok(()) } else { Err(RequestError::NoRoom(field)) });
            assert_eq!(request.value(field), has_slot.then_some(&Value::Bool(true)));
        }
        let message = RequestError::NoRoom(FieldNo(8)).describe(&vocabulary);
        assert_eq!(message, "the request has no room for `flag_8`; make it `with_room::<9>` or more");
    }

    #[test]
    fn a_request_with_room_for_all_attributes_takes_each_of_them_once() {
        let vocabulary = wide();
        let mut request = Request::with_room::<ATTRIBUTES>(&vocabulary, ActionNo(0), Time::EPOCH);
        for field in (1..).map(FieldNo).take(ATTRIBUTES - 1) {
            assert!(request.set(field, true).is_ok());
            assert_eq!(request.set(field, true).err(), Some(RequestError::SetTwice(field)));
        }
        assert_eq!(request.set(TIME, Time::EPOCH).err(), Some(RequestError::SetTwice(TIME)));
        assert_eq!(request.set(FieldNo(32), true).err(), Some(RequestError::UnknownAttribute));
        let view: &View<'_> = &request;
        assert!((1..32).all(|number| view.value(FieldNo(number)) == Some(&Value::Bool(true))));
    }
}
