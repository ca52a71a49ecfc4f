//! Which files this process reads and writes: no output takes the place of an input or of another
//! output.
//!
//! The readers of [`inputs`](super::inputs) say what they have read, and a file is claimed before
//! it is written. Files are compared after following all links, so that one file is one under all
//! its names.

use std::collections::{BTreeMap, btree_map::Entry};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ui::Failure;

/// How a file has been used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It is an input.
    Read,
    /// It is an output, or is edited in place.
    Claimed,
}

/// By path, after following all links. The files are the process's, whichever command asks.
static USED: Mutex<BTreeMap<PathBuf, Use>> = Mutex::new(BTreeMap::new());

fn used() -> MutexGuard<'static, BTreeMap<PathBuf, Use>> {
    USED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that a file is an input, which no output may replace. A claimed file is read by the
/// command that edits it.
pub fn note_read(path: &Path) {
    // Only files are replaced: not `-`, a pipe or a directory.
    if fs::metadata(path).is_ok_and(|found| found.is_file()) {
        used().entry(real(path)).or_insert(Use::Read);
    }
}

/// The path after following all links, so that a link stays one, and a file has one lock under all
/// its names.
pub fn real(path: &Path) -> PathBuf {
    if let Ok(found) = fs::canonicalize(path) {
        return found;
    }
    let mut path = path.to_owned();
    // A link may lead to a file that is yet to be made.
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&path) else { break };
        path = parent_of(&path).join(next);
    }
    match (fs::canonicalize(parent_of(&path)), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path,
    }
}

/// Links that lead to links; Linux gives up there too.
const LINKS: usize = 40;

pub fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The right to write a file, given back when this is dropped.
#[derive(Debug)]
pub struct Claim {
    target: PathBuf,
    lasts: bool,
}

impl Claim {
    /// Claims the file `target`, which messages call `name`.
    ///
    /// # Errors
    /// The file has been read as an input, or is claimed already.
    pub fn new(name: &Path, target: PathBuf) -> Result<Self, Failure> {
        let shown = name.display();
        match used().entry(target) {
            Entry::Vacant(free) => {
                let target = free.key().clone();
                free.insert(Use::Claimed);
                Ok(Self { target, lasts: false })
            }
            Entry::Occupied(taken) => Err(match taken.get() {
                Use::Read => Failure::new(format!("`{shown}` is an input, and the output would replace it"))
                    .help("name another file for the output"),
                Use::Claimed => {
                    Failure::new(format!("`{shown}` would be written twice")).help("name two different files")
                }
            }),
        }
    }

    /// Keeps the file claimed until the process ends: nothing else is written to it.
    pub fn last(&mut self) {
        self.lasts = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.lasts {
            used().remove(&self.target);
        }
    }
}
