//! Reads the files as another implementation would, and holds this one to them. It knows nothing of how they were made.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use placet::authorize::Authorizer;
use placet::bytecode::verify::{Budget, Scope, verify};
use placet::check::library::Library;
use placet::document::Document;
use placet::document::request;
use placet::model::verdict::{Decider, Origin, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::inspect::inspect;
use placet::token::keyring::Keyring;
use placet::token::keys::{LocalKey, PublicKey};
use placet::token::revocation::{RevocationList, Revocations};
use placet::token::verify::{Scratch, Verifier};
use serde_json::{Value, json};

use super::page::{json_of, text_of};
use placet::model::time::Time;

/// What a verifier of the vectors holds.
struct Verifying {
    document: Document,
    keyring: Keyring,
}

impl Verifying {
    fn new() -> Self {
        let keys = json_of("keys.json");
        let mut keyring = Keyring::new();
        keyring.accept_local(LocalKey::parse(text(&keys["local"]["secret"])).expect("a key")).expect("the first");
        keyring.accept_public(PublicKey::parse(text(&keys["public"]["public"])).expect("a key")).expect("the first");
        let document = Document::from_text("archive.placet", &text_of("archive.placet"), &Library::empty());
        Self { document: document.unwrap_or_else(|report| panic!("{report}")), keyring }
    }

    fn vocabulary(&self) -> &Vocabulary {
        self.document.vocabulary()
    }

    /// What verifies an entry: for its audience, if it has one.
    fn verifier(&self, entry: &Value) -> Verifier<'_> {
        let audience = entry["audience"].as_str().map_or(Audience::NONE, |name| Audience::new(name).expect("a name"));
        Verifier::new(&self.keyring, self.vocabulary()).for_audience(audience)
    }
}

#[test]
fn every_good_token_says_what_its_entry_says() {
    let verifying = Verifying::new();
    let mut scratch = Scratch::new();
    for entry in list("tokens.json") {
        let name = text(&entry["name"]);
        let at = entry["not_before"].as_i64().or(entry["issuance"].as_i64()).expect("a time");
        let verified =
            verifying.verifier(&entry).verify(text(&entry["text"]), Time::from_millis(at), &mut scratch).expect(name);
        let header = verified.header();
        let found = json!([header.key.to_string(), header.id.to_string(), verified.state().fingerprint.to_string()]);
        assert_eq!(found, json!([entry["key"], entry["id"], entry["fingerprint"]]), "{name}");
        assert_eq!(
            json!([header.issuance.as_millis(), verified.is_sealed()]),
            json!([entry["issuance"], entry["sealed"]]),
            "{name}"
        );
        let bounds = json!([verified.not_before(), verified.expiry()].map(|time| time.map(Time::as_millis)));
        assert_eq!(bounds, json!([entry["not_before"], entry["expiry"]]), "{name}");
        let claims = verified.claims();
        let words = [claims.id, claims.kind, claims.owner, claims.producer, claims.application];
        let keys = ["id", "type", "owner", "producer", "application"];
        assert_eq!(json!(words), json!(keys.map(|key| &entry["claims"][key])), "{name}");
        for (found, key) in [(claims.labels, "labels"), (claims.attributes, "attributes")] {
            let wanted = entry["claims"][key].as_object();
            assert_eq!(found.len(), wanted.map_or(0, serde_json::Map::len), "{name}");
            assert!(found.iter().all(|(key, value)| wanted.is_some_and(|map| map[key] == value)), "{name}");
        }
        let blocks: Vec<_> = verified.blocks().zip(verified.revocation_ids()).collect();
        assert_eq!(blocks.len(), items(&entry["blocks"]).len(), "{name}");
        for ((block, id), wanted) in blocks.iter().zip(items(&entry["blocks"])) {
            let program = HEXLOWER.decode(text(&wanted["program"]).as_bytes()).expect("digits");
            assert!(program.ends_with(&[block.program.code(), block.program.pool()].concat()), "{name}");
            let voucher = block.voucher.map(|key| PublicKey::from_bytes(key).expect("a key").to_string());
            let holder = block.holder.map(|key| PublicKey::from_bytes(key).expect("a key").to_string());
            assert_eq!(
                json!([id.to_string(), voucher, holder]),
                json!([wanted["revocation"], wanted["voucher"], wanted["holder"]]),
                "{name}"
            );
            assert_eq!(
                json!([block.not_before, block.expiry].map(|time| time.map(Time::as_millis))),
                json!([wanted["not_before"], wanted["expiry"]]),
                "{name}"
            );
        }
    }
}

#[test]
fn every_request_has_its_verdict() {
    let verifying = Verifying::new();
    let (requests, mut scratch, mut decided) = (json_of("requests.json"), Scratch::new(), 0);
    for entry in list("tokens.json") {
        let authorizer = Authorizer::with_verifier(verifying.verifier(&entry));
        for row in items(&entry["verdicts"]) {
            let request = &requests[text(&row["request"])];
            let request = request::from_json(verifying.vocabulary(), request).expect("a request");
            let verdict = request.with_request(
                verifying.vocabulary(),
                Time::from_millis(row["at"].as_i64().expect("a time")),
                |request| authorizer.authorize(text(&entry["text"]), request, &mut scratch).verdict(),
            );
            let verdict = verdict.expect("its values fit");
            assert!(is_as(verdict, row), "{}: {row} became {verdict:?}", entry["name"]);
            decided += 1;
        }
    }
    assert!(decided > 200, "the files are not empty");
}

