//! A token revocation list: its entries, the text of its file, the name of its file.
//!
//! ```text
//! # comment
//! 2c4b8b67ed3c7ed6         the token of this ident
//! +an.application          every token of this application; `+` alone: of none
//! ```
//!
//! Warp 10 stops reading a file at a line that it cannot read, and the entries below are not
//! revoked. Here such a line is skipped and reported, and its readable part counts: a typing error
//! never lifts a revocation. [`super::trl_directory`] decides which files of a folder count.

use std::collections::BTreeSet;
use std::fmt;

use md5::{Digest, Md5};
use thiserror::Error;

use super::envelope::Ident;
use super::java_compat::lines;

/// The revocations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevocationList {
    idents: BTreeSet<Ident>,
    /// By name, where Warp 10 keeps their hashes: the same except for names with equal hashes.
    applications: BTreeSet<String>,
}

/// Lines that could not be read, or not completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinesError {
    /// The first of them, from 1.
    pub first: usize,
    /// How many there are.
    pub count: usize,
}

impl RevocationList {
    /// Reads the text of a file, all lines that can be read.
    #[must_use]
    pub fn read(text: &str) -> (Self, Option<LinesError>) {
        let mut list = Self::default();
        let mut bad: Option<LinesError> = None;
        for (line, number) in lines(text).zip(1..) {
            if !list.read_line(line.trim_matches(|c| c <= ' ')) {
                bad.get_or_insert(LinesError { first: number, count: 0 }).count += 1;
            }
        }
        (list, bad)
    }

    /// Whether the line was correct.
    fn read_line(&mut self, line: &str) -> bool {
        if line.is_empty() || line.starts_with('#') {
            return true;
        }
        if let Some(application) = line.strip_prefix('+') {
            self.applications.insert(application.to_owned());
            return true;
        }
        let mut digits = line.chars().filter(|c| !c.is_ascii_whitespace()).map(|c| c.to_digit(16));
        let mut ident = 0;
        for _ in 0..16 {
            let Some(Some(digit)) = digits.next() else { return false };
            ident = ident << 4 | u64::from(digit);
        }
        self.idents.insert(Ident(ident));
        let rest: Option<Vec<u32>> = digits.collect();
        rest.is_some_and(|digits| digits.len().is_multiple_of(2))
    }

    /// Revokes one token.
    pub fn revoke(&mut self, ident: Ident) {
        self.idents.insert(ident);
    }

    /// Revokes every token of an application; of none, if the name is empty.
    pub fn revoke_application(&mut self, name: &str) -> Result<(), WriteError> {
        if name.contains(['\n', '\r']) || name.trim_end_matches(|c| c <= ' ') != name {
            return Err(WriteError::Application(name.to_owned()));
        }
        self.applications.insert(name.to_owned());
        Ok(())
    }

    /// Removes one token, for a list that is written anew; returns whether it was there.
    pub fn restore(&mut self, ident: Ident) -> bool {
        self.idents.remove(&ident)
    }

    /// Removes an application; returns whether it was there.
    pub fn restore_application(&mut self, name: &str) -> bool {
        self.applications.remove(name)
    }

    /// Whether it revokes this token.
    #[must_use]
    pub fn revokes(&self, ident: Ident) -> bool {
        self.idents.contains(&ident)
    }

    /// Whether it revokes the tokens of this application.
    #[must_use]
    pub fn revokes_application(&self, name: Option<&str>) -> bool {
        self.applications.contains(name.unwrap_or_default())
    }

    /// The tokens that it revokes, in order.
    pub fn idents(&self) -> impl Iterator<Item = Ident> {
        self.idents.iter().copied()
    }

    /// The applications whose tokens it revokes, in order.
    pub fn applications(&self) -> impl Iterator<Item = &str> {
        self.applications.iter().map(String::as_str)
    }

    /// Whether it revokes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.idents.is_empty() && self.applications.is_empty()
    }

    /// Adds the revocations of another list.
    pub fn extend(&mut self, other: &Self) {
        self.idents.extend(&other.idents);
        self.applications.extend(other.applications.iter().cloned());
    }

    /// The file of this list: its name, which includes time and checksum, and its text.
    pub fn file(&self, name: &str, scope: Scope, timestamp: u64) -> Result<(ListName, String), WriteError> {
        let text = self.to_string();
        let md5: String = Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = format!("{name}.{scope}.{timestamp}-{md5}.trl");
        let name = ListName::parse(&file).filter(|name| name.timestamp.is_some());
        Ok((name.ok_or(WriteError::Name(file))?, text))
    }
}

impl fmt::Display for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.idents.iter().try_for_each(|ident| writeln!(f, "{ident}"))?;
        self.applications.iter().try_for_each(|name| writeln!(f, "+{name}"))
    }
}

/// Why the list cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    /// `a\nb`, `a `: lines are trimmed.
    #[error("the application {0:?} cannot be in a list: it has line ends, or blanks at its end")]
    Application(String),
    /// `my list`
    #[error(
        "{0:?} is not a name of a list file: a name has letters, digits, `_` and `-`, and a timestamp has at most 63 bits"
    )]
    Name(String),
}

