//! What comes with a request besides the token: the holder's proof and approvals. [`Evidence`] is
//! what was presented, [`Accepted`] is what a verifier has found true of it.

use core::fmt;
use core::time::Duration;

use arrayvec::ArrayVec;

use super::proof::{Approval, HolderProof, ProofId, ProofScope};
use super::verified::Verified;
use super::verify::Verifier;
use crate::limits::{APPROVAL_WINDOW, APPROVALS, PROOF_WINDOW};
use crate::model::digest::RequestDigest;
use crate::model::request::View;
use crate::model::time::Time;
use crate::model::verdict::Refusal;

/// A proof of the holder and approvals, as they came with a request. Nothing of it is verified yet.
#[derive(Clone, Copy)]
pub struct Evidence<'e> {
    proof: Option<&'e HolderProof>,
    approvals: &'e [Approval],
    digest: Option<RequestDigest>,
    proof_window: Duration,
    approval_window: Duration,
    replays: Option<&'e (dyn Replays + Sync)>,
}

impl<'e> Evidence<'e> {
    /// Nothing was presented.
    pub const NONE: Self = Self {
        proof: None,
        approvals: &[],
        digest: None,
        proof_window: PROOF_WINDOW,
        approval_window: APPROVAL_WINDOW,
        replays: None,
    };

    /// A proof of the holder.
    #[must_use]
    pub const fn of_holder(proof: &'e HolderProof) -> Self {
        Self { proof: Some(proof), ..Self::NONE }
    }

    /// The same with approvals, at most [`APPROVALS`].
    #[must_use]
    pub const fn with_approvals(self, approvals: &'e [Approval]) -> Self {
        Self { approvals, ..self }
    }

    /// The same for a request to which the service has added attributes that its signers cannot
    /// know, such as the owner of an object. `digest` is that of the request before. The signers
    /// then say nothing about the attributes that were added.
    #[must_use]
    pub const fn about(self, digest: RequestDigest) -> Self {
        Self { digest: Some(digest), ..self }
    }

    /// The same, accepting proofs as old as this instead of [`PROOF_WINDOW`].
    #[must_use]
    pub const fn with_proof_window(self, proof_window: Duration) -> Self {
        Self { proof_window, ..self }
    }

    /// The same, accepting approvals as old as this instead of [`APPROVAL_WINDOW`].
    #[must_use]
    pub const fn with_approval_window(self, approval_window: Duration) -> Self {
        Self { approval_window, ..self }
    }

    /// The same, accepting each proof of a holder once.
    #[must_use]
    pub const fn refusing_replays(self, replays: &'e (dyn Replays + Sync)) -> Self {
        Self { replays: Some(replays), ..self }
    }

    /// Verifies what was presented with a request and its token. The caller has checked that both
    /// fit the verifier.
    ///
    /// All that costs no signature is checked first, and a proof is noted against replays only
    /// after it was verified: otherwise anyone could fill the guard.
    #[cold]
    #[inline(never)]
    pub(crate) fn accept(
        &self,
        verifier: &Verifier<'_>,
        token: Option<&Verified<'_>>,
        request: &View<'_>,
    ) -> Result<Accepted, Refusal> {
        let holder = token.and_then(Verified::holder);
        let now = request.time();
        if self.approvals.len() > APPROVALS {
            return Err(Refusal::TooManyApprovals);
        }
        let fresh = |time: Time, window: Duration| {
            now.saturating_sub(window) <= time && time <= now.saturating_add(verifier.clock_skew())
        };
        let proof = match (holder, self.proof) {
            (None, _) => None,
            (Some(_), None) => return Err(Refusal::NoProof),
            (Some(_), Some(proof)) if !fresh(proof.time(), self.proof_window) => return Err(Refusal::StaleProof),
            (Some(holder), Some(proof)) => Some((holder, proof)),
        };
        if !self.approvals.iter().all(|approval| fresh(approval.time(), self.approval_window)) {
            return Err(Refusal::StaleApproval);
        }
        let mut accepted = Accepted { approvers: ArrayVec::new() };
        if proof.is_none() && self.approvals.is_empty() {
            return Ok(accepted);
        }
        let digest = self.digest.unwrap_or_else(|| request.digest());
        let scope = match token {
            Some(token) => ProofScope::of_verified(token).ok_or(Refusal::Truncated)?,
            None => ProofScope::without_token(request.vocabulary(), verifier.audience()),
        };
        if proof.is_some_and(|(holder, proof)| !proof.is_of(holder, &scope, digest)) {
            return Err(Refusal::WrongProof);
        }
        for approval in self.approvals {
            if !approval.is_for(&scope, digest) {
                return Err(Refusal::WrongApproval);
            }
            accepted.approvers.push(*approval.key());
        }
        if let (Some((_, proof)), Some(replays)) = (proof, self.replays) {
            replays.note(proof.id(), proof.time(), proof.time().saturating_add(self.proof_window), now)?;
        }
        Ok(accepted)
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("proof", &self.proof.map(HolderProof::id))
            .field("approvals", &self.approvals.len())
            .finish_non_exhaustive()
    }
}

/// Remembers proofs until their window has passed.
pub trait Replays {
    /// Notes a proof that was signed at `signed` and is fresh until `until`, inclusive.
    ///
    /// # Errors
    /// [`Refusal::Replayed`] if it was noted before; [`Refusal::ReplaysFull`] if there is no room,
    /// or the store does not answer.
    fn note(&self, proof: ProofId, signed: Time, until: Time, now: Time) -> Result<(), Refusal>;
}

/// Evidence that was verified, for one request and its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    approvers: ArrayVec<[u8; 32], APPROVALS>,
}

impl Accepted {
    /// Takes at their word that the holder has proved the request and that these keys have approved
    /// it, at most [`APPROVALS`]. Verifies nothing: for tests of policies, and for explanations of
    /// what would be allowed.
    #[must_use]
    pub fn assumed(approvers: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self { approvers: approvers.into_iter().take(APPROVALS).collect() }
    }

    /// The public keys that have approved the request.
    #[must_use]
    pub fn approvers(&self) -> &[[u8; 32]] {
        &self.approvers
    }
}
