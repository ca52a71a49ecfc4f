//! The values of a request. Borrowed, copyable, canonical by construction.

use core::cmp::Ordering;
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;

use super::path::ResourcePath;
use super::time::{Time, millis};
use super::types::{BytesType, NumberType, Scalar, Type};
use super::url::Url;

/// An address, IPv4 and IPv6 in one space: an IPv4 address is stored IPv4-mapped, so that both
/// spellings are equal and neither escapes a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 16]);

impl Address {
    /// From the sixteen bytes of an IPv6 or IPv4-mapped address.
    #[must_use]
    pub const fn from_octets(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// From as many bytes as it has.
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The sixteen bytes, IPv4 mapped.
    #[must_use]
    pub const fn octets(self) -> [u8; 16] {
        self.0
    }

    /// Whether this is an IPv4 address.
    #[must_use]
    pub fn is_v4(self) -> bool {
        Ipv6Addr::from(self.0).to_ipv4_mapped().is_some()
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => v6.octets(),
        })
    }
}

impl From<Address> for IpAddr {
    fn from(address: Address) -> Self {
        let v6 = Ipv6Addr::from(address.0);
        v6.to_ipv4_mapped().map_or(Self::V6(v6), Self::V4)
    }
}

/// How a value is held, for code to which types that are held alike are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held<'c> {
    /// A bool.
    Bool(bool),
    /// An int, time or duration.
    Number(i64),
    /// The bytes of a string, path, uuid or of bytes.
    Bytes(&'c [u8]),
    /// An address.
    Address(Address),
}

impl NumberType {
    /// A number as a value of the type.
    #[must_use]
    #[inline]
    pub const fn value(self, number: i64) -> Value<'static> {
        match self {
            Self::Int => Value::Int(number),
            Self::Time => Value::Time(Time::from_millis(number)),
            Self::Duration => Value::Duration(number),
        }
    }
}

impl BytesType {
    /// Bytes as a value of the type, if they are one.
    #[must_use]
    #[inline(always)]
    pub fn value(self, bytes: &[u8]) -> Option<Value<'_>> {
        Some(match self {
            Self::String => Value::String(core::str::from_utf8(bytes).ok()?),
            Self::Bytes => Value::Bytes(bytes),
            Self::Uuid => Value::Uuid(bytes.try_into().ok()?),
            Self::Ip => Value::Ip(Address::read(bytes)?),
            Self::Path => Value::Path(ResourcePath::new(core::str::from_utf8(bytes).ok()?).ok()?),
            Self::Url => Value::Url(Url::new(core::str::from_utf8(bytes).ok()?).ok()?),
        })
    }

    /// Whether bytes are a value of the type: whether [`value`](Self::value) gives one. The verifier
    /// asks this, and most bytes are ASCII, which is faster to detect than to decode.
    #[must_use]
    #[inline]
    pub fn admits(self, bytes: &[u8]) -> bool {
        match self {
            Self::String => bytes.is_ascii() || core::str::from_utf8(bytes).is_ok(),
            Self::Bytes => true,
            Self::Uuid | Self::Ip => Some(bytes.len()) == self.length(),
            Self::Path => ResourcePath::is_spelt(bytes),
            Self::Url => Url::is_spelt(bytes),
        }
    }
}

