//! The answer to a request, and which block and rule gave it.

use core::fmt;

use super::request::Malformed;

/// Where a program came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A block of the token: 0 is the authority, the others are restrictions in the order they were added.
    Block(u8),
    /// A policy that the service holds, by its place in the service's list.
    Policy(u16),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(0) => f.write_str("the token's authority block"),
            Self::Block(number) => write!(f, "restriction {number} of the token"),
            Self::Policy(number) => write!(f, "policy {}", u32::from(*number) + 1),
        }
    }
}

/// The rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider {
    /// The program it stands in.
    pub origin: Origin,
    /// Its number in the program, from 0; none where the block as a whole decided: nothing in it allowed, or a restriction
    /// without `only` had nothing to object to.
    pub rule: Option<u16>,
}

/// The answer. `allow` is one value of four, so that forgetting one of the others can not let a request through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Every block allows.
    Allow(Decider),
    /// A `deny` matched.
    Forbidden(Decider),
    /// A block has nothing that allows it.
    NotPermitted(Decider),
    /// The token or the request is not valid; no rule was looked at.
    Refused(Refusal),
}

impl Verdict {
    /// Whether the answer is yes.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// The word for it in case files and JSON: `allow`, `forbidden`, `not_permitted` or `refused`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Forbidden(_) => "forbidden",
            Self::NotPermitted(_) => "not_permitted",
            Self::Refused(_) => "refused",
        }
    }

    /// Joins the answers of two blocks: a `deny` anywhere forbids, and only two times allow is allow. On allow the first
    /// one is kept: the authority names the rule.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Refused(_), _) => self,
            (_, Self::Refused(_)) => other,
            (Self::Forbidden(_), _) => self,
            (_, Self::Forbidden(_)) => other,
            (Self::NotPermitted(_), _) => self,
            (_, Self::NotPermitted(_)) => other,
            (Self::Allow(_), Self::Allow(_)) => self,
        }
    }
}

/// Why a token or a request is not valid. Each cause has a name of its own; none says more to a forger than the bytes he
/// sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not text of a token: another prefix, another alphabet, padding, or spare bits that are not zero.
    NotAToken,
    /// More bytes than a token may have.
    TooLarge,
    /// The bytes end too early.
    Truncated,
    /// Bytes that the canonical encoding would not have written: a long varint, an unknown flag, bytes left over.
    NotCanonical,
    /// A version or a purpose that this build does not know.
    UnknownVersion,
    /// No key of this id and purpose is accepted.
    UnknownKey,
    /// The proof does not fit the bytes: forged, altered, or signed by somebody else.
    Forged,
    /// More blocks than allowed.
    TooManyBlocks,
    /// A block stands behind one that seals the token.
    Sealed,
    /// Made with a vocabulary that this verifier does not have, or a later state of it.
    UnknownVocabulary,
    /// A program that the verifier does not prove.
    BadProgram,
    /// The programs of the token, all of them together, could take longer than `limits` allows.
    TooCostly,
    /// A run took more steps than the verifier had found for its program: a defect of this build, never a denial.
    OutOfFuel,
    /// Its end has come.
    Expired,
    /// Its time has not begun.
    NotYetValid,
    /// A block of it, or its key for tokens of its age, is revoked.
    Revoked,
    /// The revocation list is older than it says it may be.
    StaleRevocations,
    /// The request is not one of the vocabulary.
    Request(Malformed),
}

impl Refusal {
    /// The name in JSON and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAToken => "not_a_token",
            Self::TooLarge => "too_large",
            Self::Truncated => "truncated",
            Self::NotCanonical => "not_canonical",
            Self::UnknownVersion => "unknown_version",
            Self::UnknownKey => "unknown_key",
            Self::Forged => "forged",
            Self::TooManyBlocks => "too_many_blocks",
            Self::Sealed => "sealed",
            Self::UnknownVocabulary => "unknown_vocabulary",
            Self::BadProgram => "bad_program",
            Self::TooCostly => "too_costly",
            Self::OutOfFuel => "out_of_fuel",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::StaleRevocations => "stale_revocations",
            Self::Request(_) => "malformed_request",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAToken => f.write_str("this is not the text of a token"),
            Self::TooLarge => f.write_str("the token is larger than a token may be"),
            Self::Truncated => f.write_str("the token is cut short"),
            Self::NotCanonical => f.write_str("the token is not in its canonical form"),
            Self::UnknownVersion => f.write_str("the token is of an unknown version or purpose"),
            Self::UnknownKey => f.write_str("the token names a key that is not in the keyring"),
            Self::Forged => f.write_str("the token's proof does not fit: it is forged or altered"),
            Self::TooManyBlocks => f.write_str("the token has more blocks than allowed"),
            Self::Sealed => f.write_str("the token has a block behind its seal"),
            Self::UnknownVocabulary => f.write_str("the token is made with a vocabulary that is not known here"),
            Self::BadProgram => f.write_str("the token holds a program that is not valid"),
            Self::TooCostly => f.write_str("the token's rules could take more work than those of a token may"),
            Self::OutOfFuel => f.write_str("the rules took more work than was found for them before"),
            Self::Expired => f.write_str("the token has expired"),
            Self::NotYetValid => f.write_str("the token is not valid yet"),
            Self::Revoked => f.write_str("the token is revoked"),
            Self::StaleRevocations => f.write_str("the revocation list is too old to go on"),
            Self::Request(malformed) => write!(f, "the request is malformed: {malformed}"),
        }
    }
}

impl core::error::Error for Refusal {}
