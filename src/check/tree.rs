//! The checked tree: every name is a number, every literal is a value of its type, every condition
//! is typed.
//!
//! Parameters are still open: [`Term::Parameter`] and [`Piece::Parameter`] are filled in when a
//! token is minted. A parameter is a value, never a pattern, so filling one in cannot widen a rule.
//! `compile` lowers this tree, and the reference evaluator of the tests walks it.

use std::sync::Arc;

use super::table::Table;
use crate::span::Span;
use crate::syntax::ast::{self, BlockKind, Comparison, ParameterType, Quantifier};
use placet_core::model::arithmetic::Arithmetic;
pub use placet_core::model::claim::ClaimPath;
use placet_core::model::function::Function;
use placet_core::model::matcher::Matcher;
pub use placet_core::model::owned::Constant;
use placet_core::model::predicate::Predicate;
use placet_core::model::time::Time;
use placet_core::model::types::Scalar;
pub use placet_core::model::url_pattern::UrlPattern;
use placet_core::model::value::Address;
use placet_core::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// A file that has no errors.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The vocabulary that `use` names or the file declares.
    pub vocabulary: Arc<Vocabulary>,
    /// Its tokens, policies and restrictions, in order.
    pub templates: Vec<Template>,
}

/// A token, policy or restriction whose parameters are open.
#[derive(Clone, Debug)]
pub struct Template {
    /// Token, policy or restriction.
    pub kind: BlockKind,
    /// Its name.
    pub name: String,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// The name's place.
    pub at: Span,
    /// In order; an argument's number is its place.
    pub parameters: Vec<Parameter>,
    /// The token's claims; empty for policies and restrictions.
    pub claims: Claims,
    /// When it is valid.
    pub times: Times,
    /// `holder`: the text of a public key.
    pub holder: Option<Term>,
    /// The block's own `when` and `unless`, joined: nothing is allowed if it is false.
    pub guard: Option<Condition>,
    /// In the order of the source; those from TOKENGEN keys come first.
    pub rules: Vec<Rule>,
    /// In the order of the source. They compile to nothing.
    pub promises: Vec<Promise>,
}

impl Template {
    /// Whether it is a restriction without a rule, a bound, a holder or a condition: every request
    /// passes it.
    #[must_use]
    pub fn restricts_nothing(&self) -> bool {
        let Times { issuance, not_before, expiry, ttl } = &self.times;
        let is_bound = [issuance, not_before, expiry, ttl].into_iter().any(Option::is_some);
        self.kind == BlockKind::Restriction
            && self.rules.is_empty()
            && self.guard.is_none()
            && self.holder.is_none()
            && !is_bound
    }

    /// A policy that has the same parameters and one rule.
    #[must_use]
    pub fn alone(&self, rule: Rule) -> Self {
        Self {
            kind: BlockKind::Policy,
            name: self.name.clone(),
            doc: Vec::new(),
            at: self.at,
            parameters: self.parameters.clone(),
            claims: Claims::default(),
            times: Times::default(),
            holder: None,
            guard: None,
            rules: vec![rule],
            promises: Vec::new(),
        }
    }
}

/// `user: string`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `user`
    pub name: String,
    /// `string`; never labels.
    pub ty: ParameterType,
}

/// The claims of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// `id`
    pub id: Option<Text>,
    /// `type`: `READ` or `WRITE`.
    pub kind: Option<String>,
    /// `owner`, as text.
    pub owner: Option<Text>,
    /// `producer`, as text.
    pub producer: Option<Text>,
    /// `application`
    pub application: Option<Text>,
    /// `labels` of a WRITE token, sorted by name.
    pub labels: Vec<(String, Text)>,
    /// `attributes`, sorted by name.
    pub attributes: Vec<(String, Text)>,
}

/// When a token or restriction is valid; all in milliseconds, of type `time` or `duration`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// `issuance`: now, if it is not given.
    pub issuance: Option<Term>,
    /// `not_before`
    pub not_before: Option<Term>,
    /// `expiry`; ignored if `ttl` is given.
    pub expiry: Option<Term>,
    /// `ttl`, from issuance (for a restriction: from the moment it is added).
    pub ttl: Option<Term>,
}

