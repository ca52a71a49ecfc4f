//! Patterns as syntax.

use super::{Lifting, PrintError, Trust, UNCOMPARED};
use crate::check::tree::Constant;
use crate::check::url::PUBLIC;
use crate::program::literal;
use crate::program::made::{Way, Written, written};
use crate::program::tree::{Pattern, Value};
use crate::syntax::ast::{self, At, Comparison, Entry, Literal, Name, Operand, OperandKind, PatternKind, Piece, Text};
use crate::syntax::text::Spelling;
use placet_core::bytecode::automaton::Automaton;
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::types::{Scalar, Type};
use placet_core::model::url_pattern::HostPattern;
use placet_core::model::vocabulary::{Attribute, FieldNo};

/// The subject of a pattern.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    One(Scalar),
    Labels,
}

impl Subject {
    const fn of(ty: Type) -> Self {
        match ty {
            Type::One(scalar) | Type::Set(scalar) => Self::One(scalar),
            Type::Labels => Self::Labels,
        }
    }
}

impl Lifting<'_> {
    /// A pattern on an attribute.
    pub(super) fn pattern_on(&self, field: FieldNo, wanted: &Pattern) -> Result<ast::Pattern, PrintError> {
        self.pattern(wanted, Subject::of(self.attribute(field)?.ty))
    }

    /// A pattern on an attribute, in a rule that forbids.
    pub(super) fn forbidden_on(&self, field: FieldNo, wanted: &Pattern) -> Result<ast::Pattern, PrintError> {
        let attribute = self.attribute(field)?;
        self.forbidden(wanted, Subject::of(attribute.ty), attribute.optional)
    }

    pub(super) fn attribute(&self, field: FieldNo) -> Result<&Attribute, PrintError> {
        self.vocabulary.attribute(field).ok_or("the vocabulary has no such attribute")
    }

    /// The name of an attribute.
    pub(super) fn field(&self, field: FieldNo) -> Result<Name, PrintError> {
        self.attribute(field).map(|attribute| name(&attribute.name))
    }

    pub(super) fn pattern(&self, wanted: &Pattern, subject: Subject) -> Result<ast::Pattern, PrintError> {
        Ok(match (wanted, subject) {
            (Pattern::Any, _) => pattern(PatternKind::Any),
            (Pattern::Absent, _) => pattern(PatternKind::Absent),
            (Pattern::Not(inner), _) => not(self.pattern(inner, subject)?),
            (Pattern::AnyOf(parts), _) if parts.is_empty() => never(),
            (Pattern::AnyOf(parts), _) => pattern(PatternKind::List(self.patterns(parts, subject)?)),
            (Pattern::AllOf(parts), Subject::Labels) if !parts.is_empty() => self.labels(parts, false)?,
            (Pattern::Label(..), Subject::Labels) => self.labels(std::slice::from_ref(wanted), false)?,
            (_, Subject::One(scalar)) => self.scalar(wanted, scalar)?,
            (_, Subject::Labels) => return Err("it has a pattern for one value on labels"),
        })
    }

    fn patterns(&self, parts: &[Pattern], subject: Subject) -> Result<Vec<ast::Pattern>, PrintError> {
        parts.iter().map(|part| self.pattern(part, subject)).collect()
    }

    /// A pattern in a rule that forbids. If the value may be absent, the language requires that a
    /// rule says whether a `not` includes that; in a program it never does.
    fn forbidden(&self, wanted: &Pattern, subject: Subject, optional: bool) -> Result<ast::Pattern, PrintError> {
        match (wanted, subject) {
            (Pattern::Not(inner), _) if optional => {
                let choices = match &**inner {
                    Pattern::AnyOf(choices) if !choices.is_empty() => choices.as_slice(),
                    one => std::slice::from_ref(one),
                };
                let mut choices = self.patterns(choices, subject)?;
                choices.push(pattern(PatternKind::Absent));
                Ok(not(pattern(PatternKind::List(choices))))
            }
            (Pattern::AnyOf(parts), _) if !parts.is_empty() => {
                let unsaid = optional && !parts.contains(&Pattern::Absent);
                let choices = parts.iter().map(|part| self.forbidden(part, subject, unsaid));
                Ok(pattern(PatternKind::List(choices.collect::<Result<_, _>>()?)))
            }
            (Pattern::AllOf(parts), Subject::Labels) if !parts.is_empty() => self.labels(parts, true),
            (Pattern::Label(..), Subject::Labels) => self.labels(std::slice::from_ref(wanted), true),
            _ => self.pattern(wanted, subject),
        }
    }

    /// `{ dc: "eu-1", "web host": any }`
    fn labels(&self, labels: &[Pattern], forbids: bool) -> Result<ast::Pattern, PrintError> {
        let mut entries: Vec<Entry> = Vec::new();
        for label in labels {
            let Pattern::Label(key, wanted) = label else {
                return Err("it joins patterns that are not of one label each");
            };
            if entries.iter().any(|entry| entry.key.text == *key) {
                return Err("it has two patterns on one label");
            }
            let subject = Subject::One(Scalar::String);
            let value = if forbids { self.forbidden(wanted, subject, true)? } else { self.pattern(wanted, subject)? };
            entries.push(Entry { key: name(key), value });
        }
        Ok(pattern(PatternKind::Map(entries)))
    }

    fn scalar(&self, wanted: &Pattern, scalar: Scalar) -> Result<ast::Pattern, PrintError> {
        match wanted {
            Pattern::Bool(truth) => Ok(equal(Literal::Bool(*truth))),
            Pattern::Equal(bytes) => whole(bytes, scalar).map(equal),
            Pattern::Text(matcher, constant) => self.matcher(*matcher, constant, scalar).map(pattern),
            Pattern::Range(first, last) => range(*first, *last, scalar),
            Pattern::Network(network) => Ok(equal(literal::network(*network))),
            Pattern::Is(value) => self.same(value).map(pattern),
            Pattern::Made(shape, values) => self.made(shape, values, scalar).map(pattern),
            Pattern::AllOf(_) | Pattern::Label(..) => Err("it joins patterns in a way that cannot be written"),
            Pattern::Any | Pattern::Absent | Pattern::Not(_) | Pattern::AnyOf(_) => {
                self.pattern(wanted, Subject::One(scalar))
            }
        }
    }

    fn matcher(&self, matcher: Matcher, constant: &[u8], scalar: Scalar) -> Result<PatternKind, PrintError> {
        Ok(match matcher.syntax() {
            Syntax::Text(_) => PatternKind::Text(matcher, operand(whole(constant, scalar)?)),
            Syntax::Place(_) => {
                let path = literal::path_text(constant).ok_or(NO_PATH)?;
                let below = literal::plain(&format!("{}/**", path.strip_suffix('/').unwrap_or(&path)));
                if matcher.row().is_exact {
                    PatternKind::Literal(below)
                } else {
                    PatternKind::Text(Matcher::Nocase, operand(below))
                }
            }
            Syntax::Glob => {
                let glob = literal::glob(constant).and_then(|glob| literal::raw_text(&glob, Spelling::Glob));
                PatternKind::text(matcher, glob.ok_or("its glob cannot be written as text")?)
            }
            Syntax::Regex => PatternKind::text(matcher, self.regex(constant, scalar)?),
            Syntax::Path => PatternKind::Literal(literal::plain(&literal::path(constant).ok_or(NO_PATH)?)),
            Syntax::Url => {
                let url = literal::url(constant).ok_or("its pattern of urls is not one")?;
                match url.host {
                    HostPattern::Public => PatternKind::Name(PUBLIC.to_owned()),
                    HostPattern::Any | HostPattern::Exact(_) | HostPattern::Child(_) | HostPattern::Within(_) => {
                        PatternKind::Literal(literal::plain(&url.to_string()))
                    }
                }
            }
        })
    }

    /// The name of a value of the request in the place of a pattern or in a text.
    /// `subject`, `token.owner`
    fn same(&self, value: &Value) -> Result<PatternKind, PrintError> {
        Ok(match super::token_field::field_of_token(value) {
            Some(field) => PatternKind::TokenField(field),
            None => PatternKind::Name(self.name_of(value)?),
        })
    }

    fn name_of(&self, value: &Value) -> Result<String, PrintError> {
        match value {
            Value::Field(field) => Ok(self.field(*field)?.text),
            Value::Label(..)
            | Value::Constant(_)
            | Value::Issuance
            | Value::Expiry
            | Value::Claim(_)
            | Value::Local(..)
            | Value::Row(..)
            | Value::Compute(..)
            | Value::Call(..)
            | Value::Size(_) => Err("it compares with a value that has no name"),
        }
    }

    fn made(&self, shape: &[u8], values: &[Value], scalar: Scalar) -> Result<PatternKind, PrintError> {
        let (way, pieces) = written(shape, scalar).ok_or("its text cannot be written")?;
        let mut values = values.iter();
        let piece = |piece: Written| match piece {
            Written::Text(text) => Ok(Piece::Text(text)),
            Written::Value => {
                let value = values.next().ok_or("its text lacks a value")?;
                self.name_of(value).map(|text| Piece::Splice(name(&text)))
            }
        };
        let text = Text { pieces: pieces.into_iter().map(piece).collect::<Result<_, _>>()? };
        Ok(match way {
            Way::Exact | Way::Path => PatternKind::Literal(Literal::Text(text)),
            Way::Prefix => PatternKind::text(Matcher::Prefix, text),
            Way::Suffix => PatternKind::text(Matcher::Suffix, text),
            Way::Glob => PatternKind::text(Matcher::Glob, text),
        })
    }

    fn regex(&self, constant: &[u8], scalar: Scalar) -> Result<Text, PrintError> {
        let source = Automaton::read(constant).ok_or("its automaton is not valid")?.source();
        let is_that = match self.trust {
            Trust::Ours => Some(true),
            Trust::Compared(automata) => automata.is_that(source, scalar, constant),
            Trust::Nobody => None,
        };
        match is_that {
            Some(true) => {}
            Some(false) => return Err("the regular expression that it quotes is not the one that it runs"),
            None => self.uncompared.set(Some(UNCOMPARED)),
        }
        literal::raw_text(source, Spelling::Regex).ok_or("its regular expression cannot be quoted")
    }
}

