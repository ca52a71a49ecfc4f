//! The promises of a block, `never` and `always`, checked against requests.
//!
//! The input is a checked template with its arguments; each promise becomes a program of its own,
//! so that the VM says to which requests it applies. The output is the numbers of those that a
//! request breaks, given the block's answer to it. A promise applies to its own block with its
//! arguments (the token, the policy, the restriction), regardless of other blocks, and to requests
//! inside the token's validity. Arguments with which a promise does not compile are refused.

use super::observe;
use placet::bytecode::verify::ProvedProgram;
use placet::check::tree::{Promise, PromiseKind, Template};
use placet::compile::arguments::Arguments;
use placet::compile::error::CompileError;
use placet::model::request::View;
use placet::model::vocabulary::Vocabulary;
use placet::span::Span;
use placet::vm::{BlockVerdict, Context, ProgramKind, run};

/// All promises of one block.
#[derive(Debug, Default)]
pub struct Promises {
    kept: Vec<CompiledPromise>,
}

/// A promise that is ready to be checked against requests.
#[derive(Debug)]
pub struct CompiledPromise {
    /// The kind of promise.
    pub kind: PromiseKind,
    /// Its place.
    pub at: Span,
    program: ProvedProgram,
}

impl CompiledPromise {
    /// Whether the promise applies to the request.
    #[must_use]
    pub fn is_about(&self, request: &View<'_>, context: &Context<'_>) -> bool {
        let answer = run(&self.program.as_proved(), ProgramKind::Authority, request, context);
        matches!(answer, Ok(BlockVerdict::Allow(_) | BlockVerdict::Forbid(_)))
    }

    /// The promise as the only rule of a program.
    #[must_use]
    pub const fn program(&self) -> &ProvedProgram {
        &self.program
    }

    /// Whether a request to which it applies keeps it, given whether the block allows it.
    #[must_use]
    pub const fn is_kept(&self, allowed: bool) -> bool {
        match self.kind {
            PromiseKind::Never => !allowed,
            PromiseKind::Always => allowed,
        }
    }
}

impl Promises {
    /// Prepares the promises of a template.
    ///
    /// # Errors
    /// With these arguments a promise does not compile.
    pub fn new(template: &Template, vocabulary: &Vocabulary, arguments: &Arguments) -> Result<Self, Vec<CompileError>> {
        let ready = |Promise { kind, requests }: &Promise| {
            let program = observe::program(template, vocabulary, arguments, requests.clone())?;
            Ok(CompiledPromise { kind: *kind, at: requests.at, program })
        };
        Ok(Self { kept: template.promises.iter().map(ready).collect::<Result<_, Vec<CompileError>>>()? })
    }

    /// In the order of the source.
    #[must_use]
    pub fn all(&self) -> &[CompiledPromise] {
        &self.kept
    }

    /// The numbers of those that apply to the request and are not kept, given whether the block
    /// allows it.
    pub fn broken<'p>(
        &'p self,
        allowed: bool,
        request: &'p View<'_>,
        context: &'p Context<'_>,
    ) -> impl Iterator<Item = usize> + 'p {
        let numbered = self.kept.iter().enumerate().filter(move |(_, promise)| !promise.is_kept(allowed));
        numbered.filter(|(_, promise)| promise.is_about(request, context)).map(|(number, _)| number)
    }
}

/// A promise that a request breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenPromise {
    /// The block that made it, by its place among those of the fixture.
    pub block: usize,
    /// The number of the promise in the block.
    pub promise: usize,
}
