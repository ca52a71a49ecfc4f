//! Case files: requests and the verdicts that are expected of them.
//!
//! ```text
//! token session(user: "42")
//! restrict one_folder(folder: "a")
//! at 2026-11-21T10:00:00Z
//!
//! allow          get { cache: "profiles", item: "user/42/name" }
//! not_permitted  get { cache: "profiles", item: ["user/43/a", "user/42/b"], labels: { dc: "eu-1" } }
//! forbidden      DELETE { path: "/x" } because "nobody deletes"
//!
//! at 2026-11-21T12:00:00Z
//! refused expired get { cache: "profiles" }
//! ```

use crate::syntax::ast::{At, BlockKind, Literal, Name};

/// A case file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// In order.
    pub sections: Vec<Section>,
}

/// `token session(user: "42")` and what follows it, up to the next section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// A token or a policy.
    pub kind: BlockKind,
    /// The block that decides.
    pub subject: Call,
    /// `restrict …`, in order.
    pub restrictions: Vec<Call>,
    /// In order.
    pub cases: Vec<Case>,
}

/// `session(user: "42")`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `session`
    pub name: Name,
    /// `user: "42"`
    pub arguments: Vec<(Name, Value)>,
    /// All of it.
    pub at: At,
}

/// `allow get { cache: "profiles" } because "it is theirs"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is expected.
    pub expected: Expected,
    /// `expired` of `refused expired`: the name of a [`Refusal`](crate::model::verdict::Refusal).
    pub cause: Option<Name>,
    /// `get`
    pub action: Name,
    /// `cache: "profiles"`
    pub attributes: Vec<(Name, Value)>,
    /// The text behind `because`.
    pub reason: Option<String>,
    /// The time of the nearest `at` above it, in milliseconds since 1970-01-01T00:00:00Z.
    pub now: Option<i64>,
    /// All of it.
    pub at: At,
}

/// `get { cache: "profiles" }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `get`
    pub action: Name,
    /// `cache: "profiles"`
    pub attributes: Vec<(Name, Value)>,
}

/// What a case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// `allow`
    Allow,
    /// `not_permitted`: no `allow` matches.
    NotPermitted,
    /// `forbidden`: a `deny` matches.
    Forbidden,
    /// `refused`: the token or the request is not valid.
    Refused,
}

impl Expected {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Allow, Self::NotPermitted, Self::Forbidden, Self::Refused];

    /// The word of the language.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::NotPermitted => "not_permitted",
            Self::Forbidden => "forbidden",
            Self::Refused => "refused",
        }
    }
}

/// A value of a request or an argument; a type decides how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// All of it.
    pub at: At,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `"a"`, `7`; a text has no splices.
    One(Literal),
    /// `["a", "b"]`
    Set(Vec<(Literal, At)>),
    /// `{ dc: "eu-1" }`
    Labels(Vec<(Name, String)>),
}
