//! `placet mint`: makes a token from a policy file. Only the token goes to standard output.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::block::Choice;
use super::inputs;
use super::project::{self, Project};
use super::time_args::{read_duration, read_time, show};
use super::tokens::{View, warn_about_size};
use super::trust::read_audience;
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::document::mint::{MintTemplateError, Wrapping, mint};
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet::token::audience::Audience;
use placet::token::header::Purpose;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::SystemRandom;
use placet::token::signer::Minter;

/// Mints a token from a `token` of a policy file.
///
/// The token goes to standard output, notes about it to standard error. Anyone who has the token
/// can use it: treat it like a password.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet mint session.placet --keyring service.keys --with user=42
  placet mint session.placet --keyring service.keys --with user=42 --ttl 5m --sealed > token.txt")]
pub struct Args {
    /// The policy file, or `-` for standard input; a name that ends in `.json` is the map form
    file: PathBuf,

    /// The keyring whose `mint` key makes the token, instead of the project's
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,

    #[command(flatten)]
    choice: Choice,

    /// How long the token is valid, instead of what the file says
    #[arg(long, value_name = "DURATION", value_parser = read_duration)]
    ttl: Option<Duration>,

    /// The time of minting, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,

    /// Seal the token: nobody can add restrictions
    #[arg(long)]
    sealed: bool,

    /// Encrypt the token: only holders of the key can read it; needs a local key
    #[arg(long)]
    encrypted: bool,

    /// The service that the token is for: a verifier accepts it only if it names the same audience
    #[arg(long, value_name = "NAME", value_parser = read_audience)]
    audience: Option<Audience>,
}

/// # Errors
/// A file cannot be read, the keyring has no key that mints, or the options do not fit it.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let file = project::keyring(args.keyring.as_deref(), Some(&args.file))?;
    let keyring = inputs::keyring(ui, &file)?;
    let key = minting(&keyring, &file, &args)?;
    let Some(mut block) = args.choice.block(ui, &args.file, &[BlockKind::Token], args.now)? else {
        return Ok(Exit::CouldNot);
    };
    if args.ttl.is_some() {
        block.compiled.times.ttl = args.ttl;
        block.compiled.times.expiry = None;
    }
    let now = inputs::now(args.now);
    let wrapping = Wrapping { sealed: args.sealed, encrypted: args.encrypted };
    let of_project = || Ok(Project::of(Some(&args.file))?.and_then(|project| project.audience()));
    let audience = args.audience.map_or_else(of_project, |given| Ok(Some(given)))?;
    let minter = Minter::from(key).audience(audience.unwrap_or_default());
    let token = match mint(&block.compiled, block.document.vocabulary(), minter, now, wrapping, &mut SystemRandom) {
        Ok(token) => token,
        Err(failure) => return refuse(ui, failure),
    };
    let text = token.text();
    let view = match View::of_unverified(&token, &[Arc::clone(block.document.vocabulary())]) {
        Ok(view) => view,
        Err(refusal) => return Ok(ui.refused(refusal)),
    };
    if ui.is_json() {
        let mut json = view.json();
        json["token"] = json!(text);
        json["template"] = json!(block.name);
        ui.json(&json);
    } else {
        ui.line(&text);
        ui.note(view.summary(now, ui.error_colour));
    }
    if let Some(end) = view.expiry().filter(|end| *end <= now) {
        ui.warning(format_args!("the token has expired at {}", show(end)));
    }
    warn_about_size(ui, &text);
    Ok(Exit::Yes)
}

fn minting<'k>(keyring: &'k Keyring, file: &Path, args: &Args) -> Result<&'k MintingKey, Failure> {
    let file = file.display();
    let key = keyring.minting().ok_or_else(|| {
        Failure::new(format!("no key in `{file}` can mint"))
            .help("one line of it must begin with `mint`; `placet keygen --rotate` adds one")
    })?;
    if args.encrypted && key.purpose() == Purpose::Public {
        return Err(Failure::new(format!("the key of `{file}` makes public tokens, which cannot be encrypted"))
            .help("use a keyring made with `placet keygen --local`, or leave `--encrypted` out"));
    }
    Ok(key)
}

/// A token that cannot exist is a no; without randomness the command fails.
fn refuse(ui: &Ui, failure: MintTemplateError) -> Outcome {
    match failure {
        MintTemplateError::Mint(error) => ui.no("error", "mint", &error),
        MintTemplateError::Misfit(misfit) => ui.no("error", "mint", &misfit),
        MintTemplateError::NeverValid => ui.no("error", "never_valid", &failure),
        MintTemplateError::NoRandomness(error) => return Err(Failure::new(error.to_string())),
    };
    Ok(Exit::CouldNot)
}
