//! Evaluates `when`. An absent value makes the comparison that reads it false. A sum is computed
//! exactly, however many terms it has, and saturates once at its end: if each term saturated, a
//! large one and its opposite would not cancel out.

use core::slice;

use super::distinct::{are_in, distinct};
use super::{Machine, Quantifier, take};
use crate::bytecode::constant::{has_action, quorum_of};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{self, Const, Instruction};
use crate::bytecode::zone::Zone;
use crate::limits::CLAIM_ENTRIES;
use crate::model::arithmetic::Arithmetic;
use crate::model::claim::{Claim, ClaimMap};
use crate::model::predicate::{Predicate, Work};
use crate::model::types::{Scalar, Written};
use crate::model::value::Value;
use crate::model::vocabulary::FieldNo;

/// A value that may be absent; the outer `None` of these functions means that the program is not
/// proved.
type Present<'a> = Option<Value<'a>>;

impl<'p, 'r> Machine<'p, 'r> {
    /// Whether the condition at the cursor is true.
    pub(super) fn condition(&self, code: &mut Cursor<'p>) -> Option<bool> {
        Some(match op::Condition::read(code)? {
            op::Condition::True {} => true,
            op::Condition::False {} => false,
            op::Condition::All { body } => self.all_true(take(code, body)?)?,
            op::Condition::Some { body } => self.one_true(take(code, body)?)?,
            op::Condition::Negate {} => !self.condition(code)?,
            op::Condition::Ask(predicate) => self.ask(predicate, code)?,
            op::Condition::Matches {} => {
                let subject = self.value(code)?;
                self.pattern(code, subject.as_ref())? && subject.is_some()
            }
            op::Condition::AnyElement { field } => self.quantified(code, field, Quantifier::Some)?,
            op::Condition::EveryElement { field } => self.quantified(code, field, Quantifier::Every)?,
            op::Condition::Member { field } => {
                let wanted = self.value(code)?;
                let elements = self.set(field);
                self.fuel.spend(elements.len())?;
                wanted.is_some_and(|wanted| elements.contains(&wanted))
            }
            op::Condition::Has { field } => self.request.value(field).is_some(),
            op::Condition::HasLabel { field, name } => self.label(field, self.constant(name)?)?.is_some(),
            op::Condition::HasClaim { claim } => self.claim(claim)?.is_some(),
            op::Condition::HasEntry { map, name } => self.entry(map, name)?.is_some(),
            op::Condition::Truth {} => self.value(code)? == Some(Value::Bool(true)),
            op::Condition::InRow { table } => self.in_row(code, table)?,
            op::Condition::AnyInRow { field, table } => self.set_in_row(code, field, table, Quantifier::Some)?,
            op::Condition::EveryInRow { field, table } => self.set_in_row(code, field, table, Quantifier::Every)?,
            op::Condition::HasRow { table } => self.row(code, table)?.1.is_some(),
            op::Condition::Vouched { key } => {
                let key = self.constant(key)?;
                self.context.vouchers.iter().any(|voucher| voucher.as_slice() == key)
            }
            op::Condition::AnyIn { field, set } => are_in(self.set(field), self.set(set), Quantifier::Some, self.fuel)?,
            op::Condition::EveryIn { field, set } => {
                are_in(self.set(field), self.set(set), Quantifier::Every, self.fuel)?
            }
            op::Condition::Asks { set } => has_action(self.constant(set)?, self.request.action()),
            op::Condition::Approved { quorum } => approved(self.constant(quorum)?, self.context.approvers)?,
        })
    }