/// The bytes of a whole value.
fn whole(bytes: &[u8], scalar: Scalar) -> Result<Literal, PrintError> {
    // Bytes are written as text where they can be.
    if scalar.is_textual() {
        return text(bytes, scalar);
    }
    let value = Constant::of_bytes(scalar, bytes.to_vec());
    value.as_ref().and_then(literal::literal).ok_or("a value in it is not of its attribute's type")
}

/// The bytes of a string or of bytes.
fn text(bytes: &[u8], scalar: Scalar) -> Result<Literal, PrintError> {
    match scalar {
        Scalar::String => std::str::from_utf8(bytes).map(literal::plain).map_err(|_| "its text is not UTF-8"),
        _ => Ok(literal::bytes(bytes)),
    }
}

/// `1..10`, `>= 5`, `7`
fn range(first: i64, last: i64, scalar: Scalar) -> Result<ast::Pattern, PrintError> {
    let end = |number| literal::number(number, scalar).ok_or(NO_SUCH_TIME);
    let compare = |comparison, number| Ok(pattern(PatternKind::Compare(comparison, operand(end(number)?))));
    match (first, last) {
        (i64::MIN, i64::MAX) => Ok(pattern(PatternKind::Any)),
        (first, last) if first == last => end(first).map(equal),
        (first, last) if first > last => Ok(never()),
        (first, i64::MAX) => compare(Comparison::GreaterOrEqual, first),
        (i64::MIN, last) => compare(Comparison::LessOrEqual, last),
        (first, last) => {
            let ends = [operand(end(first)?), operand(end(last + 1)?)];
            Ok(pattern(PatternKind::Range(Box::new(ends))))
        }
    }
}

const NO_PATH: &str = "its path cannot be written as text";
pub(super) const NO_SUCH_TIME: &str = "it contains a time that has no date";

pub(super) const fn pattern(kind: PatternKind) -> ast::Pattern {
    ast::Pattern { kind, at: At(crate::span::Span::new(0, 0)) }
}

pub(super) fn name(text: &str) -> Name {
    Name { text: text.to_owned(), at: At::default() }
}

/// `[p, q]`; a single pattern as itself.
pub(super) fn list(mut parts: Vec<ast::Pattern>) -> ast::Pattern {
    if parts.len() == 1 { parts.remove(0) } else { pattern(PatternKind::List(parts)) }
}

fn not(inner: ast::Pattern) -> ast::Pattern {
    pattern(PatternKind::Not(Box::new(inner)))
}

/// `not any`: matches no value.
fn never() -> ast::Pattern {
    not(pattern(PatternKind::Any))
}

const fn equal(literal: Literal) -> ast::Pattern {
    pattern(PatternKind::Literal(literal))
}

fn operand(literal: Literal) -> Operand {
    Operand { kind: OperandKind::Literal(literal), at: At::default() }
}
