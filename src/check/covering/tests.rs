//! The warnings are those that comparing each rule with each would give.

use super::*;
use crate::check::check;
use crate::check::library::Library;
use crate::check::tree::Checked;
use crate::syntax::parse;

const VOCABULARY: &str = "vocabulary v 1 {
    path: path, also: path optional, name: string optional, raw: bytes optional, n: int optional, at: time optional,
    ip: ip optional, yes: bool optional, tags: set of string optional, headers: labels optional
    action get, set, list
    role Reader = [get, list]
}
";

/// The rule, if it passes the check.
fn checked(rule: &str) -> Option<Checked> {
    let text = format!("{VOCABULARY} policy p(u: string, k: int, us: set of string) {{ {rule} }}");
    check(&parse::parse(&text).expect(&text), &Library::default()).checked
}

/// Pairs by comparing each rule with each.
fn by_pairs(vocabulary: &Vocabulary, rules: &[Rule]) -> Vec<(usize, usize)> {
    let first = |number| (0..rules.len()).find(|other| *other != number && covers(vocabulary, rules, *other, number));
    (0..rules.len()).filter_map(|number| Some((number, first(number)?))).collect()
}

/// Patterns that often cover each other, by the attribute that they are for.
const PATTERNS: [(&str, &[&str]); 10] = [
    (
        "path",
        &[
            "any",
            "\"/**\"",
            "\"/a/**\"",
            "\"/a/*\"",
            "\"/a/b\"",
            "\"/a/{u}/**\"",
            "\"/a/{u}\"",
            "\"/*/b/**\"",
            "== \"/a/b\"",
            "\"/a/b/c/d/e/f/g/h/i/j\"",
            "\"/a/b/c/d/e/f/g/h/i/**\"",
            "\"/**/b\"",
            "\"/a*/b\"",
            "[\"/a/**\", \"/b/*\"]",
            "not \"/a/**\"",
            "\"/a/b/**\"",
            "== \"/a/{u}\"",
            "== \"/\"",
            "\"/*\"",
        ],
    ),
    ("also", &["any", "absent", "\"/a/**\"", "== \"/a/b\"", "[\"/a/*\", absent]", "not \"/a/**\""]),
    (
        "name",
        &[
            "any",
            "absent",
            "\"ab\"",
            "\"abc\"",
            "prefix \"a\"",
            "prefix \"ab\"",
            "prefix \"{u}a\"",
            "prefix \"a{u}\"",
            "suffix \"c\"",
            "suffix \"bc\"",
            "suffix \"{u}c\"",
            "\"a{u}\"",
            "u",
            "us",
            "glob \"a*c\"",
            "glob \"a*\"",
            "~\"a+\"",
            "not \"ab\"",
            "not [\"ab\", \"x\"]",
            "[\"ab\", \"abc\"]",
            "[prefix \"ab\", \"x\"]",
            "[\"x\", absent]",
            "[\"ab\"]",
            "prefix \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabc\"",
        ],
    ),
    ("raw", &["x\"c3\"", "prefix x\"c3\"", "x\"c3a9\"", "prefix x\"c3a9\"", "suffix x\"a9\"", "\"é\""]),
    (
        "n",
        &[
            "any",
            "1",
            "5",
            "1..9",
            "0..100",
            "< 50",
            ">= 3",
            "9..5",
            "[9..5, 1]",
            "k",
            "k..9",
            "[1, 5]",
            "[1..9, 70]",
            "not 5",
            "-3..3",
            "255..257",
        ],
    ),
    ("at", &["2026-01-01T00:00:00Z", ">= 2026-01-01T00:00:00Z", "< 2027-01-01T00:00:00Z"]),
    (
        "ip",
        &[
            "any",
            "\"10.0.0.0/8\"",
            "\"10.1.0.0/16\"",
            "\"10.1.2.3\"",
            "\"::/0\"",
            "\"0.0.0.0/0\"",
            "\"::ffff:0:0/96\"",
            "\"2001:db8::/32\"",
            "\"2001:db8::1\"",
            "[\"10.0.0.0/8\", \"2001:db8::/32\"]",
            "not \"10.0.0.0/8\"",
        ],
    ),
    ("yes", &["true", "false", "any"]),
    ("tags", &["\"a\"", "prefix \"a\"", "[\"a\", \"ab\"]", "us", "any"]),
    (
        "headers",
        &[
            "any",
            "{ x: any }",
            "{ x: \"ab\" }",
            "{ x: \"ab\", y: any }",
            "{ y: absent }",
            "{ x: [\"ab\", absent] }",
            "{ x: prefix \"a\" }",
            "[{ x: \"ab\" }, { y: \"ab\" }]",
            "not { x: any }",
            "{ x: not \"ab\" }",
            "[{ x: any }, absent]",
        ],
    ),
];

