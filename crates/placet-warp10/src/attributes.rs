//! Attributes of a token that have a meaning: what they take away, and how far they bound the data that is read.
//!
//! [`present`] asks for the ones whose mere presence counts. [`Bounds`] are those on data: a platform applies them to what it
//! reads *after* the request was allowed, so they are no part of a verdict and come back beside it. Times are in platform
//! units, a million (`us`), a thousand (`ms`) or a billion (`ns`) of them in a second.
//!
//! [`WriteBounds`] are those on the data of an update.
//!
//! What is refused: a bound that can not be read. The original refuses the whole request then.

use std::fmt;

use jiff::{Span, Timestamp, tz::TimeZone};

use super::accept::AttributeRules;
use super::config::{Config, ConfigError};
use super::script::{Host, Machine, Value};
use super::token::Pairs;

/// Whether an attribute is there, with whatever value.
#[must_use]
pub fn present(attributes: Option<&Pairs>, name: &str) -> bool {
    value(attributes, name).is_some()
}

/// The value of an attribute.
#[must_use]
pub fn value<'a>(attributes: Option<&'a Pairs>, name: &str) -> Option<&'a str> {
    attributes.iter().copied().flatten().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The settings of a configuration about attributes. The defaults stand there as WarpScript maps.
///
/// # Errors
/// A default is no map of texts, or a setting refers to what is not set.
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

/// Why there are no rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// `warp.token.read.attributes.default = 7`
    #[error("`{setting}` is no map of STRING keys and values")]
    Default {
        /// Which setting.
        setting: &'static str,
    },
    /// `warp.token.banned.attributes = ${nothing}`
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// What bounds are counted from.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Where the request begins, in platform units.
    pub start: Option<i64>,
    /// Where it ends.
    pub end: Option<i64>,
    /// Now.
    pub now: i64,
    /// Platform units in a second: 1 000 000 for `us`.
    pub per_second: i64,
}

/// What a READ token bounds the data to; `None` is no bound. Times are in platform units.
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
    /// `.count`: no more values of a series.
    pub count: Option<i64>,
    /// `.pre`: no more values before the range.
    pub pre: Option<i64>,
    /// `.post`: no more values behind it.
    pub post: Option<i64>,
}

impl Bounds {
    /// Reads the attributes of a READ token.
    ///
    /// # Errors
    /// A bound can not be read: the request is to be refused.
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

/// What a WRITE token bounds the data of an update to; `None` is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteBounds {
    /// `.maxsize`: bytes of a value.
    pub max_size: Option<i64>,
    /// `.maxpast`: ms that a value may lie before now.
    pub max_past: Option<i64>,
    /// `.maxfuture`: ms that a value may lie after now.
    pub max_future: Option<i64>,
    /// `.ignoor`: whether values outside of these times are left out (`true`) or an error (`false`).
    pub ignores_out_of_range: Option<bool>,
}

impl WriteBounds {
    /// Reads the attributes of a WRITE token.
    ///
    /// # Errors
    /// A bound cannot be read: the update is to be refused.
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
            // Any other word is as if it were not there, in the original too.
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

/// Why a bound can not be read; the words are the original's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundError {
    /// `.end` is `tomorrow`.
    Time,
    /// `.start` is a period, and there is no end to count it from.
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
            Self::NoOrigin => "A period needs a moment that it is counted from.",
            Self::Count => "Invalid count specification.",
            Self::Pre => "Invalid pre boundary specification.",
            Self::Post => "Invalid post boundary specification.",
        })
    }
}

impl std::error::Error for BoundError {}
