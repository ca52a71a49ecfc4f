//! Values, patterns, conditions and rules in the words of the language.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::tree::{Actions, Comparison, Effect, Operand, Pattern, Rule, Test, Truth};
use crate::author::request::{OwnedRequest, OwnedValue};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::constant::NetworkBits;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::wildcard::{GlobPiece, PathPiece};
use crate::check::tree::{Constant, STAR};
use crate::compile::expressions::Expressions;
use crate::model::types::{Scalar, Type};
use crate::model::value::UuidText;
use crate::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use crate::program::render::Automata;
use crate::program::spell::{self, quoted};

/// Speaks with the names of one vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct Words<'v> {
    vocabulary: &'v Vocabulary,
    trust: Trust<'v>,
}

/// Whose word is taken for the text of a regular expression, which a program brings along.
#[derive(Clone, Copy, Debug)]
enum Trust<'v> {
    /// Our own: the program was compiled here.
    Ours,
    /// That of whoever wrote a verified token, once the text was compared with what is run.
    Compared(&'v Expressions),
    /// Nobody's, and to compare it would be work for a stranger.
    Nobody,
}

impl<'v> Words<'v> {
    /// With the names of `vocabulary`, of programs that anybody could have written: of a regular expression it is said what it
    /// is said to be.
    #[must_use]
    pub const fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, trust: Trust::Nobody }
    }

    /// The same of programs that were compiled here.
    #[must_use]
    pub const fn of_ours(self) -> Self {
        Self { trust: Trust::Ours, ..self }
    }

    /// The same of verified programs: regular expressions are compared with what is run, each once and all within one effort.
    #[must_use]
    pub const fn comparing(self, expressions: &'v Expressions) -> Self {
        Self { trust: Trust::Compared(expressions), ..self }
    }

    /// `get { cache: "profiles", item: "user/42/name" }`
    #[must_use]
    pub fn request(self, request: &OwnedRequest) -> String {
        let entries = request.values.iter().map(|(field, value)| format!("{}: {}", self.field(*field), owned(value)));
        let action = self.vocabulary.action_name(request.action).unwrap_or("?");
        braces(&format!("{action} "), &entries.collect::<Vec<_>>())
    }

    /// `allow { action: ReadOnly, cache: "profiles" } when …`
    #[must_use]
    pub fn rule(self, rule: &Rule) -> String {
        let entries = rule.tests.iter().filter_map(|test| match test {
            Test::Action(actions) => Some(format!("action: {}", self.actions(actions))),
            Test::Field(field, pattern) => Some(format!("{}: {}", self.field(*field), self.of_field(*field, pattern))),
            Test::When(_) => None,
        });
        let entries: Vec<_> = entries.collect();
        let conditions = rule.tests.iter().filter_map(|test| match test {
            Test::When(truth) => Some(self.truth(truth)),
            Test::Action(_) | Test::Field(..) => None,
        });
        let conditions = conditions.collect::<Vec<_>>().join(" && ");
        let map = match rule.effect {
            Effect::Deny => braces("deny ", &entries),
            Effect::Allow => braces("allow ", &entries),
            Effect::Require => return format!("when: {conditions}"),
        };
        if conditions.is_empty() { map } else { format!("{map} when {conditions}") }
    }

    /// The name of an attribute.
    #[must_use]
    pub fn field(self, field: FieldNo) -> &'v str {
        self.vocabulary.attribute(field).map_or("?", |attribute| attribute.name.as_str())
    }

    /// `GET`, `[GET, HEAD]`, `not DELETE`, `ReadOnly`
    #[must_use]
    pub fn actions(self, actions: &Actions) -> String {
        let names = self.action_names(&actions.listed);
        match (actions.negated, names.as_slice()) {
            (false, [one]) => one.clone(),
            (false, names) => list(names),
            (true, []) => "any".to_owned(),
            (true, [one]) => format!("not {one}"),
            (true, names) => format!("not {}", list(names)),
        }
    }

    /// The largest roles that make up the set, and the actions that no role covers.
    fn action_names(self, actions: &[ActionNo]) -> Vec<String> {
        let inside = |role: &&crate::model::vocabulary::Role| {
            role.actions.len() > 1 && role.actions.iter().all(|action| actions.binary_search(action).is_ok())
        };
        let mut roles: Vec<_> = self.vocabulary.roles().iter().filter(inside).collect();
        roles.sort_by_key(|role| std::cmp::Reverse(role.actions.len()));
        let mut left = actions.to_vec();
        let mut names = Vec::new();
        for role in roles {
            if role.actions.iter().all(|action| left.contains(action)) {
                left.retain(|action| !role.actions.contains(action));
                names.push(role.name.clone());
            }
        }
        names.extend(left.iter().map(|&action| self.vocabulary.action_name(action).unwrap_or("?").to_owned()));
        names
    }

    /// A pattern on an attribute.
    #[must_use]
    pub fn of_field(self, field: FieldNo, pattern: &Pattern) -> String {
        match self.vocabulary.attribute(field).map(|attribute| attribute.ty) {
            Some(Type::One(scalar) | Type::Set(scalar)) => self.of_scalar(scalar, pattern),
            Some(Type::Labels) | None => self.labels(pattern),
        }
    }

    /// A pattern on values of a type.
    #[must_use]
    pub fn of_scalar(self, scalar: Scalar, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Any => "any".to_owned(),
            Pattern::Absent => "absent".to_owned(),
            Pattern::Not(inner) => format!("not {}", self.of_scalar(scalar, inner)),
            Pattern::AnyOf(parts) | Pattern::AllOf(parts) => {
                list(&parts.iter().map(|part| self.of_scalar(scalar, part)).collect::<Vec<_>>())
            }
            Pattern::Bool(truth) => truth.to_string(),
            Pattern::Equal(bytes) => equal(scalar, bytes),
            Pattern::Prefix(bytes) => format!("prefix {}", bytes_text(bytes)),
            Pattern::Suffix(bytes) => format!("suffix {}", bytes_text(bytes)),
            Pattern::Glob(constant) => format!("glob {}", quoted(&glob(constant))),
            Pattern::Regex(constant) => self.regex(scalar, constant),
            Pattern::Range(first, last) => range(scalar, *first, *last),
            Pattern::Network(network) => quoted(&network_text(network)),
            Pattern::Path(constant) => quoted(&path(constant)),
            Pattern::Within(bytes) => quoted(&format!("{}/**", String::from_utf8_lossy(bytes).trim_end_matches('/'))),
            Pattern::Label(..) => self.labels(pattern),
        }
    }

    /// A pattern on the value of a label.
    pub(super) fn of_label(self, pattern: &Pattern) -> String {
        self.of_scalar(Scalar::String, pattern)
    }

    fn labels(self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Label(name, inner) => format!("{{ {}: {} }}", key(name), self.of_scalar(Scalar::String, inner)),
            Pattern::AllOf(parts) if parts.iter().all(|part| matches!(part, Pattern::Label(..))) => {
                let entries = parts.iter().map(|part| match part {
                    Pattern::Label(name, inner) => format!("{}: {}", key(name), self.of_scalar(Scalar::String, inner)),
                    other => self.labels(other),
                });
                braces("", &entries.collect::<Vec<_>>())
            }
            Pattern::AnyOf(parts) | Pattern::AllOf(parts) => {
                list(&parts.iter().map(|part| self.labels(part)).collect::<Vec<_>>())
            }
            Pattern::Not(inner) => format!("not {}", self.labels(inner)),
            Pattern::Any => "any".to_owned(),
            Pattern::Absent => "absent".to_owned(),
            other => self.of_scalar(Scalar::String, other),
        }
    }

    /// The expression that a program names. Who wrote a restriction may have lied, so it is compared with what is run, where
    /// that is work for somebody known.
    fn regex(self, scalar: Scalar, constant: &[u8]) -> String {
        let source = Automaton::read(constant).map_or("", |automaton| automaton.source());
        let shown = format!("~\"{}\"", source.replace('"', "\\\""));
        let is_that = match self.trust {
            Trust::Ours => Some(true),
            Trust::Compared(expressions) => expressions.is_that(source, scalar, constant),
            Trust::Nobody => None,
        };
        match is_that {
            Some(true) => shown,
            Some(false) => format!("an automaton that is not {shown}"),
            None => format!("an automaton that is said to be {shown}"),
        }
    }

    /// `hour(time) in 8..18`
    #[must_use]
    pub fn truth(self, truth: &Truth) -> String {
        match truth {
            Truth::Constant(truth) => truth.to_string(),
            Truth::All(parts) => self.joined(parts, " && "),
            Truth::Some(parts) => self.joined(parts, " || "),
            Truth::Not(inner) => format!("!{}", self.nested(inner)),
            Truth::Compare(comparison, left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                match sign(*comparison) {
                    Ok(sign) => format!("{left} {sign} {right}"),
                    Err(function) => format!("{function}({left}, {right})"),
                }
            }
            Truth::Matches(operand, pattern) => {
                format!("{} in {}", self.operand(operand), self.of_scalar(self.scalar(operand), pattern))
            }
            Truth::AnyElement(field, pattern) => {
                format!("any {} in {}", self.field(*field), self.of_field(*field, pattern))
            }
            Truth::EveryElement(field, pattern) => {
                format!("all {} in {}", self.field(*field), self.of_field(*field, pattern))
            }
            Truth::Member(operand, field) => format!("{} in {}", self.operand(operand), self.field(*field)),
            Truth::Has(field) => format!("has {}", self.field(*field)),
            Truth::HasLabel(field, name) => format!("has {}[{}]", self.field(*field), quoted(name)),
            Truth::Truth(operand) => self.operand(operand),
            Truth::Vouched(key) => format!("vouched by {}", hexadecimal(key)),
        }
    }

    fn joined(self, parts: &[Truth], sign: &str) -> String {
        parts.iter().map(|part| self.nested(part)).collect::<Vec<_>>().join(sign)
    }

    fn nested(self, truth: &Truth) -> String {
        match truth {
            Truth::Constant(_) | Truth::Not(_) | Truth::Has(_) | Truth::HasLabel(..) | Truth::Truth(_) => {
                self.truth(truth)
            }
            Truth::All(_) | Truth::Some(_) => format!("({})", self.truth(truth)),
            other => self.truth(other),
        }
    }

    fn operand(self, operand: &Operand) -> String {
        let call = |name, inner: &Operand| format!("{name}({})", self.operand(inner));
        match operand {
            Operand::Field(field) => self.field(*field).to_owned(),
            Operand::Label(field, name) => format!("{}[{}]", self.field(*field), quoted(name)),
            Operand::Constant(constant) => value(constant),
            Operand::Issuance => "token.issuance".to_owned(),
            Operand::Expiry => "token.expiry".to_owned(),
            Operand::Add(left, right) => format!("{} + {}", self.operand(left), self.operand(right)),
            Operand::Subtract(left, right) => format!("{} - {}", self.operand(left), self.operand(right)),
            Operand::Hour(inner) => call("hour", inner),
            Operand::Minute(inner) => call("minute", inner),
            Operand::Weekday(inner) => call("weekday", inner),
            Operand::Length(inner) => call("length", inner),
            Operand::Size(field) => format!("size({})", self.field(*field)),
        }
    }

    fn scalar(self, operand: &Operand) -> Scalar {
        match operand {
            Operand::Field(field) => match self.vocabulary.attribute(*field).map(|attribute| attribute.ty) {
                Some(Type::One(scalar)) => scalar,
                _ => Scalar::String,
            },
            Operand::Label(..) => Scalar::String,
            Operand::Constant(constant) => constant.scalar(),
            Operand::Issuance | Operand::Expiry => Scalar::Time,
            Operand::Add(left, _) => self.scalar(left),
            Operand::Subtract(left, right) => match (self.scalar(left), self.scalar(right)) {
                (Scalar::Time, Scalar::Time) => Scalar::Duration,
                (left, _) => left,
            },
            Operand::Hour(_) | Operand::Minute(_) | Operand::Weekday(_) => Scalar::Int,
            Operand::Length(_) | Operand::Size(_) => Scalar::Int,
        }
    }
}

