//! Every diagnostic code has an example that triggers it, and `docs/diagnostics.md` says what is said about each.
//! `BLESS=1` rewrites the page.

use placet::check::library::Library;
use placet::compile::compile;
use placet::diag::code::Code;
use placet::diag::{Diagnostic, Source, page};
use placet::document::value::arguments_from_text;
use placet::document::{Document, Report, findings};
use placet::syntax::parse::parse_cases;

/// What `placet check`, `test` and `compile` find.
fn find(text: &str) -> Vec<Diagnostic> {
    find_in(text).0
}

/// The same, with what the places point into.
fn find_in(text: &str) -> (Vec<Diagnostic>, Source) {
    if text.starts_with("// Cases.") {
        let found = parse_cases(text).map_or_else(|found| found, |cases| cases.lacks());
        return (found, Source::text("example.placet", text));
    }
    let Report { mut diagnostics, source } = findings("example.placet", text, Library::built_in());
    if let Ok(document) = Document::from_text("example.placet", text, Library::built_in()) {
        diagnostics.extend(find_with_arguments(text, &document));
    }
    (diagnostics, source)
}

/// What is said about the arguments of a first line `// placet compile … --with NAME=VALUE`, and the only block.
fn find_with_arguments(text: &str, document: &Document) -> Vec<Diagnostic> {
    let (Some(line), Some(template)) = (text.lines().next(), document.templates().first()) else { return Vec::new() };
    if !line.starts_with("// placet compile ") {
        return Vec::new();
    }
    let words = line.split("--with ").skip(1).map(str::trim);
    let given: Vec<_> = words.filter_map(|word| word.split_once('=')).collect();
    match arguments_from_text(template, given) {
        Err(bad) => vec![bad.diagnostic(template)],
        Ok(arguments) => match compile(template, document.vocabulary(), &arguments) {
            Ok(_) => Vec::new(),
            Err(errors) => document.compile_report(template, &errors).diagnostics,
        },
    }
}

#[test]
fn every_example_triggers_its_code() {
    let silent: Vec<String> = Code::ALL
        .iter()
        .filter(|&&code| !find(code.example()).iter().any(|diagnostic| diagnostic.code == code))
        .map(|code| format!("{}: {:#?}", code.id(), find(code.example())))
        .collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn every_example_of_the_checker_triggers_nothing_else() {
    for &code in Code::ALL.iter().filter(|code| code.id() >= "E0200") {
        let found: Vec<&str> = find(code.example()).iter().map(|diagnostic| diagnostic.code.id()).collect();
        assert!(found.iter().all(|id| *id == code.id()), "the example of {} triggers {found:?}", code.id());
    }
}

#[test]
fn messages_read_as_the_house_reads() {
    for diagnostic in Code::ALL.iter().flat_map(|code| find(code.example())) {
        let message = diagnostic.message.as_str();
        assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
        assert!(!message.starts_with(char::is_uppercase), "{message}");
        assert_eq!(message.matches('`').count() % 2, 0, "{message}");
    }
}

#[test]
fn the_page_says_what_is_said() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
    let page = page::page(find_in);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == page, "docs/diagnostics.md is out of date; run this test with BLESS=1");
}
