//! `placet inspect`: shows a token as readable rules: unverified without a key, verified with a
//! keyring.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::inputs;
use super::project::vocabularies::library;
use super::project::{self, Project};
use super::time_args::read_time;
use super::tokens::{self, View, vocabulary_of};
use super::trust::Expectations;
use super::ui::{Exit, Failure, GREEN, Outcome, RED, Ui, YELLOW, paint};
use placet::model::time::Time;
use placet::model::verdict::Refusal;
use placet::model::vocabulary::Vocabulary;
use placet::token::envelope::Token;
use placet::token::revocation::HeldRevocations;
use placet::token::verify::{Scratch, Verifier};

/// Shows a token as readable rules.
///
/// Without a keyring, it shows what the token says, unverified. With a keyring, the token is
/// verified as a service would do it, and the exit code is 1 if it is refused.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet inspect token.txt
  placet inspect - < token.txt
  placet inspect token.txt --keyring service.keys --revocations revoked.txt")]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    /// Verify the token with the keys in this file, instead of those of the project
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,

    /// Refuse what this revocation list revokes, instead of the project's: its text or its snapshot
    #[arg(long, value_name = "FILE")]
    revocations: Option<PathBuf>,

    #[command(flatten)]
    expectations: Expectations,

    /// A file that declares vocabularies, in addition to the built-in ones and the project's; may
    /// be given several times
    #[arg(long = "vocabulary", value_name = "FILE")]
    vocabularies: Vec<PathBuf>,

    /// The time to assume, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let Some(library) = library(ui, &args.vocabularies, None)? else { return Ok(Exit::CouldNot) };
    let known = inputs::vocabularies(&library);
    let now = inputs::now(args.now);
    let text = tokens::text(&args.token)?;
    let project = Project::of(None)?;
    let Some(keyring) = args.keyring(ui, project.as_ref())? else { return inspect(ui, &text, &known, now) };
    let keyring = inputs::keyring(ui, &keyring)?;
    let expectations = args.expectations.or_of(project.as_ref());
    let read = |path: PathBuf| inputs::revocations(&path, &keyring, expectations.audience());
    let revocations = project::revocations(args.revocations.as_deref(), project.as_ref())?;
    let revocations = revocations.map(read).transpose()?;
    let Some(token) = tokens::parse(ui, &text) else { return Ok(Exit::No) };
    let vocabulary = match vocabulary_of(&known, &token.header()) {
        Some((vocabulary, _)) => vocabulary,
        // Structure and key are checked before the vocabulary, so a token that is cut is reported as
        // that with this one too.
        None => Arc::new(Vocabulary::builder("unknown", 0).build()),
    };
    let revocations = revocations.as_ref().map(HeldRevocations::as_revocations);
    let verifier = expectations.verifier(&keyring, &vocabulary, revocations);
    verify(ui, &token, &known, &vocabulary, &verifier, now)
}

impl Args {
    /// The keyring that is given, or that of the project. `None`: nothing is verified.
    fn keyring(&self, ui: &Ui, project: Option<&Project>) -> Result<Option<PathBuf>, Failure> {
        if self.keyring.is_some() {
            return Ok(self.keyring.clone());
        }
        let found = project.map(Project::keyring).transpose()?.flatten();
        if let Some(path) = found.as_ref().filter(|path| path.is_file()) {
            return Ok(Some(path.clone()));
        }
        self.expectations.none_without("--keyring FILE")?;
        if self.revocations.is_some() {
            return Err(
                Failure::new("a revocation list is only for a token that is verified").help("give `--keyring FILE`")
            );
        }
        if let Some(path) = found {
            ui.warning(format_args!(
                "the keyring `{}` of the project does not exist: nothing is verified",
                path.display()
            ));
        }
        Ok(None)
    }
}

fn inspect(ui: &Ui, text: &str, known: &[Arc<Vocabulary>], now: Time) -> Outcome {
    let Some(token) = tokens::parse(ui, text) else { return Ok(Exit::No) };
    match View::of_unverified(&token, known) {
        Ok(view) => show(ui, &view, now, None),
        Err(refusal) => return Ok(ui.refused(refusal)),
    }
    Ok(Exit::Yes)
}

fn verify(
    ui: &Ui,
    token: &Token,
    known: &[Arc<Vocabulary>],
    vocabulary: &Arc<Vocabulary>,
    verifier: &Verifier<'_>,
    now: Time,
) -> Outcome {
    let mut scratch = Scratch::new();
    match verifier.verify(&token.text(), now, &mut scratch) {
        Ok(genuine) => {
            show(ui, &View::of_verified(&genuine, token.as_bytes().len(), vocabulary), now, None);
            Ok(Exit::Yes)
        }
        Err(refusal) => match View::of_unverified(token, known) {
            Ok(view) => {
                show(ui, &view, now, Some(refusal));
                Ok(Exit::No)
            }
            Err(_) => Ok(ui.refused(refusal)),
        },
    }
}

fn show(ui: &Ui, view: &View<'_>, now: Time, refusal: Option<Refusal>) {
    if ui.is_json() {
        let mut json = view.json();
        json["verified"] = json!(view.is_verified());
        if let Some(refusal) = refusal {
            json["verdict"] = json!("refused");
            json["cause"] = json!(refusal.name());
            json["message"] = json!(refusal.to_string());
        }
        return ui.json(&json);
    }
    ui.line(headline(ui, view.is_verified(), refusal));
    ui.line("");
    ui.line(view.summary(now, ui.colour));
    ui.line("");
    ui.line(view.blocks(now, ui.colour));
}

fn headline(ui: &Ui, verified: bool, refusal: Option<Refusal>) -> String {
    match refusal {
        Some(refusal) => {
            let word = paint(ui.colour, RED, "REFUSED");
            format!("{word} ({}): {refusal}\nwhat it says, unverified:", refusal.name())
        }
        None if verified => {
            format!("{}: made with a key of the keyring, and valid now", paint(ui.colour, GREEN, "VERIFIED"))
        }
        None => {
            let word = paint(ui.colour, YELLOW, "UNVERIFIED");
            format!("{word}: this is what the token says; anyone could have written it\n  `--keyring FILE` verifies it")
        }
    }
}
