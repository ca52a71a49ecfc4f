//! The cost of the search for a repair, apart from its decisions. To find the nearest value that
//! matches a pattern, it visits as many states as the product of pattern and value has.

use super::edit_distance::STATES;
use crate::program::{Condition, Form, Pattern, Rule, Test};
use placet_core::model::owned::{Constant, OwnedValue, TimedRequest};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// Steps counted for one state of such a search.
const STATE: u64 = 32;

/// Steps that repairs for the `most` most expensive of these rules may take.
pub(super) fn price(rules: &[Rule], request: &TimedRequest, vocabulary: &Vocabulary, most: usize) -> u64 {
    let fields = (0..=u8::MAX).map(FieldNo).take(vocabulary.attributes().len());
    let lengths: Vec<u64> = fields.map(|field| request.value(field).map_or(0, |value| length(&value))).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let of_test = |test: &Test| match test {
        Test::Action(_) => 0,
        Test::Field(field, wanted) | Test::Elements(_, field, wanted) => {
            pattern(wanted, lengths.get(usize::from(field.0)).copied().unwrap_or(longest))
        }
        Test::When(condition) => truth(condition, longest),
    };
    let mut prices: Vec<u64> = rules.iter().map(|rule| rule.tests.iter().map(of_test).sum()).collect();
    prices.sort_unstable_by(|left, right| right.cmp(left));
    prices.into_iter().take(most).sum::<u64>() * STATE
}

fn truth(condition: &Condition, length: u64) -> u64 {
    let inner: u64 = condition.inner().iter().map(|part| truth(part, length)).sum();
    inner + condition.pattern().map_or(0, |wanted| pattern(wanted, length))
}

fn pattern(wanted: &Pattern, length: u64) -> u64 {
    match wanted.form() {
        Form::Not(inner) | Form::Label(_, inner) => pattern(inner, length),
        Form::AnyOf(parts) | Form::AllOf(parts) => parts.iter().map(|part| pattern(part, length)).sum(),
        Form::Value => {
            wanted.searched().map_or(0, |constant| ((constant.len() as u64 + 1) * (length + 1)).min(STATES as u64))
        }
        Form::Any | Form::Absent => 0,
    }
}

fn length(value: &OwnedValue) -> u64 {
    let of_one = |constant: &Constant| match constant {
        Constant::String(text) | Constant::Path(text) => text.len() as u64,
        Constant::Bytes(bytes) => bytes.len() as u64,
        _ => 0,
    };
    match value {
        OwnedValue::One(constant) => of_one(constant),
        OwnedValue::Set(elements) => elements.iter().map(of_one).sum(),
        OwnedValue::Labels(labels) => labels.iter().map(|(_, value)| value.len() as u64).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::model::matcher::Matcher;

    #[test]
    fn the_cost_of_a_search_is_the_product_of_both_lengths_and_a_comparison_is_free() {
        let glob = |length| Pattern::Text(Matcher::Glob, vec![1; length]);
        assert_eq!(pattern(&Pattern::Equal(vec![1; 1_000]), 16_000), 0);
        assert_eq!(pattern(&glob(9), 99), 1_000);
        assert_eq!(pattern(&Pattern::Not(Box::new(glob(9))), 99), 1_000);
        assert_eq!(pattern(&Pattern::AnyOf(vec![glob(9), Pattern::Any, glob(9)]), 99), 2_000);
        assert_eq!(pattern(&glob(6_000), 16_000), STATES as u64);
        assert_eq!(truth(&Condition::Not(Box::new(Condition::EveryElement(FieldNo(1), glob(9)))), 99), 1_000);
    }
}
