//! `placet warp10 verify`: whether a Warp 10 would accept a token now.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::common::{Configuration, keys_of, rejected, token_text};
use crate::cli::inputs;
use crate::cli::times::{read_time, show, show_beside};
use crate::cli::ui::{Exit, Failure, GREEN, Outcome, Ui, paint};
use crate::compat::warp10::accept::{Acceptor, AttributeRules};
use crate::compat::warp10::attributes::rules;
use crate::compat::warp10::keys::Keys;
use crate::compat::warp10::rejection::Rejection;
use crate::compat::warp10::token::{Kind, Token};
use crate::compat::warp10::trl_directory::{Directory, Folder, Problem};

/// Verifies a token as a Warp 10 does: its keys, its expiry, and the revocation lists.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 verify token.txt --config secrets.conf --trl /opt/warp10/etc/trl")]
pub struct Args {
    /// The text of a token, a file that holds it, or `-` for standard input
    token: String,

    #[command(flatten)]
    configuration: Configuration,

    /// The directory with the revocation lists, instead of the configuration's `warp.trl.dir`
    #[arg(long, value_name = "DIR")]
    trl: Option<PathBuf>,

    /// The time to look from, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<i64>,
}

/// Runs the command.
///
/// # Errors
/// A file can not be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let now = inputs::now(args.now);
    let service = Service::read(ui, &args.configuration, args.trl.as_deref(), now)?;
    let text = token_text(&args.token)?;
    match service.accept(&text, now) {
        Ok(token) => {
            let ident = service.keys.token.ident(&text).to_string();
            if ui.is_json() {
                let kind = if matches!(token, Token::Read(_)) { "READ" } else { "WRITE" };
                ui.json(&json!({ "verdict": "accepted", "type": kind, "ident": ident, "expiry": token.expiry() }));
            } else {
                let word = paint(ui.colour, GREEN, "ACCEPTED");
                ui.line(format_args!("{word}: {ident}, good until {}", until(token.expiry(), now)));
            }
            Ok(Exit::Yes)
        }
        Err(rejection) => Ok(rejected(ui, &rejection)),
    }
}

fn until(expiry: i64, now: i64) -> String {
    if expiry == i64::MAX { show(expiry) } else { show_beside(expiry, now) }
}

/// What a Warp 10 holds tokens against.
pub struct Service {
    keys: Keys,
    revocations: Directory,
    attributes: AttributeRules,
}

impl Service {
    /// Reads the configuration, and the revocation lists of `trl` or of the configuration.
    ///
    /// # Errors
    /// A file can not be read.
    pub fn read(ui: &Ui, files: &Configuration, trl: Option<&Path>, now: i64) -> Result<Self, Failure> {
        let config = files.read(ui)?;
        let folder = trl.or_else(|| config.get("warp.trl.dir").map(Path::new));
        let revocations = match folder {
            Some(folder) => directory(ui, folder, now)?,
            None => Directory::none(),
        };
        let attributes = rules(&config).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { keys: keys_of(&config)?, revocations, attributes })
    }

    /// Accepts a token of either kind.
    ///
    /// # Errors
    /// The token is not good.
    pub fn accept(&self, text: &str, now: i64) -> Result<Token, Rejection> {
        let Self { keys, revocations, attributes } = self;
        let acceptor = Acceptor { keys: &keys.token, revocations, attributes };
        // What can not be opened is refused as a READ token would be, and a revoked text before it is opened.
        let kind = keys.token.open(text).map_or(Kind::Read, |token| token.kind());
        acceptor.accept(text, kind, now)
    }
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
