//! Conditions: every expression gets its type, and reading a value that may be absent is reported.

use super::expected::Expected;
use super::literals::natural;
use super::lowercase::{capitals, is_with_capital};
use super::patterns::Absence;
use super::presence::{Present, Told};
use super::reading::{Reading, Typed};
use super::report::with_help;
use super::scope::Scope;
use super::table_rows::text_key;
use super::tree::{Condition, Constant, Effect, Operand, Term};
use super::wildcards::{self, Place};
use super::{actions, clocks, constancy};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::NESTING;
use crate::span::Span;
use crate::syntax::ast::{self, Comparison, ConditionKind, Literal, Name, Pattern, PatternKind, Quantifier};
use crate::syntax::parse::is_null;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::FieldNo;

impl Scope<'_, '_> {
    /// `when` and `unless` of one rule or block, joined.
    pub(super) fn guard(
        &self,
        effect: Effect,
        when: Option<&ast::Condition>,
        unless: Option<&ast::Condition>,
        present: Present,
    ) -> Option<Option<Condition>> {
        let (told, scope) = (Told::default(), self.forbidding(effect == Effect::Deny));
        let reading = Reading { scope, present: &present, told: &told, is_compared: false };
        let when = when.map(|condition| reading.condition(condition));
        let present = match &when {
            Some(Some(condition)) => present.and(Present::when(condition, true)),
            Some(None) => Present::everything(),
            None => present,
        };
        let reading = Reading { scope: scope.turned(), present: &present, told: &told, is_compared: false };
        let unless = unless.map(|condition| reading.condition(condition).map(|inner| Condition::Not(Box::new(inner))));
        let mut guard = joined(when, unless)?;
        if let Some(condition) = guard.as_mut().filter(|_| effect == Effect::Allow) {
            actions::settle(condition, scope.names.vocabulary().actions().len(), true);
        }
        Some(guard)
    }
}

/// `when` and `unless`, as far as there are any; `None` after an error in one of them.
fn joined(when: Option<Option<Condition>>, unless: Option<Option<Condition>>) -> Option<Option<Condition>> {
    match (when, unless) {
        (None, None) => Some(None),
        (Some(one), None) | (None, Some(one)) => one.map(Some),
        (Some(when), Some(unless)) => match (when?, unless?) {
            (Condition::All(mut list), unless) => {
                list.push(unless);
                Some(Some(Condition::All(list)))
            }
            (when, unless) => Some(Some(Condition::All(vec![when, unless]))),
        },
    }
}

