//! A token that a verifier has accepted: the only form in which its programs can be run.

use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

use zeroize::Zeroizing;

use super::audience::Audience;
use super::block::{Block, Flags};
use super::chain::{Link, revocation_id};
use super::claims::{Claims, ClaimsSection};
use super::frame::position;
use super::header::{Header, KeyName, Purpose, RevocationId};
use super::holder::{self, HolderAt};
use super::record::{Life, Record};
use super::revocation::Revocations;
use super::wire::Place;
use crate::bytecode::verify::{Proof, Proved};
use crate::model::claim::{Bearer, Claim, ClaimMap};
use crate::model::time::Time;
use crate::model::verdict::Refusal;
use crate::model::vocabulary::State;

/// A verified token, read in place. Only a [`Verifier`](super::verify::Verifier) makes one, and the
/// checks hold for the moment of verification.
#[derive(Clone, Debug)]
pub struct Verified<'b> {
    origin: Origin,
    state: State,
    parts: Parts<'b>,
    claims: Claimed<'b>,
    life: Life,
}

impl<'b> Verified<'b> {
    /// The part before the blocks.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.origin.header
    }

    /// The key that proves it: the one that the header names with four bytes.
    #[must_use]
    pub const fn key(&self) -> &KeyName {
        &self.origin.key
    }

    /// The audience for which it was made.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        self.origin.audience
    }

    /// The vocabulary state that the programs know.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The time at which the token expires: the earliest expiry of its blocks.
    #[must_use]
    pub fn expiry(&self) -> Option<Time> {
        Some(self.life.expiry).filter(|expiry| *expiry < Time::MAX)
    }

    /// The time from which the token is valid: the latest beginning of its blocks.
    #[must_use]
    pub fn not_before(&self) -> Option<Time> {
        Some(self.life.not_before).filter(|beginning| *beginning > Time::MIN)
    }

    /// The proved program of every block, the authority's first. All of them must allow.
    #[must_use]
    #[inline]
    pub fn programs(&self) -> impl ExactSizeIterator<Item = Proved<'b>> + use<'b> {
        let parts = self.parts;
        parts.records.iter().zip(parts.proofs).map(move |(record, proof)| parts.program(*record, *proof))
    }

    /// The number and the program of every block after the first that has one: the others object to
    /// nothing.
    #[inline]
    pub(crate) fn speaking_restrictions(&self) -> impl Iterator<Item = (u8, Proved<'b>)> + use<'b> {
        let (parts, mut left) = (self.parts, self.life.speaking & !1);
        core::iter::from_fn(move || {
            let number = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            let (number, place) = (u8::try_from(number).ok()?, number as usize);
            Some((number, parts.program(*parts.records.get(place)?, *parts.proofs.get(place)?)))
        })
    }

    /// The program of the first block.
    #[inline]
    pub(crate) fn authority(&self) -> Option<Proved<'b>> {
        Some(self.parts.program(*self.parts.records.first()?, *self.parts.proofs.first()?))
    }

    /// The blocks, the authority first.
    #[must_use]
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = VerifiedBlock<'b>> + use<'b> {
        let (parts, purpose) = (self.parts, self.origin.header.purpose);
        parts.records.iter().zip(parts.proofs).enumerate().map(move |(number, (record, proof))| {
            let block = parts.block(purpose, number, *record);
            VerifiedBlock {
                program: parts.program(*record, *proof),
                not_before: block.not_before,
                expiry: block.expiry,
                voucher: parts.voucher(&block),
                holder: block.holder.and_then(|place| holder::key(place, parts.bytes)),
            }
        })
    }

    /// The authority's claims about the bearer.
    #[must_use]
    pub fn claims(&self) -> Claims<'b> {
        self.claims.section.read()
    }

    pub(crate) const fn claims_section(&self) -> ClaimsSection<'b> {
        self.claims.section
    }

    /// The public keys of the third parties that signed a restriction.
    pub fn vouchers(&self) -> impl Iterator<Item = &'b [u8; 32]> + use<'b> {
        let (parts, purpose) = (self.parts, self.origin.header.purpose);
        let numbered = parts.records.iter().enumerate().filter(|(_, record)| record.flags.has(Flags::VOUCHED));
        numbered.filter_map(move |(number, record)| parts.voucher(&parts.block(purpose, number, *record)))
    }

    /// The public key of the holder, who has to prove every request; none if whoever has the token
    /// may use it.
    #[must_use]
    pub fn holder(&self) -> Option<&'b [u8; 32]> {
        let key = |holder: HolderAt| holder.key(self.parts.bytes);
        self.life.holder.map(|holder| key(holder).expect("the key was read before the token was verified"))
    }

    /// Whether requests need a proof of the holder.
    pub(crate) const fn is_bound(&self) -> bool {
        self.life.holder.is_some()
    }

    /// Whether a third party has signed a restriction.
    pub(crate) const fn is_vouched(&self) -> bool {
        self.life.is_vouched
    }

    /// The id of every block, for a revocation list. Computed on request.
    pub fn revocation_ids(&self) -> impl Iterator<Item = RevocationId> + use<'b> {
        self.parts.links.iter().map(revocation_id)
    }

    /// Whether the holder cannot add restrictions.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.parts.records.last().is_some_and(|record| record.flags.has(Flags::FINAL))
    }

    /// Checks that the token is valid at `now`: made, begun, and not expired. Its minter's clock
    /// may be `skew` ahead; a `now` that is earlier than the issuance by more than that is refused,
    /// since no correct clock reads it.
    ///
    /// # Errors
    /// It has expired, it is not valid yet, or `now` is before 1970, which no set clock reads.
    #[inline(always)]
    pub fn check_time(&self, now: Time, skew: Duration) -> Result<(), Refusal> {
        let begun = self.origin.header.issuance <= now && self.life.not_before <= now;
        if begun && now < self.life.expiry { Ok(()) } else { self.check_edges(now, skew) }
    }

    #[cold]
    fn check_edges(&self, now: Time, skew: Duration) -> Result<(), Refusal> {
        if now < Time::EPOCH {
            return Err(Refusal::NoClock);
        }
        // Otherwise someone with a stolen key could date tokens ahead and escape a revocation of
        // "all that were made before now".
        if now < self.origin.header.issuance.saturating_sub(skew) {
            return Err(Refusal::NotYetValid);
        }
        if self.expiry().is_some_and(|expiry| now >= expiry) {
            return Err(Refusal::Expired);
        }
        if now < self.life.not_before {
            return Err(Refusal::NotYetValid);
        }
        Ok(())
    }

    /// The checks that depend on time: repeated on every use, since a verified token ages.
    pub(super) fn check(&self, now: Time, skew: Duration, revocations: Option<Revocations<'_>>) -> Result<(), Refusal> {
        self.check_time(now, skew)?;
        let Some(revocations) = revocations else { return Ok(()) };
        revocations.check_age(now, skew)?;
        let Origin { header, key, .. } = &self.origin;
        let revoked =
            revocations.revokes_key(key, header.issuance) || self.revocation_ids().any(|id| revocations.revokes(id));
        if revoked { Err(Refusal::Revoked) } else { Ok(()) }
    }

    /// The same token in memory of its own. It has to be [checked
    /// again](super::verify::Verifier::recheck) on every use.
    #[must_use]
    pub fn to_owned(&self) -> VerifiedToken {
        VerifiedToken {
            origin: self.origin,
            state: self.state,
            life: self.life,
            claims: self.claims.place,
            bytes: Zeroizing::new(self.parts.bytes.into()),
            records: self.parts.records.into(),
            links: Zeroizing::new(self.parts.links.into()),
            proofs: self.parts.proofs.into(),
        }
    }
}

