//! Rules and promises: turns the map of a rule into a set of actions and a test for each attribute.

use std::collections::BTreeMap;

use super::actions::ActionSet;
use super::patterns::Absence;
use super::presence::Present;
use super::report::twice;
use super::scope::Scope;
use super::tree::{Condition, Effect, Rule, Test};
use super::{constancy, names};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, Entry, PatternKind};
use crate::syntax::parse::nearest;
use placet_core::model::vocabulary::RESERVED;

/// The source of a rule: a rule or a promise of the text, or an entry of `permissions`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'r> {
    pub(super) effect: Effect,
    pub(super) entries: &'r [Entry],
    pub(super) when: Option<&'r ast::Condition>,
    pub(super) unless: Option<&'r ast::Condition>,
    pub(super) at: Span,
}

impl<'r> Source<'r> {
    /// `allow { … } when …`
    pub(super) fn of(rule: &'r ast::Rule) -> Self {
        let effect = match rule.effect {
            ast::Effect::Allow | ast::Effect::Only | ast::Effect::Always => Effect::Allow,
            ast::Effect::Deny | ast::Effect::Never => Effect::Deny,
        };
        let (when, unless) = (rule.when.as_deref(), rule.unless.as_deref());
        Self { effect, entries: &rule.entries, when, unless, at: rule.at.0 }
    }
}

impl Scope<'_, '_> {
    /// Reads one rule.
    pub(super) fn rule(&self, source: &Source<'_>) -> Option<Rule> {
        let read = self.forbidding(source.effect == Effect::Deny).map(source);
        // Most rules have no condition that would need it.
        let present = match &read {
            Some(read) if source.when.is_some() || source.unless.is_some() => read.present(),
            Some(_) => Present::default(),
            None => Present::everything(),
        };
        let condition = self.guard(source.effect, source.when, source.unless, present);
        let ReadMap { actions, tests, rows } = read?;
        if source.effect == Effect::Deny
            && let Some(condition) = &condition
        {
            self.refuse_unsaid_absence(source.entries, condition.as_ref())?;
            if !self.is_promise {
                self.warn_unsaid_order(source.entries, condition.as_ref());
            }
        }
        if source.effect == Effect::Allow
            && let Some(condition) = &condition
        {
            self.warn_absent_elsewhere(source.entries, &tests, condition.as_ref());
        }
        if let (Some(Some(condition)), Some(at)) = (&condition, source.when.or(source.unless).map(|it| it.at.0)) {
            let has_both = source.when.is_some() && source.unless.is_some();
            let parts = constancy::Parts { tests: &tests, condition, has_both, at };
            constancy::warn_rule(self.report, self.names.vocabulary(), parts);
        }
        Some(Rule {
            effect: source.effect,
            actions: actions.and_then(ActionSet::into_tree),
            tests,
            condition: joined(rows, condition?).map(Box::new),
            at: source.at,
        })
    }

    /// The actions and tests of a map; every entry is checked, even if others have errors.
    fn map(&self, source: &Source<'_>) -> Option<ReadMap> {
        // Rules are kept, so spare capacity would be kept with them.
        let attributes = source.entries.iter().filter(|entry| !is_of_actions(&entry.key.text)).count();
        let tests = Vec::with_capacity(attributes);
        let mut map = Map { scope: self, first: BTreeMap::new(), actions: None, tests, rows: Vec::new(), whole: true };
        for entry in source.entries {
            if map.entry(entry).is_none() {
                map.whole = false;
            }
        }
        map.tests.sort_by_key(|test| test.field);
        map.whole.then_some(ReadMap { actions: map.actions, tests: map.tests, rows: map.rows })
    }

    /// Warns of a rule that grants everything.
    pub(super) fn warn_unrestricted(&self, source: &Source<'_>) {
        let unconditional = source.when.is_none() && source.unless.is_none();
        if source.entries.is_empty() && unconditional && source.effect == Effect::Allow {
            self.report.add(
                Diagnostic::new(Code::GrantsAll, source.at, "an empty map matches every request")
                    .label("allows everything")
                    .help("say what is allowed, or write `{ action: any }` if everything is meant"),
            );
        }
    }
}

/// Whether the values of a key are actions.
fn is_of_actions(key: &str) -> bool {
    matches!(key, "action" | "role")
}

