//! What lowering makes of the checked tree, and how it is written: the shape of the program, with every argument filled in
//! and every constant in its final form. Nothing here can fail.

use std::collections::BTreeSet;

use crate::bytecode::constant::{NetworkBits, write_actions};
use crate::bytecode::op::{Const, Int, Length, Op};
use crate::bytecode::program::Pool;
use crate::check::tree::{Constant, Effect};
use crate::model::function::Function;
use crate::model::predicate::Predicate;
use crate::model::vocabulary::{ActionNo, FieldNo};
use crate::span::Span;

/// A rule, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleNode {
    /// Allow or deny.
    pub effect: Effect,
    /// Its place in the source.
    pub at: Span,
    /// Which actions; `None` is every one.
    pub actions: Option<ActionNode>,
    /// In the order in which they run.
    pub tests: Vec<(FieldNo, Matcher)>,
    /// Runs last.
    pub when: Option<Truth>,
}

/// A test of the action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionNode {
    /// One of them.
    Among(Vec<ActionNo>),
    /// None of them; true of actions that came later.
    Other(Vec<ActionNo>),
}

/// A pattern, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matcher {
    /// There is a value.
    Any,
    /// There is none.
    Absent,
    /// There is one, and it does not match.
    Not(Box<Self>),
    /// One of them matches; of no patterns, none does.
    AnyOf(Vec<Self>),
    /// All of them match.
    AllOf(Vec<Self>),
    /// A bool.
    Bool(bool),
    /// These bytes.
    Equal(Vec<u8>),
    /// Begins so.
    Prefix(Vec<u8>),
    /// Ends so.
    Suffix(Vec<u8>),
    /// A glob, in the form of a constant.
    Glob(Vec<u8>),
    /// An automaton, in the form of a constant.
    Regex(Vec<u8>),
    /// Both ends included.
    Range(i64, i64),
    /// An address of the network.
    Network(NetworkBits),
    /// A path pattern, in the form of a constant.
    Path(Vec<u8>),
    /// A path or what lies below it.
    Within(Vec<u8>),
    /// One label.
    Label(String, Box<Self>),
}

impl Matcher {
    /// What no value matches.
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

    /// How dear it is to ask: what compares in place, what looks at one end, what walks the whole value.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Any | Self::Absent | Self::Bool(_) | Self::Equal(_) | Self::Range(..) => 0,
            Self::Prefix(_) | Self::Suffix(_) | Self::Within(_) => 1,
            Self::Network(_) => 2,
            Self::Glob(_) | Self::Path(_) => 3,
            Self::Regex(_) => 4,
            Self::Not(inner) => inner.rank(),
            Self::Label(_, inner) => inner.rank().max(1),
            Self::AnyOf(parts) | Self::AllOf(parts) => parts.iter().map(Self::rank).max().unwrap_or(0),
        }
    }
}

/// A condition, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Known now.
    Constant(bool),
    /// All of them.
    All(Vec<Self>),
    /// One of them.
    Some(Vec<Self>),
    /// Not it.
    Negate(Box<Self>),
    /// A question about two values: one of the instructions with that shape.
    Pair(Predicate, Value, Value),
    /// A value matches.
    Matches(Value, Matcher),
    /// One element matches.
    AnyElement(FieldNo, Matcher),
    /// There are elements, and all of them match.
    EveryElement(FieldNo, Matcher),
    /// A value is an element.
    Member(FieldNo, Value),
    /// The attribute is there.
    Has(FieldNo),
    /// The label is there.
    HasLabel(FieldNo, String),
    /// A bool is true.
    Holds(Value),
    /// A third party vouches.
    Vouched([u8; 32]),
}

/// A value in a condition, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An attribute's.
    Field(FieldNo),
    /// A label's.
    Label(FieldNo, String),
    /// Known now.
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
    Call(Function, Box<Self>),
    /// `size(field)`
    Size(FieldNo),
}

/// Code being written, and the constants it speaks of.
#[derive(Debug, Default)]
pub struct Writer {
    /// The code.
    pub code: Vec<u8>,
    /// The constants.
    pub pool: Pool,
}

