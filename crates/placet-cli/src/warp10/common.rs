//! The configuration and the token arguments, for all commands.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::inputs;
use crate::ui::{Exit, Failure, Ui};
use placet::visible::escaped;
use placet_warp10::config::Config;
use placet_warp10::keys::Keys;
use placet_warp10::rejection::Rejection;
use placet_warp10::selectors::{Applications, EmptyMeans, Platform};

/// Where the keys are.
#[derive(clap::Args, Clone, Debug)]
pub struct Configuration {
    /// A configuration of the Warp 10, with its keys, or a directory with `*.conf` files. Several
    /// may follow, if their names end in `.conf`, and later ones win
    #[arg(long = "config", value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

impl Configuration {
    /// Reads the files. The environment is not read.
    ///
    /// # Errors
    /// A file cannot be read, or is not a configuration.
    pub fn read(&self, ui: &Ui) -> Result<Config, Failure> {
        let mut paths = Vec::new();
        for path in &self.files {
            paths.extend(if path.is_dir() { configurations(path)? } else { vec![path.clone()] });
        }
        let read = |path: &PathBuf| Ok((inputs::name(path), Zeroizing::new(inputs::text(path)?)));
        let files = paths.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
        let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let config = Config::read(texts, []).map_err(|error| Failure::new(error.to_string()))?;
        for at in config.skipped() {
            ui.warning(format_args!("{}:{}: there is no `=` in this line, so it is skipped", at.file, at.line));
        }
        Ok(config)
    }

    /// The keys of the files.
    ///
    /// # Errors
    /// The files cannot be read, or a key is missing or not valid.
    pub fn keys(&self, ui: &Ui) -> Result<Keys, Failure> {
        keys_of(&self.read(ui)?)
    }
}

/// The `*.conf` files of a directory, by their names.
fn configurations(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::new(format!("cannot read `{}`: {error}", directory.display()));
    let entries = fs::read_dir(directory).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(|path| is_conf(path)).collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(format!("`{}` has no file whose name ends in `.conf`", directory.display())));
    }
    Ok(files)
}

fn is_conf(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "conf")
}

/// The words of a command line, with a `--config` before every configuration that follows another:
/// a shell expands `--config conf.d/*.conf` to that.
pub fn each_config(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut all: Vec<OsString> = Vec::new();
    for word in words {
        let follows = all.len() > 1 && all.get(all.len() - 2).is_some_and(|flag| flag == "--config");
        let is_meant = all.iter().any(|word| word == "warp10") && all.iter().all(|word| word != "--");
        if follows && is_meant && is_conf(Path::new(&word)) {
            all.push("--config".into());
        }
        all.push(word);
    }
    all
}

/// The keys of a configuration.
///
/// # Errors
/// A key is missing or not valid.
pub fn keys_of(config: &Config) -> Result<Keys, Failure> {
    Keys::from_config(config)
        .map_err(|error| Failure::new(error.to_string()).help("`placet warp10 keys new` makes a file with all of them"))
}

/// How a token is interpreted.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Treat an empty selector as "the label is absent" (`warp10.absent.label.support = true`)
    #[arg(long)]
    pub absent_labels: bool,

    /// The version of the Warp 10: before 2.4.0, several `applications` of a READ token are regular
    /// expressions
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub platform: Option<(u32, u32)>,
}

/// The first two numbers of `2.4.0`.
fn version(text: &str) -> Result<(u32, u32), String> {
    let mut numbers = text.split(['.', '-']).map(|number| number.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => Ok((major, minor)),
        _ => Err("a version looks like `2.3.0`".to_owned()),
    }
}

impl Reading {
    /// The settings by which the platform interprets tokens.
    #[must_use]
    pub fn platform(self) -> Platform {
        let is_old = self.platform.is_some_and(|version| version < (2, 4));
        Platform {
            empty: if self.absent_labels { EmptyMeans::Absent } else { EmptyMeans::EmptyValue },
            applications: if is_old { Applications::Unquoted } else { Applications::Quoted },
        }
    }
}

/// The text of a token: given as it is, in a file, or on standard input (`-`). The end of the line
/// is not part of it.
///
/// # Errors
/// The file cannot be read.
pub fn token_text(given: &str) -> Result<String, Failure> {
    // The name of a static token can be any word.
    let names_file = |text: &str| text.contains(['/', '\\']) || (text.len() < SHORTEST_TOKEN && text.contains('.'));
    let is_text = |text: &str| !names_file(text);
    let text = inputs::text_or_file(given, is_text, "name the file that holds the token")?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Tokens have more characters, so anything shorter with a dot is the name of a file.
const SHORTEST_TOKEN: usize = 48;

/// Reports that a token is not accepted, which is a no.
pub fn rejected(ui: &Ui, rejection: &Rejection) -> Exit {
    ui.no("refused", &rejection.label.to_string(), &escaped(&rejection.to_string()))
}
