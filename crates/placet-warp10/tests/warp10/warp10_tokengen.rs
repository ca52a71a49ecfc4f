//! TOKENGEN and TOKENDUMP: the same tokens, idents, orders and messages as the original's, from
//! scripts and from JSON.

use crate::scripts;
use placet::model::time::Time;

use placet_warp10::lints::doubts;
use placet_warp10::script::output::{Style, stack_json, to_json};
use placet_warp10::script::{ScriptCode, Value};
use placet_warp10::token::Token;
use placet_warp10::tokendump::parameters;
use placet_warp10::tokengen::{FILE_TTL, token_from_json, token_from_map, tokengen};
use scripts::{assert_refused, keys, keyset, run, run_styled, section, typed};
use serde_json::{Value as Json, json};

/// The recorded result maps of tokens, among what a script leaves.
fn holds(case: &Json) {
    let id = case["id"].as_str().unwrap();
    let outcome = run_styled(keyset(case), case["script"].as_str().unwrap());
    if case["ok"] == false {
        assert_refused(case, &outcome.expect_err(id));
        return;
    }
    let (stack, style) = outcome.unwrap_or_else(|error| panic!("{id}: {:?}", error.messages));
    assert_eq!(stack_json(&stack, style), case["cli_stdout"], "{id}");
    let results = case["results_bottom_to_top"].as_array().unwrap();
    assert_eq!(stack.len(), results.len(), "{id}");
    for (found, wanted) in stack.iter().zip(results) {
        if wanted.get("token").is_some_and(Json::is_string) {
            is_token(id, keyset(case), found, wanted);
        }
    }
}

fn is_token(id: &str, keyset: &str, found: &Value, wanted: &Json) {
    let entry = |key: &str| found.get(key).map(typed);
    assert_eq!(entry("token").unwrap()["v"], wanted["token"], "{id}");
    assert_eq!(entry("ident").unwrap()["v"], wanted["ident"], "{id}");
    assert_eq!(entry("id").unwrap_or(Json::Null), wanted["id"], "{id}");
    let Value::Map(entries) = found else { panic!("{id}") };
    let order: Vec<String> = entries.iter().map(|(key, _)| key.java_text()).collect();
    assert_eq!(json!(order), wanted["result_keys_in_order"], "{id}");
    let dump = format!("'{}' TOKENDUMP", wanted["token"].as_str().unwrap());
    let dumped = run(keyset, &dump).unwrap().remove(0);
    assert_eq!(typed(&dumped), wanted["tokendump"], "{id}");
    // A dumped token is minted again, as a value and from its text form.
    let again = run(keyset, &format!("{} TOKENGEN", dumped.get("params").unwrap().to_warpscript())).unwrap();
    assert_eq!(again[0].get("ident"), found.get("ident"), "{id}");
    let again = tokengen(dumped.get("params").unwrap(), &keys(keyset), Time::from_millis(0)).unwrap();
    assert_eq!(again.get("token"), found.get("token"), "{id}");
}

#[test]
fn every_recorded_mint_gives_the_same_tokens() {
    section("mint").iter().for_each(holds);
}

#[test]
fn every_recorded_envelope_gives_the_same_tokens() {
    section("snippets").iter().for_each(holds);
}

#[test]
fn every_recorded_mistake_has_the_same_message() {
    section("mint_errors").iter().for_each(holds);
}

const OWNER: &str = "7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11";

fn minted(map: Json) -> Json {
    serde_json::from_str(&to_json(&tokengen_of(&map), Style::default())).unwrap()
}

fn tokengen_of(map: &Json) -> Value {
    let draft = token_from_json("TOKENGEN", map.clone(), None, Time::from_millis(1_700_000_000_000)).unwrap();
    placet_warp10::tokengen::minted(draft, &keys("K1"))
}

fn refused(map: Json) -> String {
    token_from_json("TOKENGEN", map, None, Time::from_millis(0)).unwrap_err().message
}