impl Times {
    /// Whether a block that is minted or added at `now` certainly expires before it is valid. A
    /// time that depends on arguments is not certain.
    #[must_use]
    pub fn are_never(&self, now: Time) -> bool {
        let begin = self.issuance.as_ref().map_or(Some(now.as_millis()), Term::number);
        let end = match &self.ttl {
            Some(ttl) => begin.zip(ttl.number()).map(|(begin, ttl)| begin.saturating_add(ttl)),
            None => self.expiry.as_ref().and_then(Term::number),
        };
        end.zip(self.not_before.as_ref().and_then(Term::number)).is_some_and(|(end, not_before)| end <= not_before)
    }
}

/// The effect of a rule. `only` is `Allow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Matching is a reason to allow.
    Allow,
    /// Matching forbids.
    Deny,
}

impl Effect {
    /// How many elements of a set a bare pattern has to match.
    #[must_use]
    pub const fn quantifier(self) -> Quantifier {
        match self {
            Self::Allow => Quantifier::Every,
            Self::Deny => Quantifier::Some,
        }
    }
}

/// One rule; all of its tests must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Allow or deny.
    pub effect: Effect,
    /// Which actions; `None` is every one.
    pub actions: Option<Actions>,
    /// Each attribute at most once, ascending.
    pub tests: Vec<Test>,
    /// `when` and `unless`, joined.
    pub condition: Option<Box<Condition>>,
    /// All of it, in the source.
    pub at: Span,
}

/// `never { … }`, `always { … }`: an assertion about every request inside the block's validity. It
/// decides nothing and is in no program; it is checked against requests when policies are tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The assertion about them.
    pub kind: PromiseKind,
    /// The requests it is about: those that this rule matches, which denies for `never` and allows
    /// for `always`.
    pub requests: Rule,
}

/// The assertion about requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PromiseKind {
    /// None of them is allowed. A set matches if any element does, as in a `deny`.
    Never,
    /// All of them are allowed; a restriction does not forbid any. A set matches if every element
    /// does, as in an `allow`.
    Always,
}

impl PromiseKind {
    /// The keyword.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.effect().word()
    }

    /// Its keyword in the source.
    #[must_use]
    pub const fn effect(self) -> ast::Effect {
        match self {
            Self::Never => ast::Effect::Never,
            Self::Always => ast::Effect::Always,
        }
    }
}

/// A set of actions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actions {
    /// Ascending.
    pub listed: Vec<ActionNo>,
    /// Whether all others are meant. Under `allow`, "all others" are those that exist when the rule
    /// is compiled: a token never grants an action that came later. Under `deny` it includes later
    /// ones.
    pub negated: bool,
}

/// `cache: "acorns"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The attribute.
    pub field: FieldNo,
    /// How many elements of a set must match, if the rule says so.
    pub quantifier: Option<Quantifier>,
    /// The pattern for its value.
    pub pattern: Pattern,
}

impl Test {
    /// How many elements of a set must match: without `some` or `every`, all of them under `allow`,
    /// one of them under `deny`.
    #[must_use]
    pub fn asks(&self, effect: Effect) -> Quantifier {
        self.quantifier.unwrap_or_else(|| effect.quantifier())
    }
}

/// A pattern on one value of a known type. An absent value is matched only by `Absent`, by a
/// `OneOf` that contains it, and by `Labels` in which every pattern matches absence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// `any`
    Any,
    /// `absent`
    Absent,
    /// Equal to it; for `Path` an exact path.
    Equal(Term),
    /// Equal to another attribute of the request or to a field of the token; not if that is absent.
    Is(Box<Operand>),
    /// Equal to one element of a parameter that is a set, or inside one that is a network.
    InParameter(ArgumentNo),
    /// Any of them.
    OneOf(Vec<Pattern>),
    /// Present, and not that.
    Not(Box<Pattern>),
    /// A string, bytes or path that the matcher's text matches. Arguments are literal text, and the
    /// literal pieces have the matcher's syntax. In a glob `*` is any run of characters, `?` is one
    /// character, and `\` takes the next one literally; in bytes a character is a byte. A path
    /// pattern has at least one wildcard: `*` is one segment, `**` any number of them, also none;
    /// inside a segment `*` is any run, and [`STAR`] is the character. There an argument must be (a
    /// part of) one segment, and apart from that the pieces are canonical.
    Text(Matcher, Text),
    /// An int, time or duration from the first to the second, both included; `None` is no bound.
    Range(Option<Bound>, Option<Bound>),
    /// An address in the network.
    Network(Network),
    /// A URL, by its parts.
    Url(UrlPattern),
    /// Labels: each name's value must match; a name that is missing has no value, and absent labels
    /// lack every name.
    Labels(Vec<(String, Pattern)>),
}

