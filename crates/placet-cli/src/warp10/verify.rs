//! `placet warp10 verify`: whether a Warp 10 would accept a token now.

use serde_json::json;

use super::bounds::{bounds, lines};
use super::common::{Configuration, rejected, token_text};
use super::service::{Lists, Service};
use crate::inputs;
use crate::time_args::{read_time, show, show_beside};
use crate::ui::{Exit, GREEN, Outcome, Ui, paint};
use placet::model::time::Time;
use placet_warp10::token::Token;

/// Verifies a token as a Warp 10 does: its keys, its expiry, and the revocation lists.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 verify token.txt --config secrets.conf --trl /opt/warp10/etc/trl")]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    #[command(flatten)]
    configuration: Configuration,

    #[command(flatten)]
    lists: Lists,

    /// The time to assume, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let now = inputs::clock(args.now)?;
    let service = Service::read(ui, &args.configuration, &args.lists, now)?;
    let text = token_text(&args.token)?;
    match service.accept(&text, now) {
        Ok(token) => {
            let ident = service.ident(&text).to_string();
            let bounds = match bounds(&token, service.unit, now) {
                Ok(bounds) => bounds,
                Err(why) => {
                    let what = if matches!(token, Token::Read(_)) { "to read data" } else { "updates" };
                    ui.warning(format_args!("a Warp 10 refuses {what} with it: {why}"));
                    None
                }
            };
            if ui.is_json() {
                let kind = if matches!(token, Token::Read(_)) { "READ" } else { "WRITE" };
                let mut shown =
                    json!({ "verdict": "accepted", "type": kind, "ident": ident, "expiry": token.expiry() });
                bounds.into_iter().for_each(|bounds| shown["bounds"] = bounds);
                ui.json(&shown);
            } else {
                let word = paint(ui.colour, GREEN, "ACCEPTED");
                ui.line(format_args!("{word}: {ident}, valid until {}", until(Time::from_millis(token.expiry()), now)));
                lines(ui, bounds.as_ref());
            }
            Ok(Exit::Yes)
        }
        Err(rejection) => Ok(rejected(ui, &rejection)),
    }
}

fn until(expiry: Time, now: Time) -> String {
    if expiry == Time::MAX { show(expiry) } else { show_beside(expiry, now) }
}
