//! Mistakes that token makers make without an error, reported in the same words wherever a token is
//! made or inspected.

use std::fmt;

use super::token::{ReadToken, Token};
use super::tokengen::FILE_TTL;

/// Something that a token's maker may not have intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A time counted in platform units: a `MSTU /` is missing.
    Far {
        /// `expiry`
        key: &'static str,
        /// Its value.
        ms: i64,
    },
    /// `ttl: -1`
    ExpiresFirst,
    /// `owners: []`: the token reads the series of all owners.
    GrantsAll(&'static str),
    /// All three lists are empty.
    ReadsEverything,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Far { key, ms } => write!(
                f,
                "its `{key}` is {ms} ms, beyond the year 5000: times of a token are milliseconds, so write `NOW MSTU /`"
            ),
            Self::ExpiresFirst => f.write_str("the token expires before it is issued"),
            Self::GrantsAll(key) => write!(f, "`{key}` is empty, so the token reads the series of all {key}"),
            Self::ReadsEverything => {
                f.write_str("the token reads everything: it has no `owners`, no `producers` and no `applications`")
            }
        }
    }
}

/// Doubts about a token.
#[must_use]
pub fn doubts(token: &Token) -> Vec<Doubt> {
    let (issuance, expiry) = (token.issuance(), token.expiry());
    let far = [("issuance", issuance), ("expiry", expiry)].into_iter().find(|(_, ms)| is_far(*ms));
    let mut doubts: Vec<Doubt> = far.map(|(key, ms)| Doubt::Far { key, ms }).into_iter().collect();
    if far.is_none() && expiry < issuance {
        doubts.push(Doubt::ExpiresFirst);
    }
    if let Token::Read(token) = token {
        doubts.extend(open_lists(token));
    }
    doubts
}

fn open_lists(token: &ReadToken) -> Vec<Doubt> {
    let lists = [
        ("owners", token.owners.is_empty()),
        ("producers", token.producers.is_empty()),
        ("applications", token.applications.is_empty()),
    ];
    if lists.iter().all(|(_, is_open)| *is_open) {
        return vec![Doubt::ReadsEverything];
    }
    lists.into_iter().filter(|(_, is_open)| *is_open).map(|(key, _)| Doubt::GrantsAll(key)).collect()
}

/// Whether a time looks as if it were counted in platform units. For ever is written on purpose: as
/// the end of time, in ms or divided by the units in a ms, or as [`FILE_TTL`] after a moment.
fn is_far(ms: i64) -> bool {
    let is_for_ever = ms == i64::MAX || ms == i64::MAX / 1000 || (FILE_TTL..FILE_TTL + YEAR_5000).contains(&ms);
    ms >= YEAR_5000 && !is_for_ever
}

/// 5000-01-01, in ms.
const YEAR_5000: i64 = 95_617_584_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn far(expiry: i64) -> bool {
        let token = Token::Read(ReadToken { expiry, ..ReadToken::default() });
        doubts(&token).contains(&Doubt::Far { key: "expiry", ms: expiry })
    }

    #[test]
    fn a_time_in_units_of_the_platform_is_far_and_for_ever_is_not() {
        let now = 1_795_000_000_000;
        assert!([now * 1000, now * 1_000_000, i64::MAX - 1].into_iter().all(far));
        assert!(!far(now) && !far(i64::MAX) && !far(i64::MAX / 1000) && !far(now + FILE_TTL));
    }

    #[test]
    fn lists_that_are_empty_are_named_and_all_of_them_are_one_doubt() {
        let mut token = ReadToken::default();
        assert_eq!(open_lists(&token), [Doubt::ReadsEverything]);
        token.owners = vec![vec![0; 16]];
        assert_eq!(open_lists(&token), [Doubt::GrantsAll("producers"), Doubt::GrantsAll("applications")]);
    }
}
