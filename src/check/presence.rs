//! Flow-sensitive nullability: the values that a condition knows to be present. After `has x &&`
//! the attribute `x` may be read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::absence::matches_absence;
use super::clocks::compared;
use super::subsumption::matches;
use super::table::Table;
use super::terms::as_text;
use super::tree::{ClaimPath, Condition, Constant, Form, Operand, Pattern, Piece, Term, Test, Text};
use crate::limits::ATTRIBUTES;
use placet_core::model::function::Function;
use placet_core::model::matcher::Matcher;
use placet_core::model::predicate::Anchor;
use placet_core::model::types::Scalar;
use placet_core::model::vocabulary::FieldNo;

/// One bit for every attribute: every rule makes its own set, and files consist mostly of rules.
type Fields = u32;

const _: () = assert!(ATTRIBUTES <= Fields::BITS as usize, "every attribute has its bit");

fn bit(field: FieldNo) -> Fields {
    1_u32.checked_shl(u32::from(field.0)).unwrap_or(0)
}

/// Attributes and labels that are known to have a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Present {
    fields: Fields,
    labels: BTreeSet<(FieldNo, String)>,
    /// Claims of the token.
    claims: BTreeSet<ClaimPath>,
    /// Facts about texts, of an attribute or of a label.
    texts: BTreeSet<(Place, Shape)>,
    /// Rows of tables, by their keys.
    rows: Vec<(Table, Operand)>,
    /// After a part that could not be read, nothing is known to be absent: the bad part may have
    /// been the guard.
    everything: bool,
}

/// An attribute, or a label of it.
pub(super) type Place = (FieldNo, Option<String>);

/// A fact about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// It is not empty.
    Filled,
    /// It begins with a character that is not a letter or a digit.
    Begins,
    /// It ends with one.
    Ends,
}

/// The part of a request that an operand reads, if it reads one value.
pub(super) fn place(operand: &Operand) -> Option<Place> {
    match operand {
        Operand::Field(field) => Some((*field, None)),
        Operand::Label(field, label) => Some((*field, Some(label.clone()))),
        _ => None,
    }
}

/// The values reported as perhaps absent in a condition: each attribute and label once, at the
/// first place that reads it.
#[derive(Debug, Default)]
pub(super) struct Told {
    places: RefCell<BTreeSet<Place>>,
    claims: RefCell<BTreeSet<ClaimPath>>,
    times: Cell<usize>,
}

impl Told {
    /// Whether this is the first time.
    pub(super) fn first(&self, field: FieldNo, label: Option<&str>) -> bool {
        self.times.set(self.times.get() + 1);
        self.places.borrow_mut().insert((field, label.map(str::to_owned)))
    }

    /// The same for a claim of the token.
    pub(super) fn first_claim(&self, path: &ClaimPath) -> bool {
        self.times.set(self.times.get() + 1);
        self.claims.borrow_mut().insert(path.clone())
    }

    /// How often something was reported, counting repetitions.
    pub(super) const fn times(&self) -> usize {
        self.times.get()
    }
}

impl Present {
    /// For the part of a condition after an error.
    pub(super) fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// The presence that the map of a rule guarantees for its condition.
    pub(super) fn by_tests(tests: &[Test]) -> Self {
        let mut present = Self::default();
        for test in tests.iter().filter(|test| !matches_absence(&test.pattern)) {
            present.fields |= bit(test.field) | needed(&test.pattern);
            present.learn(&(test.field, None), &test.pattern, true);
            if let Pattern::Labels(labels) = &test.pattern {
                for (name, pattern) in labels.iter().filter(|(_, pattern)| !matches_absence(pattern)) {
                    present.labels.insert((test.field, name.clone()));
                    present.learn(&(test.field, Some(name.clone())), pattern, true);
                }
            }
        }
        present
    }

    /// Whether the attribute has a value.
    pub(super) fn has(&self, field: FieldNo) -> bool {
        self.everything || self.fields & bit(field) != 0
    }

    /// Whether the label has a value.
    pub(super) fn has_label(&self, field: FieldNo, name: &str) -> bool {
        self.everything || self.labels.contains(&(field, name.to_owned()))
    }

    /// Whether the token has the claim.
    pub(super) fn has_claim(&self, path: &ClaimPath) -> bool {
        self.everything || self.claims.contains(path)
    }

    /// Whether the table has the row with this key.
    pub(super) fn has_row(&self, table: &Table, key: &Operand) -> bool {
        self.everything || self.rows.iter().any(|(known, of)| known == table && of == key)
    }

    /// Whether this fact is known about a text.
    pub(super) fn knows(&self, place: &Place, shape: Shape) -> bool {
        self.everything || self.texts.contains(&(place.clone(), shape))
    }

