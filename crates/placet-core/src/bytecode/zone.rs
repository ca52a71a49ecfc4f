//! The wire form of a time zone: its offsets from UTC over the time in which a program uses them.
//! Which offsets a zone has is decided by governments and changes every year, so the compiler knows
//! them and the VM only looks them up.
//!
//! ```text
//! prefixed  the zone's name, for people
//! ```
//!
//! Then, for a zone that always has one offset, two bytes: that offset. For any other:
//!
//! ```text
//! 4 bytes   a minute since 1970-01-01T00:00:00Z   } once for each offset: strictly ascending,
//! 2 bytes   the offset from that minute on        } and no offset twice in a row
//! 4 bytes   the minute at which the table ends
//! ```
//!
//! All numbers are big-endian; an offset is in minutes, signed, at most 18 hours. Before the first
//! minute and from the last one on there is no local time, and a comparison that needs it is false.

use alloc::vec::Vec;

use super::cursor::{Cursor, put_prefixed};
use crate::limits::ZONE_NAME_BYTES;
use crate::model::time::Time;

/// The offsets of a time zone inside a constant pool.
#[derive(Clone, Copy, Debug)]
pub struct Zone<'a> {
    name: &'a [u8],
    offsets: Offsets<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Offsets<'a> {
    Always([u8; 2]),
    Until { turns: &'a [[u8; TURN]], end: [u8; 4] },
}

/// Bytes of a minute and the offset from then on.
const TURN: usize = 6;

impl<'a> Zone<'a> {
    /// Splits a constant into its parts, without checking the table.
    #[must_use]
    pub fn read(constant: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(constant);
        let name = cursor.prefixed()?;
        let rest = cursor.rest();
        let offsets = match rest.split_last_chunk() {
            _ if rest.len() == 2 => Offsets::Always(rest.try_into().ok()?),
            None => return None,
            Some((turns, end)) => match turns.as_chunks() {
                (turns, []) => Offsets::Until { turns, end: *end },
                _ => return None,
            },
        };
        Some(Self { name, offsets })
    }

    /// Whether every part keeps the promises of the layout.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_named = !self.name.is_empty() && self.name.len() <= ZONE_NAME_BYTES;
        let is_offset = |offset: i16| offset.unsigned_abs() <= FARTHEST;
        let has_offsets = match self.offsets {
            Offsets::Always(offset) => is_offset(i16::from_be_bytes(offset)),
            Offsets::Until { turns, end } => {
                let mut before: Option<(u32, i16)> = None;
                let ascend = turns.iter().all(|turn| {
                    let (minute, offset) = parts(*turn);
                    let follows = before.is_none_or(|(earlier, other)| earlier < minute && other != offset);
                    before = Some((minute, offset));
                    follows && is_offset(offset)
                });
                ascend && before.is_some_and(|(last, _)| last < u32::from_be_bytes(end))
            }
        };
        is_named && core::str::from_utf8(self.name).is_ok() && has_offsets
    }

    /// The name of the zone; empty if the table is unsound.
    #[must_use]
    pub fn name(&self) -> &'a str {
        core::str::from_utf8(self.name).unwrap_or_default()
    }

    /// The time from which it knows the offsets, and the time until which it does; `None` if it
    /// always does.
    #[must_use]
    pub fn range(&self) -> Option<(Time, Time)> {
        match self.offsets {
            Offsets::Always(_) => None,
            Offsets::Until { turns, end } => {
                let first = turns.first().map_or(u32::MAX, |turn| parts(*turn).0);
                Some((time(first), time(u32::from_be_bytes(end))))
            }
        }
    }

    /// What the clocks of the zone show, as if it were a time in UTC; `None` where the table does
    /// not know it.
    #[must_use]
    pub fn local(&self, time: Time) -> Option<Time> {
        let offset = match self.offsets {
            Offsets::Always(offset) => i16::from_be_bytes(offset),
            Offsets::Until { turns, end } => {
                let minute = u32::try_from(time.as_millis().div_euclid(MINUTE)).ok()?;
                let after = turns.partition_point(|turn| parts(*turn).0 <= minute);
                let (_, offset) = parts(*turns.get(after.checked_sub(1)?)?);
                (minute < u32::from_be_bytes(end)).then_some(offset)?
            }
        };
        time.as_millis().checked_add(i64::from(offset) * MINUTE).map(Time::from_millis)
    }

    /// Steps of looking up an offset by halving.
    #[must_use]
    pub fn price(&self) -> u64 {
        match self.offsets {
            Offsets::Always(_) => 0,
            Offsets::Until { turns, .. } => HALVED * (u64::from(usize::BITS) - u64::from(turns.len().leading_zeros())),
        }
    }
}

fn parts(turn: [u8; TURN]) -> (u32, i16) {
    let [minute @ .., high, low] = turn;
    (u32::from_be_bytes(minute), i16::from_be_bytes([high, low]))
}

