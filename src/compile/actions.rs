//! Sets of actions.

use super::condition::all;
use crate::check::tree::{Actions, Effect};
use crate::program::{self, Condition};
use placet_core::model::vocabulary::{ActionNo, Vocabulary};

/// The test for a set of actions. "All others" are, under `allow`, those that exist now: a token
/// never grants an action that came later. Under `deny` they include later ones, so the test is for
/// the actions left out.
pub fn lower(actions: &Actions, effect: Effect, vocabulary: &Vocabulary) -> Option<program::Actions> {
    let among = |listed, negated| Some(program::Actions { listed, negated });
    match (actions.negated, effect) {
        (false, _) => among(actions.listed.clone(), false),
        (true, Effect::Allow) => among(others(&actions.listed, vocabulary), false),
        (true, Effect::Deny) if actions.listed.is_empty() => None,
        (true, Effect::Deny) => among(actions.listed.clone(), true),
    }
}

fn others(listed: &[ActionNo], vocabulary: &Vocabulary) -> Vec<ActionNo> {
    (0..vocabulary.present().actions).map(ActionNo).filter(|action| listed.binary_search(action).is_err()).collect()
}

/// What the condition of a rule asks of the action in any case becomes part of the rule's test of
/// actions, which other actions skip without reading the condition. A rule that allows keeps a list
/// of actions: it never allows those that are declared later.
pub fn drawn(
    actions: Option<program::Actions>,
    when: Option<Condition>,
    effect: Effect,
) -> (Option<program::Actions>, Option<Condition>) {
    let (mut actions, mut open) = (actions, Vec::new());
    for part in when.map(parts).unwrap_or_default() {
        let asked = match &part {
            Condition::Action(listed) => Some(program::Actions { listed: listed.clone(), negated: false }),
            Condition::Not(inner) => match &**inner {
                Condition::Action(listed) => Some(program::Actions { listed: listed.clone(), negated: true }),
                _ => None,
            },
            _ => None,
        };
        let both = asked.map(|asked| actions.as_ref().map_or_else(|| asked.clone(), |known| both(known, &asked)));
        match both.filter(|both| effect == Effect::Deny || !both.negated) {
            Some(both) if both.listed.is_empty() && !both.negated => {
                return (actions, Some(Condition::Constant(false)));
            }
            Some(both) => actions = Some(both),
            None => open.push(part),
        }
    }
    (actions, (!open.is_empty()).then(|| all(open)))
}

/// The conjuncts of a condition.
pub fn parts(condition: Condition) -> Vec<Condition> {
    match condition {
        Condition::All(parts) => parts,
        one => vec![one],
    }
}

/// The actions that are in both sets.
fn both(a: &program::Actions, b: &program::Actions) -> program::Actions {
    match (a.negated, b.negated) {
        (false, _) => kept(a, |action| b.has(action)),
        (true, false) => kept(b, |action| a.has(action)),
        (true, true) => {
            let mut listed = [a.listed.as_slice(), &b.listed].concat();
            listed.sort_unstable();
            listed.dedup();
            program::Actions { listed, negated: true }
        }
    }
}

fn kept(of: &program::Actions, wanted: impl Fn(ActionNo) -> bool) -> program::Actions {
    program::Actions { listed: of.listed.iter().copied().filter(|&action| wanted(action)).collect(), negated: false }
}
