//! What a token binds: the vocabulary of a voucher, the premises of a proof, an audience, time, randomness, revocation.

mod hosts;

use std::cell::Cell;
use std::time::Duration;

use crate::token_workshop::{
    HOUR, NOW, cache_is, draft, keyring, local, minted, ms, program, random, restriction, signing, spell, third_party,
    vocabulary,
};
use placet::authorize::{Authorizer, Policy};
use placet::bytecode::program::EMPTY;
use placet::bytecode::verify::{Budget, Scope};
use placet::document::mint as minting;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::verdict::{Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::token::attenuate::{AttenuateError, BlockDraft, append, append_voucher};
use placet::token::audience::Audience;
use placet::token::cache::TokenCache;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, PublicKey, SigningKey};
use placet::token::mint::{Draft, MintError, mint};
use placet::token::revocation::{HeldRevocations, RevocationList, Revocations, SnapshotError};
use placet::token::signer::{Minter, Signer, SignerError};
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::{VouchError, Voucher, VoucherRequest};

#[path = "../../../../examples/remote_signer.rs"]
#[allow(dead_code, reason = "its `main` is not run")]
pub mod remote_signer;

fn both() -> [MintingKey; 2] {
    [local().into(), signing().into()]
}

/// Minted for an audience.
fn minted_for(key: &MintingKey, audience: Audience) -> Token {
    mint(Minter::from(key).audience(audience), &draft(program()), &mut random()).unwrap()
}

fn narrowed(token: &Token) -> Token {
    append(token, &BlockDraft { program: restriction(), ..BlockDraft::default() }, &mut random()).unwrap()
}

fn verifies(verifier: &Verifier<'_>, token: &Token, now: Time) -> Result<(), Refusal> {
    verifier.verify(&token.text(), now, &mut Scratch::new()).map(|_| ())
}

// Biscuit.

/// The third party reads `only { action: read }`, and the token reads the same bytes as `only { action: drop_database }`.
#[test]
fn a_third_party_signs_for_the_vocabulary_that_it_reads_and_no_other() {
    let with = |action: &str| Vocabulary::builder("store", 1).action(action).unwrap().build();
    let (read, drop_database) = (with("read"), with("drop_database"));
    let get = BlockDraft { program: restriction(), ..BlockDraft::default() };
    for key in both() {
        let token = mint(&key, &Draft { fingerprint: drop_database.fingerprint(), ..draft(EMPTY) }, &mut random());
        let token = token.unwrap();
        let honest = VoucherRequest::of(&token).unwrap();
        assert_eq!(VoucherRequest::parse(&honest.text()), Ok(honest), "the request tells the vocabulary");
        assert_eq!(honest.vouch(&third_party(), &read, &get), Err(VouchError::OtherVocabulary));

        // A holder who lies about his vocabulary gets a voucher, and it fits no token.
        let lie = VoucherRequest { hint: read.fingerprint().hint(), ..honest };
        let voucher = lie.vouch(&third_party(), &read, &get).unwrap();
        assert_eq!(append_voucher(&token, &voucher, &mut random()), Err(AttenuateError::OtherToken));
        let Some(by_hand) = added_by_hand(&token, &voucher) else { continue };
        let (keyring, mut scratch) = (keyring(), Scratch::new());
        let refusal = Verifier::new(&keyring, &drop_database).verify(&by_hand, NOW, &mut scratch).err();
        assert_eq!(refusal, Some(Refusal::Forged));
    }
}

/// A local token with the voucher as its last block, and the tag that its holder can make.
fn added_by_hand(token: &Token, voucher: &Voucher) -> Option<String> {
    let digits = voucher.text();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(digits["placet_voucher_".len()..].as_bytes()).ok()?;
    let block = bytes.get(16..)?;
    let (kept, tag) = token.as_bytes().split_last_chunk::<32>().filter(|_| token.as_bytes()[0] == 0x11)?;
    let added = [&[1, u8::try_from(block.len()).ok()?], block].concat();
    let next = *blake3::keyed_hash(tag, &added).as_bytes();
    Some(spell(&[&kept[..kept.len() - 1], &added, &[0], &next].concat()))
}

