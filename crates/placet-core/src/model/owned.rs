//! Values and requests that own their data: for code that builds, keeps or changes requests. A
//! service that has its values at hand builds a [`Request`] directly, without allocating.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::path::ResourcePath;
use super::request::{Request, RequestError, Slot, View};
use super::time::Time;
use super::types::{BytesType, NumberType, Scalar, Written};
use super::url::Url;
pub use super::value::Held;
use super::value::{Address, UuidText, Value};
use super::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use crate::limits::ATTRIBUTES;

/// A value of a type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Constant {
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `string`
    String(String),
    /// `bytes`
    Bytes(Vec<u8>),
    /// `uuid`
    Uuid([u8; 16]),
    /// `time`, ms since 1970-01-01T00:00:00Z
    Time(i64),
    /// `duration`, ms
    Duration(i64),
    /// `ip`
    Ip(Address),
    /// `path`, canonical.
    Path(String),
    /// `url`, canonical.
    Url(String),
}

/// A constant as a program has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenConstant<'c> {
    /// As one of two instructions.
    Bool(bool),
    /// As a number within the code.
    Number(NumberType, i64),
    /// As bytes in the pool.
    Bytes(BytesType, Cow<'c, [u8]>),
}

impl Constant {
    /// How a program has it: what [`of_number`](Self::of_number) and [`of_bytes`](Self::of_bytes)
    /// read back.
    #[must_use]
    pub fn written(&self) -> WrittenConstant<'_> {
        match self {
            Self::Bool(truth) => WrittenConstant::Bool(*truth),
            Self::Int(number) => WrittenConstant::Number(NumberType::Int, *number),
            Self::Time(number) => WrittenConstant::Number(NumberType::Time, *number),
            Self::Duration(number) => WrittenConstant::Number(NumberType::Duration, *number),
            Self::String(text) => WrittenConstant::Bytes(BytesType::String, text.as_bytes().into()),
            Self::Bytes(bytes) => WrittenConstant::Bytes(BytesType::Bytes, bytes.into()),
            Self::Uuid(uuid) => WrittenConstant::Bytes(BytesType::Uuid, uuid.into()),
            Self::Ip(address) => WrittenConstant::Bytes(BytesType::Ip, address.octets().to_vec().into()),
            Self::Path(path) => WrittenConstant::Bytes(BytesType::Path, path.as_bytes().into()),
            Self::Url(url) => WrittenConstant::Bytes(BytesType::Url, url.as_bytes().into()),
        }
    }

    /// How it is held.
    #[must_use]
    pub fn held(&self) -> Held<'_> {
        match self {
            Self::Bool(truth) => Held::Bool(*truth),
            Self::Int(number) | Self::Time(number) | Self::Duration(number) => Held::Number(*number),
            Self::String(text) | Self::Path(text) | Self::Url(text) => Held::Bytes(text.as_bytes()),
            Self::Bytes(bytes) => Held::Bytes(bytes),
            Self::Uuid(uuid) => Held::Bytes(uuid),
            Self::Ip(address) => Held::Address(*address),
        }
    }

    /// The same bytes as [`bytes`](Self::bytes), without a copy where the value owns them.
    #[must_use]
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::String(text) | Self::Path(text) | Self::Url(text) => Some(text.into_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            other => other.bytes().map(<[u8]>::to_vec),
        }
    }

    /// The number of an int, time or duration.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self.held() {
            Held::Number(number) => Some(number),
            Held::Bool(_) | Held::Bytes(_) | Held::Address(_) => None,
        }
    }

    /// The bytes of a string, path, uuid or of bytes.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self.held() {
            Held::Bytes(bytes) => Some(bytes),
            Held::Bool(_) | Held::Number(_) | Held::Address(_) => None,
        }
    }

    /// A number as a value of a type that is written as one.
    #[must_use]
    pub fn of_number(scalar: Scalar, number: i64) -> Option<Self> {
        match scalar.written() {
            Written::Number(ty) => constant(&ty.value(number)),
            Written::Bool | Written::Bytes(_) => None,
        }
    }

    /// A copy of a value; `None` for a set and for labels.
    #[must_use]
    pub fn of(value: &Value<'_>) -> Option<Self> {
        constant(value)
    }

    /// Bytes as a value of a type that is written as bytes, if they are one.
    #[must_use]
    pub fn of_bytes(scalar: Scalar, bytes: Vec<u8>) -> Option<Self> {
        match scalar.written() {
            // Not another copy of the bytes.
            Written::Bytes(BytesType::String) => String::from_utf8(bytes).ok().map(Self::String),
            Written::Bytes(BytesType::Bytes) => Some(Self::Bytes(bytes)),
            Written::Bytes(ty) => constant(&ty.value(&bytes)?),
            Written::Bool | Written::Number(_) => None,
        }
    }

    /// A value of a type, another one for each number and word. Of a bool there are only two.
    #[must_use]
    pub fn example(scalar: Scalar, number: u16, word: &str) -> Self {
        match scalar {
            Scalar::Bool => Self::Bool(number % 2 == 1),
            Scalar::Int => Self::Int(number.into()),
            Scalar::String => Self::String(word.to_owned()),
            Scalar::Bytes => Self::Bytes(word.as_bytes().to_vec()),
            Scalar::Uuid => Self::Uuid(u128::from(number).to_be_bytes()),
            Scalar::Time => Self::Time(number.into()),
            Scalar::Duration => Self::Duration(number.into()),
            Scalar::Ip => Self::Ip(Address::from_octets(u128::from(number).to_be_bytes())),
            Scalar::Path => Self::Path(alloc::format!("/{word}")),
            Scalar::Url => Self::Url(alloc::format!("https://example.com/{word}")),
        }
    }

    /// A value of a type for people: one for a place where any matches.
    #[must_use]
    pub fn sample(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool => Self::Bool(true),
            Scalar::Int => Self::Int(1),
            // RFC 5737 keeps this network for examples.
            Scalar::Ip => Self::Ip(IpAddr::from([192, 0, 2, 1]).into()),
            Scalar::Time
            | Scalar::Duration
            | Scalar::Uuid
            | Scalar::String
            | Scalar::Bytes
            | Scalar::Path
            | Scalar::Url => Self::example(scalar, 0, "example"),
        }
    }

    /// Its text in a text that it is spliced into; none for a type that may not be.
    #[must_use]
    pub fn spliced(&self) -> Option<Vec<u8>> {
        (self.scalar().has_text() || self.scalar().is_textual()).then(|| self.text())
    }

    /// Its text: what it would be if it were spliced.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        match self {
            Self::String(text) | Self::Path(text) | Self::Url(text) => text.as_bytes().to_vec(),
            Self::Bytes(bytes) => bytes.clone(),
            Self::Uuid(uuid) => UuidText(*uuid).to_string().into_bytes(),
            Self::Int(number) | Self::Time(number) | Self::Duration(number) => number.to_string().into_bytes(),
            Self::Bool(truth) => truth.to_string().into_bytes(),
            Self::Ip(address) => IpAddr::from(*address).to_string().into_bytes(),
        }
    }

    /// Its type.
    #[must_use]
    pub const fn scalar(&self) -> Scalar {
        match self {
            Self::Bool(_) => Scalar::Bool,
            Self::Int(_) => Scalar::Int,
            Self::String(_) => Scalar::String,
            Self::Bytes(_) => Scalar::Bytes,
            Self::Uuid(_) => Scalar::Uuid,
            Self::Time(_) => Scalar::Time,
            Self::Duration(_) => Scalar::Duration,
            Self::Ip(_) => Scalar::Ip,
            Self::Path(_) => Scalar::Path,
            Self::Url(_) => Scalar::Url,
        }
    }

    /// The same value, borrowed, as a request takes it.
    #[must_use]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(number) => Value::Int(*number),
            Self::String(text) => Value::String(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Uuid(uuid) => Value::Uuid(*uuid),
            Self::Time(time) => Value::Time(Time::from_millis(*time)),
            Self::Duration(duration) => Value::Duration(*duration),
            Self::Ip(address) => Value::Ip(*address),
            // A path or URL that is not canonical has the wrong type, so the request is refused.
            Self::Path(path) => ResourcePath::new(path).map_or(Value::String(path), Value::Path),
            Self::Url(url) => Url::new(url).map_or(Value::String(url), Value::Url),
        }
    }
}

