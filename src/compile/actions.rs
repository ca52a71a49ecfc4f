//! Sets of actions.

use crate::check::tree::{Actions, Effect};
use crate::program;
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
