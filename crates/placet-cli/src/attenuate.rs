//! `placet attenuate`: adds a restriction to a token, without a key.

use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::block::{Block, Choice};
use super::inputs;
use super::signing::signing_key;
use super::time_args::{read_duration, read_time, show};
use super::tokens::{self, UNKNOWN_VOCABULARY, View, vocabulary_of, warn_about_size};
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::document::mint::{AttenuateTemplateError, MisfitError, attenuate, attenuate_as};
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::attenuate::AttenuateError;
use placet::token::envelope::Token;
use placet::token::keys::SystemRandom;

/// Adds a restriction to a token.
///
/// Works offline and without any key. The new token, which allows no more than the old one, goes to
/// standard output; a summary of what it still allows, and for how long, goes to standard error.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet attenuate token.txt tenant.placet --with folder=2026
  placet attenuate - ci_job.placet --template fetch_only --sealed < token.txt")]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    /// The policy file with the `restriction`; a name that ends in `.json` is the map form
    file: PathBuf,

    #[command(flatten)]
    choice: Choice,

    /// How long the new token is valid, instead of what the file says; never longer than the old
    /// one
    #[arg(long, value_name = "DURATION", value_parser = read_duration)]
    ttl: Option<Duration>,

    /// The time from which a `ttl` counts, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,

    /// The keyring of the token's holder, whose `mint` key agrees if the restriction names another
    /// `holder`
    #[arg(long, value_name = "FILE")]
    holder_key: Option<PathBuf>,

    /// Seal the new token: nobody can add further restrictions
    #[arg(long)]
    sealed: bool,
}

/// # Errors
/// A file cannot be read, the options do not fit it, or there is no randomness.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(token) = tokens::read(ui, &args.token)? else { return Ok(Exit::No) };
    let Some(mut block) = args.choice.block(ui, &args.file, &[BlockKind::Restriction], args.now)? else {
        return Ok(Exit::CouldNot);
    };
    if args.ttl.is_some() {
        block.compiled.times.ttl = args.ttl;
        block.compiled.times.expiry = None;
    }
    let now = inputs::now(args.now);
    let vocabulary = block.document.vocabulary();
    let narrowed = match &args.holder_key {
        None => attenuate(&token, &block.compiled, vocabulary, now, args.sealed, &mut SystemRandom),
        Some(file) => signing_key(ui, file, |key| {
            attenuate_as(key.into(), &token, &block.compiled, vocabulary, now, args.sealed, &mut SystemRandom)
        })?,
    };
    match narrowed {
        Ok(narrowed) => show_narrowed(ui, &narrowed, &[Arc::clone(vocabulary)], now),
        Err(AttenuateTemplateError::Misfit(misfit)) => {
            let Some(library) = args.choice.reading.library(ui, Some(&args.file))? else { return Ok(Exit::CouldNot) };
            let known = vocabulary_of(&inputs::vocabularies(&library), &token.header());
            Ok(other_vocabulary(ui, &block, &token, known.map(|(vocabulary, _)| vocabulary).as_deref(), misfit))
        }
        Err(AttenuateTemplateError::Attenuate(error)) => refuse(ui, error),
    }
}

/// Numbers in the restriction's program mean what its own vocabulary says: in a token with another
/// vocabulary, or with an earlier state of it, they would mean something else or nothing.
fn other_vocabulary(ui: &Ui, block: &Block, token: &Token, known: Option<&Vocabulary>, misfit: MisfitError) -> Exit {
    let (restriction, vocabulary) = (&block.name, block.document.vocabulary().name());
    let (message, help) = match (misfit, known) {
        (MisfitError::Program(_), _) => (
            format!("`{restriction}` uses names that `{vocabulary}` did not have yet when the token was made"),
            "leave them out of the restriction, or mint a new token".to_owned(),
        ),
        (MisfitError::ZonesEnd, _) => (
            format!("`{restriction}` does not know the offsets of its time zones until it ends"),
            "give it an earlier end".to_owned(),
        ),
        (MisfitError::OtherVocabulary, Some(known)) if known.name() != vocabulary => (
            format!("the token uses the vocabulary `{}`, and `{restriction}` uses `{vocabulary}`", known.name()),
            format!("write the restriction in a file that begins with `use {}`", known.name()),
        ),
        (MisfitError::OtherVocabulary, _) => (
            format!(
                "the token uses another vocabulary than `{restriction}`, which uses `{vocabulary}`: its fingerprint \
                 begins with {}",
                token.header().hint
            ),
            format!("if the restriction's `{vocabulary}` is an old state of it, {UNKNOWN_VOCABULARY}"),
        ),
    };
    let exit = ui.no("refused", "other_vocabulary", &message);
    if !ui.is_json() {
        ui.note(format_args!("  help: {help}"));
    }
    exit
}

/// Prints the token and a summary of its blocks.
pub fn show_narrowed(ui: &Ui, token: &Token, known: &[Arc<Vocabulary>], now: Time) -> Outcome {
    let text = token.text();
    let view = match View::of_unverified(token, known) {
        Ok(view) => view,
        Err(refusal) => return Ok(ui.refused(refusal)),
    };
    if let Some(refusal) = view.refusal() {
        return Ok(ui.refused(refusal));
    }
    if ui.is_json() {
        let mut json = view.json();
        json["token"] = json!(text);
        ui.json(&json);
    } else {
        ui.line(&text);
        ui.note(view.summary(now, ui.error_colour));
        ui.note(format_args!("\na request must pass all of these:\n\n{}", view.blocks(now, ui.error_colour)));
    }
    if let Some(end) = view.expiry().filter(|end| *end <= now) {
        ui.warning(format_args!("the token has expired at {}", show(end)));
    }
    warn_about_size(ui, &text);
    Ok(Exit::Yes)
}

/// A token that takes no restriction is a no; without randomness the command fails.
pub fn refuse(ui: &Ui, error: AttenuateError) -> Outcome {
    let cause = match error {
        AttenuateError::Sealed => "sealed",
        AttenuateError::TooManyBlocks => "too_many_blocks",
        AttenuateError::TooLarge => "too_large",
        AttenuateError::OtherToken => "other_token",
        AttenuateError::NoConsent => "no_consent",
        AttenuateError::Token(refusal) => return Ok(ui.refused(refusal)),
        AttenuateError::NoRandomness => return Err(Failure::new(error.to_string())),
    };
    Ok(ui.no("refused", cause, &error))
}
