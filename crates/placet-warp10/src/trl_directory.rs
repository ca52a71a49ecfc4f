//! The folder of revocation lists: which files count, when they are read again, and whether the
//! revocation state is known.
//!
//! The input is the folder's names and contents ([`Files`]) at every scan, and the time. The steps
//! of a [scan](Directory::scan): for each list the file with the highest timestamp is chosen; if
//! none of them has a new name or checksum, nothing is done, even if there is one less than before;
//! otherwise the whole set is made anew from the chosen files. The output is one
//! [`RevocationList`], and the problems.
//!
//! In Warp 10 a broken file can hide others; here it cannot: a file without a readable timestamp
//! counts by itself (Warp 10 abandons the whole scan), and while a file cannot be read, no earlier
//! revocation is lifted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::java_compat::text_from_utf8;
use super::trl::{LinesError, ListName, RevocationList};
use crate::limits::WARP10_LIST_BYTES;
use placet::model::time::Time;

/// The content of a folder.
pub trait Files {
    /// The names of its files.
    fn names(&self) -> io::Result<Vec<String>>;
    /// The bytes of one of them.
    fn content(&self, name: &str) -> io::Result<Vec<u8>>;
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.keys().cloned().collect())
    }

    fn content(&self, name: &str) -> io::Result<Vec<u8>> {
        self.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A folder of the file system; its subfolders do not count.
#[derive(Clone, Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// Writes a file there, completely or not at all.
    pub fn put(&self, name: &ListName, text: &str) -> io::Result<()> {
        let unfinished = self.0.join(format!(".{}.tmp", name.file));
        let mut file = File::create(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, self.0.join(&name.file))
    }
}

impl Files for Folder {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            // A name that is not text cannot be that of a list, but it may have been intended as
            // one.
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_list = ListName::parse(&name).is_some();
            let is_file = || !entry.file_type().is_ok_and(|kind| kind.is_dir());
            names.extend((is_list || is_meant(&name) && is_file()).then_some(name));
        }
        Ok(names)
    }

    fn content(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        File::open(self.0.join(name))?.take(WARP10_LIST_BYTES as u64 + 1).read_to_end(&mut content)?;
        Ok(content)
    }
}

/// Whether a file may be intended as a list. Hidden files are unfinished ones.
fn is_meant(name: &str) -> bool {
    !name.starts_with('.') && name.to_ascii_lowercase().ends_with(".trl")
}

/// The fault of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListFileError {
    /// It could not be read, or is over the limit; earlier revocations remain.
    Unreadable {
        /// Which file.
        file: String,
        /// Why.
        why: String,
    },
    /// Lines of it could not be read.
    Lines {
        /// Which file.
        file: String,
        /// Which lines.
        lines: LinesError,
    },
    /// Its name is not `NAME.read|write|full.MS-MD5.trl`: Warp 10 does not read it, and it revokes
    /// nothing.
    Name {
        /// Which file.
        file: String,
    },
    /// Its name has no timestamp, or one over 63 bits: it counts beside the newest of its list.
    Timestamp {
        /// Which file.
        file: String,
    },
}

/// The revocations of the lists in a folder, and whether they are known.
#[derive(Debug, Default)]
pub struct Directory {
    startup: Option<Startup>,
    /// The checksum of each list that was read without a fault.
    known: BTreeMap<String, String>,
    list: RevocationList,
    is_loaded: bool,
    problems: Vec<ListFileError>,
}

/// How long tokens are accepted although no list was read.
#[derive(Debug)]
struct Startup {
    until: Time,
    /// The first scan decides.
    is_immediate: bool,
    /// A check came after that, and there was no list: from then on no token is accepted.
    has_lapsed: AtomicBool,
}

impl Directory {
    /// No folder: nothing is revoked.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A folder that was not read yet. `delay` is `warp.trl.startup.delay`: without one, tokens are
    /// accepted before any list is read; with zero, a list must exist at the first
    /// [scan](Self::scan), which comes before the first token.
    #[must_use]
    pub fn new(delay: Option<Duration>, now: Time) -> Self {
        let startup = delay.map(|delay| Startup {
            until: now.saturating_add(delay),
            is_immediate: delay.is_zero(),
            has_lapsed: AtomicBool::new(false),
        });
        Self { startup, ..Self::default() }
    }

