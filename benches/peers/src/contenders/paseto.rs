//! pasetors: PASETO version 4, local (XChaCha20 and keyed BLAKE2b) and public (Ed25519), over JSON.

use std::sync::LazyLock;

use pasetors::keys::{AsymmetricPublicKey, AsymmetricSecretKey, SymmetricKey};
use pasetors::token::UntrustedToken;
use pasetors::version4::{LocalToken, PublicToken, V4};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SECRET;
use super::claims::Tokens;

/// `v4.local`.
#[derive(Clone, Copy)]
pub struct Local;

/// `v4.public`.
#[derive(Clone, Copy)]
pub struct Public;

static SYMMETRIC: LazyLock<SymmetricKey<V4>> =
    LazyLock::new(|| SymmetricKey::from(&SECRET).expect("a key has 32 bytes"));

static PAIR: LazyLock<(AsymmetricSecretKey<V4>, AsymmetricPublicKey<V4>)> = LazyLock::new(|| {
    let public = ed25519_dalek::SigningKey::from_bytes(&SECRET).verifying_key();
    let both = [SECRET, public.to_bytes()].concat();
    let secret = AsymmetricSecretKey::from(&both).expect("seed and public key");
    (secret, AsymmetricPublicKey::from(&public.to_bytes()).expect("a public key"))
});

fn json<T: Serialize>(claims: &T) -> Vec<u8> {
    serde_json::to_vec(claims).expect("claims are JSON")
}

impl Tokens for Local {
    const NAME: &'static str = "pasetors local";
    const PACKAGE: &'static str = "pasetors";
    const ABOUT: &'static str = "v4.local, encrypted, over JSON claims; a check written by hand";

    fn seal<T: Serialize>(self, claims: &T) -> String {
        LocalToken::encrypt(&SYMMETRIC, &json(claims), None, None).expect("claims are not empty")
    }

    fn open<T: DeserializeOwned>(self, text: &str, _now: i64) -> Option<T> {
        let token = UntrustedToken::try_from(text).ok()?;
        let trusted = LocalToken::decrypt(&SYMMETRIC, &token, None, None).ok()?;
        serde_json::from_str(trusted.payload()).ok()
    }
}

impl Tokens for Public {
    const NAME: &'static str = "pasetors public";
    const PACKAGE: &'static str = "pasetors";
    const ABOUT: &'static str = "v4.public, Ed25519 over JSON claims; a check written by hand";

    fn seal<T: Serialize>(self, claims: &T) -> String {
        PublicToken::sign(&PAIR.0, &json(claims), None, None).expect("claims are not empty")
    }

    fn open<T: DeserializeOwned>(self, text: &str, _now: i64) -> Option<T> {
        let token = UntrustedToken::try_from(text).ok()?;
        let trusted = PublicToken::verify(&PAIR.1, &token, None, None).ok()?;
        serde_json::from_str(trusted.payload()).ok()
    }
}
