//! The same through a scripting host: audience, time, signed lists and a key that is kept elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::{both, remote_signer, signing};
use crate::token_workshop::{HOUR, NOW, keyring, ms};
use placet::model::time::Time;
use placet::token::audience::Audience;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::revocation::{HeldRevocations, RevocationList, Revocations};
use placet::token::signer::Signer;
use placet_host::function::Function;
use placet_host::value::Value;
use placet_host::{Builder, Host};
use serde_json::json;

fn builder(key: &MintingKey) -> Builder {
    let mut keyring = keyring();
    keyring.mint_with(key.clone()).unwrap();
    Host::builder(keyring).vocabulary("momento").minting().clock(|| NOW)
}

fn minted(host: &Host) -> Value {
    let map = json!({ "permissions": [{ "role": "ReadOnly", "cache": "acorns" }], "ttl": 3_600_000 });
    host.call(Function::Tokengen, &[map.into()]).unwrap().get("token").cloned().unwrap()
}

/// The verdict, or why there is none.
fn said(host: &Host, token: &Value) -> String {
    let request = json!({ "action": "get", "cache": "acorns", "item": "oak" });
    let answer = host.call(Function::Authorize, &[token.clone(), request.into()]).unwrap();
    let word = answer.get("cause").or_else(|| answer.get("verdict"));
    match word {
        Some(Value::Text(word)) => word.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_host_mints_for_its_audience_and_takes_no_other() {
    for key in both() {
        let [orders, billing] =
            ["orders", "billing"].map(|name| builder(&key).audience(Audience::new(name).unwrap()).build().unwrap());
        let nobody = builder(&key).build().unwrap();
        let token = minted(&orders);
        let hosts = [&orders, &billing, &nobody];
        assert_eq!(hosts.map(|host| said(host, &token)), ["allow", "forged", "forged"]);
        let verify = |host: &Host| host.call(Function::Verify, std::slice::from_ref(&token)).is_ok();
        assert_eq!(hosts.map(verify), [true, false, false]);
        let believed = |host: &Host| {
            let answer = host.call(Function::Tokeninfo, std::slice::from_ref(&token)).unwrap();
            answer.get("verified") == Some(&Value::Bool(true))
        };
        assert_eq!(hosts.map(believed), [true, false, false]);
        // A handle that was verified stays for its audience.
        let handle = orders.call(Function::Verify, &[token]).unwrap();
        assert_eq!(said(&orders, &handle), "allow");
    }
}

#[test]
fn a_host_refuses_what_comes_from_the_future_and_everything_without_a_clock() {
    let now = Arc::new(AtomicI64::new(NOW.as_millis()));
    let clock = Arc::clone(&now);
    let [key, _] = both();
    let host = builder(&key)
        .clock(move || Time::from_millis(clock.load(Ordering::Relaxed)))
        .clock_skew(Duration::from_millis(5_000))
        .build()
        .unwrap();
    let token = minted(&host);
    let at = |time: Time| {
        now.store(time.as_millis(), Ordering::Relaxed);
        said(&host, &token)
    };
    assert_eq!(
        [NOW, NOW - ms(5_000), NOW - ms(5_001), Time::from_millis(-1)].map(at),
        ["allow", "allow", "not_yet_valid", "no_clock"]
    );
    let map = json!({ "permissions": [{ "role": "ReadOnly", "cache": "acorns" }], "ttl": 3_600_000 });
    assert!(host.call(Function::Tokengen, &[map.into()]).is_err(), "nothing is minted without a clock");
}

#[test]
fn a_host_that_wants_signed_lists_takes_no_other() {
    let [key, _] = both();
    let host = builder(&key).signed_revocations().build().unwrap();
    let token = minted(&host);
    assert_eq!(said(&host, &token), "unsigned_revocations");
    let snapshot = Revocations::write(&RevocationList::new(NOW, HOUR));
    host.replace_revocations(HeldRevocations::open(snapshot.clone()).unwrap());
    assert_eq!(said(&host, &token), "unsigned_revocations");
    let signed = Revocations::sign(&snapshot, &signing()).unwrap();
    host.replace_revocations(HeldRevocations::open_signed(signed, &keyring(), Audience::NONE).unwrap());
    assert_eq!(said(&host, &token), "allow");
}

#[test]
fn a_host_mints_with_a_key_that_is_kept_elsewhere() {
    let vault = remote_signer::Vault::open([0x44; 32]).unwrap();
    let mut keyring = Keyring::new();
    keyring.accept_public(vault.public().clone()).unwrap();
    let host = Host::builder(keyring).vocabulary("momento").minting_with(vault).clock(|| NOW).build().unwrap();
    let token = minted(&host);
    assert_eq!(said(&host, &token), "allow");
}
