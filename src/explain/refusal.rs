//! Why a token or a request is not valid, and the way out.

use std::time::Duration;

use serde_json::Value as Json;

use super::answer::Cause;
use crate::document::request::RequestJsonError;
use crate::program::literal::{duration, time_or_number as time_text};
use crate::visible::EXCERPT;
use placet_core::model::path::ResourcePath;
use placet_core::model::time::{Time, millis};
use placet_core::model::verdict::Refusal;
use placet_core::model::vocabulary::Vocabulary;
use placet_core::token::envelope::Token;
use placet_core::token::inspect::{Unverified, inspect};

/// A length of time in its two largest units: the milliseconds of three years are only noise.
fn about(length: Duration) -> String {
    const SECOND: i64 = 1_000;
    const STEPS: [(i64, i64); 4] =
        [(24 * 3_600 * SECOND, 3_600 * SECOND), (3_600 * SECOND, 60 * SECOND), (60 * SECOND, SECOND), (SECOND, SECOND)];
    let millis = millis(length);
    let smallest = STEPS.iter().find(|(from, _)| millis >= *from).map_or(1, |(_, smallest)| *smallest);
    duration(millis - millis % smallest)
}

/// The cause of a refusal. The token's unverified claims are only quoted, never trusted.
pub(super) fn cause(refusal: Refusal, token: Option<&str>, time: Time, vocabulary: &Vocabulary) -> Cause {
    let token = token.and_then(|text| Token::parse(text).ok());
    let says = token.as_ref().and_then(|token| inspect(token).ok());
    let message = match (refusal, &says) {
        (Refusal::Request(malformed), _) => malformed.describe(vocabulary),
        (Refusal::Expired, Some(Unverified { expiry: Some(expiry), .. })) => {
            format!(
                "the token has expired: it was valid until {}, {} ago",
                time_text(expiry.as_millis()),
                about(time.since(*expiry))
            )
        }
        (Refusal::NotYetValid, Some(says)) => match says.blocks.iter().filter_map(|block| block.not_before).max() {
            Some(start) if start > time => {
                format!(
                    "the token is not valid yet: it will be valid from {}, in {}",
                    time_text(start.as_millis()),
                    about(start.since(time))
                )
            }
            _ => {
                format!("the token is not valid yet: it was issued at {}", time_text(says.header.issuance.as_millis()))
            }
        },
        (Refusal::UnknownKey, Some(says)) => {
            format!(
                "the token names the {} key `{}`, which is not in the keyring",
                says.header.purpose, says.header.key
            )
        }
        (Refusal::UnknownVocabulary, Some(says)) => format!(
            "the token was made with a vocabulary state {}…, which `{}` {} does not know",
            says.header.hint,
            vocabulary.name(),
            vocabulary.version()
        ),
        _ => refusal.to_string(),
    };
    Cause { name: refusal.name(), message, help: help(refusal).map(str::to_owned) }
}

/// The cause for an action that was declared after the token or the policy was made.
pub(super) fn younger(action: &str, what: &str, vocabulary: &Vocabulary) -> Cause {
    Cause {
        name: "younger_action",
        message: format!("the {what} was made before `{}` had the action `{action}`", vocabulary.name()),
        help: Some(format!("make a new {what} with the current vocabulary")),
    }
}

