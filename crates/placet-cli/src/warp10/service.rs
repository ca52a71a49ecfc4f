//! What a Warp 10 checks tokens against, as given to the commands: keys, revocation lists, static
//! tokens, the filter macro, attribute rules.
//!
//! If a setting that rejects tokens cannot be read, that is an error; it is never ignored.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::common::{Configuration, keys_of};
use super::tokengen::{new_uuid, unit};
use crate::inputs;
use crate::ui::{Failure, Ui};
use placet::model::time::Time;
use placet::token::keys::RandomnessError;
use placet_warp10::accept::{Acceptor, AttributeRules};
use placet_warp10::attributes::rules;
use placet_warp10::config::{Config, ConfigError};
use placet_warp10::envelope::Ident;
use placet_warp10::filter;
use placet_warp10::keys::{Keys, TokenKeys};
use placet_warp10::rejection::Rejection;
use placet_warp10::script::{Host, TimeUnit};
use placet_warp10::static_tokens::{Clock, StaticTokens};
use placet_warp10::token::{Kind, Token};
use placet_warp10::trl_directory::{Directory, Folder, ListFileError};

/// Settings beside the configuration.
#[derive(clap::Args, Clone, Debug)]
pub struct Lists {
    /// The directory with the revocation lists, instead of the configuration's `warp.trl.dir`
    #[arg(long, value_name = "DIR")]
    pub trl: Option<PathBuf>,

    #[command(flatten)]
    pub tokens: Static,
}

/// Where static tokens are.
#[derive(clap::Args, Clone, Debug)]
pub struct Static {
    /// Static tokens, instead of the configuration's `warp.token.file`. They expire and are revoked
    /// like any other
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
}

/// What a Warp 10 checks tokens against.
pub struct Service {
    /// The unit of its times.
    pub unit: TimeUnit,
    keys: Keys,
    revocations: Directory,
    attributes: AttributeRules,
    tokens: StaticTokens,
    filter_macro: Option<String>,
}

impl Service {
    /// Reads the configuration, and what it or `lists` names: revocation lists, static tokens, the
    /// filter macro.
    ///
    /// # Errors
    /// A file cannot be read, or a setting refers to what is not set.
    pub fn read(ui: &Ui, files: &Configuration, lists: &Lists, now: Time) -> Result<Self, Failure> {
        let config = files.read(ui)?;
        let revocations = revocations(ui, &config, lists.trl.as_deref(), now)?;
        let unit = unit(None, &config)?;
        let tokens = lists.tokens.read(ui, &config, Clock { now, unit })?;
        let attributes = rules(&config).map_err(|error| Failure::new(error.to_string()))?;
        let filter_macro = filter_macro(ui, &config)?;
        Ok(Self { unit, keys: keys_of(&config)?, revocations, attributes, tokens, filter_macro })
    }

    /// The key that computes the ident of a text.
    pub fn ident(&self, text: &str) -> Ident {
        self.keys.token.ident(text)
    }

    /// Accepts a token of either kind: what the filter macro makes of it, a static one of exactly
    /// this text, or the text itself.
    ///
    /// # Errors
    /// The token is not accepted.
    pub fn accept(&self, text: &str, now: Time) -> Result<Token, Rejection> {
        let Self { keys, revocations, attributes, tokens, .. } = self;
        let acceptor = Acceptor { keys: &keys.token, revocations, attributes };
        if let Some(filter_macro) = &self.filter_macro {
            // If a macro asks for a UUID and gets none, the token is refused.
            let mut host = Host::new(now.as_millis().saturating_mul(self.unit.in_a_millisecond()), || {
                new_uuid().unwrap_or_else(|RandomnessError| String::new())
            });
            host.unit = self.unit;
            host.acceptance = Some(&acceptor);
            if let Some(token) = filter::accept(&acceptor, filter_macro, text, host)? {
                return Ok(token);
            }
        }
        let of_file = kind_of_static(tokens, text);
        // A text that cannot be opened is refused as a READ token would be, and a revoked text
        // before it is opened.
        let kind = of_file.unwrap_or_else(|| keys.token.open(text).map_or(Kind::Read, |token| token.kind()));
        tokens.accept(&acceptor, text, kind, now)
    }
}

fn kind_of_static(tokens: &StaticTokens, text: &str) -> Option<Kind> {
    [Kind::Read, Kind::Write].into_iter().find(|kind| tokens.get(text, *kind).is_some())
}

fn bad(error: ConfigError) -> Failure {
    Failure::new(error.to_string()).help("set it in a file that comes before or after: `--config FILE` may be repeated")
}

impl Static {
    /// The static tokens of the file that is given, or of the configuration.
    ///
    /// # Errors
    /// The file cannot be read, or the setting refers to what is not set.
    pub fn read(&self, ui: &Ui, config: &Config, clock: Clock) -> Result<StaticTokens, Failure> {
        match given_or(self.tokens.as_deref(), config, "warp.token.file")? {
            Some(path) => static_tokens(ui, path, clock),
            None => Ok(StaticTokens::default()),
        }
    }

