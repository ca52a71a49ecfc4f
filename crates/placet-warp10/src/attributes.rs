//! Attributes of a token with a meaning: the actions that they remove, and the bounds that they set
//! on the data that is read.
//!
//! [`present`] finds the ones whose mere presence counts. [`Bounds`] are bounds on data: a platform
//! applies them to the data that it reads *after* the request was allowed, so they are not part of
//! a verdict and are returned beside it. Times are in platform units, a million (`us`), a thousand
//! (`ms`) or a billion (`ns`) of them in a second.
//!
//! [`WriteBounds`] are those on the data of an update.
//!
//! A bound that cannot be read is an error; Warp 10 then refuses the whole request.

use std::fmt;

use jiff::{Span, Timestamp, tz::TimeZone};

use super::accept::AttributeRules;
use super::config::{Config, ConfigError};
use super::script::{Host, Machine, Value};
use super::token::Pairs;

/// Whether an attribute is present, with any value.
#[must_use]
pub fn present(attributes: Option<&Pairs>, name: &str) -> bool {
    value(attributes, name).is_some()
}

/// The value of an attribute.
#[must_use]
pub fn value<'a>(attributes: Option<&'a Pairs>, name: &str) -> Option<&'a str> {
    attributes.iter().copied().flatten().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The settings of a configuration about attributes. It has the defaults as WarpScript maps.
///
/// # Errors
/// A default is not a map of texts, or a setting refers to one that is not set.
pub fn rules(config: &Config) -> Result<AttributeRules, RulesError> {
    let pairs = |setting: &'static str| match config.setting(setting)? {
        None => Ok(Pairs::new()),
        Some(script) => defaults(script).ok_or(RulesError::Default { setting }),
    };
    let (read, write) = ("warp.token.read.attributes.default", "warp.token.write.attributes.default");
    Ok(AttributeRules::from_config(config, pairs(read)?, pairs(write)?)?)
}

/// Runs without a clock: a default is the same at any time.
fn defaults(script: &str) -> Option<Pairs> {
    let stack = Machine::new(Host::new(0, String::new)).run(script).ok()?;
    let Some(Value::Map(entries)) = stack.last() else { return None };
    let pair = |(key, value): &(Value, Value)| match (key, value) {
        (Value::String(key), Value::String(value)) => Some((key.clone(), value.clone())),
        _ => None,
    };
    entries.iter().map(pair).collect()
}

/// Why the rules cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// `warp.token.read.attributes.default = 7`
    #[error("`{setting}` is not a map of STRING keys and values")]
    Default {
        /// The setting.
        setting: &'static str,
    },
    /// `warp.token.banned.attributes = ${nothing}`
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The origins of relative bounds.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The beginning of the request, in platform units.
    pub start: Option<i64>,
    /// Its end.
    pub end: Option<i64>,
    /// The present time.
    pub now: i64,
    /// Platform units in a second: 1 000 000 for `us`.
    pub per_second: i64,
}

/// The bounds that a READ token sets on the data; `None` is no bound. Times are in platform units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// `.start`
    pub start: Option<i64>,
    /// `.end`
    pub end: Option<i64>,
    /// `.activeafter`
    pub active_after: Option<i64>,
    /// `.quietafter`
    pub quiet_after: Option<i64>,
    /// `.count`: the most values of a series.
    pub count: Option<i64>,
    /// `.pre`: the most values before the range.
    pub pre: Option<i64>,
    /// `.post`: the most values after it.
    pub post: Option<i64>,
}

impl Bounds {
    /// Reads the attributes of a READ token.
    ///
    /// # Errors
    /// A bound cannot be read, so the request must be refused.
    pub fn of(attributes: Option<&Pairs>, asked: &Asked) -> Result<Self, BoundError> {
        let text = |name| value(attributes, name).map(str::trim);
        let time = |name, from| text(name).map(|text| time(text, from, asked.per_second)).transpose();
        let end = time(".end", Some(asked.now))?;
        let last = end.or(asked.end);
        let start = time(".start", last)?;
        let first = start.or(asked.start);
        let activity = |name| match text(name) {
            Some("0") if name == ".activeafter" => first.map(Some).ok_or(BoundError::NoOrigin),
            _ => time(name, last),
        };
        Ok(Self {
            start,
            end,
            active_after: activity(".activeafter")?,
            quiet_after: activity(".quietafter")?,
            count: number(text(".count")).map_err(|()| BoundError::Count)?,
            pre: number(text(".pre")).map_err(|()| BoundError::Pre)?,
            post: number(text(".post")).map_err(|()| BoundError::Post)?,
        })
    }
}

