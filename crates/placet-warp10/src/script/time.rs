//! Dates and durations, in units of the platform. All calendars are in UTC.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::host::TimeUnit;

/// An ISO 8601 duration: `P1Y2M3W4DT5H6M7.5S`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Period {
    /// Years: added before months, which matters on 29 February.
    pub years: i64,
    /// Months.
    pub months: i64,
    /// Weeks and days, as days.
    pub days: i64,
    /// Hours, minutes and whole seconds, as seconds.
    pub seconds: i64,
    /// The rest of the seconds, below one, with their sign.
    pub fraction: f64,
}

impl Period {
    /// Reads a duration. A `-` before the `P` negates each number.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let rest = rest.strip_prefix('P')?;
        let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
        if date.is_empty() && time.is_none() || time == Some("") {
            return None;
        }
        let mut period = Self::default();
        for part in parts(date, "YMWD", sign)? {
            let number = part.fraction.is_none().then_some(part.number)?;
            match part.unit {
                'Y' => period.years = number,
                'M' => period.months = number,
                'W' => period.days += 7 * number,
                _ => period.days += number,
            }
        }
        for part in parts(time.unwrap_or(""), "HMS", sign)? {
            match (part.unit, part.fraction) {
                ('H', None) => period.seconds += 3600 * part.number,
                ('M', None) => period.seconds += 60 * part.number,
                ('S', None) => period.seconds += part.number,
                ('S', Some(fraction)) => {
                    period.seconds += part.number;
                    period.fraction = if part.number < 0 { -fraction } else { fraction };
                }
                _ => return None,
            }
        }
        Some(period)
    }

    /// In units of the platform; `None` if it has years or months, which have no fixed length, or
    /// is too long.
    pub fn fixed(self, unit: TimeUnit) -> Option<i64> {
        if self.months != 0 || self.years != 0 {
            return None;
        }
        let seconds = self.days.checked_mul(86_400)?.checked_add(self.seconds)?;
        seconds.checked_mul(unit.in_a_second())?.checked_add(self.offset(unit))
    }

    /// The fraction in units of the platform: a DOUBLE is truncated, as in Warp 10.
    #[expect(clippy::cast_precision_loss, reason = "Java multiplies DOUBLEs just so")]
    fn offset(self, unit: TimeUnit) -> i64 {
        (self.fraction * unit.in_a_second() as f64) as i64
    }
}

/// A number of a duration, and its unit.
struct Part {
    number: i64,
    fraction: Option<f64>,
    unit: char,
}

/// `1Y2M`: each unit at most once, in their order, and each number in 32 bits.
fn parts(text: &str, units: &str, sign: i64) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut units = units.chars();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_uppercase())?;
        let (number, unit) = (&rest[..end], rest[end..].chars().next()?);
        // Units that were passed cannot follow any more.
        units.by_ref().find(|known| *known == unit)?;
        let (whole, digits) = number.split_once('.').map_or((number, None), |(whole, digits)| (whole, Some(digits)));
        let number = sign * i64::from(whole.parse::<i32>().ok()?);
        let fraction = match digits {
            None => None,
            // Warp 10 takes the sign of the whole part, so `-0.5` loses it there.
            Some(_) if number == 0 && (sign < 0 || whole.starts_with('-')) => return None,
            Some(digits) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => return None,
            Some(digits) => Some(format!("0.{digits}").parse().ok()?),
        };
        parts.push(Part { number, fraction, unit });
        rest = &rest[end + 1..];
    }
    Some(parts)
}

const NANOSECONDS: i128 = 1_000_000_000;

fn nanoseconds_in(unit: TimeUnit) -> i128 {
    NANOSECONDS / i128::from(unit.in_a_second())
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

/// Adds to a time stamp: years, then months, then days; the part below a millisecond is kept.
pub(super) fn add(time: i64, period: Period, unit: TimeUnit) -> Option<i64> {
    let per_ms = unit.in_a_millisecond();
    let (whole, rest) = (time / per_ms * per_ms, time % per_ms);
    let mut date = civil(moment(whole, unit)?);
    let spans = [
        Span::new().try_years(period.years).ok()?,
        Span::new().try_months(period.months).ok()?,
        Span::new().try_days(period.days).ok()?,
    ];
    for span in spans {
        date = date.checked_add(span).ok()?;
    }
    let seconds = period.seconds.checked_mul(unit.in_a_second())?;
    stamp(moment_of(date)?, unit)?.checked_add(rest)?.checked_add(seconds)?.checked_add(period.offset(unit))
}

/// `2023-11-14T22:13:20.000000Z`, with the platform's precision.
pub(super) fn iso8601(moment: Timestamp, unit: TimeUnit) -> String {
    let digits = match unit {
        TimeUnit::Milliseconds => 3,
        TimeUnit::Microseconds => 6,
        TimeUnit::Nanoseconds => 9,
    };
    format!("{moment:.digits$}")
}

/// Reads `2024-01-01T00:00:00Z`, or with an offset such as `+02:00`; the seconds may be left out.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let is_wanted = has_form(text.as_bytes());
    is_wanted.then(|| text.parse().ok()).flatten()
}

