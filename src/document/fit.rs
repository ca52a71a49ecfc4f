//! Finds the blocks of a document that cannot become a program, whatever their arguments are.

use std::mem::discriminant;

use super::Document;
use crate::check::tree::{Constant, Network, Template};
use crate::compile::arguments::{Argument, Arguments};
use crate::compile::error::{CompileError, TemplateError};
use crate::compile::expressions::Expressions;
use crate::compile::{Compiled, compile_within};
use crate::diag::Diagnostic;
use crate::syntax::ast::ParameterType;
use placet_core::model::types::{Scalar, Type};

impl Document {
    /// Compiles one of the document's templates with the smallest arguments that there are. Costs
    /// what compiling costs, twice where it has parameters and does not fit.
    ///
    /// # Errors
    /// The problems that minting would report for any argument, each with its place and the way
    /// out; empty if some other argument may fit.
    pub fn fits(&self, template: &Template, expressions: &Expressions) -> Result<Compiled, Vec<Diagnostic>> {
        let attempt = |sample: Sample| {
            let arguments = sample.arguments(template).map_err(|_| Vec::new())?;
            self.compiled_with_promises(template, &arguments, expressions)
        };
        let first = match attempt(Sample::Small) {
            Ok(compiled) => return Ok(compiled),
            Err(errors) => errors,
        };
        if template.parameters.is_empty() {
            return Err(first.iter().map(|error| unfit(template, error)).collect());
        }
        let second = match attempt(Sample::Other) {
            Ok(compiled) => return Ok(compiled),
            Err(errors) => errors,
        };
        let same = |one: &CompileError, other: &CompileError| {
            one.at == other.at && discriminant(&one.cause) == discriminant(&other.cause)
        };
        // No sample is a key.
        let depends = |error: &CompileError| {
            matches!(
                error.cause,
                TemplateError::EmptyRange | TemplateError::NotAKey { .. } | TemplateError::Quorum { .. }
            )
        };
        let always = first.iter().filter(|error| !depends(error) && second.iter().any(|other| same(error, other)));
        Err(always.map(|error| unfit(template, error)).collect())
    }

    /// A promise is not part of any program, but it is compiled when it is checked against
    /// requests.
    fn compiled_with_promises(
        &self,
        template: &Template,
        arguments: &Arguments,
        expressions: &Expressions,
    ) -> Result<Compiled, Vec<CompileError>> {
        let (compiled, mut errors) = match compile_within(template, self.vocabulary(), arguments, expressions) {
            Ok(compiled) => (Some(compiled), Vec::new()),
            Err(errors) => (None, errors),
        };
        for promise in &template.promises {
            let alone = template.alone(promise.requests.clone());
            errors
                .extend(compile_within(&alone, self.vocabulary(), arguments, expressions).err().into_iter().flatten());
        }
        compiled.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

fn unfit(template: &Template, error: &CompileError) -> Diagnostic {
    let found = error.diagnostic(template).label("cannot be minted");
    if found.help.is_some() { found } else { found.help("make it smaller, or split it into several rules") }
}

/// Arguments that differ in everything a program may depend on: a problem with both comes from the
/// template itself.
#[derive(Clone, Copy)]
enum Sample {
    Small,
    Other,
}

impl Sample {
    fn arguments(self, template: &Template) -> Result<Arguments, Vec<CompileError>> {
        let argument = |ty, place| match (ty, self) {
            (ParameterType::Network, _) => self.network(place),
            (ParameterType::Value(Type::One(scalar)), _) => Some(Argument::One(self.constant(scalar, place))),
            (ParameterType::Value(Type::Set(scalar)), Self::Small) => {
                Some(Argument::Set(vec![self.constant(scalar, place)]))
            }
            (ParameterType::Value(Type::Set(_)), Self::Other) => Some(Argument::Set(Vec::new())),
            (ParameterType::Value(Type::Labels), _) => None,
        };
        let numbered = template.parameters.iter().zip(0..);
        let named = numbered.filter_map(|(one, place)| Some((one.name.as_str(), argument(one.ty, place)?)));
        Arguments::new(&template.parameters, named)
    }

    fn network(self, place: u16) -> Option<Argument> {
        match self.constant(Scalar::Ip, place) {
            Constant::Ip(first) => Some(Network { first, bits: 128 }.into()),
            _ => None,
        }
    }

    /// Later parameters of a template are greater in one sample, and smaller in the other: one of
    /// the two makes a range of `lo..hi`. One number is even and the other odd: what is `true` in one is `false` in the other.
    fn constant(self, scalar: Scalar, place: u16) -> Constant {
        match self {
            Self::Small => Constant::example(scalar, place.saturating_add(1), "x"),
            Self::Other => Constant::example(scalar, LAST.saturating_sub(place), "y"),
        }
    }
}

/// An even number above that of every parameter.
const LAST: u16 = 254;
