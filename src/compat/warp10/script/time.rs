//! Dates and durations, in units of the platform. All calendars are in UTC.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::host::TimeUnit;

/// What an ISO 8601 duration says: `-P1Y2M3W4DT5H6M7.5S`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Period {
    /// Years and months, as months.
    pub months: i64,
    /// Weeks and days, as days.
    pub days: i64,
    /// The rest, as nanoseconds.
    pub nanoseconds: i128,
}

impl Period {
    /// Reads a duration.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let rest = rest.strip_prefix('P')?;
        let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
        if date.is_empty() && time.is_none() || time == Some("") {
            return None;
        }
        let mut period = Self::default();
        for (number, fraction, unit) in Parts::of(date, "YMWD")? {
            let number = fraction.is_empty().then_some(number.checked_mul(sign)?)?;
            match unit {
                'Y' => period.months = period.months.checked_add(number.checked_mul(12)?)?,
                'M' => period.months = period.months.checked_add(number)?,
                'W' => period.days = period.days.checked_add(number.checked_mul(7)?)?,
                _ => period.days = period.days.checked_add(number)?,
            }
        }
        for (number, fraction, unit) in Parts::of(time.unwrap_or(""), "HMS")? {
            let seconds = match unit {
                'H' => 3600,
                'M' => 60,
                _ => 1,
            };
            if unit != 'S' && !fraction.is_empty() {
                return None;
            }
            let digits: String = fraction.trim_start_matches(['-', '.']).chars().take(9).collect();
            let nanoseconds: i128 = format!("{digits:0<9}").parse().ok()?;
            // The fraction has the sign of its number, which `-0.5` does not show in its whole part.
            let nanoseconds = if fraction.starts_with('-') { -nanoseconds } else { nanoseconds };
            period.nanoseconds += i128::from(sign) * (i128::from(number) * seconds * NANOSECONDS + nanoseconds);
        }
        Some(period)
    }

    /// In units of the platform; `None` where it has years or months, which have no fixed length, or is too long.
    pub fn fixed(self, unit: TimeUnit) -> Option<i64> {
        if self.months != 0 {
            return None;
        }
        let all = i128::from(self.days) * 86_400 * NANOSECONDS + self.nanoseconds;
        i64::try_from(all / nanoseconds_in(unit)).ok()
    }
}

const NANOSECONDS: i128 = 1_000_000_000;

fn nanoseconds_in(unit: TimeUnit) -> i128 {
    NANOSECONDS / i128::from(unit.in_a_second())
}

/// The numbers of a duration and their units.
struct Parts;

impl Parts {
    /// `1Y2M`: each unit at most once, in their order. The fraction keeps its point, and a sign in front of it that the whole part lost.
    fn of(text: &str, units: &str) -> Option<Vec<(i64, String, char)>> {
        let mut parts = Vec::new();
        let mut units = units.chars();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_ascii_uppercase())?;
            let (number, unit) = (&rest[..end], rest[end..].chars().next()?);
            // Units that were passed over can not come any more.
            units.by_ref().find(|known| *known == unit)?;
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if !fraction.chars().all(|c| c.is_ascii_digit()) || whole.is_empty() {
                return None;
            }
            let sign = if whole.starts_with('-') && number.contains('.') { "-" } else { "" };
            let fraction = if number.contains('.') { format!("{sign}.{fraction}") } else { String::new() };
            parts.push((whole.parse().ok()?, fraction, unit));
            rest = &rest[end + 1..];
        }
        Some(parts)
    }
}

/// The moment of a time stamp.
pub(super) fn moment(time: i64, unit: TimeUnit) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(time) * nanoseconds_in(unit)).ok()
}

/// The time stamp of a moment.
pub(super) fn stamp(moment: Timestamp, unit: TimeUnit) -> Option<i64> {
    i64::try_from(moment.as_nanosecond().div_euclid(nanoseconds_in(unit))).ok()
}

/// The date and time in UTC.
pub(super) fn civil(moment: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(moment)
}

/// The moment of a date and time in UTC.
pub(super) fn moment_of(date: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(date).ok()
}

/// Adds to a time stamp; units below a millisecond stay as they are.
pub(super) fn add(time: i64, period: Period, unit: TimeUnit) -> Option<i64> {
    let span: Span = Span::new().try_months(period.months).ok()?.try_days(period.days).ok()?;
    let later = civil(moment(time, unit)?).checked_add(span).ok()?;
    let moved = stamp(moment_of(later)?, unit)?;
    moved.checked_add(i64::try_from(period.nanoseconds / nanoseconds_in(unit)).ok()?)
}

/// `2023-11-14T22:13:20.000000Z`, as exact as the platform is.
pub(super) fn iso8601(moment: Timestamp, unit: TimeUnit) -> String {
    let digits = match unit {
        TimeUnit::Milliseconds => 3,
        TimeUnit::Microseconds => 6,
        TimeUnit::Nanoseconds => 9,
    };
    format!("{moment:.digits$}")
}

/// Reads `2024-01-01T00:00:00Z`, with a zone; the time, or the seconds, may be left out.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    // Without a zone, a date alone is its beginning in UTC.
    let date: jiff::civil::Date = text.parse().ok().filter(|_| !text.contains(['T', 't', ' ']))?;
    moment_of(date.to_datetime(jiff::civil::Time::midnight()))
}

/// Day of the year, day of the week (Monday is 1) and week of a date.
pub(super) fn calendar(date: DateTime) -> (i16, i8, i8) {
    (date.date().day_of_year(), date.weekday().to_monday_one_offset(), date.date().iso_week_date().week())
}

/// The time stamp of year, month, day, hour, minute, second and a fraction in units of the platform.
pub(super) fn from_parts(parts: [i64; 7], unit: TimeUnit) -> Option<i64> {
    let [year, month, day, hour, minute, second, fraction] = parts;
    let small = |number: i64| i8::try_from(number).ok();
    let (month, day, hour, minute, second) = (small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?);
    let date = DateTime::new(i16::try_from(year).ok()?, month, day, hour, minute, second, 0).ok()?;
    stamp(moment_of(date)?, unit)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let fixed = |text: &str| Period::read(text)?.fixed(TimeUnit::Microseconds);
        let cases =
            [("PT1H", 3_600_000_000), ("P1DT0.5S", 86_400_500_000), ("-PT5M", -300_000_000), ("P1W", 604_800_000_000)];
        for (text, wanted) in cases {
            assert_eq!(fixed(text), Some(wanted), "{text}");
        }
        assert_eq!(fixed("PT-0.5S"), Some(-500_000));
        assert_eq!(fixed("PT-1.5S"), Some(-1_500_000));
        assert_eq!(fixed("-PT1.5S"), Some(-1_500_000));
        for text in ["", "P", "PT", "1D", "P1", "P1DT", "PT1D", "P1D1Y", "P1.5D", "P1M"] {
            assert_eq!(fixed(text), None, "{text}");
        }
    }
}
