//! The examples of docs/token-format.md are what this build writes. `BLESS=1` rewrites them.

use crate::token_workshop;

use std::fmt::Write;
use std::fs;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signer;
use placet::model::request::Request;
use placet::token::attenuate::{BlockDraft, NewHolder, append, append_voucher, seal};
use placet::token::audience::Audience;
use placet::token::claims::ClaimsDraft;
use placet::token::envelope::Token;
use placet::token::header::TokenId;
use placet::token::inspect::inspect;
use placet::token::keyring::MintingKey;
use placet::token::mint::{Draft, mint};
use placet::token::proof::{HolderKey, ProofScope};
use placet::token::vouch::VoucherRequest;
use token_workshop::*;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/token-format.md");
const BEGIN: &str = "<!-- examples begin -->\n";
const END: &str = "<!-- examples end -->";

#[test]
fn the_examples_of_the_format_are_what_is_written() {
    let page = fs::read_to_string(PAGE).expect("the page is there");
    let (before, rest) = page.split_once(BEGIN).expect("the page has examples");
    let (_, after) = rest.split_once(END).expect("the examples end");
    let now = format!("{before}{BEGIN}{}{END}{after}", examples());
    if std::env::var_os("BLESS").is_some() {
        fs::write(PAGE, now).expect("the page can be written");
    } else {
        assert!(page == now, "docs/token-format.md is out of date: run this test with BLESS=1 and review the change");
    }
}

fn example() -> Draft<'static> {
    Draft { id: TokenId([0xdd; 8]), ..draft(program()) }
}

fn fill(byte: u8) -> impl FnMut(&mut [u8]) {
    move |buffer: &mut [u8]| buffer.fill(byte)
}

fn examples() -> String {
    let restriction = BlockDraft { expiry: Some(NOW + HOUR / 2), program: restriction(), ..BlockDraft::default() };
    let make = |key: MintingKey| mint(&key, &example(), &mut fill(0x55)).expect("the draft is one");
    let (local_one, public_one) = (make(local().into()), make(signing().into()));
    let local_two = append(&local_one, &restriction, &mut fill(0x66)).expect("it is open");
    let public_two = append(&public_one, &restriction, &mut fill(0x66)).expect("it is open");
    let mut out = String::new();
    writeln!(out, "\n- The local secret is 32 bytes `11`: `{}`", *local().reveal()).expect("a string");
    writeln!(out, "- The signing key is 32 bytes `22`: `{}`", *signing().reveal()).expect("a string");
    writeln!(out, "- Its public key: `{}`", signing().public()).expect("a string");
    writeln!(out, "- The third party's signing key is 32 bytes `33`.").expect("a string");
    writeln!(out, "- Issued at {}, for an hour; token id 8 bytes `dd`.", NOW.as_millis()).expect("a string");
    writeln!(
        out,
        "- Made with `vocabulary cache 1 {{ cache: string  action get }}`, which every verifier of them knows."
    )
    .expect("a string");
    writeln!(out, "- Seeds: 16 bytes `55`, then 16 bytes `66`.").expect("a string");
    writeln!(out, "- The authority says `allow {{ cache: \"acorns\" }}`, restrictions say `only {{ action: get }}`.")
        .expect("a string");
    table(&mut out, "A local token", &local_one, HEAD.iter().chain(BLOCK).chain(TAG));
    let restricted = HEAD.iter().chain(BLOCK).chain(LINK).chain(RESTRICTED).chain(TAG);
    table(&mut out, "The same with a restriction that ends it half an hour earlier", &local_two, restricted);
    table(&mut out, "A public token", &public_one, HEAD.iter().chain(BLOCK).chain(SIGNATURE).chain(OPEN));
    let restricted =
        HEAD.iter().chain(BLOCK).chain(SIGNATURE).chain(NEXT).chain(RESTRICTED).chain(SIGNATURE).chain(OPEN);
    table(&mut out, "The same with that restriction", &public_two, restricted);
    let bound = Draft { holder: Some(NewHolder::first(holder().public())), ..example() };
    let bound = mint(&local(), &bound, &mut fill(0x55)).expect("the draft is one");
    table(&mut out, "A local token of a holder", &bound, HEAD.iter().chain(HELD).chain(TAG));
    vectors(&mut out, &local_one, &public_one);
    proofs(&mut out, &bound);
    out
}