/// A request that owns its values; its time is given when it is borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedRequest {
    /// The requested action.
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
    /// Lends the request in terms of `vocabulary` at `time` (ms since 1970-01-01T00:00:00Z).
    ///
    /// # Errors
    /// A value does not fit the vocabulary.
    pub fn with_request<R>(
        &self,
        vocabulary: &Vocabulary,
        time: Time,
        use_it: impl FnOnce(&View<'_>) -> R,
    ) -> Result<R, RequestError> {
        let sets: Vec<Vec<Value<'_>>> = self.values.iter().map(|(_, value)| value.elements()).collect();
        let labels: Vec<Vec<(&str, &str)>> = self.values.iter().map(|(_, value)| value.labels()).collect();
        let mut request = Request::with_room::<ATTRIBUTES>(vocabulary, self.action, time);
        for (((field, value), elements), labels) in self.values.iter().zip(&sets).zip(&labels) {
            request.set(
                *field,
                match value {
                    OwnedValue::One(constant) => constant.as_value(),
                    OwnedValue::Set(_) => Value::Set(elements),
                    OwnedValue::Labels(_) => Value::Labels(labels),
                },
            )?;
        }
        Ok(use_it(&request))
    }
}

impl OwnedValue {
    fn elements(&self) -> Vec<Value<'_>> {
        match self {
            Self::Set(elements) => elements.iter().map(Constant::as_value).collect(),
            Self::One(_) | Self::Labels(_) => Vec::new(),
        }
    }

    /// Whether this is the same as leaving the attribute out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
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
}

