//! Counts the work of one run that is not constant: bytes that are looked through, elements, pieces that are tried.
//!
//! The [verifier](super::verify) has shown that a program cannot cost more than it may. This is the second line: a price that
//! is too low ends a run, and the caller refuses the request. A run is never denied or allowed for it.

use core::cell::Cell;

/// Steps that a run may still take for what is not constant.
#[derive(Debug)]
pub struct Fuel {
    filled: u64,
    left: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Fuel {
    /// For so many steps.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self { filled: steps, left: Cell::new(steps), is_spent: Cell::new(false) }
    }

    /// More than any run takes: for those who match a pattern of their own.
    #[must_use]
    pub const fn plenty() -> Self {
        Self::new(u64::MAX)
    }

    /// Takes so many steps. `None` where there are not enough, from then on.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a subtraction and a comparison on the hot path")]
    pub fn spend(&self, steps: usize) -> Option<()> {
        match self.left.get().checked_sub(steps as u64) {
            Some(left) => {
                self.left.set(left);
                Some(())
            }
            None => self.run_dry(),
        }
    }

    #[cold]
    fn run_dry(&self) -> Option<()> {
        self.left.set(0);
        self.is_spent.set(true);
        None
    }

    /// Whether there was not enough.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.is_spent.get()
    }

    /// Steps taken so far.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.filled - self.left.get()
    }
}
