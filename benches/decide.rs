//! The cache token of ten permissions: compile, mint, verify and decide, beside the hand-written check.
//!
//! `cargo bench` prints times; what counts are the ratios within one run. Before anything is timed, Placet and the
//! hand-written check must agree on every request.

#[allow(dead_code, reason = "the claims layout is whole, the benchmark uses what it needs")]
mod native;
#[allow(dead_code, reason = "all workloads are in it, the benchmark asks those it measures")]
mod workloads;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use native::{Call, Class, TEN};
use placet::author::Document;
use placet::author::mint::{Wrapping, attenuate, mint};
use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::compile::compile;
use placet::model::request::Request;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::verify::{Scratch, Verifier};
use workloads::{ALLOWED, CALLS, EXPIRY, NOW, S1_POLICY as POLICY, many_rules};

const SECRET: [u8; 32] = [7; 32];

/// A call with its numbers looked up, as a service has it.
struct Prepared {
    action: ActionNo,
    cache: &'static str,
    name: &'static str,
    class: Class,
    now: i64,
}

struct Fields {
    cache: FieldNo,
    item: FieldNo,
    topic: FieldNo,
}

fn prepared(vocabulary: &Vocabulary) -> (Vec<Prepared>, Fields) {
    let field = |name| vocabulary.field(name).unwrap();
    let fields = Fields { cache: field("cache"), item: field("item"), topic: field("topic") };
    let prepare = |call: &workloads::Call| {
        let action = vocabulary.action(call.action).unwrap();
        Prepared { action, cache: call.cache, name: call.name, class: call.class, now: call.now }
    };
    (CALLS.iter().map(prepare).collect(), fields)
}

// A request is 800 bytes and made where it is used; a call would copy it.
#[inline(always)]
fn request<'a>(vocabulary: &'a Vocabulary, fields: &Fields, call: &Prepared) -> Request<'a> {
    let mut request = Request::new(vocabulary, call.action, call.now);
    request.set(fields.cache, call.cache).unwrap();
    if matches!(call.class, Class::Publish | Class::Subscribe) {
        request.set(fields.topic, call.name).unwrap();
    } else {
        request.set(fields.item, call.name.as_bytes()).unwrap();
    }
    request
}

fn native_call(call: &Prepared) -> Call<'static> {
    Call { class: call.class, cache: call.cache.as_bytes(), name: call.name.as_bytes(), now: call.now.cast_unsigned() }
}

fn document() -> Document {
    Document::from_text("momento_ten.placet", POLICY, Library::built_in()).unwrap()
}

fn minted(document: &Document, key: &MintingKey) -> Token {
    let compiled = document.compile(BlockKind::Token, None, &Arguments::none()).unwrap();
    mint(&compiled, document.vocabulary(), key, NOW - 1000, Wrapping::default(), &mut |buffer: &mut [u8]| {
        buffer.fill(9)
    })
    .unwrap()
}

fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.accept_local(LocalKey::from_secret(&SECRET)).unwrap();
    keyring.accept_public(SigningKey::from_seed(&SECRET).public().clone()).unwrap();
    keyring
}

