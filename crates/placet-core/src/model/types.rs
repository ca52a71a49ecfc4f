//! The types of attributes and parameters.

use core::fmt;

/// A type of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// `bool`
    Bool,
    /// `int`: 64 bits, signed.
    Int,
    /// `string`: UTF-8, compared byte for byte.
    String,
    /// `bytes`: any bytes.
    Bytes,
    /// `uuid`: 16 bytes.
    Uuid,
    /// `time`: milliseconds since 1970-01-01T00:00:00Z.
    Time,
    /// `duration`: milliseconds.
    Duration,
    /// `ip`: an address; IPv4-mapped IPv6 is the IPv4 address.
    Ip,
    /// `path`: canonical, absolute, split at `/`.
    Path,
}

impl Scalar {
    /// All of them, in the order of their wire numbers.
    pub const ALL: [Self; 9] = [
        Self::Bool,
        Self::Int,
        Self::String,
        Self::Bytes,
        Self::Uuid,
        Self::Time,
        Self::Duration,
        Self::Ip,
        Self::Path,
    ];

    /// The word of the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Uuid => "uuid",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Ip => "ip",
            Self::Path => "path",
        }
    }

    /// `an int`, `a string`
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Int => "an int",
            Self::String => "a string",
            Self::Bytes => "bytes",
            Self::Uuid => "a uuid",
            Self::Time => "a time",
            Self::Duration => "a duration",
            Self::Ip => "an ip",
            Self::Path => "a path",
        }
    }

    /// Whether values of the type have an order.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        matches!(self, Self::Int | Self::Time | Self::Duration)
    }

    /// Whether a value has one text form that may be spliced into other text: a string, an int or a
    /// uuid.
    #[must_use]
    pub const fn has_text(self) -> bool {
        match self {
            Self::String | Self::Int | Self::Uuid => true,
            Self::Bool | Self::Bytes | Self::Time | Self::Duration | Self::Ip | Self::Path => false,
        }
    }

    /// Whether the value is text or bytes that `prefix`, `suffix`, `glob` and regular expressions
    /// can look into.
    #[must_use]
    pub const fn is_textual(self) -> bool {
        matches!(self, Self::String | Self::Bytes)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The types that a value may have at some place, such as an argument of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Every type.
    Any,
    /// Types with an order: int, time and duration.
    Ordered,
    /// string and bytes.
    Textual,
    /// string, bytes and path.
    TextOrPath,
    /// Only this type.
    Only(Scalar),
}

impl Accepts {
    /// Whether `scalar` is one of the types.
    #[must_use]
    #[inline]
    pub fn admits(self, scalar: Scalar) -> bool {
        match self {
            Self::Any => true,
            Self::Ordered => scalar.is_ordered(),
            Self::Textual => scalar.is_textual(),
            Self::TextOrPath => scalar.is_textual() || scalar == Scalar::Path,
            Self::Only(wanted) => scalar == wanted,
        }
    }
}

/// The type of an attribute or a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `string`: one value.
    One(Scalar),
    /// `set of string`: several values; an empty set is the same as none.
    Set(Scalar),
    /// `labels`: a map of string to string.
    Labels,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(scalar) => scalar.fmt(f),
            Self::Set(scalar) => write!(f, "set of {scalar}"),
            Self::Labels => f.write_str("labels"),
        }
    }
}
