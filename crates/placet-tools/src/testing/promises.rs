//! The promises of a block, `never` and `always`, held against requests.
//!
//! What comes in is a checked template with its arguments; each promise becomes a program of its own, so that the VM says which
//! requests it is about. What goes out are the numbers of those that a request breaks, given what the block says of it. A
//! promise is about its own block with its arguments (the token, the policy, the restriction), whatever stands beside it, and
//! about requests inside the token's validity. What is refused: arguments with which a promise has no program.

use super::observe;
use placet::bytecode::verify::ProvedProgram;
use placet::check::tree::{Promise, PromiseKind, Template};
use placet::compile::arguments::Arguments;
use placet::compile::error::CompileError;
use placet::model::request::Request;
use placet::model::vocabulary::Vocabulary;
use placet::span::Span;
use placet::vm::{BlockVerdict, Context, ProgramKind, run};

/// All promises of one block.
#[derive(Debug, Default)]
pub struct Promises {
    kept: Vec<CompiledPromise>,
}

/// A promise that is ready to be held against requests.
#[derive(Debug)]
pub struct CompiledPromise {
    /// What is promised.
    pub kind: PromiseKind,
    /// Where.
    pub at: Span,
    program: ProvedProgram,
}

impl CompiledPromise {
    /// Whether the promise is about the request.
    #[must_use]
    pub fn is_about(&self, request: &Request<'_>, context: &Context<'_>) -> bool {
        let answer = run(&self.program.as_proved(), ProgramKind::Authority, request, context);
        matches!(answer, Ok(BlockVerdict::Allow(_) | BlockVerdict::Forbid(_)))
    }

    /// What it says, as the one rule of a program.
    #[must_use]
    pub const fn program(&self) -> &ProvedProgram {
        &self.program
    }

    /// Whether a request that it is about keeps it, where the block allows or does not.
    #[must_use]
    pub const fn is_kept(&self, allowed: bool) -> bool {
        match self.kind {
            PromiseKind::Never => !allowed,
            PromiseKind::Always => allowed,
        }
    }
}

impl Promises {
    /// Makes the promises of a template ready.
    ///
    /// # Errors
    /// With these arguments a promise has no program.
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

    /// The numbers of those that are about the request and not kept, where the block allows it or does not.
    pub fn broken<'p>(
        &'p self,
        allowed: bool,
        request: &'p Request<'_>,
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
    /// Which of the block's promises.
    pub promise: usize,
}
