//! The deciding front door: a token, a request and its time become a [`Decision`].
//!
//! An [`Authorizer`] borrows what a service has loaded: the vocabulary, the keys, its policies, the
//! revocation list. It is a few references, made when it is needed, and decides from many threads
//! with `&self`. [`Authorizer::authorize`] takes the text of a token, [`Authorizer::decide`] a
//! token that is already verified, and [`Authorizer::decide_alone`] no token at all.
//!
//! The order is fixed: the token is verified (cheap checks, then the proof, then everything
//! inside), then the request is checked against its vocabulary, then every block of the token and
//! every policy is run. All of them must allow. Without a token and without a policy nothing
//! allows, and the answer is no.
//!
//! A program belongs to the vocabulary state with which it was made. It does not permit an action
//! that was declared later, since the author of `action: any` did not know that action.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use arrayvec::ArrayVec;

use crate::bytecode::verify::{ProgramError, Proved, ProvedProgram, Scope};
use crate::limits::BLOCKS;
use crate::model::request::{RequestError, View};
use crate::model::time::Time;
use crate::model::verdict::{Decider, Origin, Refusal, Verdict};
use crate::model::vocabulary::{ActionNo, Fingerprint, State, Vocabulary};
use crate::token::claims::{Claims, ClaimsSection};
use crate::token::evidence::{Accepted, Evidence};
use crate::token::keyring::Keyring;
use crate::token::revocation::Revocations;
use crate::token::verified::Verified;
use crate::token::verify::{Scratch, Verifier};
use crate::vm::{BlockVerdict, Context, ProgramKind, RunError, run};

/// A policy that a service holds and evaluates in addition to the token.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    program: ProvedProgram,
    /// The vocabulary that gave the attributes their types, and its state.
    proved_with: (Fingerprint, State),
}

impl Policy {
    /// Proves a compiled program and keeps it under a name.
    ///
    /// # Errors
    /// The program is not proved.
    pub fn new(name: &str, program: Vec<u8>, scope: &Scope<'_>) -> Result<Self, ProgramError> {
        let proved_with = (scope.vocabulary.fingerprint(), scope.state);
        Ok(Self { name: name.to_owned(), program: ProvedProgram::new(program, scope)?, proved_with })
    }

    /// The name of the policy.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its program.
    #[must_use]
    pub fn program(&self) -> Proved<'_> {
        self.program.as_proved()
    }

    /// Whether the action was already declared when the policy was made.
    #[must_use]
    pub const fn knows(&self, action: ActionNo) -> bool {
        self.proved_with.1.knows(action)
    }

    /// Whether numbers and types mean the same here as where the policy was proved.
    fn speaks(&self, verifier: &Verifier<'_>) -> bool {
        let (vocabulary, state) = self.proved_with;
        verifier.speaks(state) && verifier.vocabulary().state(vocabulary).is_some()
    }
}

/// Everything that a service decides with.
#[derive(Clone, Copy, Debug)]
pub struct Authorizer<'k> {
    verifier: Verifier<'k>,
    policies: &'k [Policy],
    shown: Shown<'k>,
}

/// What came with the request besides the token.
#[derive(Clone, Copy, Debug)]
enum Shown<'k> {
    Nothing,
    Evidence(&'k Evidence<'k>),
    Accepted(&'k Accepted),
}

impl<'k> Authorizer<'k> {
    /// Decides by tokens alone.
    #[must_use]
    pub const fn new(keyring: &'k Keyring, vocabulary: &'k Vocabulary) -> Self {
        Self::with_verifier(Verifier::new(keyring, vocabulary))
    }

    /// Decides by tokens alone, with a verifier that has an audience, another clock skew or a
    /// revocation list.
    #[must_use]
    pub const fn with_verifier(verifier: Verifier<'k>) -> Self {
        Self { verifier, policies: &[], shown: Shown::Nothing }
    }

    /// The same, with policies that must allow as well.
    #[must_use]
    pub const fn with_policies(self, policies: &'k [Policy]) -> Self {
        Self { policies, ..self }
    }

    /// The same, with a revocation list.
    #[must_use]
    pub const fn with_revocations(self, revocations: Revocations<'k>) -> Self {
        Self { verifier: self.verifier.with_revocations(revocations), ..self }
    }

    /// The same for a request with a proof of the holder, or with approvals.
    #[must_use]
    pub const fn with_evidence(self, evidence: &'k Evidence<'k>) -> Self {
        Self { shown: Shown::Evidence(evidence), ..self }
    }

    /// The same with evidence that was [accepted](Self::accept) before: for exactly the request and
    /// the token that it was accepted for.
    #[must_use]
    pub const fn with_accepted(self, accepted: &'k Accepted) -> Self {
        Self { shown: Shown::Accepted(accepted), ..self }
    }

