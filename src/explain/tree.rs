//! A program read back: its rules as a tree, constants in place. What travels in a token explains itself, with or without the
//! source it was made from.

use crate::bytecode::constant::{NetworkBits, actions_of};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Length, Op};
use crate::bytecode::program::constant;
use crate::bytecode::verify::Proved;
use crate::check::tree::Constant;
use crate::model::value::Address;
use crate::model::vocabulary::{ActionNo, FieldNo};

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Where it matches, the request is forbidden.
    Deny,
    /// Where it does not match, nothing is allowed: the guard of a block.
    Require,
    /// Where it matches, the block allows.
    Allow,
}

/// A rule: all its tests must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
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
    /// `when hour(time) in 8..18`
    When(Truth),
}

/// A set of actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actions {
    /// Ascending.
    pub listed: Vec<ActionNo>,
    /// Whether all others are meant.
    pub negated: bool,
}

impl Actions {
    /// Whether the action is one of the set.
    #[must_use]
    pub fn has(&self, action: ActionNo) -> bool {
        self.listed.binary_search(&action).is_ok() != self.negated
    }
}

/// What is wanted of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `any`
    Any,
    /// `absent`
    Absent,
    /// `not p`
    Not(Box<Self>),
    /// `[p, q]`
    AnyOf(Vec<Self>),
    /// Both; what labels are made of.
    AllOf(Vec<Self>),
    /// `true`
    Bool(bool),
    /// The bytes of a string, path, uuid or of bytes.
    Equal(Vec<u8>),
    /// `prefix "user/"`
    Prefix(Vec<u8>),
    /// `suffix ".png"`
    Suffix(Vec<u8>),
    /// `glob "*.png"`, as the constant of a program.
    Glob(Vec<u8>),
    /// `~"eu-.*"`, as the constant of a program.
    Regex(Vec<u8>),
    /// Both ends included.
    Range(i64, i64),
    /// `"10.0.0.0/8"`
    Network(NetworkBits),
    /// `"/a/*/b"`, as the constant of a program.
    Path(Vec<u8>),
    /// `"/a/**"`: the path `/a` or one below it.
    Within(Vec<u8>),
    /// `{ dc: p }`
    Label(String, Box<Self>),
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// `true`
    Constant(bool),
    /// `a && b`
    All(Vec<Self>),
    /// `a || b`
    Some(Vec<Self>),
    /// `!a`
    Not(Box<Self>),
    /// `a < b`
    Compare(Comparison, Operand, Operand),
    /// `a in p`
    Matches(Operand, Pattern),
    /// `any groups in p`
    AnyElement(FieldNo, Pattern),
    /// `all groups in p`
    EveryElement(FieldNo, Pattern),
    /// `a in groups`
    Member(Operand, FieldNo),
    /// `has subject`
    Has(FieldNo),
    /// `has headers["accept"]`
    HasLabel(FieldNo, String),
    /// A bool.
    Truth(Operand),
    /// `vouched("…")`
    Vouched([u8; 32]),
}

/// A question about two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `a == b`
    Equal,
    /// `a != b`
    Unequal,
    /// `a < b`
    Less,
    /// `a <= b`
    LessOrEqual,
    /// `starts_with(a, b)`
    StartsWith,
    /// `ends_with(a, b)`
    EndsWith,
    /// `contains(a, b)`
    Contains,
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
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
    /// `a + b`
    Add(Box<Self>, Box<Self>),
    /// `a - b`
    Subtract(Box<Self>, Box<Self>),
    /// `hour(a)`
    Hour(Box<Self>),
    /// `minute(a)`
    Minute(Box<Self>),
    /// `weekday(a)`
    Weekday(Box<Self>),
    /// `length(a)`
    Length(Box<Self>),
    /// `size(a)`
    Size(FieldNo),
}

