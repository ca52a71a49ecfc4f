//! A guard against replays within one process: it accepts each proof once.

use alloc::collections::VecDeque;
use core::fmt;
use std::sync::{Mutex, PoisonError};

use super::evidence::Replays;
use super::proof::ProofId;
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// Remembers as many proofs as it has room for, each until its window has passed. Where there is no
/// room, requests are refused: forgetting one early would let it be used twice.
///
/// Processes that share the traffic of one holder need a store that they share, see [`Replays`].
pub struct ReplayGuard {
    /// Ascending by the time of the signature.
    noted: Mutex<VecDeque<Noted>>,
    room: usize,
}

/// A proof, when it was signed, and until when it is fresh. The order does not depend on the window,
/// so that a proof is found again whatever the window is by then.
type Noted = (Time, ProofId, Time);

impl ReplayGuard {
    /// A guard with room for this many proofs, of 32 bytes each: as many as arrive within a window.
    /// Nothing is allocated later.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self { noted: Mutex::new(VecDeque::with_capacity(room)), room }
    }
}

impl Replays for ReplayGuard {
    fn note(&self, proof: ProofId, signed: Time, until: Time, now: Time) -> Result<(), Refusal> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        // A proof is accepted at its last moment too, so it is forgotten only afterwards.
        while noted.front().is_some_and(|(_, _, until)| *until < now) {
            noted.pop_front();
        }
        let place = noted.binary_search_by(|(other, id, _)| (other, id).cmp(&(&signed, &proof)));
        let Err(place) = place else { return Err(Refusal::Replayed) };
        if noted.len() >= self.room {
            return Err(Refusal::ReplaysFull);
        }
        noted.insert(place, (signed, proof, until));
        Ok(())
    }
}

impl fmt::Debug for ReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayGuard").field("room", &self.room).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }

    /// Signed at 0, whatever the window is.
    fn note(guard: &ReplayGuard, id: u8, until: i64, now: i64) -> Result<(), Refusal> {
        guard.note(ProofId([id; 16]), at(0), at(until), at(now))
    }

    #[test]
    fn a_proof_is_accepted_once_until_its_window_has_passed() {
        let guard = ReplayGuard::new(2);
        assert_eq!(note(&guard, 1, 60, 0), Ok(()));
        assert_eq!(note(&guard, 2, 60, 0), Ok(()), "another one of the same time");
        assert_eq!(note(&guard, 1, 60, 60), Err(Refusal::Replayed), "at its last moment");
        assert_eq!(note(&guard, 2, 90, 1), Err(Refusal::Replayed), "with another window");
    }

    #[test]
    fn a_full_guard_refuses_until_a_window_has_passed() {
        let guard = ReplayGuard::new(1);
        assert_eq!(note(&guard, 1, 60, 0), Ok(()));
        assert_eq!(note(&guard, 2, 60, 1), Err(Refusal::ReplaysFull));
        assert_eq!(note(&guard, 1, 60, 1), Err(Refusal::Replayed), "it is still remembered");
        assert_eq!(note(&guard, 2, 90, 61), Ok(()));
    }
}
