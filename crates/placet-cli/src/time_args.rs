//! Times and durations as the command line takes and shows them.

use std::time::Duration;

use crate::limits::YEAR_2000;
use placet::check::tree::Constant;
use placet::document::value::from_text;
use placet::model::time::{Time, length};
use placet::model::types::Scalar;

/// Reads `2026-11-21T10:00:00Z`, or milliseconds since 1970, from the year 2000 on: a smaller
/// number counts seconds. Zero and negative numbers mean a clock that is not set.
///
/// # Errors
/// The text is neither.
pub fn read_time(text: &str) -> Result<Time, String> {
    if let Ok(number) = text.parse() {
        return of_number(number).map(Time::from_millis);
    }
    match from_text(Scalar::Time, text) {
        Ok(Constant::Time(millis)) => Ok(Time::from_millis(millis)),
        Err(error) if text.starts_with(|first: char| first.is_ascii_digit()) => Err(error.to_string()),
        _ => Err("write a time such as `2026-11-21T10:00:00Z`, or milliseconds since 1970".to_owned()),
    }
}

fn of_number(number: i64) -> Result<i64, String> {
    match number {
        ..=0 | YEAR_2000..YEAR_10000 => Ok(number),
        ..YEAR_2000 => {
            let at = |millis| show(Time::from_millis(millis));
            let (millis, seconds) = (at(number), at(number.saturating_mul(1000)));
            Err(format!("as milliseconds since 1970 that is `{millis}`; if it counts seconds, write `{seconds}`"))
        }
        YEAR_10000.. => Err("that is too large for milliseconds since 1970; write a time such as \
                             `2026-11-21T10:00:00Z`"
            .to_owned()),
    }
}

/// 10000-01-01T00:00:00Z
const YEAR_10000: i64 = 253_402_300_800_000;

/// Reads any number of milliseconds since 1970: the number in the name of a file.
///
/// # Errors
/// The text is not a number.
pub fn read_millis(text: &str) -> Result<Time, String> {
    text.parse().map(Time::from_millis).map_err(|_| "write a number of milliseconds since 1970".to_owned())
}

/// Reads `1h30m`. A number needs its unit, unless it is 0.
///
/// # Errors
/// The text is not a duration, or is negative.
pub fn read_duration(text: &str) -> Result<Duration, String> {
    match text.parse::<i64>() {
        Ok(0) => return Ok(Duration::ZERO),
        Ok(number) if number > 0 => {
            return Err(format!("a number needs its unit: write `{number}s`, `{number}m`, `{number}h` or `{number}d`"));
        }
        Ok(_) | Err(_) => {}
    }
    match from_text(Scalar::Duration, text) {
        Ok(Constant::Duration(millis)) if millis >= 0 => Ok(length(millis)),
        _ => Err("write a duration such as `30m`, `1h30m` or `7d`".to_owned()),
    }
}

/// `2026-11-21T10:00:00Z`
#[must_use]
pub fn show(time: Time) -> String {
    time.to_string()
}

/// `2026-11-21T10:00:00Z, in 30 minutes`
#[must_use]
pub fn show_beside(time: Time, now: Time) -> String {
    format!("{time}, {}", distance(time, now))
}

/// `in 30 minutes`, `3 days ago`, `now`
#[must_use]
pub fn distance(time: Time, now: Time) -> String {
    let length = time.as_millis().abs_diff(now.as_millis());
    match (amount(length), time > now) {
        _ if length < SECOND / 2 => "now".to_owned(),
        (amount, true) => format!("in {amount}"),
        (amount, false) => format!("{amount} ago"),
    }
}

/// `30 minutes`: in the largest unit that is precise enough.
#[must_use]
pub fn amount(millis: u64) -> String {
    let rounded = |length: u64| millis.saturating_add(length / 2) / length;
    let says_it = |(length, _): &&(u64, &str)| {
        let count = rounded(*length);
        count > 0 && count.saturating_mul(*length).abs_diff(millis) <= millis / 20
    };
    let (length, name) = UNITS.iter().find(says_it).unwrap_or(&SMALLEST);
    let count = rounded(*length);
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

const SECOND: u64 = 1_000;

const UNITS: [(u64, &str); 5] = [
    (365 * 24 * 3600 * SECOND, "year"),
    (24 * 3600 * SECOND, "day"),
    (3600 * SECOND, "hour"),
    (60 * SECOND, "minute"),
    SMALLEST,
];

const SMALLEST: (u64, &str) = (SECOND, "second");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_two_ways() {
        assert_eq!(read_time("2026-11-21T10:00:00Z"), Ok(Time::from_millis(1_795_255_200_000)));
        assert_eq!(read_time("1795255200000"), Ok(Time::from_millis(1_795_255_200_000)));
        assert!(read_time("tomorrow").is_err());
        let seconds = read_time("1764504000").unwrap_err();
        assert!(seconds.contains("`1970-01-21T10:08:24Z`") && seconds.contains("`2025-11-30T12:00:00Z`"), "{seconds}");
        assert!(read_time("1795255200000000").is_err(), "microseconds");
        assert_eq!((read_time("0"), read_time("-1")), (Ok(Time::EPOCH), Ok(Time::from_millis(-1))));
        assert_eq!(show(Time::from_millis(1_795_255_200_000)), "2026-11-21T10:00:00Z");
        assert_eq!((&*show(Time::MAX), &*show(Time::MIN)), ("after the year 9999", "before the year 0"));
    }

    #[test]
    fn a_duration_is_not_negative() {
        assert_eq!(read_duration("1h30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!((read_duration("0"), read_duration("250ms")), (Ok(Duration::ZERO), Ok(Duration::from_millis(250))));
        assert!(read_duration("250").unwrap_err().contains("`250s`"));
        assert!(read_duration("-1").is_err() && read_duration("soon").is_err());
    }

    #[test]
    fn a_distance_has_one_unit() {
        let shown = |millis| distance(Time::from_millis(millis), Time::EPOCH);
        assert_eq!(shown(0), "now");
        assert_eq!(shown(1_000), "in 1 second");
        assert_eq!(shown(-60_000), "1 minute ago");
        assert_eq!(shown(90_000), "in 90 seconds");
        assert_eq!(shown(1_799_990), "in 30 minutes");
        assert_eq!(shown(3_599_900), "in 1 hour");
        assert_eq!(shown(5_400_000), "in 90 minutes");
        assert_eq!(shown(-7_200_000), "2 hours ago");
        assert_eq!(shown(30 * 24 * 3_600_000), "in 30 days");
        assert_eq!(distance(Time::MIN, Time::MAX), "584942417 years ago");
    }
}
