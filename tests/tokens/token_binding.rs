//! What is bound into a token's proof and has no more than a hint in its bytes: the state of the vocabulary. And lives that are
//! too long for the header.

use crate::token_workshop;

use placet::authorize::Authorizer;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::verdict::{Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::token::attenuate::NewHolder;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::evidence::Evidence;
use placet::token::inspect::inspect;
use placet::token::keyring::MintingKey;
use placet::token::mint::Draft;
use placet::token::proof::{Approval, HolderKey, HolderProof, ProofScope};
use placet::token::verify::{Scratch, Verifier};
use token_workshop::*;

fn both() -> [MintingKey; 2] {
    [local().into(), signing().into()]
}

/// Two vocabularies whose present states have one hint: found among the first hundred thousand versions.
fn twins() -> [Vocabulary; 2] {
    [5_668, 33_637].map(|version| Vocabulary::builder("twin", version).action("get").expect("the first").build())
}

/// `allow {}`
const EVERYTHING: &[u8] = &[2, 0x03, 0];

#[test]
fn a_token_of_another_vocabulary_with_the_same_hint_does_not_verify() {
    let [one, twin] = twins();
    assert!(one.fingerprint().hint() == twin.fingerprint().hint() && one != twin);
    let keyring = keyring();
    for key in both() {
        let token = minted(key, &Draft { fingerprint: one.fingerprint(), ..draft(EVERYTHING) });
        for token in [attenuated(&token), token] {
            let verify =
                |vocabulary| Verifier::new(&keyring, vocabulary).verify(&token.text(), NOW, &mut Scratch::new()).err();
            assert_eq!((verify(&one), verify(&twin)), (None, Some(Refusal::Forged)));
        }
    }
}

/// The numbers of the signed request may mean something else in the token's vocabulary.
#[test]
fn a_proof_or_an_approval_of_another_vocabulary_with_the_same_hint_fits_nowhere() {
    let ([one, twin], keyring) = (twins(), keyring());
    let key_of_holder = holder();
    for key in both() {
        let holder = Some(NewHolder::first(key_of_holder.public()));
        let token = minted(key, &Draft { fingerprint: one.fingerprint(), holder, ..draft(EVERYTHING) });
        let request = Request::named(&one, "get", NOW).expect("it is an action");
        let by = |vocabulary: &Vocabulary| {
            let (key, digest) = (HolderKey::from(&key_of_holder), request.digest());
            let scope = ProofScope::of(&token, vocabulary, Audience::NONE);
            let scope = scope.expect("they have one hint");
            let proof = key.prove(&scope, digest, NOW, &mut random()).expect("it signs");
            (proof, [key.approve(&scope, digest, NOW, &mut random()).expect("it signs")])
        };
        let decide = |(proof, approvals): (&HolderProof, &[Approval])| {
            let evidence = Evidence::of_holder(proof).with_approvals(approvals);
            let authorizer = Authorizer::new(&keyring, &one);
            authorizer.authorize_with_proof(&token.text(), &request, &evidence, &mut Scratch::new()).verdict()
        };
        let ((proof, approvals), (other_proof, other_approvals)) = (by(&one), by(&twin));
        assert!(decide((&proof, &approvals)).is_allow());
        assert_eq!(decide((&other_proof, &approvals)), Verdict::Refused(Refusal::WrongProof));
        assert_eq!(decide((&proof, &other_approvals)), Verdict::Refused(Refusal::WrongApproval));
        let unknown = ProofScope::of(&token, &vocabulary(), Audience::NONE);
        assert_eq!(unknown, Err(Refusal::UnknownVocabulary));
    }
}

/// Two states of one vocabulary have one hint: the first such pair among twenty thousand vocabularies.
#[test]
fn every_state_of_a_hint_is_tried() {
    let builder = Vocabulary::builder("twins", 21_652);
    let grown =
        (0..1_024).try_fold(builder, |builder, number| builder.action(&format!("a{number}"))).expect("they differ");
    let (grown, keyring, mut scratch) = (grown.build(), keyring(), Scratch::new());
    let [early, late] = [372, 789].map(|state: usize| grown.states()[state]);
    assert!(early.fingerprint.hint() == late.fingerprint.hint() && early != late);
    for (key, state) in both().into_iter().flat_map(|key| [(key.clone(), early), (key, late)]) {
        let token = attenuated(&minted(key, &Draft { fingerprint: state.fingerprint, ..draft(EVERYTHING) }));
        let verified = Verifier::new(&keyring, &grown).verify(&token.text(), NOW, &mut scratch).expect("it is genuine");
        assert_eq!((verified.state(), verified.blocks().count()), (state, 2));
        let mut forged = token.as_bytes().to_vec();
        forged[20] ^= 1;
        let refusal = Verifier::new(&keyring, &grown).verify(&spell(&forged), NOW, &mut scratch).err();
        assert_eq!(refusal, Some(Refusal::Forged));
    }
}

/// The keys of local tokens are kept from one token to the next.
#[test]
fn what_a_scratch_keeps_of_one_vocabulary_serves_no_other() {
    let ([one, twin], keyring, mut scratch) = (twins(), keyring(), Scratch::new());
    let of = |vocabulary: &Vocabulary| {
        minted(local(), &Draft { fingerprint: vocabulary.fingerprint(), ..draft(EVERYTHING) }).text()
    };
    let texts = [&one, &twin].map(of);
    for round in 0..3 {
        for (vocabulary, text, is_own) in [(&one, 0, true), (&twin, 0, false), (&twin, 1, true), (&one, 1, false)] {
            let refusal = Verifier::new(&keyring, vocabulary).verify(&texts[text], NOW, &mut scratch).err();
            assert_eq!(refusal, (!is_own).then_some(Refusal::Forged), "round {round}");
        }
    }
}

#[test]
fn the_hint_of_a_state_that_nobody_knows_is_named_before_the_proof_is_tried() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    for key in both() {
        let token = attenuated(&minted(key, &draft(program())));
        for bit in 5 * 8..9 * 8 {
            let mut bytes = token.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let refusal = Verifier::new(&keyring, &vocabulary).verify(&spell(&bytes), NOW, &mut Scratch::new()).err();
            assert_eq!(refusal, Some(Refusal::UnknownVocabulary), "bit {bit}");
            bytes.pop();
            assert_eq!(verify(&spell(&bytes)), Err(Refusal::Truncated), "bit {bit}");
        }
    }
}

