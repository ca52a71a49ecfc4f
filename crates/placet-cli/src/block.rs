//! Chooses and compiles a block of a file, for `compile`, `mint`, `attenuate` and `vouch`.

use std::path::{Path, PathBuf};

use super::project::vocabularies::library;
use super::ui::{Failure, Ui};
use super::{completions, inputs};
use placet::check::library::Library;
use placet::check::tree::{ArgumentNo, Template};
use placet::compile::arguments::{Argument, Arguments};
use placet::compile::{Compiled, compile_at};
use placet::document::value::{argument_from_text, arguments_from_text};
use placet::document::{Document, Report};
use placet::explain::sample;
use placet::model::time::Time;
use placet::model::types::Type;
use placet::program::literal::{network_text, value};
use placet::syntax::ast::{BlockKind, ParameterType};
use placet::visible::excerpt;

/// How a file is read.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Reading {
    /// A file that declares vocabularies, in addition to the built-in ones and the project's; may
    /// be given several times
    #[arg(long = "vocabulary", value_name = "FILE")]
    pub vocabularies: Vec<PathBuf>,

    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
}

impl Reading {
    /// The vocabularies that `file` can use, or what is done in the current folder. `None`: one has
    /// errors, which have been shown.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn library(&self, ui: &Ui, file: Option<&Path>) -> Result<Option<Library>, Failure> {
        library(ui, &self.vocabularies, file)
    }

    /// A file without errors. `None`: the errors have been shown.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn document(&self, ui: &Ui, path: &Path) -> Result<Option<Document>, Failure> {
        let Some(library) = self.library(ui, Some(path))? else { return Ok(None) };
        inputs::document(ui, path, &library, self.deny_warnings)
    }
}

/// The chosen block and its arguments.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Choice {
    /// The block of the file, if there are several
    #[arg(long, value_name = "NAME", add = completions::templates())]
    pub template: Option<String>,

    /// The value of a parameter; for a set, its elements separated by commas (`\,` is a comma
    /// within an element), or a JSON list
    #[arg(long = "with", value_name = "NAME=VALUE", value_parser = read_pair)]
    pub with: Vec<(String, String)>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "clap shows a doc comment here as the help of the command")]
    pub reading: Reading,
}

/// Reads `NAME=VALUE`.
///
/// # Errors
/// There is no `=`.
pub fn read_pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// A block that is not compiled yet.
#[derive(Debug)]
pub struct Chosen {
    /// Its file.
    pub document: Document,
    /// Its place in the file.
    pub template: usize,
    /// Its arguments.
    pub arguments: Arguments,
}

/// A block with its parameters filled in.
#[derive(Debug)]
pub struct Block {
    /// Its file.
    pub document: Document,
    /// Token, policy or restriction.
    pub kind: BlockKind,
    /// Its name.
    pub name: String,
    /// Its program.
    pub compiled: Compiled,
}

impl Choice {
    /// Compiles the chosen block of the file, as of a time or now. `None`: there are errors, which have been shown.
    ///
    /// # Errors
    /// The file cannot be read, or the arguments fit none of its blocks.
    pub fn block(
        &self,
        ui: &Ui,
        path: &Path,
        kinds: &[BlockKind],
        now: Option<Time>,
    ) -> Result<Option<Block>, Failure> {
        let Some(document) = self.reading.document(ui, path)? else { return Ok(None) };
        let template = self.template(&document, path, kinds)?;
        let arguments = self.arguments(&document, template)?;
        match compile_at(template, document.vocabulary(), &arguments, inputs::now(now)) {
            Ok(compiled) => {
                let (kind, name) = (template.kind, template.name.clone());
                Ok(Some(Block { document, kind, name, compiled }))
            }
            Err(errors) => {
                ui.report(&document.compile_report(template, &errors));
                Ok(None)
            }
        }
    }

    /// The chosen block, by its place in the file, and its arguments. `None`: the errors have been
    /// shown.
    ///
    /// # Errors
    /// As [`block`](Self::block).
    pub fn chosen(&self, ui: &Ui, path: &Path, kinds: &[BlockKind]) -> Result<Option<Chosen>, Failure> {
        let Some(document) = self.reading.document(ui, path)? else { return Ok(None) };
        let template = self.template(&document, path, kinds)?;
        let arguments = self.arguments(&document, template)?;
        let place = document.templates().iter().position(|other| std::ptr::eq(other, template));
        Ok(Some(Chosen { template: place.expect("it is one of them"), arguments, document }))
    }

