//! The values at which the decision of a rule changes: each constant, one more and one less, both
//! ends of ranges and networks, too many and too few segments, sets of one and of several, and
//! absence.
//!
//! The input is programs, [read back](placet::program::read), so that arguments are filled in. The
//! output is candidates: values to try for each attribute, and times for the clock. They do not
//! predict the verdict; many of them are there to be denied.

use std::cmp::Reverse;

use super::neighbours;
use crate::limits::FUZZ_VALUES;
use placet::bytecode::zone::Zone;
use placet::check::table::Table;
use placet::check::tree::Constant;
use placet::document::request::OwnedValue;
use placet::explain::propose::{edge_values, sample, satisfying_values};
use placet::model::claim::Bearer;
use placet::model::function::Results;
use placet::model::matcher::Syntax;
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::value::Value as Given;
use placet::model::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use placet::program::made::{Written, written};
use placet::program::{Condition, Form, Function, Pattern, Rule, Test, Value};
use placet::token::claims::ClaimsDraft;

/// The candidates.
pub(super) struct Boundaries<'v> {
    vocabulary: &'v Vocabulary,
    /// For each attribute, values and elements to try.
    elements: Vec<Vec<Constant>>,
    /// For each attribute that is labels: a name, and a value.
    labels: Vec<Vec<(String, Constant)>>,
    /// For each attribute, the counts of elements or bytes that conditions use.
    counts: Vec<Vec<i64>>,
    /// Texts in rules, and segments of their paths.
    words: Vec<String>,
    /// Actions in rules.
    actions: Vec<ActionNo>,
    /// Hours of the day, days of the week and the like in conditions.
    clock: Vec<Shown>,
    /// The claims of the token; none without one.
    claims: &'v ClaimsDraft,
}

/// A number that a clock shows: an hour, a minute or a day, in UTC or in a time zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    function: Function,
    number: i64,
    /// The zone, as the constant of a program.
    zone: Option<Vec<u8>>,
}

impl Shown {
    fn is_at(&self, time: Time) -> bool {
        let time = self.zone.as_ref().map_or(Some(time), |zone| Zone::read(zone)?.local(time));
        let shown = time.and_then(|time| self.function.apply(&Given::Time(time)));
        shown.and_then(|value| value.number()) == Some(self.number)
    }
}

impl<'v> Boundaries<'v> {
    /// Candidates that apply to any request.
    pub(super) fn new(vocabulary: &'v Vocabulary, claims: &'v ClaimsDraft) -> Self {
        let count = vocabulary.attributes().len();
        let mut found = Self {
            vocabulary,
            elements: vec![Vec::new(); count],
            labels: vec![Vec::new(); count],
            counts: vec![Vec::new(); count],
            words: Vec::new(),
            actions: Vec::new(),
            clock: Vec::new(),
            claims,
        };
        for (field, attribute) in found.fields() {
            match attribute {
                Type::One(scalar) | Type::Set(scalar) if field != TIME => found.add(field, sample(scalar)),
                Type::One(_) | Type::Set(_) | Type::Labels => {}
            }
        }
        found
    }

    /// Adds the boundaries of a rule.
    pub(super) fn learn(&mut self, rule: &Rule) {
        for test in &rule.tests {
            match test {
                Test::Action(actions) => self.actions.extend(&actions.listed),
                Test::Field(field, pattern) | Test::Elements(_, field, pattern) => self.pattern(*field, pattern),
                Test::When(truth) => self.truth(truth),
            }
        }
    }

    /// Texts in rules, and segments of their paths.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Actions in rules; there may be none.
    pub(super) fn actions(&self) -> &[ActionNo] {
        &self.actions
    }

    /// The values of each attribute except the time; `None` is absence.
    pub(super) fn values(&self) -> Vec<(FieldNo, Vec<Option<OwnedValue>>)> {
        let untimed = self.fields().into_iter().filter(|(field, _)| *field != TIME);
        untimed.map(|(field, ty)| (field, self.values_of(field, ty))).collect()
    }

    /// The times to try for a block that was made at `minted` and is valid from `beginning` until
    /// before `end`.
    pub(super) fn times(&self, minted: i64, beginning: i64, end: i64) -> Vec<i64> {
        let edges = [minted, minted.saturating_add(1), beginning.saturating_sub(1), beginning];
        let ends = [end.saturating_sub(1), end];
        let named = self.elements[usize::from(TIME.0)].iter().filter_map(|time| match time {
            Constant::Time(time) => Some(*time),
            _ => None,
        });
        let mut times: Vec<i64> = edges.into_iter().chain(ends.into_iter().filter(|_| end != i64::MAX)).collect();
        times.extend(named);
        let inside = |time: &i64| (beginning..end).contains(time);
        times.extend(self.turns(minted).into_iter().filter(inside));
        times.sort_unstable();
        times.dedup();
        times.truncate(FUZZ_VALUES);
        times
    }