/// The bounds that a WRITE token sets on the data of an update; `None` is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteBounds {
    /// `.maxsize`: bytes of a value.
    pub max_size: Option<i64>,
    /// `.maxpast`: how many ms a value may lie before the present.
    pub max_past: Option<i64>,
    /// `.maxfuture`: how many ms a value may lie after the present.
    pub max_future: Option<i64>,
    /// `.ignoor`: whether values outside these times are skipped (`true`) or an error (`false`).
    pub ignores_out_of_range: Option<bool>,
}

impl WriteBounds {
    /// Reads the attributes of a WRITE token.
    ///
    /// # Errors
    /// A bound cannot be read, so the update must be refused.
    pub fn of(attributes: Option<&Pairs>) -> Result<Self, BoundError> {
        let long = |name| {
            let number = value(attributes, name).map(|text| text.parse::<i64>().map_err(|_| BoundError::Number(name)));
            number.transpose()
        };
        let positive = |name| match long(name)? {
            Some(ms) if ms < 0 => Err(BoundError::Negative(name)),
            ms => Ok(ms),
        };
        let is = |text: &str, words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        Ok(Self {
            max_size: long(".maxsize")?,
            max_past: positive(".maxpast")?,
            max_future: positive(".maxfuture")?,
            // Any other word counts as absent, as in Warp 10.
            ignores_out_of_range: value(attributes, ".ignoor").and_then(|text| match text {
                text if is(text, ["true", "t"]) => Some(true),
                text if is(text, ["false", "f"]) => Some(false),
                _ => None,
            }),
        })
    }
}

fn number(text: Option<&str>) -> Result<Option<i64>, ()> {
    text.map(|text| text.parse().ok().filter(|number| *number >= 0).ok_or(())).transpose()
}

/// A moment, or a period before `from`.
fn time(text: &str, from: Option<i64>, per_second: i64) -> Result<i64, BoundError> {
    if !text.starts_with('P') {
        let moment: Timestamp = text.parse().map_err(|_| BoundError::Time)?;
        return units(moment, per_second);
    }
    let period: Span = text.parse().map_err(|_| BoundError::Time)?;
    let from = from.ok_or(BoundError::NoOrigin)?;
    let nanos = i128::from(from) * (NANOS / i128::from(per_second));
    let moment = Timestamp::from_nanosecond(nanos).map_err(|_| BoundError::Time)?;
    let moved = moment.to_zoned(TimeZone::UTC).checked_sub(period).map_err(|_| BoundError::Time)?;
    units(moved.timestamp(), per_second)
}

fn units(moment: Timestamp, per_second: i64) -> Result<i64, BoundError> {
    let units = moment.as_nanosecond().div_euclid(NANOS / i128::from(per_second));
    i64::try_from(units).map_err(|_| BoundError::Time)
}

const NANOS: i128 = 1_000_000_000;

/// Why a bound cannot be read; the words are Warp 10's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundError {
    /// `.end` is `tomorrow`.
    Time,
    /// `.start` is a period, and there is no end from which to count it.
    NoOrigin,
    /// `.count` is `-1`.
    Count,
    /// `.pre` is `-1`.
    Pre,
    /// `.post` is `-1`.
    Post,
    /// `.maxsize` is `many`.
    Number(&'static str),
    /// `.maxpast` is `-1`.
    Negative(&'static str),
}

impl fmt::Display for BoundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number(name) => return write!(f, "Invalid '{name}' token attribute, it is not a LONG."),
            Self::Negative(name) => return write!(f, "Invalid '{name}' token attribute, MUST be positive."),
            Self::Time => {
                "Can only parse an ISO8601 timestamp (YYYY-MM-DDThh:mm:ss.sssssssss) with a specified time zone."
            }
            Self::NoOrigin => "A period needs a moment from which it is counted.",
            Self::Count => "Invalid count specification.",
            Self::Pre => "Invalid pre boundary specification.",
            Self::Post => "Invalid post boundary specification.",
        })
    }
}

impl std::error::Error for BoundError {}
