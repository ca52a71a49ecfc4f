//! What the commands share: the configuration, and tokens as they are given.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cli::inputs;
use crate::cli::ui::{Exit, Failure, Ui};
use crate::compat::warp10::config::Config;
use crate::compat::warp10::keys::Keys;
use crate::compat::warp10::rejection::Rejection;
use crate::compat::warp10::selectors::EmptyMeans;
use crate::visible::escaped;

/// Where the keys are.
#[derive(clap::Args, Clone, Debug)]
pub struct Configuration {
    /// A configuration of the Warp 10, with its keys; may be given several times, and later ones win
    #[arg(long = "config", value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

impl Configuration {
    /// Reads the files. The environment is not asked.
    ///
    /// # Errors
    /// A file can not be read, or is no configuration.
    pub fn read(&self, ui: &Ui) -> Result<Config, Failure> {
        let read = |path: &PathBuf| Ok((inputs::name(path), Zeroizing::new(inputs::text(path)?)));
        let files = self.files.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
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
    /// The files can not be read, or a key is missing or none.
    pub fn keys(&self, ui: &Ui) -> Result<Keys, Failure> {
        keys_of(&self.read(ui)?)
    }
}

/// The keys of a configuration.
///
/// # Errors
/// A key is missing or none.
pub fn keys_of(config: &Config) -> Result<Keys, Failure> {
    Keys::from_config(config)
        .map_err(|error| Failure::new(error.to_string()).help("`placet warp10 keys new` makes a file with all of them"))
}

/// How a token is understood.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Take an empty selector for "the label is absent" (`warp10.absent.label.support = true`)
    #[arg(long)]
    pub absent_labels: bool,
}

impl Reading {
    /// What an empty selector means.
    #[must_use]
    pub const fn empty(self) -> EmptyMeans {
        if self.absent_labels { EmptyMeans::Absent } else { EmptyMeans::EmptyValue }
    }
}

/// The text of a token: given as it is, in a file, or on standard input (`-`). The end of the line is no part of it.
///
/// # Errors
/// The file can not be read.
pub fn token_text(given: &str) -> Result<String, Failure> {
    // A name of a static token can be any word.
    let names_file = |text: &str| text.contains(['/', '\\']) || (text.len() < SHORTEST_TOKEN && text.contains('.'));
    let is_text = |text: &str| !names_file(text);
    let text = inputs::text_or_file(given, is_text, "name the file that holds the token")?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Fewer characters make no token, so what is shorter and has a dot is the name of a file.
const SHORTEST_TOKEN: usize = 48;

/// Says that a token is not accepted. That is a no.
pub fn rejected(ui: &Ui, rejection: &Rejection) -> Exit {
    ui.no("refused", &rejection.label.to_string(), &escaped(&rejection.to_string()))
}
