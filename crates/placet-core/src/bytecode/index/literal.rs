//! The literals that a rule requires at a facet: a request that the rule matches has one of them
//! there.
//!
//! Building an index and proving it use the same function, so neither has to trust the other.

use arrayvec::ArrayVec;

use super::facet::{END_BYTES, Facet, FacetKind, Hash, Part, ordered, segment, segments, shifted};
use crate::bytecode::constant::{NetworkBits, actions_of};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{self, Const, Instruction, Pattern, Test};
use crate::bytecode::program::constant;
use crate::bytecode::wildcard::{GlobPiece, PathPiece};
use crate::model::matcher::{Matcher, Syntax};
use crate::model::predicate::Anchor;
use crate::model::vocabulary::FieldNo;

/// Keys of one rule in one table; a rule with more alternatives is not put into it.
pub const KEYS: usize = 64;

/// A rule in place in a program that has been proved so far.
#[derive(Clone, Debug)]
pub struct Rule<'p> {
    action: Option<Test>,
    tests: Cursor<'p>,
    pool: &'p [u8],
}

/// A rule's requirement: one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal<'p> {
    /// A text, or the beginning or end or segment of one.
    Text(&'p [u8]),
    /// A number from the first to the last, inclusive.
    Span {
        /// The first.
        first: u128,
        /// The last.
        last: u128,
        /// How many bits such numbers have.
        width: u16,
    },
}

