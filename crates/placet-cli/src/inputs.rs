//! The inputs of commands: files or `-`, documents, keys, the clock.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ui::{Failure, Ui};
use super::used;
use crate::limits::{REVOCATION_BYTES, SOURCE_BYTES, TABLE_FILE_BYTES};
use placet::check::library::Library;
use placet::diag::code::Code;
use placet::document::{Document, Report};
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::map::MARK_HELP;
use placet::token::audience::Audience;
use placet::token::keyring::Keyring;
use placet::token::revocation::{HeldRevocations, RevocationList, Revocations};
use placet::token::text::{LOCAL_PREFIX, PUBLIC_PREFIX};

/// The text of a file, or of standard input if the path is `-`.
///
/// # Errors
/// It cannot be read, is not UTF-8, or is larger than a source may be.
pub fn text(path: &Path) -> Result<String, Failure> {
    text_of(path, SOURCE_BYTES)
}

/// The text of a file with the rows of a table.
///
/// # Errors
/// As [`text`].
pub fn table(path: &Path) -> Result<String, Failure> {
    text_of(path, TABLE_FILE_BYTES)
}

fn text_of(path: &Path, limit: usize) -> Result<String, Failure> {
    let bytes = bytes(path, limit)?;
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    String::from_utf8(bytes).map_err(|error| {
        let name = path.display();
        if is_utf16 {
            return Failure::new(format!("`{name}` begins with the byte order mark of UTF-16")).help(MARK_HELP);
        }
        Failure::new(format!("cannot read `{name}`: {}", error.utf8_error()))
    })
}

/// The bytes of a file, or of standard input if the path is `-`. It is an input from now on: no
/// output may take its place.
///
/// # Errors
/// It cannot be read, or has more than `limit` bytes, of which no more are read: a device has no
/// end.
fn bytes(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let end = limit as u64 + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().take(end).read_to_end(&mut bytes)
    } else {
        used::note_read(path);
        File::open(path).and_then(|file| file.take(end).read_to_end(&mut bytes))
    };
    match read {
        Ok(count) if count > limit => Err(Failure::new(format!("`{}` has more than {limit} bytes", path.display()))),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::new(format!("cannot read `{}`: {error}", path.display()))),
    }
}

/// A text given on the command line itself, in a file, or on standard input (`-`). `is_text` tells
/// such a text from the name of a file. If a file of that name exists, it is read all the same; any
/// other name is a missing file.
///
/// # Errors
/// The file cannot be read.
pub fn text_or_file(given: &str, is_text: impl FnOnce(&str) -> bool, help: &str) -> Result<String, Failure> {
    let path = Path::new(given);
    if given != "-" && !path.exists() && is_text(given) {
        return Ok(given.to_owned());
    }
    text(path).map_err(|failure| if path.exists() { failure } else { failure.help(help) })
}

/// File names are shorter, so anything longer that names no directory is a text.
pub const LONGEST_NAME: usize = 120;

/// The name of a file in diagnostics.
#[must_use]
pub fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// All vocabularies of a library.
#[must_use]
pub fn vocabularies(library: &Library) -> Vec<Arc<Vocabulary>> {
    library.names().filter_map(|name| library.get(name)).cloned().collect()
}

/// A policy file. A name that ends in `.json` is the map form.
///
/// # Errors
/// The file cannot be read, or holds a token; the inner error is what is wrong with it.
pub fn parse(path: &Path, library: &Library) -> Result<Result<Document, Report>, Failure> {
    let name = name(path);
    let source = text(path)?;
    if [LOCAL_PREFIX, PUBLIC_PREFIX].iter().any(|prefix| source.starts_with(prefix)) {
        return Err(Failure::new(format!("`{name}` holds a token, but a policy file is expected"))
            .help("commands that take either take a token with `--token`"));
    }
    let read = if is_map(path) {
        Document::from_json_text(&name, &source, library)
    } else {
        Document::from_text(&name, &source, library)
    };
    Ok(read.map_err(with_places_of_vocabularies))
}

/// Adds to the error about an unknown vocabulary where Placet looks for one.
fn with_places_of_vocabularies(mut report: Report) -> Report {
    for found in report.diagnostics.iter_mut().filter(|found| found.code == Code::UnknownVocabulary) {
        let known = found.help.take().map(|help| format!("{help}; ")).unwrap_or_default();
        let word = report.source.in_text(found.at).map_or("", |(_, text, at)| at.of(text));
        let word = word.strip_suffix('"').and_then(|word| word.rsplit('"').next()).unwrap_or(word);
        let name = if word.chars().all(|part| part.is_ascii_alphanumeric() || part == '_') { word } else { "NAME" };
        found.help = Some(format!(
            "{known}yours is read from `{name}.placet` in the folder of the file, from the files of `vocabularies` in \
             `placet.toml`, and from `--vocabulary FILE`"
        ));
    }
    report
}

