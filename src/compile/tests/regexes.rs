//! Regular expressions: the refused constructs, and automata against an engine that interprets the
//! expression.

use proptest::prelude::*;
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, dfa::Automaton as _, dfa::dense};

use super::harness::*;
use crate::check::tree::Effect;
use crate::compile::arguments::Arguments;
use crate::compile::compile;
use crate::compile::error::TemplateError;
use crate::compile::expressions::Expressions;
use crate::compile::part::Part;
use crate::compile::regex;
use crate::program::Pattern;
use placet_core::bytecode::automaton::Automaton;
use placet_core::bytecode::fuel::Fuel;
use placet_core::bytecode::matching::{Unit, glob_matches};
use placet_core::model::matcher::Matcher;
use placet_core::model::types::Scalar;

fn matcher(pattern: &str, scalar: Scalar) -> Result<Pattern, TemplateError> {
    regex::matcher(&[Part::Literal(pattern.as_bytes())], scalar, &Expressions::default())
}

#[test]
fn a_bad_regex_is_an_error_and_never_silently_false() {
    for pattern in ["a(", "[", "a{2", "*", "\\", "(?=a)", "\\1", "a**b(", "(?P<n>a)(?P<n>b)", "[b-a]"] {
        let error = matcher(pattern, Scalar::String).unwrap_err();
        assert!(matches!(error, TemplateError::BadRegex { .. }), "{pattern}: {error:?}");
        assert!(error.help().is_some());
    }
    let bad = template(vec![rule(Effect::Deny, vec![(CACHE, regex("a("))])]);
    let errors = compile(&bad, &vocabulary(), &Arguments::none()).unwrap_err();
    assert_eq!(errors[0].to_string(), "`a(` is not a regular expression: unclosed group");
    assert_eq!(errors[0].at, Some(bad.rules[0].at));
}

#[test]
fn looking_around_is_refused() {
    for pattern in [r"\bfoo\b", r"a\B", r"(?m)^a$", r"(?-u:\b)a", r"\b{start}a"] {
        let refused = matcher(pattern, Scalar::String);
        assert!(matches!(refused, Err(TemplateError::BadRegex { .. })), "{pattern}: {refused:?}");
    }
    assert_eq!(matcher("^a|b$", Scalar::String).map(|matcher| automaton_matches(&matcher, b"a")), Ok(true));
}

#[test]
fn an_automaton_that_grows_too_large_is_an_error_with_a_way_out() {
    for pattern in ["(a|b)*a(a|b){20}", "[a-z]{300}", "((a{100}){100}){100}", r"(?u)\w{60}", r"(?u)(\d{1,99}x){99}"] {
        let start = std::time::Instant::now();
        let refused = matcher(pattern, Scalar::String).unwrap_err();
        assert!(matches!(refused, TemplateError::RegexTooLarge { .. }), "{pattern}: {refused:?}");
        assert!(refused.help().is_some());
        assert!(start.elapsed().as_secs() < 20, "{pattern}");
    }
}

#[test]
fn classes_of_all_of_unicode_are_large_and_the_help_says_so() {
    let refused = matcher(r"(?u)\w{3}", Scalar::String).unwrap_err();
    assert!(refused.help().is_some_and(|help| help.contains("(?u)")), "{refused:?}");
    assert!(matches!(matcher(r"\w{3}", Scalar::String), Ok(Pattern::Text(Matcher::Regex, small)) if small.len() < 64));
}

#[test]
fn an_expression_that_nothing_matches_has_no_automaton() {
    assert_eq!(matcher("[a&&b]", Scalar::String), Ok(Pattern::NEVER));
    assert_eq!(matcher("(a|bc)*[a&&b]", Scalar::String), Ok(Pattern::NEVER));
}

#[test]
fn of_bytes_a_character_is_a_byte() {
    let three = matcher("(?:..)+.", Scalar::Bytes).unwrap();
    assert!(automaton_matches(&three, b"\xff\xfe\n") && !automaton_matches(&three, b"ab"));
    let one = matcher("(?:é|..)+", Scalar::String).unwrap();
    assert!(automaton_matches(&one, "é".as_bytes()) && !automaton_matches(&one, "a".as_bytes()));
    let letters = matcher("é+", Scalar::Bytes).unwrap();
    assert!(automaton_matches(&letters, "éé".as_bytes()) && !automaton_matches(&letters, b"\xc3\xa9\xa9"));
}

#[test]
fn an_automaton_with_more_runs_than_a_byte_counts_is_refused_and_not_cut() {
    let every_other: String = (0..=255u8).step_by(2).map(|byte| format!("\\x{byte:02x}")).collect();
    let refused = matcher(&format!("(?:[{every_other}]a)*"), Scalar::Bytes);
    assert!(matches!(refused, Err(TemplateError::RegexTooLarge { .. })), "{refused:?}");
}