    /// The evidence that was accepted before.
    #[must_use]
    pub const fn accepted(&self) -> Option<&'k Accepted> {
        match self.shown {
            Shown::Accepted(accepted) => Some(accepted),
            Shown::Nothing | Shown::Evidence(_) => None,
        }
    }

    /// The vocabulary of its requests.
    #[must_use]
    pub const fn vocabulary(&self) -> &'k Vocabulary {
        self.verifier.vocabulary()
    }

    /// Its policies.
    #[must_use]
    pub const fn policies(&self) -> &'k [Policy] {
        self.policies
    }

    /// The verifier of tokens.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier<'k> {
        &self.verifier
    }

    /// Decides a request with the text of the token that came with it. The token is verified for
    /// the request's time.
    pub fn authorize<'b>(&self, text: &str, request: &View<'_>, scratch: &'b mut Scratch) -> Decision<'b> {
        match self.verifier.verify(text, request.time(), scratch) {
            Ok(verified) => self.decide(&verified, request),
            Err(refusal) => Decision { verdict: Verdict::Refused(refusal), claims: None },
        }
    }

    /// Decides a request with the text of a token and what came with both: the proof of the holder,
    /// and approvals. A token that is bound to its holder is refused without a proof.
    pub fn authorize_with_proof<'b>(
        &self,
        text: &str,
        request: &View<'_>,
        evidence: &Evidence<'_>,
        scratch: &'b mut Scratch,
    ) -> Decision<'b> {
        let authorizer: Authorizer<'_> = *self;
        authorizer.with_evidence(evidence).authorize(text, request, scratch)
    }

    /// Verifies what came with a request, for a decision in several steps with one token: each proof
    /// is verified once, and noted once against replays.
    ///
    /// # Errors
    /// The token or the request does not fit, or the evidence is missing, stale or wrong.
    pub fn accept(&self, token: Option<&Verified<'_>>, request: &View<'_>) -> Result<Accepted, Refusal> {
        match token {
            Some(token) => self.verifier.check_premises(token, request.time())?,
            None if request.time() < Time::EPOCH => return Err(Refusal::NoClock),
            None => {}
        }
        self.check(request).map_err(Refusal::Request)?;
        match self.shown {
            Shown::Nothing => Evidence::NONE.accept(&self.verifier, token, request),
            Shown::Evidence(evidence) => evidence.accept(&self.verifier, token, request),
            Shown::Accepted(accepted) => Ok(accepted.clone()),
        }
    }

    /// Decides a request with a verified token. The assumptions of that verification are checked
    /// again: the vocabulary, the audience, and the token's bounds against the request's time.
    /// [`Verifier::recheck`] checks the rest that may have changed since (revocations, keys).
    pub fn decide<'b>(&self, token: &Verified<'b>, request: &View<'_>) -> Decision<'b> {
        let refused = |refusal| Decision { verdict: Verdict::Refused(refusal), claims: None };
        if let Err(refusal) = self.verifier.check_premises(token, request.time()) {
            return refused(refusal);
        }
        if let Err(malformed) = self.check(request) {
            return refused(Refusal::Request(malformed));
        }
        let accepted;
        let approvers: &[[u8; 32]] = match self.shown {
            Shown::Nothing if !token.is_bound() => &[],
            Shown::Accepted(accepted) => accepted.approvers(),
            Shown::Nothing | Shown::Evidence(_) => match self.accept_shown(token, request) {
                Ok(now) => {
                    accepted = now;
                    accepted.approvers()
                }
                Err(refusal) => return refused(refusal),
            },
        };
        let room;
        let vouchers: &[&[u8; 32]] = if token.is_vouched() {
            room = vouchers_of(token);
            &room
        } else {
            &[]
        };
        let header = token.header();
        let expiry = header.expiry.unwrap_or(Time::MAX);
        let context = Context { issuance: header.issuance, expiry, bearer: Some(token), vouchers, approvers };
        let mut verdict = blocks_verdict(token, request, &context);
        for policy in self.policy_verdicts(request, &context) {
            verdict = verdict.and(policy);
        }
        Decision { verdict, claims: verdict.is_allow().then_some(token.claims_section()) }
    }

    /// Most requests come with a token alone.
    #[cold]
    #[inline(never)]
    fn accept_shown(&self, token: &Verified<'_>, request: &View<'_>) -> Result<Accepted, Refusal> {
        let evidence = if let Shown::Evidence(evidence) = self.shown { evidence } else { &Evidence::NONE };
        evidence.accept(&self.verifier, Some(token), request)
    }

    /// Decides a request by the service's policies, without a token. Rules about the token see one
    /// that was issued at the request's time, never expires, and has no claim and no voucher.
    pub fn decide_alone(&self, request: &View<'_>) -> Verdict {
        if request.time() < Time::EPOCH {
            return Verdict::Refused(Refusal::NoClock);
        }
        if let Err(malformed) = self.check(request) {
            return Verdict::Refused(Refusal::Request(malformed));
        }
        match self.shown {
            Shown::Nothing => self.run_alone(request, &[]),
            Shown::Accepted(accepted) => self.run_alone(request, accepted.approvers()),
            Shown::Evidence(evidence) => match evidence.accept(&self.verifier, None, request) {
                Ok(accepted) => self.run_alone(request, accepted.approvers()),
                Err(refusal) => Verdict::Refused(refusal),
            },
        }
    }

    /// Runs the policies.
    fn run_alone(&self, request: &View<'_>, approvers: &[[u8; 32]]) -> Verdict {
        let context = Context { issuance: request.time(), expiry: Time::MAX, bearer: None, vouchers: &[], approvers };
        let nobody_allows = Decider { origin: Origin::Policy(0), rule: None };
        self.policy_verdicts(request, &context).reduce(Verdict::and).unwrap_or(Verdict::NotPermitted(nobody_allows))
    }

    fn check(&self, request: &View<'_>) -> Result<(), RequestError> {
        // The same vocabulary is nearly always the same object; comparing fingerprints is for
        // callers that built it twice.
        let vocabulary = self.vocabulary();
        if !core::ptr::eq(request.vocabulary(), vocabulary) && request.vocabulary() != vocabulary {
            return Err(RequestError::OtherVocabulary);
        }
        request.check()
    }

    fn policy_verdicts(&self, request: &View<'_>, context: &Context<'_>) -> impl Iterator<Item = Verdict> {
        self.policies.iter().zip(0..).map(move |(policy, number)| {
            if !policy.speaks(&self.verifier) {
                return Verdict::Refused(Refusal::OtherPolicy);
            }
            if !policy.knows(request.action()) {
                return Verdict::NotPermitted(Decider { origin: Origin::Policy(number), rule: None });
            }
            verdict_of(Origin::Policy(number), run(&policy.program(), ProgramKind::Authority, request, context))
        })
    }
}