/// Milliseconds for which a header has no room any more: 34.8 years.
const LONG: u64 = (1 << 40) - 1;

#[test]
fn a_life_too_long_for_the_header_ends_where_it_should() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    for key in both() {
        for length in [LONG - 1, LONG, LONG + 1, 100 * 365 * 24 * 3_600_000] {
            let end = NOW + ms(length);
            for not_before in [None, Some(NOW + ms(5))] {
                let long = Draft { expiry: Some(end), not_before, ..draft(program()) };
                let token = minted(key.clone(), &long);
                assert_eq!((token.header().expiry, inspect(&token).expect("a token").expiry), (Some(end), Some(end)));
                assert_eq!(Token::parse(&token.text()).as_ref(), Ok(&token));
                let verify = |now: Time| {
                    let mut scratch = Scratch::new();
                    let verified = Verifier::new(&keyring, &vocabulary).verify(&token.text(), now, &mut scratch);
                    verified.map(|verified| (verified.expiry(), verified.header().expiry))
                };
                assert_eq!(verify(end - ms(1)), Ok((Some(end), Some(end))), "{length}");
                assert_eq!(verify(end), Err(Refusal::Expired), "{length}");
                assert_eq!(
                    token.as_bytes().len(),
                    minted(key.clone(), &Draft { expiry: None, ..long }).as_bytes().len()
                        + if length < LONG { 0 } else { 6 }
                );
            }
        }
    }
}

#[test]
fn an_end_is_written_in_one_place_only() {
    let long = minted(local(), &Draft { expiry: Some(NOW + ms(LONG)), ..draft(program()) });
    // After the header of 28 bytes: the length of the block in one byte, its flags, its end in six.
    let with_end = |end: Time| {
        let mut bytes = long.as_bytes().to_vec();
        bytes[30..36].copy_from_slice(&end.as_millis().to_be_bytes()[2..]);
        bytes
    };
    assert_eq!(verify(&spell(&proved_by_hand(with_end(NOW + ms(LONG))))), Ok(()));
    for fits in [0, 1, LONG - 1] {
        let forged = proved_by_hand(with_end(NOW + ms(fits)));
        assert_eq!(verify(&spell(&forged)), Err(Refusal::NotCanonical), "{fits}");
    }
    let mut twice = long.as_bytes().to_vec();
    twice[15..20].copy_from_slice(&[0, 0, 0, 0, 9]);
    assert_eq!(verify(&spell(&proved_by_hand(twice))), Err(Refusal::NotCanonical));
}

/// The token of one block with the tag that its minter would compute, as `docs/token-format.md` says.
fn proved_by_hand(mut bytes: Vec<u8>) -> Vec<u8> {
    let tag_key = blake3::derive_key("placet 2026-11 local mac v1", &[0x11; 32]);
    let start = blake3::keyed_hash(&tag_key, &[[0; 16], vocabulary().fingerprint().0].concat());
    let covered = bytes.len() - 33;
    let tag = *blake3::keyed_hash(start.as_bytes(), &bytes[..covered]).as_bytes();
    bytes[covered + 1..].copy_from_slice(&tag);
    bytes
}

#[test]
fn an_end_after_all_that_can_be_written_is_the_last_that_can() {
    let token = minted(local(), &Draft { expiry: Some(Time::MAX), ..draft(program()) });
    assert_eq!(token.header().expiry, Some(Time::from_millis((1 << 48) - 1)));
    assert_eq!(verify(&token.text()), Ok(()));
}
