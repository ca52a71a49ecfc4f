//! Every program up to a size over a tiny vocabulary, every request of it, and for each pair what the reference evaluator says.
//! Where a mistake needs no more than two rules, two tests and three values to show, it shows here in every run.

use crate::common;

use common::generate::{Made, place_of};
use common::reference::{self, Answer, Asked, Block, Held};
use common::{compiled, decide, kind_of};
use placet::check::tree::{
    Actions, Bound, Claims, Condition, Constant, Effect, Operand, Pattern, Piece, Rule, Template, Term, Test, Text,
    Times,
};
use placet::model::arithmetic::Arithmetic;
use placet::model::matcher::Matcher;
use placet::model::predicate::Predicate;
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::span::Span;
use placet::syntax::ast::{BlockKind, Comparison, Quantifier};
use placet::vm::Context;

const CONTEXT: Context<'static> =
    Context { issuance: Time::EPOCH, expiry: Time::MAX, bearer: None, vouchers: &[], approvers: &[] };

const NAME: FieldNo = FieldNo(1);
const COUNT: FieldNo = FieldNo(2);
const GROUPS: FieldNo = FieldNo(3);

/// As it was when the programs were compiled.
fn old() -> Vocabulary {
    vocabulary(&["first", "second"])
}

/// As it is when requests are decided.
fn grown() -> Vocabulary {
    vocabulary(&["first", "second", "later"])
}

fn vocabulary(actions: &[&str]) -> Vocabulary {
    let one = |scalar| Type::One(scalar);
    let builder = Vocabulary::builder("tiny", 1).attribute("name", one(Scalar::String), true).unwrap();
    let builder = builder.attribute("count", one(Scalar::Int), true).unwrap();
    let builder = builder.attribute("groups", Type::Set(Scalar::String), true).unwrap();
    actions.iter().fold(builder, |builder, action| builder.action(action).unwrap()).build()
}

/// Three actions, five names, three counts, five sets of groups.
fn requests() -> Vec<Asked> {
    let text = |text: &str| Constant::String(text.to_owned());
    let names = [None, Some(""), Some("a"), Some("aa"), Some("b")].map(|name| name.map(|name| Held::One(text(name))));
    let counts = [None, Some(0), Some(1)].map(|count| count.map(|count| Held::One(Constant::Int(count))));
    let groups: [Option<&[&str]>; 5] = [None, Some(&[]), Some(&["a"]), Some(&["b"]), Some(&["a", "b"])];
    let groups = groups.map(|all| all.map(|all| Held::Several(all.iter().map(|group| text(group)).collect())));
    let mut requests = Vec::new();
    for action in 0..3 {
        for name in &names {
            for count in &counts {
                for groups in &groups {
                    let values = [(NAME, name), (COUNT, count), (GROUPS, groups)];
                    let values = values.into_iter().filter_map(|(field, held)| Some((field, held.clone()?))).collect();
                    requests.push(Asked { action: ActionNo(action), time: 0, values });
                }
            }
        }
    }
    requests
}

fn string(text: &str) -> Term {
    Term::Constant(Constant::String(text.to_owned()))
}

fn text(text: &str) -> Text {
    Text { pieces: vec![Piece::Literal(text.as_bytes().to_vec())] }
}

fn int(number: i64) -> Term {
    Term::Constant(Constant::Int(number))
}

/// What can be wanted of a string, up to two patterns inside of one.
fn text_patterns() -> Vec<Pattern> {
    let atoms = vec![
        Pattern::Any,
        Pattern::Absent,
        Pattern::Equal(string("a")),
        Pattern::Equal(string("")),
        Pattern::Text(Matcher::Prefix, text("a")),
        Pattern::Text(Matcher::Suffix, text("a")),
        Pattern::Text(Matcher::Glob, text("a*")),
        Pattern::Text(Matcher::Glob, text("?")),
    ];
    combined(&atoms)
}

/// What can be wanted of a number.
fn number_patterns() -> Vec<Pattern> {
    let bound = |number, included| Some(Bound { term: int(number), included });
    let atoms = vec![
        Pattern::Any,
        Pattern::Absent,
        Pattern::Equal(int(0)),
        Pattern::Range(bound(0, true), bound(1, false)),
        Pattern::Range(bound(0, false), None),
        Pattern::Range(None, bound(0, true)),
    ];
    combined(&atoms)
}

/// Each by itself, negated, and as one of two.
fn combined(atoms: &[Pattern]) -> Vec<Pattern> {
    let not = |pattern: &Pattern| Pattern::Not(Box::new(pattern.clone()));
    let mut all: Vec<Pattern> = atoms.iter().flat_map(|atom| [atom.clone(), not(atom)]).collect();
    for one in atoms {
        for other in atoms {
            let either = Pattern::OneOf(vec![one.clone(), other.clone()]);
            all.extend([not(&either), either, Pattern::OneOf(vec![not(one), other.clone()])]);
        }
    }
    all
}