type Take<'t> = &'t mut dyn FnMut(Literal<'_>);

impl<'p> Rule<'p> {
    /// Reads the rule at the cursor, and moves past it.
    pub fn read(code: &mut Cursor<'p>, pool: &'p [u8]) -> Option<Self> {
        let rule = op::Rule::read(code)?;
        let body = code.take(usize::try_from(rule.body()?.0).ok()?)?;
        Some(Self { action: rule.action(), tests: Cursor::new(body), pool })
    }

    /// The tests: for each the attribute and the first instruction of the pattern, if it is a test
    /// of an attribute, and the code after that.
    fn tests(&self) -> impl Iterator<Item = (Test, Option<(FieldNo, Pattern)>, Cursor<'p>)> {
        let mut tests = self.tests.clone();
        core::iter::from_fn(move || {
            let test = Test::read(&mut tests)?;
            let mut children = tests.clone();
            test.skip(&mut tests)?;
            let asked = match test {
                Test::Test { field } => Some((field, Pattern::read(&mut children)?)),
                // The facets of a set are those of the quantifier that the rule has by itself, so
                // a test that states another has none.
                test => test.joined(),
            };
            Some((test, asked, children))
        })
    }

    /// Calls `take` with every literal. `false` if the rule does not determine them; literals taken
    /// until then mean nothing.
    pub fn literals(&self, facet: Facet<'_>, take: Take<'_>) -> bool {
        if facet.kind == FacetKind::Action {
            let mut actions = self.action.into_iter().chain(self.tests().map(|(test, ..)| test));
            return actions.any(|test| self.actions(test, take).is_some());
        }
        self.tests().any(|(_, asked, mut children)| {
            asked.is_some_and(|(field, pattern)| {
                field == facet.field && self.pattern(pattern, &mut children, facet, take).is_some()
            })
        })
    }

    /// The attributes that it tests.
    pub fn fields(&self) -> impl Iterator<Item = FieldNo> {
        self.tests().filter_map(|(_, asked, _)| asked.map(|(field, _)| field))
    }

    fn actions(&self, test: Test, take: Take<'_>) -> Option<()> {
        let mut span = |first: u16, last: u16| {
            take(Literal::Span { first: u128::from(first), last: u128::from(last), width: 16 });
        };
        match test {
            Test::ActionIs { action } => span(action.0, action.0),
            Test::ActionIn { first, last } => span(first.0, last.0),
            Test::ActionSet { set } => {
                actions_of(self.constant(set)?).for_each(|action| span(action.0, action.0));
            }
            // It requires all present and future actions, except some.
            Test::ActionNot { .. } => return None,
            Test::Test { .. }
            | Test::Equals { .. }
            | Test::Begins { .. }
            | Test::Present { .. }
            | Test::SomeOf { .. }
            | Test::EveryOf { .. }
            | Test::When {} => return None,
        }
        Some(())
    }

    fn pattern(&self, pattern: Pattern, children: &mut Cursor<'p>, facet: Facet<'_>, take: Take<'_>) -> Option<()> {
        match (pattern, facet.kind) {
            (Pattern::AnyOf { body }, _) => {
                let mut body = Cursor::new(children.take(usize::try_from(body.0).ok()?)?);
                while !body.is_empty() {
                    let choice = Pattern::read(&mut body)?;
                    let mut inner = body.clone();
                    choice.skip(&mut body)?;
                    self.pattern(choice, &mut inner, facet, take)?;
                }
            }
            (Pattern::AllOf { body }, _) => {
                let body = Cursor::new(children.take(usize::try_from(body.0).ok()?)?);
                return self.one_of_all(body, facet, take);
            }
            (Pattern::Label { name }, kind) => {
                // Of labels, only a facet of the same one is determined.
                let kind = kind.of_label().filter(|_| self.constant(name) == Some(facet.label))?;
                let inner = Pattern::read(children)?;
                return self.pattern(inner, children, Facet::new(kind, facet.field, facet.size), take);
            }
            (Pattern::Text(Matcher::Path, path), FacetKind::First) => {
                take(Literal::Text(&path_head(self.constant(path)?)));
            }
            (pattern, _) => take(self.literal(pattern, facet)?),
        }
        Some(())
    }

    /// All patterns of the body must match, so the first one that determines the literals does.
    fn one_of_all(&self, mut body: Cursor<'p>, facet: Facet<'_>, take: Take<'_>) -> Option<()> {
        while !body.is_empty() {
            let part = Pattern::read(&mut body)?;
            let mut inner = body.clone();
            part.skip(&mut body)?;
            if self.pattern(part, &mut inner, facet, take).is_some() {
                return Some(());
            }
        }
        None
    }

    /// Calls `take` with the name of every label that the tests of an attribute ask for.
    pub fn labels(&self, field: FieldNo, take: &mut dyn FnMut(&'p [u8])) {
        for (_, asked, mut children) in self.tests() {
            if let Some((tested, pattern)) = asked
                && tested == field
            {
                self.labels_of(pattern, &mut children, take);
            }
        }
    }

    fn labels_of(&self, pattern: Pattern, children: &mut Cursor<'p>, take: &mut dyn FnMut(&'p [u8])) -> Option<()> {
        if let Pattern::Label { name } = pattern {
            take(self.constant(name)?);
        }
        if let Pattern::AllOf { body } | Pattern::AnyOf { body } = pattern {
            let mut body = Cursor::new(children.take(usize::try_from(body.0).ok()?)?);
            while !body.is_empty() {
                let part = Pattern::read(&mut body)?;
                let mut inner = body.clone();
                part.skip(&mut body)?;
                self.labels_of(part, &mut inner, take)?;
            }
        }
        Some(())
    }

    /// The single literal of a pattern, as far as the facet sees it in the program.
    fn literal(&self, pattern: Pattern, facet: Facet<'_>) -> Option<Literal<'p>> {
        Some(match pattern {
            Pattern::Eq { text } => Literal::Text(match facet.kind {
                FacetKind::Segment => segment(self.constant(text)?, facet.size.into())?,
                FacetKind::SomeSegment => longest(segments(self.constant(text)?))?,
                FacetKind::Whole | FacetKind::First | FacetKind::Last => self.constant(text)?,
                FacetKind::Action
                | FacetKind::Bits
                | FacetKind::LabelWhole
                | FacetKind::LabelFirst
                | FacetKind::LabelLast => return None,
            }),
            Pattern::Text(matcher, constant) => Literal::Text(Self::part(matcher, self.constant(constant)?, facet)?),
            Pattern::Range { first, last } if facet.kind == FacetKind::Bits => {
                Literal::Span { first: ordered(first.0), last: ordered(last.0), width: 64 }
            }
            Pattern::Net { network } if facet.kind == FacetKind::Bits => {
                let network = NetworkBits::read(self.constant(network)?)?;
                let first = u128::from_be_bytes(network.first.octets());
                let later = u128::MAX.checked_shr(u32::from(network.bits)).unwrap_or(0);
                Literal::Span { first, last: first | later, width: 128 }
            }
            Pattern::Range { .. }
            | Pattern::Net { .. }
            | Pattern::Any {}
            | Pattern::Absent {}
            | Pattern::Not {}
            | Pattern::AnyOf { .. }
            | Pattern::AllOf { .. }
            | Pattern::IsTrue {}
            | Pattern::IsFalse {}
            | Pattern::Is {}
            | Pattern::Made { .. }
            | Pattern::Label { .. } => return None,
        })
    }

    /// The part of a matcher's constant that every value has where the facet looks.
    fn part(matcher: Matcher, constant: &'p [u8], facet: Facet<'_>) -> Option<&'p [u8]> {
        match (matcher.syntax(), facet.kind) {
            (Syntax::Text(_), FacetKind::First) => is_at(matcher, Anchor::Start).then_some(constant),
            (Syntax::Text(_), FacetKind::Last) => is_at(matcher, Anchor::End).then_some(constant),
            (Syntax::Place(_), FacetKind::First) => matcher.row().is_exact.then_some(constant),
            (Syntax::Place(_), FacetKind::Segment) if matcher.row().is_exact => segment(constant, facet.size.into()),
            (Syntax::Place(_), FacetKind::SomeSegment) if matcher.row().is_exact => longest(segments(constant)),
            (Syntax::Path, FacetKind::SomeSegment) => longest(path_literals(constant)),
            (Syntax::Glob, FacetKind::First) => glob_pieces(constant).next(),
            (Syntax::Glob, FacetKind::Last) => glob_pieces(constant).last(),
            (Syntax::Path, FacetKind::Segment) => path_segment(constant, facet.size),
            (Syntax::Text(_) | Syntax::Place(_) | Syntax::Glob | Syntax::Regex | Syntax::Path | Syntax::Url, _) => None,
        }
    }

    fn constant(&self, place: Const) -> Option<&'p [u8]> {
        constant(self.pool, place)
    }

    /// The hashes of the rule's requirements for all `facets` together; `None` if it does not
    /// determine them, or has more than [`KEYS`] alternatives.
    #[must_use]
    pub fn keys(&self, facets: &[Facet<'_>]) -> Option<ArrayVec<Hash, KEYS>> {
        let mut keys = ArrayVec::from_iter([Hash::START]);
        for &facet in facets {
            let mut wider = ArrayVec::new();
            let mut fits = true;
            let mut take = |literal: Literal<'_>| fits = fits && widen(facet, literal, &keys, &mut wider).is_some();
            if !self.literals(facet, &mut take) || !fits {
                return None;
            }
            keys = wider;
        }
        Some(keys)
    }
}

/// Whether values have the very text of the matcher at this end.
fn is_at(matcher: Matcher, end: Anchor) -> bool {
    matcher.row().is_exact && matcher.row().anchor == Some(end)
}

/// Combines each of `keys` with the facet's view of the literal.
fn widen(facet: Facet<'_>, literal: Literal<'_>, keys: &[Hash], wider: &mut ArrayVec<Hash, KEYS>) -> Option<()> {
    let mut add = |part| keys.iter().try_for_each(|key| wider.try_push(key.with(part)).ok());
    match literal {
        Literal::Text(text) if matches!(facet.kind, FacetKind::Segment | FacetKind::SomeSegment) => {
            add(Part::Bytes(text))
        }
        Literal::Text(text) => add(Part::Bytes(facet.of_text(text)?)),
        Literal::Span { first, last, width } => {
            let bits = if facet.kind == FacetKind::Action { width } else { facet.size };
            let (first, last) = (shifted(first, width, bits)?, shifted(last, width, bits)?);
            // More than that are refused by the first that does not fit.
            (first..=last).try_for_each(|number| add(Part::Number(number)))
        }
    }
}

/// The literal at the beginning of a glob, the one at its end: empty if a wildcard is there.
fn glob_pieces(glob: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut pieces = Cursor::new(glob);
    core::iter::from_fn(move || match GlobPiece::read(&mut pieces)? {
        GlobPiece::Literal(literal) => Some(literal),
        GlobPiece::Run | GlobPiece::One => Some(&[]),
    })
}

/// The common beginning of all paths that the pattern matches, as far as a facet looks.
fn path_head(pattern: &[u8]) -> ArrayVec<u8, END_BYTES> {
    let mut head = ArrayVec::new();
    let mut pieces = Cursor::new(pattern);
    while let Some(PathPiece::Literal(segment)) = PathPiece::read(&mut pieces) {
        head.extend([b'/'].iter().chain(segment).copied().take(head.remaining_capacity()));
    }
    head
}

/// The segments that a path has somewhere if the pattern matches it.
fn path_literals(pattern: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut pieces = Cursor::new(pattern);
    let pieces = core::iter::from_fn(move || PathPiece::read(&mut pieces));
    pieces.filter_map(|piece| match piece {
        PathPiece::Literal(segment) => Some(segment),
        PathPiece::Run | PathPiece::One | PathPiece::Glob(_) => None,
    })
}

/// The longest segment, and the first of them: the one that the fewest other rules may require.
fn longest<'p>(segments: impl Iterator<Item = &'p [u8]>) -> Option<&'p [u8]> {
    segments.reduce(|longest, segment| if segment.len() > longest.len() { segment } else { longest })
}

/// The literal segment at this index, if no piece before it takes a variable number of segments.
fn path_segment(pattern: &[u8], place: u16) -> Option<&[u8]> {
    let mut pieces = Cursor::new(pattern);
    for _ in 0..place {
        if PathPiece::read(&mut pieces)? == PathPiece::Run {
            return None;
        }
    }
    match PathPiece::read(&mut pieces)? {
        PathPiece::Literal(segment) => Some(segment),
        PathPiece::Run | PathPiece::One | PathPiece::Glob(_) => None,
    }
}
