//! The workloads of the benchmarks: Placet and the checks written by hand give the verdicts that the tables say.

#[allow(dead_code, unused_imports, reason = "shared with the benchmarks")]
#[path = "../../benches/native/mod.rs"]
mod native;
#[allow(dead_code, reason = "shared with the benchmarks")]
#[path = "../../benches/workloads/mod.rs"]
mod workloads;

use native::{cache, open, seal, series, visit};
use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::document::mint::{Wrapping, mint};
use placet::document::{Document, value::arguments_from_text};
use placet::model::path::ResourcePath;
use placet::model::request::{Request, RequestError};
use placet::model::time::Time;
use placet::model::value::Value;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::LocalKey;
use placet::token::verify::Scratch;
use workloads::{
    ALLOWED, APPLICATIONS, CALLS, DC, EXPIRY, HOST, HOURS, NETWORKS, NOW, OWNERS, PRODUCERS, SERIES, TENANT, VISITS,
};

const KEY: [u8; 32] = [7; 32];

/// Asks a token of the policy what `set` makes of each row; a request that can not be made is not allowed.
fn placet<R>(
    policy: &str,
    with: &[(&str, &str)],
    rows: &'static [R],
    set: impl for<'v> Fn(&'static R, &'v Vocabulary) -> Result<Request<'v>, RequestError>,
) -> Vec<bool> {
    let document = Document::from_text("workload.placet", policy, Library::built_in()).unwrap();
    let template = document.template(BlockKind::Token, None).unwrap();
    let arguments = arguments_from_text(template, with.iter().copied()).unwrap();
    let compiled = document.compile(BlockKind::Token, None, &arguments).unwrap();
    let key = MintingKey::Local(LocalKey::from_secret(&KEY));
    let vocabulary = document.vocabulary();
    let token = mint(
        &compiled,
        vocabulary,
        &key,
        Time::from_millis(NOW - 1000),
        Wrapping::default(),
        &mut |buffer: &mut [u8]| {
            buffer.fill(9);
        },
    );
    let text = token.unwrap().text();
    let mut keyring = Keyring::new();
    keyring.accept_local(LocalKey::from_secret(&KEY)).unwrap();
    let authorizer = Authorizer::new(&keyring, vocabulary);
    let mut scratch = Scratch::new();
    let decide =
        |row| set(row, vocabulary).is_ok_and(|request| authorizer.authorize(&text, &request, &mut scratch).is_allow());
    rows.iter().map(decide).collect()
}

fn as_the_table_says(verdicts: &[bool]) {
    let expected: Vec<bool> = (0..verdicts.len()).map(|place| place < ALLOWED).collect();
    assert_eq!(verdicts, expected);
}

fn uuid(text: &str) -> [u8; 16] {
    u128::from_str_radix(&text.replace('-', ""), 16).unwrap().to_be_bytes()
}

fn native(claims: Vec<u8>, allows: impl Fn(&[u8], usize) -> bool) -> Vec<bool> {
    let text = seal(&KEY, claims);
    let mut buffer = [0; native::BYTES];
    let claims = open(&text, &KEY, &mut buffer).unwrap();
    (0..2 * ALLOWED).map(|place| allows(claims, place)).collect()
}

const fn unsigned(time: i64) -> u64 {
    time.cast_unsigned()
}

#[test]
fn the_cache_token_is_decided_alike() {
    as_the_table_says(&placet(workloads::S1_POLICY, &[], &CALLS, |call, vocabulary| {
        let mut request = Request::named(vocabulary, call.action, Time::from_millis(call.now))?;
        request.set_named("cache", call.cache)?;
        match call.class {
            native::Class::Publish | native::Class::Subscribe => request.set_named("topic", call.name)?,
            _ => request.set_named("item", call.name.as_bytes())?,
        };
        Ok(request)
    }));
    as_the_table_says(&native(cache::claims(unsigned(EXPIRY), &cache::TEN), |claims, place| {
        let call = &CALLS[place];
        let (cache, name) = (call.cache.as_bytes(), call.name.as_bytes());
        cache::allows(claims, &cache::Call { class: call.class, cache, name, now: unsigned(call.now) })
    }));
}

