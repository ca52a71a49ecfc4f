//! How commands take tokens, and how they show them.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value as Json, json};

use super::inputs;
use super::time_args;
use super::ui::{BOLD, DIM, Failure, Ui, paint};
use crate::limits::HEADER_LINE;
use placet::bytecode::verify::{Budget, ProgramError, Proved, Scope};
use placet::compile::expressions::Expressions;
use placet::model::time::Time;
use placet::model::verdict::Refusal;
use placet::model::vocabulary::{State, Vocabulary};
use placet::program::literal::quoted;
use placet::program::source::ToSource;
use placet::token::claims::Claims;
use placet::token::envelope::Token;
use placet::token::header::{Header, RevocationId};
use placet::token::inspect::{Unverified, UnverifiedBlock, inspect};
use placet::token::keys::PublicKey;
use placet::token::text::{LOCAL_PREFIX, PUBLIC_PREFIX};
use placet::token::verified::Verified;
use placet::visible::escaped;

/// The text of a token: given as it is, in a file, or on standard input (`-`).
///
/// # Errors
/// The file cannot be read.
pub fn text(given: &str) -> Result<String, Failure> {
    let begins_like_one = |text: &str| text.trim_start().starts_with("placet_") && !text.contains(['.', '/', '\\']);
    let is_text = |text: &str| begins_like_one(text) || (text.len() > inputs::LONGEST_NAME && !text.contains('/'));
    let help = "name the file that holds it; the text of a token begins with `placet_`";
    Ok(inputs::text_or_file(given, is_text, help)?.trim().to_owned())
}

/// Reads a token. `None`: it is not one, and that has been reported.
///
/// # Errors
/// A file cannot be read.
pub fn read(ui: &Ui, given: &str) -> Result<Option<Token>, Failure> {
    Ok(parse(ui, &text(given)?))
}

/// The token of a text. `None`: it is not one, and that has been reported.
#[must_use]
pub fn parse(ui: &Ui, text: &str) -> Option<Token> {
    let refusal = match Token::parse(text) {
        Ok(token) => return Some(token),
        Err(refusal) => refusal,
    };
    let _ = ui.refused(refusal);
    let begins_like_one = text.starts_with(LOCAL_PREFIX) || text.starts_with(PUBLIC_PREFIX);
    if refusal == Refusal::NotAToken && begins_like_one && !ui.is_json() {
        ui.note("  help: it begins like a token: perhaps it was cut, or a character of it was changed");
    }
    None
}

/// The vocabulary that a token was made with, and its state at that time.
#[must_use]
pub fn vocabulary_of(known: &[Arc<Vocabulary>], header: &Header) -> Option<(Arc<Vocabulary>, State)> {
    known.iter().find_map(|vocabulary| Some((Arc::clone(vocabulary), vocabulary.hinted(header.hint).next()?)))
}

/// The way out if the vocabulary of a token is unknown.
pub const UNKNOWN_VOCABULARY: &str =
    "name the file that declares it with `--vocabulary FILE`, or its folder in `placet.toml`";

/// Warns about a token that many proxies would not let through.
pub fn warn_about_size(ui: &Ui, text: &str) {
    let line = header_line(text);
    if line > HEADER_LINE {
        ui.warning(format_args!(
            "as a header line the token has {line} bytes; many proxies refuse more than {HEADER_LINE}"
        ));
    }
}

/// How many bytes a token takes as the usual header line.
#[must_use]
pub const fn header_line(text: &str) -> usize {
    "Authorization: Bearer ".len() + text.len()
}

/// A token, verified or not, ready to be shown.
pub struct View<'t> {
    header: Header,
    expiry: Option<Time>,
    sealed: bool,
    verified: bool,
    bytes: usize,
    vocabulary: Option<(Arc<Vocabulary>, State)>,
    blocks: Vec<BlockView<'t>>,
}

