//! Writes nodes on one line.

use std::fmt;

use crate::syntax::ast::{
    Condition, ConditionKind, Entry, Literal, Name, Operand, OperandKind, Parameter, Pattern, PatternKind, Rule, Text,
    TokenField,
};
use crate::syntax::cases::{Value, ValueKind};
use crate::syntax::lex::is_word;
use crate::syntax::parse::literal;
use crate::syntax::text::{self, Spelling};
use placet_core::model::matcher::Notation;
use placet_core::model::types::Type;

/// The precedence a condition must have at its place to need no parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tightness {
    /// `a || b`
    Either,
    /// `a && b`
    Both,
    /// `!a`, `a == b`, `a in p`
    Relation,
    /// `a + b`
    Sum,
    /// `a`
    Primary,
    /// `(a)`
    Closed,
}

/// Writes a list with something between its elements.
fn joined<T>(list: &[T], between: &str, out: &mut String, mut write: impl FnMut(&T, &mut String)) {
    for (number, element) in list.iter().enumerate() {
        if number > 0 {
            out.push_str(between);
        }
        write(element, out);
    }
}

/// `cache`, `"my-label"`
pub(crate) fn key(name: &Name, out: &mut String) {
    if is_word(&name.text) {
        out.push_str(&name.text);
    } else {
        text::write_data(&name.text, out);
    }
}

/// `user: string`
pub(crate) fn parameter(parameter: &Parameter, out: &mut String) {
    out.push_str(&parameter.name.text);
    out.push_str(": ");
    out.push_str(&parameter.ty.to_string());
}

/// `(user: string, folder: string)`
pub(crate) fn parameters(list: &[Parameter], out: &mut String) {
    out.push('(');
    joined(list, ", ", out, parameter);
    out.push(')');
}

/// `set of string`
pub(crate) fn kind(ty: Type, out: &mut String) {
    out.push_str(&ty.to_string());
}

/// `cache: "profiles"`
pub(crate) fn entry(entry: &Entry, out: &mut String) {
    key(&entry.key, out);
    out.push_str(": ");
    pattern(&entry.value, out);
}

/// `{ cache: "profiles", item: any }`
pub(crate) fn map(entries: &[Entry], out: &mut String) {
    if entries.is_empty() {
        return out.push_str("{}");
    }
    out.push_str("{ ");
    joined(entries, ", ", out, entry);
    out.push_str(" }");
}

/// `allow { … } when …`
pub(crate) fn rule(rule: &Rule, out: &mut String) {
    out.push_str(rule.effect.word());
    out.push(' ');
    map(&rule.entries, out);
    tail(rule, out);
}

/// ` when … unless …`
pub(crate) fn tail(rule: &Rule, out: &mut String) {
    for (word, clause) in [("when", &rule.when), ("unless", &rule.unless)] {
        if let Some(clause) = clause {
            out.push(' ');
            out.push_str(word);
            out.push(' ');
            condition(clause, Tightness::Either, out);
        }
    }
}

/// Any pattern.
pub fn pattern(node: &Pattern, out: &mut String) {
    match &node.kind {
        PatternKind::Literal(value) => literal(value, out),
        PatternKind::Name(name) => out.push_str(name),
        PatternKind::Any => out.push_str("any"),
        PatternKind::Absent => out.push_str("absent"),
        PatternKind::List(list) => {
            out.push('[');
            joined(list, ", ", out, pattern);
            out.push(']');
        }
        PatternKind::Not(inner) => {
            out.push_str("not ");
            pattern(inner, out);
        }
        PatternKind::Elements(quantifier, inner) => {
            out.push_str(quantifier.word());
            out.push(' ');
            pattern(inner, out);
        }
        PatternKind::Text(matcher, value) => {
            out.push_str(matcher.written());
            if matcher.row().notation == Notation::Word {
                out.push(' ');
            }
            match (&value.kind, Spelling::of(*matcher)) {
                (OperandKind::Literal(Literal::Text(value)), Some(spelling)) => text::write(value, spelling, out),
                _ => operand(value, out),
            }
        }
        PatternKind::Range(ends) => {
            operand(&ends[0], out);
            out.push_str("..");
            operand(&ends[1], out);
        }
        PatternKind::Compare(sign, value) => {
            out.push_str(sign.sign());
            out.push(' ');
            operand(value, out);
        }
        PatternKind::Map(entries) => map(entries, out),
        PatternKind::Row(table, key) => row(table, key, out),
        PatternKind::TokenField(field) => token_field("", field, out),
    }
}

fn operand(operand: &Operand, out: &mut String) {
    match &operand.kind {
        OperandKind::Literal(value) => literal(value, out),
        OperandKind::Name(name) => out.push_str(name),
    }
}

/// Any literal.
pub fn literal(value: &Literal, out: &mut String) {
    match value {
        Literal::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Literal::Int(value) => out.push_str(&value.to_string()),
        Literal::Text(value) => text::write(value, Spelling::Plain, out),
        Literal::Bytes(value) => {
            out.push_str("x\"");
            out.push_str(&data_encoding::HEXLOWER.encode(value));
            out.push('"');
        }
        Literal::Duration(value) => out.push_str(&literal::write_duration(*value)),
        Literal::Time(value) => out.push_str(&literal::write_time(*value)),
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        value(self, &mut out);
        f.write_str(&out)
    }
}

/// A value of a request or an argument.
fn value(value: &Value, out: &mut String) {
    match &value.kind {
        ValueKind::One(one) => literal(one, out),
        ValueKind::Set(elements) => {
            out.push('[');
            joined(elements, ", ", out, |(element, _), out| literal(element, out));
            out.push(']');
        }
        ValueKind::Labels(labels) => {
            out.push_str("{ ");
            joined(labels, ", ", out, |(name, value), out| {
                key(name, out);
                out.push_str(": ");
                text::write(&Text::plain(value), Spelling::Plain, out);
            });
            out.push_str(" }");
        }
    }
}

