//! Words of other languages: every word of the table is told the way out, at the place where people write it.

use crate::support::read;
use placet::check::library::Library;
use placet::diag::Diagnostic;
use placet::diag::code::Code;
use placet::document::Document;
use placet::syntax::foreign::{Place, ROWS, find};

const WORLD: &str = "vocabulary v 1 { name: string tags: set of string views: int optional draft: bool action get }\n";

/// A file in which a word is written at a place, and what is around it there.
fn written(place: Place, word: &str) -> (String, [&'static str; 3]) {
    let none = ["…", "…", "…"];
    let condition = |condition: &str| format!("{WORLD}policy p {{ allow {{ action: get }} when {condition} }}");
    let member = |member: &str| format!("vocabulary v 1 {{\n    {member}\n    action get\n}}\n");
    match place {
        Place::Item => (format!("use http\n{word} thing {{ a: 1 }}\n"), none),
        Place::Rule => (format!("{WORLD}policy p {{ {word} {{ action: get }} }}"), none),
        Place::Clause => (format!("{WORLD}policy p {{ allow {{ action: get }} {word} draft == false }}"), none),
        Place::Operator => (condition(&format!("name {word} \"a\" and \"b\"")), ["name", "\"a\"", "\"b\""]),
        Place::Test => (condition(&format!("{word} views")), ["…", "views", "…"]),
        Place::Function => (condition(&format!("{word}(name) == 1")), none),
        Place::Value => (condition(&format!("{word} == 1")), none),
        Place::Type => (member(&format!("x: {word}")), none),
        Place::Member => (member(&format!("{word} x")), ["…", "x", "…"]),
        Place::Owner => (condition(&format!("{word}.draft == false")), ["…", "draft", "…"]),
        Place::MapKey => {
            (format!("{{\"use\": \"http\", \"policy\": \"p\", \"allow\": {{\"host\": {{\"${word}\": \"a\"}}}}}}"), none)
        }
    }
}

fn found(place: Place, text: &str) -> Vec<Diagnostic> {
    let read = match place {
        Place::MapKey => Document::from_json_text("test.json", text, Library::built_in()),
        _ => read(text),
    };
    read.err().map_or_else(Vec::new, |report| report.diagnostics)
}

#[test]
fn every_foreign_word_is_told_the_way_out_where_it_is_written() {
    let mut silent = Vec::new();
    for row in ROWS {
        for word in row.words {
            let (text, around) = written(row.place, word);
            let diagnostics = found(row.place, &text);
            let wanted = row.way_out(around);
            let is_told = diagnostics.iter().any(|found| found.help.as_deref() == Some(&wanted));
            // `true` and `false` are words of the language in lower case; the checker sees `True`.
            let is_own = matches!((row.place, *word), (Place::Value, "true" | "false"));
            if !is_told && !is_own {
                let helps: Vec<_> = diagnostics.iter().map(|found| (&found.message, &found.help)).collect();
                silent.push(format!("{:?} `{word}`\n  {text}\n  wanted {wanted}\n  found {helps:?}", row.place));
            }
        }
    }
    assert!(silent.is_empty(), "{} silent\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn no_word_of_the_language_is_foreign_and_none_has_two_ways_out() {
    for (number, row) in ROWS.iter().enumerate() {
        for word in row.words {
            assert_eq!(find(row.place, word).map(|first| first.out), Some(row.out), "{:?} `{word}`", row.place);
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{word}");
            let twice = ROWS[number + 1..].iter().any(|other| other.place == row.place && other.words.contains(word));
            assert!(!twice, "{:?} `{word}`", row.place);
        }
        assert_eq!(row.out.matches('`').count() % 2, 0, "{}", row.out);
    }
}

#[test]
fn a_word_is_known_however_its_parts_are_joined() {
    for (place, word) in [(Place::Operator, "startsWith"), (Place::Function, "day_of_week"), (Place::Value, "True")] {
        assert!(find(place, word).is_some(), "{word}");
    }
    assert!(find(Place::Value, &"a".repeat(100_000)).is_none());
}

fn warnings(rule: &str) -> Vec<(Code, String)> {
    let text = format!("{WORLD}policy p(t: string) {{ {rule} deny {{ name: t }} }}");
    let document = read(&text).unwrap_or_else(|report| panic!("{rule}: {:?}", report.diagnostics));
    let with_help = |found: &Diagnostic| (found.code, found.help.clone().unwrap_or_default());
    document.warnings().iter().filter(|found| found.code == Code::OnlyText).map(with_help).collect()
}

#[test]
fn wildcards_of_topics_and_a_dollar_before_a_splice_are_only_text() {
    for (pattern, help) in [
        ("\"devices/+/state\"", "~\"devices/[^/]+/state\""),
        ("\"devices/{t}/#\"", "prefix \"devices/{t}/\""),
        ("\"+/a\"", "~\"[^/]+/a\""),
        ("\"a/+/#\"", "~\"a/[^/]+/.*\""),
        ("\"${t}\"", "write `{t}`, without the `$`"),
        ("\"a/${t}/b\"", "write `{t}`, without the `$`"),
    ] {
        let found = warnings(&format!("allow {{ name: {pattern} }}"));
        assert!(matches!(found.as_slice(), [(Code::OnlyText, said)] if said.contains(help)), "{pattern}: {found:?}");
        let compared = warnings(&format!("allow {{ action: get }} when name == {pattern}"));
        assert_eq!(compared.len(), 1, "{pattern}");
    }
    for pattern in
        ["\"c++\"", "\"a+b/c\"", "\"#1\"", "\"a/#1\"", "\"1 + 1\"", "\"$5 {t}\"", "== \"${t}\"", "== \"a/#\""]
    {
        assert_eq!(warnings(&format!("allow {{ name: {pattern} }}")), [], "{pattern}");
    }
}