    fn all_true(&self, mut body: Cursor<'p>) -> Option<bool> {
        while !body.is_empty() {
            if !self.condition(&mut body)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn one_true(&self, mut body: Cursor<'p>) -> Option<bool> {
        while !body.is_empty() {
            if self.condition(&mut body)? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn ask(&self, predicate: Predicate, code: &mut Cursor<'p>) -> Option<bool> {
        let (left, right) = (self.value(code)?, self.value(code)?);
        let Some((left, right)) = left.zip(right) else { return Some(false) };
        if predicate.row().work == Work::Search {
            let length = |value: &Value<'_>| value.bytes().map_or(0, <[u8]>::len);
            self.fuel.spend(length(&left) + length(&right))?;
        }
        Some(predicate.holds(&left, &right))
    }

    /// Runs the following pattern over a set; if the set is empty, the pattern is only skipped.
    fn quantified(&self, code: &mut Cursor<'p>, field: FieldNo, quantifier: Quantifier) -> Option<bool> {
        match self.set(field) {
            [] => self.pattern(code, None).map(|_| false),
            elements => self.elements(code, elements, quantifier),
        }
    }

    pub(super) fn set(&self, field: FieldNo) -> &'r [Value<'r>] {
        match self.request.value(field) {
            Some(Value::Set(elements)) => elements,
            Some(element) => slice::from_ref(element),
            None => &[],
        }
    }

    /// A claim of the token. Looking for it takes as long as the longest claims would.
    #[cold]
    #[inline(never)]
    fn claim(&self, claim: Claim) -> Option<Present<'r>> {
        let Some(bearer) = self.context.bearer else { return Some(None) };
        self.fuel.spend(CLAIM_ENTRIES)?;
        Some(bearer.claim(claim).map(Value::String))
    }

    #[cold]
    #[inline(never)]
    fn entry(&self, map: ClaimMap, name: Const) -> Option<Present<'r>> {
        let name = self.constant(name)?;
        let Some(bearer) = self.context.bearer else { return Some(None) };
        self.fuel.spend(CLAIM_ENTRIES)?;
        Some(bearer.entry(map, name).map(Value::String))
    }

    /// What the clocks of a zone show.
    #[cold]
    #[inline(never)]
    fn local(&self, zone: Const, value: Value<'_>) -> Present<'static> {
        let Value::Time(time) = value else { return None };
        Zone::read(self.constant(zone)?)?.local(time).map(Value::Time)
    }

    fn label(&self, field: FieldNo, name: &[u8]) -> Option<Present<'r>> {
        let Some(Value::Labels(labels)) = self.request.value(field) else { return Some(None) };
        self.label_of(labels, name)
    }

    pub(super) fn value(&self, code: &mut Cursor<'p>) -> Option<Present<'_>> {
        Some(match op::Value::read(code)? {
            op::Value::Field { field } => self.request.value(field).copied(),
            op::Value::LabelOf { field, name } => self.label(field, self.constant(name)?)?,
            op::Value::ClaimOf { claim } => self.claim(claim)?,
            op::Value::EntryOf { map, name } => self.entry(map, name)?,
            op::Value::Local { zone } => self.value(code)?.and_then(|value| self.local(zone, value)),
            op::Value::Number(ty, number) => Some(ty.value(number.0)),
            op::Value::Constant(ty, place) => Some(ty.value(self.constant(place)?)?),
            op::Value::Yes {} => Some(Value::Bool(true)),
            op::Value::No {} => Some(Value::Bool(false)),
            op::Value::Issuance {} => Some(Value::Time(self.context.issuance)),
            op::Value::Expiry {} => Some(Value::Time(self.context.expiry)),
            op::Value::RowOf { table } => self.row_of(code, table)?,
            op::Value::Compute(arithmetic) => self.sum(arithmetic, code)?.and_then(Sum::saturated),
            op::Value::Call(function) => self.value(code)?.and_then(|value| function.apply(&value)),
            op::Value::Size { field } => Some(count(self.size(field)?)),
        })
    }

    /// A sum or a difference.
    #[inline(never)]
    fn sum(&self, arithmetic: Arithmetic, code: &mut Cursor<'p>) -> Option<Option<Sum>> {
        let (left, right) = (self.summand(code)?, self.summand(code)?);
        let Some((left, right)) = left.zip(right) else { return Some(None) };
        let (ty, exact) = (arithmetic.result(left.ty, right.ty)?, arithmetic.exact(left.exact, right.exact));
        Some(Some(Sum { ty, exact }))
    }

    /// A term of a sum, which may itself be one.
    fn summand(&self, code: &mut Cursor<'p>) -> Option<Option<Sum>> {
        let mut after = code.clone();
        // Only the code is inspected: reading a term twice would take twice as long as its price.
        if let Some(arithmetic) = after.byte().and_then(Arithmetic::of_code) {
            *code = after;
            return self.sum(arithmetic, code);
        }
        Some(match self.value(code)? {
            Some(value) => Some(Sum { ty: value.scalar()?, exact: i128::from(value.number()?) }),
            None => None,
        })
    }

    fn size(&self, field: FieldNo) -> Option<usize> {
        match self.request.value(field) {
            Some(Value::Labels(labels)) => Some(labels.len()),
            Some(Value::Set(elements)) => distinct(elements, self.fuel),
            value => Some(usize::from(value.is_some())),
        }
    }
}

/// A number within a sum. A program within its bounds has far fewer terms than would overflow it.
#[derive(Clone, Copy)]
struct Sum {
    ty: Scalar,
    exact: i128,
}

impl Sum {
    fn saturated(self) -> Option<Value<'static>> {
        let end = if self.exact < 0 { i64::MIN } else { i64::MAX };
        let number = i64::try_from(self.exact).unwrap_or(end);
        match self.ty.written() {
            Written::Number(ty) => Some(ty.value(number)),
            Written::Bool | Written::Bytes(_) => None,
        }
    }
}

/// Whether enough of the keys have approved. The keys differ, so that none counts twice.
#[cold]
#[inline(never)]
fn approved(quorum: &[u8], approvers: &[[u8; 32]]) -> Option<bool> {
    let (needed, keys) = quorum_of(quorum)?;
    Some(keys.iter().filter(|key| approvers.contains(key)).count() >= needed)
}

fn count(number: usize) -> Value<'static> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