/// What can be asked behind `when`, up to three conditions in one.
fn conditions() -> Vec<Condition> {
    let (name, count) = (Operand::Field(NAME), Operand::Field(COUNT));
    let (a, one) = (Operand::Term(string("a"), Scalar::String), Operand::Term(int(1), Scalar::Int));
    let atoms = vec![
        Condition::Constant(true),
        Condition::Has(NAME),
        Condition::Compare(Comparison::Equal, name.clone(), a.clone()),
        Condition::Compare(Comparison::NotEqual, name.clone(), a.clone()),
        Condition::Compare(Comparison::Less, count.clone(), one.clone()),
        Condition::Compare(
            Comparison::GreaterOrEqual,
            Operand::Compute(Arithmetic::Add, count.clone().into(), one.clone().into()),
            one.clone(),
        ),
        Condition::Compare(Comparison::Equal, Operand::Size(GROUPS), one),
        Condition::Matches(name.clone(), Pattern::Not(Pattern::Equal(string("a")).into())),
        Condition::Some(GROUPS, Pattern::Equal(string("a"))),
        Condition::Every(GROUPS, Pattern::Equal(string("a"))),
        Condition::Member(name.clone(), GROUPS),
        Condition::ElementsIn(Quantifier::Every, GROUPS, GROUPS),
        Condition::Action(actions(&[0], false)),
        Condition::Call(Predicate::StartsWith, name, a),
    ];
    let not = |condition: &Condition| Condition::Not(Box::new(condition.clone()));
    let mut all: Vec<Condition> = atoms.iter().flat_map(|atom| [atom.clone(), not(atom)]).collect();
    for one in &atoms {
        for other in &atoms {
            let both = Condition::All(vec![one.clone(), not(other)]);
            let either = Condition::AnyOf(vec![one.clone(), other.clone()]);
            all.extend([not(&both), both, either]);
        }
    }
    all
}

fn actions(listed: &[u16], negated: bool) -> Actions {
    Actions { listed: listed.iter().copied().map(ActionNo).collect(), negated }
}

/// All ways to name the two actions that there were.
fn action_choices() -> Vec<Option<Actions>> {
    let named = [(&[][..], true), (&[0], false), (&[0], true), (&[1], false), (&[0, 1], false), (&[0, 1], true)];
    named.iter().map(|(listed, negated)| Some(actions(listed, *negated))).chain([None]).collect()
}

fn rule(effect: Effect, actions: Option<Actions>, tests: Vec<(FieldNo, Pattern)>) -> Rule {
    let tests = tests.into_iter().map(|(field, pattern)| Test { field, quantifier: None, pattern }).collect();
    Rule { effect, actions, tests, condition: None, at: Span::default() }
}

/// The rules that stand side by side below: with and without an action, on each attribute, and on two.
fn few_rules() -> Vec<Rule> {
    let bodies: Vec<(Option<Actions>, Vec<(FieldNo, Pattern)>)> = vec![
        (None, vec![]),
        (Some(actions(&[0], false)), vec![]),
        (None, vec![(NAME, Pattern::Equal(string("a")))]),
        (None, vec![(GROUPS, Pattern::Equal(string("a")))]),
        (None, vec![(GROUPS, Pattern::Not(Pattern::Equal(string("a")).into()))]),
        (Some(actions(&[1], true)), vec![(COUNT, Pattern::Absent)]),
        (None, vec![(NAME, Pattern::Text(Matcher::Prefix, text("a"))), (COUNT, Pattern::Equal(int(1)))]),
        (None, vec![(COUNT, Pattern::Any), (GROUPS, Pattern::OneOf(vec![Pattern::Absent, Pattern::Any]))]),
    ];
    let effects = [Effect::Allow, Effect::Deny];
    effects
        .iter()
        .flat_map(|effect| bodies.iter().map(|(actions, tests)| rule(*effect, actions.clone(), tests.clone())))
        .collect()
}

/// What all tests here go through, and how often which answer came.
struct Bench {
    old: Vocabulary,
    grown: Vocabulary,
    requests: Vec<Asked>,
    programs: u32,
    answers: [u32; 3],
}

impl Bench {
    fn new() -> Self {
        Self { old: old(), grown: grown(), requests: requests(), programs: 0, answers: [0; 3] }
    }

