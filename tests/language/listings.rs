//! Golden listings: each file of `tests/listings` is a source, and below it what becomes of its blocks. A change of the
//! compiler shows there as a change of bytecode. `tests/listings/readme.listing` explains the form.
//!
//! Everything that is listed, and every example policy, is also printed as rules again and compiled once more: that must
//! be the same program.

use std::fs;
use std::path::{Path, PathBuf};

use placet::check::library::Library;
use placet::check::tree::Template;
use placet::compile::arguments::Arguments;
use placet::compile::expressions::Expressions;
use placet::compile::{Compiled, compile};
use placet::diag::Source;
use placet::document::Document;
use placet::document::value::arguments_from_text;
use placet::program::listing::listing;
use placet::program::source::ToSource;
use placet::syntax::ast::{BlockKind, ItemKind};

/// Begins a listing: `=== session user=ada`.
const RULER: &str = "=== ";

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    files
}

fn document(path: &Path, text: &str) -> Document {
    let name = path.file_name().unwrap().to_string_lossy();
    Document::from_text(&name, text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"))
}

/// The block and arguments of a ruler, compiled.
fn block<'d>(document: &'d Document, ruler: &str) -> (&'d Template, Compiled) {
    let mut words = ruler.split_whitespace();
    let name = words.next().expect("a ruler names a block");
    let template = document.templates().iter().find(|template| template.name == name);
    let template = template.unwrap_or_else(|| panic!("no block `{name}`"));
    let arguments = arguments_from_text(template, words.map(|word| word.split_once('=').expect("name=value")));
    let arguments = arguments.unwrap_or_else(|error| panic!("{error}"));
    let compiled = compile(template, document.vocabulary(), &arguments);
    (template, compiled.unwrap_or_else(|errors| panic!("{errors:?}")))
}

fn listed(document: &Document, compiled: &Compiled) -> String {
    let Source::Text { text, .. } = document.source() else { return String::new() };
    let sources: Vec<&str> = compiled.rules.iter().map(|rule| rule.at.of(text)).collect();
    let program = compiled.program.bytes();
    let listing = listing(program, document.vocabulary(), &sources);
    format!("{listing}        {} bytes, at most {} steps\n", program.len(), compiled.cost)
}

#[test]
fn each_source_becomes_the_listing_below_it() {
    for path in files("tests/listings", "listing") {
        let written = fs::read_to_string(&path).unwrap();
        let first = written.find("\n=== ").map_or(written.len(), |newline| newline + 1);
        let (source, listings) = written.split_at(first);
        let document = document(&path, source);
        let mut fresh = source.to_owned();
        for ruler in listings.lines().filter_map(|line| line.strip_prefix(RULER)) {
            let (template, compiled) = block(&document, ruler);
            let rules = same_after_render(&document, template, &compiled);
            fresh.push_str(&format!("{RULER}{ruler}\n{}--- as rules\n{rules}", listed(&document, &compiled)));
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &fresh).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(written, fresh, "{}: run this test with BLESS=1", path.display());
    }
}

#[test]
fn each_example_policy_is_the_same_program_after_it_was_printed_as_rules() {
    for path in files("policies", "placet") {
        let text = fs::read_to_string(&path).unwrap();
        let document = document(&path, &text);
        for template in document.templates() {
            let texts: Vec<_> = template
                .parameters
                .iter()
                .map(|parameter| (&*parameter.name, sample(&parameter.ty.to_string())))
                .collect();
            let arguments = arguments_from_text(template, texts.iter().map(|(name, text)| (*name, *text)));
            let compiled = compile(template, document.vocabulary(), &arguments.unwrap()).unwrap();
            same_after_render(&document, template, &compiled);
        }
    }
}

fn sample(ty: &str) -> &'static str {
    match ty {
        "uuid" => "01234567-89ab-cdef-0123-456789abcdef",
        "int" => "1500",
        "time" => "2027-01-01T00:00:00Z",
        "duration" => "90m",
        "set of string" => "red,green",
        "string" => "a{b}\"c",
        "path" => "/a",
        "network" => "10.0.0.0/8",
        other => panic!("no sample of {other}"),
    }
}

/// Prints the program as rules, and compiles those.
fn same_after_render(document: &Document, template: &Template, compiled: &Compiled) -> String {
    let is_restriction = template.kind == BlockKind::Restriction;
    let expressions = Expressions::default();
    let source = ToSource::new(document.vocabulary()).comparing(&expressions).of_restriction(is_restriction);
    let rules: String = source.entries_of(compiled.program.bytes()).iter().map(|entry| format!("{entry}\n")).collect();
    let kind = if is_restriction { "restriction" } else { "policy" };
    let tables = source.tables_of(compiled.program.bytes()).join("\n");
    let text = format!("{}\n{tables}\n{kind} again {{\n{rules}}}\n", vocabulary_text(document));
    let again =
        Document::from_text("again", &text, Library::built_in()).unwrap_or_else(|report| panic!("{report}\n{text}"));
    let again = compile(&again.templates()[0], again.vocabulary(), &Arguments::none()).unwrap();
    assert_eq!(again.program, compiled.program, "{}\n{text}", template.name);
    rules
}

/// What the document says of its vocabulary.
fn vocabulary_text(document: &Document) -> String {
    let Source::Text { text, .. } = document.source() else { return String::new() };
    let items = document.file().items.iter();
    let mut vocabulary = items.filter(|item| matches!(item.kind, ItemKind::Use(_) | ItemKind::Vocabulary(_)));
    vocabulary.next().map_or_else(String::new, |item| item.at.0.of(text).to_owned())
}