    /// The chosen block; without a name, the only one of those kinds.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn template<'d>(
        &self,
        document: &'d Document,
        path: &Path,
        kinds: &[BlockKind],
    ) -> Result<&'d Template, Failure> {
        let all: Vec<_> = document.templates().iter().filter(|template| kinds.contains(&template.kind)).collect();
        let wanted = |template: &&&Template| self.template.as_ref().is_none_or(|name| template.name == *name);
        let mut found = all.iter().filter(wanted);
        if let (Some(template), None) = (found.next(), found.next()) {
            return Ok(template);
        }
        let kind = if let [kind] = kinds { kind.word() } else { "block" };
        // A restriction is tried only if it is named, so that it does not make the choice unclear.
        let named = document.templates().iter().filter(|template| kinds.len() > 1 || kinds.contains(&template.kind));
        let known = named.map(|template| format!("`{}`", template.name)).collect::<Vec<_>>().join(", ");
        let file = inputs::name(path);
        Err(match &self.template {
            _ if all.is_empty() => Failure::new(format!("there is no {kind} in `{file}`")),
            Some(name) => {
                let other = document.templates().iter().find(|template| template.name == *name);
                let why = other.map_or_else(
                    || format!("there is no {kind} `{}` in `{file}`", excerpt(name)),
                    |other| format!("`{name}` is a {}, not a {kind}", other.kind.word()),
                );
                Failure::new(why).help(format!("there is {known}"))
            }
            None => Failure::new(format!("there is more than one {kind} in `{file}`"))
                .help(format!("name one with `--template`: {known}")),
        })
    }

    fn arguments(&self, document: &Document, template: &Template) -> Result<Arguments, Failure> {
        let pairs = self.with.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        arguments_from_text(template, pairs).map_err(|bad| {
            let found = bad.diagnostic(template);
            let found = found.help(format!("give `{}` its parameters with `--with NAME=VALUE`", signature(template)));
            Failure::of(Report { source: document.source().clone(), diagnostics: vec![found] })
        })
    }
}

/// `session(user: string)`
#[must_use]
pub fn signature(template: &Template) -> String {
    if template.parameters.is_empty() {
        return template.name.clone();
    }
    let parameters: Vec<_> = template.parameters.iter().map(|p| format!("{}: {}", p.name, p.ty)).collect();
    format!("{}({})", template.name, parameters.join(", "))
}

/// Arguments from the command line, and samples for parameters that it does not name.
///
/// # Errors
/// One of them does not fit its parameter.
pub fn arguments_or_samples(template: &Template, with: &[(String, String)]) -> Result<Arguments, Failure> {
    let given = with.iter().filter(|(name, _)| template.parameters.iter().any(|parameter| parameter.name == *name));
    let given: Vec<_> = given.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if given.len() == template.parameters.len() {
        return arguments_from_text(template, given).map_err(|error| Failure::new(error.to_string()));
    }
    let mut values = Vec::new();
    for parameter in &template.parameters {
        let name = parameter.name.as_str();
        let argument = match (given.iter().find(|(other, _)| *other == name), parameter.ty) {
            (Some((_, text)), ty) => {
                argument_from_text(ty, text).map_err(|error| Failure::new(format!("argument `{name}`: {error}")))?
            }
            (None, ParameterType::Network) => argument_from_text(ParameterType::Network, EXAMPLE_NETWORK)
                .map_err(|error| Failure::new(format!("argument `{name}`: {error}")))?,
            (None, ParameterType::Value(Type::Set(scalar))) => Argument::Set(vec![sample(scalar)]),
            (None, ParameterType::Value(Type::One(scalar))) => Argument::One(sample(scalar)),
            (None, ParameterType::Value(Type::Labels)) => continue,
        };
        values.push((name, argument));
    }
    Arguments::new(&template.parameters, values).map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        Failure::new(errors.join("; "))
    })
}

/// A network for examples in documentation (RFC 5737).
const EXAMPLE_NETWORK: &str = "192.0.2.0/24";

/// `token session(user: "example")`
#[must_use]
pub fn called(template: &Template, arguments: &Arguments) -> String {
    let numbered = template.parameters.iter().enumerate();
    let values = numbered.filter_map(|(number, parameter)| {
        let shown = match arguments.get(ArgumentNo(number))? {
            Argument::One(constant) => value(constant),
            Argument::Network(network) => network_text(*network),
            Argument::Set(elements) => {
                format!("[{}]", elements.iter().map(value).collect::<Vec<_>>().join(", "))
            }
        };
        Some(format!("{}: {shown}", parameter.name))
    });
    format!("{} {}({})", template.kind.word(), template.name, values.collect::<Vec<_>>().join(", "))
}
