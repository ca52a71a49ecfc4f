//! How much of a block the requests have covered: each rule, and each part of a rule seen true and
//! seen false.

use crate::testing::coverage::{PartCoverage, RuleCoverage};
use crate::testing::observe::{Observed, Observer};
use placet::compile::Frame;
use placet::span::Span;

/// The coverage of one block.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// In the order in which they decide.
    pub rules: Vec<RuleCoverage>,
}

impl Coverage {
    /// Nothing of the block with this name is covered yet.
    #[must_use]
    pub fn of(block: &str, observer: &Observer) -> Self {
        let rules = observer.rules().iter().map(|rule| RuleCoverage {
            block: block.to_owned(),
            frame: rule.frame,
            at: rule.at,
            matched: 0,
            decided: 0,
            parts: rule.parts.iter().map(|&part| PartCoverage { part, yes: 0, no: 0 }).collect(),
        });
        Self { rules: rules.collect() }
    }

    /// Counts a request; returns whether it covered anything new.
    pub fn count(&mut self, observed: &Observed) -> bool {
        let mut is_new = false;
        for (number, (rule, seen)) in self.rules.iter_mut().zip(&observed.rules).enumerate() {
            is_new |= seen.matched && rule.matched == 0;
            rule.matched += usize::from(seen.matched);
            rule.decided += usize::from(observed.decided() == Some(number));
            for (part, held) in rule.parts.iter_mut().zip(&seen.parts) {
                let count = match held {
                    Some(true) => &mut part.yes,
                    Some(false) => &mut part.no,
                    None => continue,
                };
                is_new |= *count == 0;
                *count += 1;
            }
        }
        is_new
    }

    /// How many rules some request has matched.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.rules.iter().filter(|rule| rule.matched > 0).count()
    }

    /// All parts of all rules.
    pub fn parts(&self) -> impl Iterator<Item = &PartCoverage> {
        self.rules.iter().flat_map(|rule| &rule.parts)
    }

    /// How many parts were seen in all their outcomes.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.parts().filter(|part| part.lack().is_none()).count()
    }

    /// The parts that no request covered, in the order of the source. For a rule that was never
    /// matched, only the rule is listed.
    #[must_use]
    pub fn gaps(&self) -> Vec<(Span, &'static str)> {
        let mut gaps = Vec::new();
        for rule in &self.rules {
            if rule.matched == 0 && rule.frame != Frame::Require {
                gaps.push((rule.at, "never matched"));
            } else {
                gaps.extend(rule.parts.iter().filter_map(|part| Some((part.part.at, part.lack()?))));
            }
        }
        gaps.sort_by_key(|(at, _)| at.start);
        gaps
    }
}
