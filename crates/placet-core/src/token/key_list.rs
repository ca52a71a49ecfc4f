//! Keys of one kind, in the order in which they were added, with binary search by id.
//!
//! A [`Stamp`] identifies the keys and their order: it is extended with every added key and
//! recomputed when one is removed.

use alloc::vec::Vec;

use zeroize::Zeroize;

use super::chain::first;
use super::header::KeyId;
use super::keys::{LocalKey, PublicKey};

/// A key that a list can hold.
pub(super) trait Listed {
    /// Its name in tokens.
    fn id(&self) -> KeyId;
    /// A value that no other key has.
    fn content(&self) -> &[u8; 32];
}

impl Listed for LocalKey {
    fn id(&self) -> KeyId {
        self.id()
    }

    fn content(&self) -> &[u8; 32] {
        self.mac()
    }
}

impl Listed for PublicKey {
    fn id(&self) -> KeyId {
        self.id()
    }

    fn content(&self) -> &[u8; 32] {
        self.as_bytes()
    }
}

/// Changes with every change of a list, so that a token verified under the earlier list is not
/// taken for verified under this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp([u8; 16]);

impl Stamp {
    fn and(self, content: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 keyring stamp v1");
        let stamp = first(hasher.update(&self.0).update(content).finalize().as_bytes());
        hasher.zeroize();
        Self(stamp)
    }
}

/// Keys of one kind with distinct ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyList<K> {
    keys: Vec<K>,
    /// The id of every key and its place in `keys`, ascending.
    places: Vec<(KeyId, usize)>,
    stamp: Stamp,
}

impl<K: Listed> KeyList<K> {
    /// The key with this id.
    #[inline]
    pub(super) fn get(&self, id: KeyId) -> Option<&K> {
        let found = self.places.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.keys.get(self.places.get(found)?.1)
    }

    /// Adds a key, unless one with its id is there.
    pub(super) fn insert(&mut self, key: K) -> bool {
        let Err(place) = self.places.binary_search_by_key(&key.id(), |(id, _)| *id) else { return false };
        self.places.insert(place, (key.id(), self.keys.len()));
        self.stamp = self.stamp.and(key.content());
        self.keys.push(key);
        true
    }

    /// Removes a key. Says whether it was there.
    pub(super) fn remove(&mut self, id: KeyId) -> bool {
        let before = self.keys.len();
        let mut rest = Self::default();
        for key in core::mem::take(&mut self.keys).into_iter().filter(|key| key.id() != id) {
            rest.insert(key);
        }
        *self = rest;
        self.keys.len() < before
    }

    /// In the order in which they were added.
    pub(super) fn iter(&self) -> core::slice::Iter<'_, K> {
        self.keys.iter()
    }

    #[cfg(feature = "std")]
    pub(super) const fn stamp(&self) -> Stamp {
        self.stamp
    }
}

impl<K> Default for KeyList<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), places: Vec::new(), stamp: Stamp::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> LocalKey {
        LocalKey::from_secret(&[number; 32])
    }

    fn list(numbers: impl IntoIterator<Item = u8>) -> KeyList<LocalKey> {
        let mut list = KeyList::default();
        numbers.into_iter().for_each(|number| assert!(list.insert(key(number))));
        list
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let list = list(0..100);
        assert!((0..100).all(|number| list.get(key(number).id()) == Some(&key(number))));
        assert!((100..200).all(|number| list.get(key(number).id()).is_none()));
    }

    #[test]
    fn keys_stay_in_the_order_in_which_they_came() {
        let mut list = list([7, 1, 9, 3]);
        assert!(list.remove(key(1).id()) && !list.remove(key(1).id()));
        assert!(list.iter().eq(&[key(7), key(9), key(3)]));
        assert_eq!((list.get(key(3).id()), list.get(key(1).id())), (Some(&key(3)), None));
    }

    #[test]
    fn a_second_key_of_one_id_is_left_out() {
        let mut list = list([1]);
        let stamp = list.stamp;
        assert!(!list.insert(key(1)));
        assert_eq!((list.iter().count(), list.stamp), (1, stamp));
    }

    #[test]
    fn the_stamp_says_which_keys_there_are() {
        let stamps = [list([]), list([1]), list([2]), list([1, 2]), list([2, 1])].map(|list| list.stamp);
        assert!((0..5).all(|one| (0..one).all(|other| stamps[one] != stamps[other])));
        let mut back = list([1, 2]);
        back.remove(key(2).id());
        assert_eq!(back, list([1]));
    }
}
