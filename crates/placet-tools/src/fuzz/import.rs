//! Recorded requests to start from: lines of JSON, each a request as `placet eval --jsonl` reads
//! it, or a case as `placet test` reads it, of which only the request and its time count. Lines
//! that do not fit the vocabulary are counted and left out.

use crate::testing::Suite;
use placet::document::request::{self, OwnedRequest, time_of};
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::map::from_json_text;

/// The imported requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Requests, each with its time.
    pub requests: Vec<(OwnedRequest, Time)>,
    /// How many did not fit the vocabulary.
    pub refused: usize,
}

impl Imported {
    /// Reads lines. The time of a line without one is `now`.
    #[must_use]
    pub fn of_lines(text: &str, vocabulary: &Vocabulary, now: Time) -> Self {
        let mut imported = Self::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match request(line, vocabulary, now) {
                Some(request) => imported.requests.push(request),
                None => imported.refused += 1,
            }
        }
        imported
    }

    /// Takes the requests of a case file.
    #[must_use]
    pub fn of_cases(suite: &Suite) -> Self {
        let mut imported = Self::default();
        for case in &suite.cases {
            match &case.request {
                Ok(request) => imported.requests.push((request.clone(), case.now)),
                Err(_) => imported.refused += 1,
            }
        }
        imported
    }
}

fn request(line: &str, vocabulary: &Vocabulary, now: Time) -> Option<(OwnedRequest, Time)> {
    let json = from_json_text(line).ok()?;
    let (request, time) = match json.get("request") {
        Some(request) => (request, json.get("now").map(|now| serde_json::json!({ "time": now }))),
        None => (&json, None),
    };
    let time = match time {
        Some(of_case) => time_of(&of_case).ok()?,
        None => time_of(request).ok()?,
    };
    Some((request::from_json(vocabulary, request).ok()?, time.unwrap_or(now)))
}