fn decide(c: &mut Criterion) {
    let document = document();
    let vocabulary = document.vocabulary();
    let keyring = keyring();
    let authorizer = Authorizer::new(&keyring, vocabulary);
    let local = minted(&document, &MintingKey::Local(LocalKey::from_secret(&SECRET))).text();
    let public = minted(&document, &MintingKey::Signing(SigningKey::from_seed(&SECRET))).text();
    let (calls, fields) = prepared(vocabulary);
    let native_text = native::mint(&SECRET, EXPIRY.cast_unsigned(), &TEN);
    let mut buffer = [0; 1024];
    let claims = native::open(&native_text, &SECRET, &mut buffer).unwrap().to_vec();
    let mut scratch = Scratch::new();
    for (place, call) in calls.iter().enumerate() {
        let ours = authorizer.authorize(&local, &request(vocabulary, &fields, call), &mut scratch).is_allow();
        assert_eq!(ours, place < ALLOWED, "{:?}", CALLS[place]);
        assert_eq!(native::allows(&claims, &native_call(call)), ours, "the hand-written check disagrees");
    }
    println!(
        "text of the token: native {}, local {}, public {} characters",
        native_text.len(),
        local.len(),
        public.len()
    );

    let mut group = c.benchmark_group("decide");
    group.throughput(Throughput::Elements(calls.len() as u64));
    group.bench_function("native, opened", |b| {
        let calls: Vec<_> = calls.iter().map(native_call).collect();
        b.iter(|| calls.iter().filter(|call| native::allows(black_box(&claims), call)).count());
    });
    group.bench_function("placet, building the requests", |b| {
        b.iter(|| calls.iter().filter(|call| black_box(&request(vocabulary, &fields, call)).check().is_ok()).count());
    });
    // Both sides have their calls at hand: the ratio of these two is the price of deciding.
    group.bench_function("placet, verified", |b| {
        let verified = authorizer.verifier().verify(&local, NOW, &mut scratch).unwrap();
        let requests: Vec<_> = calls.iter().map(|call| request(vocabulary, &fields, call)).collect();
        b.iter(|| {
            requests.iter().filter(|request| authorizer.decide(&verified, black_box(request)).is_allow()).count()
        });
    });
    group.bench_function("placet, verified, building the requests", |b| {
        let verified = authorizer.verifier().verify(&local, NOW, &mut scratch).unwrap();
        b.iter(|| {
            let allowed =
                |call: &&Prepared| authorizer.decide(&verified, &request(vocabulary, &fields, call)).is_allow();
            calls.iter().filter(allowed).count()
        });
    });
    group.bench_function("native, cold", |b| {
        let mut buffer = [0; 1024];
        b.iter(|| {
            let allowed = |call: &&Prepared| {
                native::open(black_box(&native_text), &SECRET, &mut buffer)
                    .is_some_and(|claims| native::allows(claims, &native_call(call)))
            };
            calls.iter().filter(allowed).count()
        });
    });
    for (name, text) in [("placet, cold, local", &local), ("placet, cold, public", &public)] {
        group.bench_function(name, |b| {
            let mut scratch = Scratch::new();
            b.iter(|| {
                let allowed = |call: &&Prepared| {
                    let request = request(vocabulary, &fields, call);
                    authorizer.authorize(black_box(text), &request, &mut scratch).is_allow()
                };
                calls.iter().filter(allowed).count()
            });
        });
    }
    group.finish();
}

/// The base64url digits behind the prefix: the floor is measured over the same bytes.
fn digits_of(text: &str) -> String {
    text.trim_start_matches("placet_l1_").to_owned()
}

