//! The types of a program as a tree: every argument filled in, every constant in its final form.
//!
//! The compiler makes such trees and [writes](super::write()) them; [reading](super::read) a
//! program gives them back.

use std::collections::BTreeSet;

use super::{Arithmetic, Function, Predicate};
use crate::check::table::Table;
use crate::check::tree::{ClaimPath, Constant};
use crate::syntax::ast::Quantifier;
use placet_core::bytecode::constant::NetworkBits;
use placet_core::model::matcher::Matcher;
use placet_core::model::owned::Held;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// The effect of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// If it matches, the request is forbidden.
    Deny,
    /// If it does not match, nothing is allowed: the condition of a block.
    Require,
    /// If it matches, the block allows.
    Allow,
}

impl Effect {
    /// How many elements of a set a bare pattern has to match.
    #[must_use]
    pub const fn quantifier(self) -> Quantifier {
        match self {
            Self::Deny => Quantifier::Some,
            Self::Require | Self::Allow => Quantifier::Every,
        }
    }
}

/// A rule: all its tests must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its effect.
    pub effect: Effect,
    /// In the order in which they run.
    pub tests: Vec<Test>,
}

/// One test of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `action: [get, set]`
    Action(Actions),
    /// `cache: "acorns"`
    Field(FieldNo, Pattern),
    /// `groups: some "staff"`, where a bare pattern would mean `every`, or the other way round.
    Elements(Quantifier, FieldNo, Pattern),
    /// `when hour(time) in 8..18`
    When(Condition),
}

/// A set of actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actions {
    /// Ascending.
    pub listed: Vec<ActionNo>,
    /// Whether all others are meant, including those that the vocabulary gets later.
    pub negated: bool,
}

impl Actions {
    /// Whether the action is one of the set.
    #[must_use]
    pub fn has(&self, action: ActionNo) -> bool {
        self.listed.binary_search(&action).is_ok() != self.negated
    }
}

/// A pattern on a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// `any`
    Any,
    /// `absent`
    Absent,
    /// `not p`: there is a value, and it does not match.
    Not(Box<Self>),
    /// `[p, q]`; an empty list matches nothing.
    AnyOf(Vec<Self>),
    /// Both; a map of labels consists of these.
    AllOf(Vec<Self>),
    /// `true`
    Bool(bool),
    /// The bytes of a string, path, uuid or of bytes.
    Equal(Vec<u8>),
    /// `prefix "user/"`, `~"eu-.*"`, `"/a/**"`: with the matcher's constant as it is in a program.
    Text(Matcher, Vec<u8>),
    /// Both ends included.
    Range(i64, i64),
    /// `"10.0.0.0/8"`
    Network(NetworkBits),
    /// `subject`: equal to a value of the request.
    Is(Value),
    /// `prefix "home/{user}/"`: a text with values of the request in it, as the constant of a
    /// program and the values in their order.
    Made(Vec<u8>, Vec<Value>),
    /// `{ dc: p }`
    Label(String, Box<Self>),
}