/// Parts of a token, each with its length in the examples.
type Part = (usize, &'static str);
const HEAD: &[Part] = &[
    (1, "version and purpose"),
    (4, "key id"),
    (4, "hint of the vocabulary state"),
    (6, "issuance"),
    (5, "lifetime"),
    (8, "token id"),
];
const BLOCK: &[Part] = &[(1, "length of the block"), (1, "flags"), (14, "program")];
const HELD: &[Part] = &[
    (1, "length of the block"),
    (1, "flags: holder"),
    (1, "no consent follows"),
    (32, "public key of the holder"),
    (14, "program"),
];
const RESTRICTED: &[Part] = &[(1, "length of the block"), (1, "flags: expiry"), (6, "expiry"), (5, "program")];
const LINK: &[Part] = &[(1, "link: another block follows")];
const TAG: &[Part] = &[(1, "link: the end"), (32, "tag of the last block")];
const SIGNATURE: &[Part] = &[(64, "signature")];
const NEXT: &[Part] =
    &[(1, "link: another block follows"), (32, "next public key"), (16, "commitment to the seed that was here")];
const OPEN: &[Part] = &[(1, "link: the end"), (16, "hash of the next public key"), (16, "seed")];

fn table<'p>(out: &mut String, title: &str, token: &Token, parts: impl Iterator<Item = &'p Part>) {
    write!(out, "\n### {title}\n\n| at | bytes | what |\n|---:|---|---|\n").expect("a string");
    let mut at = 0;
    for (length, what) in parts {
        let bytes = &token.as_bytes()[at..at + length];
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(out, "| {at} | `{hex}` | {what} |").expect("a string");
        at += length;
    }
    assert_eq!(at, token.as_bytes().len(), "the table names every byte of: {title}");
    writeln!(out, "\n- Its text: `{}`", token.text()).expect("a string");
    assert_eq!(verify(&token.text()), Ok(()), "every example is a token: {title}");
    for (number, block) in inspect(token).expect("a token").blocks.iter().enumerate() {
        if let Some(id) = block.revocation {
            writeln!(out, "- Revocation id of block {number}: `{id}`").expect("a string");
        }
    }
}

