//! The binary form of a revocation list: checked once when it is opened, then searched in place.
//!
//! ```text
//!  7 bytes  "placetR"
//!  1 byte   version, 1
//!  8 bytes  issued, ms since 1970, big-endian
//!  8 bytes  max age, ms, big-endian
//!  4 bytes  number of keys, big-endian
//!  4 bytes  number of ids, big-endian
//! 25 bytes  for every key, ascending: its purpose (11 or 12, as in tokens) and its hash, 16 bytes; the time before which
//!           its tokens are revoked, ms, big-endian
//! 16 bytes  for every id, ascending
//! 16 bytes  checksum of everything before
//! ```

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::list::RevocationList;
use crate::model::time::{Time, length, millis};
use crate::model::verdict::Refusal;
use crate::token::chain::first;
use crate::token::header::{KeyHash, KeyName, Purpose, RevocationId};

/// A revocation list in its binary form, borrowed: millions of ids take no memory beyond the
/// file's.
#[derive(Clone, Copy, Debug)]
pub struct Revocations<'a> {
    issued: Time,
    max_age: Duration,
    keys: &'a [[u8; KEY_ENTRY]],
    ids: &'a [[u8; 16]],
    /// The key that signed the list, if it was opened as a signed one.
    pub(super) signer: Option<KeyName>,
}

/// Bytes of the entry of a key.
const KEY_ENTRY: usize = KEY_NAME + 8;

/// Purpose and hash.
const KEY_NAME: usize = 1 + 16;

impl<'a> Revocations<'a> {
    /// Opens a snapshot, in one pass over it.
    ///
    /// # Errors
    /// The bytes are not one complete snapshot in its canonical form.
    pub fn open(bytes: &'a [u8]) -> Result<Self, SnapshotError> {
        let (content, sum, rest) = frame(bytes)?;
        if *sum != checksum(content) {
            return Err(SnapshotError::Damaged);
        }
        let snapshot = Self::split(rest)?;
        let sorted =
            snapshot.ids.is_sorted_by(|a, b| a < b) && snapshot.keys.is_sorted_by(|a, b| a[..KEY_NAME] < b[..KEY_NAME]);
        if sorted && snapshot.keys.iter().all(|entry| key_of(entry).is_some_and(|(_, before)| before >= Time::EPOCH)) {
            Ok(snapshot)
        } else {
            Err(SnapshotError::Damaged)
        }
    }

    /// Finds the parts without checking their content.
    pub(super) fn split(rest: &'a [u8]) -> Result<Self, SnapshotError> {
        let (issued, rest) = read_number(rest)?;
        let (max_age, rest) = read_number(rest)?;
        let (key_count, rest) = read_count(rest)?;
        let (id_count, rest) = read_count(rest)?;
        let key_bytes = key_count.checked_mul(KEY_ENTRY).ok_or(SnapshotError::Damaged)?;
        let (keys, ids) = rest.split_at_checked(key_bytes).ok_or(SnapshotError::Damaged)?;
        let ((keys, []), (ids, [])) = (keys.as_chunks(), ids.as_chunks()) else { return Err(SnapshotError::Damaged) };
        if ids.len() == id_count {
            Ok(Self { issued: Time::from_millis(issued), max_age: length(max_age), keys, ids, signer: None })
        } else {
            Err(SnapshotError::Damaged)
        }
    }

    /// Writes the snapshot of a list.
    #[must_use]
    pub fn write(list: &RevocationList) -> Vec<u8> {
        let mut out = Vec::with_capacity(48 + list.keys.len() * KEY_ENTRY + list.ids.len() * 16);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&list.issued.as_millis().to_be_bytes());
        out.extend_from_slice(&millis(list.max_age).to_be_bytes());
        out.extend_from_slice(&count(list.keys.len()).to_be_bytes());
        out.extend_from_slice(&count(list.ids.len()).to_be_bytes());
        for (key, before) in &list.keys {
            out.extend_from_slice(&name_bytes(key));
            out.extend_from_slice(&before.as_millis().to_be_bytes());
        }
        list.ids.iter().for_each(|id| out.extend_from_slice(&id.0));
        let sum = checksum(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// When the list was issued.
    #[must_use]
    pub const fn issued(&self) -> Time {
        self.issued
    }

    /// How long after its issue the list may be used.
    #[must_use]
    pub const fn max_age(&self) -> Duration {
        self.max_age
    }

    /// The keys, with the time before which their tokens are revoked.
    pub fn keys(&self) -> impl Iterator<Item = (KeyName, Time)> + use<'a> {
        self.keys.iter().filter_map(key_of)
    }

