//! Arguments beside an attribute in lower case: with a capital letter in one, a rule would match no
//! request.

use super::Lowering;
use super::arguments::Argument;
use super::error::{CompileError, TemplateError};
use crate::check::tree::{ArgumentNo, Condition, Constant, Operand, Rule};
use placet_core::model::types::Type;
use placet_core::model::vocabulary::FieldNo;

impl Lowering<'_> {
    /// Finds arguments with capitals. Costs nothing if the vocabulary marks no attribute
    /// `lowercase`.
    pub(super) fn check_case(&self, errors: &mut Vec<CompileError>) {
        if self.template.parameters.is_empty() || !self.vocabulary.attributes().iter().any(|it| it.lowercase) {
            return;
        }
        let mut found = Found { lowering: self, arguments: Vec::new() };
        for rule in &self.template.rules {
            found.rule(rule);
            self.report_capitals(std::mem::take(&mut found.arguments), errors, |cause| cause.at(rule.at));
        }
        self.template.guard.iter().for_each(|guard| found.condition(guard));
        self.report_capitals(found.arguments, errors, |cause| cause.at(self.template.at));
    }

    fn report_capitals(
        &self,
        mut numbers: Vec<ArgumentNo>,
        errors: &mut Vec<CompileError>,
        place: impl Fn(TemplateError) -> CompileError,
    ) {
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers.into_iter().filter(|number| self.arguments.get(*number).is_some_and(has_capital)) {
            let name = self.template.parameters.get(number.0).map_or("?", |parameter| &parameter.name);
            errors.push(place(TemplateError::Capitals { name: name.to_owned() }));
        }
    }
}

fn has_capital(argument: &Argument) -> bool {
    let is_wrong = |value: &Constant| match value {
        Constant::String(text) => text.bytes().any(|byte| byte.is_ascii_uppercase()),
        _ => false,
    };
    argument.values().iter().any(is_wrong)
}

/// The arguments that are compared with attributes in lower case.
struct Found<'l> {
    lowering: &'l Lowering<'l>,
    arguments: Vec<ArgumentNo>,
}

impl Found<'_> {
    /// In labels the names are in lower case, and those are not arguments.
    fn marks(&self, field: FieldNo) -> bool {
        let attribute = self.lowering.vocabulary.attribute(field);
        attribute.is_some_and(|attribute| attribute.lowercase && attribute.ty != Type::Labels)
    }

    fn rule(&mut self, rule: &Rule) {
        for test in rule.tests.iter().filter(|test| self.marks(test.field)).collect::<Vec<_>>() {
            self.arguments.extend(test.pattern.arguments());
        }
        if let Some(condition) = &rule.condition {
            self.condition(condition);
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Not(inner) => self.condition(inner),
            Condition::All(list) | Condition::AnyOf(list) => list.iter().for_each(|one| self.condition(one)),
            Condition::Compare(_, a, b) => {
                self.beside(a, b);
                self.beside(b, a);
            }
            Condition::Call(_, a, b) => self.beside(a, b),
            Condition::Matches(Operand::Field(field), pattern)
            | Condition::Some(field, pattern)
            | Condition::Every(field, pattern) => {
                if self.marks(*field) {
                    self.arguments.extend(pattern.arguments());
                }
            }
            Condition::Member(value, field) => self.beside(&Operand::Field(*field), value),
            Condition::Constant(_)
            | Condition::Matches(..)
            | Condition::ElementsIn(..)
            | Condition::Action(_)
            | Condition::Has(_)
            | Condition::HasLabel(..)
            | Condition::HasClaim(_)
            | Condition::InRow(..)
            | Condition::AnyInRow(..)
            | Condition::EveryInRow(..)
            | Condition::HasRow(..)
            | Condition::Truth(_)
            | Condition::Vouched(_)
            | Condition::Approved(_) => {}
        }
    }

    fn beside(&mut self, attribute: &Operand, value: &Operand) {
        if let (Operand::Field(field), Operand::Term(term, _)) = (attribute, value)
            && self.marks(*field)
        {
            self.arguments.extend(term.arguments());
        }
    }
}
