//! The digest of a request, which holders and approvers sign. `docs/token-format.md` specifies it.
//!
//! Equal requests have equal digests: attributes are in the order of their numbers, whatever the
//! order was in which they were set; a set is its distinct elements in ascending order, and one
//! value in the place of a set is a set of one. The time is left out: a service sets it, and
//! the signers cannot know it.

use arrayvec::ArrayVec;

use super::request::{Request, Slot};
use super::types::Type;
use super::value::Value;
use super::vocabulary::{FieldNo, TIME};
use crate::limits::{LABELS, SET_ELEMENTS};

/// The digest of one request, in the numbers of its vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestDigest(pub [u8; 32]);

impl<'a, S: AsRef<[Slot<'a>]> + ?Sized> Request<'a, S> {
    /// The digest of the action and of all attributes but `time`, as they are set now. Nothing is
    /// allocated.
    #[must_use]
    #[inline(never)]
    pub fn digest(&self) -> RequestDigest {
        let mut hasher = blake3::Hasher::new_derive_key("placet 2026-11 request digest v1");
        hasher.update(&self.action().0.to_be_bytes());
        for (attribute, field) in self.vocabulary().attributes().iter().zip((0..=u8::MAX).map(FieldNo)) {
            let Some(value) = self.value(field).filter(|_| field != TIME) else { continue };
            hasher.update(&[field.0]);
            match (attribute.ty, value) {
                (_, Value::Set(elements)) => set(&mut hasher, elements),
                (Type::Set(_), element) => set(&mut hasher, core::slice::from_ref(element)),
                (Type::One(_) | Type::Labels, value) => one(&mut hasher, value),
            }
        }
        RequestDigest(*hasher.finalize().as_bytes())
    }
}

/// The first byte of each value. A set is followed by the number of its elements.
const BOOL: u8 = 1;
const INT: u8 = 2;
const STRING: u8 = 3;
const BYTES: u8 = 4;
const UUID: u8 = 5;
const TIME_VALUE: u8 = 6;
const DURATION: u8 = 7;
const IP: u8 = 8;
const PATH: u8 = 9;
const SET: u8 = 10;
const LABELLED: u8 = 11;
const URL: u8 = 12;

fn one(hasher: &mut blake3::Hasher, value: &Value<'_>) {
    match value {
        Value::Bool(truth) => hasher.update(&[BOOL, u8::from(*truth)]),
        Value::Int(number) => hasher.update(&[INT]).update(&number.to_be_bytes()),
        Value::Time(time) => hasher.update(&[TIME_VALUE]).update(&time.as_millis().to_be_bytes()),
        Value::Duration(millis) => hasher.update(&[DURATION]).update(&millis.to_be_bytes()),
        Value::String(text) => counted(hasher, STRING, text.as_bytes()),
        Value::Bytes(bytes) => counted(hasher, BYTES, bytes),
        Value::Path(path) => counted(hasher, PATH, path.as_str().as_bytes()),
        Value::Url(url) => counted(hasher, URL, url.as_str().as_bytes()),
        Value::Uuid(uuid) => hasher.update(&[UUID]).update(uuid),
        Value::Ip(address) => hasher.update(&[IP]).update(&address.octets()),
        Value::Labels(entries) => labels(hasher, entries),
        // No set is inside another value.
        Value::Set(_) => hasher,
    };
}

fn counted<'h>(hasher: &'h mut blake3::Hasher, tag: u8, bytes: &[u8]) -> &'h mut blake3::Hasher {
    hasher.update(&[tag]).update(&length(bytes.len())).update(bytes)
}

/// No value of a request is as large as 4 GiB.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

/// An own function, since it needs room for all elements.
#[inline(never)]
fn set(hasher: &mut blake3::Hasher, elements: &[Value<'_>]) {
    let mut sorted: ArrayVec<&Value<'_>, SET_ELEMENTS> = elements.iter().take(SET_ELEMENTS).collect();
    sorted.sort_unstable_by(|left, right| left.order(right));
    let distinct = || sorted.chunk_by(|left, right| left == right).filter_map(|equal| equal.first());
    hasher.update(&[SET]).update(&length(distinct().count()));
    distinct().for_each(|element| one(hasher, element));
}

/// Each name is there once, so the order of the names is the order of the entries.
#[inline(never)]
fn labels<'h>(hasher: &'h mut blake3::Hasher, entries: &[(&str, &str)]) -> &'h mut blake3::Hasher {
    let mut sorted: ArrayVec<&(&str, &str), LABELS> = entries.iter().take(LABELS).collect();
    sorted.sort_unstable();
    hasher.update(&[LABELLED]).update(&length(sorted.len()));
    for (name, value) in sorted {
        counted(hasher, STRING, name.as_bytes());
        counted(hasher, STRING, value.as_bytes());
    }
    hasher
}