#[test]
fn a_third_party_signs_no_program_that_the_state_of_the_token_does_not_know() {
    let one = Vocabulary::builder("store", 1).action("read").unwrap().build();
    let grown = Vocabulary::builder("store", 1).action("read").unwrap().action("write").unwrap().build();
    let token = minted(local(), &Draft { fingerprint: one.fingerprint(), ..draft(EMPTY) });
    let request = VoucherRequest::of(&token).unwrap();
    let only = |action: u8| [vec![4, 0x03, 2, 0x10], vec![action]].concat();
    let vouch =
        |program: &[u8]| request.vouch(&third_party(), &grown, &BlockDraft { program, ..BlockDraft::default() });
    assert!(vouch(&only(0)).is_ok());
    assert!(matches!(vouch(&only(1)), Err(VouchError::Program(_))), "`write` came later");
}

// A proof keeps its premises.

/// Two vocabularies that give `1` two meanings.
fn two_orders() -> [Vocabulary; 2] {
    [["user", "admin"], ["admin", "user"]].map(super::support::vocabulary)
}

#[test]
fn a_verified_token_is_decided_by_its_own_vocabulary_only() {
    let [ours, theirs] = two_orders();
    let keyring = keyring();
    for key in both() {
        let token = minted(key, &Draft { fingerprint: theirs.fingerprint(), ..draft(&cache_is("yes")) });
        let mut scratch = Scratch::new();
        let verified = Verifier::new(&keyring, &theirs).verify(&token.text(), NOW, &mut scratch).unwrap();
        let decide = |vocabulary: &Vocabulary| {
            let mut request = Request::named(vocabulary, "get", NOW).unwrap();
            request.set_named("admin", "yes").unwrap();
            request.set_named("user", "yes").unwrap();
            Authorizer::new(&keyring, vocabulary).decide(&verified, &request).verdict()
        };
        assert!(decide(&theirs).is_allow());
        assert_eq!(decide(&ours), Verdict::Refused(Refusal::UnknownVocabulary));
    }
}

#[test]
fn a_policy_is_decided_by_the_vocabulary_that_it_was_proved_with_only() {
    let [ours, theirs] = two_orders();
    let keyring = Keyring::new();
    let decide = |scope: &Scope<'_>, vocabulary: &Vocabulary| {
        let policies = [Policy::new("p", cache_is("yes"), scope).unwrap()];
        let mut request = Request::named(vocabulary, "get", NOW).unwrap();
        request.set_named("admin", "yes").unwrap();
        request.set_named("user", "yes").unwrap();
        Authorizer::new(&keyring, vocabulary).with_policies(&policies).decide_alone(&request)
    };
    let proved_with = |vocabulary, state| Scope { vocabulary, state, budget: Budget::Policy };
    let refused = Verdict::Refused(Refusal::OtherPolicy);
    assert!(decide(&proved_with(&ours, ours.present()), &ours).is_allow());
    assert_eq!(decide(&proved_with(&theirs, theirs.present()), &ours), refused);
    // Types of one vocabulary and numbers of the state of another are the premises of nothing.
    assert_eq!(decide(&proved_with(&ours, theirs.present()), &theirs), refused);
    assert_eq!(decide(&proved_with(&ours, theirs.present()), &ours), refused);
    // What only grew still means the same.
    let grown = Vocabulary::builder("order", 1);
    let string = placet::model::types::Type::One(placet::model::types::Scalar::String);
    let grown = grown.attribute("user", string, true).unwrap().attribute("admin", string, true).unwrap();
    let grown = grown.action("get").unwrap().action("set").unwrap().build();
    assert!(decide(&proved_with(&ours, ours.present()), &grown).is_allow());
}

