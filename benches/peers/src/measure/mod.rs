//! Times, allocations and bytes.
//!
//! A [`Cell`] is something of one contender that can be repeated. Cells of one table are run in turns, so that a slow minute
//! of the machine falls on everyone; each turn is one [`Plan::slice`] of CPU time of this thread. What is reported is the
//! median turn, the best turn, and the heap allocations of one repetition.

pub mod instructions;
mod tables;
mod threads;

pub use tables::{Part, Results, Row, Shown, Table, all};

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use serde::Serialize;

/// How long everything may take.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Turns of each cell.
    pub rounds: usize,
    /// CPU time of one turn.
    pub slice: Duration,
    /// Numbers of rules.
    pub rules: &'static [usize],
}

impl Plan {
    /// For the pages.
    pub const FULL: Self = Self { rounds: 60, slice: Duration::from_millis(15), rules: &[10, 100, 1_000, 10_000] };
    /// For a look.
    pub const QUICK: Self = Self { rounds: 5, slice: Duration::from_millis(3), rules: &[10, 100, 1_000] };
}

/// One decision that takes longer is the last of its contender.
pub const TOO_LONG: Duration = Duration::from_millis(500);

/// What was measured of one thing, for one repetition of it.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    /// Nanoseconds of CPU time in the median turn.
    pub median: f64,
    /// In the best turn.
    pub best: f64,
    /// Heap allocations.
    pub allocations: f64,
}

/// Something of one contender that can be repeated.
pub struct Cell<'a> {
    /// Runs once; what it returns is not thrown away by the compiler.
    run: Box<dyn FnMut() -> u64 + 'a>,
    /// How many decisions one run is.
    of: usize,
}

impl<'a> Cell<'a> {
    /// A cell whose run is `of` decisions.
    pub fn new(of: usize, run: impl FnMut() -> u64 + 'a) -> Self {
        Self { run: Box::new(run), of }
    }

    fn turn(&mut self, times: u64) -> Duration {
        let start = ThreadTime::now();
        for _ in 0..times {
            black_box((self.run)());
        }
        start.elapsed()
    }

    /// How often it runs in one slice.
    fn times(&mut self, slice: Duration) -> u64 {
        let mut times = 1;
        loop {
            let took = self.turn(times);
            if took * 4 >= slice {
                let ratio = slice.as_secs_f64() / took.as_secs_f64().max(1e-9);
                return ((times as f64 * ratio) as u64).max(1);
            }
            times *= 2;
        }
    }
}

/// Measures the cells of one table in turns.
pub fn in_turns(plan: Plan, mut cells: Vec<Cell<'_>>) -> Vec<Measure> {
    let times: Vec<u64> = cells.iter_mut().map(|cell| cell.times(plan.slice)).collect();
    let mut turns = vec![Vec::new(); cells.len()];
    for _ in 0..plan.rounds {
        for ((cell, &times), turns) in cells.iter_mut().zip(&times).zip(&mut turns) {
            turns.push(cell.turn(times).as_secs_f64() * 1e9 / times as f64 / cell.of as f64);
        }
    }
    let summary = |(cell, turns): (&mut Cell<'_>, &mut Vec<f64>)| {
        turns.sort_by(f64::total_cmp);
        let counted = allocation_counter::measure(|| {
            black_box((cell.run)());
        });
        let allocations = counted.count_total as f64 / cell.of as f64;
        Measure { median: turns[turns.len() / 2], best: turns[0], allocations }
    };
    cells.iter_mut().zip(&mut turns).map(summary).collect()
}
