//! Decides whether a presented token is accepted, with the checks in Warp 10's order: is the
//! revocation state known, is there a text, is it revoked, is it a token of this kind, has it
//! expired, is its application revoked; then the attributes.
//!
//! The time comes from the caller.

use std::collections::BTreeSet;

use super::config::{Config, ConfigError};
use super::envelope::Ident;
use super::keys::TokenKeys;
pub use super::rejection::{Label, Rejection};
use super::token::{Kind, Pairs, Token};
use super::trl_directory::Directory;
use crate::limits::WARP10_TOKEN_TEXT;
use placet::model::time::Time;

/// Everything against which a service checks a token.
#[derive(Clone, Copy, Debug)]
pub struct Acceptor<'a> {
    /// The keys that tokens are made with.
    pub keys: &'a TokenKeys,
    /// The revocations.
    pub revocations: &'a Directory,
    /// Banned attributes and default attributes.
    pub attributes: &'a AttributeRules,
}

impl Acceptor<'_> {
    /// Accepts a token of this kind at this time, or says why not.
    pub fn accept(&self, text: &str, kind: Kind, now: Time) -> Result<Token, Rejection> {
        self.is_informed(now)?;
        if text.is_empty() {
            return Err(Rejection::missing(kind));
        }
        if text.len() <= WARP10_TOKEN_TEXT && self.has_revocations() && self.is_revoked(self.keys.ident(text)) {
            return Err(Rejection::new(Label::Revoked, "Token revoked."));
        }
        let mut token = self.keys.open_as(text, kind)?;
        self.check(&token, now)?;
        self.attributes.apply(&mut token)?;
        Ok(token)
    }

    /// Checks again whatever may have changed since the text of this ident was accepted as this
    /// token: the clock and the lists. Static tokens get the same checks.
    ///
    /// # Errors
    /// The token is no longer valid.
    pub fn recheck(&self, ident: Ident, token: &Token, now: Time) -> Result<(), Rejection> {
        self.is_informed(now)?;
        if self.is_revoked(ident) {
            return Err(Rejection::new(Label::Revoked, "Token revoked."));
        }
        self.check(token, now)
    }

    /// Whether the revocation state is known.
    pub(super) fn is_informed(&self, now: Time) -> Result<(), Rejection> {
        let unknown = || Rejection::new(Label::Unavailable, "No TRL available past the startup delay");
        if self.revocations.is_available(now) { Ok(()) } else { Err(unknown()) }
    }

    fn check(&self, token: &Token, now: Time) -> Result<(), Rejection> {
        if token.expiry() < now.as_millis() {
            return Err(Rejection::new(Label::Expired, "Token Expired."));
        }
        if self.revocations.list().revokes_application(token.application()) {
            return Err(Rejection::new(Label::AppRevoked, "Application suspended or closed."));
        }
        Ok(())
    }

    /// An altered spelling of a revoked token has another ident: it is refused when it is opened,
    /// and so is a text that is too long.
    fn is_revoked(&self, ident: Ident) -> bool {
        self.revocations.list().revokes(ident)
    }

    /// Without revoked idents, none has to be computed.
    fn has_revocations(&self) -> bool {
        self.revocations.list().idents().next().is_some()
    }
}

/// The settings about attributes. They apply to every token, whatever its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeRules {
    /// `warp.token.banned.attributes`: a token that has one is refused.
    pub banned: BTreeSet<String>,
    /// `warp.token.read.attributes.default`: added to a READ token that lacks them.
    pub read_defaults: Pairs,
    /// `warp.token.write.attributes.default`: added to a WRITE token that lacks them.
    pub write_defaults: Pairs,
}

impl AttributeRules {
    /// The rules of a configuration. It has the defaults as scripts; they are passed here as
    /// evaluated.
    ///
    /// # Errors
    /// A setting refers to one that is not set: without it, more tokens would be accepted.
    pub fn from_config(config: &Config, read_defaults: Pairs, write_defaults: Pairs) -> Result<Self, ConfigError> {
        let names = config.setting("warp.token.banned.attributes")?.unwrap_or_default().split(',').map(str::trim);
        let banned = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(Self { banned, read_defaults, write_defaults })
    }

    /// Refuses a token with a banned attribute, and adds missing defaults.
    pub fn apply(&self, token: &mut Token) -> Result<(), Rejection> {
        let (attributes, defaults) = match token {
            Token::Read(token) => (&mut token.attributes, &self.read_defaults),
            Token::Write(token) => (&mut token.attributes, &self.write_defaults),
        };
        if attributes.iter().flatten().any(|(name, _)| self.banned.contains(name)) {
            return Err(Rejection::new(Label::Invalid, "Invalid token attribute."));
        }
        for (name, value) in defaults {
            let attributes = attributes.get_or_insert_default();
            if attributes.iter().all(|(present, _)| present != name) {
                attributes.push((name.clone(), value.clone()));
            }
        }
        Ok(())
    }
}
