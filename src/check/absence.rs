//! Which patterns match an attribute that is absent.

use super::tree::{Form, Pattern};

/// Whether the pattern also matches an absent value.
pub(super) fn matches_absence(pattern: &Pattern) -> bool {
    match pattern.form() {
        Form::Absent => true,
        Form::OneOf(list) => list.iter().any(matches_absence),
        Form::Labels(labels) => labels.iter().all(|(_, pattern)| matches_absence(pattern)),
        Form::Any | Form::Not(_) | Form::Value => false,
    }
}