/// How a pattern is built of others.
#[derive(Clone, Copy, Debug)]
pub enum Form<'p> {
    /// `any`
    Any,
    /// `absent`
    Absent,
    /// `[p, q]`
    OneOf(&'p [Pattern]),
    /// `not p`
    Not(&'p Pattern),
    /// `{ dc: p }`
    Labels(&'p [(String, Pattern)]),
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
            Self::OneOf(list) => Form::OneOf(list),
            Self::Not(inner) => Form::Not(inner),
            Self::Labels(labels) => Form::Labels(labels),
            Self::Equal(_)
            | Self::Is(_)
            | Self::InParameter(_)
            | Self::Text(..)
            | Self::Range(..)
            | Self::Network(_)
            | Self::Url(_) => Form::Value,
        }
    }

    /// The attributes of the request that it reads besides the one that it is about.
    #[must_use]
    pub fn attributes(&self) -> Vec<FieldNo> {
        match (self, self.form()) {
            (Self::Is(value), _) => {
                if let Operand::Field(field) = **value {
                    vec![field]
                } else {
                    Vec::new()
                }
            }
            (Self::Text(_, text) | Self::Equal(Term::Text(text)), _) => text.attributes().collect(),
            (_, Form::OneOf(list)) => list.iter().flat_map(Self::attributes).collect(),
            (_, Form::Not(inner)) => inner.attributes(),
            (_, Form::Labels(labels)) => labels.iter().flat_map(|(_, pattern)| pattern.attributes()).collect(),
            (_, Form::Any | Form::Absent | Form::Value) => Vec::new(),
        }
    }

    /// The arguments in it.
    #[must_use]
    pub fn arguments(&self) -> Vec<ArgumentNo> {
        match self {
            Self::Equal(term) => term.arguments(),
            Self::InParameter(number) => vec![*number],
            Self::Text(_, text) => text.arguments().collect(),
            Self::Range(from, to) => [from, to].into_iter().flatten().flat_map(|end| end.term.arguments()).collect(),
            Self::OneOf(list) => list.iter().flat_map(Self::arguments).collect(),
            Self::Not(inner) => inner.arguments(),
            Self::Labels(labels) => labels.iter().flat_map(|(_, pattern)| pattern.arguments()).collect(),
            Self::Any | Self::Absent | Self::Network(_) | Self::Is(_) | Self::Url(_) => Vec::new(),
        }
    }
}

/// The number of a parameter and of its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArgumentNo(pub usize);

/// An end of a range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// Of type int, time or duration.
    pub term: Term,
    /// Whether the end itself belongs to the range.
    pub included: bool,
}

/// One value, known now or when a token is minted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// Known now.
    Constant(Constant),
    /// A parameter of exactly the expected type (a `string` is accepted for `bytes`).
    Parameter(ArgumentNo),
    /// A string with splices; also read as bytes, and as a path without wildcards.
    Text(Text),
}

impl Term {
    /// Its number, if it is known and has one.
    pub(super) const fn number(&self) -> Option<i64> {
        match self {
            Self::Constant(Constant::Int(n) | Constant::Time(n) | Constant::Duration(n)) => Some(*n),
            Self::Constant(_) | Self::Parameter(_) | Self::Text(_) => None,
        }
    }

    /// The arguments in it.
    #[must_use]
    pub fn arguments(&self) -> Vec<ArgumentNo> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Parameter(number) => vec![*number],
            Self::Text(text) => text.arguments().collect(),
        }
    }
}

/// Addresses that share their first bits. IPv4 networks are stored mapped: `10.0.0.0/8` has 104
/// bits. One of fewer than 96 bits is an IPv6 network and contains no IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Its first address; all later bits are zero.
    pub first: Address,
    /// 0 to 128.
    pub bits: u8,
}

/// Text with parameters in it; neighbouring literal pieces are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text {
    /// In order.
    pub pieces: Vec<Piece>,
}

impl Text {
    /// Whether the text depends on the request.
    #[must_use]
    pub fn has_attributes(&self) -> bool {
        self.attributes().next().is_some()
    }

