//! What is wrong with a point in time, and what to write.
//!
//! [`Time`] reads RFC 3339 from the year 0 to the end of the year 9999, to the millisecond, and is
//! strict: text that another program would read as another time, or not at all, is an error. A text
//! that it refuses is taken apart here ([`Parts`]), and the first part that is wrong has a message.

use placet_core::model::time::Time;

use super::bad_literal::{LiteralError, short};

/// Reads `2027-01-01T00:00:00Z`, in milliseconds since 1970.
pub fn read(text: &str) -> Result<i64, LiteralError> {
    text.parse().map(Time::as_millis).map_err(|_| mistake(text))
}

/// Writes `2027-01-01T00:00:00Z`; a time outside the years 0 to 9999 is written as the nearest one
/// inside.
#[must_use]
pub fn write(milliseconds: i64) -> String {
    Time::from_millis(milliseconds).clamp(Time::FIRST, Time::LAST).to_string()
}

/// What is wrong with a text that is not a time.
fn mistake(text: &str) -> LiteralError {
    let found = Parts::of(text).and_then(|parts| {
        parts.check_date_and_clock(text)?;
        parts.check_zone(text)
    });
    // Every part is right, and their sum is not.
    found.err().unwrap_or_else(|| LiteralError {
        message: format!("`{}` is outside the years 0 to 9999", short(text)),
        help: format!("times go from `{}` to `{}`", Time::FIRST, Time::LAST),
    })
}

/// A text cut where its parts end; the parts are not read yet.
struct Parts<'t> {
    date: &'t str,
    clock: &'t str,
    /// Digits after the seconds.
    fraction: &'t str,
    /// `Z`, `+01:00`
    zone: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Result<Self, LiteralError> {
        let bad = |message: String, help: String| LiteralError { message, help };
        let no_time = || bad(format!("`{}` is not a time", short(text)), FORM.to_owned());
        let Some((date, rest)) = text.split_once('T') else {
            return Err(match text {
                _ if is_of(text, "dddd-dd-dd") => bad(
                    format!("`{text}` is a day, not a point in time"),
                    format!("write where it begins, such as `{text}T00:00:00Z`"),
                ),
                _ => no_time(),
            });
        };
        let ends = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
        let (clock, rest) = rest.split_at(ends);
        if !is_of(date, "dddd-dd-dd") || !is_of(clock, "dd:dd:dd") {
            return Err(match clock {
                _ if is_of(date, "dddd-dd-dd") && is_of(clock, "dd:dd") => {
                    bad(format!("`{}` has no seconds", short(text)), format!("write them, as in `{date}T{clock}:00Z`"))
                }
                _ => no_time(),
            });
        }
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
            None => ("", rest),
        };
        if rest.starts_with('.') && fraction.is_empty() {
            return Err(no_time());
        }
        if zone.is_empty() {
            let help = format!("write `{text}Z` for UTC, or an offset such as `+01:00` after it");
            return Err(bad(format!("`{}` has no zone", short(text)), help));
        }
        Ok(Self { date, clock, fraction, zone })
    }

    /// Whether the calendar has the day, and a clock the time of day.
    fn check_date_and_clock(&self, text: &str) -> Result<(), LiteralError> {
        let bad = |message: String, help: &str| Err(LiteralError { message, help: help.to_owned() });
        if self.fraction.trim_end_matches('0').len() > 3 {
            let message = format!("`{}` is more precise than a millisecond", short(text));
            return bad(message, "write at most three digits after the seconds");
        }
        let [hour, minute, second] = [0, 3, 6].map(|at| number(&self.clock[at..at + 2]));
        if second == 60 {
            let message = format!("`{}` is a leap second, and times here have none", short(text));
            return bad(message, "write `:59`, or the second after it");
        }
        if hour > 23 || minute > 59 || second > 59 {
            let message = format!("no clock shows `{}`", self.clock);
            return bad(message, "hours go to 23, minutes and seconds to 59");
        }
        if format!("{}T00:00:00Z", self.date).parse::<Time>().is_err() {
            let message = format!("there is no day `{}`", self.date);
            return bad(message, "write a day of the calendar, as year, month and day");
        }
        Ok(())
    }

    /// Whether the zone is UTC, or an offset that a zone can have.
    fn check_zone(&self, text: &str) -> Result<(), LiteralError> {
        let bad = |message: String, help: String| Err(LiteralError { message, help });
        let zone = self.zone;
        let digits = match zone.split_at_checked(1) {
            Some(("Z" | "z", "")) => return Ok(()),
            Some(("+" | "-", digits)) => digits,
            _ => return bad(format!("unknown zone `{}`", short(zone)), FORM.to_owned()),
        };
        let full = match digits {
            _ if is_of(digits, "dd:dd") => digits.to_owned(),
            _ if is_of(digits, "dddd") => format!("{}:{}", &digits[..2], &digits[2..]),
            _ if is_of(digits, "dd") => format!("{digits}:00"),
            _ => return bad(format!("unknown zone `{}`", short(zone)), FORM.to_owned()),
        };
        let sign_text = &zone[..1];
        if full != digits {
            let help = format!("write `{}{sign_text}{full}`", &text[..text.len() - zone.len()]);
            return bad(format!("the offset `{zone}` is written with hours, a colon and minutes"), help);
        }
        let (hours, minutes) = (number(&digits[..2]), number(&digits[3..]));
        if hours > 23 || minutes > 59 {
            let message = format!("no zone has the offset `{zone}`");
            return bad(message, "an offset goes up to `+23:59`, and its minutes to 59".to_owned());
        }
        Ok(())
    }
}

