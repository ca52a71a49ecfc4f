//! The life of a token: minted, attenuated, sealed, vouched for, verified, kept, revoked; keys rotated.

use crate::token_workshop;

use placet::bytecode::op::{Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::limits::TOKEN_BYTES;
use placet::model::time::Time;
use placet::model::verdict::Refusal;
use placet::model::vocabulary::{FieldNo, Vocabulary};
use placet::token::attenuate::{AttenuateError, BlockDraft, append, append_voucher};
use placet::token::cache::TokenCache;
use placet::token::envelope::Token;
use placet::token::header::{KeyName, Purpose, RevocationId};
use placet::token::inspect::inspect;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey, SystemRandom};
use placet::token::mint::{Draft, MintError, mint};
use placet::token::revocation::{RevocationList, Revocations};
use placet::token::verified::{Verified, VerifiedToken};
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::{VouchError, Voucher, VoucherRequest};
use std::time::Duration;
use token_workshop::*;

fn both() -> [MintingKey; 2] {
    [local().into(), signing().into()]
}

#[test]
fn a_token_says_what_its_draft_said() {
    for key in both() {
        let token = minted(key, &Draft { claims: claims(), not_before: Some(NOW), ..draft(program()) });
        let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
        let verifier = Verifier::new(&keyring, &vocabulary);
        let verified = verifier.verify(&token.text(), NOW, &mut scratch).expect("it is genuine");
        assert_eq!(verified.header(), &token.header());
        assert_eq!((verified.expiry(), verified.not_before()), (Some(NOW + HOUR), Some(NOW)));
        assert_eq!((verified.claims().owner, verified.claims().labels.get("dc")), (Some("ann"), Some("eu-1")));
        assert_eq!((verified.programs().len(), verified.is_sealed()), (1, false));
        assert_eq!(verified.state(), vocabulary.present());
    }
}

#[test]
fn a_small_token_is_small() {
    let program = cache_is("twelve bytes");
    assert_eq!(program.len(), 20);
    let draft = Draft { expiry: Some(NOW + 30 * 24 * HOUR), ..draft(&program) };
    assert_eq!(minted(local(), &draft).as_bytes().len(), 83);
    assert_eq!(minted(signing(), &draft).as_bytes().len(), 147);
    let token = minted(local(), &draft);
    let restricted = append(&token, &BlockDraft { program: &program, ..BlockDraft::default() }, &mut random());
    assert_eq!(restricted.expect("it is open").as_bytes().len() - token.as_bytes().len(), 20 + 3);
}

#[test]
fn the_same_draft_makes_the_same_local_token() {
    for encrypted in [false, true] {
        let draft = Draft { encrypted, claims: claims(), ..draft(program()) };
        assert_eq!(minted(local(), &draft), minted(local(), &draft));
    }
}

#[test]
fn a_token_ends_at_its_expiry_and_begins_at_its_beginning() {
    for key in both() {
        let token = minted(key, &Draft { not_before: Some(NOW + ms(10)), ..draft(program()) }).text();
        assert_eq!(verify_at(&token, NOW + ms(9)), Err(Refusal::NotYetValid));
        assert_eq!(verify_at(&token, NOW + ms(10)), Ok(()));
        assert_eq!(verify_at(&token, NOW + HOUR - ms(1)), Ok(()));
        assert_eq!(verify_at(&token, NOW + HOUR), Err(Refusal::Expired));
    }
    let endless = minted(local(), &Draft { expiry: None, ..draft(program()) }).text();
    assert_eq!(verify_at(&endless, Time::from_millis(i64::MAX)), Ok(()));
    let never = minted(local(), &Draft { expiry: Some(Time::from_millis(0)), ..draft(program()) }).text();
    assert_eq!(verify_at(&never, NOW), Err(Refusal::Expired));
}

