//! `.jsonl` files: one case per line, each with its own token and policies as maps.
//!
//! ```json
//! {"name": "reads", "use": "momento", "token": {"permissions": [{"role": "ReadOnly", "cache": "c"}]},
//!  "with": {}, "restrict": [{"only": {"action": "get"}}], "policies": [{"allow": {"action": {"$any": true}}}],
//!  "request": {"action": "get", "cache": "c"}, "now": 1795255200000, "expect": "allow"}
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::fixture::{Block, Fixture, Keys};
use super::{Case, Suite};
use crate::limits::DIAGNOSTICS;
use placet::check::library::Library;
use placet::check::tree::Constant;
use placet::compile::arguments::Arguments;
use placet::diag::code::Code;
use placet::diag::{Diagnostic, Source};
use placet::document::request::{self, time_of};
use placet::document::value::{arguments_from_json, from_json};
use placet::document::{Document, Report};
use placet::model::time::Time;
use placet::model::types::Scalar;
use placet::model::verdict::Refusal;
use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet::syntax::cases::Expected;
use placet::syntax::map::from_json_text;
use placet::visible::excerpt;

/// Reads a file of cases, one per line. The time of a line without `now` is the argument `now`.
///
/// # Errors
/// All errors in it, each with its line.
pub fn load(name: &str, text: &str, library: &Library, now: Time, keys: &Keys) -> Result<Suite, Report> {
    let mut suite = Suite { name: name.to_owned(), fixtures: Vec::new(), cases: Vec::new() };
    let mut loader = Loader { library, now, keys, known: BTreeMap::new() };
    let mut diagnostics = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let content = line.trim();
        let at = Span::new(start, start + line.trim_end().len());
        let indent = start + line.len() - line.trim_start().len();
        start += line.len();
        if content.is_empty() {
            continue;
        }
        let case = from_json_text(content).map_err(|found| shifted(found, indent)).and_then(|json| {
            let case = loader.case(&json, number, &mut suite.fixtures);
            case.map_err(|CaseError { code, message }| Diagnostic::new(code, at, message))
        });
        match case {
            Ok(case) => suite.cases.push(case),
            Err(found) => diagnostics.push(found),
        }
        if diagnostics.len() >= DIAGNOSTICS {
            break;
        }
    }
    if suite.cases.is_empty() && diagnostics.is_empty() {
        let found = Diagnostic::new(Code::NoCases, Span::new(0, 0), "this file has no cases");
        diagnostics
            .push(found.help("write one per line: `{\"use\": …, \"policies\": […], \"request\": …, \"expect\": …}`"));
    }
    if diagnostics.is_empty() { Ok(suite) } else { Err(Report { source: Source::text(name, text), diagnostics }) }
}

/// The diagnostic for a line that begins at a byte of the text.
fn shifted(found: Diagnostic, by: usize) -> Diagnostic {
    Diagnostic { at: Span::new(found.at.start + by, found.at.end + by), ..found }
}

/// The error in a line.
struct CaseError {
    code: Code,
    message: String,
}

impl CaseError {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

struct Loader<'l> {
    library: &'l Library,
    now: Time,
    keys: &'l Keys,
    /// The prepared fixtures, by their source.
    known: BTreeMap<String, usize>,
}

