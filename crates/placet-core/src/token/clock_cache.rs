//! A bounded map from token text to value with second-chance (CLOCK) eviction. Readers share no
//! writable memory, so hits scale with the cores; inserts take a lock.
//!
//! When the map is full, eviction walks through it in order: an entry that has been read since the
//! last pass stays for another one, and the first that has not is evicted. Reading an entry marks
//! it.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use foldhash::quality::RandomState;
use papaya::{HashMap, HashMapRef, LocalGuard};

/// Values by their text, with a maximum number of entries.
pub struct ClockCache<V> {
    entries: HashMap<Arc<str>, Entry<V>, RandomState>,
    /// The entries, in the order in which eviction considers them.
    queue: Mutex<VecDeque<Arc<str>>>,
    capacity: usize,
}

struct Entry<V> {
    value: V,
    /// Read since it was last considered.
    is_read: AtomicBool,
}

impl<V> ClockCache<V> {
    /// An empty map for at most `capacity` entries.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { entries: HashMap::with_hasher(RandomState::default()), queue: Mutex::default(), capacity }
    }

    /// A reader of the map. Entries that are evicted while it exists stay in memory until it is
    /// dropped.
    pub fn reader(&self) -> Reader<'_, V> {
        Reader(self.entries.pin())
    }

    /// Inserts a value, in place of the one with the same text or of one that is read less.
    pub fn put(&self, text: &str, value: V) {
        if self.capacity == 0 {
            return;
        }
        let entry = Entry { value, is_read: AtomicBool::new(false) };
        let text: Arc<str> = text.into();
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.entries.pin();
        if !entries.contains_key(&text) {
            if queue.len() == self.capacity {
                Self::take_one_off(&entries, &mut queue);
            }
            queue.push_back(Arc::clone(&text));
        }
        entries.insert(text, entry);
    }

    /// Considers each entry at most once: if all have been read, the first is evicted.
    fn take_one_off(
        entries: &HashMapRef<'_, Arc<str>, Entry<V>, RandomState, LocalGuard<'_>>,
        queue: &mut VecDeque<Arc<str>>,
    ) {
        for _ in 0..queue.len() {
            let Some(text) = queue.pop_front() else { return };
            if entries.get(&text).is_some_and(|entry| entry.is_read.swap(false, Relaxed)) {
                queue.push_back(text);
            } else {
                entries.remove(&text);
                return;
            }
        }
        if let Some(text) = queue.pop_front() {
            entries.remove(&text);
        }
    }

    /// Whether the map is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

/// An entry of the map.
pub struct Reader<'s, V>(HashMapRef<'s, Arc<str>, Entry<V>, RandomState, LocalGuard<'s>>);

impl<V> Reader<'_, V> {
    /// The value with this text.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<&V> {
        let entry = self.0.get(text)?;
        // A set mark is not set again: memory that is not written stays in the cache of every core.
        if !entry.is_read.load(Relaxed) {
            entry.is_read.store(true, Relaxed);
        }
        Some(&entry.value)
    }
}

/// Texts of tokens are secrets, and so are the values kept for them.
impl<V> fmt::Debug for ClockCache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClockCache({} of {})", self.len(), self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(cache: &ClockCache<u32>, text: &str) -> bool {
        cache.reader().0.get(text).is_some()
    }

    #[test]
    fn what_is_read_stays_longer_than_what_is_not() {
        let cache = ClockCache::new(3);
        for (text, number) in [("a", 1), ("b", 2), ("c", 3)] {
            cache.put(text, number);
        }
        assert_eq!(cache.reader().get("a"), Some(&1));
        cache.put("d", 4);
        assert!(holds(&cache, "a") && !holds(&cache, "b") && holds(&cache, "c") && holds(&cache, "d"));
        // It is after `c` now and has used its second chance.
        cache.put("e", 5);
        assert!(holds(&cache, "a") && !holds(&cache, "c") && holds(&cache, "d") && holds(&cache, "e"));
        cache.put("f", 6);
        assert!(!holds(&cache, "a") && cache.len() == 3, "{cache:?}");
    }

    #[test]
    fn where_all_are_read_the_first_goes() {
        let cache = ClockCache::new(2);
        cache.put("a", 1);
        cache.put("b", 2);
        assert!(cache.reader().get("a").is_some() && cache.reader().get("b").is_some());
        cache.put("c", 3);
        assert!(!holds(&cache, "a") && holds(&cache, "b") && holds(&cache, "c"));
    }

    #[test]
    fn a_text_stands_once_and_shows_what_was_put_last() {
        let cache = ClockCache::new(2);
        cache.put("a", 1);
        cache.put("a", 2);
        assert_eq!((cache.reader().get("a"), cache.len()), (Some(&2), 1));
        cache.put("b", 3);
        assert!(holds(&cache, "a") && holds(&cache, "b"));
        let nothing = ClockCache::new(0);
        nothing.put("a", 1);
        assert_eq!((nothing.reader().get("a"), nothing.len()), (None, 0));
    }
}