impl Reading<'_, '_, '_> {
    /// An expression that is true or false.
    pub(super) fn condition(&self, condition: &ast::Condition) -> Option<Condition> {
        let told = self.told.times();
        let read = self.read(condition)?;
        if self.told.times() > told {
            // It reads absent values, which is an error, so nothing can be concluded from it.
            return Some(read);
        }
        let (report, at) = (self.scope.report, condition.at.0);
        match &condition.kind {
            // The value of a name may change.
            ConditionKind::Literal(_) | ConditionKind::Compare(..) | ConditionKind::In(..) => {
                constancy::warn(report, &read, at);
            }
            ConditionKind::And(..) | ConditionKind::Or(..) => constancy::warn_chain(report, &read, at),
            _ => {}
        }
        Some(read)
    }

    fn read(&self, condition: &ast::Condition) -> Option<Condition> {
        let (at, here) = (condition.at.0, self.inside(condition)?);
        if let Some(read) = here.on_action(condition) {
            return read;
        }
        match &condition.kind {
            ConditionKind::Not(inner) => Self { scope: here.scope.turned(), ..here }
                .condition(inner)
                .map(|inner| Condition::Not(Box::new(inner))),
            ConditionKind::And(..) => here.chain(condition, true).map(Condition::All),
            ConditionKind::Or(..) => here.chain(condition, false).map(Condition::AnyOf),
            ConditionKind::Compare(comparison, left, right) => here.compare(*comparison, left, right, at),
            ConditionKind::In(left, pattern) => here.within(left, pattern),
            ConditionKind::Some(name, pattern) | ConditionKind::Every(name, pattern)
                if let PatternKind::Row(table, key) = &pattern.kind =>
            {
                let is_every = matches!(condition.kind, ConditionKind::Every(..));
                here.elements_in_row(is_every, name, pattern, (table, key))
            }
            ConditionKind::Some(name, pattern) => here.elements(Quantifier::Some, name, pattern),
            ConditionKind::Every(name, pattern) => here.elements(Quantifier::Every, name, pattern),
            ConditionKind::HasRow(name, key) => here.has_row(name, key),
            ConditionKind::Has(name, Some(key)) if self.scope.names.is_table(&name.text) => {
                here.has_row(name, &text_key(key, at))
            }
            ConditionKind::Has(name, label) => here.has(name, label.as_deref()),
            ConditionKind::HasTokenField(field) => here.has_token_field(field, at),
            ConditionKind::Call(name, arguments) => here.call_condition(name, arguments, at),
            ConditionKind::Literal(Literal::Bool(truth)) => Some(Condition::Constant(*truth)),
            ConditionKind::Literal(_)
            | ConditionKind::Name(_)
            | ConditionKind::TokenField(_)
            | ConditionKind::Label(..)
            | ConditionKind::Row(..)
            | ConditionKind::Compute(..) => here.truth(condition),
            ConditionKind::List(_) => here.operand(condition, None).and(None),
        }
    }

    /// One level further in, where the expression has parts.
    pub(super) fn inside(&self, condition: &ast::Condition) -> Option<Self> {
        match &condition.kind {
            ConditionKind::Literal(_)
            | ConditionKind::Name(_)
            | ConditionKind::TokenField(_)
            | ConditionKind::HasTokenField(_)
            | ConditionKind::Label(..)
            | ConditionKind::Has(..) => Some(*self),
            _ => Some(Self { scope: self.scope.deeper(condition.at.0)?, ..*self }),
        }
    }

    /// `a && b && c`, or the same with `||`: each operand is checked with the presence that those
    /// before it guarantee.
    fn chain(&self, condition: &ast::Condition, conjunction: bool) -> Option<Vec<Condition>> {
        let mut links = Vec::new();
        collect(condition, conjunction, &mut links);
        let (mut present, mut read) = (self.present.clone(), Vec::with_capacity(links.len()));
        for link in links {
            let condition = Reading { present: &present, ..*self }.condition(link);
            let after = match &condition {
                Some(condition) => Present::when(condition, conjunction),
                None => Present::everything(),
            };
            present = present.and(after);
            read.push(condition);
        }
        read.into_iter().collect()
    }

    fn compare(
        &self,
        comparison: Comparison,
        left: &ast::Condition,
        right: &ast::Condition,
        at: Span,
    ) -> Option<Condition> {
        self.refuse_null(comparison, left, right)?;
        let this = Self { is_compared: matches!(comparison, Comparison::Equal | Comparison::NotEqual), ..*self };
        let follows = self.adapts(left) || self.is_parameter(left);
        let (a, b) = if follows && !self.adapts(right) {
            let b = this.operand(right, None);
            (this.operand(left, b.as_ref().map(|b| b.scalar)), b)
        } else {
            let a = this.operand(left, None);
            let wanted = a.as_ref().map(|a| a.scalar).filter(|_| self.adapts(right) || self.is_parameter(right));
            let b = this.operand(right, wanted);
            (a, b)
        };
        let (a, b) = (a?, b?);
        if a.has_attributes() && b.has_attributes() {
            let message = "two texts with attributes are compared";
            let found = Diagnostic::new(Code::Mismatch, at, message);
            return self.scope.report.fail(found.help("compare an attribute with one of them"));
        }
        if a.scalar != b.scalar {
            return self.scope.report.fail(mismatch(left.at.0, &a, right.at.0, &b));
        }
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if !equality && !a.scalar.is_ordered() {
            let message = format!("`{}` compares ints, times and durations, not {}", comparison.sign(), a.describe());
            let found = Diagnostic::new(Code::NotOrdered, at, message);
            return self.scope.report.fail(found.help("use `==`, `!=` or `in` with a pattern"));
        }
        self.warn_compared(comparison, (left, &a), (right, &b), at);
        self.check_case(&a, &b, right.at.0)?;
        self.check_case(&b, &a, left.at.0)?;
        Some(Condition::Compare(comparison, a.operand, b.operand))
    }

    /// `subject == null`, as in other languages.
    fn refuse_null(&self, comparison: Comparison, left: &ast::Condition, right: &ast::Condition) -> Option<()> {
        let names = self.scope.names;
        let null = |side: &ast::Condition| match &side.kind {
            ConditionKind::Name(name) if names.vocabulary().field(name).is_some() || names.is_let(name) => false,
            ConditionKind::Name(name) => is_null(name) && self.scope.parameter(name).is_none(),
            _ => false,
        };
        let (other, at) = match (null(left), null(right)) {
            (false, false) => return Some(()),
            (true, _) => (right, left.at.0),
            (false, true) => (left, right.at.0),
        };
        let what = match &other.kind {
            ConditionKind::Name(name) => name.as_str(),
            _ => "…",
        };
        let sign = if comparison == Comparison::NotEqual { "" } else { "!" };
        let found = Diagnostic::new(Code::UnknownName, at, "a request has no `null`, and may lack a value");
        self.scope.report.fail(found.help(format!("write `{sign}has {what}`")))
    }

    /// Warns of probable mistakes such as `hour(time) == 24` and `key == "secret/*"`.
    fn warn_compared(
        &self,
        comparison: Comparison,
        left: (&ast::Condition, &Typed),
        right: (&ast::Condition, &Typed),
        at: Span,
    ) {
        for ((_, value), (written, constant), comparison) in
            [(left, right, comparison), (right, left, comparison.flipped())]
        {
            if let Operand::Term(term, _) = &constant.operand {
                clocks::warn(self.scope.report, &value.operand, &clocks::compared(comparison, term), at);
            }
            if let (ConditionKind::Literal(Literal::Text(text)), Operand::Field(_) | Operand::Label(..)) =
                (&written.kind, &value.operand)
            {
                let expected = Expected::new(value.scalar, &value.what);
                wildcards::warn(self.scope.report, text, written.at.0, expected, Place::Compared);
            }
        }
    }

    fn is_parameter(&self, condition: &ast::Condition) -> bool {
        matches!(&condition.kind, ConditionKind::Name(name) if self.scope.parameter(name).is_some())
    }

    /// `e in p`, or `e in groups` where `groups` is an attribute that is a set.
    fn within(&self, left: &ast::Condition, pattern: &Pattern) -> Option<Condition> {
        if let PatternKind::Row(table, key) = &pattern.kind {
            return self.in_row(left, table, key);
        }
        if let PatternKind::Name(name) = &pattern.kind
            && let Some(field) = self.attribute_named(name, pattern.at.0)?
        {
            let vocabulary = self.scope.names.vocabulary();
            let ty = vocabulary.attribute(field).map(|attribute| attribute.ty);
            let Some(Type::Set(scalar)) = ty else {
                let message = format!("`{name}` is not a set or a pattern");
                let found = Diagnostic::new(Code::NotASet, pattern.at.0, message);
                return self.scope.report.fail(found.help("compare two attributes with `==`"));
            };
            let value = self.operand(left, Some(scalar))?;
            if value.scalar != scalar {
                let message = format!("`{name}` is a set of {scalar}, and this is {}", value.describe());
                return self.scope.report.fail(Diagnostic::new(Code::Mismatch, left.at.0, message));
            }
            if self.marks(field) && is_with_capital(&value.operand) {
                return self.scope.report.fail(capitals(&format_args!("`{name}`"), left.at.0));
            }
            return Some(Condition::Member(value.operand, field));
        }
        let value = self.operand(left, None);
        let (scalar, what) = value.as_ref().map_or((Scalar::String, String::new()), |v| (v.scalar, v.what.clone()));
        let lowercase = value.as_ref().is_some_and(|value| self.is_lowercase(&value.operand));
        let cycle = value.as_ref().and_then(|value| clocks::cycle(&value.operand));
        let expected = Expected { lowercase, cycle, ..Expected::new(scalar, &what) };
        let read = value.is_some().then(|| self.scope.pattern_on(pattern, expected, Absence::Refused));
        let (value, read) = (value?, read??);
        clocks::warn(self.scope.report, &value.operand, &read, pattern.at.0);
        Some(Condition::Matches(value.operand, read))
    }

    fn has(&self, name: &Name, label: Option<&str>) -> Option<Condition> {
        let field = self.field(name)?;
        let Some(label) = label else { return Some(Condition::Has(field)) };
        self.check_labels(name, field)?;
        self.check_label(field, label, name.at.0)?;
        Some(Condition::HasLabel(field, label.to_owned()))
    }

    /// A bool by itself.
    fn truth(&self, condition: &ast::Condition) -> Option<Condition> {
        let value = self.operand(condition, Some(Scalar::Bool))?;
        match value {
            Typed {
                scalar: Scalar::Bool, operand: Operand::Term(Term::Constant(Constant::Bool(truth)), _), ..
            } => Some(Condition::Constant(truth)),
            Typed { scalar: Scalar::Bool, operand, .. } => Some(Condition::Truth(operand)),
            other => {
                let message = format!("a condition is true or false, and this is {}", other.describe());
                let found = Diagnostic::new(Code::NotBoolean, condition.at.0, message);
                self.scope.report.fail(found.help("compare it with something, such as `== 1` or `in [1, 2]`"))
            }
        }
    }

    /// Whether the operand takes its type from the other side: text, or a `let` of text.
    fn adapts(&self, condition: &ast::Condition) -> bool {
        match &condition.kind {
            ConditionKind::Literal(literal) => natural(literal) == Scalar::String,
            ConditionKind::Name(name) => self.scope.is_text_let(name),
            _ => false,
        }
    }

    /// The attribute called `name`; reports a name that is not one.
    pub(super) fn field(&self, name: &Name) -> Option<FieldNo> {
        let (text, at) = (name.text.as_str(), name.at.0);
        if let Some(field) = self.attribute_named(text, at)? {
            return Some(field);
        }
        self.scope.report.fail(self.scope.unknown_attribute(text, at))
    }

    /// The attribute of this name, unless a parameter or `let` hides it; `None` is an error that
    /// has been reported.
    pub(super) fn attribute_named(&self, name: &str, at: Span) -> Option<Option<FieldNo>> {
        let Some(field) = self.scope.names.vocabulary().field(name) else { return Some(None) };
        let what = match () {
            () if self.scope.any_parameter(name).is_some() => "a parameter",
            () if self.scope.names.is_let(name) => "a `let`",
            () => return Some(Some(field)),
        };
        let message = format!("`{name}` is {what} and also an attribute of the request");
        let found = Diagnostic::new(Code::Ambiguous, at, message).label("which of the two?");
        self.scope
            .report
            .fail(found.help(format!("rename {what}; in the rule's map, `{name}: {name}` needs no condition")))
    }

    /// Requires that an attribute is a map of labels.
    pub(super) fn check_labels(&self, name: &Name, field: FieldNo) -> Option<()> {
        let ty = self.scope.names.vocabulary().attribute(field)?.ty;
        if ty == Type::Labels {
            return Some(());
        }
        let message = format!("`{}` is of type `{ty}` and has no labels", name.text);
        self.scope.report.fail(Diagnostic::new(Code::WrongPattern, name.at.0, message))
    }
}

