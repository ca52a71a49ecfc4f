//! Arithmetic in conditions: one table from which the checker, the compiler, the verifier, the VM
//! and the printers take the sign, the types and the result.

use super::types::Scalar;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ArithmeticRow {
    /// The sign in the language.
    pub sign: &'static str,
    /// How messages describe the second operand: it cannot be `added to` the first.
    pub verb: &'static str,
    /// Whether the operands can be swapped.
    pub commutes: bool,
}

/// An operator on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arithmetic {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
}

impl Arithmetic {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Add, Self::Subtract];

    /// Its row.
    #[must_use]
    pub const fn row(self) -> &'static ArithmeticRow {
        match self {
            Self::Add => &ArithmeticRow { sign: "+", verb: "added to", commutes: true },
            Self::Subtract => &ArithmeticRow { sign: "-", verb: "subtracted from", commutes: false },
        }
    }

    /// The operator that is written with this sign.
    #[must_use]
    pub fn of_sign(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.row().sign == sign)
    }

    /// The type of the result; `None` for operands that do not go together.
    #[must_use]
    #[inline]
    pub const fn result(self, left: Scalar, right: Scalar) -> Option<Scalar> {
        use Scalar::{Duration, Int, Time};
        Some(match (self, left, right) {
            (Self::Add | Self::Subtract, Int, Int) => Int,
            (Self::Add | Self::Subtract, Duration, Duration) | (Self::Subtract, Time, Time) => Duration,
            (Self::Add | Self::Subtract, Time, Duration) | (Self::Add, Duration, Time) => Time,
            _ => return None,
        })
    }

    /// The exact result. A program within its bounds has far fewer terms than would overflow it.
    #[must_use]
    #[inline]
    pub const fn exact(self, left: i128, right: i128) -> i128 {
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
        }
    }
}
