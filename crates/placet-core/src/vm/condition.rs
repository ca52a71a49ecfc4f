//! What `when` asks. A value that is absent makes the comparison that reads it false. A sum is computed exactly, however
//! many terms it has, and saturates once at its end: if each term did, a large one and its opposite would leave less than
//! there was.

use core::slice;

use memchr::memmem;

use super::distinct::distinct;
use super::{Machine, Quantifier, take};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Op, Sort};
use crate::bytecode::verify::{difference_type, sum_type};
use crate::model::path::ResourcePath;
use crate::model::time::Time;
use crate::model::types::Scalar;
use crate::model::value::{Address, Value};
use crate::model::vocabulary::FieldNo;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * HOUR;

const ADD: u8 = Op::Add {}.row().code;
const SUBTRACT: u8 = Op::Subtract {}.row().code;

/// A value that may be absent; the outer `None` of the functions here is a program that is not proved.
type Present<'a> = Option<Value<'a>>;

impl<'p, 'r> Machine<'p, 'r> {
    /// Whether the condition at the cursor is true.
    pub(super) fn truth(&self, code: &mut Cursor<'p>) -> Option<bool> {
        Some(match Op::read_of(code, Sort::Truth)? {
            Op::True {} => true,
            Op::False {} => false,
            Op::All { body } => self.all_true(take(code, body)?)?,
            Op::Some { body } => self.one_true(take(code, body)?)?,
            Op::Negate {} => !self.truth(code)?,
            Op::Equal {} => self.compare(code, |left, right| left == right)?,
            Op::Unequal {} => self.compare(code, |left, right| left != right)?,
            Op::Less {} => self.compare(code, |left, right| left.number() < right.number())?,
            Op::LessEqual {} => self.compare(code, |left, right| left.number() <= right.number())?,
            Op::StartsWith {} => self.compare_bytes(code, <[u8]>::starts_with)?,
            Op::EndsWith {} => self.compare_bytes(code, <[u8]>::ends_with)?,
            Op::Contains {} => self.contains(code)?,
            Op::Matches {} => {
                let subject = self.value(code)?;
                self.pattern(code, subject.as_ref())? && subject.is_some()
            }
            Op::AnyElement { field } => self.quantified(code, field, Quantifier::Some)?,
            Op::EveryElement { field } => self.quantified(code, field, Quantifier::Every)?,
            Op::Member { field } => {
                let wanted = self.value(code)?;
                let elements = self.set(field);
                self.fuel.spend(elements.len())?;
                wanted.is_some_and(|wanted| elements.contains(&wanted))
            }
            Op::Has { field } => self.request.value(field).is_some(),
            Op::HasLabel { field, name } => self.label(field, self.constant(name)?)?.is_some(),
            Op::Truth {} => self.value(code)? == Some(Value::Bool(true)),
            Op::Vouched { key } => {
                let key = self.constant(key)?;
                self.context.vouchers.iter().any(|voucher| voucher.as_slice() == key)
            }
            _ => return None,
        })
    }

    fn all_true(&self, mut body: Cursor<'p>) -> Option<bool> {
        while !body.is_empty() {
            if !self.truth(&mut body)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn one_true(&self, mut body: Cursor<'p>) -> Option<bool> {
        while !body.is_empty() {
            if self.truth(&mut body)? {
                return Some(true);
            }
        }
        Some(false)
    }

    fn compare(&self, code: &mut Cursor<'p>, holds: impl Fn(&Value<'_>, &Value<'_>) -> bool) -> Option<bool> {
        let left = self.value(code)?;
        let right = self.value(code)?;
        Some(left.zip(right).is_some_and(|(left, right)| holds(&left, &right)))
    }

    fn compare_bytes(&self, code: &mut Cursor<'p>, holds: impl Fn(&[u8], &[u8]) -> bool) -> Option<bool> {
        self.compare(code, |left, right| {
            left.bytes().zip(right.bytes()).is_some_and(|(left, right)| holds(left, right))
        })
    }

    /// Whether the second is somewhere in the first. One pass, however the two are made: a holder chooses the program, and
    /// whoever asks chooses the values.
    #[inline(never)]
    fn contains(&self, code: &mut Cursor<'p>) -> Option<bool> {
        let (first, second) = (self.value(code)?, self.value(code)?);
        let both = first.as_ref().and_then(Value::bytes).zip(second.as_ref().and_then(Value::bytes));
        let Some((first, second)) = both else { return Some(false) };
        self.fuel.spend(first.len() + second.len())?;
        Some(memmem::find(first, second).is_some())
    }

    /// Runs the pattern that follows over a set; where the set is empty, it is only read.
    fn quantified(&self, code: &mut Cursor<'p>, field: FieldNo, quantifier: Quantifier) -> Option<bool> {
        match self.set(field) {
            [] => self.pattern(code, None).map(|_| false),
            elements => self.elements(code, elements, quantifier),
        }
    }

    fn text(&self, place: Const) -> Option<&'p str> {
        str::from_utf8(self.constant(place)?).ok()
    }

    fn set(&self, field: FieldNo) -> &'r [Value<'r>] {
        match self.request.value(field) {
            Some(Value::Set(elements)) => elements,
            Some(element) => slice::from_ref(element),
            None => &[],
        }
    }

