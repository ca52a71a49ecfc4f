//! Signed revocation lists: a snapshot after the name of a key and its proof. Write access to the
//! file is then not enough to remove an entry.
//!
//! ```text
//!  7 bytes         "placetS"
//!  1 byte          version, 1
//!  1 byte          purpose of the key, 11 or 12 as in tokens
//! 16 bytes         hash of the key
//! 32 or 64 bytes   tag of a local key, or signature
//! the rest         a snapshot
//! ```
//!
//! Any key that may mint may sign. An old list stays signed; only its age limits its use.

use alloc::vec::Vec;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::snapshot::{HeldRevocations, Revocations, SnapshotError};
use crate::token::audience::Audience;
use crate::token::chain::{Signed, list_digest};
use crate::token::header::{KeyHash, KeyName, Purpose};
use crate::token::keyring::Keyring;
use crate::token::keys::LocalKey;
use crate::token::signer::{Minter, ProveWith, SignerError};

impl<'a> Revocations<'a> {
    /// Opens a signed snapshot, in two passes over it.
    ///
    /// # Errors
    /// It is not signed, or not by a key of the keyring, or not for this audience, or it is not a
    /// complete snapshot.
    pub fn open_signed(bytes: &'a [u8], keyring: &Keyring, audience: Audience) -> Result<Self, SnapshotError> {
        let (from, signer) = check(bytes, keyring, audience)?;
        let mut snapshot = Self::open(bytes.get(from..).unwrap_or_default())?;
        snapshot.signer = Some(signer);
        Ok(snapshot)
    }

    /// Signs a snapshot, for the audience of the minter.
    ///
    /// # Errors
    /// A key that is kept elsewhere did not sign.
    pub fn sign<'k>(snapshot: &[u8], minter: impl Into<Minter<'k>>) -> Result<Vec<u8>, SignerError> {
        let minter = minter.into();
        let mut out = Vec::with_capacity(HEAD + 64 + snapshot.len());
        out.extend_from_slice(MAGIC);
        out.push(minter.purpose().byte());
        out.extend_from_slice(&minter.name().hash.0);
        match minter.key {
            ProveWith::Local(key) => {
                let tag = tag(key, minter.audience, &out, snapshot);
                out.extend_from_slice(&tag);
            }
            ProveWith::Public(signer) => {
                let digest = minter.audience.bind(list_digest(&out, snapshot));
                out.extend_from_slice(&signer.sign(Signed::Revocations, &digest)?);
            }
        }
        out.extend_from_slice(snapshot);
        Ok(out)
    }

    /// Whether the bytes begin like a signed snapshot.
    #[must_use]
    pub fn looks_signed(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }
}

const MAGIC: &[u8; 8] = b"placetS\x01";

/// Magic bytes, purpose and hash.
const HEAD: usize = 8 + 1 + 16;

fn tag(key: &LocalKey, audience: Audience, head: &[u8], snapshot: &[u8]) -> [u8; 32] {
    let key = Zeroizing::new(audience.start(&key.lists()));
    let mut hasher = blake3::Hasher::new_keyed(&key);
    let tag = *hasher.update(head).update(snapshot).finalize().as_bytes();
    hasher.zeroize();
    tag
}

