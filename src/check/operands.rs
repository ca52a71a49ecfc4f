//! The values inside conditions and their types.

use super::expected::Expected;
use super::literals::natural;
use super::reading::{Reading, Typed};
use super::table_rows::text_key;
use super::tree::{Constant, Operand, Term, Text};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, ConditionKind, Literal, Name, PatternKind};
use crate::syntax::foreign::{self, Place};
use placet_core::model::arithmetic::Arithmetic;
use placet_core::model::types::{Scalar, Type};

const THIS: &str = "this value";

impl Reading<'_, '_, '_> {
    /// One value; text takes the expected type.
    pub(super) fn operand(&self, condition: &ast::Condition, wanted: Option<Scalar>) -> Option<Typed> {
        let (at, here) = (condition.at.0, Self { is_compared: false, ..self.inside(condition)? });
        match &condition.kind {
            ConditionKind::Literal(literal) => self.literal(literal, at, wanted),
            ConditionKind::Name(name) => here.name(name, at, wanted),
            ConditionKind::TokenField(field) => here.token_field(field, at),
            ConditionKind::Label(name, label) if self.scope.names.is_table(&name.text) => {
                here.row_value(name, &text_key(label, at), at)
            }
            ConditionKind::Label(name, label) => here.label(name, label, at),
            ConditionKind::Row(name, key) => here.row_value(name, key, at),
            ConditionKind::Compute(..) => self.whole_sum(condition),
            ConditionKind::Call(name, arguments) => here.call_value(name, arguments, at),
            ConditionKind::List(_) => {
                let found = Diagnostic::new(Code::NotOneValue, at, "a list is not a single value");
                self.scope.report.fail(found.help("write `value in [ … ]` to compare with each of them"))
            }
            ConditionKind::Not(_)
            | ConditionKind::And(..)
            | ConditionKind::Or(..)
            | ConditionKind::Compare(..)
            | ConditionKind::In(..)
            | ConditionKind::Some(..)
            | ConditionKind::Every(..)
            | ConditionKind::HasTokenField(_)
            | ConditionKind::Has(..)
            | ConditionKind::HasRow(..) => self.scope.report.fail(
                Diagnostic::new(Code::Mismatch, at, "a condition is not a value and cannot be compared")
                    .help("write the condition itself, or `!` before it"),
            ),
        }
    }

    fn literal(&self, literal: &Literal, at: Span, wanted: Option<Scalar>) -> Option<Typed> {
        let own = natural(literal);
        let scalar = if own == Scalar::String { wanted.filter(|&w| w != Scalar::Bool).unwrap_or(own) } else { own };
        let term = self.scope.literal_term(literal, at, Expected::new(scalar, &THIS))?;
        if let Term::Text(text) = &term {
            self.check_attributes(text, at)?;
        }
        Some(Typed::new(Operand::Term(term, scalar), scalar, THIS))
    }

    /// A text with attributes is compared where it is: it is never built.
    fn check_attributes(&self, text: &Text, at: Span) -> Option<()> {
        if text.has_attributes() && !self.is_compared {
            let message = "a text with attributes is not a value";
            let found = Diagnostic::new(Code::SpliceType, at, message);
            return self.scope.report.fail(found.help(
                "compare it with `==` or `!=`, as the second argument of `starts_with` or `ends_with`, or after `in`",
            ));
        }
        for field in text.attributes() {
            let name = &self.scope.names.vocabulary().attribute(field)?.name;
            self.attribute(name, field, at);
        }
        self.scope.refuse_many(text, at)
    }

    fn name(&self, name: &str, at: Span, wanted: Option<Scalar>) -> Option<Typed> {
        if let Some(field) = self.attribute_named(name, at)? {
            return self.attribute(name, field, at);
        }
        if let Some((argument, ty)) = self.scope.parameter(name) {
            return self.parameter(name, argument, ty, at, wanted);
        }
        if let Some((value, scope)) = self.scope.enter_let(name, at) {
            let inside = Self { scope, ..*self };
            return match &value.kind {
                PatternKind::Literal(literal) => inside.literal(literal, value.at.0, wanted),
                PatternKind::Name(name) if scope.names.is_let(name) => inside.name(name, value.at.0, wanted),
                _ => self.scope.report.fail(
                    Diagnostic::new(
                        Code::WrongType,
                        at,
                        format!("`{name}` is a pattern, and one value is expected here"),
                    )
                    .related(value.at.0, "the pattern")
                    .help(format!("use it after `in`: `… in {name}`")),
                ),
            };
        }
        if self.scope.names.is_let(name) || self.scope.names.is_broken(name) {
            return None;
        }
        let vocabulary = self.scope.names.vocabulary();
        if self.scope.names.is_role(name) || vocabulary.action(name).is_some() {
            return self.scope.unknown_value(name, at);
        }
        if self.scope.network(name).is_some() {
            return self.scope.refuse_network(name, at);
        }
        if name == "action" {
            let found = Diagnostic::new(Code::UnknownName, at, "the action is not a value");
            return self.scope.report.fail(found.help("write `action == …` or `action in […]`, with names of actions"));
        }
        let message = format!("there is no attribute, parameter or `let` `{name}`");
        let attributes = vocabulary.attributes().iter().map(|attribute| attribute.name.as_str());
        let words = attributes.chain(self.scope.parameter_words()).chain(self.scope.names.let_words());
        let foreign = foreign::help(Place::Value, name);
        let help = foreign.or_else(|| self.scope.report.suggest(name, words));
        let unknown = Diagnostic::new(Code::UnknownName, at, message);
        self.scope.report.fail(super::report::with_help(unknown, help))
    }

    fn attribute(&self, name: &str, field: placet_core::model::vocabulary::FieldNo, at: Span) -> Option<Typed> {
        let attribute = self.scope.names.vocabulary().attribute(field)?;
        let Type::One(scalar) = attribute.ty else {
            let (ty, help) = match attribute.ty {
                Type::Labels => ("labels", format!("write `{name}[\"…\"]` for one label")),
                _ => ("a set", format!("write `any {name} in …`, `… in {name}` or `size({name})`")),
            };
            let message = format!("`{name}` is {ty}, not a single value");
            return self.scope.report.fail(Diagnostic::new(Code::NotOneValue, at, message).help(help));
        };
        // Checking goes on as if it were present, so that all values that may be absent are
        // reported at once.
        if attribute.optional && !self.present.has(field) && self.told.first(field, None) {
            self.scope.report.add(
                Diagnostic::new(Code::Unguarded, at, format!("`{name}` is optional, and a request may lack it"))
                    .label("perhaps absent")
                    .help(self.way_to_ask(name)),
            );
        }
        Some(Typed::new(Operand::Field(field), scalar, format!("`{name}`")))
    }

    fn parameter(
        &self,
        name: &str,
        argument: super::tree::ArgumentNo,
        ty: Type,
        at: Span,
        wanted: Option<Scalar>,
    ) -> Option<Typed> {
        let Type::One(own) = ty else {
            let message = format!("the parameter `{name}` is a set, not a single value");
            let found = Diagnostic::new(Code::NotOneValue, at, message);
            return self.scope.report.fail(found.help(format!("write `… in {name}`")));
        };
        let scalar = wanted.filter(|&wanted| super::patterns::fits(ty, wanted)).unwrap_or(own);
        let operand = Operand::Term(Term::Parameter(argument), scalar);
        Some(Typed::new(operand, scalar, format!("the parameter `{name}`")))
    }

    fn label(&self, name: &Name, label: &str, at: Span) -> Option<Typed> {
        let field = self.field(name)?;
        self.check_labels(name, field)?;
        self.check_label(field, label, at)?;
        let spelled = format!("{}[\"{label}\"]", name.text);
        if !self.present.has_label(field, label) && self.told.first(field, Some(label)) {
            self.scope.report.add(
                Diagnostic::new(Code::Unguarded, at, format!("`{spelled}` is not present in every request"))
                    .label("perhaps absent")
                    .help(self.way_to_ask(&spelled)),
            );
        }
        Some(Typed::new(Operand::Label(field, label.to_owned()), Scalar::String, format!("`{spelled}`")))
    }

    /// How to say what happens to a request without `what`. In a condition that forbids, `has`
    /// alone would let that request through.
    pub(super) fn way_to_ask(&self, what: &str) -> String {
        if self.scope.forbids {
            format!(
                "write `!has {what} || …` before it if that request is meant too, or `has {what} && …` if it is not"
            )
        } else {
            format!("write `has {what} && …` before it")
        }
    }

    /// A sum that is not a part of another. Its parts may be of any size, since they are computed
    /// exactly.
    fn whole_sum(&self, condition: &ast::Condition) -> Option<Typed> {
        let sum = self.summand(condition)?;
        if exact(&sum.operand).is_none_or(|sum| i64::try_from(sum).is_ok()) {
            return Some(sum);
        }
        let too_large = Diagnostic::new(Code::Overflow, condition.at.0, "this is more than 64 bits can hold");
        self.scope.report.fail(too_large.help("write smaller numbers"))
    }

    /// A part of a sum, which may be a sum itself.
    fn summand(&self, condition: &ast::Condition) -> Option<Typed> {
        match &condition.kind {
            ConditionKind::Compute(arithmetic, left, right) => {
                self.inside(condition)?.arithmetic(*arithmetic, left, right, condition.at.0)
            }
            _ => self.operand(condition, None),
        }
    }

    /// `a + b`, `a - b`
    fn arithmetic(
        &self,
        arithmetic: Arithmetic,
        left: &ast::Condition,
        right: &ast::Condition,
        at: Span,
    ) -> Option<Typed> {
        let (a, b) = (self.summand(left), self.summand(right));
        let (a, b) = (a?, b?);
        let row = arithmetic.row();
        let Some(scalar) = arithmetic.result(a.scalar, b.scalar) else {
            let (what, whom) = if row.commutes { (&a, &b) } else { (&b, &a) };
            let message = format!("{} cannot be {} {}", what.describe(), row.verb, whom.describe());
            let help = "ints go with ints, durations with durations and times; `time - time` is a duration";
            return self.scope.report.fail(Diagnostic::new(Code::Mismatch, at, message).help(help));
        };
        // `2h + time` is written as `time + 2h`.
        let is_turned = row.commutes && (a.scalar, b.scalar) == (Scalar::Duration, Scalar::Time);
        let (a, b) = if is_turned { (b, a) } else { (a, b) };
        let both = known(&a.operand).zip(known(&b.operand));
        let known = both.and_then(|(a, b)| i64::try_from(arithmetic.exact(a.into(), b.into())).ok());
        let operand = match known {
            Some(number) => Operand::Term(Term::Constant(of(scalar, number)), scalar),
            None => Operand::Compute(arithmetic, Box::new(a.operand), Box::new(b.operand)),
        };
        Some(Typed::new(operand, scalar, THIS))
    }
}

const fn known(operand: &Operand) -> Option<i64> {
    match operand {
        Operand::Term(Term::Constant(Constant::Int(n) | Constant::Time(n) | Constant::Duration(n)), _) => Some(*n),
        _ => None,
    }
}

/// The value of a sum of constants.
fn exact(operand: &Operand) -> Option<i128> {
    match operand {
        Operand::Compute(arithmetic, left, right) => Some(arithmetic.exact(exact(left)?, exact(right)?)),
        term => known(term).map(i128::from),
    }
}

fn of(scalar: Scalar, number: i64) -> Constant {
    Constant::of_number(scalar, number).unwrap_or(Constant::Int(number))
}