/// Whether a verdict is the one of the row.
fn is_as(verdict: Verdict, row: &Value) -> bool {
    let detail = match verdict {
        Verdict::Refused(refusal) => row["refusal"] == refusal.name(),
        Verdict::Allow(by) | Verdict::Forbidden(by) | Verdict::NotPermitted(by) => is_decider(row, by),
    };
    row["verdict"] == verdict.word() && detail
}

fn is_decider(row: &Value, by: Decider) -> bool {
    matches!(by.origin, Origin::Block(block) if row["block"] == block) && json!(by.rule) == row["rule"]
}

#[test]
fn every_forged_token_is_refused_by_its_name() {
    let verifying = Verifying::new();
    let lists = json_of("revocations.json");
    for entry in list("forged.json") {
        let name = text(&entry["name"]);
        let snapshot = entry["revocations"].as_str().map(|list| {
            let list = &lists[list];
            let snapshot = HEXLOWER.decode(text(&list["snapshot"]).as_bytes()).expect("digits");
            let parsed = RevocationList::from_text(text(&list["text"])).expect("a list");
            assert_eq!(Revocations::write(&parsed), snapshot, "{name}: text and snapshot say the same");
            for (key, signed) in list["signed"].as_object().expect("by each kind of key") {
                let signed = HEXLOWER.decode(text(signed).as_bytes()).expect("digits");
                let opened =
                    Revocations::open_signed(&signed, &verifying.keyring, Audience::NONE).expect("a good proof");
                assert_eq!(RevocationList::from(opened), parsed, "{name}: signed by the {key} key");
            }
            snapshot
        });
        let mut verifier = verifying.verifier(&entry);
        if let Some(snapshot) = &snapshot {
            verifier = verifier.with_revocations(Revocations::open(snapshot).expect("a snapshot"));
        }
        let at = entry["at"].as_i64().expect("a time");
        let refusal = verifier.verify(text(&entry["text"]), Time::from_millis(at), &mut Scratch::new()).err();
        assert_eq!(refusal.map(placet::model::verdict::Refusal::name), entry["refusal"].as_str(), "{name}");
        if let Some(fault) = entry["fault"].as_str() {
            assert_eq!(last_fault(&verifying, text(&entry["text"])), fault, "{name}");
        }
    }
}

/// What is wrong with the program of the last block.
fn last_fault(verifying: &Verifying, token: &str) -> String {
    let token = Token::parse(token).expect("it is well formed");
    let seen = inspect(&token).expect("it is well formed");
    let program = seen.blocks.last().and_then(|block| block.content).expect("it is readable").program;
    let vocabulary = verifying.vocabulary();
    let state = vocabulary.hinted(seen.header.hint).next().expect("it is known");
    let error = verify(program, &Scope { vocabulary, state, budget: Budget::Token }).expect_err("it is bad");
    format!("{:?}", error.fault)
}

#[test]
fn every_cut_is_refused_by_its_name() {
    for_every_spoiled("cuts", |bytes, end| (end < bytes.len()).then(|| bytes[..end].to_vec()));
}

#[test]
fn every_flipped_bit_is_refused_by_its_name() {
    for_every_spoiled("flips", |bytes, bit| {
        let mut bytes = bytes.to_vec();
        *bytes.get_mut(bit / 8)? ^= 1 << (bit % 8);
        Some(bytes)
    });
}

fn for_every_spoiled(key: &str, spoil: impl Fn(&[u8], usize) -> Option<Vec<u8>>) {
    let verifying = Verifying::new();
    let mut scratch = Scratch::new();
    for entry in list("tokens.json") {
        let verifier = verifying.verifier(&entry);
        let (prefix, digits) = text(&entry["text"]).split_at(10);
        let bytes = BASE64URL_NOPAD.decode(digits.as_bytes()).expect("digits");
        let mut names = text(&entry[key]).split(' ').flat_map(|run| {
            let (name, times) = run.split_once('*').expect("a name and how often it stands");
            std::iter::repeat_n(name, times.parse().expect("a number"))
        });
        for (place, spoiled) in (0..).map_while(|place| Some((place, spoil(&bytes, place)?))) {
            let spelt = format!("{prefix}{}", BASE64URL_NOPAD.encode(&spoiled));
            let at = entry["issuance"].as_i64().expect("a time");
            let refusal = verifier.verify(&spelt, Time::from_millis(at), &mut scratch).expect_err("it is spoiled");
            assert_eq!(Some(refusal.name()), names.next(), "{}: {key} {place}", entry["name"]);
        }
        assert_eq!(names.next(), None, "{}", entry["name"]);
    }
}

fn list(file: &str) -> Vec<Value> {
    match json_of(file) {
        Value::Array(entries) if !entries.is_empty() => entries,
        _ => panic!("{file} is a list, and not empty"),
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
