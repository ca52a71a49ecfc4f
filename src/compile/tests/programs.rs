//! Whole templates: the order of rules, arguments, claims and times, limits, and any tree at all.

use proptest::prelude::*;
use std::time::Duration;

use super::harness::*;
use crate::check::tree::{
    Actions, ArgumentNo, Claims, Condition, Constant, Effect, Network, Operand, Parameter, Pattern, Piece, Rule,
    Template, Term, Text, Times,
};
use crate::compile::arguments::{Argument, Arguments};
use crate::compile::error::TemplateError;
use crate::compile::expressions::Expressions;
use crate::compile::{Frame, ResolvedTimes, automaton_of, compile};
use crate::limits::{RULES, TEXT_BYTES, TOKEN_PROGRAM_BYTES};
use crate::program::listing::listing;
use crate::program::source::ToSource;
use crate::span::Span;
use crate::syntax::ast::{BlockKind, Comparison, Quantifier};
use placet_core::bytecode::op::{Length, Op};
use placet_core::bytecode::program::{Pool, Program};
use placet_core::bytecode::verify::{Budget, Scope, verify};
use placet_core::model::arithmetic::Arithmetic;
use placet_core::model::matcher::Matcher;
use placet_core::model::path::PathError;
use placet_core::model::predicate::Predicate;
use placet_core::model::time::Time;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::value::Address;
use placet_core::model::vocabulary::{ActionNo, FieldNo};

fn allow(text: &str, at: usize) -> Rule {
    Rule { at: Span::new(at, at + 1), ..rule(Effect::Allow, vec![(CACHE, equal(string(text)))]) }
}

fn deny(text: &str, at: usize) -> Rule {
    Rule { effect: Effect::Deny, ..allow(text, at) }
}

#[test]
fn denials_come_first_then_the_guard_then_what_allows_each_in_the_order_of_the_source() {
    let mut template = template(vec![allow("a", 1), deny("b", 2), allow("c", 3), deny("d", 4)]);
    template.guard = Some(Condition::Has(IP));
    let compiled = compile(&template, &vocabulary(), &Arguments::none()).unwrap();
    let origins: Vec<_> = compiled.rules.iter().map(|rule| (rule.frame, rule.at.start)).collect();
    let expected = [(Frame::Deny, 2), (Frame::Deny, 4), (Frame::Require, 0), (Frame::Allow, 1), (Frame::Allow, 3)];
    assert_eq!(origins, expected);
    let sources = ["deny b", "deny d", "when: has ip", "allow a", "allow c"];
    let listing = listing(compiled.program.bytes(), &vocabulary(), &sources);
    assert_eq!(
        listing,
        "        // deny b
     1  deny +3
     3    equals cache \"b\"
        // deny d
     6  deny +3
     8    equals cache \"d\"
        // when: has ip
    11  require +3
    13    when
    14      has ip
        // allow a
    16  allow +3
    18    equals cache \"a\"
        // allow c
    21  allow +3
    23    equals cache \"c\"
    26  pool +8
"
    );
}

#[test]
fn a_constant_is_stored_once() {
    let twice = compiled(vec![allow("a-rather-long-name", 1), allow("a-rather-long-name", 2)]);
    let once = compiled(vec![allow("a-rather-long-name", 1)]);
    assert_eq!(twice.program.bytes().len(), once.program.bytes().len() + 5);
}

#[test]
fn a_guard_that_is_always_true_takes_no_room_and_one_that_is_never_true_stays() {
    let guarded = |truth| {
        let mut template = template(vec![allow("a", 1)]);
        template.guard = Some(Condition::Constant(truth));
        lines(&compile(&template, &vocabulary(), &Arguments::none()).unwrap()).len()
    };
    assert_eq!((guarded(true), guarded(false)), (2, 5));
}

