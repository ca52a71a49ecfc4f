//! Warns of conditions and lists that are always true or always false. Sound but not complete:
//! every warning is certain, and conditions that depend on an argument are skipped.

use std::borrow::Cow;

use super::absence::matches_absence;
use super::clocks::compared;
use super::report::Report;
use super::subsumption::{self, limits, matches};
use super::tree::{Bound, Condition, Constant, Operand, Pattern, Term, Test};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::Comparison;
use placet_core::model::function::Results;
use placet_core::model::types::Type;
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// With more tests than this the lint would cost more than it is worth: it compares each with each.
const MOST: usize = 64;

/// Warns of one comparison or literal that is always the same.
pub(super) fn warn(report: &Report, condition: &Condition, at: Span) {
    if let Some(truth) = truth(condition) {
        report.add(finding(truth, at, "this is"));
    }
}

/// Warns of a chain that is always the same: `host == "a" && host == "b"`,
/// `host != "a" || host != "b"`.
pub(super) fn warn_chain(report: &Report, chain: &Condition, at: Span) {
    let truth = !matches!(chain, Condition::All(_));
    // A comparison that reads an absent value is false, and reading one that may be absent is
    // already an error.
    if impossible(&conjuncts(chain, !truth)).is_some() && !report.has_errors() {
        let whole = if truth { "one of these is" } else { "all of these together are" };
        report.add(finding(truth, at, whole));
    }
}

/// Warns of a rule whose map, condition and exception can never hold together, while each by itself
/// can.
pub(super) fn warn_rule(report: &Report, vocabulary: &Vocabulary, rule: Parts<'_>) {
    let Parts { tests, condition, has_both, at } = rule;
    let parts: Vec<Vec<Wanted<'_>>> = match condition {
        Condition::All(list) if has_both => {
            let (unless, when) = list.split_last().map_or((None, &[][..]), |(last, others)| (Some(last), others));
            let when = when.iter().flat_map(|one| conjuncts(one, true)).collect();
            vec![when, unless.map(|one| conjuncts(one, true)).unwrap_or_default()]
        }
        whole => vec![conjuncts(whole, true)],
    };
    if parts.iter().any(|part| impossible(part).is_some()) {
        return;
    }
    let map = tests.iter().flat_map(|test| of_test(vocabulary, test));
    let all: Vec<Wanted<'_>> = map.chain(parts.into_iter().flatten()).collect();
    if let Some(wanted) = impossible(&all).filter(|_| !report.has_errors()) {
        let what = match &wanted.operand {
            Operand::Field(field) => format!("`{}`", name(vocabulary, *field)),
            Operand::Label(field, label) => format!("`{}[\"{label}\"]`", name(vocabulary, *field)),
            _ => "one operand".to_owned(),
        };
        let message = format!("this rule never matches: no value of {what} satisfies all its parts");
        report
            .add(Diagnostic::new(Code::AlwaysFalse, at, message).help("remove the rule, or correct one of its parts"));
    }
}

/// The parts of a rule.
#[derive(Clone, Copy)]
pub(super) struct Parts<'r> {
    /// Its map.
    pub(super) tests: &'r [Test],
    /// `when` and `unless`, joined.
    pub(super) condition: &'r Condition,
    /// Whether the rule has both of them.
    pub(super) has_both: bool,
    /// The place for the diagnostic.
    pub(super) at: Span,
}

/// Warns of a list that every value matches: `[not "a", not "b"]`.
pub(super) fn warn_list(report: &Report, list: &[Pattern], at: Span) {
    let taken: Vec<(usize, &Pattern)> = list.iter().enumerate().filter_map(negated).take(MOST).collect();
    let fills = |number: usize, hole: &Pattern| {
        list.iter().enumerate().any(|(other, pattern)| other != number && subsumption::pattern(pattern, hole))
    };
    if list.contains(&Pattern::Any) && list.contains(&Pattern::Absent) {
        let found = Diagnostic::new(Code::AlwaysTrue, at, "every request matches this list, with a value or without");
        report.add(found.help("leave the key out"));
    } else if fill_all_numbers(list) {
        let found = Diagnostic::new(Code::AlwaysTrue, at, "every value matches this list: one match is enough");
        report.add(found.help("write one range for the values between two numbers, or `any`"));
    } else if list.len() <= LIST && taken.iter().any(|(number, hole)| fills(*number, hole)) {
        let found = Diagnostic::new(Code::AlwaysTrue, at, "every value matches this list: one match is enough");
        report.add(found.help("write `not […]` if none of them is meant, or `any`"));
    }
}