/// The digest, the statement and the signatures of one request, each computed from its bytes as the page says.
fn proofs(out: &mut String, bound: &Token) {
    let vocabulary = vocabulary();
    let mut request = Request::named(&vocabulary, "get", NOW).expect("it is an action");
    request.set_named("cache", "acorns").expect("it fits");
    let hashed = [&[0, 0, 1, 0x03, 0, 0, 0, 6], b"acorns".as_slice()].concat();
    let digest = blake3::derive_key("placet 2026-11 request digest v1", &hashed);
    assert_eq!(request.digest().0, digest, "the page says what is hashed");
    let scope = ProofScope::of(bound, &vocabulary, Audience::NONE).expect("a token");
    let asked = VoucherRequest::of(bound).expect("a token");
    let time = NOW.as_millis().to_be_bytes();
    let parts = [&[0; 16], asked.previous.0.as_slice(), &vocabulary.fingerprint().0, &digest, &time, &[0x77; 8]];
    let statement = parts.concat();
    let (key, other) = (holder(), third_party());
    let proof = HolderKey::from(&key).prove(&scope, request.digest(), NOW, &mut fill(0x77)).expect("it signs");
    let approval = HolderKey::from(&other).approve(&scope, request.digest(), NOW, &mut fill(0x77)).expect("it signs");
    let signed = blake3::derive_key("placet 2026-11 request statement v1", &statement);
    let by = |seed: [u8; 32], domain: &[u8]| {
        ed25519_dalek::SigningKey::from_bytes(&seed).sign(&[domain, &signed].concat()).to_bytes()
    };
    let stamp = [time.as_slice(), &[0x77; 8]].concat();
    let bytes = [stamp.as_slice(), &by([0x44; 32], b"placet proof v1")].concat();
    assert_eq!(
        proof.text(),
        format!("placet_proof_{}", BASE64URL_NOPAD.encode(&bytes)),
        "the page says what is signed"
    );
    let approved = [other.public().as_bytes().as_slice(), &stamp, &by([0x33; 32], b"placet agree v1")].concat();
    assert_eq!(approval.text(), format!("placet_approval_{}", BASE64URL_NOPAD.encode(&approved)));
    let id = &blake3::derive_key("placet 2026-11 proof id v1", &bytes)[..16];
    assert_eq!(proof.id().0, *id);
    let handed = handed_over(bound, &other);
    assert_eq!(verify(&handed.text()), Ok(()));
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    write!(out, "\n### Proofs\n\nThe holder's signing key is 32 bytes `44`. The request is `get {{ cache: \"acorns\" }}` with the token of the\nholder, signed at its issuance with a nonce of 8 bytes `77` and no audience.\n\n| what | bytes or text |\n|---|---|\n").expect("a string");
    for (what, text) in [
        ("what the digest of the request hashes", hex(&hashed)),
        ("the digest", hex(&digest)),
        ("the statement", hex(&statement)),
        ("the proof", proof.text()),
        ("the id of the proof", hex(id)),
        ("the approval of the third party", approval.text()),
        ("the token, handed over to the third party by a final block", sealed_handed(bound).text()),
    ] {
        writeln!(out, "| {what} | `{text}` |").expect("a string");
    }
}

/// Local, so that no seed is in it.
fn sealed_handed(bound: &Token) -> Token {
    let next = third_party();
    let consent = HolderKey::from(&holder()).hand_over(bound, next.public()).expect("a token");
    let holder = Some(NewHolder::after(next.public(), consent));
    let token = append(bound, &BlockDraft { holder, sealed: true, ..BlockDraft::default() }, &mut fill(0x66));
    token.expect("it is open")
}

fn vectors(out: &mut String, local_one: &Token, public_one: &Token) {
    let claims = ClaimsDraft {
        kind: Some("WRITE".into()),
        owner: Some("ann".into()),
        labels: [("dc".to_owned(), "eu".to_owned()), ("host".to_owned(), "web".to_owned())].into(),
        attributes: [("quota".to_owned(), "5".to_owned())].into(),
        ..ClaimsDraft::default()
    };
    let draft = Draft { claims, ..example() };
    let with_claims = minted(local(), &draft);
    let encrypted = minted(local(), &Draft { encrypted: true, ..draft });
    let request = VoucherRequest::of(local_one).expect("a token");
    let voucher = voucher(request, &BlockDraft { program: restriction(), ..BlockDraft::default() });
    let vouched = append_voucher(local_one, &voucher, &mut fill(0x66)).expect("it was made for it");
    let sealed = |token| seal(token, &mut fill(0x66)).expect("it is open").text();
    write!(out, "\n### More tokens\n\n| what | text |\n|---|---|\n").expect("a string");
    for (what, text) in [
        ("local, type WRITE, owner ann, labels dc=eu host=web, attribute quota=5", with_claims.text()),
        ("the same, encrypted", encrypted.text()),
        ("the first example, sealed", sealed(local_one)),
        ("the request for a voucher for the first example", request.text()),
        ("the third party's voucher", voucher.text()),
        ("the first example with that voucher", vouched.text()),
        ("the third example, sealed", sealed(public_one)),
    ] {
        let is_token = text.starts_with("placet_l1_") || text.starts_with("placet_p1_");
        assert_eq!(verify(&text).is_ok(), is_token, "every example of a token is one: {what}");
        writeln!(out, "| {what} | `{text}` |").expect("a string");
    }
}