#[test]
fn a_restriction_whose_only_rule_is_never_true_still_allows_nothing() {
    let mut template = template(vec![allow("a", 1)]);
    template.rules[0].condition = Some(Box::new(Condition::Constant(false)));
    for (kind, frames) in [(BlockKind::Token, 0), (BlockKind::Policy, 0), (BlockKind::Restriction, 1)] {
        template.kind = kind;
        assert_eq!(compile(&template, &vocabulary(), &Arguments::none()).unwrap().rules.len(), frames, "{kind:?}");
    }
}

#[test]
fn a_template_without_rules_is_the_empty_program() {
    assert_eq!(compiled(Vec::new()).program.bytes(), placet_core::bytecode::program::EMPTY);
}

fn parameters() -> Vec<Parameter> {
    let parameter = |name: &str, ty: Type| Parameter { name: name.to_owned(), ty: ty.into() };
    vec![
        parameter("user", Type::One(Scalar::String)),
        parameter("folder", Type::One(Scalar::Path)),
        parameter("groups", Type::Set(Scalar::Int)),
    ]
}

#[test]
fn every_mistake_in_the_arguments_is_reported_with_its_name() {
    let given = [
        ("usr", Argument::from("ada")),
        ("folder", Argument::One(Constant::Path("/a/../b".to_owned()))),
        ("folder", Argument::One(Constant::Path("/a".to_owned()))),
        ("groups", Argument::Set(vec![Constant::Int(1), string("x")])),
    ];
    let errors = Arguments::new(&parameters(), given).unwrap_err();
    let causes: Vec<_> = errors.into_iter().map(|error| error.cause).collect();
    let name = |name: &str| name.to_owned();
    assert_eq!(
        causes,
        [
            TemplateError::UnknownArgument { name: name("usr"), meant: Some(name("user")) },
            TemplateError::ArgumentNotAPath { name: name("folder"), why: PathError::DotSegment },
            TemplateError::GivenTwice { name: name("folder") },
            TemplateError::WrongType {
                name: name("groups"),
                wanted: Type::Set(Scalar::Int).into(),
                found: name("set of int")
            },
            TemplateError::MissingArgument { name: name("user"), ty: Type::One(Scalar::String).into() },
        ]
    );
    let long = Argument::from("x".repeat(TEXT_BYTES + 1).as_str());
    let errors = Arguments::new(&parameters()[..1], [("user", long)]).unwrap_err();
    assert_eq!(errors[0].cause, TemplateError::ArgumentTooLong { name: name("user") });
}

#[test]
fn arguments_of_another_template_are_an_error_and_no_panic() {
    let template = template(vec![rule(Effect::Allow, vec![(CACHE, Pattern::Equal(Term::Parameter(ArgumentNo(3))))])]);
    let errors = compile(&template, &vocabulary(), &Arguments::none()).unwrap_err();
    assert!(matches!(errors[0].cause, TemplateError::MissingArgument { .. }));
}

#[test]
fn claims_and_times_are_filled_in_and_ttl_wins_over_expiry() {
    let mut template = template(Vec::new());
    template.kind = BlockKind::Token;
    template.parameters = vec![Parameter { name: "user".to_owned(), ty: Type::One(Scalar::String).into() }];
    template.claims = Claims {
        id: Some(spliced("t-{0}")),
        kind: Some("READ".to_owned()),
        attributes: vec![("who".to_owned(), spliced("{0}"))],
        ..Claims::default()
    };
    template.times = Times {
        not_before: Some(Term::Constant(Constant::Time(5))),
        expiry: Some(Term::Constant(Constant::Time(9))),
        ..Times::default()
    };
    let arguments = Arguments::new(&template.parameters, [("user", "ada".into())]).unwrap();
    let compiled = compile(&template, &vocabulary(), &arguments).unwrap();
    assert_eq!(compiled.claims.id.as_deref(), Some("t-ada"));
    assert_eq!(compiled.claims.attributes, [("who".to_owned(), "ada".to_owned())]);
    let times = ResolvedTimes {
        not_before: Some(Time::from_millis(5)),
        expiry: Some(Time::from_millis(9)),
        ..ResolvedTimes::default()
    };
    assert_eq!(compiled.times, times);
    template.times.ttl = Some(Term::Constant(Constant::Duration(60_000)));
    let compiled = compile(&template, &vocabulary(), &arguments).unwrap();
    assert_eq!(compiled.times, ResolvedTimes { expiry: None, ttl: Some(Duration::from_secs(60)), ..times });
}

