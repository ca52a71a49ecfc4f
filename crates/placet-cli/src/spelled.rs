//! Requests as people type them: `get { cache: "acorns" }`, or a JSON object.

use serde_json::Value as Json;

use crate::author::request::{self, BadRequest, time_of};
use crate::author::{Report, literal};
use crate::diag::{Diagnostic, Source};
use crate::model::time::Time;
use crate::model::owned::OwnedRequest;
use crate::model::vocabulary::Vocabulary;
use crate::syntax::cases::{self, Call};
use crate::syntax::map::from_json_text;
use crate::syntax::parse::{parse_call, parse_request};

/// A request that was typed.
pub struct Typed {
    /// As JSON, for reports.
    pub json: Json,
    /// With its time where it has one; else the reason why it is not a request of the vocabulary.
    pub read: Result<(OwnedRequest, Option<i64>), BadRequest>,
}

/// Reads `get { cache: "acorns" }`, or a JSON object.
///
/// # Errors
/// What is wrong with the text.
pub fn request(vocabulary: &Vocabulary, text: &str) -> Result<Typed, Report> {
    if text.trim_start().starts_with('{') {
        let json = from_json_text(text).map_err(|found| report(text, vec![found]))?;
        let read = time_of(&json).and_then(|time| Ok((request::from_json(vocabulary, &json)?, time)));
        return Ok(Typed { json, read });
    }
    let cases::Request { action, attributes } = parse_request(text).map_err(|found| report(text, found))?;
    let read = literal::request(vocabulary, &action.text, &attributes).map(|request| (request, None));
    Ok(Typed { json: literal::as_json(&action.text, &attributes), read })
}

/// Reads `session(user: "42")`.
///
/// # Errors
/// What is wrong with the text.
pub fn call(text: &str) -> Result<Call, Report> {
    parse_call(text).map_err(|found| report(text, found))
}

fn report(text: &str, diagnostics: Vec<Diagnostic>) -> Report {
    Report { source: Source::text("input", text), diagnostics }
}
