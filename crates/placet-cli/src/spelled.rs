//! Requests and calls as people type them: `get { cache: "acorns" }`, `session(user: "42")`.

use serde_json::{Map, Value as Json, json};

use super::times;
use crate::author::Report;
use crate::diag::code::Code;
use crate::diag::{Diagnostic, Source};
use crate::model::time::Time;
use crate::span::Span;
use crate::syntax::ast::{Literal, Name};
use crate::syntax::cases::{self, Call, Value, ValueKind};
use crate::syntax::map::from_json_text;

/// Reads `get { cache: "acorns" }`, or a JSON object, as a JSON request.
///
/// # Errors
/// What is wrong with the text.
pub fn request(text: &str) -> Result<Json, Report> {
    if text.trim_start().starts_with('{') {
        let fault = |found| Report { source: source(text), diagnostics: vec![found] };
        return from_json_text(text).map_err(fault);
    }
    let before = "token it\nallow ";
    let read = cases::parse(&format!("{before}{text}")).map_err(|found| shifted(text, before.len(), found))?;
    let mut cases = read.sections.into_iter().flat_map(|section| section.cases);
    let (Some(case), None) = (cases.next(), cases.next()) else {
        return Err(report(text, "one request at a time, such as `get { cache: \"acorns\" }`".to_owned()));
    };
    let mut object = Map::from_iter([("action".to_owned(), Json::from(case.action.text))]);
    for (name, value) in &case.attributes {
        if object.insert(name.text.clone(), as_json(value)).is_some() {
            return Err(report(text, format!("`{}` is given twice", name.text)));
        }
    }
    Ok(Json::Object(object))
}

/// Reads `session(user: "42")` as a name and a JSON object of arguments.
///
/// # Errors
/// What is wrong with the text.
pub fn call(text: &str) -> Result<(String, Map<String, Json>), Report> {
    let before = "token ";
    let read = cases::parse(&format!("{before}{text}\n")).map_err(|found| shifted(text, before.len(), found))?;
    let mut sections = read.sections.into_iter();
    let (Some(section), None) = (sections.next(), sections.next()) else {
        return Err(report(text, "write a name, and its arguments behind it: `session(user: \"42\")`".to_owned()));
    };
    let Call { name, arguments, .. } = section.subject;
    Ok((name.text, object(&arguments)))
}

fn object(pairs: &[(Name, Value)]) -> Map<String, Json> {
    pairs.iter().map(|(name, value)| (name.text.clone(), as_json(value))).collect()
}

fn as_json(value: &Value) -> Json {
    match &value.kind {
        ValueKind::One(literal) => literal_json(literal),
        ValueKind::Set(elements) => elements.iter().map(|(literal, _)| literal_json(literal)).collect(),
        ValueKind::Labels(labels) => {
            Json::Object(labels.iter().map(|(name, value)| (name.text.clone(), Json::from(value.as_str()))).collect())
        }
    }
}

/// Times and durations become text, so that nothing but their own type takes them.
fn literal_json(literal: &Literal) -> Json {
    match literal {
        Literal::Bool(truth) => json!(truth),
        Literal::Int(number) => json!(number),
        Literal::Text(text) => json!(text.as_plain().unwrap_or_default()),
        Literal::Bytes(bytes) => json!({ "$bytes": data_encoding::HEXLOWER.encode(bytes) }),
        Literal::Duration(millis) => json!(format!("{millis}ms")),
        Literal::Time(millis) => json!(times::show(Time::from_millis(*millis))),
    }
}

fn report(text: &str, message: String) -> Report {
    let all = Span::new(0, text.len());
    Report { source: source(text), diagnostics: vec![Diagnostic::new(Code::Syntax, all, message)] }
}

/// The findings as the user sees the text: without what was put before it.
fn shifted(text: &str, by: usize, diagnostics: Vec<Diagnostic>) -> Report {
    let shift = |Span { start, end }: Span| {
        let most = text.len();
        Span::new(start.saturating_sub(by).min(most), end.saturating_sub(by).min(most))
    };
    let diagnostics = diagnostics.into_iter().map(|found| Diagnostic {
        at: shift(found.at),
        related: found.related.into_iter().map(|(at, what)| (shift(at), what)).collect(),
        ..found
    });
    Report { source: source(text), diagnostics: diagnostics.collect() }
}

fn source(text: &str) -> Source {
    Source::text("input", text)
}
