//! The names in scope at one place: the file's names, the block's parameters and the token's own
//! fields.

use std::cell::Cell;

use super::known::Known;
use super::names::Names;
use super::report::{Report, with_help};
use super::tree::{self, ArgumentNo};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{NESTING, PARAMETERS, SOURCE_NODES};
use crate::span::Span;
use crate::syntax::ast::{Block, Literal, ParameterType, Pattern, PatternKind};
use crate::syntax::foreign::{self, Place};
use crate::syntax::parse::is_null;
use placet_core::model::types::Type;
use placet_core::model::vocabulary::{Attribute, FieldNo};

/// The parameters of a block.
#[derive(Debug)]
pub(super) struct Parameters<'a> {
    slots: Vec<Slot<'a>>,
}

#[derive(Debug)]
struct Slot<'a> {
    name: &'a str,
    ty: ParameterType,
    at: Span,
    used: Cell<bool>,
}

impl<'a> Parameters<'a> {
    /// Those of `block`; bad ones are reported and left out.
    pub(super) fn of(report: &Report, names: &Names<'_>, block: &'a Block) -> Self {
        let mut parameters = Self { slots: Vec::new() };
        for parameter in &block.parameters {
            if let Some(fault) = parameters.fault(names, parameter) {
                report.add(fault);
            } else {
                let (name, at) = (parameter.name.text.as_str(), parameter.name.at.0);
                parameters.slots.push(Slot { name, ty: parameter.ty, at, used: Cell::new(false) });
            }
        }
        parameters
    }

    /// The parameters for the template's list.
    pub(super) fn to_tree(&self) -> Vec<tree::Parameter> {
        self.slots.iter().map(|slot| tree::Parameter { name: slot.name.to_owned(), ty: slot.ty }).collect()
    }

    /// Warns of those that nothing in the block uses.
    pub(super) fn warn_unused(&self, report: &Report) {
        for slot in self.slots.iter().filter(|slot| !slot.used.get()) {
            let message = format!("the parameter `{}` is never used", slot.name);
            report.add(
                Diagnostic::new(Code::Unused, slot.at, message)
                    .help(format!("use it, as `{0}` or inside a text as `{{{0}}}`, or remove it", slot.name)),
            );
        }
    }

    fn fault(&self, names: &Names<'_>, parameter: &crate::syntax::ast::Parameter) -> Option<Diagnostic> {
        let (name, at) = (&parameter.name.text, parameter.name.at.0);
        if self.slots.len() >= PARAMETERS {
            return Some(Diagnostic::new(Code::TooMany, at, format!("a block has at most {PARAMETERS} parameters")));
        }
        if let Some(first) = self.slots.iter().find(|slot| slot.name == name) {
            let twice = Diagnostic::new(Code::Duplicate, at, format!("the parameter `{name}` is declared twice"));
            return Some(twice.related(first.at, "first declared here").help("rename one of the two"));
        }
        if parameter.ty == ParameterType::Value(Type::Labels) {
            return Some(
                Diagnostic::new(Code::BadDeclaration, at, format!("the parameter `{name}` cannot be `labels`"))
                    .help("use one parameter for each label that is needed"),
            );
        }
        let taken = Diagnostic::new(Code::NameTaken, at, format!("`{name}` is already the name of something else"))
            .help("choose another name for the parameter");
        match names.place(name) {
            Some(place) => Some(taken.related(place, "declared here")),
            None if names.is_role(name) => Some(taken.label(format!("a role of `{}`", names.vocabulary().name()))),
            None => super::report::refuse_name(&parameter.name),
        }
    }
}

