//! Which vocabularies a file can use: the built-in ones, those of `--vocabulary`, those of its
//! project, and `NAME.placet` in the file's own folder.
//!
//! A built-in name always means the built-in vocabulary, or a later state of it. A name of
//! `--vocabulary` means that file. Of the other two places, only one may declare a name: which one
//! is meant would depend on the order in which they are read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::Project;
use crate::inputs;
use crate::table_files::Beside;
use crate::ui::{Failure, Ui};
use placet::check::library::Library;
use placet::diag::{Diagnostic, Source};
use placet::document::Report;
use placet::syntax::ast::{File, Item, ItemKind};
use placet::syntax::map::{from_json_text, from_map};
use placet::syntax::parse;

/// The vocabularies that `file` can use; without a file, those of the current folder's project.
/// `None`: one has errors, which have been shown.
///
/// # Errors
/// A file cannot be read or declares no vocabulary, or two files declare the same one.
pub fn library(ui: &Ui, given: &[PathBuf], file: Option<&Path>) -> Result<Option<Library>, Failure> {
    Libraries::new(ui, given).of(file)
}

/// The vocabularies that many files can use. The vocabularies of a project are read once.
pub struct Libraries<'l> {
    ui: &'l Ui,
    given: &'l [PathBuf],
    /// By the folder of the project.
    known: BTreeMap<Option<PathBuf>, Vocabularies>,
}

impl<'l> Libraries<'l> {
    /// With the files of `--vocabulary`.
    #[must_use]
    pub const fn new(ui: &'l Ui, given: &'l [PathBuf]) -> Self {
        Self { ui, given, known: BTreeMap::new() }
    }

    /// As [`library`].
    ///
    /// # Errors
    /// As [`library`].
    pub fn of(&mut self, file: Option<&Path>) -> Result<Option<Library>, Failure> {
        match self.vocabularies(file)? {
            Ok(vocabularies) => {
                let folder = file.and_then(|file| Beside::of(&policy_file(file)));
                Ok(Some(match folder {
                    Some(folder) => vocabularies.library.with_table_files(folder),
                    None => vocabularies.library,
                }))
            }
            Err(report) => {
                self.ui.report(&report);
                Ok(None)
            }
        }
    }

    fn vocabularies(&mut self, file: Option<&Path>) -> Result<Result<Vocabularies, Report>, Failure> {
        let project = Project::of(file)?;
        let folder = project.as_ref().map(|project| project.folder.clone());
        let mut vocabularies = match self.known.get(&folder) {
            Some(vocabularies) => vocabularies.clone(),
            None => {
                let mut vocabularies = Vocabularies::built_in();
                if let Err(report) = vocabularies.fill(self.given, project.as_ref())? {
                    return Ok(Err(report));
                }
                self.known.insert(folder, vocabularies.clone());
                vocabularies
            }
        };
        match file {
            Some(file) => Ok(vocabularies.add_beside(&policy_file(file))?.map(|()| vocabularies)),
            None => Ok(Ok(vocabularies)),
        }
    }
}

/// Vocabularies, and where each one is from.
#[derive(Clone)]
struct Vocabularies {
    library: Library,
    /// The names that files of `--vocabulary` declare.
    given: BTreeSet<String>,
    /// The names of other files, each with its file.
    files: BTreeMap<String, PathBuf>,
}

/// The result of reading a file: errors inside it are a report.
type Filled = Result<Result<(), Report>, Failure>;

impl Vocabularies {
    fn built_in() -> Self {
        Self { library: Library::built_in().clone(), given: BTreeSet::new(), files: BTreeMap::new() }
    }

    fn fill(&mut self, given: &[PathBuf], project: Option<&Project>) -> Filled {
        for path in given {
            if let Err(report) = self.add_given(path)? {
                return Ok(Err(report));
            }
        }
        match project {
            Some(project) => self.add_project(project),
            None => Ok(Ok(())),
        }
    }

    fn add_given(&mut self, path: &Path) -> Filled {
        let text = inputs::text(path)?;
        match declared(&text) {
            Ok(None) => Err(no_vocabulary(path)),
            Ok(Some(file)) => {
                self.given.extend(names(&file).map(str::to_owned));
                Ok(self.add(path, text, &file))
            }
            Err(diagnostics) => Ok(Err(report(path, text, diagnostics))),
        }
    }

    fn add_project(&mut self, project: &Project) -> Filled {
        let mut read = BTreeSet::new();
        for named in &project.manifest.vocabularies {
            let (files, is_file) = project.vocabulary_files(named)?;
            for path in files {
                // A file can be named, and be in a folder that is named.
                if !read.insert(real(&path)) {
                    continue;
                }
                let text = inputs::text(&path)?;
                match declared(&text) {
                    Ok(None) if is_file => return Err(no_vocabulary(&path)),
                    Ok(None) => {}
                    Ok(Some(file)) => {
                        if let Err(report) = self.add_found(&path, text, file)? {
                            return Ok(Err(report));
                        }
                    }
                    Err(diagnostics) => return Ok(Err(report(&path, text, diagnostics))),
                }
            }
        }
        Ok(Ok(()))
    }

