//! Conditions on the action of a request: `action == read`, `action in [read, Writer]`.

use super::names;
use super::reading::Reading;
use super::tree::Condition;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::{self, At, Comparison, ConditionKind, Literal, Pattern, PatternKind};

impl Reading<'_, '_, '_> {
    /// A condition on the action; the outer `None` is any other condition.
    pub(super) fn on_action(&self, condition: &ast::Condition) -> Option<Option<Condition>> {
        match &condition.kind {
            ConditionKind::Compare(comparison, left, right) if self.is_action(left) => {
                Some(self.compare_action(*comparison, right, condition.at))
            }
            ConditionKind::Compare(comparison, left, right) if self.is_action(right) => {
                Some(self.compare_action(*comparison, left, condition.at))
            }
            ConditionKind::In(left, pattern) if self.is_action(left) => Some(self.action_in(pattern)),
            _ => None,
        }
    }

    fn is_action(&self, condition: &ast::Condition) -> bool {
        matches!(&condition.kind, ConditionKind::Name(name) if name == "action") && !self.scope.names.is_let("action")
    }

    fn compare_action(&self, comparison: Comparison, other: &ast::Condition, at: At) -> Option<Condition> {
        let report = self.scope.report;
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            let message = format!("`{}` compares ints, times and durations, not actions", comparison.sign());
            let found = Diagnostic::new(Code::NotOrdered, at.0, message);
            return report.fail(found.help("use `==`, `!=` or `in`"));
        }
        let kind = match &other.kind {
            ConditionKind::Name(name) => PatternKind::Name(name.clone()),
            ConditionKind::Literal(literal) => PatternKind::Literal(literal.clone()),
            _ => {
                let message = "the action is compared with the name of one";
                let found = Diagnostic::new(Code::NotActions, other.at.0, message);
                return report.fail(found.help("write `action == get`, or `action in [get, set]`"));
            }
        };
        let named = self.named(&Pattern { kind, at: other.at });
        let set = names::resolve(self.scope.names, report, &named)?;
        if !set.is_one() {
            let (before, after) = if comparison == Comparison::Equal { ("", "") } else { ("!(", ")") };
            let found = Diagnostic::new(Code::NotActions, other.at.0, "this is not one action");
            return report.fail(found.help(format!("write `{before}action in …{after}`")));
        }
        let set = if comparison == Comparison::Equal { set } else { set.not() };
        Some(Condition::Action(set.into_actions()))
    }

    fn action_in(&self, pattern: &Pattern) -> Option<Condition> {
        let set = names::resolve(self.scope.names, self.scope.report, &self.named(pattern))?;
        Some(Condition::Action(set.into_actions()))
    }

    /// The pattern with quoted names as names: a condition compares everything else with text in
    /// quotes, so the name of an action may be written like that too.
    fn named(&self, pattern: &Pattern) -> Pattern {
        let kind = match &pattern.kind {
            PatternKind::Literal(Literal::Text(text)) => match text.as_plain() {
                Some(name) if !self.scope.names.is_let(name) => PatternKind::Name(name.to_owned()),
                _ => pattern.kind.clone(),
            },
            PatternKind::List(list) => PatternKind::List(list.iter().map(|one| self.named(one)).collect()),
            PatternKind::Not(inner) => PatternKind::Not(Box::new(self.named(inner))),
            other => other.clone(),
        };
        Pattern { kind, at: pattern.at }
    }
}
