//! Tokens bound to their holder: who has the text has no rights without the key.

use ed25519_dalek::Signer;
use placet::authorize::Authorizer;
use placet::bytecode::op::{Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::check::library::Library;
use placet::document::Document;
use placet::document::value::arguments_from_text;
use placet::limits::{APPROVALS, PROOF_WINDOW};
use placet::model::digest::RequestDigest;
use placet::model::request::{Request, WideRequest};
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::value::Value;
use placet::model::verdict::{Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::attenuate::{AttenuateError, BlockDraft, NewHolder, append, append_voucher, seal};
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::evidence::{Accepted, Evidence};
use placet::token::inspect::inspect;
use placet::token::keys::{PublicKey, SigningKey};
use placet::token::mint::{Draft, MintError, mint};
use placet::token::proof::{Approval, HolderKey, HolderProof, ProofError, ProofScope};
use placet::token::replays::ReplayGuard;
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::{VouchError, VoucherRequest};

use crate::token_workshop::{
    HOUR, NOW, bound, draft, handed_over, keyring, local, minted, ms, program, random, restriction, signing, thief,
    third_party, verify, vocabulary, voucher,
};

fn holder() -> SigningKey {
    crate::token_workshop::holder()
}

/// A request that the program of the tests allows.
fn request(vocabulary: &Vocabulary) -> Request<'_> {
    asking(vocabulary, "acorns", NOW)
}

fn asking<'v>(vocabulary: &'v Vocabulary, cache: &'v str, now: Time) -> Request<'v> {
    let mut request = Request::named(vocabulary, "get", now).unwrap();
    request.set_named("cache", cache).unwrap();
    request
}

fn prove(key: &SigningKey, token: &Token, request: &Request<'_>) -> HolderProof {
    let scope = ProofScope::of(token, request.vocabulary(), Audience::NONE).unwrap();
    HolderKey::from(key).prove(&scope, request.digest(), request.time(), &mut random()).unwrap()
}

fn approve(key: &SigningKey, token: &Token, request: &Request<'_>) -> Approval {
    let scope = ProofScope::of(token, request.vocabulary(), Audience::NONE).unwrap();
    HolderKey::from(key).approve(&scope, request.digest(), request.time(), &mut random()).unwrap()
}

fn decide(token: &Token, request: &Request<'_>, evidence: &Evidence<'_>) -> Verdict {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    let authorizer = Authorizer::new(&keyring, &vocabulary);
    authorizer.authorize_with_proof(&token.text(), request, evidence, &mut Scratch::new()).verdict()
}

fn refusal(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refused(refusal) => refusal,
        verdict => panic!("{verdict:?}"),
    }
}

/// One of each envelope, bound to the holder of the tests.
fn both() -> [Token; 2] {
    [bound(local()), bound(signing())]
}

#[test]
fn a_token_of_a_holder_is_of_no_use_without_a_proof() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    let (authorizer, request) = (Authorizer::new(&keyring, &vocabulary), request(&vocabulary));
    for token in both() {
        let mut scratch = Scratch::new();
        assert_eq!(refusal(authorizer.authorize(&token.text(), &request, &mut scratch).verdict()), Refusal::NoProof);
        assert_eq!(refusal(decide(&token, &request, &Evidence::NONE)), Refusal::NoProof);
        let verified = authorizer.verifier().verify(&token.text(), NOW, &mut scratch).unwrap();
        assert_eq!(verified.holder(), Some(holder().public().as_bytes()));
        assert_eq!(refusal(authorizer.decide(&verified, &request).verdict()), Refusal::NoProof);
        assert_eq!(authorizer.accept(Some(&verified), &request), Err(Refusal::NoProof));
        assert_eq!(Refusal::NoProof.name(), "no_proof");
        let proof = prove(&holder(), &token, &request);
        assert!(decide(&token, &request, &Evidence::of_holder(&proof)).is_allow());
    }
}

