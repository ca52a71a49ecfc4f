//! Names, types, cost, lints: `File → Checked`, all errors at once.
//!
//! The input is a [`File`], from any spelling. The steps are, in this order:
//!
//! 1. [`library`]: the one vocabulary that is in force, declared in the file or found under the
//!    name after `use`;
//! 2. `names`: the file's `let`s and roles, each using only those above it, so that none uses
//!    itself, and its `tables`, whose [files](table_files) the caller reads;
//! 3. `blocks`: each token, policy and restriction by itself. Its parameters (`scope`), its keys
//!    (`fields`), its claims (`claims`), the rules that TOKENGEN's keys stand for (`tokengen`), its
//!    rules (`rules`) with their actions (`actions`) and patterns (`patterns`, `texts`, `regex`,
//!    `literals`, and `empty` for those that nothing matches), and its conditions (`conditions`,
//!    `operands`, `functions`, `needles`), where `presence` tracks which attributes may be read;
//! 4. `lints`: probable mistakes; `levels` finds a `deny` of one level that leaves deeper ones
//!    open, `covering` pairs the rules that have something in common (`anchors`), and `subsumption`
//!    proves that one covers the other. While conditions and texts are read, `constancy`, `clocks` and `wildcards` warn of conditions that are always the same, of
//!    hours that no clock shows and of wildcards of other languages.
//!
//! The result is a [`Checked`] tree, or the errors. An error never stops the check: the part it is
//! about is left out, and parts that depend on it are skipped, so that each mistake is reported
//! once. Anything unknown is refused: no name, type or pattern is guessed.

mod absence;
mod actions;
mod anchors;
mod approvals;
mod asked;
mod blocks;
mod boundary;
mod claims;
mod classes;
mod clocks;
mod conditions;
mod constancy;
mod covering;
pub mod effort;
mod elsewhere;
mod empty;
pub(crate) mod expected;
mod fields;
mod functions;
mod known;
mod levels;
pub mod library;
mod lints;
pub(crate) mod literals;
mod lowercase;
mod matchers;
mod names;
mod needles;
mod negation;
mod operands;
mod patterns;
mod presence;
mod reading;
pub mod regex;
mod report;
mod rules;
mod scope;
mod sets;
mod subsumption;
pub mod table;
pub mod table_files;
mod table_rows;
mod table_values;
mod tables;
mod terms;
mod texts;
mod time_zones;
mod token_fields;
mod tokengen;
pub mod tree;
pub mod url;
mod vocabulary;
mod wildcards;

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::code::Code;
use crate::diag::{Diagnostic, Severity};
use crate::span::Span;
use crate::syntax::ast::{File, ItemKind, Name};
use crate::syntax::parse::Parsed;
use effort::Effort;
use library::Library;
pub use lints::NOTHING_HELP;
use names::Names;
use placet_core::model::vocabulary::Vocabulary;
use report::{Report, one_of, with_help};
use tree::Checked;

/// The result of a check.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The checked tree, if there are no errors.
    pub checked: Option<Checked>,
    /// Errors and warnings, in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a file, with the vocabularies of `library` for its `use`.
#[must_use]
pub fn check(file: &File, library: &Library) -> Outcome {
    run(Report::within(Effort::new(library.effort())), file, &[], library)
}

/// Checks the items that could be read, and adds the errors to those of reading.
#[must_use]
pub fn check_parsed(parsed: &Parsed, library: &Library) -> Outcome {
    let report = Report::within(Effort::new(library.effort()));
    parsed.diagnostics.iter().cloned().for_each(|diagnostic| report.add(diagnostic));
    run(report, &parsed.file, &parsed.broken, library)
}

fn run(report: Report, file: &File, broken: &[Name], library: &Library) -> Outcome {
    let vocabulary = in_force(&report, file, broken, library);
    let checked = vocabulary.map(|vocabulary| check_blocks(&report, file, broken, &vocabulary, library));
    let diagnostics = report.finish();
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    Outcome { checked: checked.filter(|_| !failed), diagnostics }
}

