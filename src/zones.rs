//! Time zones: their names, and their offsets over a span of time. This is the only room that knows
//! the data, which is bundled, so that the same text gives the same program on every machine.

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, civil};

use placet_core::bytecode::zone::{Zone, ZoneDraft};
use placet_core::model::time::Time;

/// A zone by its name.
pub(crate) enum Known {
    /// `+02:00`, `UTC`: minutes, which never change.
    Fixed(i16),
    /// `Europe/Zurich`
    Named(TimeZone),
}

/// The zone of this name: of the IANA database, spelt as there, or a fixed offset.
pub(crate) fn find(name: &str) -> Option<Known> {
    if name == "UTC" {
        return Some(Known::Fixed(0));
    }
    if let Some(offset) = fixed(name) {
        return Some(Known::Fixed(offset));
    }
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    // The database also finds `europe/zurich`, and a name has one spelling.
    (zone.iana_name() == Some(name)).then_some(Known::Named(zone))
}

/// `+05:30`, `-03:00`: up to 18 hours. `-00:00` is `+00:00`.
fn fixed(name: &str) -> Option<i16> {
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let number = |text: &str| {
        let is_two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i16>().ok().filter(|_| is_two_digits)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let offset = hours * 60 + minutes;
    let is_offset = minutes < 60 && offset <= 18 * 60 && !(sign < 0 && offset == 0);
    is_offset.then_some(sign * offset)
}

/// All names of the database, to suggest the nearest.
pub(crate) fn names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}

/// The constant of a zone from `from` until `until`. Offsets of a zone that are not whole minutes
/// are older than the first time that a table can have.
pub(crate) fn table(name: &str, (from, until): (Time, Time)) -> Option<Vec<u8>> {
    let zone = match find(name)? {
        Known::Fixed(offset) => return Some(ZoneDraft::Always { name, offset }.write()),
        Known::Named(zone) => zone,
    };
    let first = Timestamp::from_millisecond(from.max(EARLIEST).as_millis()).ok()?;
    let end = Timestamp::from_millisecond(until.as_millis()).ok()?;
    let mut turns = vec![(minute(first)?, minutes(zone.to_offset(first))?)];
    for turn in zone.following(first).take_while(|turn| turn.timestamp() < end) {
        turns.push((minute(turn.timestamp())?, minutes(turn.offset())?));
    }
    Some(ZoneDraft::Until { name, turns, end: minute(end)? }.write()).filter(|table| is_sound(table))
}

/// Whether the constant is the table that the data give for its name and its span.
pub(crate) fn is_true(constant: &[u8]) -> bool {
    let Some(zone) = Zone::read(constant) else { return false };
    let span = zone.range().unwrap_or((Time::EPOCH, Time::EPOCH));
    table(zone.name(), span).as_deref() == Some(constant)
}

fn is_sound(table: &[u8]) -> bool {
    Zone::read(table).is_some_and(|zone| zone.is_sound())
}

fn minute(at: Timestamp) -> Option<u32> {
    u32::try_from(at.as_second().div_euclid(60)).ok()
}

fn minutes(offset: Offset) -> Option<i16> {
    (offset.seconds() % 60 == 0).then(|| i16::try_from(offset.seconds() / 60).ok()).flatten()
}

/// 1973-01-01T00:00:00Z: Liberia was the last country with an offset in seconds, until 1972.
const EARLIEST: Time = Time::from_millis(94_694_400_000);

/// The first of January of the year of `time`, or so many years later. A time that no calendar has
/// is read as the nearest that one has.
pub(crate) fn new_year(time: Time, years: i16) -> Time {
    let at = Timestamp::from_millisecond(time.as_millis().clamp(0, LATEST)).unwrap_or(Timestamp::UNIX_EPOCH);
    let year = TimeZone::UTC.to_datetime(at).year().saturating_add(years).clamp(1970, 9998);
    let day = civil::date(year, 1, 1).to_zoned(TimeZone::UTC);
    day.map_or(Time::EPOCH, |day| Time::from_millis(day.timestamp().as_millisecond()))
}

/// 9998-01-01T00:00:00Z, in milliseconds.
const LATEST: i64 = 253_339_228_800_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_one_spelling() {
        let offset = |name| match find(name) {
            Some(Known::Fixed(offset)) => Some(offset),
            Some(Known::Named(_)) | None => None,
        };
        assert_eq!((offset("+02:00"), offset("-09:30"), offset("UTC")), (Some(120), Some(-570), Some(0)));
        for wrong in ["-00:00", "+2:00", "+02", "+0200", "+02:60", "+18:01", "+1a:00", "02:00", "", "+", "ü", "+99:00"]
        {
            assert!(find(wrong).is_none(), "{wrong}");
        }
        assert!(matches!(find("Europe/Zurich"), Some(Known::Named(_))));
        for wrong in ["europe/zurich", "Europe/Zürich", "Zurich", "CEST", "Local"] {
            assert!(find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_zone_has_a_table_from_the_beginning_to_the_end() {
        let whole = (Time::EPOCH, new_year(Time::MAX, 0));
        let century = (Time::EPOCH, new_year(Time::EPOCH, 130));
        for name in names() {
            if find(&name).is_some() {
                let made = table(&name, century).unwrap_or_else(|| panic!("{name} has no table"));
                assert!(is_true(&made), "{name}");
            }
        }
        assert!(table("Europe/Zurich", whole).is_some());
    }

    #[test]
    fn years_begin_where_the_calendar_says() {
        let ms = Time::from_millis;
        assert_eq!(new_year(ms(1_795_996_799_999), 0), ms(1_767_225_600_000));
        assert_eq!(new_year(ms(1_767_225_600_000), 1), ms(1_798_761_600_000));
        assert_eq!(new_year(Time::MIN, 0), Time::EPOCH);
        assert!(new_year(Time::MAX, 11) < Time::MAX);
    }
}
