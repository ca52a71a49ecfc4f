//! `placet explain`: why a request is decided as it is, and the smallest change with which it would
//! pass.

use std::path::Path;

use super::asked::Asked;
use super::codes;
use super::decision_args::Deciding;
use super::eval::decide;
use super::ui::{Exit, Outcome, Ui};

/// Explains why a request is allowed or not and what would let it pass, or what a code means.
///
/// Every change shown has been decided again: with it, the request passes. With the code of an
/// error or a warning instead of a file, such as `E0404`, it prints the page of that code.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet explain session.placet --with user=42 --request '{\"action\": \"publish\", \"cache\": \"chat\", \"topic\": \"den\"}'
  placet explain --token token.txt --keyring service.keys --request @request.json
  placet explain E0404
  placet explain --list")]
#[command(mut_arg("file", |file| file.required_unless_present_any(["token", "policies", "list"])
    .help("A policy file, from which a token is minted with a throw-away key; or a code such as `E0404`")))]
#[command(mut_arg("request", |request| request.required(false)))]
pub struct Args {
    #[command(flatten)]
    deciding: Deciding,

    #[command(flatten)]
    asked: Asked,

    /// List the codes of all errors and warnings
    #[arg(long, exclusive = true)]
    list: bool,
}

/// # Errors
/// A file cannot be read, or the choice of the block is not clear.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    if args.list {
        return Ok(codes::list(ui));
    }
    if let Some(code) = args.deciding.file().and_then(Path::to_str).filter(|file| codes::is_like_code(file))
        && !Path::new(code).exists()
    {
        return codes::explain(ui, code);
    }
    args.asked.given()?;
    let Some(ready) = args.deciding.ready(ui)? else { return Ok(Exit::CouldNot) };
    let request = args.asked.one()?;
    let decided = ready.with_explainer(None, |explainer| decide(explainer, &ready, request, true));
    Ok(decided.show(ui))
}