#[test]
fn all_errors_of_a_template_are_reported_at_their_rules() {
    let bad = |at| Rule { at: Span::new(at, at + 1), ..rule(Effect::Allow, vec![(CACHE, regex("("))]) };
    let errors =
        compile(&template(vec![bad(3), allow("a", 4), bad(5)]), &vocabulary(), &Arguments::none()).unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| error.at.unwrap().start).collect();
    assert_eq!(places, [3, 5]);
}

fn token(rules: Vec<Rule>) -> Template {
    Template { kind: BlockKind::Token, ..template(rules) }
}

fn refused(template: &Template) -> TemplateError {
    let error = compile(template, &vocabulary(), &Arguments::none()).unwrap_err().remove(0);
    assert!(error.cause.help().is_some(), "{error}");
    error.cause
}

#[test]
fn a_program_too_large_for_a_token_is_an_error_with_a_way_out() {
    let rules: Vec<_> = (0..1_000).map(|number| allow(&format!("cache-{number}"), number)).collect();
    let large = refused(&token(rules.clone()));
    assert!(
        matches!(large, TemplateError::TooLarge { most: TOKEN_PROGRAM_BYTES, bytes } if bytes > TOKEN_PROGRAM_BYTES)
    );
    assert!(compile(&template(rules), &vocabulary(), &Arguments::none()).is_ok(), "a policy may be larger");
}

#[test]
fn a_program_too_costly_is_an_error_with_a_way_out() {
    let costly = |number: usize| rule(Effect::Deny, vec![(ITEM, glob(&format!("*{number}*a*b*c*d*")))]);
    let rules: Vec<_> = (0..300).map(costly).collect();
    assert!(matches!(refused(&token(rules)), TemplateError::TooCostly { .. } | TemplateError::TooLarge { .. }));
    let costly: Vec<_> = (0..400).map(|_| rule(Effect::Deny, vec![(ITEM, glob("*a*b*c*d*"))])).collect();
    assert!(matches!(refused(&token(costly)), TemplateError::TooCostly { .. }));
}

#[test]
fn a_program_with_too_many_rules_is_an_error_with_a_way_out() {
    let rules = vec![rule(Effect::Allow, Vec::new()); RULES + 1];
    assert_eq!(refused(&template(rules)), TemplateError::TooManyRules { rules: RULES + 1 });
}

#[test]
fn a_program_nested_too_deep_is_an_error_with_a_way_out() {
    let mut pattern = equal(string("a"));
    for _ in 0..80 {
        pattern = Pattern::Not(Box::new(pattern));
    }
    assert_eq!(refused(&template(vec![rule(Effect::Allow, vec![(CACHE, pattern)])])), TemplateError::TooDeep);
}

