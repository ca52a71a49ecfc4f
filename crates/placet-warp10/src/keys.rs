//! The keys of a Warp 10, and their use: minting a text, naming it, opening it.
//!
//! The input is keys as bytes, or as the text of a configuration; the output is the text of a
//! token, its [`Ident`], or the [`Token`] of a text. Opening checks the text in this order and
//! refuses at the first failure: its [characters](super::opb64), the [envelope](super::envelope),
//! its single spelling, the hash inside, the [structure](super::codec). Whether a token is still
//! valid is decided in [`super::accept`].
//!
//! All keys are wiped when dropped, and none is printed.

use zeroize::Zeroizing;

use super::codec::{self, CodecError};
use super::config::{At, Config, ConfigError, place};
use super::envelope::{Ident, WrappingKey};
pub use super::key_text::{Cost, KeyError, decode_key, decode_key_at};
use super::opb64::{self, Opb64Error};
use super::rejection::{Label, Rejection};
use super::siphash::SipKey;
use super::token::{Kind, Token};
use crate::limits::WARP10_TOKEN_TEXT;

/// The two keys that make a token: anyone who has them can mint.
#[derive(Clone, Debug)]
pub struct TokenKeys {
    wrapping: WrappingKey,
    hash: SipKey,
}

impl TokenKeys {
    /// Keys as TOKENGEN takes them from the stack: 16, 24 or 32 bytes for AES, and for the hash the
    /// first 16.
    pub fn new(aes: &[u8], hash: &[u8]) -> Result<Self, KeyError> {
        let hash = hash.first_chunk().ok_or(KeyError::ShortHash)?;
        let wrapping = WrappingKey::new(aes).ok_or(KeyError::AesLength)?;
        Ok(Self { wrapping, hash: SipKey::new(hash) })
    }

    /// The text of a token. The same token always has the same text.
    #[must_use]
    pub fn mint(&self, token: &Token) -> String {
        self.seal(&codec::encode(token))
    }

    /// The text of a structure that is already encoded.
    #[must_use]
    pub fn seal(&self, structure: &[u8]) -> String {
        let mut plain = Zeroizing::new(Vec::with_capacity(structure.len() + HASH));
        plain.extend_from_slice(&self.hash.palindromic(structure).to_be_bytes());
        plain.extend_from_slice(structure);
        opb64::encode(&self.wrapping.wrap(&plain))
    }

    /// The name of a text: any text, whether it is a token or not.
    #[must_use]
    pub fn ident(&self, text: &str) -> Ident {
        Ident(self.hash.palindromic(text.as_bytes()))
    }

    /// Opens a text of either kind: as READ, and if that fails as WRITE.
    pub fn open(&self, text: &str) -> Result<Token, Rejection> {
        let structure = self.structure(text)?;
        match codec::decode(&structure, Kind::Read) {
            Err(CodecError::Malformed(_)) => decode(&structure, Kind::Write),
            other => other.map_err(|error| refused(error, Kind::Read)),
        }
    }

    /// Opens a text of one kind.
    pub fn open_as(&self, text: &str, kind: Kind) -> Result<Token, Rejection> {
        decode(&self.structure(text)?, kind)
    }

    /// The bytes of the structure, with envelope and hash checked.
    pub fn structure(&self, text: &str) -> Result<Zeroizing<Vec<u8>>, Rejection> {
        if text.len() > WARP10_TOKEN_TEXT {
            return Err(Rejection::new(Label::Invalid, "Longer than any token."));
        }
        let (wrapped, rest) = opb64::decode_leniently(text)?;
        if wrapped.is_empty() {
            return Err(Rejection::invalid(Label::Invalid));
        }
        let mut plain = self.wrapping.unwrap(&wrapped).map_err(|_| Rejection::invalid(Label::AesInvalid))?;
        // Only now: a text that is not a token in any spelling is refused in Warp 10's words.
        if !rest.is_canonical {
            return Err(Opb64Error::NotCanonical.into());
        }
        let (hash, structure) = plain.split_first_chunk::<HASH>().ok_or_else(|| Rejection::invalid(Label::Invalid))?;
        // The key wrap has already proved the content: the duration of this reveals nothing.
        if u64::from_be_bytes(*hash) != self.hash.palindromic(structure) {
            return Err(Rejection::invalid(Label::SipInvalid));
        }
        plain.drain(..HASH);
        Ok(plain)
    }
}