/// One value of a request. The four types that consist of bytes come first, so that
/// [`bytes`](Value::bytes) takes one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of type `string`.
    String(&'a str),
    /// Of type `bytes`.
    Bytes(&'a [u8]),
    /// Of type `path`.
    Path(ResourcePath<'a>),
    /// Of type `url`.
    Url(Url<'a>),
    /// Of type `bool`.
    Bool(bool),
    /// Of type `int`.
    Int(i64),
    /// Of type `uuid`.
    Uuid([u8; 16]),
    /// Of type `time`.
    Time(Time),
    /// Of type `duration`, in milliseconds; it may be negative.
    Duration(i64),
    /// Of type `ip`.
    Ip(Address),
    /// Of type `set of …`: values of one type, none of them a set. A set of one may also be given
    /// as that value.
    Set(&'a [Value<'a>]),
    /// Of type `labels`: names and values, each name once.
    Labels(&'a [(&'a str, &'a str)]),
}

impl<'a> Value<'a> {
    /// The type of a value that is neither a set nor labels.
    #[must_use]
    #[inline]
    pub const fn scalar(&self) -> Option<Scalar> {
        Some(match self {
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
            Self::Set(_) | Self::Labels(_) => return None,
        })
    }

    /// Whether the value is of `ty`. A single value counts as a set of one.
    #[must_use]
    pub fn is_of(&self, ty: Type) -> bool {
        match (ty, self) {
            (Type::Set(scalar), Self::Set(elements)) => elements.iter().all(|e| e.scalar() == Some(scalar)),
            (Type::One(scalar) | Type::Set(scalar), value) => value.scalar() == Some(scalar),
            (Type::Labels, value) => matches!(value, Self::Labels(_)),
        }
    }

    /// The bytes of a string, bytes or path value.
    #[must_use]
    #[inline]
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::String(text) => Some(text.as_bytes()),
            Self::Bytes(bytes) => Some(bytes),
            Self::Path(path) => Some(path.as_str().as_bytes()),
            Self::Url(url) => Some(url.as_str().as_bytes()),
            Self::Bool(_)
            | Self::Int(_)
            | Self::Uuid(_)
            | Self::Time(_)
            | Self::Duration(_)
            | Self::Ip(_)
            | Self::Set(_)
            | Self::Labels(_) => None,
        }
    }

    /// How it is held; `None` for a set and for labels.
    #[must_use]
    #[inline(always)]
    pub const fn held(&self) -> Option<Held<'_>> {
        Some(match self {
            Self::Bool(truth) => Held::Bool(*truth),
            Self::Int(number) | Self::Duration(number) => Held::Number(*number),
            Self::Time(time) => Held::Number(time.as_millis()),
            Self::String(text) => Held::Bytes(text.as_bytes()),
            Self::Bytes(bytes) => Held::Bytes(bytes),
            Self::Path(path) => Held::Bytes(path.as_str().as_bytes()),
            Self::Url(url) => Held::Bytes(url.as_str().as_bytes()),
            Self::Uuid(uuid) => Held::Bytes(uuid),
            Self::Ip(address) => Held::Address(*address),
            Self::Set(_) | Self::Labels(_) => return None,
        })
    }

    /// An order on values of one type, as those of a set are.
    #[must_use]
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.held().cmp(&other.held())
    }

    /// The number of an int, time or duration value; the last two in milliseconds.
    #[must_use]
    pub const fn number(&self) -> Option<i64> {
        match self {
            Self::Int(n) | Self::Duration(n) => Some(*n),
            Self::Time(time) => Some(time.as_millis()),
            Self::Bool(_)
            | Self::String(_)
            | Self::Bytes(_)
            | Self::Uuid(_)
            | Self::Ip(_)
            | Self::Path(_)
            | Self::Url(_)
            | Self::Set(_)
            | Self::Labels(_) => None,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Time> for Value<'_> {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}

/// To the millisecond.
impl From<Duration> for Value<'_> {
    fn from(length: Duration) -> Self {
        Self::Duration(millis(length))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<IpAddr> for Value<'_> {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address.into())
    }
}

impl<'a> From<ResourcePath<'a>> for Value<'a> {
    fn from(path: ResourcePath<'a>) -> Self {
        Self::Path(path)
    }
}

impl<'a> From<Url<'a>> for Value<'a> {
    fn from(url: Url<'a>) -> Self {
        Self::Url(url)
    }
}

impl<'a> From<&'a [Value<'a>]> for Value<'a> {
    fn from(elements: &'a [Value<'a>]) -> Self {
        Self::Set(elements)
    }
}

impl<'a, const N: usize> From<&'a [Value<'a>; N]> for Value<'a> {
    fn from(elements: &'a [Value<'a>; N]) -> Self {
        Self::Set(elements)
    }
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Value<'a> {
    fn from(labels: &'a [(&'a str, &'a str)]) -> Self {
        Self::Labels(labels)
    }
}

/// Sixteen bytes in the usual text form, `8-4-4-4-12` lower-case hexadecimal digits (RFC 9562,
/// section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UuidText(pub [u8; 16]);

impl fmt::Display for UuidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
