//! What commands write: whole files or none, one writer at a time, secrets for their owner's eyes only.
//!
//! Everything goes through a [`LockedFile`]. A command that changes a file holds the lock while it reads, edits and
//! writes; what is written is on the disk before the old file is replaced, so a crash leaves the old file or the new one.
//!
//! The lock is an empty file `.NAME.lock` beside `NAME`. The operating system lets go of it when its process ends, however
//! that ends; a lock file or a `.NAME.tmp` that a crash left behind is in nobody's way and goes with the next change.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::inputs;
use super::ui::{Failure, Ui};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Its owner alone.
    Secret,
    /// Whoever the system lets.
    Open,
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced.
    Replace,
}

/// Writes a file, all of it or nothing.
///
/// # Errors
/// It exists and is to be kept, or it cannot be written.
pub fn write(path: &Path, bytes: &[u8], secrecy: Secrecy, existing: Existing) -> Result<(), Failure> {
    LockedFile::open(path)?.write(bytes, secrecy, existing)
}

/// Writes to a file, replacing it, or to standard output where the path is `-`.
///
/// # Errors
/// It cannot be written.
pub fn to_file_or_stdout(ui: &Ui, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path == Path::new("-") {
        ui.bytes(bytes);
        return Ok(());
    }
    write(path, bytes, Secrecy::Open, Existing::Replace)
}

/// A file that no other `placet` changes before this is dropped.
#[derive(Debug)]
pub struct LockedFile {
    /// As the user wrote it, for messages.
    name: PathBuf,
    /// The file itself, behind all links.
    target: PathBuf,
    /// `None` for what is no file (`/dev/stdout`, a pipe): it is not replaced, and nothing in it can be lost.
    lock: Option<Lock>,
}

impl LockedFile {
    /// Waits until no other process changes the file, which need not exist.
    ///
    /// Take it after everything that a user may be slow to give (standard input), and never two of one file.
    ///
    /// # Errors
    /// The lock cannot be made: the directory is missing or cannot be written, or the file system has no locks.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Err(Failure::new("standard input and output cannot be changed in place").help("name a file"));
        }
        let target = real(path);
        let lock = match fs::metadata(&target) {
            Ok(found) if !found.is_file() => None,
            _ => Some(Lock::wait(beside(&target, "lock")).map_err(|error| cannot_write(path, &error))?),
        };
        Ok(Self { name: path.to_owned(), target, lock })
    }

    /// The text of the file; `None` where there is none yet.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(&self) -> Result<Option<String>, Failure> {
        match fs::exists(&self.target) {
            Ok(false) => Ok(None),
            _ => inputs::text(&self.name).map(Some),
        }
    }

    /// Writes the file, all of it or nothing.
    ///
    /// # Errors
    /// It exists and is to be kept, or it cannot be written.
    pub fn write(&self, bytes: &[u8], secrecy: Secrecy, existing: Existing) -> Result<(), Failure> {
        self.put(bytes, secrecy, existing).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::new(format!("`{}` exists already", self.name.display())),
            _ => cannot_write(&self.name, &error),
        })
    }

    fn put(&self, bytes: &[u8], secrecy: Secrecy, existing: Existing) -> io::Result<()> {
        // A link that leads nowhere exists too: who made it says where a secret would go.
        if existing == Existing::Keep && fs::symlink_metadata(&self.name).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if self.lock.is_none() {
            return OpenOptions::new().write(true).open(&self.target)?.write_all(bytes);
        }
        let unfinished = beside(&self.target, "tmp");
        // Under the lock, what is there by this name is what a crash has left.
        let _ = fs::remove_file(&unfinished);
        let written = create(&unfinished, bytes, secrecy).and_then(|()| {
            if let (Ok(old), Secrecy::Open) = (fs::metadata(&self.target), secrecy) {
                fs::set_permissions(&unfinished, old.permissions())?;
            }
            fs::rename(&unfinished, &self.target)
        });
        written.inspect_err(|_| {
            let _ = fs::remove_file(&unfinished);
        })?;
        sync_directory_of(&self.target)
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write `{}`: {error}", path.display()))
}

/// The path behind all links, so that a link stays one, and a file has one lock under all its names.
fn real(path: &Path) -> PathBuf {
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

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `.NAME.ENDING` beside `NAME`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// Makes a file that is on the disk when this returns.
fn create(path: &Path, bytes: &[u8], secrecy: Secrecy) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, secrecy);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A lock file, held by this process.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn wait(path: PathBuf) -> io::Result<Self> {
        loop {
            let file = open_lock(&path)?;
            file.lock()?;
            // The process that held it has removed it, and another one may hold a new file by now.
            if is_still(&path, &file) {
                return Ok(Self { path, file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held: nobody else can hold the file that has this name.
        if REMOVES_LOCKS {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    match options.open(path) {
        // Another user's, in a shared directory: to wait for it, reading is enough.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path).map_err(|_| error),
        opened => opened,
    }
}

/// Only where [`is_still`] can tell one file from another of the same name; elsewhere the lock file stays.
const REMOVES_LOCKS: bool = cfg!(unix);

#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(named), Ok(held)) = (fs::metadata(path), file.metadata()) else { return false };
    (named.dev(), named.ino()) == (held.dev(), held.ino())
}

#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> bool {
    true
}

/// A new name lasts only when its directory is on the disk too.
#[cfg(unix)]
fn sync_directory_of(path: &Path) -> io::Result<()> {
    // A directory that may be written and not read cannot be opened.
    let Ok(directory) = File::open(parent_of(path)) else { return Ok(()) };
    match directory.sync_all() {
        // Some file systems sync files only.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

#[cfg(not(unix))]
fn sync_directory_of(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, secrecy: Secrecy) {
    use std::os::unix::fs::OpenOptionsExt;
    if secrecy == Secrecy::Secret {
        options.mode(0o600);
    }
}

#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: Secrecy) {}
