//! Tokens without a policy language: claims as JSON, written and checked by hand. The library proves them genuine, what they
//! mean is in here.

use regex::Regex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::contender::{Contender, Service, UnsupportedError};
use crate::native::{Class, cache};
use crate::question::Question;
use crate::workloads::{
    APPLICATIONS, CALLS, Call, DC, DC_PREFIX, EXPIRY, HOST, HOURS, NETWORKS, OWNERS, PRODUCERS, SERIES, Series, TENANT,
    VISITS, Visit,
};

/// A library of tokens that carry JSON.
pub trait Tokens: Sync + Copy + 'static {
    const NAME: &'static str;
    const PACKAGE: &'static str;
    const ABOUT: &'static str;

    /// Writes a token.
    fn seal<T: Serialize>(self, claims: &T) -> String;

    /// Proves it; the time is for libraries whose bounds on time are part of the proof.
    fn open<T: DeserializeOwned>(self, text: &str, now: i64) -> Option<T>;

    /// Adds a bound on time, in milliseconds, without the key.
    fn attenuate(self, _text: &str, _until: i64) -> Option<String> {
        None
    }
}

/// A library of tokens as a contender.
pub struct Checked<L>(pub L);

impl<L: Tokens> Contender for Checked<L> {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn package(&self) -> Option<&'static str> {
        Some(L::PACKAGE)
    }

    fn about(&self) -> &'static str {
        L::ABOUT
    }

    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError> {
        match question {
            Question::S1 => Ok(Box::new(Checking::<L, CacheClaims>::new(self.0, CacheClaims::new, &CALLS))),
            Question::S2 => {
                Ok(Box::new(Checking::<L, SeriesClaims>::new(self.0, || SeriesClaims::new(format!("~{DC}")), &SERIES)))
            }
            Question::S2p => {
                let claims = || SeriesClaims::new(format!("^{DC_PREFIX}"));
                Ok(Box::new(Checking::<L, SeriesClaims>::new(self.0, claims, &SERIES)))
            }
            Question::S3 => Ok(Box::new(Checking::<L, VisitClaims>::new(self.0, VisitClaims::new, &VISITS))),
            Question::Rules(_) | Question::App(_) => Err("a token, and no policy of a service: see native"),
        }
    }
}

struct Checking<L, C: Claims> {
    library: L,
    write: fn() -> C,
    verified: C::Ready,
    rows: &'static [C::Row; 16],
}

impl<L: Tokens, C: Claims> Checking<L, C> {
    fn new(library: L, write: fn() -> C, rows: &'static [C::Row; 16]) -> Self {
        Self { library, write, verified: write().ready(), rows }
    }
}

/// What a token says, and its check.
trait Claims: Serialize + DeserializeOwned + 'static {
    type Row;
    /// With what is made once for each token: expressions compiled, addresses read.
    type Ready;

    fn ready(self) -> Self::Ready;
    fn now(row: &Self::Row) -> i64;
    fn allows(ready: &Self::Ready, row: &Self::Row) -> bool;
}

impl<L: Tokens, C: Claims> Service for Checking<L, C> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn mint(&mut self) -> Option<String> {
        Some(self.library.seal(&(self.write)()))
    }

    fn cold(&mut self, text: &str, row: usize) -> bool {
        let row = &self.rows[row];
        self.library.open::<C>(text, C::now(row)).is_some_and(|claims| C::allows(&claims.ready(), row))
    }

    fn warm(&mut self, row: usize) -> bool {
        C::allows(&self.verified, &self.rows[row])
    }

    fn at_hand(&mut self, row: usize) -> Option<bool> {
        Some(self.warm(row))
    }

    fn attenuate(&mut self, text: &str, nth: usize) -> Option<String> {
        self.library.attenuate(text, EXPIRY + nth as i64)
    }
}

/// S1.
#[derive(Serialize, Deserialize)]
struct CacheClaims {
    exp: i64,
    permissions: Vec<Permission>,
}

#[derive(Serialize, Deserialize)]
struct Permission {
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cache: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
}

#[derive(Serialize, Deserialize)]
enum Role {
    ReadOnly,
    WriteOnly,
    ReadWrite,
    PublishOnly,
    SubscribeOnly,
    PublishSubscribe,
}

impl CacheClaims {
    fn new() -> Self {
        Self { exp: EXPIRY, permissions: cache::TEN.iter().map(Permission::from).collect() }
    }
}

impl From<&cache::Permission<'_>> for Permission {
    fn from((role, cache, name): &cache::Permission<'_>) -> Self {
        let role = match *role {
            cache::READ_ONLY => Role::ReadOnly,
            cache::WRITE_ONLY => Role::WriteOnly,
            cache::READ_WRITE => Role::ReadWrite,
            cache::PUBLISH_ONLY => Role::PublishOnly,
            cache::SUBSCRIBE_ONLY => Role::SubscribeOnly,
            _ => Role::PublishSubscribe,
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let exactly = |selector: &cache::Selector<'_>| match selector {
            cache::Selector::Exactly(name) => text(name),
            _ => None,
        };
        let prefix = match name {
            cache::Selector::Prefix(prefix) => text(prefix),
            _ => None,
        };
        Self { role, cache: exactly(cache), name: exactly(name), prefix }
    }
}

