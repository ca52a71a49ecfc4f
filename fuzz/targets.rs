//! One function for each reader of foreign bytes: it may say no, and may do nothing else. Shared by the fuzz targets and by
//! the tests, which run the corpus of each and small changes of it.

use placet::author::Document;
use placet::bytecode::listing::listing;
use placet::bytecode::render::{Style, render};
use placet::bytecode::verify::{Budget, Scope, verify};
use placet::check::library::Library;
use placet::compat::warp10::codec::{decode, encode};
use placet::compat::warp10::envelope::Ident;
use placet::compat::warp10::keys::TokenKeys;
use placet::compat::warp10::opb64;
use placet::compat::warp10::script::output::stack_json;
use placet::compat::warp10::script::{Host, Machine};
use placet::compat::warp10::token::Kind;
use placet::compat::warp10::trl::{ListName, RevocationList};
use placet::model::request::Request;
use placet::token::envelope::Token;
use placet::vm::{Context, Kind as Block, run};

/// Policy text, and JSON in its shape.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let _ = Document::from_text("fuzz.placet", text, Library::built_in());
    let _ = Document::from_json_text("fuzz.json", text, Library::built_in());
}

/// Bytecode. What is proved is decided.
pub fn program(bytes: &[u8]) {
    let vocabulary = Library::built_in().get("momento").expect("it is built in");
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Token };
    let _ = listing(bytes, vocabulary, &[]);
    let _ = render(bytes, vocabulary, Style::default());
    let Ok(proved) = verify(bytes, &scope) else { return };
    let mut request = Request::named(vocabulary, "get", 0).expect("it is an action");
    request.set_named("cache", "acorns").expect("it is an attribute");
    let context = Context { issuance: 0, expiry: i64::MAX, vouchers: &[] };
    assert!(run(&proved, Block::Authority, &request, &context).is_some(), "what is proved is decided");
}

/// The text of a token, without a key.
pub fn token(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(token) = Token::parse(text) {
        assert_eq!(token.text(), text, "a token has one text");
    }
}

/// The structure inside a Warp 10 token. What is read is written, and reads back.
pub fn thrift(bytes: &[u8]) {
    for kind in [Kind::Read, Kind::Write] {
        if let Ok(token) = decode(bytes, kind) {
            assert_eq!(decode(&encode(&token), kind), Ok(token));
        }
    }
}

/// The characters of a Warp 10 token.
pub fn opb64(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let _ = opb64::decode_leniently(text);
    if let Ok(decoded) = opb64::decode(text) {
        assert_eq!(opb64::encode(&decoded), text, "what is decoded has one spelling");
    }
}

/// A revocation list and the names of its files.
pub fn revocation_list(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (list, _) = RevocationList::read(&text);
    let _ = list.revokes(Ident(0));
    let _ = list.revokes_application(Some("shop"));
    let _ = text.lines().map(ListName::parse).count();
}

/// An envelope of the stack form, run with keys.
pub fn warpscript(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let keys = TokenKeys::new(&[7; 32], &[7; 16]).expect("the keys have their lengths");
    let mut host = Host::new(1_700_000_000_000_000, || "11111111-2222-4333-8444-555555555555".to_owned());
    host.keys = Some(&keys);
    let mut machine = Machine::new(host);
    match machine.run(text) {
        Ok(stack) => drop(stack_json(&stack, machine.json_style())),
        Err(error) => assert!(!error.message.is_empty(), "a mistake has a message"),
    }
}
