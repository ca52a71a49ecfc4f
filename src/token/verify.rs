//! Text in, [`Verified`] out, or the [`Refusal`] that says why not.
//!
//! The order of work is the order of trust. First what costs nothing: the length, the alphabet, the structure. Then the key
//! is looked up by its id *and* the purpose of the key, and the proof is checked. Only then is anything read that a
//! forger could have written: vocabulary, bounds, vouchers, claims, programs. Last comes what depends on the moment: expiry
//! and revocation.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use arrayvec::ArrayVec;
use ed25519_dalek::VerifyingKey;
use zeroize::Zeroize;

use super::batch::Good;
use super::block::Block;
use super::chain::{Link, local_link, point, public_link, revocation_id};
use super::frame::{End, Frame, Frames, Start, open, position};
use super::header::{Header, Purpose};
use super::keyring::Keyring;
use super::revocation::Revocations;
use super::verified::{Parts, Verified, VerifiedToken};
use super::{secrecy, text, vouch};
use crate::bytecode::verify::{Allowance, Budget, Proof, Scope, prove};
use crate::limits::{BLOCKS, TOKEN_BYTES};
use crate::model::verdict::Refusal;
use crate::model::vocabulary::Vocabulary;

/// What a service verifies tokens with.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'k> {
    keyring: &'k Keyring,
    vocabulary: &'k Vocabulary,
    revocations: Option<Revocations<'k>>,
}

impl<'k> Verifier<'k> {
    /// A verifier without a revocation list.
    #[must_use]
    pub const fn new(keyring: &'k Keyring, vocabulary: &'k Vocabulary) -> Self {
        Self { keyring, vocabulary, revocations: None }
    }

    /// The same with a revocation list.
    #[must_use]
    pub const fn with_revocations(self, revocations: Revocations<'k>) -> Self {
        Self { revocations: Some(revocations), ..self }
    }

    /// Verifies the text of a token. It is decoded into `scratch`, and nothing is allocated.
    ///
    /// # Errors
    /// The first reason not to believe or not to accept the token.
    pub fn verify<'b>(&self, text: &str, now: i64, scratch: &'b mut Scratch) -> Result<Verified<'b>, Refusal> {
        self.verify_with(text, now, scratch, &mut Good::forgotten())
    }

    /// The same, where `good` may know signatures of other tokens.
    #[inline]
    pub(super) fn verify_with<'b>(
        &self,
        text: &str,
        now: i64,
        scratch: &'b mut Scratch,
        good: &mut Good,
    ) -> Result<Verified<'b>, Refusal> {
        let header = self.authenticate(text, scratch, good)?;
        let state = self.vocabulary.state(header.fingerprint).ok_or(Refusal::UnknownVocabulary)?;
        scratch.read_blocks(header.purpose)?;
        self.decrypt(&header, scratch)?;
        scratch.prove(&Scope { vocabulary: self.vocabulary, state, budget: Budget::Token })?;
        let verified = scratch.parts().claim(header, state)?;
        verified.check(now, self.revocations)?;
        Ok(verified)
    }

    /// Lends a token that was verified earlier, if it is still valid: time, revocations and keys are asked again.
    ///
    /// # Errors
    /// The token has expired or is revoked, or this verifier would not take it.
    pub fn recheck<'t>(&self, token: &'t VerifiedToken, now: i64) -> Result<Verified<'t>, Refusal> {
        let Header { purpose, key, fingerprint, .. } = *token.header();
        let accepted = match purpose {
            Purpose::Local => self.keyring.local(key).is_some(),
            Purpose::Public => self.keyring.public(key).is_some(),
        };
        if !accepted {
            return Err(Refusal::UnknownKey);
        }
        if self.vocabulary.state(fingerprint) != Some(token.state()) {
            return Err(Refusal::UnknownVocabulary);
        }
        let verified = token.lend()?;
        verified.check(now, self.revocations)?;
        Ok(verified)
    }

    /// What tokens are verified with now.
    #[cfg(feature = "std")]
    pub(super) fn source(&self) -> super::cache::Source {
        super::cache::Source { keys: self.keyring.stamp(), vocabulary: self.vocabulary.fingerprint() }
    }

    fn authenticate(&self, text: &str, scratch: &mut Scratch, good: &mut Good) -> Result<Header, Refusal> {
        scratch.count = 0;
        let (purpose, length) = text::read(text, &mut scratch.bytes)?;
        scratch.length = length;
        let bytes = scratch.bytes.get(..length).ok_or(Refusal::TooLarge)?;
        let (header, frames) = open(bytes)?;
        if header.purpose != purpose {
            return Err(Refusal::NotCanonical);
        }
        let mut trail = Trail { blocks: &mut scratch.blocks, links: &mut scratch.links, count: 0 };
        match purpose {
            Purpose::Local => match self.keyring.local(header.key) {
                Some(key) => prove_local(key.mac(), frames, &mut trail)?,
                None => return check_structure(frames).and(Err(Refusal::UnknownKey)),
            },
            Purpose::Public => {
                // A signature costs a hundred times what a hash does: it is only checked on what could be a token.
                check_structure(frames.clone())?;
                let key = self.keyring.public(header.key).ok_or(Refusal::UnknownKey)?;
                prove_public(key.point(), frames, &mut trail, good)?;
            }
        }
        scratch.count = trail.count;
        Ok(header)
    }

    fn decrypt(&self, header: &Header, scratch: &mut Scratch) -> Result<(), Refusal> {
        let Some(block) = scratch.blocks.first_mut() else { return Ok(()) };
        let Some(place) = block.sealed_in else { return Ok(()) };
        let key = self.keyring.local(header.key).ok_or(Refusal::UnknownKey)?;
        let plain = secrecy::decrypt(key, &mut *scratch.bytes, place)?;
        block.split_content(&*scratch.bytes, plain)
    }
}

