//! `placet warp10 import`: makes a policy file from a Warp 10 token.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::common::{Configuration, Reading, rejected, token_text};
use crate::outputs::to_file_or_stdout;
use crate::ui::{Exit, Outcome, Ui};
use placet_warp10::convert::import;

/// Writes the policy file whose token grants what a Warp 10 token grants.
///
/// A Warp 10 token is still valid at the very moment of its expiry, and one of ours is not: the
/// file's `expiry` is one ms later.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 import token.txt --config secrets.conf --out reader.placet")]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    #[command(flatten)]
    configuration: Configuration,

    #[command(flatten)]
    reading: Reading,

    /// The file to write, instead of standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

/// # Errors
/// A file cannot be read or written.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let keys = args.configuration.keys(ui)?;
    let token = match keys.token.open(&token_text(&args.token)?) {
        Ok(token) => token,
        Err(rejection) => return Ok(rejected(ui, &rejection)),
    };
    let imported = match import(&token, args.reading.platform()) {
        Ok(imported) => imported,
        Err(why) => return Ok(ui.no("error", "not_imported", &why)),
    };
    imported.notes.iter().for_each(|note| ui.warning(note));
    let notes: Vec<_> = imported.notes.iter().map(ToString::to_string).collect();
    if ui.is_json() && args.out == Path::new("-") {
        ui.json(&json!({ "source": imported.text, "notes": notes }));
        return Ok(Exit::Yes);
    }
    to_file_or_stdout(ui, &args.out, imported.text.as_bytes())?;
    if ui.is_json() {
        ui.json(&json!({ "written": args.out.display().to_string(), "notes": notes }));
    }
    Ok(Exit::Yes)
}
