//! An explanation as data.

use placet_core::model::owned::TimedRequest;
use serde::Serialize;
use serde_json::Value as Json;

/// Why a request was decided as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `allow`, `forbidden`, `not_permitted` or `refused`.
    pub verdict: &'static str,
    /// The rule or block that decided; none if the token or request was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Ruling>,
    /// Why it was refused, or why no rule was evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The rows of tables that the rule read, or the nearest one: `` `teams["ann"]` is ["red"] ``.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// The nearest allowed request, if a rule decided against this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

/// A rule of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// `token session`, `restriction 1 of the token`
    pub block: String,
    /// The rule's number in the program; none if the block as a whole decided.
    #[serde(rename = "rule", skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// Its text and place.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
}

/// The text of a rule and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// The source, or the program printed as source.
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
    /// The reason, as a sentence.
    pub message: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The nearest request that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// The rules that the change repairs, or those that would allow.
    pub rules: Vec<Ruling>,
    /// The parts that would have to be different.
    pub changes: Vec<Change>,
    /// The changed request. It has been decided and is allowed; none if no such request was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Json>,
    /// The same request as a value, with its time.
    #[serde(skip)]
    pub allowed: Option<TimedRequest>,
}

/// One part that would have to be different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `topic`, `labels.site`, `action`, `time`
    pub attribute: String,
    /// Its value; none if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The pattern it has to match.
    pub needs: String,
    /// A value that matches, if `needs` is not such a value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}
