//! Every hash and signature of a token, each in a domain of its own. `docs/token-format.md`
//! specifies them.
//!
//! Each block has a *link*, 32 bytes that identify it and everything before it. In a local token
//! the link is the tag, which is also the key of the next one; in a public token it is the digest
//! that is signed.

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use zeroize::{Zeroize, Zeroizing};

use super::header::RevocationId;
use crate::model::vocabulary::Fingerprint;

/// The link of a block: a tag (local) or a digest (public).
pub(super) type Link = [u8; 32];

/// The end of an unsealed public token carries this; the next key pair is derived from it.
pub(super) type Seed = [u8; 16];

/// The tag of a block. `covered` is the block as it is on the wire: the header, or the link byte 1,
/// then the length and the block. Under one key, the first byte tells the two apart.
#[inline]
pub(super) fn local_link(key: &[u8; 32], covered: &[u8]) -> Link {
    *blake3::keyed_hash(key, covered).as_bytes()
}

/// The part of a public token that commits to the key of its next block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NextKey {
    /// A prefix of a hash of the next public key.
    pub(super) key_hash: [u8; 16],
    /// A prefix of a hash of the seed.
    pub(super) commitment: [u8; 16],
}

/// The digest that the signature of a block covers. `before` is the header, or the link byte 1 and
/// the previous signature; `block` is the block with its length.
pub(super) fn public_link(before: Before<'_>, block: &[u8], next_key: Option<&NextKey>) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 public block digest v1");
    before.feed(&mut hasher);
    hasher.update(block);
    if let Some(next_key) = next_key {
        hasher.update(&next_key.key_hash).update(&next_key.commitment);
    }
    *hasher.finalize().as_bytes()
}

/// The part that a public block continues.
#[derive(Clone, Copy, Debug)]
pub(super) enum Before<'b> {
    /// Nothing: the header is before it.
    Header(&'b [u8]),
    /// The block with this signature.
    Signature(&'b [u8; 64]),
}

impl Before<'_> {
    pub(super) fn feed(self, hasher: &mut blake3::Hasher) {
        match self {
            Self::Header(header) => hasher.update(header),
            Self::Signature(signature) => hasher.update(&[0x01]).update(signature),
        };
    }

    /// Hashes `secret` for this token and this place in it only, so that a guess tried against one
    /// token reveals nothing about another.
    fn salted(self, context: &str, secret: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        self.feed(&mut hasher);
        let hash = *hasher.update(secret).finalize().as_bytes();
        hasher.zeroize();
        hash
    }

    /// Identifies the seed at the end of a token without revealing it.
    pub(super) fn commitment(self, seed: &Seed) -> [u8; 16] {
        first(&self.salted("placet 2026-11 public seed commitment v1", seed))
    }

    /// The key that signs the next block.
    pub(super) fn next_key(self, seed: &Seed) -> SigningKey {
        let secret = Zeroizing::new(self.salted("placet 2026-11 public next key v1", seed));
        SigningKey::from_bytes(&secret)
    }
}

/// A block's commitment to the next public key.
pub(super) fn key_hash(key: &[u8; 32]) -> [u8; 16] {
    first(&blake3::derive_key("placet 2026-11 public next key hash v1", key))
}

/// The id of the block with this link. Only a tag or a digest is hashed, so every spelling of the
/// token has the same id.
pub(super) fn revocation_id(link: &Link) -> RevocationId {
    RevocationId(first(blake3::keyed_hash(link, &[0x02]).as_bytes()))
}

/// The message that a third party signs: the block that it continues, the vocabulary that gives its
/// program a meaning, and its own block without the signature. The two ids have a fixed length, so
/// no byte can move from one part to another.
pub(super) fn voucher_digest(previous: RevocationId, state: Fingerprint, before: &[u8], after: &[u8]) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 voucher digest v1");
    hasher.update(&previous.0).update(&state.0);
    *hasher.update(before).update(after).finalize().as_bytes()
}

/// The message with which a holder hands a token over: the block that names the next holder follows
/// the one with this id.
pub(super) fn consent_digest(previous: RevocationId, next: &[u8; 32]) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 holder consent v1");
    *hasher.update(&previous.0).update(next).finalize().as_bytes()
}

/// The message of a proof or an approval. Every part has a fixed length.
pub(super) fn statement_digest(parts: [&[u8]; 5]) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 request statement v1");
    parts.into_iter().for_each(|part| {
        hasher.update(part);
    });
    *hasher.finalize().as_bytes()
}

/// The signed part of a revocation list: the bytes before its signature, and its snapshot.
pub(super) fn list_digest(before: &[u8], snapshot: &[u8]) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 signed revocations v1");
    *hasher.update(before).update(snapshot).finalize().as_bytes()
}

/// The purpose of a signature. The names are equally long, so that none is a prefix of another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signed {
    Block,
    Voucher,
    Revocations,
    /// Of a holder, that the next block names another one.
    Consent,
    /// Of a holder, that a request is theirs.
    Proof,
    /// Of an approver, that they agree with a request.
    Approval,
}

impl Signed {
    /// Domain and digest: 47 bytes, the most that Ed25519 hashes in one block of SHA-512.
    pub(super) fn message(self, digest: &Link) -> [u8; 47] {
        let domain: &[u8; 15] = match self {
            Self::Block => b"placet block v1",
            Self::Voucher => b"placet vouch v1",
            Self::Revocations => b"placet lists v1",
            Self::Consent => b"placet binds v1",
            Self::Proof => b"placet proof v1",
            Self::Approval => b"placet agree v1",
        };
        let mut message = [0; 47];
        message[..15].copy_from_slice(domain);
        message[15..].copy_from_slice(digest);
        message
    }

    pub(super) fn sign(self, key: &SigningKey, digest: &Link) -> [u8; 64] {
        ed25519_dalek::Signer::sign(key, &self.message(digest)).to_bytes()
    }

    /// Whether `key` signed.
    pub(super) fn verify(self, key: &VerifyingKey, digest: &Link, signature: &[u8; 64]) -> bool {
        is_signed(key, &self.message(digest), signature)
    }
}

/// Whether `key` signed the message: the check of RFC 8032 without cofactor, with a reduced scalar
/// and under a key that is not weak. Only the signer can make a second signature out of one. (The
/// further requirement of `verify_strict`, on the signature's own point, keeps no attacker out and
/// costs a fifth more.)
fn is_signed(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
    ed25519_dalek::Verifier::verify(key, message, &Signature::from_bytes(signature)).is_ok()
}

/// The point of a public key; none if the bytes are not one, or if anyone could sign under it.
pub(super) fn point(key: &[u8; 32]) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(key).ok().filter(|point| !point.is_weak())
}

/// The first bytes of a hash.
pub(super) fn first<const N: usize>(hash: &[u8; 32]) -> [u8; N] {
    *hash.first_chunk().expect("no id is longer than a hash")
}

#[cfg(test)]
mod published;
