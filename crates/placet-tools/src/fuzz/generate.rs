//! Generates requests: first those that match the rules, then their neighbours, then mutations of
//! every request that covered anything new.
//!
//! 1. For each rule and promise a request that matches it, and from there, test by test, the
//!    nearest that does not: `explain` [finds](placet::explain::repair) both;
//! 2. each of these with every single value of the [boundaries](super::boundary) put into it;
//! 3. the kept requests with the rules' own words put into their values, to meet the requirements
//!    of two rules at once;
//! 4. without end: a [kept](Generator::keep) request, changed in one to three places.
//!
//! The same seed generates the same requests, given the same feedback.

use std::collections::VecDeque;

use fastrand::Rng;

use super::boundary::Boundaries;
use super::neighbours;
use crate::limits::FUZZ_KEPT;
use placet::explain::evaluate::Facts;
use placet::explain::example;
use placet::model::owned::{Constant, OwnedValue, TimedRequest};
use placet::model::time::Time;
use placet::model::types::Type;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::program::Rule;

/// Generates requests for one vocabulary.
pub(super) struct Generator<'i> {
    rng: Rng,
    facts: Facts<'i>,
    vocabulary: &'i Vocabulary,
    rules: Vec<Rule>,
    values: Vec<(FieldNo, Vec<Option<OwnedValue>>)>,
    actions: Vec<ActionNo>,
    named: Vec<ActionNo>,
    times: Vec<Time>,
    words: Vec<String>,
    kept: Vec<TimedRequest>,
    /// The requests to try next.
    open: VecDeque<TimedRequest>,
    /// Rules for which no request was generated yet.
    unasked: std::ops::Range<usize>,
    /// Which kept request gets which single value next.
    walk: (usize, usize),
}

impl<'i> Generator<'i> {
    /// Starts from `rules`, at the times of a block that was minted at `minted` and lives for
    /// `life`.
    pub(super) fn new(seed: u64, facts: Facts<'i>, rules: Vec<Rule>, minted: i64, life: (i64, i64)) -> Self {
        let vocabulary = facts.vocabulary;
        let claims = facts.claims.clone();
        let mut boundaries = Boundaries::new(vocabulary, &claims);
        rules.iter().for_each(|rule| boundaries.learn(rule));
        let count = u16::try_from(vocabulary.actions().len()).unwrap_or(u16::MAX);
        let mut named = boundaries.actions().to_vec();
        named.sort_unstable();
        named.dedup();
        Self {
            rng: Rng::with_seed(seed),
            vocabulary,
            values: boundaries.values(),
            actions: (0..count).map(ActionNo).collect(),
            named,
            times: boundaries.times(minted, life.0, life.1).into_iter().map(Time::from_millis).collect(),
            words: boundaries.words().to_vec(),
            kept: Vec::new(),
            open: VecDeque::from([TimedRequest { request: example(vocabulary), time: Time::from_millis(minted) }]),
            unasked: 0..rules.len(),
            walk: (0, 0),
            rules,
            facts,
        }
    }

    /// Adds a recorded request; it is tried before all generated ones, and mutated like one that
    /// covered anything new.
    pub(super) fn add(&mut self, sample: TimedRequest) {
        self.keep(&sample);
        self.open.push_back(sample);
    }

    /// Keeps a request that covered anything new, to be mutated further.
    pub(super) fn keep(&mut self, sample: &TimedRequest) {
        if self.kept.len() < FUZZ_KEPT {
            self.kept.push(sample.clone());
        } else {
            let place = self.rng.usize(..self.kept.len());
            self.kept[place] = sample.clone();
        }
    }

    /// The next request to try.
    pub(super) fn next(&mut self) -> TimedRequest {
        loop {
            if let Some(sample) = self.open.pop_front() {
                return sample;
            }
            if let Some(rule) = self.unasked.next() {
                self.ask(rule);
                continue;
            }
            // Systematic steps and random mutations take turns: the former are thorough, the latter
            // reach further.
            if self.rng.bool()
                && let Some(sample) = self.step()
            {
                return sample;
            }
            return self.leap();
        }
    }

