//! `placet warp10 trl`: lists of what is revoked, in the files that a Warp 10 reads.

use std::fs;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::common::{Configuration, token_text};
use super::service::directory;
use crate::inputs;
use crate::outputs::{Existing, LockedFile, Secrecy, write};
use crate::time_args::read_millis;
use crate::ui::{Exit, Failure, Outcome, Ui};
use placet::model::time::Time;
use placet_warp10::envelope::Ident;
use placet_warp10::trl::{ListName, RevocationList, Scope};

/// Reads and writes the revocation lists of a Warp 10.
///
/// A list is never changed in place: a Warp 10 reads files with a new name. Older files of a list
/// may be removed.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Shows what a directory of lists revokes
    List {
        /// The directory
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Adds to a list, or begins one
    Add {
        #[command(flatten)]
        which: Which,

        /// Revoke this ident; may be given several times
        #[arg(long, value_name = "IDENT")]
        ident: Vec<Ident>,

        /// Revoke every token of this application; may be given several times
        #[arg(long, value_name = "NAME")]
        application: Vec<String>,

        /// Revoke this token: a file that holds it, or `-`; needs the configuration
        #[arg(long, requires = "files")]
        token: Vec<String>,

        /// A configuration with the keys that the tokens were made with
        #[arg(long = "config", value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Writes a list from its text: an ident or `+APPLICATION` per line
    Write {
        #[command(flatten)]
        which: Which,

        /// The text, or `-` for standard input
        file: PathBuf,
    },
}

/// Which list.
#[derive(clap::Args, Debug)]
struct Which {
    /// The directory
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,

    /// The name of the list
    #[arg(long)]
    name: String,

    /// The second word of the file's name; all of them revoke both kinds
    #[arg(long, value_enum, default_value_t)]
    scope: Word,

    /// The time in the file's name, in ms, instead of now
    #[arg(long, value_name = "MS", value_parser = read_millis)]
    now: Option<Time>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Word {
    Read,
    Write,
    #[default]
    Full,
}

impl Word {
    const fn scope(self) -> Scope {
        match self {
            Self::Read => Scope::Read,
            Self::Write => Scope::Write,
            Self::Full => Scope::Full,
        }
    }
}

/// # Errors
/// A file cannot be read or written, or something cannot be revoked.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    match args.command {
        Command::List { folder } => list(ui, &folder),
        Command::Add { which, ident, application, token, files } => {
            // Before the lock is taken: standard input may take its time.
            let of_tokens = idents(ui, &token, files)?;
            let lock = which.lock()?;
            let mut list = which.read()?;
            ident.into_iter().chain(of_tokens).for_each(|ident| list.revoke(ident));
            for name in &application {
                list.revoke_application(name).map_err(|error| Failure::new(error.to_string()))?;
            }
            which.put(ui, &list, &lock)
        }
        Command::Write { which, file } => {
            let text = inputs::text(&file)?;
            let (list, bad) = RevocationList::read(&text);
            if let Some(bad) = bad {
                let name = inputs::name(&file);
                return Err(Failure::new(format!("`{name}`:{}: this line cannot be read", bad.first))
                    .help("a line is 16 hexadecimal digits, or `+` and the name of an application"));
            }
            which.put(ui, &list, &which.lock()?)
        }
    }
}

/// The idents of tokens that open with the keys of the configuration.
fn idents(ui: &Ui, tokens: &[String], files: Vec<PathBuf>) -> Result<Vec<Ident>, Failure> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let keys = Configuration { files }.keys(ui)?;
    let ident = |token: &String| {
        let text = token_text(token)?;
        keys.token.open(&text).map_err(|rejection| Failure::new(rejection.message))?;
        Ok(keys.token.ident(&text))
    };
    tokens.iter().map(ident).collect()
}

fn list(ui: &Ui, folder: &std::path::Path) -> Outcome {
    let directory = directory(ui, folder, None, Time::EPOCH)?;
    let list = directory.list();
    if ui.is_json() {
        let idents: Vec<_> = list.idents().map(|ident| ident.to_string()).collect();
        ui.json(&json!({ "idents": idents, "applications": list.applications().collect::<Vec<_>>() }));
    } else {
        ui.text(list);
    }
    Ok(Exit::of(directory.problems().is_empty()))
}

impl Which {
    /// Waits until no other process writes lists here. A list is many files, so the lock is the
    /// directory's.
    fn lock(&self) -> Result<LockedFile, Failure> {
        LockedFile::open(&self.dir.join("lists"))
    }

    /// The newest file of the list.
    fn newest(&self) -> Result<Option<ListName>, Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("cannot read `{}`: {error}", self.dir.display()));
        let wanted = format!("{}.{}", self.name, self.scope.scope());
        let mut newest: Option<ListName> = None;
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            let file = entry.map_err(failed)?.file_name();
            let name = file.to_str().and_then(ListName::parse).filter(|name| name.list == wanted);
            if name.as_ref().map(|name| name.timestamp) > newest.as_ref().map(|name| name.timestamp) {
                newest = name;
            }
        }
        Ok(newest)
    }

    /// The content of the list's newest file; empty if there is no file.
    fn read(&self) -> Result<RevocationList, Failure> {
        let Some(newest) = self.newest()? else { return Ok(RevocationList::default()) };
        let (list, bad) = RevocationList::read(&inputs::text(&self.dir.join(&newest.file))?);
        match bad {
            None => Ok(list),
            Some(bad) => Err(Failure::new(format!("`{}`:{}: this line cannot be read", newest.file, bad.first))),
        }
    }

    fn put(&self, ui: &Ui, list: &RevocationList, _lock: &LockedFile) -> Outcome {
        let now = inputs::clock(self.now)?.as_millis().unsigned_abs();
        // The file with the greatest number counts, so what a clock has put ahead must not hide
        // this one.
        let last = self.newest()?.and_then(|newest| newest.timestamp);
        let now = last.map_or(now, |last| now.max(last.saturating_add(1)));
        let (name, text) =
            list.file(&self.name, self.scope.scope(), now).map_err(|error| Failure::new(error.to_string()))?;
        write(&self.dir.join(&name.file), text.as_bytes(), Secrecy::Open, Existing::Keep)?;
        if ui.is_json() {
            ui.json(&json!({ "file": name.file }));
        } else {
            ui.line(&name.file);
        }
        Ok(Exit::Yes)
    }
}
