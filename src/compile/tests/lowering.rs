//! Patterns, actions and conditions, one by one.

use super::harness::*;
use crate::check::tree::{Actions, ArgumentNo, Condition, Constant, Effect, Network, Operand, Pattern, Term};
use crate::compile::arguments::Argument;
use crate::syntax::ast::Comparison;
use placet_core::model::arithmetic::Arithmetic;
use placet_core::model::function::Function;
use placet_core::model::matcher::Matcher;
use placet_core::model::predicate::Predicate;
use placet_core::model::types::Scalar;
use placet_core::model::value::Address;
use placet_core::model::vocabulary::{ActionNo, TIME};

fn is_plain_frame(line: &str) -> bool {
    line.starts_with("allow +") || line.starts_with("deny +")
}

fn address(text: &str) -> Address {
    text.parse::<core::net::IpAddr>().unwrap().into()
}

#[test]
fn an_equal_value_is_compared_in_the_way_of_its_type() {
    assert_eq!(lowers(CACHE, equal(string("acorns"))), ["eq \"acorns\""]);
    assert_eq!(lowers(BLOB, equal(Constant::Bytes(vec![0, 255]))), ["eq x\"00ff\""]);
    assert_eq!(lowers(BLOB, equal(string("é"))), ["eq \"é\""]);
    assert_eq!(lowers(PATH, equal(Constant::Path("/a".to_owned()))), ["eq \"/a\""]);
    assert_eq!(lowers(ID, equal(Constant::Uuid([0x11; 16]))), ["eq \"11111111-1111-1111-1111-111111111111\""]);
    assert_eq!(lowers(FLAG, equal(Constant::Bool(true))), ["is.true"]);
    assert_eq!(lowers(FLAG, equal(Constant::Bool(false))), ["is.false"]);
    assert_eq!(lowers(AMOUNT, equal(Constant::Int(-7))), ["range -7..=-7"]);
    assert_eq!(lowers(WAIT, equal(Constant::Duration(5_400_000))), ["range 1h30m..=1h30m"]);
    assert_eq!(lowers(TIME, equal(Constant::Time(0))), ["range 1970-01-01T00:00:00Z..=1970-01-01T00:00:00Z"]);
    assert_eq!(lowers(IP, equal(Constant::Ip(address("10.0.0.1")))), ["net \"10.0.0.1\""]);
    assert_eq!(lowers(IP, equal(Constant::Ip(address("2001:db8::1")))), ["net \"2001:db8::1\""]);
}

#[test]
fn an_excluded_end_of_a_range_is_the_number_beside_it() {
    let range = |first, last| lowers(AMOUNT, Pattern::Range(first, last));
    assert_eq!(range(bound(1, true), bound(10, false)), ["range 1..=9"]);
    assert_eq!(range(bound(1, false), bound(10, true)), ["range 2..=10"]);
    assert_eq!(range(bound(5, true), None), ["range 5..=max"]);
    assert_eq!(range(None, bound(5, false)), ["range min..=4"]);
    assert_eq!(range(None, None), ["any"]);
}

#[test]
fn a_range_without_numbers_matches_nothing_and_does_not_wrap_around() {
    let never = ["any.of +0"];
    let range = |first, last| lowers(AMOUNT, Pattern::Range(first, last));
    assert_eq!(range(bound(i64::MAX, false), None), never);
    assert_eq!(range(None, bound(i64::MIN, false)), never);
    assert_eq!(range(bound(5, true), bound(5, false)), never);
    assert_eq!(lowers(AMOUNT, Pattern::Not(Box::new(Pattern::Range(bound(i64::MAX, false), None)))), ["any"]);
}

#[test]
fn a_network_keeps_its_family() {
    let network = |first, bits| lowers(IP, Pattern::Network(Network { first: address(first), bits }));
    assert_eq!(network("10.0.0.0", 104), ["net \"10.0.0.0/8\""]);
    assert_eq!(network("0.0.0.0", 96), ["net \"0.0.0.0/0\""]);
    assert_eq!(network("2001:db8::", 32), ["net \"2001:db8::/32\""]);
    assert_eq!(network("::", 0), ["net \"::/0\""]);
}

