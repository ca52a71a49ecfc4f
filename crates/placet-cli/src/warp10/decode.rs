//! `placet warp10 decode`: everything that a token says.

use serde_json::{Map, Value as Json, json};

use super::common::{Configuration, Reading, keys_of, rejected, token_text};
use super::service::Static;
use super::tokengen::unit;
use crate::inputs;
use crate::ui::{Exit, Outcome, Ui};
use placet::visible::{self, escaped};
use placet_warp10::grants::lower;
use placet_warp10::keys::TokenKeys;
use placet_warp10::selectors::{Platform, id_text, of_token};
use placet_warp10::static_tokens::Clock;
use placet_warp10::token::{Pairs, Token};

/// Shows everything that a token says, and the selectors that a Warp 10 derives from it.
///
/// It does not check whether the token is still valid: `verify` does.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet warp10 decode token.txt --config secrets.conf
  placet warp10 decode - --config secrets.conf --format json < token.txt")]
pub struct Args {
    /// A file that holds the token, or `-` for standard input; its text works too, but others can
    /// see it in `ps`
    token: String,

    #[command(flatten)]
    configuration: Configuration,

    #[command(flatten)]
    tokens: Static,

    #[command(flatten)]
    reading: Reading,
}

/// # Errors
/// A file cannot be read.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let config = args.configuration.read(ui)?;
    let keys = keys_of(&config)?;
    let clock = Clock { now: inputs::now(None), unit: unit(None, &config)? };
    let tokens = args.tokens.read_if_there(ui, &config, clock)?;
    let text = token_text(&args.token)?;
    let token = match Static::open(&tokens, &keys.token, &text) {
        Ok(token) => token,
        Err(rejection) => return Ok(rejected(ui, &rejection)),
    };
    let fields = fields(&text, &token, &keys.token, args.reading.platform());
    if ui.is_json() {
        ui.json(&Json::Object(fields));
    } else {
        for (name, value) in &fields {
            match value {
                Json::String(text) => ui.line(format_args!("{name}: {}", escaped(text))),
                other => ui.line(format_args!("{name}: {}", visible::json(&other.to_string()))),
            }
        }
    }
    match lower(&token, args.reading.platform()) {
        Ok(lowered) => lowered.notes.iter().for_each(|note| ui.warning(note)),
        Err(why) => ui.warning(format_args!("it has no equivalent here: {why}")),
    }
    Ok(Exit::Yes)
}

fn fields(text: &str, token: &Token, keys: &TokenKeys, platform: Platform) -> Map<String, Json> {
    let ids = |ids: &[Vec<u8>]| ids.iter().map(|id| Json::from(id_text(id))).collect::<Json>();
    let mut all = Map::new();
    let mut put = |name: &str, value: Json| {
        if !value.is_null() {
            all.insert(name.to_owned(), value);
        }
    };
    put("ident", keys.ident(text).to_string().into());
    match token {
        Token::Read(token) => {
            put("type", "READ".into());
            put("owner", id_text(&token.billed).into());
            put("application", json!(token.application));
            put("issuance", token.issuance.into());
            put("expiry", token.expiry.into());
            put("owners", ids(&token.owners));
            put("producers", ids(&token.producers));
            put("applications", json!(token.applications));
            put("labels", pairs(token.labels.as_ref()));
            put("attributes", pairs(token.attributes.as_ref()));
            put("hooks", pairs(token.hooks.as_ref()));
            put("selectors", pairs(Some(&of_token(token, platform.applications))));
        }
        Token::Write(token) => {
            put("type", "WRITE".into());
            put("owner", id_text(&token.owner).into());
            put("producer", id_text(&token.producer).into());
            put("application", token.application.clone().into());
            put("issuance", token.issuance.into());
            put("expiry", token.expiry.into());
            put("labels", pairs(token.labels.as_ref()));
            put("attributes", pairs(token.attributes.as_ref()));
            put("indices", json!(token.indices));
        }
    }
    all
}

fn pairs(pairs: Option<&Pairs>) -> Json {
    let map = |pairs: &Pairs| pairs.iter().map(|(k, v)| (k.clone(), Json::from(v.as_str()))).collect::<Map<_, _>>();
    pairs.map_or(Json::Null, |pairs| map(pairs).into())
}
