//! Proofs of one request: a holder signs that the request is theirs, an approver that they agree.
//!
//! Both sign a *statement*: the [scope](ProofScope) (the audience, the token by the revocation id of
//! its last block, and the vocabulary), the [digest of the request](RequestDigest), a time, and a
//! nonce. So a proof that is copied fits no other request, token or service, and expires within a
//! window. `docs/token-format.md` specifies the bytes.

use alloc::string::String;
use core::fmt;

use data_encoding::BASE64URL_NOPAD;

use super::audience::Audience;
use super::chain::{Link, Signed, consent_digest, first, point, statement_digest};
use super::envelope::Token;
use super::header::RevocationId;
use super::holder::Consent;
use super::keys::{PublicKey, Randomness, RandomnessError, SigningKey};
use super::signer::{SignWith, Signer, SignerError};
use super::verified::Verified;
use super::vouch::VoucherRequest;
use crate::model::digest::RequestDigest;
use crate::model::time::Time;
use crate::model::verdict::Refusal;
use crate::model::vocabulary::{Fingerprint, Vocabulary};

/// What a proof is for besides the request: one token, of one vocabulary, at the services of one
/// audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofScope {
    audience: Audience,
    /// Of the last block; zeros without a token.
    token: RevocationId,
    fingerprint: Fingerprint,
}

impl ProofScope {
    /// The scope of a token that its bearer has, for a service of this audience. `vocabulary` is the
    /// one of the request.
    ///
    /// # Errors
    /// The token is invalid, or it uses another vocabulary.
    pub fn of(token: &Token, vocabulary: &Vocabulary, audience: Audience) -> Result<Self, Refusal> {
        Self::of_request(VoucherRequest::of(token)?, vocabulary, audience)
    }

    /// The same of a token that somebody else has, whose holder sent the request for it.
    ///
    /// # Errors
    /// The token uses another vocabulary.
    pub fn of_request(request: VoucherRequest, vocabulary: &Vocabulary, audience: Audience) -> Result<Self, Refusal> {
        let VoucherRequest { previous, hint } = request;
        // The token has a hint only. The whole fingerprint is signed, so that what the signers have
        // read is what the service decides.
        let state = vocabulary.hinted(hint).next().ok_or(Refusal::UnknownVocabulary)?;
        Ok(Self { audience, token: previous, fingerprint: state.fingerprint })
    }

    /// The scope of a request that is decided without a token, for approvals.
    #[must_use]
    pub fn without_token(vocabulary: &Vocabulary, audience: Audience) -> Self {
        Self { audience, token: RevocationId([0; 16]), fingerprint: vocabulary.fingerprint() }
    }

    /// The scope of a verified token.
    pub(super) fn of_verified(token: &Verified<'_>) -> Option<Self> {
        let id = token.revocation_ids().last()?;
        Some(Self { audience: token.audience(), token: id, fingerprint: token.state().fingerprint })
    }

    fn statement(&self, request: RequestDigest, stamp: &Stamp) -> Link {
        let Self { audience, token, fingerprint } = self;
        statement_digest([&audience.bytes(), &token.0, &fingerprint.0, &request.0, &stamp.bytes()])
    }
}

/// When something was signed, and what distinguishes it from others of the same millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    time: Time,
    nonce: [u8; 8],
}

const STAMP: usize = 16;

impl Stamp {
    fn bytes(&self) -> [u8; STAMP] {
        let mut bytes = [0; STAMP];
        bytes[..8].copy_from_slice(&self.time.as_millis().to_be_bytes());
        bytes[8..].copy_from_slice(&self.nonce);
        bytes
    }

    fn of_bytes(bytes: &[u8; STAMP]) -> Option<Self> {
        let (time, nonce) = bytes.split_first_chunk()?;
        let time = Time::from_millis(i64::from_be_bytes(*time));
        (time >= Time::EPOCH).then_some(Self { time, nonce: *nonce.first_chunk()? })
    }
}

/// A key that proves requests, approves them, and hands tokens over: in this process, or kept
/// elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct HolderKey<'k>(SignWith<'k>);

