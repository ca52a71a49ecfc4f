//! Reads programs back as trees, constants in place.

use super::tree::{Actions, Condition, Effect, Pattern, Rule, Test, Value};
use crate::bytecode::constant::{NetworkBits, actions_of};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Length, Op};
use crate::bytecode::program::constant;
use crate::bytecode::verify::Proved;
use crate::check::tree::Constant;
use crate::model::value::Address;
use crate::model::vocabulary::ActionNo;

/// Reads a program back. An index is left out: it says where to look, and changes no verdict. `None` only for a program with
/// instructions that this version does not know, which no verifier of this version has proved.
#[must_use]
pub fn rules(program: &Proved<'_>) -> Option<Vec<Rule>> {
    let mut code = Cursor::new(program.code());
    let mut rules = Vec::new();
    while !code.is_empty() {
        rules.extend(rule(&mut code, program.pool())?);
    }
    Some(rules)
}

/// Reads one rule, or an index, which is none. `None` where the bytes are no rule. The depth of what it reads is the
/// caller's to bound: the verifier does, and so does an [outline](super::outline).
pub(super) fn rule<'p>(code: &mut Cursor<'p>, pool: &'p [u8]) -> Option<Option<Rule>> {
    let reader = Reader { pool };
    let op = Op::read(code)?;
    let (rule, action) = op.as_rule().map_or((op, None), |(rule, action)| (rule, Some(action)));
    let (effect, body) = match rule {
        Op::Deny { body } => (Effect::Deny, body),
        Op::Require { body } => (Effect::Require, body),
        Op::Allow { body } => (Effect::Allow, body),
        Op::DenyIndex { .. } | Op::AllowIndex { .. } => return Some(None),
        _ => return None,
    };
    let mut tests = Vec::new();
    if let Some(action) = action {
        tests.push(reader.test_of(action, code)?);
    }
    tests.extend(reader.body(code, body, Reader::test)?);
    Some(Some(Rule { effect, tests }))
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
            Op::When {} => Test::When(self.condition(code)?),
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

    fn condition(&self, code: &mut Cursor<'p>) -> Option<Condition> {
        let op = Op::read(code)?;
        if let Some(predicate) = op.predicate() {
            return Some(Condition::Compare(predicate, self.value(code)?, self.value(code)?));
        }
        Some(match op {
            Op::True {} => Condition::Constant(true),
            Op::False {} => Condition::Constant(false),
            Op::All { body } => Condition::All(self.body(code, body, Self::condition)?),
            Op::Some { body } => Condition::AnyOf(self.body(code, body, Self::condition)?),
            Op::Negate {} => Condition::Not(Box::new(self.condition(code)?)),
            Op::Matches {} => Condition::Matches(self.value(code)?, self.pattern(code)?),
            Op::AnyElement { field } => Condition::AnyElement(field, self.pattern(code)?),
            Op::EveryElement { field } => Condition::EveryElement(field, self.pattern(code)?),
            Op::Member { field } => Condition::Member(self.value(code)?, field),
            Op::Has { field } => Condition::Has(field),
            Op::HasLabel { field, name } => Condition::HasLabel(field, self.text(name)?),
            Op::Truth {} => Condition::Holds(self.value(code)?),
            Op::Vouched { key } => Condition::Vouched(self.bytes(key)?.try_into().ok()?),
            _ => return None,
        })
    }

    fn value(&self, code: &mut Cursor<'p>) -> Option<Value> {
        let op = Op::read(code)?;
        if let Some(function) = op.function() {
            return Some(Value::Call(function, self.boxed(code)?));
        }
        Some(match op {
            Op::Field { field } => Value::Field(field),
            Op::LabelOf { field, name } => Value::Label(field, self.text(name)?),
            Op::Number { number } => Value::Constant(Constant::Int(number.0)),
            Op::Time { time } => Value::Constant(Constant::Time(time.0)),
            Op::Duration { duration } => Value::Constant(Constant::Duration(duration.0)),
            Op::String { text } => Value::Constant(Constant::String(self.text(text)?)),
            Op::PathOf { path } => Value::Constant(Constant::Path(self.text(path)?)),
            Op::Bytes { bytes } => Value::Constant(Constant::Bytes(self.owned(bytes)?)),
            Op::Uuid { uuid } => Value::Constant(Constant::Uuid(self.bytes(uuid)?.try_into().ok()?)),
            Op::Ip { address } => {
                Value::Constant(Constant::Ip(Address::from_octets(self.bytes(address)?.try_into().ok()?)))
            }
            Op::Yes {} => Value::Constant(Constant::Bool(true)),
            Op::No {} => Value::Constant(Constant::Bool(false)),
            Op::Issuance {} => Value::Issuance,
            Op::Expiry {} => Value::Expiry,
            Op::Add {} => Value::Add(self.boxed(code)?, self.boxed(code)?),
            Op::Subtract {} => Value::Subtract(self.boxed(code)?, self.boxed(code)?),
            Op::Size { field } => Value::Size(field),
            _ => return None,
        })
    }

    fn boxed(&self, code: &mut Cursor<'p>) -> Option<Box<Value>> {
        self.value(code).map(Box::new)
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
