//! Changes of a request that make a rule match, or no longer match; nearest first, none of them decided yet.

use super::propose::{away, counted, distance, labels_away, labels_towards, sample, sample_labels, towards};
use super::tree::{Comparison, Effect, Operand, Pattern, Rule, Test, Truth};
use super::wish::{Facts, HOUR, Wish, bytes, number};
use crate::author::request::OwnedValue;
use crate::check::tree::Constant;
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::{ActionNo, FieldNo, TIME};

/// How many requests are kept between two tests of a rule.
const BEAM: usize = 6;

/// How many other actions are worth a try.
const ACTIONS: usize = 6;

impl Wish {
    /// Requests that pass the test.
    #[must_use]
    pub fn mended(&self, test: &Test, effect: Effect, facts: &Facts<'_>) -> Vec<Self> {
        if self.passes(test, effect, facts) {
            return vec![self.clone()];
        }
        match test {
            Test::Action(actions) => self.with_actions(|action| actions.has(action), facts),
            Test::Field(field, pattern) => self.field_towards(*field, pattern, facts),
            Test::When(truth) => self.turned(truth, true, facts),
        }
    }

    /// Requests that do not pass the test.
    #[must_use]
    pub fn broken(&self, test: &Test, facts: &Facts<'_>) -> Vec<Self> {
        match test {
            Test::Action(actions) => self.with_actions(|action| !actions.has(action), facts),
            Test::Field(field, pattern) => self.field_away(*field, pattern, facts),
            Test::When(truth) => self.turned(truth, false, facts),
        }
    }

    /// Requests that pass all tests of the rule.
    #[must_use]
    pub fn mended_rule(&self, rule: &Rule, facts: &Facts<'_>) -> Vec<Self> {
        let mut wishes = vec![self.clone()];
        for test in &rule.tests {
            let mut next: Vec<Self> = wishes.iter().flat_map(|wish| wish.mended(test, rule.effect, facts)).collect();
            self.keep_nearest(&mut next, facts);
            wishes = next;
        }
        wishes.retain(|wish| wish.meets(rule, facts));
        wishes
    }

    /// The change in figures: how many parts, whether the action or the time is one of them, and how much there is to type.
    pub fn change_to(&self, other: &Self, facts: &Facts<'_>) -> (usize, usize, usize) {
        let parts = self.differences(other, facts.vocabulary);
        let grave = usize::from(self.action() != other.action()) + usize::from(self.time != other.time);
        let action = |wish: &Self| facts.vocabulary.action_name(wish.action()).unwrap_or_default().to_owned();
        let mut typed = strsim::damerau_levenshtein(&action(self), &action(other));
        for field in (0..=u8::MAX).map(FieldNo).take(facts.vocabulary.attributes().len()) {
            typed += value_distance(self.value(field).as_ref(), other.value(field).as_ref());
        }
        (parts.len(), grave, typed)
    }

    fn keep_nearest(&self, wishes: &mut Vec<Self>, facts: &Facts<'_>) {
        wishes.sort_by_cached_key(|wish| self.change_to(wish, facts));
        wishes.dedup();
        wishes.truncate(BEAM);
    }

    fn with_actions(&self, wanted: impl Fn(ActionNo) -> bool, facts: &Facts<'_>) -> Vec<Self> {
        let mut actions = nearest_actions(self.action(), facts);
        actions.retain(|&action| wanted(action));
        actions.into_iter().take(ACTIONS).map(|action| self.with_action(action)).collect()
    }

    fn field_towards(&self, field: FieldNo, pattern: &Pattern, facts: &Facts<'_>) -> Vec<Self> {
        let Some(attribute) = facts.vocabulary.attribute(field) else { return Vec::new() };
        match attribute.ty {
            Type::One(scalar) => {
                let value = self.single(field);
                let found = towards(pattern, value.as_ref(), scalar).into_iter();
                found.map(|value| self.with(field, value.map(OwnedValue::One))).collect()
            }
            Type::Set(scalar) => self.set_towards(field, pattern, scalar),
            Type::Labels => {
                let found = labels_towards(pattern, self.labels(field).as_deref()).into_iter();
                found.map(|labels| self.with(field, labels.map(OwnedValue::Labels))).collect()
            }
        }
    }

