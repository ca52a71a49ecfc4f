//! The workloads as they are asked: each request in the terms of Placet and in those of the hand-written check, and the
//! token of both. `decide` times them, `instructions` counts them.
//!
//! Who includes this has `native` and `workloads` beside it. Requests that can not be made are left out: an action or a
//! path that the vocabulary does not know is refused before there is anything to decide.

use std::net::{IpAddr, Ipv4Addr};

use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::{Wrapping, mint};
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::value::Value;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};

use super::native::{self, Class, series, visit};
use super::workloads::{self, ALLOWED, EXPIRY, NOW};
use placet::model::time::Time;

pub const SECRET: [u8; 32] = [7; 32];

/// One workload: what is asked of both sides, and in what order.
pub struct Asked<'v, N> {
    /// Each request twice, and whether it is allowed.
    pub requests: Vec<(Request<'v>, N, bool)>,
    /// Decides by the claims that were opened.
    pub allows: fn(&[u8], &N) -> bool,
    /// What the hand-written check seals into its token.
    pub claims: Vec<u8>,
}

/// S1.
pub fn cache(vocabulary: &Vocabulary) -> Asked<'_, native::Call<'static>> {
    let ask = |call: &'static workloads::Call| {
        let mut request = Request::named(vocabulary, call.action, Time::from_millis(call.now)).ok()?;
        request.set_named("cache", call.cache).ok()?;
        match call.class {
            Class::Publish | Class::Subscribe => request.set_named("topic", call.name).ok()?,
            _ => request.set_named("item", call.name.as_bytes()).ok()?,
        };
        let (cache, name) = (call.cache.as_bytes(), call.name.as_bytes());
        Some((request, native::Call { class: call.class, cache, name, now: call.now.cast_unsigned() }))
    };
    let claims = native::cache::claims(EXPIRY.cast_unsigned(), &native::TEN);
    Asked { requests: numbered(&workloads::CALLS, ask), allows: native::allows, claims }
}

/// S2 and S2p: the one wants an expression of the data centre, the other a prefix.
pub fn series<'v>(vocabulary: &'v Vocabulary, dc: series::Wanted<'static>) -> Asked<'v, series::Series<'static>> {
    let ask = |series: &'static workloads::Series| {
        let mut request = Request::named(vocabulary, "fetch", Time::from_millis(series.now)).ok()?;
        let (owner, producer) = (uuid(series.owner), uuid(series.producer));
        request.set_named("owner", Value::Uuid(owner)).ok()?;
        request.set_named("producer", Value::Uuid(producer)).ok()?;
        request.set_named("application", series.application).ok()?;
        request.set_named("labels", Value::Labels(series.labels)).ok()?;
        let (application, labels, now) = (series.application, series.labels, series.now.cast_unsigned());
        Some((request, series::Series { owner, producer, application, labels, now }))
    };
    let claims = series::claims(&series::Grant {
        expiry: EXPIRY.cast_unsigned(),
        owners: &workloads::OWNERS.map(uuid),
        producers: &workloads::PRODUCERS.map(uuid),
        applications: &workloads::APPLICATIONS,
        labels: &[("dc", dc), ("host", series::Wanted::Exactly(workloads::HOST))],
    });
    Asked { requests: numbered(&workloads::SERIES, ask), allows: series::allows, claims }
}

/// S3.
pub fn visits(vocabulary: &Vocabulary) -> Asked<'_, visit::Visit<'static>> {
    let ask = |visit: &'static workloads::Visit| {
        let ip: Ipv4Addr = visit.ip.parse().ok()?;
        let mut request = Request::named(vocabulary, visit.method, Time::from_millis(visit.now)).ok()?;
        request.set_named("path", Value::Path(ResourcePath::new(visit.path).ok()?)).ok()?;
        request.set_named("ip", IpAddr::V4(ip)).ok()?;
        let (method, path, now) = (visit.method, visit.path, visit.now.cast_unsigned());
        Some((request, visit::Visit { method, path, ip: ip.octets(), now }))
    };
    let claims = visit::claims(&visit::Grant {
        expiry: EXPIRY.cast_unsigned(),
        below: "/v1/tenants/acme/objects/",
        networks: &workloads::NETWORKS,
        hours: workloads::HOURS,
    });
    Asked { requests: numbered(&workloads::VISITS, ask), allows: visit::allows, claims }
}

fn numbered<'v, W, N>(
    table: &'static [W],
    ask: impl Fn(&'static W) -> Option<(Request<'v>, N)>,
) -> Vec<(Request<'v>, N, bool)> {
    let with_verdict = |(place, row)| ask(row).map(|(request, native)| (request, native, place < ALLOWED));
    table.iter().enumerate().filter_map(with_verdict).collect()
}

fn uuid(text: &str) -> [u8; 16] {
    let digits: Vec<u8> = text.bytes().filter(|&byte| byte != b'-').collect();
    let byte = |at: usize| u8::from_str_radix(str::from_utf8(&digits[2 * at..2 * at + 2]).unwrap(), 16).unwrap();
    core::array::from_fn(byte)
}

pub fn document(policy: &str) -> Document {
    Document::from_text("workload.placet", policy, Library::built_in()).unwrap()
}

/// Mints the token of a policy; S3 has a parameter.
pub fn minted(document: &Document, key: &MintingKey) -> Token {
    let template = document.template(BlockKind::Token, None).unwrap();
    let given = template.parameters.iter().map(|parameter| (parameter.name.as_str(), workloads::TENANT.into()));
    let arguments = Arguments::new(&template.parameters, given).unwrap();
    let compiled = document.compile(BlockKind::Token, None, &arguments).unwrap();
    mint(&compiled, document.vocabulary(), key, Time::from_millis(NOW - 1000), Wrapping::default(), &mut random)
        .unwrap()
}

/// Not of a system: every run mints the same tokens.
pub fn random(buffer: &mut [u8]) {
    buffer.fill(9);
}

pub fn local() -> MintingKey {
    MintingKey::Local(LocalKey::from_secret(&SECRET))
}

pub fn signing() -> MintingKey {
    MintingKey::Signing(SigningKey::from_seed(&SECRET))
}

pub fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.accept_local(LocalKey::from_secret(&SECRET)).unwrap();
    keyring.accept_public(SigningKey::from_seed(&SECRET).public().clone()).unwrap();
    keyring
}
