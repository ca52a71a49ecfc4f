//! Reads programs back as trees, constants in place.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::tree::Quorum;
use super::tree::{Actions, Condition, Effect, Pattern, Rule, Test, Value};
use crate::check::table::Table;
use crate::check::tree::{ClaimPath, Constant};
use crate::syntax::ast::Quantifier;
use placet_core::bytecode::constant::{NetworkBits, actions_of, quorum_of};
use placet_core::bytecode::cursor::Cursor;
use placet_core::bytecode::op::{self, Const, Instruction, Length};
use placet_core::bytecode::program::constant;
use placet_core::bytecode::verify::Proved;
use placet_core::model::vocabulary::ActionNo;

/// Reads a program back. An index is left out, since it changes no verdict. `None` only for a
/// program with instructions that this version does not know, which its verifier would have
/// refused.
#[must_use]
pub fn rules(program: &Proved<'_>) -> Option<Vec<Rule>> {
    let mut code = Cursor::new(program.code());
    let reader = Reader::new(program.pool());
    let mut rules = Vec::new();
    while !code.is_empty() {
        rules.extend(rule(&mut code, &reader)?);
    }
    Some(rules)
}

/// Reads one rule; an index gives no rule. `None` if the bytes are not a rule. The caller has to
/// bound the nesting depth, as the verifier and an [outline](super::outline) do.
pub(super) fn rule<'p>(code: &mut Cursor<'p>, reader: &Reader<'p>) -> Option<Option<Rule>> {
    let rule = op::Rule::read(code)?;
    let (effect, body) = match rule {
        op::Rule::Deny { body } => (Effect::Deny, body),
        op::Rule::Require { body } => (Effect::Require, body),
        op::Rule::Allow { body } | op::Rule::AllowIs { body, .. } | op::Rule::AllowIn { body, .. } => {
            (Effect::Allow, body)
        }
        op::Rule::DenyIndex { .. } | op::Rule::AllowIndex { .. } | op::Rule::Table { .. } => return Some(None),
    };
    let mut tests = Vec::new();
    if let Some(action) = rule.action() {
        tests.push(reader.test_of(action, code)?);
    }
    tests.extend(reader.body(code, body, Reader::test)?);
    Some(Some(Rule { effect, tests }))
}