/// A condition, in parentheses if it is looser than `wanted`.
pub(crate) fn condition(node: &Condition, wanted: Tightness, out: &mut String) {
    if tightness(&node.kind) < wanted {
        out.push('(');
        bare_condition(node, out);
        out.push(')');
    } else {
        bare_condition(node, out);
    }
}

fn bare_condition(node: &Condition, out: &mut String) {
    let two = |a: &Condition, sign: &str, b: &Condition, right: Tightness, out: &mut String| {
        condition(a, Tightness::Sum, out);
        out.push(' ');
        out.push_str(sign);
        out.push(' ');
        condition(b, right, out);
    };
    match &node.kind {
        ConditionKind::Literal(value) => literal(value, out),
        ConditionKind::Name(name) => out.push_str(name),
        ConditionKind::TokenField(field) => token_field("", field, out),
        ConditionKind::HasTokenField(field) => token_field("has ", field, out),
        ConditionKind::Label(name, label) => {
            out.push_str(&name.text);
            subscript(label, out);
        }
        ConditionKind::Row(table, key) => row(table, key, out),
        ConditionKind::HasRow(table, key) => {
            out.push_str("has ");
            row(table, key, out);
        }
        ConditionKind::Not(inner) => {
            out.push('!');
            // `!a == b` is read as `!(a == b)`, but people read it as `(!a) == b`.
            let is_open = matches!(inner.kind, ConditionKind::Some(..) | ConditionKind::Every(..));
            condition(inner, if is_open { Tightness::Closed } else { Tightness::Primary }, out);
        }
        ConditionKind::And(..) => {
            joined(&operands(node), " && ", out, |part, out| condition(part, Tightness::Relation, out));
        }
        ConditionKind::Or(..) => {
            joined(&operands(node), " || ", out, |part, out| condition(part, Tightness::Both, out));
        }
        ConditionKind::Compare(sign, a, b) => two(a, sign.sign(), b, Tightness::Sum, out),
        ConditionKind::Compute(arithmetic, a, b) => two(a, arithmetic.row().sign, b, Tightness::Primary, out),
        ConditionKind::In(value, wanted) => {
            condition(value, Tightness::Sum, out);
            out.push_str(" in ");
            pattern(wanted, out);
        }
        ConditionKind::Some(name, wanted) => quantified("any ", name, wanted, out),
        ConditionKind::Every(name, wanted) => quantified("all ", name, wanted, out),
        ConditionKind::Has(name, label) => {
            out.push_str("has ");
            out.push_str(&name.text);
            if let Some(label) = label {
                subscript(label, out);
            }
        }
        ConditionKind::Call(name, arguments) => {
            out.push_str(&name.text);
            out.push('(');
            joined(arguments, ", ", out, |argument, out| condition(argument, Tightness::Either, out));
            out.push(')');
        }
        ConditionKind::List(list) => {
            out.push('[');
            joined(list, ", ", out, |one, out| condition(one, Tightness::Either, out));
            out.push(']');
        }
    }
}

fn quantified(word: &str, name: &Name, wanted: &Pattern, out: &mut String) {
    out.push_str(word);
    out.push_str(&name.text);
    out.push_str(" in ");
    pattern(wanted, out);
}

fn token_field(word: &str, field: &TokenField, out: &mut String) {
    out.push_str(word);
    out.push_str("token.");
    out.push_str(&field.name);
    field.key.iter().for_each(|key| subscript(key, out));
}

/// `teams[subject]`
fn row(table: &Name, key: &Condition, out: &mut String) {
    out.push_str(&table.text);
    match &key.kind {
        ConditionKind::Literal(Literal::Text(text)) if text.as_plain().is_some() => {
            subscript(text.as_plain().unwrap_or_default(), out);
        }
        _ => {
            out.push('[');
            condition(key, Tightness::Sum, out);
            out.push(']');
        }
    }
}

fn subscript(label: &str, out: &mut String) {
    out.push('[');
    text::write_data(label, out);
    out.push(']');
}

/// The operands of a chain of `&&` or of `||`; of anything else, itself.
pub(crate) fn operands(node: &Condition) -> Vec<&Condition> {
    fn gather<'c>(node: &'c Condition, is_and: bool, list: &mut Vec<&'c Condition>) {
        match (&node.kind, is_and) {
            (ConditionKind::And(a, b), true) | (ConditionKind::Or(a, b), false) => {
                gather(a, is_and, list);
                gather(b, is_and, list);
            }
            _ => list.push(node),
        }
    }
    let mut list = Vec::new();
    gather(node, matches!(node.kind, ConditionKind::And(..)), &mut list);
    list
}

const fn tightness(kind: &ConditionKind) -> Tightness {
    match kind {
        ConditionKind::Or(..) => Tightness::Either,
        ConditionKind::And(..) => Tightness::Both,
        ConditionKind::Not(_) | ConditionKind::Compare(..) | ConditionKind::In(..) => Tightness::Relation,
        ConditionKind::Compute(..) => Tightness::Sum,
        ConditionKind::Literal(_)
        | ConditionKind::Name(_)
        | ConditionKind::TokenField(_)
        | ConditionKind::HasTokenField(_)
        | ConditionKind::Label(..)
        | ConditionKind::Some(..)
        | ConditionKind::Every(..)
        | ConditionKind::Has(..)
        | ConditionKind::Row(..)
        | ConditionKind::HasRow(..)
        | ConditionKind::Call(..)
        | ConditionKind::List(_) => Tightness::Primary,
    }
}