    /// Both sides of the minutes of the coming week at which a value named in conditions begins or
    /// ends. The minutes at which most of the named values hold come first: on Mondays, in the hour
    /// 8, the minute 30.
    fn turns(&self, minted: i64) -> Vec<i64> {
        let mut asked = self.clock.clone();
        asked.sort_unstable();
        asked.dedup();
        let midnight = minted - minted.rem_euclid(DAY);
        let held = |time: i64| asked.iter().filter(|shown| shown.is_at(Time::from_millis(time))).collect::<Vec<_>>();
        let mut turns = Vec::new();
        let mut before = held(midnight.saturating_sub(1));
        let minutes = if asked.is_empty() { 0 } else { WEEK / MINUTE };
        for time in (0..minutes).map(|minute| midnight.saturating_add(minute * MINUTE)) {
            let now = held(time);
            if now != before {
                turns.push((now.len().max(before.len()), time));
            }
            before = now;
        }
        turns.sort_by_key(|(held, _)| Reverse(*held));
        turns.truncate(TURNS);
        turns.into_iter().flat_map(|(_, time)| [time.saturating_sub(1), time]).collect()
    }

    fn fields(&self) -> Vec<(FieldNo, Type)> {
        let types = self.vocabulary.attributes().iter().map(|attribute| attribute.ty);
        (0..=u8::MAX).map(FieldNo).zip(types).collect()
    }

    fn values_of(&self, field: FieldNo, ty: Type) -> Vec<Option<OwnedValue>> {
        let number = usize::from(field.0);
        let elements = &self.elements[number];
        // Without a required attribute a request is refused before any rule is evaluated.
        let optional = self.vocabulary.attribute(field).is_some_and(|attribute| attribute.optional);
        let mut values: Vec<Option<OwnedValue>> = if optional { vec![None] } else { Vec::new() };
        match ty {
            Type::One(scalar) => {
                values.extend(elements.iter().cloned().map(OwnedValue::One).map(Some));
                let long = self.counts[number].iter().filter_map(|&count| neighbours::of_length(scalar, count));
                values.extend(long.map(OwnedValue::One).map(Some));
            }
            Type::Set(scalar) => {
                values.extend(elements.iter().cloned().map(OwnedValue::One).map(Some));
                let pairs = elements.windows(2).map(|pair| Some(OwnedValue::Set(pair.to_vec())));
                values.extend(pairs);
                let many = self.counts[number].iter().filter_map(|&count| neighbours::many(scalar, count));
                values.extend(many.map(OwnedValue::Set).map(Some));
            }
            Type::Labels => {
                let labels = &self.labels[number];
                let one = |(name, value): &(String, Constant)| Some((name.clone(), text_of(value)?));
                values.extend(labels.iter().filter_map(one).map(|label| Some(OwnedValue::Labels(vec![label]))));
                let mut whole: Vec<(String, String)> = Vec::new();
                for label in labels.iter().filter_map(one) {
                    if whole.iter().all(|(name, _)| *name != label.0) {
                        whole.push(label);
                    }
                }
                values.push(Some(OwnedValue::Labels(whole)));
            }
        }
        values.truncate(FUZZ_VALUES);
        values
    }

    fn add(&mut self, field: FieldNo, value: Constant) {
        let elements = &mut self.elements[usize::from(field.0)];
        if elements.len() < FUZZ_VALUES && !elements.contains(&value) {
            elements.push(value);
        }
    }

    fn add_label(&mut self, field: FieldNo, name: &str, value: Constant) {
        let labels = &mut self.labels[usize::from(field.0)];
        let label = (name.to_owned(), value);
        if labels.len() < FUZZ_VALUES && !labels.contains(&label) {
            labels.push(label);
        }
    }