#[test]
fn json_is_the_same_definition_as_the_stack() {
    let map = json!({
        "id": "r1", "type": "READ", "owner": OWNER, "application": "plant", "issuance": 1_700_000_000_000_i64, "ttl": 6e4,
        "owners": [OWNER], "labels": {"site": "=north"}, "attributes": null,
    });
    let script = format!(
        "{{ 'id' 'r1' 'type' 'READ' 'owner' '{OWNER}' 'application' 'plant' 'ttl' 60000 'owners' [ '{OWNER}' ] \
         'labels' {{ 'site' '=north' }} }} TOKENGEN"
    );
    let stack = run("K1", &script).unwrap();
    assert_eq!(minted(map), serde_json::from_str::<Json>(&to_json(&stack[0], Style::default())).unwrap());
}

#[test]
fn a_bad_value_is_told_with_its_key() {
    let map = |key: &str, value: Json| {
        let mut map = json!({"type": "READ", "owner": OWNER, "application": "a", "ttl": 1});
        map[key] = value;
        refused(map)
    };
    assert_eq!(map("owner", json!("nope")), "TOKENGEN: 'owner' has no UUID: Invalid UUID string: nope");
    assert_eq!(map("ttl", json!("1 d")), "TOKENGEN: 'ttl' must be a number, found a STRING: `1 d`");
    assert_eq!(map("owners", json!([null])), "TOKENGEN: 'owners' has a NULL in its list");
    assert_eq!(map("applications", json!([null])), "TOKENGEN: 'applications' has a NULL in its list");
    assert_eq!(map("labels", json!({"a": 1})), "TOKENGEN expects 'labels' to be a map of STRING keys and values.");
    assert_eq!(refused(json!([])), "TOKENGEN expects a map on top of the stack.");
}

#[test]
fn the_first_mistake_in_the_order_of_the_original_is_told() {
    // Each key is wrong; each is mended in turn.
    let read = [
        ("type", json!("READ"), "TOKENGEN expects a key 'type' with value READ or WRITE in the parameter map."),
        ("owner", json!(OWNER), "TOKENGEN missing 'owner'."),
        ("application", json!("a"), "TOKENGEN missing 'application'."),
        ("issuance", json!(0), "TOKENGEN: 'issuance' must be a number, found a STRING: `x`"),
        ("ttl", json!(1), "TOKENGEN missing 'ttl' or 'expiry'."),
        ("owners", json!([]), "TOKENGEN expects 'owners' to be a list of UUIDs."),
        ("producers", json!([]), "TOKENGEN expects 'producers' to be a list of UUIDs."),
        ("applications", json!([]), "TOKENGEN expects 'applications' to be a list of application names."),
        ("attributes", json!({}), "TOKENGEN expects 'attributes' to be a map."),
        ("labels", json!({}), "TOKENGEN expects 'labels' to be a map."),
    ];
    let wrong = json!({"issuance": "x", "owners": 1, "producers": 1, "applications": 1, "attributes": 1, "labels": 1});
    let in_order = |mends: &[(&str, Json, &str)]| {
        let mut map = wrong.clone();
        for (key, right, message) in mends {
            assert_eq!(refused(map.clone()), *message);
            map[*key] = right.clone();
        }
        token_from_json("TOKENGEN", map, None, Time::from_millis(0)).unwrap();
    };
    in_order(&read);
    in_order(&[
        ("type", json!("WRITE"), read[0].2),
        ("application", json!("a"), read[2].2),
        ("issuance", json!(0), read[3].2),
        ("expiry", json!(1), read[4].2),
        ("owner", json!(OWNER), read[1].2),
        ("producer", json!(OWNER), "TOKENGEN missing 'producer'."),
        ("attributes", json!({}), read[8].2),
        ("labels", json!({}), read[9].2),
    ]);
}

