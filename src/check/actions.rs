//! Sets of actions: the values of `action` and `role`, and of a `role` item.

use std::collections::BTreeSet;

use super::tree::Actions;
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
        Some(Actions { listed: self.listed.into_iter().collect(), negated: self.negated })
    }
}
