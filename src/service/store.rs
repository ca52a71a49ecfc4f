//! The policy files of a service: found, read, and checked to use one vocabulary.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ServiceError;
use super::folder::Folder;
use crate::check::library::Library;
use crate::check::tree::Template;
use crate::compile::Compiled;
use crate::compile::arguments::Arguments;
use crate::diag::Source;
use crate::document::value::ArgumentError;
use crate::document::{Document, DocumentError, Report};
use crate::limits::SOURCE_BYTES;
use crate::syntax::ast::BlockKind;
use crate::syntax::parse::parse;
use placet_core::model::vocabulary::Vocabulary;

/// Documents of one vocabulary, in which no two templates of one kind share a name.
pub(super) struct Store {
    documents: Vec<Arc<Document>>,
}

/// A policy that is held, with its source.
pub(super) struct Held {
    pub(super) document: Arc<Document>,
    pub(super) name: String,
    pub(super) compiled: Compiled,
}

impl Held {
    /// The template it was made of.
    pub(super) fn template(&self) -> Option<&Template> {
        self.document.template(BlockKind::Policy, Some(&self.name)).ok()
    }
}

impl Store {
    /// Keeps the documents that use `vocabulary`. Without one, all that have templates must use the
    /// same.
    pub(super) fn new(
        documents: Vec<Arc<Document>>,
        vocabulary: Option<Arc<Vocabulary>>,
    ) -> Result<(Self, Arc<Vocabulary>), ServiceError> {
        let with_templates: Vec<_> =
            documents.into_iter().filter(|document| !document.templates().is_empty()).collect();
        let vocabulary = match vocabulary {
            Some(vocabulary) => vocabulary,
            None => Arc::clone(only_vocabulary(&with_templates)?),
        };
        // A document of an earlier state is read with the library's, which is the latest.
        let documents = with_templates.into_iter().filter(|document| **document.vocabulary() == *vocabulary).collect();
        let store = Self { documents };
        store.refuse_twins()?;
        Ok((store, vocabulary))
    }

    fn templates(&self) -> impl Iterator<Item = (&Arc<Document>, &Template)> {
        self.documents.iter().flat_map(|document| document.templates().iter().map(move |template| (document, template)))
    }

    fn refuse_twins(&self) -> Result<(), ServiceError> {
        for (place, (document, template)) in self.templates().enumerate() {
            let is_same = |other: &Template| other.kind == template.kind && other.name == template.name;
            if let Some((other, _)) = self.templates().take(place).find(|(_, other)| is_same(other)) {
                let (kind, name) = (template.kind, template.name.clone());
                let (first, second) = (file_of(other), file_of(document));
                return Err(ServiceError::Twice { kind, name, first, second });
            }
        }
        Ok(())
    }

    /// The policy templates, with parameters and without.
    pub(super) fn policies(&self) -> impl Iterator<Item = &Template> {
        self.templates().map(|(_, template)| template).filter(|template| template.kind == BlockKind::Policy)
    }

    /// Compiles a template with the arguments that `read` gives it.
    pub(super) fn compiled(
        &self,
        kind: BlockKind,
        name: &str,
        read: impl FnOnce(&Template) -> Result<Arguments, ArgumentError>,
    ) -> Result<(&Arc<Document>, Compiled), ServiceError> {
        let found = self.templates().find(|(_, template)| template.kind == kind && template.name == name);
        let Some((document, template)) = found else {
            let of_kind = self.templates().filter(|(_, template)| template.kind == kind);
            let known = of_kind.map(|(_, template)| template.name.clone()).collect();
            return Err(ServiceError::NoTemplate { kind, name: name.to_owned(), known });
        };
        let arguments =
            read(template).map_err(|error| ServiceError::Argument { kind, name: name.to_owned(), error })?;
        let compiled = document.compile(kind, Some(name), &arguments);
        let wrong = |error: DocumentError| ServiceError::Compile { kind, name: name.to_owned(), error };
        Ok((document, compiled.map_err(wrong)?))
    }
}

fn only_vocabulary(documents: &[Arc<Document>]) -> Result<&Arc<Vocabulary>, ServiceError> {
    let Some((first, others)) = documents.split_first() else {
        return Err(ServiceError::Vocabulary("there is no policy file with a template in it".to_owned()));
    };
    match others.iter().find(|other| other.vocabulary() != first.vocabulary()) {
        None => Ok(first.vocabulary()),
        Some(other) => Err(ServiceError::Vocabulary(format!(
            "`{}` uses `{}` and `{}` uses `{}`; say which one the service uses: `.vocabulary(\"{}\")`",
            file_of(first),
            first.vocabulary().name(),
            file_of(other),
            other.vocabulary().name(),
            first.vocabulary().name(),
        ))),
    }
}

fn file_of(document: &Document) -> String {
    match document.source() {
        Source::Text { name, .. } => name.clone(),
        Source::Map { .. } => "a map".to_owned(),
    }
}

/// Reads policy files, after the vocabularies that any of them declares.
pub(super) fn read(paths: &[PathBuf], library: &mut Library) -> Result<Vec<Arc<Document>>, ServiceError> {
    let mut files = Vec::new();
    for path in paths {
        find(path, &mut files)?;
    }
    let mut texts = Vec::new();
    for path in files {
        let text = String::from_utf8(read_bounded(&path, SOURCE_BYTES)?)
            .map_err(|error| ServiceError::wrong_file(&path, "a policy file", error))?;
        texts.push((path, text));
    }
    for (path, text) in &texts {
        // A file that does not parse is reported when it is read as a document.
        let Ok(file) = parse(text) else { continue };
        library.add(&file).map_err(|diagnostics| Report { source: source(path, text), diagnostics })?;
    }
    let document = |(path, text): (PathBuf, String)| {
        let library = library.clone().with_table_files(Folder::of(&path));
        Document::from_text(&path.display().to_string(), &text, &library).map(Arc::new)
    };
    Ok(texts.into_iter().map(document).collect::<Result<_, Report>>()?)
}

fn source(path: &Path, text: &str) -> Source {
    Source::text(path.display().to_string(), text)
}

/// The file itself, or the `.placet` files in and below a directory, in the order of their names.
fn find(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), ServiceError> {
    let wrong = |error| ServiceError::read(path, error);
    if !fs::metadata(path).map_err(wrong)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(wrong)?;
    let mut entries = entries
        .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
        .collect::<Result<Vec<_>, _>>()
        .map_err(wrong)?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, kind) in entries {
        // A link to a directory could lead back; it is not followed. A pipe would be waited for.
        let is_file = || fs::metadata(&path).map_or(true, |found| found.is_file());
        if kind.is_dir() || path.extension().is_some_and(|extension| extension == "placet") && is_file() {
            find(&path, files)?;
        }
    }
    Ok(())
}

/// The bytes of a file that has no more than `most` of them.
pub(super) fn read_bounded(path: &Path, most: usize) -> Result<Vec<u8>, ServiceError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| ServiceError::read(path, error))?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| ServiceError::read(path, error))?;
    if bytes.len() > most {
        return Err(ServiceError::wrong_file(path, "a file of usual size", format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}
