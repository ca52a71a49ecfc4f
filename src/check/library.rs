//! The vocabularies that `use` finds: those that come with Placet, and those that are added.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::report::Report;
use super::table_files::TableFiles;
use super::vocabulary;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::COMPILE_EFFORT;
use crate::syntax::ast::{File, ItemKind, RoleItem, VocabularyItem};
use crate::syntax::parse;
use placet_core::model::vocabulary::{Role, Vocabulary};

/// The sources of the vocabularies that come with Placet.
const BUILT_IN: [&str; 4] = [
    include_str!("../../policies/vocabulary/http.placet"),
    include_str!("../../policies/vocabulary/momento.placet"),
    include_str!("../../policies/vocabulary/warp10.placet"),
    include_str!("../../policies/vocabulary/gateway.placet"),
];

/// Vocabularies by name.
#[derive(Clone, Debug)]
pub struct Library {
    vocabularies: BTreeMap<String, Arc<Vocabulary>>,
    effort: u64,
    table_files: Option<Arc<dyn TableFiles>>,
}

impl Default for Library {
    fn default() -> Self {
        Self::built_in().clone()
    }
}

impl Library {
    /// The vocabularies that come with Placet: `gateway`, `http`, `momento` and `warp10`.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN_LIBRARY: OnceLock<Library> = OnceLock::new();
        BUILT_IN_LIBRARY.get_or_init(|| {
            let mut library = Self::empty();
            for source in BUILT_IN {
                let file = parse::parse(source).expect("a test parses every vocabulary of the crate");
                library.add(&file).expect("a test checks every vocabulary of the crate");
            }
            library
        })
    }

    /// No vocabulary at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self { vocabularies: BTreeMap::new(), effort: COMPILE_EFFORT, table_files: None }
    }

    /// The same with another work budget for each document, in units of about ten nanoseconds: a
    /// host that compiles texts of strangers may want less than [`COMPILE_EFFORT`], and one that
    /// knows its authors more.
    #[must_use]
    pub fn with_effort(self, units: u64) -> Self {
        Self { effort: units, ..self }
    }

    /// The work budget of a document, in the same units.
    #[must_use]
    pub const fn effort(&self) -> u64 {
        self.effort
    }

    /// The same for documents whose tables may be in files, which `files` reads. Without this, such a
    /// table is an error.
    #[must_use]
    pub fn with_table_files(self, files: impl TableFiles + 'static) -> Self {
        Self { table_files: Some(Arc::new(files)), ..self }
    }

    /// Reads the files of tables, if they may be read.
    pub(super) fn table_files(&self) -> Option<&dyn TableFiles> {
        self.table_files.as_deref()
    }

    /// Adds the vocabularies of a file, each with the file's `role` items as roles of its own. If
    /// the name exists already, the new one has to be the same vocabulary or a later state of it,
    /// so that `use http` has one meaning.
    ///
    /// # Errors
    /// The diagnostics of the file, or a name that has two meanings; nothing is added then.
    pub fn add(&mut self, file: &File) -> Result<(), Vec<Diagnostic>> {
        let (items, added) = read(file)?;
        let mut vocabularies = self.vocabularies.clone();
        let mut taken = Vec::new();
        for (item, vocabulary) in items.into_iter().zip(added) {
            match vocabularies.get(vocabulary.name()) {
                Some(known) if continues(known, &vocabulary) => {}
                Some(known) if !continues(&vocabulary, known) => taken.push(another_meaning(item, known)),
                Some(_) | None => drop(vocabularies.insert(vocabulary.name().to_owned(), vocabulary)),
            }
        }
        if taken.is_empty() {
            self.vocabularies = vocabularies;
            return Ok(());
        }
        Err(taken)
    }

    /// As [`add`](Self::add), but replaces a vocabulary of the same name.
    ///
    /// # Errors
    /// The diagnostics of the file; nothing is added then.
    pub fn replace(&mut self, file: &File) -> Result<(), Vec<Diagnostic>> {
        let (_, added) = read(file)?;
        self.vocabularies.extend(added.into_iter().map(|vocabulary| (vocabulary.name().to_owned(), vocabulary)));
        Ok(())
    }

    /// The vocabulary of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Vocabulary>> {
        self.vocabularies.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.vocabularies.keys().map(String::as_str)
    }
}

/// The vocabularies of a file, with their items.
fn read(file: &File) -> Result<(Vec<&VocabularyItem>, Vec<Arc<Vocabulary>>), Vec<Diagnostic>> {
    let report = Report::default();
    let roles = file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Role(role) => Some(role),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Table(_) | ItemKind::Vocabulary(_) | ItemKind::Block(_) => None,
    });
    let added = declared(&report, file, &roles.collect::<Vec<_>>());
    let diagnostics = report.finish();
    if diagnostics.is_empty() { Ok((items(file).collect(), added)) } else { Err(diagnostics) }
}

/// Whether `later` has all that `earlier` has, with the same meaning: attributes, actions and
/// roles.
fn continues(later: &Vocabulary, earlier: &Vocabulary) -> bool {
    let count = earlier.actions().len();
    let keeps = |role: &Role| {
        let same = later.role(&role.name).map(|other| other.actions.iter().filter(|no| usize::from(no.0) < count));
        same.is_some_and(|actions| actions.eq(&role.actions))
    };
    later.state(earlier.fingerprint()).is_some() && earlier.roles().iter().all(keeps)
}

fn another_meaning(item: &VocabularyItem, known: &Vocabulary) -> Diagnostic {
    let name = known.name();
    Diagnostic::new(Code::Duplicate, item.name.at.0, format!("there is already another vocabulary `{name}`"))
        .label(format!("`use {name}` would change its meaning"))
        .help("give this one a name of its own, or begin it with everything that the other one declares")
}

fn items(file: &File) -> impl Iterator<Item = &VocabularyItem> {
    file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Vocabulary(vocabulary) => Some(vocabulary),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Block(_) => None,
    })
}

/// The vocabularies that a file declares, with `roles` beside their own.
pub(super) fn declared(report: &Report, file: &File, roles: &[&RoleItem]) -> Vec<Arc<Vocabulary>> {
    items(file).map(|item| vocabulary::build(report, item, roles)).collect()
}
