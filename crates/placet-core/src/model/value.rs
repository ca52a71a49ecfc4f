//! The values of a request. Borrowed, copyable, canonical by construction.

use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;

use super::path::ResourcePath;
use super::time::{Time, millis};
use super::types::{Scalar, Type};

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

/// One value of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of type `bool`.
    Bool(bool),
    /// Of type `int`.
    Int(i64),
    /// Of type `string`.
    String(&'a str),
    /// Of type `bytes`.
    Bytes(&'a [u8]),
    /// Of type `uuid`.
    Uuid([u8; 16]),
    /// Of type `time`.
    Time(Time),
    /// Of type `duration`, in milliseconds; it may be negative.
    Duration(i64),
    /// Of type `ip`.
    Ip(Address),
    /// Of type `path`.
    Path(ResourcePath<'a>),
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
            _ => None,
        }
    }

    /// The number of an int, time or duration value; the last two in milliseconds.
    #[must_use]
    pub const fn number(&self) -> Option<i64> {
        match self {
            Self::Int(n) | Self::Duration(n) => Some(*n),
            Self::Time(time) => Some(time.as_millis()),
            _ => None,
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
