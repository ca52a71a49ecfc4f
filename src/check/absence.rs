//! Which patterns match an attribute that is absent.

use super::tree::Pattern;

/// Whether the pattern also matches an absent value.
pub(super) fn matches_absence(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Absent => true,
        Pattern::OneOf(list) => list.iter().any(matches_absence),
        Pattern::Labels(labels) => labels.iter().all(|(_, pattern)| matches_absence(pattern)),
        Pattern::Any
        | Pattern::Equal(_)
        | Pattern::InParameter(_)
        | Pattern::Not(_)
        | Pattern::Affix(..)
        | Pattern::Glob(_)
        | Pattern::Regex(_)
        | Pattern::Range(..)
        | Pattern::Network(_)
        | Pattern::Path(_) => false,
    }
}
