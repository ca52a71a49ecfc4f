//! The checks written by hand: the limit.

use super::SECRET;
use crate::apps::App;
use crate::contender::{Contender, Service, UnsupportedError};
use crate::native::rules::Rules;
use crate::native::{self, BYTES, cache, chain, series, visit};
use crate::question::{Ask, Question, Value};
use crate::workloads::{
    APPLICATIONS, CALLS, DC, DC_PREFIX, EXPIRY, HOST, HOURS, Lookup, NETWORKS, OWNERS, PRODUCERS, SERIES, TENANT,
    VISITS, lookups,
};

/// See [`native`].
pub struct Native;

impl Contender for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn package(&self) -> Option<&'static str> {
        None
    }

    fn about(&self) -> &'static str {
        "written by hand: compact claims, base64url, keyed BLAKE3, checked in place; a hash map for many rules"
    }

    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError> {
        Ok(match question {
            Question::S1 => Box::new(Token::new(
                || cache::claims(unsigned(EXPIRY), &cache::TEN),
                CALLS.map(|call| {
                    let (cache, name) = (call.cache.as_bytes(), call.name.as_bytes());
                    cache::Call { class: call.class, cache, name, now: unsigned(call.now) }
                }),
                |claims, call| cache::allows(claims, call),
            )),
            Question::S2 => Box::new(read_token(|| series_claims(series::Wanted::Expression(DC)))),
            Question::S2p => Box::new(read_token(|| series_claims(series::Wanted::Prefix(DC_PREFIX)))),
            Question::S3 => Box::new(Token::new(
                || {
                    let below = format!("/v1/tenants/{TENANT}/objects/");
                    let expiry = unsigned(EXPIRY);
                    visit::claims(&visit::Grant { expiry, below: &below, networks: &NETWORKS, hours: HOURS })
                },
                VISITS.map(|visit| {
                    let ip: std::net::Ipv4Addr = visit.ip.parse().expect("the table has addresses");
                    let (method, path, now) = (visit.method, visit.path, unsigned(visit.now));
                    visit::Visit { method, path, ip: ip.octets(), now }
                }),
                |claims, visit| visit::allows(claims, visit),
            )),
            Question::Rules(n) => {
                let mut rules = Rules::default();
                (0..n).for_each(|i| rules.allow(&format!("cache-{i}"), &format!("k-{i}/")));
                let check = move |lookup: &Lookup| rules.allows(&lookup.cache, &lookup.key);
                Box::new(Held { rows: lookups(n), check })
            }
            Question::App(app) => {
                Box::new(Held { rows: app.asks().iter().map(Asked::new).collect(), check: check(app) })
            }
        })
    }
}

const fn unsigned(time: i64) -> u64 {
    time.cast_unsigned()
}

fn uuid(text: &str) -> [u8; 16] {
    u128::from_str_radix(&text.replace('-', ""), 16).expect("the table has UUIDs").to_be_bytes()
}

fn series_claims(dc: series::Wanted<'_>) -> Vec<u8> {
    series::claims(&series::Grant {
        expiry: unsigned(EXPIRY),
        owners: &OWNERS.map(uuid),
        producers: &PRODUCERS.map(uuid),
        applications: &APPLICATIONS,
        labels: &[("dc", dc), ("host", series::Wanted::Exactly(HOST))],
    })
}

fn read_token(claims: fn() -> Vec<u8>) -> impl Service {
    let rows = SERIES.map(|series| {
        let (owner, producer) = (uuid(series.owner), uuid(series.producer));
        let (application, labels, now) = (series.application, series.labels, unsigned(series.now));
        series::Series { owner, producer, application, labels, now }
    });
    Token::new(claims, rows, |claims, series: &series::Series<'_>| series::allows(claims, series))
}

/// A token's claims and their check.
struct Token<R, C> {
    claims: Vec<u8>,
    write: fn() -> Vec<u8>,
    rows: [R; 16],
    check: C,
    buffer: [u8; BYTES],
}

impl<R, C: Fn(&[u8], &R) -> bool> Token<R, C> {
    fn new(write: fn() -> Vec<u8>, rows: [R; 16], check: C) -> Self {
        Self { claims: write(), write, rows, check, buffer: [0; BYTES] }
    }
}

/// Row by row, the expiry of every row being its own: what a bound on time added later is held against.
trait Timed {
    fn now(&self) -> u64;
}

impl Timed for cache::Call<'_> {
    fn now(&self) -> u64 {
        self.now
    }
}

