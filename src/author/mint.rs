//! Compiled blocks become tokens, restrictions and held policies.

use std::fmt;

use crate::authorize::Policy;
use crate::bytecode::verify::{Budget, ProgramError, Scope};
use crate::compile::Compiled;
use crate::model::vocabulary::Vocabulary;
use crate::token::attenuate::{self, AttenuateError, BlockDraft};
use crate::token::claims::ClaimsDraft;
use crate::token::envelope::Token;
use crate::token::header::TokenId;
use crate::token::keyring::MintingKey;
use crate::token::keys::{NoRandomness, Randomness};
use crate::token::mint::{self, Draft, MintError};

/// How a token is wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wrapping {
    /// Whether its holder may add no restriction.
    pub sealed: bool,
    /// Whether its holder may not read it; local tokens only.
    pub encrypted: bool,
}

/// Mints a token at `now` (ms since 1970-01-01T00:00:00Z), which is its issuance unless the template says otherwise.
///
/// # Errors
/// The token would never be valid, the key and the wrapping do not fit, the token would be too large, or there is no randomness.
pub fn mint(
    compiled: &Compiled,
    vocabulary: &Vocabulary,
    key: &MintingKey,
    now: i64,
    wrapping: Wrapping,
    random: &mut impl Randomness,
) -> Result<Token, MintFailure> {
    let times = &compiled.times;
    let issuance = times.issuance.unwrap_or(now);
    if times.are_never(issuance) {
        return Err(MintFailure::NeverValid);
    }
    let draft = Draft {
        issuance,
        expiry: times.end(issuance),
        not_before: times.not_before,
        id: TokenId::random(random)?,
        fingerprint: vocabulary.fingerprint(),
        claims: claims(compiled),
        program: compiled.program.bytes(),
        sealed: wrapping.sealed,
        encrypted: wrapping.encrypted,
    };
    Ok(mint::mint(key, &draft, random)?)
}

fn claims(compiled: &Compiled) -> ClaimsDraft {
    let claims = &compiled.claims;
    ClaimsDraft {
        id: claims.id.clone(),
        kind: claims.kind.clone(),
        owner: claims.owner.clone(),
        producer: claims.producer.clone(),
        application: claims.application.clone(),
        labels: claims.labels.iter().cloned().collect(),
        attributes: claims.attributes.iter().cloned().collect(),
    }
}

/// Adds a restriction to a token at `now`: offline, without any key.
///
/// # Errors
/// The token is sealed, there is no room in it, or there is no randomness.
pub fn attenuate(
    token: &Token,
    compiled: &Compiled,
    now: i64,
    sealed: bool,
    random: &mut impl Randomness,
) -> Result<Token, AttenuateError> {
    attenuate::append(token, &draft(compiled, now, sealed), random)
}

/// What a compiled restriction says when it is added at `now`.
#[must_use]
pub fn draft(compiled: &Compiled, now: i64, sealed: bool) -> BlockDraft<'_> {
    let times = &compiled.times;
    let expiry = times.end(times.issuance.unwrap_or(now));
    BlockDraft { not_before: times.not_before, expiry, program: compiled.program.bytes(), sealed }
}

/// A policy for a service to hold.
///
/// # Errors
/// Never for what this build compiled; the program is proved all the same.
pub fn policy(name: &str, compiled: &Compiled, vocabulary: &Vocabulary) -> Result<Policy, ProgramError> {
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    Policy::new(name, compiled.program.bytes().to_vec(), &scope)
}

/// Why no token was minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintFailure {
    /// The draft is not one of a token.
    Mint(MintError),
    /// It would be over before it is valid.
    NeverValid,
    /// There are no random bytes for its id.
    NoRandomness(NoRandomness),
}

impl From<MintError> for MintFailure {
    fn from(error: MintError) -> Self {
        Self::Mint(error)
    }
}

impl From<NoRandomness> for MintFailure {
    fn from(error: NoRandomness) -> Self {
        Self::NoRandomness(error)
    }
}

impl fmt::Display for MintFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mint(error) => error.fmt(f),
            Self::NeverValid => {
                f.write_str("the token would be over before its `not_before`: `ttl` counts from issuance")
            }
            Self::NoRandomness(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MintFailure {}