#[test]
fn another_caller_is_named_and_may_have_a_lifetime_of_its_own() {
    let map = Value::Map(vec![(Value::text("type"), Value::text("READ"))]);
    assert_eq!(
        token_from_map("token.spec", &map, None, Time::from_millis(0)).unwrap_err().message,
        "token.spec missing 'owner'."
    );
    let map = json!({"type": "READ", "owner": OWNER, "application": "a", "issuance": 5});
    let Token::Read(read) = token_from_json("F", map.clone(), Some(FILE_TTL), Time::from_millis(0)).unwrap().token
    else {
        panic!()
    };
    assert_eq!((FILE_TTL, read.expiry), (576_460_752_303_423_487, FILE_TTL + 5));
    let Token::Read(read) = token_from_json("F", map, Some(i64::MAX), Time::from_millis(0)).unwrap().token else {
        panic!()
    };
    assert_eq!(read.expiry, i64::MAX);
}

#[test]
fn common_mistakes_are_worth_a_warning() {
    let doubts_of = |script: &str| {
        let map = run("K1", script).unwrap().remove(0);
        let token = token_from_map("TOKENGEN", &map, None, Time::from_millis(1_700_000_000_000)).unwrap().token;
        doubts(&token).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let start = "{ 'type' 'READ' 'owner' UUID 'application' 'a'";
    assert!(doubts_of(&format!("{start} 'issuance' NOW 'ttl' 1 'owners' [ UUID ] }}"))[0].contains("MSTU"));
    assert!(doubts_of(&format!("{start} 'ttl' 1 }}"))[0].contains("reads everything"));
    assert!(doubts_of(&format!("{start} 'expiry' 1 'owners' [ UUID ] }}"))[0].contains("before"));
    assert!(
        doubts_of(&format!(
            "{start} 'expiry' MAXLONG 'owners' [ UUID ] 'producers' [ UUID ] 'applications' [ 'a' ] }}"
        ))
        .is_empty()
    );
}

#[test]
fn tokens_that_tokengen_can_not_make_are_dumped_without_what_it_does_not_know() {
    for case in section("encoder_api") {
        let opened = keys(keyset(&case)).open(case["token"].as_str().unwrap());
        let is_mixed = case["id"].as_str().unwrap().contains("-type-");
        assert_eq!(opened.is_err(), is_mixed, "{}", case["id"]);
        let Ok(token) = opened else { continue };
        let params = parameters(&token);
        assert!(params.get("hooks").is_none() && params.get("owner").is_some(), "{}", case["id"]);
        assert_eq!(typed(params.get("application").unwrap())["v"], case["fields"]["appName"], "{}", case["id"]);
    }
}

#[test]
fn keys_on_the_stack_are_checked() {
    let fails = |script: &str, code: ScriptCode, message: &str| {
        let error = run("K1", script).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message), "{script}");
    };
    let missing = "TOKENGEN expects a BYTES AES Key if a BYTES SipHash key is provided.";
    fails("{ } '00' HEX-> TOKENGEN", ScriptCode::WrongKind, missing);
    let missing = "TOKENDUMP expects a BYTES AES Key if a BYTES SipHash is given.";
    fails("'x' '00' HEX-> TOKENDUMP", ScriptCode::WrongKind, missing);
    fails("'a!' TOKENDUMP", ScriptCode::BadToken, "Invalid OPB64 character '!' at offset 1.");
    let none = "TOKENGEN expects SipHash and AES keys to be explicitly defined.";
    let host = placet_warp10::script::Host::new(0, String::new);
    let error = placet_warp10::script::Machine::new(host).run("{ } TOKENGEN").unwrap_err();
    assert_eq!(error.message, none);
}

#[test]
fn envelopes_as_users_write_them_run_verbatim() {
    let envelopes: Vec<Json> = serde_json::from_str(include_str!("envelopes.json")).unwrap();
    assert_eq!(envelopes.len(), 24);
    for envelope in envelopes {
        let id = envelope["id"].as_str().unwrap();
        let keyset = if id == "snip-09-inline-keys" { "K2" } else { "K1" };
        match run(keyset, envelope["script"].as_str().unwrap()) {
            Ok(stack) => {
                let idents =
                    stack.iter().filter_map(|value| value.get("ident")).map(Value::java_text).collect::<Vec<_>>();
                assert_eq!(json!(idents), envelope["idents"], "{id}");
                assert_eq!(envelope["error"], Json::Null, "{id}");
            }
            Err(error) => assert_eq!(envelope["error"], error.message, "{id}"),
        }
    }
}
