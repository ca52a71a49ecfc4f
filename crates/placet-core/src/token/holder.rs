//! The holder of a token: a block may name an Ed25519 key, and requests with the token then need a
//! [proof](super::proof) by it.
//!
//! Anyone who has the text of a token can add blocks. If any block could name another holder, a
//! thief would name themselves. So a block that names a holder after another one carries the
//! *consent* of the one before: a signature over the previous block's revocation id and the new
//! key. The last holder named is the one that proves requests.

use alloc::vec::Vec;
use core::num::NonZeroU16;

use super::chain::{Link, Signed, consent_digest, point, revocation_id};
use super::keys::PublicKey;
use super::wire::{Place, Reader};
use crate::model::verdict::Refusal;

/// The agreement of a token's holder that the next block names another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent([u8; 64]);

impl Consent {
    /// The signature.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// A signature that was sent.
    #[must_use]
    pub const fn from_bytes(signature: [u8; 64]) -> Self {
        Self(signature)
    }
}

/// The holder that a block names, and the consent of the holder before, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewHolder {
    key: [u8; 32],
    consent: Option<Consent>,
}

impl NewHolder {
    /// The first holder of a token.
    #[must_use]
    pub fn first(key: &PublicKey) -> Self {
        Self { key: *key.as_bytes(), consent: None }
    }

    /// A holder to which the one before hands the token over.
    #[must_use]
    pub fn after(key: &PublicKey, consent: Consent) -> Self {
        Self { key: *key.as_bytes(), consent: Some(consent) }
    }

    pub(super) const fn is_after_another(&self) -> bool {
        self.consent.is_some()
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match &self.consent {
            None => {
                out.push(FIRST);
                out.extend_from_slice(&self.key);
            }
            Some(consent) => {
                out.push(LATER);
                out.extend_from_slice(&self.key);
                out.extend_from_slice(&consent.0);
            }
        }
    }
}

/// The first byte of the part: whether a consent follows the key.
const FIRST: u8 = 0;
const LATER: u8 = 1;

/// The bytes of the part in a block, without its first one.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Place, Refusal> {
    let length = match reader.byte()? {
        FIRST => 32,
        LATER => 32 + 64,
        _ => return Err(Refusal::NotCanonical),
    };
    let from = reader.at();
    reader.take(length)?;
    Ok(Place { from, to: from + length })
}

/// Where the key of a holder begins. No key is at the very beginning of a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct HolderAt(NonZeroU16);

impl HolderAt {
    /// The key in the part.
    pub(super) fn of(part: Place) -> Result<Self, Refusal> {
        u16::try_from(part.from).ok().and_then(NonZeroU16::new).map(Self).ok_or(Refusal::TooLarge)
    }

    pub(super) fn key(self, bytes: &[u8]) -> Option<&[u8; 32]> {
        bytes.get(usize::from(self.0.get())..)?.first_chunk()
    }
}

/// The key in the part.
pub(super) fn key(place: Place, bytes: &[u8]) -> Option<&[u8; 32]> {
    place.of(bytes).ok()?.first_chunk()
}

/// Checks that a block names a holder only with the consent of the one before, if there is one.
/// `before` is the link of the previous block.
pub(super) fn check(new: Place, bytes: &[u8], before: Option<(&Link, HolderAt)>) -> Result<(), Refusal> {
    let (key, consent) = new.of(bytes)?.split_first_chunk::<32>().ok_or(Refusal::Truncated)?;
    match (before, consent.first_chunk::<64>()) {
        (None, None) => point(key).map(|_| ()).ok_or(Refusal::NotCanonical),
        (None, Some(_)) => Err(Refusal::NotCanonical),
        (Some(_), None) => Err(Refusal::Rebound),
        (Some((link, holder)), Some(consent)) => {
            let holder = holder.key(bytes).and_then(point).ok_or(Refusal::Rebound)?;
            point(key).ok_or(Refusal::NotCanonical)?;
            let digest = consent_digest(revocation_id(link), key);
            if Signed::Consent.verify(&holder, &digest, consent) { Ok(()) } else { Err(Refusal::Rebound) }
        }
    }
}