    /// The ids.
    pub fn ids(&self) -> impl Iterator<Item = RevocationId> + use<'a> {
        self.ids.iter().map(|id| RevocationId(*id))
    }

    /// The key that signed the list; none if it was opened without checking a signature.
    #[must_use]
    pub const fn signer(&self) -> Option<KeyName> {
        self.signer
    }

    /// Checks that the list may be used at `now`. Its issuer's clock may be `skew` ahead.
    ///
    /// # Errors
    /// It is too old: later revocations are not in it. Or it says that it was issued in the future,
    /// and so would be used for longer than its age allows.
    pub fn check_age(&self, now: Time, skew: Duration) -> Result<(), Refusal> {
        if now > self.issued.saturating_add(self.max_age) {
            return Err(Refusal::StaleRevocations);
        }
        if now < self.issued.saturating_sub(skew) { Err(Refusal::EarlyRevocations) } else { Ok(()) }
    }

    /// Whether the tokens that this key made at `issuance` are revoked.
    #[must_use]
    pub fn revokes_key(&self, key: &KeyName, issuance: Time) -> bool {
        if self.keys.is_empty() {
            return false;
        }
        let name = name_bytes(key);
        let found = self.keys.binary_search_by(|entry| entry[..KEY_NAME].cmp(&name));
        let entry = found.ok().and_then(|place| key_of(self.keys.get(place)?));
        entry.is_some_and(|(_, before)| issuance < before)
    }

    /// Whether a block is revoked.
    #[must_use]
    pub fn revokes(&self, id: RevocationId) -> bool {
        self.ids.binary_search(&id.0).is_ok()
    }
}

/// A snapshot that owns its memory: checked once when it is opened, then borrowed at no cost.
#[derive(Clone, Debug)]
pub struct HeldRevocations {
    pub(super) bytes: Vec<u8>,
    /// Where the snapshot begins, and its signer.
    pub(super) signed: Option<(usize, KeyName)>,
}

impl HeldRevocations {
    /// Opens a snapshot, in one pass over it.
    ///
    /// # Errors
    /// The bytes are not one complete snapshot in its canonical form.
    pub fn open(bytes: Vec<u8>) -> Result<Self, SnapshotError> {
        Revocations::open(&bytes)?;
        Ok(Self { bytes, signed: None })
    }

    /// The list, for a verifier.
    #[must_use]
    pub fn as_revocations(&self) -> Revocations<'_> {
        let from = self.signed.map_or(0, |(from, _)| from);
        let snapshot = self.bytes.get(from..).unwrap_or_default();
        let parts = frame(snapshot).and_then(|(_, _, rest)| Revocations::split(rest));
        let parts = parts.expect("the snapshot was whole when it was opened");
        Revocations { signer: self.signed.map(|(_, signer)| signer), ..parts }
    }
}

const MAGIC: &[u8; 8] = b"placetR\x01";

fn name_bytes(key: &KeyName) -> [u8; KEY_NAME] {
    let mut bytes = [key.purpose.byte(); KEY_NAME];
    bytes[1..].copy_from_slice(&key.hash.0);
    bytes
}

/// None for an entry with an unknown purpose.
fn key_of(entry: &[u8; KEY_ENTRY]) -> Option<(KeyName, Time)> {
    let (&purpose, rest) = entry.split_first()?;
    let (hash, time) = rest.split_first_chunk::<16>()?;
    let name = KeyName { purpose: Purpose::of_byte(purpose).ok()?, hash: KeyHash(*hash) };
    Some((name, Time::from_millis(i64::from_be_bytes(*time.first_chunk()?))))
}

/// The content with its checksum, and the part of the content after the magic bytes.
fn frame(bytes: &[u8]) -> Result<(&[u8], &[u8; 16], &[u8]), SnapshotError> {
    let (content, sum) = bytes.split_last_chunk::<16>().ok_or(SnapshotError::Damaged)?;
    match content.split_first_chunk::<8>() {
        Some((MAGIC, rest)) => Ok((content, sum, rest)),
        Some(_) => Err(SnapshotError::NotASnapshot),
        None => Err(SnapshotError::Damaged),
    }
}

fn checksum(content: &[u8]) -> [u8; 16] {
    first(&blake3::derive_key("placet 2026-11 revocation snapshot v1", content))
}

/// A list is filled line by line; four thousand million entries do not fit in memory.
fn count(length: usize) -> u32 {
    u32::try_from(length).expect("a list in memory has fewer entries than 32 bits can count")
}

fn read_number(bytes: &[u8]) -> Result<(i64, &[u8]), SnapshotError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(SnapshotError::Damaged)?;
    match i64::from_be_bytes(*number) {
        number @ 0.. => Ok((number, rest)),
        _ => Err(SnapshotError::Damaged),
    }
}

fn read_count(bytes: &[u8]) -> Result<(usize, &[u8]), SnapshotError> {
    let (count, rest) = bytes.split_first_chunk().ok_or(SnapshotError::Damaged)?;
    let count = usize::try_from(u32::from_be_bytes(*count)).map_err(|_| SnapshotError::Damaged)?;
    Ok((count, rest))
}

/// Why bytes are not a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// They begin differently.
    NotASnapshot,
    /// They are cut, altered, or not in the canonical form.
    Damaged,
    /// A signed snapshot is required, and this one is not signed.
    NotSigned,
    /// It was not signed by an accepted key, or not for this audience, or it was changed
    /// afterwards.
    Forged,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotASnapshot => "this is not a revocation snapshot of version 1",
            Self::Damaged => "the revocation snapshot is damaged or cut short",
            Self::NotSigned => "the revocation snapshot is not signed",
            Self::Forged => "no accepted key has signed this revocation snapshot for this audience",
        })
    }
}

