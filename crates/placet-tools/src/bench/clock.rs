//! The clock of the measurements, and the cost of reading it.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A clock that knows its own cost.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The cost of two consecutive readings, in tenths of a ns.
    cost: u64,
}

/// How often the clock is read to measure its cost.
const READINGS: usize = 10_001;

impl Clock {
    /// Measures the cost of one measurement: the median of many readings.
    #[must_use]
    pub fn calibrated() -> Self {
        let raw = Self { cost: 0 };
        let mut costs: Vec<u64> = (0..READINGS).map(|_| raw.tenths(|| {})).collect();
        costs.sort_unstable();
        Self { cost: costs[READINGS / 2] }
    }

    /// The cost of one measurement, in ns.
    #[must_use]
    pub fn cost(self) -> f64 {
        ns(self.cost)
    }

    /// The current time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this measures how long deciding takes; no decision depends on it")]
    pub fn now() -> Instant {
        Instant::now()
    }

    /// The duration of a call, in tenths of a ns, without the cost of the clock.
    pub fn tenths(self, what: impl FnOnce()) -> u64 {
        let before = Self::now();
        what();
        let took = before.elapsed();
        tenths(black_box(took)).saturating_sub(self.cost)
    }

    /// How many times a call of this duration (in tenths of a ns) must be repeated to make the cost
    /// of the clock negligible.
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