/// The verdict of all blocks of the token. They permit no action that was declared after the token
/// was made.
#[inline]
fn blocks_verdict(token: &Verified<'_>, request: &View<'_>, context: &Context<'_>) -> Verdict {
    if !token.state().knows(request.action()) {
        return Verdict::NotPermitted(Decider { origin: Origin::Block(0), rule: None });
    }
    let Some(authority) = token.authority() else { return Verdict::Refused(Refusal::Truncated) };
    let mut verdict = verdict_of(Origin::Block(0), run(&authority, ProgramKind::Authority, request, context));
    for (block, restriction) in token.speaking_restrictions() {
        match run(&restriction, ProgramKind::Restriction, request, context) {
            // Joining with an allow leaves a verdict as it is.
            Ok(BlockVerdict::Allow(_)) => {}
            answer => verdict = verdict.and(verdict_of(Origin::Block(block), answer)),
        }
    }
    verdict
}

/// Almost no token has a voucher, and this runs on every decision.
#[cold]
#[inline(never)]
fn vouchers_of<'b>(token: &Verified<'b>) -> ArrayVec<&'b [u8; 32], BLOCKS> {
    token.vouchers().collect()
}

/// A proved program always answers; one that does not is refused.
fn verdict_of(origin: Origin, answer: Result<BlockVerdict, RunError>) -> Verdict {
    match answer {
        Ok(BlockVerdict::Allow(rule)) => Verdict::Allow(Decider { origin, rule }),
        Ok(BlockVerdict::Forbid(rule)) => Verdict::Forbidden(Decider { origin, rule: Some(rule) }),
        Ok(BlockVerdict::Abstain(rule)) => Verdict::NotPermitted(Decider { origin, rule }),
        Err(RunError::Unproved) => Verdict::Refused(Refusal::BadProgram),
        Err(RunError::OutOfFuel) => Verdict::Refused(Refusal::OutOfFuel),
    }
}

/// A verdict, and on allow the token's claims about its bearer.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Decision<'b> {
    verdict: Verdict,
    claims: Option<ClaimsSection<'b>>,
}

impl<'b> Decision<'b> {
    /// The answer.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Whether the answer is yes.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        self.verdict.is_allow()
    }

    /// The token's stamps and attributes; none unless the answer is yes.
    #[must_use]
    pub fn claims(&self) -> Option<Claims<'b>> {
        self.claims.map(ClaimsSection::read)
    }
}