pub(super) struct Reader<'p> {
    pool: &'p [u8],
    /// The tables so far, by their places: many rules share one.
    tables: RefCell<BTreeMap<u32, Table>>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(pool: &'p [u8]) -> Self {
        Self { pool, tables: RefCell::default() }
    }

    fn table(&self, place: Const) -> Option<Table> {
        if let Some(table) = self.tables.borrow().get(&place.0) {
            return Some(table.clone());
        }
        let table = Table::of_constant(self.bytes(place)?)?;
        self.tables.borrow_mut().insert(place.0, table.clone());
        Some(table)
    }

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
        self.test_of(op::Test::read(code)?, code)
    }

    fn test_of(&self, test: op::Test, code: &mut Cursor<'p>) -> Option<Test> {
        let among = |listed| Test::Action(Actions { listed, negated: false });
        Some(match test {
            op::Test::ActionIs { action } => among(vec![action]),
            op::Test::ActionIn { first, last } => among((first.0..=last.0).map(ActionNo).collect()),
            op::Test::ActionSet { set } => among(actions_of(self.bytes(set)?).collect()),
            op::Test::ActionNot { set } => {
                Test::Action(Actions { listed: actions_of(self.bytes(set)?).collect(), negated: true })
            }
            op::Test::Test { field } => Test::Field(field, self.pattern(code)?),
            op::Test::SomeOf { field } => Test::Elements(Quantifier::Some, field, self.pattern(code)?),
            op::Test::EveryOf { field } => Test::Elements(Quantifier::Every, field, self.pattern(code)?),
            op::Test::When {} => Test::When(self.condition(code)?),
            op::Test::Equals { .. } | op::Test::Begins { .. } | op::Test::Present { .. } => {
                let (field, pattern) = test.joined()?;
                Test::Field(field, self.pattern_of(pattern, code)?)
            }
        })
    }

    fn pattern(&self, code: &mut Cursor<'p>) -> Option<Pattern> {
        self.pattern_of(op::Pattern::read(code)?, code)
    }

    fn pattern_of(&self, pattern: op::Pattern, code: &mut Cursor<'p>) -> Option<Pattern> {
        Some(match pattern {
            op::Pattern::Any {} => Pattern::Any,
            op::Pattern::Absent {} => Pattern::Absent,
            op::Pattern::Not {} => Pattern::Not(Box::new(self.pattern(code)?)),
            op::Pattern::AnyOf { body } => Pattern::AnyOf(self.body(code, body, Self::pattern)?),
            op::Pattern::AllOf { body } => Pattern::AllOf(self.body(code, body, Self::pattern)?),
            op::Pattern::IsTrue {} => Pattern::Bool(true),
            op::Pattern::IsFalse {} => Pattern::Bool(false),
            op::Pattern::Eq { text } => Pattern::Equal(self.owned(text)?),
            op::Pattern::Text(matcher, constant) => Pattern::Text(matcher, self.owned(constant)?),
            op::Pattern::Range { first, last } => Pattern::Range(first.0, last.0),
            op::Pattern::Net { network } => Pattern::Network(NetworkBits::read(self.bytes(network)?)?),
            op::Pattern::Is {} => Pattern::Is(self.value(code)?),
            op::Pattern::Made { shape, body } => Pattern::Made(self.owned(shape)?, self.body(code, body, Self::value)?),
            op::Pattern::Label { name } => Pattern::Label(self.text(name)?, Box::new(self.pattern(code)?)),
        })
    }

    fn condition(&self, code: &mut Cursor<'p>) -> Option<Condition> {
        Some(match op::Condition::read(code)? {
            op::Condition::True {} => Condition::Constant(true),
            op::Condition::False {} => Condition::Constant(false),
            op::Condition::All { body } => Condition::All(self.body(code, body, Self::condition)?),
            op::Condition::Some { body } => Condition::AnyOf(self.body(code, body, Self::condition)?),
            op::Condition::Negate {} => Condition::Not(Box::new(self.condition(code)?)),
            op::Condition::Ask(predicate) => Condition::Compare(predicate, self.value(code)?, self.value(code)?),
            op::Condition::Matches {} => Condition::Matches(self.value(code)?, self.pattern(code)?),
            op::Condition::AnyElement { field } => Condition::AnyElement(field, self.pattern(code)?),
            op::Condition::EveryElement { field } => Condition::EveryElement(field, self.pattern(code)?),
            op::Condition::Member { field } => Condition::Member(self.value(code)?, field),
            op::Condition::AnyIn { field, set } => Condition::ElementsIn(Quantifier::Some, field, set),
            op::Condition::EveryIn { field, set } => Condition::ElementsIn(Quantifier::Every, field, set),
            op::Condition::Asks { set } => Condition::Action(actions_of(self.bytes(set)?).collect()),
            op::Condition::InRow { table } => {
                let (value, table) = (self.value(code)?, self.table(table)?);
                Condition::InRow(value, table, self.value(code)?)
            }
            op::Condition::AnyInRow { field, table } => {
                Condition::AnyInRow(field, self.table(table)?, self.value(code)?)
            }
            op::Condition::EveryInRow { field, table } => {
                Condition::EveryInRow(field, self.table(table)?, self.value(code)?)
            }
            op::Condition::HasRow { table } => Condition::HasRow(self.table(table)?, self.value(code)?),
            op::Condition::Has { field } => Condition::Has(field),
            op::Condition::HasLabel { field, name } => Condition::HasLabel(field, self.text(name)?),
            op::Condition::HasClaim { claim } => Condition::HasClaim(ClaimPath::One(claim)),
            op::Condition::HasEntry { map, name } => Condition::HasClaim(ClaimPath::Entry(map, self.text(name)?)),
            op::Condition::Truth {} => Condition::Holds(self.value(code)?),
            op::Condition::Vouched { key } => Condition::Vouched(self.bytes(key)?.try_into().ok()?),
            op::Condition::Approved { quorum } => {
                let (needed, keys) = quorum_of(self.bytes(quorum)?)?;
                Condition::Approved(Quorum { needed, keys: keys.to_vec() })
            }
        })
    }

    fn value(&self, code: &mut Cursor<'p>) -> Option<Value> {
        Some(match op::Value::read(code)? {
            op::Value::Field { field } => Value::Field(field),
            op::Value::LabelOf { field, name } => Value::Label(field, self.text(name)?),
            op::Value::ClaimOf { claim } => Value::Claim(ClaimPath::One(claim)),
            op::Value::EntryOf { map, name } => Value::Claim(ClaimPath::Entry(map, self.text(name)?)),
            op::Value::Local { zone } => Value::Local(self.owned(zone)?, self.boxed(code)?),
            op::Value::Number(ty, number) => Value::Constant(Constant::of_number(ty.scalar(), number.0)?),
            op::Value::Constant(ty, place) => Value::Constant(Constant::of_bytes(ty.scalar(), self.owned(place)?)?),
            op::Value::Yes {} => Value::Constant(Constant::Bool(true)),
            op::Value::No {} => Value::Constant(Constant::Bool(false)),
            op::Value::Issuance {} => Value::Issuance,
            op::Value::Expiry {} => Value::Expiry,
            op::Value::Compute(arithmetic) => Value::Compute(arithmetic, self.boxed(code)?, self.boxed(code)?),
            op::Value::RowOf { table } => Value::Row(self.table(table)?, self.boxed(code)?),
            op::Value::Call(function) => Value::Call(function, self.boxed(code)?),
            op::Value::Size { field } => Value::Size(field),
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