#[test]
fn a_proof_by_another_key_proves_nothing() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    for token in both() {
        let stolen = prove(&thief(), &token, &request);
        assert_eq!(refusal(decide(&token, &request, &Evidence::of_holder(&stolen))), Refusal::WrongProof);
    }
}

#[test]
fn a_proof_fits_one_request_with_one_token_at_one_service() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    for token in both() {
        let proof = prove(&holder(), &token, &request);
        let evidence = Evidence::of_holder(&proof);
        let other = asking(&vocabulary, "oaks", NOW);
        assert_eq!(refusal(decide(&token, &other, &evidence)), Refusal::WrongProof, "another request");
        let narrowed = append(&token, &BlockDraft { program: restriction(), ..BlockDraft::default() }, &mut random());
        assert_eq!(refusal(decide(&narrowed.unwrap(), &request, &evidence)), Refusal::WrongProof, "another token");
        let audience = Audience::new("orders").unwrap();
        let scope = ProofScope::of(&token, &vocabulary, audience).unwrap();
        let elsewhere = HolderKey::from(&holder()).prove(&scope, request.digest(), NOW, &mut random()).unwrap();
        let elsewhere = Evidence::of_holder(&elsewhere);
        assert_eq!(refusal(decide(&token, &request, &elsewhere)), Refusal::WrongProof, "another service");
    }
}

#[test]
fn a_proof_is_accepted_within_its_window_and_no_longer() {
    let (vocabulary, keyring) = (vocabulary(), keyring());
    let token = bound(local());
    let proof = prove(&holder(), &token, &request(&vocabulary));
    let at = |now: Time, evidence: Evidence<'_>| {
        let verifier = Verifier::new(&keyring, &vocabulary).with_clock_skew(ms(5));
        let authorizer = Authorizer::with_verifier(verifier);
        let request = asking(&vocabulary, "acorns", now);
        authorizer.authorize_with_proof(&token.text(), &request, &evidence, &mut Scratch::new()).verdict()
    };
    let evidence = Evidence::of_holder(&proof);
    assert!(at(NOW + PROOF_WINDOW, evidence).is_allow());
    assert_eq!(refusal(at(NOW + PROOF_WINDOW + ms(1), evidence)), Refusal::StaleProof);
    assert!(at(NOW - ms(5), evidence).is_allow(), "the holder's clock may be ahead");
    let shorter = evidence.with_proof_window(ms(10));
    assert!(at(NOW + ms(10), shorter).is_allow());
    assert_eq!(refusal(at(NOW + ms(11), shorter)), Refusal::StaleProof);
    let later = HolderKey::from(&holder())
        .prove(
            &ProofScope::of(&token, &vocabulary, Audience::NONE).unwrap(),
            request(&vocabulary).digest(),
            NOW + ms(6),
            &mut random(),
        )
        .unwrap();
    assert_eq!(refusal(at(NOW, Evidence::of_holder(&later))), Refusal::StaleProof, "dated ahead");
}

/// Everybody who has the text can add blocks, so a thief would name themselves as the holder.
#[test]
fn a_stolen_token_cannot_be_rebound() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let key = thief();
    for token in both() {
        let mine = BlockDraft { holder: Some(NewHolder::first(key.public())), ..BlockDraft::default() };
        assert_eq!(append(&token, &mine, &mut random()), Err(AttenuateError::NoConsent));
        let consent = HolderKey::from(&key).hand_over(&token, key.public()).unwrap();
        let agreed = BlockDraft { holder: Some(NewHolder::after(key.public(), consent)), ..BlockDraft::default() };
        assert_eq!(append(&token, &agreed, &mut random()), Err(AttenuateError::NoConsent), "with their own consent");
        // An attacker does not use our `append`, so the bytes are written by hand.
        let own = consent_by_hand(THIEF, &token, key.public());
        for (consent, refusal) in [(None, Refusal::Rebound), (Some(own), Refusal::Rebound)] {
            let forged = named_by_hand(&token, key.public(), consent);
            assert_eq!(verify(&forged.text()), Err(refusal));
            let proof = prove(&key, &forged, &request);
            assert_eq!(self::refusal(decide(&forged, &request, &Evidence::of_holder(&proof))), refusal);
        }
        let agreed = consent_by_hand(HOLDER, &token, key.public());
        assert_eq!(verify(&named_by_hand(&token, key.public(), Some(agreed)).text()), Ok(()), "with the holder's");
    }
}

