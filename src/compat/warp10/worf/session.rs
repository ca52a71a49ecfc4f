//! The interactive session: a prompt, an answer, and so on. It knows no terminal.
//!
//! `encodeToken` asks for what a token says, then `generate` or `cancel`. `decodeToken` asks for a token and shows it; out of
//! a WRITE token it makes, if wanted, a READ token of the same dates. `quit` ends. An answer that can not be used is said so,
//! and asked for again.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::defaults::Defaults;
use super::options::{Kinds, labels};
use super::order::{Order, check_ttl, new_uuid};
use super::{WorfError, texts, uuid, uuids};
use crate::compat::warp10::keys::TokenKeys;
use crate::compat::warp10::selectors::id_text;
use crate::compat::warp10::token::{ReadToken, Token, WriteToken};
use crate::token::keys::Randomness;
use crate::visible::escaped;

/// A session.
pub struct Session<'s, R> {
    keys: &'s TokenKeys,
    now: i64,
    random: R,
    step: Step,
    order: Order,
    pasted: String,
    decoded: Option<WriteToken>,
    done: Option<Defaults>,
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Command,
    Kind,
    Application,
    Applications,
    Producer,
    Producers,
    Owners,
    Ttl,
    Labels,
    Generate,
    Paste,
    Decode,
    Convert,
    Over,
}

impl<'s, R: Randomness> Session<'s, R> {
    /// Begins at the prompt `warp10>`.
    #[must_use]
    pub fn new(keys: &'s TokenKeys, now: i64, random: R) -> Self {
        let order = blank();
        Self { keys, now, random, step: Step::Command, order, pasted: String::new(), decoded: None, done: None }
    }

    /// What is asked next; `None` when the session is over.
    #[must_use]
    pub const fn prompt(&self) -> Option<&'static str> {
        Some(match self.step {
            Step::Command => "warp10>",
            Step::Kind => "encodeToken/token type (read|write)>",
            Step::Application => "encodeToken/application name>",
            Step::Applications => "encodeToken/application names - optional (app1,app2)>",
            Step::Producer => "encodeToken/data producer UUID (you can create a new one by typing 'uuidgen') >",
            Step::Producers => "encodeToken/data producers - optional (UUID1,UUID2)>",
            Step::Owners => "encodeToken/data owners UUID>",
            Step::Ttl => "encodeToken/token time to live (TTL) in ms >",
            Step::Labels => "encodeToken/OPTIONAL fixed labels (key1=value1,key2=value2) >",
            Step::Generate => "encodeToken(generate | cancel)>",
            Step::Paste => "decodeToken/token>",
            Step::Decode => "decodeToken(decode | cancel)>",
            Step::Convert => "decodeToken/create a READ token with the same dates? (yes|no)>",
            Step::Over => return None,
        })
    }

    /// What the last order leaves to later runs.
    #[must_use]
    pub const fn defaults(&self) -> Option<&Defaults> {
        self.done.as_ref()
    }

    /// Takes an answer, and says what is to be printed.
    pub fn answer(&mut self, line: &str) -> String {
        let line = line.trim();
        if line == "cancel" && self.step != Step::Command {
            self.step = Step::Command;
            return String::new();
        }
        match self.take(line) {
            Ok(text) => text,
            Err(error) => format!("{error}\n"),
        }
    }

    fn take(&mut self, line: &str) -> Result<String, WorfError> {
        let is_read = self.order.kinds == Kinds::Read;
        let step = self.step;
        let mut next = |step| self.step = step;
        match step {
            Step::Command => return self.command(line),
            Step::Kind => {
                self.order.kinds = match line {
                    "read" => Kinds::Read,
                    "write" => Kinds::Write,
                    other => return Err(WorfError::new(format!("Invalid token type: {other}"))),
                };
                next(Step::Application);
            }
            Step::Application if line.is_empty() => return Err(WorfError::new("an application has a name")),
            Step::Application => {
                line.clone_into(&mut self.order.application);
                next(if is_read { Step::Applications } else { Step::Producer });
            }
            Step::Applications => {
                self.order.applications = texts(line)?;
                if self.order.applications.is_empty() {
                    self.order.applications.push(self.order.application.clone());
                }
                next(Step::Producer);
            }
            Step::Producer => {
                self.order.producer = if line == "uuidgen" { new_uuid(&mut self.random)? } else { uuid(line)? };
                next(if is_read { Step::Producers } else { Step::Owners });
                return Ok(format!("uuid={}\n", id_text(&self.order.producer)));
            }
            Step::Producers => {
                self.order.producers = uuids(line)?;
                next(Step::Owners);
            }
            Step::Owners => {
                let owners = uuids(line)?;
                self.order.owner = owners.first().copied().unwrap_or(self.order.producer);
                self.order.owners = if owners.is_empty() { vec![self.order.owner] } else { owners };
                next(Step::Ttl);
            }
            Step::Ttl => {
                let bad = |_| WorfError::new(format!("For input string: \"{line}\""));
                self.order.ttl = line.parse().map_err(bad)?;
                check_ttl(self.order.ttl, self.now)?;
                next(Step::Labels);
            }
            Step::Labels => {
                self.order.labels = labels(line)?;
                next(Step::Generate);
            }
            Step::Generate if line == "generate" => {
                next(Step::Command);
                self.done = Some(Defaults::of(&self.order));
                return Ok(format!("{}\n", self.order.mint(self.keys, self.now)));
            }
            Step::Paste => {
                line.clone_into(&mut self.pasted);
                next(Step::Decode);
            }
            Step::Decode if line == "decode" => return self.decode(),
            Step::Convert if line == "yes" => return Ok(self.convert()),
            Step::Convert if line == "no" => next(Step::Command),
            Step::Generate | Step::Decode | Step::Convert => {
                return Err(WorfError::new(format!("command {line} not found")));
            }
            Step::Over => {}
        }
        Ok(String::new())
    }

    fn command(&mut self, line: &str) -> Result<String, WorfError> {
        match line {
            "" => {}
            "encodeToken" => {
                self.order = blank();
                self.step = Step::Kind;
            }
            "decodeToken" => self.step = Step::Paste,
            "help" => return Ok("encodeToken, decodeToken, uuidgen, quit\n".to_owned()),
            "uuidgen" => return Ok(format!("uuid={}\n", id_text(&new_uuid(&mut self.random)?))),
            "quit" | "exit" => self.step = Step::Over,
            other => return Err(WorfError::new(format!("command {other} not found"))),
        }
        Ok(String::new())
    }

    fn decode(&mut self) -> Result<String, WorfError> {
        self.step = Step::Command;
        let token = self.keys.open(&self.pasted).map_err(|rejection| WorfError::new(rejection.message))?;
        let shown = show(&token);
        if let Token::Write(token) = token {
            self.decoded = Some(token);
            self.step = Step::Convert;
        }
        Ok(shown)
    }

    /// The READ token of a WRITE token's series.
    fn convert(&mut self) -> String {
        self.step = Step::Command;
        let Some(token) = self.decoded.take() else { return String::new() };
        let text = self.keys.mint(&read_of(&token));
        format!(
            "{}\n",
            serde_json::json!({ "read": { "tokenIdent": self.keys.ident(&text).to_string(), "token": text } })
        )
    }
}