impl<'k> From<&'k SigningKey> for HolderKey<'k> {
    fn from(key: &'k SigningKey) -> Self {
        Self(key.into())
    }
}

impl<'k> HolderKey<'k> {
    /// A key that is kept elsewhere, such as in the hardware of a phone.
    #[must_use]
    pub const fn signer(signer: &'k dyn Signer) -> Self {
        Self(SignWith::Signer(signer))
    }

    /// The public half: the one that a token names.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        self.0.public()
    }

    /// Proves a request at `time`, the present.
    ///
    /// # Errors
    /// The random source failed, or a key that is kept elsewhere did not sign.
    pub fn prove(
        &self,
        scope: &ProofScope,
        request: RequestDigest,
        time: Time,
        random: &mut impl Randomness,
    ) -> Result<HolderProof, ProofError> {
        self.sign(Signed::Proof, scope, request, time, random).map(HolderProof)
    }

    /// Approves a request at `time`, the present.
    ///
    /// # Errors
    /// The random source failed, or a key that is kept elsewhere did not sign.
    pub fn approve(
        &self,
        scope: &ProofScope,
        request: RequestDigest,
        time: Time,
        random: &mut impl Randomness,
    ) -> Result<Approval, ProofError> {
        let signed = self.sign(Signed::Approval, scope, request, time, random)?;
        Ok(Approval { key: *self.public().as_bytes(), signed })
    }

    /// Agrees that the next block of a token names `next` as its holder. The agreement fits only
    /// the token as it is now.
    ///
    /// # Errors
    /// The token is invalid, or a key that is kept elsewhere did not sign.
    pub fn hand_over(&self, token: &Token, next: &PublicKey) -> Result<Consent, ProofError> {
        let previous = VoucherRequest::of(token).map_err(ProofError::Token)?.previous;
        let digest = consent_digest(previous, next.as_bytes());
        self.0.sign(Signed::Consent, &digest).map(Consent::from_bytes).map_err(ProofError::Signer)
    }

    fn sign(
        &self,
        what: Signed,
        scope: &ProofScope,
        request: RequestDigest,
        time: Time,
        random: &mut impl Randomness,
    ) -> Result<Stamped, ProofError> {
        if time < Time::EPOCH {
            return Err(ProofError::NoClock);
        }
        let mut stamp = Stamp { time, nonce: [0; 8] };
        random.fill(&mut stamp.nonce).map_err(ProofError::Randomness)?;
        let signature = self.0.sign(what, &scope.statement(request, &stamp)).map_err(ProofError::Signer)?;
        Ok(Stamped { stamp, signature })
    }
}

/// A signature on one request, and what was signed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamped {
    stamp: Stamp,
    signature: [u8; 64],
}

const STAMPED: usize = STAMP + 64;

impl Stamped {
    fn bytes(&self) -> [u8; STAMPED] {
        let mut bytes = [0; STAMPED];
        bytes[..STAMP].copy_from_slice(&self.stamp.bytes());
        bytes[STAMP..].copy_from_slice(&self.signature);
        bytes
    }

    fn of_bytes(bytes: &[u8; STAMPED]) -> Option<Self> {
        let (stamp, signature) = bytes.split_first_chunk()?;
        Some(Self { stamp: Stamp::of_bytes(stamp)?, signature: *signature.first_chunk()? })
    }

    fn is_by(&self, key: &[u8; 32], what: Signed, scope: &ProofScope, request: RequestDigest) -> bool {
        point(key).is_some_and(|key| what.verify(&key, &scope.statement(request, &self.stamp), &self.signature))
    }
}

/// A holder's signature on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderProof(Stamped);

const PROOF_PREFIX: &str = "placet_proof_";

