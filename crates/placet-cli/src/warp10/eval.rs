//! `placet warp10 eval` and `explain`: what a Warp 10 token grants, decided here.

use super::bounds::{bounds, lines};
use super::common::{Configuration, Reading, rejected, token_text};
use super::series::{is_update, of_series};
use super::service::{Lists, Service};
use crate::asked::{RequestInputError, request};
use crate::decision_args::Ready;
use crate::eval::{decide, show};
use crate::inputs;
use crate::spelled::Written;
use crate::time_args::read_time;
use crate::ui::{Failure, Outcome, Ui};
use placet::check::library::Library;
use placet::model::time::Time;
use placet_warp10::grants::{Grant, LowerError};
use placet_warp10::rejection::{Label, Rejection};
use placet_warp10::token::Token;

/// Decides a request with a Warp 10 token: exit code 0 if it is allowed, 1 if it is not.
///
/// A request is one series: `{"action": "fetch", "class": "temp", "owner": "…", "labels": {"site":
/// "north"}}`. The token's attributes bound the data, not the request; a platform applies them to
/// what it reads.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 eval token.txt --config secrets.conf --request '{\"action\": \"fetch\", \"class\": \"temp\", \"application\": \"plant\"}'")]
pub struct Args {
    #[command(flatten)]
    asked: Asked,

    /// Show the smallest change with which the request would pass
    #[arg(long)]
    explain: bool,
}

/// Explains why a Warp 10 token allows a request or not, and what would let it pass.
#[derive(clap::Args, Debug)]
pub struct ExplainArgs {
    #[command(flatten)]
    asked: Asked,
}

/// A token, and a request.
#[derive(clap::Args, Debug)]
struct Asked {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    #[command(flatten)]
    configuration: Configuration,

    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    lists: Lists,

    /// The request, such as `{"action": "fetch", "class": "temp"}`; `@FILE` reads it from a file,
    /// `-` from standard input
    #[arg(long, value_name = "REQUEST")]
    request: String,

    /// The time of the request, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read, or the token cannot be decided here.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    answer(&args.asked, ui, args.explain)
}

/// # Errors
/// A file cannot be read, or the token cannot be decided here.
pub fn explain(args: ExplainArgs, ui: &Ui) -> Outcome {
    answer(&args.asked, ui, true)
}

fn answer(asked: &Asked, ui: &Ui, why: bool) -> Outcome {
    let now = inputs::clock(asked.now)?;
    let service = Service::read(ui, &asked.configuration, &asked.lists, now)?;
    let token = match service.accept(&token_text(&asked.token)?, now) {
        Ok(token) => token,
        Err(rejection) => return Ok(rejected(ui, &rejection)),
    };
    let request = request(&asked.request)?
        .and_then(|written| of_series(written.into_json()).map_err(|why| RequestInputError::of(why, SERIES)));
    let bounds = match bounds(&token, service.unit, now) {
        Ok(bounds) => bounds,
        // Only an update reads the bounds of a WRITE token.
        Err(why) if matches!(token, Token::Read(_)) || is_update(request.as_ref().ok()) => {
            return Ok(rejected(ui, &Rejection { label: Label::Invalid, message: why.to_string() }));
        }
        Err(why) => {
            ui.warning(format_args!("a Warp 10 refuses updates with it: {why}"));
            None
        }
    };
    let grant = Grant::of(&token, asked.reading.platform(), Library::built_in()).map_err(|why| undecidable(&why))?;
    grant.notes.iter().for_each(|note| ui.warning(note));
    let (compiled, policy) = grant.hold().map_err(|why| undecidable(&why))?;
    let ready = Ready::alone(grant.document, compiled, policy, now);
    let decided = ready.with_explainer(None, |explainer| decide(explainer, &ready, request.map(Written::Json), why));
    match bounds {
        Some(bounds) if ui.is_json() => {
            let mut shown = serde_json::to_value(&decided.explanation).unwrap_or_default();
            shown["bounds"] = bounds;
            ui.json(&shown);
        }
        bounds => {
            show(ui, &decided.explanation);
            lines(ui, bounds.as_ref());
        }
    }
    Ok(decided.exit())
}

/// The way out for a malformed request.
const SERIES: &str = "a request is one series: `fetch { class: \"temp\", owner: \"…\" }`";

fn undecidable(why: &LowerError) -> Failure {
    Failure::new(format!("the token cannot be decided here: {why}"))
}
