//! TOKENGEN: a map of parameters becomes a token.
//!
//! The input is a map of the stack form, or the same map as JSON. Its keys are checked in Warp 10's
//! order, so that of two errors the same one is reported, in the same words. The output is a
//! [`Draft`], or with keys the result map of `TOKENGEN`. Refused is everything that Warp 10
//! refuses; where it only crashes (a bad UUID, a text for a number, `NULL` in a list) our message
//! names the key and the value.

use std::fmt;

use super::java_compat;
use super::keys::TokenKeys;
use super::script::functions::from_serde;
use super::script::value::Value;
use super::token::{Pairs, ReadToken, Token, WriteToken};
use placet::model::time::Time;
use placet::syntax::map::TOKENGEN_KEYS;
use placet::visible::excerpt;

/// A token that is not minted yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its content.
    pub token: Token,
    /// `id`: a name for the result, not part of the token.
    pub id: Option<Value>,
}

/// Parameters that do not make a token. Printed as the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TokengenError {
    /// In Warp 10's words, where it has words.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
}

impl TokengenError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Lifetime in ms of a token file's entries without one: practically for ever, and no sum with it
/// overflows.
pub const FILE_TTL: i64 = i64::MAX >> 4;

/// Lifetime of a filter macro's token without one.
pub const MACRO_TTL: i64 = i64::MAX;

/// Makes a draft from a map. `caller` is named in messages; `default_ttl` replaces `ttl` and
/// `expiry` if both are absent.
///
/// # Errors
/// The first error, in Warp 10's order.
pub fn token_from_map(caller: &str, map: &Value, default_ttl: Option<i64>, now: Time) -> Result<Draft, TokengenError> {
    if !matches!(map, Value::Map(_)) {
        return Err(TokengenError::new(format!("{caller} expects a map on top of the stack.")));
    }
    let parameters = Parameters { caller, map };
    let token = match parameters.present("type") {
        Some(Value::String(kind)) if kind == "READ" => Token::Read(parameters.read(default_ttl, now)?),
        Some(Value::String(kind)) if kind == "WRITE" => Token::Write(parameters.write(default_ttl, now)?),
        _ => {
            let message = format!("{caller} expects a key 'type' with value READ or WRITE in the parameter map.");
            return Err(TokengenError::new(message));
        }
    };
    Ok(Draft { token, id: parameters.present("id").cloned() })
}

/// Makes a draft from the same map as JSON: `{"type": "READ", "owner": …}`.
///
/// # Errors
/// As [`token_from_map`].
pub fn token_from_json(
    caller: &str,
    map: serde_json::Value,
    default_ttl: Option<i64>,
    now: Time,
) -> Result<Draft, TokengenError> {
    token_from_map(caller, &from_serde(map), default_ttl, now)
}

/// Keys of a map that TOKENGEN ignores, so that a token may have fewer restrictions than its maker
/// intended, and read more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKeys(Vec<String>);

/// The keys of a map that TOKENGEN ignores; `None` if it knows all of them.
#[must_use]
pub fn unknown_keys(map: &Value) -> Option<UnknownKeys> {
    let Value::Map(entries) = map else { return None };
    let names = entries.iter().map(|(key, _)| key.java_text());
    let unknown: Vec<String> = names.filter(|name| !TOKENGEN_KEYS.contains(&name.as_str())).collect();
    (!unknown.is_empty()).then_some(UnknownKeys(unknown))
}

/// The intended key: with different letter case, shortened, or mistyped.
fn meant(unknown: &str) -> Option<&'static str> {
    let lower = unknown.to_lowercase();
    let stem = lower.trim_end_matches('s');
    let same = TOKENGEN_KEYS.into_iter().find(|key| *key == lower);
    let longer = || {
        let is_longer =
            |key: &&str| stem.len() >= 3 && key.starts_with(stem) && key.ends_with('s') == lower.ends_with('s');
        TOKENGEN_KEYS.into_iter().find(is_longer)
    };
    let near = || TOKENGEN_KEYS.into_iter().find(|key| strsim::damerau_levenshtein(key, &lower) <= key.len() / 4);
    same.or_else(longer).or_else(near)
}

impl fmt::Display for UnknownKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TOKENGEN ignores unknown keys:")?;
        for (number, key) in self.0.iter().enumerate() {
            write!(f, "{} `{}`", if number > 0 { "," } else { "" }, excerpt(key))?;
            if let Some(meant) = meant(key) {
                write!(f, " (did you mean `{meant}`?)")?;
            }
        }
        Ok(())
    }
}

/// `TOKENGEN`: the map with `token`, `ident`, and `id` if there is one.
///
/// # Errors
/// As [`token_from_map`].
pub fn tokengen(map: &Value, keys: &TokenKeys, now: Time) -> Result<Value, TokengenError> {
    token_from_map("TOKENGEN", map, None, now).map(|draft| minted(draft, keys))
}

/// The result map of a draft.
#[must_use]
pub fn minted(draft: Draft, keys: &TokenKeys) -> Value {
    let text = keys.mint(&draft.token);
    let ident = keys.ident(&text).to_string();
    let mut result = vec![(Value::text("token"), Value::String(text)), (Value::text("ident"), Value::String(ident))];
    result.extend(draft.id.map(|id| (Value::text("id"), id)));
    Value::Map(result)
}

/// The map and the caller.
struct Parameters<'m> {
    caller: &'m str,
    map: &'m Value,
}