    /// Every element has to match.
    fn set_towards(&self, field: FieldNo, pattern: &Pattern, scalar: Scalar) -> Vec<Self> {
        let elements = self.elements(field);
        if elements.is_empty() {
            let found = towards(pattern, None, scalar).into_iter();
            return found.map(|value| self.with_elements(field, value.into_iter().collect())).collect();
        }
        let mut near = Vec::new();
        for element in &elements {
            // An element that can not be mended is left out.
            if let Some(Some(mended)) = towards(pattern, Some(element), scalar).into_iter().next()
                && !near.contains(&mended)
            {
                near.push(mended);
            }
        }
        vec![self.with_elements(field, near)]
    }

    fn field_away(&self, field: FieldNo, pattern: &Pattern, facts: &Facts<'_>) -> Vec<Self> {
        let Some(attribute) = facts.vocabulary.attribute(field) else { return Vec::new() };
        let mut found = match (attribute.ty, self.value(field)) {
            (Type::One(scalar) | Type::Set(scalar), None) => {
                vec![self.with(field, Some(OwnedValue::One(sample(scalar))))]
            }
            (Type::Labels, None) => {
                let found = labels_away(pattern, &[]).into_iter().chain([sample_labels()]);
                found.map(|labels| self.with(field, Some(OwnedValue::Labels(labels)))).collect()
            }
            (_, Some(OwnedValue::One(value))) => {
                away(pattern, &value).into_iter().map(|other| self.with(field, Some(OwnedValue::One(other)))).collect()
            }
            (_, Some(OwnedValue::Set(elements))) => {
                vec![self.with_elements(field, without_matching(pattern, &elements))]
            }
            (_, Some(OwnedValue::Labels(labels))) => {
                let found = labels_away(pattern, &labels).into_iter();
                found.map(|labels| self.with(field, Some(OwnedValue::Labels(labels)))).collect()
            }
        };
        if attribute.optional {
            found.push(self.with(field, None));
        }
        let test = Test::Field(field, pattern.clone());
        found.retain(|wish| !wish.passes(&test, Effect::Deny, facts));
        found
    }

    fn single(&self, field: FieldNo) -> Option<Constant> {
        match self.value(field) {
            Some(OwnedValue::One(constant)) => Some(constant),
            _ => None,
        }
    }

    /// The same with other elements; one alone is given as it was, by itself.
    fn with_elements(&self, field: FieldNo, mut elements: Vec<Constant>) -> Self {
        let by_itself = elements.len() == 1 && !matches!(self.value(field), Some(OwnedValue::Set(_)));
        let value = if by_itself { elements.pop().map(OwnedValue::One) } else { Some(OwnedValue::Set(elements)) };
        self.with(field, value.filter(|value| *value != OwnedValue::Set(Vec::new())))
    }

    /// Requests of which the condition is `wanted`.
    fn turned(&self, truth: &Truth, wanted: bool, facts: &Facts<'_>) -> Vec<Self> {
        if self.holds(truth, facts) == wanted {
            return vec![self.clone()];
        }
        let mut found = match (truth, wanted) {
            (Truth::Not(inner), wanted) => self.turned(inner, !wanted, facts),
            (Truth::All(parts), true) | (Truth::Some(parts), false) => self.all_turned(parts, wanted, facts),
            (Truth::All(parts), false) | (Truth::Some(parts), true) => {
                parts.iter().flat_map(|part| self.turned(part, wanted, facts)).collect()
            }
            (leaf, wanted) => self.leaf_turned(leaf, wanted, facts),
        };
        if asks_time(truth) {
            found.extend(self.other_times(truth, wanted, facts));
        }
        found.retain(|wish| wish.holds(truth, facts) == wanted);
        self.keep_nearest(&mut found, facts);
        found
    }

    fn all_turned(&self, parts: &[Truth], wanted: bool, facts: &Facts<'_>) -> Vec<Self> {
        let mut wishes = vec![self.clone()];
        for part in parts {
            let mut next: Vec<Self> = wishes.iter().flat_map(|wish| wish.turned(part, wanted, facts)).collect();
            self.keep_nearest(&mut next, facts);
            wishes = next;
        }
        wishes
    }

    /// The nearest times, one later and one earlier, at which the condition is as wanted: full hours of a week, and their ends.
    fn other_times(&self, truth: &Truth, wanted: bool, facts: &Facts<'_>) -> Vec<Self> {
        let at = |time| Self { request: self.request.clone(), time };
        let hour = self.time.div_euclid(HOUR).saturating_mul(HOUR);
        let fits = |wish: &Self| wish.holds(truth, facts) == wanted;
        let later = (1..=7 * 24).map(|hours| at(hour.saturating_add(hours * HOUR))).find(fits);
        let earlier = (0..7 * 24).map(|hours| at(hour.saturating_sub(hours * HOUR).saturating_sub(1))).find(fits);
        later.into_iter().chain(earlier).collect()
    }

