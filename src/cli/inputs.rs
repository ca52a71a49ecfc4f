//! What commands read: files or `-`, documents, keys, the clock.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::ui::{Failure, Ui};
use crate::author::{Document, Report};
use crate::check::library::Library;
use crate::limits::SOURCE_BYTES;
use crate::token::keyring::Keyring;

/// The text of a file, or of standard input where the path is `-`.
///
/// # Errors
/// It can not be read, is no UTF-8, or is larger than a source may be.
pub fn text(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().take(SOURCE_BYTES as u64 + 1).read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = read.map_err(|error| Failure::new(format!("can not read `{}`: {error}", path.display())))?;
    if text.len() > SOURCE_BYTES {
        return Err(Failure::new(format!("`{}` has more than {SOURCE_BYTES} bytes", path.display())));
    }
    Ok(text)
}

/// The built-in vocabularies and those of the files.
///
/// # Errors
/// A file can not be read; errors inside it are reported, and the result is `None`.
pub fn library(ui: &Ui, vocabularies: &[PathBuf]) -> Result<Option<Library>, Failure> {
    let mut library = Library::builtin();
    for path in vocabularies {
        let name = path.display().to_string();
        let source = text(path)?;
        if let Err(report) = library.add_text(&name, &source) {
            ui.report(&report_of(report));
            return Ok(None);
        }
    }
    Ok(Some(library))
}

fn report_of((source, diagnostics): (crate::diag::Source, Vec<crate::diag::Diagnostic>)) -> Report {
    Report { source, diagnostics }
}

/// A policy file without errors. A name that ends in `.json` is the map form. Warnings are shown; with `deny_warnings` they
/// count as errors. `None`: the errors have been shown.
///
/// # Errors
/// The file can not be read.
pub fn document(ui: &Ui, path: &Path, library: &Library, deny_warnings: bool) -> Result<Option<Document>, Failure> {
    let name = path.display().to_string();
    let source = text(path)?;
    let document = if path.extension().is_some_and(|extension| extension == "json") {
        Document::from_json_text(&name, &source, library)
    } else {
        Document::from_text(&name, &source, library)
    };
    match document {
        Ok(document) => {
            if !document.warnings().is_empty() {
                ui.report(&document.warnings_report());
            }
            Ok((document.warnings().is_empty() || !deny_warnings).then_some(document))
        }
        Err(report) => {
            ui.report(&report);
            Ok(None)
        }
    }
}

/// The keyring in a file. A file that others may read is warned about.
///
/// # Errors
/// The file can not be read, or is no keyring.
pub fn keyring(ui: &Ui, path: &Path) -> Result<Keyring, Failure> {
    warn_if_readable_by_others(ui, path);
    let text = zeroize::Zeroizing::new(text(path)?);
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
        ui.note(format_args!(
            "warning: `{0}` can be read by others\n  help: chmod 600 {0}",
            path.display()
        ));
    }
}

#[cfg(not(unix))]
fn warn_if_readable_by_others(_: &Ui, _: &Path) {}

/// Now, in ms since 1970-01-01T00:00:00Z, unless the user says another time.
#[must_use]
pub fn now(given: Option<i64>) -> i64 {
    given.unwrap_or_else(|| {
        #[expect(clippy::disallowed_methods, reason = "the one place where the command line reads the clock")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.ok().and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
    })
}