#[test]
fn the_text_of_an_automaton_says_what_it_does_also_with_arguments_in_it() {
    for (scalar, argument) in [
        (Scalar::String, "a+b {x} é \n#".as_bytes()),
        (Scalar::String, "-~&[]^\"\\".as_bytes()),
        (Scalar::Bytes, "é\u{0}".as_bytes()),
        (Scalar::Bytes, b"\xff\x00 x"),
    ] {
        let parts = [
            Part::Literal(b"(?ix: k "),
            Part::Argument { name: "p", text: argument.to_vec() },
            Part::Literal(b"+ )[0-9]{3}"),
        ];
        let Pattern::Text(Matcher::Regex, constant) = regex::matcher(&parts, scalar, &Expressions::default()).unwrap()
        else {
            panic!("an automaton")
        };
        let source = Automaton::read(&constant).unwrap().source();
        assert_eq!(regex::automaton_of(source, scalar, &Expressions::default()), Some(constant.clone()), "{source}");
    }
}

fn automaton_matches(matcher: &Pattern, value: &[u8]) -> bool {
    match matcher {
        Pattern::Any => true,
        Pattern::Equal(text) => value == text,
        Pattern::Text(Matcher::Prefix, text) => value.starts_with(text),
        Pattern::Text(Matcher::Suffix, text) => value.ends_with(text),
        Pattern::AnyOf(choices) => choices.iter().any(|choice| automaton_matches(choice, value)),
        Pattern::Text(Matcher::Regex, constant) => {
            let automaton = Automaton::read(constant).expect("the layout");
            assert!(automaton.is_sound());
            automaton.matches(value).expect("sound")
        }
        other => panic!("no outcome of a regular expression: {other:?}"),
    }
}

fn matches(matcher: &Pattern, value: &[u8], scalar: Scalar) -> bool {
    let unit = if scalar == Scalar::Bytes { Unit::Byte } else { Unit::Character };
    match matcher {
        Pattern::Text(Matcher::Glob, glob) => glob_matches(glob, value, unit, &Fuel::plenty()).unwrap(),
        other => automaton_matches(other, value),
    }
}

/// The whole of `value` against the expression, wrapped in anchors.
fn oracle(pattern: &str, value: &[u8], scalar: Scalar) -> bool {
    let text = scalar != Scalar::Bytes;
    let syntax = syntax::Config::new().dot_matches_new_line(true).unicode(text).utf8(text);
    let dense = dense::Builder::new()
        .syntax(syntax)
        .thompson(thompson::Config::new().utf8(text))
        .configure(dense::Config::new().match_kind(MatchKind::LeftmostFirst))
        .build(&format!(r"\A(?:{pattern})\z"))
        .unwrap();
    let input = Input::new(value).anchored(Anchored::Yes);
    dense.try_search_fwd(&input).unwrap().is_some_and(|found| found.offset() == value.len())
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("ab".to_owned()),
        Just(".".to_owned()),
        Just("[ab]".to_owned()),
        Just("[^a]".to_owned()),
        Just("".to_owned()),
        Just("^".to_owned()),
        Just("$".to_owned()),
        Just("(?i)A".to_owned()),
        Just("[0-9]".to_owned()),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("(?:{one})*")),
            inner.clone().prop_map(|one| format!("(?:{one})+?")),
            inner.clone().prop_map(|one| format!("(?:{one})?")),
            inner.clone().prop_map(|one| format!("({one}){{1,2}}")),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner, 2..3).prop_map(|parts| format!("(?:{})", parts.join("|"))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_becomes_of_an_expression_agrees_with_an_engine_on_strings(
        pattern in expression(),
        values in prop::collection::vec("[abA1é\n]{0,5}", 12),
    ) {
        let matcher = matcher(&pattern, Scalar::String).unwrap();
        for value in &values {
            let expected = oracle(&pattern, value.as_bytes(), Scalar::String);
            prop_assert_eq!(matches(&matcher, value.as_bytes(), Scalar::String), expected, "{:?} {:?}", pattern, value);
        }
    }

    #[test]
    fn what_becomes_of_an_expression_agrees_with_an_engine_on_bytes(
        pattern in expression(),
        values in prop::collection::vec(prop::collection::vec(prop::sample::select(&b"abA1\n\xff"[..]), 0..5), 12),
    ) {
        let matcher = matcher(&pattern, Scalar::Bytes).unwrap();
        for value in &values {
            let expected = oracle(&pattern, value, Scalar::Bytes);
            prop_assert_eq!(matches(&matcher, value, Scalar::Bytes), expected, "{:?} {:?}", pattern, value);
        }
    }
}