impl core::error::Error for SnapshotError {}

impl From<Revocations<'_>> for RevocationList {
    fn from(snapshot: Revocations<'_>) -> Self {
        Self {
            issued: snapshot.issued(),
            max_age: snapshot.max_age(),
            keys: snapshot.keys().collect(),
            ids: snapshot.ids().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> RevocationList {
        let mut list = RevocationList::new(at(1_000), Duration::from_millis(500));
        (0..100).for_each(|byte| list.revoke(RevocationId([byte * 2; 16])));
        list.revoke_key(key(Purpose::Local, 9), at(700));
        list.revoke_key(key(Purpose::Local, 1), at(800));
        list
    }

    const fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }

    fn key(purpose: Purpose, byte: u8) -> KeyName {
        KeyName { purpose, hash: KeyHash([byte; 16]) }
    }

    #[test]
    fn a_snapshot_holds_what_the_list_holds() {
        let bytes = Revocations::write(&list());
        let snapshot = Revocations::open(&bytes).expect("it was just written");
        assert_eq!(RevocationList::from(snapshot), list());
        assert!((0..100).all(|byte| snapshot.revokes(RevocationId([byte * 2; 16]))));
        assert!((0..100).all(|byte| !snapshot.revokes(RevocationId([byte * 2 + 1; 16]))));
        assert_eq!(bytes.len(), 48 + 2 * 25 + 100 * 16);
    }

    #[test]
    fn a_damaged_snapshot_is_refused() {
        let bytes = Revocations::write(&list());
        assert!((0..bytes.len()).all(|end| Revocations::open(&bytes[..end]).is_err()));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Revocations::open(&flipped).is_err(), "bit {bit}");
        }
        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        assert!(Revocations::open(&longer).is_err());
        assert_eq!(Revocations::open(&[]).err(), Some(SnapshotError::Damaged));
    }

    /// An altered snapshot with a matching checksum.
    fn changed(change: impl Fn(&mut [u8])) -> Vec<u8> {
        let bytes = Revocations::write(&list());
        let (content, _) = bytes.split_last_chunk::<16>().expect("it is longer");
        let mut content = content.to_vec();
        change(&mut content);
        let sum = checksum(&content);
        content.extend(sum);
        content
    }

    #[test]
    fn unsorted_and_doubled_entries_are_refused_even_with_their_checksum() {
        let opens = |change: fn(&mut [u8])| Revocations::open(&changed(change)).map(|_| ());
        assert_eq!(opens(|_| ()), Ok(()));
        // 100 ids of 16 bytes are at the end, two keys of 25 before them.
        let wrong: [fn(&mut [u8]); 5] = [
            |content| content.last_chunk_mut::<32>().expect("ids").rotate_left(16),
            |content| content.last_chunk_mut::<32>().expect("ids").copy_within(..16, 16),
            |content| content.last_chunk_mut::<1650>().expect("keys")[..50].rotate_left(25),
            |content| content.last_chunk_mut::<1650>().expect("keys").copy_within(..17, 25),
            |content| content.last_chunk_mut::<1650>().expect("keys")[0] = 0x10,
        ];
        for (number, change) in wrong.into_iter().enumerate() {
            assert_eq!(opens(change), Err(SnapshotError::Damaged), "change {number}");
        }
    }

    #[test]
    fn a_list_is_stale_after_its_age() {
        let bytes = Revocations::write(&list());
        let snapshot = Revocations::open(&bytes).expect("it was just written");
        assert_eq!(snapshot.check_age(at(1_500), Duration::ZERO), Ok(()));
        assert_eq!(snapshot.check_age(at(1_501), Duration::ZERO), Err(Refusal::StaleRevocations));
    }

    #[test]
    fn a_list_from_the_future_is_refused_beyond_the_skew() {
        let bytes = Revocations::write(&list());
        let snapshot = Revocations::open(&bytes).expect("it was just written");
        assert_eq!(snapshot.check_age(at(900), Duration::from_millis(100)), Ok(()));
        assert_eq!(snapshot.check_age(at(899), Duration::from_millis(100)), Err(Refusal::EarlyRevocations));
    }

    #[test]
    fn a_key_is_revoked_with_its_purpose_and_all_of_its_hash() {
        let bytes = Revocations::write(&list());
        let snapshot = Revocations::open(&bytes).expect("it was just written");
        let revoked = |key| snapshot.revokes_key(&key, at(699));
        assert!(revoked(key(Purpose::Local, 9)) && !snapshot.revokes_key(&key(Purpose::Local, 9), at(700)));
        assert!(!revoked(key(Purpose::Public, 9)), "a key of the other purpose");
        let mut same_id = key(Purpose::Local, 9);
        same_id.hash.0[15] ^= 1;
        assert_eq!(same_id.hash.id(), key(Purpose::Local, 9).hash.id());
        assert!(!revoked(same_id), "another key of the same short id");
    }
}
