//! The outputs of commands: whole files or none, one writer at a time, secrets for their owner's
//! eyes only.
//!
//! Everything goes through a [`LockedFile`]. A command that changes a file holds the lock while it
//! reads, edits and writes; what is written is on the disk before the old file is replaced, so a
//! crash leaves the old file or the new one.
//!
//! The lock is an empty file `.NAME.lock` beside `NAME`. The operating system lets go of it when
//! its process ends, however that ends; a lock file or a `.NAME.tmp` that a crash has left does no
//! harm and goes with the next change. Only its owner can open the lock file, since the right to
//! read it is the right to hold it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::inputs;
use super::ui::{Colours, Failure, Format, Ui};
use super::used::{Claim, parent_of, real};
use placet::visible::escaped;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Its owner alone.
    Secret,
    /// Everyone whom the system allows.
    Open,
}

/// What happens to an existing file.
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

/// Writes to a file, replacing it, or to standard output if the path is `-`.
///
/// # Errors
/// It cannot be written.
pub fn to_file_or_stdout(ui: &Ui, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Output::open(path)?.write(ui, bytes)
}

/// An output of a command. Two outputs are never the same file.
#[derive(Debug)]
pub enum Output {
    /// `-`
    Stdout,
    /// A file, replaced when it is written.
    File(LockedFile),
}

impl Output {
    /// Waits until no other process changes the file.
    ///
    /// # Errors
    /// The file is an input or another output, or its lock cannot be had.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let mut file = LockedFile::open(path)?;
        file.claim.iter_mut().for_each(Claim::last);
        Ok(Self::File(file))
    }

    /// Writes it, all of it or nothing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, ui: &Ui, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                ui.bytes(bytes);
                Ok(())
            }
            Self::File(file) => file.write(bytes, Secrecy::Open, Existing::Replace),
        }
    }
}

/// A file that no other `placet` changes before this is dropped.
#[derive(Debug)]
pub struct LockedFile {
    /// As the user wrote it, for messages.
    name: PathBuf,
    /// The file itself, after following all links.
    target: PathBuf,
    /// `None` for anything but a regular file (`/dev/stdout`, a pipe): it is not replaced, and
    /// nothing in it can be lost.
    lock: Option<Lock>,
    /// `None` likewise.
    claim: Option<Claim>,
}

impl LockedFile {
    /// Waits until no other process changes the file, which need not exist. After a second it says
    /// which file it waits for.
    ///
    /// Take it after everything that a user may be slow to give (standard input).
    ///
    /// # Errors
    /// The file is an input, or this process holds it already; another process has held it for half
    /// a minute; the lock cannot be made: the directory is missing or cannot be written, or the
    /// file system has no locks.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Err(Failure::new("standard input and output cannot be changed in place").help("name a file"));
        }
        let target = real(path);
        let (claim, lock) = match fs::metadata(&target) {
            Ok(found) if !found.is_file() => (None, None),
            // In this order: a process that waited for its own lock would wait for nothing.
            _ => (Some(Claim::new(path, target.clone())?), Some(Lock::wait(beside(&target, "lock"), path, ATTEMPTS)?)),
        };
        Ok(Self { name: path.to_owned(), target, lock, claim })
    }

    /// The file as the user wrote it, for messages.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// The text of the file; `None` if there is none yet.
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
        self.prepare(bytes, secrecy, existing)?.commit()
    }

    /// Does every step of writing that can fail, and changes nothing yet: two files are both
    /// prepared before one is changed.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn prepare<'f>(
        &'f self,
        bytes: &'f [u8],
        secrecy: Secrecy,
        existing: Existing,
    ) -> Result<Unfinished<'f>, Failure> {
        // A link that leads nowhere exists too: its maker would choose where a secret goes.
        if existing == Existing::Keep && fs::symlink_metadata(&self.name).is_ok() {
            return Err(Failure::new(format!("`{}` exists already", self.name.display())));
        }
        let path = self.lock.is_some().then(|| beside(&self.target, "tmp"));
        let unfinished = Unfinished { file: self, path, bytes };
        unfinished.prepare(secrecy).map_err(|error| cannot_write(&self.name, &error))?;
        Ok(unfinished)
    }
}

