//! Every diagnostic code has an example that triggers it, and `docs/diagnostics.md` says what is said about each.
//! `BLESS=1` rewrites the page.

use placet::author::Document;
use placet::check::{check_parsed, library::Library};
use placet::diag::code::Code;
use placet::diag::{Diagnostic, page};
use placet::syntax::parse;

/// What `placet check` finds: what the checker says, and of a file without errors what cannot be
/// minted.
fn find(text: &str) -> Vec<Diagnostic> {
    let found = check_parsed(&parse::parse_partly(text), Library::built_in()).diagnostics;
    let Ok(document) = Document::from_text("example.placet", text, Library::built_in()) else { return found };
    let unfit =
        document.templates().iter().filter_map(|template| document.fits(template, &document.expressions()).err());
    found.into_iter().chain(unfit.flatten()).collect()
}

/// The codes of the map form, whose examples are no text.
fn is_of_the_map_form(code: Code) -> bool {
    code.example().starts_with('{')
}

#[test]
fn every_example_triggers_its_code() {
    let silent: Vec<String> = Code::ALL
        .iter()
        .filter(|&&code| !is_of_the_map_form(code))
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
    let page = page::page(find);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == page, "docs/diagnostics.md is out of date; run this test with BLESS=1");
}