#[test]
fn a_glob_never_runs_for_minutes() {
    use placet_core::bytecode::fuel::Fuel;
    use placet_core::bytecode::matching::{Unit, glob_matches};
    let too_long = template(vec![rule(Effect::Allow, vec![(CACHE, glob(&"*a".repeat(600)))])]);
    let cause = compile(&too_long, &vocabulary(), &Arguments::none()).unwrap_err().remove(0).cause;
    assert_eq!(cause, TemplateError::PatternTooLong { bytes: 1200 });
    let wilds =
        (0..512).flat_map(|_| [crate::compile::glob::Wild::Run, crate::compile::glob::Wild::Literal(b"a".to_vec())]);
    let glob = crate::compile::glob::constant(
        &wilds.chain([crate::compile::glob::Wild::Literal(b"b".to_vec())]).collect::<Vec<_>>(),
    );
    let start = std::time::Instant::now();
    assert_eq!(glob_matches(&glob, &vec![b'a'; 16 * 1024], Unit::Character, &Fuel::plenty()), Some(false));
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn a_listing_of_any_bytes_says_where_they_stop_being_a_program() {
    let compiled = compiled(vec![allow("a", 1), rule(Effect::Allow, vec![(PATH, path("/a/*/b"))])]);
    let bytes = compiled.program.bytes();
    for cut in 0..bytes.len() {
        let _ = listing(&bytes[..cut], &vocabulary(), &[]);
        let _ = ToSource::new(&vocabulary()).entries_of(&bytes[..cut]);
    }
    let mut broken = bytes.to_vec();
    broken[3] = 0xff;
    let listing = listing(&broken, &vocabulary(), &[]);
    assert!(listing.contains("     3  !! no instruction can be read here: 0xff"), "{listing}");
}

fn rendered(code: &[Op], pool: &Pool) -> String {
    let mut body = Vec::new();
    code.iter().for_each(|op| op.write(&mut body));
    let mut frame = Vec::new();
    Op::Allow { body: Length(u32::try_from(body.len()).unwrap()) }.write(&mut frame);
    frame.extend(body);
    let (vocabulary, expressions) = (vocabulary(), Expressions::default());
    ToSource::new(&vocabulary).comparing(&expressions).entries_of(Program::new(&frame, pool).bytes()).join("\n")
}

#[test]
fn an_automaton_that_lies_about_its_expression_is_not_printed_as_that_expression() {
    let honest = automaton_of("(ab)+", Scalar::String, &Expressions::default()).unwrap();
    let mut lying = honest.clone();
    *lying.last_mut().unwrap() ^= 0b10;
    for (constant, is_honest) in [(honest, true), (lying, false)] {
        let mut pool = Pool::default();
        let automaton = pool.intern(&constant);
        let text = rendered(&[Op::Test { field: CACHE }, Op::Regex { constant: automaton }], &pool);
        assert_eq!(text.starts_with("allow { cache: ~\"(ab)+\" }"), is_honest, "{text}");
        assert_eq!(text.lines().all(|line| line.starts_with("//")), !is_honest, "{text}");
    }
}

#[test]
fn what_only_a_stranger_would_write_is_printed_as_a_comment_with_the_reason() {
    let mut pool = Pool::default();
    let set = pool.intern(&[1]);
    let text = rendered(&[Op::ActionNot { set }], &pool);
    assert!(
        text.starts_with("// A rule that the language cannot express: it allows actions that do not exist yet.\n"),
        "{text}"
    );
    let twice = [Op::Test { field: CACHE }, Op::Any {}, Op::Test { field: CACHE }, Op::Absent {}];
    assert!(rendered(&twice, &pool).starts_with("// A rule that the language cannot express: it has two patterns"));
    let star = pool.intern(b"/a/*");
    let text = rendered(&[Op::Test { field: PATH }, Op::Eq { text: star }], &pool);
    assert_eq!(text.trim_end(), "allow { path: \"/a/%2A\" }", "a star that is a character has a spelling of its own");
    let forged = rendered(&[Op::Test { field: FieldNo(99) }, Op::Any {}], &pool);
    assert!(forged.lines().all(|line| line.starts_with("//")), "{forged}");
}

#[test]
fn bytes_that_nest_without_end_are_printed_as_a_comment() {
    let mut pool = Pool::default();
    let key = pool.intern(b"k");
    for (test, nested) in [
        (Op::When {}, Op::Negate {}),
        (Op::Test { field: CACHE }, Op::Not {}),
        (Op::Test { field: LABELS }, Op::Label { name: key }),
    ] {
        let code: Vec<Op> = std::iter::once(test).chain(std::iter::repeat_n(nested, 500_000)).collect();
        let text = rendered(&code, &pool);
        assert!(text.lines().all(|line| line.starts_with("//")) && text.contains("nested too deep"), "{:.200}", text);
    }
}

#[test]
fn a_text_cannot_write_its_own_lines_into_a_listing() {
    let hostile = "x\"}\nallow {} \u{202e} \u{1b}[2J";
    let compiled = compiled(vec![allow(hostile, 1), Rule { tests: Vec::new(), ..allow("", 2) }]);
    let listing = listing(compiled.program.bytes(), &vocabulary(), &[]);
    assert!(listing.contains(r#"equals cache "x\"}\nallow {} \u{202e} \u{1b}[2J""#), "{listing}");
    assert_eq!(ToSource::new(&vocabulary()).entries_of(compiled.program.bytes()).len(), 2);
}

// Any tree at all.

fn patterns(field: FieldNo) -> BoxedStrategy<Pattern> {
    let scalar = match vocabulary().attribute(field).unwrap().ty {
        Type::One(scalar) | Type::Set(scalar) => scalar,
        Type::Labels => {
            return prop_oneof![
                Just(Pattern::Any),
                Just(Pattern::Absent),
                prop::collection::vec(("[a-z {}]{1,4}", scalar_patterns(Scalar::String)), 0..3).prop_map(
                    |mut labels| {
                        labels.sort_by(|a, b| a.0.cmp(&b.0));
                        labels.dedup_by(|a, b| a.0 == b.0);
                        Pattern::Labels(labels)
                    }
                ),
            ]
            .boxed();
        }
    };
    scalar_patterns(scalar)
}

/// A text with an attribute of the request in it.
fn made(matcher: Option<Matcher>, before: &str, after: &str) -> BoxedStrategy<Pattern> {
    let literal = |text: &str| (!text.is_empty()).then(|| Piece::Literal(text.as_bytes().to_vec()));
    let (before, after) = (literal(before), literal(after));
    let made = move |field| {
        let pieces = [before.clone(), Some(Piece::Field(field)), after.clone()].into_iter().flatten().collect();
        let text = Text { pieces };
        match matcher {
            Some(matcher) => Pattern::Text(matcher, text),
            None => Pattern::Equal(Term::Text(text)),
        }
    };
    prop::sample::select(vec![CACHE, AMOUNT, ID]).prop_map(made).boxed()
}

fn scalar_patterns(scalar: Scalar) -> BoxedStrategy<Pattern> {
    let word = "[a-c*?.\"{}\\\\é\n]{0,4}";
    let leaf = match scalar {
        Scalar::Bool => any::<bool>().prop_map(|truth| equal(Constant::Bool(truth))).boxed(),
        Scalar::Int | Scalar::Time | Scalar::Duration => numbers(scalar),
        Scalar::String | Scalar::Bytes => prop_oneof![
            word.prop_map(|text| equal(string(&text))),
            word.prop_map(|text| affix(Matcher::Prefix, &text)),
            word.prop_map(|text| affix(Matcher::Suffix, &text)),
            made(Some(Matcher::Prefix), "a/", "/"),
            made(Some(Matcher::Suffix), "/", ".a"),
            made(Some(Matcher::Glob), "?", "*b"),
            made(None, "a", ""),
            "[a-c*?é]{0,6}".prop_map(|text| glob(&text)),
            r"(a|b\[a-c\]|\.\*|c\+|é\?){1,4}".prop_map(|text| regex(&text)),
            prop::sample::select(vec!["(ab)+", "a|b|[c-x]+", "[^a]", "(\"|\\{a\\}|[{]a[}])+"]).prop_map(regex),
        ]
        .boxed(),
        Scalar::Uuid => any::<[u8; 16]>().prop_map(|uuid| equal(Constant::Uuid(uuid))).boxed(),
        Scalar::Ip => (any::<[u8; 16]>(), 0..=128u8, any::<bool>()).prop_map(network).boxed(),
        Scalar::Path => prop_oneof![
            "/[a-c]{1,3}(/[a-c]{1,2}){0,2}".prop_map(|text| equal(Constant::Path(text))),
            "(/[a-c]{1,2}|/\\*|/\\*\\*|/a\\*|/\\*b){1,4}".prop_map(|text| path(&text)),
            made(Some(Matcher::Path), "/a/", "/**"),
            made(Some(Matcher::Path), "/**/x-", "/*"),
            made(None, "/", ""),
        ]
        .boxed(),
        Scalar::Url => "https://[a-c]{1,3}\\.de/[a-c]{0,2}".prop_map(|text| equal(Constant::Url(text))).boxed(),
    };
    let known = vocabulary();
    let of_type = known.attributes().iter().zip(0..).filter(|(attribute, _)| attribute.ty == Type::One(scalar));
    let same: Vec<Pattern> =
        of_type.map(|(_, number)| Pattern::Is(Box::new(Operand::Field(FieldNo(number))))).collect();
    let same = prop::sample::select(same);
    let leaf = prop_oneof![1 => Just(Pattern::Any), 1 => Just(Pattern::Absent), 1 => same, 8 => leaf];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Pattern::Not(Box::new(one))),
            prop::collection::vec(inner, 1..4).prop_map(Pattern::OneOf),
        ]
    })
    .boxed()
}

