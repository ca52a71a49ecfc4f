//! A request that may still be changed, and what holds of it: the plain twin of what the VM asks.

use std::collections::HashSet;

use super::tree::{Comparison, Effect, Operand, Pattern, Rule, Test, Truth};
use crate::author::request::{OwnedRequest, OwnedValue};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::fuel::Fuel;
use crate::bytecode::matching::{Unit, glob_matches, is_within, path_matches};
use crate::check::tree::Constant;
use crate::model::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};

/// A request and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub request: OwnedRequest,
    pub time: i64,
}

/// What conditions may ask for besides the request.
#[derive(Clone, Debug)]
pub struct Facts<'v> {
    pub vocabulary: &'v Vocabulary,
    pub issuance: i64,
    pub expiry: i64,
    pub vouchers: Vec<[u8; 32]>,
}

/// A part of a request that can be changed by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What is asked for.
    Action,
    /// An attribute, `time` too.
    Field(FieldNo),
    /// One label of an attribute.
    Label(FieldNo, String),
}

impl Wish {
    pub fn action(&self) -> ActionNo {
        self.request.action
    }

    pub fn with_action(&self, action: ActionNo) -> Self {
        Self { request: OwnedRequest { action, values: self.request.values.clone() }, time: self.time }
    }

    pub fn value(&self, field: FieldNo) -> Option<OwnedValue> {
        if field == TIME {
            return Some(OwnedValue::One(Constant::Time(self.time)));
        }
        let found = self.request.values.iter().find(|(other, _)| *other == field).map(|(_, value)| value.clone());
        // An empty set is the same as none, and so are labels without a label.
        found.filter(|value| !value.is_empty())
    }

    /// The same with another value, or none.
    pub fn with(&self, field: FieldNo, value: Option<OwnedValue>) -> Self {
        let mut wish = self.clone();
        if field == TIME {
            if let Some(OwnedValue::One(Constant::Time(time))) = value {
                wish.time = time;
            }
            return wish;
        }
        let values = &mut wish.request.values;
        match (values.iter().position(|(other, _)| *other == field), value) {
            (Some(place), Some(value)) => values[place].1 = value,
            (Some(place), None) => _ = values.remove(place),
            (None, Some(value)) => values.push((field, value)),
            (None, None) => {}
        }
        wish
    }

    /// The elements of a set; a value by itself is a set of one.
    pub fn elements(&self, field: FieldNo) -> Vec<Constant> {
        match self.value(field) {
            Some(OwnedValue::Set(elements)) => elements,
            Some(OwnedValue::One(element)) => vec![element],
            Some(OwnedValue::Labels(_)) | None => Vec::new(),
        }
    }

    /// The elements of a set, each once.
    pub fn distinct(&self, field: FieldNo) -> Vec<Constant> {
        let mut seen = HashSet::new();
        self.elements(field).into_iter().filter(|element| seen.insert(element.clone())).collect()
    }

    pub fn labels(&self, field: FieldNo) -> Option<Vec<(String, String)>> {
        match self.value(field) {
            Some(OwnedValue::Labels(labels)) => Some(labels),
            _ => None,
        }
    }

    pub fn label(&self, field: FieldNo, name: &str) -> Option<Constant> {
        self.labels(field).and_then(|labels| label(&labels, name))
    }

    pub fn with_label(&self, field: FieldNo, name: &str, value: Option<&str>) -> Self {
        let mut labels = self.labels(field).unwrap_or_default();
        put_label(&mut labels, name, value);
        self.with(field, Some(OwnedValue::Labels(labels)))
    }

