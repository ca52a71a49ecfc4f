//! The table of a time zone, as long as a block needs it.

use core::time::Duration;

use super::Lowering;
use super::error::TemplateError;
use crate::syntax::ast::BlockKind;
use crate::zones::{new_year, table};
use placet_core::bytecode::zone::Zone;
use placet_core::model::time::Time;

/// The span of time in which a block knows its time zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZonesKnown {
    /// From when.
    pub from: Time,
    /// Until when; from then on a comparison of local times is false.
    pub until: Time,
}

impl ZonesKnown {
    /// Whether it covers the life of a block that begins at `beginning`. One that does not end is
    /// covered as far as anybody knows.
    #[must_use]
    pub fn covers(&self, beginning: Time, end: Option<Time>) -> bool {
        self.from <= beginning && beginning < self.until && end.is_none_or(|end| end <= self.until)
    }
}

impl Lowering<'_> {
    /// The table of a zone. It is made for whole years, so that a block that is compiled today is
    /// the same tomorrow:
    ///
    /// - in a policy, from 2020 until ten full years after the present one;
    /// - in a token or a restriction with an end, from the day before the present year (or that of
    ///   its issuance), since a verifier's clock may be behind, until a full year after the one in
    ///   which it ends, since it may be minted for a while after it was compiled;
    /// - in one without an end, from the same day until ten full years after the present one.
    pub(super) fn zone(&self, name: &str) -> Result<Vec<u8>, TemplateError> {
        let now = self.expressions.now();
        let times = self.times().unwrap_or_default();
        let beginning = times.issuance.unwrap_or(now);
        let from = match self.template.kind {
            BlockKind::Policy => POLICIES_FROM,
            BlockKind::Token | BlockKind::Restriction => new_year(beginning.min(now), 0).saturating_sub(DAY),
        };
        let until = match times.end(beginning) {
            Some(end) if self.template.kind != BlockKind::Policy => new_year(end.max(now), 2),
            _ => new_year(now, 1 + YEARS),
        };
        let unknown = || TemplateError::UnknownZone { name: name.to_owned() };
        let table = table(name, (from, until)).ok_or_else(unknown)?;
        if let Some((from, until)) = Zone::read(&table).and_then(|zone| zone.range()) {
            self.expressions.zones.set(Some(ZonesKnown { from, until }));
        }
        Ok(table)
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Full years after the present one that a block without an end knows.
const YEARS: i16 = 10;

/// 2020-01-01T00:00:00Z: a service decides requests of now, and its cases are not much older.
const POLICIES_FROM: Time = Time::from_millis(1_577_836_800_000);
