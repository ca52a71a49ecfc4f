//! Warns of numbers that no clock shows: the hour 24, the minute 60, the day 0 of a week.

use std::ops::RangeInclusive;

use super::covers::number;
use super::report::Report;
use super::tree::{Bound, Constant, Operand, Pattern, Term};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::Comparison;

/// Warns of a number in `pattern` that `operand` never is.
pub(super) fn warn(report: &Report, operand: &Operand, pattern: &Pattern, at: Span) {
    let (what, days, help) = match operand {
        Operand::Hour(_) => ("an hour", 0..=23, "midnight is hour 0; `18..24` ends before its second number"),
        Operand::Minute(_) => ("a minute", 0..=59, "a full hour is minute 0; `30..60` ends before its second number"),
        Operand::Weekday(_) => {
            ("a day of the week", 1..=7, "Monday is 1 and Sunday is 7; `1..6` is from Monday to Friday")
        }
        _ => return,
    };
    if let Some(wrong) = beyond(pattern, &days) {
        let message = format!("{what} is from {} to {}, and this asks for {wrong}", days.start(), days.end());
        report.add(Diagnostic::new(Code::OffClock, at, message).help(help));
    }
}

/// The pattern that a comparison with a known number is.
pub(super) fn compared(comparison: Comparison, term: &Term) -> Pattern {
    let bound = |included| Some(Bound { term: term.clone(), included });
    match comparison {
        Comparison::Equal => Pattern::Equal(term.clone()),
        Comparison::NotEqual => Pattern::Not(Box::new(Pattern::Equal(term.clone()))),
        Comparison::Less => Pattern::Range(None, bound(false)),
        Comparison::LessOrEqual => Pattern::Range(None, bound(true)),
        Comparison::Greater => Pattern::Range(bound(false), None),
        Comparison::GreaterOrEqual => Pattern::Range(bound(true), None),
    }
}

/// The comparison that says the same from the other side.
pub(super) const fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Equal | Comparison::NotEqual => comparison,
    }
}

/// The first number of the pattern that is not one of `shown`. An end that is not part of its range may be one beyond.
fn beyond(pattern: &Pattern, shown: &RangeInclusive<i64>) -> Option<i64> {
    let end = |bound: &Option<Bound>, outwards: i64| {
        let bound = bound.as_ref()?;
        let written = number(&bound.term)?;
        let meant = if bound.included { written } else { written.saturating_add(outwards) };
        (!shown.contains(&meant)).then_some(written)
    };
    match pattern {
        Pattern::Equal(Term::Constant(Constant::Int(number))) => (!shown.contains(number)).then_some(*number),
        Pattern::Range(from, to) => end(from, 1).or_else(|| end(to, -1)),
        Pattern::OneOf(list) => list.iter().find_map(|one| beyond(one, shown)),
        Pattern::Not(inner) => beyond(inner, shown),
        _ => None,
    }
}
