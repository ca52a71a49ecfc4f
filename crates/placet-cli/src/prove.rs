//! `placet prove`: the signature of a token's holder on one request.

use serde_json::json;

use super::signing::Signing;
use super::tokens;
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::token::attenuate::present_holder;
use placet::token::keys::SystemRandom;
use placet::token::proof::{HolderKey, ProofScope};

/// Signs a request as the holder of a token.
///
/// A token with `holder: KEY` is of no use without that key: each request needs a proof, which is
/// valid for a minute, for this token and this request. It goes to standard output.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet prove token.txt --key holder.keys --request 'get { cache: \"profiles\" }' > proof.txt
  placet eval --token token.txt --keyring service.keys --request 'get { cache: \"profiles\" }' --proof proof.txt")]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    #[command(flatten)]
    signing: Signing,
}

/// # Errors
/// A file cannot be read, is not what it should be, or has no key that signs.
pub fn run(args: &Args, ui: &Ui) -> Outcome {
    let Some(token) = tokens::read(ui, &args.token)? else { return Ok(Exit::No) };
    let Some(vocabulary) = args.signing.vocabulary(ui, token.header().hint)? else { return Ok(Exit::CouldNot) };
    let scope = match ProofScope::of(&token, &vocabulary, args.signing.audience()?) {
        Ok(scope) => scope,
        Err(refusal) => return Ok(ui.refused(refusal)),
    };
    let digest = args.signing.digest(&vocabulary)?;
    let holder = match present_holder(&token) {
        Ok(holder) => holder,
        Err(refusal) => return Ok(ui.refused(refusal)),
    };
    args.signing.with_key(ui, |key| {
        match holder {
            None => ui.warning("the token names no holder, so a service does not ask for a proof"),
            Some(holder) if holder != key.public().as_bytes() => {
                ui.warning("the token names another key as its holder");
            }
            Some(_) => {}
        }
        let proof = HolderKey::from(key).prove(&scope, digest, args.signing.now(), &mut SystemRandom);
        let proof = proof.map_err(|error| Failure::new(error.to_string()))?;
        if ui.is_json() {
            ui.json(&json!({ "proof": proof.text(), "time": proof.time().as_millis() }));
        } else {
            ui.line(proof.text());
        }
        Ok(Exit::Yes)
    })?
}
