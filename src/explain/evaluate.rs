//! A candidate request, and an evaluator of program trees over it: a plain counterpart of the VM.
//!
//! Why there is a second evaluator: a search for repairs evaluates many requests that are never
//! shown. For the requests of `policies/`, one explanation evaluates some 150 tests, conditions and
//! patterns, and decides 2 requests. Writing, verifying and running a program for each of these
//! takes 39 times as long as evaluating it here (measured without optimisation), and would make an
//! explanation several times as slow.
//!
//! Why it is safe: it never decides. Before the [search](super::search) shows a request, it decides
//! it again with the whole service, including the VM. A mistake here would cost a suggestion, never
//! a verdict. The test below compares the evaluator with the VM, rule by rule, on generated
//! programs.

use std::collections::HashSet;
use std::ops::Deref;

use crate::check::table::Table;
use crate::program::{Condition, Effect, Pattern, Rule, Test, Value};
use crate::syntax::ast::Quantifier;
use placet_core::bytecode::fuel::Fuel;
use placet_core::bytecode::search;
use placet_core::bytecode::zone::Zone;
use placet_core::model::claim::Bearer;
use placet_core::model::owned::{Constant, OwnedValue, TimedRequest};
use placet_core::model::time::Time;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};
use placet_core::token::claims::ClaimsDraft;

/// The values that conditions may read besides the request.
#[derive(Clone, Debug)]
pub struct Facts<'v> {
    pub vocabulary: &'v Vocabulary,
    pub issuance: i64,
    pub expiry: i64,
    pub vouchers: Vec<[u8; 32]>,
    /// What the token says about its bearer; nothing without a token.
    pub claims: ClaimsDraft,
    pub approvers: Vec<[u8; 32]>,
}

/// A part of a request that can be changed by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The action.
    Action,
    /// An attribute, including `time`.
    Field(FieldNo),
    /// One label of an attribute.
    Label(FieldNo, String),
}

/// A request with the values of its token: evaluates program trees over it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'c> {
    pub request: &'c TimedRequest,
    pub facts: &'c Facts<'c>,
}

impl Deref for Candidate<'_> {
    type Target = TimedRequest;

    fn deref(&self) -> &TimedRequest {
        self.request
    }
}

impl Facts<'_> {
    /// A request to be evaluated.
    pub const fn of<'c>(&'c self, request: &'c TimedRequest) -> Candidate<'c> {
        Candidate { request, facts: self }
    }
}