/// Whether the file's name says that it holds the map form.
#[must_use]
pub fn is_map(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// A policy file without errors. Warnings are shown; with `deny_warnings` they count as errors.
/// `None`: the errors have been shown.
///
/// # Errors
/// The file cannot be read.
pub fn document(ui: &Ui, path: &Path, library: &Library, deny_warnings: bool) -> Result<Option<Document>, Failure> {
    match parse(path, library)? {
        Ok(document) => {
            if !document.warnings().is_empty() {
                ui.warn(&document.warnings_report());
            }
            Ok((document.warnings().is_empty() || !deny_warnings).then_some(document))
        }
        Err(report) => {
            ui.report(&report);
            Ok(None)
        }
    }
}

/// The files themselves, and those with the extension in and below the directories.
///
/// # Errors
/// A directory cannot be read, or has no such file.
pub fn expand(paths: &[PathBuf], extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            walk(path, extension, &mut files)?;
            if files.len() == before {
                return Err(Failure::new(format!("there is no `.{extension}` file in `{}`", path.display())));
            }
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Whether a path leads to a pipe, a socket or a device: reading it may never end. Where the user names one, it is meant.
#[must_use]
pub fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn walk(directory: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cause = |error| Failure::new(format!("cannot read `{}`: {error}", directory.display()));
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(cause)? {
        let entry = entry.map_err(cause)?;
        entries.push((entry.path(), entry.file_type().map_err(cause)?));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, kind) in entries {
        // A link to a directory could lead back; it is not followed.
        if kind.is_dir() {
            walk(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) && !is_special(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// The keyring in a file. Warns about a file of secrets that others may read.
///
/// # Errors
/// The file cannot be read, or is not a keyring.
pub fn keyring(ui: &Ui, path: &Path) -> Result<Keyring, Failure> {
    let text = zeroize::Zeroizing::new(text(path)?);
    if text.contains("placet_secret_") || text.contains("placet_signing_") {
        warn_if_readable_by_others(ui, path);
    }
    Keyring::from_text(&text).map_err(|error| {
        Failure::new(format!("`{}` is not a keyring: {error}", path.display()))
            .help("make one with `placet keygen --keyring FILE`")
    })
}

#[cfg(unix)]
fn warn_if_readable_by_others(ui: &Ui, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open && path != Path::new("-") {
        ui.warning(format_args!("`{0}` can be read by others\n  help: chmod 600 {0}", path.display()));
    }
}

#[cfg(not(unix))]
fn warn_if_readable_by_others(_: &Ui, _: &Path) {}

/// A revocation list in its binary form, from a file in any form. A signed one must be signed by a
/// key of the keyring and for the audience.
///
/// # Errors
/// The file cannot be read, or is not a complete revocation list.
pub fn revocations(path: &Path, keyring: &Keyring, audience: Audience) -> Result<HeldRevocations, Failure> {
    let bytes = bytes(path, REVOCATION_BYTES)?;
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(format!("`{}` is not a revocation list: {error}", path.display()))
            .help("`placet revoke --list FILE` makes one")
    };
    if Revocations::looks_signed(&bytes) {
        return HeldRevocations::open_signed(bytes, keyring, audience).map_err(|error| wrong(&error));
    }
    if bytes.starts_with(b"placetR") {
        return HeldRevocations::open(bytes).map_err(|error| wrong(&error));
    }
    let text = String::from_utf8(bytes).map_err(|error| wrong(&error))?;
    let list = RevocationList::from_text(&text).map_err(|error| wrong(&error))?;
    HeldRevocations::open(Revocations::write(&list)).map_err(|error| wrong(&error))
}

/// As [`now`], for commands that write the time down, or whose tokens would be valid before they
/// were made.
///
/// # Errors
/// The time is before 1970: the clock is not set.
pub fn clock(given: Option<Time>) -> Result<Time, Failure> {
    let now = now(given);
    if now < Time::EPOCH {
        return Err(Failure::new("the clock is not set: it shows a time before 1970")
            .help("set the clock, or give `--now TIME`"));
    }
    Ok(now)
}

/// Now, unless the user gives another time. A clock that is before 1970 is not set, and every token
/// is refused.
#[must_use]
pub fn now(given: Option<Time>) -> Time {
    given.unwrap_or_else(Time::now)
}

/// The policy file of a case file.
///
/// # Errors
/// There is none.
pub fn beside(path: &Path) -> Result<PathBuf, Failure> {
    let found =
        ["placet", "json"].map(|extension| path.with_extension(extension)).into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        let policy = path.with_extension("placet");
        Failure::new(format!("there is no policy file `{}` for `{}`", policy.display(), path.display()))
            .help("a case file has the name of its policy file, and is in the same folder")
    })
}
