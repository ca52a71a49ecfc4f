//! Builds automata from regular expressions: each once, and all of them within one [`Effort`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use regex_syntax::hir::Hir;

use super::automaton;
use super::error::TemplateError;
use super::zone::ZonesKnown;
use crate::check::effort::Effort;
use placet_core::model::time::Time;

/// The automata of the expressions so far. There is one for each document, call or explanation,
/// whose expressions have the same author.
#[derive(Default)]
pub struct Expressions {
    effort: Effort,
    /// By the text that travels with it and whether it is on bytes; with the parsed form of that
    /// text.
    known: RefCell<BTreeMap<(String, bool), (Hir, Made)>>,
    /// The time as of which to compile; the system's clock if there is none.
    now: Option<Time>,
    /// When the block being compiled knows its time zones.
    pub(super) zones: Cell<Option<ZonesKnown>>,
}

/// An automaton's constant, or `None` if nothing matches.
pub(super) type Made = Result<Option<Vec<u8>>, TemplateError>;

impl Expressions {
    /// Empty, with this work budget for all expressions.
    #[must_use]
    pub fn within(effort: Effort) -> Self {
        Self { effort, ..Self::default() }
    }

    /// The same with a clock that stands still: what depends on the present year, such as the
    /// offsets of time zones, is compiled as of this time.
    #[must_use]
    pub fn at(self, now: Time) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The time as of which it compiles.
    pub(super) fn now(&self) -> Time {
        self.now.unwrap_or_else(Time::now)
    }

    /// Whether one of them exceeded the budget; later ones are not built.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.effort.is_spent()
    }

    /// Charges for reading an expression.
    pub(super) fn read(&self, source: &str) -> Result<(), TemplateError> {
        self.effort.spend(Effort::reading(source)).ok_or_else(|| too_much(source))
    }

    pub(super) fn automaton(&self, expression: &Hir, source: &str, bytes: bool) -> Made {
        let key = (source.to_owned(), bytes);
        if let Some((_, made)) = self.known.borrow().get(&key).filter(|(known, _)| known == expression) {
            return made.clone();
        }
        let made = match automaton::build(expression, source, bytes, &self.effort) {
            _ if self.is_spent() => Err(too_much(source)),
            made => made,
        };
        self.known.borrow_mut().insert(key, (expression.clone(), made.clone()));
        made
    }
}

fn too_much(source: &str) -> TemplateError {
    TemplateError::TooMuchToCompile { source: source.to_owned() }
}

/// The automata would fill pages.
impl fmt::Debug for Expressions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expressions({} known)", self.known.borrow().len())
    }
}
