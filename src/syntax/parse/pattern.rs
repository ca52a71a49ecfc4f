//! Builds patterns.

use super::build::{Builder, next};
use super::grammar::{Pair, Pairs, Rule};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::syntax::ast::{At, Comparison, Literal, Operand, OperandKind, Pattern, PatternKind, Quantifier};
use crate::syntax::depth;
use crate::syntax::text::Spelling;
use placet_core::model::matcher::Matcher;

impl Builder {
    /// A pattern that is not inside another one.
    pub(super) fn whole_pattern(&mut self, parts: &mut Pairs<'_>) -> Pattern {
        let pattern = self.pattern(parts, Spelling::Plain);
        if !depth::pattern_fits(&pattern, limits::NESTING) {
            let message = format!("a pattern nests deeper than {} levels", limits::NESTING);
            let error = Diagnostic::new(Code::TooDeep, pattern.at.0, message);
            self.errors.push(error.help("give the inner part a name with `let`, or write it as a flat list"));
        }
        pattern
    }

    /// Takes one pattern from the front of `parts`.
    pub(super) fn pattern(&mut self, parts: &mut Pairs<'_>, spelling: Spelling) -> Pattern {
        let pair = next(parts);
        let span = self.span(&pair);
        let (kind, end) = match pair.as_rule() {
            Rule::list => (PatternKind::List(self.list(pair, spelling)), span.end),
            Rule::map => {
                let entries = pair.into_inner().filter(|part| part.as_rule() == Rule::entry);
                (PatternKind::Map(entries.map(|part| self.entry(part, spelling)).collect()), span.end)
            }
            Rule::row => self.row(pair),
            Rule::token_field => {
                let (field, end) = self.token_field(pair);
                (PatternKind::TokenField(field), end)
            }
            Rule::negation => {
                let mut parts = pair.into_inner();
                next(&mut parts);
                let inner = self.pattern(&mut parts, spelling);
                let end = inner.at.0.end;
                (PatternKind::Not(Box::new(inner)), end)
            }
            Rule::elements => self.elements(pair, spelling),
            Rule::matcher => {
                let mut parts: Vec<Pair<'_>> = pair.into_inner().collect();
                let text = parts.pop().expect("the grammar has a text here");
                let words: Vec<&str> = parts.iter().map(Pair::as_str).collect();
                let matcher = Matcher::of_written(&words.join(" ")).expect("the grammar has the words of the table");
                let operand = self.operand(&text, Spelling::of(matcher).unwrap_or(spelling));
                let end = operand.at.0.end;
                (PatternKind::Text(matcher, operand), end)
            }
            Rule::comparison => {
                let mut parts = pair.into_inner();
                let sign = comparison(next(&mut parts).as_str());
                let operand = self.operand(&next(&mut parts), spelling);
                let end = operand.at.0.end;
                (PatternKind::Compare(sign, operand), end)
            }
            _ => return self.bare(&pair, parts, spelling),
        };
        Pattern { kind, at: At(crate::span::Span::new(span.start, end)) }
    }

    fn elements(&mut self, pair: Pair<'_>, spelling: Spelling) -> (PatternKind, usize) {
        let mut parts = pair.into_inner();
        let quantifier = Quantifier::of_word(next(&mut parts).as_str()).expect("the grammar has both words");
        let inner = self.pattern(&mut parts, spelling);
        let end = inner.at.0.end;
        (PatternKind::Elements(quantifier, Box::new(inner)), end)
    }

    /// An operand alone, or the first one of a range.
    fn bare(&mut self, pair: &Pair<'_>, parts: &mut Pairs<'_>, spelling: Spelling) -> Pattern {
        let first = self.operand(pair, spelling);
        if parts.peek().is_some_and(|part| part.as_rule() == Rule::range_end) {
            let end = next(&mut next(parts).into_inner());
            let last = self.operand(&end, spelling);
            let at = At(first.at.0.join(last.at.0));
            return Pattern { kind: PatternKind::Range(Box::new([first, last])), at };
        }
        let kind = match first.kind {
            OperandKind::Literal(literal) => PatternKind::Literal(literal),
            OperandKind::Name(word) => match word.as_str() {
                "any" => PatternKind::Any,
                "absent" => PatternKind::Absent,
                _ => PatternKind::Name(word),
            },
        };
        Pattern { kind, at: first.at }
    }

    fn list(&mut self, pair: Pair<'_>, spelling: Spelling) -> Vec<Pattern> {
        let mut parts = pair.into_inner();
        let mut list = Vec::new();
        while parts.peek().is_some_and(|part| part.as_rule() != Rule::close_bracket) {
            list.push(self.pattern(&mut parts, spelling));
        }
        list
    }

    fn operand(&mut self, pair: &Pair<'_>, spelling: Spelling) -> Operand {
        let kind = match (pair.as_rule(), pair.as_str()) {
            (Rule::plain_word, "true") => OperandKind::Literal(Literal::Bool(true)),
            (Rule::plain_word, "false") => OperandKind::Literal(Literal::Bool(false)),
            (Rule::plain_word, word) => OperandKind::Name(word.to_owned()),
            _ => OperandKind::Literal(self.literal(pair, spelling)),
        };
        Operand { kind, at: At(self.span(pair)) }
    }
}

pub(super) fn comparison(sign: &str) -> Comparison {
    Comparison::of_sign(sign).expect("the grammar has the signs of the table")
}
