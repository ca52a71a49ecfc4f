//! The work that a document may cause before anything is decided: reading regular expressions and
//! building automata from them.
//!
//! A kilobyte of text can cause seconds of work, and hosts compile texts of strangers. So work is
//! counted as it is done, in units of about ten nanoseconds. The same text always takes the same
//! number, so a text that is refused on one machine is refused on all.

use std::cell::Cell;

use crate::limits::COMPILE_EFFORT;

/// How much of the work is left.
#[derive(Clone, Debug)]
pub struct Effort {
    left: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Default for Effort {
    /// The work a document may take by default.
    fn default() -> Self {
        Self::new(COMPILE_EFFORT)
    }
}

impl Effort {
    /// A budget of this many units of about ten nanoseconds.
    #[must_use]
    pub const fn new(units: u64) -> Self {
        Self { left: Cell::new(units), is_spent: Cell::new(false) }
    }

    /// Spends some. `None` if too little is left, and then for every later call.
    #[must_use]
    pub fn spend(&self, units: u64) -> Option<()> {
        let left = self.left.get().checked_sub(units);
        self.left.set(left.unwrap_or(0));
        if left.is_none() {
            self.is_spent.set(true);
        }
        left.map(drop)
    }

    /// Whether the budget has been exceeded.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.is_spent.get()
    }

    /// Units that reading a regular expression takes: a class is a list of ranges, and one of
    /// Unicode has hundreds, all of which are visited if case is ignored.
    #[must_use]
    pub fn reading(expression: &str) -> u64 {
        let count = |what: &str| expression.matches(what).count() as u64;
        let classes = ["\\w", "\\W", "\\d", "\\D", "\\s", "\\S"].into_iter().map(count).sum::<u64>();
        // Only flags make them Unicode classes.
        let folded = if expression.contains("(?") { FOLDED * classes } else { 0 };
        BYTE * expression.len() as u64 + CLASS * (count("[") + count("\\")) + folded
    }
}

/// Units of one byte of an expression.
const BYTE: u64 = 16;

/// Units of one class.
const CLASS: u64 = 512;

/// Units of a Unicode class if case is ignored.
const FOLDED: u64 = 16 * 1024;
