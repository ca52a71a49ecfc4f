//! `TOKENGEN`: turns a map into a token, with the keys, checks, order of checks and messages of
//! Warp 10's function.

use serde_json::{Map, Value as Json};

use super::answer::Answer;
use super::compile::compile_block;
use super::error::{Code, HostError};
use super::function::Function;
use super::handle::Content;
use super::value::{Nulls, Value, to_json};
use super::{Host, MintsIn};
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::document::{Document, mint};
use placet::model::time::{Time, millis};
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::inspect::inspect;
use placet::token::signer::Minter;
use placet::visible::excerpt;

impl Host {
    pub(super) fn tokengen(&self, what: &Value, selection: Option<&Value>) -> Result<Value, HostError> {
        let trust = self.trust();
        let key =
            self.minter(&trust).ok_or_else(|| HostError::new(Code::Capability, "", "TOKENGEN missing capability."))?;
        match (what, selection) {
            (Value::Map(_), None) => self.tokengen_map(what, key),
            (Value::Handle(handle), selection) => match self.content(handle)? {
                Content::Document { document, .. } => {
                    self.check_vocabulary(document.vocabulary())?;
                    let selection = self.selection(Function::Tokengen, BlockKind::Token, selection)?;
                    let compiled = selection.compile(document, self.now())?;
                    self.mint(&compiled, document.vocabulary(), key, None)
                }
                Content::Policy { .. } | Content::Token { .. } => {
                    Err(Self::wrong_handle(Function::Tokengen, "a document", handle))
                }
            },
            _ => Err(HostError::new(Code::Argument, "", "TOKENGEN expects a map on top of the stack.")),
        }
    }

    fn tokengen_map(&self, what: &Value, key: Minter<'_>) -> Result<Value, HostError> {
        let mut json = to_json(what, Nulls::OfToken, &self.limits)?;
        let vocabulary = self.take_use(&mut json, self.default.as_ref())?;
        if let Some(object) = json.as_object() {
            HostError::all(faults(object, vocabulary.name()))?;
        }
        let document = Document::from_block(BlockKind::Token, vocabulary.name(), &json, &self.library)?;
        let document = self.without_warnings(document)?;
        let compiled = compile_block(&document, BlockKind::Token, None, &Arguments::none(), self.now())?;
        let id = what.get("id").filter(|id| **id != Value::Null);
        self.mint(&compiled, document.vocabulary(), key, id)
    }

    /// Refuses a vocabulary that a script has declared itself. Its name proves nothing: a script
    /// may call its own `momento`.
    fn check_vocabulary(&self, vocabulary: &Vocabulary) -> Result<(), HostError> {
        if self.mints_in == MintsIn::Declared || self.knows(vocabulary.fingerprint()) {
            return Ok(());
        }
        let message = format!(
            "`{}` is declared by the script, and this host mints only in its own vocabularies",
            vocabulary.name()
        );
        Err(HostError::new(Code::Vocabulary, "", message)
            .help("`use` a vocabulary of the host; its program can add one, or let scripts declare theirs"))
    }

    fn mint(
        &self,
        compiled: &Compiled,
        vocabulary: &Vocabulary,
        key: Minter<'_>,
        id: Option<&Value>,
    ) -> Result<Value, HostError> {
        let now = self.now();
        self.check_lifetime(compiled, now)?;
        let token = mint::mint(compiled, vocabulary, key, now, self.wrapping, &mut self.randomness())
            .map_err(|failure| HostError::new(Code::Mint, "", failure.to_string()))?;
        let id = id.cloned().or_else(|| compiled.claims.id.clone().map(Value::Text));
        let answer = Answer::default().with("token", token.text()).with_some("ident", ident(&token));
        Ok(answer.with_some("id", id).done())
    }

