//! What is said of large numbers holds at large numbers: ten thousand keys, a million revoked ids, a hundred thousand tokens in a
//! cache. Nothing here looks at a clock: allocations are counted, and instructions where valgrind is at hand.

use crate::token_workshop;

use std::process::Command;

use allocation_counter::measure;
use placet::authorize::Authorizer;
use placet::model::request::{Request, View};
use placet::model::time::millis;
use placet::token::cache::TokenCache;
use placet::token::envelope::Token;
use placet::token::header::{RevocationId, TokenId};
use placet::token::keyring::Keyring;
use placet::token::keys::LocalKey;
use placet::token::mint::Draft;
use placet::token::revocation::{RevocationList, Revocations};
use placet::token::verified::VerifiedToken;
use placet::token::verify::{Scratch, Verifier};
use token_workshop::*;

const KEYS: u32 = 10_000;
const REVOKED: u32 = 1_000_000;
const CACHED: u32 = 100_000;

/// A keyring of so many keys, of which the last is the minter's.
fn keyring_of(keys: u32) -> Keyring {
    let mut keyring = Keyring::new();
    for number in 1..keys {
        let mut secret = [0x55; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        // Of so many keys some have one id; a service would make another key.
        let _ = keyring.accept_local(LocalKey::from_secret(&secret));
    }
    keyring.accept_local(local()).expect("it is another");
    keyring
}

/// A snapshot of so many ids, spread over all there could be.
fn snapshot_of(ids: u32) -> Vec<u8> {
    let mut snapshot = b"placetR\x01".to_vec();
    snapshot.extend(NOW.as_millis().to_be_bytes());
    snapshot.extend(millis(HOUR).to_be_bytes());
    snapshot.extend(0_u32.to_be_bytes());
    snapshot.extend(ids.to_be_bytes());
    let step = u128::MAX / u128::from(ids);
    (0..ids).for_each(|number| snapshot.extend((u128::from(number) * step).to_be_bytes()));
    let sum = blake3::derive_key("placet 2026-11 revocation snapshot v1", &snapshot);
    snapshot.extend(&sum[..16]);
    snapshot
}

/// What a service has after its first request: the token is verified, the request is built.
fn warm(keys: u32, ids: u32, use_it: impl FnOnce(&Authorizer<'_>, &VerifiedToken, &View<'_>)) {
    let (keyring, vocabulary, snapshot) = (keyring_of(keys), vocabulary(), snapshot_of(ids));
    let revocations = Revocations::open(&snapshot).expect("it has the form that its page says");
    let authorizer = Authorizer::new(&keyring, &vocabulary).with_revocations(revocations);
    let text = attenuated(&minted(local(), &draft(program()))).text();
    let mut scratch = Scratch::new();
    let kept = authorizer.verifier().verify(&text, NOW, &mut scratch).expect("it is genuine").to_owned();
    let mut request = Request::named(&vocabulary, "get", NOW).expect("it is an action");
    request.set_named("cache", "acorns").expect("it is an attribute");
    use_it(&authorizer, &kept, &request);
}

/// A warm decision. By this name valgrind finds it.
#[inline(never)]
fn one_warm_decision(authorizer: &Authorizer<'_>, kept: &VerifiedToken, request: &View<'_>) -> bool {
    let verified = authorizer.verifier().recheck(kept, NOW).expect("it is genuine");
    authorizer.decide(&verified, request).is_allow()
}

#[test]
fn a_keyring_of_ten_thousand_keys_and_a_list_of_a_million_ids_decide_without_allocating() {
    warm(KEYS, REVOKED, |authorizer, kept, request| {
        let counted = measure(|| assert!(one_warm_decision(authorizer, kept, request)));
        assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
    });
}

#[test]
#[ignore = "its instructions are counted by the test below"]
fn small_scale() {
    warm(1, 1, |authorizer, kept, request| assert!(one_warm_decision(authorizer, kept, request)));
}

#[test]
#[ignore = "its instructions are counted by the test below"]
fn large_scale() {
    warm(KEYS, REVOKED, |authorizer, kept, request| assert!(one_warm_decision(authorizer, kept, request)));
}

/// The instructions of the one warm decision that a test of this file makes; none where there is no valgrind.
fn instructions(test: &str) -> Option<u64> {
    let this = std::env::current_exe().expect("it runs");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*one_warm_decision*"]);
    let output = valgrind.arg(this).args(["--ignored", "--exact", test, "--test-threads=1"]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let counted = said.lines().find_map(|line| line.split_once("Collected :")).expect(&said).1;
    Some(counted.trim().parse().expect(counted))
}

/// A search among a million takes twenty steps where one takes one; everything else is the same.
#[test]
fn a_warm_decision_with_ten_thousand_keys_and_a_million_ids_costs_less_than_twice_what_it_costs_with_one() {
    let Some(small) = instructions("scale::small_scale") else {
        eprintln!("not counted: there is no valgrind here");
        return;
    };
    let large = instructions("scale::large_scale").expect("it was there a moment ago");
    eprintln!("{small} instructions with one key and one id, {large} with {KEYS} keys and {REVOKED} ids");
    assert!(small > 100, "nothing was counted");
    assert!(large < 2 * small, "{large} instructions instead of {small}");
}

#[test]
fn a_revocation_list_of_a_million_ids_names_exactly_these() {
    let snapshot = snapshot_of(REVOKED);
    let opened = Revocations::open(&snapshot).expect("it has the form that its page says");
    let step = u128::MAX / u128::from(REVOKED);
    for number in (0..u128::from(REVOKED)).step_by(977) {
        let id = |number: u128| RevocationId(number.to_be_bytes());
        assert!(opened.revokes(id(number * step)) && !opened.revokes(id(number * step + 1)), "{number}");
    }
    let counted =
        measure(|| assert_eq!(Revocations::open(&snapshot).map(|list| list.ids().count()), Ok(REVOKED as usize)));
    assert_eq!(counted.bytes_total, 0, "it is read where it lies");
}

#[test]
fn a_large_list_is_kept_as_text_and_as_a_snapshot_without_losing_an_id() {
    let mut list = RevocationList::new(NOW, HOUR);
    (0..CACHED).for_each(|number| list.revoke(RevocationId((u128::from(number) << 77).to_be_bytes())));
    let written = Revocations::write(&list);
    let read = RevocationList::from_text(&list.to_text()).expect("it wrote it");
    assert_eq!(read, list);
    assert_eq!(RevocationList::from(Revocations::open(&written).expect("it wrote it")), list);
}

/// The token and its text, and what the page of the cache says of the rest.
fn stated(token: &Token) -> u64 {
    (token.as_bytes().len() + token.text().len()) as u64 + TokenCache::BESIDE_EACH as u64
}

#[test]
fn a_cache_of_a_hundred_thousand_tokens_stays_within_its_stated_memory() {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    let (mut cache, mut promised) = (None, 0);
    let counted = measure(|| {
        let filled = TokenCache::new(CACHED as usize);
        for number in 0..CACHED + CACHED / 2 {
            let id = TokenId(u64::from(number).to_be_bytes());
            let token = minted(local(), &Draft { id, ..draft(program()) });
            let token = (0..3).fold(token, |token, _| attenuated(&token));
            promised = promised.max(stated(&token));
            filled.verify(&verifier, &token.text(), NOW, &mut scratch, |_| ()).expect("it is genuine");
        }
        assert_eq!(filled.len(), CACHED as usize);
        cache = Some(filled);
    });
    let (held, count) = (u64::try_from(counted.bytes_current).expect("it holds something"), u64::from(CACHED));
    eprintln!("{} bytes for each of {count} tokens, {promised} stated", held / count);
    assert!(held <= promised * count, "{} bytes a token, {promised} stated", held / count);
    assert!(cache.is_some_and(|cache| !cache.is_empty()));
}
