//! What the tests of correctness share: a generator that is driven by bytes, and an evaluator that is too slow to be wrong.
#![allow(dead_code, reason = "every test file uses a part of it")]

pub mod bearer;
pub mod choices;
pub mod generate;
pub mod programs;
pub mod reference;
pub mod requests;
pub mod speak;
pub mod times;

use choices::Choices;
use generate::Made;
use placet::bytecode::verify::{Budget, Scope, verify};
use placet::compile::arguments::Arguments;
use placet::compile::error::CompileError;
use placet::compile::{Compiled, Frame, compile_at};
use placet::model::request::View;
use placet::model::time::Time;
use placet::model::vocabulary::{State, Vocabulary};
use placet::syntax::ast::BlockKind;
use placet::vm::{self, Context, ProgramKind};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use times::times;

/// Runs the test for `cases` strings of at most `bytes` bytes, the same ones in each run, or `PLACET_CASES` times as many; a failing
/// one is shrunk.
pub fn for_all(cases: u32, bytes: usize, test: impl Fn(&mut Choices<'_>) -> Result<(), TestCaseError>) {
    let config =
        Config { cases: cases * times(), max_shrink_iters: 20_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&vec(any::<u8>(), 0..=bytes), |bytes| test(&mut Choices::new(&bytes)));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => panic!("{why}\nmade of {bytes:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// The time as of which everything is compiled: the offsets of time zones depend on it.
pub const COMPILED: Time = Time::from_millis(1_767_225_600_000);

/// Compiles a block that was made for this vocabulary.
pub fn compiled(made: &Made, vocabulary: &Vocabulary) -> Result<Compiled, Vec<CompileError>> {
    let names = made.template.parameters.iter().map(|parameter| parameter.name.as_str());
    let arguments = Arguments::new(&made.template.parameters, names.zip(made.arguments.iter().cloned()))?;
    compile_at(&made.template, vocabulary, &arguments, COMPILED)
}

/// How the VM treats a program of this kind of block.
pub fn kind_of(block: BlockKind) -> ProgramKind {
    match block {
        BlockKind::Token | BlockKind::Policy => ProgramKind::Authority,
        BlockKind::Restriction => ProgramKind::Restriction,
    }
}

/// What the VM says, in terms of the source.
pub fn decide(
    compiled: &Compiled,
    kind: ProgramKind,
    state: State,
    request: &View<'_>,
    context: &Context<'_>,
) -> reference::Answer {
    let scope = Scope { vocabulary: request.vocabulary(), state, budget: Budget::Policy };
    let proved = verify(compiled.program.bytes(), &scope).expect("the compiler writes what can be proved");
    let place = |rule: u16, frame| {
        let origin = compiled.rules[usize::from(rule)];
        assert_eq!(origin.frame, frame, "rule {rule} is of another kind");
        origin.at
    };
    match vm::run(&proved, kind, request, context).expect("the VM decides what is proved") {
        vm::BlockVerdict::Allow(rule) => reference::Answer::Allow(rule.map(|rule| place(rule, Frame::Allow))),
        vm::BlockVerdict::Forbid(rule) => reference::Answer::Forbid(place(rule, Frame::Deny)),
        vm::BlockVerdict::Abstain(rule) => reference::Answer::Abstain(rule.map(|rule| place(rule, Frame::Require))),
    }
}
