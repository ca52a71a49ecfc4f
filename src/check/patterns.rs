//! Patterns, as the type of an attribute reads them.

use std::fmt::Display;

use super::constancy;
use super::expected::Expected;
use super::literals::{self, natural};
use super::lowercase::{capitals, has_capital};
use super::matchers::{accepted, matcher_name};
use super::report::twice;
use super::scope::Scope;
use super::texts::{has_wildcard, show};
use super::tree::{Constant, Operand as Value, Pattern, Piece, Term, Text, UrlPattern};
use super::url::PUBLIC;
use super::wildcards::{self, Place};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, Comparison, Form, Literal, Operand, OperandKind, PatternKind, TokenField};
use placet_core::model::matcher::Matcher;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{Attribute, FieldNo};

/// The meaning of `absent` at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// There is no value.
    Possible,
    /// Nothing: there is always a value.
    Never,
    /// Nothing under `not`, which matches only a value.
    Negated,
    /// An error: the value has been read already.
    Refused,
}

impl Scope<'_, '_> {
    /// A pattern on an attribute, or on its elements if it is a set.
    pub(super) fn pattern(
        &self,
        pattern: &ast::Pattern,
        attribute: &Attribute,
        what: &dyn Display,
        absence: Absence,
    ) -> Option<Pattern> {
        let lowercase = attribute.lowercase;
        let expected = match attribute.ty {
            Type::One(scalar) | Type::Set(scalar) => Some(Expected { lowercase, ..Expected::new(scalar, what) }),
            Type::Labels => None,
        };
        Reader { scope: *self, expected, what, absence, lowercase }.pattern(pattern)
    }

    /// A pattern on one value.
    pub(super) fn pattern_on(
        &self,
        pattern: &ast::Pattern,
        expected: Expected<'_>,
        absence: Absence,
    ) -> Option<Pattern> {
        Reader { scope: *self, expected: Some(expected), what: expected.what, absence, lowercase: expected.lowercase }
            .pattern(pattern)
    }

    /// One value: a literal, a parameter or a `let` of one literal.
    pub(super) fn term(&self, operand: &Operand, expected: Expected<'_>) -> Option<Term> {
        let at = operand.at.0;
        match &operand.kind {
            OperandKind::Literal(literal) => self.literal_term(literal, at, expected),
            OperandKind::Name(name) => self.named_term(name, at, expected),
        }
    }

    /// A literal as a value of the expected type.
    pub(super) fn literal_term(&self, literal: &Literal, at: Span, expected: Expected<'_>) -> Option<Term> {
        let text = match literal {
            Literal::Text(text) if text.as_plain().is_none() => text,
            _ => return literals::constant(self.report, literal, at, expected).map(Term::Constant),
        };
        if expected.scalar.is_textual() {
            self.text(text, at, expected).map(|text| self.shortest(text, expected.scalar))
        } else if expected.scalar != Scalar::Path {
            self.report.fail(literals::spliced(at, expected))
        } else if has_wildcard(text) {
            self.report.fail(literals::wildcard(&show(text), at))
        } else {
            self.exact_path(text, at, expected).map(Term::Text)
        }
    }

    /// A parameter or a `let` of one literal as a value of the expected type.
    pub(super) fn named_term(&self, name: &str, at: Span, expected: Expected<'_>) -> Option<Term> {
        if let Some((argument, ty)) = self.parameter(name) {
            if fits(ty, expected.scalar) {
                return Some(Term::Parameter(argument));
            }
            let mismatch = expected.mismatch(at, &format!("the parameter `{name}` of type `{ty}`"));
            return self.report.fail(mismatch.help(parameter_help(name, ty, expected.scalar)));
        }
        if !self.names.is_let(name) {
            return self.unknown_value(name, at);
        }
        let (value, scope) = self.enter_let(name, at)?;
        match &value.kind {
            PatternKind::Literal(literal) => scope.literal_term(literal, value.at.0, expected),
            PatternKind::Name(name) => scope.named_term(name, value.at.0, expected),
            _ => {
                let message = format!("`{name}` is a pattern, and one value is expected here");
                let found = Diagnostic::new(Code::WrongType, at, message).related(value.at.0, "the pattern");
                self.report.fail(found.help("use `in`, or give the value itself"))
            }
        }
    }

