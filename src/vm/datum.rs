//! A value as the VM compares it: text, bytes and paths are bytes; ints, times and durations are numbers.

use crate::model::value::Value;

/// One value, from the request or from the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Datum<'a> {
    Bool(bool),
    Number(i64),
    /// A string or a path; characters count.
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    /// A uuid or an address.
    Sixteen([u8; 16]),
    Labels(&'a [(&'a str, &'a str)]),
    /// Has no single value; nothing matches it.
    Set(&'a [Value<'a>]),
}

impl<'a> Datum<'a> {
    #[inline]
    pub(super) fn of(value: &Value<'a>) -> Self {
        match *value {
            Value::Bool(truth) => Self::Bool(truth),
            Value::Int(number) | Value::Time(number) | Value::Duration(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.as_bytes()),
            Value::Path(path) => Self::Text(path.as_str().as_bytes()),
            Value::Bytes(bytes) => Self::Bytes(bytes),
            Value::Uuid(sixteen) => Self::Sixteen(sixteen),
            Value::Ip(address) => Self::Sixteen(address.octets()),
            Value::Labels(labels) => Self::Labels(labels),
            Value::Set(elements) => Self::Set(elements),
        }
    }

    /// The bytes of text, bytes, or a fixed-size value.
    #[inline]
    pub(super) const fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) | Self::Bytes(bytes) => Some(bytes),
            Self::Sixteen(bytes) => Some(bytes),
            Self::Bool(_) | Self::Number(_) | Self::Labels(_) | Self::Set(_) => None,
        }
    }

    pub(super) const fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// The value of a label.
pub(super) fn label<'a>(labels: &[(&'a str, &'a str)], name: &[u8]) -> Option<Datum<'a>> {
    let found = labels.iter().find(|(label, _)| label.as_bytes() == name);
    found.map(|(_, value)| Datum::Text(value.as_bytes()))
}