#[test]
fn presence_and_absence_are_instructions() {
    assert_eq!(lowers(CACHE, Pattern::Any), ["any"]);
    assert_eq!(lowers(CACHE, Pattern::Absent), ["absent"]);
    assert_eq!(lowers(CACHE, Pattern::Not(Box::new(Pattern::Absent))), ["any"]);
    assert_eq!(lowers(CACHE, Pattern::Not(Box::new(Pattern::Any))), ["any.of +0"]);
    assert_eq!(lowers(CACHE, Pattern::Not(Box::new(equal(string("a"))))), ["not", "  eq \"a\""]);
}

#[test]
fn a_list_is_flat_without_duplicates_and_has_cheap_patterns_first() {
    let list = Pattern::OneOf(vec![
        glob("a*b"),
        affix(Matcher::Prefix, "p"),
        Pattern::OneOf(vec![equal(string("x")), equal(string("y"))]),
        equal(string("x")),
    ]);
    let expected = ["any.of +8", "  eq \"x\"", "  eq \"y\"", "  prefix \"p\"", "  glob \"a*b\""];
    assert_eq!(lowers(CACHE, list), expected);
    assert_eq!(lowers(CACHE, Pattern::OneOf(vec![equal(string("x"))])), ["eq \"x\""]);
    assert_eq!(lowers(CACHE, Pattern::OneOf(vec![equal(string("x")), Pattern::Any])), ["any"]);
    assert_eq!(
        lowers(CACHE, Pattern::OneOf(vec![Pattern::Absent, equal(string("x"))])),
        ["any.of +3", "  absent", "  eq \"x\""]
    );
    assert_eq!(lowers(CACHE, Pattern::OneOf(Vec::new())), ["any.of +0"]);
}

#[test]
fn a_set_that_is_an_argument_is_a_sorted_list() {
    let set = |values: &[&str]| Argument::Set(values.iter().map(|value| string(value)).collect());
    let pattern = || Pattern::InParameter(ArgumentNo(0));
    let lowered = lowers_with(CACHE, pattern(), &[set(&["b", "a", "b"])]).unwrap();
    assert_eq!(lowered, ["any.of +4", "  eq \"a\"", "  eq \"b\""]);
    assert_eq!(lowers_with(CACHE, pattern(), &[set(&["a"])]).unwrap(), ["eq \"a\""]);
    assert_eq!(lowers_with(CACHE, pattern(), &[set(&[])]).unwrap(), ["any.of +0"]);
}

#[test]
fn labels_are_asked_one_by_one() {
    let one = ("dc".to_owned(), equal(string("eu")));
    let two = ("host".to_owned(), Pattern::Any);
    assert_eq!(lowers(LABELS, Pattern::Labels(vec![one.clone()])), ["label \"dc\"", "  eq \"eu\""]);
    assert_eq!(
        lowers(LABELS, Pattern::Labels(vec![one, two])),
        ["all.of +7", "  label \"dc\"", "    eq \"eu\"", "  label \"host\"", "    any"]
    );
    assert_eq!(lowers(LABELS, Pattern::Labels(Vec::new())), ["any.of +2", "  any", "  absent"]);
}

#[test]
fn an_affix_without_text_is_presence() {
    assert_eq!(lowers(CACHE, affix(Matcher::Prefix, "user/")), ["prefix \"user/\""]);
    assert_eq!(lowers(CACHE, affix(Matcher::Suffix, ".png")), ["suffix \".png\""]);
    assert_eq!(lowers(CACHE, affix(Matcher::Prefix, "")), ["any"]);
}

#[test]
fn a_glob_becomes_the_simplest_thing_that_says_the_same() {
    for (pattern, expected) in [
        ("acorns", "eq \"acorns\""),
        ("", "eq \"\""),
        ("x*", "prefix \"x\""),
        ("*x", "suffix \"x\""),
        ("*", "any"),
        ("***", "any"),
        ("a*b", "glob \"a*b\""),
        ("a**b", "glob \"a*b\""),
        ("a*?*b", "glob \"a?*b\""),
        ("a\\*b", "eq \"a*b\""),
        ("a\\*b*", "prefix \"a*b\""),
        ("\\*?", "glob \"\\*?\""),
        ("a\\\\", "eq \"a\\\\\""),
    ] {
        assert_eq!(lowers(CACHE, glob(pattern)), [expected], "{pattern}");
    }
}

