//! What a token says about its bearer, as conditions read it: `token.owner`, `token.labels["dc"]`.

use alloc::string::String;
use core::fmt;

/// A claim that is one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// `token.id`
    Id,
    /// `token.type`: `READ` or `WRITE`.
    Type,
    /// `token.owner`
    Owner,
    /// `token.producer`
    Producer,
    /// `token.application`
    Application,
}

impl Claim {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Id, Self::Type, Self::Owner, Self::Producer, Self::Application];

    /// Its word in the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Type => "type",
            Self::Owner => "owner",
            Self::Producer => "producer",
            Self::Application => "application",
        }
    }

    /// Its number, in programs as in the claims of a token.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Id => 1,
            Self::Type => 2,
            Self::Owner => 3,
            Self::Producer => 4,
            Self::Application => 5,
        }
    }
}

/// Claims that are texts with names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimMap {
    /// `token.labels["dc"]`
    Labels,
    /// `token.attributes["plan"]`
    Attributes,
}

impl ClaimMap {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 2] = [Self::Labels, Self::Attributes];

    /// Its word in the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::Attributes => "attributes",
        }
    }

    /// Its number, in programs as in the claims of a token.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Labels => 6,
            Self::Attributes => 7,
        }
    }
}

/// One text among the claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimPath {
    /// `token.owner`
    One(Claim),
    /// `token.labels["dc"]`
    Entry(ClaimMap, String),
}

/// As the language writes it; a name is not escaped.
impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(claim) => write!(f, "token.{}", claim.word()),
            Self::Entry(map, name) => write!(f, "token.{}[\"{name}\"]", map.word()),
        }
    }
}

/// The bearer of a token, as its minter described it. A condition asks for a claim when it needs
/// one, so claims that no rule reads cost nothing.
pub trait Bearer: fmt::Debug {
    /// The value of a claim.
    fn claim(&self, claim: Claim) -> Option<&str>;

    /// The value of a name in a map.
    fn entry(&self, map: ClaimMap, name: &[u8]) -> Option<&str>;

    /// The value at a path.
    fn at(&self, path: &ClaimPath) -> Option<&str> {
        match path {
            ClaimPath::One(claim) => self.claim(*claim),
            ClaimPath::Entry(map, name) => self.entry(*map, name.as_bytes()),
        }
    }
}
