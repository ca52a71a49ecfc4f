//! How much of a block the requests have met: each rule, and each part of a rule seen true and seen false.

use crate::span::Span;
use crate::trial::observe::{Observed, Observer};

/// What was met of one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// In the order in which the rules decide.
    pub rules: Vec<Rule>,
}

/// What was met of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its place.
    pub at: Span,
    /// How many requests it matched.
    pub matched: u64,
    /// In the order in which they are looked at.
    pub parts: Vec<Part>,
}

/// What was met of an attribute, the action or a leaf of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its place.
    pub at: Span,
    /// How many requests it was true of.
    pub held: u64,
    /// How many requests it was false of.
    pub failed: u64,
}

impl Coverage {
    /// Nothing was met yet.
    #[must_use]
    pub fn of(observer: &Observer) -> Self {
        let rules = observer.rules().iter().map(|rule| {
            let parts = rule.parts.iter().map(|part| Part { at: part.at, held: 0, failed: 0 }).collect();
            Rule { at: rule.at, matched: 0, parts }
        });
        Self { rules: rules.collect() }
    }

    /// Counts a request; whether it showed something for the first time.
    pub fn count(&mut self, observed: &Observed) -> bool {
        let mut is_new = false;
        for (rule, seen) in self.rules.iter_mut().zip(&observed.rules) {
            is_new |= seen.matched && rule.matched == 0;
            rule.matched += u64::from(seen.matched);
            for (part, held) in rule.parts.iter_mut().zip(&seen.parts) {
                let count = match held {
                    Some(true) => &mut part.held,
                    Some(false) => &mut part.failed,
                    None => continue,
                };
                is_new |= *count == 0;
                *count += 1;
            }
        }
        is_new
    }

    /// How many rules some request matched.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.rules.iter().filter(|rule| rule.matched > 0).count()
    }

    /// All parts of all rules.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.rules.iter().flat_map(|rule| &rule.parts)
    }

    /// How many parts were seen both true and false.
    #[must_use]
    pub fn both(&self) -> usize {
        self.parts().filter(|part| part.held > 0 && part.failed > 0).count()
    }
}
