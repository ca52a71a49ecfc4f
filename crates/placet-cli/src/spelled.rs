//! Requests as people type them: `get { cache: "acorns" }`, or a JSON object.

use serde_json::Value as Json;

use placet::diag::{Diagnostic, Source};
use placet::document::request::{self, RequestJsonError, time_of};
use placet::document::{Report, literal};
use placet::model::owned::OwnedRequest;
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::cases::{self, Call};
use placet::syntax::map::from_json_text;
use placet::syntax::parse::{parse_call, parse_request};

/// A request in one of its two notations.
pub enum Written {
    /// `{"action": "get", "cache": "acorns"}`
    Json(Json),
    /// `get { cache: "acorns" }`
    Case(cases::Request),
}

/// A request that was typed.
pub struct Typed {
    /// As JSON, for reports.
    pub json: Json,
    /// With its time if it has one; otherwise the reason why it is not a request of the vocabulary.
    pub read: Result<(OwnedRequest, Option<Time>), RequestJsonError>,
}

impl Written {
    /// Reads `get { cache: "acorns" }`, or a JSON object.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.trim_start().starts_with('{') {
            return from_json_text(text).map(Self::Json).map_err(|found| vec![found]);
        }
        parse_request(text).map(Self::Case)
    }

    /// As JSON.
    #[must_use]
    pub fn into_json(self) -> Json {
        match self {
            Self::Json(json) => json,
            Self::Case(cases::Request { action, attributes }) => literal::as_json(&action.text, &attributes),
        }
    }

    /// The request in a vocabulary.
    #[must_use]
    pub fn typed(self, vocabulary: &Vocabulary) -> Typed {
        match self {
            Self::Json(json) => {
                let read = time_of(&json).and_then(|time| Ok((request::from_json(vocabulary, &json)?, time)));
                Typed { json, read }
            }
            Self::Case(cases::Request { action, attributes }) => {
                let read = literal::request(vocabulary, &action.text, &attributes).map(|request| (request, None));
                Typed { json: literal::as_json(&action.text, &attributes), read }
            }
        }
    }
}

/// Reads a request, in the terms of a vocabulary.
///
/// # Errors
/// What is wrong with the text.
pub fn request(vocabulary: &Vocabulary, text: &str) -> Result<Typed, Report> {
    Ok(Written::parse(text).map_err(|found| report(text, found))?.typed(vocabulary))
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
