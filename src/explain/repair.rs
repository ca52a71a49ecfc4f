//! Candidate edits of a request that make a rule match or stop matching, smallest first. They are
//! checked later, by deciding them.

use super::evaluate::{Candidate, Facts, HOUR};
use super::propose::{
    distance, sample, sample_labels, satisfying_labels, satisfying_values, violating_labels, violating_values,
};
use crate::program::{Condition, Effect, Pattern, Predicate, Rule, Test, Value, literal};
use crate::syntax::ast::Comparison;
use crate::syntax::ast::Quantifier;
use placet_core::model::arithmetic::Arithmetic;
use placet_core::model::matcher::Matcher;
use placet_core::model::owned::{Constant, OwnedValue, TimedRequest};
use placet_core::model::predicate::Anchor;
use placet_core::model::time::Time;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{ActionNo, FieldNo, TIME};

/// The number of requests kept between two tests of a rule.
const BEAM: usize = 6;

/// The number of other actions that are tried.
const ACTIONS: usize = 6;

impl Candidate<'_> {
    /// Requests that pass the test.
    #[must_use]
    pub fn satisfying_test(&self, test: &Test, effect: Effect) -> Vec<TimedRequest> {
        if self.passes(test, effect) {
            return vec![self.request.clone()];
        }
        match test {
            Test::Action(actions) => self.with_actions(|action| actions.has(action)),
            Test::Field(field, pattern) => self.satisfying_field(*field, pattern),
            Test::Elements(quantifier, field, pattern) => self.stated_turned(*quantifier, *field, pattern, true),
            Test::When(truth) => self.turned(truth, true),
        }
    }

    /// Requests that do not pass the test.
    #[must_use]
    pub fn violating(&self, test: &Test) -> Vec<TimedRequest> {
        match test {
            Test::Action(actions) => self.with_actions(|action| !actions.has(action)),
            Test::Field(field, pattern) => self.violating_field(*field, pattern),
            Test::Elements(quantifier, field, pattern) => self.stated_turned(*quantifier, *field, pattern, false),
            Test::When(truth) => self.turned(truth, false),
        }
    }

    /// Requests that pass all tests of the rule.
    #[must_use]
    pub fn satisfying(&self, rule: &Rule) -> Vec<TimedRequest> {
        let mut requests = vec![self.request.clone()];
        for test in &rule.tests {
            let mut next: Vec<TimedRequest> =
                requests.iter().flat_map(|request| self.facts.of(request).satisfying_test(test, rule.effect)).collect();
            self.keep_nearest(&mut next);
            requests = next;
        }
        requests.retain(|request| self.facts.of(request).meets(rule));
        requests
    }

    /// The size of a change: the number of parts, whether the action or the time is one of them,
    /// and the characters to type.
    pub fn change_to(&self, other: &TimedRequest) -> (usize, usize, usize) {
        let parts = self.differences(other);
        let grave = usize::from(self.action() != other.action()) + usize::from(self.time != other.time);
        let action =
            |request: &TimedRequest| self.facts.vocabulary.action_name(request.action()).unwrap_or_default().to_owned();
        let mut typed = strsim::damerau_levenshtein(&action(self), &action(other));
        for field in (0..=u8::MAX).map(FieldNo).take(self.facts.vocabulary.attributes().len()) {
            typed += value_distance(self.value(field).as_ref(), other.value(field).as_ref());
        }
        (parts.len(), grave, typed)
    }

    fn keep_nearest(&self, requests: &mut Vec<TimedRequest>) {
        requests.sort_by_cached_key(|request| self.change_to(request));
        requests.dedup();
        requests.truncate(BEAM);
    }

    fn with_actions(&self, wanted: impl Fn(ActionNo) -> bool) -> Vec<TimedRequest> {
        let mut actions = nearest_actions(self.action(), self.facts);
        actions.retain(|&action| wanted(action));
        actions.into_iter().take(ACTIONS).map(|action| self.with_action(action)).collect()
    }

    fn satisfying_field(&self, field: FieldNo, pattern: &Pattern) -> Vec<TimedRequest> {
        let pattern = &*self.resolved(pattern, self.scalar_of(field));
        let Some(attribute) = self.facts.vocabulary.attribute(field) else { return Vec::new() };
        match attribute.ty {
            Type::One(scalar) => {
                let value = self.single(field);
                let found = satisfying_values(pattern, value.as_ref(), scalar).into_iter();
                found.map(|value| self.with(field, value.map(OwnedValue::One))).collect()
            }
            Type::Set(scalar) => self.satisfying_set(field, pattern, scalar),
            Type::Labels => {
                let found = satisfying_labels(pattern, self.labels(field).as_deref()).into_iter();
                found.map(|labels| self.with(field, labels.map(OwnedValue::Labels))).collect()
            }
        }
    }

    /// Every element has to match.
    fn satisfying_set(&self, field: FieldNo, pattern: &Pattern, scalar: Scalar) -> Vec<TimedRequest> {
        let elements = self.elements(field);
        if elements.is_empty() {
            let found = satisfying_values(pattern, None, scalar).into_iter();
            return found.map(|value| self.with_elements(field, value.into_iter().collect())).collect();
        }
        let mut near = Vec::new();
        for element in &elements {
            // An element that cannot be repaired is left out.
            if let Some(Some(repaired)) = satisfying_values(pattern, Some(element), scalar).into_iter().next()
                && !near.contains(&repaired)
            {
                near.push(repaired);
            }
        }
        vec![self.with_elements(field, near)]
    }

    fn violating_field(&self, field: FieldNo, pattern: &Pattern) -> Vec<TimedRequest> {
        let pattern = &*self.resolved(pattern, self.scalar_of(field));
        let Some(attribute) = self.facts.vocabulary.attribute(field) else { return Vec::new() };
        let mut found = match (attribute.ty, self.value(field)) {
            (Type::One(scalar) | Type::Set(scalar), None) => {
                vec![self.with(field, Some(OwnedValue::One(sample(scalar))))]
            }
            (Type::Labels, None) => {
                let found = violating_labels(pattern, &[]).into_iter().chain([sample_labels()]);
                found.map(|labels| self.with(field, Some(OwnedValue::Labels(labels)))).collect()
            }
            (_, Some(OwnedValue::One(value))) => violating_values(pattern, &value)
                .into_iter()
                .map(|other| self.with(field, Some(OwnedValue::One(other))))
                .collect(),
            (_, Some(OwnedValue::Set(elements))) => {
                vec![self.with_elements(field, without_matching(pattern, &elements))]
            }
            (_, Some(OwnedValue::Labels(labels))) => {
                let found = violating_labels(pattern, &labels).into_iter();
                found.map(|labels| self.with(field, Some(OwnedValue::Labels(labels)))).collect()
            }
        };
        if attribute.optional {
            found.push(self.with(field, None));
        }
        let test = Test::Field(field, pattern.clone());
        found.retain(|request| !self.facts.of(request).passes(&test, Effect::Deny));
        found
    }

    fn single(&self, field: FieldNo) -> Option<Constant> {
        match self.value(field) {
            Some(OwnedValue::One(constant)) => Some(constant),
            _ => None,
        }
    }

    /// The same with other elements; a single value stays a single value.
    pub(super) fn with_elements(&self, field: FieldNo, mut elements: Vec<Constant>) -> TimedRequest {
        let by_itself = elements.len() == 1 && !matches!(self.value(field), Some(OwnedValue::Set(_)));
        let value = if by_itself { elements.pop().map(OwnedValue::One) } else { Some(OwnedValue::Set(elements)) };
        self.with(field, value.filter(|value| *value != OwnedValue::Set(Vec::new())))
    }

    /// Requests for which the condition is `wanted`.
    fn turned(&self, truth: &Condition, wanted: bool) -> Vec<TimedRequest> {
        if self.holds(truth) == wanted {
            return vec![self.request.clone()];
        }
        let mut found = match (truth, wanted) {
            (Condition::Not(inner), wanted) => self.turned(inner, !wanted),
            (Condition::All(parts), true) | (Condition::AnyOf(parts), false) => self.all_turned(parts, wanted),
            (Condition::All(parts), false) | (Condition::AnyOf(parts), true) => {
                parts.iter().flat_map(|part| self.turned(part, wanted)).collect()
            }
            (leaf, wanted) => self.leaf_turned(leaf, wanted),
        };
        if asks(truth, reads_time) {
            found.extend(self.other_times(truth, wanted));
        }
        found.retain(|request| self.facts.of(request).holds(truth) == wanted);
        self.keep_nearest(&mut found);
        found
    }

    fn all_turned(&self, parts: &[Condition], wanted: bool) -> Vec<TimedRequest> {
        let mut requests = vec![self.request.clone()];
        for part in parts {
            let mut next: Vec<TimedRequest> =
                requests.iter().flat_map(|request| self.facts.of(request).turned(part, wanted)).collect();
            self.keep_nearest(&mut next);
            requests = next;
        }
        requests
    }

    /// The nearest times, one later and one earlier, at which the condition is as wanted: full
    /// hours of a week, and their ends; quarters of an hour if it asks the clocks of a time zone,
    /// which may be off by those.
    fn other_times(&self, truth: &Condition, wanted: bool) -> Vec<TimedRequest> {
        let (step, count) = if asks(truth, reads_zone) { (HOUR / 4, 4 * 7 * 24) } else { (HOUR, 7 * 24) };
        let last = self.time.as_millis().div_euclid(step).saturating_mul(step);
        let fits = |request: &TimedRequest| self.facts.of(request).holds(truth) == wanted;
        let later = (1..=count).map(|steps| self.at(Time::from_millis(last.saturating_add(steps * step)))).find(fits);
        let earlier = (0..count)
            .map(|steps| self.at(Time::from_millis(last.saturating_sub(steps * step).saturating_sub(1))))
            .find(fits);
        later.into_iter().chain(earlier).collect()
    }

    fn leaf_turned(&self, truth: &Condition, wanted: bool) -> Vec<TimedRequest> {
        match truth {
            Condition::Has(field) => {
                self.satisfying_field(*field, if wanted { &Pattern::Any } else { &Pattern::Absent })
            }
            Condition::HasLabel(field, name) => vec![self.with_label(*field, name, wanted.then_some("example"))],
            Condition::Matches(operand, pattern) => self.operand_turned(operand, pattern, wanted),
            Condition::AnyElement(field, pattern) | Condition::EveryElement(field, pattern) => {
                self.elements_turned(*field, pattern, matches!(truth, Condition::AnyElement(..)), wanted)
            }
            Condition::Member(operand, field) => self.member_turned(operand, *field, wanted),
            Condition::ElementsIn(quantifier, field, set) => self.sets_turned(*quantifier, *field, *set, wanted),
            Condition::Action(listed) => self.with_actions(|action| listed.contains(&action) == wanted),
            Condition::Holds(operand) => self.operand_turned(operand, &Pattern::Bool(wanted), true),
            Condition::Compare(comparison, left, right) => self.compared(*comparison, left, right, wanted),
            Condition::InRow(value, table, key) => self.in_row_turned(value, table, key, wanted),
            Condition::AnyInRow(field, table, key) => {
                self.set_in_row_turned(*field, (table, key), Quantifier::Some, wanted)
            }
            Condition::EveryInRow(field, table, key) => {
                self.set_in_row_turned(*field, (table, key), Quantifier::Every, wanted)
            }
            Condition::HasRow(table, key) => self.has_row_turned(table, key, wanted),
            Condition::Constant(_)
            | Condition::Vouched(_)
            | Condition::HasClaim(_)
            | Condition::Approved(_)
            | Condition::Not(_)
            | Condition::All(_)
            | Condition::AnyOf(_) => Vec::new(),
        }
    }

    /// Changes an operand that is an attribute or a label, so that it matches or does not.
    pub(super) fn operand_turned(&self, operand: &Value, pattern: &Pattern, wanted: bool) -> Vec<TimedRequest> {
        let pattern = &*self.resolved(pattern, operand.scalar(self.facts.vocabulary).unwrap_or(Scalar::String));
        match operand {
            Value::Field(field) if wanted => self.satisfying_field(*field, pattern),
            Value::Field(field) => self.violating_field(*field, pattern),
            Value::Label(field, name) if wanted => {
                let found = satisfying_values(pattern, self.label(*field, name).as_ref(), Scalar::String);
                found.iter().map(|value| self.with_label(*field, name, text(value.as_ref()))).collect()
            }
            Value::Label(field, name) => {
                let found = self.label(*field, name).map(|value| violating_values(pattern, &value)).unwrap_or_default();
                let found = found.iter().map(Some).chain([None]);
                found.map(|value| self.with_label(*field, name, text(value))).collect()
            }
            Value::Row(table, key) => self.row_value_turned(table, key, pattern, wanted),
            Value::Size(field) => match pattern {
                Pattern::Range(first, last) if wanted => self.sized(*field, [*first, *last]),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Sets with a number of elements inside the bounds.
    fn sized(&self, field: FieldNo, [first, last]: [i64; 2]) -> Vec<TimedRequest> {
        let Some(Type::Set(scalar)) = self.facts.vocabulary.attribute(field).map(|attribute| attribute.ty) else {
            return Vec::new();
        };
        let mut elements = self.distinct(field);
        let wanted = i64::try_from(elements.len()).unwrap_or(i64::MAX).clamp(first, last);
        let Ok(wanted) = usize::try_from(wanted) else { return Vec::new() };
        elements.truncate(wanted);
        for number in (1..=64).take(wanted) {
            let next = Constant::example(scalar, number, &format!("example-{number}"));
            if elements.len() < wanted && !elements.contains(&next) {
                elements.push(next);
            }
        }
        vec![self.with_elements(field, elements)]
    }

    pub(super) fn elements_turned(
        &self,
        field: FieldNo,
        pattern: &Pattern,
        one: bool,
        wanted: bool,
    ) -> Vec<TimedRequest> {
        let pattern = &*self.resolved(pattern, self.scalar_of(field));
        let Some(Type::Set(scalar)) = self.facts.vocabulary.attribute(field).map(|attribute| attribute.ty) else {
            return Vec::new();
        };
        let elements = self.elements(field);
        match (one, wanted) {
            (false, true) => self.satisfying_set(field, pattern, scalar),
            (true, true) => {
                let near = elements.iter().flat_map(|element| satisfying_values(pattern, Some(element), scalar));
                let added = near.chain(satisfying_values(pattern, None, scalar)).flatten();
                added.map(|element| self.with_elements(field, with_one(&elements, element))).collect()
            }
            (true, false) => vec![self.with_elements(field, without_matching(pattern, &elements))],
            (false, false) => {
                let added =
                    elements.first().map(|first| violating_values(pattern, first)).unwrap_or_default().into_iter();
                added.map(|element| self.with_elements(field, with_one(&elements, element))).collect()
            }
        }
    }

    fn member_turned(&self, operand: &Value, field: FieldNo, wanted: bool) -> Vec<TimedRequest> {
        let elements = self.elements(field);
        let Some(value) = self.operand(operand) else {
            // The operand is absent: give it the value of an element.
            let one = elements.first().cloned().map(Pattern::equal);
            return one.map(|one| self.operand_turned(operand, &one, true)).unwrap_or_default();
        };
        if !wanted {
            let others = elements.into_iter().filter(|element| *element != value).collect();
            return vec![self.with_elements(field, others)];
        }
        let one_of = elements.iter().cloned().map(Pattern::equal).collect();
        let mut found = self.operand_turned(operand, &Pattern::AnyOf(one_of), true);
        found.push(self.with_elements(field, with_one(&elements, value)));
        found
    }

    fn compared(&self, comparison: Predicate, left: &Value, right: &Value, wanted: bool) -> Vec<TimedRequest> {
        let (left_value, right_value) = (self.operand(left), self.operand(right));
        let mut found = Vec::new();
        if let Some(value) = &right_value {
            found.extend(self.related(comparison, left, value, Side::Left, wanted));
        }
        if let Some(value) = &left_value {
            found.extend(self.related(comparison, right, value, Side::Right, wanted));
        }
        found
    }

    /// Changes the operand on one side so that it is in the wanted relation to the value of the
    /// other side.
    fn related(
        &self,
        comparison: Predicate,
        operand: &Value,
        other: &Constant,
        side: Side,
        wanted: bool,
    ) -> Vec<TimedRequest> {
        if let Some(number) = other.number() {
            let Some((first, last, inside)) = bounds(comparison, number, side, wanted) else { return Vec::new() };
            let range = Pattern::Range(first, last);
            let Some((field, range)) = solve(operand, range, *self) else { return Vec::new() };
            return self.operand_turned(&field, &range, inside);
        }
        let pattern = match (comparison, side, other.bytes()) {
            (Predicate::Equal | Predicate::Unequal, ..) | (_, Side::Right, Some(_)) => Pattern::equal(other.clone()),
            (predicate, Side::Left, Some(text)) => match predicate.row().anchor {
                Some(Anchor::Start) => Pattern::Text(Matcher::Prefix, text.to_vec()),
                // A part that a text only has to contain may be at its end.
                Some(Anchor::End) | None => Pattern::Text(Matcher::Suffix, text.to_vec()),
            },
            (_, _, None) => return Vec::new(),
        };
        let wanted = wanted == (comparison != Predicate::Unequal);
        self.operand_turned(operand, &pattern, wanted)
    }
}

/// Which operand of a comparison is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The range for the changed side of a comparison with `number`, and whether the value must be
/// inside. `None` for a predicate that does not compare.
fn bounds(predicate: Predicate, number: i64, side: Side, wanted: bool) -> Option<(i64, i64, bool)> {
    let below = |last| (i64::MIN, last, true);
    let above = |first| (first, i64::MAX, true);
    let comparison = match side {
        Side::Left => Comparison::of_sign(predicate.row().word)?,
        Side::Right => Comparison::of_sign(predicate.row().word)?.flipped(),
    };
    Some(match (comparison, wanted) {
        (Comparison::Equal, wanted) => (number, number, wanted),
        (Comparison::NotEqual, wanted) => (number, number, !wanted),
        (Comparison::Less, true) | (Comparison::GreaterOrEqual, false) => below(number.checked_sub(1)?),
        (Comparison::LessOrEqual, true) | (Comparison::Greater, false) => below(number),
        (Comparison::Greater, true) | (Comparison::LessOrEqual, false) => above(number.checked_add(1)?),
        (Comparison::GreaterOrEqual, true) | (Comparison::Less, false) => above(number),
    })
}

/// Moves a constant that is added to an attribute into the range: `amount + 5 in 10..` becomes
/// `amount in 5..`.
fn solve(operand: &Value, range: Pattern, candidate: Candidate<'_>) -> Option<(Value, Pattern)> {
    let Pattern::Range(first, last) = range else { return None };
    let shift = |end: i64, by: i64| if matches!(end, i64::MIN | i64::MAX) { end } else { end.saturating_add(by) };
    let value = |operand: &Value| candidate.operand(operand)?.number();
    match operand {
        Value::Field(_) | Value::Size(_) => Some((operand.clone(), range)),
        Value::Compute(Arithmetic::Add, left, right) => {
            let (changed, by) = if is_open(left) { (left, value(right)?) } else { (right, value(left)?) };
            solve(
                changed,
                Pattern::Range(shift(first, by.saturating_neg()), shift(last, by.saturating_neg())),
                candidate,
            )
        }
        Value::Compute(Arithmetic::Subtract, left, right) if is_open(left) => {
            let by = value(right)?;
            solve(left, Pattern::Range(shift(first, by), shift(last, by)), candidate)
        }
        Value::Compute(Arithmetic::Subtract, left, right) => {
            let from = value(left)?;
            let turn = |end: i64| match end {
                i64::MIN => i64::MAX,
                i64::MAX => i64::MIN,
                end => from.saturating_sub(end),
            };
            solve(right, Pattern::Range(turn(last), turn(first)), candidate)
        }
        _ => None,
    }
}

/// Whether it has an attribute that a request could change.
fn is_open(operand: &Value) -> bool {
    operand.any(&|value| matches!(value, Value::Field(_) | Value::Label(..) | Value::Size(_)))
}

/// Whether the condition has an operand that reads something, such as when the request is made.
fn asks(truth: &Condition, reads: fn(&Value) -> bool) -> bool {
    truth.inner().iter().any(|part| asks(part, reads)) || truth.values().into_iter().any(reads)
}

fn reads_time(operand: &Value) -> bool {
    operand.any(&|value| *value == Value::Field(TIME))
}

fn reads_zone(operand: &Value) -> bool {
    operand.any(&|value| matches!(value, Value::Local(..)))
}

/// All other actions: first those that differ only in case, then by name.
fn nearest_actions(action: ActionNo, facts: &Facts<'_>) -> Vec<ActionNo> {
    let given = facts.vocabulary.action_name(action).unwrap_or_default();
    let mut others: Vec<ActionNo> =
        (0..=u16::MAX).take(facts.vocabulary.actions().len()).map(ActionNo).filter(|&other| other != action).collect();
    others.sort_by_cached_key(|&other| {
        strsim::damerau_levenshtein(given, facts.vocabulary.action_name(other).unwrap_or_default())
    });
    others
}

fn without_matching(pattern: &Pattern, elements: &[Constant]) -> Vec<Constant> {
    let matches = |element: &&Constant| !super::evaluate::matches(pattern, super::evaluate::Subject::One(element));
    elements.iter().filter(matches).cloned().collect()
}

pub(super) fn with_one(elements: &[Constant], element: Constant) -> Vec<Constant> {
    let mut elements = elements.to_vec();
    if !elements.contains(&element) {
        elements.push(element);
    }
    elements
}

fn text(value: Option<&Constant>) -> Option<&str> {
    match value {
        Some(Constant::String(text)) => Some(text),
        _ => None,
    }
}

fn value_distance(from: Option<&OwnedValue>, to: Option<&OwnedValue>) -> usize {
    match (from, to) {
        (from, to) if from == to => 0,
        (Some(OwnedValue::One(from)), Some(OwnedValue::One(to))) => distance(Some(from), Some(to)),
        (from, to) => {
            let shown = |value: Option<&OwnedValue>| value.map(literal::owned).unwrap_or_default();
            let (from, to) = (shown(from), shown(to));
            if from.len().max(to.len()) > 512 {
                from.len().abs_diff(to.len())
            } else {
                strsim::damerau_levenshtein(&from, &to)
            }
        }
    }
}
