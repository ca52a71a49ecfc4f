//! The project that a file belongs to: `placet.toml` in the file's folder or the nearest folder
//! above.
//!
//! A project spares its commands the options that are the same every day: `--vocabulary`,
//! `--keyring`, `--revocations`, `--audience`. An option that is given replaces what the project
//! says.
//!
//! A stranger's `placet.toml` must not reach further than the folder it is in. So a project names
//! only files below its own folder, also after following links, and the search ends at a folder
//! that all users of a machine share, such as `/tmp`: a manifest there, or above, could be
//! anybody's.

mod manifest;
pub mod vocabularies;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use manifest::{Manifest, Named};

use super::inputs;
use super::ui::Failure;
use placet::token::audience::Audience;

/// The name of a project's file.
pub const FILE: &str = "placet.toml";

/// A folder with a `placet.toml`.
#[derive(Debug)]
pub struct Project {
    /// After following all links.
    folder: PathBuf,
    manifest: Manifest,
}

impl Project {
    /// The project of a policy file; without one, or with `-`, the project of the current folder.
    ///
    /// # Errors
    /// There is a manifest that cannot be read, or is wrong.
    pub fn of(file: Option<&Path>) -> Result<Option<Self>, Failure> {
        let start = match file.filter(|file| *file != Path::new("-")) {
            Some(folder) if folder.is_dir() => folder,
            Some(file) => file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
            None => Path::new("."),
        };
        // The command that reads the file reports a missing folder.
        let Ok(start) = fs::canonicalize(start) else { return Ok(None) };
        let folders = start.ancestors().take_while(|folder| !is_shared(folder));
        match folders.into_iter().find(|folder| folder.join(FILE).is_file()) {
            Some(folder) => Self::read(folder.to_owned()).map(Some),
            None => Ok(None),
        }
    }

    fn read(folder: PathBuf) -> Result<Self, Failure> {
        let path = shown(&folder.join(FILE));
        let manifest = Manifest::read(&inputs::name(&path), &inputs::text(&path)?)?;
        Ok(Self { folder, manifest })
    }

    /// Its `placet.toml`, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        shown(&self.folder.join(FILE)).display().to_string()
    }

    /// Its policy files and folders, and after them those of its vocabularies.
    ///
    /// # Errors
    /// One is not below the project's folder.
    pub fn sources(&self) -> Result<Vec<PathBuf>, Failure> {
        let vocabularies = self.manifest.vocabularies.iter().map(|named| self.path(named));
        self.policies()?.into_iter().map(Ok).chain(vocabularies).collect()
    }

    /// Its policy files and folders.
    ///
    /// # Errors
    /// One is not below the project's folder.
    pub fn policies(&self) -> Result<Vec<PathBuf>, Failure> {
        self.manifest.policies.iter().map(|named| self.path(named)).collect()
    }

    /// Its keyring, which need not exist yet.
    ///
    /// # Errors
    /// It is not below the project's folder.
    pub fn keyring(&self) -> Result<Option<PathBuf>, Failure> {
        self.manifest.keyring.as_ref().map(|named| self.path(named)).transpose()
    }

    /// Its revocation list. One that is missing revokes nothing, so it must be there when tokens
    /// are verified.
    ///
    /// # Errors
    /// It is not below the project's folder.
    pub fn revocations(&self) -> Result<Option<PathBuf>, Failure> {
        self.manifest.revocations.as_ref().map(|named| self.path(named)).transpose()
    }

    /// The service that its tokens are for.
    #[must_use]
    pub const fn audience(&self) -> Option<Audience> {
        self.manifest.audience
    }

    /// How far ahead the clock of a minter may be, in ms.
    #[must_use]
    pub const fn clock_skew(&self) -> Option<Duration> {
        self.manifest.clock_skew
    }

    /// Where a file or folder of the manifest is. One that does not exist yet counts as being where
    /// its nearest existing folder leads.
    fn path(&self, named: &Named) -> Result<PathBuf, Failure> {
        let path = self.folder.join(&named.path);
        // A link to what is not there yet is there itself, and leads nowhere that could be looked at: to write through it
        // would make a file wherever it points.
        let there = path.ancestors().find(|path| fs::symlink_metadata(path).is_ok());
        match there.and_then(|there| fs::canonicalize(there).ok()) {
            Some(real) if !real.starts_with(&self.folder) => Err(self.manifest.leads_outside(named)),
            Some(real) if !inputs::is_special(&real) => Ok(shown(&path)),
            Some(_) => Err(self.manifest.names_no_file(named)),
            None => Err(self.manifest.leads_outside(named)),
        }
    }

    /// The files below an entry of `vocabularies`, and whether it is a file itself.
    fn vocabulary_files(&self, named: &Named) -> Result<(Vec<PathBuf>, bool), Failure> {
        let path = self.path(named)?;
        if !path.is_dir() {
            return Ok((vec![path], true));
        }
        let files = inputs::expand(&[path], "placet")?;
        match files.iter().find(|file| !fs::canonicalize(file).is_ok_and(|real| real.starts_with(&self.folder))) {
            Some(_) => Err(self.manifest.leads_outside(named)),
            None => Ok((files, false)),
        }
    }
}

