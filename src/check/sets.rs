//! Sets: conditions on their elements, and patterns of rules that state how many must match.

use std::fmt::Display;

use super::expected::Expected;
use super::patterns::Absence;
use super::reading::Reading;
use super::scope::Scope;
use super::tree::{self, Condition};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::NESTING;
use crate::span::Span;
use crate::syntax::ast::{Form, Name, Pattern, PatternKind, Quantifier};
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{Attribute, FieldNo};

impl Reading<'_, '_, '_> {
    /// `any groups in p`, or `any groups in readers` where `readers` is another attribute that is a
    /// set.
    pub(super) fn elements(&self, quantifier: Quantifier, name: &Name, pattern: &Pattern) -> Option<Condition> {
        let field = self.field(name)?;
        let attribute = self.scope.names.vocabulary().attribute(field)?;
        let ty = attribute.ty;
        let Type::Set(scalar) = ty else {
            let message = format!("`{}` is of type `{ty}`; `any` and `all` look at the elements of a set", name.text);
            let found = Diagnostic::new(Code::NotASet, name.at.0, message);
            return self.scope.report.fail(found.help(format!("write `{} in …`", name.text)));
        };
        if let PatternKind::Name(other) = &pattern.kind
            && let Some(set) = self.attribute_named(other, pattern.at.0)?
            && self.scope.names.vocabulary().attribute(set).is_some_and(|other| other.ty != Type::One(scalar))
        {
            self.check_set((&name.text, ty), (other, set), pattern.at.0)?;
            return Some(Condition::ElementsIn(quantifier, field, set));
        }
        let what = format!("an element of `{}`", name.text);
        let expected = Expected { lowercase: self.marks(field), ..Expected::new(scalar, &what) };
        let read = self.scope.pattern_on(pattern, expected, Absence::Refused)?;
        if self.scope.forbids && attribute.optional && !self.present.has(field) {
            self.scope.refuse_unsaid_elements(&name.text, pattern)?;
        }
        Some(match quantifier {
            Quantifier::Some => Condition::Some(field, read),
            Quantifier::Every => Condition::Every(field, read),
        })
    }

    /// Requires that an attribute is a set of the same type as another one.
    fn check_set(&self, (name, ty): (&str, Type), (other, set): (&str, FieldNo), at: Span) -> Option<()> {
        let found = self.scope.names.vocabulary().attribute(set)?.ty;
        match found {
            found if found == ty => Some(()),
            Type::Set(_) => {
                let message = format!("`{name}` is a {ty}, and `{other}` is a {found}");
                self.scope.report.fail(Diagnostic::new(Code::Mismatch, at, message).help("both must be of one type"))
            }
            Type::One(_) | Type::Labels => {
                let message = format!("`{other}` is not a set or a pattern");
                let help = format!("write `{other} in {name}` to look for one value in a set");
                self.scope.report.fail(Diagnostic::new(Code::NotASet, at, message).help(help))
            }
        }
    }
}

impl Scope<'_, '_> {
    /// The pattern of a key in the map of a rule, and the quantifier before it: `groups: some p`.
    pub(super) fn stated(
        &self,
        pattern: &Pattern,
        attribute: &Attribute,
        what: &dyn Display,
        absence: Absence,
    ) -> Option<(Option<Quantifier>, tree::Pattern)> {
        let at = pattern.at.0;
        match pattern.form() {
            Form::Elements(quantifier, inner) => {
                if !matches!(attribute.ty, Type::Set(_)) {
                    return self.refuse_quantifier(quantifier, attribute, at);
                }
                let read = self.deeper(at)?.pattern(inner, attribute, what, absence)?;
                Some((Some(quantifier), read))
            }
            Form::Name(name) if self.states_quantifier(name) => {
                let (value, scope) = self.enter_let(name, at)?;
                scope.stated(value, attribute, what, absence)
            }
            _ => self.pattern(pattern, attribute, what, absence).map(|read| (None, read)),
        }
    }

    /// Whether the name is a `let` of a pattern with a quantifier, or of such a `let`; no further
    /// than `deeper` goes.
    fn states_quantifier(&self, name: &str) -> bool {
        let mut name = name;
        for _ in 0..NESTING {
            if self.parameter(name).is_some() {
                return false;
            }
            let Some(value) = self.names.use_let(name) else { return false };
            match value.form() {
                Form::Elements(..) => return true,
                Form::Name(other) => name = other,
                _ => return false,
            }
        }
        false
    }

    pub(super) fn refuse_quantifier<T>(&self, quantifier: Quantifier, attribute: &Attribute, at: Span) -> Option<T> {
        let (word, name, ty) = (quantifier.word(), &attribute.name, attribute.ty);
        let message = format!("`{name}` is of type `{ty}`; `{word}` looks at the elements of a set");
        let help = format!("leave `{word}` out");
        self.report.fail(Diagnostic::new(Code::NotASet, at, message).help(help))
    }

    /// Refuses a quantifier that is not the first word of a pattern in the map of a rule.
    pub(super) fn refuse_inner_quantifier<T>(&self, quantifier: Quantifier, at: Span) -> Option<T> {
        let word = quantifier.word();
        let message = format!("`{word}` is the first word of the pattern of a set, in the map of a rule");
        let help = match quantifier {
            Quantifier::Some => "write `groups: some [ … ]`; in a condition, `any groups in …`",
            Quantifier::Every => "write `groups: every [ … ]`; in a condition, `all groups in …`",
        };
        self.report.fail(Diagnostic::new(Code::WrongPattern, at, message).help(help))
    }

    /// `not some p`
    pub(super) fn refuse_negated_quantifier<T>(&self, quantifier: Quantifier, at: Span) -> Option<T> {
        let (word, other) = (quantifier.word(), quantifier.other().word());
        let message = format!("`not` is about one element, so `{word}` comes before it");
        let help = match quantifier {
            Quantifier::Some => format!("write `{other} not …` if no element may match"),
            Quantifier::Every => format!("write `{other} not …` if one element must not match"),
        };
        self.report.fail(Diagnostic::new(Code::WrongPattern, at, message).help(help))
    }

    /// Warns of `allow { groups: "staff" }`, which wants every group of the request to be `staff`.
    /// Sets of other types are mostly what a request is about, such as the keys of a batch, and
    /// then every one of them has to match.
    pub(super) fn warn_every(&self, attribute: &Attribute, pattern: &tree::Pattern, at: Span) {
        if self.must_match() || attribute.ty != Type::Set(Scalar::String) || !matches!(pattern, tree::Pattern::Equal(_))
        {
            return;
        }
        let name = &attribute.name;
        let message = format!("a request matches only if every element of `{name}` is this one");
        let help =
            format!("write `{name}: some …` if one of several is enough, or `{name}: every …` if all have to match");
        self.report.add(Diagnostic::new(Code::EveryIsOne, at, message).label("every element, not one").help(help));
    }
}