    /// A request that matches a rule, and the nearest that does not.
    fn ask(&mut self, number: usize) {
        let from = TimedRequest {
            request: example(self.vocabulary),
            time: self.times.first().copied().unwrap_or(Time::from_millis(0)),
        };
        let rule = &self.rules[number];
        let matching = self.facts.of(&from).satisfying(rule);
        for sample in matching.iter().take(2) {
            self.open.push_back(sample.clone());
            let beside = rule.tests.iter().flat_map(|test| self.facts.of(sample).violating(test));
            self.open.extend(beside);
        }
        for sample in matching.into_iter().take(1) {
            self.keep(&sample);
        }
    }

    /// A kept request with one value of the boundaries, each in its turn.
    fn step(&mut self) -> Option<TimedRequest> {
        let (place, value) = self.walk;
        let sample = self.kept.get(place)?;
        let mut left = value;
        for (field, values) in &self.values {
            if let Some(value) = values.get(left) {
                self.walk.1 += 1;
                return Some(sample.with(*field, value.clone()));
            }
            left -= values.len();
        }
        if let Some(action) = self.actions.get(left) {
            self.walk.1 += 1;
            return Some(sample.with_action(*action));
        }
        left -= self.actions.len();
        if let Some(&time) = self.times.get(left) {
            self.walk.1 += 1;
            return Some(sample.at(time));
        }
        self.walk = (place + 1, 0);
        self.open.extend(crossings(sample, &self.words));
        self.open.pop_front()
    }

    /// A kept request with one to three changes.
    fn leap(&mut self) -> TimedRequest {
        let mut sample = self.any_kept();
        for _ in 0..=self.rng.usize(..3) {
            sample = self.changed(sample);
        }
        sample
    }

    fn any_kept(&mut self) -> TimedRequest {
        match self.kept.len() {
            0 => TimedRequest {
                request: example(self.vocabulary),
                time: self.times.first().copied().unwrap_or(Time::from_millis(0)),
            },
            count => self.kept[self.rng.usize(..count)].clone(),
        }
    }

    fn changed(&mut self, sample: TimedRequest) -> TimedRequest {
        match self.rng.u32(..100) {
            0..30 => self.with_boundary(&sample),
            30..35 => self.with_word(&sample),
            35..50 => self.with_action(&sample),
            50..60 => match self.rng.choice(&self.times) {
                Some(&time) => TimedRequest { time, ..sample },
                None => sample,
            },
            60..75 => self.with_neighbour(&sample),
            75..84 => self.with_several(&sample),
            84..90 => self.with_part_of_another(&sample),
            90..95 => self.with_copy(&sample),
            95..98 => self.without(&sample),
            _ => self.towards_a_rule(sample),
        }
    }

    /// One value with a word of the rules in it.
    fn with_word(&mut self, sample: &TimedRequest) -> TimedRequest {
        let crossed = match self.rng.choice(&self.words) {
            Some(word) => crossings(sample, std::slice::from_ref(word)),
            None => Vec::new(),
        };
        self.rng.choice(crossed).unwrap_or_else(|| sample.clone())
    }

    fn with_boundary(&mut self, sample: &TimedRequest) -> TimedRequest {
        let Some((field, values)) = self.rng.choice(&self.values) else { return sample.clone() };
        match self.rng.choice(values) {
            Some(value) => sample.with(*field, value.clone()),
            None => sample.clone(),
        }
    }

    fn with_action(&mut self, sample: &TimedRequest) -> TimedRequest {
        let likely = if self.rng.bool() && !self.named.is_empty() { &self.named } else { &self.actions };
        self.rng.choice(likely).map_or_else(|| sample.clone(), |&action| sample.with_action(action))
    }

    /// Replaces one value by a neighbour.
    fn with_neighbour(&mut self, sample: &TimedRequest) -> TimedRequest {
        let Some((field, value)) = self.rng.choice(&sample.request.values).cloned() else { return sample.clone() };
        let value = match value {
            OwnedValue::One(one) => self.near(&one).map(OwnedValue::One),
            OwnedValue::Set(mut elements) if !elements.is_empty() => {
                let place = self.rng.usize(..elements.len());
                let near = self.near(&elements[place]);
                elements.splice(place..=place, near);
                Some(OwnedValue::Set(elements))
            }
            OwnedValue::Labels(mut labels) if !labels.is_empty() => {
                let place = self.rng.usize(..labels.len());
                if let Some(Constant::String(near)) = self.near(&Constant::String(labels[place].1.clone())) {
                    labels[place].1 = near;
                }
                Some(OwnedValue::Labels(labels))
            }
            other => Some(other),
        };
        sample.with(field, value)
    }

