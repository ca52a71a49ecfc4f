//! The golden vectors: the behaviour of Warp 10, recorded by running it. The file's `about` says
//! how and with which versions.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use data_encoding::HEXLOWER_PERMISSIVE;
use placet_warp10::keys::TokenKeys;
use placet_warp10::token::{Kind, Pairs, ReadToken, Token, WriteToken};
use serde_json::Value;

static VECTORS: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("vectors.json")).unwrap());

/// The vectors of a section.
pub fn section(name: &str) -> &'static [Value] {
    VECTORS[name].as_array().unwrap()
}

/// The names of the sections.
pub fn sections() -> impl Iterator<Item = &'static str> {
    VECTORS.as_object().unwrap().iter().filter(|(_, part)| part.is_array()).map(|(name, _)| name.as_str())
}

/// A part of the file that is not a list.
pub fn part(name: &str) -> &'static Value {
    &VECTORS[name]
}

/// The AES key and the hash key of a named set.
pub fn key_bytes(set: &str) -> (Vec<u8>, Vec<u8>) {
    let set = &VECTORS["keysets"][set];
    (hex(text(&set["aes_token"])), hex(text(&set["siphash_token"])))
}

/// The keys of a named set.
pub fn keys(set: &str) -> TokenKeys {
    let (aes, hash) = key_bytes(set);
    TokenKeys::new(&aes, &hash).unwrap()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub fn hex(digits: &str) -> Vec<u8> {
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap()
}

pub fn to_hex(bytes: &[u8]) -> String {
    HEXLOWER_PERMISSIVE.encode(bytes)
}

/// Every token that TOKENGEN minted in the sections `mint` and `snippets`: the vector's id, its
/// keys, what is known of it.
pub fn minted() -> Vec<(String, &'static str, &'static Value)> {
    let vectors = section("mint").iter().chain(section("snippets"));
    let results = vectors.filter_map(|vector| Some((vector, vector.get("results_bottom_to_top")?.as_array()?)));
    let all = results.flat_map(|(vector, results)| {
        let tokens = results.iter().filter(|result| result.get("token").is_some_and(Value::is_string));
        tokens.map(move |token| (text(&vector["id"]).to_owned(), text(&vector["keys"]), token))
    });
    all.collect()
}

/// A token from the fields that a vector shows of it.
pub fn token(decoded: &Value) -> Token {
    match text(&decoded["type"]) {
        "READ" => Token::Read(ReadToken {
            issuance: long(&decoded["issuance"]).unwrap(),
            expiry: long(&decoded["expiry"]).unwrap(),
            lookup: decoded["lookup"].as_bool(),
            groovy: decoded["groovy"].as_bool(),
            max_fetch_size: long(&decoded["maxFetchSize"]),
            application: decoded["appName"].as_str().map(str::to_owned),
            applications: array(&decoded["apps"]).iter().map(|app| text(app).to_owned()).collect(),
            owners: array(&decoded["owners_hex"]).iter().map(|id| hex(text(id))).collect(),
            producers: array(&decoded["producers_hex"]).iter().map(|id| hex(text(id))).collect(),
            billed: hex(text(&decoded["billedId_hex"])),
            hooks: pairs(&decoded["hooks"]),
            attributes: pairs(&decoded["attributes"]),
            labels: pairs(&decoded["labels"]),
            dataviz: decoded["dataviz"].as_bool(),
        }),
        "WRITE" => Token::Write(WriteToken {
            issuance: long(&decoded["issuance"]).unwrap(),
            expiry: long(&decoded["expiry"]).unwrap(),
            lookup: decoded["lookup"].as_bool(),
            producer: hex(text(&decoded["producerId_hex"])),
            owner: hex(text(&decoded["ownerId_hex"])),
            application: text(&decoded["appName"]).to_owned(),
            indices: decoded["indices"].as_array().map(|all| all.iter().map(|index| long(index).unwrap()).collect()),
            labels: pairs(&decoded["labels"]),
            attributes: pairs(&decoded["attributes"]),
        }),
        other => panic!("no kind: {other}"),
    }
}

/// The token with its maps in the order of their keys: the vectors show maps, whose order is not
/// that of the wire.
pub fn sorted(mut token: Token) -> Token {
    let maps = match &mut token {
        Token::Read(token) => vec![&mut token.hooks, &mut token.attributes, &mut token.labels],
        Token::Write(token) => vec![&mut token.labels, &mut token.attributes],
    };
    maps.into_iter().flatten().for_each(|map| map.sort());
    token
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn long(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str().map(|digits| digits.parse().unwrap()))
}

fn pairs(value: &Value) -> Option<Pairs> {
    let map = value.as_object()?;
    Some(map.iter().map(|(key, value)| (key.clone(), text(value).to_owned())).collect())
}

/// The two kinds, as the vectors name them.
pub const KINDS: [(&str, Kind); 2] = [("read", Kind::Read), ("write", Kind::Write)];

/// Compares the differences from Warp 10 with the table of intended differences: both must be the
/// same.
pub fn differences_are(table: &[(&str, &str)], found: &BTreeSet<String>) {
    let known: BTreeSet<String> = table.iter().map(|(vector, _)| (*vector).to_owned()).collect();
    let new: Vec<&String> = found.difference(&known).collect();
    let gone: Vec<&String> = known.difference(found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "not in the table: {new:#?}\nin the table, but as the original: {gone:#?}"
    );
}