#[test]
fn a_path_pattern_becomes_the_simplest_thing_that_says_the_same() {
    for (pattern, expected) in [
        ("/a/b", "eq \"/a/b\""),
        ("/", "eq \"/\""),
        ("/**", "any"),
        ("/**/**", "any"),
        ("/a/b/**", "within \"/a/b\""),
        ("/a/b/**/**", "within \"/a/b\""),
        ("/a/*", "path \"/a/*\""),
        ("/a/*/**", "path \"/a/*/**\""),
        ("/a/**/*", "path \"/a/*/**\""),
        ("/**/.admin/**", "path \"/**/.admin/**\""),
        ("/img-*/x", "path \"/img-*/x\""),
    ] {
        assert_eq!(lowers(PATH, path(pattern)), [expected], "{pattern}");
    }
}

#[test]
fn a_regular_expression_becomes_the_simplest_thing_that_says_the_same() {
    for (pattern, expected) in [
        ("eu-1", &["eq \"eu-1\""][..]),
        ("", &["eq \"\""]),
        ("eu-.*", &["prefix \"eu-\""]),
        ("^eu-.*$", &["prefix \"eu-\""]),
        (".*-prod", &["suffix \"-prod\""]),
        (".*", &["any"]),
        ("(?:a)(b)", &["eq \"ab\""]),
        ("a.*b", &["glob \"a*b\""]),
        (".+", &["glob \"?*\""]),
        ("eu.", &["glob \"eu?\""]),
        ("a|bc", &["any.of +4", "  eq \"a\"", "  eq \"bc\""]),
        ("eu-(west|east)", &["any.of +4", "  eq \"eu-west\"", "  eq \"eu-east\""]),
        ("https?", &["any.of +4", "  eq \"http\"", "  eq \"https\""]),
        ("[CF]|kelvin", &["any.of +6", "  eq \"C\"", "  eq \"F\"", "  eq \"kelvin\""]),
        ("eu-.*|us-.*", &["any.of +4", "  prefix \"eu-\"", "  prefix \"us-\""]),
        (r"a\.b\*", &["eq \"a.b*\""]),
    ] {
        assert_eq!(lowers(CACHE, regex(pattern)), expected, "{pattern}");
    }
    assert_eq!(lowers(CACHE, regex("(ab)+")), ["regex \"(ab)+\" (4 states, 30 bytes)"]);
}

#[test]
fn a_set_of_actions_is_the_smallest_test_for_it() {
    let actions = |effect, listed: &[u16], negated| {
        let mut rule = rule(effect, Vec::new());
        rule.actions = Some(Actions { listed: listed.iter().copied().map(ActionNo).collect(), negated });
        lines(&compiled(vec![rule]))
            .into_iter()
            .map(|line| line.trim().to_owned())
            .filter(|line| !is_plain_frame(line))
            .collect::<Vec<_>>()
    };
    assert_eq!(actions(Effect::Allow, &[3], false), ["allow.is put +0"]);
    assert_eq!(actions(Effect::Allow, &[1, 2, 3], false), ["allow.in head..put +0"]);
    assert_eq!(actions(Effect::Allow, &[0, 3], false), ["action.set [get, put]"]);
    assert_eq!(actions(Effect::Deny, &[0, 3], false), ["action.set [get, put]"]);
    assert_eq!(actions(Effect::Allow, &[], false), ["action.set []"]);
}

#[test]
fn all_other_actions_are_those_of_today_where_allowed_and_later_ones_too_where_denied() {
    let actions = |effect, listed: &[u16]| {
        let mut rule = rule(effect, Vec::new());
        rule.actions = Some(Actions { listed: listed.iter().copied().map(ActionNo).collect(), negated: true });
        lines(&compiled(vec![rule]))
            .into_iter()
            .map(|line| line.trim().to_owned())
            .filter(|line| !is_plain_frame(line))
            .collect::<Vec<_>>()
    };
    assert_eq!(actions(Effect::Allow, &[0]), ["allow.in head..drop +0"]);
    assert_eq!(actions(Effect::Allow, &[1]), ["action.set [get, list, put, drop]"]);
    assert_eq!(actions(Effect::Allow, &[]), ["allow.in get..drop +0"]);
    assert_eq!(actions(Effect::Allow, &[0, 1, 2, 3, 4]), ["action.set []"]);
    assert_eq!(actions(Effect::Deny, &[0]), ["action.not [get]"]);
    assert_eq!(actions(Effect::Deny, &[]), Vec::<String>::new());
}