const HOLDER: [u8; 32] = [0x44; 32];
const THIEF: [u8; 32] = [0x55; 32];

/// The bytes before the first block.
const HEADER: usize = 1 + 4 + 4 + 6 + 5 + 8;

/// A consent as `docs/token-format.md` says.
fn consent_by_hand(by: [u8; 32], token: &Token, next: &PublicKey) -> [u8; 64] {
    let previous = VoucherRequest::of(token).unwrap().previous;
    let said = [previous.0.as_slice(), next.as_bytes()].concat();
    let digest = blake3::derive_key("placet 2026-11 holder consent v1", &said);
    let message = [b"placet binds v1".as_slice(), &digest].concat();
    ed25519_dalek::SigningKey::from_bytes(&by).sign(&message).to_bytes()
}

/// The token with a last block that names a holder, as any bearer can write it. A public token must have one block.
fn named_by_hand(token: &Token, next: &PublicKey, consent: Option<[u8; 64]>) -> Token {
    let mut block = vec![0x41, u8::from(consent.is_some())];
    block.extend(next.as_bytes());
    block.extend(consent.into_iter().flatten());
    let length = u8::try_from(block.len()).unwrap();
    let counted = if length < 0x80 { vec![length] } else { vec![length, 1] };
    let counted = [counted, block].concat();
    let bytes = token.as_bytes();
    let (kept, end) = bytes.split_last_chunk::<33>().unwrap();
    let written = if token.text().starts_with("placet_l1_") {
        let covered = [&[1], counted.as_slice()].concat();
        let tag = *blake3::keyed_hash(end[1..].try_into().unwrap(), &covered).as_bytes();
        [kept, &covered, &[0], &tag].concat()
    } else {
        let (before, signature) = kept.split_last_chunk::<64>().unwrap();
        let salted = [&before[..HEADER], &end[17..]].concat();
        let next = blake3::derive_key("placet 2026-11 public next key v1", &salted);
        let next = ed25519_dalek::SigningKey::from_bytes(&next);
        let commitment = &blake3::derive_key("placet 2026-11 public seed commitment v1", &salted)[..16];
        let signed = [&[1], signature.as_slice(), &counted].concat();
        let digest = blake3::derive_key("placet 2026-11 public block digest v1", &signed);
        let signature = next.sign(&[b"placet block v1".as_slice(), &digest].concat()).to_bytes();
        [kept, &[1], next.verifying_key().as_bytes(), commitment, &counted, &signature, &[0]].concat()
    };
    Token::from_bytes(&written).unwrap()
}

#[test]
fn a_holder_hands_a_token_over_and_has_it_no_longer_in_that_form() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    for token in both() {
        let theirs = handed_over(&token, &third_party());
        verify(&theirs.text()).unwrap();
        let (new, old) = (prove(&third_party(), &theirs, &request), prove(&holder(), &theirs, &request));
        assert!(decide(&theirs, &request, &Evidence::of_holder(&new)).is_allow());
        assert_eq!(refusal(decide(&theirs, &request, &Evidence::of_holder(&old))), Refusal::WrongProof);
    }
}

