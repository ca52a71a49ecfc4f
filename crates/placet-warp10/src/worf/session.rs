//! The interactive session: prompts and answers, without a terminal.
//!
//! `encodeToken` asks for the content of a token, then `generate` or `cancel`. `decodeToken` asks
//! for a token and shows it; from a WRITE token it makes, if wanted, a READ token with the same
//! dates. `quit` ends. An unusable answer is reported, and the question is repeated.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::defaults::Defaults;
use super::options::{Kinds, labels};
use super::order::{Order, check_ttl, new_uuid};
use super::{WorfError, uuid, uuid_texts};
use crate::java_compat::uuid_to_text;
use crate::keys::TokenKeys;
use crate::selectors::id_text;
use crate::token::{ReadToken, Token, WriteToken};
use placet::model::time::Time;
use placet::token::keys::Randomness;
use placet::visible::escaped;

/// A session.
pub struct Session<'s, R> {
    keys: &'s TokenKeys,
    now: Time,
    random: R,
    step: Step,
    order: Order,
    pasted: String,
    decoded: Option<WriteToken>,
    defaults: Defaults,
    done: Option<Defaults>,
}

/// The state of the session.
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
    /// Begins at the prompt `warp10>`. An empty answer takes the value from `defaults`.
    #[must_use]
    pub fn new(keys: &'s TokenKeys, now: Time, random: R, defaults: Defaults) -> Self {
        let (order, pasted) = (blank(), String::new());
        Self { keys, now, random, step: Step::Command, order, pasted, decoded: None, defaults, done: None }
    }

    /// The next question; `None` when the session is over.
    #[must_use]
    pub fn prompt(&self) -> Option<String> {
        let text = self.question()?;
        let default = match self.step {
            Step::Application => self.defaults.application.clone(),
            Step::Producer => self.defaults.producer.as_ref().map(uuid_to_text),
            Step::Owners => Some(uuid_to_text(&self.order.producer)),
            _ => None,
        };
        Some(default.map_or_else(|| format!("{text}>"), |default| format!("{text}, default ({default})>")))
    }

    const fn question(&self) -> Option<&'static str> {
        Some(match self.step {
            Step::Command => "warp10",
            Step::Kind => "encodeToken/token type (read|write)",
            Step::Application => "encodeToken/application name",
            Step::Applications => "encodeToken/application names - optional (app1,app2)",
            Step::Producer => "encodeToken/data producer UUID (you can create a new one by typing 'uuidgen') ",
            Step::Producers => "encodeToken/data producers - optional (UUID1,UUID2)",
            Step::Owners if matches!(self.order.kinds, Kinds::Read) => "encodeToken/data owners UUID",
            Step::Owners => "encodeToken/data owner UUID (you can create a new one by typing 'uuidgen') ",
            Step::Ttl => "encodeToken/token time to live (TTL) in ms ",
            Step::Labels => "encodeToken/OPTIONAL fixed labels (key1=value1,key2=value2) ",
            Step::Generate => "encodeToken(generate | cancel)",
            Step::Paste => "decodeToken/token",
            Step::Decode => "decodeToken(decode | cancel)",
            Step::Convert => "decodeTokenconvert to read token ? (yes)",
            Step::Over => return None,
        })
    }

    /// The defaults that the last order leaves to later runs.
    #[must_use]
    pub const fn defaults(&self) -> Option<&Defaults> {
        self.done.as_ref()
    }

    /// Takes an answer, and returns the text to print.
    pub fn answer(&mut self, line: &str) -> String {
        let line = line.trim();
        if line.eq_ignore_ascii_case("cancel") {
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
        match self.step {
            Step::Command => return self.command(line),
            Step::Kind => {
                self.order.kinds = kind(line)?;
                self.step = Step::Application;
            }
            Step::Application => {
                self.order.application = self.application(line)?;
                self.step = if is_read { Step::Applications } else { Step::Producer };
            }
            Step::Applications => {
                let given = line.trim_end_matches(',');
                let own = || vec![self.order.application.clone()];
                let names = if given.is_empty() { own() } else { given.split(',').map(str::to_owned).collect() };
                self.order.applications = names;
                self.step = Step::Producer;
            }
            Step::Producer => {
                let said;
                (self.order.producer, said) = self.one_id(line, self.defaults.producer, "puid")?;
                self.step = if is_read { Step::Producers } else { Step::Owners };
                return Ok(said);
            }
            Step::Producers => {
                self.order.producers = ids(line)?;
                self.step = Step::Owners;
            }
            Step::Owners => return self.owners(line, is_read),
            Step::Ttl => {
                self.order.ttl = self.ttl(line)?;
                self.step = Step::Labels;
            }
            Step::Labels => {
                let bad = |_| WorfError::new(format!("{line} is not a label selector"));
                self.order.labels = labels(line).map_err(bad)?;
                self.step = Step::Generate;
            }
            Step::Generate if line.eq_ignore_ascii_case("generate") => return Ok(self.generate()),
            Step::Paste if line.is_empty() => {}
            Step::Paste => {
                line.clone_into(&mut self.pasted);
                self.step = Step::Decode;
            }
            Step::Decode if line.eq_ignore_ascii_case("decode") => return self.decode(),
            Step::Convert if line.eq_ignore_ascii_case("yes") => return Ok(self.convert()),
            Step::Convert if line.eq_ignore_ascii_case("no") => self.step = Step::Command,
            Step::Generate | Step::Decode | Step::Convert => {
                return Err(WorfError::new(format!("command {line} not found")));
            }
            Step::Over => {}
        }
        Ok(String::new())
    }

    fn application(&self, line: &str) -> Result<String, WorfError> {
        let default = self.defaults.application.clone();
        let name = Some(line.to_owned()).filter(|line| !line.is_empty()).or(default);
        name.ok_or_else(|| WorfError::new("Unable to get application name cause=The option 'a' is missing"))
    }

    /// A UUID, a new one, or for an empty line the default; and the text to print.
    fn one_id(&mut self, line: &str, default: Option<[u8; 16]>, option: &str) -> Result<([u8; 16], String), WorfError> {
        match line {
            "" => {
                let missing = || WorfError::new(format!("UUID not valid cause=The option '{option}' is missing"));
                Ok((default.ok_or_else(missing)?, String::new()))
            }
            "uuidgen" => {
                let new = new_uuid(&mut self.random)?;
                Ok((new, format!("uuid generated={}\n", id_text(&new))))
            }
            text => Ok((valid(text)?, String::new())),
        }
    }

    /// The owners of a READ token, the owner of a WRITE token: the producer, if none is given.
    fn owners(&mut self, line: &str, is_read: bool) -> Result<String, WorfError> {
        let producer = self.order.producer;
        let (owners, said) = if is_read && !line.is_empty() {
            (ids(line)?, String::new())
        } else {
            let (owner, said) = self.one_id(line, Some(producer), "ouid")?;
            (vec![owner], said)
        };
        self.order.owner = owners.first().copied().unwrap_or(producer);
        self.order.owners = owners;
        self.step = Step::Ttl;
        Ok(said)
    }

    fn ttl(&self, line: &str) -> Result<i64, WorfError> {
        // A lifetime of zero is not accepted: the question is repeated.
        let ttl = line.parse().ok().filter(|ttl| *ttl != 0);
        let ttl = ttl.ok_or_else(|| WorfError::new(format!("{line} is not a long")))?;
        check_ttl(ttl, self.now)?;
        Ok(ttl)
    }

    /// Mints, and returns the result, one line each.
    fn generate(&mut self) -> String {
        self.step = Step::Command;
        self.done = Some(self.order.to_defaults());
        let order = &self.order;
        let is_read = order.kinds == Kinds::Read;
        let text = self.keys.mint(&if is_read { order.read(self.now) } else { order.write(self.now) });
        let listed = |list: Vec<String>| format!("[{}]", list.join(", "));
        let mut lines = vec![
            ("tokenIdent", self.keys.ident(&text).to_string()),
            ("application name", order.application.clone()),
            ("producer", uuid_to_text(&order.producer)),
        ];
        lines.insert(0, ("token", text));
        if is_read {
            lines.push(("authorizations (applications)", listed(order.applications.clone())));
            lines.push(("authorizations (owners)", listed(uuid_texts(&order.owners))));
            lines.push(("authorizations (producers)", listed(uuid_texts(&order.producers))));
        } else {
            lines.push(("owner", uuid_to_text(&order.owner)));
        }
        if !order.labels.is_empty() {
            lines.push(("labels", order.labels_text()));
        }
        lines.push(("ttl", order.ttl.to_string()));
        lines.iter().map(|(what, value)| format!("{what}={value}\n")).collect()
    }

    fn command(&mut self, line: &str) -> Result<String, WorfError> {
        match line.to_ascii_lowercase().as_str() {
            "" => {}
            "encodetoken" => {
                self.order = blank();
                self.step = Step::Kind;
            }
            "decodetoken" => self.step = Step::Paste,
            "help" => return Ok("encodeToken, decodeToken, uuidgen, quit\n".to_owned()),
            "uuidgen" => return Ok(format!("uuid generated={}\n", id_text(&new_uuid(&mut self.random)?))),
            "quit" | "exit" => self.step = Step::Over,
            _ => return Err(WorfError::new(format!("command {line} not found"))),
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
        format!("read token={text}\n")
    }
}

/// The READ token for the series of a WRITE token, with its dates.
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

fn kind(line: &str) -> Result<Kinds, WorfError> {
    match line.to_ascii_lowercase().as_str() {
        "read" => Ok(Kinds::Read),
        "write" => Ok(Kinds::Write),
        _ => Err(WorfError::new(format!("token type {line} unknown. (read|write) expected"))),
    }
}

fn valid(text: &str) -> Result<[u8; 16], WorfError> {
    uuid(text).map_err(|error| WorfError::new(format!("UUID not valid cause={error}")))
}

/// UUIDs between commas; an empty line means none.
fn ids(line: &str) -> Result<Vec<[u8; 16]>, WorfError> {
    if line.is_empty() { Ok(Vec::new()) } else { line.trim_end_matches(',').split(',').map(valid).collect() }
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

/// The content of a token, one line each.
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
