//! The answer to a request, and which block and rule gave it.

use core::fmt;

use super::request::RequestError;

/// Where a program came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A block of the token: 0 is the authority; the others are restrictions in the order they were
    /// added.
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
    /// The program that contains it.
    pub origin: Origin,
    /// Its number in the program, from 0; none if the block as a whole decided: no rule in it
    /// allowed, or a restriction without `only` had nothing to object to.
    pub rule: Option<u16>,
}

/// The answer. `allow` is one value of four, so that forgetting one of the others cannot let a
/// request through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Every block allows.
    Allow(Decider),
    /// A `deny` matched.
    Forbidden(Decider),
    /// A block has no rule that allows it.
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

    /// Its name in case files and JSON: `allow`, `forbidden`, `not_permitted` or `refused`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Allow(_) => "allow",
            Self::Forbidden(_) => "forbidden",
            Self::NotPermitted(_) => "not_permitted",
            Self::Refused(_) => "refused",
        }
    }

    /// The status of an HTTP answer:
    ///
    /// | verdict | status | what the caller can do |
    /// |---|---|---|
    /// | allow | 200 | – |
    /// | refused, and the [request](Blame::Request) is to blame | 400 | send one that the vocabulary describes |
    /// | refused, and the [token](Blame::Token) is to blame | 401 | get another token |
    /// | forbidden, not permitted | 403 | ask for less |
    /// | refused, and the [service](Blame::Service) is to blame | 503 | come back later |
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::Allow(_) => 200,
            Self::Forbidden(_) | Self::NotPermitted(_) => 403,
            Self::Refused(refusal) => match refusal.blame() {
                Blame::Request => 400,
                Blame::Token => 401,
                Blame::Service => 503,
            },
        }
    }

    /// Joins the answers of two blocks: any `deny` forbids, and the result is `allow` only if both
    /// are. On allow the first decider is kept: the authority names the rule.
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

/// Lists every refusal of a token once: its name in JSON and logs, and its message.
macro_rules! refusals {
    ($( $(#[$doc:meta])* $name:ident $word:literal $text:literal; )*) => {
        /// Why a token or a request is not valid. Each cause has its own name; none tells a forger
        /// anything that the bytes did not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $( $(#[$doc])* $name, )*
            /// The request does not fit the vocabulary.
            Request(RequestError),
        }

        impl Refusal {
            /// All of them; malformed requests are there once, since they share one name.
            pub const ALL: &'static [Self] = &[$(Self::$name,)* Self::Request(RequestError::OtherVocabulary)];

            /// The name in JSON and logs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$name => $word, )*
                    Self::Request(_) => "malformed_request",
                }
            }
        }

        impl fmt::Display for Refusal {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $( Self::$name => f.write_str($text), )*
                    Self::Request(malformed) => write!(f, "the request is malformed: {malformed}"),
                }
            }
        }
    };
}