impl Writer {
    /// Appends a rule.
    pub fn rule(&mut self, rule: &RuleNode) {
        let action = rule.actions.as_ref().map(|actions| self.actions(actions));
        match (rule.effect, action) {
            (Effect::Allow, Some(Op::ActionIs { action })) => {
                self.body(|body| Op::AllowIs { action, body }, |writer| writer.tests(rule));
            }
            (Effect::Allow, Some(Op::ActionIn { first, last })) => {
                self.body(|body| Op::AllowIn { first, last, body }, |writer| writer.tests(rule));
            }
            (effect, action) => {
                let frame = match effect {
                    Effect::Deny => |body| Op::Deny { body },
                    Effect::Allow => |body| Op::Allow { body },
                };
                self.body(frame, |writer| {
                    action.into_iter().for_each(|action| writer.op(action));
                    writer.tests(rule);
                });
            }
        }
    }

    /// Appends the frame without which nothing is allowed.
    pub fn require(&mut self, guard: &Truth) {
        self.body(|body| Op::Require { body }, |writer| writer.when(guard));
    }

    fn tests(&mut self, rule: &RuleNode) {
        for &(field, ref matcher) in &rule.tests {
            match matcher {
                Matcher::Any => self.op(Op::Present { field }),
                Matcher::Equal(text) => {
                    let text = self.pool.intern(text);
                    self.op(Op::Equals { field, text });
                }
                Matcher::Prefix(text) => {
                    let text = self.pool.intern(text);
                    self.op(Op::Begins { field, text });
                }
                matcher => {
                    self.op(Op::Test { field });
                    self.matcher(matcher);
                }
            }
        }
        if let Some(condition) = &rule.when {
            self.when(condition);
        }
    }

    fn when(&mut self, condition: &Truth) {
        self.op(Op::When {});
        self.truth(condition);
    }

    fn actions(&mut self, actions: &ActionNode) -> Op {
        match actions {
            ActionNode::Among(listed) => match listed.as_slice() {
                [action] => Op::ActionIs { action: *action },
                [first, .., last] if usize::from(last.0 - first.0) == listed.len() - 1 => {
                    Op::ActionIn { first: *first, last: *last }
                }
                _ => Op::ActionSet { set: self.action_set(listed) },
            },
            ActionNode::Other(listed) => Op::ActionNot { set: self.action_set(listed) },
        }
    }

    fn action_set(&mut self, actions: &[ActionNo]) -> Const {
        let mut set = Vec::new();
        write_actions(actions, &mut set);
        self.pool.intern(&set)
    }

    fn matcher(&mut self, matcher: &Matcher) {
        let op = match matcher {
            Matcher::Any => Op::Any {},
            Matcher::Absent => Op::Absent {},
            Matcher::Not(inner) => {
                self.op(Op::Not {});
                return self.matcher(inner);
            }
            Matcher::AnyOf(parts) => return self.matchers(|body| Op::AnyOf { body }, parts),
            Matcher::AllOf(parts) => return self.matchers(|body| Op::AllOf { body }, parts),
            Matcher::Bool(true) => Op::IsTrue {},
            Matcher::Bool(false) => Op::IsFalse {},
            Matcher::Equal(text) => Op::Eq { text: self.pool.intern(text) },
            Matcher::Prefix(text) => Op::Prefix { text: self.pool.intern(text) },
            Matcher::Suffix(text) => Op::Suffix { text: self.pool.intern(text) },
            Matcher::Glob(glob) => Op::Glob { glob: self.pool.intern(glob) },
            Matcher::Regex(automaton) => Op::Regex { automaton: self.pool.intern(automaton) },
            Matcher::Range(first, last) => Op::Range { first: Int(*first), last: Int(*last) },
            Matcher::Network(network) => {
                let mut constant = Vec::new();
                network.write(&mut constant);
                Op::Net { network: self.pool.intern(&constant) }
            }
            Matcher::Path(path) => Op::Path { path: self.pool.intern(path) },
            Matcher::Within(path) => Op::Within { path: self.pool.intern(path) },
            Matcher::Label(name, inner) => {
                let name = self.pool.intern(name.as_bytes());
                self.op(Op::Label { name });
                return self.matcher(inner);
            }
        };
        self.op(op);
    }