    fn leaf_turned(&self, truth: &Truth, wanted: bool, facts: &Facts<'_>) -> Vec<Self> {
        match truth {
            Truth::Has(field) => {
                self.field_towards(*field, if wanted { &Pattern::Any } else { &Pattern::Absent }, facts)
            }
            Truth::HasLabel(field, name) => vec![self.with_label(*field, name, wanted.then_some("example"))],
            Truth::Matches(operand, pattern) => self.operand_turned(operand, pattern, wanted, facts),
            Truth::AnyElement(field, pattern) | Truth::EveryElement(field, pattern) => {
                self.elements_turned(*field, pattern, matches!(truth, Truth::AnyElement(..)), wanted, facts)
            }
            Truth::Member(operand, field) => self.member_turned(operand, *field, wanted, facts),
            Truth::Truth(operand) => self.operand_turned(operand, &Pattern::Bool(wanted), true, facts),
            Truth::Compare(comparison, left, right) => self.compared(*comparison, left, right, wanted, facts),
            Truth::Constant(_) | Truth::Vouched(_) | Truth::Not(_) | Truth::All(_) | Truth::Some(_) => Vec::new(),
        }
    }

    /// Changes an operand that is an attribute or a label, so that it matches or does not.
    fn operand_turned(&self, operand: &Operand, pattern: &Pattern, wanted: bool, facts: &Facts<'_>) -> Vec<Self> {
        match operand {
            Operand::Field(field) if wanted => self.field_towards(*field, pattern, facts),
            Operand::Field(field) => self.field_away(*field, pattern, facts),
            Operand::Label(field, name) if wanted => {
                let found = towards(pattern, self.label(*field, name).as_ref(), Scalar::String);
                found.iter().map(|value| self.with_label(*field, name, text(value.as_ref()))).collect()
            }
            Operand::Label(field, name) => {
                let found = self.label(*field, name).map(|value| away(pattern, &value)).unwrap_or_default();
                let found = found.iter().map(Some).chain([None]);
                found.map(|value| self.with_label(*field, name, text(value))).collect()
            }
            Operand::Size(field) => match pattern {
                Pattern::Range(first, last) if wanted => self.sized(*field, [*first, *last], facts),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Sets with a number of elements inside the bounds.
    fn sized(&self, field: FieldNo, [first, last]: [i64; 2], facts: &Facts<'_>) -> Vec<Self> {
        let Some(Type::Set(scalar)) = facts.vocabulary.attribute(field).map(|attribute| attribute.ty) else {
            return Vec::new();
        };
        let mut elements = self.distinct(field);
        let wanted = i64::try_from(elements.len()).unwrap_or(i64::MAX).clamp(first, last);
        let Ok(wanted) = usize::try_from(wanted) else { return Vec::new() };
        elements.truncate(wanted);
        for number in 1..=wanted.min(64) {
            let next = numbered(scalar, number);
            if elements.len() < wanted && !elements.contains(&next) {
                elements.push(next);
            }
        }
        vec![self.with_elements(field, elements)]
    }

    fn elements_turned(
        &self,
        field: FieldNo,
        pattern: &Pattern,
        one: bool,
        wanted: bool,
        facts: &Facts<'_>,
    ) -> Vec<Self> {
        let Some(Type::Set(scalar)) = facts.vocabulary.attribute(field).map(|attribute| attribute.ty) else {
            return Vec::new();
        };
        let elements = self.elements(field);
        match (one, wanted) {
            (false, true) => self.set_towards(field, pattern, scalar),
            (true, true) => {
                let near = elements.iter().flat_map(|element| towards(pattern, Some(element), scalar));
                let added = near.chain(towards(pattern, None, scalar)).flatten();
                added.map(|element| self.with_elements(field, with_one(&elements, element))).collect()
            }
            (true, false) => vec![self.with_elements(field, without_matching(pattern, &elements))],
            (false, false) => {
                let added = elements.first().map(|first| away(pattern, first)).unwrap_or_default().into_iter();
                added.map(|element| self.with_elements(field, with_one(&elements, element))).collect()
            }
        }
    }

    fn member_turned(&self, operand: &Operand, field: FieldNo, wanted: bool, facts: &Facts<'_>) -> Vec<Self> {
        let elements = self.elements(field);
        let Some(value) = self.operand(operand, facts) else {
            // There is nobody yet: let it be one of them.
            let one = elements.first().map(|element| Pattern::Equal(bytes(element).unwrap_or_default().to_vec()));
            return one.map(|one| self.operand_turned(operand, &one, true, facts)).unwrap_or_default();
        };
        if !wanted {
            let others = elements.into_iter().filter(|element| *element != value).collect();
            return vec![self.with_elements(field, others)];
        }
        let one_of = elements.iter().filter_map(bytes).map(|bytes| Pattern::Equal(bytes.to_vec())).collect();
        let mut found = self.operand_turned(operand, &Pattern::AnyOf(one_of), true, facts);
        found.push(self.with_elements(field, with_one(&elements, value)));
        found
    }

    fn compared(
        &self,
        comparison: Comparison,
        left: &Operand,
        right: &Operand,
        wanted: bool,
        facts: &Facts<'_>,
    ) -> Vec<Self> {
        let (left_value, right_value) = (self.operand(left, facts), self.operand(right, facts));
        let mut found = Vec::new();
        if let Some(value) = &right_value {
            found.extend(self.related(comparison, left, value, Side::Left, wanted, facts));
        }
        if let Some(value) = &left_value {
            found.extend(self.related(comparison, right, value, Side::Right, wanted, facts));
        }
        found
    }

    /// Changes the operand on one side so that it stands in the wanted relation to the value of the other side.
    fn related(
        &self,
        comparison: Comparison,
        operand: &Operand,
        other: &Constant,
        side: Side,
        wanted: bool,
        facts: &Facts<'_>,
    ) -> Vec<Self> {
        if let Some(number) = number(other) {
            let Some((first, last, inside)) = bounds(comparison, number, side, wanted) else { return Vec::new() };
            let range = Pattern::Range(first, last);
            let Some((field, range)) = solve(operand, range, self, facts) else { return Vec::new() };
            return self.operand_turned(&field, &range, inside, facts);
        }
        let wanted_text = bytes(other).map(<[u8]>::to_vec);
        let pattern = match (comparison, side, wanted_text, other) {
            (Comparison::Equal | Comparison::Unequal, _, Some(text), _) => Pattern::Equal(text),
            (Comparison::Equal | Comparison::Unequal, _, None, Constant::Bool(truth)) => Pattern::Bool(*truth),
            (Comparison::Equal | Comparison::Unequal, _, None, Constant::Ip(address)) => {
                Pattern::Network(crate::bytecode::constant::NetworkBits { first: *address, bits: 128 })
            }
            (Comparison::StartsWith, Side::Left, Some(text), _) => Pattern::Prefix(text),
            (Comparison::EndsWith | Comparison::Contains, Side::Left, Some(text), _) => Pattern::Suffix(text),
            (_, Side::Right, Some(text), _) => Pattern::Equal(text),
            _ => return Vec::new(),
        };
        let wanted = wanted == (comparison != Comparison::Unequal);
        self.operand_turned(operand, &pattern, wanted, facts)
    }
}

/// Which operand of a comparison is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The range for the changed side of a comparison with `number`, and whether it must lie inside.
fn bounds(comparison: Comparison, number: i64, side: Side, wanted: bool) -> Option<(i64, i64, bool)> {
    let below = |last| (i64::MIN, last, true);
    let above = |first| (first, i64::MAX, true);
    Some(match (comparison, side, wanted) {
        (Comparison::Equal, _, wanted) => (number, number, wanted),
        (Comparison::Unequal, _, wanted) => (number, number, !wanted),
        (Comparison::Less, Side::Left, true) => below(number.checked_sub(1)?),
        (Comparison::Less, Side::Left, false) => above(number),
        (Comparison::Less, Side::Right, true) => above(number.checked_add(1)?),
        (Comparison::Less, Side::Right, false) => below(number),
        (Comparison::LessOrEqual, Side::Left, true) => below(number),
        (Comparison::LessOrEqual, Side::Left, false) => above(number.checked_add(1)?),
        (Comparison::LessOrEqual, Side::Right, true) => above(number),
        (Comparison::LessOrEqual, Side::Right, false) => below(number.checked_sub(1)?),
        (Comparison::StartsWith | Comparison::EndsWith | Comparison::Contains, ..) => return None,
    })
}

/// Brings what is added to an attribute over to the range: of `amount + 5 in 10..` remains `amount in 5..`.
fn solve(operand: &Operand, range: Pattern, wish: &Wish, facts: &Facts<'_>) -> Option<(Operand, Pattern)> {
    let Pattern::Range(first, last) = range else { return None };
    let shift = |end: i64, by: i64| if matches!(end, i64::MIN | i64::MAX) { end } else { end.saturating_add(by) };
    let value = |operand: &Operand| wish.operand(operand, facts).as_ref().and_then(number);
    match operand {
        Operand::Field(_) | Operand::Size(_) => Some((operand.clone(), range)),
        Operand::Add(left, right) => {
            let (changed, by) = if is_open(left) { (left, value(right)?) } else { (right, value(left)?) };
            solve(
                changed,
                Pattern::Range(shift(first, by.saturating_neg()), shift(last, by.saturating_neg())),
                wish,
                facts,
            )
        }
        Operand::Subtract(left, right) if is_open(left) => {
            let by = value(right)?;
            solve(left, Pattern::Range(shift(first, by), shift(last, by)), wish, facts)
        }
        Operand::Subtract(left, right) => {
            let from = value(left)?;
            let turn = |end: i64| match end {
                i64::MIN => i64::MAX,
                i64::MAX => i64::MIN,
                end => from.saturating_sub(end),
            };
            solve(right, Pattern::Range(turn(last), turn(first)), wish, facts)
        }
        _ => None,
    }
}

/// Whether there is an attribute in it that a request could have otherwise.
fn is_open(operand: &Operand) -> bool {
    match operand {
        Operand::Field(_) | Operand::Label(..) | Operand::Size(_) => true,
        Operand::Add(left, right) | Operand::Subtract(left, right) => is_open(left) || is_open(right),
        Operand::Hour(inner) | Operand::Minute(inner) | Operand::Weekday(inner) | Operand::Length(inner) => {
            is_open(inner)
        }
        Operand::Constant(_) | Operand::Issuance | Operand::Expiry => false,
    }
}

/// Whether the condition depends on when the request is made.
fn asks_time(truth: &Truth) -> bool {
    match truth {
        Truth::All(parts) | Truth::Some(parts) => parts.iter().any(asks_time),
        Truth::Not(inner) => asks_time(inner),
        Truth::Compare(_, left, right) => reads_time(left) || reads_time(right),
        Truth::Matches(operand, _) | Truth::Truth(operand) | Truth::Member(operand, _) => reads_time(operand),
        Truth::Constant(_)
        | Truth::AnyElement(..)
        | Truth::EveryElement(..)
        | Truth::Has(_)
        | Truth::HasLabel(..)
        | Truth::Vouched(_) => false,
    }
}

fn reads_time(operand: &Operand) -> bool {
    match operand {
        Operand::Field(field) => *field == TIME,
        Operand::Add(left, right) | Operand::Subtract(left, right) => reads_time(left) || reads_time(right),
        Operand::Hour(inner) | Operand::Minute(inner) | Operand::Weekday(inner) | Operand::Length(inner) => {
            reads_time(inner)
        }
        Operand::Label(..) | Operand::Constant(_) | Operand::Issuance | Operand::Expiry | Operand::Size(_) => false,
    }
}

/// All other actions: those spelt alike in another case first, then by their names.
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
    let matches = |element: &&Constant| !super::wish::matches(pattern, super::wish::Subject::One(element));
    elements.iter().filter(matches).cloned().collect()
}

fn with_one(elements: &[Constant], element: Constant) -> Vec<Constant> {
    let mut elements = elements.to_vec();
    if !elements.contains(&element) {
        elements.push(element);
    }
    elements
}

/// A value of a type for a set that needs some more.
fn numbered(scalar: Scalar, number: usize) -> Constant {
    match scalar {
        Scalar::String => Constant::String(format!("example-{number}")),
        Scalar::Bytes => Constant::Bytes(format!("example-{number}").into_bytes()),
        Scalar::Path => Constant::Path(format!("/example-{number}")),
        other => counted(other, i64::try_from(number).unwrap_or(0)).unwrap_or_else(|| sample(other)),
    }
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
            let shown = |value: Option<&OwnedValue>| value.map(super::words::owned).unwrap_or_default();
            let (from, to) = (shown(from), shown(to));
            if from.len().max(to.len()) > 512 {
                from.len().abs_diff(to.len())
            } else {
                strsim::damerau_levenshtein(&from, &to)
            }
        }
    }
}
