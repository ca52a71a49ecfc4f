//! Texts of a request that are searched for in other texts: an empty one is in every text, and
//! `ann` is at the beginning of `anna/`.

use super::presence::{Shape, place};
use super::reading::{Reading, Typed};
use super::tree::Operand;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::Condition;
use crate::syntax::print::print_condition;
use placet_core::model::predicate::{Anchor, Predicate};

/// `starts_with(whole, part)`: its arguments as they are written, and as they were read.
pub(super) struct Search<'c> {
    pub(super) predicate: Predicate,
    pub(super) written: [&'c Condition; 2],
    pub(super) whole: &'c Typed,
    pub(super) part: &'c Typed,
}

impl Reading<'_, '_, '_> {
    /// Checks a search for a text of the request. Every text contains the empty text, so if finding
    /// it allows something, the condition must first check that it is not empty.
    pub(super) fn check_search(&self, search: &Search<'_>) -> Option<()> {
        let Some(needle) = place(&search.part.operand) else { return Some(()) };
        let (name, at) = (search.predicate.row().word, search.written[1].at.0);
        let [whole, part] = search.written.map(print_condition);
        let opens = !self.scope.forbids && !self.scope.is_promise;
        let is_turned = matches!(search.whole.operand, Operand::Term(..));
        let turned = || format!("write `{name}({part}, {whole})`, or `in` and a list if one of several is meant");
        if opens && !self.present.knows(&needle, Shape::Filled) {
            let message = format!("{} may be empty, and an empty text is in every text", search.part.what);
            let help = if is_turned { turned() } else { format!("write `length({part}) > 0 && …` before it") };
            let found = Diagnostic::new(Code::EmptyNeedle, at, message).label("perhaps empty");
            self.scope.report.add(found.help(help));
            return None;
        }
        if is_turned {
            let message = format!("this looks for {} in a text that every request shares", search.part.what);
            let found = Diagnostic::new(Code::TurnedArguments, at, message).label("looked for");
            self.scope.report.add(found.help(turned()));
        } else if opens {
            self.warn_open_needle(&part, search, &needle);
        }
        Some(())
    }

    fn warn_open_needle(&self, part: &str, search: &Search<'_>, needle: &super::presence::Place) {
        let (shape, word, other, guard) = match search.predicate.row().anchor {
            Some(Anchor::Start) => (Shape::Ends, "ends", "anna", format!("ends_with({part}, \"/\")")),
            Some(Anchor::End) => (Shape::Begins, "begins", "joann", format!("starts_with({part}, \".\")")),
            None => return,
        };
        if self.present.knows(needle, shape) {
            return;
        }
        let what = &search.part.what;
        let message = format!("nothing {word} {what}: the test for `ann` also matches `{other}`");
        let found = Diagnostic::new(Code::NoBoundary, search.written[1].at.0, message).label("no boundary");
        self.scope.report.add(found.help(format!("write `{guard} && …` before it, or compare with `==`")));
    }
}