/// The declared scope of a list file. It has no effect: a `read` list revokes WRITE tokens as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// `read`
    Read,
    /// `write`
    Write,
    /// `full`
    Full,
}

impl Scope {
    const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Full];

    const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The name of a list file: `NAME.SCOPE.TIMESTAMP-MD5.trl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListName {
    /// The whole name.
    pub file: String,
    /// The list's identity with its scope: the newest file of each counts.
    pub list: String,
    /// The time of the file; `None` if it is not a number of at most 63 bits.
    pub timestamp: Option<u64>,
    /// The checksum of its content, in hexadecimal digits. It is compared, and never computed from
    /// a file that is read.
    pub md5: String,
}

impl ListName {
    /// Parses a file's name; `None` if it is not that of a list.
    #[must_use]
    pub fn parse(file: &str) -> Option<Self> {
        let (before, md5) = file.strip_suffix(".trl")?.rsplit_once('-')?;
        let (list, digits) = before.rsplit_once('.')?;
        let (name, word) = list.rsplit_once('.')?;
        let is_list = md5.len() == 32
            && md5.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && Scope::ALL.iter().any(|scope| scope.word() == word)
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        is_list.then(|| Self {
            file: file.to_owned(),
            list: list.to_owned(),
            timestamp: digits.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok()),
            md5: md5.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_list_revokes_idents_and_applications() {
        let (list, bad) = RevocationList::read("# c\n\n 2C4b8b67ed3c7ed6\t\r\n00 00 00000000 0001ff\r+ a.b \n+");
        assert_eq!(bad, None);
        assert_eq!(list.idents().collect::<Vec<_>>(), [Ident(1), Ident(0x2c4b_8b67_ed3c_7ed6)]);
        assert_eq!(list.applications().collect::<Vec<_>>(), ["", " a.b"]);
        assert!(list.revokes_application(None) && list.revokes_application(Some("")));
        assert!(!list.revokes_application(Some("a.b")));
        assert_eq!(RevocationList::read(&list.to_string()), (list, None));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told_and_hides_no_other() {
        let text =
            "zz\n0000000000000001\n-0000000000000002\n00000000000000\n0000000000000003 # stolen\n00000000000000040\n+é";
        let (list, bad) = RevocationList::read(text);
        assert_eq!(bad, Some(LinesError { first: 1, count: 5 }));
        assert_eq!(list.idents().collect::<Vec<_>>(), [Ident(1), Ident(3), Ident(4)]);
        assert!(list.revokes_application(Some("é")));
    }

    #[test]
    fn a_list_file_has_a_name_of_four_parts() {
        for file in [format!("w.full.100-{MD5}.trl"), format!(".read.1-{MD5}.trl"), format!("a-_9.write.-{MD5}.trl")] {
            assert_eq!(ListName::parse(&file).unwrap().file, file);
        }
        for file in [
            format!("w.full.100-{MD5}.trl.bak"),
            format!("w.full.100-{}.trl", MD5.to_uppercase()),
            format!("w.half.100-{MD5}.trl"),
            format!("w w.full.100-{MD5}.trl"),
            format!("w.w.full.100-{MD5}.trl"),
            format!("full.100-{MD5}.trl"),
            format!("w.full.+1-{MD5}.trl"),
            format!("w.full.100-{MD5}0.trl"),
            format!("é.full.100-{MD5}.trl"),
            ".trl".to_owned(),
        ] {
            assert_eq!(ListName::parse(&file), None, "{file}");
        }
        let newest = ListName::parse(&format!("w.full.{}-{MD5}.trl", i64::MAX)).unwrap();
        assert_eq!(newest.timestamp, Some(i64::MAX.cast_unsigned()));
        assert_eq!(ListName::parse(&format!("w.full.{}-{MD5}.trl", u64::MAX)).unwrap().timestamp, None);
    }

    #[test]
    fn a_list_is_written_under_a_name_that_is_read_again() {
        let mut list = RevocationList::default();
        list.revoke(Ident(7));
        list.revoke_application("a b").unwrap();
        let (name, text) = list.file("mine", Scope::Full, 1_700_000_000_000).unwrap();
        assert_eq!(text, "0000000000000007\n+a b\n");
        assert_eq!(name.file, "mine.full.1700000000000-772714dadee1cf22ef1f48e7bde4916d.trl");
        assert_eq!(RevocationList::read(&text), (list.clone(), None));
        for name in ["my list", "a.b", "é", "a/b"] {
            assert!(matches!(list.file(name, Scope::Full, 1), Err(WriteError::Name(_))), "{name}");
        }
        assert!(matches!(list.file("a", Scope::Full, u64::MAX), Err(WriteError::Name(_))));
        for name in ["a\nb", "a ", "a\r", "\t"] {
            assert!(list.revoke_application(name).is_err(), "{name:?}");
        }
        assert!(list.restore(Ident(7)) && list.restore_application("a b") && list.is_empty());
    }
}
