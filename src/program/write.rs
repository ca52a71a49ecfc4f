//! Writes trees as programs. Nothing here can fail.

use super::tree::{Actions, Condition, Effect, Pattern, Rule, Test, Value};
use crate::check::table::Table;
use crate::check::tree::{ClaimPath, Constant};
use crate::syntax::ast::Quantifier;
use placet_core::bytecode::constant::write_actions;
use placet_core::bytecode::op::{Const, Int, Length, Op};
use placet_core::bytecode::program::{Pool, Program};
use placet_core::model::claim::{Claim, ClaimMap};
use placet_core::model::matcher::Matcher;
use placet_core::model::owned::WrittenConstant;
use placet_core::model::vocabulary::ActionNo;

/// The program of these rules, without an index. For rules made by the compiler, it is the
/// compiler's own program.
#[must_use]
pub fn write(rules: &[Rule]) -> Program {
    let mut writer = Writer::default();
    rules.iter().for_each(|rule| writer.rule(rule));
    writer.program()
}

/// Code being written, and the constants it uses.
#[derive(Debug, Default)]
pub struct Writer {
    /// The code.
    pub code: Vec<u8>,
    /// The constants.
    pub pool: Pool,
    /// The tables among them, which the program declares.
    tables: Vec<(Table, Const)>,
}

impl Writer {
    /// The program: its tables in the order of their names, then the code.
    #[must_use]
    pub fn program(mut self) -> Program {
        if self.tables.is_empty() {
            return Program::new(&self.code, &self.pool);
        }
        self.tables.sort_by(|(one, _), (other, _)| one.name().cmp(other.name()));
        let mut code = Vec::with_capacity(self.code.len() + 8 * self.tables.len());
        self.tables.iter().for_each(|(_, table)| Op::Table { table: *table }.write(&mut code));
        code.extend_from_slice(&self.code);
        Program::new(&code, &self.pool)
    }

    fn table(&mut self, table: &Table) -> Const {
        if let Some((_, place)) = self.tables.iter().find(|(known, _)| known == table) {
            return *place;
        }
        let place = self.pool.intern(table.bytes());
        self.tables.push((table.clone(), place));
        place
    }

    /// Appends a rule. One that allows certain actions and tests them first gets its own frame,
    /// which other actions skip.
    pub fn rule(&mut self, rule: &Rule) {
        if let (Effect::Allow, [Test::Action(actions), tests @ ..]) = (rule.effect, rule.tests.as_slice()) {
            match self.actions(actions) {
                Op::ActionIs { action } => return self.frame(|body| Op::AllowIs { action, body }, None, tests),
                Op::ActionIn { first, last } => {
                    return self.frame(|body| Op::AllowIn { first, last, body }, None, tests);
                }
                other => return self.frame(|body| Op::Allow { body }, Some(other), tests),
            }
        }
        match rule.effect {
            Effect::Deny => self.frame(|body| Op::Deny { body }, None, &rule.tests),
            Effect::Require => self.frame(|body| Op::Require { body }, None, &rule.tests),
            Effect::Allow => self.frame(|body| Op::Allow { body }, None, &rule.tests),
        }
    }

    fn frame(&mut self, op: impl FnOnce(Length) -> Op, first: Option<Op>, tests: &[Test]) {
        self.body(op, |writer| {
            first.into_iter().for_each(|first| writer.op(first));
            tests.iter().for_each(|test| writer.test(test));
        });
    }

    fn test(&mut self, test: &Test) {
        match test {
            Test::Action(actions) => {
                let op = self.actions(actions);
                self.op(op);
            }
            Test::Field(field, Pattern::Any) => self.op(Op::Present { field: *field }),
            Test::Field(field, Pattern::Equal(text)) => {
                let text = self.pool.intern(text);
                self.op(Op::Equals { field: *field, text });
            }
            Test::Field(field, Pattern::Text(Matcher::Prefix, text)) => {
                let text = self.pool.intern(text);
                self.op(Op::Begins { field: *field, text });
            }
            Test::Field(field, pattern) => {
                self.op(Op::Test { field: *field });
                self.pattern(pattern);
            }
            Test::Elements(quantifier, field, pattern) => {
                self.op(match quantifier {
                    Quantifier::Some => Op::SomeOf { field: *field },
                    Quantifier::Every => Op::EveryOf { field: *field },
                });
                self.pattern(pattern);
            }
            Test::When(condition) => {
                self.op(Op::When {});
                self.condition(condition);
            }
        }
    }

