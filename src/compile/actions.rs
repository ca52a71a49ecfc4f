//! Sets of actions.

use super::node::ActionNode;
use crate::check::tree::{Actions, Effect};
use crate::model::vocabulary::{ActionNo, Vocabulary};

/// The test for a set of actions. "All others" are, under `allow`, those that exist now: a token never grants an action that
/// came later. Under `deny` they include later ones, so the test asks for what is left out.
pub fn lower(actions: &Actions, effect: Effect, vocabulary: &Vocabulary) -> Option<ActionNode> {
    match (actions.negated, effect) {
        (false, _) => Some(ActionNode::Among(actions.listed.clone())),
        (true, Effect::Allow) => Some(ActionNode::Among(others(&actions.listed, vocabulary))),
        (true, Effect::Deny) if actions.listed.is_empty() => None,
        (true, Effect::Deny) => Some(ActionNode::Other(actions.listed.clone())),
    }
}

fn others(listed: &[ActionNo], vocabulary: &Vocabulary) -> Vec<ActionNo> {
    (0..vocabulary.present().actions).map(ActionNo).filter(|action| listed.binary_search(action).is_err()).collect()
}