#[test]
fn a_rule_tests_the_action_first_then_cheap_patterns_then_the_condition() {
    let mut rule = rule(
        Effect::Allow,
        vec![(CACHE, regex("(ab)+")), (PATH, path("/a/**")), (AMOUNT, equal(Constant::Int(1))), (BLOB, glob("a*b"))],
    );
    rule.actions = Some(Actions { listed: vec![ActionNo(0)], negated: false });
    rule.condition = Some(Box::new(Condition::Has(GROUPS)));
    let compiled = compiled(vec![rule]);
    let lines = lines(&compiled);
    let order: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !is_plain_frame(line)).collect();
    assert_eq!(
        order,
        [
            "allow.is get +20",
            "test amount",
            "range 1..=1",
            "test path",
            "within \"/a\"",
            "test blob",
            "glob \"a*b\"",
            "test cache",
            "regex \"(ab)+\" (4 states, 30 bytes)",
            "when",
            "has groups"
        ]
    );
}

fn compare(comparison: Comparison, left: Operand, right: Operand) -> Condition {
    Condition::Compare(comparison, left, right)
}

#[test]
fn greater_is_less_the_other_way_round() {
    let eight = || constant(Constant::Int(8));
    let hour_line = ["  hour", "    field time"];
    for (comparison, op, field_first) in [
        (Comparison::Less, "less", true),
        (Comparison::LessOrEqual, "less.eq", true),
        (Comparison::Greater, "less", false),
        (Comparison::GreaterOrEqual, "less.eq", false),
        (Comparison::Equal, "equal", true),
        (Comparison::NotEqual, "unequal", true),
    ] {
        let expected: Vec<&str> = match field_first {
            true => [&[op][..], &hour_line, &["  int 8"]].concat(),
            false => [&[op, "  int 8"][..], &hour_line].concat(),
        };
        assert_eq!(asks(compare(comparison, hour(), eight())), expected, "{comparison:?}");
    }
}

#[test]
fn joined_conditions_are_flat() {
    let has = || Condition::Has(GROUPS);
    let flat = ["all +6", "  has groups", "  has groups", "  has groups"];
    assert_eq!(asks(Condition::All(vec![Condition::All(vec![has(), has()]), has()])), flat);
    let flat = ["some +6", "  has groups", "  has groups", "  has groups"];
    assert_eq!(asks(Condition::AnyOf(vec![has(), Condition::AnyOf(vec![has(), has()])])), flat);
    assert_eq!(asks(Condition::Not(Box::new(has()))), ["negate", "  has groups"]);
    assert_eq!(asks(Condition::Not(Box::new(Condition::Not(Box::new(has()))))), ["has groups"]);
}

#[test]
fn every_other_condition_has_an_instruction() {
    let cache = || Operand::Field(CACHE);
    let text = |text| constant(string(text));
    let label = || Operand::Label(LABELS, "dc".to_owned());
    for (condition, expected) in [
        (Condition::Matches(cache(), affix(Matcher::Prefix, "a")), &["matches", "  field cache", "  prefix \"a\""][..]),
        (
            Condition::Matches(hour(), equal(Constant::Int(8))),
            &["matches", "  hour", "    field time", "  range 8..=8"],
        ),
        (Condition::Some(GROUPS, equal(string("ops"))), &["any.el groups", "  eq \"ops\""]),
        (Condition::Every(ITEM, equal(string("a"))), &["every.el item", "  eq \"a\""]),
        (Condition::Member(cache(), GROUPS), &["member groups", "  field cache"]),
        (Condition::HasLabel(LABELS, "dc".to_owned()), &["has.label labels \"dc\""]),
        (Condition::Call(Predicate::StartsWith, cache(), text("a")), &["starts", "  field cache", "  string \"a\""]),
        (
            Condition::Call(Predicate::EndsWith, label(), text("a")),
            &["ends", "  label.of labels \"dc\"", "  string \"a\""],
        ),
        (Condition::Call(Predicate::Contains, cache(), text("a")), &["contains", "  field cache", "  string \"a\""]),
        (Condition::Truth(Operand::Field(FLAG)), &["truth", "  field flag"]),
        (compare(Comparison::Less, Operand::Issuance, Operand::Expiry), &["less", "  issuance", "  expiry"]),
        (
            compare(Comparison::Less, Operand::Size(GROUPS), Operand::Call(Function::Length, Box::new(cache()))),
            &["less", "  size groups", "  length", "    field cache"],
        ),
        (
            compare(
                Comparison::Less,
                Operand::Compute(Arithmetic::Subtract, Box::new(Operand::Field(TIME)), Box::new(Operand::Issuance)),
                constant(Constant::Duration(60_000)),
            ),
            &["less", "  subtract", "    field time", "    issuance", "  duration 1m"],
        ),
        (
            compare(
                Comparison::Equal,
                Operand::Call(Function::Minute, Box::new(Operand::Field(TIME))),
                Operand::Call(Function::Weekday, Box::new(Operand::Field(TIME))),
            ),
            &["equal", "  minute", "    field time", "  weekday", "    field time"],
        ),
    ] {
        // Beside another one, since a conjunct of its own may become a test.
        let beside = Condition::AnyOf(vec![Condition::Has(GROUPS), condition]);
        let lines = asks(beside);
        let [head, has, rest @ ..] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(head.starts_with("some +") && has == "  has groups");
        let rest: Vec<&str> = rest.iter().map(|line| &line[2..]).collect();
        assert_eq!(rest, expected);
    }
}