    fn actions(&mut self, actions: &Actions) -> Op {
        if actions.negated {
            return Op::ActionNot { set: self.action_set(&actions.listed) };
        }
        match actions.listed.as_slice() {
            [action] => Op::ActionIs { action: *action },
            [first, .., last] if last.0.checked_sub(first.0).map(usize::from) == Some(actions.listed.len() - 1) => {
                Op::ActionIn { first: *first, last: *last }
            }
            _ => Op::ActionSet { set: self.action_set(&actions.listed) },
        }
    }

    fn action_set(&mut self, actions: &[ActionNo]) -> Const {
        let mut set = Vec::new();
        write_actions(actions, &mut set);
        self.pool.intern(&set)
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let op = match pattern {
            Pattern::Any => Op::Any {},
            Pattern::Absent => Op::Absent {},
            Pattern::Not(inner) => {
                self.op(Op::Not {});
                return self.pattern(inner);
            }
            Pattern::AnyOf(parts) => return self.patterns(|body| Op::AnyOf { body }, parts),
            Pattern::AllOf(parts) => return self.patterns(|body| Op::AllOf { body }, parts),
            Pattern::Bool(true) => Op::IsTrue {},
            Pattern::Bool(false) => Op::IsFalse {},
            Pattern::Equal(text) => Op::Eq { text: self.pool.intern(text) },
            Pattern::Text(matcher, constant) => matcher.op(self.pool.intern(constant)),
            Pattern::Range(first, last) => Op::Range { first: Int(*first), last: Int(*last) },
            Pattern::Network(network) => {
                let mut constant = Vec::new();
                network.write(&mut constant);
                Op::Net { network: self.pool.intern(&constant) }
            }
            Pattern::Is(value) => {
                self.op(Op::Is {});
                return self.value(value);
            }
            Pattern::Made(shape, values) => {
                let shape = self.pool.intern(shape);
                let parts = |writer: &mut Self| values.iter().for_each(|value| writer.value(value));
                return self.body(|body| Op::Made { shape, body }, parts);
            }
            Pattern::Label(name, inner) => {
                let name = self.pool.intern(name.as_bytes());
                self.op(Op::Label { name });
                return self.pattern(inner);
            }
        };
        self.op(op);
    }

