//! The service for which tokens are made. Services that share a key and name different audiences
//! refuse each other's tokens.
//!
//! The audience is [bound](super::bound) into the proof of the authority block and does not appear
//! in the token. Holders and third parties need not know it.

use core::fmt;

use super::chain::{Link, first};
use crate::limits::AUDIENCE_BYTES;

/// The first 16 bytes of a hash of an audience's name; [`NONE`](Self::NONE) if minter and verifier
/// name none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Audience([u8; 16]);

impl Audience {
    /// The audience of minters and verifiers that name none.
    pub const NONE: Self = Self([0; 16]);

    /// The audience with this name: 1 to [`AUDIENCE_BYTES`] printable ASCII characters without
    /// blanks, such as `orders` or `https://orders.example`. Names are compared byte by byte. Costs
    /// one hash, so make it once.
    ///
    /// # Errors
    /// The name is empty, too long, or has other characters. To use no audience, set none: an empty
    /// name usually comes from a variable that was not set.
    pub fn new(name: &str) -> Result<Self, AudienceError> {
        let fits = (1..=AUDIENCE_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(first(&blake3::derive_key("placet 2026-11 audience v1", name.as_bytes()))))
            .ok_or(AudienceError)
    }

    /// The key under which a revocation list is authenticated. The lists that `key` itself
    /// authenticates begin with bytes other than `03`.
    #[inline]
    pub(super) fn start(self, key: &[u8; 32]) -> [u8; 32] {
        if self == Self::NONE {
            return *key;
        }
        let mut input = [0x03; 17];
        input[1..].copy_from_slice(&self.0);
        *blake3::keyed_hash(key, &input).as_bytes()
    }

    /// The digest of a revocation list that is signed for this audience, in place of the given one.
    #[inline]
    pub(super) fn bind(self, digest: Link) -> Link {
        if self == Self::NONE {
            return digest;
        }
        let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 public audience v1");
        *hasher.update(&digest).update(&self.0).finalize().as_bytes()
    }

    /// For hashes that include it beside other fields of fixed length: 16 zeros if there is none.
    pub(super) const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// The text cannot be the name of an audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudienceError;

impl fmt::Display for AudienceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an audience has 1 to {AUDIENCE_BYTES} printable ASCII characters and no blanks")
    }
}

impl core::error::Error for AudienceError {}
