//! Time: the clock of the host, units, calendars.

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::super::time::{self, Period};
use super::{bad, math, wrong};

type Done = Result<(), Stop>;

pub(super) fn now(m: &mut Machine<'_>) -> Done {
    m.give(Item::Long(m.host.now))
}

pub(super) fn mstu(m: &mut Machine<'_>) -> Done {
    m.give(Item::Long(m.host.unit.in_a_millisecond()))
}

pub(super) fn stu(m: &mut Machine<'_>) -> Done {
    m.give(Item::Long(m.host.unit.in_a_second()))
}

/// A number of units of this many milliseconds each, rounded to units of the platform. As in Warp
/// 10 the intermediate value is a DOUBLE, and so exact to 53 bits only.
fn in_units(m: &mut Machine<'_>, name: &str, milliseconds: f64) -> Done {
    let number = match m.pop()? {
        Item::Long(number) => math::widened(number),
        Item::Double(number) => number,
        found => return Err(wrong(name, "a number", &found).into()),
    };
    let per_ms = math::widened(m.host.unit.in_a_millisecond());
    m.give(Item::Long(math::rounded(number * milliseconds * per_ms)))
}

macro_rules! units {
    ($( $run:ident $name:literal $milliseconds:expr; )*) => {
        $( pub(super) fn $run(m: &mut Machine<'_>) -> Done {
            in_units(m, $name, $milliseconds)
        } )*
    };
}

const DAY: f64 = 86_400_000.0;

units! {
    weeks "w" 7.0 * DAY;
    days "d" DAY;
    hours "h" 3_600_000.0;
    minutes "m" 60_000.0;
    seconds "s" 1000.0;
    milliseconds "ms" 1.0;
    microseconds "us" 0.001;
    nanoseconds "ns" 0.000_001;
    picoseconds "ps" 0.000_000_001;
}

fn out_of_range(name: &str) -> UnplacedError {
    bad(format!("{name} leaves the range of dates, which goes from -9999 to 9999"))
        .help("time stamps are in units of the platform; was the number in another unit?")
}

fn add(m: &mut Machine<'_>, name: &str, of: fn(i64) -> Option<Period>) -> Done {
    let wants = "a time and a count, both LONG";
    let count = m.long(name, wants)?;
    let time = m.long(name, wants)?;
    // The original counts in 32 bits.
    let count = i32::try_from(count).map_err(|_| out_of_range(name))?;
    let moved = of(count.into()).and_then(|period| time::add(time, period, m.host.unit));
    m.give(Item::Long(moved.ok_or_else(|| out_of_range(name))?))
}

pub(super) fn add_years(m: &mut Machine<'_>) -> Done {
    add(m, "ADDYEARS", |count| Some(Period { years: count, ..Period::default() }))
}

pub(super) fn add_months(m: &mut Machine<'_>) -> Done {
    add(m, "ADDMONTHS", |count| Some(Period { months: count, ..Period::default() }))
}

pub(super) fn add_days(m: &mut Machine<'_>) -> Done {
    add(m, "ADDDAYS", |count| Some(Period { days: count, ..Period::default() }))
}

fn period(m: &mut Machine<'_>, name: &str) -> Result<Period, UnplacedError> {
    let text = m.text(name, "a text such as `PT1H`")?;
    Period::read(&text)
        .ok_or_else(|| bad(format!("{name}: `{text}` is not a duration")).help("durations look like `P1DT12H30M`"))
}

pub(super) fn add_duration(m: &mut Machine<'_>) -> Done {
    let period = period(m, "ADDDURATION")?;
    let time = m.long("ADDDURATION", "a time")?;
    let moved = time::add(time, period, m.host.unit).ok_or_else(|| out_of_range("ADDDURATION"))?;
    m.give(Item::Long(moved))
}

pub(super) fn duration(m: &mut Machine<'_>) -> Done {
    let period = period(m, "DURATION")?;
    if period.months != 0 || period.years != 0 {
        let cause = "no support for ambiguous durations containing years or months, please convert those to days.";
        let failure = UnplacedError::new(ScriptCode::BadValue, "DURATION encountered an error while parsing duration.");
        return Err(failure.because(cause).into());
    }
    let time = period.fixed(m.host.unit).ok_or_else(|| bad("DURATION: the duration is too long"))?;
    m.give(Item::Long(time))
}