/// Whether a text has this form, where `d` is a digit.
fn is_of(text: &str, form: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'd' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// At most four digits, which fit.
fn number(digits: &str) -> u16 {
    digits.bytes().fold(0, |number, digit| number * 10 + u16::from(digit.saturating_sub(b'0')))
}

const FORM: &str = "a time is written like `2027-01-01T00:00:00Z`, with a zone";

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: i64 = Time::FIRST.as_millis();
    const LAST: i64 = Time::LAST.as_millis();

    fn said(text: &str) -> (String, String) {
        read(text).map_err(|bad| (bad.message, bad.help)).expect_err(text)
    }

    #[test]
    fn every_millisecond_of_ten_thousand_years_is_read_as_it_is_written() {
        for (text, milliseconds) in [
            ("0000-01-01T00:00:00Z", FIRST),
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2027-01-01T00:00:00.25Z", 1_798_761_600_250),
            ("9999-12-31T23:59:59Z", LAST - 999),
            ("9999-12-31T23:59:59.999Z", LAST),
        ] {
            assert_eq!(read(text).map_err(|bad| bad.message), Ok(milliseconds), "{text}");
            assert_eq!(write(milliseconds), text);
        }
        assert_eq!(write(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(write(i64::MIN), "0000-01-01T00:00:00Z");
        // Some 30,000 times all over, a prime apart.
        for at in (FIRST..=LAST).step_by(10_518_975_329) {
            assert_eq!(read(&write(at)).map_err(|bad| bad.message), Ok(at), "{}", write(at));
        }
    }

    #[test]
    fn an_offset_is_taken_away() {
        let same = ["2027-01-01T00:00:00Z", "2027-01-01T01:00:00+01:00", "2026-12-31T00:01:00-23:59"];
        same.iter().for_each(|text| assert_eq!(read(text).map_err(|bad| bad.message), Ok(1_798_761_600_000), "{text}"));
        assert!(read("9999-12-31T23:59:59-00:01").is_err() && read("0000-01-01T00:00:00+00:01").is_err());
    }

    #[test]
    fn a_time_that_others_read_otherwise_is_an_error_that_says_what_to_write() {
        assert_eq!(said("2026-12-31T23:59:60Z").1, "write `:59`, or the second after it");
        assert_eq!(said("2026-12-31T23:59:59+0100").1, "write `2026-12-31T23:59:59+01:00`");
        assert_eq!(said("2026-12-31T23:59:59-01").1, "write `2026-12-31T23:59:59-01:00`");
        assert_eq!(said("2026-12-31T23:59:59+25:59").0, "no zone has the offset `+25:59`");
        assert_eq!(said("2026-12-31T23:59:59+01:75").0, "no zone has the offset `+01:75`");
        assert_eq!(
            said("2026-12-31T23:59:59").1,
            "write `2026-12-31T23:59:59Z` for UTC, or an offset such as `+01:00` after it"
        );
        assert_eq!(said("2026-12-31").1, "write where it begins, such as `2026-12-31T00:00:00Z`");
        assert_eq!(said("2026-12-31T23:59Z").1, "write them, as in `2026-12-31T23:59:00Z`");
        assert_eq!(said("2026-12-31T24:00:00Z").0, "no clock shows `24:00:00`");
        assert_eq!(said("2026-02-29T00:00:00Z").0, "there is no day `2026-02-29`");
        assert_eq!(said("2026-12-31T23:59:59.0001Z").1, "write at most three digits after the seconds");
        for bad in [
            "",
            "T",
            "soon",
            "2026-12-31T23:59:59Zulu",
            "2026-12-31T23:59:59Z[UTC]",
            "2026-12-31T23:59:59.Z",
            "2026-12-31 23:59:59Z",
            "2026-12-31T23:59:59+",
            "2026-12-31T23:59:59\u{e9}",
            "+026-12-31T23:59:59Z",
            "2026-00-10T00:00:00Z",
            "2026-13-10T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-04-00T00:00:00Z",
            "2026-12-31T23:59\u{e9}9Z",
        ] {
            assert!(!said(bad).0.contains("outside the years"), "{bad}");
        }
        assert!(said("9999-12-31T23:59:59-00:01").0.contains("outside the years"));
        for good in ["2026-12-31T23:59:59z", "2026-12-31T23:59:59.1000Z"] {
            assert!(read(good).is_ok(), "{good}");
        }
    }
}
