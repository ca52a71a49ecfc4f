//! The keys of a Warp 10, and what is done with them: minting a text, naming it, opening it.
//!
//! Comes in: keys as bytes, or as the text in which a configuration has them. Goes out: the text of a token, its
//! [`Ident`], the [`Token`] of a text. Opening takes the text apart in this order, and refuses at the first that fails:
//! its [characters](super::opb64), the [envelope](super::envelope), its one spelling, the hash inside, the [structure](super::codec).
//! Whether a token is still good is asked in [`super::accept`].
//!
//! All keys are wiped when dropped, and none is printed.

use zeroize::Zeroizing;

use super::codec::{self, CodecError};
use super::config::Config;
use super::envelope::{Ident, WrappingKey};
pub use super::key_text::{Cost, KeyError, decode_key, decode_key_at};
use super::opb64::{self, Opb64Error};
use super::rejection::{Label, Rejection};
use super::siphash::SipKey;
use super::token::{Kind, Token};
use crate::limits::WARP10_TOKEN_TEXT;

/// The two keys that a token is made with: who has them mints.
#[derive(Clone, Debug)]
pub struct TokenKeys {
    wrapping: WrappingKey,
    hash: SipKey,
}

impl TokenKeys {
    /// Keys as TOKENGEN takes them from the stack: 16, 24 or 32 bytes for AES, and for the hash the first 16.
    pub fn new(aes: &[u8], hash: &[u8]) -> Result<Self, KeyError> {
        let hash = hash.first_chunk().ok_or(KeyError::ShortHash)?;
        let wrapping = WrappingKey::new(aes).ok_or(KeyError::AesLength)?;
        Ok(Self { wrapping, hash: SipKey::new(hash) })
    }

    /// The text of a token. The same token has always the same text.
    #[must_use]
    pub fn mint(&self, token: &Token) -> String {
        self.seal(&codec::encode(token))
    }

    /// The text around a structure that is already bytes.
    #[must_use]
    pub fn seal(&self, structure: &[u8]) -> String {
        let mut plain = Zeroizing::new(Vec::with_capacity(structure.len() + HASH));
        plain.extend_from_slice(&self.hash.palindromic(structure).to_be_bytes());
        plain.extend_from_slice(structure);
        opb64::encode(&self.wrapping.wrap(&plain))
    }

    /// What names a text: any text, be it a token or not.
    #[must_use]
    pub fn ident(&self, text: &str) -> Ident {
        Ident(self.hash.palindromic(text.as_bytes()))
    }

    /// Opens a text of either kind: as READ, and if it is none as WRITE.
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

    /// The bytes of the structure, of which the envelope and the hash are proved.
    pub fn structure(&self, text: &str) -> Result<Zeroizing<Vec<u8>>, Rejection> {
        if text.len() > WARP10_TOKEN_TEXT {
            return Err(Rejection::new(Label::Invalid, "Longer than any token."));
        }
        let (wrapped, rest) = opb64::decode_leniently(text)?;
        if wrapped.is_empty() {
            return Err(Rejection::invalid(Label::Invalid));
        }
        let mut plain = self.wrapping.unwrap(&wrapped).map_err(|_| Rejection::invalid(Label::AesInvalid))?;
        // Only now: what is no token in any spelling is refused in the original's words.
        if !rest.is_canonical {
            return Err(Opb64Error::NotCanonical.into());
        }
        let (hash, structure) = plain.split_first_chunk::<HASH>().ok_or_else(|| Rejection::invalid(Label::Invalid))?;
        // The key wrap has proved the content already: nothing is learned from how long this takes.
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
    /// Those of the tokens.
    pub token: TokenKeys,
    /// That of the names of applications; minting does without.
    pub application: Option<SipKey>,
}

impl Keys {
    /// Takes the keys that are named here from a configuration.
    pub fn from_config(config: &Config) -> Result<Self, KeyError> {
        Self::from_config_at(config, Cost::default())
    }

    /// The same, with another cost of deriving keys: the original takes it from Java's system properties.
    pub fn from_config_at(config: &Config, cost: Cost) -> Result<Self, KeyError> {
        let setting = |named| setting(config, named, cost);
        let aes = setting(AES)?.ok_or(KeyError::Missing(AES.name))?;
        let hash = setting(HASH_TOKEN)?.ok_or(KeyError::Missing(HASH_TOKEN.name))?;
        let application = setting(HASH_APPLICATION)?;
        let application = application.map(|key| key.first_chunk().map(SipKey::new).ok_or(KeyError::ShortHash));
        Ok(Self { token: TokenKeys::new(&aes, &hash)?, application: application.transpose()? })
    }
}

/// A key of a configuration.
#[derive(Clone, Copy)]
struct Named {
    /// What it is called there.
    name: &'static str,
    /// Where else it may be, and is overridden by the name.
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

fn setting(config: &Config, named: Named, cost: Cost) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    let Some(text) = config.get(named.name).or_else(|| config.get(named.store)) else { return Ok(None) };
    let key = decode_key_at(text, cost)?;
    if !named.bytes.contains(&key.len()) {
        return Err(KeyError::Size { name: named.name, bits: named.bits });
    }
    Ok(Some(key))
}

/// Bytes of the hash in front of the structure.
const HASH: usize = 8;