/// What is compiled keeps its vocabulary too: a token, a restriction or a policy is not made of it in another one's name.
#[test]
fn what_was_compiled_in_one_vocabulary_is_not_used_in_another() {
    let document = super::support::document;
    let ours = document(
        "vocabulary order 1 { user: string optional admin: string optional action get }\ntoken t { allow { user: \"yes\" } ttl: 1h }",
    );
    let theirs = document(
        "vocabulary order 1 { admin: string optional user: string optional action get }\nrestriction r { only { user: \"yes\" } }",
    );
    let (token, restriction) = (super::support::compiled(&ours, []), super::support::compiled(&theirs, []));
    let (our_words, their_words) = (ours.vocabulary(), theirs.vocabulary());
    let mint =
        |vocabulary| minting::mint(&token, vocabulary, &local(), NOW, minting::Wrapping::default(), &mut random());
    assert_eq!(mint(their_words), Err(minting::MintTemplateError::Misfit(minting::MisfitError::OtherVocabulary)));
    let minted = mint(our_words).unwrap();
    let misfit = Err(minting::AttenuateTemplateError::Misfit(minting::MisfitError::OtherVocabulary));
    for vocabulary in [our_words, their_words] {
        let narrowed = minting::attenuate(&minted, &restriction, vocabulary, NOW, false, &mut random());
        assert_eq!(narrowed, misfit, "{}", vocabulary.fingerprint());
    }
    assert_eq!(minting::policy("p", &restriction, our_words).err(), Some(minting::MisfitError::OtherVocabulary));
    assert!(minting::policy("p", &restriction, their_words).is_ok());
}

/// Two secrets whose keys have one id of four bytes: found among the first hundred thousand.
fn twins() -> [LocalKey; 2] {
    TWINS.map(|number: u32| {
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        LocalKey::from_secret(&secret)
    })
}

const TWINS: [u32; 2] = [71_284, 105_616];

#[test]
fn a_kept_token_and_a_revoked_key_are_compared_by_the_key_and_not_by_its_short_id() {
    let [one, twin] = twins();
    assert!(one.id() == twin.id() && one.name() != twin.name());
    let ring = |key: &LocalKey| {
        let mut keyring = Keyring::new();
        keyring.accept_local(key.clone()).unwrap();
        keyring
    };
    let (ours, theirs, vocabulary) = (ring(&one), ring(&twin), vocabulary());
    let token = minted(one.clone(), &draft(program()));
    let mut scratch = Scratch::new();
    let kept = Verifier::new(&ours, &vocabulary).verify(&token.text(), NOW, &mut scratch).unwrap().to_owned();
    assert!(Verifier::new(&ours, &vocabulary).recheck(&kept, NOW).is_ok());
    assert_eq!(Verifier::new(&theirs, &vocabulary).recheck(&kept, NOW).err(), Some(Refusal::UnknownKey));

    let revoked = |key: &LocalKey| {
        let mut list = RevocationList::new(NOW, HOUR);
        list.revoke_key(key.name(), NOW + ms(1));
        let snapshot = Revocations::write(&list);
        let verifier = Verifier::new(&ours, &vocabulary).with_revocations(Revocations::open(&snapshot).unwrap());
        verifies(&verifier, &token, NOW)
    };
    assert_eq!((revoked(&one), revoked(&twin)), (Err(Refusal::Revoked), Ok(())));
}

// An audience.

#[test]
fn services_with_one_key_and_two_audiences_refuse_each_others_tokens() {
    let [orders, billing] = ["orders", "billing"].map(|name| Audience::new(name).unwrap());
    let audiences = [orders, billing, Audience::NONE];
    let (keyring, vocabulary) = (keyring(), vocabulary());
    let verifier = |audience| Verifier::new(&keyring, &vocabulary).for_audience(audience);
    for key in both() {
        for of in audiences {
            let token = minted_for(&key, of);
            let vouched = {
                let request = VoucherRequest::of(&token).unwrap();
                let voucher = request.vouch(&third_party(), &vocabulary, &BlockDraft::default()).unwrap();
                append_voucher(&token, &voucher, &mut random()).unwrap()
            };
            // Holder and third party have named no audience.
            for token in [narrowed(&token), vouched, token] {
                for asked in audiences {
                    let expected = if asked == of { Ok(()) } else { Err(Refusal::Forged) };
                    assert_eq!(verifies(&verifier(asked), &token, NOW), expected, "{of:?} asked by {asked:?}");
                }
            }
        }
    }
}

