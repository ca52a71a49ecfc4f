//! Which rules of a block another one covers: each is compared only with those that have a
//! [key](super::anchors) in common with it, so that ten thousand rules are not compared in pairs.

use std::collections::HashMap;

use super::anchors::{Anchors, Key};
use super::subsumption;
use super::tree::{Effect, Rule};
use crate::limits::LINT_COMPARISONS;
use placet_core::model::vocabulary::Vocabulary;

/// The rules that another one makes redundant, each with the first that does.
pub(super) fn covered(vocabulary: &Vocabulary, rules: &[Rule]) -> Vec<(usize, usize)> {
    Search { vocabulary, rules, left: LINT_COMPARISONS }.all()
}

struct Search<'r> {
    vocabulary: &'r Vocabulary,
    rules: &'r [Rule],
    /// Comparisons that may still be made.
    left: usize,
}

impl Search<'_> {
    fn all(&mut self) -> Vec<(usize, usize)> {
        let mut anchors = Anchors::default();
        let wide = self.rules.iter().map(|rule| anchors.of_covering(self.vocabulary, rule)).collect();
        let narrow = self.rules.iter().map(|rule| anchors.of_covered(rule)).collect();
        let buckets = Buckets::of(wide, narrow);
        let mut found = Vec::new();
        for number in 0..self.rules.len() {
            if self.left == 0 {
                break;
            }
            let by = match buckets.beside(number) {
                Some(lists) => self.first(lists.map(|list| list.iter().copied()), number),
                None => self.first(std::iter::once(0..self.rules.len()), number),
            };
            found.extend(by.map(|by| (number, by)));
        }
        found
    }

    /// The first of the rules in ascending lists that covers this one.
    fn first<L: Iterator<Item = usize>>(&mut self, lists: impl Iterator<Item = L>, number: usize) -> Option<usize> {
        let mut best = None;
        for list in lists {
            let before = best.unwrap_or(self.rules.len());
            best = list.take_while(|other| *other < before).find(|other| self.tries(*other, number)).or(best);
        }
        best
    }

    fn tries(&mut self, other: usize, number: usize) -> bool {
        if self.left == 0 || other == number {
            return false;
        }
        self.left -= 1;
        covers(self.vocabulary, self.rules, other, number)
    }
}

/// Whether the rule `other` makes `number` redundant. If two are equal, the later one is redundant.
fn covers(vocabulary: &Vocabulary, rules: &[Rule], other: usize, number: usize) -> bool {
    let (wide, narrow) = (&rules[other], &rules[number]);
    let says_all = |a: &Rule, b: &Rule| subsumption::rule(vocabulary, a, b);
    match (wide.effect, narrow.effect) {
        (Effect::Allow, Effect::Deny) => false,
        (Effect::Deny, Effect::Allow) => says_all(wide, narrow),
        (Effect::Allow, Effect::Allow) | (Effect::Deny, Effect::Deny) => {
            says_all(wide, narrow) && (other < number || !says_all(narrow, wide))
        }
    }
}

/// What may cover others, by one of the keys that all that it covers has.
pub(super) struct Buckets {
    /// What is in each bucket, ascending.
    wide: Vec<Vec<usize>>,
    /// What may cover anything.
    general: Vec<usize>,
    /// The buckets into which that looks which others may cover; `None` is all of them.
    narrow: Vec<Option<Vec<usize>>>,
}

impl Buckets {
    /// The lists of keys of what covers, and the keys of what is covered.
    pub(super) fn of(wide: Vec<Vec<Vec<Key>>>, narrow: Vec<Option<Vec<Key>>>) -> Self {
        let mut numbers: HashMap<Key, usize> = HashMap::with_capacity(2 * wide.len());
        let mut number = |key: Key| {
            let next = numbers.len();
            *numbers.entry(key).or_insert(next)
        };
        let mut each = |list: Vec<Key>| list.into_iter().map(&mut number).collect();
        let wide = wide.into_iter().map(|lists| lists.into_iter().map(&mut each).collect()).collect::<Vec<_>>();
        let known = |keys: Vec<Key>| keys.iter().filter_map(|key| numbers.get(key).copied()).collect();
        let narrow = narrow.into_iter().map(|keys| keys.map(known)).collect();
        Self::fill(numbers.len(), &wide, narrow)
    }

    /// Files each under those of its keys for which the fewest look.
    fn fill(buckets: usize, wide: &[Vec<Vec<usize>>], narrow: Vec<Option<Vec<usize>>>) -> Self {
        let mut asked = vec![0_usize; buckets];
        narrow.iter().flatten().flatten().for_each(|bucket| asked[*bucket] += 1);
        let cost = |list: &&Vec<usize>| list.iter().map(|bucket| asked[*bucket]).sum::<usize>();
        let mut filled = Self { wide: vec![Vec::new(); buckets], general: Vec::new(), narrow };
        for (number, lists) in wide.iter().enumerate() {
            match lists.iter().min_by_key(cost) {
                Some(list) => list.iter().for_each(|bucket| filled.wide[*bucket].push(number)),
                None => filled.general.push(number),
            }
        }
        filled
    }

    /// Ascending lists, in one of which is all that covers this. `None` if anything may.
    pub(super) fn beside(&self, number: usize) -> Option<impl Iterator<Item = &Vec<usize>>> {
        let buckets = self.narrow[number].as_ref()?;
        Some(std::iter::once(&self.general).chain(buckets.iter().map(|bucket| &self.wide[*bucket])))
    }
}

#[cfg(test)]
mod tests;