struct BlockView<'t> {
    not_before: Option<Time>,
    expiry: Option<Time>,
    voucher: Option<&'t [u8; 32]>,
    holder: Option<&'t [u8; 32]>,
    /// `None` if they are encrypted.
    claims: Option<Claims<'t>>,
    rules: Rules,
    revocation: Option<RevocationId>,
}

enum Rules {
    Readable(Vec<String>),
    Encrypted,
    UnknownVocabulary,
    Bad(ProgramError),
}

impl<'t> View<'t> {
    /// What a token says, unverified.
    ///
    /// # Errors
    /// A part of it is not in its canonical form.
    pub fn of_unverified(token: &'t Token, known: &[Arc<Vocabulary>]) -> Result<Self, Refusal> {
        let seen = inspect(token)?;
        let vocabulary = vocabulary_of(known, &seen.header);
        let rules = unproved_rules(&seen, vocabulary.as_ref());
        let Unverified { header, blocks, expiry, sealed } = seen;
        let view = blocks.into_iter().zip(rules).map(|(block, rules)| BlockView {
            not_before: block.not_before,
            expiry: block.expiry,
            voucher: block.voucher,
            holder: block.holder,
            claims: block.content.map(|content| content.claims),
            rules,
            revocation: block.revocation,
        });
        let blocks = view.collect();
        let bytes = token.as_bytes().len();
        Ok(Self { header, expiry, sealed, verified: false, bytes, vocabulary, blocks })
    }

    /// What a verified token says.
    #[must_use]
    pub fn of_verified(token: &Verified<'t>, bytes: usize, vocabulary: &Arc<Vocabulary>) -> Self {
        let expressions = Expressions::default();
        let blocks = token.blocks().zip(token.revocation_ids()).enumerate().map(|(number, (block, id))| BlockView {
            not_before: block.not_before,
            expiry: block.expiry,
            voucher: block.voucher,
            holder: block.holder,
            claims: (number == 0).then(|| token.claims()),
            rules: Rules::Readable(lines(&block.program, to_source(vocabulary, number).comparing(&expressions))),
            revocation: Some(id),
        });
        Self {
            header: *token.header(),
            expiry: token.expiry(),
            sealed: token.is_sealed(),
            verified: true,
            bytes,
            blocks: blocks.collect(),
            vocabulary: Some((Arc::clone(vocabulary), token.state())),
        }
    }

    /// Whether it has been verified.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// The time from which it is expired, according to its blocks.
    #[must_use]
    pub const fn expiry(&self) -> Option<Time> {
        self.expiry
    }

