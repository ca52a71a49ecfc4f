//! The cost limits of programs, and the price of looking at values and constants.

use super::{Budget, Checked, Fault};
use crate::bytecode::wildcard::Price;
use crate::limits::{
    POLICY_COST, POLICY_PROOF_BYTES, SET_BYTES, SET_ELEMENTS, TOKEN_COST, TOKEN_PROOF_BYTES, VALUE_BYTES,
};

/// The remaining allowance of programs that are proved together. The blocks of a token share one
/// allowance, since otherwise thirty-two of them could take thirty-two times as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Steps that running them may take.
    steps: u64,
    /// Bytes of constants that proving them may look at. An instruction of three bytes can name a
    /// constant of some thousand, and the next one the same again.
    looks: u64,
}

impl Allowance {
    /// Nothing is spent yet.
    #[must_use]
    pub const fn of(budget: Budget) -> Self {
        match budget {
            Budget::Token => Self { steps: TOKEN_COST, looks: TOKEN_PROOF_BYTES },
            Budget::Policy => Self { steps: POLICY_COST, looks: POLICY_PROOF_BYTES },
        }
    }

    /// Steps that running them may still take.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    #[inline]
    pub(super) fn charge(&mut self, steps: u64) -> Checked {
        self.steps = self.steps.checked_sub(steps).ok_or(Fault::TooCostly)?;
        Ok(())
    }

    /// Pays for looking at a constant during the proof.
    #[inline]
    pub(super) fn look(&mut self, bytes: usize) -> Checked {
        self.looks = self.looks.checked_sub(bytes as u64).ok_or(Fault::TooLongToProve)?;
        Ok(())
    }
}

/// How many values are looked at, and how many bytes they have together.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) values: u64,
    bytes: u64,
}

impl Extent {
    /// One value.
    pub(super) const ONE: Self = Self { values: 1, bytes: VALUE_BYTES as u64 };

    /// All elements of a set, or one value.
    #[inline]
    pub(super) const fn of(many: bool) -> Self {
        if many { Self::SET } else { Self::ONE }
    }

    /// All elements of a set: their greatest number, and their greatest length together.
    pub(super) const SET: Self = Self { values: SET_ELEMENTS as u64, bytes: SET_BYTES as u64 };

    /// Steps of comparing each value with a text of `length` bytes.
    #[inline]
    pub(super) const fn comparing(self, length: u64) -> u64 {
        self.together(length) / COMPARED
    }

    /// Steps of comparing each value with a text of `length` bytes, ignoring case.
    pub(super) const fn folding(self, length: u64) -> u64 {
        self.together(length) * FOLDED
    }

    #[inline]
    const fn together(self, length: u64) -> u64 {
        let together = self.values.saturating_mul(length);
        if together < self.bytes { together } else { self.bytes }
    }

    /// Steps of matching a pattern of this price.
    #[inline]
    pub(super) const fn matching(self, price: Price) -> u64 {
        price.value.saturating_mul(self.values).saturating_add(price.byte.saturating_mul(self.bytes))
    }
}

/// Steps for each byte that is compared ignoring case.
pub const FOLDED: u64 = 1;

/// Bytes that are compared in one step, by a processor that compares sixteen at a time.
pub const COMPARED: u64 = 32;
