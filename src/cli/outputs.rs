//! What commands write: whole files or none, secrets for their owner's eyes only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
/// It exists and is to be kept, or it can not be written.
pub fn write(path: &Path, bytes: &[u8], secrecy: Secrecy, existing: Existing) -> Result<(), Failure> {
    let written = match existing {
        Existing::Keep => create(path, bytes, secrecy),
        Existing::Replace => replace(path, bytes, secrecy),
    };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(format!("`{}` exists already", path.display())),
        _ => Failure::new(format!("can not write `{}`: {error}", path.display())),
    })
}

/// Writes to a file, replacing it, or to standard output where the path is `-`.
///
/// # Errors
/// It can not be written.
pub fn to_file_or_stdout(ui: &Ui, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path == Path::new("-") {
        ui.bytes(bytes);
        return Ok(());
    }
    write(path, bytes, Secrecy::Open, Existing::Replace)
}

fn create(path: &Path, bytes: &[u8], secrecy: Secrecy) -> io::Result<()> {
    let file = open_new(path, secrecy)?;
    fill(file, bytes).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// A reader sees the old file or the new one, and a crash leaves one of them.
fn replace(path: &Path, bytes: &[u8], secrecy: Secrecy) -> io::Result<()> {
    // A link is followed, so that it stays one. What is no file (`/dev/stdout`, a pipe) can not be exchanged.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return fill(OpenOptions::new().write(true).open(&target)?, bytes);
    }
    let beside = beside(&target);
    let written = create(&beside, bytes, secrecy).and_then(|()| {
        if let (Some(old), Secrecy::Open) = (old, secrecy) {
            fs::set_permissions(&beside, old.permissions())?;
        }
        fs::rename(&beside, &target)
    });
    written.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.flush()
}

fn open_new(path: &Path, secrecy: Secrecy) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, secrecy);
    options.open(path)
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
