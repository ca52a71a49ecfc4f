//! Counts the work of one run that is not constant: bytes searched, elements, pieces tried.
//!
//! The [verifier](super::verify) has shown that a program stays within its cost limit. This is the
//! second line of defence: if a price is too low, the run ends and the caller refuses the request.
//! Running out never allows or denies.

use core::cell::Cell;

/// Steps that a run may still take for work that is not constant.
#[derive(Debug)]
pub struct Fuel {
    filled: u64,
    left: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Fuel {
    /// A supply of this many steps.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self { filled: steps, left: Cell::new(steps), is_spent: Cell::new(false) }
    }

    /// More than any run takes: for callers that match a pattern of their own.
    #[must_use]
    pub const fn plenty() -> Self {
        Self::new(u64::MAX)
    }

    /// Takes this many steps. `None` if there are not enough, from then on.
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

    /// Whether the fuel has run out.
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
