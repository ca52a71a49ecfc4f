//! Static tokens: bearer texts of a file, each with its token (`warp.token.file`).
//!
//! Lines that do not begin with `token.` are skipped. `token.spec = { 'id' 'name' … }` is a map as
//! TOKENGEN takes it, with `id` as the bearer text. The older form is one property per line,
//! `token.read.N.owner = …`, grouped by `N`.
//!
//! Two habits of Warp 10 are not kept. Its static tokens never expire and cannot be revoked; here
//! [`accept`](super::accept) checks them against the clock and the lists like any other. And a bad
//! line drops its whole file there; here it drops its token, which would grant more without the
//! line, and is [reported](LineError).

use std::collections::BTreeMap;
use std::fmt;

use super::accept::Acceptor;
use super::java_compat::uuid_from_text;
use super::rejection::Rejection;
use super::script::{Host, Machine, TimeUnit, Value};
use super::selectors::parse_labels;
use super::token::{Kind, Pairs, ReadToken, Token, WriteToken};
use super::tokengen::{FILE_TTL, UnknownKeys, token_from_map, unknown_keys};
use crate::limits::DIAGNOSTICS;
use placet::model::time::Time;

/// The tokens of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaticTokens {
    read: BTreeMap<String, Token>,
    write: BTreeMap<String, Token>,
}

/// A line that gave no token, or perhaps not the intended one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// The line, from 1.
    pub line: usize,
    /// The fault.
    pub message: String,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for LineError {}

/// Inputs of the maps of a file.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The present time.
    pub now: Time,
    /// The unit of the platform.
    pub unit: TimeUnit,
}

impl StaticTokens {
    /// Reads a file. `uuid` is the result of `UUID` in a map.
    pub fn read(text: &str, clock: Clock, uuid: &mut dyn FnMut() -> String) -> (Self, Vec<LineError>) {
        let mut file = Reader { tokens: Self::default(), groups: BTreeMap::new(), problems: Vec::new() };
        for (line, number) in super::java_compat::lines(text).zip(1..) {
            let line = line.trim();
            if !line.starts_with("token.") {
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                file.problem(number, "the line has no `=`");
                continue;
            };
            match key.trim() {
                "token.spec" => file.spec(number, value.trim(), clock, uuid),
                key => file.property(number, key, value.trim()),
            }
        }
        for (_, group) in std::mem::take(&mut file.groups) {
            file.finish(group);
        }
        file.problems.sort_by_key(|problem| problem.line);
        file.problems.truncate(DIAGNOSTICS);
        (file.tokens, file.problems)
    }

    /// The token of a bearer text of a kind.
    #[must_use]
    pub fn get(&self, text: &str, kind: Kind) -> Option<&Token> {
        match kind {
            Kind::Read => self.read.get(text),
            Kind::Write => self.write.get(text),
        }
    }

    /// All bearer texts with their tokens, readers first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Token)> {
        self.read.iter().chain(&self.write).map(|(name, token)| (name.as_str(), token))
    }

    fn put(&mut self, name: String, token: Token) {
        match token.kind() {
            Kind::Read => self.read.insert(name, token),
            Kind::Write => self.write.insert(name, token),
        };
    }

    /// Accepts a text: as a static token first, otherwise with `acceptor`. Both are checked against
    /// the clock and the lists.
    ///
    /// # Errors
    /// The token is not valid.
    pub fn accept(&self, acceptor: &Acceptor<'_>, text: &str, kind: Kind, now: Time) -> Result<Token, Rejection> {
        let Some(token) = self.get(text, kind) else { return acceptor.accept(text, kind, now) };
        acceptor.recheck(acceptor.keys.ident(text), token, now)?;
        let mut token = token.clone();
        acceptor.attributes.apply(&mut token)?;
        Ok(token)
    }
}

/// The properties of one `N`.
#[derive(Default)]
struct Group {
    is_write: bool,
    /// The last line of it.
    line: usize,
    names: Vec<String>,
    owners: Vec<Vec<u8>>,
    producers: Vec<Vec<u8>>,
    applications: Vec<String>,
    expiry: Option<i64>,
    billed: Option<Vec<u8>>,
    labels: Option<Pairs>,
    is_broken: bool,
}

