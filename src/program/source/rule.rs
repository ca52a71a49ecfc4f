//! Rules and sets of actions as syntax.

use super::condition::joined;
use super::pattern::{list, name, pattern};
use super::{Lifting, PrintError};
use crate::program::tree::{Actions, Condition, Effect, Pattern, Rule, Test};
use crate::syntax::ast::{self, At, ConditionKind, Entry, PatternKind, Quantifier};
use placet_core::model::vocabulary::{ActionNo, FieldNo};

impl Lifting<'_> {
    /// `allow { action: [get, set], cache: "acorns" } when hour(time) in 8..18`
    pub(super) fn rule(&self, rule: &Rule, effect: ast::Effect) -> Result<ast::Rule, PrintError> {
        let forbids = rule.effect == Effect::Deny;
        let mut actions = None;
        let mut fields: Vec<(FieldNo, Entry)> = Vec::new();
        let mut whens = Vec::new();
        for test in &rule.tests {
            match test {
                Test::Action(_) if actions.is_some() => return Err("it tests the action twice"),
                Test::Action(set) if set.negated && !forbids => {
                    return Err("it allows actions that do not exist yet");
                }
                Test::Action(set) => actions = Some(self.actions(set)?),
                Test::Field(field, _) | Test::Elements(_, field, _)
                    if fields.iter().any(|(known, _)| known == field) =>
                {
                    return Err("it has two patterns on one attribute");
                }
                Test::Field(field, wanted) => {
                    let value = self.wanted_on(*field, wanted, forbids)?;
                    fields.push((*field, Entry { key: self.field(*field)?, value }));
                }
                Test::Elements(quantifier, field, wanted) => {
                    let value = self.wanted_on(*field, wanted, forbids)?;
                    let value = stated(*quantifier, value, rule.effect);
                    fields.push((*field, Entry { key: self.field(*field)?, value }));
                }
                Test::When(condition) if !forbids && asks_turned(condition, false) => {
                    return Err("it allows actions that do not exist yet");
                }
                Test::When(condition) => whens.push(self.condition(condition)?),
            }
        }
        fields.sort_by_key(|(field, _)| *field);
        let entries = actions.into_iter().chain(fields.into_iter().map(|(_, entry)| entry)).collect();
        let when = (!whens.is_empty()).then(|| Box::new(joined(whens, ConditionKind::And, true)));
        Ok(ast::Rule { effect, entries, when, unless: None, at: At::default() })
    }

    fn wanted_on(&self, field: FieldNo, wanted: &Pattern, forbids: bool) -> Result<ast::Pattern, PrintError> {
        if forbids { self.forbidden_on(field, wanted) } else { self.pattern_on(field, wanted) }
    }

    /// The condition of a block.
    pub(super) fn required(&self, rule: &Rule) -> Result<ast::Condition, PrintError> {
        let conditions = rule.tests.iter().map(|test| match test {
            Test::When(condition) if asks_turned(condition, false) => Err("it allows actions that do not exist yet"),
            Test::When(condition) => Ok(condition.clone()),
            Test::Action(_) | Test::Field(..) | Test::Elements(..) => {
                Err("a block requires something that is not a condition")
            }
        });
        match conditions.collect::<Result<Vec<_>, _>>()?.as_slice() {
            [one] => self.condition(one),
            several => self.condition(&Condition::All(several.to_vec())),
        }
    }

    /// `action: [get, set]`, `role: ReadWrite`
    pub(super) fn actions(&self, actions: &Actions) -> Result<Entry, PrintError> {
        if actions.listed.is_empty() {
            return Err("it names no action");
        }
        let unknown = "the vocabulary has no such action";
        let names = actions.listed.iter().map(|action| self.vocabulary.action_name(*action).ok_or(unknown));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let roles = self.roles(&actions.listed);
        let (key, words) = if roles.is_empty() { ("action", names) } else { ("role", roles) };
        let words = list(words.into_iter().map(|word| pattern(PatternKind::Name(word.to_owned()))).collect());
        let value = if actions.negated { pattern(PatternKind::Not(Box::new(words))) } else { words };
        Ok(Entry { key: name(key), value })
    }

    /// The roles that together are exactly these actions, if that is shorter than listing them.
    fn roles(&self, listed: &[ActionNo]) -> Vec<&str> {
        let mut open = listed.to_vec();
        let mut roles = Vec::new();
        let fits = |actions: &[ActionNo]| actions.iter().all(|action| listed.contains(action));
        while !open.is_empty() {
            let new = |actions: &[ActionNo]| actions.iter().filter(|action| open.contains(action)).count();
            let candidates = self.vocabulary.roles().iter().filter(|role| fits(&role.actions));
            // If two add as much, the one declared first.
            let Some(best) =
                candidates.rev().max_by_key(|role| new(&role.actions)).filter(|role| new(&role.actions) > 0)
            else {
                return Vec::new();
            };
            roles.push(best.name.as_str());
            open.retain(|action| !best.actions.contains(action));
        }
        if roles.len() == 1 || roles.len() * 2 <= listed.len() { roles } else { Vec::new() }
    }
}

/// A pattern with its quantifier, unless the bare pattern means the same.
fn stated(quantifier: Quantifier, pattern: ast::Pattern, effect: Effect) -> ast::Pattern {
    if quantifier == effect.quantifier() {
        return pattern;
    }
    let at = pattern.at;
    ast::Pattern { kind: PatternKind::Elements(quantifier, Box::new(pattern)), at }
}

/// Whether a condition asks for the action after an odd number of `!`: then it holds for actions
/// that are declared later, and the checker makes no such condition in a rule that allows.
fn asks_turned(condition: &Condition, turned: bool) -> bool {
    if let Condition::Action(_) = condition {
        return turned;
    }
    let turned = turned != matches!(condition, Condition::Not(_));
    condition.inner().iter().any(|part| asks_turned(part, turned))
}
