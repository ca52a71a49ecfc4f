//! `.cases` files: sections of a token with its restrictions, or of a policy, and the requests that they decide.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::stage::{Block, Keys, Stage, find};
use super::{Case, Suite};
use crate::author::request::OwnedRequest;
use crate::author::value::arguments_from_json;
use crate::author::{Document, Report};
use crate::diag::code::Code;
use crate::diag::{Diagnostic, Source};
use crate::explain::words::{duration, time};
use crate::model::time::Time;
use crate::model::vocabulary::Vocabulary;
use crate::program::spell::quoted;
use crate::span::Span;
use crate::syntax::ast::{BlockKind, Literal};
use crate::syntax::cases::{Call, Case as CaseNode, Section, Value, ValueKind, parse};

/// Reads a case file for the policies of `document`. Before its first `at`, it is `now`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(name: &str, text: &str, document: &Arc<Document>, now: Time, keys: &Keys) -> Result<Suite, Report> {
    let source = Source::text(name, text);
    let cases = match parse(text) {
        Ok(cases) => cases,
        Err(diagnostics) => return Err(Report { source, diagnostics }),
    };
    let mut loader = Loader { document, source: &source, now, keys, diagnostics: Vec::new() };
    let mut suite = Suite { name: name.to_owned(), stages: Vec::new(), cases: Vec::new() };
    for section in &cases.sections {
        if let Some(stage) = loader.stage(section) {
            let number = suite.stages.len();
            suite.cases.extend(section.cases.iter().map(|case| loader.case(case, number, stage.vocabulary())));
            suite.stages.push(stage);
        }
    }
    let diagnostics = loader.diagnostics;
    if diagnostics.is_empty() { Ok(suite) } else { Err(Report { source, diagnostics }) }
}

struct Loader<'l> {
    document: &'l Arc<Document>,
    source: &'l Source,
    now: Time,
    keys: &'l Keys,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn stage(&mut self, section: &Section) -> Option<Stage> {
        let subject = self.block(section.kind, &section.subject);
        let restrictions: Vec<_> =
            section.restrictions.iter().map(|call| self.block(BlockKind::Restriction, call)).collect();
        let mut blocks = vec![subject?];
        blocks.extend(restrictions.into_iter().collect::<Option<Vec<_>>>()?);
        let minted = section.cases.iter().find_map(|case| case.now).map_or(self.now, Time::from_millis);
        let (blocks, policies) = match section.kind {
            BlockKind::Policy => (Vec::new(), blocks),
            BlockKind::Token | BlockKind::Restriction => (blocks, Vec::new()),
        };
        match Stage::new(title(section), blocks, policies, minted, self.keys) {
            Ok(stage) => Some(stage),
            Err(broken) => self.wrong(Diagnostic::new(Code::BadValue, section.subject.at.0, broken.to_string())),
        }
    }

    fn block(&mut self, kind: BlockKind, call: &Call) -> Option<Block> {
        let name = &call.name.text;
        let Some(template) = find(self.document, kind, name) else {
            let message = format!("there is no {} `{name}` in the policy file", kind.word());
            let mut wrong = Diagnostic::new(Code::UnknownName, call.name.at.0, message);
            wrong.help = self.known(kind);
            return self.wrong(wrong);
        };
        let arguments: Map<String, Json> =
            call.arguments.iter().map(|(name, value)| (name.text.clone(), json(value))).collect();
        let arguments = match arguments_from_json(&self.document.templates()[template], &arguments) {
            Ok(arguments) => arguments,
            Err(bad) => {
                let place = call.arguments.iter().find(|(name, _)| name.text == bad.name);
                let at = place.map_or(call.at.0, |(_, value)| value.at.0);
                return self.wrong(Diagnostic::new(Code::WrongArguments, at, bad.to_string()));
            }
        };
        match Block::new(self.document, template, &arguments) {
            Ok(block) => Some(block),
            Err(errors) => {
                let found =
                    errors.iter().map(|error| Diagnostic::new(Code::WrongArguments, call.at.0, error.to_string()));
                self.diagnostics.extend(found);
                None
            }
        }
    }

    fn known(&self, kind: BlockKind) -> Option<String> {
        let names = self.document.templates().iter().filter(|template| template.kind == kind);
        let names: Vec<_> = names.map(|template| format!("`{}`", template.name)).collect();
        (!names.is_empty()).then(|| format!("there is {}", names.join(", ")))
    }

    fn case(&self, case: &CaseNode, stage: usize, vocabulary: &Vocabulary) -> Case {
        let mut json_request = Map::from_iter([("action".to_owned(), Json::from(case.action.text.as_str()))]);
        json_request.extend(case.attributes.iter().map(|(name, value)| (name.text.clone(), json(value))));
        let json_request = Json::Object(json_request);
        Case {
            name: None,
            line: line(self.source, case.at.0),
            stage,
            request: OwnedRequest::from_json(vocabulary, &json_request),
            json: json_request,
            now: case.now.map_or(self.now, Time::from_millis),
            expected: case.expected,
            cause: case.cause.as_ref().map(|cause| cause.text.clone()),
            reason: case.reason.clone(),
        }
    }

    fn wrong<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }
}

fn title(section: &Section) -> String {
    let mut title = format!("{} {}", section.kind.word(), called(&section.subject));
    for restriction in &section.restrictions {
        title.push_str(" restricted by ");
        title.push_str(&called(restriction));
    }
    title
}

fn called(call: &Call) -> String {
    let arguments = call.arguments.iter().map(|(name, value)| format!("{}: {}", name.text, shown(value)));
    let arguments: Vec<_> = arguments.collect();
    if arguments.is_empty() { call.name.text.clone() } else { format!("{}({})", call.name.text, arguments.join(", ")) }
}

fn shown(value: &Value) -> String {
    let one = |literal: &Literal| match literal {
        Literal::Text(text) => quoted(text.as_plain().unwrap_or_default()),
        Literal::Bool(truth) => truth.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Bytes(bytes) => format!("x\"{}\"", data_encoding::HEXLOWER.encode(bytes)),
        Literal::Duration(millis) => duration(*millis),
        Literal::Time(millis) => time(*millis),
    };
    match &value.kind {
        ValueKind::One(literal) => one(literal),
        ValueKind::Set(elements) => {
            format!("[{}]", elements.iter().map(|(literal, _)| one(literal)).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Labels(labels) => {
            let entries = labels.iter().map(|(name, value)| format!("{}: {}", name.text, quoted(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A value as a request in JSON has it. Times and durations become text, so that no `int` takes one.
fn json(value: &Value) -> Json {
    let one = |literal: &Literal| match literal {
        Literal::Bool(truth) => Json::from(*truth),
        Literal::Int(number) => Json::from(*number),
        Literal::Text(text) => Json::from(text.as_plain().unwrap_or_default()),
        Literal::Bytes(bytes) => serde_json::json!({ "$bytes": data_encoding::HEXLOWER.encode(bytes) }),
        Literal::Duration(millis) => Json::from(duration(*millis)),
        Literal::Time(millis) => Json::from(time(*millis)),
    };
    match &value.kind {
        ValueKind::One(literal) => one(literal),
        ValueKind::Set(elements) => elements.iter().map(|(literal, _)| one(literal)).collect(),
        ValueKind::Labels(labels) => {
            labels.iter().map(|(name, value)| (name.text.clone(), Json::from(value.as_str()))).collect()
        }
    }
}

fn line(source: &Source, at: Span) -> usize {
    source.line_and_column(at).map_or(0, |(line, _)| line)
}
