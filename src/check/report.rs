//! Collects the checker's findings: each once, in the order of the source.

use std::cell::RefCell;
use std::collections::HashSet;

use super::effort::Effort;
use crate::diag::code::Code;
use crate::diag::{Diagnostic, Severity};
use crate::limits::{DIAGNOSTICS, NAME_BYTES};
use crate::span::Span;
use crate::syntax::ast::Name;
use crate::syntax::parse::nearest;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{Vocabulary, VocabularyError};

/// The findings so far. A `let` is read again at each of its uses, so the same finding may come
/// more than once.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: RefCell<Vec<Diagnostic>>,
    seen: RefCell<HashSet<(Code, Span, String)>>,
    effort: Effort,
    /// Regular expressions that were read and are good, by their text and the type they are for.
    expressions: RefCell<HashSet<(String, Scalar)>>,
}

impl Report {
    /// No findings, and this much work for expressions to be read.
    pub(super) fn within(effort: Effort) -> Self {
        Self { effort, ..Self::default() }
    }

    /// Reads a regular expression, unless the same was read before. `None` if that would be too
    /// much work.
    pub(super) fn read_regex(
        &self,
        text: &str,
        scalar: Scalar,
        read: impl FnOnce() -> Result<(), String>,
    ) -> Option<Result<(), String>> {
        let key = (text.to_owned(), scalar);
        if self.expressions.borrow().contains(&key) {
            return Some(Ok(()));
        }
        self.effort.spend(Effort::reading(text))?;
        let good = read();
        if good.is_ok() {
            self.expressions.borrow_mut().insert(key);
        }
        Some(good)
    }

    /// Adds a finding, unless it was added already.
    pub(super) fn add(&self, diagnostic: Diagnostic) {
        let key = (diagnostic.code, diagnostic.at, diagnostic.message.clone());
        if self.seen.borrow_mut().insert(key) {
            self.found.borrow_mut().push(diagnostic);
        }
    }

    /// Adds an error and returns `None`: the value is unknown, so nothing that depends on it is
    /// checked.
    pub(super) fn fail<T>(&self, diagnostic: Diagnostic) -> Option<T> {
        self.add(diagnostic);
        None
    }

    /// The name most like `word`, as help; nothing once there are more findings than are shown.
    pub(super) fn suggest<'n>(&self, word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if self.found.borrow().len() > DIAGNOSTICS {
            return None;
        }
        nearest(word, names).map(|name| format!("did you mean `{name}`?"))
    }

    /// Whether there is an error among the findings.
    pub(super) fn has_errors(&self) -> bool {
        self.found.borrow().iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
    }

    /// The findings in the order of the source; if they are too many, warnings are dropped before
    /// errors.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        if found.len() > DIAGNOSTICS {
            found.sort_by_key(|diagnostic| (diagnostic.severity() == Severity::Warning, diagnostic.at.start));
            found.truncate(DIAGNOSTICS);
        }
        found.sort_by_key(|diagnostic| (diagnostic.at.start, diagnostic.code));
        found
    }
}

/// `a, b or c`, each in backticks.
pub(super) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// Adds help if there is any.
pub(super) fn with_help(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// A label or key that appears twice in one map.
pub(super) fn twice(what: &str, name: &str, at: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::Duplicate, at, format!("the {what} `{name}` is given twice"))
        .related(first, "first given here")
        .help("for one of several values write a list: `[a, b]`")
}

/// The mistake in the name of an attribute, action, role or parameter.
pub(super) fn refuse_name(name: &Name) -> Option<Diagnostic> {
    let at = name.at.0;
    match Vocabulary::builder("", 0).attribute(&name.text, Type::One(Scalar::Bool), false) {
        Ok(_) => None,
        Err(VocabularyError::Reserved(_)) => Some(
            Diagnostic::new(Code::BadDeclaration, at, format!("`{}` is reserved", name.text))
                .help("rules give this name a meaning of its own; choose another"),
        ),
        Err(_) => Some(
            Diagnostic::new(Code::BadDeclaration, at, format!("`{}` is not a name", name.text))
                .help(format!("a name is a letter and then letters, digits and `_`, at most {NAME_BYTES} of them")),
        ),
    }
}