/// A verified token that is passed on, kept or found in a cache is asked for whom it is again.
#[test]
fn what_was_verified_for_one_audience_is_not_taken_by_another() {
    let [orders, billing] = ["orders", "billing"].map(|name| Audience::new(name).unwrap());
    let (keyring, vocabulary, cache) = (keyring(), vocabulary(), TokenCache::new(10));
    let [ours, theirs] = [orders, billing].map(|name| Verifier::new(&keyring, &vocabulary).for_audience(name));
    let mut request = Request::named(&vocabulary, "get", NOW).unwrap();
    request.set_named("cache", "acorns").unwrap();
    for key in both() {
        let text = minted_for(&key, orders).text();
        let (mut scratch, mut other) = (Scratch::new(), Scratch::new());
        for _ in 0..2 {
            assert_eq!(cache.verify(&ours, &text, NOW, &mut other, |_| ()), Ok(()));
            assert_eq!(cache.verify(&theirs, &text, NOW, &mut other, |_| ()), Err(Refusal::Forged));
        }
        let verified = ours.verify(&text, NOW, &mut scratch).unwrap();
        assert!(Authorizer::with_verifier(ours).decide(&verified, &request).is_allow());
        let verdict = Authorizer::with_verifier(theirs).decide(&verified, &request).verdict();
        assert_eq!(verdict, Verdict::Refused(Refusal::Forged));
        let kept = verified.to_owned();
        assert_eq!(ours.recheck(&kept, NOW).map(|_| ()), Ok(()));
        assert_eq!(theirs.recheck(&kept, NOW).err(), Some(Refusal::Forged));
    }
}

#[test]
fn an_audience_has_one_spelling_and_an_unset_variable_is_none() {
    for bad in ["", "a b", "é", "a\n", "\u{202e}a", &"a".repeat(256)] {
        assert!(Audience::new(bad).is_err(), "{bad:?}");
    }
    assert_ne!(Audience::new("orders"), Audience::new("Orders"));
    assert_ne!(Audience::new(&"a".repeat(255)), Ok(Audience::NONE));
}

// Time.

#[test]
fn a_token_from_the_future_is_not_valid_yet() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    for key in both() {
        let token = minted(key, &draft(program()));
        let verifier = Verifier::new(&keyring, &vocabulary);
        assert_eq!(verifies(&verifier, &token, NOW - ms(60_000)), Ok(()), "a minute is granted");
        assert_eq!(verifies(&verifier, &token, NOW - ms(60_001)), Err(Refusal::NotYetValid));
        let strict = verifier.with_clock_skew(Duration::from_millis(0));
        assert_eq!(verifies(&strict, &token, NOW), Ok(()));
        assert_eq!(verifies(&strict, &token, NOW - ms(1)), Err(Refusal::NotYetValid));
        let mut scratch = Scratch::new();
        let verified = verifier.verify(&token.text(), NOW, &mut scratch).unwrap();
        assert_eq!(strict.recheck(&verified.to_owned(), NOW - ms(1)).err(), Some(Refusal::NotYetValid));
        let early = Request::named(&vocabulary, "get", NOW - ms(60_001)).unwrap();
        let verdict = Authorizer::with_verifier(verifier).decide(&verified, &early).verdict();
        assert_eq!(verdict, Verdict::Refused(Refusal::NotYetValid));
    }
}

/// Unix time in seconds, taken for milliseconds, is in January 1970: before any expiry, and long before the issuance.
#[test]
fn seconds_for_milliseconds_are_refused_on_every_path() {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let seconds = Time::from_millis(NOW.as_millis() / 1000);
    let request = Request::named(&vocabulary, "get", seconds).unwrap();
    let early = Some(Refusal::NotYetValid);
    for key in both() {
        let text = minted(key, &Draft { expiry: None, ..draft(program()) }).text();
        let verifier = Verifier::new(&keyring, &vocabulary);
        let authorizer = Authorizer::with_verifier(verifier);
        assert_eq!(verifier.verify(&text, seconds, &mut scratch).err(), early);
        let batch = verifier.verify_batch([text.as_str()], seconds, &mut scratch);
        assert_eq!(batch.into_iter().map(Result::err).collect::<Vec<_>>(), [early]);
        let refused = Verdict::Refused(Refusal::NotYetValid);
        assert_eq!(authorizer.authorize(&text, &request, &mut scratch).verdict(), refused);
        let cache = TokenCache::new(1);
        for warm in [false, true] {
            assert_eq!(cache.verify(&verifier, &text, seconds, &mut scratch, |_| ()).err(), early, "warm: {warm}");
            assert_eq!(cache.verify(&verifier, &text, NOW, &mut scratch, |_| ()), Ok(()));
        }
        let verified = verifier.verify(&text, NOW, &mut scratch).unwrap();
        assert_eq!(verified.check_time(seconds, Duration::from_secs(60)).err(), early);
        assert_eq!(authorizer.decide(&verified, &request).verdict(), refused);
        assert_eq!(verifier.recheck(&verified.to_owned(), seconds).err(), early);
        let held = [Policy::new(
            "own",
            program().to_vec(),
            &Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy },
        )
        .unwrap()];
        assert_eq!(authorizer.with_policies(&held).decide(&verified, &request).verdict(), refused);
    }
}

