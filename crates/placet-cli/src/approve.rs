//! `placet approve`: the signature of an approver on one request.

use serde_json::json;

use super::signing::Signing;
use super::tokens;
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::token::keys::SystemRandom;
use placet::token::proof::{HolderKey, ProofScope};
use placet::token::vouch::VoucherRequest;

/// Approves one request: what `approved(2, [ann, bob])` asks for.
///
/// The approver gets a request for the token (`placet vouch request`), which is of no use to anybody
/// else, and the request that is to be decided. The approval is valid for fifteen minutes, for that
/// token and that request. It goes to standard output.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example, the holder of a token:
  placet vouch request token.txt > request.txt
the approver:
  placet approve request.txt --key ann.keys --request 'delete { cache: \"profiles\" }' > ann.txt
the holder again:
  placet eval --token token.txt --keyring service.keys --request 'delete { cache: \"profiles\" }' --approval ann.txt")]
#[command(group(clap::ArgGroup::new("for_what").required(true).args(["token", "without_token"])))]
pub struct Args {
    /// `placet_request_…`, a file that holds it, or `-` for standard input
    #[arg(value_name = "TOKEN_REQUEST")]
    token: Option<String>,

    /// The name of the vocabulary, if the request is decided without a token
    #[arg(long, value_name = "VOCABULARY")]
    without_token: Option<String>,

    #[command(flatten)]
    signing: Signing,
}

/// # Errors
/// A file cannot be read, is not what it should be, or has no key that signs.
pub fn run(args: &Args, ui: &Ui) -> Outcome {
    let audience = args.signing.audience()?;
    let (request, vocabulary) = match (&args.token, &args.without_token) {
        (Some(token), _) => {
            let request = match VoucherRequest::parse(&tokens::text(token)?) {
                Ok(request) => request,
                Err(error) => return Ok(ui.no("refused", "not_a_request", &error)),
            };
            (Some(request), args.signing.vocabulary(ui, request.hint)?)
        }
        (None, Some(name)) => (None, args.signing.named(ui, name)?),
        (None, None) => return Err(Failure::new("there is neither a token nor a vocabulary")),
    };
    let Some(vocabulary) = vocabulary else { return Ok(Exit::CouldNot) };
    let scope = match request.map(|request| ProofScope::of_request(request, &vocabulary, audience)) {
        None => ProofScope::without_token(&vocabulary, audience),
        Some(Ok(scope)) => scope,
        Some(Err(refusal)) => return Ok(ui.refused(refusal)),
    };
    let digest = args.signing.digest(&vocabulary)?;
    args.signing.with_key(ui, |key| {
        let approval = HolderKey::from(key).approve(&scope, digest, args.signing.now(), &mut SystemRandom);
        let approval = approval.map_err(|error| Failure::new(error.to_string()))?;
        if ui.is_json() {
            let approver = key.public().to_string();
            ui.json(&json!({ "approval": approval.text(), "approver": approver, "time": approval.time().as_millis() }));
        } else {
            ui.line(approval.text());
            ui.note(format_args!("approved by {}", key.public()));
        }
        Ok(Exit::Yes)
    })?
}