impl<'a, S: AsRef<[Slot<'a>]> + ?Sized> From<&Request<'a, S>> for OwnedRequest {
    fn from(request: &Request<'a, S>) -> Self {
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
        Value::Url(url) => Constant::Url(url.as_str().to_owned()),
        Value::Set(_) | Value::Labels(_) => return None,
    })
}

/// A request with its time, for code that changes requests and decides them again. Every change
/// makes a new one, so that one request can be changed in several ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedRequest {
    /// Action and attributes.
    pub request: OwnedRequest,
    /// ms since 1970-01-01T00:00:00Z; what `time` is in conditions.
    pub time: Time,
}

impl TimedRequest {
    /// The requested action.
    #[must_use]
    pub const fn action(&self) -> ActionNo {
        self.request.action
    }

    /// The same with another action.
    #[must_use]
    pub fn with_action(&self, action: ActionNo) -> Self {
        Self { request: OwnedRequest { action, values: self.request.values.clone() }, time: self.time }
    }

    /// The same at another time.
    #[must_use]
    pub fn at(&self, time: Time) -> Self {
        Self { request: self.request.clone(), time }
    }

    /// The value of an attribute, including `time`. An empty set and empty labels count as absent.
    #[must_use]
    pub fn value(&self, field: FieldNo) -> Option<OwnedValue> {
        if field == TIME {
            return Some(OwnedValue::One(Constant::Time(self.time.as_millis())));
        }
        let found = self.request.values.iter().find(|(other, _)| *other == field).map(|(_, value)| value.clone());
        found.filter(|value| !value.is_empty())
    }

    /// The same with another value of an attribute, or without it. `time` stays as it is unless the
    /// value is a time.
    #[must_use]
    pub fn with(&self, field: FieldNo, value: Option<OwnedValue>) -> Self {
        let mut changed = self.clone();
        if field == TIME {
            if let Some(OwnedValue::One(Constant::Time(time))) = value {
                changed.time = Time::from_millis(time);
            }
            return changed;
        }
        let values = &mut changed.request.values;
        match (values.iter().position(|(other, _)| *other == field), value) {
            (Some(place), Some(value)) => values[place].1 = value,
            (Some(place), None) => _ = values.remove(place),
            (None, Some(value)) => values.push((field, value)),
            (None, None) => {}
        }
        changed
    }

    /// The elements of a set; a single value is a set of one.
    #[must_use]
    pub fn elements(&self, field: FieldNo) -> Vec<Constant> {
        match self.value(field) {
            Some(OwnedValue::Set(elements)) => elements,
            Some(OwnedValue::One(element)) => alloc::vec![element],
            Some(OwnedValue::Labels(_)) | None => Vec::new(),
        }
    }

    /// Names and values of an attribute of type `labels`.
    #[must_use]
    pub fn labels(&self, field: FieldNo) -> Option<Vec<(String, String)>> {
        match self.value(field) {
            Some(OwnedValue::Labels(labels)) => Some(labels),
            Some(OwnedValue::One(_) | OwnedValue::Set(_)) | None => None,
        }
    }

    /// The same with another value of one label, or without the label.
    #[must_use]
    pub fn with_label(&self, field: FieldNo, name: &str, value: Option<&str>) -> Self {
        let mut labels = self.labels(field).unwrap_or_default();
        match (labels.iter().position(|(label, _)| label == name), value) {
            (Some(place), Some(value)) => value.clone_into(&mut labels[place].1),
            (Some(place), None) => _ = labels.remove(place),
            (None, Some(value)) => labels.push((name.to_owned(), value.to_owned())),
            (None, None) => {}
        }
        self.with(field, Some(OwnedValue::Labels(labels)))
    }
}