impl Timed for series::Series<'_> {
    fn now(&self) -> u64 {
        self.now
    }
}

impl Timed for visit::Visit<'_> {
    fn now(&self) -> u64 {
        self.now
    }
}

/// What a text begins with when bounds were added to it: such a token is a [`chain`].
const CHAIN: &str = "+";

impl<R: Timed, C: Fn(&[u8], &R) -> bool> Service for Token<R, C> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn mint(&mut self) -> Option<String> {
        Some(native::seal(&SECRET, (self.write)()))
    }

    fn cold(&mut self, text: &str, row: usize) -> bool {
        let row = &self.rows[row];
        let claims = match text.strip_prefix(CHAIN) {
            Some(text) => chain::open(text, &SECRET, row.now(), &mut self.buffer),
            None => native::open(text, &SECRET, &mut self.buffer),
        };
        claims.is_some_and(|claims| (self.check)(claims, row))
    }

    fn warm(&mut self, row: usize) -> bool {
        (self.check)(&self.claims, &self.rows[row])
    }

    fn at_hand(&mut self, row: usize) -> Option<bool> {
        Some(self.warm(row))
    }

    fn attenuate(&mut self, text: &str, nth: usize) -> Option<String> {
        let chained = match text.strip_prefix(CHAIN) {
            Some(chained) => chained.to_owned(),
            None => chain::seal(&SECRET, &self.claims),
        };
        Some(format!("{CHAIN}{}", chain::attenuate(&chained, unsigned(EXPIRY) + nth as u64)?))
    }
}

/// Rules that a service holds.
struct Held<R, C> {
    rows: Vec<R>,
    check: C,
}

impl<R, C: Fn(&R) -> bool> Service for Held<R, C> {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn warm(&mut self, row: usize) -> bool {
        (self.check)(&self.rows[row])
    }

    fn at_hand(&mut self, row: usize) -> Option<bool> {
        Some(self.warm(row))
    }
}

/// A request to an application, flattened.
struct Asked {
    action: String,
    relations: Vec<String>,
}

impl Asked {
    fn new(ask: &Ask) -> Self {
        let [_, (_, Value::Text(action)), _, (_, Value::Set(relations))] = &ask.fields[..] else {
            unreachable!("requests to applications have these four")
        };
        Self { action: action.clone(), relations: relations.clone() }
    }

    fn is(&self, relation: &str) -> bool {
        self.relations.iter().any(|mine| mine == relation)
    }
}

fn check(app: App) -> fn(&Asked) -> bool {
    match app {
        App::Github => |asked| match asked.action.as_str() {
            "pull" | "fork" => asked.is("reader"),
            "assign_issue" | "edit_issue" => asked.is("triager"),
            "push" | "edit_page" => asked.is("writer"),
            "delete_issue" => asked.is("maintainer"),
            "add_writer" | "delete_repository" => asked.is("admin"),
            _ => false,
        },
        App::Gdrive => |asked| match asked.action.as_str() {
            "view" => asked.is("owner") || asked.is("viewer") || asked.is("public"),
            "edit" | "share" | "delete" => asked.is("owner"),
            _ => false,
        },
        App::Tinytodo => |asked| match asked.action.as_str() {
            "CreateList" => !asked.is("intern"),
            "GetList" => asked.is("owner") || asked.is("reader") || asked.is("editor"),
            "UpdateList" | "CreateTask" | "UpdateTask" | "DeleteTask" => asked.is("owner") || asked.is("editor"),
            "DeleteList" | "EditShares" => asked.is("owner"),
            _ => false,
        },
    }
}
