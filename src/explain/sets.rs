//! Candidate edits of sets: for a test that states its quantifier, and for a set against another one.

use super::evaluate::Candidate;
use super::repair::with_one;
use crate::program::{Effect, Pattern, Test};
use crate::syntax::ast::Quantifier;
use placet_core::model::owned::{Constant, TimedRequest};
use placet_core::model::vocabulary::FieldNo;

impl Candidate<'_> {
    /// Requests that pass a test with a stated quantifier, or do not.
    pub(super) fn stated_turned(
        &self,
        quantifier: Quantifier,
        field: FieldNo,
        pattern: &Pattern,
        wanted: bool,
    ) -> Vec<TimedRequest> {
        let mut found = self.elements_turned(field, pattern, quantifier == Quantifier::Some, wanted);
        found.push(self.with(field, None));
        let test = Test::Elements(quantifier, field, pattern.clone());
        found.retain(|request| self.facts.of(request).passes(&test, Effect::Allow) == wanted);
        found
    }

    /// Adds an element of one set to the other, or removes those that they share.
    pub(super) fn sets_turned(
        &self,
        quantifier: Quantifier,
        field: FieldNo,
        set: FieldNo,
        wanted: bool,
    ) -> Vec<TimedRequest> {
        let (elements, others) = (self.elements(field), self.elements(set));
        let sharing = |list: &[Constant], with: &[Constant], keep: bool| -> Vec<Constant> {
            list.iter().filter(|one| with.contains(one) == keep).cloned().collect()
        };
        let joined = |list: &[Constant], more: &[Constant]| {
            more.iter().fold(list.to_vec(), |list, one| with_one(&list, one.clone()))
        };
        match (quantifier, wanted) {
            (Quantifier::Some, true) => {
                let to_set = elements.iter().map(|one| self.with_elements(set, with_one(&others, one.clone())));
                let to_field = others.iter().map(|one| self.with_elements(field, with_one(&elements, one.clone())));
                to_set.chain(to_field).collect()
            }
            (Quantifier::Every, true) => {
                let kept = sharing(&elements, &others, true);
                let kept = if kept.is_empty() { others.iter().take(1).cloned().collect() } else { kept };
                vec![self.with_elements(field, kept), self.with_elements(set, joined(&others, &elements))]
            }
            (Quantifier::Some, false) => {
                let left = [(field, &elements, &others), (set, &others, &elements)];
                left.map(|(field, list, with)| self.with_elements(field, sharing(list, with, false))).into()
            }
            (Quantifier::Every, false) => elements
                .iter()
                .map(|one| self.with_elements(set, sharing(&others, std::slice::from_ref(one), false)))
                .collect(),
        }
    }
}