/// The map of a rule.
struct ReadMap {
    actions: Option<ActionSet>,
    tests: Vec<Test>,
    rows: Vec<Condition>,
}

impl ReadMap {
    /// The presence that it guarantees.
    fn present(&self) -> Present {
        let rows = self.rows.iter().map(|row| Present::when(row, true));
        rows.fold(Present::by_tests(&self.tests), Present::and)
    }
}

/// The look-ups of a map and the condition of its rule.
fn joined(mut rows: Vec<Condition>, condition: Option<Condition>) -> Option<Condition> {
    if rows.is_empty() {
        return condition;
    }
    match condition {
        Some(Condition::All(parts)) => rows.extend(parts),
        other => rows.extend(other),
    }
    if rows.len() == 1 { rows.pop() } else { Some(Condition::All(rows)) }
}

struct Map<'m, 's, 'a> {
    scope: &'m Scope<'s, 'a>,
    /// The first place of each key. Maps have a few keys, and there are many maps: a hash of each
    /// would cost more.
    first: BTreeMap<&'m str, Span>,
    actions: Option<ActionSet>,
    tests: Vec<Test>,
    /// Look-ups in tables, which are conditions.
    rows: Vec<Condition>,
    whole: bool,
}

impl<'m> Map<'m, '_, '_> {
    fn entry(&mut self, entry: &'m Entry) -> Option<()> {
        let (key, at, report) = (entry.key.text.as_str(), entry.key.at.0, self.scope.report);
        if let Some(&first) = self.first.get(key) {
            return report.fail(twice("key", key, at, first));
        }
        self.first.insert(key, at);
        if is_of_actions(key) {
            return self.actions(entry);
        }
        let vocabulary = self.scope.names.vocabulary();
        let Some(field) = vocabulary.field(key) else {
            return report.fail(self.unknown(key, at));
        };
        let attribute = vocabulary.attribute(field)?;
        let (quantifier, value) = match &entry.value.kind {
            PatternKind::Elements(quantifier, inner) => (Some(*quantifier), inner.as_ref()),
            _ => (None, &entry.value),
        };
        if let PatternKind::Row(table, key) = &value.kind {
            let row = self.scope.entry_in_row((field, quantifier), table, key, entry.value.at.0)?;
            self.rows.push(row);
            return Some(());
        }
        let absence = if attribute.optional { Absence::Possible } else { Absence::Never };
        // Computed only after an error: most maps are fine, and there are many.
        let what = &format_args!("`{key}`");
        let (quantifier, pattern) = self.scope.stated(&entry.value, attribute, what, absence)?;
        if quantifier.is_none() {
            self.scope.warn_every(attribute, &pattern, entry.value.at.0);
        }
        self.tests.push(Test { field, quantifier, pattern });
        Some(())
    }

    fn actions(&mut self, entry: &'m Entry) -> Option<()> {
        let (report, at) = (self.scope.report, entry.key.at.0);
        let other = if entry.key.text == "action" { "role" } else { "action" };
        let both = self.first.get(other).copied();
        let set = names::resolve(self.scope.names, report, &entry.value);
        if let Some(first) = both {
            return report.fail(
                Diagnostic::new(Code::ActionAndRole, at, "`action` and `role` are in one map")
                    .related(first, "the other one")
                    .help("both mean the action of the request; write one list: `action: [Reader, set]`"),
            );
        }
        let set = set?;
        if set.is_empty() {
            let help = "name at least one action or role, or remove the rule";
            self.scope.never(entry.value.at.0, "no action is in this set", help);
        }
        self.actions = Some(set);
        Some(())
    }

    fn unknown(&self, key: &str, at: Span) -> Diagnostic {
        if matches!(key, "when" | "unless") {
            let found = Diagnostic::new(Code::UnknownAttribute, at, format!("`{key}` goes after the map of a rule"));
            return found.help(format!(
                "write `allow {{ … }} {key} …`, in the map form `\"rules\": [{{ \"allow\": {{ … }}, \"{key}\": … }}]`; entries of `permissions` have no conditions"
            ));
        }
        let nearest = nearest(key, RESERVED[..2].iter().copied());
        match nearest {
            Some(word) => self.scope.unknown_attribute(key, at).help(format!("did you mean `{word}`?")),
            None => self.scope.unknown_attribute(key, at),
        }
    }
}
