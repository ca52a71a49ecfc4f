//! The bounds that a token puts on data, as the commands show them beside a verdict.

use serde_json::{Map, Value as Json};

use crate::time_args::show;
use crate::ui::Ui;
use placet::model::time::Time;
use placet::visible::escaped;
use placet_warp10::attributes::{Asked, BoundError, Bounds, WriteBounds};
use placet_warp10::script::TimeUnit;
use placet_warp10::token::{ReadToken, Token, WriteToken};

/// The bounds of a token, each under the name of its attribute: times are ISO 8601, the others
/// numbers and truths. `None` if there are none. Those of a READ token are counted from now, as for
/// a request that names no range.
///
/// # Errors
/// One cannot be read: a Warp 10 refuses to read data, or the update.
pub fn bounds(token: &Token, unit: TimeUnit, now: Time) -> Result<Option<Json>, BoundError> {
    let all = match token {
        Token::Read(token) => of_read(token, unit, now)?,
        Token::Write(token) => of_write(token)?,
    };
    Ok((!all.is_empty()).then_some(Json::Object(all)))
}

fn of_read(token: &ReadToken, unit: TimeUnit, now: Time) -> Result<Map<String, Json>, BoundError> {
    let now = now.as_millis().saturating_mul(unit.in_a_millisecond());
    let asked = Asked { start: Some(now), end: Some(now), now, per_second: unit.in_a_second() };
    let bounds = Bounds::of(token.attributes.as_ref(), &asked)?;
    let time =
        |units: Option<i64>| Some(Json::from(show(Time::from_millis(units?.div_euclid(unit.in_a_millisecond())))));
    Ok(present([
        (".start", time(bounds.start)),
        (".end", time(bounds.end)),
        (".activeafter", time(bounds.active_after)),
        (".quietafter", time(bounds.quiet_after)),
        (".count", bounds.count.map(Json::from)),
        (".pre", bounds.pre.map(Json::from)),
        (".post", bounds.post.map(Json::from)),
    ]))
}

fn of_write(token: &WriteToken) -> Result<Map<String, Json>, BoundError> {
    let bounds = WriteBounds::of(token.attributes.as_ref())?;
    Ok(present([
        (".maxsize", bounds.max_size.map(Json::from)),
        (".maxpast", bounds.max_past.map(Json::from)),
        (".maxfuture", bounds.max_future.map(Json::from)),
        (".ignoor", bounds.ignores_out_of_range.map(Json::from)),
    ]))
}

fn present<const N: usize>(bounds: [(&str, Option<Json>); N]) -> Map<String, Json> {
    bounds.into_iter().filter_map(|(name, bound)| Some((name.to_owned(), bound?))).collect()
}

/// A line for each.
pub fn lines(ui: &Ui, bounds: Option<&Json>) {
    for (name, bound) in bounds.and_then(Json::as_object).into_iter().flatten() {
        let bound = bound.as_str().map_or_else(|| bound.to_string(), str::to_owned);
        ui.line(format_args!("  data {}: {}", escaped(name), escaped(&bound)));
    }
}
