//! The bearer of the tokens of the tests.

use placet::model::claim::{Bearer, Claim, ClaimMap};

/// A bearer with some claims and without others.
#[derive(Clone, Copy, Debug)]
pub struct Ann;

impl Bearer for Ann {
    fn claim(&self, claim: Claim) -> Option<&str> {
        match claim {
            Claim::Id => Some("a"),
            Claim::Owner => Some("ann"),
            Claim::Application => Some(""),
            Claim::Type | Claim::Producer => None,
        }
    }

    fn entry(&self, map: ClaimMap, name: &[u8]) -> Option<&str> {
        match (map, name) {
            (ClaimMap::Labels, b"dc") => Some("eu-1"),
            (ClaimMap::Attributes, b"") => Some("a"),
            _ => None,
        }
    }
}
