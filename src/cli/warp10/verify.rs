//! `placet warp10 verify`: whether a Warp 10 would accept a token now.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::common::{Configuration, rejected, token_text};
use crate::cli::inputs;
use crate::cli::times::{read_time, show, show_beside};
use crate::cli::ui::{Exit, Failure, GREEN, Outcome, Ui, paint};
use crate::compat::warp10::accept::{Acceptor, AttributeRules};
use crate::compat::warp10::rejection::{Label, Rejection};
use crate::compat::warp10::token::{Kind, Token};
use crate::compat::warp10::trl_directory::{Directory, Folder};

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
    let config = args.configuration.read(ui)?;
    let keys = super::common::keys_of(&config)?;
    let now = inputs::now(args.now);
    let folder = args.trl.or_else(|| config.get("warp.trl.dir").map(PathBuf::from));
    let revocations = match &folder {
        Some(folder) => directory(ui, folder, now)?,
        None => Directory::none(),
    };
    let attributes = AttributeRules::from_config(&config, Vec::new(), Vec::new());
    let acceptor = Acceptor { keys: &keys.token, revocations: &revocations, attributes: &attributes };
    let text = token_text(&args.token)?;
    match accept(&acceptor, &text, now) {
        Ok(token) => {
            let ident = keys.token.ident(&text).to_string();
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

/// Of either kind. What is wrong with a READ token is not that it is no WRITE token.
fn accept(acceptor: &Acceptor<'_>, text: &str, now: i64) -> Result<Token, Rejection> {
    match acceptor.accept(text, Kind::Read, now) {
        Err(first) if first.label == Label::Invalid => acceptor.accept(text, Kind::Write, now),
        other => other,
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
        ui.warning(format_args!("{problem:?}"));
    }
    Ok(directory)
}
