//! What a document may make us do before anything is decided: reading regular expressions, and making automata of them.
//!
//! A kilobyte of text can ask for seconds of work, and hosts compile texts of strangers. So work is counted as it is done, in
//! units of about ten nanoseconds, and the same text always takes the same: what is too much here is too much everywhere.

use std::cell::Cell;

use crate::limits::COMPILE_EFFORT;

/// How much of the work is left.
#[derive(Clone, Debug)]
pub struct Effort {
    left: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Default for Effort {
    /// What a document may take unless a host says otherwise.
    fn default() -> Self {
        Self::new(COMPILE_EFFORT)
    }
}

impl Effort {
    /// So many units of about ten nanoseconds.
    #[must_use]
    pub const fn new(units: u64) -> Self {
        Self { left: Cell::new(units), is_spent: Cell::new(false) }
    }

    /// Takes some. `None` where there is not enough, from then on.
    #[must_use]
    pub fn spend(&self, units: u64) -> Option<()> {
        let left = self.left.get().checked_sub(units);
        self.left.set(left.unwrap_or(0));
        if left.is_none() {
            self.is_spent.set(true);
        }
        left.map(drop)
    }

    /// Whether something was more than there was.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.is_spent.get()
    }

    /// Units that reading a regular expression takes: a class is a list of ranges, and one of Unicode has hundreds, which are
    /// all gone through where capitals and small letters are the same.
    #[must_use]
    pub fn reading(expression: &str) -> u64 {
        let count = |what: &str| expression.matches(what).count() as u64;
        let classes = ["\\w", "\\W", "\\d", "\\D", "\\s", "\\S"].into_iter().map(count).sum::<u64>();
        // Only flags make them classes of Unicode.
        let folded = if expression.contains("(?") { FOLDED * classes } else { 0 };
        BYTE * expression.len() as u64 + CLASS * (count("[") + count("\\")) + folded
    }
}

/// Units of one byte of an expression.
const BYTE: u64 = 16;

/// Units of one class.
const CLASS: u64 = 512;

/// Units of a class of Unicode without regard to capitals.
const FOLDED: u64 = 16 * 1024;