    /// `"{user}"` is just `user`.
    fn shortest(&self, text: Text, scalar: Scalar) -> Term {
        match text.pieces.as_slice() {
            [Piece::Parameter(argument)] if self.type_of(*argument).is_some_and(|ty| fits(ty, scalar)) => {
                Term::Parameter(*argument)
            }
            _ => Term::Text(text),
        }
    }
}

/// Whether a parameter may be used where a value of `scalar` is expected.
pub(super) fn fits(ty: Type, scalar: Scalar) -> bool {
    ty == Type::One(scalar) || (ty == Type::One(Scalar::String) && scalar == Scalar::Bytes)
}

fn parameter_help(name: &str, ty: Type, wanted: Scalar) -> String {
    match (ty, wanted) {
        (Type::One(own), Scalar::String | Scalar::Bytes) if own.has_text() && own != Scalar::String => {
            format!("write `\"{{{name}}}\"` for its text")
        }
        (Type::One(own), Scalar::Path) if own.has_text() => {
            format!("write a path around it, such as `\"/{{{name}}}\"`")
        }
        _ => format!("declare it as `{name}: {wanted}`"),
    }
}

/// Reads one pattern. Without an expected type it is a pattern on labels.
#[derive(Clone, Copy)]
pub(super) struct Reader<'s, 'a, 'g> {
    pub(super) scope: Scope<'s, 'a>,
    expected: Option<Expected<'g>>,
    what: &'g dyn Display,
    absence: Absence,
    /// For labels: whether their names are in lower case.
    lowercase: bool,
}