const fn time(minute: u32) -> Time {
    Time::from_millis(minute as i64 * MINUTE)
}

/// Steps for each time that the rest of a table is halved.
pub const HALVED: u64 = 2;

/// Minutes of the farthest offset: no zone is as far from UTC as this.
const FARTHEST: u16 = 18 * 60;

const MINUTE: i64 = 60_000;

/// A table to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneDraft<'a> {
    /// Always one offset, in minutes.
    Always {
        /// `+02:00`
        name: &'a str,
        /// 120
        offset: i16,
    },
    /// Offsets that change, up to an end.
    Until {
        /// `Europe/Zurich`
        name: &'a str,
        /// Minutes since 1970, ascending, each with the offset from then on. An offset that does
        /// not change anything is left out.
        turns: Vec<(u32, i16)>,
        /// The minute at which the table ends.
        end: u32,
    },
}

impl ZoneDraft<'_> {
    /// The constant.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Always { name, offset } => {
                put_prefixed(&mut out, name.as_bytes());
                out.extend(offset.to_be_bytes());
            }
            Self::Until { name, turns, end } => {
                put_prefixed(&mut out, name.as_bytes());
                let mut before = None;
                for (minute, offset) in turns.iter().filter(|(_, offset)| before.replace(*offset) != Some(*offset)) {
                    out.extend(minute.to_be_bytes());
                    out.extend(offset.to_be_bytes());
                }
                out.extend(end.to_be_bytes());
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zurich() -> Vec<u8> {
        ZoneDraft::Until { name: "Europe/Zurich", turns: vec![(100, 60), (200, 120), (250, 120), (300, 60)], end: 400 }
            .write()
    }

    #[test]
    fn an_offset_holds_from_its_minute_to_the_last_millisecond_before_the_next() {
        let constant = zurich();
        let zone = Zone::read(&constant).unwrap();
        assert!(zone.is_sound());
        assert_eq!((zone.name(), zone.range()), ("Europe/Zurich", Some((time(100), time(400)))));
        let ms = Time::from_millis;
        for (at, shift) in [
            (100 * MINUTE - 1, None),
            (100 * MINUTE, Some(60)),
            (200 * MINUTE - 1, Some(60)),
            (200 * MINUTE, Some(120)),
            (300 * MINUTE - 1, Some(120)),
            (300 * MINUTE, Some(60)),
            (400 * MINUTE - 1, Some(60)),
            (400 * MINUTE, None),
            (i64::MIN, None),
            (i64::MAX, None),
        ] {
            assert_eq!(zone.local(ms(at)), shift.map(|shift| ms(at + shift * MINUTE)), "{at}");
        }
    }

    #[test]
    fn a_fixed_offset_has_no_end_but_that_of_time() {
        let constant = ZoneDraft::Always { name: "-03:30", offset: -210 }.write();
        let zone = Zone::read(&constant).unwrap();
        assert!(zone.is_sound() && zone.range().is_none());
        assert_eq!(zone.local(Time::EPOCH), Some(Time::from_millis(-210 * MINUTE)));
        assert_eq!((zone.local(Time::MIN), zone.local(Time::MAX)), (None, Some(Time::MAX - ms(210))));
        fn ms(minutes: u64) -> core::time::Duration {
            core::time::Duration::from_secs(minutes * 60)
        }
    }

    #[test]
    fn a_table_has_one_spelling() {
        let table = |turns: &[(u32, i16)], end: u32| {
            let mut out = vec![1, b'z'];
            for (minute, offset) in turns {
                out.extend(minute.to_be_bytes());
                out.extend(offset.to_be_bytes());
            }
            out.extend(end.to_be_bytes());
            out
        };
        let is_sound = |bytes: &[u8]| Zone::read(bytes).is_some_and(|zone| zone.is_sound());
        assert!(is_sound(&table(&[(1, 0), (2, 60)], 3)));
        for (why, bytes) in [
            ("no offset", table(&[], 3)),
            ("an offset twice", table(&[(1, 60), (2, 60)], 3)),
            ("not ascending", table(&[(2, 0), (1, 60)], 3)),
            ("a minute twice", table(&[(1, 0), (1, 60)], 3)),
            ("an end before its last change", table(&[(1, 0), (3, 60)], 3)),
            ("more than 18 hours", table(&[(1, 1081)], 3)),
            ("less than -18 hours", table(&[(1, -1081)], 3)),
            ("the least number", table(&[(1, i16::MIN)], 3)),
            ("no name", vec![0, 0, 0]),
            ("a name that is not UTF-8", vec![1, 0xff, 0, 0]),
            ("a fixed offset of more than 18 hours", vec![1, b'z', 0x04, 0x39]),
            ("no table", vec![1, b'z']),
            ("a byte more", [table(&[(1, 0)], 3), vec![0]].concat()),
        ] {
            assert!(!is_sound(&bytes), "{why}");
        }
    }
}