impl<'m> Parameters<'m> {
    /// The order of the checks is Warp 10's, and differs between the two kinds.
    fn read(&self, default_ttl: Option<i64>, now: Time) -> Result<ReadToken, TokengenError> {
        let billed = self.uuid("owner")?.to_vec();
        let application = self.application()?;
        let (issuance, expiry) = self.times(default_ttl, now)?;
        let uuids = |key: &'static str| -> Result<Vec<Vec<u8>>, TokengenError> {
            let wants = format!("{} expects '{key}' to be a list of UUIDs.", self.caller);
            self.list(key, &wants)?.iter().map(|element| self.uuid_of(key, element).map(Vec::from)).collect()
        };
        let (owners, producers) = (uuids("owners")?, uuids("producers")?);
        let wants = format!("{} expects 'applications' to be a list of application names.", self.caller);
        let applications = self.list("applications", &wants)?.iter();
        let applications =
            applications.map(|element| self.text_of("applications", element)).collect::<Result<_, _>>()?;
        let attributes = self.pairs("attributes")?;
        let labels = self.pairs("labels")?;
        let application = Some(application);
        Ok(ReadToken {
            issuance,
            expiry,
            application,
            applications,
            owners,
            producers,
            billed,
            attributes,
            labels,
            ..ReadToken::default()
        })
    }

    fn write(&self, default_ttl: Option<i64>, now: Time) -> Result<WriteToken, TokengenError> {
        let application = self.application()?;
        let (issuance, expiry) = self.times(default_ttl, now)?;
        let owner = self.uuid("owner")?.to_vec();
        let producer = self.uuid("producer")?.to_vec();
        let attributes = self.pairs("attributes")?;
        let labels = self.pairs("labels")?;
        Ok(WriteToken { issuance, expiry, producer, owner, application, labels, attributes, ..WriteToken::default() })
    }

    /// `NULL` is the same as absent.
    fn present(&self, key: &str) -> Option<&'m Value> {
        self.map.get(key).filter(|value| !matches!(value, Value::Null))
    }

    fn needed(&self, key: &str) -> Result<&'m Value, TokengenError> {
        self.present(key).ok_or_else(|| TokengenError::new(format!("{} missing '{key}'.", self.caller)))
    }

    fn uuid(&self, key: &str) -> Result<[u8; 16], TokengenError> {
        self.uuid_of(key, self.needed(key)?)
    }

    fn uuid_of(&self, key: &str, value: &Value) -> Result<[u8; 16], TokengenError> {
        let text = self.text_of(key, value)?;
        java_compat::uuid_from_text(&text).map_err(|error| {
            TokengenError::new(format!("{}: '{key}' has no UUID: {error}", self.caller))
                .help("a UUID looks like `7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11`")
        })
    }

    fn text_of(&self, key: &str, value: &Value) -> Result<String, TokengenError> {
        if matches!(value, Value::Null) {
            return Err(TokengenError::new(format!("{}: '{key}' has a NULL in its list", self.caller)));
        }
        Ok(value.java_text())
    }

    fn application(&self) -> Result<String, TokengenError> {
        self.text_of("application", self.needed("application")?)
    }

    /// Issuance and expiry.
    fn times(&self, default_ttl: Option<i64>, now: Time) -> Result<(i64, i64), TokengenError> {
        let issuance = self.number("issuance")?.unwrap_or(now.as_millis());
        // `ttl` takes precedence. A sum out of range is the end of time, on both sides.
        let lasting = |ttl: i64| issuance.checked_add(ttl).unwrap_or(i64::MAX);
        if let Some(ttl) = self.number("ttl")? {
            return Ok((issuance, lasting(ttl)));
        }
        let expiry = self.number("expiry")?.or(default_ttl.map(lasting));
        let missing = || TokengenError::new(format!("{} missing 'ttl' or 'expiry'.", self.caller));
        Ok((issuance, expiry.ok_or_else(missing)?))
    }

    fn number(&self, key: &str) -> Result<Option<i64>, TokengenError> {
        match self.present(key) {
            None => Ok(None),
            Some(Value::Long(number)) => Ok(Some(*number)),
            Some(Value::Double(number)) => Ok(Some(*number as i64)),
            Some(found) => {
                let message = format!(
                    "{}: '{key}' must be a number, found a {}: `{}`",
                    self.caller,
                    found.kind(),
                    found.java_text()
                );
                Err(TokengenError::new(message)
                    .help("times are milliseconds since 1970: `'2030-01-01T00:00:00Z' TOTIMESTAMP MSTU /`"))
            }
        }
    }

    fn list(&self, key: &str, wants: &str) -> Result<&'m [Value], TokengenError> {
        match self.present(key) {
            None => Ok(&[]),
            Some(Value::List(list)) => Ok(list),
            Some(found) => {
                let help = format!("write `[ {} ]`", found.to_warpscript());
                let error = TokengenError::new(wants);
                Err(if matches!(found, Value::String(_)) { error.help(help) } else { error })
            }
        }
    }

    /// Labels or attributes, in the order of the wire; none if the map is empty.
    fn pairs(&self, key: &str) -> Result<Option<Pairs>, TokengenError> {
        let Some(value) = self.present(key) else { return Ok(None) };
        let Value::Map(entries) = value else {
            return Err(TokengenError::new(format!("{} expects '{key}' to be a map.", self.caller)));
        };
        let pair = |(name, value): &(Value, Value)| match (name, value) {
            (Value::String(name), Value::String(value)) => Ok((name.clone(), value.clone())),
            _ => {
                let message = format!("{} expects '{key}' to be a map of STRING keys and values.", self.caller);
                let help = format!(
                    "`{} {}`: turn it into a text with `TOSTRING`",
                    name.to_warpscript(),
                    value.to_warpscript()
                );
                Err(TokengenError::new(message).help(help))
            }
        };
        let pairs: Pairs = entries.iter().map(pair).collect::<Result<_, _>>()?;
        Ok((!pairs.is_empty()).then(|| java_compat::hash_order(pairs)))
    }
}
