//! Accepting Warp 10 tokens: the golden vectors of Warp 10's filter, the order of its checks, the
//! attribute rules.

use crate::warp10;
use placet::model::time::Time;

use placet_warp10::accept::{Acceptor, AttributeRules, Rejection};
use placet_warp10::config::Config;
use placet_warp10::keys::{KeyError, Keys, TokenKeys};
use placet_warp10::token::{Kind, ReadToken, Token, WriteToken};
use placet_warp10::trl::{RevocationList, Scope};
use placet_warp10::trl_directory::Directory;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use warp10::{KINDS, differences_are, keys, section, text};

/// 2026-11-21, when the vectors were recorded.
const RECORDED: i64 = 1_795_219_200_000;

/// Refusals in other words, and the reasons.
const DIFFERENCES: &[(&str, &str)] =
    &[("filter-non-ascii", "a byte over 127 is a wrong character (INVALID), not an unexpected error (UNEXPECTED)")];

#[test]
fn the_filter_has_the_outcome_of_the_original_but_for_what_differs_on_purpose() {
    let mut found = BTreeSet::new();
    for vector in section("filter") {
        let keys = keys(text(&vector["keys"]));
        let acceptor =
            Acceptor { keys: &keys, revocations: &Directory::none(), attributes: &AttributeRules::default() };
        let same = KINDS.iter().all(|(field, kind)| {
            let outcome = acceptor.accept(text(&vector["token"]), *kind, Time::from_millis(RECORDED));
            is_as_recorded(&vector[format!("filter_{field}")], outcome)
        });
        if !same {
            found.insert(text(&vector["id"]).to_owned());
        }
    }
    differences_are(DIFFERENCES, &found);
}

fn is_as_recorded(recorded: &Value, outcome: Result<Token, Rejection>) -> bool {
    match outcome {
        Ok(_) => recorded["ok"] == true,
        Err(rejection) => {
            let error = &recorded["error"][0];
            recorded["ok"] == false
                && rejection.message == text(&error["message"])
                && rejection.label.to_string() == text(&error["label"])
        }
    }
}

fn read_token() -> Token {
    let attributes = Some(vec![("a".to_owned(), "own".to_owned())]);
    Token::Read(ReadToken { expiry: 1000, application: Some("app".to_owned()), attributes, ..ReadToken::default() })
}

fn write_token() -> Token {
    Token::Write(WriteToken { expiry: 1000, ..WriteToken::default() })
}

fn folder(list: &RevocationList) -> Directory {
    let (name, text) = list.file("l", Scope::Full, 1).unwrap();
    let mut directory = Directory::new(None, Time::from_millis(0));
    assert!(directory.scan(&BTreeMap::from([(name.file, text.into_bytes())])).unwrap());
    directory
}

fn label(keys: &TokenKeys, revocations: &Directory, text: &str, now: i64) -> String {
    let acceptor = Acceptor { keys, revocations, attributes: &AttributeRules::default() };
    acceptor
        .accept(text, Kind::Read, Time::from_millis(now))
        .map_or_else(|rejection| rejection.label.to_string(), |_| "OK".to_owned())
}

#[test]
fn a_token_is_good_to_its_last_millisecond() {
    let keys = keys("K1");
    let text = keys.mint(&read_token());
    assert_eq!(label(&keys, &Directory::none(), &text, i64::MIN), "OK");
    assert_eq!(label(&keys, &Directory::none(), &text, 1000), "OK");
    assert_eq!(label(&keys, &Directory::none(), &text, 1001), "EXPIRED");
}

#[test]
fn the_first_thing_that_is_wrong_is_what_is_told() {
    let keys = keys("K1");
    let text = keys.mint(&read_token());
    let write = keys.mint(&write_token());
    let mut list = RevocationList::default();
    list.revoke_application("app").unwrap();
    assert_eq!(label(&keys, &folder(&list), &text, 1000), "APP_REVOKED");
    assert_eq!(label(&keys, &folder(&list), &text, 1001), "EXPIRED");
    list.revoke(keys.ident(&text));
    list.revoke(keys.ident(&write));
    list.revoke(keys.ident("garbage"));
    assert_eq!(label(&keys, &folder(&list), &text, 1001), "REVOKED");
    assert_eq!(label(&keys, &folder(&list), &write, 0), "REVOKED", "before its kind is known");
    assert_eq!(label(&keys, &folder(&list), "garbage", 0), "REVOKED", "before it is known to be none");
    assert_eq!(label(&keys, &folder(&list), "", 0), "NOTOKEN");
    let unread = Directory::new(Some(Duration::from_millis(10)), Time::from_millis(0));
    assert_eq!(label(&keys, &unread, "", 10), "UNAVAILABLE");
}

