//! Throughput: decisions in a second, with 1, 2, 4, … threads that decide the same requests in
//! parallel.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::clock::Clock;
use super::{Plan, Route, Workload};

/// Decisions in a second, by the number of threads.
pub(super) fn measure(workload: &Workload, route: Route, plan: &Plan) -> Vec<(usize, f64)> {
    let counts = counts(plan.threads);
    let each = plan.each / u32::try_from(counts.len().max(1)).unwrap_or(1);
    let in_a_second = |threads: usize| {
        let (stop, done, start) = (AtomicBool::new(false), AtomicU64::new(0), Barrier::new(threads + 1));
        let took = thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    start.wait();
                    decide(workload, route, &stop, &done);
                });
            }
            start.wait();
            let begun = Clock::now();
            thread::sleep(each);
            stop.store(true, Ordering::Relaxed);
            begun.elapsed()
        });
        #[expect(clippy::cast_precision_loss, reason = "a rate that is shown to three digits")]
        let done = done.load(Ordering::Relaxed) as f64;
        done / took.as_secs_f64()
    };
    counts.into_iter().map(|threads| (threads, in_a_second(threads))).collect()
}

/// Doubling, and finally the last one itself.
fn counts(most: usize) -> Vec<usize> {
    let mut counts: Vec<usize> =
        std::iter::successors(Some(1), |count| Some(count * 2)).take_while(|it| *it < most).collect();
    counts.extend((most > 0).then_some(most));
    counts
}

/// Decides until told to stop, and counts the decisions made by then.
fn decide(workload: &Workload, route: Route, stop: &AtomicBool, done: &AtomicU64) {
    let turns: u64 = match route {
        Route::Warm => 256,
        Route::Local => 32,
        Route::Public => 1,
    };
    while !stop.load(Ordering::Relaxed) {
        workload.each(route, &mut |_, decide| {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            for _ in 0..turns {
                let _ = black_box(decide());
            }
            done.fetch_add(turns, Ordering::Relaxed);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn threads_double_up_to_the_number_that_was_asked_for() {
        assert!(counts(0).is_empty());
        assert_eq!(counts(1), [1]);
        assert_eq!(counts(2), [1, 2]);
        assert_eq!(counts(6), [1, 2, 4, 6]);
    }
}
