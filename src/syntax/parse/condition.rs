//! Builds conditions.

use super::build::{Builder, next};
use super::grammar::{Pair, Pairs, Rule};
use super::pattern::comparison;
use super::table::plain;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::{At, Condition, ConditionKind, Literal, TokenField};
use crate::syntax::depth;
use crate::syntax::text::Spelling;
use placet_core::model::arithmetic::Arithmetic;

type Join = fn(Box<Condition>, Box<Condition>) -> ConditionKind;

impl Builder {
    /// A condition that is not inside another one.
    pub(super) fn whole_condition(&mut self, pair: Pair<'_>) -> Condition {
        let condition = self.condition(pair);
        if !depth::condition_fits(&condition, limits::NESTING) {
            let message = format!("a condition nests deeper than {} levels", limits::NESTING);
            let error = Diagnostic::new(Code::TooDeep, condition.at.0, message);
            self.errors.push(error.help("write it as several rules, or as `value in [ … ]`"));
        }
        condition
    }

    fn condition(&mut self, pair: Pair<'_>) -> Condition {
        let mut list = Vec::new();
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::conjunction) {
            let operand = self.conjunction(part);
            flatten(operand, &mut list, |kind| matches!(kind, ConditionKind::Or(..)));
        }
        balance(list, ConditionKind::Or)
    }

    fn conjunction(&mut self, pair: Pair<'_>) -> Condition {
        let mut list = Vec::new();
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::inversion) {
            let operand = self.inversion(part);
            flatten(operand, &mut list, |kind| matches!(kind, ConditionKind::And(..)));
        }
        balance(list, ConditionKind::And)
    }

    fn inversion(&mut self, pair: Pair<'_>) -> Condition {
        let start = self.span(&pair).start;
        let mut parts = pair.into_inner();
        let part = next(&mut parts);
        if part.as_rule() == Rule::relation {
            return self.relation(part);
        }
        let inner = self.inversion(next(&mut parts));
        let at = At(Span::new(start, inner.at.0.end));
        Condition { kind: ConditionKind::Not(Box::new(inner)), at }
    }

    fn relation(&mut self, pair: Pair<'_>) -> Condition {
        let mut parts = pair.into_inner();
        let left = self.sum(next(&mut parts));
        let Some(sign) = parts.next() else { return left };
        if sign.as_rule() == Rule::in_word {
            let pattern = self.pattern(&mut parts, Spelling::Plain);
            let at = At(left.at.0.join(pattern.at.0));
            return Condition { kind: ConditionKind::In(Box::new(left), pattern), at };
        }
        let right = self.sum(next(&mut parts));
        if let Some(second) = parts.next() {
            let (a, b) = (sign.as_str(), second.as_str());
            let error = Diagnostic::new(
                Code::Chained,
                self.span(&second),
                format!("`{b}` cannot follow `{a}`: comparisons do not chain"),
            )
            .label("a second comparison")
            .help(format!("write `a {a} b && b {b} c`"));
            self.errors.push(error);
        }
        let at = At(left.at.0.join(right.at.0));
        let kind = ConditionKind::Compare(comparison(sign.as_str()), Box::new(left), Box::new(right));
        Condition { kind, at }
    }

    pub(super) fn sum(&mut self, pair: Pair<'_>) -> Condition {
        let mut parts = pair.into_inner();
        let mut sum = self.primary(&mut parts);
        let mut terms = 1;
        while let Some(sign) = parts.next() {
            let term = self.primary(&mut parts);
            terms += 1;
            if terms > limits::NESTING {
                let message = format!("a sum has more than {} terms", limits::NESTING);
                self.errors
                    .push(Diagnostic::new(Code::TooDeep, self.span(&sign), message).help("add the constants up"));
                return Condition { kind: ConditionKind::Literal(Literal::Int(0)), at: sum.at };
            }
            let at = At(sum.at.0.join(term.at.0));
            let (a, b) = (Box::new(sum), Box::new(term));
            let arithmetic = Arithmetic::of_sign(sign.as_str()).expect("the grammar has the signs of the table");
            let kind = ConditionKind::Compute(arithmetic, a, b);
            sum = Condition { kind, at };
        }
        sum
    }

    /// Takes one value from the front of `parts`.
    fn primary(&mut self, parts: &mut Pairs<'_>) -> Condition {
        let pair = next(parts);
        let span = self.span(&pair);
        let (kind, end) = match pair.as_rule() {
            Rule::quantified => return self.quantified(pair),
            Rule::presence => {
                let mut parts = pair.into_inner();
                next(&mut parts);
                let what = next(&mut parts);
                if what.as_rule() == Rule::token_field {
                    let (field, end) = self.token_field(what);
                    let at = At(Span::new(span.start, end));
                    return Condition { kind: ConditionKind::HasTokenField(field), at };
                }
                let name = self.name(&what);
                let subscript = parts.next();
                match subscript.map(|part| self.key(part)) {
                    None => {
                        let end = name.at.0.end;
                        (ConditionKind::Has(name, None), end)
                    }
                    Some((key, end)) => match plain(&key) {
                        Some(text) => (ConditionKind::Has(name, Some(text.to_owned())), end),
                        None => (ConditionKind::HasRow(name, Box::new(key)), end),
                    },
                }
            }
            Rule::token_field => {
                let (field, end) = self.token_field(pair);
                (ConditionKind::TokenField(field), end)
            }
            Rule::group => {
                let mut inner = self.condition(next(&mut pair.into_inner()));
                inner.at = At(span);
                return inner;
            }
            Rule::word | Rule::plain_value => return self.word(&pair, parts),
            _ => (ConditionKind::Literal(self.literal(&pair, Spelling::Plain)), span.end),
        };
        Condition { kind, at: At(Span::new(span.start, end)) }
    }

    /// A word alone, with arguments, or with a subscript.
    fn word(&mut self, pair: &Pair<'_>, parts: &mut Pairs<'_>) -> Condition {
        let name = self.name(pair);
        let start = name.at.0.start;
        let follows = parts.peek().filter(|part| matches!(part.as_rule(), Rule::arguments | Rule::subscript));
        let (kind, end) = match follows {
            Some(part) => {
                parts.next();
                let end = self.span(&part).end;
                if part.as_rule() == Rule::subscript {
                    let (key, _) = self.key(part);
                    match plain(&key) {
                        Some(text) => (ConditionKind::Label(name, text.to_owned()), end),
                        None => (ConditionKind::Row(name, Box::new(key)), end),
                    }
                } else {
                    let parts = part.into_inner();
                    let parts = parts.filter(|part| matches!(part.as_rule(), Rule::condition | Rule::list_argument));
                    (ConditionKind::Call(name, parts.map(|part| self.argument(part)).collect()), end)
                }
            }
            None => {
                let end = name.at.0.end;
                if matches!(name.text.as_str(), "has" | "in") {
                    let error = Diagnostic::new(
                        Code::Syntax,
                        name.at.0,
                        format!("`{}` is not a condition by itself", name.text),
                    );
                    self.errors.push(error.help("write `has name`, or `value in pattern`"));
                }
                let kind = match name.text.as_str() {
                    "true" => ConditionKind::Literal(Literal::Bool(true)),
                    "false" => ConditionKind::Literal(Literal::Bool(false)),
                    _ => ConditionKind::Name(name.text),
                };
                (kind, end)
            }
        };
        Condition { kind, at: At(Span::new(start, end)) }
    }

    /// A condition, or a list of conditions.
    fn argument(&mut self, pair: Pair<'_>) -> Condition {
        if pair.as_rule() == Rule::condition {
            return self.condition(pair);
        }
        let at = At(self.span(&pair));
        let parts = pair.into_inner().filter(|part| part.as_rule() == Rule::condition);
        let list = parts.map(|part| self.condition(part)).collect();
        Condition { kind: ConditionKind::List(list), at }
    }

    /// A field of the token, and where it ends.
    pub(super) fn token_field(&mut self, pair: Pair<'_>) -> (TokenField, usize) {
        let mut parts = pair.into_inner();
        let word = next(&mut parts);
        let entry = parts.next();
        let end = self.span(entry.as_ref().unwrap_or(&word)).end;
        let key = entry.map(|part| self.data(&next(&mut part.into_inner())));
        (TokenField { name: word.as_str().to_owned(), key }, end)
    }

    fn quantified(&mut self, pair: Pair<'_>) -> Condition {
        let start = self.span(&pair).start;
        let mut parts = pair.into_inner();
        let is_some = next(&mut parts).as_str() == "any";
        let name = self.name(&next(&mut parts));
        next(&mut parts);
        let pattern = self.pattern(&mut parts, Spelling::Plain);
        let at = At(Span::new(start, pattern.at.0.end));
        let kind = if is_some { ConditionKind::Some(name, pattern) } else { ConditionKind::Every(name, pattern) };
        Condition { kind, at }
    }
}

/// Flattens a tree of one operator, whatever its parentheses were: `&&` and `||` are associative.
fn flatten(node: Condition, list: &mut Vec<Condition>, is_joined: fn(&ConditionKind) -> bool) {
    if !is_joined(&node.kind) {
        return list.push(node);
    }
    match node.kind {
        ConditionKind::And(a, b) | ConditionKind::Or(a, b) => {
            flatten(*a, list, is_joined);
            flatten(*b, list, is_joined);
        }
        _ => {}
    }
}

/// The operands of one operator as a tree.
fn balance(list: Vec<Condition>, join: Join) -> Condition {
    Condition::joined(list, join).expect("the grammar gives a condition at least one operand")
}