fn numbers(scalar: Scalar) -> BoxedStrategy<Pattern> {
    let number = || prop_oneof![3 => -5_000i64..5_000, 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
    let constant = move |number| match scalar {
        Scalar::Time => Constant::Time(number),
        Scalar::Duration => Constant::Duration(number),
        _ => Constant::Int(number),
    };
    let end = move || {
        let bound =
            move |(number, included)| crate::check::tree::Bound { term: Term::Constant(constant(number)), included };
        prop::option::of((number(), any::<bool>()).prop_map(bound))
    };
    prop_oneof![
        number().prop_map(move |number| equal(constant(number))),
        (end(), end()).prop_map(|(first, last)| Pattern::Range(first, last)),
    ]
    .boxed()
}

fn network((octets, bits, mapped): ([u8; 16], u8, bool)) -> Pattern {
    let mut octets = octets;
    if mapped {
        octets[..12].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    }
    let first = u128::from_be_bytes(octets) & u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    Pattern::Network(Network { first: Address::from_octets(first.to_be_bytes()), bits })
}

fn conditions() -> BoxedStrategy<Condition> {
    let number = || (-9i64..9).prop_map(|number| constant(Constant::Int(number)));
    let comparison = || {
        prop::sample::select(vec![
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ])
    };
    let ints = prop_oneof![Just(Operand::Field(AMOUNT)), Just(hour()), Just(Operand::Size(GROUPS)), number()];
    let ints = ints.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Operand::Compute(
                Arithmetic::Add,
                Box::new(a),
                Box::new(b)
            )),
            (inner.clone(), inner).prop_map(|(a, b)| Operand::Compute(Arithmetic::Subtract, Box::new(a), Box::new(b))),
        ]
    });
    let leaf = prop_oneof![
        any::<bool>().prop_map(Condition::Constant),
        Just(Condition::Has(CACHE)),
        Just(Condition::Truth(Operand::Field(FLAG))),
        Just(Condition::Member(Operand::Field(CACHE), GROUPS)),
        prop::sample::select(Quantifier::ALL.to_vec()).prop_map(|one| Condition::ElementsIn(one, GROUPS, GROUPS)),
        (prop::collection::btree_set(0u16..5, 1..4), any::<bool>()).prop_map(|(listed, negated)| {
            Condition::Action(Actions { listed: listed.into_iter().map(ActionNo).collect(), negated })
        }),
        (comparison(), ints.clone(), ints.clone()).prop_map(|(sign, a, b)| Condition::Compare(sign, a, b)),
        (ints, scalar_patterns(Scalar::Int)).prop_map(|(value, pattern)| Condition::Matches(value, pattern)),
        scalar_patterns(Scalar::String).prop_map(|pattern| Condition::Some(GROUPS, pattern)),
        scalar_patterns(Scalar::String).prop_map(|pattern| Condition::Every(GROUPS, pattern)),
        "[a-c\"]{0,3}".prop_map(|text| Condition::Call(
            Predicate::Contains,
            Operand::Field(CACHE),
            constant(string(&text))
        )),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Condition::Not(Box::new(one))),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::All),
            prop::collection::vec(inner, 0..4).prop_map(Condition::AnyOf),
        ]
    })
    .boxed()
}

