//! The tables of the language reference are what the checker does, and no word of the language is missing from it.

use std::collections::BTreeSet;

use placet::check::library::Library;
use placet::document::Document;
use serde_json::Value;

use super::markdown::blocks;
use super::{files, read};
use crate::cli_support::Place;

const PATTERNS: &str = "docs/book/reference/patterns.md";
const MAP_FORM: &str = "docs/book/reference/map-form.md";

/// The cells of the rows of the first table after a heading, without its head.
fn table<'p>(page: &'p str, heading: &str) -> Vec<Vec<&'p str>> {
    let (_, rest) = page.split_once(heading).unwrap();
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &'p str| row.trim_matches('|').split(" | ").map(str::trim).collect();
    rows.skip(2).map(cells).collect()
}

/// The code spans of a cell.
fn spans(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Types in the order of the table's columns, each with a literal, and with a larger one if the type is ordered.
const TYPES: [(&str, &str, &str); 11] = [
    ("bool", "true", "false"),
    ("int", "1", "2"),
    ("string", "\"a\"", "\"b\""),
    ("bytes", "x\"00\"", "x\"01\""),
    ("uuid", "\"0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f\"", "\"7b9e4c1a-8d2f-4e6b-b3a5-1c2d3e4f5a6b\""),
    ("time", "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"),
    ("duration", "1m", "2m"),
    ("ip", "\"10.0.0.1\"", "\"10.0.0.2\""),
    ("path", "\"/a\"", "\"/b\""),
    ("url", "\"https://a.de/\"", "\"https://b.de/\""),
    ("labels", "\"a\"", "\"b\""),
];

/// The patterns of each row, of two values of the type.
fn samples(row: usize, a: &str, b: &str) -> Vec<String> {
    match row {
        0 => vec![a.to_owned(), format!("== {a}"), format!("!= {a}")],
        1 => vec!["any".to_owned(), "absent".to_owned(), "[any, absent]".to_owned(), "not absent".to_owned()],
        2 => vec!["prefix \"a/\"".to_owned(), "suffix \".a\"".to_owned()],
        3 => vec![format!("nocase {a}")],
        4 => vec!["nocase prefix \"a/\"".to_owned(), "nocase suffix \".a\"".to_owned()],
        5 => vec!["glob \"a*\"".to_owned()],
        6 => vec!["~\"a.*\"".to_owned()],
        7 => vec![format!("{a}..{b}"), format!("< {a}"), format!("<= {a}"), format!("> {a}"), format!(">= {a}")],
        8 => vec!["[\"10.0.0.0/8\", \"2001:db8::/32\"]".to_owned()],
        9 => vec!["[\"/a/*/**\"]".to_owned()],
        10 => vec!["\"https://*.a.de/**\"".to_owned(), "public".to_owned()],
        11 => vec!["{ name: \"a\" }".to_owned()],
        _ => panic!("the table has a row that no sample is of"),
    }
}

fn is_accepted(ty: &str, pattern: &str) -> bool {
    let text = format!("vocabulary v 1 {{ it: {ty} optional action go }} policy p {{ allow {{ it: {pattern} }} }}");
    let document = Document::from_text("row", &text, Library::built_in());
    document.is_ok()
}

#[test]
fn the_table_of_types_and_patterns_is_what_the_checker_does() {
    let page = read(PATTERNS);
    let rows = table(&page, "## Which pattern for which type");
    assert_eq!(rows.len(), 12);
    for (number, row) in rows.iter().enumerate() {
        for ((ty, a, b), cell) in TYPES.iter().zip(&row[1..]) {
            // What is a network, a url or has segments elsewhere is only text there.
            if (8..=10).contains(&number) && ["string", "bytes"].contains(ty) {
                continue;
            }
            for pattern in samples(number, a, b) {
                assert_eq!(is_accepted(ty, &pattern), *cell == "✓", "{pattern} on {ty}");
            }
        }
    }
}

#[test]
fn the_table_of_urls_is_what_is_decided() {
    let page = read(PATTERNS);
    let place = Place::new();
    let (mut policies, mut cases) =
        (String::from("vocabulary v 1 { url: url action go }\n"), String::from("at 2026-07-28T12:00:00Z\n"));
    for (number, row) in table(&page, "## URLs").iter().enumerate() {
        let pattern = spans(row[0])[0];
        policies.push_str(&format!("policy p{number} {{ allow {{ url: {pattern} }} }}\n"));
        cases.push_str(&format!("policy p{number}\nat 2026-07-28T12:00:00Z\n"));
        for (cell, verdict) in row[1..].iter().zip(["allow", "not_permitted"]) {
            spans(cell).iter().for_each(|url| cases.push_str(&format!("{verdict} go {{ url: \"{url}\" }}\n")));
        }
    }
    place.write("urls.placet", &policies);
    place.write("urls.cases", &cases);
    place.placet("test urls.cases").yes();
}

#[test]
fn the_table_of_paths_is_what_is_decided() {
    let page = read(PATTERNS);
    let rows = table(&page, "## Paths");
    assert!(rows.len() >= 7);
    let place = Place::new();
    let (mut policies, mut cases) = ("use http\n".to_owned(), String::new());
    for (number, row) in rows.iter().enumerate() {
        let pattern = spans(row[0])[0];
        policies.push_str(&format!("policy p{number} {{ allow {{ path: {pattern} }} }}\n"));
        cases.push_str(&format!("policy p{number}\n"));
        for (cell, verdict) in row[1..].iter().zip(["allow", "not_permitted"]) {
            spans(cell).iter().for_each(|path| cases.push_str(&format!("{verdict} GET {{ path: \"{path}\" }}\n")));
        }
    }
    place.write("paths.placet", &policies);
    place.write("paths.cases", &cases);
    place.placet("test paths.cases").yes();
}

/// With texts for the patterns that a row of the table calls `p` and `q`.
fn with_patterns(written: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "$\"".contains(letter);
    let mut whole = String::new();
    for piece in written.split_inclusive(|letter| !is_letter(letter)) {
        let word = piece.trim_end_matches(|letter| !is_letter(letter));
        match word {
            "p" | "q" => whole.push_str(&format!("\"{word}\"")),
            _ => whole.push_str(word),
        }
        whole.push_str(&piece[word.len()..]);
    }
    whole
}

#[test]
fn the_table_of_the_map_form_says_the_same_in_both_columns() {
    let page = read(MAP_FORM);
    let rows = table(&page, "## Patterns");
    assert!(rows.len() >= 11);
    let place = Place::new();
    let (mut maps, mut texts) = (String::new(), String::new());
    for row in rows {
        let [json, text] = [row[0], row[1]].map(spans);
        assert_eq!(json.len(), text.len(), "{row:?}");
        for (json, text) in json.iter().zip(text) {
            let json = with_patterns(json);
            let text = with_patterns(text);
            let name = format!("x{}", texts.lines().count());
            maps.push_str(&format!("{{\"let\": \"{name}\", \"value\": {json}}},"));
            texts.push_str(&format!("let {name} = {text}\n"));
        }
    }
    place.write("table.json", &format!("{{\"items\": [{}]}}", maps.trim_end_matches(',')));
    place.write("table.placet", &texts);
    let [map, text] =
        ["table.json", "table.placet"].map(|file| place.placet(&format!("fmt --to json {file}")).yes().out);
    assert_eq!(map, text);
}

/// The words that a message offers in backticks, for a file with one mistake.
fn offered(place: &Place, text: &str, code: &str) -> Vec<String> {
    place.write("mistake.placet", text);
    let json = place.json("check mistake.placet");
    let found = json["files"][0]["diagnostics"].as_array().unwrap();
    let help = found.iter().find(|one| one["code"] == code).and_then(|one| one["help"].as_str());
    let help = help.unwrap_or_else(|| panic!("{text}: {found:#?}"));
    spans(help)
        .iter()
        .filter(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        .map(|word| (*word).to_owned())
        .collect()
}

/// Every word of the language that its grammar or its messages know.
fn words_of_the_language() -> BTreeSet<String> {
    let place = Place::new();
    let grammar = read("grammar/placet.pest");
    let rules = grammar.lines().filter(|line| !line.trim_start().starts_with("///"));
    let literals = rules.flat_map(|line| line.split('"').skip(1).step_by(2));
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let mut words: BTreeSet<String> = literals.filter(is_word).map(str::to_owned).collect();
    let policy = |rule: &str| format!("use http policy p {{ allow {{ path: \"/a\" }} when {rule} }}");
    words.extend(offered(&place, &policy("xxxxxxxx(time) == 1"), "E0209"));
    words.extend(offered(&place, &policy("time < token.xxxxxxxxx"), "E0211"));
    words.extend(offered(&place, "use http token t { xxxxxxxxx: 5m }", "E0208"));
    words.extend(offered(&place, "use http policy p(a: xxxxxxxxx) { allow { path: \"/a\" } }", "E0109"));
    words
}

#[test]
fn no_word_of_the_language_is_missing_from_the_reference() {
    let mut shown = BTreeSet::new();
    for entry in files("docs/book/reference") {
        let page = read(entry);
        for block in blocks(&page).iter().filter(|block| ["placet", "cases"].contains(&block.language)) {
            let words = block.text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            shown.extend(words.map(str::to_owned));
        }
        // `vouched` needs a key that nobody has.
        spans(&page).iter().filter_map(|span| span.split_once('(')).for_each(|(word, _)| {
            shown.insert(word.to_owned());
        });
    }
    let words = words_of_the_language();
    assert!(words.len() > 60, "{words:?}");
    let missing: Vec<_> = words.difference(&shown).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What a policy in the map form is made of: its operators, keys of blocks, types, and the words and signs of its
/// conditions. Names that the author chose are left out, since nothing can explain them.
fn constructs(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(map) => {
            let is_block = ["token", "policy", "restriction"].into_iter().any(|word| map.contains_key(word));
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("when" | "unless", Value::String(condition)) => found.extend(signs(condition)),
                    ("type", Value::String(ty)) if map.contains_key("attribute") => {
                        found.insert(ty.clone());
                    }
                    ("params", Value::Object(params)) => {
                        found.extend(params.values().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ if is_block || key.starts_with('$') || map.contains_key("attribute") => {
                        found.insert(key.clone());
                    }
                    _ => {}
                }
                constructs(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|one| constructs(one, found)),
        Value::String(text) if text.contains("**") => {
            found.insert("**".to_owned());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The operators and functions of a condition, and whether a text of it has a splice.
fn signs(condition: &str) -> Vec<String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let has_splice = condition.split('"').skip(1).step_by(2).any(|text| text.contains('{'));
    let code = condition.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let operators = code.split(|letter: char| is_letter(letter) || " ()[]*.:+-,".contains(letter));
    let words = code.split(|letter: char| !is_letter(letter) && letter != '(');
    let functions = words.filter(|word| word.ends_with('(') && word.len() > 1);
    let keywords = code.split(' ').filter(|word| ["in", "has", "any", "all", "+", "-"].contains(word));
    let splice = has_splice.then_some("a splice in a condition");
    operators
        .filter(|sign| !sign.is_empty())
        .chain(functions)
        .chain(keywords)
        .chain(splice)
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_manual_shows_all_that_the_example_policies_are_made_of() {
    let place = Place::new();
    let constructs_of = |text: &str| {
        let mut found = BTreeSet::new();
        place.write("one.placet", text);
        let ran = place.placet("fmt --to json one.placet").yes();
        constructs(&serde_json::from_str(&ran.out).unwrap(), &mut found);
        found
    };
    let mut shown = BTreeSet::new();
    for path in super::pages().iter().filter(|path| path.starts_with("docs/book")) {
        for block in blocks(&read(path)).iter().filter(|block| block.language == "placet") {
            shown.extend(constructs_of(block.text));
        }
    }
    let policies = files("policies").into_iter().filter(|path| path.extension().is_some_and(|end| end == "placet"));
    let mut count = 0;
    for path in policies {
        count += 1;
        let missing: Vec<_> = constructs_of(&read(&path)).difference(&shown).cloned().collect();
        assert!(missing.is_empty(), "{} has what no page shows: {missing:?}", path.display());
    }
    assert!(count >= 15, "{count} policies");
}
