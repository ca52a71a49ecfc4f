//! Tokens and capabilities on the stack.

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::{Entries, Item};
use super::super::host::{Acceptance, Mode};
use super::super::machine::Machine;
use crate::keys::TokenKeys;
use crate::rejection::Rejection;
use crate::token::{Kind, Token};
use crate::tokengen::{TokengenError, minted, token_from_map, unknown_keys};
use crate::{tokendump, tokeninfo};

type Done = Result<(), Stop>;

impl From<TokengenError> for UnplacedError {
    fn from(error: TokengenError) -> Self {
        let mut failure = Self::new(ScriptCode::BadParameters, error.message);
        failure.help = error.help;
        failure
    }
}

fn not_permitted(message: impl Into<String>) -> UnplacedError {
    UnplacedError::new(ScriptCode::NotPermitted, message)
}

fn wrong_kind(message: impl Into<String>) -> UnplacedError {
    UnplacedError::new(ScriptCode::WrongKind, message)
}

/// The keys on top of the stack, if the top is bytes.
fn keys_on_stack(m: &mut Machine<'_>, complaint: &str) -> Result<Option<TokenKeys>, UnplacedError> {
    if !matches!(m.stack.last(), Some(Item::Bytes(_))) {
        return Ok(None);
    }
    let (hash, aes) = (m.pop()?, m.pop()?);
    let (Item::Bytes(hash), Item::Bytes(aes)) = (hash, aes) else { return Err(wrong_kind(complaint)) };
    let keys = TokenKeys::new(&aes, &hash).map_err(|error| {
        UnplacedError::new(ScriptCode::BadValue, error.to_string())
            .help("the AES key has 16, 24 or 32 bytes, the SipHash key 16; the SipHash key is on top")
    })?;
    Ok(Some(keys))
}

/// The keys of the host, if the script may use them.
fn keys_of_host<'h>(m: &Machine<'h>, name: &str, capability: &str) -> Result<&'h TokenKeys, UnplacedError> {
    if m.host.mode != Mode::Tool && m.host.capabilities.get(capability).is_none() {
        let help = format!("present a token with the attribute `.cap:{capability}`");
        return Err(not_permitted(format!("{name} missing capability.")).help(help));
    }
    m.host.keys.ok_or_else(|| not_permitted(format!("{name} expects SipHash and AES keys to be explicitly defined.")))
}

pub(super) fn tokengen(m: &mut Machine<'_>) -> Done {
    let given = keys_on_stack(m, "TOKENGEN expects a BYTES AES Key if a BYTES SipHash key is provided.")?;
    let keys = match &given {
        Some(keys) => keys,
        None => keys_of_host(m, "TOKENGEN", "tokengen")?,
    };
    let parameters = m.pop()?;
    let is_secret = matches!((&parameters, m.stack.last()), (Item::Text(_), Some(Item::Map(_))));
    let parameters = m.heap.tree(&parameters)?;
    let draft = token_from_map("TOKENGEN", &parameters, None, m.host.moment()).map_err(UnplacedError::from);
    let draft = draft.map_err(|failure| if is_secret { failure.help(SECRET) } else { failure })?;
    if let Some(unknown) = unknown_keys(&parameters) {
        let id = draft.id.as_ref().map(|id| format!("`{}`: ", id.java_text())).unwrap_or_default();
        m.remark(format!("{id}{unknown}"));
    }
    let result = minted(draft, keys);
    // The envelope processes its content six times.
    m.heap.work(16 * result.get("token").map_or(0, |token| token.java_text().len()))?;
    let result = m.heap.item(&result)?;
    m.give(result)
}

const SECRET: &str = "a map and a secret are how Warp 10 2.x mints where `token.secret` is set; here the keys are enough: \
                      leave the secret out";

/// Opens any valid text: with the host's answer, or its keys and the clock.
fn acceptance<'h>(m: &Machine<'h>, name: &str) -> Result<&'h dyn Acceptance, UnplacedError> {
    let keys = m.host.keys.map(|keys| keys as &dyn Acceptance);
    m.host.acceptance.or(keys).ok_or_else(|| not_permitted(format!("{name} needs keys, and there are none")))
}

fn invalid(name: &str, rejection: Rejection) -> UnplacedError {
    let failure = |message: String| UnplacedError::new(ScriptCode::BadToken, message);
    // A message about a character is passed on as it is.
    if rejection.message.starts_with("Invalid OPB64") {
        return failure(rejection.message);
    }
    failure(format!("{name} invalid token.")).because(rejection.message)
}

