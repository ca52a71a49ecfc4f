//! The questions that every contender of the benchmarks is asked, in a form that is nobody's own.
//!
//! A workload is a policy in words, a policy file in our language, and a table of sixteen requests: the first eight are
//! allowed, the last eight are near misses. Times are milliseconds since 1970. Nothing here depends on Placet; `native`,
//! the checks written by hand, stands beside this module wherever it is included.
//!
//! | workload | policy | requests |
//! |---|---|---|
//! | S1, a cache token of ten permissions | `policies/momento_ten.placet` | [`CALLS`] |
//! | S2, a read token for time series, a regex among its selectors | `s2.placet` | [`SERIES`] |
//! | S2p, the same with the regex written as a prefix | `s2p.placet` | [`SERIES`] |
//! | S3, a conditional HTTP API | `s3.placet` | [`VISITS`] |
//! | growth: rule `i` of `n` reads keys `k-i/` of `cache-i` | [`many_rules`] | [`lookups`] |

use super::native::Class;

/// The policy of S1.
pub const S1_POLICY: &str = include_str!("../../policies/momento_ten.placet");
/// The policy of S2.
pub const S2_POLICY: &str = include_str!("s2.placet");
/// The policy of S2p.
pub const S2P_POLICY: &str = include_str!("s2p.placet");
/// The policy of S3; its template has one parameter, `tenant`, and the table is for [`TENANT`].
pub const S3_POLICY: &str = include_str!("s3.placet");

/// 2026-11-18T11:06:40Z: when most requests are made.
pub const NOW: i64 = 1_795_000_000_000;
/// 2026-11-19T00:00:00Z, the day after: tokens are made shortly before [`NOW`], and are not valid earlier.
const DAY: i64 = 1_795_046_400_000;
/// 2027-01-01T00:00:00Z: the first instant at which no token is good any more.
pub const EXPIRY: i64 = 1_798_761_600_000;
const HOUR: i64 = 3_600_000;
const SECOND: i64 = 1_000;

/// How many of a table's requests are allowed; they come first.
pub const ALLOWED: usize = 8;

/// S1: a call to a cache.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The API's name for it.
    pub action: &'static str,
    /// What it does to the store: who does not know the names asks this.
    pub class: Class,
    pub cache: &'static str,
    /// The key, or for `publish` and `subscribe` the topic.
    pub name: &'static str,
    pub now: i64,
}

const fn call(action: &'static str, class: Class, cache: &'static str, name: &'static str) -> Call {
    Call { action, class, cache, name, now: NOW }
}

/// The requests of S1.
pub const CALLS: [Call; 16] = [
    call("set", Class::Write, "acorns", "nut-1"),
    call("listPopFront", Class::ConditionalWrite, "acorns", "queue"),
    call("get", Class::Read, "elsewhere", "nut-1"),
    call("set", Class::Write, "WriteCache", "WriteKey/7"),
    call("publish", Class::Publish, "walnuts", "mo_favorites"),
    call("subscribe", Class::Subscribe, "elsewhere", "anything"),
    call("publish", Class::Publish, "chat", "lobby"),
    call("setIfAbsent", Class::ConditionalWrite, "pistachios", "tenant-7/lock"),
    // A name in another case.
    call("set", Class::Write, "Acorns", "nut-1"),
    // One character less than a prefix, and than an exact name.
    call("set", Class::Write, "WriteCache", "WriteKe"),
    call("set", Class::Write, "sessions", "user-4"),
    // One character more.
    call("publish", Class::Publish, "walnuts", "mo_favorites2"),
    call("set", Class::Write, "sessions", "user-421"),
    // Prefixes without their last character.
    call("publish", Class::Publish, "events", "audit"),
    call("setIfAbsent", Class::ConditionalWrite, "pistachios", "tenant-7"),
    // The first instant after expiry.
    Call { now: EXPIRY, ..call("get", Class::Read, "elsewhere", "nut-1") },
];

/// S2: a time series that somebody wants to read.
#[derive(Clone, Copy, Debug)]
pub struct Series {
    /// UUIDs, as text.
    pub owner: &'static str,
    pub producer: &'static str,
    pub application: &'static str,
    /// Sorted by name.
    pub labels: &'static [(&'static str, &'static str)],
    pub now: i64,
}

/// The owners whose series the token of S2 reads.
pub const OWNERS: [&str; 3] = [
    "11111111-2222-4333-8444-555555555555",
    "0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f",
    "7b9e4c1a-8d2f-4e6b-b3a5-1c2d3e4f5a6b",
];
/// The producers.
pub const PRODUCERS: [&str; 2] = ["c2a1b0d9-e8f7-4a6b-9c5d-4e3f2a1b0c9d", "5f4e3d2c-1b0a-4f9e-8d7c-6b5a4f3e2d1c"];
/// The applications.
pub const APPLICATIONS: [&str; 4] = ["metrics", "logs", "traces", "alerts"];
/// The selectors of S2: label `dc` matches this expression with its whole value, label `host` is this text.
pub const DC: &str = "eu-.*";
/// The same as a prefix, for S2p.
pub const DC_PREFIX: &str = "eu-";
pub const HOST: &str = "web-01";

const fn series(owner: &'static str, application: &'static str, labels: &'static [(&str, &str)]) -> Series {
    Series { owner, producer: PRODUCERS[0], application, labels, now: NOW }
}

const TWO: &[(&str, &str)] = &[("dc", "eu-west"), ("host", HOST)];

