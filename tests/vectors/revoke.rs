//! Makes lists of revocations, and genuine tokens that are refused because of them.

use placet::document::mint::Wrapping;
use placet::token::envelope::Token;
use placet::token::header::RevocationId;
use placet::token::keyring::MintingKey;
use placet::token::revocation::{RevocationList, Revocations};
use placet::token::verify::{Scratch, Verifier};
use serde_json::{Map, Value, json};
use std::time::Duration;

use super::make::{self, NOW, Templates, hex, keyring, local, signing};
use placet::model::time::Time;

/// How old a list may be.
const MAX_AGE: Duration = Duration::from_secs(3_600);

/// The cases of `forged.json`, and the lists of `revocations.json`.
pub fn revoked(templates: &Templates) -> (Vec<Value>, Value) {
    let local = templates.mint(&local(), "reader", &Value::Null, Wrapping::default());
    let public = templates.mint(&signing(), "reader", &Value::Null, Wrapping::default());
    let restricted = templates.restrict(&local, "nothing");
    let mut lists = Map::new();
    let mut revoked = Vec::new();
    let mut case = |name: &str, token: &Token, refusal: &str, at: Time, say: &dyn Fn(&mut RevocationList)| {
        let mut list = RevocationList::new(NOW, MAX_AGE);
        say(&mut list);
        let snapshot = Revocations::write(&list);
        let signed = |key: MintingKey| hex(&Revocations::sign(&snapshot, &key).expect("a key signs"));
        let signed = json!({ "local": signed(make::local().into()), "public": signed(signing().into()) });
        lists.insert(name.to_owned(), json!({ "text": list.to_text(), "snapshot": hex(&snapshot), "signed": signed }));
        revoked.push(json!({ "name": name, "text": token.text(), "at": at.as_millis(), "refusal": refusal, "revocations": name }));
    };
    let id = |token, block: usize| ids(templates, token)[block];
    case("revoked by its id", &local, "revoked", NOW, &|list| list.revoke(id(&local, 0)));
    case("public, revoked by its id", &public, "revoked", NOW, &|list| list.revoke(id(&public, 0)));
    case("revoked by the id of its authority", &restricted, "revoked", NOW, &|list| list.revoke(id(&local, 0)));
    case("revoked by the id of its restriction", &restricted, "revoked", NOW, &|list| list.revoke(id(&restricted, 1)));
    case("revoked with its key", &local, "revoked", NOW, &|list| {
        list.revoke_key(make::local().name(), NOW + Duration::from_millis(1))
    });
    case("a list that is too old", &local, "stale_revocations", NOW + MAX_AGE + Duration::from_millis(1), &|_| {});
    case("a list from the future", &local, "early_revocations", NOW - Duration::from_millis(1), &|list| {
        list.reissue(NOW + Duration::from_millis(60_000))
    });
    (revoked, lists.into())
}

fn ids(templates: &Templates, token: &Token) -> Vec<RevocationId> {
    let (keyring, mut scratch) = (keyring(), Scratch::new());
    let verified = Verifier::new(&keyring, templates.vocabulary()).verify(&token.text(), NOW, &mut scratch);
    verified.expect("it is genuine").revocation_ids().collect()
}
