//! The front door for writing policies: from a text or a map to tokens, policies and restrictions.
//!
//! A [`Document`] is a file that has no errors. One of its templates and [`Arguments`] make a
//! [`Compiled`] block ([`Document::compile`]), and that becomes a token ([`mint`](mint::mint)), a
//! restriction of a token ([`attenuate`](mint::attenuate)) or a policy that a service holds
//! ([`policy`](mint::policy)). [`request`] reads requests from JSON, [`value`] single values from
//! text.
//!
//! A file with an error does not become a document; the [`Report`] lists everything that is wrong
//! with it.

mod fit;
pub mod literal;
pub mod mint;
pub mod request;
pub mod value;
pub mod vocabulary;

use std::fmt;
use std::sync::Arc;

use crate::check::effort::Effort;
use crate::check::library::Library;
use crate::check::tree::{Checked, Template};
use crate::check::{Outcome, check, check_parsed};
use crate::compile::arguments::Arguments;
use crate::compile::error::CompileError;
use crate::compile::expressions::Expressions;
use crate::compile::{Compiled, compile_within};
use crate::diag::{Diagnostic, Severity, Source, render};
use crate::syntax::ast::{At, BlockKind, File, Item, ItemKind, Name};
use crate::syntax::{map, parse, writable};
use crate::visible::excerpt;
use placet_core::model::vocabulary::Vocabulary;

/// A file without errors.
#[derive(Clone, Debug)]
pub struct Document {
    source: Source,
    file: File,
    checked: Checked,
    warnings: Vec<Diagnostic>,
    /// Work spent on regular expressions, in the units of [`Effort`].
    effort: u64,
}

impl Document {
    /// Reads a text. Diagnostics refer to it as `name`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    ///
    /// ```
    /// use placet::document::Document;
    /// use placet::check::library::Library;
    /// let text = "use momento\ntoken reader { permissions: [{ role: ReadOnly, cache: \"acorns\" }] ttl: 30m }";
    /// let document = Document::from_text("reader.placet", text, Library::built_in())?;
    /// assert_eq!(document.templates().len(), 1);
    /// # Ok::<(), placet::document::Report>(())
    /// ```
    pub fn from_text(name: &str, text: &str, library: &Library) -> Result<Self, Report> {
        let source = Source::text(name, text);
        let parsed = parse::parse_partly(text);
        let outcome = check_parsed(&parsed, library);
        Self::of(source, parsed.file, outcome, library)
    }

    /// Reads the map form.
    ///
    /// # Errors
    /// Everything that is wrong with it; places are paths into the map.
    pub fn from_map(value: &serde_json::Value, library: &Library) -> Result<Self, Report> {
        let (file, source) = map::from_map(value).map_err(|(diagnostics, source)| Report { source, diagnostics })?;
        Self::of_map(source, file, library)
    }

    /// Checks a tree that was read or made before. The places of the tree refer to `source`; a tree
    /// that a program made has none and takes [`Source::none`].
    ///
    /// # Errors
    /// Everything that is wrong with it, including what a text could not contain: names that are
    /// not words, and deeper nesting than a text may have.
    pub fn from_tree(file: File, source: Source, library: &Library) -> Result<Self, Report> {
        if let Err(unwritable) = writable::check(&file) {
            return Err(Report { source, diagnostics: vec![unwritable] });
        }
        let outcome = check(&file, library);
        Self::of(source, file, outcome, library)
    }

    /// Reads the text of the map form, which may not name a key twice.
    ///
    /// # Errors
    /// Everything that is wrong with it; places are in the text.
    pub fn from_json_text(name: &str, text: &str, library: &Library) -> Result<Self, Report> {
        let value = map::shown_json_text(text)
            .map_err(|diagnostic| Report { source: Source::text(name, text), diagnostics: vec![diagnostic] })?;
        let read = map::from_map_text(name, text, &value);
        let (file, source) = read.map_err(|(diagnostics, source)| Report { source, diagnostics })?;
        Self::of_map(source, file, library)
    }

    /// A document of one block in the terms of `vocabulary`, from the map that a host passes to
    /// `TOKENGEN` or `ATTENUATE`.
    ///
    /// # Errors
    /// Everything that is wrong with it; places are paths into the map.
    pub fn from_block(
        kind: BlockKind,
        vocabulary: &str,
        value: &serde_json::Value,
        library: &Library,
    ) -> Result<Self, Report> {
        let (block, source) =
            map::block_from_map(kind, value).map_err(|(diagnostics, source)| Report { source, diagnostics })?;
        let item = |kind| Item { doc: Vec::new(), kind, at: At::default() };
        let vocabulary = Name { text: vocabulary.to_owned(), at: At::default() };
        let file = File { items: vec![item(ItemKind::Use(vocabulary)), item(ItemKind::Block(block))] };
        Self::of_map(source, file, library)
    }