const fn sign(comparison: Comparison) -> Result<&'static str, &'static str> {
    match comparison {
        Comparison::Equal => Ok("=="),
        Comparison::Unequal => Ok("!="),
        Comparison::Less => Ok("<"),
        Comparison::LessOrEqual => Ok("<="),
        Comparison::StartsWith => Err("starts_with"),
        Comparison::EndsWith => Err("ends_with"),
        Comparison::Contains => Err("contains"),
    }
}

/// The value of an attribute.
#[must_use]
pub fn owned(value_: &OwnedValue) -> String {
    match value_ {
        OwnedValue::One(constant) => value(constant),
        OwnedValue::Set(elements) => list(&elements.iter().map(value).collect::<Vec<_>>()),
        OwnedValue::Labels(labels) => {
            let entries = labels.iter().map(|(name, text)| format!("{}: {}", key(name), quoted(text)));
            braces("", &entries.collect::<Vec<_>>())
        }
    }
}

/// One value.
#[must_use]
pub fn value(constant: &Constant) -> String {
    match constant {
        Constant::Bool(truth) => truth.to_string(),
        Constant::Int(number) => number.to_string(),
        Constant::String(text) | Constant::Path(text) => quoted(text),
        Constant::Bytes(bytes) => bytes_text(bytes),
        Constant::Uuid(uuid) => quoted(&UuidText(*uuid).to_string()),
        Constant::Time(millis) => time(*millis),
        Constant::Duration(millis) => duration(*millis),
        Constant::Ip(address) => quoted(&IpAddr::from(*address).to_string()),
    }
}