#[test]
fn a_consent_fits_only_the_token_as_it_was_and_the_key_that_it_names() {
    for token in both() {
        let consent = HolderKey::from(&holder()).hand_over(&token, third_party().public()).unwrap();
        let for_thief =
            BlockDraft { holder: Some(NewHolder::after(thief().public(), consent)), ..BlockDraft::default() };
        assert_eq!(append(&token, &for_thief, &mut random()), Err(AttenuateError::NoConsent));
        let narrowed = append(&token, &BlockDraft::default(), &mut random()).unwrap();
        let late =
            BlockDraft { holder: Some(NewHolder::after(third_party().public(), consent)), ..BlockDraft::default() };
        assert_eq!(append(&narrowed, &late, &mut random()), Err(AttenuateError::NoConsent));
        let for_another = consent_by_hand(HOLDER, &token, third_party().public());
        let forged = named_by_hand(&token, thief().public(), Some(for_another));
        assert_eq!(verify(&forged.text()), Err(Refusal::Rebound));
    }
}

#[test]
fn whoever_has_a_token_of_nobody_can_bind_it_to_a_key() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let key = holder();
    for token in [minted(local(), &draft(program())), minted(signing(), &draft(program()))] {
        let binding = BlockDraft { holder: Some(NewHolder::first(key.public())), ..BlockDraft::default() };
        let bound = append(&token, &binding, &mut random()).unwrap();
        assert_eq!(refusal(decide(&bound, &request, &Evidence::NONE)), Refusal::NoProof);
        assert!(decide(&bound, &request, &Evidence::of_holder(&prove(&key, &bound, &request))).is_allow());
        let consent = HolderKey::from(&key).hand_over(&token, key.public()).unwrap();
        let nobody = BlockDraft { holder: Some(NewHolder::after(key.public(), consent)), ..BlockDraft::default() };
        assert_eq!(append(&token, &nobody, &mut random()), Err(AttenuateError::NoConsent), "there is no holder before");
        let forged = named_by_hand(&token, key.public(), Some(consent_by_hand(HOLDER, &token, key.public())));
        assert_eq!(verify(&forged.text()), Err(Refusal::NotCanonical));
    }
}

#[test]
fn a_sealed_token_keeps_its_holder() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    for token in both() {
        let sealed = seal(&token, &mut random()).unwrap();
        let consent = HolderKey::from(&holder()).hand_over(&sealed, third_party().public()).unwrap();
        let next =
            BlockDraft { holder: Some(NewHolder::after(third_party().public(), consent)), ..BlockDraft::default() };
        assert_eq!(append(&sealed, &next, &mut random()), Err(AttenuateError::Sealed));
        assert!(decide(&sealed, &request, &Evidence::of_holder(&prove(&holder(), &sealed, &request))).is_allow());
    }
}

#[test]
fn a_third_party_names_no_holder() {
    let token = bound(local());
    let request = VoucherRequest::of(&token).unwrap();
    let naming = BlockDraft { holder: Some(NewHolder::first(thief().public())), ..BlockDraft::default() };
    assert_eq!(request.vouch(&third_party(), &vocabulary(), &naming), Err(VouchError::NamesHolder));
    let vouched = append_voucher(&token, &voucher(request, &BlockDraft::default()), &mut random()).unwrap();
    let vocabulary = vocabulary();
    let asked = asking(&vocabulary, "acorns", NOW);
    assert_eq!(refusal(decide(&vouched, &asked, &Evidence::NONE)), Refusal::NoProof, "a voucher is no proof");
    assert!(decide(&vouched, &asked, &Evidence::of_holder(&prove(&holder(), &vouched, &asked))).is_allow());
}

#[test]
fn an_encrypted_token_shows_its_holder_and_nothing_else() {
    let key = holder();
    let secret = Draft { encrypted: true, holder: Some(NewHolder::first(key.public())), ..draft(program()) };
    let token = minted(local(), &secret);
    let seen = inspect(&token).unwrap();
    assert_eq!((seen.blocks[0].holder, seen.blocks[0].content.is_none()), (Some(key.public().as_bytes()), true));
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    assert!(decide(&token, &request, &Evidence::of_holder(&prove(&key, &token, &request))).is_allow());
}