fn decode(structure: &[u8], kind: Kind) -> Result<Token, Rejection> {
    codec::decode(structure, kind).map_err(|error| refused(error, kind))
}

fn refused(error: CodecError, kind: Kind) -> Rejection {
    match error {
        CodecError::Malformed(_) => Rejection::invalid(Label::Invalid),
        CodecError::OtherKind => Rejection::other_kind(kind),
    }
}

/// All keys of a configuration that tokens need.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The keys of the tokens.
    pub token: TokenKeys,
    /// The key for the names of applications; minting does not need it.
    pub application: Option<SipKey>,
}

impl Keys {
    /// Takes the keys named here from a configuration.
    ///
    /// # Errors
    /// A key is missing or invalid; the error says which, and where it is set.
    pub fn from_config(config: &Config) -> Result<Self, KeySettingError> {
        Self::from_config_at(config, Cost::default())
    }

    /// The same, with another cost of deriving keys: Warp 10 takes it from Java's system
    /// properties.
    ///
    /// # Errors
    /// As [`from_config`](Self::from_config).
    pub fn from_config_at(config: &Config, cost: Cost) -> Result<Self, KeySettingError> {
        let setting = |named| setting(config, named, cost);
        let needed = |named: Named| setting(named)?.ok_or_else(|| KeyError::Missing(named.name).of(named.name, config));
        let (aes, hash) = (needed(AES)?, needed(HASH_TOKEN)?);
        let token = TokenKeys::new(&aes, &hash).map_err(|why| why.of(AES.name, config))?;
        let application = setting(HASH_APPLICATION)?;
        let application = application.map(|key| key.first_chunk().map(SipKey::new).ok_or(KeyError::ShortHash));
        let application = application.transpose().map_err(|why| why.of(HASH_APPLICATION.name, config))?;
        Ok(Self { token, application })
    }
}

/// A missing or invalid key of a configuration, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySettingError {
    /// The fault.
    pub why: KeyError,
    /// The setting: `warp.aes.token`.
    pub name: &'static str,
    /// The line that sets it.
    pub at: Option<At>,
}

impl KeyError {
    fn of(self, name: &'static str, config: &Config) -> KeySettingError {
        KeySettingError { why: self, name, at: config.place(name).cloned() }
    }
}

impl std::fmt::Display for KeySettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { why, name, at } = self;
        f.write_str(&place(at.as_ref()))?;
        match why {
            // These two name the setting, in Warp 10's words.
            KeyError::Missing(_) | KeyError::Size { .. } => write!(f, "{why}"),
            _ => write!(f, "`{name}`: {why}"),
        }
    }
}

impl std::error::Error for KeySettingError {}

/// A key of a configuration.
#[derive(Clone, Copy)]
struct Named {
    /// Its name.
    name: &'static str,
    /// The other name, which is overridden by the first.
    store: &'static str,
    bytes: &'static [usize],
    bits: &'static str,
}

const AES: Named =
    Named { name: "warp.aes.token", store: "warp.key.warp.aes.token", bytes: &[16, 24, 32], bits: "128, 192 or 256" };
const HASH_TOKEN: Named =
    Named { name: "warp.hash.token", store: "warp.key.warp.siphash.token", bytes: &[16], bits: "128" };
const HASH_APPLICATION: Named =
    Named { name: "warp.hash.app", store: "warp.key.warp.siphash.appid", bytes: &[16], bits: "128" };

fn setting(config: &Config, named: Named, cost: Cost) -> Result<Option<Zeroizing<Vec<u8>>>, KeySettingError> {
    let value = |name| {
        let value = config.setting(name).map_err(|error| KeyError::from(error).of(name, config))?;
        Ok(value.map(|value| (name, value)))
    };
    let Some((name, text)) = value(named.name)?.map_or_else(|| value(named.store), |found| Ok(Some(found)))? else {
        return Ok(None);
    };
    let key = decode_key_at(text, cost).map_err(|why| why.of(name, config))?;
    if !named.bytes.contains(&key.len()) {
        return Err(KeyError::Size { name: named.name, bits: named.bits }.of(name, config));
    }
    Ok(Some(key))
}

impl From<ConfigError> for KeyError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Unresolved { reference, .. } => Self::Unresolved(reference),
            ConfigError::Malformed { .. } | ConfigError::Escape { .. } | ConfigError::Endless { .. } => Self::Form,
        }
    }
}

/// Bytes of the hash before the structure.
const HASH: usize = 8;