    /// The parts in which two requests differ.
    pub fn differences(&self, other: &Self, vocabulary: &Vocabulary) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.action() != other.action() {
            parts.push(Part::Action);
        }
        for field in (0..=u8::MAX).map(FieldNo).take(vocabulary.attributes().len()) {
            match (self.value(field), other.value(field)) {
                (ours, theirs) if ours == theirs => {}
                (Some(OwnedValue::Labels(ours)), Some(OwnedValue::Labels(theirs))) => {
                    let mut names: Vec<_> = ours.iter().chain(&theirs).map(|(name, _)| name.clone()).collect();
                    names.sort();
                    names.dedup();
                    names.retain(|name| label(&ours, name) != label(&theirs, name));
                    parts.extend(names.into_iter().map(|name| Part::Label(field, name)));
                }
                (None, Some(OwnedValue::Labels(labels))) | (Some(OwnedValue::Labels(labels)), None) => {
                    parts.extend(labels.into_iter().map(|(name, _)| Part::Label(field, name)));
                }
                _ => parts.push(Part::Field(field)),
            }
        }
        parts
    }

    /// Whether all tests of a rule hold.
    pub fn meets(&self, rule: &Rule, facts: &Facts<'_>) -> bool {
        rule.tests.iter().all(|test| self.passes(test, rule.effect, facts))
    }

    /// Whether one test holds. Of a set, a rule that denies asks for one element, any other for all.
    pub fn passes(&self, test: &Test, effect: Effect, facts: &Facts<'_>) -> bool {
        match test {
            Test::Action(actions) => actions.has(self.action()),
            Test::Field(field, pattern) => match self.value(*field) {
                None => matches(pattern, Subject::Nothing),
                Some(OwnedValue::One(constant)) => matches(pattern, Subject::One(&constant)),
                Some(OwnedValue::Labels(labels)) => matches(pattern, Subject::of_labels(&labels)),
                Some(OwnedValue::Set(elements)) => {
                    let mut each = elements.iter().map(|element| matches(pattern, Subject::One(element)));
                    if effect == Effect::Deny { each.any(|it| it) } else { each.all(|it| it) }
                }
            },
            Test::When(truth) => self.holds(truth, facts),
        }
    }

    /// Whether a condition is true.
    pub fn holds(&self, truth: &Truth, facts: &Facts<'_>) -> bool {
        match truth {
            Truth::Constant(truth) => *truth,
            Truth::All(parts) => parts.iter().all(|part| self.holds(part, facts)),
            Truth::Some(parts) => parts.iter().any(|part| self.holds(part, facts)),
            Truth::Not(inner) => !self.holds(inner, facts),
            Truth::Compare(comparison, left, right) => {
                let both = self.operand(left, facts).zip(self.operand(right, facts));
                both.is_some_and(|(left, right)| compare(*comparison, &left, &right))
            }
            Truth::Matches(operand, pattern) => {
                let value = self.operand(operand, facts);
                value.is_some_and(|value| matches(pattern, Subject::One(&value)))
            }
            Truth::AnyElement(field, pattern) => {
                self.elements(*field).iter().any(|element| matches(pattern, Subject::One(element)))
            }
            Truth::EveryElement(field, pattern) => {
                let elements = self.elements(*field);
                !elements.is_empty() && elements.iter().all(|element| matches(pattern, Subject::One(element)))
            }
            Truth::Member(operand, field) => {
                self.operand(operand, facts).is_some_and(|value| self.elements(*field).contains(&value))
            }
            Truth::Has(field) => self.value(*field).is_some(),
            Truth::HasLabel(field, name) => self.label(*field, name).is_some(),
            Truth::Truth(operand) => self.operand(operand, facts) == Some(Constant::Bool(true)),
            Truth::Vouched(key) => facts.vouchers.contains(key),
        }
    }

    /// The value of an operand. Derived numbers are ints whatever they count.
    pub fn operand(&self, operand: &Operand, facts: &Facts<'_>) -> Option<Constant> {
        let number_of = |inner: &Operand| self.operand(inner, facts).as_ref().and_then(number);
        Some(match operand {
            Operand::Field(field) => match self.value(*field)? {
                OwnedValue::One(constant) => constant,
                OwnedValue::Set(_) | OwnedValue::Labels(_) => return None,
            },
            Operand::Label(field, name) => self.label(*field, name)?,
            Operand::Constant(constant) => constant.clone(),
            Operand::Issuance => Constant::Time(facts.issuance),
            Operand::Expiry => Constant::Time(facts.expiry),
            Operand::Add(..) | Operand::Subtract(..) => {
                let exact = self.exact(operand, facts)?;
                Constant::Int(i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX }))
            }
            Operand::Hour(inner) => Constant::Int(number_of(inner)?.rem_euclid(DAY) / HOUR),
            Operand::Minute(inner) => Constant::Int(number_of(inner)?.rem_euclid(HOUR) / MINUTE),
            // 1970-01-01 was a Thursday, day 4.
            Operand::Weekday(inner) => Constant::Int((number_of(inner)?.div_euclid(DAY) + 3).rem_euclid(7) + 1),
            Operand::Length(inner) => count(bytes(&self.operand(inner, facts)?)?.len()),
            Operand::Size(field) => match self.value(*field) {
                Some(OwnedValue::Labels(labels)) => count(labels.len()),
                _ => count(self.distinct(*field).len()),
            },
        })
    }

    /// A sum as the VM computes it: exact, and saturating only as a whole.
    fn exact(&self, operand: &Operand, facts: &Facts<'_>) -> Option<i128> {
        match operand {
            Operand::Add(left, right) => Some(self.exact(left, facts)? + self.exact(right, facts)?),
            Operand::Subtract(left, right) => Some(self.exact(left, facts)? - self.exact(right, facts)?),
            term => self.operand(term, facts).as_ref().and_then(number).map(i128::from),
        }
    }
}