    fn matchers(&mut self, op: fn(Length) -> Op, parts: &[Matcher]) {
        self.body(op, |writer| parts.iter().for_each(|part| writer.matcher(part)));
    }

    fn truth(&mut self, truth: &Truth) {
        match truth {
            Truth::Constant(true) => self.op(Op::True {}),
            Truth::Constant(false) => self.op(Op::False {}),
            Truth::All(parts) => self.truths(|body| Op::All { body }, parts),
            Truth::Some(parts) => self.truths(|body| Op::Some { body }, parts),
            Truth::Negate(inner) => {
                self.op(Op::Negate {});
                self.truth(inner);
            }
            Truth::Pair(predicate, left, right) => {
                self.op(predicate.op());
                self.value(left);
                self.value(right);
            }
            Truth::Matches(value, matcher) => {
                self.op(Op::Matches {});
                self.value(value);
                self.matcher(matcher);
            }
            Truth::AnyElement(field, matcher) => {
                self.op(Op::AnyElement { field: *field });
                self.matcher(matcher);
            }
            Truth::EveryElement(field, matcher) => {
                self.op(Op::EveryElement { field: *field });
                self.matcher(matcher);
            }
            Truth::Member(field, value) => {
                self.op(Op::Member { field: *field });
                self.value(value);
            }
            Truth::Has(field) => self.op(Op::Has { field: *field }),
            Truth::HasLabel(field, name) => {
                let name = self.pool.intern(name.as_bytes());
                self.op(Op::HasLabel { field: *field, name });
            }
            Truth::Holds(value) => {
                self.op(Op::Truth {});
                self.value(value);
            }
            Truth::Vouched(key) => {
                let key = self.pool.intern(key);
                self.op(Op::Vouched { key });
            }
        }
    }

    fn truths(&mut self, op: fn(Length) -> Op, parts: &[Truth]) {
        self.body(op, |writer| parts.iter().for_each(|part| writer.truth(part)));
    }

    fn value(&mut self, value: &Value) {
        let (op, children): (Op, &[&Value]) = match value {
            Value::Field(field) => (Op::Field { field: *field }, &[]),
            Value::Label(field, name) => (Op::LabelOf { field: *field, name: self.pool.intern(name.as_bytes()) }, &[]),
            Value::Constant(constant) => (self.constant(constant), &[]),
            Value::Issuance => (Op::Issuance {}, &[]),
            Value::Expiry => (Op::Expiry {}, &[]),
            Value::Add(left, right) => (Op::Add {}, &[left, right]),
            Value::Subtract(left, right) => (Op::Subtract {}, &[left, right]),
            Value::Call(function, inner) => (function.op(), &[inner]),
            Value::Size(field) => (Op::Size { field: *field }, &[]),
        };
        self.op(op);
        children.iter().for_each(|child| self.value(child));
    }

    fn constant(&mut self, constant: &Constant) -> Op {
        match constant {
            Constant::Bool(true) => Op::Yes {},
            Constant::Bool(false) => Op::No {},
            Constant::Int(number) => Op::Number { number: Int(*number) },
            Constant::String(text) => Op::String { text: self.pool.intern(text.as_bytes()) },
            Constant::Bytes(bytes) => Op::Bytes { bytes: self.pool.intern(bytes) },
            Constant::Uuid(uuid) => Op::Uuid { uuid: self.pool.intern(uuid) },
            Constant::Time(time) => Op::Time { time: Int(*time) },
            Constant::Duration(duration) => Op::Duration { duration: Int(*duration) },
            Constant::Ip(address) => Op::Ip { address: self.pool.intern(&address.octets()) },
            Constant::Path(path) => Op::PathOf { path: self.pool.intern(path.as_bytes()) },
        }
    }

    fn op(&mut self, op: Op) {
        op.write(&mut self.code);
    }

    /// An instruction whose operand is the length of what `children` appends.
    fn body(&mut self, op: impl FnOnce(Length) -> Op, children: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.code);
        children(self);
        let body = std::mem::replace(&mut self.code, before);
        // A program of 4 GiB is refused for its size, and a length that is cut off can not be proved either.
        self.op(op(Length(u32::try_from(body.len()).unwrap_or(u32::MAX))));
        self.code.extend_from_slice(&body);
    }
}