fn check_structure(mut frames: Frames<'_>) -> Result<(), Refusal> {
    frames.try_for_each(|frame| frame.map(|_| ()))
}

/// The chain of tags: each is the key of the next, so only who has the last one can add another, and nobody can go back.
fn prove_local(key: &[u8; 32], frames: Frames<'_>, trail: &mut Trail<'_>) -> Result<(), Refusal> {
    let mut key = *key;
    for frame in frames {
        let frame = frame?;
        key = local_link(&key, frame.covered);
        trail.push(&frame, key)?;
        if let End::Tag(tag) = frame.end {
            // A comparison of two such hashes takes the same time wherever they differ.
            return if blake3::Hash::from_bytes(key) == *tag { Ok(()) } else { Err(Refusal::Forged) };
        }
    }
    Err(Refusal::Truncated)
}

/// The chain of signatures: each covers the one before, and a promise of the key that may make the next.
fn prove_public(
    root: &VerifyingKey,
    frames: Frames<'_>,
    trail: &mut Trail<'_>,
    good: &mut Good,
) -> Result<(), Refusal> {
    for frame in frames {
        let frame = frame?;
        let digest = public_link(frame.before(), frame.counted, frame.promise().as_ref());
        let signature = frame.signature.ok_or(Refusal::Truncated)?;
        let is_good = match frame.start {
            Start::Header(_) => good.check(root, &digest, signature),
            // That this is the promised key, the signature before has shown: its digest was made from this key.
            Start::Signature { key, .. } => {
                let key = point(key).ok_or(Refusal::Forged)?;
                good.check(&key, &digest, signature)
            }
            Start::Tag => false,
        };
        if !is_good {
            return Err(Refusal::Forged);
        }
        trail.push(&frame, digest)?;
    }
    Ok(())
}

/// Room for one token while it is verified and used. Make it once and use it again.
pub struct Scratch {
    bytes: Box<[u8; TOKEN_BYTES]>,
    length: usize,
    blocks: Box<[Block; BLOCKS]>,
    links: Box<[Link; BLOCKS]>,
    /// One for each block, once all of them are proved.
    proofs: Box<ArrayVec<Proof, BLOCKS>>,
    count: usize,
}

impl Scratch {
    /// Allocates the room: about 13 KiB.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: boxed(vec![0; TOKEN_BYTES]),
            length: 0,
            blocks: boxed(vec![Block::default(); BLOCKS]),
            links: boxed(vec![[0; 32]; BLOCKS]),
            proofs: Box::default(),
            count: 0,
        }
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            bytes: self.bytes.get(..self.length).unwrap_or_default(),
            blocks: self.blocks.get(..self.count).unwrap_or_default(),
            links: self.links.get(..self.count).unwrap_or_default(),
            proofs: &self.proofs,
        }
    }

    /// Reads what is authenticated now, and checks what third parties have signed.
    fn read_blocks(&mut self, purpose: Purpose) -> Result<(), Refusal> {
        let mut before: Option<&Link> = None;
        let blocks = self.blocks.iter_mut().zip(self.links.iter()).take(self.count);
        for (number, (block, link)) in blocks.enumerate() {
            *block = Block::read(&*self.bytes, block.body, position(purpose, number))?;
            if let Some(before) = before.filter(|_| block.voucher.is_some()) {
                vouch::check(block, &*self.bytes, revocation_id(before))?;
            }
            before = Some(link);
        }
        Ok(())
    }

    /// Proves the program of every block, all of them within one allowance.
    fn prove(&mut self, scope: &Scope<'_>) -> Result<(), Refusal> {
        self.proofs.clear();
        let mut allowance = Allowance::of(scope.budget);
        for block in self.blocks.iter().take(self.count) {
            let program = block.program.of(&*self.bytes)?;
            let proof = prove(program, scope, &mut allowance)?;
            self.proofs.try_push(proof).map_err(|_| Refusal::TooManyBlocks)?;
        }
        Ok(())
    }
}

fn boxed<T: fmt::Debug, const N: usize>(items: Vec<T>) -> Box<[T; N]> {
    items.try_into().expect("the vector was made with this length")
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

/// Tokens are secrets, so what was read last is not shown.
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
    blocks: &'s mut [Block; BLOCKS],
    links: &'s mut [Link; BLOCKS],
    count: usize,
}

impl Trail<'_> {
    fn push(&mut self, frame: &Frame<'_>, link: Link) -> Result<(), Refusal> {
        self.blocks.get_mut(self.count).ok_or(Refusal::TooManyBlocks)?.body = frame.body;
        *self.links.get_mut(self.count).ok_or(Refusal::TooManyBlocks)? = link;
        self.count += 1;
        Ok(())
    }
}
