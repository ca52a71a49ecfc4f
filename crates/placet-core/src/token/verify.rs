//! Text in, [`Verified`] out, or the [`Refusal`] that says why not.
//!
//! The order of work is the order of trust. The free checks come first: the length, the alphabet,
//! the structure. Then the key is looked up by its id *and* the purpose of the key, the state of the
//! vocabulary by its hint, and the proof is checked, which is bound to both. Only then is anything
//! read that a forger could have written: bounds, vouchers, claims, programs. The checks that depend on the moment come last: expiry and
//! revocation.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use arrayvec::ArrayVec;
use ed25519_dalek::VerifyingKey;
use zeroize::Zeroize;

use super::audience::Audience;
use super::block::{Block, Flags, Position};
use super::bound::{BoundKeys, public_start};
use super::chain::{Link, local_link, point, public_link, revocation_id};
use super::frame::{Frames, Start, open, position};
use super::good::Good;
use super::header::{Header, KeyName, Purpose, RevocationId};
use super::holder::{self, HolderAt};
#[cfg(feature = "std")]
use super::key_list::Stamp;
use super::keyring::Keyring;
use super::keys::{LocalKey, PublicKey};
use super::record::{Life, Record};
use super::revocation::Revocations;
use super::verified::{Origin, Parts, Verified, VerifiedToken};
use super::wire::Place;
use super::{secrecy, text, vouch};
use crate::bytecode::verify::{Allowance, Budget, Proof, Scope, prove};
use crate::limits::{BLOCKS, CLOCK_SKEW, TOKEN_BYTES};
use crate::model::time::Time;
use crate::model::verdict::Refusal;
use crate::model::vocabulary::{Fingerprint, State, Vocabulary};

/// Everything needed to verify tokens.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'k> {
    keyring: &'k Keyring,
    vocabulary: &'k Vocabulary,
    revocations: Option<Revocations<'k>>,
    audience: Audience,
    clock_skew: Duration,
    wants_signed_list: bool,
}

/// The keys, the vocabulary and the audience with which a token was verified, as they were then.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) keys: [Stamp; 2],
    pub(super) vocabulary: Fingerprint,
    pub(super) audience: Audience,
}

impl<'k> Verifier<'k> {
    /// A verifier of tokens without an audience or a revocation list, which lets minters' clocks be
    /// [`CLOCK_SKEW`] ahead of its own.
    #[must_use]
    pub const fn new(keyring: &'k Keyring, vocabulary: &'k Vocabulary) -> Self {
        let (audience, clock_skew) = (Audience::NONE, CLOCK_SKEW);
        Self { keyring, vocabulary, revocations: None, audience, clock_skew, wants_signed_list: false }
    }

    /// The same, accepting only tokens that were made for this audience.
    #[must_use]
    pub const fn for_audience(self, audience: Audience) -> Self {
        Self { audience, ..self }
    }

    /// The same, letting the clocks of minters and of the issuer of revocations be `clock_skew` ahead.
    #[must_use]
    pub const fn with_clock_skew(self, clock_skew: Duration) -> Self {
        Self { clock_skew, ..self }
    }

    /// The same, refusing every token unless there is a revocation list that an accepted key has
    /// signed.
    #[must_use]
    pub const fn wanting_signed_revocations(self) -> Self {
        Self { wants_signed_list: true, ..self }
    }

    /// The same with a revocation list.
    #[must_use]
    pub const fn with_revocations(self, revocations: Revocations<'k>) -> Self {
        Self { revocations: Some(revocations), ..self }
    }

