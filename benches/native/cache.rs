//! S1: the cache token of ten permissions.

use super::{alive, put, seal};

/// What a call does to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Read,
    Write,
    ConditionalWrite,
    Publish,
    Subscribe,
}

/// Bits of a permission's role, one for each class.
pub const READ_ONLY: u8 = 1;
pub const WRITE_ONLY: u8 = 2;
pub const READ_WRITE: u8 = 1 | 2 | 4;
pub const PUBLISH_ONLY: u8 = 8;
pub const SUBSCRIBE_ONLY: u8 = 16;
pub const PUBLISH_SUBSCRIBE: u8 = 8 | 16;

/// A selector of a cache, item or topic.
#[derive(Clone, Copy, Debug)]
pub enum Selector<'a> {
    All,
    Exactly(&'a [u8]),
    Prefix(&'a [u8]),
}

/// One permission: role, cache, item or topic.
pub type Permission<'a> = (u8, Selector<'a>, Selector<'a>);

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub class: Class,
    pub cache: &'a [u8],
    /// The key or the topic.
    pub name: &'a [u8],
    pub now: u64,
}

/// The ten permissions of the cache workload.
pub const TEN: [Permission<'static>; 10] = [
    (READ_WRITE, Selector::Exactly(b"acorns"), Selector::All),
    (READ_ONLY, Selector::All, Selector::All),
    (WRITE_ONLY, Selector::Exactly(b"WriteCache"), Selector::Prefix(b"WriteKey")),
    (PUBLISH_SUBSCRIBE, Selector::Exactly(b"walnuts"), Selector::Exactly(b"mo_favorites")),
    (SUBSCRIBE_ONLY, Selector::All, Selector::All),
    (PUBLISH_ONLY, Selector::Exactly(b"events"), Selector::Prefix(b"audit-")),
    (READ_WRITE, Selector::Exactly(b"sessions"), Selector::Exactly(b"user-42")),
    (WRITE_ONLY, Selector::Exactly(b"metrics"), Selector::All),
    (PUBLISH_SUBSCRIBE, Selector::Exactly(b"chat"), Selector::All),
    (READ_WRITE, Selector::Exactly(b"pistachios"), Selector::Prefix(b"tenant-7/")),
];

/// Writes a token: expiry, permissions, tag.
pub fn mint(key: &[u8; 32], expiry: u64, permissions: &[Permission<'_>]) -> String {
    seal(key, claims(expiry, permissions))
}

/// The claims alone.
pub fn claims(expiry: u64, permissions: &[Permission<'_>]) -> Vec<u8> {
    let mut bytes = expiry.to_be_bytes().to_vec();
    for (role, cache, name) in permissions {
        bytes.push(*role);
        for selector in [cache, name] {
            let (kind, text): (u8, &[u8]) = match selector {
                Selector::All => (0, b""),
                Selector::Exactly(text) => (1, text),
                Selector::Prefix(text) => (2, text),
            };
            bytes.push(kind);
            put(&mut bytes, text);
        }
    }
    bytes
}

/// Decides a call against opened claims.
pub fn allows(claims: &[u8], call: &Call<'_>) -> bool {
    let mut rest = claims;
    if alive(&mut rest, call.now).is_none() {
        return false;
    }
    let bit = 1 << call.class as u8;
    while let Some((&role, after)) = rest.split_first() {
        let Some((cache, after)) = selector(after) else { return false };
        let Some((name, after)) = selector(after) else { return false };
        if role & bit != 0 && matches(cache, call.cache) && matches(name, call.name) {
            return true;
        }
        rest = after;
    }
    false
}

fn selector(bytes: &[u8]) -> Option<((u8, &[u8]), &[u8])> {
    let (&[kind, length], rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::from(length))?;
    Some(((kind, text), rest))
}

fn matches((kind, wanted): (u8, &[u8]), value: &[u8]) -> bool {
    match kind {
        0 => true,
        1 => wanted == value,
        _ => value.starts_with(wanted),
    }
}
