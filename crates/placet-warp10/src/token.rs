//! The content of a Warp 10 token: the two structures of its wire format, every field of them.

/// A token, of one of its two kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Reads series.
    Read(ReadToken),
    /// Writes and deletes them.
    Write(WriteToken),
}

/// The two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `READ`
    Read,
    /// `WRITE`
    Write,
}

/// Text to text, in the order of the wire; each key once.
pub type Pairs = Vec<(String, String)>;

/// A token that reads. Times are ms since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadToken {
    /// When it was made; not checked.
    pub issuance: i64,
    /// The last moment at which it is valid.
    pub expiry: i64,
    /// Deprecated; kept, without effect.
    pub lookup: Option<bool>,
    /// Deprecated; kept, without effect.
    pub groovy: Option<bool>,
    /// Deprecated; kept, without effect.
    pub max_fetch_size: Option<i64>,
    /// The application of the token: for revocation only.
    pub application: Option<String>,
    /// The applications whose series it reads; an empty list means all.
    pub applications: Vec<String>,
    /// The owners whose series it reads, 16 bytes each; an empty list means all.
    pub owners: Vec<Vec<u8>>,
    /// The producers whose series it reads, 16 bytes each; an empty list means all.
    pub producers: Vec<Vec<u8>>,
    /// The account that pays: `owner` in TOKENGEN's map.
    pub billed: Vec<u8>,
    /// WarpScript by name; a token with hooks reads no data over HTTP.
    pub hooks: Option<Pairs>,
    /// Free pairs, some with a meaning.
    pub attributes: Option<Pairs>,
    /// Selectors on labels.
    pub labels: Option<Pairs>,
    /// Kept, without effect.
    pub dataviz: Option<bool>,
}

/// A token that writes. Times are ms since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteToken {
    /// When it was made; not checked.
    pub issuance: i64,
    /// The last moment at which it is valid.
    pub expiry: i64,
    /// Deprecated; kept, without effect.
    pub lookup: Option<bool>,
    /// The producer of the series, 16 bytes.
    pub producer: Vec<u8>,
    /// The owner of the series, 16 bytes.
    pub owner: Vec<u8>,
    /// The application they belong to.
    pub application: String,
    /// Kept, without effect.
    pub indices: Option<Vec<i64>>,
    /// Labels that are put on every written series.
    pub labels: Option<Pairs>,
    /// Free pairs, some with a meaning.
    pub attributes: Option<Pairs>,
}

impl Token {
    /// Which of the two it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Read(_) => Kind::Read,
            Self::Write(_) => Kind::Write,
        }
    }

    /// The last moment at which it is valid.
    #[must_use]
    pub const fn expiry(&self) -> i64 {
        match self {
            Self::Read(token) => token.expiry,
            Self::Write(token) => token.expiry,
        }
    }

    /// When it was made.
    #[must_use]
    pub const fn issuance(&self) -> i64 {
        match self {
            Self::Read(token) => token.issuance,
            Self::Write(token) => token.issuance,
        }
    }

    /// The attributes it has.
    #[must_use]
    pub const fn attributes(&self) -> Option<&Pairs> {
        match self {
            Self::Read(token) => token.attributes.as_ref(),
            Self::Write(token) => token.attributes.as_ref(),
        }
    }

    /// The application of the token: a revocation list may name it.
    #[must_use]
    pub fn application(&self) -> Option<&str> {
        match self {
            Self::Read(token) => token.application.as_deref(),
            Self::Write(token) => Some(&token.application),
        }
    }
}