impl HolderProof {
    /// When the holder signed.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.0.stamp.time
    }

    /// Its id, to be kept by services that share a store and refuse to accept a proof twice. Only
    /// the holder can make another proof of the same request.
    #[must_use]
    pub fn id(&self) -> ProofId {
        ProofId::of(&self.0.bytes())
    }

    /// Writes `placet_proof_…`.
    #[must_use]
    pub fn text(&self) -> String {
        write(PROOF_PREFIX, &self.0.bytes())
    }

    /// Reads `placet_proof_…`.
    ///
    /// # Errors
    /// The text is not a proof.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let signed = read(text, PROOF_PREFIX).and_then(|bytes| Stamped::of_bytes(&bytes));
        signed.map(Self).ok_or(ProofError::NotAProof)
    }

    /// Whether the holder has signed this request.
    pub(super) fn is_of(&self, holder: &[u8; 32], scope: &ProofScope, request: RequestDigest) -> bool {
        self.0.is_by(holder, Signed::Proof, scope, request)
    }
}

/// An approver's signature on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    key: [u8; 32],
    signed: Stamped,
}

const APPROVAL: usize = 32 + STAMPED;
const APPROVAL_PREFIX: &str = "placet_approval_";

impl Approval {
    /// The approver's public key.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// When the approver signed.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.signed.stamp.time
    }

    /// Its id, to be kept by services that accept an approval once.
    #[must_use]
    pub fn id(&self) -> ProofId {
        ProofId::of(&self.bytes())
    }

    /// Writes `placet_approval_…`.
    #[must_use]
    pub fn text(&self) -> String {
        write(APPROVAL_PREFIX, &self.bytes())
    }

    /// Reads `placet_approval_…`.
    ///
    /// # Errors
    /// The text is not an approval.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let read = read(text, APPROVAL_PREFIX).and_then(|bytes: [u8; APPROVAL]| {
            let (key, signed) = bytes.split_first_chunk()?;
            Some(Self { key: *key, signed: Stamped::of_bytes(signed.first_chunk()?)? })
        });
        read.ok_or(ProofError::NotAnApproval)
    }

    fn bytes(&self) -> [u8; APPROVAL] {
        let mut bytes = [0; APPROVAL];
        bytes[..32].copy_from_slice(&self.key);
        bytes[32..].copy_from_slice(&self.signed.bytes());
        bytes
    }

    /// Whether its approver has signed this request.
    pub(super) fn is_for(&self, scope: &ProofScope, request: RequestDigest) -> bool {
        self.signed.is_by(&self.key, Signed::Approval, scope, request)
    }
}

/// Identifies one proof or approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProofId(pub [u8; 16]);

impl ProofId {
    fn of(bytes: &[u8]) -> Self {
        Self(first(&blake3::derive_key("placet 2026-11 proof id v1", bytes)))
    }
}

fn write(prefix: &str, bytes: &[u8]) -> String {
    let mut text = String::from(prefix);
    BASE64URL_NOPAD.encode_append(bytes, &mut text);
    text
}

/// The bytes after a prefix, if the text has exactly as many.
fn read<const N: usize>(text: &str, prefix: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix(prefix)?.as_bytes();
    let mut bytes = [0; N];
    // Checked beforehand, since the decoder wants a buffer of exactly the decoded length.
    let fits = BASE64URL_NOPAD.decode_len(digits.len()) == Ok(N);
    (fits && BASE64URL_NOPAD.decode_mut(digits, &mut bytes) == Ok(N)).then_some(bytes)
}

/// Why there is no proof, approval or consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// Anything else than `placet_proof_…`.
    NotAProof,
    /// Anything else than `placet_approval_…`.
    NotAnApproval,
    /// The time is before 1970: the clock is not set.
    NoClock,
    /// The token is not one.
    Token(Refusal),
    /// The random source failed.
    Randomness(RandomnessError),
    /// A key that is kept elsewhere did not sign.
    Signer(SignerError),
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAProof => f.write_str("this is not a complete `placet_proof_…`"),
            Self::NotAnApproval => f.write_str("this is not a complete `placet_approval_…`"),
            Self::NoClock => f.write_str("the clock is not set: its time is before 1970"),
            Self::Token(refusal) => refusal.fmt(f),
            Self::Randomness(error) => error.fmt(f),
            Self::Signer(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ProofError {}