fn equal(scalar: Scalar, bytes: &[u8]) -> String {
    match (scalar, bytes.try_into()) {
        (Scalar::Uuid, Ok(uuid)) => quoted(&UuidText(uuid).to_string()),
        (Scalar::Path, _) => quoted(&path_text(bytes)),
        _ => bytes_text(bytes),
    }
}

fn range(scalar: Scalar, first: i64, last: i64) -> String {
    let end = |number| match scalar {
        Scalar::Time => time(number),
        Scalar::Duration => duration(number),
        _ => number.to_string(),
    };
    match (first, last) {
        (i64::MIN, i64::MAX) => "any".to_owned(),
        (i64::MIN, last) => format!("<= {}", end(last)),
        (first, i64::MAX) => format!(">= {}", end(first)),
        (first, last) if first == last => end(first),
        (first, last) => format!("{}..{}", end(first), end(last.saturating_add(1))),
    }
}

fn network_text(network: &NetworkBits) -> String {
    let first = IpAddr::from(network.first);
    let bits = if network.bits >= 96 && first.is_ipv4() { network.bits - 96 } else { network.bits };
    let whole = if first.is_ipv4() { 32 } else { 128 };
    if bits == whole { first.to_string() } else { format!("{first}/{bits}") }
}

/// A glob as it is written.
fn glob(constant: &[u8]) -> String {
    let mut cursor = Cursor::new(constant);
    let mut text = String::new();
    while let Some(piece) = (!cursor.is_empty()).then(|| GlobPiece::read(&mut cursor)).flatten() {
        match piece {
            GlobPiece::Run => text.push('*'),
            GlobPiece::One => text.push('?'),
            GlobPiece::Literal(bytes) => {
                for character in String::from_utf8_lossy(bytes).chars() {
                    if matches!(character, '*' | '?' | '\\') {
                        text.push('\\');
                    }
                    text.push(character);
                }
            }
        }
    }
    text
}