    /// A vocabulary that a policy file uses and nothing else declares may be declared by
    /// `NAME.placet` in its folder.
    fn add_beside(&mut self, policy: &Path) -> Filled {
        for name in used(policy) {
            let path = policy.with_file_name(format!("{name}.placet"));
            let is_settled = self.given.contains(&name) || Library::built_in().get(&name).is_some();
            if is_settled || !path.is_file() || real(&path) == real(policy) {
                continue;
            }
            let text = inputs::text(&path)?;
            match declared(&text) {
                Ok(Some(file)) if names(&file).any(|declared| declared == name) => {
                    if let Err(report) = self.add_found(&path, text, file)? {
                        return Ok(Err(report));
                    }
                }
                Ok(_) => {}
                Err(diagnostics) => return Ok(Err(report(&path, text, diagnostics))),
            }
        }
        Ok(Ok(()))
    }

    /// Adds what a file declares, except for the names that `--vocabulary` has given a meaning.
    fn add_found(&mut self, path: &Path, text: String, mut file: File) -> Filled {
        file.items.retain(|item| !vocabulary(item).is_some_and(|name| self.given.contains(name)));
        for name in names(&file) {
            match self.files.get(name) {
                Some(other) if real(other) == real(path) => return Ok(Ok(())),
                Some(other) => return Err(ambiguous(name, other, path)),
                None => {}
            }
        }
        self.files.extend(names(&file).map(|name| (name.to_owned(), path.to_owned())));
        Ok(self.add(path, text, &file))
    }

    fn add(&mut self, path: &Path, text: String, file: &File) -> Result<(), Report> {
        self.library.add(file).map_err(|diagnostics| report(path, text, diagnostics))
    }
}

/// The file with vocabularies in a text; `None` if it declares none. A faulty text that was meant
/// to declare one is an error; other policies are ignored.
fn declared(text: &str) -> Result<Option<File>, Vec<Diagnostic>> {
    let parsed = parse::parse_partly(text);
    let is_meant_to = || text.lines().any(|line| line.trim_start().starts_with("vocabulary "));
    let declares = names(&parsed.file).next().is_some();
    match (declares, parsed.diagnostics.is_empty()) {
        (true, true) => Ok(Some(parsed.file)),
        (true, false) => Err(parsed.diagnostics),
        (false, false) if is_meant_to() => Err(parsed.diagnostics),
        (false, _) => Ok(None),
    }
}

/// The vocabularies that a policy file uses, as far as it can be read.
fn used(policy: &Path) -> Vec<String> {
    if policy == Path::new("-") {
        return Vec::new();
    }
    // Mistakes in the file are reported when the command itself reads it.
    let Ok(text) = inputs::text(policy) else { return Vec::new() };
    let file = if inputs::is_map(policy) {
        from_json_text(&text).ok().and_then(|value| from_map(&value).ok()).map(|(file, _)| file)
    } else {
        Some(parse::parse_partly(&text).file)
    };
    let items = file.into_iter().flat_map(|file| file.items);
    let names = items.filter_map(|item| match item.kind {
        ItemKind::Use(name) => Some(name.text),
        ItemKind::Vocabulary(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Block(_) => {
            None
        }
    });
    // It becomes a part of a path.
    names.filter(|name| name.chars().all(|part| part.is_ascii_alphanumeric() || part == '_')).collect()
}

/// The policy file of a case file; any other file is its own.
fn policy_file(file: &Path) -> PathBuf {
    if file.extension().is_none_or(|extension| extension != "cases") {
        return file.to_owned();
    }
    let policy = file.with_extension("json");
    if policy.is_file() { policy } else { file.with_extension("placet") }
}

fn names(file: &File) -> impl Iterator<Item = &str> {
    file.items.iter().filter_map(vocabulary)
}

fn vocabulary(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Vocabulary(vocabulary) => Some(&vocabulary.name.text),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Block(_) => None,
    }
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn report(path: &Path, text: String, diagnostics: Vec<Diagnostic>) -> Report {
    Report { source: Source::text(inputs::name(path), text), diagnostics }
}

fn no_vocabulary(path: &Path) -> Failure {
    Failure::new(format!("`{}` declares no vocabulary", path.display()))
}

fn ambiguous(name: &str, one: &Path, other: &Path) -> Failure {
    let (one, other) = (one.display(), other.display());
    Failure::new(format!("two files declare the vocabulary `{name}`: `{one}` and `{other}`"))
        .help("keep one of them; `--vocabulary FILE` chooses one for a single command")
}