    /// Holds the program of these rules against the reference, as each kind of block.
    fn agree(&mut self, rules: &[Rule], guard: Option<&Condition>) {
        for kind in [BlockKind::Token, BlockKind::Restriction] {
            let rules = (0..).zip(rules).map(|(number, rule)| Rule { at: place_of(number), ..rule.clone() }).collect();
            let template = Template {
                kind,
                name: "tiny".to_owned(),
                doc: Vec::new(),
                at: Span::new(0, 1_000_000),
                parameters: Vec::new(),
                claims: Claims::default(),
                times: Times::default(),
                holder: None,
                guard: guard.cloned(),
                rules,
                promises: Vec::new(),
            };
            let made = Made { template, arguments: Vec::new() };
            let compiled = compiled(&made, &self.old).unwrap_or_else(|errors| panic!("{errors:?}\n{made:?}"));
            let block = Block { template: &made.template, arguments: &[], actions: self.old.present().actions };
            for asked in &self.requests {
                let wanted = reference::decide(block, asked, &CONTEXT);
                let found = asked.with(&self.grown, |request| {
                    decide(&compiled, kind_of(kind), self.old.present(), request, &CONTEXT)
                });
                assert_eq!(found, wanted, "{:?}\n{asked:?}", made.template);
                self.answers[match wanted {
                    Answer::Allow(_) => 0,
                    Answer::Forbid(_) => 1,
                    Answer::Abstain(_) => 2,
                }] += 1;
            }
            self.programs += 1;
        }
    }

    /// How many programs there were, and that no answer was rare: where nearly everything is denied nothing is found.
    #[track_caller]
    fn finish(self, programs: u32) {
        assert_eq!(self.programs, programs, "programs");
        assert!(self.answers.iter().all(|count| *count > 5_000), "allowed, forbidden, abstained: {:?}", self.answers);
    }
}

#[test]
fn every_program_of_one_rule_and_one_pattern_decides_as_the_reference_does() {
    let mut bench = Bench::new();
    let patterns = [(NAME, text_patterns()), (COUNT, number_patterns()), (GROUPS, text_patterns())];
    for effect in [Effect::Allow, Effect::Deny] {
        for (field, patterns) in &patterns {
            for pattern in patterns {
                bench.agree(&[rule(effect, None, vec![(*field, pattern.clone())])], None);
            }
        }
    }
    bench.finish(2 * 2 * (208 + 120 + 208));
}

#[test]
fn every_way_to_name_actions_decides_as_the_reference_does() {
    let mut bench = Bench::new();
    let choices = action_choices();
    for first in &choices {
        for second in &choices {
            for (one, other) in [(Effect::Allow, Effect::Allow), (Effect::Allow, Effect::Deny)] {
                let tests = vec![(NAME, Pattern::Any)];
                bench.agree(&[rule(one, first.clone(), vec![]), rule(other, second.clone(), tests)], None);
            }
        }
    }
    bench.finish(2 * 2 * 49);
}

#[test]
fn every_condition_of_up_to_three_decides_as_the_reference_does_after_a_rule_and_as_a_guard() {
    let mut bench = Bench::new();
    let all = conditions();
    for (number, condition) in all.iter().enumerate() {
        let effect = if number % 2 == 0 { Effect::Allow } else { Effect::Deny };
        let conditional = Rule { condition: Some(Box::new(condition.clone())), ..rule(effect, None, vec![]) };
        bench.agree(&[conditional], None);
        bench.agree(&[rule(Effect::Allow, None, vec![])], Some(condition));
    }
    bench.finish(2 * 2 * 616);
}

#[test]
fn every_pattern_with_a_stated_quantifier_decides_as_the_reference_does() {
    let mut bench = Bench::new();
    for effect in [Effect::Allow, Effect::Deny] {
        for quantifier in Quantifier::ALL {
            for pattern in text_patterns() {
                let tests = vec![Test { field: GROUPS, quantifier: Some(quantifier), pattern }];
                let stated = Rule { tests, ..rule(effect, None, vec![]) };
                bench.agree(&[stated.clone()], None);
                bench.agree(&[stated, rule(Effect::Allow, None, vec![(NAME, Pattern::Any)])], None);
            }
        }
    }
    bench.finish(2 * 2 * 2 * 2 * 208);
}

#[test]
fn every_program_of_up_to_three_of_a_few_rules_decides_as_the_reference_does() {
    let mut bench = Bench::new();
    let few = few_rules();
    let guard = Condition::Has(COUNT);
    bench.agree(&[], None);
    for one in &few {
        for guard in [None, Some(&guard)] {
            bench.agree(std::slice::from_ref(one), guard);
            for other in &few {
                bench.agree(&[one.clone(), other.clone()], guard);
            }
        }
        // Of three, the order has been turned over by the pairs.
        for (place, second) in few.iter().enumerate() {
            for third in &few[place..] {
                bench.agree(&[one.clone(), second.clone(), third.clone()], None);
            }
        }
    }
    bench.finish(2 * (1 + 2 * 16 + 2 * 256 + 16 * 136));
}
