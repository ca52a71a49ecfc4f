//! Deciding allocates nothing. The counting allocator is that of the whole program, so these tests have one of their own.
#![allow(clippy::panic, reason = "a failed assumption is a failed test, also in what the tests share")]

use std::fs;
use std::hint::black_box;

use allocation_counter::measure;
use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::{Wrapping, attenuate, draft, mint, policy};
use placet::document::value::arguments_from_text;
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::value::Value;
use placet::model::verdict::Verdict;
use placet::model::vocabulary::{TIME, Vocabulary};
use placet::service::{NO_ATTRIBUTES, Service};
use placet::syntax::ast::BlockKind;
use placet::token::attenuate::append_voucher;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::evidence::Evidence;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::proof::{HolderKey, ProofScope};
use placet::token::replays::ReplayGuard;
use placet::token::verify::Scratch;
use placet::token::vouch::VoucherRequest;

const NOW: Time = Time::from_millis(1_767_225_600_000);

/// Every way to look at a value: regular expressions, globs, paths, networks, ranges, sets, labels, conditions.
const CURIOUS: &str = r#"
    vocabulary archive 1 {
        shelf: string
        path:  path optional
        tags:  set of string optional
        ip:    ip optional
        pages: int optional
        notes: labels optional
        action read, write
    }

    token curious {
        owner: "ann"
        attributes: { a: "b" }
        allow { action: write }
        allow { shelf: ~"map-[0-9]+x" }
        allow { shelf: glob "*-atlas?" }
        allow { path: "/open/*/img-*/**", ip: "192.168.0.0/16" }
        allow {
            shelf: ~"map-[0-9]+", path: "/**/b/*.png", ip: "10.0.0.0/8", pages: 1..500
            tags: [glob "o*d", "rare"], notes: { room: ~"north-[a-f]+" }
        } when hour(time) in 0..24 && size(tags) == 2 && any tags in ["old"] && contains(shelf, "p-") && pages + 1 <= 500
        deny { tags: "secret" }
        deny { path: "/**/.private/**" }
    }

    policy house {
        allow { action: read, path: "/a/**" } when has notes["room"] && notes["room"] != shelf && weekday(time) in 1..8
        deny  { ip: "11.0.0.0/8" }
    }

    restriction reading {
        only { action: read, tags: any } when has token.owner && token.owner == "ann"
            && has token.attributes["a"] && token.attributes["a"] == "b" && hour(time, "Europe/Zurich") == 1
        ttl: 1h
    }
"#;

/// With attributes of the types that a text is read as.
const CURIOUS_ALONE: &str = r#"
    vocabulary archive 1 {
        shelf: string
        path:  path optional
        ip:    ip optional
        pages: int optional
        id:    uuid optional
        since: time optional
        age:   duration optional
        action read
    }
    token curious { allow { shelf: glob "*-atlas?" } }
"#;

fn document(text: &str) -> Document {
    Document::from_text("allocation.placet", text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"))
}

fn ten() -> Document {
    document(&fs::read_to_string("policies/momento_ten.placet").expect("the policy is there"))
}

fn compiled(document: &Document, kind: BlockKind) -> Compiled {
    document.compile_with(kind, None, &Arguments::none(), &document.expressions().at(NOW)).expect("it compiles")
}

/// Not of a system: every run of a test is the same.
fn random(buffer: &mut [u8]) {
    buffer.fill(7);
}

fn local() -> LocalKey {
    LocalKey::from_secret(&[1; 32])
}

fn signing() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}

fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.accept_local(local()).expect("it is the first");
    keyring.accept_public(signing().public().clone()).expect("it is of another purpose");
    keyring
}

fn minted(document: &Document, key: impl Into<MintingKey>, wrapping: Wrapping) -> Token {
    let compiled = compiled(document, BlockKind::Token);
    mint(&compiled, document.vocabulary(), &key.into(), NOW, wrapping, &mut random).expect("it is a token")
}

/// A call that the ninth of the ten permissions allows.
fn call(vocabulary: &Vocabulary) -> Request<'_> {
    let mut request = Request::named(vocabulary, "publish", NOW).expect("it is an action");
    request.set_named("cache", "chat").expect("it fits").set_named("topic", "general").expect("it fits");
    request
}

const TAGS: [Value<'static>; 2] = [Value::String("old"), Value::String("rare")];
const NOTES: [(&str, &str); 2] = [("floor", "2"), ("room", "north-abc")];

/// A request with an attribute of every shape, which the last rule of the curious token allows.
fn look(vocabulary: &Vocabulary) -> Request<'_> {
    let mut request = Request::named(vocabulary, "read", NOW).expect("it is an action");
    request
        .set_named("shelf", "map-12")
        .and_then(|request| request.set_named("path", ResourcePath::new("/a/b/c.png").expect("it is canonical")))
        .and_then(|request| request.set_named("tags", Value::Set(&TAGS)))
        .and_then(|request| request.set_named("ip", "::ffff:10.1.2.3".parse::<std::net::IpAddr>().expect("one")))
        .and_then(|request| request.set_named("pages", 499))
        .and_then(|request| request.set_named("notes", Value::Labels(&NOTES)))
        .expect("every value fits");
    request
}