    fn label(&self, field: FieldNo, name: &[u8]) -> Option<Present<'r>> {
        match self.request.value(field) {
            Some(Value::Labels(labels)) => self.label_of(labels, name),
            _ => Some(None),
        }
    }

    fn value(&self, code: &mut Cursor<'p>) -> Option<Present<'_>> {
        Some(match Op::read_of(code, Sort::Value)? {
            Op::Field { field } => self.request.value(field).copied(),
            Op::LabelOf { field, name } => self.label(field, self.constant(name)?)?,
            Op::Number { number } => Some(Value::Int(number.0)),
            Op::Time { time } => Some(Value::Time(Time::from_millis(time.0))),
            Op::Duration { duration } => Some(Value::Duration(duration.0)),
            Op::String { text } => Some(Value::String(self.text(text)?)),
            Op::PathOf { path } => Some(Value::Path(ResourcePath::new(self.text(path)?).ok()?)),
            Op::Bytes { bytes } => Some(Value::Bytes(self.constant(bytes)?)),
            Op::Uuid { uuid } => Some(Value::Uuid(self.constant(uuid)?.try_into().ok()?)),
            Op::Ip { address } => Some(Value::Ip(Address::from_octets(self.constant(address)?.try_into().ok()?))),
            Op::Yes {} => Some(Value::Bool(true)),
            Op::No {} => Some(Value::Bool(false)),
            Op::Issuance {} => Some(Value::Time(self.context.issuance)),
            Op::Expiry {} => Some(Value::Time(self.context.expiry)),
            op @ (Op::Add {} | Op::Subtract {}) => self.sum(op, code)?.map(Sum::saturated),
            Op::Hour {} => self.number(code, |time| time.rem_euclid(DAY) / HOUR)?,
            Op::Minute {} => self.number(code, |time| time.rem_euclid(HOUR) / MINUTE)?,
            // 1970-01-01 was a Thursday, day 4.
            Op::Weekday {} => self.number(code, |time| (time.div_euclid(DAY) + 3).rem_euclid(7) + 1)?,
            Op::LengthOf {} => self.value(code)?.and_then(|value| value.bytes()).map(|bytes| count(bytes.len())),
            Op::Size { field } => Some(count(self.size(field)?)),
            _ => return None,
        })
    }

    /// A sum or a difference.
    #[inline(never)]
    fn sum(&self, op: Op, code: &mut Cursor<'p>) -> Option<Option<Sum>> {
        let (left, right) = (self.summand(code)?, self.summand(code)?);
        let Some((left, right)) = left.zip(right) else { return Some(None) };
        Some(Some(match op {
            Op::Add {} => Sum { ty: sum_type(left.ty, right.ty)?, exact: left.exact + right.exact },
            Op::Subtract {} => Sum { ty: difference_type(left.ty, right.ty)?, exact: left.exact - right.exact },
            _ => return None,
        }))
    }

    /// A part of a sum, which may be one itself.
    fn summand(&self, code: &mut Cursor<'p>) -> Option<Option<Sum>> {
        // Only the code is looked at: reading a term twice would take twice as long as its price says.
        if matches!(code.rest(), [ADD | SUBTRACT, ..]) {
            return self.sum(Op::read_of(code, Sort::Value)?, code);
        }
        Some(match self.value(code)? {
            Some(value) => Some(Sum { ty: value.scalar()?, exact: i128::from(value.number()?) }),
            None => None,
        })
    }

    fn number(&self, code: &mut Cursor<'p>, of: impl Fn(i64) -> i64) -> Option<Present<'static>> {
        Some(self.value(code)?.and_then(|value| value.number()).map(|number| Value::Int(of(number))))
    }

    fn size(&self, field: FieldNo) -> Option<usize> {
        match self.request.value(field) {
            Some(Value::Labels(labels)) => Some(labels.len()),
            Some(Value::Set(elements)) => distinct(elements, self.fuel),
            value => Some(usize::from(value.is_some())),
        }
    }
}

/// A number on its way through a sum. The terms of a program that fits its bounds are far fewer than would overflow it.
#[derive(Clone, Copy)]
struct Sum {
    ty: Scalar,
    exact: i128,
}

impl Sum {
    fn saturated(self) -> Value<'static> {
        let end = if self.exact < 0 { i64::MIN } else { i64::MAX };
        let number = i64::try_from(self.exact).unwrap_or(end);
        match self.ty {
            Scalar::Time => Value::Time(Time::from_millis(number)),
            Scalar::Duration => Value::Duration(number),
            _ => Value::Int(number),
        }
    }
}

fn count(number: usize) -> Value<'static> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
