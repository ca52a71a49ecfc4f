//! S2 and S2p: a read token for time series.
//!
//! Nobody careful runs a regex engine for `eu-.*`: such an expression is seen when the token is minted, and stored as a
//! prefix behind which no new line may come. So S2 costs what S2p costs.

use super::{alive, byte, put, take, text};

/// What a label's value must be.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    Exactly(&'a str),
    Prefix(&'a str),
    /// An expression `literal.*`, over the whole value.
    Expression(&'a str),
}

/// What a token grants.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    pub expiry: u64,
    pub owners: &'a [[u8; 16]],
    pub producers: &'a [[u8; 16]],
    pub applications: &'a [&'a str],
    pub labels: &'a [(&'a str, Wanted<'a>)],
}

/// A series that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    pub owner: [u8; 16],
    pub producer: [u8; 16],
    pub application: &'a str,
    pub labels: &'a [(&'a str, &'a str)],
    pub now: u64,
}

const EXACTLY: u8 = 1;
const PREFIX: u8 = 2;
const PREFIX_OF_A_LINE: u8 = 3;

/// Expiry, owners, producers, applications, selectors; each list with its length before it.
pub fn claims(grant: &Grant<'_>) -> Vec<u8> {
    let mut bytes = grant.expiry.to_be_bytes().to_vec();
    let count = |n: usize| u8::try_from(n).unwrap();
    for ids in [grant.owners, grant.producers] {
        bytes.push(count(ids.len()));
        bytes.extend(ids.iter().flatten());
    }
    bytes.push(count(grant.applications.len()));
    grant.applications.iter().for_each(|application| put(&mut bytes, application.as_bytes()));
    bytes.push(count(grant.labels.len()));
    for (label, wanted) in grant.labels {
        put(&mut bytes, label.as_bytes());
        let (kind, value) = match wanted {
            Wanted::Exactly(value) => (EXACTLY, *value),
            Wanted::Prefix(value) => (PREFIX, *value),
            Wanted::Expression(value) => (PREFIX_OF_A_LINE, value.strip_suffix(".*").unwrap()),
        };
        bytes.push(kind);
        put(&mut bytes, value.as_bytes());
    }
    bytes
}

/// Decides whether a series may be read.
pub fn allows(mut claims: &[u8], series: &Series<'_>) -> bool {
    decide(&mut claims, series).is_some()
}

fn decide(claims: &mut &[u8], series: &Series<'_>) -> Option<()> {
    alive(claims, series.now)?;
    for id in [&series.owner, &series.producer] {
        let count = usize::from(byte(claims)?);
        let (ids, []) = take(claims, 16 * count)?.as_chunks::<16>() else { return None };
        ids.contains(id).then_some(())?;
    }
    let mut is_known = false;
    for _ in 0..byte(claims)? {
        is_known |= text(claims)? == series.application.as_bytes();
    }
    is_known.then_some(())?;
    for _ in 0..byte(claims)? {
        let (label, kind, wanted) = (text(claims)?, byte(claims)?, text(claims)?);
        let (_, value) = series.labels.iter().find(|(name, _)| name.as_bytes() == label)?;
        matches(kind, wanted, value.as_bytes()).then_some(())?;
    }
    Some(())
}

fn matches(kind: u8, wanted: &[u8], value: &[u8]) -> bool {
    match kind {
        EXACTLY => value == wanted,
        PREFIX => value.starts_with(wanted),
        PREFIX_OF_A_LINE => value.strip_prefix(wanted).is_some_and(|rest| !rest.contains(&b'\n')),
        _ => false,
    }
}
