//! What a rule says about a facet: the literals of which a request that it matches must have one there.
//!
//! Who builds an index and who proves it ask the same function, so that neither has to be believed.

use arrayvec::ArrayVec;

use super::facet::{END_BYTES, Facet, Hash, Kind, Part, ordered, segment, shifted};
use crate::bytecode::constant::{NetworkBits, actions_of};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Op, Sort};
use crate::bytecode::program::constant;
use crate::bytecode::wildcard::{GlobPiece, PathPiece};
use crate::model::vocabulary::FieldNo;

/// Keys of one rule in one table; a rule that wants one of more is not found by it.
pub const KEYS: usize = 64;

/// A rule as it lies in a program that has been proved so far.
#[derive(Clone, Debug)]
pub struct Rule<'p> {
    action: Option<Op>,
    tests: Cursor<'p>,
    pool: &'p [u8],
}

/// What a rule wants: one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal<'p> {
    /// A text, or the beginning or end or segment of one.
    Text(&'p [u8]),
    /// A number from the first to the last, both included.
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
    /// Reads the rule at the cursor, and moves behind it.
    pub fn read(code: &mut Cursor<'p>, pool: &'p [u8]) -> Option<Self> {
        let op = Op::read_of(code, Sort::Rule)?;
        let action = op.as_rule().map(|(_, action)| action);
        let body = code.take(usize::try_from(op.body()?.0).ok()?)?;
        Some(Self { action, tests: Cursor::new(body), pool })
    }

    /// The tests of attributes: the attribute, the pattern's first instruction, and what follows it.
    fn tests(&self) -> impl Iterator<Item = (Op, Option<Op>, Cursor<'p>)> {
        let mut tests = self.tests.clone();
        core::iter::from_fn(move || {
            let op = Op::read_of(&mut tests, Sort::Test)?;
            let mut children = tests.clone();
            op.skip(&mut tests)?;
            Some(match op {
                Op::Test { .. } => {
                    let pattern = Op::read_of(&mut children, Sort::Pattern)?;
                    (op, Some(pattern), children)
                }
                _ => (op, op.as_pattern().map(|(_, pattern)| pattern), children),
            })
        })
    }

    /// Calls `take` with every literal. `false` where the rule does not say so much; what was taken then means nothing.
    pub fn literals(&self, facet: Facet, take: Take<'_>) -> bool {
        if facet.kind == Kind::Action {
            let mut actions = self.action.into_iter().chain(self.tests().map(|(test, ..)| test));
            return actions.any(|op| self.actions(op, take).is_some());
        }
        self.tests().any(|(test, pattern, mut children)| {
            let field = match test {
                Op::Test { field } => Some(field),
                test => test.as_pattern().map(|(field, _)| field),
            };
            field == Some(facet.field)
                && pattern.is_some_and(|pattern| self.pattern(pattern, &mut children, facet, take).is_some())
        })
    }

    /// The attributes that it tests.
    pub fn fields(&self) -> impl Iterator<Item = FieldNo> {
        self.tests().filter_map(|(test, ..)| match test {
            Op::Test { field } => Some(field),
            test => test.as_pattern().map(|(field, _)| field),
        })
    }

    fn actions(&self, op: Op, take: Take<'_>) -> Option<()> {
        let mut span = |first: u16, last: u16| {
            take(Literal::Span { first: u128::from(first), last: u128::from(last), width: 16 });
        };
        match op {
            Op::ActionIs { action } => span(action.0, action.0),
            Op::ActionIn { first, last } => span(first.0, last.0),
            Op::ActionSet { set } => {
                actions_of(self.constant(set)?).for_each(|action| span(action.0, action.0));
            }
            _ => return None,
        }
        Some(())
    }

    fn pattern(&self, op: Op, children: &mut Cursor<'p>, facet: Facet, take: Take<'_>) -> Option<()> {
        let literal = match (op, facet.kind) {
            (Op::AnyOf { body }, _) => {
                let mut body = Cursor::new(children.take(usize::try_from(body.0).ok()?)?);
                while !body.is_empty() {
                    let choice = Op::read_of(&mut body, Sort::Pattern)?;
                    let mut inner = body.clone();
                    choice.skip(&mut body)?;
                    self.pattern(choice, &mut inner, facet, take)?;
                }
                return Some(());
            }
            (Op::Eq { text }, Kind::Segment) => Literal::Text(segment(self.constant(text)?, facet.size.into())?),
            (Op::Eq { text }, Kind::Whole | Kind::First | Kind::Last) => Literal::Text(self.constant(text)?),
            (Op::Prefix { text }, Kind::First) | (Op::Suffix { text }, Kind::Last) => {
                Literal::Text(self.constant(text)?)
            }
            (Op::Within { path }, Kind::First) => Literal::Text(self.constant(path)?),
            (Op::Within { path }, Kind::Segment) => Literal::Text(segment(self.constant(path)?, facet.size.into())?),
            (Op::Glob { glob }, Kind::First) => Literal::Text(glob_pieces(self.constant(glob)?).next()?),
            (Op::Glob { glob }, Kind::Last) => Literal::Text(glob_pieces(self.constant(glob)?).last()?),
            (Op::Path { path }, Kind::First) => {
                take(Literal::Text(&path_head(self.constant(path)?)));
                return Some(());
            }
            (Op::Path { path }, Kind::Segment) => Literal::Text(path_segment(self.constant(path)?, facet.size)?),
            (Op::Range { first, last }, Kind::Bits) => {
                Literal::Span { first: ordered(first.0), last: ordered(last.0), width: 64 }
            }
            (Op::Net { network }, Kind::Bits) => {
                let network = NetworkBits::read(self.constant(network)?)?;
                let first = u128::from_be_bytes(network.first.octets());
                let later = u128::MAX.checked_shr(u32::from(network.bits)).unwrap_or(0);
                Literal::Span { first, last: first | later, width: 128 }
            }
            _ => return None,
        };
        take(literal);
        Some(())
    }

    fn constant(&self, place: Const) -> Option<&'p [u8]> {
        constant(self.pool, place)
    }

    /// The hashes of what the rule wants of all `facets` together; `None` where it does not say so much, or wants one of
    /// more than [`KEYS`].
    #[must_use]
    pub fn keys(&self, facets: &[Facet]) -> Option<ArrayVec<Hash, KEYS>> {
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

/// Each of `keys` with what the facet sees of the literal.
fn widen(facet: Facet, literal: Literal<'_>, keys: &[Hash], wider: &mut ArrayVec<Hash, KEYS>) -> Option<()> {
    let mut add = |part| keys.iter().try_for_each(|key| wider.try_push(key.with(part)).ok());
    match literal {
        Literal::Text(text) if facet.kind == Kind::Segment => add(Part::Bytes(text)),
        Literal::Text(text) => add(Part::Bytes(facet.of_text(text)?)),
        Literal::Span { first, last, width } => {
            let bits = if facet.kind == Kind::Action { width } else { facet.size };
            let (first, last) = (shifted(first, width, bits)?, shifted(last, width, bits)?);
            // More are refused by the first that does not fit.
            (first..=last).try_for_each(|number| add(Part::Number(number)))
        }
    }
}

/// The literal at the beginning of a glob, the one at its end: nothing where a wildcard stands there.
fn glob_pieces(glob: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut pieces = Cursor::new(glob);
    core::iter::from_fn(move || match GlobPiece::read(&mut pieces)? {
        GlobPiece::Literal(literal) => Some(literal),
        GlobPiece::Run | GlobPiece::One => Some(&[]),
    })
}

/// What every path that the pattern matches begins with, as far as a facet looks.
fn path_head(pattern: &[u8]) -> ArrayVec<u8, END_BYTES> {
    let mut head = ArrayVec::new();
    let mut pieces = Cursor::new(pattern);
    while let Some(PathPiece::Literal(segment)) = PathPiece::read(&mut pieces) {
        head.extend([b'/'].iter().chain(segment).copied().take(head.remaining_capacity()));
    }
    head
}

/// The literal segment at its place, where nothing before it takes any number of segments.
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