pub(super) fn tokendump(m: &mut Machine<'_>) -> Done {
    let given = keys_on_stack(m, "TOKENDUMP expects a BYTES AES Key if a BYTES SipHash is given.")?;
    let keys = match &given {
        Some(keys) => keys,
        None => keys_of_host(m, "TOKENDUMP", "tokendump")?,
    };
    let Item::Text(text) = m.pop()? else { return Err(wrong_kind("TOKENDUMP expects a STRING token.").into()) };
    m.heap.work(16 * text.len())?;
    // A service refuses tokens that it would not accept; an owner of the keys sees everything.
    let accepts = m.host.mode != Mode::Tool && given.is_none();
    let token = if accepts { accepted(m, "TOKENDUMP", &text)? } else { keys.open(&text) };
    let token = token.map_err(|rejection| invalid("TOKENDUMP", rejection))?;
    let dumped = m.heap.item(&tokendump::dumped(&text, &token, keys))?;
    m.give(dumped)
}

/// The token, if it is valid now: as READ, then as WRITE.
fn accepted(m: &Machine<'_>, name: &str, text: &str) -> Result<Result<Token, Rejection>, UnplacedError> {
    let (acceptance, now) = (acceptance(m, name)?, m.host.moment());
    Ok(acceptance.accept(text, Kind::Read, now).or_else(|_| acceptance.accept(text, Kind::Write, now)))
}

pub(super) fn tokeninfo(m: &mut Machine<'_>) -> Done {
    let Item::Text(text) = m.pop()? else {
        return Err(wrong_kind("TOKENINFO expects a string on top of the stack.").into());
    };
    m.heap.work(32 * text.len())?;
    let shows_attributes = m.host.capabilities.get("tokeninfo.attr").is_some();
    let info = tokeninfo::tokeninfo(&text, acceptance(m, "TOKENINFO")?, m.host.moment(), shows_attributes);
    let info = m.heap.item(&info)?;
    m.give(info)
}

pub(super) fn capadd(m: &mut Machine<'_>) -> Done {
    let Item::Text(text) = m.pop()? else { return Err(wrong_kind("CAPADD expects a TOKEN.").into()) };
    m.heap.work(32 * text.len())?;
    let token = accepted(m, "CAPADD", &text)?;
    let token = token.map_err(|rejection| {
        UnplacedError::new(ScriptCode::BadToken, "invalid token.").help(format!("it is refused: {rejection}"))
    })?;
    m.host.capabilities.add(&token);
    Ok(())
}

pub(super) fn capget(m: &mut Machine<'_>) -> Done {
    let names = match m.pop()? {
        Item::Text(name) => {
            return match m.host.capabilities.get(&name).map(str::to_owned) {
                Some(value) => m.give_text(value),
                None => m.give(Item::Null),
            };
        }
        Item::List(list) => m.elements(list)?,
        Item::Null => m.host.capabilities.iter().map(|(name, _)| Item::text(name)).collect(),
        _ => return Err(wrong_kind("CAPGET expects a capability name (STRING) or a LIST thereof.").into()),
    };
    let found = m.heap.new_map(Entries::new())?;
    for name in names {
        m.heap.step()?;
        let Item::Text(text) = &name else { continue };
        let value = m.host.capabilities.get(text).map(str::to_owned);
        if let (Some(value), Item::Map(found)) = (value, &found) {
            let value = m.heap.new_text(value)?;
            m.heap.insert(*found, name, value)?;
        }
    }
    m.give(found)
}

pub(super) fn capcheck(m: &mut Machine<'_>) -> Done {
    let Item::Text(name) = m.pop()? else {
        return Err(wrong_kind("CAPCHECK expects a STRING capability name.").into());
    };
    let is_there = m.host.capabilities.get(&name).is_some();
    m.give(Item::Bool(is_there))
}

pub(super) fn capdel(m: &mut Machine<'_>) -> Done {
    match m.pop()? {
        Item::Text(name) => m.host.capabilities.remove(&name),
        Item::List(names) => {
            for name in m.elements(names)? {
                if let Item::Text(name) = name {
                    m.host.capabilities.remove(&name);
                }
            }
        }
        Item::Null => m.host.capabilities.clear(),
        _ => {
            let message = "CAPDEL expects a capability name (STRING), a LIST thereof or NULL.";
            return Err(wrong_kind(message).into());
        }
    }
    Ok(())
}

pub(super) fn capset(m: &mut Machine<'_>) -> Done {
    if m.host.mode != Mode::Filter {
        return Err(not_permitted("CAPSET can only be called from the token filter macro.").into());
    }
    let value = m.text("CAPSET", "a STRING as the value of the capability")?;
    let name = m.text("CAPSET", "a capability name (STRING) below the value")?;
    m.host.capabilities.set(&name, &value);
    Ok(())
}

pub(super) fn capexport(_: &mut Machine<'_>) -> Done {
    Err(not_permitted("CAPEXPORT can only be called from a GUARDed macro.").into())
}