/// Rules of every block read the authority's claims: they are authenticated with it, and no holder
/// can change them.
impl Bearer for Verified<'_> {
    fn claim(&self, claim: Claim) -> Option<&str> {
        self.claims.section.find(claim)
    }

    fn entry(&self, map: ClaimMap, name: &[u8]) -> Option<&str> {
        self.claims.section.find_entry(map, name)
    }
}

/// The result of a token's proof: its header, its key, its audience. All of it is checked again for
/// a token that is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) header: Header,
    pub(super) key: KeyName,
    pub(super) audience: Audience,
}

/// One block of a verified token.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedBlock<'b> {
    /// Its rules.
    pub program: Proved<'b>,
    /// The time from which it is valid.
    pub not_before: Option<Time>,
    /// The time at which it expires; the authority's is in the header.
    pub expiry: Option<Time>,
    /// The public key of the third party that signed it.
    pub voucher: Option<&'b [u8; 32]>,
    /// The public key of the holder that it names.
    pub holder: Option<&'b [u8; 32]>,
}

/// The parts of an authenticated token, wherever it is kept. Every token has an authority block,
/// and every block has a proof: a block without one would be a lost restriction.
#[derive(Clone, Copy)]
pub(super) struct Parts<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) records: &'b [Record],
    pub(super) links: &'b [Link],
    /// For the programs of the blocks.
    pub(super) proofs: &'b [Proof],
}

