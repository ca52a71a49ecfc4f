//! S3: a conditional HTTP API.
//!
//! The token has the tenant's own part of the path, the networks and the hours; which methods read, and that `.admin` is
//! nobody's, the service knows by itself.

use super::{alive, byte, put, take, text};

/// What a token grants.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    pub expiry: u64,
    /// What a path begins with, its last slash included; something must follow.
    pub below: &'a str,
    pub networks: &'a [([u8; 4], u8)],
    /// The first hour that is open, the first that is not.
    pub hours: (u8, u8),
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub ip: [u8; 4],
    pub now: u64,
}

/// Expiry, path, networks, hours.
pub fn claims(grant: &Grant<'_>) -> Vec<u8> {
    let mut bytes = grant.expiry.to_be_bytes().to_vec();
    put(&mut bytes, grant.below.as_bytes());
    bytes.push(u8::try_from(grant.networks.len()).unwrap());
    for (address, bits) in grant.networks {
        bytes.extend_from_slice(address);
        bytes.push(*bits);
    }
    bytes.extend([grant.hours.0, grant.hours.1]);
    bytes
}

/// Decides a request.
pub fn allows(mut claims: &[u8], visit: &Visit<'_>) -> bool {
    decide(&mut claims, visit).is_some()
}

fn decide(claims: &mut &[u8], visit: &Visit<'_>) -> Option<()> {
    alive(claims, visit.now)?;
    matches!(visit.method, "GET" | "HEAD").then_some(())?;
    let name = visit.path.as_bytes().strip_prefix(text(claims)?)?;
    (!name.is_empty() && name.split(|&byte| byte == b'/').all(|segment| segment != b".admin")).then_some(())?;
    let mut is_near = false;
    for _ in 0..byte(claims)? {
        let (network, bits) = (take(claims, 4)?.try_into().ok()?, byte(claims)?);
        is_near |= contains(network, bits, visit.ip)?;
    }
    is_near.then_some(())?;
    let (from, until) = (byte(claims)?, byte(claims)?);
    let hour = visit.now / 3_600_000 % 24;
    (hour >= u64::from(from) && hour < u64::from(until)).then_some(())
}

/// Whether the first bits are the same; nothing when an address has not as many.
fn contains(network: [u8; 4], bits: u8, address: [u8; 4]) -> Option<bool> {
    let others = 32_u32.checked_sub(u32::from(bits))?;
    let differs = u32::from_be_bytes(network) ^ u32::from_be_bytes(address);
    Some(differs.checked_shr(others).unwrap_or(0) == 0)
}
