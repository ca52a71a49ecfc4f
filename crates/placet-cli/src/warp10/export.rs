//! `placet warp10 export`: makes a Warp 10 token from a template.

use std::path::PathBuf;

use serde_json::json;

use super::common::Configuration;
use crate::block::Choice;
use crate::inputs;
use crate::time_args::read_time;
use crate::ui::{Exit, Failure, Outcome, Ui};
use placet::document::value::arguments_from_text;
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet_warp10::convert::export;
use placet_warp10::grants::lower;
use placet_warp10::selectors::Platform;

/// Mints the Warp 10 token that says what a `token` of a policy file says.
///
/// The token goes to standard output. If a Warp 10 token cannot express the template, the reasons
/// are listed and nothing is minted.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 export dashboard.placet --with team=7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11 --config secrets.conf")]
pub struct Args {
    /// The policy file, or `-` for standard input; a name that ends in `.json` is the map form
    file: PathBuf,

    #[command(flatten)]
    configuration: Configuration,

    #[command(flatten)]
    choice: Choice,

    /// The time of minting, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read, or the arguments are not those of the template.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let keys = args.configuration.keys(ui)?;
    let Some(block) = args.choice.block(ui, &args.file, &[BlockKind::Token], None)? else { return Ok(Exit::CouldNot) };
    let template = block.document.template(BlockKind::Token, Some(&block.name));
    let template = template.map_err(|error| Failure::new(error.to_string()))?;
    let pairs = args.choice.with.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let arguments = arguments_from_text(template, pairs).map_err(|error| Failure::new(error.to_string()))?;
    let now = inputs::clock(args.now)?;
    let token = match export(&block.document, template, &block.compiled, &arguments, now) {
        Ok(token) => token,
        Err(obstacles) => {
            let all: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
            if ui.is_json() {
                ui.json(&json!({ "verdict": "error", "cause": "not_exported", "obstacles": all }));
            } else {
                all.iter().for_each(|one| ui.note(format_args!("error: a Warp 10 token cannot express it: {one}")));
            }
            return Ok(Exit::CouldNot);
        }
    };
    if let Ok(lowered) = lower(&token, Platform::default()) {
        lowered.notes.iter().for_each(|note| ui.warning(note));
    }
    let text = keys.token.mint(&token);
    let ident = keys.token.ident(&text).to_string();
    if ui.is_json() {
        ui.json(&json!({ "token": text, "ident": ident }));
    } else {
        ui.line(&text);
        ui.note(format_args!("ident: {ident}"));
    }
    Ok(Exit::Yes)
}