#[test]
fn the_read_token_is_decided_alike_with_an_expression_and_with_a_prefix() {
    for policy in [workloads::S2_POLICY, workloads::S2P_POLICY] {
        as_the_table_says(&placet(policy, &[], &SERIES, |series, vocabulary| {
            let mut request = Request::named(vocabulary, "fetch", Time::from_millis(series.now))?;
            request.set_named("owner", Value::Uuid(uuid(series.owner)))?;
            request.set_named("producer", Value::Uuid(uuid(series.producer)))?;
            request.set_named("application", series.application)?;
            request.set_named("labels", Value::Labels(series.labels))?;
            Ok(request)
        }));
    }
    for dc in [series::Wanted::Expression(DC), series::Wanted::Prefix(workloads::DC_PREFIX)] {
        let grant = series::Grant {
            expiry: unsigned(EXPIRY),
            owners: &OWNERS.map(uuid),
            producers: &PRODUCERS.map(uuid),
            applications: &APPLICATIONS,
            labels: &[("dc", dc), ("host", series::Wanted::Exactly(HOST))],
        };
        as_the_table_says(&native(series::claims(&grant), |claims, place| {
            let workloads::Series { owner, producer, application, labels, now } = SERIES[place];
            let (owner, producer, now) = (uuid(owner), uuid(producer), unsigned(now));
            series::allows(claims, &series::Series { owner, producer, application, labels, now })
        }));
    }
}

#[test]
fn the_conditional_api_is_decided_alike() {
    as_the_table_says(&placet(workloads::S3_POLICY, &[("tenant", TENANT)], &VISITS, |visit, vocabulary| {
        let mut request = Request::named(vocabulary, visit.method, Time::from_millis(visit.now))?;
        if let Ok(path) = ResourcePath::new(visit.path) {
            request.set_named("path", path)?;
        }
        let ip: std::net::IpAddr = visit.ip.parse().unwrap();
        request.set_named("ip", Value::Ip(ip.into()))?;
        Ok(request)
    }));
    let below = format!("/v1/tenants/{TENANT}/objects/");
    let grant = visit::Grant { expiry: unsigned(EXPIRY), below: &below, networks: &NETWORKS, hours: HOURS };
    as_the_table_says(&native(visit::claims(&grant), |claims, place| {
        let workloads::Visit { method, path, ip, now } = VISITS[place];
        let ip = ip.parse::<std::net::Ipv4Addr>().unwrap().octets();
        visit::allows(claims, &visit::Visit { method, path, ip, now: unsigned(now) })
    }));
}

#[test]
fn a_bound_on_time_can_be_added_by_hand_and_not_removed() {
    let whole = native::chain::seal(&KEY, &cache::claims(unsigned(EXPIRY), &cache::TEN));
    let narrower = native::chain::attenuate(&whole, 1000).unwrap();
    let opens = |text: &str, now| native::chain::open(text, &KEY, now, &mut [0; native::BYTES]).is_some();
    assert!(opens(&whole, 1000) && opens(&narrower, 999));
    assert!(!opens(&narrower, 1000), "the bound has come");
    let mut bytes = data_encoding::BASE64URL_NOPAD.decode(narrower.as_bytes()).unwrap();
    let bound = bytes.len() - 40;
    bytes.drain(bound..bound + 8);
    assert!(!opens(&data_encoding::BASE64URL_NOPAD.encode(&bytes), 999), "the bound is gone, the tag knows");
}

#[test]
fn growth_is_decided_alike() {
    for n in [10, 100] {
        let document = Document::from_text("many.placet", &workloads::many_rules(n), Library::built_in()).unwrap();
        let vocabulary = document.vocabulary();
        let compiled =
            document.compile(BlockKind::Policy, None, &placet::compile::arguments::Arguments::none()).unwrap();
        let policies = [placet::document::mint::policy("many", &compiled, vocabulary).unwrap()];
        let keyring = Keyring::new();
        let authorizer = Authorizer::new(&keyring, vocabulary).with_policies(&policies);
        let mut rules = native::rules::Rules::default();
        (0..n).for_each(|i| rules.allow(&format!("cache-{i}"), &format!("k-{i}/")));
        for lookup in workloads::lookups(n) {
            let mut request = Request::named(vocabulary, "get", Time::from_millis(NOW)).unwrap();
            request.set_named("cache", lookup.cache.as_str()).unwrap();
            request.set_named("item", lookup.key.as_bytes()).unwrap();
            assert_eq!(authorizer.decide_alone(&request).is_allow(), lookup.is_allowed, "{lookup:?}");
            assert_eq!(rules.allows(&lookup.cache, &lookup.key), lookup.is_allowed, "{lookup:?}");
        }
    }
}
