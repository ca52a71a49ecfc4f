//! The questions, and their requests in a form that any engine can be fed from: names and values.

use crate::apps::App;
use crate::native::Class;
use crate::workloads::{ALLOWED, CALLS, Call, SERIES, Series, VISITS, Visit, lookups};

/// A policy in words and a table of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The cache token of ten permissions.
    S1,
    /// The read token for time series, with an expression among its selectors.
    S2,
    /// The same, with a prefix in the expression's place.
    S2p,
    /// The conditional HTTP API.
    S3,
    /// So many rules, of which the last one matches.
    Rules(usize),
    /// A published application.
    App(App),
}

impl Question {
    /// Those that are asked of a token.
    pub const TOKENS: [Self; 4] = [Self::S1, Self::S2, Self::S2p, Self::S3];

    /// Its name in the tables.
    pub fn name(self) -> String {
        match self {
            Self::S1 => "S1".to_owned(),
            Self::S2 => "S2".to_owned(),
            Self::S2p => "S2p".to_owned(),
            Self::S3 => "S3".to_owned(),
            Self::Rules(n) => format!("{n} rules"),
            Self::App(app) => app.name().to_owned(),
        }
    }

    /// The requests.
    pub fn asks(self) -> Vec<Ask> {
        let table = |asks: &mut dyn Iterator<Item = Vec<Field>>| {
            asks.enumerate().map(|(place, fields)| Ask { fields, is_allowed: place < ALLOWED }).collect()
        };
        match self {
            Self::S1 => table(&mut CALLS.iter().map(call)),
            Self::S2 | Self::S2p => table(&mut SERIES.iter().map(series)),
            Self::S3 => table(&mut VISITS.iter().map(visit)),
            Self::Rules(n) => {
                let ask = |lookup: crate::workloads::Lookup| Ask {
                    fields: vec![("cache", Value::Text(lookup.cache)), ("key", Value::Text(lookup.key))],
                    is_allowed: lookup.is_allowed,
                };
                lookups(n).into_iter().map(ask).collect()
            }
            Self::App(app) => app.asks(),
        }
    }
}

/// A request by names and values, as a service has it after reading what arrived.
#[derive(Clone, Debug)]
pub struct Ask {
    pub fields: Vec<Field>,
    pub is_allowed: bool,
}

/// One attribute.
pub type Field = (&'static str, Value);

/// The value of an attribute.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
    /// An IPv4 address, for engines that have no addresses a number.
    Ip(std::net::Ipv4Addr),
    Labels(Vec<(String, String)>),
    Set(Vec<String>),
}

/// A text.
pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// What a class of calls is called in policies that do not know the API's names.
pub fn class_name(class: Class) -> &'static str {
    match class {
        Class::Read => "read",
        Class::Write => "write",
        Class::ConditionalWrite => "conditional",
        Class::Publish => "publish",
        Class::Subscribe => "subscribe",
    }
}

fn call(call: &Call) -> Vec<Field> {
    let now = Value::Number(call.now);
    vec![("kind", text(class_name(call.class))), ("cache", text(call.cache)), ("name", text(call.name)), ("now", now)]
}

fn series(series: &Series) -> Vec<Field> {
    let labels = series.labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    vec![
        ("owner", text(series.owner)),
        ("producer", text(series.producer)),
        ("application", text(series.application)),
        ("labels", Value::Labels(labels)),
        ("now", Value::Number(series.now)),
    ]
}

fn visit(visit: &Visit) -> Vec<Field> {
    vec![
        ("method", text(visit.method)),
        ("path", text(visit.path)),
        ("ip", Value::Ip(visit.ip.parse().expect("the table has addresses"))),
        // For the engines that have no calendar; native and Placet find the hour by themselves.
        ("hour", Value::Number(visit.now / 3_600_000 % 24)),
        ("now", Value::Number(visit.now)),
    ]
}