    fn patterns(&mut self, op: fn(Length) -> Op, parts: &[Pattern]) {
        self.body(op, |writer| parts.iter().for_each(|part| writer.pattern(part)));
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Constant(true) => self.op(Op::True {}),
            Condition::Constant(false) => self.op(Op::False {}),
            Condition::All(parts) => self.conditions(|body| Op::All { body }, parts),
            Condition::AnyOf(parts) => self.conditions(|body| Op::Some { body }, parts),
            Condition::Not(inner) => {
                self.op(Op::Negate {});
                self.condition(inner);
            }
            Condition::Compare(predicate, left, right) => {
                self.op(predicate.op());
                self.value(left);
                self.value(right);
            }
            Condition::Matches(value, pattern) => {
                self.op(Op::Matches {});
                self.value(value);
                self.pattern(pattern);
            }
            Condition::AnyElement(field, pattern) => self.elements(Op::AnyElement { field: *field }, pattern),
            Condition::EveryElement(field, pattern) => self.elements(Op::EveryElement { field: *field }, pattern),
            Condition::Member(value, field) => {
                self.op(Op::Member { field: *field });
                self.value(value);
            }
            Condition::ElementsIn(Quantifier::Some, field, set) => self.op(Op::AnyIn { field: *field, set: *set }),
            Condition::ElementsIn(Quantifier::Every, field, set) => self.op(Op::EveryIn { field: *field, set: *set }),
            Condition::Action(actions) => {
                let set = self.action_set(actions);
                self.op(Op::Asks { set });
            }
            Condition::InRow(value, table, key) => {
                let table = self.table(table);
                self.op(Op::InRow { table });
                self.value(value);
                self.value(key);
            }
            Condition::AnyInRow(field, table, key) => {
                let table = self.table(table);
                self.op(Op::AnyInRow { field: *field, table });
                self.value(key);
            }
            Condition::EveryInRow(field, table, key) => {
                let table = self.table(table);
                self.op(Op::EveryInRow { field: *field, table });
                self.value(key);
            }
            Condition::HasRow(table, key) => {
                let table = self.table(table);
                self.op(Op::HasRow { table });
                self.value(key);
            }
            Condition::Has(field) => self.op(Op::Has { field: *field }),
            Condition::HasLabel(field, name) => {
                let name = self.pool.intern(name.as_bytes());
                self.op(Op::HasLabel { field: *field, name });
            }
            Condition::HasClaim(path) => {
                let op = self.claim(path, |claim| Op::HasClaim { claim }, |map, name| Op::HasEntry { map, name });
                self.op(op);
            }
            Condition::Holds(value) => {
                self.op(Op::Truth {});
                self.value(value);
            }
            Condition::Vouched(key) => {
                let key = self.pool.intern(key);
                self.op(Op::Vouched { key });
            }
            Condition::Approved(quorum) => {
                let needed = u8::try_from(quorum.needed).unwrap_or(u8::MAX);
                let constant: Vec<u8> = std::iter::once(needed).chain(quorum.keys.concat()).collect();
                let quorum = self.pool.intern(&constant);
                self.op(Op::Approved { quorum });
            }
        }
    }

    fn elements(&mut self, op: Op, pattern: &Pattern) {
        self.op(op);
        self.pattern(pattern);
    }

    fn conditions(&mut self, op: fn(Length) -> Op, parts: &[Condition]) {
        self.body(op, |writer| parts.iter().for_each(|part| writer.condition(part)));
    }

    fn value(&mut self, value: &Value) {
        let (op, children): (Op, &[&Value]) = match value {
            Value::Field(field) => (Op::Field { field: *field }, &[]),
            Value::Label(field, name) => (Op::LabelOf { field: *field, name: self.pool.intern(name.as_bytes()) }, &[]),
            Value::Constant(constant) => (self.constant(constant), &[]),
            Value::Issuance => (Op::Issuance {}, &[]),
            Value::Expiry => (Op::Expiry {}, &[]),
            Value::Claim(path) => {
                (self.claim(path, |claim| Op::ClaimOf { claim }, |map, name| Op::EntryOf { map, name }), &[])
            }
            Value::Local(zone, time) => (Op::Local { zone: self.pool.intern(zone) }, &[time]),
            Value::Compute(arithmetic, left, right) => (arithmetic.op(), &[left, right]),
            Value::Row(table, key) => (Op::RowOf { table: self.table(table) }, &[key]),
            Value::Call(function, inner) => (function.op(), &[inner]),
            Value::Size(field) => (Op::Size { field: *field }, &[]),
        };
        self.op(op);
        children.iter().for_each(|child| self.value(child));
    }

    fn claim(&mut self, path: &ClaimPath, one: fn(Claim) -> Op, entry: fn(ClaimMap, Const) -> Op) -> Op {
        match path {
            ClaimPath::One(claim) => one(*claim),
            ClaimPath::Entry(map, name) => entry(*map, self.pool.intern(name.as_bytes())),
        }
    }

    fn constant(&mut self, constant: &Constant) -> Op {
        match constant.written() {
            WrittenConstant::Bool(true) => Op::Yes {},
            WrittenConstant::Bool(false) => Op::No {},
            WrittenConstant::Number(ty, number) => ty.op(Int(number)),
            WrittenConstant::Bytes(ty, bytes) => ty.op(self.pool.intern(&bytes)),
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
        // A program of 4 GiB is refused for its size, and one with a truncated length does not
        // verify either.
        self.op(op(Length(u32::try_from(body.len()).unwrap_or(u32::MAX))));
        self.code.extend_from_slice(&body);
    }
}
