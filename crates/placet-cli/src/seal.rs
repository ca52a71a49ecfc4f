//! `placet seal`: a token to which nobody can add a restriction any more.

use serde_json::json;

use super::attenuate::refuse;
use super::tokens::{self, warn_about_size};
use super::ui::{Exit, Outcome, Ui};
use placet::token::attenuate::seal;
use placet::token::keys::SystemRandom;

/// Forbids further restrictions: a sealed token is passed on as it is.
///
/// Works offline and without any key. The old token stays valid as well.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,
}

/// # Errors
/// The file cannot be read, or there is no randomness.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(token) = tokens::read(ui, &args.token)? else { return Ok(Exit::No) };
    match seal(&token, &mut SystemRandom) {
        Ok(sealed) => {
            let text = sealed.text();
            if ui.is_json() {
                ui.json(&json!({ "token": text, "sealed": true, "bytes": sealed.as_bytes().len() }));
            } else {
                ui.line(&text);
                ui.note(format_args!("sealed: nobody can add a restriction; {} bytes", sealed.as_bytes().len()));
            }
            warn_about_size(ui, &text);
            Ok(Exit::Yes)
        }
        Err(error) => refuse(ui, error),
    }
}