#[test]
fn a_revoked_token_stays_revoked_in_any_spelling() {
    const ALPHABET: &str = ".0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    let keys = keys("K1");
    // The lengths of the three remainders: wrapped data of 0, 1 and 2 bytes over whole groups.
    for application in ["", "12345678", "1234567812345678"] {
        let token =
            Token::Read(ReadToken { expiry: 1000, application: Some(application.into()), ..ReadToken::default() });
        let text = keys.mint(&token);
        let mut list = RevocationList::default();
        list.revoke(keys.ident(&text));
        let directory = folder(&list);
        let (before, _) = text.split_at(text.len() - 1);
        for c in ALPHABET.chars().chain(" \n\t=\u{301}".chars()) {
            for other in [format!("{before}{c}"), format!("{text}{c}"), format!("{c}{text}")] {
                assert_ne!(label(&keys, &directory, &other, 0), "OK", "{other}");
            }
        }
    }
}

#[test]
fn banned_attributes_refuse_and_missing_ones_are_added() {
    let keys = keys("K1");
    let settings = [("warp.token.banned.attributes".to_owned(), " x ,, b".to_owned())];
    let config = Config::read([], settings).unwrap();
    let defaults = vec![("a".to_owned(), "default".to_owned()), ("b".to_owned(), "default".to_owned())];
    let rules = AttributeRules::from_config(&config, defaults, Vec::new()).unwrap();
    let acceptor = Acceptor { keys: &keys, revocations: &Directory::none(), attributes: &rules };
    let Token::Read(accepted) = acceptor.accept(&keys.mint(&read_token()), Kind::Read, Time::from_millis(0)).unwrap()
    else {
        panic!()
    };
    let expected = [("a", "own"), ("b", "default")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(accepted.attributes.unwrap(), expected, "the ban is asked before a default is added");
    assert_eq!(acceptor.accept(&keys.mint(&write_token()), Kind::Write, Time::from_millis(0)).unwrap(), write_token());
    let attributes = Some(vec![("b".to_owned(), String::new())]);
    let banned = Token::Write(WriteToken { expiry: 1000, attributes, ..WriteToken::default() });
    let rejection = acceptor.accept(&keys.mint(&banned), Kind::Write, Time::from_millis(0)).unwrap_err();
    assert_eq!(rejection.message, "Invalid token attribute.");
}

fn keys_of(text: &str) -> Result<Keys, KeyError> {
    Keys::from_config(&Config::read([("test.conf", text)], []).unwrap()).map_err(|bad| bad.why)
}

#[test]
fn keys_come_from_a_configuration_as_the_vectors_say() {
    let aes = "warp.aes.token = hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let hash = "hex:000102030405060708090a0b0c0d0e0f";
    let expected = keys("K1").ident("x");
    for vector in section("config_keys") {
        let line = text(&vector["line"]);
        let outcome = text(&vector["outcome"]);
        let (line, with_hash) = if line.starts_with('(') {
            ("", true)
        } else {
            (line.split(" (").next().unwrap(), !line.starts_with("warp.hash.token") && !line.starts_with("warp.key"))
        };
        let hash_line = if with_hash { format!("warp.hash.token = {hash}") } else { String::new() };
        let keys = keys_of(&format!("{aes}\n{line}\n{hash_line}"));
        match keys {
            Ok(keys) if outcome.starts_with("same key") || outcome == "TokenGen works" => {
                assert_eq!(keys.token.ident("x"), expected, "{line}");
            }
            Ok(keys) => {
                assert!(outcome.starts_with("a derived key"), "{line}");
                assert_ne!(keys.token.ident("x"), expected);
            }
            Err(error) => assert!(outcome.starts_with("error"), "{line}: {error}"),
        }
    }
}

#[test]
fn keys_of_a_wrong_size_are_refused_with_the_name_of_the_setting() {
    let short = "warp.hash.token = hex:00\nwarp.aes.token = hex:00112233445566778899aabbccddeeff";
    assert_eq!(keys_of(short).unwrap_err().to_string(), "Key warp.hash.token MUST be 128 bits long.");
    assert_eq!(
        keys_of("warp.aes.token = hex:00").unwrap_err().to_string(),
        "Key warp.aes.token MUST be 128, 192 or 256 bits long."
    );
    assert_eq!(keys_of("").unwrap_err(), KeyError::Missing("warp.aes.token"));
    let both = "warp.key.warp.aes.token = hex:00\nwarp.aes.token = base64:AAECAwQFBgcICQoLDA0ODw%3D%3D\nwarp.hash.token = hex:000102030405060708090A0B0C0D0E0F";
    assert_eq!(keys_of(both).unwrap().token.ident("x"), keys("K1").ident("x"));
}