#[test]
fn without_a_clock_nothing_is_decided() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    let policies = [Policy::new("p", cache_is("acorns"), &scope).unwrap()];
    let authorizer = Authorizer::new(&keyring, &vocabulary).with_policies(&policies);
    let mut request = Request::named(&vocabulary, "get", Time::from_millis(-1)).unwrap();
    request.set_named("cache", "acorns").unwrap();
    assert_eq!(authorizer.decide_alone(&request), Verdict::Refused(Refusal::NoClock));
    let token = minted(local(), &Draft { issuance: Time::from_millis(0), ..draft(program()) });
    let verdict = authorizer.authorize(&token.text(), &request, &mut Scratch::new()).verdict();
    assert_eq!(verdict, Verdict::Refused(Refusal::NoClock));
}

// Randomness.

/// Draws the same bytes again and again, as a machine does that was forked or restored.
fn stuck(buffer: &mut [u8]) {
    buffer.fill(7);
}

#[test]
fn randomness_that_repeats_undoes_no_restriction() {
    let token = mint(&signing(), &draft(program()), &mut stuck).unwrap();
    let add = |token: &Token| append(token, &BlockDraft::default(), &mut stuck).unwrap();
    let (once, twice) = (add(&token), add(&add(&token)));
    let seed = |token: &Token| *token.as_bytes().last_chunk::<16>().unwrap();
    // With one seed for two blocks, the holder of the second would sign another block in its place.
    let seeds = [seed(&token), seed(&once), seed(&twice), [7; 16]];
    assert!((0..4).all(|one| (0..one).all(|other| seeds[one] != seeds[other])));
    // Before the seed another header, and by a key that is kept elsewhere and gives no secret.
    let later = mint(&signing(), &Draft { issuance: NOW + ms(1), ..draft(program()) }, &mut stuck).unwrap();
    assert_ne!(seed(&later), seed(&token));
    let vault = remote_signer::Vault::open([0x22; 32]).unwrap();
    let elsewhere = |program| mint(Minter::signer(&vault), &draft(program), &mut stuck).unwrap();
    assert_ne!(seed(&elsewhere(program())), seed(&elsewhere(restriction())));
    let another = SigningKey::from_seed(&[9; 32]);
    assert_ne!(seed(&mint(&another, &draft(program()), &mut stuck).unwrap()), seed(&token));
}

#[test]
fn randomness_that_repeats_gives_two_tokens_two_ids() {
    let id = |key: &MintingKey, issuance, program| {
        let draft = Draft { issuance, ..draft(program) };
        draft.with_new_id(key, &mut stuck).unwrap().id
    };
    let other = LocalKey::from_secret(&[9; 32]).into();
    let [local, signing] = both();
    let here = Minter::from(&local).audience(Audience::new("orders").unwrap());
    let here = draft(program()).with_new_id(here, &mut stuck).unwrap().id;
    let ids = [
        id(&local, NOW, program()),
        id(&local, NOW + ms(1), program()),
        id(&local, NOW, restriction()),
        id(&other, NOW, program()),
        id(&signing, NOW, program()),
        here,
    ];
    assert!((0..ids.len()).all(|one| (0..one).all(|other| ids[one] != ids[other])), "{ids:?}");
}

// Revoking.

