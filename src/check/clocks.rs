//! Warns of numbers that no clock shows: the hour 24, the minute 60, the day 0 of a week.

use std::ops::RangeInclusive;

use super::report::Report;
use super::tree::{Bound, Constant, Operand, Pattern, Term};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::Comparison;
use placet_core::model::function::Results;

/// Warns of a number in `pattern` that `operand` never takes.
pub(super) fn warn(report: &Report, operand: &Operand, pattern: &Pattern, at: Span) {
    let Operand::Call(function, _) = operand else { return };
    let Results::Cycle { first, last, noun, hint } = function.row().results else { return };
    let shown = first..=last;
    if let Some(wrong) = beyond(pattern, &shown) {
        let message = format!("{noun} is from {first} to {last}, and this tests for {wrong}");
        report.add(Diagnostic::new(Code::OffClock, at, message).help(hint));
    } else if leaves_last_out(pattern, &shown) {
        let message = format!("the end of `{first}..{last}` is not part of it: {last} is left out");
        let help = format!("write `{first}..{}` for all of them, or `< {last}` if {last} is not meant", last + 1);
        report.add(Diagnostic::new(Code::LastLeftOut, at, message).help(help));
    }
}

/// For a function whose numbers repeat, such as hours: the first, and the one after the last.
pub(super) const fn cycle(operand: &Operand) -> Option<(i64, i64)> {
    let Operand::Call(function, _) = operand else { return None };
    match function.row().results {
        Results::Cycle { first, last, .. } => Some((first, last + 1)),
        Results::Count => None,
    }
}

/// The two ends of a range as written, if both are known.
pub(super) fn known_ends(from: Option<&Bound>, to: Option<&Bound>) -> Option<(i64, i64)> {
    from?.term.number().zip(to?.term.number())
}

/// `0..23` of hours.
fn leaves_last_out(pattern: &Pattern, shown: &RangeInclusive<i64>) -> bool {
    match pattern {
        Pattern::Range(from, to) => {
            known_ends(from.as_ref(), to.as_ref()) == Some((*shown.start(), *shown.end()))
                && to.as_ref().is_some_and(|to| !to.included)
        }
        Pattern::Not(inner) => leaves_last_out(inner, shown),
        _ => false,
    }
}

/// A comparison with a known number, as a pattern.
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

/// The first number of the pattern that is not one of `shown`. An end that is not part of its range
/// may be one beyond.
fn beyond(pattern: &Pattern, shown: &RangeInclusive<i64>) -> Option<String> {
    let end = |bound: &Option<Bound>, outwards: i64, word: &str| {
        let bound = bound.as_ref()?;
        let written = bound.term.number()?;
        let meant = if bound.included { written } else { written.saturating_add(outwards) };
        let word = if bound.included { "" } else { word };
        (!shown.contains(&meant)).then(|| format!("{word}{written}"))
    };
    match pattern {
        Pattern::Equal(Term::Constant(Constant::Int(number))) => (!shown.contains(number)).then(|| number.to_string()),
        Pattern::Range(from, to) => end(from, 1, "more than ").or_else(|| end(to, -1, "less than ")),
        Pattern::OneOf(list) => list.iter().find_map(|one| beyond(one, shown)),
        Pattern::Not(inner) => beyond(inner, shown),
        _ => None,
    }
}