#[test]
fn a_restriction_ends_a_token_earlier_and_never_later() {
    for key in both() {
        let token = minted(key, &draft(program()));
        let shorter = attenuated(&token).text();
        assert_eq!(verify_at(&shorter, NOW + HOUR / 2), Err(Refusal::Expired));
        let longer = BlockDraft {
            expiry: Some(NOW + 9 * HOUR),
            not_before: Some(Time::from_millis(0)),
            ..BlockDraft::default()
        };
        let longer = append(&token, &longer, &mut random()).expect("it is open").text();
        assert_eq!(verify_at(&longer, NOW + HOUR), Err(Refusal::Expired));
        let later = BlockDraft { not_before: Some(NOW + ms(5)), ..BlockDraft::default() };
        let later = append(&token, &later, &mut random()).expect("it is open").text();
        assert_eq!(
            (verify_at(&later, NOW + ms(4)), verify_at(&later, NOW + ms(5))),
            (Err(Refusal::NotYetValid), Ok(()))
        );
    }
}

#[test]
fn what_makes_no_token_is_not_minted() {
    let mint = |key: MintingKey, draft: &Draft<'_>| mint(&key, draft, &mut random());
    let large = vec![0; TOKEN_BYTES];
    assert_eq!(mint(local().into(), &draft(&large)), Err(MintError::TooLarge));
    assert_eq!(
        mint(local().into(), &Draft { issuance: Time::from_millis(-1), ..draft(program()) }),
        Err(MintError::BeforeTheEpoch)
    );
    assert_eq!(mint(signing().into(), &Draft { encrypted: true, ..draft(program()) }), Err(MintError::PublicSecret));
}

#[test]
fn a_token_of_an_earlier_vocabulary_is_accepted_and_of_another_is_not() {
    let token = minted(local(), &draft(program())).text();
    let keyring = keyring();
    let grown = Vocabulary::builder("cache", 1)
        .attribute("cache", placet::model::types::Type::One(placet::model::types::Scalar::String), false)
        .and_then(|builder| builder.action("get")?.action("set"))
        .expect("every name is new")
        .build();
    let mut scratch = Scratch::new();
    let verified = Verifier::new(&keyring, &grown).verify(&token, NOW, &mut scratch).expect("the vocabulary only grew");
    assert_eq!((verified.state().actions, grown.present().actions), (1, 2));
    let other = Vocabulary::builder("cache", 2).build();
    let refusal = Verifier::new(&keyring, &other).verify(&token, NOW, &mut scratch).err();
    assert_eq!(refusal, Some(Refusal::UnknownVocabulary));
}

#[test]
fn a_third_party_vouches_by_text() {
    for key in both() {
        let token = minted(key, &draft(program()));
        let asked = VoucherRequest::of(&token).expect("a token").text();
        let request = VoucherRequest::parse(&asked).expect("it was just written");
        let answer = voucher(request, &BlockDraft { program: restriction(), ..BlockDraft::default() }).text();
        let voucher = Voucher::parse(&answer).expect("it was just written");
        let vouched = append_voucher(&token, &voucher, &mut random()).expect("it was made for it");
        let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
        let verifier = Verifier::new(&keyring, &vocabulary);
        let vouched = attenuated(&vouched).text();
        let verified = verifier.verify(&vouched, NOW, &mut scratch).expect("it is genuine");
        assert_eq!(verified.vouchers().collect::<Vec<_>>(), [third_party().public().as_bytes()]);
    }
}

#[test]
fn a_voucher_may_be_the_last_block() {
    for key in both() {
        let token = minted(key, &draft(program()));
        let request = VoucherRequest::of(&token).expect("a token");
        let voucher = voucher(request, &BlockDraft { sealed: true, ..BlockDraft::default() });
        let last = append_voucher(&token, &voucher, &mut random()).expect("it was made for it");
        assert_eq!(verify(&last.text()), Ok(()));
        assert_eq!(append(&last, &BlockDraft::default(), &mut random()), Err(AttenuateError::Sealed));
    }
}

