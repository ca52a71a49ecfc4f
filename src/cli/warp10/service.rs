//! What a Warp 10 holds tokens against, as the commands are given it: keys, revocation lists, static tokens, attribute rules.

use std::path::{Path, PathBuf};

use super::common::{Configuration, keys_of};
use super::tokengen::{new_uuid, unit};
use crate::cli::inputs;
use crate::cli::ui::{Failure, Ui};
use crate::compat::warp10::accept::{Acceptor, AttributeRules};
use crate::compat::warp10::attributes::rules;
use crate::compat::warp10::envelope::Ident;
use crate::compat::warp10::keys::Keys;
use crate::compat::warp10::rejection::Rejection;
use crate::compat::warp10::script::TimeUnit;
use crate::compat::warp10::static_tokens::{Clock, StaticTokens};
use crate::compat::warp10::token::{Kind, Token};
use crate::compat::warp10::trl_directory::{Directory, Folder, Problem};
use crate::token::keys::NoRandomness;

/// What else there is beside the configuration.
#[derive(clap::Args, Clone, Debug)]
pub struct Lists {
    /// The directory with the revocation lists, instead of the configuration's `warp.trl.dir`
    #[arg(long, value_name = "DIR")]
    pub trl: Option<PathBuf>,

    /// Static tokens, as a `warp.token.file` lists them. They end and are revoked like any other
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
}

/// What a Warp 10 holds tokens against.
pub struct Service {
    /// What its times are counted in.
    pub unit: TimeUnit,
    keys: Keys,
    revocations: Directory,
    attributes: AttributeRules,
    tokens: StaticTokens,
}

impl Service {
    /// Reads the configuration, the revocation lists of `lists` or of the configuration, and the static tokens.
    ///
    /// # Errors
    /// A file can not be read.
    pub fn read(ui: &Ui, files: &Configuration, lists: &Lists, now: i64) -> Result<Self, Failure> {
        let config = files.read(ui)?;
        let folder = lists.trl.as_deref().or_else(|| config.get("warp.trl.dir").map(Path::new));
        let revocations = match folder {
            Some(folder) => directory(ui, folder, now)?,
            None => Directory::none(),
        };
        let unit = unit(None, &config)?;
        let tokens = match &lists.tokens {
            Some(path) => static_tokens(ui, path, Clock { now, unit })?,
            None => StaticTokens::default(),
        };
        let attributes = rules(&config).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { unit, keys: keys_of(&config)?, revocations, attributes, tokens })
    }

    /// What names a text.
    pub fn ident(&self, text: &str) -> Ident {
        self.keys.token.ident(text)
    }

    /// Accepts a token of either kind: a static one of exactly this text first.
    ///
    /// # Errors
    /// The token is not good.
    pub fn accept(&self, text: &str, now: i64) -> Result<Token, Rejection> {
        let Self { keys, revocations, attributes, tokens, .. } = self;
        let acceptor = Acceptor { keys: &keys.token, revocations, attributes };
        let of_file = [Kind::Read, Kind::Write].into_iter().find(|kind| tokens.get(text, *kind).is_some());
        // What can not be opened is refused as a READ token would be, and a revoked text before it is opened.
        let kind = of_file.unwrap_or_else(|| keys.token.open(text).map_or(Kind::Read, |token| token.kind()));
        tokens.accept(&acceptor, text, kind, now)
    }
}

fn static_tokens(ui: &Ui, path: &Path, clock: Clock) -> Result<StaticTokens, Failure> {
    let text = inputs::text(path)?;
    let mut no_randomness = false;
    let (tokens, problems) = StaticTokens::read(&text, clock, &mut || {
        new_uuid().unwrap_or_else(|NoRandomness| {
            no_randomness = true;
            String::new()
        })
    });
    if no_randomness {
        return Err(Failure::new(NoRandomness.to_string()));
    }
    problems.iter().for_each(|problem| ui.warning(format_args!("`{}`, {problem}", inputs::name(path))));
    Ok(tokens)
}

/// The lists of a directory.
///
/// # Errors
/// The directory can not be read.
pub fn directory(ui: &Ui, folder: &Path, now: i64) -> Result<Directory, Failure> {
    let mut directory = Directory::new(None, now);
    directory
        .scan(&Folder(folder.to_owned()))
        .map_err(|error| Failure::new(format!("can not read `{}`: {error}", folder.display())))?;
    for problem in directory.problems() {
        ui.warning(described(problem));
    }
    Ok(directory)
}

fn described(problem: &Problem) -> String {
    match problem {
        Problem::Unreadable { file, why } => format!("`{file}` can not be read, so what was revoked stays so: {why}"),
        Problem::Lines { file, lines } => format!("`{file}`:{}: this line can not be read", lines.first),
        Problem::Timestamp { file } => format!("`{file}` has no good timestamp, so it counts beside the newest"),
    }
}
