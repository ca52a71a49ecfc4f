//! What people and scripting hosts write: policies as text and as maps, case files, requests, calls.

use std::sync::{Arc, LazyLock};

use placet::bytecode::verify::{Budget, verify};
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::compile::compile;
use placet::document::Document;
use placet::document::request::{self, time_of};
use placet::syntax::ast::BlockKind;
use placet::syntax::map as map_form;
use placet::syntax::parse::parse;
use placet::syntax::print::{format, print};
use placet::token::keyring::Keyring;
use placet::token::keys::LocalKey;
use placet::token::verify::Scratch;
use placet_host::Host;
use placet_host::function::Function;
use placet_host::value::Value;
use placet_tools::testing::{Keys, Suite, cases as case_file, jsonl as case_file_of_lines};
use serde_json::Value as Json;

use super::{NOW, as_text, momento, scope};

/// Policy text. What is without errors is compiled and proved, and the formatter is done after one pass.
pub fn policy(bytes: &[u8]) {
    as_text(bytes, |text| {
        if let Ok(document) = Document::from_text("fuzz.placet", text, Library::built_in()) {
            compiles(&document);
        }
        if let Ok(file) = parse(text) {
            let printed = print(&file);
            let again = parse(&printed).unwrap_or_else(|errors| panic!("{errors:?}\n{printed}"));
            assert_eq!(print(&again), printed, "what is printed is in its final form");
            let formatted = format(text).unwrap_or_else(|errors| panic!("{errors:?}"));
            assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "what is formatted is in its final form");
        }
    });
}

/// The map form, as JSON. What is read and written reads back.
pub fn map(bytes: &[u8]) {
    as_text(bytes, |text| {
        if let Ok(document) = Document::from_json_text("fuzz.json", text, Library::built_in()) {
            compiles(&document);
        }
        let Ok(json) = map_form::from_json_text(text) else { return };
        if let Ok((file, _)) = map_form::from_map(&json) {
            let written = map_form::to_map(&file);
            let (again, _) = map_form::from_map(&written).unwrap_or_else(|(errors, _)| panic!("{errors:?}\n{written}"));
            assert_eq!(map_form::to_map(&again), written, "what is written is in its final form");
        }
    });
}

/// Every template that asks for no argument becomes a program that is proved, or the compiler says why not.
fn compiles(document: &Document) {
    for template in document.templates().iter().filter(|template| template.parameters.is_empty()) {
        let budget = if template.kind == BlockKind::Policy { Budget::Policy } else { Budget::Token };
        if let Ok(compiled) = compile(template, document.vocabulary(), &Arguments::none()) {
            let scope = placet::bytecode::verify::Scope { budget, ..scope(document.vocabulary()) };
            let proved = verify(compiled.program.bytes(), &scope);
            assert_eq!(proved.map(|proved| proved.cost()), Ok(compiled.cost), "what is compiled is proved");
        }
    }
}

/// A request as JSON. What is read is lent, and what is written reads back.
pub fn request(bytes: &[u8]) {
    as_text(bytes, |text| {
        let Ok(json) = serde_json::from_str::<Json>(text) else { return };
        let time = time_of(&json).ok().flatten().unwrap_or(NOW);
        for name in Library::built_in().names() {
            let vocabulary = Library::built_in().get(name).expect("it has this name");
            let Ok(owned) = request::from_json(vocabulary, &json) else { continue };
            let written = request::to_json(&owned, vocabulary);
            assert_eq!(request::from_json(vocabulary, &written), Ok(owned.clone()), "{written}");
            let _ = owned.with_request(vocabulary, time, |request| request.check());
        }
    });
}

/// A case file for a policy that stands beside the corpus. What is read is decided, and explained.
pub fn cases(bytes: &[u8]) {
    static DOCUMENT: LazyLock<Arc<Document>> = LazyLock::new(|| {
        let text = include_str!("../../policies/tenant.placet");
        Arc::new(Document::from_text("tenant.placet", text, Library::built_in()).expect("it has no errors"))
    });
    as_text(bytes, |text| {
        if let Ok(suite) = case_file::load("fuzz.cases", text, &DOCUMENT, NOW, keys()) {
            runs(&suite);
        }
    });
}

/// Cases with maps of their own, one a line.
pub fn case_lines(bytes: &[u8]) {
    as_text(bytes, |text| {
        if let Ok(suite) = case_file_of_lines::load("fuzz.jsonl", text, Library::built_in(), NOW, keys()) {
            runs(&suite);
        }
    });
}

fn keys() -> &'static Keys {
    static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::ephemeral().expect("there is randomness"));
    &KEYS
}

fn runs(suite: &Suite) {
    let mut scratch = Scratch::new();
    for case in &suite.cases {
        let found = suite.run(case, &mut scratch);
        assert_eq!(found.public, None, "local and public tokens decide alike");
        let _ = suite.explain(case);
    }
}

/// Calls of a script: a list of JSON values for each function. Each is answered or refused with words.
pub fn host(bytes: &[u8]) {
    static HOST: LazyLock<Host> = LazyLock::new(|| {
        let mut keyring = Keyring::new();
        keyring.mint_with(LocalKey::from_secret(&[7; 32])).expect("it is the first");
        let host = Host::builder(keyring).vocabulary(momento().name()).minting().clock(|| NOW);
        host.build().expect("the vocabulary is built in")
    });
    as_text(bytes, |text| {
        let Ok(Json::Array(arguments)) = serde_json::from_str(text) else { return };
        let arguments: Vec<Value> = arguments.into_iter().map(Value::from).collect();
        for function in Function::ALL {
            match HOST.call(*function, &arguments) {
                Ok(_) => {}
                Err(error) => assert!(!error.to_string().is_empty(), "a mistake has a message"),
            }
        }
        // What a script lets go of is gone.
        assert_eq!(HOST.handles(), 0);
    });
}