/// The requests of S2 and S2p.
pub const SERIES: [Series; 16] = [
    series(OWNERS[0], "metrics", TWO),
    series(OWNERS[1], "logs", &[("dc", "eu-north-1"), ("host", HOST), ("rack", "7")]),
    series(OWNERS[2], "traces", &[("dc", "eu-"), ("host", HOST)]),
    Series { producer: PRODUCERS[1], ..series(OWNERS[0], "alerts", TWO) },
    series(OWNERS[1], "metrics", &[("cpu", "0"), ("dc", "eu-west"), ("host", HOST), ("kind", "user")]),
    Series { producer: PRODUCERS[1], ..series(OWNERS[2], "logs", TWO) },
    series(OWNERS[0], "traces", &[("az", "a"), ("dc", "eu-west"), ("host", HOST), ("rack", "7"), ("unit", "ms")]),
    series(OWNERS[2], "alerts", &[("dc", "eu-central-2"), ("host", HOST), ("severity", "page")]),
    // Another owner, by its last digit; a producer that is only an owner; an application, one character less.
    series("11111111-2222-4333-8444-555555555556", "metrics", TWO),
    Series { producer: OWNERS[0], ..series(OWNERS[0], "metrics", TWO) },
    series(OWNERS[0], "metric", TWO),
    // The whole value must match, not a part of it.
    series(OWNERS[0], "metrics", &[("dc", "us-east"), ("host", HOST)]),
    series(OWNERS[0], "metrics", &[("dc", "not-eu-west"), ("host", HOST)]),
    series(OWNERS[0], "metrics", &[("dc", "eu-west"), ("host", "web-011")]),
    // A label that is not there.
    series(OWNERS[0], "metrics", &[("dc", "eu-west"), ("rack", "7")]),
    Series { now: EXPIRY, ..series(OWNERS[0], "metrics", TWO) },
];

/// S3: a request to an HTTP service.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    pub method: &'static str,
    pub path: &'static str,
    /// An IPv4 address, as text.
    pub ip: &'static str,
    pub now: i64,
}

/// The tenant that the token of S3 is for.
pub const TENANT: &str = "acme";
/// The networks of S3, as address and number of bits.
pub const NETWORKS: [([u8; 4], u8); 2] = [([10, 0, 0, 0], 8), ([192, 168, 0, 0], 16)];
/// The first hour of the day at which S3 is open, and the first at which it is closed again.
pub const HOURS: (u8, u8) = (6, 22);

const fn visit(method: &'static str, path: &'static str, ip: &'static str) -> Visit {
    Visit { method, path, ip, now: NOW }
}

/// The requests of S3.
pub const VISITS: [Visit; 16] = [
    visit("GET", "/v1/tenants/acme/objects/a", "10.1.2.3"),
    visit("HEAD", "/v1/tenants/acme/objects/a/b/c.txt", "192.168.7.7"),
    visit("GET", "/v1/tenants/acme/objects/.adminx", "10.1.2.3"),
    visit("GET", "/v1/tenants/acme/objects/x.admin/y", "10.1.2.3"),
    visit("GET", "/v1/tenants/acme/objects/.Admin", "192.168.255.255"),
    Visit { now: DAY + 6 * HOUR, ..visit("GET", "/v1/tenants/acme/objects/a", "10.255.255.255") },
    Visit { now: DAY + 22 * HOUR - SECOND, ..visit("GET", "/v1/tenants/acme/objects/a", "10.0.0.0") },
    visit("HEAD", "/v1/tenants/acme/objects/reports/2026/q3.pdf", "10.1.2.3"),
    // Denied wherever a segment is exactly `.admin`.
    visit("GET", "/v1/tenants/acme/objects/a/.admin/b", "10.1.2.3"),
    visit("GET", "/v1/tenants/acme/objects/.admin", "10.1.2.3"),
    // Another tenant whose name begins alike; an object without a name; a method in lower case.
    visit("GET", "/v1/tenants/acmeco/objects/a", "10.1.2.3"),
    visit("GET", "/v1/tenants/acme/objects/", "10.1.2.3"),
    visit("get", "/v1/tenants/acme/objects/a", "10.1.2.3"),
    // One past the last address of a network; one second outside the hours; a day on which the token has expired.
    visit("GET", "/v1/tenants/acme/objects/a", "192.169.0.0"),
    Visit { now: DAY + 6 * HOUR - SECOND, ..visit("GET", "/v1/tenants/acme/objects/a", "10.1.2.3") },
    Visit { now: EXPIRY + 12 * HOUR, ..visit("GET", "/v1/tenants/acme/objects/a", "10.1.2.3") },
];

/// Growth: rule `i` of `n` in our language.
pub fn many_rules(n: usize) -> String {
    let rules = (0..n).map(|i| format!("    allow {{ action: get, cache: \"cache-{i}\", item: prefix \"k-{i}/\" }}\n"));
    format!("use momento\n\npolicy many {{\n{}}}\n", rules.collect::<String>())
}

/// Growth: a read of a key.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub cache: String,
    pub key: String,
    pub is_allowed: bool,
}

/// What is asked of `n` rules: what only the last one allows, and misses of the same length.
pub fn lookups(n: usize) -> Vec<Lookup> {
    let last = n - 1;
    let lookup = |cache: String, key: String, is_allowed| Lookup { cache, key, is_allowed };
    let cache = format!("cache-{last}");
    // One digit that is no digit: as long, and no rule has it.
    let unlike = |text: &str| format!("{}x", &text[..text.len() - 1]);
    vec![
        lookup(cache.clone(), format!("k-{last}/x"), true),
        lookup(cache.clone(), format!("k-{last}/y"), true),
        lookup(unlike(&cache), format!("k-{last}/x"), false),
        lookup(cache, format!("{}/x", unlike(&format!("k-{last}"))), false),
    ]
}
