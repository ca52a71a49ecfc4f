//! Patterns that no value matches, or every one. An empty pattern in a rule that forbids is an
//! error.

use super::clocks::known_ends;
use super::expected::Expected;
use super::scope::Scope;
use super::subsumption::limits;
use super::tree::{Bound, Pattern, Piece, Term, Text};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;

impl Scope<'_, '_> {
    /// Reports a pattern that never matches. In a rule that forbids or promises it is an error: a
    /// request would pass that the author meant to stop.
    pub(super) fn never(&self, at: Span, message: impl Into<String>, help: impl Into<String>) {
        let (code, label) = match self.must_match() {
            true if self.is_promise => (Code::NeverForbids, "promises nothing"),
            true => (Code::NeverForbids, "forbids nothing"),
            false => (Code::NeverMatches, "can never match"),
        };
        self.report.add(Diagnostic::new(code, at, message).label(label).help(help));
    }

    /// Warns of a pattern that is `any` in other words.
    pub(super) fn warn_everything(&self, at: Span, is_everything: bool, what: &str) {
        if is_everything {
            let found = Diagnostic::new(Code::AlwaysTrue, at, format!("every text matches {what}"));
            self.report.add(found.help("write `any` if that is meant, or the text that is wanted"));
        }
    }

    /// `a..b`, `< b`, `>= a`; each end says whether it is part of the range.
    pub(super) fn range(&self, at: Span, expected: Expected<'_>, from: End, to: End) -> Pattern {
        let bound = |(term, included)| Bound { term, included };
        let (from, to) = (from.map(bound), to.map(bound));
        if limits(from.as_ref(), to.as_ref()).is_some_and(|(least, most)| least > most) {
            self.never(at, "this range is empty", way_out(expected, from.as_ref(), to.as_ref()));
        }
        Pattern::Range(from, to)
    }
}

type End = Option<(Term, bool)>;

fn way_out(expected: Expected<'_>, from: Option<&Bound>, to: Option<&Bound>) -> String {
    let Some((from, to)) = known_ends(from, to).filter(|(from, to)| from > to) else {
        return "the end of `a..b` is not part of it; write one that is greater than its beginning".to_owned();
    };
    match expected.cycle {
        Some((first, end)) if to > first && from < end => {
            format!("a range that starts again from the beginning is written as two: `[{from}..{end}, {first}..{to}]`")
        }
        Some((_, end)) if from < end => format!("write `{from}..{end}`: the end of `a..b` is not part of it"),
        Some(_) | None => {
            "write the smaller end first, or `[>= a, < b]` if everything except the values between them is meant"
                .to_owned()
        }
    }
}

/// Whether a text is one literal piece that matches any run of characters.
pub(super) fn is_run(text: &Text, says: impl Fn(&[u8]) -> bool) -> bool {
    matches!(text.pieces.as_slice(), [Piece::Literal(bytes)] if says(bytes))
}
