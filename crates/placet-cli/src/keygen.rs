//! `placet keygen`: makes a key, writes it to a keyring, and prints only its public parts.

use std::path::{Path, PathBuf};

use serde_json::json;
use zeroize::Zeroizing;

use super::inputs;
use super::outputs::{Existing, LockedFile, Secrecy, Unfinished};
use super::project;
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::token::header::Purpose;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, RandomnessError, SigningKey, SystemRandom};

/// Makes a key that mints, and the keyring file that holds it.
///
/// Only its owner can read the file, and it is never overwritten unless you say so. The public key
/// of a key pair is printed: give it to verifiers. No other part of a key is ever printed.
#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(group = clap::ArgGroup::new("kind").required(true))]
#[command(after_help = "\
Examples:
  placet keygen --local --keyring service.keys
  placet keygen --public --keyring minting.keys --verifier verifying.keys
  placet keygen --local --keyring service.keys --rotate")]
pub struct Args {
    /// One secret, shared by minters and verifiers
    #[arg(long, group = "kind")]
    local: bool,

    /// A key pair: one side mints, everybody can verify
    #[arg(long, group = "kind")]
    public: bool,

    /// The keyring to write, instead of the project's
    #[arg(long, value_name = "FILE", visible_alias = "out")]
    keyring: Option<PathBuf>,

    /// Also write a keyring without secrets, for verifiers; with `--rotate`, the new key is added
    /// to one that exists
    #[arg(long, value_name = "FILE", conflicts_with = "local")]
    verifier: Option<PathBuf>,

    /// Add the key to a keyring that exists: it mints from now on, the older keys are still
    /// accepted
    #[arg(long, conflicts_with = "force")]
    rotate: bool,

    /// Replace a file that exists; its keys are lost
    #[arg(long)]
    force: bool,
}

/// # Errors
/// A file exists already or cannot be written, or there is no randomness.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let keyring = project::keyring(args.keyring.as_deref(), None)?;
    if keyring == Path::new("-") {
        return Err(Failure::new("a secret is not written to standard output").help("name a file: --keyring FILE"));
    }
    let key = generate(args.public).map_err(|error| Failure::new(error.to_string()))?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    let file = LockedFile::open(&keyring)?;
    let verifier = args.verifier.as_deref().map(LockedFile::open).transpose()?;
    let text =
        if args.rotate { rotated(ui, &keyring, &key)? } else { Zeroizing::new(format!("mint {}\n", *key.reveal())) };
    let public = verifier.as_ref().map(|file| verifying(file, &text, args.rotate)).transpose()?;
    // Both are prepared before one is changed: otherwise a retry would find half of its work done.
    let existing = if args.rotate { Existing::Replace } else { existing };
    let written = file.prepare(text.as_bytes(), Secrecy::Secret, existing).map_err(|failure| {
        failure.help("`--rotate` adds the key to it, `--force` replaces it and loses the keys in it")
    })?;
    let beside = verifier.iter().zip(&public).map(|(file, text)| {
        let prepared = file.prepare(text.as_bytes(), Secrecy::Open, existing);
        prepared.map_err(|failure| failure.help("`--rotate` adds the key to it, `--force` replaces it"))
    });
    let beside: Vec<_> = beside.collect::<Result<_, _>>()?;
    // The public half first: a key that only verifiers have does no harm.
    beside.into_iter().try_for_each(Unfinished::commit)?;
    written.commit()?;
    show(ui, &args, &keyring, &key);
    Ok(Exit::Yes)
}

fn generate(public: bool) -> Result<MintingKey, RandomnessError> {
    if public {
        SigningKey::generate(&mut SystemRandom).map(MintingKey::Signing)
    } else {
        LocalKey::generate(&mut SystemRandom).map(MintingKey::Local)
    }
}

/// The text of the keyring with another key that mints; its comments stay.
fn rotated(ui: &Ui, path: &Path, key: &MintingKey) -> Result<Zeroizing<String>, Failure> {
    let old = inputs::keyring(ui, path)?;
    let text = Zeroizing::new(inputs::text(path)?);
    let retired = old.minting().map(accepted_form);
    let mut rotated = Zeroizing::new(String::with_capacity(text.len() + 256));
    for line in text.lines() {
        match &retired {
            Some(retired) if line.trim_start().starts_with("mint ") => rotated.extend(["accept ", retired.as_str()]),
            _ => rotated.push_str(line),
        }
        rotated.push('\n');
    }
    rotated.extend(["mint ", key.reveal().as_str(), "\n"]);
    Keyring::from_text(&rotated)
        .map_err(|error| Failure::new(format!("the keyring would no longer be valid: {error}")))?;
    Ok(rotated)
}

/// The keyring for verifiers: the public keys of the whole keyring, since tokens of the older keys
/// are still valid, added to the file's keys if it is kept.
fn verifying(file: &LockedFile, keyring: &str, keep: bool) -> Result<String, Failure> {
    let keyring = Keyring::from_text(keyring).map_err(|error| Failure::new(error.to_string()))?;
    let mut text = if keep { file.text()?.unwrap_or_default() } else { String::new() };
    let old = Keyring::from_text(&text).map_err(|error| {
        Failure::new(format!("`{}` is not a keyring: {error}", file.name().display())).help("name another file")
    })?;
    if old.minting().is_some() || old.ids().any(|(purpose, _)| purpose == Purpose::Local) {
        let name = file.name().display();
        let message = format!("`{name}` holds secrets, so it is not a keyring for verifiers");
        return Err(Failure::new(message).help("name another file"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let publics = keyring.ids().filter(|(purpose, _)| *purpose == Purpose::Public);
    let publics = publics.filter_map(|(_, id)| keyring.public(id));
    let new = publics.filter(|key| old.public(key.id()) != Some(key));
    text.extend(new.map(|key| format!("accept {key}\n")));
    Ok(text)
}

/// The rest of a key that no longer mints: enough to verify its tokens.
fn accepted_form(key: &MintingKey) -> Zeroizing<String> {
    match key {
        MintingKey::Local(key) => key.reveal(),
        MintingKey::Signing(key) => Zeroizing::new(key.public().to_string()),
    }
}

fn show(ui: &Ui, args: &Args, keyring: &Path, key: &MintingKey) {
    let public = match key {
        MintingKey::Signing(key) => Some(key.public().to_string()),
        MintingKey::Local(_) => None,
    };
    if ui.is_json() {
        return ui.json(&json!({
            "purpose": key.purpose().word(),
            "key": key.id().to_string(),
            "name": key.name().to_string(),
            "public": public,
            "keyring": keyring.display().to_string(),
        }));
    }
    ui.line(format_args!("{} key {}", key.purpose(), key.id()));
    ui.line(format_args!("name: {}", key.name()));
    if let Some(public) = public {
        ui.line(format_args!("public: {public}"));
    }
    ui.note(format_args!("written to `{}`, which only you can read", keyring.display()));
    if let Some(path) = &args.verifier {
        ui.note(format_args!("`{}` is for verifiers", path.display()));
    }
}
