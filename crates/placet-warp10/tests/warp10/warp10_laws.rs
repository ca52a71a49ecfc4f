//! Laws of Warp 10's envelope, on tokens and bytes that nobody thought of: it agrees with a plain
//! second writing of it, everything opens as what it was made of, nothing else opens, and nothing
//! makes it panic or take memory.

#[path = "reference.rs"]
mod reference;
use crate::warp10;
use placet::model::time::Time;

use placet_warp10::keys::TokenKeys;
use placet_warp10::rejection::Label;
use placet_warp10::selectors::{LabelSelectors, Selector, Wanted};
use placet_warp10::token::{Pairs, ReadToken, Token, WriteToken};
use placet_warp10::trl::{ListName, RevocationList};
use placet_warp10::trl_directory::Directory;
use placet_warp10::{codec, java_compat, opb64};
use proptest::collection::{hash_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// Runs the test for `cases` values, the same ones in each run; a failing one is shrunk.
fn for_all<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner.run(strategy, test).unwrap_or_else(|error| panic!("{error}"));
}

fn pairs() -> impl Strategy<Value = Pairs> {
    hash_map("\\PC{0,6}", "\\PC{0,12}", 0..20).prop_map(|map| {
        let mut pairs: Pairs = map.into_iter().collect();
        pairs.sort();
        pairs
    })
}

fn id() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![8 => vec(any::<u8>(), 16), 1 => vec(any::<u8>(), 0..20)]
}

prop_compose! {
    fn read_token()(
        times in any::<(i64, i64)>(),
        flags in any::<(Option<bool>, Option<bool>, Option<bool>, Option<i64>)>(),
        application in of("\\PC{0,12}"),
        applications in vec("\\PC{0,6}", 0..18),
        (owners, producers, billed) in (vec(id(), 0..18), vec(id(), 0..4), id()),
        (hooks, attributes, labels) in (of(pairs()), of(pairs()), of(pairs())),
    ) -> Token {
        let ((issuance, expiry), (lookup, groovy, dataviz, max_fetch_size)) = (times, flags);
        Token::Read(ReadToken {
            issuance, expiry, lookup, groovy, max_fetch_size, application, applications, owners, producers, billed,
            hooks, attributes, labels, dataviz,
        })
    }
}

prop_compose! {
    fn write_token()(
        times in any::<(i64, i64)>(),
        lookup in any::<Option<bool>>(),
        (producer, owner) in (id(), id()),
        application in "\\PC{0,12}",
        indices in of(vec(any::<i64>(), 0..18)),
        (labels, attributes) in (of(pairs()), of(pairs())),
    ) -> Token {
        let (issuance, expiry) = times;
        Token::Write(WriteToken { issuance, expiry, lookup, producer, owner, application, indices, labels, attributes })
    }
}

fn token() -> impl Strategy<Value = Token> {
    prop_oneof![read_token(), write_token()]
}

fn key_pair() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (prop_oneof![vec(any::<u8>(), 16), vec(any::<u8>(), 24), vec(any::<u8>(), 32)], vec(any::<u8>(), 16))
}

#[test]
fn minting_agrees_with_the_plain_writing_and_opens_as_what_it_was() {
    for_all(600, &(key_pair(), token()), |((aes, hash), token)| {
        let keys = TokenKeys::new(&aes, &hash).unwrap();
        let text = keys.mint(&token);
        prop_assert_eq!(&text, &reference::mint(&aes, &hash, &token));
        prop_assert_eq!(keys.ident(&text).to_string(), reference::ident(&hash, &text));
        prop_assert_eq!(keys.open(&text), Ok(token.clone()));
        prop_assert_eq!(keys.open_as(&text, token.kind()), Ok(token));
        Ok(())
    });
}

#[test]
fn the_plain_writing_agrees_with_the_vectors() {
    for (id, set, result) in warp10::minted() {
        let (aes, hash) = warp10::key_bytes(set);
        let structure = warp10::hex(warp10::text(&result["thrift_hex"]));
        assert_eq!(reference::seal(&aes, &hash, &structure), warp10::text(&result["token"]), "{id}");
    }
}

#[test]
fn a_token_with_any_character_altered_or_cut_off_is_refused() {
    for token in [
        Token::Read(ReadToken::default()),
        Token::Write(WriteToken { application: "app".into(), ..WriteToken::default() }),
    ] {
        let keys = warp10::keys("K1");
        let text = keys.mint(&token);
        for at in 0..text.len() {
            assert!(keys.open(&text[..at]).is_err());
            assert!(keys.open(&text[at + 1..]).is_err());
            for other in ".05AZ_azé-= \n".chars() {
                let altered = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                assert!(altered == text || keys.open(&altered).is_err(), "{altered}");
                assert!(keys.open(&format!("{}{other}{}", &text[..at], &text[at..])).is_err());
            }
        }
    }
}