/// Whole milliseconds, in hours, minutes and seconds; each part has the sign of the whole.
pub(super) fn iso_duration(m: &mut Machine<'_>) -> Done {
    let ms = m.long("ISODURATION", "a LONG")? / m.host.unit.in_a_millisecond();
    let (hours, minutes, rest) = (ms / 3_600_000, ms % 3_600_000 / 60_000, ms % 60_000);
    if i32::try_from(hours).is_err() {
        return Err(bad("ISODURATION cannot count more hours than fit in 32 bits").into());
    }
    let mut text = "PT".to_owned();
    for (number, unit) in [(hours, 'H'), (minutes, 'M')] {
        if number != 0 {
            text.push_str(&format!("{number}{unit}"));
        }
    }
    let sign = if rest < 0 { "-" } else { "" };
    let (seconds, fraction) = ((rest / 1000).abs(), (rest % 1000).abs());
    match (seconds, fraction) {
        (0, 0) if ms.abs() >= 60_000 => {}
        (seconds, 0) => text.push_str(&format!("{sign}{seconds}S")),
        (seconds, fraction) => text.push_str(&format!("{sign}{seconds}.{fraction:03}S")),
    }
    m.give_text(text)
}

/// Only UTC is supported: there is no table of time zones here.
fn drop_utc(m: &mut Machine<'_>, name: &str) -> Result<(), UnplacedError> {
    if let Some(Item::Text(zone)) = m.stack.last() {
        if !matches!(&**zone, "UTC" | "GMT" | "Z" | "Etc/UTC") {
            return Err(bad(format!("{name} only supports the time zone UTC, found `{zone}`")));
        }
        m.pop()?;
    }
    Ok(())
}

pub(super) fn iso8601(m: &mut Machine<'_>) -> Done {
    drop_utc(m, "ISO8601")?;
    let time = m.long("ISO8601", "a time")?;
    let moment = time::moment(time, m.host.unit).ok_or_else(|| out_of_range("ISO8601"))?;
    m.give_text(time::iso8601(moment, m.host.unit))
}

pub(super) fn to_timestamp(m: &mut Machine<'_>) -> Done {
    let text = m.text("TOTIMESTAMP", "a text such as `2024-01-01T00:00:00Z`")?;
    let moment = time::read(&text).ok_or_else(|| {
        bad(format!("TOTIMESTAMP: `{text}` is not a date and time")).help("write `2024-01-01T00:00:00Z`, with a zone")
    })?;
    let stamp = time::stamp(moment, m.host.unit).ok_or_else(|| out_of_range("TOTIMESTAMP"))?;
    m.give(Item::Long(stamp))
}

pub(super) fn elements(m: &mut Machine<'_>) -> Done {
    drop_utc(m, "TSELEMENTS")?;
    let time = m.long("TSELEMENTS", "a time")?;
    let moment = time::moment(time, m.host.unit).ok_or_else(|| out_of_range("TSELEMENTS"))?;
    let date = time::civil(moment);
    let (day_of_year, day_of_week, week) = time::calendar(date);
    let elements = [
        i64::from(date.year()),
        i64::from(date.month()),
        i64::from(date.day()),
        i64::from(date.hour()),
        i64::from(date.minute()),
        i64::from(date.second()),
        time.rem_euclid(m.host.unit.in_a_second()),
        i64::from(day_of_year),
        i64::from(day_of_week),
        i64::from(week),
    ];
    m.give_list(elements.map(Item::Long).to_vec())
}

pub(super) fn from_elements(m: &mut Machine<'_>) -> Done {
    drop_utc(m, "TSELEMENTS->")?;
    let list = m.list("TSELEMENTS->")?;
    // Year, month, day, hour, minute, second, and a fraction in units of the platform.
    let mut parts = [1970, 1, 1, 0, 0, 0, 0];
    for (part, element) in parts.iter_mut().zip(m.elements(list)?) {
        *part = match element {
            Item::Long(number) => number,
            Item::Double(number) => math::saturated(number),
            found => return Err(wrong("TSELEMENTS->", "a list of numbers", &found).into()),
        };
    }
    // Whole seconds of the fraction are dropped.
    let [.., fraction] = &mut parts;
    *fraction = i32::try_from(*fraction).map_or(i64::MAX, i64::from) % m.host.unit.in_a_second();
    let stamp = time::from_parts(parts, m.host.unit).ok_or_else(|| {
        let date = parts.map(|part| part.to_string()).join(" ");
        bad(format!("TSELEMENTS->: `{date}` is not a date and time"))
            .help("months go from 1 to 12, days from 1, hours from 0 to 23")
    })?;
    m.give(Item::Long(stamp))
}
