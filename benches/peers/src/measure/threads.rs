//! Decisions a second with one thread and with two, each with a service of its own. By the wall clock: CPU time would not
//! show threads that wait for each other.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::contender::Contender;
use crate::question::Question;

/// Decisions a second, all threads together; warm.
pub fn decisions(contender: &dyn Contender, question: Question, threads: usize, time: Duration) -> f64 {
    let barrier = Barrier::new(threads);
    let work = || {
        let Ok(mut service) = contender.open(question) else { return 0.0 };
        let rows = service.rows().min(16);
        barrier.wait();
        let (start, mut done) = (Instant::now(), 0);
        while start.elapsed() < time {
            std::hint::black_box(service.warm_all(rows));
            done += rows;
        }
        done as f64 / start.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().map(|thread| thread.join().expect("a service does not panic")).sum()
    })
}
