//! Bodies of good and bad parts: each bad one gets a message, and nothing else does.

use std::fs;

use crate::syntax::ast::Item;
use crate::syntax::parse::{parse, parse_partly};

const GOOD: [&str; 8] = [
    "ttl: 5m",
    "owner: \"x\"",
    "allow { action: get, cache: \"a\" }",
    "deny { a: 1 } when hour(time) in 8..18 unless has x",
    "never {}",
    "when: a == 1",
    "permissions: [{ role: R, cache: any }]",
    "allow {\n        a: 1\n        b: { c: \"d\" }\n    }\n        when any x in [1, 2]\n            && !has y[\"z\"]",
];

/// Each has one mistake.
const BAD: [&str; 14] = [
    "ttl = 5m",
    "owner \"x\"",
    "allow { a = 1 }",
    "allow { a: 1, b = 2, c: 3 }",
    "deny { a: 1 } when a = 1",
    "allow { a: 1 } if b",
    "permit { a: 1 }",
    "allow { a: 1 };",
    "allow read",
    "only { has a }",
    "ttl: *",
    "allow { a: b.c }",
    "allow {\n        a: 1\n        b \"2\"\n        c: 3\n    }",
    "when: a like \"b\"",
];

const GOOD_MEMBERS: [&str; 4] =
    ["name: string", "action get, set", "role Reader = [get]", "/// A doc.\n    tags: set of string optional"];

const BAD_MEMBERS: [&str; 6] =
    ["name string", "required name: string", "tags: [string]", "actions a, b", "name: string?", "role X [get]"];

const BETWEEN: [&str; 3] = [",\n    ", "\n    ", "\n\n    // So.\n    "];

/// A body of parts, some of which are bad, and where those are.
fn body(random: &mut fastrand::Rng, good: &[&str], bad: &[&str]) -> (String, Vec<(usize, usize)>) {
    let (mut text, mut places) = (String::new(), Vec::new());
    for _ in 0..random.usize(1..9) {
        let is_bad = random.usize(0..3) == 0;
        let part = random.choice(if is_bad { bad } else { good }).copied().unwrap_or_default();
        if is_bad {
            places.push((text.len(), text.len() + part.len()));
        }
        text.push_str(part);
        // After a comma, a list of actions goes on.
        let between = if part.starts_with("action") { &BETWEEN[1..] } else { &BETWEEN[..] };
        text.push_str(random.choice(between).copied().unwrap_or_default());
    }
    (text, places)
}

#[test]
fn every_part_that_is_wrong_has_one_message_and_no_other_part_has_any() {
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..4000 {
        let (head, good, bad) = match round % 2 {
            0 => ("policy broken(p: int) {\n    ", &GOOD[..], &BAD[..]),
            _ => ("vocabulary v 1 {\n    ", &GOOD_MEMBERS[..], &BAD_MEMBERS[..]),
        };
        let (parts, places) = body(&mut random, good, bad);
        let before = "use v\n\npolicy before { allow {} }\n\n";
        let text = format!("{before}{head}{parts}\n}}\n\npolicy after {{ allow {{}} }}\n");
        let parsed = parse_partly(&text);
        let found: Vec<_> = parsed.diagnostics.iter().map(|found| found.at.start).collect();
        let offset = before.len() + head.len();
        let wanted: Vec<_> = places.iter().map(|(start, end)| offset + start..offset + end + 1).collect();
        assert_eq!(found.len(), wanted.len(), "{text}\n{:?}", parsed.diagnostics);
        assert!(found.iter().zip(&wanted).all(|(at, part)| part.contains(at)), "{text}\n{:?}", parsed.diagnostics);
        assert_eq!(parsed.file.items.len(), 3 + usize::from(wanted.is_empty()), "{text}");
    }
}

#[test]
fn two_mistakes_of_one_line_are_both_said() {
    for (text, wanted) in [
        ("policy p { allow { action = get, path = \"/a\" } }", 2),
        ("token t { ttl = 5m, owner = \"x\" }", 2),
        ("policy p { allow { action: get }; deny { path: \"/a\" }; }", 2),
        ("policy p { allow { a = 1 } when b = 2 }", 2),
        ("policy { ttl = 5m\n owner \"x\" }", 3),
        ("policy p { ttl: 30days\n owner = \"x\" }", 2),
        ("policy p {\n allow { a = 1 }\n}\npolcy q {\n allow {}\n}\npolicy r {\n allow { b = 1 }\n}", 3),
    ] {
        let found = parse(text).expect_err(text);
        assert_eq!(found.len(), wanted, "{text}\n{found:?}");
    }
}

#[test]
fn what_is_wrong_in_one_item_loses_no_other_item() {
    const NEW: [&str; 12] = ["}", "{", "\"", "allow {}", "= ", " when ", ";", "///", ",", "[", "if", "\n"];
    let mut random = fastrand::Rng::with_seed(11);
    for path in ["policies/tenant.placet", "policies/payments.placet", "policies/everything_but.placet"] {
        let text = fs::read_to_string(path).expect("a policy file");
        let items = parse(&text).expect("no mistakes").items;
        for _ in 0..300 {
            let broken = random.usize(0..items.len());
            let span = items[broken].at.0;
            let places: Vec<_> = (span.start..span.end).filter(|&at| text.is_char_boundary(at)).collect();
            let from = random.choice(&places).copied().unwrap_or(span.start);
            let mut changed = text.clone();
            changed.insert_str(from, random.choice(NEW).unwrap_or(""));
            let left = parse_partly(&changed).file.items;
            // An item without an end takes the beginning of the next one with it.
            let others = items.iter().enumerate().filter(|(number, _)| !(broken..=broken + 1).contains(number));
            let lost: Vec<&Item> = others.map(|(_, item)| item).filter(|item| !left.contains(item)).collect();
            assert!(lost.is_empty(), "{changed}\n{lost:?}");
        }
    }
}
