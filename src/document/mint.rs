//! Turns compiled blocks into tokens, restrictions and held policies.

use std::fmt;

use crate::compile::{Compiled, ZonesKnown};
use placet_core::authorize::Policy;
use placet_core::bytecode::verify::{Budget, ProgramError, Scope, verify};
use placet_core::model::time::Time;
use placet_core::model::verdict::Refusal;
use placet_core::model::vocabulary::{State, Vocabulary};
use placet_core::token::attenuate::{self, AttenuateError, BlockDraft, NewHolder};
use placet_core::token::claims::ClaimsDraft;
use placet_core::token::envelope::Token;
use placet_core::token::header::TokenId;
use placet_core::token::keys::{Randomness, RandomnessError};
use placet_core::token::mint::{self, Draft, MintError};
use placet_core::token::proof::HolderKey;
use placet_core::token::signer::Minter;

/// How a token is wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wrapping {
    /// Whether its holder may add no restriction.
    pub sealed: bool,
    /// Whether its holder may not read it; local tokens only.
    pub encrypted: bool,
}

/// Refuses a block with a vocabulary it was not compiled with, where its numbers would mean
/// something else.
fn state_of(compiled: &Compiled, vocabulary: &Vocabulary) -> Result<State, MisfitError> {
    vocabulary.state(compiled.fingerprint).ok_or(MisfitError::OtherVocabulary)
}

/// Mints a token at `now`, which is its issuance unless the template says otherwise. A
/// [`Minter`] in the place of the key names an audience, or a key that is kept elsewhere.
///
/// # Errors
/// The block was compiled with another vocabulary, the token would never be valid, the key and the
/// wrapping do not fit, the token would be too large, or the random source failed.
pub fn mint<'k>(
    compiled: &Compiled,
    vocabulary: &Vocabulary,
    minter: impl Into<Minter<'k>>,
    now: Time,
    wrapping: Wrapping,
    random: &mut impl Randomness,
) -> Result<Token, MintTemplateError> {
    let minter = minter.into();
    let state = state_of(compiled, vocabulary)?;
    let times = &compiled.times;
    let issuance = times.issuance.unwrap_or(now);
    if times.are_never(issuance) {
        return Err(MintTemplateError::NeverValid);
    }
    covered(compiled, issuance)?;
    let draft = Draft {
        issuance,
        expiry: times.end(issuance),
        not_before: times.not_before,
        id: TokenId([0; 8]),
        fingerprint: state.fingerprint,
        claims: claims(compiled),
        holder: compiled.holder.as_ref().map(NewHolder::first),
        program: compiled.program.bytes(),
        sealed: wrapping.sealed,
        encrypted: wrapping.encrypted,
    };
    Ok(mint::mint(minter, &draft.with_new_id(minter, random)?, random)?)
}

/// Refuses a block that outlives the offsets of its time zones: from then on its comparisons of
/// local times would be false, and a `deny` would not forbid.
fn covered(compiled: &Compiled, beginning: Time) -> Result<(), MisfitError> {
    let is_covered = |known: ZonesKnown| known.covers(beginning, compiled.times.end(beginning));
    if compiled.zones.is_none_or(is_covered) { Ok(()) } else { Err(MisfitError::ZonesEnd) }
}