#[test]
fn a_new_token_has_no_earlier_holder() {
    let token = bound(local());
    let consent = HolderKey::from(&holder()).hand_over(&token, third_party().public()).unwrap();
    let draft = Draft { holder: Some(NewHolder::after(third_party().public(), consent)), ..draft(program()) };
    assert_eq!(mint(&local(), &draft, &mut random()), Err(MintError::Consent));
}

#[test]
fn a_proof_is_used_once_where_a_guard_remembers_it() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let token = bound(signing());
    let guard = ReplayGuard::new(8);
    let (one, other) = (prove(&holder(), &token, &request), prove(&holder(), &token, &request));
    assert_ne!(one.id(), other.id(), "two of one request and millisecond");
    let guarded = |proof| decide(&token, &request, &Evidence::of_holder(proof).refusing_replays(&guard));
    let stolen = prove(&thief(), &token, &request);
    assert_eq!(refusal(guarded(&stolen)), Refusal::WrongProof);
    assert!(guarded(&one).is_allow());
    assert_eq!(refusal(guarded(&one)), Refusal::Replayed);
    assert!(guarded(&other).is_allow());
}

#[test]
fn a_full_guard_refuses_and_a_wrong_proof_takes_no_room() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let token = bound(local());
    let guard = ReplayGuard::new(1);
    let guarded = |proof: &HolderProof| decide(&token, &request, &Evidence::of_holder(proof).refusing_replays(&guard));
    for _ in 0..3 {
        assert_eq!(refusal(guarded(&prove(&thief(), &token, &request))), Refusal::WrongProof);
    }
    assert!(guarded(&prove(&holder(), &token, &request)).is_allow());
    assert_eq!(refusal(guarded(&prove(&holder(), &token, &request))), Refusal::ReplaysFull);
}

#[test]
fn every_bit_of_a_proof_and_of_an_approval_counts() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let token = bound(local());
    let (proof, approval) = (prove(&holder(), &token, &request), approve(&third_party(), &token, &request));
    for (text, prefix, is_proof) in
        [(proof.text(), "placet_proof_", true), (approval.text(), "placet_approval_", false)]
    {
        let digits = text.strip_prefix(prefix).unwrap();
        let bytes = data_encoding::BASE64URL_NOPAD.decode(digits.as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let text = format!("{prefix}{}", data_encoding::BASE64URL_NOPAD.encode(&flipped));
            let verdict = if is_proof {
                let Ok(flipped) = HolderProof::parse(&text) else { continue };
                decide(&token, &request, &Evidence::of_holder(&flipped))
            } else {
                let Ok(flipped) = Approval::parse(&text) else { continue };
                decide(&token, &request, &Evidence::of_holder(&proof).with_approvals(&[flipped]))
            };
            let refusal = refusal(verdict);
            let expected = if is_proof {
                [Refusal::WrongProof, Refusal::StaleProof]
            } else {
                [Refusal::WrongApproval, Refusal::StaleApproval]
            };
            assert!(expected.contains(&refusal), "bit {bit}: {refusal:?}");
        }
    }
}

#[test]
fn a_proof_and_an_approval_come_back_from_their_texts_and_from_no_other() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let token = bound(local());
    let (proof, approval) = (prove(&holder(), &token, &request), approve(&third_party(), &token, &request));
    assert_eq!(HolderProof::parse(&proof.text()), Ok(proof));
    assert_eq!(Approval::parse(&approval.text()), Ok(approval));
    assert_eq!(HolderProof::parse(&approval.text()), Err(ProofError::NotAProof));
    assert_eq!(Approval::parse(&proof.text()), Err(ProofError::NotAnApproval));
    for cut in 0..proof.text().len() {
        assert!(HolderProof::parse(&proof.text()[..cut]).is_err(), "{cut}");
    }
    assert!(HolderProof::parse(&format!("{}A", proof.text())).is_err());
}