    /// The facts that both guarantee together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.fields |= other.fields;
        self.labels.extend(other.labels);
        self.claims.extend(other.claims);
        self.texts.extend(other.texts);
        self.rows.extend(other.rows);
        self.everything |= other.everything;
        self
    }

    fn or(self, other: Self) -> Self {
        match (self.everything, other.everything) {
            (true, _) => other,
            (_, true) => self,
            (false, false) => Self {
                fields: self.fields & other.fields,
                labels: &self.labels & &other.labels,
                claims: &self.claims & &other.claims,
                texts: &self.texts & &other.texts,
                rows: self.rows.into_iter().filter(|row| other.rows.contains(row)).collect(),
                everything: false,
            },
        }
    }

    /// The values that are present if `condition` is `truth`.
    pub(super) fn when(condition: &Condition, truth: bool) -> Self {
        let each = |list: &[Condition]| list.iter().map(|one| Self::when(one, truth)).collect::<Vec<_>>();
        let all = |list: Vec<Self>| list.into_iter().fold(Self::default(), Self::and);
        let common = |list: Vec<Self>| list.into_iter().reduce(Self::or).unwrap_or_default();
        match (condition, truth) {
            (Condition::Not(inner), _) => Self::when(inner, !truth),
            (Condition::All(list), true) | (Condition::AnyOf(list), false) => all(each(list)),
            (Condition::All(list), false) | (Condition::AnyOf(list), true) => common(each(list)),
            // A condition that cannot be so guarantees everything.
            (Condition::Constant(value), _) if *value != truth => Self::everything(),
            (
                Condition::Has(field)
                | Condition::Some(field, _)
                | Condition::Every(field, _)
                | Condition::Member(_, field)
                | Condition::InRow(Operand::Field(field), ..)
                | Condition::AnyInRow(field, ..)
                | Condition::EveryInRow(field, ..),
                true,
            ) => Self::field(*field),
            (Condition::ElementsIn(_, field, set), true) => Self::field(*field).and(Self::field(*set)),
            (Condition::HasLabel(field, name), true) => {
                let labels = BTreeSet::from([(*field, name.clone())]);
                Self { labels, ..Self::field(*field) }
            }
            (Condition::HasClaim(path), true) => Self::claim(path),
            (Condition::HasRow(table, key), true) => {
                Self { rows: vec![(table.clone(), key.clone())], ..Self::default() }
            }
            (Condition::Matches(operand, pattern), _) => {
                let mut field = match operand {
                    Operand::Field(field) if truth => Self::field(*field),
                    Operand::Claim(path) if truth => Self::claim(path),
                    _ => Self::default(),
                };
                field.fields |= if truth { needed(pattern) } else { 0 };
                field.and(Self::of_text(operand, pattern, truth))
            }
            (Condition::Compare(comparison, operand, Operand::Term(term, _)), _) => {
                Self::of_text(operand, &compared(*comparison, term), truth)
            }
            (Condition::Compare(comparison, Operand::Term(term, _), operand), _) => {
                Self::of_text(operand, &compared(comparison.flipped(), term), truth)
            }
            (Condition::Call(predicate, text, Operand::Term(part, _)), true) => match predicate.row().anchor {
                Some(end) => Self::of_text(text, &Pattern::Text(at(end), as_text(part.clone())), true),
                None => Self::default(),
            },
            _ => Self::default(),
        }
    }

    /// The facts about a text if it, or its length, matches a pattern or does not.
    fn of_text(operand: &Operand, pattern: &Pattern, truth: bool) -> Self {
        let mut present = Self::default();
        if let Operand::Call(Function::Length, inner) = operand {
            let is_filled = matches(pattern, &Constant::Int(0)) == Some(!truth);
            present.texts.extend(place(inner).filter(|_| is_filled).map(|place| (place, Shape::Filled)));
        } else if let Some(place) = place(operand) {
            present.learn(&place, pattern, truth);
        }
        present
    }

    fn learn(&mut self, place: &Place, pattern: &Pattern, truth: bool) {
        let empty = match scalar_of(pattern) {
            Some(Scalar::Bytes) => Constant::Bytes(Vec::new()),
            _ => Constant::String(String::new()),
        };
        if matches(pattern, &empty) == Some(!truth) {
            self.texts.insert((place.clone(), Shape::Filled));
        }
        if let Pattern::Text(matcher, text) = pattern
            && truth
            && let Some(end) = matcher.row().anchor
            && is_boundary(end, text)
        {
            let side = if end == Anchor::Start { Shape::Begins } else { Shape::Ends };
            self.texts.extend([(place.clone(), Shape::Filled), (place.clone(), side)]);
        }
    }

    fn claim(path: &ClaimPath) -> Self {
        Self { claims: BTreeSet::from([path.clone()]), ..Self::default() }
    }

    fn field(field: FieldNo) -> Self {
        Self { fields: bit(field), ..Self::default() }
    }
}

/// The other attributes without which nothing matches the pattern.
fn needed(pattern: &Pattern) -> Fields {
    match pattern.form() {
        Form::Value => pattern.attributes().into_iter().map(bit).fold(0, |all, one| all | one),
        Form::Any | Form::Absent | Form::OneOf(_) | Form::Not(_) | Form::Labels(_) => 0,
    }
}

/// The type of the values that a pattern names.
fn scalar_of(pattern: &Pattern) -> Option<Scalar> {
    match pattern {
        Pattern::Equal(Term::Constant(constant)) => Some(constant.scalar()),
        Pattern::OneOf(list) => list.iter().find_map(scalar_of),
        Pattern::Not(inner) => scalar_of(inner),
        _ => None,
    }
}

/// The matcher for a part at one end.
const fn at(end: Anchor) -> Matcher {
    match end {
        Anchor::Start => Matcher::Prefix,
        Anchor::End => Matcher::Suffix,
    }
}

/// Whether the outer end of a prefix or a suffix is literal, and not a letter or digit.
fn is_boundary(end: Anchor, text: &Text) -> bool {
    let outer = match end {
        Anchor::Start => text.pieces.first(),
        Anchor::End => text.pieces.last(),
    };
    let Some(Piece::Literal(bytes)) = outer else { return false };
    let outermost = match end {
        Anchor::Start => bytes.first(),
        Anchor::End => bytes.last(),
    };
    outermost.is_some_and(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
}
