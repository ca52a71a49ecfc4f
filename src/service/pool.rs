//! Scratch space for verifying tokens, shared by threads that seldom wait for each other.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, TryLockError};
use std::thread::available_parallelism;

use placet_core::token::verify::Scratch;

/// As many places as the machine can run decisions at the same time.
pub(super) struct Pool {
    places: Box<[Mutex<Scratch>]>,
}

impl Pool {
    pub(super) fn new() -> Self {
        let count = available_parallelism().map_or(1, usize::from);
        Self { places: (0..count).map(|_| Mutex::default()).collect() }
    }

    /// Lends a place that no other thread uses. If all are in use, a new one is made for this call.
    pub(super) fn with<R>(&self, use_it: impl FnOnce(&mut Scratch) -> R) -> R {
        let from = HOME.get();
        for step in 0..self.places.len() {
            let place = &self.places[(from.wrapping_add(step)) % self.places.len()];
            match place.try_lock() {
                Ok(mut scratch) => return use_it(&mut scratch),
                // The next token overwrites anything that a panic has left in it.
                Err(TryLockError::Poisoned(poisoned)) => return use_it(&mut poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        use_it(&mut Scratch::new())
    }
}

thread_local! {
    /// Where a thread looks first: each at its own place, if there are enough.
    static HOME: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed));
}

static NEXT: AtomicUsize = AtomicUsize::new(0);