/// The files that a command is about: those that are given, or what `choose` takes from the project
/// of the current folder.
///
/// # Errors
/// None are given and there is no project, or it names none.
pub fn given_or(
    given: &[PathBuf],
    choose: impl FnOnce(&Project) -> Result<Vec<PathBuf>, Failure>,
) -> Result<Vec<PathBuf>, Failure> {
    if !given.is_empty() {
        return Ok(given.to_owned());
    }
    let Some(project) = Project::of(None)? else {
        return Err(Failure::new(format!("no file is given, and there is no `{FILE}` here or above"))
            .help("name a file or a folder; `placet init` begins a project"));
    };
    let chosen = choose(&project)?;
    if chosen.is_empty() {
        return Err(Failure::new(format!("no file is given, and `{}` names none", project.name()))
            .help("name a file or a folder, or write `policies = [\"policies\"]` into it"));
    }
    Ok(chosen)
}

/// The keyring of an option, or the one that the project of `file` (or of the current folder)
/// names.
///
/// # Errors
/// There is neither.
pub fn keyring(given: Option<&Path>, file: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    match Project::of(file)?.map(|project| project.keyring()).transpose()?.flatten() {
        Some(path) => Ok(path),
        None => Err(Failure::new("no keyring is given")
            .help(format!("name one with `--keyring FILE`, or in `{FILE}`: `keyring = \"service.keys\"`"))),
    }
}

/// The revocation list of an option, or the one that the project names, and which must be there: a
/// list that is missing revokes nothing.
///
/// # Errors
/// It does not exist, or is not below the project's folder.
pub fn revocations(given: Option<&Path>, project: Option<&Project>) -> Result<Option<PathBuf>, Failure> {
    if let Some(given) = given {
        return Ok(Some(given.to_owned()));
    }
    let Some(project) = project else { return Ok(None) };
    let Some(path) = project.revocations()? else { return Ok(None) };
    if path.exists() {
        return Ok(Some(path));
    }
    let shown = path.display();
    Err(Failure::new(format!("`{}` names the revocation list `{shown}`, which does not exist", project.name()))
        .help(format!("`placet revoke --new --list {shown}` begins an empty one")))
}

/// A path as a person would write it: relative to the current folder where it is below that.
fn shown(path: &Path) -> PathBuf {
    let here = fs::canonicalize(".").ok();
    match here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned)) {
        Some(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Some(below) => below,
        None => path.to_owned(),
    }
}

/// Whether everybody may write to a folder in which nobody may replace another's files: `/tmp`.
#[cfg(unix)]
fn is_shared(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o1002 == 0o1002)
}

#[cfg(not(unix))]
fn is_shared(_: &Path) -> bool {
    false
}