/// Whether a bound from above and one from below meet: `[< 5, >= 5]`.
fn fill_all_numbers(list: &[Pattern]) -> bool {
    let ends = |pattern: &Pattern| match pattern {
        Pattern::Range(from, to) => Some((from.is_none(), to.is_none(), limits(from.as_ref(), to.as_ref())?)),
        _ => None,
    };
    let ends = || list.iter().filter_map(ends);
    let up_to = ends().filter(|(starts, ..)| *starts).map(|(.., (_, most))| most).max();
    let from = ends().filter(|(_, stops, _)| *stops).map(|(.., (least, _))| least).min();
    up_to.zip(from).is_some_and(|(most, least)| least <= most + 1)
}

/// Lists written by hand have fewer elements.
const LIST: usize = 1_024;

fn negated((number, pattern): (usize, &Pattern)) -> Option<(usize, &Pattern)> {
    match pattern {
        Pattern::Not(hole) => Some((number, hole)),
        _ => None,
    }
}

fn finding(truth: bool, at: Span, whole: &str) -> Diagnostic {
    let code = if truth { Code::AlwaysTrue } else { Code::AlwaysFalse };
    Diagnostic::new(code, at, format!("{whole} always {truth}")).help("remove it, or test a value of the request")
}

fn name(vocabulary: &Vocabulary, field: FieldNo) -> &str {
    vocabulary.attribute(field).map_or("?", |attribute| &attribute.name)
}

/// Whether the condition is the same for every request.
fn truth(condition: &Condition) -> Option<bool> {
    match condition {
        Condition::Constant(truth) => Some(*truth),
        Condition::Action(actions) => actions.listed.is_empty().then_some(actions.negated),
        Condition::Compare(comparison, a, b) if a == b => {
            Some(matches!(comparison, Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual))
        }
        Condition::Compare(comparison, Operand::Term(Term::Constant(a), _), Operand::Term(b, _)) => {
            matches(&compared(*comparison, b), a)
        }
        Condition::Matches(Operand::Term(Term::Constant(value), _), pattern) => matches(pattern, value),
        Condition::Matches(operand, pattern) if is_count(operand) => of_count(pattern),
        Condition::Compare(comparison, operand, Operand::Term(term, _)) if is_count(operand) => {
            of_count(&compared(*comparison, term))
        }
        Condition::Compare(comparison, Operand::Term(term, _), operand) if is_count(operand) => {
            of_count(&compared(comparison.flipped(), term))
        }
        _ => None,
    }
}

/// Whether the value is a number from zero on.
fn is_count(operand: &Operand) -> bool {
    match operand {
        Operand::Size(_) => true,
        Operand::Call(function, _) => function.row().results == Results::Count,
        Operand::Field(_)
        | Operand::Label(..)
        | Operand::Term(..)
        | Operand::Issuance
        | Operand::Expiry
        | Operand::Claim(_)
        | Operand::Local(..)
        | Operand::Compute(..)
        | Operand::Row(..) => false,
    }
}

/// `Some` if every number from zero on matches, or if none does.
fn of_count(pattern: &Pattern) -> Option<bool> {
    let zero = Bound { term: Term::Constant(Constant::Int(0)), included: true };
    let counts = Pattern::Range(Some(zero), None);
    match pattern {
        pattern if subsumption::pattern(pattern, &counts) => Some(true),
        Pattern::Not(inner) => of_count(inner).map(|truth| !truth),
        pattern => are_disjoint(pattern, &counts).then_some(false),
    }
}

/// A pattern that a value certainly has to match.
#[derive(Debug)]
struct Wanted<'c> {
    operand: Operand,
    pattern: Cow<'c, Pattern>,
}

impl Wanted<'_> {
    /// Whether both are about the same value and no value matches both.
    fn excludes(&self, other: &Self) -> bool {
        self.operand == other.operand && are_disjoint(&self.pattern, &other.pattern)
    }
}

/// One that no value can match together with the others.
fn impossible<'w, 'c>(wanted: &'w [Wanted<'c>]) -> Option<&'w Wanted<'c>> {
    let others = |one: &'w Wanted<'c>| wanted.iter().filter(move |other| !std::ptr::eq(*other, one));
    let is_refuted = |one: &'w Wanted<'c>, value: &Constant| {
        others(one).any(|other| other.operand == one.operand && matches(&other.pattern, value) == Some(false))
    };
    wanted.iter().find(|one| {
        wanted.len() <= MOST
            && (others(one).any(|other| one.excludes(other))
                || values(&one.pattern).is_some_and(|values| values.iter().all(|value| is_refuted(one, value))))
    })
}

/// The values that match, if they are known and few.
fn values(pattern: &Pattern) -> Option<Vec<&Constant>> {
    match pattern {
        Pattern::Equal(Term::Constant(value)) => Some(vec![value]),
        Pattern::OneOf(list) if (1..=MOST).contains(&list.len()) => {
            let values: Vec<Vec<&Constant>> = list.iter().map(values).collect::<Option<_>>()?;
            Some(values.concat())
        }
        _ => None,
    }
}

