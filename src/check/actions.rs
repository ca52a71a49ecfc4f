//! Sets of actions: the values of `action` and `role`, and of a `role` item.

use std::collections::BTreeSet;

use super::tree::{Actions, Condition};
use placet_core::model::vocabulary::ActionNo;

/// A set of actions, or of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ActionSet {
    listed: BTreeSet<ActionNo>,
    negated: bool,
}

impl ActionSet {
    /// Exactly these actions.
    pub(super) fn of(actions: impl IntoIterator<Item = ActionNo>) -> Self {
        Self { listed: actions.into_iter().collect(), negated: false }
    }

    /// All of them.
    pub(super) const fn every() -> Self {
        Self { listed: BTreeSet::new(), negated: true }
    }

    /// The complement.
    pub(super) fn not(self) -> Self {
        Self { negated: !self.negated, ..self }
    }

    /// The union of two sets.
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

    /// The actions in it that are not in `other`.
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
        Some(self.into_actions())
    }

    /// The set of a condition.
    pub(super) fn into_actions(self) -> Actions {
        Actions { listed: self.listed.into_iter().collect(), negated: self.negated }
    }

    /// Whether it is one action.
    pub(super) fn is_one(&self) -> bool {
        !self.negated && self.listed.len() == 1
    }
}

/// Makes sure that a rule that allows does not allow an action, declared after its `count` actions,
/// that its condition does not name: what the condition asks of such an action is false, and after
/// an odd number of `!`, true. So `action != read`, `!(action == read)` and `unless action == read`
/// mean the same, as `action: not read` in a map does.
pub(super) fn settle(condition: &mut Condition, count: usize, holds: bool) {
    match condition {
        Condition::Action(actions) if actions.negated == holds => {
            let all = (0..count).filter_map(|number| u16::try_from(number).ok()).map(ActionNo);
            let listed = all.filter(|action| actions.listed.binary_search(action).is_err()).collect();
            *actions = Actions { listed, negated: !holds };
        }
        Condition::Not(inner) => settle(inner, count, !holds),
        Condition::All(list) | Condition::AnyOf(list) => list.iter_mut().for_each(|one| settle(one, count, holds)),
        Condition::Action(_)
        | Condition::Constant(_)
        | Condition::Compare(..)
        | Condition::Matches(..)
        | Condition::Some(..)
        | Condition::Every(..)
        | Condition::Member(..)
        | Condition::ElementsIn(..)
        | Condition::Has(_)
        | Condition::HasLabel(..)
        | Condition::HasClaim(_)
        | Condition::Approved(_)
        | Condition::InRow(..)
        | Condition::AnyInRow(..)
        | Condition::EveryInRow(..)
        | Condition::HasRow(..)
        | Condition::Call(..)
        | Condition::Truth(_)
        | Condition::Vouched(_) => {}
    }
}