/// The holder's key could be among the approvers, and the other way round.
#[test]
fn neither_a_proof_nor_an_approval_stands_for_the_other() {
    let vocabulary = vocabulary();
    let request = request(&vocabulary);
    let token = bound(local());
    let (proof, approval) = (prove(&holder(), &token, &request), approve(&holder(), &token, &request));
    let decode = |text: &str| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let encode = |prefix: &str, bytes: &[u8]| format!("{prefix}{}", data_encoding::BASE64URL_NOPAD.encode(bytes));
    let of_approval = &decode(&approval.text()["placet_approval_".len()..])[32..];
    let as_proof = HolderProof::parse(&encode("placet_proof_", of_approval)).unwrap();
    assert_eq!(refusal(decide(&token, &request, &Evidence::of_holder(&as_proof))), Refusal::WrongProof);
    let of_proof = decode(&proof.text()["placet_proof_".len()..]);
    let as_approval = [holder().public().as_bytes().as_slice(), &of_proof].concat();
    let as_approval = Approval::parse(&encode("placet_approval_", &as_approval)).unwrap();
    let evidence = Evidence::of_holder(&proof);
    assert_eq!(refusal(decide(&token, &request, &evidence.with_approvals(&[as_approval]))), Refusal::WrongApproval);
}

#[test]
fn approvals_that_are_stale_wrong_or_too_many_are_refused_and_not_ignored() {
    let vocabulary = vocabulary();
    let token = minted(local(), &draft(program()));
    let asked = request(&vocabulary);
    let approval = approve(&third_party(), &token, &asked);
    let with = |request: &Request<'_>, approvals: &[Approval]| {
        decide(&token, request, &Evidence::NONE.with_approvals(approvals).with_approval_window(ms(10)))
    };
    assert!(with(&asked, &[approval]).is_allow());
    assert!(with(&asking(&vocabulary, "acorns", NOW + ms(10)), &[approval]).is_allow());
    let late = asking(&vocabulary, "acorns", NOW + ms(11));
    assert_eq!(refusal(with(&late, &[approval])), Refusal::StaleApproval);
    assert_eq!(refusal(with(&asking(&vocabulary, "oaks", NOW), &[approval])), Refusal::WrongApproval);
    assert_eq!(refusal(with(&asked, &[approval; APPROVALS + 1])), Refusal::TooManyApprovals);
}

#[test]
fn a_service_may_add_attributes_that_the_signers_do_not_know() {
    let builder = Vocabulary::builder("cache", 1).attribute("cache", Type::One(Scalar::String), false).unwrap();
    let builder = builder.attribute("owner", Type::One(Scalar::String), true).unwrap();
    let vocabulary = builder.action("get").unwrap().build();
    let key = holder();
    let bound = Draft {
        fingerprint: vocabulary.fingerprint(),
        holder: Some(NewHolder::first(key.public())),
        ..draft(program())
    };
    let token = minted(local(), &bound);
    let mut asked = asking(&vocabulary, "acorns", NOW);
    let (digest, proof) = (asked.digest(), prove(&key, &token, &asked));
    asked.set_named("owner", "ann").unwrap();
    let keyring = keyring();
    let authorizer = Authorizer::new(&keyring, &vocabulary);
    let decide = |evidence: &Evidence<'_>| {
        authorizer.authorize_with_proof(&token.text(), &asked, evidence, &mut Scratch::new()).verdict()
    };
    assert_eq!(refusal(decide(&Evidence::of_holder(&proof))), Refusal::WrongProof);
    assert!(decide(&Evidence::of_holder(&proof).about(digest)).is_allow());
}

