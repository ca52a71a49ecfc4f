//! Rows of tables: what a decision read there, and requests that read other rows.

use super::evaluate::{Candidate, Subject, matches};
use crate::check::table::Table;
use crate::check::tree::Constant;
use crate::program::{Condition, Pattern, Rule, Test, Value, literal};
use crate::syntax::ast::Quantifier;
use placet_core::model::owned::TimedRequest;
use placet_core::model::vocabulary::FieldNo;

/// Rows that are tried as those a request could have read: a table may have a million.
const TRIED: usize = 1 << 14;

/// Of these, the ones that are proposed.
const PROPOSED: usize = 4;

/// Values of one row that are shown.
const SHOWN: usize = 8;

/// The rows that a rule reads of a request, in words: each once.
pub(super) fn read(rule: &Rule, candidate: &Candidate<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for test in &rule.tests {
        if let Test::When(condition) = test {
            in_condition(condition, candidate, &mut found);
        }
    }
    found
}

fn in_condition(condition: &Condition, candidate: &Candidate<'_>, found: &mut Vec<String>) {
    condition.inner().iter().for_each(|part| in_condition(part, candidate, found));
    condition.values().into_iter().for_each(|value| in_value(value, candidate, found));
    if let Some((table, key)) = condition.row() {
        row(table, key, candidate, found);
    }
}

fn in_value(value: &Value, candidate: &Candidate<'_>, found: &mut Vec<String>) {
    value.inner().into_iter().for_each(|inner| in_value(inner, candidate, found));
    if let Value::Row(table, key) = value {
        row(table, key, candidate, found);
    }
}

fn row(table: &Table, key: &Value, candidate: &Candidate<'_>, found: &mut Vec<String>) {
    let Some(key) = candidate.operand(key) else { return };
    let (name, shown) = (table.name(), literal::value(&key));
    let words = match table.row(&key) {
        Some(values) => format!("`{name}[{shown}]` is {}", listed(table, &values)),
        None => format!("`{name}` has no row {shown}"),
    };
    if !found.contains(&words) {
        found.push(words);
    }
}

fn listed(table: &Table, values: &[Constant]) -> String {
    let shown: Vec<String> = values.iter().take(SHOWN).map(literal::value).collect();
    let more = values.len() - shown.len();
    match (table.is_of_sets(), more) {
        (false, _) => shown.concat(),
        (true, 0) => format!("[{}]", shown.join(", ")),
        (true, more) => format!("[{}, and {more} more]", shown.join(", ")),
    }
}

impl Candidate<'_> {
    /// Requests for which a value is, or is not, in a row: another value, or another key.
    pub(super) fn in_row_turned(&self, value: &Value, table: &Table, key: &Value, wanted: bool) -> Vec<TimedRequest> {
        let own = self.operand(value);
        let holds = |row: &[Constant]| own.as_ref().is_some_and(|own| row.contains(own)) == wanted;
        let mut found = self.operand_turned(value, &self.one_of_row(table, key), wanted);
        found.extend(self.with_keys(table, key, holds));
        found
    }

    /// The same for the elements of a set.
    pub(super) fn set_in_row_turned(
        &self,
        field: FieldNo,
        (table, key): (&Table, &Value),
        quantifier: Quantifier,
        wanted: bool,
    ) -> Vec<TimedRequest> {
        let elements = self.elements(field);
        let holds = |row: &[Constant]| {
            let mut each = elements.iter().map(|element| row.contains(element));
            let holds = match quantifier {
                Quantifier::Some => each.any(|it| it),
                Quantifier::Every => each.all(|it| it),
            };
            holds == wanted
        };
        let is_some = quantifier == Quantifier::Some;
        let mut found = self.elements_turned(field, &self.one_of_row(table, key), is_some, wanted);
        found.extend(self.with_keys(table, key, holds));
        found
    }

    /// Requests with another key, for which there is, or is not, a row.
    pub(super) fn has_row_turned(&self, table: &Table, key: &Value, wanted: bool) -> Vec<TimedRequest> {
        if wanted {
            return self.with_keys(table, key, |_| true);
        }
        let known = self.operand(key).filter(|key| table.row(key).is_some());
        known.map(|known| self.operand_turned(key, &Pattern::equal(known), false)).unwrap_or_default()
    }

    fn one_of_row(&self, table: &Table, key: &Value) -> Pattern {
        one_of(self.row(table, key).unwrap_or_default())
    }

    /// Requests whose row has a value that matches or does not.
    pub(super) fn row_value_turned(
        &self,
        table: &Table,
        key: &Value,
        pattern: &Pattern,
        wanted: bool,
    ) -> Vec<TimedRequest> {
        let holds = |row: &[Constant]| row.iter().all(|value| matches(pattern, Subject::One(value)) == wanted);
        self.with_keys(table, key, holds)
    }

    /// Requests with other keys, whose rows are as wanted.
    fn with_keys(&self, table: &Table, key: &Value, wanted: impl Fn(&[Constant]) -> bool) -> Vec<TimedRequest> {
        let rows = table.rows().take(TRIED).filter(|(_, row)| wanted(row));
        let keys = rows.map(|(key, _)| key).take(PROPOSED);
        keys.flat_map(|known| self.operand_turned(key, &Pattern::equal(known), true)).collect()
    }
}

fn one_of(values: Vec<Constant>) -> Pattern {
    Pattern::AnyOf(values.into_iter().map(Pattern::equal).collect())
}