    /// Why every verifier would refuse the token: one of its programs is not valid, or all together
    /// cost too much.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.blocks.iter().find_map(|block| match &block.rules {
            Rules::Bad(error) => Some((*error).into()),
            Rules::Readable(_) | Rules::Encrypted | Rules::UnknownVocabulary => None,
        })
    }

    fn not_before(&self) -> Option<Time> {
        self.blocks.iter().filter_map(|block| block.not_before).max()
    }

    /// A few lines about the token as a whole.
    #[must_use]
    pub fn summary(&self, now: Time, colour: bool) -> String {
        let Header { purpose, key, issuance, id, .. } = self.header;
        let title = paint(colour, BOLD, format_args!("{purpose} token {id}"));
        let mut lines = vec![format!("{title} of key {key}"), row("issued", &time_args::show_beside(issuance, now))];
        if let Some(beginning) = self.not_before() {
            lines.push(row("valid from", &time_args::show_beside(beginning, now)));
        }
        let end = self.expiry.map_or_else(|| "never".to_owned(), |expiry| time_args::show_beside(expiry, now));
        lines.push(row("expires", &end));
        lines.push(row("vocabulary", &self.vocabulary_line()));
        let open =
            if self.sealed { "sealed: no restriction can be added" } else { "open: its holder can add restrictions" };
        lines.push(row("size", &format!("{} bytes, {} characters; {open}", self.bytes, self.characters())));
        lines.join("\n")
    }

    /// How long the text is.
    fn characters(&self) -> usize {
        "placet_l1_".len() + BASE64URL_NOPAD.encode_len(self.bytes)
    }

    fn vocabulary_line(&self) -> String {
        match &self.vocabulary {
            Some((vocabulary, state)) if *state == vocabulary.present() => {
                format!("{} {}", vocabulary.name(), vocabulary.version())
            }
            Some((vocabulary, state)) => {
                let name = format!("{} {}, an earlier state of it", vocabulary.name(), vocabulary.version());
                younger_actions(vocabulary, *state).map_or_else(|| name.clone(), |younger| format!("{name}, {younger}"))
            }
            None => format!(
                "unknown here (its fingerprint begins with {}); `--vocabulary FILE` adds yours",
                self.header.hint
            ),
        }
    }

    /// The blocks with their rules.
    #[must_use]
    pub fn blocks(&self, now: Time, colour: bool) -> String {
        let shown: Vec<_> = self.blocks.iter().enumerate().map(|(n, block)| block.show(n, now, colour)).collect();
        shown.join("\n\n")
    }

    /// All of it for programs.
    #[must_use]
    pub fn json(&self) -> Json {
        let vocabulary = self.vocabulary.as_ref().map(|(vocabulary, state)| {
            json!({ "name": vocabulary.name(), "version": vocabulary.version(), "earlier": *state != vocabulary.present() })
        });
        json!({
            "purpose": self.header.purpose.word(),
            "key": self.header.key.to_string(),
            "id": self.header.id.to_string(),
            "issuance": self.header.issuance.as_millis(),
            "not_before": self.not_before().map(Time::as_millis),
            "expiry": self.expiry.map(Time::as_millis),
            "hint": self.header.hint.to_string(),
            "vocabulary": vocabulary,
            "sealed": self.sealed,
            "bytes": self.bytes,
            "characters": self.characters(),
            "blocks": self.blocks.iter().map(BlockView::json).collect::<Vec<_>>(),
        })
    }
}

/// The first few actions that a token of this state cannot permit, whatever its rules say.
fn younger_actions(vocabulary: &Vocabulary, state: State) -> Option<String> {
    const SHOWN: usize = 4;
    let younger = vocabulary.actions().get(usize::from(state.actions)..).filter(|younger| !younger.is_empty())?;
    let names: Vec<_> = younger.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = match younger.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("from before {}{more}", names.join(", ")))
}

