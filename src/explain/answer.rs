//! An explanation as data.

use serde::Serialize;
use serde_json::Value as Json;

/// Why a request was decided as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `allow`, `forbidden`, `not_permitted` or `refused`.
    pub verdict: &'static str,
    /// Who decided; none where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Ruling>,
    /// Why it was refused, or why no rule was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How near it came, where a rule said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

/// A rule of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// `token session`, `restriction 1 of the token`
    pub block: String,
    /// The rule's number in the program; none where the block as a whole decided.
    #[serde(rename = "rule", skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// What it says.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
}

/// What a rule says, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// As it was written, or as the program says it.
    pub text: String,
    /// The file it was written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its place in a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Why a token or a request is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `expired`
    pub name: &'static str,
    /// What is wrong.
    pub message: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The nearest thing that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// The rules that were in the repair, or that would allow.
    pub rules: Vec<Ruling>,
    /// What would have to be different.
    pub changes: Vec<Change>,
    /// The changed request. It has been decided, and is allowed; none where no such request was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Json>,
}

/// One thing that would have to be different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `topic`, `labels.site`, `action`, `time`
    pub attribute: String,
    /// What it is; none where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What is wanted of it.
    pub needs: String,
    /// A value of which that is true, where it is not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}
