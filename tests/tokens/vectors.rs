//! The vectors of `tests/vectors`: the contract for a second implementation. They are made here from fixed keys and seeds and compared
//! with the files, which `BLESS=1` rewrites; and apart from that the files are read and run, so that maker and reader can
//! not drift together unnoticed.
#![allow(clippy::panic, reason = "a failed assumption is a failed test, also in what the tests share")]

#[path = "../vectors/forge.rs"]
mod forge;
#[path = "../vectors/make.rs"]
mod make;
#[path = "../vectors/page.rs"]
mod page;
#[path = "../vectors/prove.rs"]
mod prove;
#[path = "../vectors/read.rs"]
mod read;
#[path = "../vectors/revoke.rs"]
mod revoke;

use serde_json::Value;

fn is_up_to_date(name: &str, value: &Value) {
    let now = page::page(value);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(page::file(name), &now).expect("the vectors can be written");
    }
    let line = now.lines().zip(page::text_of(name).lines()).position(|(now, written)| now != written);
    assert!(now == page::text_of(name), "{name}: run this test with BLESS=1 and review the change (line {line:?})");
}

#[test]
fn the_keys_are_up_to_date() {
    is_up_to_date("keys.json", &make::keys());
}

#[test]
fn the_vocabulary_is_up_to_date() {
    is_up_to_date("vocabulary.json", &make::vocabulary(make::Templates::read().vocabulary()));
}

#[test]
fn the_good_tokens_are_up_to_date() {
    let templates = make::Templates::read();
    let tokens = make::good(&templates).iter().map(|token| token.describe(&templates)).collect();
    is_up_to_date("tokens.json", &tokens);
}

#[test]
fn the_proofs_are_up_to_date() {
    is_up_to_date("proofs.json", &prove::proofs());
}

#[test]
fn the_forged_tokens_are_up_to_date() {
    let templates = make::Templates::read();
    let (revoked, lists) = revoke::revoked(&templates);
    is_up_to_date("forged.json", &[forge::forged(&templates), revoked].concat().into());
    is_up_to_date("revocations.json", &lists);
}