/// How a pattern is built of others.
#[derive(Clone, Copy, Debug)]
pub enum Form<'p> {
    /// `any`
    Any,
    /// `absent`
    Absent,
    /// `not p`
    Not(&'p Pattern),
    /// `[p, q]`
    AnyOf(&'p [Pattern]),
    /// Both.
    AllOf(&'p [Pattern]),
    /// `{ dc: p }`
    Label(&'p str, &'p Pattern),
    /// Everything else: what is asked of one value.
    Value,
}

impl Pattern {
    /// How it is built of others, for code to which all patterns on one value are alike.
    #[must_use]
    pub fn form(&self) -> Form<'_> {
        match self {
            Self::Any => Form::Any,
            Self::Absent => Form::Absent,
            Self::Not(inner) => Form::Not(inner),
            Self::AnyOf(parts) => Form::AnyOf(parts),
            Self::AllOf(parts) => Form::AllOf(parts),
            Self::Label(name, inner) => Form::Label(name, inner),
            Self::Bool(_)
            | Self::Equal(_)
            | Self::Text(..)
            | Self::Range(..)
            | Self::Network(_)
            | Self::Is(_)
            | Self::Made(..) => Form::Value,
        }
    }

    /// The constant of a pattern that texts match which are not all alike; none of one that is compared in place.
    #[must_use]
    pub fn searched(&self) -> Option<&[u8]> {
        match self {
            Self::Text(_, constant) | Self::Made(constant, _) => Some(constant),
            Self::Any
            | Self::Absent
            | Self::Not(_)
            | Self::AnyOf(_)
            | Self::AllOf(_)
            | Self::Bool(_)
            | Self::Equal(_)
            | Self::Range(..)
            | Self::Network(_)
            | Self::Is(_)
            | Self::Label(..) => None,
        }
    }

    /// The values of the request that it reads besides the one that it is about.
    #[must_use]
    pub fn values(&self) -> Vec<&Value> {
        match (self, self.form()) {
            (Self::Is(value), _) => vec![value],
            (Self::Made(_, values), _) => values.iter().collect(),
            (_, Form::Not(inner) | Form::Label(_, inner)) => inner.values(),
            (_, Form::AnyOf(parts) | Form::AllOf(parts)) => parts.iter().flat_map(Self::values).collect(),
            (_, Form::Any | Form::Absent | Form::Value) => Vec::new(),
        }
    }

    /// Whether it reads such values.
    #[must_use]
    pub fn reads_request(&self) -> bool {
        !self.values().is_empty()
    }

    /// Equal to a value.
    #[must_use]
    pub fn equal(constant: Constant) -> Self {
        match constant.held() {
            Held::Bool(truth) => Self::Bool(truth),
            Held::Number(number) => Self::range(number, number),
            Held::Bytes(_) => Self::Equal(constant.into_bytes().unwrap_or_default()),
            Held::Address(first) => Self::Network(NetworkBits { first, bits: 128 }),
        }
    }

    /// A matcher whose text is compared as it is. An empty end is every value's.
    #[must_use]
    pub fn text(matcher: Matcher, text: Vec<u8>) -> Self {
        if text.is_empty() && matcher.row().anchor.is_some() { Self::Any } else { Self::Text(matcher, text) }
    }

    /// Matches no value.
    pub const NEVER: Self = Self::AnyOf(Vec::new());

    /// One of `choices`: flat, each once, the cheap ones first.
    #[must_use]
    pub fn any_of(choices: Vec<Self>) -> Self {
        let mut known = BTreeSet::new();
        let mut flat: Vec<Self> = choices.into_iter().flat_map(Self::alternatives).collect();
        flat.retain(|choice| known.insert(choice.clone()));
        if flat.contains(&Self::Any) {
            flat.retain(|choice| matches!(choice, Self::Any | Self::Absent));
        }
        flat.sort_by_key(Self::rank);
        if flat.len() == 1 { flat.remove(0) } else { Self::AnyOf(flat) }
    }

    fn alternatives(self) -> Vec<Self> {
        match self {
            Self::AnyOf(inner) => inner,
            other => vec![other],
        }
    }

    /// Present, and not `inner`.
    #[must_use]
    pub fn negated(inner: Self) -> Self {
        match inner {
            Self::Any => Self::NEVER,
            Self::Absent => Self::Any,
            Self::AnyOf(none) if none.is_empty() => Self::Any,
            Self::AnyOf(all) if all.contains(&Self::Any) => Self::NEVER,
            other => Self::Not(Box::new(other)),
        }
    }

    /// From `first` to `last`, both included.
    #[must_use]
    pub const fn range(first: i64, last: i64) -> Self {
        match (first, last) {
            (i64::MIN, i64::MAX) => Self::Any,
            _ if first > last => Self::NEVER,
            _ => Self::Range(first, last),
        }
    }

    /// All of these labels, the cheap ones first.
    #[must_use]
    pub fn labels(wanted: Vec<(String, Self)>) -> Self {
        let mut labels: Vec<Self> =
            wanted.into_iter().map(|(name, pattern)| Self::Label(name, Box::new(pattern))).collect();
        labels.sort_by(|a, b| a.rank().cmp(&b.rank()).then_with(|| a.cmp(b)));
        match labels.len() {
            0 => Self::any_of(vec![Self::Any, Self::Absent]),
            1 => labels.remove(0),
            _ => Self::AllOf(labels),
        }
    }

    /// Relative cost: comparing in place, then looking at one end, then scanning the whole value.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Any | Self::Absent | Self::Bool(_) | Self::Equal(_) | Self::Range(..) => 0,
            Self::Text(matcher, _) => matcher.row().rank,
            Self::Is(_) => 1,
            Self::Network(_) => 2,
            Self::Made(..) => 3,
            Self::Not(inner) => inner.rank(),
            Self::Label(_, inner) => inner.rank().max(1),
            Self::AnyOf(parts) | Self::AllOf(parts) => parts.iter().map(Self::rank).max().unwrap_or(0),
        }
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `true`
    Constant(bool),
    /// `a && b`
    All(Vec<Self>),
    /// `a || b`
    AnyOf(Vec<Self>),
    /// `!a`
    Not(Box<Self>),
    /// `a < b`, `starts_with(a, b)`
    Compare(Predicate, Value, Value),
    /// `a in p`
    Matches(Value, Pattern),
    /// `any groups in p`
    AnyElement(FieldNo, Pattern),
    /// `all groups in p`
    EveryElement(FieldNo, Pattern),
    /// `a in groups`
    Member(Value, FieldNo),
    /// `any groups in readers`, `all groups in readers`
    ElementsIn(Quantifier, FieldNo, FieldNo),
    /// `action in [get, set]`: ascending.
    Action(Vec<ActionNo>),
    /// `has subject`
    Has(FieldNo),
    /// `has headers["accept"]`
    HasLabel(FieldNo, String),
    /// `has token.owner`
    HasClaim(ClaimPath),
    /// `a in teams[b]`
    InRow(Value, Table, Value),
    /// `any groups in teams[a]`
    AnyInRow(FieldNo, Table, Value),
    /// `all groups in teams[a]`
    EveryInRow(FieldNo, Table, Value),
    /// `has teams[a]`
    HasRow(Table, Value),
    /// A bool is true.
    Holds(Value),
    /// `vouched("placet_public_…")`
    Vouched([u8; 32]),
    /// `approved(2, [ann, bob])`
    Approved(Quorum),
}