/// The claims of a compiled token.
#[must_use]
pub fn claims(compiled: &Compiled) -> ClaimsDraft {
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

/// Adds a restriction to a token at `now`: offline, without any key. `vocabulary` is the one that
/// the restriction was compiled with, and the token has to use it too, perhaps an earlier state of
/// it.
///
/// # Errors
/// The token uses another vocabulary, or an earlier state that lacks something the restriction
/// uses; it is sealed, there is no room in it, or the random source failed.
pub fn attenuate(
    token: &Token,
    compiled: &Compiled,
    vocabulary: &Vocabulary,
    now: Time,
    sealed: bool,
    random: &mut impl Randomness,
) -> Result<Token, AttenuateTemplateError> {
    append(token, compiled, vocabulary, &draft(compiled, now, sealed)?, random)
}

/// The same by the present holder of a token, who agrees that the restriction names another one.
///
/// # Errors
/// As [`attenuate()`], or the key did not sign.
pub fn attenuate_as(
    holder: HolderKey<'_>,
    token: &Token,
    compiled: &Compiled,
    vocabulary: &Vocabulary,
    now: Time,
    sealed: bool,
    random: &mut impl Randomness,
) -> Result<Token, AttenuateTemplateError> {
    let mut draft = draft(compiled, now, sealed)?;
    if let Some(next) = &compiled.holder
        && attenuate::present_holder(token)?.is_some()
    {
        let consent = holder.hand_over(token, next).map_err(|_| AttenuateError::NoConsent)?;
        draft.holder = Some(NewHolder::after(next, consent));
    }
    append(token, compiled, vocabulary, &draft, random)
}

fn append(
    token: &Token,
    compiled: &Compiled,
    vocabulary: &Vocabulary,
    draft: &BlockDraft<'_>,
    random: &mut impl Randomness,
) -> Result<Token, AttenuateTemplateError> {
    state_of(compiled, vocabulary)?;
    let hint = token.header().hint;
    // For the vocabulary state it was compiled with, the program has been verified already.
    if hint != compiled.fingerprint.hint() {
        let state = vocabulary.hinted(hint).next().ok_or(MisfitError::OtherVocabulary)?;
        let scope = Scope { vocabulary, state, budget: Budget::Token };
        verify(compiled.program.bytes(), &scope).map_err(MisfitError::Program)?;
    }
    Ok(attenuate::append(token, draft, random)?)
}

/// The contents of a compiled restriction that is added at `now`.
///
/// # Errors
/// It does not know the offsets of its time zones until it ends.
pub fn draft(compiled: &Compiled, now: Time, sealed: bool) -> Result<BlockDraft<'_>, MisfitError> {
    let times = &compiled.times;
    let beginning = times.issuance.unwrap_or(now);
    covered(compiled, beginning)?;
    let expiry = times.end(beginning);
    let holder = compiled.holder.as_ref().map(NewHolder::first);
    Ok(BlockDraft { not_before: times.not_before, expiry, holder, program: compiled.program.bytes(), sealed })
}

/// A policy for a service to hold.
///
/// # Errors
/// It was compiled with another vocabulary.
pub fn policy(name: &str, compiled: &Compiled, vocabulary: &Vocabulary) -> Result<Policy, MisfitError> {
    let scope = Scope { vocabulary, state: state_of(compiled, vocabulary)?, budget: Budget::Policy };
    Policy::new(name, compiled.program.bytes().to_vec(), &scope).map_err(MisfitError::Program)
}

/// Why a compiled block cannot be used with a vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MisfitError {
    /// It was compiled with another one, or with a later state.
    OtherVocabulary,
    /// It was compiled so long ago, or as of such another time, that it does not know the offsets of
    /// its time zones for its life.
    ZonesEnd,
    /// It uses something that the state of the vocabulary did not have.
    Program(ProgramError),
}

impl fmt::Display for MisfitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherVocabulary => f.write_str("it uses another vocabulary"),
            Self::ZonesEnd => f.write_str("it was compiled for another time, and must be compiled again"),
            Self::Program(error) => write!(f, "it uses something that the vocabulary did not have: {error}"),
        }
    }
}

impl std::error::Error for MisfitError {}

/// Why no restriction was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttenuateTemplateError {
    /// The token and the restriction do not fit each other.
    Misfit(MisfitError),
    /// The token takes no restriction.
    Attenuate(AttenuateError),
}

impl From<Refusal> for AttenuateTemplateError {
    fn from(refusal: Refusal) -> Self {
        Self::Attenuate(refusal.into())
    }
}

impl From<MisfitError> for AttenuateTemplateError {
    fn from(misfit: MisfitError) -> Self {
        Self::Misfit(misfit)
    }
}

impl From<AttenuateError> for AttenuateTemplateError {
    fn from(error: AttenuateError) -> Self {
        Self::Attenuate(error)
    }
}

impl fmt::Display for AttenuateTemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misfit(misfit) => write!(f, "the restriction does not fit the token: {misfit}"),
            Self::Attenuate(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AttenuateTemplateError {}

/// Why no token was minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintTemplateError {
    /// The draft is not that of a token.
    Mint(MintError),
    /// It would expire before it becomes valid.
    NeverValid,
    /// The random source failed, so it has no id.
    NoRandomness(RandomnessError),
    /// The block was compiled with another vocabulary.
    Misfit(MisfitError),
}

impl From<MisfitError> for MintTemplateError {
    fn from(misfit: MisfitError) -> Self {
        Self::Misfit(misfit)
    }
}

impl From<MintError> for MintTemplateError {
    fn from(error: MintError) -> Self {
        Self::Mint(error)
    }
}

impl From<RandomnessError> for MintTemplateError {
    fn from(error: RandomnessError) -> Self {
        Self::NoRandomness(error)
    }
}

impl fmt::Display for MintTemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mint(error) => error.fmt(f),
            Self::NeverValid => {
                f.write_str("the token would expire before its `not_before`: `ttl` counts from issuance")
            }
            Self::NoRandomness(error) => error.fmt(f),
            Self::Misfit(misfit) => write!(f, "the token is not minted: {misfit}"),
        }
    }
}

impl std::error::Error for MintTemplateError {}
