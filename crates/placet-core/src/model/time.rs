//! Points in time, as a type of their own: seconds since 1970 must not pass for milliseconds.
//!
//! A [`Time`] counts milliseconds, in tokens, requests and policies alike. It is made from a clock,
//! from text, or from a number by a name that says the unit. Lengths of time are [`Duration`]s,
//! truncated to whole milliseconds.

use core::fmt;
use core::ops::{Add, Sub};
use core::str::FromStr;
use core::time::Duration;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// There is no conversion from a bare number, since a number does not say its unit: seconds taken
/// for milliseconds are a time in January 1970, at which a token that has not expired yet looks
/// valid for ever.
///
/// ```
/// use core::time::Duration;
/// use placet_core::model::time::Time;
/// let issued: Time = "2026-11-21T10:00:00Z".parse()?;
/// assert_eq!(issued, Time::from_millis(1_795_255_200_000));
/// assert_eq!((issued + Duration::from_secs(90)).to_string(), "2026-11-21T10:01:30Z");
/// # Ok::<(), placet_core::model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// 1970-01-01T00:00:00Z. A clock that reads an earlier time is not set, and every token is
    /// refused.
    pub const EPOCH: Self = Self(0);
    /// 0000-01-01T00:00:00Z, the first time that has a text.
    pub const FIRST: Self = Self(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z, the last time that has a text.
    pub const LAST: Self = Self(253_402_300_799_999);
    /// Before every other time.
    pub const MIN: Self = Self(i64::MIN);
    /// After every other time: the end of anything that never ends.
    pub const MAX: Self = Self(i64::MAX);

    /// The time of the system's clock. If it is before 1970, every token is refused.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        std::time::SystemTime::now().into()
    }

    /// That many milliseconds after 1970-01-01T00:00:00Z, or before it if the number is negative.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whether RFC 3339 has a text for it: the years 0 to 9999.
    #[must_use]
    pub const fn has_text(self) -> bool {
        Self::FIRST.0 <= self.0 && self.0 <= Self::LAST.0
    }

    /// A later time; at most [`MAX`](Self::MAX).
    #[must_use]
    pub const fn saturating_add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(millis(length)))
    }

    /// An earlier time; at least [`MIN`](Self::MIN).
    #[must_use]
    pub const fn saturating_sub(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(millis(length)))
    }

    /// How long ago `earlier` was; zero if it is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        if self.0 <= earlier.0 { Duration::ZERO } else { Duration::from_millis(self.0.abs_diff(earlier.0)) }
    }
}

/// The milliseconds of a length of time, as tokens and programs write them; at most [`i64::MAX`].
#[must_use]
pub const fn millis(length: Duration) -> i64 {
    let millis = length.as_millis();
    if millis > i64::MAX as u128 { i64::MAX } else { millis as i64 }
}

/// A length in milliseconds; a negative number becomes zero.
#[must_use]
pub const fn length(millis: i64) -> Duration {
    Duration::from_millis(if millis < 0 { 0 } else { millis.unsigned_abs() })
}

/// Saturates, see [`Time::saturating_add`].
impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, length: Duration) -> Self {
        self.saturating_add(length)
    }
}

/// Saturates, see [`Time::saturating_sub`].
impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, length: Duration) -> Self {
        self.saturating_sub(length)
    }
}

#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Time {
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => Self::EPOCH + since,
            // Rounded away from 1970: half a millisecond before 1970 is a time before 1970.
            Err(before) => {
                let before = before.duration();
                let part = Duration::from_millis(u64::from(before.subsec_nanos() % 1_000_000 != 0));
                Self::EPOCH - before - part
            }
        }
    }
}

/// As RFC 3339 in UTC, with milliseconds if there are any. That form covers the years 0 to 9999; a
/// time beyond them is `after the year 9999` or `before the year 0`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.has_text() {
            return f.write_str(if self.0 > 0 { "after the year 9999" } else { "before the year 0" });
        }
        let (year, month, day) = date_of(self.0.div_euclid(DAY));
        let within = self.0.rem_euclid(DAY);
        let (hour, minute, second) = (within / 3_600_000, within / 60_000 % 60, within / 1_000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match within % 1_000 {
            0 => f.write_str("Z"),
            millis if millis % 100 == 0 => write!(f, ".{}Z", millis / 100),
            millis if millis % 10 == 0 => write!(f, ".{:02}Z", millis / 10),
            millis => write!(f, ".{millis:03}Z"),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({} ms)", self.0)
    }
}