/// How many of which keys have to approve a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// At least 1, and at most as many as there are keys.
    pub needed: usize,
    /// Strictly ascending.
    pub keys: Vec<[u8; 32]>,
}

impl Quorum {
    /// The keys that have not approved, if more of them have to.
    #[must_use]
    pub fn missing<'q>(&'q self, approvers: &'q [[u8; 32]]) -> Option<(usize, impl Iterator<Item = &'q [u8; 32]>)> {
        let missing = || self.keys.iter().filter(|key| !approvers.contains(key));
        let have = self.keys.len() - missing().count();
        self.needed.checked_sub(have).filter(|more| *more > 0).map(|more| (more, missing()))
    }
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `subject`
    Field(FieldNo),
    /// `headers["accept"]`
    Label(FieldNo, String),
    /// `7`
    Constant(Constant),
    /// `token.issuance`
    Issuance,
    /// `token.expiry`
    Expiry,
    /// `token.owner`
    Claim(ClaimPath),
    /// What the clocks of a zone show; the zone is the constant of a program.
    Local(Vec<u8>, Box<Self>),
    /// `a + b`, `a - b`
    Compute(Arithmetic, Box<Self>, Box<Self>),
    /// `managers[a]`
    Row(Table, Box<Self>),
    /// `hour(a)`, `length(a)`
    Call(Function, Box<Self>),
    /// `size(groups)`
    Size(FieldNo),
}

impl Value {
    /// The type of the value; `None` if it is not a single value, such as a set.
    #[must_use]
    pub fn scalar(&self, vocabulary: &Vocabulary) -> Option<Scalar> {
        match self {
            Self::Field(field) => match vocabulary.attribute(*field)?.ty {
                Type::One(scalar) => Some(scalar),
                Type::Set(_) | Type::Labels => None,
            },
            Self::Label(..) | Self::Claim(_) => Some(Scalar::String),
            Self::Constant(constant) => Some(constant.scalar()),
            Self::Issuance | Self::Expiry | Self::Local(..) => Some(Scalar::Time),
            Self::Compute(arithmetic, left, right) => {
                arithmetic.result(left.scalar(vocabulary)?, right.scalar(vocabulary)?)
            }
            Self::Row(table, _) => Some(table.element()),
            Self::Call(function, _) => Some(function.row().gives),
            Self::Size(_) => Some(Scalar::Int),
        }
    }
}