    fn near(&mut self, constant: &Constant) -> Option<Constant> {
        self.rng.choice(neighbours::around(constant))
    }

    /// One more element in a set, or one more label.
    fn with_several(&mut self, sample: &TimedRequest) -> TimedRequest {
        let several = |field: FieldNo| {
            let ty = self.vocabulary.attribute(field).map(|attribute| attribute.ty);
            matches!(ty, Some(Type::Set(_) | Type::Labels))
        };
        let fields: Vec<_> = self.values.iter().filter(|(field, _)| several(*field)).collect();
        let Some((field, values)) = self.rng.choice(&fields).copied() else { return sample.clone() };
        let Some(Some(more)) = self.rng.choice(values) else { return sample.clone() };
        let value = match (sample.value(*field), more.clone()) {
            (Some(OwnedValue::Labels(mut labels)), OwnedValue::Labels(more)) => {
                let fresh = more.into_iter().filter(|(name, _)| labels.iter().all(|(other, _)| other != name));
                let fresh: Vec<_> = fresh.collect();
                labels.extend(fresh);
                OwnedValue::Labels(labels)
            }
            (_, OwnedValue::Labels(labels)) => OwnedValue::Labels(labels),
            (_, more) => {
                let mut elements = sample.elements(*field);
                elements.extend(match more {
                    OwnedValue::One(one) => vec![one],
                    OwnedValue::Set(elements) => elements,
                    OwnedValue::Labels(_) => Vec::new(),
                });
                elements.dedup();
                OwnedValue::Set(elements)
            }
        };
        sample.with(*field, Some(value))
    }

    fn with_part_of_another(&mut self, sample: &TimedRequest) -> TimedRequest {
        let other = self.any_kept();
        match self.rng.choice(&other.request.values) {
            Some((field, value)) => sample.with(*field, Some(value.clone())),
            None => sample.with_action(other.action()),
        }
    }

    /// The value of another attribute of the same type, since rules also compare attributes.
    fn with_copy(&mut self, sample: &TimedRequest) -> TimedRequest {
        let scalar = |field: FieldNo| match self.vocabulary.attribute(field).map(|attribute| attribute.ty) {
            Some(Type::One(scalar) | Type::Set(scalar)) => Some(scalar),
            Some(Type::Labels) | None => None,
        };
        let Some((from, value)) = self.rng.choice(&sample.request.values).cloned() else { return sample.clone() };
        let alike = |to: &FieldNo| *to != from && scalar(*to).is_some() && scalar(*to) == scalar(from);
        let fields: Vec<FieldNo> = self.values.iter().map(|(field, _)| *field).filter(alike).collect();
        let one = match value {
            OwnedValue::Set(elements) => elements.into_iter().next().map(OwnedValue::One),
            other => Some(other),
        };
        match (self.rng.choice(fields), one) {
            (Some(to), Some(one)) => sample.with(to, Some(one)),
            _ => sample.clone(),
        }
    }

    fn without(&mut self, sample: &TimedRequest) -> TimedRequest {
        let field = self.rng.choice(&sample.request.values).map(|(field, _)| *field);
        field.map_or_else(|| sample.clone(), |field| sample.with(field, None))
    }

    /// The nearest request that matches some rule.
    fn towards_a_rule(&mut self, sample: TimedRequest) -> TimedRequest {
        let Some(rule) = self.rng.choice(&self.rules) else { return sample };
        let mended = self.facts.of(&sample).satisfying(rule);
        self.rng.choice(mended).unwrap_or(sample)
    }
}

/// The request with each word put into each of its values.
fn crossings(sample: &TimedRequest, words: &[String]) -> Vec<TimedRequest> {
    let mut found = Vec::new();
    for (field, value) in &sample.request.values {
        let OwnedValue::One(one) = value else { continue };
        let crossed = words.iter().flat_map(|word| neighbours::crossed(one, word));
        found.extend(crossed.map(|one| sample.with(*field, Some(OwnedValue::One(one)))));
    }
    found
}