    /// A tree that was read from a map: its diagnostics use the notation of maps.
    fn of_map(source: Source, file: File, library: &Library) -> Result<Self, Report> {
        let mut made = Self::from_tree(file, source, library);
        let (found, source) = match &mut made {
            Ok(document) => (&mut document.warnings, &document.source),
            Err(report) => (&mut report.diagnostics, &report.source),
        };
        *found = std::mem::take(found).into_iter().map(|found| map::in_map_form(found, source)).collect();
        made
    }

    fn of(source: Source, file: File, outcome: Outcome, library: &Library) -> Result<Self, Report> {
        match outcome.checked {
            Some(checked) => {
                Ok(Self { source, file, checked, warnings: outcome.diagnostics, effort: library.effort() })
            }
            None => Err(Report { source, diagnostics: outcome.diagnostics }),
        }
    }

    /// The source that diagnostics refer to.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The tree as it was written.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// The warnings.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The warnings as a report.
    #[must_use]
    pub fn warnings_report(&self) -> Report {
        Report { source: self.source.clone(), diagnostics: self.warnings.clone() }
    }

    /// The vocabulary of the document.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.checked.vocabulary
    }

    /// Its tokens, policies and restrictions, in order.
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.checked.templates
    }

    /// The template of a kind and name; without a name, the only one of its kind.
    ///
    /// # Errors
    /// There is none, or there are several and no name was given.
    pub fn template(&self, kind: BlockKind, name: Option<&str>) -> Result<&Template, UnknownTemplateError> {
        let of_kind = || self.templates().iter().filter(|template| template.kind == kind);
        let mut found = of_kind().filter(|template| name.is_none_or(|name| template.name == name));
        match (found.next(), found.next()) {
            (Some(template), None) => Ok(template),
            _ => Err(UnknownTemplateError {
                kind,
                name: name.map(str::to_owned),
                known: of_kind().map(|template| template.name.clone()).collect(),
            }),
        }
    }

    /// Compiles a template with its arguments filled in.
    ///
    /// # Errors
    /// There is no such template, an argument does not fit, or the program would be too large or
    /// too much work.
    pub fn compile(
        &self,
        kind: BlockKind,
        name: Option<&str>,
        arguments: &Arguments,
    ) -> Result<Compiled, DocumentError> {
        self.compile_with(kind, name, arguments, &self.expressions())
    }

    /// The same for one of several templates that are compiled together, within one work budget.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_with(
        &self,
        kind: BlockKind,
        name: Option<&str>,
        arguments: &Arguments,
        expressions: &Expressions,
    ) -> Result<Compiled, DocumentError> {
        let template = self.template(kind, name)?;
        compile_within(template, self.vocabulary(), arguments, expressions).map_err(DocumentError::Compile)
    }

    /// An error in the arguments of a template or in its program, as a diagnostic in the document's
    /// source.
    #[must_use]
    pub fn compile_report(&self, template: &Template, errors: &[CompileError]) -> Report {
        let diagnostics = errors.iter().map(|error| error.diagnostic(template)).collect();
        Report { source: self.source.clone(), diagnostics }
    }

    /// Room for the automata of the document's regular expressions, with the effort that it may
    /// take.
    #[must_use]
    pub fn expressions(&self) -> Expressions {
        Expressions::within(Effort::new(self.effort))
    }
}

/// All findings about a text, as `placet check` reports them: those of the checker, and for a file
/// without errors also blocks that cannot become a program with any argument. A text that begins
/// with `{` is the map form.
#[must_use]
pub fn findings(name: &str, text: &str, library: &Library) -> Report {
    let read = if text.starts_with('{') {
        Document::from_json_text(name, text, library)
    } else {
        Document::from_text(name, text, library)
    };
    match read {
        Err(report) => report,
        Ok(document) => {
            let mut report = document.warnings_report();
            let unfit = document.templates().iter().filter_map(|it| document.fits(it, &document.expressions()).err());
            report.diagnostics.extend(unfit.flatten());
            report
        }
    }
}

/// The diagnostics of a source that has at least one error, warnings included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The source that the places refer to.
    pub source: Source,
    /// In the order of the source.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// How many errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::plain(&self.diagnostics, &self.source))
    }
}

impl std::error::Error for Report {}

/// A template that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTemplateError {
    /// The kind that was looked for.
    pub kind: BlockKind,
    /// The name that was looked for.
    pub name: Option<String>,
    /// The names of this kind that exist.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownTemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.kind.word();
        match (&self.name, self.known.as_slice()) {
            (Some(name), []) => write!(f, "there is no {word} `{}`, nor any other {word}", excerpt(name)),
            (Some(name), known) => {
                write!(f, "there is no {word} `{}`; there is `{}`", excerpt(name), known.join("`, `"))
            }
            (None, []) => write!(f, "there is no {word} in it"),
            (None, known) => write!(f, "which {word}? there is `{}`", known.join("`, `")),
        }
    }
}

impl std::error::Error for UnknownTemplateError {}

/// Why a template did not become a program.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DocumentError {
    /// It does not exist.
    #[error(transparent)]
    NoTemplate(#[from] UnknownTemplateError),
    /// An argument does not fit, or the program is too large.
    #[error("{}", joined(.0))]
    Compile(Vec<CompileError>),
}

fn joined(errors: &[CompileError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
