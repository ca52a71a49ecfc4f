//! `not` in a `deny` or a `never`, on a value that a request may lack: it matches only a value, so
//! a request without one would slip by.

use super::presence::Present;
use super::scope::Scope;
use super::tree::Condition;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::{Comparison, Entry, Form, Literal, OperandKind, Pattern, Written};
use placet_core::model::types::{Scalar, Type};

impl Scope<'_, '_> {
    /// Requires that a rule that forbids says what happens to a request without a value: if a
    /// pattern on a value that may be absent has a `not`, it must also have `absent`, or the
    /// condition must require a value.
    pub(super) fn refuse_unsaid_absence(&self, entries: &[Entry], condition: Option<&Condition>) -> Option<()> {
        let vocabulary = self.names.vocabulary();
        let asked = condition.map(|condition| Present::when(condition, true)).unwrap_or_default();
        let mut whole = Some(());
        for Entry { key, value, .. } in entries {
            let Some(field) = vocabulary.field(&key.text) else { continue };
            let Some(attribute) = vocabulary.attribute(field) else { continue };
            let taken = self.takes_away(value).filter(|_| attribute.optional && !asked.has(field));
            if let Some(taken) = taken.filter(|_| !self.mentions_absent(value)) {
                whole = self.report.fail(unsaid(&format!("`{}`", key.text), value, taken));
            } else if attribute.ty == Type::Labels {
                let is_asked = |label: &str| asked.has_label(field, label);
                whole = self.refuse_in_labels(&key.text, value, &is_asked).and(whole);
            }
        }
        whole
    }

    /// The same for a condition that forbids if it is true: `any groups in not "staff"` is false
    /// for an empty set.
    pub(super) fn refuse_unsaid_elements(&self, key: &str, pattern: &Pattern) -> Option<()> {
        if self.takes_away(pattern).is_none() {
            return Some(());
        }
        let message = format!("without `{key}` this is false, and the request would not be forbidden");
        let help = format!("write `!has {key} || …` if that request is meant too, or `has {key} && …` if it is not");
        let found = Diagnostic::new(Code::UnsaidAbsence, pattern.at.0, message);
        self.report.fail(found.label("says nothing about absence").help(help))
    }

    /// The same for each label, since a request may always lack one.
    fn refuse_in_labels(&self, key: &str, pattern: &Pattern, is_asked: &dyn Fn(&str) -> bool) -> Option<()> {
        match pattern.form() {
            Form::Map(entries) => {
                let mut whole = Some(());
                for entry in entries {
                    if let Some(taken) = self.takes_away(&entry.value)
                        && !self.mentions_absent(&entry.value)
                        && !is_asked(&entry.key.text)
                    {
                        let what = format!("`{key}[\"{}\"]`", entry.key.text);
                        whole = self.report.fail(unsaid(&what, &entry.value, taken));
                    }
                }
                whole
            }
            Form::List(list) => list.iter().try_for_each(|one| self.refuse_in_labels(key, one, is_asked)),
            Form::Name(name) => self.let_of(name).map_or(Some(()), |value| self.refuse_in_labels(key, value, is_asked)),
            // Labels without one of these do not match `{ … }`, so they are forbidden.
            Form::Not(_) | Form::Any | Form::Absent | Form::Elements(..) | Form::Value(_) => Some(()),
        }
    }

    /// The part of the pattern, outside maps of labels, that excludes some values. `false` is
    /// `not true`.
    fn takes_away(&self, pattern: &Pattern) -> Option<Taken> {
        match pattern.form() {
            Form::Not(inner) => (!matches!(inner.form(), Form::Any)).then_some(Taken::Not),
            Form::Value(Written::Literal(Literal::Bool(false))) => Some(Taken::False),
            Form::Value(Written::Compare(Comparison::NotEqual, _)) => Some(Taken::Not),
            Form::Value(Written::Compare(Comparison::Equal, operand)) => {
                matches!(operand.kind, OperandKind::Literal(Literal::Bool(false))).then_some(Taken::False)
            }
            Form::Elements(_, inner) => self.takes_away(inner),
            Form::List(list) => list.iter().find_map(|one| self.takes_away(one)),
            Form::Name(name) => match self.parameter(name) {
                Some((_, ty)) => (ty == Type::One(Scalar::Bool)).then_some(Taken::Argument),
                None => self.let_of(name).and_then(|value| self.takes_away(value)),
            },
            Form::Any | Form::Absent | Form::Value(_) | Form::Map(_) => None,
        }
    }