/// Reads RFC 3339 such as `2026-11-21T10:00:00.25+01:00`, to the millisecond, from the year 0 to
/// the year 9999.
impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (day, rest) = text.split_once('T').ok_or(TimeError)?;
        let (clock, zone) = rest.split_at_checked(8).ok_or(TimeError)?;
        let (fraction, zone) = fraction(zone)?;
        let [year, month, day] = numbers(day, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TimeError);
        }
        let days = days_to(year, month, day);
        // A day that does not exist in the month would be another day.
        if month == 0 || month > 12 || date_of(days) != (year, month, day) {
            return Err(TimeError);
        }
        let local = days * DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction;
        let time = Self(local - offset(zone)?);
        if time.has_text() { Ok(time) } else { Err(TimeError) }
    }
}

/// Cuts the fraction of a second off, in milliseconds.
fn fraction(rest: &str) -> Result<(i64, &str), TimeError> {
    let Some(digits) = rest.strip_prefix('.') else { return Ok((0, rest)) };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, zone) = digits.split_at(end);
    let exact = digits.trim_end_matches('0');
    if digits.is_empty() || exact.len() > 3 {
        return Err(TimeError);
    }
    let tens = [1_000, 100, 10, 1];
    Ok((number(exact)? * tens.get(exact.len()).ok_or(TimeError)?, zone))
}

/// How far the clocks of the zone are ahead of UTC, in milliseconds.
fn offset(zone: &str) -> Result<i64, TimeError> {
    let (sign, clock) = match zone.split_at_checked(1) {
        Some(("Z" | "z", "")) => return Ok(0),
        Some(("+", clock)) => (1, clock),
        Some(("-", clock)) => (-1, clock),
        _ => return Err(TimeError),
    };
    let [hours, minutes] = numbers(clock, ':', [2, 2])?;
    if hours > 23 || minutes > 59 { Err(TimeError) } else { Ok(sign * (hours * 60 + minutes) * 60_000) }
}

/// Numbers with a fixed count of digits each, separated by a mark.
fn numbers<const N: usize>(text: &str, mark: char, widths: [usize; N]) -> Result<[i64; N], TimeError> {
    let mut parts = text.split(mark);
    let mut found = [0; N];
    for (found, width) in found.iter_mut().zip(widths) {
        *found = number(parts.next().filter(|part| part.len() == width).ok_or(TimeError)?)?;
    }
    if parts.next().is_none() { Ok(found) } else { Err(TimeError) }
}

/// At most four digits; none are zero.
fn number(digits: &str) -> Result<i64, TimeError> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0')).ok_or(TimeError);
    digits.bytes().try_fold(0, |number, byte| Ok(number * 10 + digit(byte)?))
}

/// Days since 1970 of a day of the Gregorian calendar. Years begin in March here, so that the leap
/// day is the last of one.
const fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_1970
}

/// Year, month and day of a day since 1970: the way back from [`days_to`].
const fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + TO_1970;
    let (era, of_era) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Days of 400 years, after which the calendar repeats.
const DAYS_OF_ERA: i64 = 146_097;
/// Days from the first of March of the year 0 to 1970.
const TO_1970: i64 = 719_468;

/// The text is not an RFC 3339 time, or is finer than a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeError;

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time; write it like `2026-11-21T10:00:00Z`, with a zone")
    }
}

impl core::error::Error for TimeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_millisecond_of_ten_thousand_years_is_read_as_it_is_written() {
        for (text, millis) in [
            ("0000-01-01T00:00:00Z", Time::FIRST.0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2027-01-01T00:00:00.25Z", 1_798_761_600_250),
            ("9999-12-31T23:59:59.999Z", Time::LAST.0),
        ] {
            assert_eq!(text.parse(), Ok(Time(millis)), "{text}");
            assert_eq!(Time(millis).to_string(), text);
        }
        // Some 30,000 times all over, a prime apart.
        for at in (Time::FIRST.0..=Time::LAST.0).step_by(10_518_975_329) {
            assert_eq!(Time(at).to_string().parse(), Ok(Time(at)), "{}", Time(at));
        }
    }

    #[test]
    fn arithmetic_stays_within_the_first_and_the_last_time() {
        assert_eq!(Time::MAX + Duration::MAX, Time::MAX);
        assert_eq!(Time::MIN - Duration::MAX, Time::MIN);
        assert_eq!(Time::EPOCH + Duration::from_micros(1_999), Time(1));
        assert_eq!(Time(5).since(Time(2)), Duration::from_millis(3));
        assert_eq!(Time(2).since(Time(5)), Duration::ZERO);
        assert_eq!(Time::MAX.since(Time::MIN), Duration::from_millis(u64::MAX));
        assert_eq!(length(-1), Duration::ZERO);
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_clock_before_1970_reads_a_time_before_1970() {
        use std::time::UNIX_EPOCH;
        assert_eq!(Time::from(UNIX_EPOCH + Duration::from_millis(7)), Time(7));
        assert!(Time::from(UNIX_EPOCH - Duration::from_nanos(1)) < Time::EPOCH);
    }
}
