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
    /// `url`: canonical, absolute, `https` or `http`.
    Url,
}

impl Scalar {
    /// All of them, in the order of their wire numbers.
    pub const ALL: [Self; 10] = [
        Self::Bool,
        Self::Int,
        Self::String,
        Self::Bytes,
        Self::Uuid,
        Self::Time,
        Self::Duration,
        Self::Ip,
        Self::Path,
        Self::Url,
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
            Self::Url => "url",
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
            Self::Url => "a url",
        }
    }

    /// How its constants are written in a program.
    #[must_use]
    #[inline]
    pub const fn written(self) -> Written {
        match self {
            Self::Bool => Written::Bool,
            Self::Int => Written::Number(NumberType::Int),
            Self::Time => Written::Number(NumberType::Time),
            Self::Duration => Written::Number(NumberType::Duration),
            Self::String => Written::Bytes(BytesType::String),
            Self::Bytes => Written::Bytes(BytesType::Bytes),
            Self::Uuid => Written::Bytes(BytesType::Uuid),
            Self::Ip => Written::Bytes(BytesType::Ip),
            Self::Path => Written::Bytes(BytesType::Path),
            Self::Url => Written::Bytes(BytesType::Url),
        }
    }

    /// Whether values of the type have an order.
    #[must_use]
    #[inline]
    pub const fn is_ordered(self) -> bool {
        matches!(self.written(), Written::Number(_))
    }

    /// Whether a value has one text form that may be spliced into other text: a string, an int or a
    /// uuid.
    #[must_use]
    pub const fn has_text(self) -> bool {
        match self {
            Self::String | Self::Int | Self::Uuid => true,
            Self::Bool | Self::Bytes | Self::Time | Self::Duration | Self::Ip | Self::Path | Self::Url => false,
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

/// How constants of a type are written in a program. Code to which types that are written alike are
/// alike asks this, so that a new type is a row here and not a case there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As one of two instructions.
    Bool,
    /// As a number within the code.
    Number(NumberType),
    /// As bytes in the pool.
    Bytes(BytesType),
}

/// A type whose constants are numbers: all types with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberType {
    /// `int`
    Int,
    /// `time`
    Time,
    /// `duration`
    Duration,
}

impl NumberType {
    /// The type.
    #[must_use]
    #[inline]
    pub const fn scalar(self) -> Scalar {
        match self {
            Self::Int => Scalar::Int,
            Self::Time => Scalar::Time,
            Self::Duration => Scalar::Duration,
        }
    }
}

/// A type whose constants are bytes. Which bytes are one is in [`value`](super::value).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesType {
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `uuid`
    Uuid,
    /// `ip`
    Ip,
    /// `path`
    Path,
    /// `url`
    Url,
}

impl BytesType {
    /// The type.
    #[must_use]
    #[inline]
    pub const fn scalar(self) -> Scalar {
        match self {
            Self::String => Scalar::String,
            Self::Bytes => Scalar::Bytes,
            Self::Uuid => Scalar::Uuid,
            Self::Ip => Scalar::Ip,
            Self::Path => Scalar::Path,
            Self::Url => Scalar::Url,
        }
    }

    /// The length that all its constants have, if they have one.
    #[must_use]
    #[inline]
    pub const fn length(self) -> Option<usize> {
        match self {
            Self::Uuid | Self::Ip => Some(16),
            Self::String | Self::Bytes | Self::Path | Self::Url => None,
        }
    }

    /// Whether a `*` in a literal of the type is a wildcard, unless it is written as an escape.
    #[must_use]
    pub const fn has_wildcards(self) -> bool {
        match self {
            Self::Path | Self::Url => true,
            Self::String | Self::Bytes | Self::Uuid | Self::Ip => false,
        }
    }

    /// Whether making a value of a constant looks at each of its bytes, as the proof does.
    #[must_use]
    #[inline]
    pub const fn is_read_again(self) -> bool {
        match self {
            Self::String | Self::Path | Self::Url => true,
            Self::Bytes | Self::Uuid | Self::Ip => false,
        }
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