    /// A token that begins in the future would escape "all that was issued until now is revoked".
    fn check_lifetime(&self, compiled: &Compiled, now: Time) -> Result<(), HostError> {
        let issuance = compiled.times.issuance.unwrap_or(now);
        if issuance > now {
            return Err(HostError::new(Code::Lifetime, "issuance", "`issuance` is in the future"));
        }
        let Some(longest) = self.limits.ttl else { return Ok(()) };
        match compiled.times.end(issuance) {
            None => Err(HostError::new(Code::Missing, "", "TOKENGEN missing 'ttl' or 'expiry'.")
                .help(format!("this host makes tokens that live at most {} ms", millis(longest)))),
            Some(end) if end > now.saturating_add(longest) => {
                let longest = millis(longest);
                let message = format!("the token would live longer than {longest} ms, which is the host's limit");
                let key = if compiled.times.ttl.is_some() { "ttl" } else { "expiry" };
                Err(HostError::new(Code::Lifetime, key, message))
            }
            Some(_) => Ok(()),
        }
    }
}

/// The revocation list entry for the newest block and all its descendants.
pub(super) fn ident(token: &Token) -> Option<String> {
    let said = inspect(token).ok()?;
    said.blocks.last()?.revocation.map(|id| id.to_string())
}

/// The checks of Warp 10's function, in its order. They apply to a token with a `type`, and to each
/// one in Warp 10's vocabulary that has no rules of its own; other tokens exist only in Placet.
fn faults(object: &Map<String, Json>, uses: &str) -> Vec<HostError> {
    let has = |key: &str| object.contains_key(key);
    let own_rules = ["permissions", "allow", "rules"].into_iter().any(has);
    let kind = object.get("type").and_then(Json::as_str);
    let mut faults = Faults { object, found: Vec::new() };
    match kind {
        Some("READ") => faults.read(),
        Some("WRITE") => faults.write(),
        _ if has("type") || (uses == "warp10" && !own_rules) => faults.add(
            Code::Missing,
            "type",
            "TOKENGEN expects a key 'type' with value READ or WRITE in the parameter map.".to_owned(),
        ),
        _ => {}
    }
    faults.found
}

struct Faults<'o> {
    object: &'o Map<String, Json>,
    found: Vec<HostError>,
}

impl Faults<'_> {
    fn read(&mut self) {
        self.present("owner");
        self.present("application");
        self.end();
        self.list("owners", "UUIDs");
        self.list("producers", "UUIDs");
        self.list("applications", "application names");
        self.map("attributes");
        self.map("labels");
    }

    fn write(&mut self) {
        self.present("application");
        self.end();
        self.present("owner");
        self.present("producer");
        self.map("attributes");
        self.map("labels");
    }

    fn add(&mut self, code: Code, path: &str, message: String) {
        self.found.push(HostError::new(code, path, message));
    }

    fn present(&mut self, key: &str) {
        if !self.object.contains_key(key) {
            self.add(Code::Missing, key, format!("TOKENGEN missing '{key}'."));
        }
    }

    fn end(&mut self) {
        if !["ttl", "expiry"].into_iter().any(|key| self.object.contains_key(key)) {
            self.add(Code::Missing, "ttl", "TOKENGEN missing 'ttl' or 'expiry'.".to_owned());
        }
    }

    /// A pattern in its map form is accepted like a list.
    fn list(&mut self, key: &str, of: &str) {
        if self.object.get(key).is_some_and(|value| !value.is_array() && !value.is_object()) {
            self.add(Code::NotTokengen, key, format!("TOKENGEN expects '{key}' to be a list of {of}."));
        }
    }

    /// The value of a label may be a pattern in its map form.
    fn map(&mut self, key: &str) {
        match self.object.get(key) {
            None => {}
            Some(Json::Object(entries)) => {
                let bad = entries.iter().find(|(_, value)| value.is_number() || value.is_boolean());
                if let Some((name, _)) = bad {
                    let message = format!("TOKENGEN expects '{key}' to be a map of STRING keys and values.");
                    self.add(Code::NotTokengen, &format!("{key}.{}", excerpt(name)), message);
                }
            }
            Some(_) => self.add(Code::NotTokengen, key, format!("TOKENGEN expects '{key}' to be a map.")),
        }
    }
}