/// The next content of a file, not yet in place. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Unfinished<'f> {
    file: &'f LockedFile,
    /// The new file beside the old one; `None` for anything but a regular file.
    path: Option<PathBuf>,
    bytes: &'f [u8],
}

impl Unfinished<'_> {
    fn prepare(&self, secrecy: Secrecy) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        // Under the lock, a file of this name is left over from a crash.
        let _ = fs::remove_file(path);
        create(path, self.bytes, secrecy)?;
        match (fs::metadata(&self.file.target), secrecy) {
            (Ok(old), Secrecy::Open) => fs::set_permissions(path, old.permissions()),
            _ => Ok(()),
        }
    }

    /// Puts the new file in the place of the old one.
    ///
    /// # Errors
    /// It cannot be put there.
    pub fn commit(self) -> Result<(), Failure> {
        let target = &self.file.target;
        let done = match &self.path {
            Some(path) => fs::rename(path, target).and_then(|()| sync_directory_of(target)),
            None => OpenOptions::new().write(true).open(target).and_then(|mut file| file.write_all(self.bytes)),
        };
        done.map_err(|error| cannot_write(&self.file.name, &error))
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // After a commit there is no file of this name any more.
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write `{}`: {error}", path.display()))
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
    /// Waits for the lock of the file `name`, though not for ever.
    fn wait(path: PathBuf, name: &Path, attempts: u32) -> Result<Self, Failure> {
        let (name, lock) = (name.display(), path.display().to_string());
        for attempt in 0..attempts {
            match taken(&path) {
                Ok(Some(file)) => return Ok(Self { path, file }),
                Ok(None) => {}
                Err(error) => return Err(Failure::new(format!("cannot write `{name}`: {error}"))),
            }
            if attempt == SILENT_ATTEMPTS {
                let ui = Ui::new(Format::Text, Colours::Never);
                ui.note(escaped(&format!("waiting for `{name}`: another process holds `{lock}`")));
            }
            sleep(PAUSE);
        }
        Err(Failure::new(format!("cannot write `{name}`: another process has held `{lock}` for 30 seconds"))
            .help("end that process, or try again; if there is none, remove the lock file"))
    }
}

/// How long to wait between two attempts to take a lock.
const PAUSE: Duration = Duration::from_millis(10);
/// A second.
const SILENT_ATTEMPTS: u32 = 100;
/// Half a minute: an edit takes some milliseconds, and a job that waits longer should say so.
const ATTEMPTS: u32 = 3_000;

/// The lock file, if this process holds it now; `None` while another process does.
fn taken(path: &Path) -> io::Result<Option<File>> {
    let Some(file) = open_lock(path)? else { return Ok(None) };
    match file.try_lock() {
        // The process that held it has removed it, and another one may hold a new file by now.
        Ok(()) => Ok(is_still(path, &file).then_some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
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

/// The lock file; `None` where another user has one in a directory that both may write.
fn open_lock(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    restrict(&mut options, Secrecy::Secret);
    match options.open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && fs::symlink_metadata(path).is_ok() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Only where [`is_still`] can tell one file from another of the same name; elsewhere the lock file
/// stays.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_lock_is_for_its_owner_and_waiting_for_it_has_an_end() {
        use std::os::unix::fs::PermissionsExt;
        let directory = std::env::temp_dir().join(format!("placet-lock-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let (lock, name) = (directory.join(".list.lock"), Path::new("list"));
        let held = Lock::wait(lock.clone(), name, 1).unwrap();
        assert_eq!(fs::metadata(&lock).unwrap().permissions().mode() & 0o777, 0o600);
        let failure = Lock::wait(lock.clone(), name, 3).unwrap_err().to_string();
        assert!(failure.contains("`list`") && failure.contains(".list.lock"), "{failure}");
        drop(held);
        assert!(Lock::wait(lock, name, 3).is_ok());
        let _ = fs::remove_dir_all(&directory);
    }
}