    /// The text of a constant, or the segments of a path.
    fn learn_words(&mut self, pattern: &Pattern) {
        let mut add = |word: &str| {
            if !word.is_empty() && self.words.len() < WORDS && !self.words.iter().any(|known| known == word) {
                self.words.push(word.to_owned());
            }
        };
        match pattern {
            Pattern::Not(inner) | Pattern::Label(_, inner) => self.learn_words(inner),
            Pattern::AnyOf(parts) | Pattern::AllOf(parts) => parts.iter().for_each(|part| self.learn_words(part)),
            Pattern::Text(matcher, _) if matches!(matcher.syntax(), Syntax::Glob | Syntax::Path) => {
                let scalar = if matches!(matcher.syntax(), Syntax::Path) { Scalar::Path } else { Scalar::String };
                for nearest in satisfying_values(pattern, None, scalar).into_iter().flatten() {
                    match nearest {
                        Constant::Path(path) => path.split('/').for_each(&mut add),
                        Constant::String(text) => add(&text),
                        _ => {}
                    }
                }
            }
            Pattern::Text(matcher, _) if matches!(matcher.syntax(), Syntax::Regex) => {}
            Pattern::Equal(bytes) | Pattern::Text(_, bytes) => {
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                if text.starts_with('/') { text.split('/').for_each(add) } else { add(text) }
            }
            _ => {}
        }
    }

    /// Values of two attributes that agree, where a pattern compares them.
    fn agreeing(&mut self, field: FieldNo, pattern: &Pattern, scalar: Scalar) {
        let parts = match pattern.form() {
            Form::AnyOf(parts) | Form::AllOf(parts) => parts,
            Form::Not(inner) => std::slice::from_ref(inner),
            Form::Label(..) | Form::Any | Form::Absent | Form::Value => &[],
        };
        parts.iter().for_each(|part| self.agreeing(field, part, scalar));
        let mut text = String::new();
        for value in pattern.values().into_iter().filter(|_| parts.is_empty()) {
            let (Value::Field(other), Some(scalar)) = (value, value.scalar(self.vocabulary)) else { return };
            text = String::from_utf8_lossy(&sample(scalar).text()).into_owned();
            self.add(*other, sample(scalar));
        }
        let together = match pattern {
            Pattern::Is(_) => Some(sample(scalar)),
            Pattern::Made(shape, _) => written(shape, scalar).and_then(|(_, pieces)| {
                let piece = |piece: &Written| match piece {
                    Written::Text(wild) => wild.replace("**", "x").replace(['*', '?'], "x"),
                    Written::Value => text.clone(),
                };
                Constant::of_bytes(scalar, pieces.iter().map(piece).collect::<String>().into_bytes())
            }),
            _ => None,
        };
        together.into_iter().for_each(|value| self.add(field, value));
    }

    fn pattern(&mut self, field: FieldNo, pattern: &Pattern) {
        self.learn_words(pattern);
        match self.vocabulary.attribute(field).map(|attribute| attribute.ty) {
            Some(Type::One(scalar) | Type::Set(scalar)) => {
                self.agreeing(field, pattern, scalar);
                points(pattern, scalar).into_iter().for_each(|value| self.add(field, value));
            }
            Some(Type::Labels) => self.labels(field, pattern),
            None => {}
        }
    }

    fn labels(&mut self, field: FieldNo, pattern: &Pattern) {
        match pattern {
            Pattern::Label(name, inner) => {
                self.add_label(field, name, sample(Scalar::String));
                points(inner, Scalar::String).into_iter().for_each(|value| self.add_label(field, name, value));
            }
            Pattern::Not(inner) => self.labels(field, inner),
            Pattern::AnyOf(parts) | Pattern::AllOf(parts) => parts.iter().for_each(|part| self.labels(field, part)),
            _ => {}
        }
    }

    fn truth(&mut self, truth: &Condition) {
        match truth {
            Condition::Not(inner) => self.truth(inner),
            Condition::All(parts) | Condition::AnyOf(parts) => parts.iter().for_each(|part| self.truth(part)),
            Condition::Compare(_, left, right) => {
                for (asked, with) in [(left, right), (right, left)] {
                    if let Value::Row(table, key) = with {
                        self.rows(table, key, |this, row| this.operand(asked, row));
                    }
                    if let Some(constant) = self.known(with) {
                        self.operand(asked, &Pattern::equal(constant));
                    }
                }
            }
            Condition::Matches(operand, pattern) => self.operand(operand, pattern),
            Condition::AnyElement(field, pattern) | Condition::EveryElement(field, pattern) => {
                self.pattern(*field, pattern);
            }
            Condition::InRow(value, table, key) => self.rows(table, key, |this, row| this.operand(value, row)),
            Condition::AnyInRow(field, table, key) | Condition::EveryInRow(field, table, key) => {
                self.rows(table, key, |this, row| this.pattern(*field, row));
            }
            Condition::HasRow(table, key) => self.rows(table, key, |_, _| {}),
            Condition::Member(value, field) => {
                if let Some(constant) = self.known(value) {
                    self.pattern(*field, &Pattern::equal(constant));
                }
            }
            Condition::HasLabel(field, name) => self.add_label(*field, name, sample(Scalar::String)),
            Condition::Holds(operand) => self.operand(operand, &Pattern::Bool(true)),
            Condition::Action(listed) => self.actions.extend(listed),
            Condition::ElementsIn(_, field, set) => self.share(*field, *set),
            Condition::Constant(_)
            | Condition::Has(_)
            | Condition::HasClaim(_)
            | Condition::Vouched(_)
            | Condition::Approved(_) => {}
        }
    }