fn verify(c: &mut Criterion) {
    let document = document();
    let keyring = keyring();
    let verifier = Verifier::new(&keyring, document.vocabulary());
    let token = minted(&document, &MintingKey::Local(LocalKey::from_secret(&SECRET)));
    let native_text = native::mint(&SECRET, EXPIRY.cast_unsigned(), &TEN);
    let restriction = "use momento\nrestriction until { expiry: 2027-01-01T00:00:00Z }";
    let restriction = Document::from_text("until.placet", restriction, Library::built_in()).unwrap();
    let compiled = restriction.compile(BlockKind::Restriction, None, &Arguments::none()).unwrap();
    let ours = digits_of(&token.text());
    let mut group = c.benchmark_group("verify");
    for (whose, text) in [("the native token", native_text.as_str()), ("our token", ours.as_str())] {
        group.bench_function(format!("the floor of {whose}: decode, one keyed BLAKE3, compare"), |b| {
            let mut buffer = [0; 1024];
            b.iter(|| native::open(black_box(text), &SECRET, &mut buffer).is_some());
        });
    }
    group.bench_function("one Ed25519 verification", |b| {
        use ed25519_dalek::Verifier as _;
        use ed25519_dalek::ed25519::signature::Signer as _;
        let key = ed25519_dalek::SigningKey::from_bytes(&SECRET);
        let signature = key.sign(&[5; 96]);
        let public = key.verifying_key();
        b.iter(|| public.verify(black_box(&[5; 96]), &signature).is_ok());
    });
    let mut extended = token.clone();
    let mut added = 0;
    for restrictions in [0, 1, 4, 16] {
        while added < restrictions {
            extended = attenuate(&extended, &compiled, NOW, false, &mut |buffer: &mut [u8]| buffer.fill(9)).unwrap();
            added += 1;
        }
        let text = extended.text();
        group.bench_function(
            format!("local, {restrictions} restrictions ({} bytes)", extended.as_bytes().len()),
            |b| {
                let mut scratch = Scratch::new();
                b.iter(|| verifier.verify(black_box(&text), NOW, &mut scratch).is_ok());
            },
        );
    }
    let public = minted(&document, &MintingKey::Signing(SigningKey::from_seed(&SECRET))).text();
    group.bench_function("public, one block", |b| {
        let mut scratch = Scratch::new();
        b.iter(|| verifier.verify(black_box(&public), NOW, &mut scratch).is_ok());
    });
    group.bench_function("add a restriction, local", |b| {
        b.iter(|| attenuate(black_box(&token), &compiled, NOW, false, &mut |buffer: &mut [u8]| buffer.fill(9)).is_ok());
    });
    group.finish();
}

fn write(c: &mut Criterion) {
    let document = document();
    let template = document.template(BlockKind::Token, None).unwrap();
    let local = MintingKey::Local(LocalKey::from_secret(&SECRET));
    let signing = MintingKey::Signing(SigningKey::from_seed(&SECRET));
    let mut group = c.benchmark_group("write");
    group.throughput(Throughput::Bytes(POLICY.len() as u64));
    group.bench_function("parse and check", |b| {
        b.iter(|| Document::from_text("ten", black_box(POLICY), Library::built_in()).is_ok());
    });
    group.bench_function("compile", |b| {
        b.iter(|| compile(black_box(template), document.vocabulary(), &Arguments::none()).is_ok());
    });
    let rules = many_rules(10_000);
    group.sample_size(10).throughput(Throughput::Bytes(rules.len() as u64));
    group.bench_function("10,000 rules: text to proved program", |b| {
        b.iter(|| {
            let document = Document::from_text("many", black_box(&rules), Library::built_in()).unwrap();
            document.compile(BlockKind::Policy, None, &Arguments::none()).is_ok()
        });
    });
    group.throughput(Throughput::Elements(1)).sample_size(100);
    group.bench_function("mint, local", |b| b.iter(|| minted(&document, &local)));
    group.bench_function("mint, public", |b| b.iter(|| minted(&document, &signing)));
    group.finish();
}

/// Deciding among more and more rules without an index: the time should grow with them, and no faster.
fn grow(c: &mut Criterion) {
    let mut group = c.benchmark_group("grow");
    for n in [10, 100, 1_000, 10_000] {
        let document = Document::from_text("many", &many_rules(n), Library::built_in()).unwrap();
        let vocabulary = document.vocabulary();
        let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
        let policies = [placet::author::mint::policy("many", &compiled, vocabulary).unwrap()];
        let keyring = Keyring::new();
        let authorizer = Authorizer::new(&keyring, vocabulary).with_policies(&policies);
        let (cache, key) = (format!("cache-{}", n - 1), format!("k-{}/x", n - 1));
        let mut request = Request::named(vocabulary, "get", NOW).unwrap();
        request.set_named("cache", cache.as_str()).unwrap().set_named("item", key.as_bytes()).unwrap();
        assert!(authorizer.decide_alone(&request).is_allow());
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("{n} rules, the last one matches"), |b| {
            b.iter(|| authorizer.decide_alone(black_box(&request)).is_allow());
        });
    }
    group.finish();
}

criterion_group!(benches, decide, verify, write, grow);
criterion_main!(benches);
