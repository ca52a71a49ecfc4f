//! Holds what the worst programs take against their price: `Proved::cost` is in steps, and a step is at most so many
//! instructions.

use std::hint::black_box;
use std::process::ExitCode;

use placet::bytecode::verify::{Budget, Scope, verify};
use placet::limits::APPROVALS;
use placet::vm::{Context, ProgramKind, run as decide};

use crate::instructions;
use crate::worst::{self, Case};
use placet::model::time::Time;

/// Instructions of one step, at most. `limits::TOKEN_COST` times this is what a hostile token can ask for.
const STEP: u64 = 16;

/// Steps that are counted of each case, so that what is set up before is lost in them.
const STEPS: u64 = 1 << 21;

/// Runs a case so many times.
pub fn run(name: &str, times: u64) -> ExitCode {
    let vocabulary = worst::vocabulary();
    let request = worst::request(&vocabulary);
    let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    let context = Context {
        issuance: Time::EPOCH,
        expiry: Time::MAX,
        bearer: Some(&worst::Bearer),
        vouchers: &[&[9; 32]; 32],
        approvers: &[[9; 32]; APPROVALS],
    };
    let case = worst::cases().into_iter().find(|case| case.name == name).expect("a case of the table");
    let proved = verify(&case.program, &scope).expect("it is a program");
    for _ in 0..times {
        decide(black_box(&proved), ProgramKind::Restriction, black_box(&request), &context).expect("it is proved");
    }
    ExitCode::SUCCESS
}

/// Prints the instructions of each case beside its price, those nearest to their price first. Fails where one takes more.
pub fn hold() -> ExitCode {
    let vocabulary = worst::vocabulary();
    let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    let set_up = instructions("price", "true", 0);
    let count = |Case { name, program }: Case| {
        let steps = verify(&program, &scope).expect("it is a program").cost();
        let times = (STEPS / steps).max(1);
        (instructions("price", &name, times).saturating_sub(set_up) / times, steps, name)
    };
    let mut counts: Vec<(u64, u64, String)> = worst::cases().into_iter().map(count).collect();
    counts.sort_by_key(|(counted, steps, _)| std::cmp::Reverse(counted * 1_000 / steps));
    println!("instructions, steps, instructions a step (at most {STEP}):\n");
    for (counted, steps, name) in &counts {
        let mark = if *counted > steps * STEP { "!" } else { " " };
        println!("{mark} {counted:>10}  {steps:>9}  {:>5.2}  {name}", *counted as f64 / *steps as f64);
    }
    if counts.iter().all(|(counted, steps, _)| *counted <= steps * STEP) {
        return ExitCode::SUCCESS;
    }
    println!("\nWhat is marked takes more than its price. `bytecode::verify` says what is paid for.");
    ExitCode::FAILURE
}