#[test]
fn every_token_whose_proof_fits_can_be_revoked_whatever_it_says() {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    let of = |text: &str, audience: Audience| {
        Verifier::new(&keyring, &vocabulary).for_audience(audience).authenticated_ids(text, &mut Scratch::new())
    };
    for key in both() {
        let broken = Draft { expiry: Some(Time::from_millis(0)), ..draft(&[0xff; 40]) };
        let token = minted(key, &broken);
        let narrowed = append(&token, &BlockDraft { program: &[0xee; 9], ..BlockDraft::default() }, &mut random());
        let narrowed = narrowed.unwrap();
        let ids = |token: &Token, audience| of(&token.text(), audience);
        let all = ids(&narrowed, Audience::NONE).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(ids(&token, Audience::NONE).unwrap(), all[..1], "those of its ancestors among them");
        assert_eq!(ids(&token, Audience::new("orders").unwrap()), Err(Refusal::Forged));
        let mut forged = token.as_bytes().to_vec();
        forged[30] ^= 1;
        assert_eq!(
            of(&spell(&forged), Audience::NONE),
            Err(Refusal::Forged),
            "a forged one would revoke something else"
        );
    }
}

#[test]
fn a_verifier_that_wants_a_signed_list_takes_no_other() {
    let (mut keyring, vocabulary) = (keyring(), vocabulary());
    let token = minted(local(), &draft(program()));
    let snapshot = Revocations::write(&RevocationList::new(NOW, HOUR));
    for key in both() {
        let signed = Revocations::sign(&snapshot, &key).unwrap();
        let held = HeldRevocations::open_signed(signed, &keyring, Audience::NONE).unwrap();
        let verifier = Verifier::new(&keyring, &vocabulary).wanting_signed_revocations();
        assert_eq!(verifies(&verifier, &token, NOW), Err(Refusal::UnsignedRevocations), "no list at all");
        let unsigned = verifier.with_revocations(Revocations::open(&snapshot).unwrap());
        assert_eq!(verifies(&unsigned, &token, NOW), Err(Refusal::UnsignedRevocations));
        assert_eq!(verifies(&verifier.with_revocations(held.as_revocations()), &token, NOW), Ok(()));
    }
    let signed = Revocations::sign(&snapshot, &signing()).unwrap();
    let held = HeldRevocations::open_signed(signed.clone(), &keyring, Audience::NONE).unwrap();
    keyring.remove(placet::token::header::Purpose::Public, signing().id());
    let verifier =
        Verifier::new(&keyring, &vocabulary).wanting_signed_revocations().with_revocations(held.as_revocations());
    assert_eq!(verifies(&verifier, &token, NOW), Err(Refusal::UnsignedRevocations), "its key was removed since");
    let opened = HeldRevocations::open_signed(signed, &keyring, Audience::NONE);
    assert_eq!(opened.err(), Some(SnapshotError::Forged));
}

// Keys from elsewhere.

#[test]
fn a_key_that_is_kept_elsewhere_mints_what_the_key_itself_would() {
    assert!(remote_signer::run([0x22; 32]).unwrap().starts_with("placet_p1_"));
    let vault = remote_signer::Vault::open([0x22; 32]).unwrap();
    assert_eq!(vault.public(), signing().public());
    let sealed = Draft { sealed: true, ..draft(program()) };
    let elsewhere = mint(Minter::signer(&vault), &sealed, &mut random());
    assert_eq!(elsewhere, mint(&signing(), &sealed, &mut random()), "without a seed, to the last bit");
    let secret = Draft { encrypted: true, ..draft(program()) };
    assert_eq!(mint(Minter::signer(&vault), &secret, &mut random()), Err(MintError::PublicSecret));
}

/// Signs with another key, or not at all.
struct Broken {
    public: PublicKey,
    calls: Cell<u32>,
}

impl Signer for Broken {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, _: &[u8; 47]) -> Result<[u8; 64], SignerError> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() == 1 { Err(SignerError) } else { Ok([1; 64]) }
    }
}

#[test]
fn a_signer_that_signs_badly_makes_no_token() {
    let broken = Broken { public: signing().public().clone(), calls: Cell::new(0) };
    for _ in 0..2 {
        let made = mint(Minter::signer(&broken), &draft(program()), &mut random());
        assert_eq!(made, Err(MintError::NotSigned));
    }
    assert_eq!(broken.calls.get(), 2);
    assert_eq!(Revocations::sign(&[], Minter::signer(&broken)), Err(SignerError));
}