    /// Verifies the text of a token. It is decoded into `scratch`, and nothing is allocated.
    ///
    /// # Errors
    /// The first reason not to trust or accept the token.
    pub fn verify<'b>(&self, text: &str, now: Time, scratch: &'b mut Scratch) -> Result<Verified<'b>, Refusal> {
        self.verify_with(text, now, scratch, &mut Good::forgotten())
    }

    /// The same, where `good` may contain signatures of other tokens.
    #[inline]
    pub(super) fn verify_with<'b>(
        &self,
        text: &str,
        now: Time,
        scratch: &'b mut Scratch,
        good: &mut Good,
    ) -> Result<Verified<'b>, Refusal> {
        let (origin, state) = self.authenticate(text, scratch, good)?;
        let mut life = Life::of(origin.header.expiry);
        scratch.read_blocks(&origin.header, state.fingerprint, &mut life)?;
        let claims = self.read_authority(&origin.header, scratch)?;
        scratch.prove(&Scope { vocabulary: self.vocabulary, state, budget: Budget::Token }, &mut life)?;
        let verified = scratch.parts().claim(origin, state, claims, life)?;
        self.check_moment(&verified, now)?;
        Ok(verified)
    }

    /// Whether the numbers in programs that were proved against `state` mean the same here.
    pub(crate) fn speaks(&self, state: State) -> bool {
        self.vocabulary.state(state.fingerprint) == Some(state)
    }

    /// The audience of its tokens.
    pub(super) const fn audience(&self) -> Audience {
        self.audience
    }

    /// How far ahead other clocks may be.
    pub(super) const fn clock_skew(&self) -> Duration {
        self.clock_skew
    }

    /// The vocabulary of its tokens.
    pub(crate) const fn vocabulary(&self) -> &'k Vocabulary {
        self.vocabulary
    }

    /// Checks that a verified token is for this verifier, and valid: at any time, and without its
    /// bytes.
    ///
    /// # Errors
    /// It was verified for another audience or with another vocabulary, or is not valid at `now`.
    #[inline(always)]
    pub(crate) fn check_premises(&self, token: &Verified<'_>, now: Time) -> Result<(), Refusal> {
        if token.audience() != self.audience {
            return Err(Refusal::Forged);
        }
        // Nearly every token has the present state, and this runs on every decision.
        if token.state().fingerprint != self.vocabulary.fingerprint() && !self.speaks(token.state()) {
            return Err(Refusal::UnknownVocabulary);
        }
        token.check_time(now, self.clock_skew)
    }

    fn check_moment(&self, verified: &Verified<'_>, now: Time) -> Result<(), Refusal> {
        if self.wants_signed_list {
            let signer = self.revocations.as_ref().and_then(Revocations::signer);
            signer.filter(|key| self.keyring.accepts(key)).ok_or(Refusal::UnsignedRevocations)?;
        }
        verified.check(now, self.clock_skew, self.revocations)
    }

    /// Lends a token that was verified earlier, if it is still valid: expiry, revocations and keys
    /// are checked again.
    ///
    /// # Errors
    /// The token has expired or is revoked, or this verifier would not accept it.
    pub fn recheck<'t>(&self, token: &'t VerifiedToken, now: Time) -> Result<Verified<'t>, Refusal> {
        let origin = token.origin();
        if !self.keyring.accepts(&origin.key) {
            return Err(Refusal::UnknownKey);
        }
        if origin.audience != self.audience {
            return Err(Refusal::Forged);
        }
        if !self.speaks(token.state()) {
            return Err(Refusal::UnknownVocabulary);
        }
        let verified = token.as_verified()?;
        self.check_moment(&verified, now)?;
        Ok(verified)
    }

    /// The present inputs of verification.
    #[cfg(feature = "std")]
    pub(super) fn source(&self) -> Source {
        let (keys, vocabulary) = (self.keyring.stamp(), self.vocabulary.fingerprint());
        Source { keys, vocabulary, audience: self.audience }
    }

    /// The maker of a token, and the ids of its blocks for a revocation list, the authority's first.
    /// Nothing else of the token is read: not its programs, bounds or vouchers. It may allow
    /// nothing, and it may have expired. So use this for revoking, and never for deciding.
    ///
    /// # Errors
    /// The text is not a token, its key is not in the keyring, its vocabulary is not this one, or
    /// its proof does not fit.
    pub fn authenticated_ids(&self, text: &str, scratch: &mut Scratch) -> Result<Vec<RevocationId>, Refusal> {
        self.authenticate(text, scratch, &mut Good::forgotten())?;
        Ok(scratch.parts().links.iter().map(revocation_id).collect())
    }

    /// Establishes who made a token, without reading its content: its text, its structure, its key,
    /// its state of the vocabulary, its proof.
    fn authenticate(&self, text: &str, scratch: &mut Scratch, good: &mut Good) -> Result<(Origin, State), Refusal> {
        scratch.count = 0;
        let (purpose, length) = text::read(text, &mut scratch.bytes)?;
        scratch.length = length;
        let bytes = scratch.bytes.get(..length).ok_or(Refusal::TooLarge)?;
        let (header, frames) = open(bytes)?;
        if header.purpose != purpose {
            return Err(Refusal::NotCanonical);
        }
        let mut trail = Trail { records: &mut scratch.records, links: &mut scratch.links, count: 0 };
        let known = match purpose {
            Purpose::Local => self.keyring.local(header.key).map(Known::Local),
            Purpose::Public => {
                // A signature costs a hundred times as much as a hash, so it is only checked on
                // bytes that could be a token.
                check_structure(frames.clone())?;
                self.keyring.public(header.key).map(Known::Public)
            }
        };
        let Some(known) = known else { return check_structure(frames).and(Err(Refusal::UnknownKey)) };
        for state in self.vocabulary.hinted(header.hint) {
            let proved = match known {
                Known::Local(key) => {
                    let start = scratch.bound.local_start(key, self.audience, state.fingerprint);
                    prove_local(start, frames.clone(), &mut trail)
                }
                Known::Public(key) => {
                    let bind = |digest: &Link| public_start(digest, self.audience, state.fingerprint);
                    prove_public(key.point(), bind, frames.clone(), &mut trail, good)
                }
            };
            match proved {
                Ok(()) => {
                    scratch.count = trail.count;
                    return Ok((Origin { header, key: known.name(), audience: self.audience }, state));
                }
                // Another state may have the same hint.
                Err(Refusal::Forged) => trail.count = 0,
                Err(refusal) => return Err(refusal),
            }
        }
        check_structure(frames)?;
        let is_known = self.vocabulary.hinted(header.hint).next().is_some();
        Err(if is_known { Refusal::Forged } else { Refusal::UnknownVocabulary })
    }

    /// Decrypts the authority block, if it is encrypted, and finds its claims.
    #[inline]
    fn read_authority(&self, header: &Header, scratch: &mut Scratch) -> Result<Place, Refusal> {
        let Some(authority) = scratch.records.first_mut() else { return Err(Refusal::Truncated) };
        if authority.flags.0 & (Flags::CLAIMS | Flags::ENCRYPTED) == 0 {
            return Ok(Place::default());
        }
        let position = position(header.purpose, 0);
        if authority.flags.has(Flags::ENCRYPTED) {
            let key = self.keyring.local(header.key).ok_or(Refusal::UnknownKey)?;
            let sealed = Block::read(&*scratch.bytes, authority.body(), position)?.sealed_in;
            secrecy::decrypt(key, &mut *scratch.bytes, sealed.ok_or(Refusal::NotCanonical)?)?;
        }
        let block = authority.block(&*scratch.bytes, position)?;
        authority.set_program(block.program)?;
        Ok(block.claims)
    }
}

