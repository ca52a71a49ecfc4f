//! What comes from a Warp 10: tokens, revocation lists, scripts, configurations, static tokens, selectors.

use placet_warp10::codec::{decode, encode};
use placet_warp10::config::Config;
use placet_warp10::envelope::Ident;
use placet_warp10::keys::{Cost, Keys, TokenKeys, decode_key_at};
use placet_warp10::opb64::{decode as decode_opb64, decode_leniently, encode as encode_opb64};
use placet_warp10::script::output::stack_json;
use placet_warp10::script::{Host, Machine, TimeUnit};
use placet_warp10::selectors::{EmptyMeans, Selector, Series, parse_labels};
use placet_warp10::static_tokens::{Clock, StaticTokens};
use placet_warp10::token::Kind;
use placet_warp10::trl::{ListName, RevocationList};

use super::{NOW, as_text};

/// The structure inside a token. What is read is written, and reads back.
pub fn thrift(bytes: &[u8]) {
    for kind in [Kind::Read, Kind::Write] {
        if let Ok(token) = decode(bytes, kind) {
            assert_eq!(decode(&encode(&token), kind), Ok(token));
        }
    }
}

/// The characters of a token.
pub fn opb64(bytes: &[u8]) {
    as_text(bytes, |text| {
        let _ = decode_leniently(text);
        if let Ok(decoded) = decode_opb64(text) {
            assert_eq!(encode_opb64(&decoded), text, "what is decoded has one spelling");
        }
        // Nearly nothing opens; what is tried beforehand is all there is.
        let _ = keys().open(text);
    });
}

fn keys() -> TokenKeys {
    TokenKeys::new(&[7; 32], &[7; 16]).expect("the keys have their lengths")
}

/// A revocation list and the names of its files.
pub fn trl(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (list, _) = RevocationList::read(&text);
    let _ = list.revokes(Ident(0));
    let _ = list.revokes_application(Some("shop"));
    let _ = text.lines().map(ListName::parse).count();
}

const UUID: &str = "11111111-2222-4333-8444-555555555555";

/// An envelope of the stack form, run with keys.
pub fn warpscript(bytes: &[u8]) {
    as_text(bytes, |text| {
        let keys = keys();
        let mut host = Host::new(NOW.as_millis() * 1000, || UUID.to_owned());
        host.keys = Some(&keys);
        let mut machine = Machine::new(host);
        match machine.run(text) {
            Ok(stack) => drop(stack_json(&stack, machine.json_style())),
            Err(error) => assert!(!error.message.is_empty(), "a mistake has a message"),
        }
    });
}

/// A configuration file, the keys in it, and the text of a key. Deriving is made as cheap as it can be.
pub fn config(bytes: &[u8]) {
    const CHEAP: Cost = Cost { iterations: 1, memory: 8, parallelism: 1 };
    as_text(bytes, |text| {
        let _ = decode_key_at(text, CHEAP);
        if let Ok(config) = Config::read([("fuzz.conf", text)], []) {
            assert!(config.names().all(|name| config.get(name).is_some()));
            let _ = Keys::from_config_at(&config, CHEAP);
        }
    });
}

/// A file of static tokens.
pub fn static_tokens(bytes: &[u8]) {
    as_text(bytes, |text| {
        let clock = Clock { now: NOW, unit: TimeUnit::Microseconds };
        let (tokens, problems) = StaticTokens::read(text, clock, &mut || UUID.to_owned());
        assert!(tokens.iter().all(|(name, token)| tokens.get(name, token.kind()) == Some(token)));
        assert!(problems.iter().all(|problem| problem.line > 0 && !problem.message.is_empty()));
    });
}

/// A selector of series, `class{label=value,label~regex}`. What is read and written means the same.
pub fn selector(bytes: &[u8]) {
    as_text(bytes, |text| {
        let _ = parse_labels(text);
        let Ok(selector) = Selector::parse(text) else { return };
        let written = selector.to_string();
        let again = Selector::parse(&written).unwrap_or_else(|error| panic!("{error:?} of {written}"));
        let labels = [("dc", "eu-1"), ("host", "web=1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let series = Series { class: "temp", labels: &labels, attributes: &[] };
        for empty in [EmptyMeans::EmptyValue, EmptyMeans::Absent] {
            assert_eq!(selector.matches(&series, empty), again.matches(&series, empty), "{written}");
        }
    });
}
