//! Encrypts the authority block of a local token: XChaCha20-Poly1305, with a nonce derived from the
//! plaintext.
//!
//! A nonce that is a keyed hash of all input repeats only if everything repeats, and then it
//! reveals only that; no randomness can fail here. Restrictions stay readable: their holders have
//! no key.

use alloc::vec::Vec;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};

use super::chain::first;
use super::keys::LocalKey;
use super::wire::Place;
use crate::model::verdict::Refusal;

/// Bytes that encryption adds to a block.
pub(super) const OVERHEAD: usize = NONCE + TAG;
const NONCE: usize = 24;
pub(super) const TAG: usize = 16;

/// Encrypts `out` from `from` on and puts nonce, ciphertext and tag there. The bytes before are
/// authenticated.
pub(super) fn encrypt(key: &LocalKey, out: &mut Vec<u8>, from: usize) {
    let mut plaintext = out.split_off(from);
    let nonce = nonce(key, out, &plaintext);
    let tag = XChaCha20Poly1305::new((&*key.encryption()).into())
        .encrypt_inout_detached(&XNonce::from(nonce), out, plaintext.as_mut_slice().into())
        .expect("a token is shorter than what the cipher can take");
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&plaintext);
    out.extend_from_slice(&tag);
}

fn nonce(key: &LocalKey, before: &[u8], plaintext: &[u8]) -> [u8; NONCE] {
    let mut hasher = blake3::Hasher::new_keyed(&key.nonce());
    first(hasher.update(before).update(plaintext).finalize().as_bytes())
}

/// Where the plaintext of what is encrypted at `place` is, once it is decrypted.
pub(super) fn plaintext(place: Place) -> Result<Place, Refusal> {
    let plain = Place { from: place.from + NONCE, to: place.to.saturating_sub(TAG) };
    if plain.from <= plain.to { Ok(plain) } else { Err(Refusal::Truncated) }
}

/// Decrypts in place.
pub(super) fn decrypt(key: &LocalKey, bytes: &mut [u8], place: Place) -> Result<(), Refusal> {
    let (before, content) = bytes.get_mut(..place.to).ok_or(Refusal::Truncated)?.split_at_mut(place.from);
    let (nonce, content) = content.split_first_chunk_mut::<NONCE>().ok_or(Refusal::Truncated)?;
    let (ciphertext, tag) = content.split_last_chunk_mut::<TAG>().ok_or(Refusal::Truncated)?;
    XChaCha20Poly1305::new((&*key.encryption()).into())
        .decrypt_inout_detached(&XNonce::from(*nonce), before, ciphertext.into(), &Tag::from(*tag))
        .map_err(|_| Refusal::Forged)
}
