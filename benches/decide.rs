//! The cache token of ten permissions: compile, mint, verify and decide, beside the hand-written check.
//!
//! `cargo bench` prints times; what counts are the ratios within one run. Before anything is timed, Placet and the
//! hand-written check must agree on every request.

#[allow(dead_code, reason = "what all benches share is whole, this one uses what it times")]
mod asked;
#[allow(dead_code, reason = "the claims layout is whole, the benchmark uses what it needs")]
mod native;
#[allow(dead_code, reason = "all workloads are in it, the benchmark asks those it measures")]
mod workloads;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use native::{Call, Class, TEN};
use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::compile::compile;
use placet::document::Document;
use placet::document::mint::{Wrapping, attenuate, mint};
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::verified::Verified;
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
    let mut request = Request::new(vocabulary, call.action, Time::from_millis(call.now));
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
    mint(
        &compiled,
        document.vocabulary(),
        key,
        Time::from_millis(NOW - 1000),
        Wrapping::default(),
        &mut |buffer: &mut [u8]| buffer.fill(9),
    )
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
        let verified = authorizer.verifier().verify(&local, Time::from_millis(NOW), &mut scratch).unwrap();
        let requests: Vec<_> = calls.iter().map(|call| request(vocabulary, &fields, call)).collect();
        b.iter(|| {
            requests.iter().filter(|request| authorizer.decide(&verified, black_box(*request)).is_allow()).count()
        });
    });
    group.bench_function("placet, verified, building the requests", |b| {
        let verified = authorizer.verifier().verify(&local, Time::from_millis(NOW), &mut scratch).unwrap();
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

/// S1, S2, S2p and S3, on both sides with the requests at hand: the price of deciding, and of deciding from the text on.
fn compare(c: &mut Criterion) {
    use native::series::Wanted;
    let document = asked::document(POLICY);
    workload(c, "S1", &document, &asked::cache(document.vocabulary()));
    let document = asked::document(workloads::S2_POLICY);
    workload(c, "S2", &document, &asked::series(document.vocabulary(), Wanted::Expression(workloads::DC)));
    let document = asked::document(workloads::S2P_POLICY);
    workload(c, "S2p", &document, &asked::series(document.vocabulary(), Wanted::Prefix(workloads::DC_PREFIX)));
    let document = asked::document(workloads::S3_POLICY);
    workload(c, "S3", &document, &asked::visits(document.vocabulary()));
}

fn workload<N>(c: &mut Criterion, name: &str, document: &Document, asked: &asked::Asked<'_, N>) {
    let keyring = asked::keyring();
    let authorizer = Authorizer::new(&keyring, document.vocabulary());
    let native_text = native::seal(&SECRET, asked.claims.clone());
    let texts = [asked::local(), asked::signing()].map(|key| asked::minted(document, &key).text());
    let (mut scratch, mut room, mut buffer) = (Scratch::new(), Scratch::new(), [0; native::BYTES]);
    let verified = authorizer.verifier().verify(&texts[0], Time::from_millis(NOW), &mut room).unwrap();
    for (request, native, expected) in &asked.requests {
        assert_eq!((asked.allows)(&asked.claims, native), *expected, "{name}: the hand-written check disagrees");
        assert!(texts.iter().all(|text| authorizer.authorize(text, request, &mut scratch).is_allow() == *expected));
    }
    let [native, local, public] = [&native_text, &texts[0], &texts[1]].map(String::len);
    println!("{name}: the text of the token has {native} characters by hand, {local} local, {public} public");
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(asked.requests.len() as u64));
    let requests = &asked.requests;
    group.bench_function("native, opened", |b| {
        b.iter(|| requests.iter().filter(|(_, ask, _)| (asked.allows)(black_box(&asked.claims), ask)).count());
    });
    group.bench_function("placet, verified", |b| {
        b.iter(|| requests.iter().filter(|(ask, ..)| authorizer.decide(&verified, black_box(ask)).is_allow()).count());
    });
    group.bench_function("native, cold", |b| {
        let mut open = |ask| {
            native::open(black_box(&native_text), &SECRET, &mut buffer)
                .is_some_and(|claims| (asked.allows)(claims, ask))
        };
        b.iter(|| requests.iter().filter(|(_, ask, _)| open(ask)).count());
    });
    for (name, text) in [("placet, cold, local", &texts[0]), ("placet, cold, public", &texts[1])] {
        group.bench_function(name, |b| {
            let mut decide = |ask| authorizer.authorize(black_box(text), ask, &mut scratch).is_allow();
            b.iter(|| requests.iter().filter(|(ask, ..)| decide(ask)).count());
        });
    }
    group.finish();
}

/// One verifier, one cache and one verified token shared by threads. The time is that of a round of all threads together:
/// twice the work in the time of one is what a second core can give, and the native check, which shares nothing, shows what
/// this one gives.
fn threads(c: &mut Criterion) {
    use placet::token::cache::TokenCache;
    const ROUNDS: usize = 20_000;
    let document = asked::document(POLICY);
    let asked = asked::cache(document.vocabulary());
    let keyring = asked::keyring();
    let authorizer = Authorizer::new(&keyring, document.vocabulary());
    let text = asked::minted(&document, &asked::local()).text();
    let (cache, mut room) = (TokenCache::new(1_000), Scratch::new());
    let kept = authorizer.verifier().verify(&text, Time::from_millis(NOW), &mut room).unwrap().to_owned();
    let request = &asked.requests[0].0;
    let warm = |_: &mut Scratch| {
        let verified = authorizer.verifier().recheck(&kept, Time::from_millis(NOW)).unwrap();
        authorizer.decide(&verified, black_box(request)).is_allow()
    };
    let cold = |scratch: &mut Scratch| authorizer.authorize(black_box(&text), request, scratch).is_allow();
    let cached = |scratch: &mut Scratch| {
        let decide = |token: &Verified<'_>| authorizer.decide(token, request).is_allow();
        cache.verify(authorizer.verifier(), black_box(&text), Time::from_millis(NOW), scratch, decide).unwrap()
    };
    let native_text = native::seal(&SECRET, asked.claims.clone());
    let native = |_: &mut Scratch| {
        let mut buffer = [0; native::BYTES];
        let claims = native::open(black_box(&native_text), &SECRET, &mut buffer);
        claims.is_some_and(|claims| (asked.allows)(claims, &asked.requests[0].1))
    };
    let paths: [(&str, &(dyn Fn(&mut Scratch) -> bool + Sync)); 4] = [
        ("native, text to verdict", &native),
        ("a verified token", &warm),
        ("text to verdict", &cold),
        ("the cache, one token", &cached),
    ];
    let mut group = c.benchmark_group("threads");
    group.sample_size(20);
    for (name, path) in paths {
        for threads in [1, 2] {
            group.throughput(Throughput::Elements((threads * ROUNDS) as u64));
            group.bench_function(format!("{name}, {threads}"), |b| {
                b.iter(|| {
                    std::thread::scope(|scope| {
                        for _ in 0..threads {
                            scope.spawn(|| {
                                let mut scratch = Scratch::new();
                                assert!((0..ROUNDS).all(|_| path(&mut scratch)));
                            });
                        }
                    });
                });
            });
        }
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
            extended = attenuate(
                &extended,
                &compiled,
                document.vocabulary(),
                Time::from_millis(NOW),
                false,
                &mut |buffer: &mut [u8]| buffer.fill(9),
            )
            .unwrap();
            added += 1;
        }
        let text = extended.text();
        group.bench_function(
            format!("local, {restrictions} restrictions ({} bytes)", extended.as_bytes().len()),
            |b| {
                let mut scratch = Scratch::new();
                b.iter(|| verifier.verify(black_box(&text), Time::from_millis(NOW), &mut scratch).is_ok());
            },
        );
    }
    let public = minted(&document, &MintingKey::Signing(SigningKey::from_seed(&SECRET))).text();
    group.bench_function("public, one block", |b| {
        let mut scratch = Scratch::new();
        b.iter(|| verifier.verify(black_box(&public), Time::from_millis(NOW), &mut scratch).is_ok());
    });
    group.bench_function("add a restriction, local", |b| {
        let mut random = |buffer: &mut [u8]| buffer.fill(9);
        b.iter(|| {
            attenuate(black_box(&token), &compiled, document.vocabulary(), Time::from_millis(NOW), false, &mut random)
                .is_ok()
        });
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
        let policies = [placet::document::mint::policy("many", &compiled, vocabulary).unwrap()];
        let keyring = Keyring::new();
        let authorizer = Authorizer::new(&keyring, vocabulary).with_policies(&policies);
        let (cache, key) = (format!("cache-{}", n - 1), format!("k-{}/x", n - 1));
        let mut request = Request::named(vocabulary, "get", Time::from_millis(NOW)).unwrap();
        request.set_named("cache", cache.as_str()).unwrap().set_named("item", key.as_bytes()).unwrap();
        assert!(authorizer.decide_alone(&request).is_allow());
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("{n} rules, the last one matches"), |b| {
            b.iter(|| authorizer.decide_alone(black_box(&request)).is_allow());
        });
    }
    group.finish();
}

criterion_group!(benches, decide, compare, threads, verify, write, grow);
criterion_main!(benches);
