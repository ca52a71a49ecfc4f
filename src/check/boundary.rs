//! Patterns that are open where an argument ends: `prefix "user/{user}"` lets user 4 see the items
//! of user 42.

use regex_syntax::ast::{Ast, RepetitionKind, RepetitionRange, Visitor, visit};

use super::regex::CountSplices;
use super::report::Report;
use super::scope::Scope;
use super::texts::SPLICE;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{Condition, ConditionKind, Literal, Operand, OperandKind, Piece, Text};
use placet_core::model::predicate::Anchor;
use placet_core::model::types::{Scalar, Type, Written};

/// On which side of an argument a pattern is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

impl Side {
    const fn of(end: Anchor) -> Self {
        match end {
            Anchor::Start => Self::After,
            Anchor::End => Self::Before,
        }
    }
}

impl Scope<'_, '_> {
    /// `prefix "user/{user}"`, `suffix domain`
    pub(super) fn warn_open_affix(&self, end: Anchor, operand: &Operand, at: Span) {
        match &operand.kind {
            OperandKind::Name(name) => self.warn_open(name, "", Side::of(end), at),
            OperandKind::Literal(Literal::Text(text)) => self.warn_open_end(end, text, at),
            OperandKind::Literal(_) => {}
        }
    }

    /// `starts_with(item, "user/{user}")`, `ends_with(host, domain)`
    pub(super) fn warn_open_part(&self, end: Anchor, part: &Condition) {
        match &part.kind {
            ConditionKind::Name(name) if self.parameter(name).is_some() => {
                self.warn_open(name, "", Side::of(end), part.at.0);
            }
            ConditionKind::Literal(Literal::Text(text)) => self.warn_open_end(end, text, part.at.0),
            _ => {}
        }
    }

    fn warn_open_end(&self, end: Anchor, text: &Text, at: Span) {
        let side = Side::of(end);
        let (last, next) = match side {
            Side::After => (text.pieces.last(), text.pieces.iter().rev().nth(1)),
            Side::Before => (text.pieces.first(), text.pieces.get(1)),
        };
        if let Some(Piece::Splice(name)) = last {
            self.warn_open(&name.text, literal(next), side, at);
        }
    }

    /// `glob "{user}*"`, and the same within a segment of a path.
    pub(super) fn warn_open_wildcards(&self, text: &Text, at: Span) {
        for (place, piece) in text.pieces.iter().enumerate() {
            let Piece::Splice(name) = piece else { continue };
            let before = literal(place.checked_sub(1).and_then(|place| text.pieces.get(place)));
            let after = literal(text.pieces.get(place + 1));
            if after.trim_start_matches('?').starts_with('*') {
                self.warn_open(&name.text, before, Side::After, at);
            } else if ends_in_run(before) {
                self.warn_open(&name.text, after, Side::Before, at);
            }
        }
    }

    /// `"{tenant}{user}"`: the end of one argument may be the beginning of the next. A uuid is no
    /// problem, since all have one length.
    pub(super) fn warn_neighbours(&self, text: &Text, at: Span) {
        let varies = |name: &str| {
            matches!(self.splice_type(name), Some(Type::One(Scalar::String | Scalar::Bytes | Scalar::Int)))
        };
        for pair in text.pieces.windows(2) {
            let [Piece::Splice(one), Piece::Splice(other)] = pair else { continue };
            let (one, other) = (&one.text, &other.text);
            if varies(one) && varies(other) {
                let message = format!(
                    "nothing is between the arguments `{one}` and `{other}`: `ab` and `c` are also `a` and `bc`"
                );
                let help = format!("write a character between them that neither has, such as `{{{one}}}/{{{other}}}`");
                self.report.add(Diagnostic::new(Code::NoBoundary, at, message).label("no boundary").help(help));
            }
        }
    }

    /// `~"{user}.*"`; `tree` is the parsed expression with stand-ins for its splices.
    pub(super) fn warn_open_regex(&self, text: &Text, tree: &Ast, at: Span) {
        let open = visit(tree, OpenSplices::default()).unwrap_or_default();
        let splices = text.pieces.iter().filter_map(|piece| match piece {
            Piece::Splice(name) => Some(&name.text),
            Piece::Text(_) => None,
        });
        for (number, name) in splices.enumerate() {
            if let Some((_, side)) = open.iter().find(|(splice, _)| *splice == number) {
                self.warn_open(name, "", *side, at);
            }
        }
    }