#[test]
fn evidence_that_is_accepted_once_serves_several_decisions() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    let request = request(&vocabulary);
    let token = bound(local());
    let proof = prove(&holder(), &token, &request);
    let guard = ReplayGuard::new(1);
    let evidence = Evidence::of_holder(&proof).refusing_replays(&guard);
    let authorizer = Authorizer::new(&keyring, &vocabulary);
    let mut scratch = Scratch::new();
    let verified = authorizer.verifier().verify(&token.text(), NOW, &mut scratch).unwrap();
    let accepted = authorizer.with_evidence(&evidence).accept(Some(&verified), &request).unwrap();
    assert_eq!(accepted, Accepted::assumed([]));
    for _ in 0..2 {
        assert!(authorizer.with_accepted(&accepted).decide(&verified, &request).is_allow());
    }
    assert_eq!(authorizer.with_evidence(&evidence).accept(Some(&verified), &request), Err(Refusal::Replayed));
}

#[test]
fn a_restriction_keeps_the_holder_and_a_later_expiry_is_checked_first() {
    let vocabulary = vocabulary();
    let token = bound(local());
    let late = asking(&vocabulary, "acorns", NOW + HOUR);
    let proof = prove(&holder(), &token, &late);
    assert_eq!(refusal(decide(&token, &late, &Evidence::of_holder(&proof))), Refusal::Expired);
    let narrowed = append(&token, &BlockDraft::default(), &mut random()).unwrap();
    assert_eq!(refusal(decide(&narrowed, &request(&vocabulary), &Evidence::NONE)), Refusal::NoProof);
}

/// Every type of value, in sets, labels and alone.
fn wide() -> Vocabulary {
    let mut builder = Vocabulary::builder("wide", 1);
    for scalar in Scalar::ALL {
        builder = builder.attribute(&format!("one_{scalar}"), Type::One(scalar), true).unwrap();
        builder = builder.attribute(&format!("set_{scalar}"), Type::Set(scalar), true).unwrap();
    }
    builder.attribute("labels", Type::Labels, true).unwrap().action("get").unwrap().action("set").unwrap().build()
}

