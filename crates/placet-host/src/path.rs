//! The path of a key in a map: `permissions[2].cache`.

use std::fmt::Write;

use placet::visible::{self, EXCERPT};

/// A path that grows and shrinks while a map is walked.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyPath {
    text: String,
}

impl KeyPath {
    /// Goes to a key; returns where to [`cut`](Self::cut) on the way back.
    pub(super) fn push_key(&mut self, key: &str) -> usize {
        let mark = self.text.len();
        let is_word = key.len() <= EXCERPT
            && key.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // A key that is not a word, or a long one, is quoted, as in the paths of diagnostics.
        let _ = match (is_word, mark) {
            (false, _) => self.text.write_str(&visible::key(key)),
            (true, 0) => self.text.write_str(key),
            (true, _) => write!(self.text, ".{key}"),
        };
        mark
    }

    /// Goes to an element.
    pub(super) fn push_index(&mut self, index: usize) -> usize {
        let mark = self.text.len();
        let _ = write!(self.text, "[{index}]");
        mark
    }

    /// Comes back.
    pub(super) fn cut(&mut self, mark: usize) {
        self.text.truncate(mark);
    }

    /// Whether `key` is a key of the outermost map.
    pub(super) fn is_top(&self, key: &str) -> bool {
        self.text == key
    }

    /// `permissions[2].cache`; empty for the whole value.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The same for messages, where the whole value has a name too.
    pub(super) fn shown(&self) -> &str {
        if self.text.is_empty() { "the value" } else { &self.text }
    }
}
