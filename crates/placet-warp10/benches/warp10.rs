//! A real Warp 10 token: opening its text and accepting it, beside the AES key wrap alone, which is
//! the lower bound.
//!
//! `cargo bench --bench warp10` prints times; only the ratios within one run are comparable.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::value::Value;
use placet_warp10::accept::{Acceptor, AttributeRules};
use placet_warp10::decide::{self, Action, Asked};
use placet_warp10::envelope::{Ident, WrappingKey};
use placet_warp10::grant_cache::GrantCache;
use placet_warp10::java_compat::uuid_from_text;
use placet_warp10::keys::TokenKeys;
use placet_warp10::opb64;
use placet_warp10::selectors::{Platform, Series};
use placet_warp10::token::{Kind, ReadToken, Token};
use placet_warp10::trl::{RevocationList, Scope};
use placet_warp10::trl_directory::Directory;

const AES: [u8; 32] = [7; 32];
const HASH: [u8; 16] = [9; 16];
const NOW: i64 = 1_795_000_000_000;

/// A READ token as services use it: two owners, two producers, two applications, two selectors, two
/// attributes.
fn token() -> Token {
    let id = |last| vec![0xaa, 0xaa, 0xaa, 0xaa, 0x11, 0x11, 0x4a, 0xaa, 0x8a, 0xaa, 0, 0, 0, 0, 0, last];
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Token::Read(ReadToken {
        issuance: NOW,
        expiry: NOW + 86_400_000,
        application: Some("plant.one".to_owned()),
        applications: vec!["plant.one".to_owned(), "plant.two".to_owned()],
        owners: vec![id(1), id(2)],
        producers: vec![id(1), id(2)],
        billed: id(1),
        attributes: Some([(".cap:maxops", "1000000"), (".end", "2030-01-01T00:00:00Z")].map(pair).into()),
        labels: Some([("site", "=north"), ("room", "~4[0-9]")].map(pair).into()),
        ..ReadToken::default()
    })
}

fn lists() -> Directory {
    let mut list = RevocationList::default();
    (0..1000_u64).for_each(|number| list.revoke(Ident(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))));
    list.revoke_application("closed").expect("a name");
    let (name, text) = list.file("bench", Scope::Full, 1).expect("a name");
    let mut directory = Directory::new(Some(Duration::from_millis(0)), Time::from_millis(NOW));
    directory.scan(&BTreeMap::from([(name.file, text.into_bytes())])).expect("files in memory");
    directory
}

fn open(c: &mut Criterion) {
    let keys = TokenKeys::new(&AES, &HASH).expect("lengths of keys");
    let wrapping = WrappingKey::new(&AES).expect("the length of a key");
    let text = keys.mint(&token());
    let wrapped = opb64::decode(&text).expect("it was just minted");
    let lists = lists();
    let acceptor = Acceptor { keys: &keys, revocations: &lists, attributes: &AttributeRules::default() };
    assert_eq!(acceptor.accept(&text, Kind::Read, Time::from_millis(NOW)), Ok(token()));

    let mut group = c.benchmark_group("warp10");
    group.throughput(Throughput::Elements(1));
    group.bench_function(format!("unwrap alone, {} bytes", wrapped.len()), |b| {
        b.iter(|| wrapping.unwrap(black_box(&wrapped)))
    });
    group.bench_function("ident", |b| b.iter(|| keys.ident(black_box(&text))));
    group.bench_function("open", |b| b.iter(|| keys.open(black_box(&text))));
    group
        .bench_function("accept", |b| b.iter(|| acceptor.accept(black_box(&text), Kind::Read, Time::from_millis(NOW))));
    group.bench_function("mint", |b| b.iter(|| keys.mint(black_box(&token()))));
    decide(&mut group, &keys, &text, &lists);
    group.finish();
}

/// The same question three times: for a token that is seen once, for one that is cached, and by
/// making a policy for one request.
fn decide(group: &mut BenchmarkGroup<'_, WallTime>, keys: &TokenKeys, text: &str, lists: &Directory) {
    let rules = AttributeRules::default();
    let acceptor = Acceptor { keys, revocations: lists, attributes: &rules };
    let (owner, room) = ("aaaaaaaa-1111-4aaa-8aaa-000000000002", "42");
    let labels = [(".owner", owner), (".producer", owner), (".app", "plant.one"), ("site", "north"), ("room", room)];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let series = Series { class: "temp", labels: &labels, attributes: &[] };
    let asked = Asked { action: Action::Fetch, series, platform: Platform::default() };
    let cold = || acceptor_decides(&acceptor, text, &asked);
    assert!(cold());
    group.bench_function("decide, cold", |b| b.iter(cold));
    // Without an expression among its labels: most tokens have none.
    let Token::Read(mut plain) = token() else { unreachable!("it is a READ token") };
    plain.labels = Some(vec![("site".to_owned(), "=north".to_owned())]);
    let plain = keys.mint(&Token::Read(plain));
    group.bench_function("decide, cold, no expression", |b| {
        b.iter(|| acceptor_decides(&acceptor, black_box(&plain), &asked));
    });

    let new_cache = || GrantCache::new(16, keys.clone(), AttributeRules::default(), Platform::default());
    let cache = new_cache();
    let vocabulary = cache.vocabulary();
    let action = vocabulary.action("fetch").expect("the vocabulary has it");
    let pairs = [("room", room), ("site", "north")];
    let uuid = uuid_from_text(owner).expect("a UUID");
    let mut request = Request::new(vocabulary, action, Time::from_millis(NOW));
    request.set_named("class", "temp").expect("an attribute");
    request.set_named("application", "plant.one").expect("an attribute");
    request.set_named("owner", Value::Uuid(uuid)).expect("an attribute");
    request.set_named("producer", Value::Uuid(uuid)).expect("an attribute");
    request.set_named("labels", Value::Labels(&pairs)).expect("an attribute");
    let kept = |cache: &GrantCache| {
        let kept = cache.accept(lists, black_box(text), Kind::Read, Time::from_millis(NOW)).expect("a good token");
        kept.decide(&request).is_allow()
    };
    assert!(kept(&cache));
    group.bench_function("decide, kept", |b| b.iter(|| kept(&cache)));
    let program = cache.accept(lists, text, Kind::Read, Time::from_millis(NOW)).expect("a good token");
    group.bench_function("decide, the program alone", |b| b.iter(|| program.decide(black_box(&request)).is_allow()));
    group.sample_size(20);
    group.bench_function("decide, by a policy made for it", |b| b.iter(|| kept(&new_cache())));
}

fn acceptor_decides(acceptor: &Acceptor<'_>, text: &str, asked: &Asked<'_>) -> bool {
    decide::decide(acceptor, black_box(text), asked, Time::from_millis(NOW)).is_ok_and(|decided| decided.is_granted)
}

criterion_group!(benches, open);
criterion_main!(benches);
