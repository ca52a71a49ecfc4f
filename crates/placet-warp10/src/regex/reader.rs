//! A position in a Java expression, and the translation so far.

/// The treatment of groups that Java would number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Groups {
    /// They only group: a value matches or does not.
    Plain,
    /// They keep their numbers and names, for callers that need their matches.
    Numbered,
}

/// A character, and whether it was between `\Q` and `\E`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) c: char,
    pub(super) quoted: bool,
}

/// The flags that `(?…)` has switched on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    /// `(?i)`: ASCII letters in either case.
    pub(super) fold: bool,
    /// `(?s)`: `.` is any character.
    pub(super) dot_all: bool,
}

/// Reads, and writes the translation.
pub(super) struct Reader<'s> {
    pub(super) signs: &'s [Sign],
    pub(super) at: usize,
    pub(super) out: String,
    pub(super) groups: Groups,
}

impl Reader<'_> {
    pub(super) fn peek(&self) -> Option<Sign> {
        self.signs.get(self.at).copied()
    }

    /// The next character, if it is syntax.
    pub(super) fn syntax(&self, ahead: usize) -> Option<char> {
        self.signs.get(self.at + ahead).filter(|sign| !sign.quoted).map(|sign| sign.c)
    }

    pub(super) fn next(&mut self) -> Option<Sign> {
        let sign = self.peek()?;
        self.at += 1;
        Some(sign)
    }

    pub(super) fn eat(&mut self, c: char) -> bool {
        let found = self.syntax(0) == Some(c);
        self.at += usize::from(found);
        found
    }
}