/// What a pattern looks at.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    Nothing,
    One(&'a Constant),
    Labels(&'a [(String, String)]),
}

impl<'a> Subject<'a> {
    pub fn of(value: Option<&'a Constant>) -> Self {
        value.map_or(Self::Nothing, Self::One)
    }

    /// Without a label there is nothing.
    pub fn of_labels(labels: &'a [(String, String)]) -> Self {
        if labels.is_empty() { Self::Nothing } else { Self::Labels(labels) }
    }
}

/// Whether a subject matches.
pub fn matches(pattern: &Pattern, subject: Subject<'_>) -> bool {
    match (pattern, subject) {
        (Pattern::Absent, Subject::Nothing) => true,
        (Pattern::AnyOf(parts), subject) => parts.iter().any(|part| matches(part, subject)),
        (Pattern::AllOf(parts), subject) => parts.iter().all(|part| matches(part, subject)),
        (Pattern::Label(_, inner), Subject::Nothing) => matches(inner, Subject::Nothing),
        (_, Subject::Nothing) | (Pattern::Absent, _) => false,
        (Pattern::Any, _) => true,
        (Pattern::Not(inner), subject) => !matches(inner, subject),
        (Pattern::Label(name, inner), Subject::Labels(labels)) => {
            matches(inner, Subject::of(label(labels, name).as_ref()))
        }
        (_, Subject::Labels(_)) => false,
        (pattern, Subject::One(constant)) => leaf(pattern, constant).unwrap_or(false),
    }
}

fn leaf(pattern: &Pattern, constant: &Constant) -> Option<bool> {
    Some(match pattern {
        Pattern::Bool(wanted) => *constant == Constant::Bool(*wanted),
        Pattern::Equal(wanted) => bytes(constant)? == wanted,
        Pattern::Prefix(wanted) => bytes(constant)?.starts_with(wanted),
        Pattern::Suffix(wanted) => bytes(constant)?.ends_with(wanted),
        Pattern::Glob(glob) => {
            let unit = if matches!(constant, Constant::Bytes(_)) { Unit::Byte } else { Unit::Character };
            glob_matches(glob, bytes(constant)?, unit, &Fuel::plenty())?
        }
        Pattern::Regex(automaton) => Automaton::read(automaton)?.matches(bytes(constant)?)?,
        Pattern::Range(first, last) => (*first..=*last).contains(&number(constant)?),
        Pattern::Network(network) => match constant {
            Constant::Ip(address) => network.contains(*address),
            _ => return None,
        },
        Pattern::Path(path) => path_matches(path, bytes(constant)?, &Fuel::plenty())?,
        Pattern::Within(above) => is_within(bytes(constant)?, above),
        Pattern::Any
        | Pattern::Absent
        | Pattern::Not(_)
        | Pattern::AnyOf(_)
        | Pattern::AllOf(_)
        | Pattern::Label(..) => return None,
    })
}

fn compare(comparison: Comparison, left: &Constant, right: &Constant) -> bool {
    let numbers = number(left).zip(number(right));
    let texts = bytes(left).zip(bytes(right));
    let equal = numbers.map_or_else(|| left == right, |(left, right)| left == right);
    match comparison {
        Comparison::Equal => equal,
        Comparison::Unequal => !equal,
        Comparison::Less => numbers.is_some_and(|(left, right)| left < right),
        Comparison::LessOrEqual => numbers.is_some_and(|(left, right)| left <= right),
        Comparison::StartsWith => texts.is_some_and(|(left, right)| left.starts_with(right)),
        Comparison::EndsWith => texts.is_some_and(|(left, right)| left.ends_with(right)),
        Comparison::Contains => texts
            .is_some_and(|(left, right)| right.is_empty() || left.windows(right.len()).any(|window| window == right)),
    }
}

/// The number of an int, time or duration.
pub const fn number(constant: &Constant) -> Option<i64> {
    match constant {
        Constant::Int(number) | Constant::Time(number) | Constant::Duration(number) => Some(*number),
        _ => None,
    }
}

/// The bytes of text, bytes, or a uuid.
pub fn bytes(constant: &Constant) -> Option<&[u8]> {
    match constant {
        Constant::String(text) | Constant::Path(text) => Some(text.as_bytes()),
        Constant::Bytes(bytes) => Some(bytes),
        Constant::Uuid(uuid) => Some(uuid),
        _ => None,
    }
}

pub fn label(labels: &[(String, String)], name: &str) -> Option<Constant> {
    labels.iter().find(|(label, _)| label == name).map(|(_, value)| Constant::String(value.clone()))
}

pub fn put_label(labels: &mut Vec<(String, String)>, name: &str, value: Option<&str>) {
    match (labels.iter().position(|(label, _)| label == name), value) {
        (Some(place), Some(value)) => value.clone_into(&mut labels[place].1),
        (Some(place), None) => _ = labels.remove(place),
        (None, Some(value)) => labels.push((name.to_owned(), value.to_owned())),
        (None, None) => {}
    }
}

fn count(number: usize) -> Constant {
    Constant::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
