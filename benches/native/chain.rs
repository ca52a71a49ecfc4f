//! An envelope that a holder can narrow: each bound on time is authenticated by the tag before it, which it replaces, so
//! that a holder can add a bound and never remove one. After the claims' length and the claims, eight bytes for each bound.

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::{BYTES, decode};

/// Authenticates claims, to which bounds can be added.
pub fn seal(key: &[u8; 32], claims: &[u8]) -> String {
    let mut bytes = u16::try_from(claims.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(claims);
    let tag = blake3::keyed_hash(key, &bytes);
    bytes.extend_from_slice(tag.as_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

/// Adds a bound, without the key.
pub fn attenuate(text: &str, until: u64) -> Option<String> {
    let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let tag: [u8; 32] = *bytes.last_chunk()?;
    bytes.truncate(bytes.len() - tag.len());
    bytes.extend(until.to_be_bytes());
    bytes.extend_from_slice(blake3::keyed_hash(&tag, &until.to_be_bytes()).as_bytes());
    Some(BASE64URL_NOPAD.encode(&bytes))
}

/// Decodes and authenticates; the claims, if all is genuine and no bound has come.
pub fn open<'b>(text: &str, key: &[u8; 32], now: u64, buffer: &'b mut [u8; BYTES]) -> Option<&'b [u8]> {
    let (body, tag) = decode(text, buffer)?.split_last_chunk::<32>()?;
    let (length, _) = body.split_first_chunk::<2>()?;
    let (first, bounds) = body.split_at_checked(2 + usize::from(u16::from_be_bytes(*length)))?;
    let (bounds, []) = bounds.as_chunks::<8>() else { return None };
    let chained = |tag: blake3::Hash, bound: &[u8; 8]| blake3::keyed_hash(tag.as_bytes(), bound);
    let expected = bounds.iter().fold(blake3::keyed_hash(key, first), chained);
    let is_genuine = bool::from(expected.as_bytes().ct_eq(tag));
    (is_genuine && bounds.iter().all(|bound| now < u64::from_be_bytes(*bound))).then_some(&first[2..])
}