/// The key that a token names.
#[derive(Clone, Copy)]
enum Known<'k> {
    Local(&'k LocalKey),
    Public(&'k PublicKey),
}

impl Known<'_> {
    const fn name(self) -> KeyName {
        match self {
            Self::Local(key) => key.name(),
            Self::Public(key) => key.name(),
        }
    }
}

fn check_structure(mut frames: Frames<'_>) -> Result<(), Refusal> {
    frames.try_for_each(|frame| frame.map(|_| ()))
}

/// The chain of tags: each is the key of the next, so a holder who has the last one can add another
/// but cannot go back.
#[inline]
fn prove_local(mut key: Link, mut frames: Frames<'_>, trail: &mut Trail<'_>) -> Result<(), Refusal> {
    loop {
        let frame = frames.next_local()?;
        key = local_link(&key, frame.covered);
        trail.push(frame.body, frame.flags, key)?;
        if let Some(tag) = frame.tag {
            // Comparing two such hashes takes the same time wherever they differ.
            return if blake3::Hash::from_bytes(key) == *tag { Ok(()) } else { Err(Refusal::Forged) };
        }
    }
}

/// The chain of signatures: each covers the one before it and the commitment to the key that may
/// make the next.
fn prove_public(
    root: &VerifyingKey,
    bind: impl Fn(&Link) -> Link,
    frames: Frames<'_>,
    trail: &mut Trail<'_>,
    good: &mut Good,
) -> Result<(), Refusal> {
    for frame in frames {
        let frame = frame?;
        let digest = public_link(frame.before(), frame.counted, frame.next_key().as_ref());
        let signature = frame.signature.ok_or(Refusal::Truncated)?;
        let is_good = match frame.start {
            Start::Header(_) => good.check(root, &bind(&digest), signature),
            // The previous signature has shown that this is the promised key: its digest was made
            // from this key.
            Start::Signature { key, .. } => {
                let key = point(key).ok_or(Refusal::Forged)?;
                good.check(&key, &digest, signature)
            }
            Start::Tag => false,
        };
        if !is_good {
            return Err(Refusal::Forged);
        }
        trail.push(frame.body, frame.flags, digest)?;
    }
    Ok(())
}

