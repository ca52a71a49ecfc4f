//! The clock of the measurements, and what reading it costs.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A clock that knows itself.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Of two readings, one behind the other, in tenths of a ns.
    cost: u64,
}

/// How often the clock is read to know it.
const READINGS: usize = 10_001;

impl Clock {
    /// Reads the clock often enough to know what one measurement costs: the median.
    #[must_use]
    pub fn calibrated() -> Self {
        let raw = Self { cost: 0 };
        let mut costs: Vec<u64> = (0..READINGS).map(|_| raw.tenths(|| {})).collect();
        costs.sort_unstable();
        Self { cost: costs[READINGS / 2] }
    }

    /// What a measurement costs, in ns.
    #[must_use]
    pub fn cost(self) -> f64 {
        ns(self.cost)
    }

    /// Now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "how long deciding takes is what is asked here; nothing is decided by it"
    )]
    pub fn now() -> Instant {
        Instant::now()
    }

    /// How long something takes, in tenths of a ns, without what the clock costs.
    pub fn tenths(self, what: impl FnOnce()) -> u64 {
        let before = Self::now();
        what();
        let took = before.elapsed();
        tenths(black_box(took)).saturating_sub(self.cost)
    }

    /// How many times something of so many tenths of a ns must be done, so that the clock does not matter.
    #[must_use]
    pub fn batch(self, one: u64) -> u32 {
        const TIMES: u64 = 20;
        let wanted = (self.cost * TIMES).max(10_000);
        u32::try_from(wanted.div_ceil(one.max(1))).unwrap_or(u32::MAX).clamp(1, 1000)
    }
}

fn tenths(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).saturating_mul(10)
}

/// Tenths of a ns as ns.
#[expect(clippy::cast_precision_loss, reason = "a time that is shown to three digits")]
pub(super) fn ns(tenths: u64) -> f64 {
    tenths as f64 / 10.0
}
