//! Keys that are bound to an audience and to a state of the vocabulary, neither of which has more
//! than a hint in the token.
//!
//! The tag chain of a local token starts from a key that is derived from both, and the signature of
//! a public authority block covers both. So a token of another audience, of another vocabulary or
//! of another state with the same hint does not verify. Links, revocation ids and seeds do not
//! depend on them, so that holders and third parties need to know neither.

use zeroize::Zeroize;

use super::audience::Audience;
use super::chain::Link;
use super::header::KeyHash;
use super::keys::LocalKey;
use crate::model::vocabulary::Fingerprint;

/// The key from which the tags of a local token start. The tag key authenticates nothing else.
pub(super) fn local_start(key: &LocalKey, audience: Audience, state: Fingerprint) -> Link {
    let mut input = [0; 32];
    let (first, second) = input.split_at_mut(16);
    first.copy_from_slice(&audience.bytes());
    second.copy_from_slice(&state.0);
    *blake3::keyed_hash(key.mac(), &input).as_bytes()
}

/// The digest that the signature of a public authority block covers.
pub(super) fn public_start(digest: &Link, audience: Audience, state: Fingerprint) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 public binding v1");
    *hasher.update(digest).update(&audience.bytes()).update(&state.0).finalize().as_bytes()
}

/// The keys from which the last local tokens of one thread started: deriving one takes as long as
/// hashing a small token.
pub(super) struct BoundKeys([Option<BoundKey>; PLACES]);

/// A service has few keys and states in use, and each of them takes 80 bytes.
const PLACES: usize = 16;

struct BoundKey {
    premises: Premises,
    start: Link,
}

/// Everything from which a key is derived; instead of the secret, its hash.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Premises {
    key: KeyHash,
    audience: Audience,
    state: Fingerprint,
}

impl BoundKeys {
    pub(super) const fn new() -> Self {
        Self([const { None }; PLACES])
    }

    /// As [`local_start`].
    #[inline]
    pub(super) fn local_start(&mut self, key: &LocalKey, audience: Audience, state: Fingerprint) -> Link {
        let premises = Premises { key: key.name().hash, audience, state };
        match &self.0[premises.place()] {
            Some(known) if known.premises == premises => known.start,
            _ => self.derive(key, premises),
        }
    }

    #[cold]
    fn derive(&mut self, key: &LocalKey, premises: Premises) -> Link {
        let start = local_start(key, premises.audience, premises.state);
        self.0[premises.place()] = Some(BoundKey { premises, start });
        start
    }
}

impl Premises {
    const fn place(&self) -> usize {
        (self.key.0[0] ^ self.state.0[0]) as usize % PLACES
    }
}

/// Each is the secret of all tokens of one state.
impl Drop for BoundKeys {
    fn drop(&mut self) {
        self.0.iter_mut().flatten().for_each(|bound| bound.start.zeroize());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_kept_is_the_one_that_would_be_derived() {
        let mut kept = BoundKeys::new();
        let audiences = [Audience::NONE, Audience::new("orders").expect("it is a name")];
        for round in 0..2 {
            for (number, audience) in (0..40).flat_map(|number| audiences.map(|audience| (number, audience))) {
                let (key, state) = (LocalKey::from_secret(&[number % 5; 32]), Fingerprint([number; 16]));
                let derived = local_start(&key, audience, state);
                assert_eq!(kept.local_start(&key, audience, state), derived, "{number} in round {round}");
                assert_eq!(kept.local_start(&key, audience, state), derived, "{number} again");
            }
        }
    }

    #[test]
    fn a_key_is_bound_to_each_of_its_premises() {
        let (one, other) = (LocalKey::from_secret(&[1; 32]), LocalKey::from_secret(&[2; 32]));
        let (orders, state) = (Audience::new("orders").expect("it is a name"), Fingerprint([3; 16]));
        let mut near = state;
        near.0[15] ^= 1;
        let starts = [
            local_start(&one, Audience::NONE, state),
            local_start(&other, Audience::NONE, state),
            local_start(&one, orders, state),
            local_start(&one, Audience::NONE, near),
        ];
        let bound = [(Audience::NONE, state), (orders, state), (Audience::NONE, near)];
        let signed = bound.map(|(audience, state)| public_start(&[9; 32], audience, state));
        let all = [&starts[..], &signed].concat();
        assert!((0..all.len()).all(|at| !all[..at].contains(&all[at])));
    }
}
