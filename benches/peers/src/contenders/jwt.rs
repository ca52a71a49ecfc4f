//! jsonwebtoken: HS256 over JSON.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

use super::SECRET;
use super::claims::Tokens;

/// JSON Web Tokens.
#[derive(Clone, Copy)]
pub struct Jwt;

static KEYS: LazyLock<(EncodingKey, DecodingKey, Validation)> = LazyLock::new(|| {
    let mut validation = Validation::new(Algorithm::HS256);
    // Its expiry is in seconds of this machine's clock; ours is held against the request's time.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    (EncodingKey::from_secret(&SECRET), DecodingKey::from_secret(&SECRET), validation)
});

impl Tokens for Jwt {
    const NAME: &'static str = "jsonwebtoken";
    const PACKAGE: &'static str = "jsonwebtoken";
    const ABOUT: &'static str = "HS256 over JSON claims; a check written by hand";

    fn seal<T: Serialize>(self, claims: &T) -> String {
        encode(&Header::default(), claims, &KEYS.0).expect("claims are JSON")
    }

    fn open<T: DeserializeOwned>(self, text: &str, _now: i64) -> Option<T> {
        decode(text, &KEYS.1, &KEYS.2).ok().map(|token| token.claims)
    }
}
