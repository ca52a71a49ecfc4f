//! The wire form of a regular expression: a small deterministic automaton over classes of bytes,
//! run in one pass.
//!
//! ```text
//! prefixed  the expression it was made from, for people
//! byte      states (2 to 255); 0 is dead, 1 is the start
//! byte      classes (1 to 255)
//! byte      runs of the class map, and for each: last byte of the run, class; ascending, the last one ends at 255
//! bytes     states x classes next states, row by row; the dead state leads to itself
//! bytes     one bit for every state: does it accept? lowest bit first, spare bits zero; the dead state does not
//! ```

use alloc::vec::Vec;

use super::cursor::{Cursor, put_prefixed};
use super::wildcard::Price;

/// An automaton inside a constant pool.
#[derive(Clone, Copy, Debug)]
pub struct Automaton<'a> {
    source: &'a [u8],
    classes: usize,
    runs: &'a [[u8; 2]],
    table: &'a [u8],
    accepting: &'a [u8],
}

impl<'a> Automaton<'a> {
    /// Splits a constant into its parts, without checking the table.
    #[must_use]
    pub fn read(constant: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(constant);
        let source = cursor.prefixed()?;
        let states = usize::from(cursor.byte()?);
        let classes = usize::from(cursor.byte()?);
        let count = usize::from(cursor.byte()?);
        let (runs, spare) = cursor.take(count * 2)?.as_chunks();
        let table = cursor.take(states * classes)?;
        let accepting = cursor.take(states.div_ceil(8))?;
        (cursor.is_empty() && spare.is_empty()).then_some(Self { source, classes, runs, table, accepting })
    }

    /// Whether every part keeps the promises of the layout.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let states = self.states();
        let map_is_complete = self.runs.is_sorted_by(|a, b| a[0] < b[0])
            && self.runs.last().is_some_and(|last| last[0] == u8::MAX)
            && self.runs.iter().all(|run| usize::from(run[1]) < self.classes);
        let dead_row = self.table.get(..self.classes).is_some_and(|row| row.iter().all(|&next| next == 0));
        let spare_bits_are_zero =
            (states..self.accepting.len() * 8).all(|bit| self.accepting[bit / 8] >> (bit % 8) & 1 == 0);
        states >= 2
            && core::str::from_utf8(self.source).is_ok()
            && map_is_complete
            && dead_row
            && self.table.iter().all(|&next| usize::from(next) < states)
            && spare_bits_are_zero
            && !self.accepts(0)
    }

    /// The expression it was made from; empty if the automaton is unsound.
    #[must_use]
    pub fn source(&self) -> &'a str {
        core::str::from_utf8(self.source).unwrap_or_default()
    }

    /// The state in which every run begins.
    pub const START: u8 = 1;

    /// The number of states, including the dead one.
    #[must_use]
    pub fn states(&self) -> usize {
        self.table.len().checked_div(self.classes).unwrap_or(0)
    }

    /// Whether it accepts the whole of `value`.
    #[must_use]
    pub fn matches(&self, value: &[u8]) -> Option<bool> {
        // Checked once here instead of for each byte.
        if self.runs.len() <= FEW_RUNS { self.run(value, Self::passed) } else { self.run(value, Self::halved) }
    }

    #[inline(always)]
    fn run(&self, value: &[u8], class: impl Fn(&Self, u8) -> Option<u8>) -> Option<bool> {
        let mut state = Self::START;
        for &byte in value {
            state = self.after(state, class(self, byte)?)?;
            if state == 0 {
                return Some(false);
            }
        }
        Some(self.accepts(state))
    }

    /// The state after `byte`; 0 is dead.
    #[must_use]
    #[inline]
    pub fn step(&self, state: u8, byte: u8) -> Option<u8> {
        self.after(state, self.class(byte)?)
    }

    #[inline(always)]
    fn after(&self, state: u8, class: u8) -> Option<u8> {
        self.table.get(usize::from(state) * self.classes + usize::from(class)).copied()
    }

    /// The class of a byte: bytes of one class lead to the same states. The cost does not grow with
    /// the number of runs.
    #[must_use]
    #[inline]
    pub fn class(&self, byte: u8) -> Option<u8> {
        if self.runs.len() <= FEW_RUNS { self.passed(byte) } else { self.halved(byte) }
    }

    /// The class, found by linear search over the runs.
    #[inline(always)]
    fn passed(&self, byte: u8) -> Option<u8> {
        self.runs.iter().find(|run| byte <= run[0]).map(|run| run[1])
    }

    /// The class, found by binary search over the runs.
    #[inline]
    fn halved(&self, byte: u8) -> Option<u8> {
        self.runs.get(self.runs.partition_point(|run| run[0] < byte)).map(|run| run[1])
    }

    /// The price of running it: for each byte its class and the next state.
    #[must_use]
    pub fn price(&self) -> Price {
        let runs = self.runs.len().min(FEW_RUNS) as u64;
        Price { value: AUTOMATON, byte: STATE + runs / PASSED }
    }

    /// Whether a value that ends in `state` is accepted.
    #[must_use]
    pub fn accepts(&self, state: u8) -> bool {
        self.accepting.get(usize::from(state / 8)).is_some_and(|bits| bits >> (state % 8) & 1 == 1)
    }
}

