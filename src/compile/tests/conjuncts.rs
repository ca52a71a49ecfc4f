//! Conjuncts of `when` that become tests, and those that stay.

use super::harness::*;
use crate::check::tree::{Condition, Constant, Effect, Operand, Pattern};
use crate::syntax::ast::Comparison;
use placet_core::model::matcher::Matcher;
use placet_core::model::predicate::Predicate;
use placet_core::model::vocabulary::FieldNo;

fn compare(comparison: Comparison, left: Operand, right: Operand) -> Condition {
    Condition::Compare(comparison, left, right)
}

fn is(field: FieldNo, value: Constant) -> Condition {
    compare(Comparison::Equal, Operand::Field(field), constant(value))
}

fn label(name: &str) -> Operand {
    Operand::Label(LABELS, name.to_owned())
}

/// The tests of a rule with these entries and this condition.
fn tests(effect: Effect, entries: Vec<(FieldNo, Pattern)>, conjuncts: Vec<Condition>) -> Vec<String> {
    let mut rule = rule(effect, entries);
    rule.condition = Some(Box::new(Condition::All(conjuncts)));
    lines(&compiled(vec![rule])).into_iter().skip(1).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_comparison_with_a_constant_becomes_the_test_that_the_map_would_have() {
    let amount = |comparison| compare(comparison, Operand::Field(AMOUNT), constant(Constant::Int(8)));
    let starts = |field, predicate| Condition::Call(predicate, Operand::Field(field), constant(string("a")));
    for (condition, entry) in [
        (is(CACHE, string("a")), (CACHE, equal(string("a")))),
        (compare(Comparison::Equal, constant(string("a")), Operand::Field(CACHE)), (CACHE, equal(string("a")))),
        (is(PATH, Constant::Path("/a".to_owned())), (PATH, equal(Constant::Path("/a".to_owned())))),
        (is(ID, Constant::Uuid([7; 16])), (ID, equal(Constant::Uuid([7; 16])))),
        (Condition::Truth(Operand::Field(FLAG)), (FLAG, equal(Constant::Bool(true)))),
        (starts(CACHE, Predicate::StartsWith), (CACHE, affix(Matcher::Prefix, "a"))),
        (starts(CACHE, Predicate::EndsWith), (CACHE, affix(Matcher::Suffix, "a"))),
        (amount(Comparison::Less), (AMOUNT, Pattern::Range(None, bound(8, false)))),
        (amount(Comparison::LessOrEqual), (AMOUNT, Pattern::Range(None, bound(8, true)))),
        (amount(Comparison::Greater), (AMOUNT, Pattern::Range(bound(8, false), None))),
        (amount(Comparison::GreaterOrEqual), (AMOUNT, Pattern::Range(bound(8, true), None))),
        (Condition::Matches(Operand::Field(CACHE), glob("a*b")), (CACHE, glob("a*b"))),
        (Condition::Has(CACHE), (CACHE, Pattern::Any)),
        (
            compare(Comparison::Equal, label("dc"), constant(string("eu"))),
            (LABELS, Pattern::Labels(vec![("dc".to_owned(), equal(string("eu")))])),
        ),
        (
            Condition::HasLabel(LABELS, "dc".to_owned()),
            (LABELS, Pattern::Labels(vec![("dc".to_owned(), Pattern::Any)])),
        ),
    ] {
        for effect in [Effect::Allow, Effect::Deny] {
            let written = tests(effect, vec![entry.clone()], vec![]);
            assert_eq!(tests(effect, vec![], vec![condition.clone()]), written, "{condition:?}");
        }
    }
}

#[test]
fn a_test_that_needs_a_value_says_that_it_is_there() {
    let has = |name: &str| Condition::HasLabel(LABELS, name.to_owned());
    let dc = compare(Comparison::Equal, label("dc"), constant(string("eu")));
    let same = |conjuncts| tests(Effect::Allow, vec![], conjuncts);
    assert_eq!(same(vec![Condition::Has(CACHE), is(CACHE, string("a"))]), same(vec![is(CACHE, string("a"))]));
    assert_eq!(same(vec![has("dc"), Condition::Has(LABELS), dc.clone()]), same(vec![dc.clone()]));
    assert_eq!(
        same(vec![has("x"), dc]),
        ["test labels", "all.of +7", "label \"dc\"", "eq \"eu\"", "label \"x\"", "any"]
    );
}

#[test]
fn two_ends_of_one_number_are_one_range() {
    let amount = |comparison, end| compare(comparison, Operand::Field(AMOUNT), constant(Constant::Int(end)));
    let between = vec![amount(Comparison::GreaterOrEqual, 1), amount(Comparison::Less, 9)];
    assert_eq!(tests(Effect::Allow, vec![], between), ["test amount", "range 1..=8"]);
    let none = vec![amount(Comparison::Greater, 9), amount(Comparison::Less, 3)];
    let stays = tests(Effect::Allow, vec![], none);
    assert!(stays.contains(&"when".to_owned()), "{stays:?}");
}

#[test]
fn what_no_single_test_can_say_stays_in_the_condition() {
    let stays = |entries, conjunct| {
        let lines = tests(Effect::Allow, entries, vec![conjunct]);
        assert!(lines.contains(&"when".to_owned()), "{lines:?}");
    };
    stays(vec![(CACHE, affix(Matcher::Prefix, "b"))], is(CACHE, string("bc")));
    stays(vec![(CACHE, Pattern::Absent)], Condition::Has(CACHE));
    stays(vec![], Condition::Some(GROUPS, equal(string("a"))));
    stays(vec![], Condition::Has(GROUPS));
    stays(vec![], Condition::Not(Box::new(is(CACHE, string("a")))));
    stays(vec![], Condition::AnyOf(vec![is(CACHE, string("a")), is(CACHE, string("b"))]));
    stays(vec![], compare(Comparison::NotEqual, Operand::Field(CACHE), constant(string("a"))));
    stays(vec![], compare(Comparison::Equal, Operand::Field(CACHE), label("dc")));
    stays(vec![], compare(Comparison::Less, Operand::Field(AMOUNT), constant(Constant::Int(i64::MIN))));
}