refusals! {
    /// Not the text of a token: another prefix, another alphabet, padding, or spare bits that are
    /// not zero.
    NotAToken "not_a_token"
        "this is not the text of a token";
    /// More bytes than a token may have.
    TooLarge "too_large"
        "the token is larger than a token may be";
    /// The bytes end too early.
    Truncated "truncated"
        "the token is cut short";
    /// Bytes that the canonical encoding would not have written: a long varint, an unknown flag,
    /// bytes left over.
    NotCanonical "not_canonical"
        "the token is not in its canonical form";
    /// A version or a purpose that this build does not know.
    UnknownVersion "unknown_version"
        "the token is of an unknown version or purpose";
    /// No key of this id and purpose is accepted.
    UnknownKey "unknown_key"
        "the token names a key that is not in the keyring";
    /// The proof does not fit the bytes: they are forged, altered, or signed by another key.
    Forged "forged"
        "the token's proof does not fit: it is forged, altered, or made for another audience";
    /// More blocks than allowed.
    TooManyBlocks "too_many_blocks"
        "the token has more blocks than allowed";
    /// A block after the one that seals the token.
    Sealed "sealed"
        "the token has a block after its seal";
    /// Made with a vocabulary, or a later state of one, that this verifier does not have.
    UnknownVocabulary "unknown_vocabulary"
        "the token was made with a vocabulary that is not known here";
    /// A program that the verifier rejects.
    BadProgram "bad_program"
        "the token contains a program that is not valid";
    /// The programs of the token together could take more steps than `limits` allows.
    TooCostly "too_costly"
        "the token's rules could take more steps than a token may use";
    /// A run took more steps than the verifier had computed for its program: a defect of this
    /// build, never a denial.
    OutOfFuel "out_of_fuel"
        "the rules took more steps than were computed for them: a defect of this build";
    /// The time is before 1970: the clock is not set, so the token's validity cannot be checked.
    NoClock "no_clock"
        "the clock is not set: its time is before 1970";
    /// Its expiry has passed.
    Expired "expired"
        "the token has expired";
    /// It is not valid yet, or says that it was made in the future.
    NotYetValid "not_yet_valid"
        "the token is not valid yet";
    /// A block of it, or its key for tokens of its age, is revoked.
    Revoked "revoked"
        "the token is revoked";
    /// The revocation list is older than its own maximum age.
    StaleRevocations "stale_revocations"
        "the revocation list is too old to be used";
    /// The revocation list says that it was issued in the future.
    EarlyRevocations "early_revocations"
        "the revocation list says that it was issued in the future";
    /// No accepted key has signed the revocation list, or there is none, and the verifier requires
    /// a signed one.
    UnsignedRevocations "unsigned_revocations"
        "there is no revocation list that an accepted key has signed";
    /// A block names another holder, without the signature of the holder before.
    Rebound "rebound"
        "the token names another holder without the signature of the one before";
    /// The token is bound to its holder, and the request has no proof.
    NoProof "no_proof"
        "no proof of the holder: the token is bound to a key, and the request is not signed with it";
    /// The holder's proof is older than its window, or dated ahead.
    StaleProof "stale_proof"
        "stale proof: the holder signed too long ago, or with a clock that is ahead";
    /// The holder's signature is not on this request.
    WrongProof "wrong_proof"
        "wrong proof: the holder has not signed this request with this token for this service";
    /// The proof was used before.
    Replayed "replayed_proof"
        "the proof of the holder was used before";
    /// There are more proofs within a window than the guard against replays has room for.
    ReplaysFull "replays_full"
        "the guard against replays has no room for another proof";
    /// An approval is older than its window, or dated ahead.
    StaleApproval "stale_approval"
        "stale approval: it was signed too long ago, or with a clock that is ahead";
    /// An approval that is not for this request.
    WrongApproval "wrong_approval"
        "wrong approval: its key has not signed this request with this token for this service";
    /// More approvals than may come with one request.
    TooManyApprovals "too_many_approvals"
        "the request has more approvals than are allowed";
    /// A policy of the service was proved with a vocabulary other than the one that decides.
    OtherPolicy "other_policy"
        "a policy was proved with a vocabulary other than the one that decides";
}

/// The cause of a refusal, and so who can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The token: its sender needs another one.
    Token,
    /// The request, which does not fit the vocabulary.
    Request,
    /// The service that decides: its clock, its revocation list or its policies.
    Service,
}

impl Refusal {
    /// The part that is to blame.
    #[must_use]
    pub const fn blame(self) -> Blame {
        match self {
            Self::NotAToken
            | Self::TooLarge
            | Self::Truncated
            | Self::NotCanonical
            | Self::UnknownVersion
            | Self::UnknownKey
            | Self::Forged
            | Self::TooManyBlocks
            | Self::Sealed
            | Self::UnknownVocabulary
            | Self::BadProgram
            | Self::TooCostly
            | Self::Expired
            | Self::NotYetValid
            | Self::Revoked
            | Self::Rebound
            | Self::NoProof
            | Self::StaleProof
            | Self::WrongProof
            | Self::Replayed
            | Self::StaleApproval
            | Self::WrongApproval
            | Self::TooManyApprovals => Blame::Token,
            Self::Request(_) => Blame::Request,
            Self::OutOfFuel
            | Self::NoClock
            | Self::StaleRevocations
            | Self::EarlyRevocations
            | Self::UnsignedRevocations
            | Self::ReplaysFull
            | Self::OtherPolicy => Blame::Service,
        }
    }
}

/// `{"verdict": "not_permitted", "block": 0}`: the [word](Verdict::word), then the `block` of the
/// token or the `policy` of the service that decided, and its `rule` if there is one; or the
/// `cause`, the [name](Refusal::name) of a refusal.
#[cfg(feature = "serde")]
impl serde::Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", self.word())?;
        match self {
            Self::Allow(decider) | Self::Forbidden(decider) | Self::NotPermitted(decider) => {
                match decider.origin {
                    Origin::Block(number) => map.serialize_entry("block", &number)?,
                    Origin::Policy(number) => map.serialize_entry("policy", &number)?,
                }
                decider.rule.iter().try_for_each(|rule| map.serialize_entry("rule", rule))?;
            }
            Self::Refused(refusal) => map.serialize_entry("cause", refusal.name())?,
        }
        map.end()
    }
}

impl core::error::Error for Refusal {}