fn rules() -> impl Strategy<Value = Rule> {
    let actions = (prop::collection::btree_set(0u16..5, 1..5), any::<bool>())
        .prop_map(|(listed, negated)| Actions { listed: listed.into_iter().map(ActionNo).collect(), negated });
    let tests = (1..12u8)
        .map(|field| prop::option::weighted(0.2, patterns(FieldNo(field)).prop_map(move |p| (FieldNo(field), p))));
    let tests = tests.collect::<Vec<_>>().prop_map(|tests| tests.into_iter().flatten().collect::<Vec<_>>());
    let effect = prop::sample::select(vec![Effect::Allow, Effect::Deny]);
    let stated = prop::option::of(prop::sample::select(Quantifier::ALL.to_vec()));
    (effect, prop::option::of(actions), tests, prop::option::of(conditions().prop_map(Box::new)), stated).prop_map(
        |(effect, actions, tests, condition, stated)| {
            let mut rule = Rule { actions, condition, ..rule(effect, tests) };
            rule.tests.iter_mut().filter(|test| test.field == GROUPS).for_each(|test| test.quantifier = stated);
            rule
        },
    )
}

pub fn templates() -> impl Strategy<Value = Template> {
    (prop::collection::vec(rules(), 0..5), prop::option::of(conditions()))
        .prop_map(|(rules, guard)| Template { guard, ..template(rules) })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_tree_becomes_a_program_that_is_proved_and_always_the_same(template in templates()) {
        let vocabulary = vocabulary();
        let compiled = compile(&template, &vocabulary, &Arguments::none()).unwrap();
        let again = compile(&template, &vocabulary, &Arguments::none()).unwrap();
        prop_assert_eq!(&compiled, &again);
        let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy };
        let proved = verify(compiled.program.bytes(), &scope).unwrap();
        prop_assert_eq!(proved.cost(), compiled.cost);
    }

    #[test]
    fn any_program_can_be_listed_and_rendered(template in templates()) {
        let vocabulary = vocabulary();
        let compiled = compile(&template, &vocabulary, &Arguments::none()).unwrap();
        let listing = listing(compiled.program.bytes(), &vocabulary, &[]);
        prop_assert!(!listing.contains("!!") && !listing.contains(" ??"), "{}", listing);
        let expressions = Expressions::default();
        let text = ToSource::new(&vocabulary).comparing(&expressions).entries_of(compiled.program.bytes()).join("\n");
        let shown = text.lines().filter(|line| !line.starts_with("//")).count();
        let left_out = text.matches("// A rule that the language cannot express").count();
        let guards = compiled.rules.iter().filter(|rule| rule.frame == Frame::Require).count();
        prop_assert_eq!(shown + left_out, compiled.rules.len(), "{} guards: {}", guards, text);
    }

    #[test]
    fn any_bytes_can_be_listed_and_rendered(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = listing(&bytes, &vocabulary(), &[]);
        let _ = ToSource::new(&vocabulary()).entries_of(&bytes);
    }
}
