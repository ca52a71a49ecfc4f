//! `placet vouch`: a restriction that a third party signs. The holder asks, the third party signs,
//! the holder adds.

use std::path::PathBuf;

use serde_json::json;

use super::attenuate::{refuse, show_narrowed};
use super::block::{Choice, Reading};
use super::inputs;
use super::project;
use super::time_args::{read_time, show_beside};
use super::tokens;
use super::ui::{Exit, Failure, Outcome, Ui};
use placet::document::mint::draft;
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet::token::attenuate::append_voucher;
use placet::token::keyring::MintingKey;
use placet::token::keys::SystemRandom;
use placet::token::vouch::{Voucher, VoucherRequest};

/// Lets a third party sign a restriction for a token.
///
/// A rule with `vouched(KEY)` allows only if the owner of that key has signed: an identity
/// provider, an approver, a second service. It takes three steps, and the token never leaves its
/// holder.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example, the holder:
  placet vouch request token.txt > request.txt
the third party:
  placet vouch sign request.txt approval.placet --keyring approver.keys > voucher.txt
the holder again:
  placet vouch add token.txt voucher.txt")]
pub struct Args {
    #[command(subcommand)]
    step: Step,
}

#[derive(clap::Subcommand, Debug)]
enum Step {
    /// The holder: writes a request for the token as it is now; it shows the token's vocabulary,
    /// and nothing else about it
    Request {
        /// A file that holds the token, or `-` for standard input; its text works too, but others
        /// can see it in `ps`
        token: String,
    },
    /// The third party: signs a `restriction` for the token of a request, if both use the same
    /// vocabulary
    Sign(Sign),
    /// The holder: adds the signed restriction to the token
    Add(Add),
}

#[derive(clap::Args, Debug)]
struct Sign {
    /// `placet_request_…`, a file that holds it, or `-` for standard input
    request: String,

    /// The policy file with the `restriction`
    file: PathBuf,

    /// The keyring whose `mint` key signs; it must be made with `keygen --public`
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,

    #[command(flatten)]
    choice: Choice,

    /// The time from which a `ttl` counts, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,

    /// Seal the new token: nobody can add further restrictions
    #[arg(long)]
    sealed: bool,
}

#[derive(clap::Args, Debug)]
struct Add {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    /// `placet_voucher_…`, a file that holds it, or `-` for standard input
    voucher: String,

    #[command(flatten)]
    reading: Reading,

    /// The time to assume, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read, is not what it should be, or has no key that signs.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    match args.step {
        Step::Request { token } => request(&token, ui),
        Step::Sign(args) => sign(&args, ui),
        Step::Add(args) => add(&args, ui),
    }
}

fn request(token: &str, ui: &Ui) -> Outcome {
    let Some(token) = tokens::read(ui, token)? else { return Ok(Exit::No) };
    let request = match VoucherRequest::of(&token) {
        Ok(request) => request.text(),
        Err(refusal) => return Ok(ui.refused(refusal)),
    };
    if ui.is_json() {
        ui.json(&json!({ "request": request }));
    } else {
        ui.line(&request);
    }
    Ok(Exit::Yes)
}

fn sign(args: &Sign, ui: &Ui) -> Outcome {
    let request = match VoucherRequest::parse(&tokens::text(&args.request)?) {
        Ok(request) => request,
        Err(error) => return Ok(ui.no("refused", "not_a_request", &error)),
    };
    let file = project::keyring(args.keyring.as_deref(), Some(&args.file))?;
    let keyring = inputs::keyring(ui, &file)?;
    let Some(MintingKey::Signing(key)) = keyring.minting() else {
        return Err(Failure::new(format!("no key in `{}` can sign", file.display()))
            .help("make one with `placet keygen --public`"));
    };
    let Some(block) = args.choice.block(ui, &args.file, &[BlockKind::Restriction], args.now)? else {
        return Ok(Exit::CouldNot);
    };
    let now = inputs::now(args.now);
    let draft = draft(&block.compiled, now, args.sealed).map_err(|error| Failure::new(error.to_string()))?;
    let voucher = match request.vouch(key, block.document.vocabulary(), &draft) {
        Ok(voucher) => voucher.text(),
        Err(error) => {
            let message = format!("`{}` is not signed: {error}", block.name);
            return Ok(ui.no("refused", "other_vocabulary", &message));
        }
    };
    if ui.is_json() {
        ui.json(&json!({ "voucher": voucher, "third_party": key.public().to_string(), "expiry": draft.expiry.map(Time::as_millis) }));
        return Ok(Exit::Yes);
    }
    ui.line(&voucher);
    let end = draft.expiry.map_or_else(String::new, |expiry| format!(", expires {}", show_beside(expiry, now)));
    ui.note(format_args!("`{}` signed by {}{end}", block.name, key.public()));
    Ok(Exit::Yes)
}

fn add(args: &Add, ui: &Ui) -> Outcome {
    if args.token == "-" && args.voucher == "-" {
        return Err(Failure::new("standard input cannot be both the token and the voucher"));
    }
    let Some(token) = tokens::read(ui, &args.token)? else { return Ok(Exit::No) };
    let voucher = match Voucher::parse(&tokens::text(&args.voucher)?) {
        Ok(voucher) => voucher,
        Err(error) => return Ok(ui.no("refused", "not_a_voucher", &error)),
    };
    let Some(library) = args.reading.library(ui, None)? else { return Ok(Exit::CouldNot) };
    match append_voucher(&token, &voucher, &mut SystemRandom) {
        Ok(narrowed) => show_narrowed(ui, &narrowed, &inputs::vocabularies(&library), inputs::now(args.now)),
        Err(error) => refuse(ui, error),
    }
}