    /// Warns of `deny { level: < 3 }` on a value that may be absent, unless the condition requires
    /// it. The opposite bound, as in `deny { amount: > 1000 }`, is fine: a request without an
    /// amount does not exceed it.
    pub(super) fn warn_unsaid_order(&self, entries: &[Entry], condition: Option<&Condition>) {
        let vocabulary = self.names.vocabulary();
        for entry in entries {
            let (key, pattern) = (&entry.key.text, &entry.value);
            let Some(field) = vocabulary.field(key) else { continue };
            let is_optional = vocabulary.attribute(field).is_some_and(|attribute| attribute.optional);
            let is_asked = || condition.is_some_and(|condition| Present::when(condition, true).has(field));
            if is_optional && self.wants_more(pattern) && !self.mentions_absent(pattern) && !is_asked() {
                let message = format!("a request without `{key}` would not be forbidden");
                let help = format!(
                    "write `[…, absent]` if that request is meant too, or `when has {key}` after the map if it is not"
                );
                let found = Diagnostic::new(Code::UnsaidOrder, pattern.at.0, message);
                self.report.add(found.label("says nothing about absence").help(help));
            }
        }
    }

    /// Whether the pattern forbids values that are too small.
    fn wants_more(&self, pattern: &Pattern) -> bool {
        match pattern.form() {
            Form::Value(Written::Range(_)) => true,
            Form::Value(Written::Compare(comparison, _)) => {
                matches!(comparison, Comparison::Less | Comparison::LessOrEqual)
            }
            Form::Elements(_, inner) => self.wants_more(inner),
            Form::List(list) => list.iter().any(|one| self.wants_more(one)),
            Form::Name(name) => self.let_of(name).is_some_and(|value| self.wants_more(value)),
            Form::Not(_) | Form::Any | Form::Absent | Form::Value(_) | Form::Map(_) => false,
        }
    }

    /// Whether the pattern, outside maps of labels, mentions absence.
    fn mentions_absent(&self, pattern: &Pattern) -> bool {
        match pattern.form() {
            Form::Absent => true,
            Form::Not(inner) | Form::Elements(_, inner) => self.mentions_absent(inner),
            Form::List(list) => list.iter().any(|one| self.mentions_absent(one)),
            Form::Name(name) => self.let_of(name).is_some_and(|value| self.mentions_absent(value)),
            Form::Any | Form::Value(_) | Form::Map(_) => false,
        }
    }

    /// The value of a `let`. Each uses only those above it, so following them ends.
    fn let_of(&self, name: &str) -> Option<&Pattern> {
        if self.parameter(name).is_some() { None } else { self.names.use_let(name) }
    }
}

/// A part of a pattern that excludes some values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Not,
    False,
    /// A parameter that may be `false`.
    Argument,
}

fn unsaid(what: &str, pattern: &Pattern, taken: Taken) -> Diagnostic {
    let (word, both, only) = match taken {
        Taken::Not => ("`not`", "[not …, absent]", "not […, absent]"),
        Taken::False => ("`false`", "[false, absent]", "not [true, absent]"),
        Taken::Argument => ("an argument that is `false`", "[…, absent]", "any` and a condition, `when … == …"),
    };
    let message = format!("{word} needs a value, and a request without {what} would not be forbidden");
    let help = format!("write `{both}` if that request is meant too, or `{only}` if only one with a value is meant");
    Diagnostic::new(Code::UnsaidAbsence, pattern.at.0, message).label("says nothing about absence").help(help)
}