/// The names in scope, and the depth in lists and brackets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'s, 'a> {
    /// Takes all findings.
    pub(super) report: &'s Report,
    /// The file's names.
    pub(super) names: &'s Names<'a>,
    parameters: Option<&'s Parameters<'a>>,
    /// The token's own fields; only conditions of a token see them.
    pub(super) token: Option<&'s Known>,
    /// Whether a match or a true condition here forbids a request.
    pub(super) forbids: bool,
    /// Whether a request is asked here, so that its attributes are values.
    pub(super) has_request: bool,
    /// Whether it is a promise, which decides nothing.
    pub(super) is_promise: bool,
    depth: usize,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// Inside a block.
    pub(super) const fn of_block(report: &'s Report, names: &'s Names<'a>, parameters: &'s Parameters<'a>) -> Self {
        Self {
            report,
            names,
            parameters: Some(parameters),
            token: None,
            forbids: false,
            has_request: false,
            is_promise: false,
            depth: 0,
        }
    }

    /// The same inside a rule or a condition that forbids, or one that does not.
    pub(super) const fn forbidding(self, forbids: bool) -> Self {
        Self { forbids, has_request: true, ..self }
    }

    /// The attribute of this name, where the request's attributes are values.
    pub(super) fn attribute_value(&self, name: &str) -> Option<(FieldNo, &'s Attribute)> {
        let vocabulary = self.names.vocabulary();
        let field = vocabulary.field(name).filter(|_| self.has_request && !self.is_in_let())?;
        vocabulary.attribute(field).map(|attribute| (field, attribute))
    }

    /// The type of a parameter or an attribute in a text.
    pub(super) fn splice_type(&self, name: &str) -> Option<Type> {
        let attribute = || self.attribute_value(name).map(|(_, attribute)| attribute.ty);
        self.parameter(name).map(|(_, ty)| ty).or_else(attribute)
    }

    /// The same after a `not` or `!`: a match here makes the outer pattern match less.
    pub(super) const fn turned(self) -> Self {
        Self { forbids: !self.forbids, ..self }
    }

    /// The same inside `never` or `always`.
    pub(super) const fn promising(self) -> Self {
        Self { is_promise: true, ..self }
    }

    /// Whether a pattern here that never matches would let requests pass that the author meant to
    /// forbid, or would promise nothing.
    pub(super) const fn must_match(&self) -> bool {
        self.forbids || self.is_promise
    }

    /// The same with the token's own fields.
    pub(super) const fn with_token(self, token: &'s Known) -> Self {
        Self { token: Some(token), ..self }
    }

    /// One list, bracket or `let` deeper.
    pub(super) fn deeper(self, at: Span) -> Option<Self> {
        if self.depth >= NESTING {
            let message = format!("more than {NESTING} lists, names and brackets are nested here");
            return self.report.fail(
                Diagnostic::new(Code::TooDeep, at, message)
                    .help("write it flat: a list may have as many entries as it needs"),
            );
        }
        if !self.names.count() {
            let message = format!("with every `let` expanded, the file has more than {SOURCE_NODES} patterns");
            return self.report.fail(Diagnostic::new(Code::TooMany, at, message));
        }
        Some(Self { depth: self.depth + 1, ..self })
    }

    /// The value of a `let` and the scope it is read in, which has no parameters.
    pub(super) fn enter_let(self, name: &str, at: Span) -> Option<(&'a Pattern, Self)> {
        let value = self.names.use_let(name)?;
        Some((value, Self { parameters: None, ..self.deeper(at)? }))
    }

    /// The parameter of this name, if it is a value; it counts as used from now on.
    pub(super) fn parameter(&self, name: &str) -> Option<(ArgumentNo, Type)> {
        match self.any_parameter(name)? {
            (argument, ParameterType::Value(ty)) => Some((argument, ty)),
            (_, ParameterType::Network) => None,
        }
    }

    /// The parameter of this name, if it is a network; it counts as used from now on.
    pub(super) fn network(&self, name: &str) -> Option<ArgumentNo> {
        match self.any_parameter(name)? {
            (argument, ParameterType::Network) => Some(argument),
            (_, ParameterType::Value(_)) => None,
        }
    }

    /// The parameter of this name, which counts as used from now on.
    pub(super) fn any_parameter(&self, name: &str) -> Option<(ArgumentNo, ParameterType)> {
        let slots = &self.parameters?.slots;
        let number = slots.iter().position(|slot| slot.name == name)?;
        slots[number].used.set(true);
        Some((ArgumentNo(number), slots[number].ty))
    }

    /// The type of a parameter that is a value.
    pub(super) fn type_of(&self, argument: ArgumentNo) -> Option<Type> {
        match self.parameters?.slots.get(argument.0)?.ty {
            ParameterType::Value(ty) => Some(ty),
            ParameterType::Network => None,
        }
    }

    /// Reports a network in the place of one value.
    pub(super) fn refuse_network<T>(&self, name: &str, at: Span) -> Option<T> {
        let message = format!("the parameter `{name}` is a network, not a single value");
        let help = format!("compare an address with it: `ip: {name}` in a map, `ip in {name}` in a condition");
        self.report.fail(Diagnostic::new(Code::NotOneValue, at, message).help(help))
    }

    /// Whether this is inside a `let`, where no parameter is in scope.
    pub(super) const fn is_in_let(&self) -> bool {
        self.parameters.is_none()
    }

    /// The text of a `let` that is one literal without splices.
    pub(super) fn plain_let(&self, name: &str) -> Option<&'a str> {
        match &self.names.use_let(name)?.kind {
            PatternKind::Literal(Literal::Text(text)) => text.as_plain(),
            _ => None,
        }
    }

    /// All parameters.
    pub(super) fn parameter_words(&self) -> impl Iterator<Item = &str> {
        self.parameters.into_iter().flat_map(|parameters| parameters.slots.iter().map(|slot| slot.name))
    }

    /// Reports a name in the place of a value that is not one.
    pub(super) fn unknown_value<T>(&self, name: &str, at: Span) -> Option<T> {
        if self.names.is_broken(name) {
            return None;
        }
        if self.network(name).is_some() {
            return self.refuse_network(name, at);
        }
        if self.names.is_role(name) || self.names.vocabulary().action(name).is_some() {
            let message = format!("`{name}` is an action or a role, not a value");
            let help = "actions and roles go after `action:` and `role:`; text goes in quotes";
            return self.report.fail(Diagnostic::new(Code::UnknownName, at, message).help(help));
        }
        if self.is_in_let() {
            // Reported where the `let` is declared.
            return None;
        }
        if self.attribute_value(name).is_some() {
            let message = format!("`{name}` is an attribute of the request, and a constant is expected here");
            let help = format!("compare the two in a condition, such as `when … == {name}`");
            return self.report.fail(Diagnostic::new(Code::UnknownName, at, message).help(help));
        }
        let unknown = Diagnostic::new(Code::UnknownName, at, format!("there is no parameter and no `let` `{name}`"));
        let attributes = self.names.vocabulary().attributes().iter().filter(|_| self.has_request);
        let attributes = attributes.map(|attribute| attribute.name.as_str());
        let words = self.parameter_words().chain(self.names.let_words()).chain(attributes);
        let otherwise = || {
            if is_iso_duration(name) {
                return "a duration is written like `10m`, `1h30m` or `30d`".to_owned();
            }
            let text = format!("if it is text, write `\"{name}\"`");
            if is_null(name) { format!("{text}; for no value, write `absent`") } else { text }
        };
        let foreign = foreign::help(Place::Value, name);
        let help = foreign.or_else(|| self.report.suggest(name, words)).unwrap_or_else(otherwise);
        self.report.fail(with_help(unknown, Some(help)))
    }
}

/// `PT10M`, `P1D`
fn is_iso_duration(name: &str) -> bool {
    let Some(parts) = name.strip_prefix('P') else { return false };
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'Y' | b'M' | b'W' | b'D' | b'T' | b'H' | b'S');
    parts.bytes().all(is_part) && parts.contains(|c: char| c.is_ascii_digit())
}
