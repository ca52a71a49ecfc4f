//! The parser that pest makes of `grammar/placet.pest`, and what bounds it.

use std::num::NonZeroUsize;
use std::sync::Once;

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

use crate::limits;

/// Rules of the grammar, as a type; `Rule` names each of them.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/placet.pest"]
struct Grammar;

/// A node of pest's tree.
pub(super) type Pair<'t> = pest::iterators::Pair<'t, Rule>;
/// The nodes below a node.
pub(super) type Pairs<'t> = pest::iterators::Pairs<'t, Rule>;

/// Where the grammar stopped, and which rules it tried there.
#[derive(Debug)]
pub(super) struct GrammarError {
    /// Byte of the text that was given.
    pub at: usize,
    /// Rules that were tried at this place; empty when the text was too much work.
    pub expected: Vec<Rule>,
}

/// Reads one `rule` at the beginning of a text; what follows it is left alone.
pub(super) fn read(rule: Rule, text: &str) -> Result<Pair<'_>, GrammarError> {
    static BOUND: Once = Once::new();
    BOUND.call_once(|| pest::set_call_limit(NonZeroUsize::new(CALLS)));
    let found = Grammar::parse(rule, text).map_err(|error| stop(&error))?.next();
    found.ok_or(GrammarError { at: 0, expected: vec![rule] })
}

fn stop(error: &Error<Rule>) -> GrammarError {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.clone(),
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    GrammarError { at, expected }
}

/// Steps that pest may take for one item. The grammar reads no text twice, so its steps are
/// proportional to the text: the densest text we know (`[[],[],…`) takes 25 a byte, and
/// `tests/syntax_bounds.rs` checks that. In pest the bound is one for the whole process; nesting is
/// bounded earlier (see `outline`), so this is only a second bound.
const STEPS_A_BYTE: usize = 64;
const CALLS: usize = limits::SOURCE_BYTES * STEPS_A_BYTE;

#[cfg(test)]
mod tests {
    use super::*;

    /// Each rule of the page, with the lines of its example.
    fn examples() -> Vec<(String, String)> {
        let page = include_str!("../../../grammar/placet.pest");
        let mut examples = Vec::new();
        let mut example: Vec<&str> = Vec::new();
        for line in page.lines() {
            if let Some(doc) = line.strip_prefix("///") {
                example.extend(doc.strip_prefix("     "));
            } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with([' ', '/'])) {
                examples.push((name.to_owned(), example.join("\n")));
                example.clear();
            }
        }
        examples
    }

    #[test]
    fn every_rule_has_an_example_that_it_reads_to_the_end() {
        let examples = examples();
        for rule in Rule::all_rules() {
            let name = format!("{rule:?}");
            if name == "EOI" {
                continue;
            }
            let example = examples.iter().find(|(known, _)| *known == name).map(|(_, example)| example);
            let example = example.unwrap_or_else(|| panic!("{name} has no example"));
            assert!(!example.is_empty(), "{name} has no example");
            let pairs = Grammar::parse(*rule, example).unwrap_or_else(|error| panic!("{name}: {example}\n{error}"));
            // A silent rule has no node from which to take its end.
            if let Some(pair) = pairs.last().filter(|pair| pair.as_rule() == *rule) {
                assert_eq!(pair.as_str(), example, "{name} leaves something of its example");
            }
        }
    }

    #[test]
    fn no_message_names_a_rule() {
        for rule in Rule::all_rules() {
            let stop = GrammarError { at: 0, expected: vec![*rule] };
            let error = super::super::explain::explain("x", 0, &stop);
            assert!(!error.message.contains('_'), "{}", error.message);
        }
    }
}
