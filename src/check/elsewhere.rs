//! `allow { owner: not subject }`: a request without a subject matches, since nothing equals what is
//! not there.

use super::presence::Present;
use super::scope::Scope;
use super::tree::{Condition, Form, Pattern, Test};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::Entry;
use placet_core::model::vocabulary::FieldNo;

impl Scope<'_, '_> {
    /// Warns of a rule that allows because another attribute is absent, unless the rule requires
    /// that attribute.
    pub(super) fn warn_absent_elsewhere(&self, entries: &[Entry], tests: &[Test], condition: Option<&Condition>) {
        let vocabulary = self.names.vocabulary();
        for test in tests.iter().filter(|test| !test.pattern.attributes().is_empty()) {
            let asked = condition.map(|condition| Present::when(condition, true)).unwrap_or_default();
            let present = Present::by_tests(tests).and(asked);
            let mut excluded = Vec::new();
            collect(&test.pattern, false, &mut excluded);
            let is_unsaid = |field: &&FieldNo| {
                !present.has(**field) && vocabulary.attribute(**field).is_some_and(|attribute| attribute.optional)
            };
            let Some(other) = excluded.iter().find(is_unsaid).and_then(|field| vocabulary.attribute(*field)) else {
                continue;
            };
            let entry = entries.iter().find(|entry| vocabulary.field(&entry.key.text) == Some(test.field));
            let Some(entry) = entry else { continue };
            let (key, other) = (&entry.key.text, &other.name);
            let message = format!("a request without `{other}` matches, whatever its `{key}` is");
            let found = Diagnostic::new(Code::AbsentElsewhere, entry.value.at.0, message).label("also without one");
            self.report.add(found.help(format!("write `{other}: any` into the map if there must be one")));
        }
    }
}

/// The attributes that a pattern excludes.
fn collect(pattern: &Pattern, is_turned: bool, excluded: &mut Vec<FieldNo>) {
    match pattern.form() {
        Form::Not(inner) => collect(inner, !is_turned, excluded),
        Form::OneOf(list) => list.iter().for_each(|one| collect(one, is_turned, excluded)),
        Form::Labels(labels) => labels.iter().for_each(|(_, one)| collect(one, is_turned, excluded)),
        Form::Value if is_turned => excluded.extend(pattern.attributes()),
        Form::Value | Form::Any | Form::Absent => {}
    }
}