impl Reader<'_, '_, '_> {
    fn pattern(&self, pattern: &ast::Pattern) -> Option<Pattern> {
        let at = pattern.at.0;
        match pattern.form() {
            Form::Any => Some(Pattern::Any),
            Form::Absent => self.absent(at),
            Form::List(list) => self.list(list, at),
            Form::Not(inner) => self.not(inner, at),
            Form::Name(name) => self.name(name, at),
            Form::Elements(quantifier, _) => self.scope.refuse_inner_quantifier(quantifier, at),
            Form::Map(entries) => match self.expected {
                None => self.labels(entries, at),
                Some(expected) => self.refuse(expected, "`{ … }`", at, "labels only"),
            },
            Form::Value(_) => match self.expected {
                Some(expected) => self.value(&pattern.kind, at, expected),
                None => {
                    let message = format!("{} is a map of labels, and this pattern is on one value", self.what);
                    let help = "write `{ name: pattern }`, with the name of a label";
                    self.scope.report.fail(Diagnostic::new(Code::WrongPattern, at, message).help(help))
                }
            },
        }
    }

    fn deeper(&self, at: Span) -> Option<Self> {
        Some(Self { scope: self.scope.deeper(at)?, ..*self })
    }

    fn absent(&self, at: Span) -> Option<Pattern> {
        match self.absence {
            Absence::Possible | Absence::Negated => {}
            Absence::Never => {
                let message = format!("{} is required, so it is never absent", self.what);
                let help = "every request has a value for it; remove the pattern";
                self.scope
                    .report
                    .add(Diagnostic::new(Code::NeverMatches, at, message).label("can never match").help(help));
            }
            Absence::Refused => {
                let found = Diagnostic::new(Code::WrongPattern, at, "`absent` cannot follow `in`");
                return self.scope.report.fail(found.help("write `!has` and the name of the attribute"));
            }
        }
        Some(Pattern::Absent)
    }

    fn list(&self, list: &[ast::Pattern], at: Span) -> Option<Pattern> {
        if list.is_empty() {
            self.scope.never(at, "an empty list matches nothing", "write `any`, or the values that are wanted");
        }
        let inner = self.deeper(at)?;
        let read: Vec<Option<Pattern>> = list.iter().map(|one| inner.pattern(one)).collect();
        let mut flat = Vec::with_capacity(read.len());
        for pattern in read {
            match pattern? {
                Pattern::OneOf(more) => flat.extend(more),
                one => flat.push(one),
            }
        }
        constancy::warn_list(self.scope.report, &flat, at);
        Some(if flat.len() == 1 { flat.remove(0) } else { Pattern::OneOf(flat) })
    }

    /// `not p` matches only a value, so it leaves out what `p` says about absence.
    fn not(&self, inner: &ast::Pattern, at: Span) -> Option<Pattern> {
        if let Form::Elements(quantifier, _) = inner.form() {
            return self.scope.refuse_negated_quantifier(quantifier, at);
        }
        let absence = if self.absence == Absence::Refused { Absence::Refused } else { Absence::Negated };
        let deeper = self.deeper(at)?;
        let read = Self { absence, scope: deeper.scope.turned(), ..deeper }.pattern(inner)?;
        let present = match read {
            Pattern::Absent => return Some(Pattern::Any),
            Pattern::OneOf(mut list) => {
                let before = list.len();
                list.retain(|one| *one != Pattern::Absent);
                match list.len() {
                    0 if before > 0 => return Some(Pattern::Any),
                    1 => list.remove(0),
                    _ => Pattern::OneOf(list),
                }
            }
            other => other,
        };
        if is_any(&present) {
            let help = if self.absence == Absence::Possible { "write `absent`" } else { "remove it" };
            self.scope.never(at, "`not any` matches nothing", help);
        }
        Some(Pattern::Not(Box::new(present)))
    }

    fn name(&self, name: &str, at: Span) -> Option<Pattern> {
        if let Some((value, scope)) = self.scope.enter_let(name, at) {
            return Self { scope, ..*self }.pattern(value);
        }
        if self.scope.names.is_let(name) || self.scope.names.is_broken(name) {
            return None;
        }
        let Some(expected) = self.expected else {
            let message = format!("{} is a map of labels, and `{name}` is not one", self.what);
            let help = "write `{ name: pattern }`, with the name of a label";
            return self.scope.report.fail(Diagnostic::new(Code::WrongPattern, at, message).help(help));
        };
        if let Some(argument) = self.scope.network(name) {
            return match expected.scalar {
                Scalar::Ip => Some(Pattern::InParameter(argument)),
                _ => self.refuse(expected, "a network", at, "addresses"),
            };
        }
        if expected.scalar == Scalar::Url && name == PUBLIC && self.scope.parameter(name).is_none() {
            return Some(Pattern::Url(UrlPattern::public()));
        }
        match self.scope.parameter(name) {
            Some((argument, Type::Set(scalar))) if scalar == expected.scalar => Some(Pattern::InParameter(argument)),
            Some(_) => self.scope.named_term(name, at, expected).map(Pattern::Equal),
            None => match self.scope.attribute_value(name) {
                Some((field, attribute)) => self.same(name, field, attribute.ty, at, expected),
                None => self.scope.named_term(name, at, expected).map(Pattern::Equal),
            },
        }
    }

    /// Another attribute of the request.
    fn same(&self, name: &str, field: FieldNo, ty: Type, at: Span, expected: Expected<'_>) -> Option<Pattern> {
        if ty == Type::One(expected.scalar) {
            return Some(Pattern::Is(Box::new(Value::Field(field))));
        }
        let found = expected.mismatch(at, &format!("the attribute `{name}` of type `{ty}`"));
        self.scope.report.fail(match ty {
            Type::One(own) if own.has_text() && expected.scalar.is_textual() => {
                found.help(format!("write `\"{{{name}}}\"` for its text"))
            }
            Type::Set(_) | Type::Labels => found.help("only an attribute that is one value can be compared here"),
            Type::One(_) => found.help("both must be of one type"),
        })
    }

    /// A field of the token.
    fn token_field(&self, field: &TokenField, at: Span, expected: Expected<'_>) -> Option<Pattern> {
        if self.absence == Absence::Refused {
            let found = Diagnostic::new(Code::WrongPattern, at, "a field of the token does not follow `in`");
            return self.scope.report.fail(found.help("compare with it: `… == token.owner || … in [ … ]`"));
        }
        self.scope.token_pattern(field, at, expected)
    }

    fn labels(&self, entries: &[ast::Entry], at: Span) -> Option<Pattern> {
        let inner = self.deeper(at)?;
        let mut labels: Vec<(String, Pattern)> = Vec::with_capacity(entries.len());
        let (mut first, mut whole) = (std::collections::HashMap::new(), true);
        for entry in entries {
            let (name, place) = (&entry.key.text, entry.key.at.0);
            if let Some(&earlier) = first.get(name) {
                inner.scope.report.add(twice("label", name, place, earlier));
                whole = false;
                continue;
            }
            first.insert(name, place);
            if self.lowercase && has_capital(name.as_bytes()) {
                inner.scope.report.add(capitals(&"the name of a label", place));
                whole = false;
            }
            if name.contains('*') {
                let found = Diagnostic::new(Code::OnlyText, place, "`*` is only text in the name of a label");
                let help = "name each label; a label with this very name is tested in a condition, `has …[\"…\"]`";
                inner.scope.report.add(found.label("matches itself only").help(help));
            }
            let what = format!("the label `{name}`");
            let expected = Expected::new(Scalar::String, &what);
            match inner.scope.pattern_on(&entry.value, expected, Absence::Possible) {
                Some(pattern) => labels.push((name.clone(), pattern)),
                None => whole = false,
            }
        }
        if entries.is_empty() {
            let found = Diagnostic::new(Code::GrantsAll, at, "an empty map of labels matches every request");
            let help = "name the labels that are wanted, write `any` if there must be some, or leave the key out";
            self.scope.report.add(found.label("requires no label").help(help));
        }
        whole.then_some(Pattern::Labels(labels))
    }

    fn value(&self, kind: &PatternKind, at: Span, expected: Expected<'_>) -> Option<Pattern> {
        let scope = &self.scope;
        match kind {
            PatternKind::Literal(literal) => self.literal(literal, at, expected),
            PatternKind::Text(matcher, operand) if matcher.row().accepts.admits(expected.scalar) => {
                scope.matcher(*matcher, operand, at, expected)
            }
            PatternKind::Range(ends) if expected.scalar.is_ordered() => {
                let [from, to] = ends.each_ref().map(|end| scope.term(end, expected));
                Some(scope.range(at, expected, Some((from?, true)), Some((to?, false))))
            }
            PatternKind::Compare(comparison, operand) => self.compare(*comparison, operand, at, expected),
            PatternKind::Text(matcher, _) => self.refuse(expected, &matcher_name(*matcher), at, accepted(*matcher)),
            PatternKind::Row(table, _) => {
                let message = format!("`{}[…]` is a whole pattern and cannot be a part of one", table.text);
                let found = Diagnostic::new(Code::WrongPattern, at, message);
                let help = format!("write it in a condition: `… || value in {0}[…]`, `!(value in {0}[…])`", table.text);
                scope.report.fail(found.help(help))
            }
            PatternKind::TokenField(field) => self.token_field(field, at, expected),
            PatternKind::Range(..) => self.refuse(expected, "a range", at, "ints, times and durations"),
            PatternKind::Name(_)
            | PatternKind::Any
            | PatternKind::Absent
            | PatternKind::List(_)
            | PatternKind::Not(_)
            | PatternKind::Map(_)
            | PatternKind::Elements(..) => None,
        }
    }

    fn literal(&self, literal: &Literal, at: Span, expected: Expected<'_>) -> Option<Pattern> {
        let scope = &self.scope;
        if let Literal::Text(text) = literal {
            wildcards::warn(scope.report, text, at, expected, Place::Exact);
        }
        match (expected.scalar, literal) {
            (Scalar::Ip, Literal::Text(text)) if text.as_plain().is_some_and(|text| text.contains('/')) => {
                let network = literals::network(scope.report, text.as_plain()?, at)?;
                Some(match network {
                    Ok(network) => Pattern::Network(network),
                    Err(address) => Pattern::Equal(Term::Constant(Constant::Ip(address))),
                })
            }
            (Scalar::Path, Literal::Text(text)) if has_wildcard(text) => {
                let path = scope.path_pattern(text, at, expected)?;
                scope.warn_open_wildcards(text, at);
                scope.refuse_searched(Matcher::Path, &path, at)?;
                Some(Pattern::Text(Matcher::Path, path))
            }
            (Scalar::Url, Literal::Text(text)) if has_wildcard(text) => match text.as_plain() {
                Some(text) => literals::url_pattern(scope.report, text, at).map(Pattern::Url),
                None => scope.report.fail(literals::spliced(at, expected)),
            },
            _ => scope.literal_term(literal, at, expected).map(Pattern::Equal),
        }
    }

    fn compare(&self, comparison: Comparison, operand: &Operand, at: Span, expected: Expected<'_>) -> Option<Pattern> {
        let ordered = expected.scalar.is_ordered();
        if !ordered && !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            return self.refuse(expected, &format!("`{}`", comparison.sign()), at, "ints, times and durations");
        }
        if let OperandKind::Name(name) = &operand.kind
            && matches!(comparison, Comparison::Equal | Comparison::NotEqual)
            && self.scope.parameter(name).is_none()
            && !self.scope.names.is_let(name)
            && let Some((field, attribute)) = self.scope.attribute_value(name)
        {
            let same = self.same(name, field, attribute.ty, operand.at.0, expected)?;
            return Some(if comparison == Comparison::Equal { same } else { Pattern::Not(Box::new(same)) });
        }
        let term = self.scope.term(operand, expected)?;
        match comparison {
            Comparison::Equal => Some(Pattern::Equal(term)),
            Comparison::NotEqual => Some(Pattern::Not(Box::new(Pattern::Equal(term)))),
            Comparison::Less => Some(self.scope.range(at, expected, None, Some((term, false)))),
            Comparison::LessOrEqual => Some(self.scope.range(at, expected, None, Some((term, true)))),
            Comparison::Greater => Some(self.scope.range(at, expected, Some((term, false)), None)),
            Comparison::GreaterOrEqual => Some(self.scope.range(at, expected, Some((term, true)), None)),
        }
    }

    fn refuse(&self, expected: Expected<'_>, pattern: &str, at: Span, wants: &str) -> Option<Pattern> {
        let message = format!("{} is {}; {pattern} is for {wants}", expected.what, expected.scalar.with_article());
        let found = Diagnostic::new(Code::WrongPattern, at, message);
        self.scope.report.fail(match expected.scalar {
            Scalar::Path => found.help("write a path with `*` for one segment and `**` for any number: `\"/v1/**\"`"),
            Scalar::Url => {
                found.help("write a url with `*` for one label or segment and `**` for any number, or `public`")
            }
            Scalar::Ip => found.help("write an address or a network: `\"10.0.0.0/8\"`"),
            _ => found.help(format!("write {}, a list of them, `any` or `not`", expected.scalar.with_article())),
        })
    }
}

fn is_any(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Any => true,
        Pattern::OneOf(list) => list.iter().any(is_any),
        Pattern::Labels(labels) => labels.is_empty(),
        _ => false,
    }
}

/// The type of a literal pattern by itself; `None` for any other pattern.
pub(super) fn natural_type(pattern: &ast::Pattern) -> Option<Scalar> {
    match &pattern.kind {
        PatternKind::Literal(literal) => Some(natural(literal)),
        _ => None,
    }
}
