//! Look-ups in tables, in conditions and in the maps of rules.

use super::presence::{Present, Told};
use super::reading::{Reading, Typed};
use super::report::with_help;
use super::scope::Scope;
use super::table::Table;
use super::tree::{Condition, Operand};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, At, ConditionKind, Literal, Name, Pattern, Quantifier, Text};
use placet_core::model::types::Type;
use placet_core::model::vocabulary::FieldNo;

/// A key that is text, as a condition.
pub(super) fn text_key(text: &str, at: Span) -> ast::Condition {
    ast::Condition { kind: ConditionKind::Literal(Literal::Text(Text::plain(text))), at: At(at) }
}

impl Reading<'_, '_, '_> {
    /// The table and the key of `teams[subject]`.
    pub(super) fn row(&self, name: &Name, key: &ast::Condition) -> Option<(Table, Operand)> {
        let table = self.scope.table(name)?;
        let read = self.operand(key, Some(table.key()))?;
        if read.scalar != table.key() {
            let message =
                format!("the keys of `{}` are of type `{}`, and this is {}", name.text, table.key(), read.describe());
            return self.scope.report.fail(Diagnostic::new(Code::Mismatch, key.at.0, message));
        }
        Some((table, read.operand))
    }

    /// `managers[owner]` as a value. Where a missing row would let a request through, the condition
    /// has to ask for it first.
    pub(super) fn row_value(&self, name: &Name, key: &ast::Condition, at: Span) -> Option<Typed> {
        let (table, key) = self.row(name, key)?;
        if table.is_of_sets() {
            let message = format!("a row of `{}` is a set, not a single value", name.text);
            let help = format!("write `… in {}[…]`", name.text);
            return self.scope.report.fail(Diagnostic::new(Code::NotOneValue, at, message).help(help));
        }
        let what = format!("a row of `{}`", name.text);
        if self.scope.forbids && !self.present.has_row(&table, &key) {
            let message = format!("`{}` may lack the row", name.text);
            let help = format!("write `has {0}[…] && …` before it, or `!has {0}[…] || …`", name.text);
            self.scope.report.add(Diagnostic::new(Code::Unguarded, at, message).label("perhaps absent").help(help));
        }
        Some(Typed::new(Operand::Row(table.clone(), Box::new(key)), table.element(), what))
    }

    /// `e in teams[subject]`
    pub(super) fn in_row(&self, left: &ast::Condition, name: &Name, key: &ast::Condition) -> Option<Condition> {
        let (table, key) = self.row(name, key)?;
        let value = self.operand(left, Some(table.element()))?;
        if value.scalar != table.element() {
            return self.scope.report.fail(mismatch(name, &table, value.describe(), left.at.0));
        }
        Some(Condition::InRow(value.operand, table, key))
    }

    /// `any groups in teams[subject]`, `all groups in teams[subject]`
    pub(super) fn elements_in_row(
        &self,
        is_every: bool,
        name: &Name,
        pattern: &Pattern,
        row: (&Name, &ast::Condition),
    ) -> Option<Condition> {
        let (table, key) = self.row(row.0, row.1)?;
        let field = self.field(name)?;
        let attribute = self.scope.names.vocabulary().attribute(field)?;
        if attribute.ty != Type::Set(table.element()) {
            let found = format!("`{}`, which is of type `{}`", name.text, attribute.ty);
            return self.scope.report.fail(mismatch(row.0, &table, &found, name.at.0));
        }
        if self.scope.forbids && attribute.optional && !self.present.has(field) {
            self.scope.refuse_unsaid_elements(&name.text, pattern)?;
        }
        let condition = if is_every { Condition::EveryInRow } else { Condition::AnyInRow };
        Some(condition(field, table, key))
    }

    pub(super) fn has_row(&self, name: &Name, key: &ast::Condition) -> Option<Condition> {
        self.row(name, key).map(|(table, key)| Condition::HasRow(table, key))
    }
}

impl Scope<'_, '_> {
    /// The table of this name; reports a name that is not one.
    fn table(&self, name: &Name) -> Option<Table> {
        if let Some(table) = self.names.use_table(&name.text) {
            return table.cloned();
        }
        if self.names.is_broken(&name.text) {
            return None;
        }
        let unknown = Diagnostic::new(Code::UnknownName, name.at.0, format!("there is no table `{}`", name.text));
        let help = self.report.suggest(&name.text, self.names.table_words());
        self.report.fail(with_help(unknown, help))
    }

    /// `team: teams[subject]` in the map of a rule: the value, or as many elements as the rule asks
    /// for, are in the row.
    pub(super) fn entry_in_row(
        &self,
        (field, quantifier): (FieldNo, Option<Quantifier>),
        name: &Name,
        key: &ast::Condition,
        at: Span,
    ) -> Option<Condition> {
        // A rule that allows does not match without the key, and there is no place to say so.
        let (present, told) = (if self.forbids { Present::default() } else { Present::everything() }, Told::default());
        let reading = Reading { scope: *self, present: &present, told: &told, is_compared: false };
        let (table, key) = reading.row(name, key)?;
        let attribute = self.names.vocabulary().attribute(field)?;
        if let (Some(quantifier), Type::One(_) | Type::Labels) = (quantifier, attribute.ty) {
            return self.refuse_quantifier(quantifier, attribute, at);
        }
        match attribute.ty {
            Type::One(scalar) if scalar == table.element() => Some(Condition::InRow(Operand::Field(field), table, key)),
            Type::Set(scalar) if scalar == table.element() => {
                let bare = if self.forbids { Quantifier::Some } else { Quantifier::Every };
                Some(match quantifier.unwrap_or(bare) {
                    Quantifier::Some => Condition::AnyInRow(field, table, key),
                    Quantifier::Every => Condition::EveryInRow(field, table, key),
                })
            }
            Type::One(_) | Type::Set(_) | Type::Labels => {
                let found = format!("`{}`, which is of type `{}`", attribute.name, attribute.ty);
                self.report.fail(mismatch(name, &table, &found, at))
            }
        }
    }
}

fn mismatch(name: &Name, table: &Table, found: &str, at: Span) -> Diagnostic {
    let message = format!("the rows of `{}` are of type `{}`, and this is {found}", name.text, table.element());
    Diagnostic::new(Code::Mismatch, at, message).help("both must be of one type")
}