const fn help(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::NotAToken => {
            Some("a token begins with `placet_l1_` or `placet_p1_`, and has nothing before or after it")
        }
        Refusal::TooLarge => Some("move rules into a `policy` that the service holds"),
        Refusal::Truncated => Some("copy the whole token"),
        Refusal::NotCanonical => Some("use the text exactly as it was minted"),
        Refusal::UnknownVersion => Some("verify it with a newer version, or mint it with this one"),
        Refusal::UnknownKey => Some("add the key to the keyring, or use the keyring of the service that minted it"),
        Refusal::Forged => Some("nothing in it can be trusted; ask its minter for a new one, made for this service"),
        Refusal::TooManyBlocks => Some("attenuate an earlier copy of the token"),
        Refusal::Sealed => Some("use the token as it was when it was sealed"),
        Refusal::UnknownVocabulary => Some("give the vocabulary it was made with, or a later state of it"),
        Refusal::BadProgram => Some("ask its minter, or whoever attenuated it, for a new one"),
        Refusal::NoClock => Some("set the clock"),
        Refusal::TooCostly => Some(
            "use an earlier copy of the token with a shorter restriction, or move rules into a `policy` that the service holds",
        ),
        Refusal::OutOfFuel => {
            Some("this is a mistake of this version, not of the token: report it, and use another version")
        }
        Refusal::Expired => Some("mint a new one; a copy from before its last restriction may live longer"),
        Refusal::NotYetValid => Some("wait, or ask at a later time"),
        Refusal::Revoked => Some("ask its minter for a new one"),
        Refusal::StaleRevocations => Some("fetch the revocation list again"),
        Refusal::EarlyRevocations => {
            Some("compare this clock with that of the list's issuer, and issue the list again")
        }
        Refusal::UnsignedRevocations => Some("sign the list with a key of the keyring: `placet revoke --sign`"),
        Refusal::Rebound => {
            Some("use the token as it was before its last restriction, or ask its holder to hand it over")
        }
        Refusal::NoProof => Some("sign the request with the holder's key: `placet prove`"),
        Refusal::StaleProof => Some("sign the request again, and compare both clocks"),
        Refusal::WrongProof => Some(
            "sign exactly the request that the service decides, with the last holder's key, this token and this audience",
        ),
        Refusal::Replayed => Some("sign the request again"),
        Refusal::ReplaysFull => Some("come back later; the service can give its guard more room"),
        Refusal::StaleApproval => Some("ask for a new approval, and compare both clocks"),
        Refusal::WrongApproval => {
            Some("leave it out, or ask for an approval of exactly this request, this token and this audience")
        }
        Refusal::TooManyApprovals => Some("send only those that a policy asks for"),
        Refusal::OtherPolicy => Some("compile the policy again with this vocabulary"),
        Refusal::Request(_) => None,
    }
}

/// The cause for JSON that is not a request of the vocabulary.
pub(super) fn malformed(bad: &RequestJsonError, request: &Json, vocabulary: &Vocabulary) -> Cause {
    let head = bad.path.split(['[', '.']).next().unwrap_or_default();
    let value = request.get(head).and_then(Json::as_str);
    let help = match (head, value) {
        ("action", Some(name)) => did_you_mean(name, vocabulary.actions().iter().map(String::as_str)),
        (name, _) if !name.is_empty() && vocabulary.field(name).is_none() => {
            did_you_mean(name, vocabulary.attributes().iter().map(|attribute| attribute.name.as_str()))
        }
        (_, Some(path)) if path.starts_with('/') => ResourcePath::new(path).err().map(|error| error.to_string()),
        _ => None,
    };
    Cause { name: "malformed_request", message: bad.to_string(), help }
}

fn did_you_mean<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    // The work grows with the name's length, and a name this long is not a typo.
    if name.len() > EXCERPT {
        return None;
    }
    let far = |other: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    let nearest = names.min_by_key(|other| far(other))?;
    (far(nearest) <= 1 + name.len() / 4).then(|| format!("did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_told_in_its_two_largest_units() {
        let told = |millis| about(Duration::from_millis(millis));
        assert_eq!(told(17_015_668), "4h43m");
        assert_eq!(told(97_394_532_398), "1127d6h");
        assert_eq!(told(61_999), "1m1s");
        assert_eq!(told(1_999), "1s");
        assert_eq!(told(7), "7ms");
        assert_eq!(about(Duration::MAX), about(Duration::from_millis(i64::MAX.unsigned_abs())));
    }
}
