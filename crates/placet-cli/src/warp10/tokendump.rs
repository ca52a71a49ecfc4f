//! `placet warp10 tokendump`: the parameters that tokens were made from.

use std::path::PathBuf;

use super::common::{Configuration, rejected};
use crate::inputs;
use crate::ui::{Exit, Outcome, Ui};
use placet_warp10::script::output::{Style, to_json};
use placet_warp10::tokendump::dumped;

/// Prints the parameters of tokens, one per line, as WarpScript that TOKENGEN takes, or as JSON.
///
/// An empty line ends the list. It does not check whether the tokens are still valid.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 tokendump tokens.txt --config secrets.conf --format json")]
pub struct Args {
    /// A file with one token per line, or `-` for standard input
    file: PathBuf,

    #[command(flatten)]
    configuration: Configuration,
}

/// # Errors
/// A file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let keys = args.configuration.keys(ui)?.token;
    let text = inputs::text(&args.file)?;
    for line in text.lines().take_while(|line| !line.is_empty()) {
        match keys.open(line) {
            Ok(token) => {
                let dump = dumped(line, &token, &keys);
                if ui.is_json() {
                    ui.json_text(&to_json(&dump, Style::default()));
                } else {
                    ui.line(dump.to_warpscript());
                }
            }
            Err(rejection) => return Ok(rejected(ui, &rejection)),
        }
    }
    Ok(Exit::Yes)
}