/// What is longer than any token is not decoded: whoever passes a voucher on has not asked for it.
#[test]
fn a_voucher_may_be_as_long_as_a_token() {
    let request = VoucherRequest::of(&minted(local(), &draft(program()))).expect("a token");
    let made = |length| {
        let draft = BlockDraft { program: &allowing_everything(length), ..BlockDraft::default() };
        request.vouch(&third_party(), &vocabulary(), &draft)
    };
    let room = TOKEN_BYTES - (1 + 32 + 64);
    for length in [400, 2_000, room] {
        let voucher = made(length).expect("a program of this length is one");
        assert_eq!(Voucher::parse(&voucher.text()), Ok(voucher), "{length} bytes");
    }
    let longer = made(room + 1).expect("a program of this length is one").text();
    assert_eq!(Voucher::parse(&longer), Err(VouchError::NotAVoucher));
    let far_longer = format!("placet_voucher_{}", "A".repeat(10 * TOKEN_BYTES));
    assert_eq!(Voucher::parse(&far_longer), Err(VouchError::NotAVoucher));
    assert!(matches!(made(TOKEN_BYTES + 1), Err(VouchError::Program(_))));
}

/// A program of that many bytes: `allow {}` again and again, and of an odd number of bytes one `allow { cache: any }`.
fn allowing_everything(length: usize) -> Vec<u8> {
    let mut code = Vec::new();
    if !length.is_multiple_of(2) {
        let body = [Op::Allow { body: Length(3) }, Op::Test { field: FieldNo(1) }, Op::Any {}];
        body.iter().for_each(|op| op.write(&mut code));
    }
    assert!((130..16_000).contains(&length), "its length takes two bytes");
    while code.len() + 2 < length {
        code.extend([0x03, 0]);
    }
    Program::new(&code, &Pool::default()).into_bytes()
}

#[test]
fn a_mistyped_request_is_found() {
    let text = VoucherRequest::of(&minted(local(), &draft(program()))).expect("a token").text();
    for at in 0..text.len() {
        let mut typo = text.clone().into_bytes();
        typo[at] = if typo[at] == b'A' { b'B' } else { b'A' };
        assert!(VoucherRequest::parse(&String::from_utf8(typo).expect("ASCII")).is_err(), "at {at}");
        assert!(VoucherRequest::parse(&text[..at]).is_err());
    }
}

#[test]
fn rotation_accepts_old_and_new_tokens_until_the_old_key_is_removed() {
    let (old, new) = (SigningKey::from_seed(&[1; 32]), LocalKey::from_secret(&[2; 32]));
    let (before, after) = (minted(old.clone(), &draft(program())), minted(new.clone(), &draft(program())));
    let vocabulary = vocabulary();
    let mut keyring = Keyring::new();
    let check = |keyring: &Keyring, token: &Token| {
        Verifier::new(keyring, &vocabulary).verify(&token.text(), NOW, &mut Scratch::new()).err()
    };
    keyring.mint_with(old.clone()).expect("it is the first");
    assert_eq!((check(&keyring, &before), check(&keyring, &after)), (None, Some(Refusal::UnknownKey)));
    keyring.mint_with(new).expect("it is another");
    assert_eq!((check(&keyring, &before), check(&keyring, &after)), (None, None));
    keyring.remove(Purpose::Public, old.id());
    assert_eq!((check(&keyring, &before), check(&keyring, &after)), (Some(Refusal::UnknownKey), None));
}

/// What the verifier says to a token under a list of revocations.
fn verify_with(list: &RevocationList, token: &Token, now: Time) -> Option<Refusal> {
    let (keyring, vocabulary, snapshot) = (keyring(), vocabulary(), Revocations::write(list));
    let snapshot = Revocations::open(&snapshot).expect("it was just written");
    let verifier = Verifier::new(&keyring, &vocabulary).with_revocations(snapshot);
    verifier.verify(&token.text(), now, &mut Scratch::new()).err()
}