#[test]
fn a_condition_may_have_every_type_of_constant() {
    for (field, value, expected) in [
        (CACHE, string("a"), "string \"a\""),
        (BLOB, Constant::Bytes(vec![1]), "bytes x\"01\""),
        (PATH, Constant::Path("/a".to_owned()), "path.of \"/a\""),
        (IP, Constant::Ip(address("10.0.0.1")), "ip \"10.0.0.1\""),
        (AMOUNT, Constant::Int(3), "int 3"),
        (ID, Constant::Uuid([0; 16]), "uuid \"00000000-0000-0000-0000-000000000000\""),
        (WAIT, Constant::Duration(1), "duration 1ms"),
        (TIME, Constant::Time(1), "time 1970-01-01T00:00:00.001Z"),
        (FLAG, Constant::Bool(true), "yes"),
        (FLAG, Constant::Bool(false), "no"),
    ] {
        let asked = asks(compare(Comparison::NotEqual, Operand::Field(field), constant(value)));
        assert_eq!(asked.last().map(|line| line.trim()), Some(expected));
    }
}

#[test]
fn what_the_arguments_decide_is_decided_when_minting() {
    let decided = |condition| {
        let mut rule = rule(Effect::Allow, Vec::new());
        rule.condition = Some(Box::new(condition));
        lines(&compiled(vec![rule]))
    };
    let (allowed, dropped) = (vec!["allow +0".to_owned()], Vec::<String>::new());
    let one = || constant(Constant::Int(1));
    let two = || constant(Constant::Int(2));
    assert_eq!(decided(compare(Comparison::Less, one(), two())), allowed);
    assert_eq!(decided(compare(Comparison::Greater, one(), two())), dropped);
    assert_eq!(decided(Condition::All(vec![])), allowed);
    assert_eq!(decided(Condition::AnyOf(vec![])), dropped);
    assert_eq!(decided(Condition::Truth(constant(Constant::Bool(false)))), dropped);
    assert_eq!(decided(Condition::Not(Box::new(Condition::Constant(false)))), allowed);
    let greatest = Operand::Compute(Arithmetic::Add, Box::new(constant(Constant::Int(i64::MAX))), Box::new(one()));
    assert_eq!(decided(compare(Comparison::Equal, greatest, constant(Constant::Int(i64::MAX)))), allowed);
    let starts = Condition::Call(Predicate::StartsWith, constant(string("ab")), constant(string("a")));
    assert_eq!(decided(starts), allowed);
    let has = Condition::Has(GROUPS);
    assert_eq!(asks(Condition::All(vec![Condition::Constant(true), has.clone()])), ["has groups"]);
    assert_eq!(asks(Condition::AnyOf(vec![has, Condition::Constant(false)])), ["has groups"]);
}

#[test]
fn a_string_is_accepted_where_bytes_are_expected() {
    let term = Term::Parameter(ArgumentNo(0));
    assert_eq!(lowers_with(BLOB, Pattern::Equal(term.clone()), &["é".into()]).unwrap(), ["eq \"é\""]);
    let operand = Operand::Term(Term::Constant(string("a")), Scalar::Bytes);
    let asked = asks(compare(Comparison::NotEqual, Operand::Field(BLOB), operand));
    assert_eq!(asked, ["unequal", "  field blob", "  bytes \"a\""]);
}