impl Group {
    fn take(&mut self, property: &str, value: &str) -> Result<(), String> {
        let uuid = || uuid_from_text(value).map(|id| id.to_vec()).map_err(|error| error.to_string());
        match property {
            "name" | "id" => self.names.push(value.to_owned()),
            "owner" => self.owners.push(uuid()?),
            "producer" => self.producers.push(uuid()?),
            "app" => self.applications.push(value.to_owned()),
            "expiry" => self.expiry = Some(value.parse().map_err(|_| format!("`{value}` is not a number of ms"))?),
            "billed" if !self.is_write => self.billed = Some(uuid()?),
            "labels" if self.is_write && value.contains('~') => return Err("a label cannot contain `~`".to_owned()),
            "labels" if self.is_write => self.labels = Some(parse_labels(value).map_err(|error| error.to_string())?),
            other => return Err(format!("unknown property `{other}`")),
        }
        Ok(())
    }

    fn token(&self) -> Result<Token, String> {
        let expiry = self.expiry.unwrap_or(i64::MAX);
        if !self.is_write {
            return Ok(Token::Read(ReadToken {
                expiry,
                applications: self.applications.clone(),
                owners: self.owners.clone(),
                producers: self.producers.clone(),
                billed: self.billed.clone().unwrap_or_else(|| vec![0; 16]),
                ..ReadToken::default()
            }));
        }
        let missing = |what: &str| format!("this WRITE token has no `{what}`");
        Ok(Token::Write(WriteToken {
            expiry,
            owner: self.owners.last().cloned().ok_or_else(|| missing("owner"))?,
            producer: self.producers.last().cloned().ok_or_else(|| missing("producer"))?,
            application: self.applications.last().cloned().ok_or_else(|| missing("app"))?,
            labels: self.labels.clone(),
            ..WriteToken::default()
        }))
    }
}

struct Reader {
    tokens: StaticTokens,
    groups: BTreeMap<(bool, String), Group>,
    problems: Vec<LineError>,
}

impl Reader {
    fn problem(&mut self, line: usize, message: impl Into<String>) {
        self.problems.push(LineError { line, message: message.into() });
    }

    fn spec(&mut self, line: usize, script: &str, clock: Clock, uuid: &mut dyn FnMut() -> String) {
        match spec(script, clock, uuid) {
            Ok((name, token, unknown)) => {
                self.tokens.put(name, token);
                unknown.into_iter().for_each(|unknown| self.problem(line, unknown.to_string()));
            }
            Err(message) => self.problem(line, message),
        }
    }

    fn property(&mut self, line: usize, key: &str, value: &str) {
        let mut parts = key.split('.').skip(1);
        let (kind, number, property) = (parts.next(), parts.next(), parts.next());
        let is_write = kind == Some("write");
        let (Some("read" | "write"), Some(number), Some(property), None) = (kind, number, property, parts.next())
        else {
            return self.problem(line, format!("`{key}` is not a property of a token"));
        };
        let group = self.groups.entry((is_write, number.to_owned())).or_default();
        (group.is_write, group.line) = (is_write, line);
        if let Err(message) = group.take(property, value) {
            group.is_broken = true;
            self.problem(line, message);
        }
    }

    /// A group with a bad line makes no token: without its `owner` it would read the series of all
    /// owners.
    fn finish(&mut self, group: Group) {
        if group.is_broken {
            return;
        }
        match group.token() {
            Ok(_) if group.names.is_empty() => self.problem(group.line, "this token has no `name`"),
            Ok(token) => group.names.into_iter().for_each(|name| self.tokens.put(name, token.clone())),
            Err(message) => self.problem(group.line, message),
        }
    }
}

/// A bearer text, its token, and the keys that were ignored.
type Spec = (String, Token, Option<UnknownKeys>);

/// `{ 'id' 'name' 'type' 'READ' … }`
fn spec(script: &str, clock: Clock, uuid: &mut dyn FnMut() -> String) -> Result<Spec, String> {
    let mut host = Host::new(clock.now.as_millis().saturating_mul(clock.unit.in_a_millisecond()), uuid);
    host.unit = clock.unit;
    let stack = Machine::new(host).run(script).map_err(|error| error.to_string())?;
    let Some(map @ Value::Map(_)) = stack.last() else { return Err("this is not a map".to_owned()) };
    let draft = token_from_map("token.spec", map, Some(FILE_TTL), clock.now).map_err(|error| error.to_string())?;
    let id = draft.id.ok_or("`id`, the bearer text, is missing")?;
    Ok((id.java_text(), draft.token, unknown_keys(map)))
}