impl Permission {
    fn allows(&self, call: &Call) -> bool {
        let has_class = match self.role {
            Role::ReadOnly => matches!(call.class, Class::Read),
            Role::WriteOnly => matches!(call.class, Class::Write),
            Role::ReadWrite => matches!(call.class, Class::Read | Class::Write | Class::ConditionalWrite),
            Role::PublishOnly => matches!(call.class, Class::Publish),
            Role::SubscribeOnly => matches!(call.class, Class::Subscribe),
            Role::PublishSubscribe => matches!(call.class, Class::Publish | Class::Subscribe),
        };
        has_class
            && self.cache.as_ref().is_none_or(|cache| cache == call.cache)
            && self.name.as_ref().is_none_or(|name| name == call.name)
            && self.prefix.as_ref().is_none_or(|prefix| call.name.starts_with(prefix.as_str()))
    }
}

impl Claims for CacheClaims {
    type Row = Call;
    type Ready = Self;

    fn ready(self) -> Self {
        self
    }

    fn now(row: &Call) -> i64 {
        row.now
    }

    fn allows(ready: &Self, row: &Call) -> bool {
        row.now < ready.exp && ready.permissions.iter().any(|permission| permission.allows(row))
    }
}

/// S2 and S2p; selectors as Warp 10 writes them: `=` is a text, `~` an expression; `^` is a prefix.
#[derive(Serialize, Deserialize)]
struct SeriesClaims {
    exp: i64,
    owners: Vec<String>,
    producers: Vec<String>,
    applications: Vec<String>,
    labels: Vec<(String, String)>,
}

struct SeriesReady {
    claims: SeriesClaims,
    selectors: Vec<Selector>,
}

enum Selector {
    Exactly(String),
    Prefix(String),
    Expression(Regex),
}

impl SeriesClaims {
    fn new(dc: String) -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            exp: EXPIRY,
            owners: texts(&OWNERS),
            producers: texts(&PRODUCERS),
            applications: texts(&APPLICATIONS),
            labels: vec![("dc".to_owned(), dc), ("host".to_owned(), format!("={HOST}"))],
        }
    }
}

impl Claims for SeriesClaims {
    type Row = Series;
    type Ready = SeriesReady;

    fn ready(self) -> SeriesReady {
        let selector = |(_, text): &(String, String)| match text.split_at(1) {
            ("~", expression) => {
                Selector::Expression(Regex::new(&format!("^(?:{expression})$")).expect("we wrote the expression"))
            }
            ("^", prefix) => Selector::Prefix(prefix.to_owned()),
            (_, text) => Selector::Exactly(text.to_owned()),
        };
        SeriesReady { selectors: self.labels.iter().map(selector).collect(), claims: self }
    }

    fn now(row: &Series) -> i64 {
        row.now
    }

    fn allows(ready: &SeriesReady, row: &Series) -> bool {
        let claims = &ready.claims;
        let matches = |((label, _), selector): (&(String, String), &Selector)| {
            let value = row.labels.iter().find(|(name, _)| name == label).map(|(_, value)| *value);
            value.is_some_and(|value| match selector {
                Selector::Exactly(text) => value == text,
                Selector::Prefix(prefix) => value.starts_with(prefix.as_str()),
                Selector::Expression(expression) => expression.is_match(value),
            })
        };
        row.now < claims.exp
            && claims.owners.iter().any(|owner| owner == row.owner)
            && claims.producers.iter().any(|producer| producer == row.producer)
            && claims.applications.iter().any(|application| application == row.application)
            && claims.labels.iter().zip(&ready.selectors).all(matches)
    }
}

/// S3.
#[derive(Serialize, Deserialize)]
struct VisitClaims {
    exp: i64,
    methods: Vec<String>,
    tenant: String,
    networks: Vec<String>,
    hours: (u8, u8),
}

struct VisitReady {
    claims: VisitClaims,
    below: String,
    networks: Vec<(u32, u32)>,
}

impl VisitClaims {
    fn new() -> Self {
        let network = |([a, b, c, d], bits): ([u8; 4], u8)| format!("{a}.{b}.{c}.{d}/{bits}");
        Self {
            exp: EXPIRY,
            methods: vec!["GET".to_owned(), "HEAD".to_owned()],
            tenant: TENANT.to_owned(),
            networks: NETWORKS.map(network).to_vec(),
            hours: HOURS,
        }
    }
}

impl Claims for VisitClaims {
    type Row = Visit;
    type Ready = VisitReady;

    fn ready(self) -> VisitReady {
        let network = |text: &String| {
            let (address, bits) = text.split_once('/').expect("we wrote the network");
            let address: std::net::Ipv4Addr = address.parse().expect("we wrote the address");
            let bits: u32 = bits.parse().expect("we wrote the bits");
            (u32::from(address), u32::MAX << (32 - bits))
        };
        let below = format!("/v1/tenants/{}/objects/", self.tenant);
        VisitReady { below, networks: self.networks.iter().map(network).collect(), claims: self }
    }

    fn now(row: &Visit) -> i64 {
        row.now
    }

    fn allows(ready: &VisitReady, row: &Visit) -> bool {
        let claims = &ready.claims;
        let hour = row.now / 3_600_000 % 24;
        let ip: std::net::Ipv4Addr = row.ip.parse().expect("the table has addresses");
        row.now < claims.exp
            && claims.methods.iter().any(|method| method == row.method)
            && row.path.strip_prefix(ready.below.as_str()).is_some_and(|name| !name.is_empty())
            && row.path.split('/').all(|segment| segment != ".admin")
            && ready.networks.iter().any(|(network, mask)| u32::from(ip) & mask == *network)
            && hour >= i64::from(claims.hours.0)
            && hour < i64::from(claims.hours.1)
    }
}