/// The form that Java's `ZonedDateTime` reads, with a year of four digits and without the name of a
/// zone.
fn has_form(text: &[u8]) -> bool {
    let Some((date, rest)) = text.split_at_checked(16) else { return false };
    let is_date = date.iter().zip(b"dddd-dd-ddTdd:dd").all(|(byte, wanted)| match wanted {
        b'd' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't'),
        wanted => byte == wanted,
    });
    let seconds = match rest {
        [b':', tens @ b'0'..=b'5', ones, rest @ ..] if ones.is_ascii_digit() && tens.is_ascii_digit() => Some(rest),
        [b':', ..] => None,
        rest => Some(rest),
    };
    let Some(rest) = seconds else { return false };
    let fraction = rest.strip_prefix(b".").map_or((Some(rest), 1), |digits| {
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (digits.get(count..), count)
    });
    let (Some(zone), 1..=9) = fraction else { return false };
    let is_offset = |wanted: &[u8]| {
        let fits = |(byte, wanted): (&u8, &u8)| if *wanted == b'd' { byte.is_ascii_digit() } else { byte == wanted };
        zone.len() == wanted.len() + 1 && zone.iter().skip(1).zip(wanted).all(fits)
    };
    is_date
        && match zone {
            [b'Z' | b'z'] => true,
            [b'+' | b'-', ..] => is_offset(b"dd:dd") || is_offset(b"dd:dd:dd"),
            _ => false,
        }
}

/// Day of the year, day of the week (Monday is 1) and week of a date.
pub(super) fn calendar(date: DateTime) -> (i16, i8, i8) {
    (date.date().day_of_year(), date.weekday().to_monday_one_offset(), date.date().iso_week_date().week())
}

/// The time stamp of year, month, day, hour, minute, second and a fraction in units of the
/// platform.
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
    fn a_moment_has_a_time_and_a_zone() {
        for good in
            ["2024-02-29T00:00Z", "2024-02-29t10:20:30z", "2024-02-29T10:20:30.5+02:00", "2024-02-29T10:20-00:30"]
        {
            assert!(read(good).is_some(), "{good}");
        }
        for bad in [
            "2024-02-29",
            "2024-02-29T00:00",
            "2024-02-29 00:00Z",
            "2024-02-29T00Z",
            "2024-02-29T00:00:60Z",
            "2024-02-29T00:00:00.Z",
            "2024-02-29T00:00:00.1234567890Z",
            "2024-02-29T00:00:00,5Z",
            "2024-02-29T00:00+0200",
            "2024-02-29T00:00+02",
            "2024-02-30T00:00Z",
            "2024-02-29T00:00Z[UTC]",
            "20240229T000000Z",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn durations_are_read() {
        let fixed = |text: &str| Period::read(text)?.fixed(TimeUnit::Microseconds);
        let cases =
            [("PT1H", 3_600_000_000), ("P1DT0.5S", 86_400_500_000), ("PT-5M", -300_000_000), ("P1W", 604_800_000_000)];
        for (text, wanted) in cases {
            assert_eq!(fixed(text), Some(wanted), "{text}");
        }
        for text in ["PT-1.5S", "-PT1.5S"] {
            assert_eq!(fixed(text), Some(-1_500_000), "{text}");
        }
        assert_eq!((fixed("-PT5M"), fixed("-PT-1.5S")), (Some(-300_000_000), Some(1_500_000)));
        // Java's DOUBLE is just below.
        assert_eq!(fixed("PT0.000009S"), Some((0.000_009 * 1e6) as i64));
        for text in [
            "", "P", "PT", "1D", "P1", "P1DT", "PT1D", "P1D1Y", "P1.5D", "P1M", "+PT5M", "PT-0.5S", "-PT0.5S", "PT0.5M",
        ] {
            assert_eq!(fixed(text), None, "{text}");
        }
    }
}