fn ids(token: &Token) -> Vec<RevocationId> {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    let verified = verifier.verify(&token.text(), NOW, &mut scratch).expect("it is genuine");
    verified.revocation_ids().collect()
}

#[test]
fn revoking_a_block_revokes_everything_after_it() {
    for key in both() {
        let parent = minted(key, &draft(program()));
        let (child, sibling) = (attenuated(&parent), sealed(&parent));
        let mut list = RevocationList::new(NOW, HOUR);
        assert_eq!(verify_with(&list, &child, NOW), None);
        list.revoke(ids(&child)[1]);
        let verdicts = [&parent, &child, &sibling].map(|token| verify_with(&list, token, NOW));
        assert_eq!(verdicts, [None, Some(Refusal::Revoked), None]);
        list.revoke(ids(&parent)[0]);
        let verdicts = [&parent, &child, &sibling].map(|token| verify_with(&list, token, NOW));
        assert_eq!(verdicts, [Some(Refusal::Revoked); 3]);
    }
}

#[test]
fn a_key_can_be_revoked_up_to_a_time() {
    let token = minted(local(), &draft(program()));
    let revoked = |key: KeyName, before: Time| {
        let mut list = RevocationList::new(NOW, HOUR);
        list.revoke_key(key, before);
        verify_with(&list, &token, NOW)
    };
    assert_eq!(revoked(local().name(), NOW), None);
    assert_eq!(revoked(local().name(), NOW + ms(1)), Some(Refusal::Revoked));
    assert_eq!(revoked(signing().name(), NOW + ms(1)), None);
}

#[test]
fn a_stale_list_refuses_every_token() {
    let token = minted(local(), &draft(program()));
    let list = RevocationList::new(NOW - HOUR, HOUR);
    assert_eq!(verify_with(&list, &token, NOW), None);
    assert_eq!(verify_with(&list, &token, NOW + ms(1)), Some(Refusal::StaleRevocations));
}

#[test]
fn inspection_needs_no_key() {
    for (name, token) in shapes() {
        let seen = inspect(&token).expect(name);
        let known = ids(&token);
        assert_eq!(
            (seen.header, seen.sealed, seen.blocks.len()),
            (token.header(), token.is_sealed(), known.len()),
            "{name}"
        );
        assert_eq!(seen.blocks.last().and_then(|block| block.revocation), known.last().copied(), "{name}");
        for (block, id) in seen.blocks.iter().zip(known) {
            assert!(block.revocation.is_none_or(|seen| seen == id), "{name}");
            assert!(block.revocation.is_some() || seen.header.purpose == Purpose::Local, "{name}");
        }
    }
}