/// A literal part of a path as it is written in a pattern, where a `*` would be a wildcard.
fn path_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('*', STAR)
}

/// A path pattern as it is written.
fn path(constant: &[u8]) -> String {
    let mut cursor = Cursor::new(constant);
    let mut text = String::new();
    while let Some(piece) = (!cursor.is_empty()).then(|| PathPiece::read(&mut cursor)).flatten() {
        text.push('/');
        match piece {
            PathPiece::Run => text.push_str("**"),
            PathPiece::One => text.push('*'),
            PathPiece::Glob(constant) => text.push_str(&glob(constant).replace("\\*", STAR)),
            PathPiece::Literal(bytes) => text.push_str(&path_text(bytes)),
        }
    }
    if text.is_empty() { "/".to_owned() } else { text }
}

/// `2026-11-21T10:00:00Z`
#[must_use]
pub fn time(millis: i64) -> String {
    spell::time(millis).unwrap_or_else(|| millis.to_string())
}

/// `1h30m`
#[must_use]
pub fn duration(millis: i64) -> String {
    let mut left = millis.unsigned_abs();
    let mut text = if millis < 0 { "-".to_owned() } else { String::new() };
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if left >= length {
            let _ = write!(text, "{}{unit}", left / length);
            left %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn bytes_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => quoted(text),
        Err(_) => format!("x\"{}\"", hexadecimal(bytes)),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// The name of a label, in quotes where it is no word.
fn key(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word { name.to_owned() } else { quoted(name) }
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

fn braces(before: &str, entries: &[String]) -> String {
    if entries.is_empty() { format!("{before}{{}}") } else { format!("{before}{{ {} }}", entries.join(", ")) }
}
