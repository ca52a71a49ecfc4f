//! `placet explain`: why a request is decided as it is, and the smallest change of it that would pass.

use super::asked::Asked;
use super::deciding::Deciding;
use super::eval::{decide, show};
use super::ui::{Exit, Outcome, Ui};

/// Says why a request is allowed or not, and what would have to be different for it to pass.
///
/// A change that is shown has been decided again: with it the request passes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet explain session.placet --with user=42 --request '{\"action\": \"publish\", \"cache\": \"chat\", \"topic\": \"den\"}'
  placet explain --token token.txt --keyring service.keys --request request.json")]
pub struct Args {
    #[command(flatten)]
    deciding: Deciding,

    #[command(flatten)]
    asked: Asked,
}

/// Runs the command.
///
/// # Errors
/// A file can not be read, or it is not clear which block is meant.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(ready) = args.deciding.ready(ui)? else { return Ok(Exit::CouldNot) };
    let request = args.asked.one()?;
    let explanation = ready.with_court(None, |court| decide(court, &ready, request, true));
    show(ui, &explanation);
    Ok(Exit::of(explanation.verdict == "allow"))
}