const ACTIONS: [&str; 7] = ["get", "set", "[get, set]", "Reader", "not get", "not [get, set]", "any"];
const CONDITIONS: [&str; 3] = ["k > 1", "k > 2", "has n && n > 3"];

fn rule(random: &mut fastrand::Rng) -> String {
    let mut entries = Vec::new();
    if random.u8(..3) == 0 {
        entries.push(format!("action: {}", random.choice(ACTIONS).unwrap()));
    }
    for (attribute, patterns) in PATTERNS {
        if random.u8(..6) == 0 {
            entries.push(format!("{attribute}: {}", random.choice(patterns).unwrap()));
        }
    }
    let when = match random.u8(..5) {
        0 => format!("when {}", random.choice(CONDITIONS).unwrap()),
        _ => String::new(),
    };
    let effect = if when.is_empty() && random.u8(..4) == 0 { "deny" } else { "allow" };
    format!("{effect} {{ {} }} {when}\n", entries.join(", "))
}

#[test]
fn the_rules_that_are_found_are_those_that_comparing_each_with_each_finds() {
    let mut random = fastrand::Rng::with_seed(1);
    let pool: Vec<Checked> = (0..3_000).filter_map(|_| checked(&rule(&mut random))).collect();
    assert!(pool.len() > 1_000, "only {} rules are valid", pool.len());
    let vocabulary = &pool[0].vocabulary;
    let mut found = 0;
    for _ in 0..1_000 {
        let some = (0..random.usize(2..60)).map(|_| &pool[random.usize(..pool.len())].templates[0].rules[0]);
        let rules: Vec<Rule> = some.cloned().collect();
        let expected = by_pairs(vocabulary, &rules);
        assert_eq!(covered(vocabulary, &rules), expected, "{rules:#?}");
        found += expected.len();
    }
    assert!(found > 1_000, "only {found} rules were covered");
}

#[test]
fn many_rules_of_one_kind_are_compared_a_few_times_each() {
    let one = [
        "path: \"/tenants/{}/**\"",
        "path: \"/a/{}/*\"",
        "path: \"/*/{}/**\"",
        "name: \"{}\"",
        "name: prefix \"a/{}/\"",
        "name: suffix \"/{}\"",
        "name: glob \"{}*a*\"",
        "n: {}0..{}9",
        "headers: { x: \"{}\" }",
        "tags: \"{}\"",
        "path: [\"/a/{}/**\", \"/b/{}/**\"]",
    ];
    for pattern in one {
        let rule = |number: usize| format!("allow {{ {} }}\n", pattern.replace("{}", &(1_000 + number).to_string()));
        let rules: String = (0..2_000).map(rule).collect();
        let checked = checked(&rules).expect(pattern);
        let mut search =
            Search { vocabulary: &checked.vocabulary, rules: &checked.templates[0].rules, left: usize::MAX };
        assert_eq!(search.all(), [], "{pattern}");
        let comparisons = usize::MAX - search.left;
        // Ranges are compared with one on each level of a tree.
        assert!(comparisons < 12 * 2_000, "{comparisons} comparisons of {pattern}");
    }
}