/// Room for one token while it is verified and used. Make it once and reuse it.
pub struct Scratch {
    bytes: Box<[u8; TOKEN_BYTES]>,
    length: usize,
    records: Box<[Record; BLOCKS]>,
    links: Box<[Link; BLOCKS]>,
    /// One for each block, once all of them are proved.
    proofs: Box<ArrayVec<Proof, BLOCKS>>,
    count: usize,
    bound: BoundKeys,
}

impl Scratch {
    /// Allocates the room: about 13 KiB.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: boxed(vec![0; TOKEN_BYTES]),
            length: 0,
            records: boxed(vec![Record::default(); BLOCKS]),
            links: boxed(vec![[0; 32]; BLOCKS]),
            proofs: Box::default(),
            count: 0,
            bound: BoundKeys::new(),
        }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            bytes: self.bytes.get(..self.length).unwrap_or_default(),
            records: self.records.get(..self.count).unwrap_or_default(),
            links: self.links.get(..self.count).unwrap_or_default(),
            proofs: &self.proofs,
        }
    }

    /// Reads the blocks, which are authenticated now, and checks the signatures of third parties and
    /// of holders that have handed the token over.
    #[inline]
    fn read_blocks(&mut self, header: &Header, state: Fingerprint, life: &mut Life) -> Result<(), Refusal> {
        for number in 0..self.count {
            let record = self.records.get_mut(number).ok_or(Refusal::TooManyBlocks)?;
            let has_end = record.flags.has(Flags::EXPIRY);
            if record.read_plain(&*self.bytes, life).is_none() {
                self.read_block(number, position(header.purpose, number), state, life)?;
            }
            // What fits the header is written there, and nowhere twice.
            if number == 0 && has_end && header.lifetime().is_some() {
                return Err(Refusal::NotCanonical);
            }
        }
        Ok(())
    }

    /// The same for a block with rarer parts.
    #[cold]
    fn read_block(
        &mut self,
        number: usize,
        position: Position,
        state: Fingerprint,
        life: &mut Life,
    ) -> Result<(), Refusal> {
        let record = self.records.get_mut(number).ok_or(Refusal::TooManyBlocks)?;
        let block = Block::read(&*self.bytes, record.body(), position)?;
        life.narrow(&block);
        record.set_program(block.program)?;
        let before = number.checked_sub(1).and_then(|before| self.links.get(before));
        if let Some(before) = before {
            vouch::check(&block, &*self.bytes, revocation_id(before), state)?;
        }
        if let Some(new) = block.holder {
            holder::check(new, &*self.bytes, before.zip(life.holder))?;
            life.holder = Some(HolderAt::of(new)?);
        }
        Ok(())
    }

    /// Proves the program of every block, all of them within one allowance.
    #[inline]
    fn prove(&mut self, scope: &Scope<'_>, life: &mut Life) -> Result<(), Refusal> {
        self.proofs.clear();
        let mut allowance = Allowance::of(scope.budget);
        for (number, record) in self.records.iter().take(self.count).enumerate() {
            let proof = if record.speaks() {
                life.speaking |= 1 << number;
                prove(record.program().of(&*self.bytes)?, scope, &mut allowance)?
            } else {
                Proof::NOTHING
            };
            self.proofs.try_push(proof).map_err(|_| Refusal::TooManyBlocks)?;
        }
        Ok(())
    }
}

const _: () = assert!(BLOCKS <= 32, "`speaking` has one bit for every block");

fn boxed<T: fmt::Debug, const N: usize>(items: Vec<T>) -> Box<[T; N]> {
    items.try_into().expect("the vector was made with this length")
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

/// Tokens are secrets, so the token read last is not shown.
impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch({} bytes used)", self.length)
    }
}

/// Tags are keys, and a plaintext was encrypted for a reason.
impl Drop for Scratch {
    fn drop(&mut self) {
        self.bytes.zeroize();
        self.links.zeroize();
    }
}

/// Where the links and the places of the blocks go, one after the other.
struct Trail<'s> {
    records: &'s mut [Record; BLOCKS],
    links: &'s mut [Link; BLOCKS],
    count: usize,
}

impl Trail<'_> {
    #[inline]
    fn push(&mut self, body: Place, flags: Flags, link: Link) -> Result<(), Refusal> {
        *self.records.get_mut(self.count).ok_or(Refusal::TooManyBlocks)? = Record::of(body, flags)?;
        *self.links.get_mut(self.count).ok_or(Refusal::TooManyBlocks)? = link;
        self.count += 1;
        Ok(())
    }
}