    /// A value that is the same for every request.
    fn known(&self, value: &Value) -> Option<Constant> {
        match value {
            Value::Constant(constant) => Some(constant.clone()),
            Value::Claim(path) => self.claims.at(path).map(|text| Constant::String(text.to_owned())),
            Value::Field(_)
            | Value::Label(..)
            | Value::Issuance
            | Value::Expiry
            | Value::Local(..)
            | Value::Row(..)
            | Value::Compute(..)
            | Value::Call(..)
            | Value::Size(_) => None,
        }
    }

    /// Two sets that are compared need elements in common: each gets those of the other, and the
    /// same two of their own.
    fn share(&mut self, field: FieldNo, set: FieldNo) {
        let Some(Type::Set(scalar)) = self.vocabulary.attribute(field).map(|attribute| attribute.ty) else { return };
        let own = (1..=2).map(|number| Constant::example(scalar, number, &format!("example-{number}")));
        let of = |place: FieldNo| self.elements[usize::from(place.0)].clone();
        let shared: Vec<Constant> = own.chain(of(field)).chain(of(set)).collect();
        for value in shared {
            self.add(field, value.clone());
            self.add(set, value);
        }
    }

    /// Keys that are in the table, beside ones that are not, and the values of their rows.
    fn rows(&mut self, table: &Table, key: &Value, mut with: impl FnMut(&mut Self, &Pattern)) {
        let count = table.read().len();
        let picked = [0, count / 2, count.saturating_sub(1)];
        let rows: Vec<_> = table.rows().enumerate().filter(|(number, _)| picked.contains(number)).collect();
        for (_, (found, values)) in rows {
            self.operand(key, &Pattern::equal(found));
            values.into_iter().take(ROW_VALUES).for_each(|value| with(self, &Pattern::equal(value)));
        }
    }

    /// The requirement on an operand; sums are left to the repair of single requests.
    fn operand(&mut self, operand: &Value, pattern: &Pattern) {
        let numbers = || {
            points(pattern, Scalar::Int).into_iter().filter_map(|point| match point {
                Constant::Int(number) => Some(number),
                _ => None,
            })
        };
        match operand {
            Value::Field(field) => self.pattern(*field, pattern),
            Value::Label(field, name) => {
                points(pattern, Scalar::String).into_iter().for_each(|value| self.add_label(*field, name, value));
            }
            Value::Row(table, key) => self.rows(table, key, |_, _| {}),
            Value::Call(function, inner) => match (function.row().results, &**inner) {
                (Results::Cycle { .. }, time) => {
                    let zone = if let Value::Local(zone, _) = time { Some(zone.clone()) } else { None };
                    let shown = numbers().map(|number| Shown { function: *function, number, zone: zone.clone() });
                    self.clock.extend(shown);
                }
                (Results::Count, Value::Field(field)) => self.counts[usize::from(field.0)].extend(numbers()),
                (Results::Count, _) => {}
            },
            Value::Size(field) => self.counts[usize::from(field.0)].extend(numbers()),
            Value::Constant(_)
            | Value::Issuance
            | Value::Expiry
            | Value::Claim(_)
            | Value::Local(..)
            | Value::Compute(..) => {}
        }
    }
}

/// Values on both sides of a pattern's edges.
fn points(pattern: &Pattern, scalar: Scalar) -> Vec<Constant> {
    edge_values(pattern, scalar).iter().flat_map(neighbours::around).collect()
}

fn text_of(constant: &Constant) -> Option<String> {
    match constant {
        Constant::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// Values of each row that are tried.
const ROW_VALUES: usize = 4;

/// Words that are put into the values of each kept request: a typical policy names a dozen.
const WORDS: usize = 48;

/// Minutes of a week at which a named value begins or ends.
const TURNS: usize = 96;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WEEK: i64 = 8 * DAY;