impl Loader<'_> {
    fn case(&mut self, json: &Json, number: usize, fixtures: &mut Vec<Fixture>) -> Result<Case, CaseError> {
        let object = json.as_object().ok_or_else(|| CaseError::new(Code::Map, "a case is a map"))?;
        if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(CaseError::new(
                Code::UnknownKey,
                format!("unknown key `{}` in a case; the keys are `{}`", excerpt(key), KEYS.join("`, `")),
            ));
        }
        let now = self.time(object)?;
        let (expected, cause) = expected(object)?;
        let request = object.get("request").ok_or_else(|| CaseError::new(Code::MissingKey, "`request` is missing"))?;
        let fixture = self.fixture(object, now, fixtures)?;
        Ok(Case {
            name: words(object, "name")?,
            line: number,
            fixture,
            request: request::from_json(fixtures[fixture].vocabulary(), request),
            json: request.clone(),
            now,
            expected,
            cause,
            reason: words(object, "because")?,
        })
    }

    /// The case's `now`, or its request's `time`.
    fn time(&self, object: &Map<String, Json>) -> Result<Time, CaseError> {
        if let Some(now) = object.get("now") {
            return match from_json(Scalar::Time, now) {
                Ok(Constant::Time(now)) => Ok(Time::from_millis(now)),
                _ => Err(CaseError::new(Code::NotATime, format!("`now`: {now} is not a time"))),
            };
        }
        // An invalid time makes a bad request, not a bad case.
        let time = object.get("request").map(time_of).and_then(Result::ok).flatten();
        Ok(time.unwrap_or(self.now))
    }

    fn fixture(
        &mut self,
        object: &Map<String, Json>,
        now: Time,
        fixtures: &mut Vec<Fixture>,
    ) -> Result<usize, CaseError> {
        let made_of = ["use", "token", "with", "restrict", "policies"].map(|key| object.get(key));
        let key = format!("{now} {made_of:?}");
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let vocabulary = object.get("use").and_then(Json::as_str);
        let vocabulary =
            vocabulary.ok_or_else(|| CaseError::new(Code::NoVocabulary, "`use` must name a vocabulary"))?;
        let empty = Map::new();
        let with = match object.get("with") {
            Some(Json::Object(with)) => with,
            None => &empty,
            Some(_) => return Err(CaseError::new(Code::Map, "`with` is not a map")),
        };
        let mut blocks = Vec::new();
        if let Some(token) = object.get("token") {
            blocks.push(self.block("token", BlockKind::Token, token, vocabulary, (with, now))?);
            blocks.extend(self.blocks("restrict", BlockKind::Restriction, object, vocabulary, now)?);
        } else if object.contains_key("restrict") {
            return Err(CaseError::new(Code::MissingKey, "`restrict` without a `token`"));
        }
        let policies = self.blocks("policies", BlockKind::Policy, object, vocabulary, now)?;
        let title = if blocks.is_empty() { "policies" } else { "token" }.to_owned();
        let fixture = Fixture::new(title, blocks, policies, now, self.keys);
        fixtures.push(fixture.map_err(|broken| CaseError::new(Code::BadValue, broken.to_string()))?);
        self.known.insert(key, fixtures.len() - 1);
        Ok(fixtures.len() - 1)
    }

    fn blocks(
        &self,
        key: &str,
        kind: BlockKind,
        object: &Map<String, Json>,
        vocabulary: &str,
        now: Time,
    ) -> Result<Vec<Block>, CaseError> {
        let maps = match object.get(key) {
            None => return Ok(Vec::new()),
            Some(Json::Array(maps)) => maps,
            Some(_) => return Err(CaseError::new(Code::Map, format!("`{key}` is not a list of maps"))),
        };
        let numbered = maps.iter().enumerate();
        numbered.map(|(n, map)| self.block(&format!("{key}[{n}]"), kind, map, vocabulary, (&Map::new(), now))).collect()
    }

    fn block(
        &self,
        path: &str,
        kind: BlockKind,
        map: &Json,
        vocabulary: &str,
        (with, now): (&Map<String, Json>, Time),
    ) -> Result<Block, CaseError> {
        let document =
            Document::from_block(kind, vocabulary, map, self.library).map_err(|report| first(path, &report))?;
        let document = Arc::new(document);
        let arguments = match document.templates().first() {
            Some(template) => arguments_from_json(template, with),
            None => Ok(Arguments::none()),
        };
        let arguments = arguments.map_err(|bad| CaseError::new(bad.code, format!("`with`: {bad}")))?;
        Block::at(&document, 0, &arguments, now).map_err(|errors| {
            let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
            let code = errors.first().map_or(Code::Unfit, |error| error.cause.code());
            CaseError::new(code, format!("`{path}`: {}", words.join("; ")))
        })
    }
}

/// The first error of a map, with its path.
fn first(path: &str, report: &Report) -> CaseError {
    let found = report.diagnostics.iter().find(|found| found.severity() == placet::diag::Severity::Error);
    found.map_or_else(
        || CaseError::new(Code::Map, format!("`{path}` is not a block")),
        |found| {
            let place = report.source.path(found.at).filter(|place| !place.is_empty());
            let place = place.map_or_else(|| path.to_owned(), |place| format!("{path}.{place}"));
            let help = found.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            CaseError::new(found.code, format!("`{place}`: {}{help}", found.message))
        },
    )
}

/// An optional text for people.
fn words(object: &Map<String, Json>, key: &str) -> Result<Option<String>, CaseError> {
    match object.get(key) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(CaseError::new(Code::Map, format!("`{key}` is not a string"))),
    }
}

/// The verdict and, in `refused expired`, the name of the refusal.
fn expected(object: &Map<String, Json>) -> Result<(Expected, Option<String>), CaseError> {
    let said = object.get("expect").and_then(Json::as_str).unwrap_or_default();
    let (word, cause) = said.split_once(' ').map_or((said, None), |(word, cause)| (word, Some(cause)));
    let Some(expected) = Expected::ALL.into_iter().find(|expected| expected.word() == word) else {
        let words = Expected::ALL.map(Expected::word).join("`, `");
        return Err(CaseError::new(Code::BadValue, format!("`expect` is one of `{words}`")));
    };
    let known = Refusal::ALL.iter().map(|refusal| refusal.name()).collect::<Vec<_>>();
    match cause {
        Some(cause) if expected != Expected::Refused || !known.contains(&cause) => {
            let names = known.join("`, `");
            Err(CaseError::new(
                Code::BadValue,
                format!("`expect` takes a cause only after `refused`, one of `{names}`"),
            ))
        }
        cause => Ok((expected, cause.map(str::to_owned))),
    }
}

/// The keys of a line.
const KEYS: [&str; 10] =
    ["name", "use", "token", "with", "restrict", "policies", "request", "now", "expect", "because"];