/// The READ token that reads what a WRITE token writes, with its dates.
#[must_use]
pub fn read_of(token: &WriteToken) -> Token {
    Token::Read(ReadToken {
        issuance: token.issuance,
        expiry: token.expiry,
        application: Some(token.application.clone()),
        applications: vec![token.application.clone()],
        owners: vec![token.owner.clone()],
        producers: Vec::new(),
        billed: token.producer.clone(),
        ..ReadToken::default()
    })
}

fn blank() -> Order {
    Order {
        kinds: Kinds::Both,
        application: String::new(),
        applications: Vec::new(),
        producer: [0; 16],
        producers: Vec::new(),
        owner: [0; 16],
        owners: Vec::new(),
        ttl: 0,
        labels: Vec::new(),
    }
}

/// What a token says, a line each.
fn show(token: &Token) -> String {
    let ids = |ids: &[Vec<u8>]| ids.iter().map(|id| id_text(id)).collect::<Vec<_>>().join(",");
    let lines = match token {
        Token::Read(token) => vec![
            ("issued at", date(token.issuance)),
            ("expires on", date(token.expiry)),
            ("type", "READ".to_owned()),
            ("application name", token.application.clone().unwrap_or_default()),
            ("application names", token.applications.join(",")),
            ("data producers", ids(&token.producers)),
            ("data owners", ids(&token.owners)),
        ],
        Token::Write(token) => vec![
            ("issued at", date(token.issuance)),
            ("expires on", date(token.expiry)),
            ("type", "WRITE".to_owned()),
            ("application name", token.application.clone()),
            ("data producer", id_text(&token.producer)),
            ("data owner", id_text(&token.owner)),
        ],
    };
    lines.iter().map(|(what, value)| format!("{what}={}\n", escaped(value))).collect()
}

/// `2026-01-31T12:00:00.000 UTC`
fn date(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(moment) => moment.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3f UTC").to_string(),
        Err(_) => format!("{ms} ms"),
    }
}
