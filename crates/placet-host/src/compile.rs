//! `COMPILE`: a text or a map becomes a document, and one of its templates with arguments becomes a
//! policy.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Host;
use super::error::{Code, HostError};
use super::function::Function;
use super::handle::{Content, Handle};
use super::value::{Nulls, Value, to_json};
use crate::limits::SOURCE_BYTES;
use placet::authorize::Policy;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::compile::expressions::Expressions;
use placet::document::value::arguments_from_json;
use placet::document::{Document, DocumentError, mint};
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::visible::excerpt;

impl Host {
    pub(super) fn compile(&self, what: &Value, selection: Option<&Value>) -> Result<Value, HostError> {
        if let Value::Handle(handle) = what {
            let Content::Document { document, .. } = self.content(handle)? else {
                return Err(Self::wrong_handle(Function::Compile, "a document", handle));
            };
            return self.select_policy(document, selection);
        }
        let (document, bytes) = self.document(what)?;
        match selection {
            Some(_) => self.select_policy(&document, selection),
            None => {
                let policies = closed_policies(&document)?;
                Ok(self.keep(Content::Document { document: Box::new(document), policies }, bytes)?.into())
            }
        }
    }

    fn document(&self, what: &Value) -> Result<(Document, usize), HostError> {
        let document = match what {
            Value::Text(text) if text.len() > SOURCE_BYTES.min(self.limits.bytes) => {
                return Err(HostError::new(Code::TooLarge, "", "the text is longer than this host allows"));
            }
            Value::Text(text) => return Ok((self.without_warnings(self.parse(text)?)?, text.len())),
            Value::Map(_) => to_json(what, Nulls::Kept, &self.limits)?,
            _ => return Err(Function::Compile.expects("a text, a map or a document", what)),
        };
        let bytes = document.to_string().len();
        Ok((self.without_warnings(Document::from_map(&document, &self.library)?)?, bytes))
    }

    fn parse(&self, text: &str) -> Result<Document, HostError> {
        Ok(Document::from_text("script", text, &self.library)?)
    }

    fn select_policy(&self, document: &Document, selection: Option<&Value>) -> Result<Value, HostError> {
        let selection = self.selection(Function::Compile, BlockKind::Policy, selection)?;
        let name =
            document.template(BlockKind::Policy, selection.name()).map_err(|error| no_template(&error))?.name.clone();
        let compiled = selection.compile(document, self.now())?;
        let policy = policy(&name, &compiled, document)?;
        let bytes = compiled.program.bytes().len();
        let vocabulary = document.vocabulary().clone();
        Ok(self.keep(Content::Policy { policies: vec![policy], vocabulary }, bytes)?.into())
    }

    /// Reads `{ name?, with? }`.
    pub(super) fn selection(
        &self,
        function: Function,
        kind: BlockKind,
        selection: Option<&Value>,
    ) -> Result<Selection, HostError> {
        let Some(selection) = selection else { return Ok(Selection { kind, json: Json::Null }) };
        if !matches!(selection, Value::Map(_)) {
            return Err(function.expects("a selection, a map with `name` and `with`", selection));
        }
        let json = to_json(selection, Nulls::AbsentIf(&["name", "with"]), &self.limits)?;
        let keys = json.as_object().into_iter().flat_map(|object| object.iter());
        for (key, value) in keys {
            let fits = match key.as_str() {
                "name" => value.is_string(),
                "with" => value.is_object(),
                _ => {
                    let key = excerpt(key).to_string();
                    let error = HostError::new(Code::Argument, &key, format!("unknown key `{key}` in a selection"));
                    return Err(error.help("its keys are `name` (of the template) and `with` (its arguments)"));
                }
            };
            if !fits {
                let wanted = if key == "name" { "a string" } else { "a map of arguments" };
                return Err(HostError::new(Code::Argument, key, format!("`{key}` must be {wanted}")));
            }
        }
        Ok(Selection { kind, json })
    }

    /// The document, unless its warnings count as errors.
    pub(super) fn without_warnings(&self, document: Document) -> Result<Document, HostError> {
        if self.deny_warnings && !document.warnings().is_empty() {
            return Err(document.warnings_report().into());
        }
        Ok(document)
    }