    /// A uuid needs no boundary: all have one length.
    fn warn_open(&self, name: &str, neighbour: &str, side: Side, at: Span) {
        let Some(Type::One(scalar)) = self.splice_type(name) else { return };
        let example = match scalar.written() {
            Written::Bytes(_) if scalar.is_textual() => ("ann", "anna", "joann"),
            Written::Number(_) if scalar.has_text() => ("4", "42", "24"),
            Written::Bytes(_) | Written::Number(_) | Written::Bool => return,
        };
        warn(self.report, name, neighbour, side, example, at);
    }
}

fn warn(report: &Report, name: &str, neighbour: &str, side: Side, example: (&str, &str, &str), at: Span) {
    let (given, longer, earlier) = example;
    let is_boundary = |c: &char| c.is_ascii_punctuation() && !"*?\\{}".contains(*c);
    let (word, other, spelling) = match side {
        Side::After => {
            let boundary = neighbour.chars().next_back().filter(is_boundary).unwrap_or('/');
            ("ends", longer, format!("{{{name}}}{boundary}"))
        }
        Side::Before => {
            let boundary = neighbour.chars().next().filter(is_boundary).unwrap_or('.');
            ("begins", earlier, format!("{boundary}{{{name}}}"))
        }
    };
    let message = format!("nothing {word} the argument `{name}`: the pattern for `{given}` also matches `{other}`");
    let found = Diagnostic::new(Code::NoBoundary, at, message).label("no boundary");
    report.add(found.help(format!("write the character that {word} it, such as `{spelling}`, or an exact text")));
}

fn literal(piece: Option<&Piece>) -> &str {
    match piece {
        Some(Piece::Text(text)) => text,
        Some(Piece::Splice(_)) | None => "",
    }
}

/// Whether a piece of a glob ends in a `*`, and perhaps a few `?` after it; `\\*` does not count.
fn ends_in_run(glob: &str) -> bool {
    let Some(before) = glob.trim_end_matches('?').strip_suffix('*') else { return false };
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 0
}

/// Finds the stand-ins for splices that any text may follow or precede.
#[derive(Default)]
struct OpenSplices {
    seen: usize,
    found: Vec<(usize, Side)>,
}

impl Visitor for OpenSplices {
    type Output = Vec<(usize, Side)>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.found)
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), ()> {
        match node {
            Ast::Literal(literal) if literal.c == SPLICE => self.seen += 1,
            Ast::Concat(concat) => {
                // A visit goes from left to right, so the stand-ins in here are the next ones.
                let mut number = self.seen;
                for (place, part) in concat.asts.iter().enumerate() {
                    let (before, from) = concat.asts.split_at(place);
                    if is_splice(part) {
                        if is_open(from.iter().skip(1), Side::After) {
                            self.found.push((number, Side::After));
                        } else if is_open(before.iter().rev(), Side::Before) {
                            self.found.push((number, Side::Before));
                        }
                    }
                    number += visit(part, CountSplices(0)).unwrap_or(0);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn is_splice(part: &Ast) -> bool {
    match part {
        Ast::Literal(literal) => literal.c == SPLICE,
        Ast::Group(group) => is_splice(&group.ast),
        _ => false,
    }
}

/// Whether the parts on this side of a splice, nearest first, may match a longer or a shorter run
/// of several characters. A class with a fixed count does not separate one argument from another,
/// so the part after it decides.
fn is_open<'p>(parts: impl Iterator<Item = &'p Ast>, side: Side) -> bool {
    for part in parts {
        match part {
            Ast::Group(group) => return is_open(std::iter::once(&*group.ast), side),
            Ast::Alternation(alternation) => {
                return alternation.asts.iter().any(|part| is_open(std::iter::once(part), side));
            }
            Ast::Concat(concat) if side == Side::After => return is_open(concat.asts.iter(), side),
            Ast::Concat(concat) => return is_open(concat.asts.iter().rev(), side),
            Ast::Repetition(repetition) if is_class(&repetition.ast) => match repetition.op.kind {
                RepetitionKind::Range(RepetitionRange::Exactly(_)) => {}
                _ => return true,
            },
            Ast::Repetition(repetition) => return is_open(std::iter::once(&*repetition.ast), side),
            class if is_class(class) => {}
            _ => return false,
        }
    }
    false
}

fn is_class(part: &Ast) -> bool {
    match part {
        Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => true,
        Ast::Group(group) => is_class(&group.ast),
        Ast::Repetition(_)
        | Ast::Alternation(_)
        | Ast::Concat(_)
        | Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Literal(_)
        | Ast::Assertion(_) => false,
    }
}
