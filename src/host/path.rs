//! The way to a key of a map: `permissions[2].cache`.

use std::fmt::Write;

/// A path that grows and shrinks while a map is walked.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyPath {
    text: String,
}

impl KeyPath {
    /// Goes to a key; returns where to [`cut`](Self::cut) on the way back.
    pub(super) fn push_key(&mut self, key: &str) -> usize {
        let mark = self.text.len();
        if mark > 0 {
            self.text.push('.');
        }
        self.text.push_str(key);
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

    /// Whether `key` is one of the outermost map.
    pub(super) fn is_top(&self, key: &str) -> bool {
        self.text == key
    }

    /// `permissions[2].cache`; empty for the whole.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The same for messages, where the whole has a name too.
    pub(super) fn shown(&self) -> &str {
        if self.text.is_empty() { "the value" } else { &self.text }
    }
}
