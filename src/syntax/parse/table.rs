//! Builds tables and the look-ups in them.

use super::build::{Builder, next};
use super::grammar::{Pair, Rule};
use crate::span::Span;
use crate::syntax::ast::{At, Condition, ConditionKind, Literal, Name, PatternKind, TableItem, TableRows, Text};
use crate::syntax::text::Spelling;

impl Builder {
    /// `table teams: string -> set of string = { … }`
    pub(super) fn table(&mut self, pair: Pair<'_>) -> TableItem {
        let mut parts = pair.into_inner();
        next(&mut parts);
        let name = self.name(&next(&mut parts));
        next(&mut parts);
        let (key, _) = self.kind(next(&mut parts));
        next(&mut parts);
        let (value, _) = self.kind(next(&mut parts));
        let rows = if next(&mut parts).as_rule() == Rule::from_word {
            let file = next(&mut parts);
            TableRows::File(Name { text: self.data(&file), at: At(self.span(&file)) })
        } else {
            let entries = next(&mut parts).into_inner().filter(|part| part.as_rule() == Rule::entry);
            TableRows::Here(entries.map(|part| self.entry(part, Spelling::Plain)).collect())
        };
        TableItem { name, key, value, rows }
    }

    /// `teams[subject]`, and where it ends.
    pub(super) fn row(&mut self, pair: Pair<'_>) -> (PatternKind, usize) {
        let mut parts = pair.into_inner();
        let name = self.name(&next(&mut parts));
        let (key, end) = self.key(next(&mut parts));
        (PatternKind::Row(name, Box::new(key)), end)
    }

    /// What is between the brackets, and where they end. A string there has no splices.
    pub(super) fn key(&mut self, pair: Pair<'_>) -> (Condition, usize) {
        let end = self.span(&pair).end;
        let part = next(&mut pair.into_inner());
        let key = if part.as_rule() == Rule::string {
            let at: Span = self.span(&part);
            let text = Text::plain(&self.data(&part));
            Condition { kind: ConditionKind::Literal(Literal::Text(text)), at: At(at) }
        } else {
            self.sum(part)
        };
        (key, end)
    }
}

/// The text of a key that is a string.
pub(super) fn plain(key: &Condition) -> Option<&str> {
    match &key.kind {
        ConditionKind::Literal(Literal::Text(text)) => text.as_plain(),
        _ => None,
    }
}