    /// The same for commands that only look at a token: a missing file of the configuration, which
    /// is the server's, is only a warning.
    ///
    /// # Errors
    /// The file that is given cannot be read.
    pub fn read_if_there(&self, ui: &Ui, config: &Config, clock: Clock) -> Result<StaticTokens, Failure> {
        match self.read(ui, config, clock) {
            Err(failure) if self.tokens.is_none() => {
                ui.warning(format_args!("no static token is known here: {failure}"));
                Ok(StaticTokens::default())
            }
            tokens => tokens,
        }
    }

    /// The token of a text: a static one, or the one that its keys open.
    ///
    /// # Errors
    /// It is not a token.
    pub fn open(tokens: &StaticTokens, keys: &TokenKeys, text: &str) -> Result<Token, Rejection> {
        let of_file = kind_of_static(tokens, text).and_then(|kind| tokens.get(text, kind));
        of_file.map_or_else(|| keys.open(text), |token| Ok(token.clone()))
    }
}

/// A path that is given, or that of the configuration, which is not read if there is one.
fn given_or<'c>(given: Option<&'c Path>, config: &'c Config, setting: &str) -> Result<Option<&'c Path>, Failure> {
    match given {
        Some(path) => Ok(Some(path)),
        None => Ok(config.setting(setting).map_err(bad)?.map(Path::new)),
    }
}

/// The lists of the directory that is given, or of the configuration. A command looks once, so it
/// does not wait for the startup delay: with a delay there must be a list.
fn revocations(ui: &Ui, config: &Config, given: Option<&Path>, now: Time) -> Result<Directory, Failure> {
    let folder = given_or(given, config, "warp.trl.dir")?;
    let delay = match config.setting("warp.trl.startup.delay").map_err(bad)? {
        None => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| {
            Failure::new(format!("`warp.trl.startup.delay` is `{text}`")).help("it is a number of milliseconds")
        })?),
    };
    let delay = delay.map(|_| Duration::ZERO);
    match folder {
        Some(folder) => directory(ui, folder, delay, now),
        None => Ok(Directory::new(delay, now)),
    }
}

/// The WarpScript of `warp.token.filter.macro`, in the repository of macros.
fn filter_macro(ui: &Ui, config: &Config) -> Result<Option<String>, Failure> {
    let Some(name) = config.setting("warp.token.filter.macro").map_err(bad)? else { return Ok(None) };
    let Some(repository) = config.setting(REPOSITORY).map_err(bad)? else {
        let message =
            format!("`warp.token.filter.macro` is `{name}`, and `{REPOSITORY}` does not say where macros are");
        return Err(Failure::new(message).help("without its filter macro it is not known which tokens a Warp 10 takes"));
    };
    // The name is that of a macro, and never leaves the repository.
    let parts = || name.split('/');
    if parts().any(|part| part.is_empty() || part.starts_with('.')) {
        return Err(Failure::new(format!("`warp.token.filter.macro` is `{name}`, which is not the name of a macro")));
    }
    let path = Path::new(repository).join(format!("{name}.mc2"));
    let text = inputs::text(&path)?;
    if !config.names().any(|setting| config.get(setting) == Some(PLUGIN)) {
        ui.warning(format_args!(
            "`warp.token.filter.macro` is run here; a Warp 10 runs it only with the plugin `{PLUGIN}`"
        ));
    }
    Ok(Some(text))
}

const REPOSITORY: &str = "warpscript.repository.directory";
const PLUGIN: &str = "io.warp10.continuum.MacroFilterAuthenticationPlugin";

fn static_tokens(ui: &Ui, path: &Path, clock: Clock) -> Result<StaticTokens, Failure> {
    let text = inputs::text(path)?;
    let mut no_randomness = false;
    let (tokens, problems) = StaticTokens::read(&text, clock, &mut || {
        new_uuid().unwrap_or_else(|RandomnessError| {
            no_randomness = true;
            String::new()
        })
    });
    if no_randomness {
        return Err(Failure::new(RandomnessError.to_string()));
    }
    problems.iter().for_each(|problem| ui.warning(format_args!("`{}`, {problem}", inputs::name(path))));
    Ok(tokens)
}

/// The lists of a directory, which must have one if there is a startup delay.
///
/// # Errors
/// The directory cannot be read.
pub fn directory(ui: &Ui, folder: &Path, delay: Option<Duration>, now: Time) -> Result<Directory, Failure> {
    let mut directory = Directory::new(delay, now);
    directory
        .scan(&Folder(folder.to_owned()))
        .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", folder.display())))?;
    for problem in directory.problems() {
        ui.warning(described(problem));
    }
    if !directory.has_lists() {
        let so = if delay.is_some() { "no token is accepted" } else { "nothing is revoked" };
        ui.warning(format_args!("`{}` has no revocation list, so {so}", folder.display()));
    }
    Ok(directory)
}

fn described(problem: &ListFileError) -> String {
    match problem {
        ListFileError::Unreadable { file, why } => {
            format!("`{file}` cannot be read, so earlier revocations stay in force: {why}")
        }
        ListFileError::Lines { file, lines } => format!("`{file}`:{}: this line cannot be read", lines.first),
        ListFileError::Name { file } => format!(
            "`{file}` revokes nothing: a Warp 10 reads files that are named `NAME.full.MS-MD5.trl`, with 32 lower-case \
             hexadecimal digits at the end, as `trl write` names them"
        ),
        ListFileError::Timestamp { file } => format!("`{file}` has no valid timestamp, so it counts beside the newest"),
    }
}
