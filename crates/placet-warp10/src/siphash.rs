//! SipHash-2-4 as Warp 10 keys it: sixteen bytes, read as two big endian numbers, where the
//! reference reads little endian.

use std::fmt;
use std::hash::Hasher;

use siphasher::sip::SipHasher24;
use zeroize::Zeroize;

/// A key of `SipHash`. Wiped when dropped, and never printed.
#[derive(Clone)]
pub struct SipKey(u64, u64);

impl SipKey {
    /// The key of these sixteen bytes.
    #[must_use]
    pub const fn new(bytes: &[u8; 16]) -> Self {
        let both = u128::from_be_bytes(*bytes);
        Self((both >> 64) as u64, both as u64)
    }

    /// The key of these two numbers.
    #[must_use]
    pub const fn of_halves(first: u64, second: u64) -> Self {
        Self(first, second)
    }

    /// The plain hash: of application names.
    #[must_use]
    pub fn hash(&self, bytes: &[u8]) -> u64 {
        SipHasher24::new_with_keys(self.0, self.1).hash(bytes)
    }

    /// The hash of the bytes followed by the same bytes in reverse: inside tokens, and of their
    /// text.
    #[must_use]
    pub fn palindromic(&self, bytes: &[u8]) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.0, self.1);
        hasher.write(bytes);
        for chunk in bytes.rchunks(CHUNK) {
            let mut room = [0; CHUNK];
            room.iter_mut().zip(chunk.iter().rev()).for_each(|(place, byte)| *place = *byte);
            hasher.write(room.get(..chunk.len()).unwrap_or_default());
        }
        hasher.finish()
    }

    /// The number of an application in Warp 10's revoked set: the empty name is the number 0.
    #[must_use]
    pub fn application(&self, name: &str) -> u64 {
        if name.is_empty() { 0 } else { self.hash(name.as_bytes()) }
    }
}

impl Drop for SipKey {
    fn drop(&mut self) {
        self.0.zeroize();
        self.1.zeroize();
    }
}

impl fmt::Debug for SipKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SipKey(..)")
    }
}

/// This many bytes are reversed at a time.
const CHUNK: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_round_in_chunks_is_turning_round_the_whole() {
        let key = SipKey::new(&[7; 16]);
        for length in [0, 1, 7, 8, 63, 64, 65, 127, 128, 129, 1000] {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 31 % 251) as u8).collect();
            let whole: Vec<u8> = bytes.iter().chain(bytes.iter().rev()).copied().collect();
            assert_eq!(key.palindromic(&bytes), key.hash(&whole), "{length} bytes");
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", SipKey::new(&[7; 16])), "SipKey(..)");
    }
}