#[test]
fn a_kept_token_is_checked_again_on_every_use() {
    for (name, token) in shapes() {
        let (mut keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
        let kept =
            Verifier::new(&keyring, &vocabulary).verify(&token.text(), NOW, &mut scratch).expect(name).to_owned();
        drop(scratch);
        let verifier = Verifier::new(&keyring, &vocabulary);
        let again = verifier.recheck(&kept, NOW).expect(name);
        assert_eq!((again.header(), again.revocation_ids().collect()), (&token.header(), ids(&token)), "{name}");
        assert_eq!(verifier.recheck(&kept, NOW + HOUR).err(), Some(Refusal::Expired), "{name}");
        let mut list = RevocationList::new(NOW, HOUR);
        list.revoke(ids(&token)[0]);
        let list = Revocations::write(&list);
        let strict = verifier.with_revocations(Revocations::open(&list).expect("it was just written"));
        assert_eq!(strict.recheck(&kept, NOW).err(), Some(Refusal::Revoked), "{name}");
        keyring.remove(token.header().purpose, token.header().key);
        let poorer = Verifier::new(&keyring, &vocabulary);
        assert_eq!(poorer.recheck(&kept, NOW).err(), Some(Refusal::UnknownKey), "{name}");
    }
}

/// Where the program of a token lies that the cache lends: the same place again where it was found.
fn place(cache: &TokenCache, verifier: &Verifier<'_>, text: &str, now: Time) -> Result<usize, Refusal> {
    let code = |token: &Verified<'_>| token.programs().next().expect("it has an authority").code().as_ptr().addr();
    cache.verify(verifier, text, now, &mut Scratch::new(), code)
}

#[test]
fn the_cache_keeps_no_decision() {
    let (cache, vocabulary) = (TokenCache::new(8), vocabulary());
    let mut keyring = keyring();
    let text = minted(local(), &draft(program())).text();
    let verifier = Verifier::new(&keyring, &vocabulary);
    let first = place(&cache, &verifier, &text, NOW).expect("it is genuine");
    let second = place(&cache, &verifier, &text, NOW).expect("it is genuine");
    let third = place(&cache, &verifier, &text, NOW).expect("it is genuine");
    assert!(first != second && second == third, "the second and the third time it is found");
    assert_eq!(place(&cache, &verifier, &text, NOW + HOUR), Err(Refusal::Expired));
    keyring.remove(Purpose::Local, local().id());
    let verifier = Verifier::new(&keyring, &vocabulary);
    assert_eq!(place(&cache, &verifier, &text, NOW), Err(Refusal::UnknownKey));
}

#[test]
fn the_cache_serves_no_token_of_another_keyring() {
    let (cache, vocabulary) = (TokenCache::new(8), vocabulary());
    let (here, mut there) = (keyring(), keyring());
    there.accept_local(LocalKey::from_secret(&[9; 32])).expect("it is new");
    let text = minted(local(), &draft(program())).text();
    let (here, there) = (Verifier::new(&here, &vocabulary), Verifier::new(&there, &vocabulary));
    place(&cache, &here, &text, NOW).expect("it is genuine");
    let kept = place(&cache, &here, &text, NOW).expect("it is genuine");
    assert_ne!(place(&cache, &there, &text, NOW), Ok(kept));
}

#[test]
fn the_cache_keeps_no_forgery_and_is_bounded() {
    let (cache, vocabulary, keyring) = (TokenCache::new(8), vocabulary(), keyring());
    let verifier = Verifier::new(&keyring, &vocabulary);
    assert!(place(&cache, &verifier, "placet_l1_AAAA", NOW).is_err() && cache.is_empty());
    for number in 0..100 {
        let draft = Draft { issuance: NOW - Duration::from_millis(number), ..draft(program()) };
        place(&cache, &verifier, &minted(local(), &draft).text(), NOW).expect("it is genuine");
    }
    assert_eq!(cache.len(), 8);
}

#[test]
fn threads_may_share_what_is_verified() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<VerifiedToken>();
    shared::<TokenCache>();
    shared::<Keyring>();
    shared::<Token>();
}

#[test]
fn nothing_secret_is_shown() {
    let token = attenuated(&minted(local(), &draft(program())));
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    let verified = verifier.verify(&token.text(), NOW, &mut scratch).expect("it is genuine");
    let shown = format!("{token:?} {verifier:?} {verified:?} {:?}", verified.to_owned());
    let tag = token.as_bytes().last_chunk::<32>().expect("it is longer");
    assert!(!shown.contains(&format!("{tag:?}")[1..20]), "{shown}");
    assert!(!shown.contains("17, 17, 17"), "{shown}");
    assert!(!format!("{scratch:?}").contains('['));
}

#[test]
fn the_system_has_randomness() {
    let keys = (LocalKey::generate(&mut SystemRandom), LocalKey::generate(&mut SystemRandom));
    assert_ne!(keys.0.expect("it has"), keys.1.expect("it has"));
}

#[test]
fn a_verified_token_tells_whether_it_is_sealed() {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    for (name, token) in shapes() {
        let verified = verifier.verify(&token.text(), NOW, &mut scratch).expect(name);
        assert_eq!(verified.is_sealed(), name.contains("sealed"), "{name}");
        assert_eq!(token.is_sealed(), verified.is_sealed(), "{name}");
    }
}