impl<'b> Parts<'b> {
    fn voucher(self, block: &Block) -> Option<&'b [u8; 32]> {
        block.voucher.and_then(|place| place.of(self.bytes).ok()?.first_chunk())
    }

    #[inline]
    fn program(self, record: Record, proof: Proof) -> Proved<'b> {
        let program = record.program().of(self.bytes).ok().and_then(|program| proof.over(program));
        program.expect("blocks, bytes and proofs are kept together and do not change")
    }

    /// The parts of a block that was read before.
    fn block(self, purpose: Purpose, number: usize, record: Record) -> Block {
        let block = record.block(self.bytes, position(purpose, number));
        block.expect("every block was read before the token was verified")
    }

    /// Parses the claims at `place`, the last step of verification.
    #[inline]
    pub(super) fn claim(self, origin: Origin, state: State, place: Place, life: Life) -> Result<Verified<'b>, Refusal> {
        ClaimsSection::check(place.of(self.bytes)?)?;
        self.verified(origin, state, place, life)
    }

    /// The token whose claims have been parsed.
    #[inline]
    fn verified(self, origin: Origin, state: State, place: Place, life: Life) -> Result<Verified<'b>, Refusal> {
        let claims = Claimed { place, section: ClaimsSection::known(place.of(self.bytes)?) };
        Ok(Verified { origin, state, parts: self, claims, life })
    }
}

/// The claims of a verified token, and their place.
#[derive(Clone, Copy, Debug)]
struct Claimed<'b> {
    place: Place,
    section: ClaimsSection<'b>,
}

/// With the tags a reader could remove restrictions, so they are not shown.
impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts({} blocks)", self.records.len())
    }
}

/// A verified token that owns its memory: for a cache, or for the life of a connection.
#[derive(Clone)]
pub struct VerifiedToken {
    origin: Origin,
    state: State,
    life: Life,
    claims: Place,
    bytes: Zeroizing<Box<[u8]>>,
    records: Box<[Record]>,
    links: Zeroizing<Box<[Link]>>,
    proofs: Box<[Proof]>,
}

impl VerifiedToken {
    /// The part before the blocks.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.origin.header
    }

    pub(super) const fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) const fn state(&self) -> State {
        self.state
    }

    pub(super) fn as_verified(&self) -> Result<Verified<'_>, Refusal> {
        let parts = Parts { bytes: &self.bytes, records: &self.records, links: &self.links, proofs: &self.proofs };
        parts.verified(self.origin, self.state, self.claims, self.life)
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Header { purpose, id, key, .. } = self.origin.header;
        write!(f, "VerifiedToken({purpose} {id} of key {key})")
    }
}
