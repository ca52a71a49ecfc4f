//! Capabilities: permissions of a token's holder besides reading and writing. They come from the
//! attributes `.cap:NAME` of valid tokens, of either kind.

use indexmap::IndexMap;

use super::token::Token;

/// Names with values, and the defaults for absent names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    own: IndexMap<String, String>,
    /// `warp.capabilities.default`
    defaults: IndexMap<String, String>,
}

/// The prefix of an attribute that is a capability.
pub const PREFIX: &str = ".cap:";

impl Capabilities {
    /// Only these, unless tokens give others.
    #[must_use]
    pub fn with_defaults(defaults: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { own: IndexMap::new(), defaults: defaults.into_iter().collect() }
    }

    /// Adds the capabilities of a token. Present ones keep their value.
    pub fn add(&mut self, token: &Token) {
        let attributes = match token {
            Token::Read(read) => &read.attributes,
            Token::Write(write) => &write.attributes,
        };
        for (name, value) in attributes.iter().flatten() {
            if let Some(name) = name.strip_prefix(PREFIX) {
                self.own.entry(name.to_owned()).or_insert_with(|| value.clone());
            }
        }
    }

    /// Sets one, replacing any value.
    pub fn set(&mut self, name: &str, value: &str) {
        self.own.insert(name.to_owned(), value.to_owned());
    }

    /// The value of a capability.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.own.get(name).or_else(|| self.defaults.get(name)).map(String::as_str)
    }

    /// All of them, defaults last.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let defaults = self.defaults.iter().filter(|(name, _)| !self.own.contains_key(*name));
        self.own.iter().chain(defaults).map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Removes one; its default applies again.
    pub fn remove(&mut self, name: &str) {
        self.own.shift_remove(name);
    }

    /// Removes all; the defaults apply again.
    pub fn clear(&mut self) {
        self.own.clear();
    }
}