#[track_caller]
fn allocates_nothing(what: &str, work: impl Fn()) {
    let counted = measure(&work);
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0), "{what}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(black_box(Box::new(1)))).count_total, 1);
}

#[test]
fn a_request_is_built_without_allocating() {
    let (ten, curious) = (ten(), document(CURIOUS));
    allocates_nothing("a call", || drop(black_box(call(ten.vocabulary()))));
    allocates_nothing("a request with sets and labels", || {
        let request = black_box(look(curious.vocabulary()));
        assert!(request.value(TIME).is_some());
    });
}

#[test]
fn a_verified_token_decides_without_allocating() {
    let keyring = keyring();
    for (document, request) in [(ten(), call as fn(&Vocabulary) -> Request<'_>), (document(CURIOUS), look)] {
        let vocabulary = document.vocabulary();
        let (request, mut scratch) = (request(vocabulary), Scratch::new());
        let authorizer = Authorizer::new(&keyring, vocabulary);
        let text = minted(&document, local(), Wrapping::default()).text();
        let verified = authorizer.verifier().verify(&text, NOW, &mut scratch).expect("it is genuine");
        allocates_nothing("deciding", || assert!(authorizer.decide(&verified, &request).is_allow()));
        let kept = verified.to_owned();
        allocates_nothing("deciding with a token that is kept", || {
            let verified = authorizer.verifier().recheck(&kept, NOW).expect("it is genuine");
            assert!(authorizer.decide(&verified, &request).is_allow());
        });
    }
}

/// Of every kind of key and of every shape, down to the verdict.
fn from_text_to_verdict(key: &MintingKey, wrappings: &[Wrapping]) {
    let keyring = keyring();
    let (ten, curious) = (ten(), document(CURIOUS));
    let mut tokens = vec![(&ten, minted(&ten, key.clone(), Wrapping::default()), call(ten.vocabulary()))];
    for wrapping in wrappings {
        let token = minted(&curious, key.clone(), *wrapping);
        let reading = compiled(&curious, BlockKind::Restriction);
        let restricted =
            attenuate(&token, &reading, curious.vocabulary(), NOW, false, &mut random).expect("it is open");
        let voucher = VoucherRequest::of(&token).expect("a token").vouch(
            &signing(),
            curious.vocabulary(),
            &draft(&reading, NOW, true).unwrap(),
        );
        let voucher = voucher.expect("it speaks the vocabulary");
        let vouched = append_voucher(&token, &voucher, &mut random).expect("it was made for it");
        tokens.extend([token, restricted, vouched].map(|token| (&curious, token, look(curious.vocabulary()))));
    }
    for (document, token, request) in &tokens {
        let authorizer = Authorizer::new(&keyring, document.vocabulary());
        // The room is allocated once; the first token sits in it like any other.
        let (text, scratch) = (token.text(), std::cell::RefCell::new(Scratch::new()));
        allocates_nothing("text to verdict", || {
            assert!(authorizer.authorize(&text, request, &mut scratch.borrow_mut()).is_allow());
        });
        let (before, after) = text.split_at(text.len() - 50);
        let digit = if after.starts_with('A') { 'B' } else { 'A' };
        let forged = format!("{before}{digit}{}", &after[1..]);
        allocates_nothing("a forgery to its refusal", || {
            assert!(!authorizer.authorize(&forged, request, &mut scratch.borrow_mut()).is_allow());
        });
    }
}

#[test]
fn the_text_of_a_local_token_becomes_a_verdict_without_allocating() {
    let wrappings = [false, true].map(|encrypted| Wrapping { sealed: false, encrypted });
    from_text_to_verdict(&local().into(), &wrappings);
}

#[test]
fn the_text_of_a_public_token_becomes_a_verdict_without_allocating() {
    from_text_to_verdict(&signing().into(), &[Wrapping::default()]);
}

#[test]
fn a_policy_alone_decides_without_allocating() {
    let document = document(CURIOUS);
    let (vocabulary, keyring) = (document.vocabulary(), Keyring::new());
    let policies = [policy("house", &compiled(&document, BlockKind::Policy), vocabulary).expect("it is proved")];
    let authorizer = Authorizer::new(&keyring, vocabulary).with_policies(&policies);
    let request = look(vocabulary);
    allocates_nothing("deciding by policy", || {
        assert!(matches!(authorizer.decide_alone(&request), Verdict::Allow(_)));
    });
}

/// Text, tree, checked rules, program and what its index is made of are all there at some moment, and short rules are the
/// worst text: each of their values has a place and a box of its own. The tree is the largest part.
#[test]
fn ten_thousand_rules_are_written_in_twenty_times_the_memory_of_their_text() {
    let rule = |i| format!("    allow {{ action: get, cache: \"cache-{i}\", item: prefix \"k-{i}/\" }}\n");
    let text = format!("use momento\n\npolicy many {{\n{}}}\n", (0..10_000).map(rule).collect::<String>());
    let counted = measure(|| {
        let document = document(black_box(&text));
        let compiled = compiled(&document, BlockKind::Policy);
        drop(black_box(policy("many", &compiled, document.vocabulary()).expect("it is proved")));
    });
    let times = counted.bytes_max.div_ceil(text.len() as u64);
    assert!(times <= 20, "{times} times the {} bytes of the text", text.len());
}

const OWN: &str = r#"
    vocabulary archive 1 {
        shelf: string
        path:  path optional
        tags:  set of string optional
        ip:    ip optional
        pages: int optional
        notes: labels optional
        action read, write
    }
    token own(key: string) {
        holder: key
        allow { action: read } when approved(1, [key])
    }
"#;

#[test]
fn a_verified_token_decides_with_a_proof_and_an_approval_without_allocating() {
    let (document, key) = (document(OWN), SigningKey::from_seed(&[3; 32]));
    let template = document.template(BlockKind::Token, None).expect("there is one");
    let arguments = arguments_from_text(template, [("key", key.public().to_string().as_str())]).expect("it fits");
    let own = document.compile(BlockKind::Token, None, &arguments).expect("it compiles");
    let (keyring, vocabulary) = (keyring(), document.vocabulary());
    let authorizer = Authorizer::new(&keyring, vocabulary);
    let request = look(vocabulary);
    let guard = ReplayGuard::new(64);
    for minting in [MintingKey::from(local()), signing().into()] {
        let token = mint(&own, vocabulary, &minting, NOW, Wrapping::default(), &mut random).expect("it is a token");
        let scope = ProofScope::of(&token, vocabulary, Audience::NONE).expect("a token");
        let signer = HolderKey::from(&key);
        let proof = signer.prove(&scope, request.digest(), NOW, &mut random).expect("it signs");
        let approvals = [signer.approve(&scope, request.digest(), NOW, &mut random).expect("it signs")];
        let (text, scratch) = (token.text(), std::cell::RefCell::new(Scratch::new()));
        let evidence = Evidence::of_holder(&proof).with_approvals(&approvals);
        allocates_nothing("text and proof to verdict", || {
            let verdict =
                authorizer.authorize_with_proof(&text, &request, &evidence, &mut scratch.borrow_mut()).verdict();
            assert!(verdict.is_allow(), "{verdict:?}");
        });
        let guarded = evidence.refusing_replays(&guard);
        let once = measure(|| {
            let mut scratch = scratch.borrow_mut();
            assert!(authorizer.authorize_with_proof(&text, &request, &guarded, &mut scratch).is_allow());
        });
        assert_eq!(once.count_total, 0, "with a guard against replays");
        allocates_nothing("a missing proof to its refusal", || {
            assert!(!authorizer.authorize(&text, &request, &mut scratch.borrow_mut()).is_allow());
        });
    }
}

#[test]
fn a_service_decides_with_a_token_that_it_knows_without_allocating() {
    let keyring = || {
        let mut keyring = Keyring::new();
        keyring.mint_with(local()).expect("it is the first");
        keyring
    };
    let service = Service::builder().document(document(CURIOUS_ALONE)).keyring(keyring()).build().expect("it opens");
    let token = service.mint("curious", NO_ATTRIBUTES).expect("it is a token");
    let typed = [
        ("shelf", "rare-atlas1"),
        ("path", "/a/b/c.png"),
        ("ip", "10.1.2.3"),
        ("pages", "499"),
        ("id", "7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11"),
        ("since", "2026-11-21T10:00:00.25+01:00"),
        ("age", "1h30m"),
    ];
    let check = || {
        assert!(service.check(&token, "read", typed).is_allow());
        assert_eq!(service.check(&token, "burn", typed).http_status(), 400);
        assert_eq!(service.check(&token, "read", [("shelf", "map")]).http_status(), 403);
    };
    check();
    allocates_nothing("a service that decides", check);
    allocates_nothing("a service that lends claims", || {
        let decision = service.check(&token, "read", typed);
        assert_eq!(decision.with_claims(|claims| claims.attributes.iter().count()), Some(0));
    });
}