    /// Removes `use` from a map; without it the vocabulary is `otherwise`.
    pub(super) fn take_use<'s>(
        &'s self,
        json: &mut Json,
        otherwise: Option<&'s Arc<Vocabulary>>,
    ) -> Result<&'s Arc<Vocabulary>, HostError> {
        match json.as_object_mut().and_then(|object| object.shift_remove("use")) {
            Some(Json::String(name)) => self.named_vocabulary(&name),
            Some(_) => Err(HostError::new(Code::Vocabulary, "use", "`use` must be the name of a vocabulary, a string")),
            None => otherwise.ok_or_else(|| {
                HostError::new(Code::Vocabulary, "use", "the map does not name its vocabulary")
                    .help("add `use`, with the name of a vocabulary")
            }),
        }
    }

    pub(super) fn wrong_handle(function: Function, wanted: &str, found: &Handle) -> HostError {
        let message = format!("{} expects {wanted}, not the handle of a {}", function.name(), found.kind());
        HostError::new(Code::HandleKind, "", message)
    }
}

/// The chosen template of a document, and its arguments.
#[derive(Debug)]
pub(super) struct Selection {
    kind: BlockKind,
    json: Json,
}

impl Selection {
    pub(super) fn name(&self) -> Option<&str> {
        self.json.get("name").and_then(Json::as_str)
    }

    /// Compiles the template with its arguments, as of a time.
    pub(super) fn compile(&self, document: &Document, now: Time) -> Result<Compiled, HostError> {
        let template = document.template(self.kind, self.name()).map_err(|error| no_template(&error))?;
        let none = serde_json::Map::new();
        let with = self.json.get("with").and_then(Json::as_object).unwrap_or(&none);
        let arguments = arguments_from_json(template, with)
            .map_err(|bad| HostError::new(Code::Template, &argument_path(&bad.name), bad.to_string()))?;
        compile_block(document, self.kind, Some(&template.name), &arguments, now)
    }
}

/// The path of an argument, or of all of them if one is missing.
fn argument_path(name: &str) -> String {
    if name.is_empty() { "with".to_owned() } else { format!("with.{}", excerpt(name)) }
}

fn no_template(error: &placet::document::UnknownTemplateError) -> HostError {
    HostError::new(Code::Template, "name", error.to_string())
}

/// Compiles a template; errors point into the document.
pub(super) fn compile_block(
    document: &Document,
    kind: BlockKind,
    name: Option<&str>,
    arguments: &Arguments,
    now: Time,
) -> Result<Compiled, HostError> {
    compile_one_of(document, kind, name, arguments, &document.expressions().at(now))
}

/// The same for one of several templates.
fn compile_one_of(
    document: &Document,
    kind: BlockKind,
    name: Option<&str>,
    arguments: &Arguments,
    expressions: &Expressions,
) -> Result<Compiled, HostError> {
    document.compile_with(kind, name, arguments, expressions).map_err(|error| match error {
        DocumentError::NoTemplate(error) => no_template(&error),
        DocumentError::Compile(errors) => {
            let told = errors.iter().map(|error| {
                let path = error.at.and_then(|at| document.source().path(at)).unwrap_or_default();
                let line = error.at.and_then(|at| document.source().line_and_column(at));
                HostError { line, help: error.cause.help(), ..HostError::new(Code::Compile, path, error.to_string()) }
            });
            let none = || HostError::new(Code::Compile, "", "the document does not compile");
            HostError::all(told.collect()).err().unwrap_or_else(none)
        }
    })
}

/// The policies of a document that need no arguments, so that the document can decide by itself.
/// None if one needs some.
fn closed_policies(document: &Document) -> Result<Option<Vec<Policy>>, HostError> {
    let templates = || document.templates().iter().filter(|template| template.kind == BlockKind::Policy);
    if templates().any(|template| !template.parameters.is_empty()) {
        return Ok(None);
    }
    let expressions = document.expressions();
    let compiled = templates().map(|template| {
        let compiled =
            compile_one_of(document, BlockKind::Policy, Some(&template.name), &Arguments::none(), &expressions)?;
        policy(&template.name, &compiled, document)
    });
    compiled.collect::<Result<_, _>>().map(Some)
}

fn policy(name: &str, compiled: &Compiled, document: &Document) -> Result<Policy, HostError> {
    mint::policy(name, compiled, document.vocabulary())
        .map_err(|error| HostError::new(Code::Compile, "", error.to_string()))
}