/// Checks the proof; returns where the snapshot begins and the key.
pub(super) fn check(bytes: &[u8], keyring: &Keyring, audience: Audience) -> Result<(usize, KeyName), SnapshotError> {
    if !Revocations::looks_signed(bytes) {
        return Err(SnapshotError::NotSigned);
    }
    let (head, rest) = bytes.split_first_chunk::<HEAD>().ok_or(SnapshotError::Damaged)?;
    let (&purpose, hash) = head.get(MAGIC.len()..).and_then(<[u8]>::split_first).ok_or(SnapshotError::Damaged)?;
    let purpose = Purpose::of_byte(purpose).map_err(|_| SnapshotError::Damaged)?;
    let hash = KeyHash(*hash.first_chunk().ok_or(SnapshotError::Damaged)?);
    let name = KeyName { purpose, hash };
    if !keyring.accepts(&name) {
        return Err(SnapshotError::Forged);
    }
    let (is_good, length) = match purpose {
        Purpose::Local => {
            let (found, snapshot) = rest.split_first_chunk::<32>().ok_or(SnapshotError::Damaged)?;
            let key = keyring.local(hash.id()).ok_or(SnapshotError::Forged)?;
            let tag = tag(key, audience, head, snapshot);
            (bool::from(tag.ct_eq(found)), found.len())
        }
        Purpose::Public => {
            let (found, snapshot) = rest.split_first_chunk::<64>().ok_or(SnapshotError::Damaged)?;
            let key = keyring.public(hash.id()).ok_or(SnapshotError::Forged)?;
            let digest = audience.bind(list_digest(head, snapshot));
            (Signed::Revocations.verify(key.point(), &digest, found), found.len())
        }
    };
    if is_good { Ok((HEAD + length, name)) } else { Err(SnapshotError::Forged) }
}

impl HeldRevocations {
    /// Opens a signed snapshot, as [`Revocations::open_signed`] does.
    ///
    /// # Errors
    /// As there.
    pub fn open_signed(bytes: Vec<u8>, keyring: &Keyring, audience: Audience) -> Result<Self, SnapshotError> {
        let (from, signer) = check(&bytes, keyring, audience)?;
        Revocations::open(bytes.get(from..).unwrap_or_default())?;
        Ok(Self { bytes, signed: Some((from, signer)) })
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::model::time::Time;
    use crate::token::header::RevocationId;
    use crate::token::keyring::MintingKey;
    use crate::token::keys::SigningKey;
    use crate::token::revocation::{HeldRevocations, RevocationList};

    fn keys() -> [MintingKey; 2] {
        [LocalKey::from_secret(&[1; 32]).into(), SigningKey::from_seed(&[2; 32]).into()]
    }

    fn ring(key: &MintingKey) -> Keyring {
        let mut keyring = Keyring::new();
        keyring.mint_with(key.clone()).expect("it is the first");
        keyring
    }

    fn snapshot() -> Vec<u8> {
        let mut list = RevocationList::new(Time::from_millis(1_000), Duration::from_millis(500));
        list.revoke(RevocationId([7; 16]));
        Revocations::write(&list)
    }

    #[test]
    fn a_signed_list_opens_with_its_key_and_audience_only() {
        let orders = Audience::new("orders").expect("a name");
        for key in keys() {
            let signed = Revocations::sign(&snapshot(), Minter::from(&key).audience(orders)).expect("a key signs");
            let opened = Revocations::open_signed(&signed, &ring(&key), orders).expect("it was just signed");
            assert!(opened.revokes(RevocationId([7; 16])) && opened.signer() == Some(key.name()));
            let held = HeldRevocations::open_signed(signed.clone(), &ring(&key), orders).expect("it was just signed");
            assert!(
                held.as_revocations().revokes(RevocationId([7; 16]))
                    && held.as_revocations().signer() == Some(key.name())
            );
            let open = |keyring: &Keyring, audience| Revocations::open_signed(&signed, keyring, audience).err();
            assert_eq!(open(&ring(&key), Audience::NONE), Some(SnapshotError::Forged));
            assert_eq!(open(&Keyring::new(), orders), Some(SnapshotError::Forged));
            assert!(Revocations::open(&signed).is_err(), "it is not taken for an unsigned one");
        }
    }

    #[test]
    fn no_bit_of_a_signed_list_can_be_changed_and_no_byte_cut() {
        for key in keys() {
            let signed = Revocations::sign(&snapshot(), &key).expect("a key signs");
            let opens = |bytes: &[u8]| Revocations::open_signed(bytes, &ring(&key), Audience::NONE).is_ok();
            assert!(opens(&signed) && !opens(&snapshot()));
            assert!((0..signed.len()).all(|end| !opens(&signed[..end])));
            for bit in 0..signed.len() * 8 {
                let mut flipped = signed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(!opens(&flipped), "bit {bit}");
            }
        }
    }
}