/// The patterns that all have to match for `condition` to be `truth`.
fn conjuncts(condition: &Condition, truth: bool) -> Vec<Wanted<'_>> {
    let mut wanted = Vec::new();
    collect(condition, truth, &mut wanted);
    wanted
}

fn collect<'c>(condition: &'c Condition, truth: bool, wanted: &mut Vec<Wanted<'c>>) {
    match (condition, truth) {
        (Condition::Not(inner), _) => collect(inner, !truth, wanted),
        (Condition::All(list), true) | (Condition::AnyOf(list), false) => {
            list.iter().for_each(|one| collect(one, truth, wanted));
        }
        (Condition::Compare(comparison, operand, Operand::Term(term @ Term::Constant(_), _)), _) => {
            let comparison = if truth { *comparison } else { opposite(*comparison) };
            wanted.push(Wanted { operand: operand.clone(), pattern: Cow::Owned(compared(comparison, term)) });
        }
        (Condition::Compare(comparison, Operand::Term(term @ Term::Constant(_), _), operand), _) => {
            let comparison = if truth { *comparison } else { opposite(*comparison) };
            let comparison = comparison.flipped();
            wanted.push(Wanted { operand: operand.clone(), pattern: Cow::Owned(compared(comparison, term)) });
        }
        (Condition::Matches(operand, pattern), true) => {
            wanted.push(Wanted { operand: operand.clone(), pattern: Cow::Borrowed(pattern) });
        }
        (Condition::Matches(operand, pattern), false) => {
            let pattern = Cow::Owned(Pattern::Not(Box::new(pattern.clone())));
            wanted.push(Wanted { operand: operand.clone(), pattern });
        }
        (Condition::Truth(operand), _) => {
            let pattern = Pattern::Equal(Term::Constant(Constant::Bool(truth)));
            wanted.push(Wanted { operand: operand.clone(), pattern: Cow::Owned(pattern) });
        }
        (Condition::Has(field), _) => wanted.push(presence(Operand::Field(*field), truth)),
        (Condition::HasClaim(path), _) => wanted.push(presence(Operand::Claim(path.clone()), truth)),
        (Condition::HasLabel(field, label), _) => wanted.push(presence(Operand::Label(*field, label.clone()), truth)),
        _ => {}
    }
}

fn presence<'c>(operand: Operand, is_there: bool) -> Wanted<'c> {
    let pattern = if is_there { Pattern::Any } else { Pattern::Absent };
    Wanted { operand, pattern: Cow::Owned(pattern) }
}

/// The opposite of a comparison, for values that are present.
const fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

/// The patterns of the map on an attribute of one value, or on each label.
fn of_test<'t>(vocabulary: &Vocabulary, test: &'t Test) -> Vec<Wanted<'t>> {
    let wanted = |operand, pattern| Wanted { operand, pattern: Cow::Borrowed(pattern) };
    match (vocabulary.attribute(test.field).map(|attribute| attribute.ty), &test.pattern) {
        (Some(Type::One(_)), pattern) => vec![wanted(Operand::Field(test.field), pattern)],
        (Some(Type::Labels), Pattern::Labels(labels)) => {
            labels.iter().map(|(name, pattern)| wanted(Operand::Label(test.field, name.clone()), pattern)).collect()
        }
        (Some(Type::Set(_) | Type::Labels) | None, _) => Vec::new(),
    }
}

/// Whether certainly no value, and no absence, matches both.
fn are_disjoint(a: &Pattern, b: &Pattern) -> bool {
    match (a, b) {
        (Pattern::Absent, other) | (other, Pattern::Absent) => !matches_absence(other),
        (Pattern::OneOf(list), other) | (other, Pattern::OneOf(list)) => {
            list.iter().all(|one| are_disjoint(one, other))
        }
        (Pattern::Not(hole), other) | (other, Pattern::Not(hole)) => subsumption::pattern(hole, other),
        (Pattern::Equal(Term::Constant(value)), other) | (other, Pattern::Equal(Term::Constant(value))) => {
            matches(other, value) == Some(false)
        }
        // Two networks either contain one another or share no address.
        (Pattern::Network(_), Pattern::Network(_)) => !subsumption::pattern(a, b) && !subsumption::pattern(b, a),
        (Pattern::Range(a, b), Pattern::Range(c, d)) => {
            let ends = limits(a.as_ref(), b.as_ref()).zip(limits(c.as_ref(), d.as_ref()));
            ends.is_some_and(|((a, b), (c, d))| b < c || d < a)
        }
        _ => false,
    }
}