/// Reads a program back. `None` for a program with instructions that this page does not know.
#[must_use]
pub fn rules(program: &Proved<'_>) -> Option<Vec<Rule>> {
    let reader = Reader { pool: program.pool() };
    let mut code = Cursor::new(program.code());
    let mut rules = Vec::new();
    while !code.is_empty() {
        let op = Op::read(&mut code)?;
        let (rule, action) = op.as_rule().map_or((op, None), |(rule, action)| (rule, Some(action)));
        let (effect, body) = match rule {
            Op::Deny { body } => (Effect::Deny, body),
            Op::Require { body } => (Effect::Require, body),
            Op::Allow { body } => (Effect::Allow, body),
            // It says where to look, and nothing else.
            Op::DenyIndex { .. } | Op::AllowIndex { .. } => continue,
            _ => return None,
        };
        let mut tests = Vec::new();
        if let Some(action) = action {
            tests.push(reader.test_of(action, &mut code)?);
        }
        tests.extend(reader.body(&mut code, body, Reader::test)?);
        rules.push(Rule { effect, tests });
    }
    Some(rules)
}

struct Reader<'p> {
    pool: &'p [u8],
}

impl<'p> Reader<'p> {
    fn body<T>(
        &self,
        code: &mut Cursor<'p>,
        length: Length,
        node: impl Fn(&Self, &mut Cursor<'p>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut body = Cursor::new(code.take(usize::try_from(length.0).ok()?)?);
        let mut nodes = Vec::new();
        while !body.is_empty() {
            nodes.push(node(self, &mut body)?);
        }
        Some(nodes)
    }

    fn test(&self, code: &mut Cursor<'p>) -> Option<Test> {
        self.test_of(Op::read(code)?, code)
    }

    fn test_of(&self, op: Op, code: &mut Cursor<'p>) -> Option<Test> {
        if let Some((field, pattern)) = op.as_pattern() {
            return Some(Test::Field(field, self.pattern_of(pattern, code)?));
        }
        let among = |listed| Test::Action(Actions { listed, negated: false });
        Some(match op {
            Op::ActionIs { action } => among(vec![action]),
            Op::ActionIn { first, last } => among((first.0..=last.0).map(ActionNo).collect()),
            Op::ActionSet { set } => among(actions_of(self.bytes(set)?).collect()),
            Op::ActionNot { set } => {
                Test::Action(Actions { listed: actions_of(self.bytes(set)?).collect(), negated: true })
            }
            Op::Test { field } => Test::Field(field, self.pattern(code)?),
            Op::When {} => Test::When(self.truth(code)?),
            _ => return None,
        })
    }

    fn pattern(&self, code: &mut Cursor<'p>) -> Option<Pattern> {
        self.pattern_of(Op::read(code)?, code)
    }

    fn pattern_of(&self, op: Op, code: &mut Cursor<'p>) -> Option<Pattern> {
        Some(match op {
            Op::Any {} => Pattern::Any,
            Op::Absent {} => Pattern::Absent,
            Op::Not {} => Pattern::Not(Box::new(self.pattern(code)?)),
            Op::AnyOf { body } => Pattern::AnyOf(self.body(code, body, Self::pattern)?),
            Op::AllOf { body } => Pattern::AllOf(self.body(code, body, Self::pattern)?),
            Op::IsTrue {} => Pattern::Bool(true),
            Op::IsFalse {} => Pattern::Bool(false),
            Op::Eq { text } => Pattern::Equal(self.owned(text)?),
            Op::Prefix { text } => Pattern::Prefix(self.owned(text)?),
            Op::Suffix { text } => Pattern::Suffix(self.owned(text)?),
            Op::Glob { glob } => Pattern::Glob(self.owned(glob)?),
            Op::Regex { automaton } => Pattern::Regex(self.owned(automaton)?),
            Op::Range { first, last } => Pattern::Range(first.0, last.0),
            Op::Net { network } => Pattern::Network(NetworkBits::read(self.bytes(network)?)?),
            Op::Path { path } => Pattern::Path(self.owned(path)?),
            Op::Within { path } => Pattern::Within(self.owned(path)?),
            Op::Label { name } => Pattern::Label(self.text(name)?, Box::new(self.pattern(code)?)),
            _ => return None,
        })
    }

    fn truth(&self, code: &mut Cursor<'p>) -> Option<Truth> {
        Some(match Op::read(code)? {
            Op::True {} => Truth::Constant(true),
            Op::False {} => Truth::Constant(false),
            Op::All { body } => Truth::All(self.body(code, body, Self::truth)?),
            Op::Some { body } => Truth::Some(self.body(code, body, Self::truth)?),
            Op::Negate {} => Truth::Not(Box::new(self.truth(code)?)),
            Op::Equal {} => self.compare(code, Comparison::Equal)?,
            Op::Unequal {} => self.compare(code, Comparison::Unequal)?,
            Op::Less {} => self.compare(code, Comparison::Less)?,
            Op::LessEqual {} => self.compare(code, Comparison::LessOrEqual)?,
            Op::StartsWith {} => self.compare(code, Comparison::StartsWith)?,
            Op::EndsWith {} => self.compare(code, Comparison::EndsWith)?,
            Op::Contains {} => self.compare(code, Comparison::Contains)?,
            Op::Matches {} => Truth::Matches(self.operand(code)?, self.pattern(code)?),
            Op::AnyElement { field } => Truth::AnyElement(field, self.pattern(code)?),
            Op::EveryElement { field } => Truth::EveryElement(field, self.pattern(code)?),
            Op::Member { field } => Truth::Member(self.operand(code)?, field),
            Op::Has { field } => Truth::Has(field),
            Op::HasLabel { field, name } => Truth::HasLabel(field, self.text(name)?),
            Op::Truth {} => Truth::Truth(self.operand(code)?),
            Op::Vouched { key } => Truth::Vouched(self.bytes(key)?.try_into().ok()?),
            _ => return None,
        })
    }

    fn compare(&self, code: &mut Cursor<'p>, comparison: Comparison) -> Option<Truth> {
        Some(Truth::Compare(comparison, self.operand(code)?, self.operand(code)?))
    }

    fn operand(&self, code: &mut Cursor<'p>) -> Option<Operand> {
        Some(match Op::read(code)? {
            Op::Field { field } => Operand::Field(field),
            Op::LabelOf { field, name } => Operand::Label(field, self.text(name)?),
            Op::Number { number } => Operand::Constant(Constant::Int(number.0)),
            Op::Time { time } => Operand::Constant(Constant::Time(time.0)),
            Op::Duration { duration } => Operand::Constant(Constant::Duration(duration.0)),
            Op::String { text } => Operand::Constant(Constant::String(self.text(text)?)),
            Op::PathOf { path } => Operand::Constant(Constant::Path(self.text(path)?)),
            Op::Bytes { bytes } => Operand::Constant(Constant::Bytes(self.owned(bytes)?)),
            Op::Uuid { uuid } => Operand::Constant(Constant::Uuid(self.bytes(uuid)?.try_into().ok()?)),
            Op::Ip { address } => {
                Operand::Constant(Constant::Ip(Address::from_octets(self.bytes(address)?.try_into().ok()?)))
            }
            Op::Yes {} => Operand::Constant(Constant::Bool(true)),
            Op::No {} => Operand::Constant(Constant::Bool(false)),
            Op::Issuance {} => Operand::Issuance,
            Op::Expiry {} => Operand::Expiry,
            Op::Add {} => Operand::Add(self.boxed(code)?, self.boxed(code)?),
            Op::Subtract {} => Operand::Subtract(self.boxed(code)?, self.boxed(code)?),
            Op::Hour {} => Operand::Hour(self.boxed(code)?),
            Op::Minute {} => Operand::Minute(self.boxed(code)?),
            Op::Weekday {} => Operand::Weekday(self.boxed(code)?),
            Op::LengthOf {} => Operand::Length(self.boxed(code)?),
            Op::Size { field } => Operand::Size(field),
            _ => return None,
        })
    }

    fn boxed(&self, code: &mut Cursor<'p>) -> Option<Box<Operand>> {
        self.operand(code).map(Box::new)
    }

    fn bytes(&self, place: Const) -> Option<&'p [u8]> {
        constant(self.pool, place)
    }

    fn owned(&self, place: Const) -> Option<Vec<u8>> {
        self.bytes(place).map(<[u8]>::to_vec)
    }

    fn text(&self, place: Const) -> Option<String> {
        String::from_utf8(self.owned(place)?).ok()
    }
}