/// Up to this many runs are searched linearly; more are halved, which takes as long as a linear
/// search of this many.
pub const FEW_RUNS: usize = 8;

/// Steps of reading an automaton.
pub const AUTOMATON: u64 = 16;

/// Steps of going to the next state, without those for the class of a byte.
pub const STATE: u64 = 2;

/// Runs that a linear search passes in one step.
pub const PASSED: u64 = 2;

/// The parts of an automaton to be written: `next[state][byte]` with state 0 dead and 1 the start.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The expression it is made from.
    pub source: &'a str,
    /// For every state, the next state for each of the 256 bytes.
    pub next: Vec<[u8; 256]>,
    /// For every state, whether it accepts.
    pub accepting: Vec<bool>,
}

impl Draft<'_> {
    /// The constant; bytes that all states treat alike share a class. `None` if there are more
    /// states, classes or runs than a byte can count.
    #[must_use]
    pub fn write(&self) -> Option<Vec<u8>> {
        let (map, representatives) = self.classes();
        let runs = runs(&map);
        let mut out = Vec::new();
        put_prefixed(&mut out, self.source.as_bytes());
        out.push(u8::try_from(self.next.len()).ok()?);
        out.push(u8::try_from(representatives.len()).ok()?);
        out.push(u8::try_from(runs.len()).ok()?);
        out.extend(runs.into_iter().flatten());
        for row in &self.next {
            out.extend(representatives.iter().map(|&byte| row[usize::from(byte)]));
        }
        let start = out.len();
        out.resize(start + self.next.len().div_ceil(8), 0);
        for (state, _) in self.accepting.iter().enumerate().filter(|(_, accepts)| **accepts) {
            out[start + state / 8] |= 1 << (state % 8);
        }
        Some(out)
    }

    /// For every byte its class, and for every class its first byte.
    fn classes(&self) -> ([u8; 256], Vec<u8>) {
        let mut map = [0; 256];
        let mut representatives: Vec<u8> = Vec::new();
        for byte in 0..=u8::MAX {
            let alike = |&&other: &&u8| self.next.iter().all(|row| row[usize::from(byte)] == row[usize::from(other)]);
            let class = representatives.iter().position(|other| alike(&other)).unwrap_or_else(|| {
                representatives.push(byte);
                representatives.len() - 1
            });
            map[usize::from(byte)] = class as u8;
        }
        (map, representatives)
    }
}

/// The runs of equal classes: last byte and class.
fn runs(map: &[u8; 256]) -> Vec<[u8; 2]> {
    let mut runs: Vec<[u8; 2]> = Vec::new();
    for (byte, &class) in (0..=u8::MAX).zip(map) {
        match runs.last_mut() {
            Some(run) if run[1] == class => run[0] = byte,
            _ => runs.push([byte, class]),
        }
    }
    runs
}
