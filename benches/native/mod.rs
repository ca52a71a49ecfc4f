//! What a careful programmer would write by hand, once for each workload: a compact binary layout of the claims,
//! base64url, one keyed BLAKE3, checked in place. The floor and the yardstick of the benchmarks.
//!
//! [`seal`] and [`open`] are the envelope of them all. [`cache`] is the check of S1, [`series`] of S2 and S2p, [`visit`]
//! of S3, [`rules`] of the growth with rules; [`chain`] is an envelope to which a holder can add bounds on time. Checks
//! answer yes or no and give no reasons; claims that are not well-formed allow nothing. Tests and benchmarks only.

pub mod cache;
pub mod chain;
pub mod rules;
pub mod series;
pub mod visit;

pub use cache::{Call, Class, TEN, allows, mint};

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

/// The longest token, in bytes.
pub const BYTES: usize = 1024;

/// Authenticates claims and writes them as text.
pub fn seal(key: &[u8; 32], mut claims: Vec<u8>) -> String {
    let tag = blake3::keyed_hash(key, &claims);
    claims.extend_from_slice(tag.as_bytes());
    BASE64URL_NOPAD.encode(&claims)
}

/// Decodes and authenticates; the claims, if genuine.
pub fn open<'b>(text: &str, key: &[u8; 32], buffer: &'b mut [u8; BYTES]) -> Option<&'b [u8]> {
    let (claims, tag) = decode(text, buffer)?.split_last_chunk::<32>()?;
    let expected = blake3::keyed_hash(key, claims);
    bool::from(expected.as_bytes().ct_eq(tag)).then_some(claims)
}

fn decode<'b>(text: &str, buffer: &'b mut [u8; BYTES]) -> Option<&'b [u8]> {
    let length = BASE64URL_NOPAD.decode_len(text.len()).ok()?;
    let bytes = buffer.get_mut(..length)?;
    BASE64URL_NOPAD.decode_mut(text.as_bytes(), bytes).ok()?;
    Some(bytes)
}

/// Writes a text with its length in one byte before it.
fn put(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.push(u8::try_from(text.len()).unwrap());
    bytes.extend_from_slice(text);
}

/// Takes the next `n` bytes.
fn take<'c>(bytes: &mut &'c [u8], n: usize) -> Option<&'c [u8]> {
    let (taken, rest) = bytes.split_at_checked(n)?;
    *bytes = rest;
    Some(taken)
}

/// Takes one byte.
fn byte(bytes: &mut &[u8]) -> Option<u8> {
    Some(take(bytes, 1)?[0])
}

/// Takes a text that [`put`] wrote.
fn text<'c>(bytes: &mut &'c [u8]) -> Option<&'c [u8]> {
    let length = byte(bytes)?;
    take(bytes, usize::from(length))
}

/// Takes the expiry in front of all claims; nothing when it has come.
fn alive(claims: &mut &[u8], now: u64) -> Option<()> {
    let expiry = take(claims, 8)?.try_into().ok().map(u64::from_be_bytes)?;
    (now < expiry).then_some(())
}