fn check_blocks(
    report: &Report,
    file: &File,
    broken: &[Name],
    vocabulary: &Arc<Vocabulary>,
    library: &Library,
) -> Checked {
    // The roles beside a vocabulary are for the files that use it.
    let exports = file.items.iter().any(|item| matches!(item.kind, ItemKind::Vocabulary(_)));
    let names =
        Names::of_file(report, file, broken, vocabulary, &|item| tables::read(report, item, library.table_files()));
    let mut first: HashMap<&str, Span> = HashMap::new();
    let mut templates = Vec::new();
    for item in &file.items {
        if let ItemKind::Block(block) = &item.kind {
            check_duplicate(report, &mut first, &block.name);
            templates.push(blocks::check(report, &names, item, block));
        }
    }
    names.warn_unused(report, exports);
    Checked { vocabulary: Arc::clone(vocabulary), templates }
}

fn check_duplicate<'n>(report: &Report, first: &mut HashMap<&'n str, Span>, name: &'n Name) {
    if let Some(earlier) = first.insert(&name.text, name.at.0) {
        let message = format!("`{}` is declared twice", name.text);
        let twice = Diagnostic::new(Code::Duplicate, name.at.0, message);
        report.add(twice.related(earlier, "first declared here").help("rename one of the two"));
    }
}

/// The vocabulary that the file uses: the one of its `use`, or the only one it declares.
fn in_force(report: &Report, file: &File, broken: &[Name], library: &Library) -> Option<Arc<Vocabulary>> {
    let declared = library::declared(report, file, &[]);
    let places: Vec<&Name> = file.items.iter().filter_map(|item| vocabulary_name(&item.kind)).collect();
    let mut first = HashMap::new();
    places.iter().for_each(|name| check_duplicate(report, &mut first, name));
    let uses: Vec<&Name> = file.items.iter().filter_map(|item| use_name(&item.kind)).collect();
    match (uses.as_slice(), declared.as_slice()) {
        ([name], _) => {
            let is_broken = broken.iter().any(|other| other.text == name.text);
            let own = declared.iter().find(|vocabulary| vocabulary.name() == name.text);
            own.or_else(|| library.get(&name.text))
                .cloned()
                .or_else(|| if is_broken { None } else { unknown(report, name, library) })
        }
        ([], [only]) => Some(Arc::clone(only)),
        // The item that names it may be one that could not be read.
        ([], []) if report.has_errors() => None,
        ([], []) => {
            let found = Diagnostic::new(Code::NoVocabulary, Span::default(), "the file names no vocabulary");
            report.fail(
                found.help(format!("begin with `use` and {}, or declare a `vocabulary`", one_of(library.names()))),
            )
        }
        ([], [..]) => several(report, &places, "declares more than one vocabulary and uses none"),
        ([..], _) => several(report, &uses, "uses more than one vocabulary"),
    }
}

fn several<T>(report: &Report, names: &[&Name], how: &str) -> Option<T> {
    let (first, last) = (names.first()?, names.last()?);
    let found = Diagnostic::new(Code::SeveralVocabularies, last.at.0, format!("the file {how}"));
    let found = found.related(first.at.0, "the first one");
    report.fail(
        found.help(
            "all blocks of a file use one vocabulary: keep one `use`, and put the others into files of their own",
        ),
    )
}

fn unknown<T>(report: &Report, name: &Name, library: &Library) -> Option<T> {
    let found = Diagnostic::new(Code::UnknownVocabulary, name.at.0, format!("there is no vocabulary `{}`", name.text));
    let known = format!("there are {}", one_of(library.names()).replace(" or ", " and "));
    report.fail(with_help(found, Some(report.suggest(&name.text, library.names()).unwrap_or(known))))
}

const fn vocabulary_name(kind: &ItemKind) -> Option<&Name> {
    match kind {
        ItemKind::Vocabulary(item) => Some(&item.name),
        ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Block(_) => None,
    }
}

const fn use_name(kind: &ItemKind) -> Option<&Name> {
    match kind {
        ItemKind::Use(name) => Some(name),
        ItemKind::Vocabulary(_) | ItemKind::Let(_) | ItemKind::Role(_) | ItemKind::Table(_) | ItemKind::Block(_) => {
            None
        }
    }
}