    /// The attributes of the request in it.
    pub fn attributes(&self) -> impl Iterator<Item = FieldNo> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(field) => Some(*field),
            Piece::Literal(_) | Piece::Parameter(_) => None,
        })
    }

    /// The arguments in it.
    pub fn arguments(&self) -> impl Iterator<Item = ArgumentNo> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(number) => Some(*number),
            Piece::Literal(_) | Piece::Field(_) => None,
        })
    }
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Literal text; as bytes, so that `x"00ff"` may come before and after a splice of bytes.
    Literal(Vec<u8>),
    /// The text of an attribute of the request; only in patterns and conditions. It is always
    /// literal, and the whole does not match if it is absent.
    Field(FieldNo),
    /// The argument's text: a string or bytes as they are, an int in decimal, a uuid in its usual
    /// form. It is always literal.
    Parameter(ArgumentNo),
}

/// A literal `*` in a path pattern.
pub const STAR: &str = "%2A";

/// A typed boolean expression. A comparison that reads an absent value is false; the checker has
/// reported every place where that could happen unguarded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `true`, `false`
    Constant(bool),
    /// `!e`
    Not(Box<Condition>),
    /// `a && b && c`
    All(Vec<Condition>),
    /// `a || b || c`
    AnyOf(Vec<Condition>),
    /// `a < b`: two operands of one type; only `==` and `!=` where the type has no order.
    Compare(Comparison, Operand, Operand),
    /// `e in p`
    Matches(Operand, Pattern),
    /// `any groups in p`: false without elements.
    Some(FieldNo, Pattern),
    /// `all groups in p`: false without elements, as a pattern on nothing.
    Every(FieldNo, Pattern),
    /// `subject in groups`: the value is an element of the set.
    Member(Operand, FieldNo),
    /// `any groups in readers`, `all groups in readers`: elements of the first set are in the second;
    /// false without elements.
    ElementsIn(Quantifier, FieldNo, FieldNo),
    /// `action == read`, `action in [read, write]`. "All others" include actions that are declared
    /// later; the checker has made sure that a rule that allows holds for none of those.
    Action(Actions),
    /// `has subject`
    Has(FieldNo),
    /// `has headers["x-trace"]`
    HasLabel(FieldNo, String),
    /// `has token.owner`
    HasClaim(ClaimPath),
    /// `starts_with(a, b)`: a predicate that is written as a call, of two operands of one type that
    /// it accepts.
    Call(Predicate, Operand, Operand),
    /// A bool attribute, parameter or `let` by itself.
    Truth(Operand),
    /// `team in teams[subject]`: the value is an element of the row, or its one value.
    InRow(Operand, Table, Operand),
    /// `any groups in teams[subject]`
    AnyInRow(FieldNo, Table, Operand),
    /// `all groups in teams[subject]`: false without elements.
    EveryInRow(FieldNo, Table, Operand),
    /// `has teams[subject]`
    HasRow(Table, Operand),
    /// `vouched("placet_public_…")`: a third-party block of this key is on the token.
    Vouched([u8; 32]),
    /// `approved(2, [ann, bob])`: so many of these keys have approved the request.
    Approved(Quorum),
}

/// How many of which keys have to approve a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quorum {
    /// At least 1.
    pub needed: usize,
    /// None twice.
    pub keys: Vec<Approver>,
}

/// One who may approve a request, or several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Approver {
    /// A public key.
    Key([u8; 32]),
    /// The keys whose texts the argument has: one, or a set.
    Parameter(ArgumentNo),
}

/// One value inside a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// An attribute that is one value.
    Field(FieldNo),
    /// `headers["x-trace"]`: a string.
    Label(FieldNo, String),
    /// A constant or parameter, with the type it is read as.
    Term(Term, Scalar),
    /// `token.issuance`: a time.
    Issuance,
    /// `token.expiry`: a time; the greatest one where the token never expires.
    Expiry,
    /// `token.owner`: a string.
    Claim(ClaimPath),
    /// What the clocks of a zone show at a time, as if it were a time in UTC: the argument of
    /// `hour(time, "Europe/Zurich")`.
    Local(String, Box<Operand>),
    /// `a + b`, `a - b`, of types that [go together](Arithmetic::result). The whole of a sum
    /// saturates, its parts are exact.
    Compute(Arithmetic, Box<Operand>, Box<Operand>),
    /// `managers[owner]`: the one value of a row; absent without one.
    Row(Table, Box<Operand>),
    /// `hour(time)`: a function of an operand that it accepts.
    Call(Function, Box<Operand>),
    /// Elements of a set attribute, or labels of a labels attribute; 0 where it is absent.
    Size(FieldNo),
}