fn digest<'v>(vocabulary: &'v Vocabulary, set: &[(&str, Value<'v>)]) -> RequestDigest {
    let mut request: WideRequest<'_> = Request::with_room(vocabulary, vocabulary.action("get").unwrap(), NOW);
    for (name, value) in set {
        request.set_named(name, *value).unwrap();
    }
    request.digest()
}

#[test]
fn equal_requests_have_equal_digests() {
    let vocabulary = wide();
    let (a, b) = (("one_string", Value::String("a")), ("one_int", Value::Int(7)));
    assert_eq!(digest(&vocabulary, &[a, b]), digest(&vocabulary, &[b, a]), "the order of setting");
    let (one, two) = (Value::String("x"), Value::String("y"));
    let sets = [vec![one, two], vec![two, one], vec![one, two, one]];
    let digests: Vec<_> = sets.iter().map(|set| digest(&vocabulary, &[("set_string", Value::Set(set))])).collect();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "the order of elements, and one twice");
    let alone = [one];
    let of_one = digest(&vocabulary, &[("set_string", Value::Set(&alone))]);
    assert_eq!(of_one, digest(&vocabulary, &[("set_string", one)]), "a set of one");
    assert_eq!(digest(&vocabulary, &[("set_string", Value::Set(&[]))]), digest(&vocabulary, &[]), "an empty set");
    let (labels, turned) = ([("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]);
    let of = |labels| digest(&vocabulary, &[("labels", Value::Labels(labels))]);
    assert_eq!(of(&labels), of(&turned));
    let mut later = Request::named(&vocabulary, "get", NOW + ms(1)).unwrap();
    later.set_named("one_int", 7).unwrap();
    assert_eq!(later.digest(), digest(&vocabulary, &[b]), "the time is left out");
}

#[test]
fn different_requests_have_different_digests() {
    let vocabulary = wide();
    let (x, y, xy) = (Value::String("x"), Value::String("y"), Value::String("xy"));
    let (both, joined) = ([x, y], [xy]);
    let (labels, moved, more) = ([("a", "bc")], [("ab", "c")], [("a", "bc"), ("d", "")]);
    let mut digests = vec![
        digest(&vocabulary, &[]),
        digest(&vocabulary, &[("one_string", x)]),
        digest(&vocabulary, &[("one_string", xy)]),
        digest(&vocabulary, &[("set_string", x)]),
        digest(&vocabulary, &[("set_string", Value::Set(&both))]),
        digest(&vocabulary, &[("set_string", Value::Set(&joined))]),
        digest(&vocabulary, &[("one_bytes", Value::Bytes(b"x"))]),
        digest(&vocabulary, &[("one_int", Value::Int(1))]),
        digest(&vocabulary, &[("one_int", Value::Int(-1))]),
        digest(&vocabulary, &[("one_duration", Value::Duration(1))]),
        digest(&vocabulary, &[("one_bool", Value::Bool(true))]),
        digest(&vocabulary, &[("one_bool", Value::Bool(false))]),
        digest(&vocabulary, &[("labels", Value::Labels(&labels))]),
        digest(&vocabulary, &[("labels", Value::Labels(&moved))]),
        digest(&vocabulary, &[("labels", Value::Labels(&more))]),
        Request::named(&vocabulary, "set", NOW).unwrap().digest(),
    ];
    let count = digests.len();
    digests.sort_unstable_by_key(|digest| digest.0);
    digests.dedup();
    assert_eq!(digests.len(), count);
}

/// A key that were there twice would count twice, and a quorum that nobody can reach would hide a rule.
#[test]
fn a_quorum_names_each_key_once_and_can_be_reached() {
    let keys = |bytes: &[u8]| bytes.iter().flat_map(|byte| [*byte; 32]).collect::<Vec<u8>>();
    let quorum = |needed: u8, named: &[u8]| [&[needed], keys(named).as_slice()].concat();
    let most: Vec<u8> = (0..33).collect();
    let proved = |constant: &[u8]| {
        let mut pool = Pool::default();
        let approved = Op::Approved { quorum: pool.intern(constant) };
        let (mut body, mut code) = (Vec::new(), Vec::new());
        Op::When {}.write(&mut body);
        approved.write(&mut body);
        Op::Allow { body: Length(u32::try_from(body.len()).unwrap()) }.write(&mut code);
        code.extend(body);
        verify(&minted(local(), &draft(Program::new(&code, &pool).bytes())).text())
    };
    for good in [quorum(1, &[7]), quorum(2, &[7, 8]), quorum(32, &most[..32])] {
        assert_eq!(proved(&good), Ok(()), "{good:?}");
    }
    let cut = &quorum(1, &[7, 8])[..64];
    for bad in
        [quorum(1, &[8, 7]), quorum(2, &[7, 7]), quorum(0, &[7]), quorum(2, &[7]), quorum(1, &[]), quorum(1, &most)]
    {
        assert_eq!(proved(&bad), Err(Refusal::BadProgram), "{bad:?}");
    }
    assert_eq!(proved(cut), Err(Refusal::BadProgram));
}

#[test]
fn a_team_of_approvers_can_be_an_argument_and_one_who_is_named_twice_counts_once() {
    let source = "use http policy p(team: set of string, lead: string) { allow { path: \"/a\" } when approved(2, [team, lead]) }";
    let document = Document::from_text("p.placet", source, Library::built_in()).unwrap();
    let template = &document.templates()[0];
    let [ann, bob] = [holder(), third_party()].map(|key| key.public().to_string());
    let compiled = |team: &str, lead: &str| {
        let arguments = arguments_from_text(template, [("team", team), ("lead", lead)]).unwrap();
        document.compile(BlockKind::Policy, None, &arguments).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(compiled(&ann, &bob), Ok(()));
    let twice = compiled(&ann, &ann).unwrap_err();
    assert!(twice.contains("needs 2 different keys, and has 1"), "{twice}");
    let no_key = compiled(&ann, "bob").unwrap_err();
    assert!(no_key.contains("`lead` is not a public key"), "{no_key}");
}
