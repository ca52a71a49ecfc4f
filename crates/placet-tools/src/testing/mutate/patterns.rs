//! Patterns that are nearly the same, as an author might write one by mistake.

use super::{MutantKind, texts};
use placet::model::matcher::{Matcher, Syntax};
use placet::model::predicate::Anchor;
use placet::model::types::Scalar;
use placet::syntax::ast::{
    At, Comparison, Literal, Operand, OperandKind, Pattern, PatternKind, Piece, Quantifier, Text,
};

/// Neighbours of a pattern, and whether they match more or less. `scalar` is the type of the
/// matched value, if it is known; without it, every possible reading of the text is tried.
pub(super) fn near(pattern: &Pattern, scalar: Option<Scalar>) -> Vec<(MutantKind, PatternKind)> {
    match &pattern.kind {
        PatternKind::Literal(Literal::Text(text)) => texts::near(text, scalar),
        PatternKind::Literal(literal) => around(literal),
        PatternKind::Absent => vec![(MutantKind::Widened, PatternKind::List(vec![pattern.clone(), any(pattern.at)]))],
        PatternKind::Not(inner) => vec![(MutantKind::Widened, inner.kind.clone())],
        PatternKind::Text(matcher, operand) => matchers(*matcher, operand),
        PatternKind::Range(ends) => ranges(&ends[0], &ends[1]),
        PatternKind::Compare(sign, operand) => {
            let kind = match sign {
                Comparison::Less | Comparison::Greater => MutantKind::Widened,
                _ => MutantKind::Narrowed,
            };
            let other = bordering(*sign).map(|other| (kind, PatternKind::Compare(other, operand.clone())));
            other.into_iter().collect()
        }
        PatternKind::Elements(quantifier, inner) => {
            let kind = match quantifier {
                Quantifier::Some => MutantKind::Narrowed,
                Quantifier::Every => MutantKind::Widened,
            };
            vec![(kind, PatternKind::Elements(quantifier.other(), inner.clone()))]
        }
        PatternKind::Name(_)
        | PatternKind::Any
        | PatternKind::List(_)
        | PatternKind::Map(_)
        | PatternKind::Row(..)
        | PatternKind::TokenField(_) => Vec::new(),
    }
}

/// The comparison that differs only at the border.
pub(super) const fn bordering(sign: Comparison) -> Option<Comparison> {
    Some(match sign {
        Comparison::Less => Comparison::LessOrEqual,
        Comparison::LessOrEqual => Comparison::Less,
        Comparison::Greater => Comparison::GreaterOrEqual,
        Comparison::GreaterOrEqual => Comparison::Greater,
        Comparison::Equal | Comparison::NotEqual => return None,
    })
}

fn any(at: At) -> Pattern {
    Pattern { kind: PatternKind::Any, at }
}

/// An adjacent number, once instead of this one and once in addition to it.
fn around(literal: &Literal) -> Vec<(MutantKind, PatternKind)> {
    match literal {
        Literal::Bool(truth) => vec![(MutantKind::Widened, PatternKind::Literal(Literal::Bool(!truth)))],
        Literal::Int(number) => number
            .checked_add(2)
            .map(|end| (MutantKind::Widened, range(operand(literal.clone()), operand(Literal::Int(end)))))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn matchers(matcher: Matcher, operand: &Operand) -> Vec<(MutantKind, PatternKind)> {
    let OperandKind::Literal(Literal::Text(text)) = &operand.kind else { return Vec::new() };
    match matcher.syntax() {
        Syntax::Text(_) | Syntax::Place(_) => ends(matcher, text),
        Syntax::Glob => globs(text),
        Syntax::Regex => vec![(MutantKind::Widened, PatternKind::text(matcher, followed(text, ".*")))],
        Syntax::Path | Syntax::Url => Vec::new(),
    }
}

/// The text itself, and one that is a character shorter.
fn ends(matcher: Matcher, text: &Text) -> Vec<(MutantKind, PatternKind)> {
    let shorter = matcher.row().anchor.and_then(|end| match end {
        Anchor::Start => texts::without_last(text),
        Anchor::End => texts::without_first(text),
    });
    let shorter = shorter.map(|shorter| (MutantKind::Widened, PatternKind::text(matcher, shorter)));
    std::iter::once((MutantKind::Narrowed, PatternKind::Literal(Literal::Text(text.clone())))).chain(shorter).collect()
}

/// Each `*` of a glob becomes one character, each `?` any number of them, and each argument any
/// text.
fn globs(text: &Text) -> Vec<(MutantKind, PatternKind)> {
    let mut near = Vec::new();
    for (number, piece) in text.pieces.iter().enumerate() {
        let mut put = |kind, piece| {
            let mut other = text.clone();
            other.pieces[number] = Piece::Text(piece);
            near.push((kind, PatternKind::text(Matcher::Glob, other)));
        };
        match piece {
            Piece::Splice(_) => put(MutantKind::Widened, "*".to_owned()),
            Piece::Text(text) => {
                let escaped = |at: usize| text[..at].ends_with('\\');
                for (at, wild) in text.match_indices(['*', '?']).filter(|(at, _)| !escaped(*at)) {
                    let (kind, other) =
                        if wild == "*" { (MutantKind::Narrowed, "?") } else { (MutantKind::Widened, "*") };
                    put(kind, format!("{}{other}{}", &text[..at], &text[at + 1..]));
                }
            }
        }
    }
    near
}

fn range(first: Operand, last: Operand) -> PatternKind {
    PatternKind::Range(Box::new([first, last]))
}

/// Each end of a range, one further and one nearer.
fn ranges(first: &Operand, last: &Operand) -> Vec<(MutantKind, PatternKind)> {
    let mut near = Vec::new();
    for (kind, step) in [(MutantKind::Widened, -1), (MutantKind::Narrowed, 1)] {
        near.extend(stepped(first, step).map(|first| (kind, range(first, last.clone()))));
        near.extend(stepped(last, -step).map(|last| (kind, range(first.clone(), last))));
    }
    near
}

/// In ms.
const SECOND: i64 = 1000;

/// An adjacent number, or a second more or less.
fn stepped(end: &Operand, step: i64) -> Option<Operand> {
    let OperandKind::Literal(literal) = &end.kind else { return None };
    Some(operand(match literal {
        Literal::Int(number) => Literal::Int(number.checked_add(step)?),
        Literal::Duration(millis) => Literal::Duration(millis.checked_add(step * SECOND).filter(|it| *it >= 0)?),
        Literal::Time(millis) => Literal::Time(millis.checked_add(step * SECOND)?),
        Literal::Bool(_) | Literal::Text(_) | Literal::Bytes(_) => return None,
    }))
}

fn operand(literal: Literal) -> Operand {
    Operand { kind: OperandKind::Literal(literal), at: At::default() }
}

fn followed(text: &Text, after: &str) -> Text {
    let mut text = text.clone();
    match text.pieces.last_mut() {
        Some(Piece::Text(last)) => last.push_str(after),
        _ => text.pieces.push(Piece::Text(after.to_owned())),
    }
    text
}
