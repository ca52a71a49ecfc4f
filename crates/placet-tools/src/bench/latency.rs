//! The latency of single decisions: every request in turn, round after round, recorded in a
//! histogram of three digits.

use std::hint::black_box;

use hdrhistogram::Histogram;

use super::clock::{Clock, ns};
use super::{Plan, Route, Workload};

/// Times in ns.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// How many decisions were timed.
    pub decisions: u64,
    /// The most decisions that were timed together, since one alone is shorter than the clock can
    /// resolve.
    pub together: u32,
    /// The mean.
    pub mean: f64,
    /// The time that a share of all decisions does not exceed, by [`SHARES`].
    pub shares: [f64; SHARES.len()],
    /// The longest.
    pub most: f64,
    /// Percentiles and times, for a plot.
    pub curve: Vec<(f64, f64)>,
}

/// The percentiles that are shown.
pub const SHARES: [f64; 4] = [50.0, 90.0, 99.0, 99.9];

/// A minute, in tenths of a ns: no decision takes longer.
const MOST: u64 = 600_000_000_000;

/// Timed at one request before it is the next one's turn.
const TURNS: u32 = 16;

/// Times all requests of a route.
pub(super) fn measure(workload: &Workload, route: Route, plan: &Plan, clock: Clock) -> Latency {
    let mut histogram = Histogram::<u64>::new_with_bounds(1, MOST, 3).expect("the bounds are constants that fit");
    let begun = Clock::now();
    let (mut together, mut rounds) = (1, 0);
    loop {
        workload.each(route, &mut |_, decide| {
            let first = clock.tenths(|| _ = black_box(decide()));
            let once = (0..3).map(|_| clock.tenths(|| _ = black_box(decide()))).min().unwrap_or(first).max(1);
            let batch = clock.batch(once);
            together = together.max(batch);
            for _ in 0..TURNS {
                let took = clock.tenths(|| {
                    for _ in 0..batch {
                        let _ = black_box(decide());
                    }
                });
                let one = (took / u64::from(batch)).clamp(1, MOST);
                histogram.record_n(one, u64::from(batch)).expect("it is within the bounds");
            }
        });
        rounds += 1;
        if plan.rounds.map_or(begun.elapsed() >= plan.each, |wanted| rounds >= wanted) {
            break;
        }
    }
    read(&histogram, together)
}

fn read(histogram: &Histogram<u64>, together: u32) -> Latency {
    let at = |percentile: f64| ns(histogram.value_at_percentile(percentile));
    // Ever closer to all of them: on the axis of the plot the steps are even.
    let steps =
        (0..=CURVE_STEPS).map(|step| 100.0 - 100.0 / 10_f64.powf(f64::from(step) * 5.0 / f64::from(CURVE_STEPS)));
    let enough = |percentile: f64| to_float(histogram.len()) * (100.0 - percentile) / 100.0 >= 1.0;
    let curve = steps.filter(|percentile| enough(*percentile)).map(|percentile| (percentile, at(percentile)));
    Latency {
        decisions: histogram.len(),
        together,
        mean: histogram.mean() / 10.0,
        shares: SHARES.map(at),
        most: ns(histogram.max()),
        curve: curve.collect(),
    }
}

const CURVE_STEPS: u32 = 150;

#[expect(clippy::cast_precision_loss, reason = "only a few matter here")]
fn to_float(count: u64) -> f64 {
    count as f64
}