    /// Scans the folder; returns whether the lists were read again. On an error no revocation is
    /// lifted.
    pub fn scan(&mut self, files: &impl Files) -> io::Result<bool> {
        let outcome = self.rescan(files);
        if let Some(startup) = &self.startup
            && startup.is_immediate
            && !self.is_loaded
        {
            startup.has_lapsed.store(true, Ordering::Relaxed);
        }
        outcome
    }

    fn rescan(&mut self, files: &impl Files) -> io::Result<bool> {
        let (chosen, ignored) = choose(files.names()?);
        self.problems.retain(|problem| !matches!(problem, ListFileError::Name { .. }));
        self.problems.extend(ignored.iter().map(|file| ListFileError::Name { file: file.clone() }));
        if chosen.iter().all(|name| self.known.get(key(name)) == Some(&name.md5)) {
            return Ok(false);
        }
        let mut scanned = Scanned::default();
        chosen.into_iter().for_each(|name| scanned.read(files, name));
        if scanned.is_incomplete {
            scanned.list.extend(&self.list);
        }
        self.is_loaded |= scanned.has_read;
        scanned.problems.extend(ignored.into_iter().map(|file| ListFileError::Name { file }));
        (self.list, self.known, self.problems) = (scanned.list, scanned.known, scanned.problems);
        Ok(true)
    }

    /// Whether any list was read.
    #[must_use]
    pub const fn has_lists(&self) -> bool {
        self.is_loaded
    }

    /// Whether the revocation state is known. If it once was unknown when it should have been
    /// known, it stays unknown, whatever is read later.
    #[must_use]
    pub fn is_available(&self, now: Time) -> bool {
        let Some(startup) = &self.startup else { return true };
        if startup.has_lapsed.load(Ordering::Relaxed) {
            return false;
        }
        let is_available = self.is_loaded || now < startup.until;
        if !is_available {
            startup.has_lapsed.store(true, Ordering::Relaxed);
        }
        is_available
    }

    /// The revocations.
    #[must_use]
    pub fn list(&self) -> &RevocationList {
        &self.list
    }

    /// The problems when the lists were last read.
    #[must_use]
    pub fn problems(&self) -> &[ListFileError] {
        &self.problems
    }
}

/// The result of a scan so far.
#[derive(Default)]
struct Scanned {
    list: RevocationList,
    known: BTreeMap<String, String>,
    problems: Vec<ListFileError>,
    /// Some file could be read, even if it was empty.
    has_read: bool,
    /// Some file could not be read.
    is_incomplete: bool,
}

impl Scanned {
    fn read(&mut self, files: &impl Files, name: ListName) {
        let content = match files.content(&name.file) {
            Ok(content) if content.len() <= WARP10_LIST_BYTES => content,
            Ok(_) => return self.unreadable(name.file, format!("over {WARP10_LIST_BYTES} bytes")),
            Err(error) => return self.unreadable(name.file, error.to_string()),
        };
        let (list, bad) = RevocationList::read(&text_from_utf8(&content));
        self.list.extend(&list);
        self.has_read |= bad.is_none() || !list.is_empty();
        if name.timestamp.is_none() {
            self.problems.push(ListFileError::Timestamp { file: name.file.clone() });
        }
        match bad {
            None => drop(self.known.insert(key(&name).to_owned(), name.md5)),
            // The checksum is unknown, so it is read again at every scan, and a correction in place
            // is seen.
            Some(lines) => self.problems.push(ListFileError::Lines { file: name.file, lines }),
        }
    }

    fn unreadable(&mut self, file: String, why: String) {
        self.is_incomplete = true;
        self.problems.push(ListFileError::Unreadable { file, why });
    }
}

/// The newest file of each list, the first by name if several are, and those of unknown age; and in
/// addition the files that were intended as lists and are not.
fn choose(names: Vec<String>) -> (Vec<ListName>, Vec<String>) {
    let names: BTreeSet<String> = names.into_iter().collect();
    let mut chosen: BTreeMap<String, ListName> = BTreeMap::new();
    for name in names.iter().filter_map(|name| ListName::parse(name)) {
        let key = key(&name).to_owned();
        if chosen.get(&key).is_none_or(|before| before.timestamp < name.timestamp) {
            chosen.insert(key, name);
        }
    }
    let ignored = names.into_iter().filter(|name| is_meant(name) && ListName::parse(name).is_none()).collect();
    (chosen.into_values().collect(), ignored)
}

/// The identity of a file: its list, or itself if it cannot be compared with others.
fn key(name: &ListName) -> &str {
    if name.timestamp.is_some() { &name.list } else { &name.file }
}
