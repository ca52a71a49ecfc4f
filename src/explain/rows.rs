//! Rows of tables: what a decision read there, and requests that read other rows.

use super::evaluate::{Candidate, Subject, matches};
use crate::check::table::Table;
use crate::check::tree::Constant;
use crate::program::{Condition, Pattern, Rule, Test, Value, literal};
use placet_core::model::owned::TimedRequest;

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
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            parts.iter().for_each(|part| in_condition(part, candidate, found));
        }
        Condition::Not(inner) => in_condition(inner, candidate, found),
        Condition::Compare(_, left, right) => {
            in_value(left, candidate, found);
            in_value(right, candidate, found);
        }
        Condition::Matches(value, _) | Condition::Member(value, _) | Condition::Holds(value) => {
            in_value(value, candidate, found);
        }
        Condition::InRow(value, table, key) => {
            in_value(value, candidate, found);
            row(table, key, candidate, found);
        }
        Condition::AnyInRow(_, table, key) | Condition::EveryInRow(_, table, key) | Condition::HasRow(table, key) => {
            row(table, key, candidate, found);
        }
        Condition::Constant(_)
        | Condition::AnyElement(..)
        | Condition::EveryElement(..)
        | Condition::ElementsIn(..)
        | Condition::Action(_)
        | Condition::Has(_)
        | Condition::HasClaim(_)
        | Condition::HasLabel(..)
        | Condition::Approved(_)
        | Condition::Vouched(_) => {}
    }
}

fn in_value(value: &Value, candidate: &Candidate<'_>, found: &mut Vec<String>) {
    match value {
        Value::Row(table, key) => row(table, key, candidate, found),
        Value::Compute(_, left, right) => {
            in_value(left, candidate, found);
            in_value(right, candidate, found);
        }
        Value::Call(_, inner) | Value::Local(_, inner) => in_value(inner, candidate, found),
        Value::Field(_)
        | Value::Label(..)
        | Value::Constant(_)
        | Value::Issuance
        | Value::Expiry
        | Value::Claim(_)
        | Value::Size(_) => {}
    }
}

fn row(table: &Table, key: &Value, candidate: &Candidate<'_>, found: &mut Vec<String>) {
    in_value(key, candidate, found);
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
    /// Requests for which a look-up is as wanted: another value, or another key.
    pub(super) fn row_turned(&self, truth: &Condition, wanted: bool) -> Vec<TimedRequest> {
        let row = |table: &Table, key: &Value| one_of(self.row(table, key).unwrap_or_default());
        match truth {
            Condition::InRow(value, table, key) => {
                let own = self.operand(value);
                let holds = |row: &[Constant]| own.as_ref().is_some_and(|own| row.contains(own)) == wanted;
                let mut found = self.operand_turned(value, &row(table, key), wanted);
                found.extend(self.with_keys(table, key, holds));
                found
            }
            Condition::AnyInRow(field, table, key) | Condition::EveryInRow(field, table, key) => {
                let is_some = matches!(truth, Condition::AnyInRow(..));
                let elements = self.elements(*field);
                let holds = |row: &[Constant]| {
                    let mut each = elements.iter().map(|element| row.contains(element));
                    (if is_some { each.any(|it| it) } else { each.all(|it| it) }) == wanted
                };
                let mut found = self.elements_turned(*field, &row(table, key), is_some, wanted);
                found.extend(self.with_keys(table, key, holds));
                found
            }
            Condition::HasRow(table, key) if wanted => self.with_keys(table, key, |_| true),
            Condition::HasRow(table, key) => {
                let known = self.operand(key).filter(|key| table.row(key).is_some());
                known.map(|known| self.operand_turned(key, &Pattern::equal(known), false)).unwrap_or_default()
            }
            Condition::Constant(_)
            | Condition::All(_)
            | Condition::AnyOf(_)
            | Condition::Not(_)
            | Condition::Compare(..)
            | Condition::Matches(..)
            | Condition::AnyElement(..)
            | Condition::EveryElement(..)
            | Condition::Member(..)
            | Condition::ElementsIn(..)
            | Condition::Action(_)
            | Condition::Has(_)
            | Condition::HasClaim(_)
            | Condition::HasLabel(..)
            | Condition::Holds(_)
            | Condition::Approved(_)
            | Condition::Vouched(_) => Vec::new(),
        }
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
