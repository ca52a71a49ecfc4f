//! Says whether a token that is presented is accepted, in the order of the original: is it known what is revoked, is there
//! a text, is it revoked, is it a token of this kind, is it still good, is its application revoked; then the attributes.
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

/// What a service holds a token against.
#[derive(Clone, Copy, Debug)]
pub struct Acceptor<'a> {
    /// The keys that tokens are made with.
    pub keys: &'a TokenKeys,
    /// What is revoked.
    pub revocations: &'a Directory,
    /// What attributes a token must not have, and which it gets.
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

    /// Asks again what may have changed since the text of this ident was accepted as this token: the clock and the lists. A
    /// static token is asked the same.
    ///
    /// # Errors
    /// The token is not good any more.
    pub fn recheck(&self, ident: Ident, token: &Token, now: Time) -> Result<(), Rejection> {
        self.is_informed(now)?;
        if self.is_revoked(ident) {
            return Err(Rejection::new(Label::Revoked, "Token revoked."));
        }
        self.check(token, now)
    }

    /// Whether it is known what is revoked.
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

    /// An altered spelling of a revoked token has another ident: it is refused when it is opened. What is too long is, too.
    fn is_revoked(&self, ident: Ident) -> bool {
        self.revocations.list().revokes(ident)
    }

    /// Without any, no ident has to be made.
    fn has_revocations(&self) -> bool {
        self.revocations.list().idents().next().is_some()
    }
}

/// The settings about attributes. They hold for every token, from wherever it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeRules {
    /// `warp.token.banned.attributes`: a token that has one is refused.
    pub banned: BTreeSet<String>,
    /// `warp.token.read.attributes.default`: what a READ token gets that it has not.
    pub read_defaults: Pairs,
    /// `warp.token.write.attributes.default`: what a WRITE token gets that it has not.
    pub write_defaults: Pairs,
}

impl AttributeRules {
    /// The rules of a configuration. The defaults stand there as scripts, and come as what those evaluate to.
    ///
    /// # Errors
    /// A setting refers to what is not set: without it, more tokens would be good.
    pub fn from_config(config: &Config, read_defaults: Pairs, write_defaults: Pairs) -> Result<Self, ConfigError> {
        let names = config.setting("warp.token.banned.attributes")?.unwrap_or_default().split(',').map(str::trim);
        let banned = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(Self { banned, read_defaults, write_defaults })
    }

    /// Refuses a token with a banned attribute, and adds what it lacks.
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