#[test]
fn a_mutated_structure_is_refused_or_is_a_token_that_holds() {
    let mutations = vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6);
    for_all(4000, &(token(), mutations), |(token, mutations)| {
        let keys = warp10::keys("K2");
        let mut structure = codec::encode(&token);
        for (at, byte, how) in mutations {
            let at = at.index(structure.len());
            match how {
                0 => structure[at] = byte,
                1 => structure[at] ^= 1 << (byte % 8),
                2 => structure.insert(at, byte),
                _ => drop((structure.len() > 1).then(|| structure.remove(at))),
            }
        }
        let text = keys.seal(&structure);
        match keys.open(&text) {
            Ok(opened) => prop_assert_eq!(keys.open(&keys.mint(&opened)), Ok(opened)),
            Err(rejection) => prop_assert_eq!(rejection.label, Label::Invalid),
        }
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_token_are_refused_wherever_they_are_put() {
    let keys = warp10::keys("K3");
    for_all(4000, &vec(any::<u8>(), 0..200), |bytes| {
        prop_assert!(keys.open(&opb64::encode(&bytes)).is_err());
        prop_assert!(keys.open(&String::from_utf8_lossy(&bytes)).is_err());
        prop_assert!(keys.open(&keys.seal(&bytes)).is_err(), "chance makes no token");
        prop_assert_eq!(opb64::decode(&opb64::encode(&bytes)), Ok(bytes));
        Ok(())
    });
}

#[test]
fn a_text_that_can_be_read_is_the_one_that_is_written() {
    for_all(4000, &"[.0-9A-Z_a-z]{0,12}", |text| {
        if let Ok(bytes) = opb64::decode(&text) {
            prop_assert_eq!(opb64::encode(&bytes), text);
        }
        Ok(())
    });
}

#[test]
fn a_claimed_size_takes_no_memory() {
    let keys = warp10::keys("K1");
    // Applications, owners and labels of READ, indices of WRITE: a size of four thousand million,
    // and nothing behind it.
    for bomb in [
        &[0x89, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x0f][..],
        &[0x99, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x0f, 0],
        &[0xeb, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x88],
        &[0x78, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0x0c, 0x64, 0x1c, 0x1c, 0x1c],
        &[0xcb, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x11],
    ] {
        let text = keys.seal(bomb);
        let memory = allocation_counter::measure(|| assert!(keys.open(&text).is_err()));
        assert!(memory.bytes_max < 4096, "{bomb:02x?}: {memory:?}");
    }
    let long = ".".repeat(10_000_000);
    let memory = allocation_counter::measure(|| assert!(keys.open(&long).is_err()));
    assert!(memory.bytes_max < 4096, "{memory:?}");
}

#[test]
fn a_structure_of_the_most_elements_that_fit_opens_in_memory_of_its_size() {
    let keys = warp10::keys("K1");
    let token = ReadToken { applications: vec![String::new(); 40_000], ..ReadToken::default() };
    let text = keys.mint(&Token::Read(token.clone()));
    let memory = allocation_counter::measure(|| assert_eq!(keys.open(&text), Ok(Token::Read(token.clone()))));
    assert!(memory.bytes_max < 8 * 1024 * 1024, "{memory:?}");
}

#[test]
fn uuids_of_any_text_are_refused_or_written_in_one_way() {
    for_all(4000, &"[0-9a-fA-F+-]{0,38}", |text| {
        if let Ok(uuid) = java_compat::uuid_from_text(&text) {
            prop_assert_eq!(java_compat::uuid_from_text(&java_compat::uuid_to_text(&uuid)), Ok(uuid));
        }
        Ok(())
    });
}

#[test]
fn a_list_of_any_text_revokes_what_its_writing_revokes() {
    for_all(4000, &"[0-9a-f+# \\n\\rzé]{0,200}", |text| {
        let (list, _) = RevocationList::read(&text);
        prop_assert_eq!(RevocationList::read(&list.to_string()), (list, None));
        Ok(())
    });
}

#[test]
fn a_folder_of_any_files_is_read() {
    let name = "[a-z]?[.](full|read|half)[.][0-9]{0,20}-[0-9a-f]{31,32}[.]trl";
    let files = prop::collection::btree_map(name, vec(any::<u8>(), 0..80), 0..6);
    for_all(1000, &files, |files| {
        let mut directory = Directory::new(None, Time::from_millis(0));
        let lists = files.keys().filter(|name| ListName::parse(name).is_some()).count();
        prop_assert_eq!(directory.scan(&files).unwrap(), lists > 0);
        Ok(())
    });
}

/// The signs of a selector, escapes of its own and blanks among letters.
const SIGNS: &str = "[a=~,{}% +é]{0,5}";

fn exact_labels() -> impl Strategy<Value = LabelSelectors> {
    hash_map(SIGNS, SIGNS, 0..4)
        .prop_map(|map| LabelSelectors(map.into_iter().map(|(name, value)| (name, Wanted::Exact(value))).collect()))
}

#[test]
fn a_selector_is_read_as_it_was_written_whatever_signs_its_names_and_values_contain() {
    let selectors = (SIGNS, exact_labels(), of(exact_labels()));
    for_all(4000, &selectors, |(class, labels, attributes)| {
        let selector = Selector { class: Wanted::Exact(class), labels, attributes };
        let read = Selector::parse(&selector.to_string());
        prop_assert_eq!(read.map(|read| format!("{read:?}")), Ok(format!("{selector:?}")));
        Ok(())
    });
}

#[test]
fn a_selector_of_any_text_is_read_again_from_its_print() {
    for_all(4000, &"[=~]?[a~=]{0,2}\\{[ab=~,{%7E2C3D.*]{0,12}\\}(\\{[a=~{%7E.]{0,8}\\})?", |text| {
        if let Ok(selector) = Selector::parse(&text) {
            let read = Selector::parse(&selector.to_string()).map(|read| read.to_string());
            prop_assert_eq!(read, Ok(selector.to_string()), "{}", text);
        }
        Ok(())
    });
}
