//! What a token bounds the data to, as the commands show it beside a verdict.

use serde_json::{Map, Value as Json};

use crate::cli::times::show;
use crate::cli::ui::Ui;
use crate::compat::warp10::attributes::{Asked, BadBound, Bounds};
use crate::compat::warp10::script::TimeUnit;
use crate::compat::warp10::token::Token;
use crate::visible::escaped;

/// The bounds of a READ token, each under the name of its attribute: times are ISO 8601, the others numbers. None where there
/// are none. They are counted from now, as those of a request that names no range.
///
/// # Errors
/// One can not be read: a Warp 10 refuses the request.
pub fn bounds(token: &Token, unit: TimeUnit, now: i64) -> Result<Option<Json>, BadBound> {
    let Token::Read(token) = token else { return Ok(None) };
    let now = now.saturating_mul(unit.in_a_millisecond());
    let asked = Asked { start: Some(now), end: Some(now), now, per_second: unit.in_a_second() };
    let bounds = Bounds::of(token.attributes.as_ref(), &asked)?;
    let times = [
        (".start", bounds.start),
        (".end", bounds.end),
        (".activeafter", bounds.active_after),
        (".quietafter", bounds.quiet_after),
    ];
    let numbers = [(".count", bounds.count), (".pre", bounds.pre), (".post", bounds.post)];
    let time = |(name, units): (&str, Option<i64>)| {
        Some((name.to_owned(), Json::from(show(units?.div_euclid(unit.in_a_millisecond())))))
    };
    let number = |(name, number): (&str, Option<i64>)| Some((name.to_owned(), Json::from(number?)));
    let all: Map<_, _> = times.into_iter().filter_map(time).chain(numbers.into_iter().filter_map(number)).collect();
    Ok((!all.is_empty()).then_some(Json::Object(all)))
}

/// A line for each.
pub fn lines(ui: &Ui, bounds: Option<&Json>) {
    for (name, bound) in bounds.and_then(Json::as_object).into_iter().flatten() {
        let bound = bound.as_str().map_or_else(|| bound.to_string(), str::to_owned);
        ui.line(format_args!("  data {}: {}", escaped(name), escaped(&bound)));
    }
}