impl Scope<'_, '_> {
    pub(super) fn unknown_attribute(&self, name: &str, at: Span) -> Diagnostic {
        let vocabulary = self.names.vocabulary();
        let message = format!("`{}` has no attribute `{name}`", vocabulary.name());
        let words = vocabulary.attributes().iter().map(|attribute| attribute.name.as_str());
        let help = self.report.suggest(name, words.clone());
        let list = || format!("it has {}", super::report::one_of(words).replace(" or ", " and "));
        with_help(Diagnostic::new(Code::UnknownAttribute, at, message), Some(help.unwrap_or_else(list)))
    }

    /// Whether the name is a `let` of text, or of a `let` of text; no further than `deeper` goes.
    fn is_text_let(&self, name: &str) -> bool {
        let mut name = name;
        for _ in 0..NESTING {
            let Some(value) = self.names.use_let(name) else { return false };
            let PatternKind::Name(other) = &value.kind else {
                return super::patterns::natural_type(value) == Some(Scalar::String);
            };
            name = other;
        }
        false
    }
}

/// The operands of a chain of one operator, whether it leans left or right. Long chains lean to one
/// side, so this does not recurse.
fn collect<'c>(condition: &'c ast::Condition, conjunction: bool, links: &mut Vec<&'c ast::Condition>) {
    let mut open = vec![condition];
    while let Some(condition) = open.pop() {
        match (&condition.kind, conjunction) {
            (ConditionKind::And(left, right), true) | (ConditionKind::Or(left, right), false) => {
                open.extend([right.as_ref(), left.as_ref()]);
            }
            _ => links.push(condition),
        }
    }
}

fn mismatch(left: Span, a: &Typed, right: Span, b: &Typed) -> Diagnostic {
    let message = format!("{} is compared with {}", a.describe(), b.describe());
    let found = Diagnostic::new(Code::Mismatch, right, message).label(format!("this is {}", b.scalar.with_article()));
    let is_claim = |side: &Typed| matches!(side.operand, Operand::Claim(_));
    let help = if is_claim(a) || is_claim(b) {
        "a claim of a token is text; the token's own rules know it as the type of the attribute"
    } else {
        "both sides must be of one type"
    };
    found.related(left, format!("this is {}", a.scalar.with_article())).help(help)
}
