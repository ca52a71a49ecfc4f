//! `not` in a `deny` or a `never`, on what a request may lack: it wants a value, so a request
//! without one would slip by.

use super::scope::Scope;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::model::types::Type;
use crate::syntax::ast::{Comparison, Pattern, PatternKind};

impl Scope<'_, '_> {
    /// Sees to it that a rule that forbids says what becomes of a request without a value: wherever
    /// a pattern on what may be absent has a `not`, it says `absent` too. `key` is the attribute's
    /// name.
    pub(super) fn refuse_unsaid_absence(&self, key: &str, ty: Type, optional: bool, pattern: &Pattern) -> Option<()> {
        if optional && self.has_not(pattern) && !self.mentions_absent(pattern) {
            return self.report.poison(unsaid(&format!("`{key}`"), pattern));
        }
        if ty == Type::Labels { self.refuse_in_labels(key, pattern) } else { Some(()) }
    }

    /// The same of a condition that forbids where it is true: `any groups in not "staff"` is false
    /// where there are no elements.
    pub(super) fn refuse_unsaid_elements(&self, key: &str, pattern: &Pattern) -> Option<()> {
        if !self.has_not(pattern) {
            return Some(());
        }
        let message = format!("without `{key}` this is false, and the request would not be forbidden");
        let help = format!("write `!has {key} || …` if that request is meant too, or `has {key} && …` if it is not");
        let found = Diagnostic::new(Code::UnsaidAbsence, pattern.at.0, message);
        self.report.poison(found.label("says nothing of absence").help(help))
    }

    /// The same of each label, since a request may always lack one.
    fn refuse_in_labels(&self, key: &str, pattern: &Pattern) -> Option<()> {
        match &pattern.kind {
            PatternKind::Map(entries) => {
                let mut whole = Some(());
                for entry in entries {
                    if self.has_not(&entry.value) && !self.mentions_absent(&entry.value) {
                        let what = format!("`{key}[\"{}\"]`", entry.key.text);
                        whole = self.report.poison(unsaid(&what, &entry.value));
                    }
                }
                whole
            }
            PatternKind::List(list) => list.iter().try_for_each(|one| self.refuse_in_labels(key, one)),
            PatternKind::Name(name) => self.let_of(name).map_or(Some(()), |value| self.refuse_in_labels(key, value)),
            // Labels that lack one are among those that are not `{ … }`, so they are forbidden.
            PatternKind::Not(_)
            | PatternKind::Any
            | PatternKind::Absent
            | PatternKind::Literal(_)
            | PatternKind::Affix(..)
            | PatternKind::Glob(_)
            | PatternKind::Regex(_)
            | PatternKind::Range(..)
            | PatternKind::Compare(..) => Some(()),
        }
    }

    /// Whether the pattern, outside of maps of labels, takes something away from what may be there.
    fn has_not(&self, pattern: &Pattern) -> bool {
        match &pattern.kind {
            PatternKind::Not(inner) => !matches!(inner.kind, PatternKind::Any),
            PatternKind::Compare(comparison, _) => *comparison == Comparison::NotEqual,
            PatternKind::List(list) => list.iter().any(|one| self.has_not(one)),
            PatternKind::Name(name) => self.let_of(name).is_some_and(|value| self.has_not(value)),
            PatternKind::Any
            | PatternKind::Absent
            | PatternKind::Literal(_)
            | PatternKind::Affix(..)
            | PatternKind::Glob(_)
            | PatternKind::Regex(_)
            | PatternKind::Range(..)
            | PatternKind::Map(_) => false,
        }
    }

    /// Whether the pattern, outside of maps of labels, speaks of there being no value.
    fn mentions_absent(&self, pattern: &Pattern) -> bool {
        match &pattern.kind {
            PatternKind::Absent => true,
            PatternKind::Not(inner) => self.mentions_absent(inner),
            PatternKind::List(list) => list.iter().any(|one| self.mentions_absent(one)),
            PatternKind::Name(name) => self.let_of(name).is_some_and(|value| self.mentions_absent(value)),
            PatternKind::Any
            | PatternKind::Literal(_)
            | PatternKind::Affix(..)
            | PatternKind::Glob(_)
            | PatternKind::Regex(_)
            | PatternKind::Range(..)
            | PatternKind::Compare(..)
            | PatternKind::Map(_) => false,
        }
    }

    /// The value of a `let`. Each is made of those above it, so following them comes to an end.
    fn let_of(&self, name: &str) -> Option<&Pattern> {
        if self.parameter(name).is_some() { None } else { self.names.use_let(name) }
    }
}

fn unsaid(what: &str, pattern: &Pattern) -> Diagnostic {
    let message = format!("`not` wants a value, and a request without {what} would not be forbidden");
    Diagnostic::new(Code::UnsaidAbsence, pattern.at.0, message).label("says nothing of absence").help(
        "write `[not …, absent]` if that request is meant too, or `not […, absent]` if only one with a value is meant",
    )
}
