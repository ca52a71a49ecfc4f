//! Growth with rules: many rules that a service holds, found by a hash of the cache's name.

use std::collections::HashMap;

/// The prefixes of keys that may be read, by cache.
#[derive(Debug, Default)]
pub struct Rules(HashMap<String, Vec<String>>);

impl Rules {
    /// Adds a rule.
    pub fn allow(&mut self, cache: &str, prefix: &str) {
        self.0.entry(cache.to_owned()).or_default().push(prefix.to_owned());
    }

    /// Decides a read of `key` in `cache`.
    pub fn allows(&self, cache: &str, key: &str) -> bool {
        self.0.get(cache).is_some_and(|prefixes| prefixes.iter().any(|prefix| key.starts_with(prefix)))
    }
}
