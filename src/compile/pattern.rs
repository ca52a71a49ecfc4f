//! Patterns: one function for each construct.

use super::arguments::Argument;
use super::error::TemplateError;
use super::part::{joined, refuse_empty};
use super::{Lowering, glob, path, regex, url};
use crate::check::tree::{ArgumentNo, Bound, Network, Pattern, Term, Text};
use crate::program;
use placet_core::bytecode::constant::NetworkBits;
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::types::{Scalar, Type};

fn network_pattern(Network { first, bits }: Network) -> program::Pattern {
    program::Pattern::Network(NetworkBits { first, bits }.truncated())
}

impl Lowering<'_> {
    /// A pattern on a value of type `scalar`, or on one element of a set.
    pub(super) fn pattern(&self, pattern: &Pattern, scalar: Scalar) -> Result<program::Pattern, TemplateError> {
        match pattern {
            Pattern::Any => Ok(program::Pattern::Any),
            Pattern::Absent => Ok(program::Pattern::Absent),
            Pattern::Equal(Term::Text(text)) if text.has_attributes() => self.made(None, text, scalar),
            Pattern::Text(matcher, text) if text.has_attributes() => self.made(Some(*matcher), text, scalar),
            Pattern::Is(value) => Ok(program::Pattern::Is(self.operand(value)?)),
            Pattern::Equal(term) => Ok(program::Pattern::equal(self.term(term, scalar)?)),
            Pattern::InParameter(number) => self.in_parameter(*number, scalar),
            Pattern::OneOf(choices) => one_of(choices, |choice| self.pattern(choice, scalar)),
            Pattern::Not(inner) => self.pattern(inner, scalar).map(program::Pattern::negated),
            Pattern::Text(matcher, text) => self.matcher(*matcher, text, scalar),
            Pattern::Range(first, last) => self.range(first.as_ref(), last.as_ref(), scalar),
            Pattern::Network(network) => Ok(network_pattern(*network)),
            Pattern::Url(pattern) => Ok(url::matcher(pattern)),
            Pattern::Labels(_) => Err(TemplateError::Mistyped { wanted: scalar }),
        }
    }

    /// A pattern on an attribute of type `ty`.
    pub(super) fn pattern_on(&self, pattern: &Pattern, ty: Type) -> Result<program::Pattern, TemplateError> {
        match ty {
            Type::One(scalar) | Type::Set(scalar) => self.pattern(pattern, scalar),
            Type::Labels => self.labels(pattern),
        }
    }

    fn labels(&self, pattern: &Pattern) -> Result<program::Pattern, TemplateError> {
        match pattern {
            Pattern::Any => Ok(program::Pattern::Any),
            Pattern::Absent => Ok(program::Pattern::Absent),
            Pattern::OneOf(choices) => one_of(choices, |choice| self.labels(choice)),
            Pattern::Not(inner) => self.labels(inner).map(program::Pattern::negated),
            Pattern::Labels(wanted) => {
                let label = |(name, pattern): &(String, Pattern)| {
                    let value = self.pattern(pattern, Scalar::String)?;
                    Ok((name.clone(), value))
                };
                wanted.iter().map(label).collect::<Result<Vec<_>, _>>().map(program::Pattern::labels)
            }
            Pattern::Equal(_)
            | Pattern::Is(_)
            | Pattern::InParameter(_)
            | Pattern::Text(..)
            | Pattern::Range(..)
            | Pattern::Network(_)
            | Pattern::Url(_) => Err(TemplateError::Mistyped { wanted: Scalar::String }),
        }
    }

    /// Sorted, since a set has no order and equal sets must give equal programs.
    fn in_parameter(&self, number: ArgumentNo, scalar: Scalar) -> Result<program::Pattern, TemplateError> {
        if let (Argument::Network(network), Scalar::Ip) = (self.argument(number)?, scalar) {
            return Ok(network_pattern(*network));
        }
        let elements = self.elements(number, scalar)?;
        let mut choices: Vec<program::Pattern> = elements.iter().cloned().map(program::Pattern::equal).collect();
        choices.sort();
        Ok(program::Pattern::any_of(choices))
    }

    fn matcher(&self, matcher: Matcher, text: &Text, scalar: Scalar) -> Result<program::Pattern, TemplateError> {
        let parts = self.parts(text)?;
        match matcher.syntax() {
            Syntax::Text(_) | Syntax::Place(_) if scalar == Scalar::Path => Ok(without_case(path::matcher(&parts)?)),
            Syntax::Text(_) | Syntax::Place(_) => {
                refuse_empty(&parts)?;
                Ok(program::Pattern::text(matcher, joined(&parts)?))
            }
            Syntax::Glob => glob::matcher(&parts),
            Syntax::Regex => regex::matcher(&parts, scalar, self.expressions),
            Syntax::Path => path::matcher(&parts),
            // The checked tree has the parts of a URL in a pattern of its own.
            Syntax::Url => Err(TemplateError::Mistyped { wanted: scalar }),
        }
    }

    fn range(
        &self,
        first: Option<&Bound>,
        last: Option<&Bound>,
        scalar: Scalar,
    ) -> Result<program::Pattern, TemplateError> {
        let number = |bound: &Bound| self.number(&bound.term, scalar);
        let ends = [first, last].into_iter().flatten();
        let is_given = first.is_some() && last.is_some() && !ends.map(|end| &end.term).all(is_known);
        let first = match first {
            None => Some(i64::MIN),
            Some(bound) if bound.included => Some(number(bound)?),
            Some(bound) => number(bound)?.checked_add(1),
        };
        let last = match last {
            None => Some(i64::MAX),
            Some(bound) if bound.included => Some(number(bound)?),
            Some(bound) => number(bound)?.checked_sub(1),
        };
        // Nothing is greater than the greatest number.
        match first.zip(last).map_or(program::Pattern::NEVER, |(first, last)| program::Pattern::range(first, last)) {
            // The checker has reported a range that is written as empty.
            program::Pattern::AnyOf(none) if none.is_empty() && is_given => Err(TemplateError::EmptyRange),
            range => Ok(range),
        }
    }
}

const fn is_known(term: &Term) -> bool {
    match term {
        Term::Constant(_) => true,
        Term::Parameter(_) | Term::Text(_) => false,
    }
}

/// The same path, or the paths below it, where ASCII letters of both cases are equal.
fn without_case(pattern: program::Pattern) -> program::Pattern {
    match pattern {
        program::Pattern::Equal(path) => program::Pattern::Text(Matcher::Nocase, path),
        program::Pattern::Text(Matcher::Within, path) => program::Pattern::Text(Matcher::NocaseWithin, path),
        other => other,
    }
}

fn one_of(
    choices: &[Pattern],
    lower: impl Fn(&Pattern) -> Result<program::Pattern, TemplateError>,
) -> Result<program::Pattern, TemplateError> {
    Ok(program::Pattern::any_of(choices.iter().map(lower).collect::<Result<_, _>>()?))
}
