//! Case files: requests and the verdicts that are expected of them.
//!
//! ```text
//! token session(user: "42")
//! restrict one_folder(folder: "a")
//! proved by holder
//! approved by ann
//! at 2026-11-21T10:00:00Z
//!
//! allow          get { cache: "profiles", item: "user/42/name" }
//! not_permitted  get { cache: "profiles", item: ["user/43/a", "user/42/b"], labels: { dc: "eu-1" } }
//! forbidden      DELETE { path: "/x" } because "nobody deletes"
//!
//! at 2026-11-21T12:00:00Z
//! refused expired get { cache: "profiles" }
//!
//! token session(user: "42")
//! policy no_deletes
//! at 2026-11-21T10:00:00Z
//! forbidden      DELETE { path: "/x" }
//! ```

use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{At, BlockKind, Literal, Name};

/// A case file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// In order.
    pub sections: Vec<Section>,
}

/// `token session(user: "42")` and what follows it, up to the next section. Policies that are named
/// before its first case are held beside the token, as in a service, and all of them decide
/// together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// A token or a policy.
    pub kind: BlockKind,
    /// The block that decides.
    pub subject: Call,
    /// `restrict …`, in order.
    pub restrictions: Vec<Call>,
    /// `policy …` after the first line and before the first case, in order.
    pub policies: Vec<Call>,
    /// `proved by holder`: whether the holder of the token proves every request.
    pub is_proved: bool,
    /// `approved by ann, bob`: who approves every request.
    pub approvers: Vec<Approver>,
    /// In order.
    pub cases: Vec<Case>,
}

/// A key that approves the requests of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The name of a `let`, or the text of a key.
    pub said: Said,
    /// Its place.
    pub at: At,
}

/// How a key is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// `ann`
    Name(String),
    /// `"placet_public_…"`
    Text(String),
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
    /// The expected outcome.
    pub expected: Expected,
    /// `expired` of `refused expired`: the name of a
    /// [`Refusal`](placet_core::model::verdict::Refusal).
    pub cause: Option<Name>,
    /// `get`
    pub action: Name,
    /// `cache: "profiles"`
    pub attributes: Vec<(Name, Value)>,
    /// The text after `because`.
    pub reason: Option<String>,
    /// The time of the nearest `at` above it in its section, or above the first section, in
    /// milliseconds since 1970-01-01T00:00:00Z.
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

/// The expected outcome of a case.
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
    /// The kind, with its parts.
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

impl Cases {
    /// Reasons why it tests nothing, or would not test the same tomorrow: a file or a section
    /// without cases, and a section without a time after one that has a time.
    #[must_use]
    pub fn lacks(&self) -> Vec<Diagnostic> {
        if self.sections.is_empty() {
            let found = Diagnostic::new(Code::NoCases, Span::new(0, 0), "there is no case in this file");
            return vec![found.help("write a section, `token name(…)` or `policy name(…)`, and cases below it")];
        }
        let mut lacks: Vec<_> = self.sections.iter().filter_map(Section::lacks_cases).collect();
        let is_timed = |section: &Section| section.cases.iter().any(|case| case.now.is_some());
        let first = self.sections.iter().position(is_timed).unwrap_or(self.sections.len());
        lacks.extend(self.sections.iter().skip(first).filter_map(Section::lacks_time));
        lacks
    }
}

impl Section {
    fn lacks_cases(&self) -> Option<Diagnostic> {
        let what = format!("the section `{} {}` has no case", self.kind.word(), self.subject.name.text);
        let found = Diagnostic::new(Code::EmptySection, self.subject.at.0, what);
        let help = match self.kind {
            BlockKind::Policy => {
                "write a case below it; to test it together with a token, write it below the line of the token"
            }
            BlockKind::Token | BlockKind::Restriction => {
                "write a case below it, such as `allow get { name: \"value\" }`"
            }
        };
        self.cases.is_empty().then(|| found.help(help))
    }

    fn lacks_time(&self) -> Option<Diagnostic> {
        let case = self.cases.first().filter(|case| case.now.is_none())?;
        let found = Diagnostic::new(Code::NoTime, case.at.0, "this section has no time before its first case");
        let help = "write `at` and a time below the line of the section, or above the first section for the whole file";
        Some(found.label("the `at` of another section does not apply here").help(help))
    }
}
