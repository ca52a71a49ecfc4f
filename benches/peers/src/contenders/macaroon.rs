//! macaroon: chained HMAC-SHA256; the claims are the first caveat, bounds on time the others.

use std::cell::Cell;
use std::sync::LazyLock;

use macaroon::{ByteString, Caveat, Format, MacaroonKey, Verifier};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SECRET;
use super::claims::Tokens;

/// Macaroons.
#[derive(Clone, Copy)]
pub struct Macaroon;

static KEY: LazyLock<MacaroonKey> = LazyLock::new(|| {
    macaroon::initialize().expect("the library starts");
    MacaroonKey::generate(&SECRET)
});

const GRANTS: &[u8] = b"grants ";
const UNTIL: &[u8] = b"until ";

thread_local! {
    // A verifier takes functions, not closures: the request's time has no other way in.
    static NOW: Cell<i64> = const { Cell::new(0) };
}

fn is_grant(caveat: &ByteString) -> bool {
    caveat.0.starts_with(GRANTS)
}

fn is_before(caveat: &ByteString) -> bool {
    let until = caveat.0.strip_prefix(UNTIL).and_then(|text| std::str::from_utf8(text).ok());
    until.and_then(|text| text.parse::<i64>().ok()).is_some_and(|until| NOW.get() < until)
}

impl Tokens for Macaroon {
    const NAME: &'static str = "macaroon";
    const PACKAGE: &'static str = "macaroon";
    const ABOUT: &'static str = "chained HMAC-SHA256, format V2; claims as JSON in the first caveat, checked by hand";

    fn seal<T: Serialize>(self, claims: &T) -> String {
        let mut macaroon = macaroon::Macaroon::create(None, &KEY, "1".into()).expect("it has an identifier");
        let claims = serde_json::to_vec(claims).expect("claims are JSON");
        macaroon.add_first_party_caveat([GRANTS, claims.as_slice()].concat().into());
        macaroon.serialize(Format::V2).expect("it has a signature")
    }

    fn open<T: DeserializeOwned>(self, text: &str, now: i64) -> Option<T> {
        NOW.set(now);
        let macaroon = macaroon::Macaroon::deserialize(text).ok()?;
        let mut verifier = Verifier::default();
        verifier.satisfy_general(is_grant);
        verifier.satisfy_general(is_before);
        verifier.verify(&macaroon, &KEY, Vec::new()).ok()?;
        let caveats = macaroon.caveats();
        let Some(Caveat::FirstParty(first)) = caveats.first() else { return None };
        serde_json::from_slice(first.predicate().0.strip_prefix(GRANTS)?).ok()
    }

    fn attenuate(self, text: &str, until: i64) -> Option<String> {
        let mut macaroon = macaroon::Macaroon::deserialize(text).ok()?;
        macaroon.add_first_party_caveat([UNTIL, until.to_string().as_bytes()].concat().into());
        macaroon.serialize(Format::V2).ok()
    }
}
