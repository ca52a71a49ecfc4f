//! Generates requests for users who have none: a minimal one, and one that matches each rule.

use placet::authorize::Authorizer;
use placet::check::tree::{Effect, Rule, Template};
use placet::compile::arguments::Arguments;
use placet::compile::compile;
use placet::document::mint::policy;
use placet::explain::{Explainer, Sources, example};
use placet::model::owned::OwnedRequest;
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::token::keyring::Keyring;

/// This many rules are enough to measure the cost of deciding.
const RULES: usize = 100;

/// The requests, each with its time; `now` is the time of those that need no particular one.
#[must_use]
pub fn requests(
    template: &Template,
    vocabulary: &Vocabulary,
    arguments: &Arguments,
    now: Time,
) -> Vec<(OwnedRequest, Time)> {
    let plain = example(vocabulary);
    let mut requests = vec![(plain.clone(), now)];
    for rule in template.rules.iter().take(RULES) {
        let alone = template.alone(Rule { effect: Effect::Allow, ..rule.clone() });
        let Ok(compiled) = compile(&alone, vocabulary, arguments) else { continue };
        let Ok(held) = policy(&alone.name, &compiled, vocabulary) else { continue };
        let (keyring, policies, sources) = (Keyring::new(), [held], Sources::none());
        let explainer = Explainer::new(Authorizer::new(&keyring, vocabulary).with_policies(&policies), None, &sources);
        let explanation = explainer.explain(&plain, now);
        let allowed = explanation.nearest.and_then(|nearest| nearest.allowed);
        requests.extend(allowed.map(|allowed| (allowed.request, allowed.time)));
    }
    requests.dedup();
    requests
}