impl Candidate<'_> {
    /// The elements of a set, each once.
    pub fn distinct(&self, field: FieldNo) -> Vec<Constant> {
        let mut seen = HashSet::new();
        self.elements(field).into_iter().filter(|element| seen.insert(element.clone())).collect()
    }

    pub fn label(&self, field: FieldNo, name: &str) -> Option<Constant> {
        self.labels(field).and_then(|labels| label(&labels, name))
    }

    /// The parts in which two requests differ.
    pub fn differences(&self, other: &TimedRequest) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.action() != other.action() {
            parts.push(Part::Action);
        }
        for field in (0..=u8::MAX).map(FieldNo).take(self.facts.vocabulary.attributes().len()) {
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
    pub fn meets(&self, rule: &Rule) -> bool {
        rule.tests.iter().all(|test| self.passes(test, rule.effect))
    }

    /// Whether one test holds. For a set, a rule that denies needs one matching element, any other
    /// needs all.
    pub fn passes(&self, test: &Test, effect: Effect) -> bool {
        match test {
            Test::Action(actions) => actions.has(self.action()),
            Test::Field(field, pattern) => self.field_passes(*field, pattern, effect.quantifier()),
            Test::Elements(quantifier, field, pattern) => self.field_passes(*field, pattern, *quantifier),
            Test::When(truth) => self.holds(truth),
        }
    }

    fn field_passes(&self, field: FieldNo, pattern: &Pattern, quantifier: Quantifier) -> bool {
        match (self.value(field), &*self.resolved(pattern, self.scalar_of(field))) {
            (None, pattern) => matches(pattern, Subject::Nothing),
            (Some(OwnedValue::One(constant)), pattern) => matches(pattern, Subject::One(&constant)),
            (Some(OwnedValue::Labels(labels)), pattern) => matches(pattern, Subject::of_labels(&labels)),
            (Some(OwnedValue::Set(elements)), pattern) => {
                let mut each = elements.iter().map(|element| matches(pattern, Subject::One(element)));
                match quantifier {
                    Quantifier::Some => each.any(|it| it),
                    Quantifier::Every => each.all(|it| it),
                }
            }
        }
    }

    /// Whether a condition is true.
    pub fn holds(&self, truth: &Condition) -> bool {
        match truth {
            Condition::Constant(truth) => *truth,
            Condition::All(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::AnyOf(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::Not(inner) => !self.holds(inner),
            Condition::Compare(predicate, left, right) => {
                let both = self.operand(left).zip(self.operand(right));
                both.is_some_and(|(left, right)| predicate.holds(&left.as_value(), &right.as_value()))
            }
            Condition::Matches(operand, pattern) => {
                let value = self.operand(operand);
                value.is_some_and(|value| matches(&self.resolved(pattern, value.scalar()), Subject::One(&value)))
            }
            Condition::AnyElement(field, pattern) => {
                let pattern = self.resolved(pattern, self.scalar_of(*field));
                self.elements(*field).iter().any(|element| matches(&pattern, Subject::One(element)))
            }
            Condition::EveryElement(field, pattern) => {
                let (elements, pattern) = (self.elements(*field), self.resolved(pattern, self.scalar_of(*field)));
                !elements.is_empty() && elements.iter().all(|element| matches(&pattern, Subject::One(element)))
            }
            Condition::Member(operand, field) => {
                self.operand(operand).is_some_and(|value| self.elements(*field).contains(&value))
            }
            Condition::ElementsIn(quantifier, field, set) => {
                let (elements, set) = (self.elements(*field), self.elements(*set));
                match quantifier {
                    Quantifier::Some => elements.iter().any(|element| set.contains(element)),
                    Quantifier::Every => !elements.is_empty() && elements.iter().all(|element| set.contains(element)),
                }
            }
            Condition::Action(actions) => actions.contains(&self.action()),
            Condition::InRow(operand, table, key) => {
                let value = self.operand(operand).zip(self.row(table, key));
                value.is_some_and(|(value, row)| row.contains(&value))
            }
            Condition::AnyInRow(field, table, key) => {
                let row = self.row(table, key).unwrap_or_default();
                self.elements(*field).iter().any(|element| row.contains(element))
            }
            Condition::EveryInRow(field, table, key) => {
                let (row, elements) = (self.row(table, key).unwrap_or_default(), self.elements(*field));
                !elements.is_empty() && elements.iter().all(|element| row.contains(element))
            }
            Condition::HasRow(table, key) => self.row(table, key).is_some(),
            Condition::Has(field) => self.value(*field).is_some(),
            Condition::HasLabel(field, name) => self.label(*field, name).is_some(),
            Condition::HasClaim(path) => self.facts.claims.at(path).is_some(),
            Condition::Holds(operand) => self.operand(operand) == Some(Constant::Bool(true)),
            Condition::Vouched(key) => self.facts.vouchers.contains(key),
            Condition::Approved(quorum) => quorum.missing(&self.facts.approvers).is_none(),
        }
    }

    /// The values of the row with this key.
    pub fn row(&self, table: &Table, key: &Value) -> Option<Vec<Constant>> {
        table.row(&self.operand(key)?)
    }

    /// The type of an attribute, of its elements, or of the values of its labels.
    pub fn scalar_of(&self, field: FieldNo) -> Scalar {
        match self.facts.vocabulary.attribute(field).map(|attribute| attribute.ty) {
            Some(Type::One(scalar) | Type::Set(scalar)) => scalar,
            Some(Type::Labels) | None => Scalar::String,
        }
    }

    /// The value of an operand.
    pub fn operand(&self, operand: &Value) -> Option<Constant> {
        Some(match operand {
            Value::Field(field) => match self.value(*field)? {
                OwnedValue::One(constant) => constant,
                OwnedValue::Set(_) | OwnedValue::Labels(_) => return None,
            },
            Value::Label(field, name) => self.label(*field, name)?,
            Value::Constant(constant) => constant.clone(),
            Value::Issuance => Constant::Time(self.facts.issuance),
            Value::Expiry => Constant::Time(self.facts.expiry),
            Value::Claim(path) => Constant::String(self.facts.claims.at(path)?.to_owned()),
            Value::Local(zone, time) => {
                let time = Time::from_millis(self.operand(time)?.number()?);
                Constant::Time(Zone::read(zone)?.local(time)?.as_millis())
            }
            Value::Compute(..) => {
                let exact = self.exact(operand)?;
                let saturated = i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX });
                Constant::of_number(operand.scalar(self.facts.vocabulary)?, saturated)?
            }
            Value::Row(table, key) => self.row(table, key)?.pop()?,
            Value::Call(function, inner) => {
                let result = function.apply(&self.operand(inner)?.as_value())?;
                Constant::of_number(function.row().gives, result.number()?)?
            }
            Value::Size(field) => match self.value(*field) {
                Some(OwnedValue::Labels(labels)) => count(labels.len()),
                _ => count(self.distinct(*field).len()),
            },
        })
    }

    /// A sum as the VM computes it: exact, and saturating only as a whole.
    fn exact(&self, operand: &Value) -> Option<i128> {
        match operand {
            Value::Compute(arithmetic, left, right) => Some(arithmetic.exact(self.exact(left)?, self.exact(right)?)),
            term => self.operand(term)?.number().map(i128::from),
        }
    }
}