impl BlockView<'_> {
    fn show(&self, number: usize, now: Time, colour: bool) -> String {
        let title = if number == 0 { "authority".to_owned() } else { format!("restriction {number}") };
        let mut lines = vec![paint(colour, BOLD, title)];
        let mut put = |name: &str, value: &str| lines.push(row(name, value));
        if let Some(key) = self.voucher {
            put("signed by", &third_party(key));
        }
        if let Some(key) = self.holder {
            put("holder", &third_party(key));
        }
        self.bounds().into_iter().for_each(|(name, time)| put(name, &time_args::show_beside(time, now)));
        self.claims().iter().for_each(|(name, value)| put(name, value));
        match &self.rules {
            Rules::Readable(rules) if rules.is_empty() => put("rules", "none"),
            Rules::Readable(rules) => rules.iter().for_each(|rule| lines.push(indented(rule))),
            Rules::Encrypted => put("rules", "encrypted; `--keyring FILE` with the token's key shows them"),
            Rules::UnknownVocabulary => put("rules", "not readable without the vocabulary"),
            Rules::Bad(error) => put("rules", &format!("not a valid program: {error}")),
        }
        if let Some(id) = self.revocation {
            lines.push(paint(colour, DIM, row("revocation", &id.to_string())));
        }
        lines.join("\n")
    }

    fn bounds(&self) -> Vec<(&'static str, Time)> {
        let bounds = [("valid from", self.not_before), ("expires", self.expiry)];
        bounds.into_iter().filter_map(|(name, time)| Some((name, time?))).collect()
    }

    fn claims(&self) -> Vec<(String, String)> {
        let Some(claims) = self.claims else { return Vec::new() };
        let named = [
            ("id", claims.id),
            ("type", claims.kind),
            ("owner", claims.owner),
            ("producer", claims.producer),
            ("application", claims.application),
        ];
        let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), quoted(value?))));
        let entry = |map: &str, (name, value): (&str, &str)| (format!("{map} {}", escaped(name)), quoted(value));
        let labels = claims.labels.iter().map(|pair| entry("label", pair));
        let attributes = claims.attributes.iter().map(|pair| entry("attribute", pair));
        named.chain(labels).chain(attributes).collect()
    }

    fn json(&self) -> Json {
        let rules = match &self.rules {
            Rules::Readable(rules) => json!(rules),
            Rules::Encrypted | Rules::UnknownVocabulary | Rules::Bad(_) => Json::Null,
        };
        let why = match &self.rules {
            Rules::Readable(_) => None,
            Rules::Encrypted => Some("encrypted".to_owned()),
            Rules::UnknownVocabulary => Some("unknown_vocabulary".to_owned()),
            Rules::Bad(error) => Some(error.to_string()),
        };
        let claims = self.claims.map(|claims| {
            let map = |entries: placet::token::claims::Entries<'_>| {
                entries.iter().map(|(k, v)| (k.to_owned(), Json::from(v))).collect::<serde_json::Map<_, _>>()
            };
            json!({
                "id": claims.id, "type": claims.kind, "owner": claims.owner, "producer": claims.producer,
                "application": claims.application, "labels": map(claims.labels), "attributes": map(claims.attributes),
            })
        });
        json!({
            "not_before": self.not_before.map(Time::as_millis),
            "expiry": self.expiry.map(Time::as_millis),
            "third_party": self.voucher.map(third_party),
            "holder": self.holder.map(third_party),
            "claims": claims,
            "rules": rules,
            "unreadable": why,
            "revocation_id": self.revocation.map(|id| id.to_string()),
        })
    }
}

/// The rules of every block, if a verifier would prove all of them.
fn unproved_rules(seen: &Unverified<'_>, vocabulary: Option<&(Arc<Vocabulary>, State)>) -> Vec<Rules> {
    let Some((vocabulary, state)) = vocabulary else {
        let hidden = |block: &UnverifiedBlock<'_>| {
            if block.content.is_some() { Rules::UnknownVocabulary } else { Rules::Encrypted }
        };
        return seen.blocks.iter().map(hidden).collect();
    };
    let proved = seen.prove(&Scope { vocabulary, state: *state, budget: Budget::Token });
    let rules = proved.iter().enumerate().map(|(number, proved)| match proved {
        None => Rules::Encrypted,
        Some(Ok(program)) => Rules::Readable(lines(program, to_source(vocabulary, number))),
        Some(Err(error)) => Rules::Bad(*error),
    });
    rules.collect()
}

/// The authority allows, and every other block restricts.
fn to_source(vocabulary: &Vocabulary, block: usize) -> ToSource<'_> {
    ToSource::new(vocabulary).of_restriction(block > 0)
}

/// The rules in the language itself, and the lines of comments for rules that it cannot express.
fn lines(program: &Proved<'_>, source: ToSource<'_>) -> Vec<String> {
    let entries = source.tables(program).into_iter().chain(source.entries(program));
    entries.flat_map(|entry| entry.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn third_party(key: &[u8; 32]) -> String {
    PublicKey::from_bytes(key).map_or_else(|error| error.to_string(), |key| key.to_string())
}

fn row(name: &str, value: &str) -> String {
    format!("  {name:<11} {value}")
}

fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
