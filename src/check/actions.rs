//! Sets of actions: what stands behind `action`, `role` and in a `role` item.

use std::collections::BTreeSet;

use super::names::Names;
use super::report::Report;
use super::tree::Actions;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::NESTING;
use crate::model::vocabulary::ActionNo;
use crate::syntax::ast::{Form, Pattern};

/// A set of actions, or of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ActionSet {
    listed: BTreeSet<ActionNo>,
    negated: bool,
}

impl ActionSet {
    /// Just these.
    pub(super) fn of(actions: impl IntoIterator<Item = ActionNo>) -> Self {
        Self { listed: actions.into_iter().collect(), negated: false }
    }

    /// All of them.
    pub(super) const fn every() -> Self {
        Self { listed: BTreeSet::new(), negated: true }
    }

    /// All others.
    pub(super) fn not(self) -> Self {
        Self { negated: !self.negated, ..self }
    }

    /// What is in either of them.
    pub(super) fn or(self, other: &Self) -> Self {
        let (a, b) = (&self.listed, &other.listed);
        let (listed, negated) = match (self.negated, other.negated) {
            (false, false) => (a | b, false),
            (false, true) => (b - a, true),
            (true, false) => (a - b, true),
            (true, true) => (a & b, true),
        };
        Self { listed, negated }
    }

    /// What is in it and not in `other`.
    pub(super) fn without(self, other: &Self) -> Self {
        self.not().or(other).not()
    }

    /// Whether no action is in it.
    pub(super) fn is_empty(&self) -> bool {
        !self.negated && self.listed.is_empty()
    }

    /// The actions that exist now, by number.
    pub(super) fn among(&self, count: usize) -> Vec<ActionNo> {
        let all = (0..count).filter_map(|number| u16::try_from(number).ok()).map(ActionNo);
        all.filter(|action| self.listed.contains(action) != self.negated).collect()
    }

    /// The set of a rule; `None` is every action.
    pub(super) fn into_tree(self) -> Option<Actions> {
        if self.negated && self.listed.is_empty() {
            return None;
        }
        Some(Actions { listed: self.listed.into_iter().collect(), negated: self.negated })
    }
}

/// Resolves names of actions and roles, lists of them, `not` and `any`.
pub(super) fn resolve(names: &Names<'_>, report: &Report, pattern: &Pattern) -> Option<ActionSet> {
    resolve_at(names, report, pattern, 0)
}

fn resolve_at(names: &Names<'_>, report: &Report, pattern: &Pattern, depth: usize) -> Option<ActionSet> {
    if depth > NESTING {
        let deep = format!("more than {NESTING} lists and names stand inside each other here");
        return report.poison(Diagnostic::new(Code::TooDeep, pattern.at.0, deep));
    }
    match pattern.form() {
        Form::Any => Some(ActionSet::every()),
        Form::Not(inner) => resolve_at(names, report, inner, depth + 1).map(ActionSet::not),
        Form::Name(name) => named(names, report, pattern, name, depth),
        Form::List(list) => {
            let sets: Vec<_> = list.iter().map(|one| resolve_at(names, report, one, depth + 1)).collect();
            sets.into_iter().try_fold(ActionSet::default(), |all, set| Some(all.or(&set?)))
        }
        Form::Absent | Form::Value | Form::Map(_) => report.poison(
            Diagnostic::new(Code::NotActions, pattern.at.0, "this is not the name of an action or a role")
                .help("write names without quotes, such as `[get, set]`, or `not` and `any`"),
        ),
    }
}

fn named(names: &Names<'_>, report: &Report, pattern: &Pattern, name: &str, depth: usize) -> Option<ActionSet> {
    if let Some(value) = names.use_let(name) {
        return resolve_at(names, report, value, depth + 1);
    }
    if let Some(role) = names.use_role(name) {
        return role.cloned();
    }
    if names.is_broken(name) {
        return None;
    }
    let vocabulary = names.vocabulary();
    if let Some(action) = vocabulary.action(name) {
        return Some(ActionSet::of([action]));
    }
    if let Some(role) = vocabulary.role(name) {
        return Some(ActionSet::of(role.actions.iter().copied()));
    }
    if names.is_below(name) {
        return report.poison(below(pattern, name));
    }
    let message = format!("`{}` has no action and no role `{name}`", vocabulary.name());
    let help = report.suggest(name, names.action_words());
    report.poison(super::report::with_help(
        Diagnostic::new(Code::UnknownAction, pattern.at.0, message).label("not an action or a role"),
        help,
    ))
}

/// A `let` or `role` that names one below it.
pub(super) fn below(pattern: &Pattern, name: &str) -> Diagnostic {
    Diagnostic::new(Code::ForwardUse, pattern.at.0, format!("`{name}` is declared below its use"))
        .label("not declared yet")
        .help(format!("move `{name}` above this line; no `let` or `role` may be made of itself"))
}