/// The subject of a pattern.
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

    /// A missing label has no value.
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
        Pattern::Equal(wanted) => constant.bytes()? == wanted,
        Pattern::Text(matcher, text) => search::matches(*matcher, text, &constant.as_value(), &Fuel::plenty())?,
        Pattern::Range(first, last) => (*first..=*last).contains(&constant.number()?),
        Pattern::Network(network) => match constant {
            Constant::Ip(address) => network.contains(*address),
            _ => return None,
        },
        Pattern::Any
        | Pattern::Absent
        | Pattern::Not(_)
        | Pattern::AnyOf(_)
        | Pattern::AllOf(_)
        | Pattern::Is(_)
        | Pattern::Made(..)
        | Pattern::Label(..) => return None,
    })
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

pub const HOUR: i64 = 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

    use super::*;
    use crate::compile::arguments::Arguments;
    use crate::compile::compile;
    use crate::compile::tests::harness::vocabulary;
    use crate::compile::tests::programs::templates;
    use crate::explain::example;
    use crate::program::{read::rules, write};
    use placet_core::bytecode::verify::{Budget, Scope, verify};
    use placet_core::vm::{BlockVerdict, Context, ProgramKind, run};

    const CONTEXT: Context<'static> =
        Context { issuance: Time::from_millis(0), expiry: Time::MAX, bearer: None, vouchers: &[], approvers: &[] };

    /// Whether a program of this rule alone decides the request.
    fn decides(rule: &Rule, request: &TimedRequest, vocabulary: &Vocabulary) -> bool {
        let effect = if rule.effect == Effect::Deny { Effect::Deny } else { Effect::Allow };
        let alone = write(&[Rule { effect, tests: rule.tests.clone() }]);
        let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
        let proved = verify(alone.bytes(), &scope).unwrap();
        let answer = request.request.with_request(vocabulary, request.time, |request| {
            run(&proved, ProgramKind::Authority, request, &CONTEXT).unwrap()
        });
        matches!(answer.unwrap(), BlockVerdict::Allow(_) | BlockVerdict::Forbid(_))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn what_the_evaluator_says_of_a_rule_is_what_the_vm_decides(template in templates()) {
            let vocabulary = vocabulary();
            let compiled = compile(&template, &vocabulary, &Arguments::none()).unwrap();
            let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy };
            let read = rules(&verify(compiled.program.bytes(), &scope).unwrap()).unwrap();
            let facts = Facts { vocabulary: &vocabulary, issuance: 0, expiry: i64::MAX, vouchers: Vec::new(), approvers: Vec::new(), claims: ClaimsDraft::default() };
            let from = TimedRequest { request: example(&vocabulary), time: Time::from_millis(0) };
            for rule in &read {
                let mut asked = vec![from.clone()];
                asked.extend(facts.of(&from).satisfying(rule));
                let near = asked.iter().flat_map(|one| rule.tests.iter().flat_map(|test| facts.of(one).violating(test)));
                let near: Vec<_> = near.collect();
                asked.extend(near);
                for one in asked {
                    prop_assert_eq!(facts.of(&one).meets(rule), decides(rule, &one, &vocabulary), "{:?}\n{:?}", rule, one);
                }
            }
        }
    }
}
