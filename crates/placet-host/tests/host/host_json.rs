//! The embedding API through a host of forty lines that speaks JSON: the needs of a binding, and
//! the rules for all of them.

#[path = "host_json/handles.rs"]
mod handles;
#[path = "host_json/json_host.rs"]
mod json_host;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use json_host::{ANN, JsonHost, NOW, builder, get, keyring, momento, read_token, reader, warp10, with, without};
use placet::document::mint::Wrapping;
use placet::model::time::Time;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::header::RevocationId;
use placet::token::keyring::Keyring;
use placet::token::keys::{SigningKey, SystemRandom};
use placet::token::proof::{HolderKey, ProofScope};
use placet::token::replays::ReplayGuard;
use placet::token::revocation::{HeldRevocations, RevocationList, Revocations};
use placet_host::error::{Code, HostError};
use placet_host::function::Function;
use placet_host::value::Value;
use placet_host::{Host, Limits};
use serde_json::json;

#[test]
fn a_map_goes_in_and_a_map_comes_out() {
    let host = momento();
    let made = host.get("TOKENGEN", json!([with(reader(), "id", json!("for ann"))]));
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token", "ident", "id"], "the keys of the original, in its order");
    assert_eq!(made["ident"].as_str().unwrap().len(), 32);
    assert_eq!(made["id"], "for ann");
    assert_eq!(host.verdict(made["token"].clone(), get("acorns")), "allow");
    assert_eq!(host.verdict(made["token"].clone(), get("beeches")), "not_permitted");
}

#[test]
fn minting_without_configuration_is_refused_by_tokengens_words() {
    let not_told = Host::builder(keyring()).vocabulary("momento");
    let nothing_to_mint_with = Host::builder(Keyring::new()).vocabulary("momento").minting();
    for builder in [not_told, nothing_to_mint_with] {
        let error = JsonHost::new(builder).error("TOKENGEN", json!([reader()]));
        assert_eq!(error["message"], "TOKENGEN missing capability.");
        assert_eq!(error["code"], Code::Capability.id());
    }
}

#[test]
fn tokengen_checks_what_the_original_checks_in_its_words() {
    let host = warp10();
    let write = json!({ "type": "WRITE", "owner": ANN, "producer": ANN, "application": "a", "ttl": 1000 });
    let cases = [
        (json!(7), "", "TOKENGEN expects a map on top of the stack."),
        (json!(null), "", "TOKENGEN expects a map on top of the stack."),
        (json!({}), "type", "TOKENGEN expects a key 'type' with value READ or WRITE in the parameter map."),
        (
            with(read_token(), "type", json!("read")),
            "type",
            "TOKENGEN expects a key 'type' with value READ or WRITE in the parameter map.",
        ),
        (without(read_token(), "owner"), "owner", "TOKENGEN missing 'owner'."),
        (with(read_token(), "owner", json!(null)), "owner", "TOKENGEN missing 'owner'."),
        (without(read_token(), "application"), "application", "TOKENGEN missing 'application'."),
        (without(read_token(), "ttl"), "ttl", "TOKENGEN missing 'ttl' or 'expiry'."),
        (with(read_token(), "owners", json!("x")), "owners", "TOKENGEN expects 'owners' to be a list of UUIDs."),
        (with(read_token(), "producers", json!(1)), "producers", "TOKENGEN expects 'producers' to be a list of UUIDs."),
        (
            with(read_token(), "applications", json!("a")),
            "applications",
            "TOKENGEN expects 'applications' to be a list of application names.",
        ),
        (with(read_token(), "attributes", json!([])), "attributes", "TOKENGEN expects 'attributes' to be a map."),
        (
            with(read_token(), "labels", json!({ "dc": 1 })),
            "labels.dc",
            "TOKENGEN expects 'labels' to be a map of STRING keys and values.",
        ),
        (without(write.clone(), "producer"), "producer", "TOKENGEN missing 'producer'."),
    ];
    for (map, path, message) in cases {
        let error = host.error("TOKENGEN", json!([map]));
        assert_eq!((error["message"].as_str(), error["path"].as_str()), (Some(message), Some(path)), "{map}");
    }
    assert!(host.call("TOKENGEN", json!([write])).is_ok());
    assert!(host.call("TOKENGEN", json!([read_token()])).is_ok());
}

#[test]
fn the_path_of_the_offending_key_is_told() {
    let host = momento();
    let map = json!({ "permissions": [{ "role": "ReadOnly", "cache": "a" }, { "role": "ReadOnly", "cahce": "b" }], "ttl": 1 });
    let error = host.error("TOKENGEN", json!([map]));
    assert_eq!(error["path"], "permissions[1].cahce", "{error}");
    assert!(error["code"].as_str().unwrap().starts_with('E'), "a diagnostic's own code: {error}");
    assert!(error["help"].as_str().unwrap().contains("cache"), "{error}");
}

#[test]
fn several_errors_are_told_at_once_the_first_one_first() {
    let host = warp10();
    let error = host.error("TOKENGEN", json!([{ "type": "READ", "labels": 1 }]));
    let messages: Vec<&str> =
        error["errors"].as_array().unwrap().iter().map(|error| error["message"].as_str().unwrap()).collect();
    let expected = [
        "TOKENGEN missing 'owner'.",
        "TOKENGEN missing 'application'.",
        "TOKENGEN missing 'ttl' or 'expiry'.",
        "TOKENGEN expects 'labels' to be a map.",
    ];
    assert_eq!(messages, expected);
    assert_eq!(error["message"], expected[0]);
}

#[test]
fn host_data_is_data() {
    let host = momento();
    for name in ["{x}", "*", "$name", "~a.*", "any", "a/**", "\"", "\\", "{{x}}", "$$name"] {
        let token = host.token(json!({ "permissions": [{ "role": "ReadOnly", "cache": name }], "ttl": 1000 }));
        assert_eq!(host.verdict(token.clone(), get(name)), "allow", "{name}");
        for other in ["x", "acorns", "a", "aa", "name", ""] {
            assert_ne!(host.verdict(token.clone(), get(other)), "allow", "{name} against {other}");
        }
    }
}

#[test]
fn null_is_absent_for_tokengens_keys_and_an_error_where_it_would_widen() {
    let host = momento();
    let error = host.error("TOKENGEN", json!([{ "permissions": [{ "role": "ReadOnly", "cache": null }], "ttl": 1 }]));
    assert_eq!((error["code"].as_str(), error["path"].as_str()), (Some(Code::Null.id()), Some("permissions[0].cache")));
    assert_eq!(host.error("TOKENGEN", json!([with(reader(), "deny", json!(null))]))["path"], "deny");
    assert_eq!(host.error("TOKENGEN", json!([with(reader(), "when", json!(null))]))["path"], "when");
    assert!(host.call("TOKENGEN", json!([with(reader(), "expiry", json!(null))])).is_ok());
    let token = host.token(reader());
    assert_eq!(host.error("ATTENUATE", json!([token, { "ttl": null }]))["path"], "ttl");
    let made = host.get("TOKENGEN", json!([with(reader(), "id", json!(null))]));
    assert_eq!(made.get("id"), None);
    assert_eq!(host.verdict(token, with(get("acorns"), "topic", json!(null))), "allow");
}

#[test]
fn a_ttl_is_a_whole_number() {
    let host = momento();
    assert!(host.call("TOKENGEN", json!([with(reader(), "ttl", json!(60_000.0))])).is_ok());
    for bad in [json!(0.5), json!(1e300), json!(18_446_744_073_709_551_615_u64)] {
        let error = host.error("TOKENGEN", json!([with(reader(), "ttl", bad)]));
        assert_eq!((error["code"].as_str(), error["path"].as_str()), (Some(Code::NotWhole.id()), Some("ttl")));
    }
}

#[test]
fn a_key_given_twice_is_refused() {
    let host = momento().host;
    let ttl = || ("ttl".to_owned(), Value::Int(1));
    let error = host.call(Function::Tokengen, &[Value::Map(vec![ttl(), ttl()])]).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Twice.id(), "ttl"));
    let action = || ("action".to_owned(), Value::from("get"));
    let answer = host.call(Function::Authorize, &["token".into(), Value::Map(vec![action(), action()])]).unwrap();
    assert_eq!(answer.get("cause"), Some(&Value::from("malformed_request")));
}

#[test]
fn depth_number_and_bytes_of_values_are_bounded() {
    let host = momento();
    let deep = (0..100).fold(json!("a"), |inner, _| json!([inner]));
    let error = host.error("TOKENGEN", json!([with(reader(), "permissions", deep.clone())]));
    assert_eq!(error["code"], Code::TooDeep.id());
    assert!(error["path"].as_str().unwrap().starts_with("permissions[0][0]"));
    let wide = vec![json!({ "role": "ReadOnly" }); 20_000];
    assert_eq!(host.error("TOKENGEN", json!([{ "permissions": wide }]))["code"], Code::TooLarge.id());
    assert_eq!(host.error("COMPILE", json!(["x".repeat(2_000_000)]))["code"], Code::TooLarge.id());
    let answer = host.get("AUTHORIZE", json!(["token", with(get("a"), "item", deep)]));
    assert_eq!((answer["allowed"].as_bool(), answer["cause"].as_str()), (Some(false), Some("malformed_request")));
}

#[test]
fn a_token_lives_no_longer_than_the_host_allows() {
    let limits = Limits { ttl: Some(Duration::from_millis(60_000)), ..Limits::default() };
    let host = JsonHost::new(builder("momento").limits(limits));
    assert!(host.call("TOKENGEN", json!([reader()])).is_ok());
    for (key, value) in [("ttl", json!(60_001)), ("ttl", json!({ "$duration": "1h" })), ("ttl", json!(i64::MAX))] {
        let error = host.error("TOKENGEN", json!([with(reader(), key, value)]));
        assert_eq!((error["code"].as_str(), error["path"].as_str()), (Some(Code::Lifetime.id()), Some("ttl")));
    }
    let late = with(without(reader(), "ttl"), "expiry", json!(NOW + 60_001));
    assert_eq!(host.error("TOKENGEN", json!([late]))["path"], "expiry");
    let error = host.error("TOKENGEN", json!([without(reader(), "ttl")]));
    assert_eq!(error["message"], "TOKENGEN missing 'ttl' or 'expiry'.");
    let ahead = with(reader(), "issuance", json!(NOW + 1));
    assert_eq!(host.error("TOKENGEN", json!([ahead]))["path"], "issuance", "it would escape a revocation of its key");
}

#[test]
fn a_verdict_says_who_decided_and_whose_token_it_is() {
    let host = warp10();
    let attributes = json!({ "team": "blue" });
    let token = host.token(with(read_token(), "attributes", attributes.clone()));
    let request = json!({ "action": "find", "owner": ANN, "producer": ANN, "application": "a", "class": "temperature", "labels": {} });
    let answer = host.get("AUTHORIZE", json!([token, request]));
    assert_eq!(answer["verdict"], "allow", "{answer}");
    assert_eq!((&answer["allowed"], &answer["block"], &answer["rule"]), (&json!(true), &json!(0), &json!(0)));
    assert_eq!(
        (&answer["type"], &answer["owner"], &answer["application"]),
        (&json!("READ"), &json!(ANN), &json!("grafana"))
    );
    assert_eq!(answer["attributes"], attributes);
    let other = with(request, "owner", json!("00000000-0000-0000-0000-000000000001"));
    let answer = host.get("AUTHORIZE", json!([token, other]));
    assert_eq!((&answer["verdict"], answer.get("owner")), (&json!("not_permitted"), None), "{answer}");
}

#[test]
fn a_bad_token_and_a_bad_request_are_verdicts_not_errors() {
    let host = momento();
    let token = host.token(reader());
    let (kept, tail) = token.split_at(token.len() - 10);
    let altered = format!("{kept}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..]);
    for (who, cause) in [("", "not_a_token"), ("placet_l1_EQAA", "truncated"), (altered.as_str(), "forged")] {
        let answer = host.get("AUTHORIZE", json!([who, get("acorns")]));
        assert_eq!((&answer["verdict"], &answer["cause"]), (&json!("refused"), &json!(cause)), "{answer}");
    }
    let answer = host.get("AUTHORIZE", json!([token, { "action": "get", "cahce": "acorns" }]));
    assert_eq!((&answer["verdict"], &answer["cause"]), (&json!("refused"), &json!("malformed_request")));
    assert_eq!(answer["path"], "cahce");
    let answer = host.get("AUTHORIZE", json!([token, { "action": "burn" }]));
    assert_eq!((&answer["verdict"], &answer["path"]), (&json!("refused"), &json!("action")));
    assert_eq!(host.error("AUTHORIZE", json!([token, "get"]))["code"], Code::Argument.id());
    assert_eq!(host.error("AUTHORIZE", json!([7, {}]))["code"], Code::Argument.id());
    assert_eq!(host.error("AUTHORIZE", json!([[], {}]))["code"], Code::Argument.id());
    assert_eq!(host.error("AUTHORIZE", json!([[token, token], {}]))["path"], "[1]", "a second token");
    assert_eq!(host.error("AUTHORIZE", json!([token]))["code"], Code::Argument.id());
}

#[test]
fn a_token_of_a_holder_is_decided_with_a_proof_and_each_proof_once() {
    let key = SigningKey::from_seed(&[9; 32]);
    let host = JsonHost::new(builder("momento").refusing_replays(ReplayGuard::new(4)));
    let token = host.token(with(reader(), "holder", json!(key.public().to_string())));
    let seen = host.get("TOKENINFO", json!([token]));
    assert_eq!(seen["blocks"][0]["holder"], key.public().to_string());
    let answer = host.get("AUTHORIZE", json!([token, get("acorns")]));
    assert_eq!((&answer["verdict"], &answer["cause"]), (&json!("refused"), &json!("no_proof")), "{answer}");
    let library = placet::check::library::Library::built_in();
    let vocabulary = library.get("momento").unwrap();
    let scope = ProofScope::of(&Token::parse(&token).unwrap(), vocabulary, Audience::NONE).unwrap();
    let request = placet::document::request::from_json(vocabulary, &get("acorns")).unwrap();
    let now = Time::from_millis(NOW);
    let digest = request.with_request(vocabulary, now, |request| request.digest()).unwrap();
    let proof = HolderKey::from(&key).prove(&scope, digest, now, &mut SystemRandom).unwrap().text();
    let policy = host.get("COMPILE", json!(["use momento policy all { allow { action: any } }", {}]));
    let who = json!([token, policy, policy]);
    let ask = |evidence: serde_json::Value| host.get("AUTHORIZE", json!([who, get("acorns"), evidence]));
    let explained = host.get("EXPLAIN", json!([token, get("acorns"), { "proof": proof }]));
    assert_eq!(explained["verdict"], "allow", "{explained}");
    assert_eq!(ask(json!({ "proof": proof }))["verdict"], "allow", "however many policies there are");
    assert_eq!(ask(json!({ "proof": proof }))["cause"], "replayed_proof");
    assert_eq!(ask(json!({ "proof": null }))["cause"], "no_proof");
    for (wrong, path) in [
        (json!({ "prof": proof }), "prof"),
        (json!({ "proof": 7 }), "proof"),
        (json!({ "proof": "placet_proof_" }), "proof"),
        (json!({ "approvals": ["x"] }), "approvals[0]"),
    ] {
        let error = host.error("AUTHORIZE", json!([token, get("acorns"), wrong]));
        assert_eq!((&error["code"], &error["path"]), (&json!(Code::Argument.id()), &json!(path)), "{error}");
    }
}

#[test]
fn time_is_told_by_the_host() {
    let host = momento();
    let token = host.token(reader());
    let early = with(get("acorns"), "time", json!(NOW - 1_000_000));
    let answer = host.get("AUTHORIZE", json!([token, early]));
    assert_eq!((&answer["verdict"], &answer["path"]), (&json!("refused"), &json!("time")));
    let simulation = JsonHost::new(builder("momento").requests_tell_time());
    let late = |ms: i64| with(get("acorns"), "time", json!(NOW + ms));
    assert_eq!(simulation.verdict(token.clone(), late(59_999)), "allow");
    assert_eq!(simulation.verdict(token, late(60_000)), "refused");
}

#[test]
fn a_request_speaks_the_hosts_words_not_the_tokens() {
    let undecided = JsonHost::new(Host::builder(keyring()).minting().clock(|| Time::from_millis(NOW)));
    let token = undecided.token(with(reader(), "use", json!("momento")));
    let error = undecided.error("AUTHORIZE", json!([token, get("acorns")]));
    assert_eq!((error["code"].as_str(), error["path"].as_str()), (Some(Code::Vocabulary.id()), Some("use")));
    assert_eq!(undecided.verdict(token.clone(), with(get("acorns"), "use", json!("momento"))), "allow");
    assert_eq!(undecided.error("TOKENGEN", json!([reader()]))["path"], "use");
    assert_eq!(undecided.error("TOKENGEN", json!([with(reader(), "use", json!("momentos"))]))["path"], "use");
    let http = JsonHost::new(builder("http"));
    let answer = http.get("AUTHORIZE", json!([token, { "action": "GET", "path": "/" }]));
    assert_eq!(answer["cause"], "unknown_vocabulary");
}

#[test]
fn a_verified_token_is_asked_again_at_each_use() {
    let now = Arc::new(AtomicI64::new(NOW));
    let clock = Arc::clone(&now);
    let host = JsonHost::new(builder("momento").clock(move || Time::from_millis(clock.load(Ordering::SeqCst))));
    let made = host.get("TOKENGEN", json!([reader()]));
    let bearer = host.get("VERIFY", json!([made["token"]]));
    assert_eq!(host.verdict(bearer.clone(), get("acorns")), "allow");

    now.store(NOW + 60_000, Ordering::SeqCst);
    assert_eq!(host.get("AUTHORIZE", json!([bearer, get("acorns")]))["cause"], "expired");
    assert_eq!(host.error("VERIFY", json!([made["token"]]))["cause"], "expired");
    now.store(NOW, Ordering::SeqCst);

    let mut list = RevocationList::new(Time::from_millis(NOW), Duration::from_millis(1_000_000));
    list.revoke(RevocationId::parse(made["ident"].as_str().unwrap()).unwrap());
    let revocations = HeldRevocations::open(Revocations::write(&list)).unwrap();
    host.host.replace_revocations(revocations);
    assert_eq!(host.get("AUTHORIZE", json!([bearer, get("acorns")]))["cause"], "revoked");
    assert_eq!(host.get("EXPLAIN", json!([bearer, get("acorns")]))["cause"], "revoked");
    assert_eq!(host.get("TOKENINFO", json!([made["token"]]))["cause"], "revoked");

    host.host.replace_keys(Keyring::new());
    assert_eq!(host.get("AUTHORIZE", json!([bearer, get("acorns")]))["cause"], "unknown_key");
}

const HOUSE: &str = r#"
    use momento
    policy one_cache(cache: string) {
        allow { role: ReadWrite, cache: cache }
    }
    policy no_photos {
        allow { action: any }
        deny  { item: suffix "photo" }
    }
    token session(user: string) {
        permissions: [{ role: ReadWrite, cache: "profiles", item: prefix "user/{user}/" }]
        ttl: 30m
    }
    restriction only_read(cache: string) {
        only { role: ReadOnly, cache: cache }
        ttl: 5m
    }
"#;

#[test]
fn a_policy_beside_the_token_must_allow_too() {
    let host = momento();
    let token = host.token(reader());
    let house = host.get("COMPILE", json!([HOUSE]));
    let photos = host.get("COMPILE", json!([house, { "name": "no_photos" }]));
    let acorns = host.get("COMPILE", json!([house, { "name": "one_cache", "with": { "cache": "acorns" } }]));
    let everything = json!([acorns, token, photos]);
    assert_eq!(host.verdict(everything.clone(), get("acorns")), "allow");
    let photo = with(get("acorns"), "item", json!("photo"));
    let answer = host.get("AUTHORIZE", json!([everything, photo]));
    assert_eq!(answer["verdict"], "forbidden");
    assert_eq!((&answer["policy"], &answer["name"]), (&json!(1), &json!("no_photos")), "{answer}");
    assert_eq!(host.verdict(acorns, get("acorns")), "allow", "a policy decides alone, too");
    assert_eq!(host.verdict(photos, photo), "forbidden");

    let error = host.error("AUTHORIZE", json!([house, get("acorns")]));
    assert_eq!(error["code"], Code::HandleKind.id(), "a policy of it has parameters");
    let error = host.error("COMPILE", json!([house, { "name": "one_cache", "with": { "cahce": "a" } }]));
    assert_eq!((error["code"].as_str(), error["path"].as_str()), (Some(Code::Template.id()), Some("with.cahce")));
    assert_eq!(host.error("COMPILE", json!([house, { "name": "nothing" }]))["path"], "name");
    assert_eq!(host.error("COMPILE", json!([house, { "nam": "no_photos" }]))["path"], "nam");
    assert_eq!(host.error("COMPILE", json!([house, {}]))["path"], "name", "there are two policies");
}

#[test]
fn a_template_is_filled_in_with_values_never_with_patterns() {
    let host = momento();
    let house = host.get("COMPILE", json!([HOUSE]));
    let item = |item: &str| json!({ "action": "get", "cache": "profiles", "item": item });
    let made = host.get("TOKENGEN", json!([house, { "with": { "user": "*" } }]));
    assert_eq!(host.verdict(made["token"].clone(), item("user/*/a")), "allow");
    assert_eq!(host.verdict(made["token"].clone(), item("user/ann/a")), "not_permitted");
    let narrow = host.get("ATTENUATE", json!([made["token"], house, { "with": { "cache": "profiles" } }]));
    assert_eq!(narrow["expiry"], NOW + 300_000);
    assert_eq!(host.verdict(narrow["token"].clone(), item("user/*/a")), "allow");
    let write = with(item("user/*/a"), "action", json!("set"));
    assert_eq!(host.verdict(made["token"].clone(), write.clone()), "allow");
    assert_eq!(host.verdict(narrow["token"].clone(), write), "not_permitted");
    assert_eq!(host.error("TOKENGEN", json!([house, {}]))["code"], Code::Template.id(), "`user` is missing");
}

#[test]
fn a_document_in_text_has_errors_with_lines_and_in_a_map_with_paths() {
    let host = momento();
    let error = host.error("COMPILE", json!(["use momento\npolicy p { allow { cahce: any } }"]));
    assert_eq!((&error["line"], &error["path"]), (&json!(2), &json!("")), "{error}");
    let map = json!({ "items": [{ "use": "momento" }, { "policy": "p", "allow": { "cahce": { "$any": true } } }] });
    assert_eq!(host.error("COMPILE", json!([map]))["path"], "items[1].allow.cahce");
}

#[test]
fn whoever_holds_a_token_can_narrow_it_and_never_widen_it() {
    let host = momento();
    let token = host.token(reader());
    let narrow = host.get("ATTENUATE", json!([token, { "only": [{ "action": "get" }], "ttl": 1000 }]));
    assert_eq!(narrow["expiry"], NOW + 1000);
    assert_eq!(host.verdict(narrow["token"].clone(), get("acorns")), "allow");
    let exists = with(get("acorns"), "action", json!("keyExists"));
    assert_eq!(host.verdict(token.clone(), exists.clone()), "allow");
    assert_eq!(host.verdict(narrow["token"].clone(), exists), "not_permitted");
    let wide = host.get("ATTENUATE", json!([token, { "only": [{ "action": { "$any": true } }], "ttl": 1_000_000 }]));
    assert_eq!(wide["expiry"], NOW + 60_000, "the earliest end counts");
    assert_eq!(host.verdict(wide["token"].clone(), get("beeches")), "not_permitted");

    // No key is needed for it.
    let stranger = JsonHost::new(Host::builder(Keyring::new()).vocabulary("http").clock(|| Time::from_millis(NOW)));
    assert!(stranger.call("ATTENUATE", json!([token, { "only": [{ "action": "get" }] }])).is_ok());
    assert_eq!(stranger.error("ATTENUATE", json!([token, { "use": "http", "ttl": 1 }]))["path"], "use");
    assert_eq!(stranger.error("ATTENUATE", json!([token, { "only": [{ "cahce": "a" }] }]))["path"], "only[0].cahce");
    let sealed = JsonHost::new(builder("momento").wrapping(Wrapping { sealed: true, encrypted: false }));
    let token = sealed.token(reader());
    assert_eq!(sealed.error("ATTENUATE", json!([token, { "ttl": 1 }]))["code"], Code::Attenuate.id());
}

#[test]
fn a_restriction_that_lost_its_rules_narrows_no_token() {
    let host = momento();
    let token = host.token(reader());
    for lost in [json!({}), json!({ "deny": [] }), json!({ "never": [{ "action": "set" }] })] {
        let error = host.error("ATTENUATE", json!([token, lost]));
        assert_eq!(error["code"], Code::Attenuate.id(), "{lost}: {error}");
        assert!(error["help"].as_str().is_some_and(|help| help.contains("only { action: any }")), "{error}");
    }
    for lost in [json!({ "only": [] }), json!({ "rules": [] })] {
        assert_eq!(host.error("ATTENUATE", json!([token, lost]))["code"], "E0110", "{lost}");
    }
    for lost in [json!({ "only": {} }), json!({ "rules": [{ "only": {} }] }), json!({ "only": [{}], "ttl": 1 })] {
        assert_eq!(host.error("ATTENUATE", json!([token, lost]))["code"], "W0101", "{lost}");
    }
    let house = host.get("COMPILE", json!(["use momento\nrestriction r {}\nrestriction s { ttl: 1h }"]));
    let narrow = |name: &str| json!([token, house, { "name": name }]);
    assert_eq!(host.error("ATTENUATE", narrow("r"))["code"], Code::Attenuate.id());
    assert!(host.call("ATTENUATE", narrow("s")).is_ok());
    assert!(host.call("ATTENUATE", json!([token, { "only": [{ "action": { "$any": true } }] }])).is_ok(), "it says so");
}

#[test]
fn tokeninfo_shows_what_a_token_says_and_is_no_error_for_a_bad_one() {
    let host = warp10();
    let token = host.token(with(read_token(), "labels", json!({ "dc": { "$regex": "eu-.*" } })));
    let info = host.get("TOKENINFO", json!([token]));
    assert_eq!(
        (&info["verified"], &info["vocabulary"], &info["purpose"]),
        (&json!(true), &json!("warp10"), &json!("local"))
    );
    assert_eq!((&info["type"], &info["owner"], &info["expiry"]), (&json!("READ"), &json!(ANN), &json!(NOW + 60_000)));
    let rule = info["blocks"][0]["rules"][0].as_str().unwrap();
    assert!(rule.starts_with("allow") && rule.contains("eu-"), "{rule}");
    let narrow = host.get("ATTENUATE", json!([token, { "deny": { "action": "fetch" } }]));
    let info = host.get("TOKENINFO", json!([narrow["token"]]));
    assert_eq!(info["blocks"].as_array().unwrap().len(), 2);
    let stranger = JsonHost::new(Host::builder(Keyring::new()));
    let info = stranger.get("TOKENINFO", json!([token]));
    assert_eq!(
        (&info["verified"], &info["cause"], &info["owner"]),
        (&json!(false), &json!("unknown_key"), &json!(ANN))
    );
    for bad in ["", "nonsense", "placet_l1_AAAA", "placet_l2_AAAA"] {
        let info = host.get("TOKENINFO", json!([bad]));
        assert!(info["verified"] == false && info["error"].is_string(), "{info}");
    }
}

#[test]
fn an_encrypted_token_shows_nothing_of_itself() {
    let host = JsonHost::new(builder("warp10").wrapping(Wrapping { sealed: false, encrypted: true }));
    let info = host.get("TOKENINFO", json!([host.token(read_token())]));
    assert_eq!((&info["verified"], &info["encrypted"]), (&json!(true), &json!(true)));
    assert!(!info.to_string().contains(ANN) && info["blocks"][0].get("rules").is_none(), "{info}");
}

#[test]
fn explain_says_what_would_have_to_change() {
    let host = momento();
    let token = host
        .token(json!({ "permissions": [{ "role": "PublishOnly", "cache": "chat", "topic": "lobby" }], "ttl": 1000 }));
    let den = json!({ "action": "publish", "cache": "chat", "topic": "den" });
    for who in [json!(token), host.get("VERIFY", json!([token]))] {
        let why = host.get("EXPLAIN", json!([who, den]));
        assert_eq!(why["verdict"], "not_permitted");
        let change = &why["nearest"]["changes"][0];
        assert_eq!((&change["attribute"], why["allowed"].as_bool()), (&json!("topic"), Some(false)));
        let passing = why["nearest"]["request"].clone();
        assert_eq!(host.verdict(token.clone(), passing), "allow", "the proposal passes");
    }
}

#[test]
fn a_host_can_refuse_what_deserves_a_warning() {
    let strict = JsonHost::new(builder("warp10").deny_warnings());
    let error = strict.error("TOKENGEN", json!([without(read_token(), "owners")]));
    assert!(error["code"].as_str().unwrap().starts_with('W'), "{error}");
    assert!(warp10().call("TOKENGEN", json!([without(read_token(), "owners")])).is_ok());
}

#[test]
fn the_manual_has_every_function_and_every_code() {
    let manual = include_str!("../../../../docs/embedding.md");
    for function in Function::ALL {
        let row =
            format!("| `{}` | `{}` | {} |", function.name(), function.takes().replace('|', "\\|"), function.gives());
        assert!(manual.contains(&row), "docs/embedding.md lacks the row\n{row}");
    }
    for code in Code::ALL {
        let row = format!("| `{}` | {} |", code.id(), code.title());
        assert!(manual.contains(&row), "docs/embedding.md lacks the row\n{row}");
    }
}

#[test]
fn an_error_reads_well_in_a_log() {
    let error = HostError::new(Code::Twice, "ttl", "`ttl` is given twice");
    assert_eq!(error.to_string(), "H0107 `ttl` is given twice (at `ttl`)");
}

/// A document that calls its own vocabulary as one of the host's is called.
const OWN_MOMENTO: &str = r#"
vocabulary momento 1 {
    cache: string
    action everything
}

token mine {
    allow { action: everything }
    ttl: 1h
}
"#;

#[test]
fn a_script_mints_only_in_vocabularies_that_the_host_knows() {
    for text in [OWN_MOMENTO.to_owned(), OWN_MOMENTO.replace("momento", "shop")] {
        let host = momento();
        let document = host.get("COMPILE", json!([text]));
        let error = host.error("TOKENGEN", json!([document]));
        assert_eq!(error["code"], Code::Vocabulary.id(), "{error}");
        assert!(error["message"].as_str().unwrap().contains("declared by the script"), "{error}");
        let host = JsonHost::new(builder("momento").scripts_declare_vocabularies());
        let document = host.get("COMPILE", json!([text]));
        assert!(host.get("TOKENGEN", json!([document]))["token"].is_string());
    }
    let host = momento();
    let document = host.get("COMPILE", json!(["use momento\ntoken t {\n allow { cache: \"a\" }\n ttl: 1h\n}"]));
    assert!(host.get("TOKENGEN", json!([document]))["token"].is_string());
}

#[test]
fn explain_does_not_read_an_encrypted_token_out_to_its_holder() {
    let encrypted = Wrapping { encrypted: true, ..Wrapping::default() };
    let host = JsonHost::new(builder("momento").wrapping(encrypted));
    let token = host.token(with(reader(), "permissions", json!([{ "role": "ReadOnly", "cache": "the-secret" }])));
    let kept = host.get("VERIFY", json!([token]));
    for who in [json!(token), json!([token]), kept] {
        for (cache, verdict) in [("acorns", "not_permitted"), ("the-secret", "allow")] {
            let told = host.get("EXPLAIN", json!([who, get(cache)]));
            assert_eq!(told["verdict"], verdict);
            assert!(told["decided"].is_object() && told.get("nearest").is_none(), "{told}");
            assert!(!told.to_string().replace("\"cache\":\"the-secret\"", "").contains("the-secret"), "{told}");
        }
    }
    let open = momento();
    let token = open.token(reader());
    assert!(open.get("EXPLAIN", json!([token, get("beeches")])).get("nearest").is_some());
}

#[test]
fn a_host_offers_the_functions_that_it_chooses() {
    let host = JsonHost::new(builder("momento").functions(&[Function::Authorize, Function::Verify]));
    for function in Function::ALL {
        let arguments = json!(vec![json!(1); *function.arity().start()]);
        let error = host.error(function.name(), arguments);
        let is_offered = matches!(function, Function::Authorize | Function::Verify);
        assert_eq!(error["code"] == Code::NoFunction.id(), !is_offered, "{error}");
    }
}

#[test]
fn what_a_script_catches_is_one_line_of_what_can_be_seen() {
    let host = momento();
    let hostile = format!("a\u{202e}\u{200b}\r\nallowed\u{1b}[2J\u{2028}{}", "z".repeat(300));
    let token = host.token(reader());
    let mut calls = vec![
        ("TOKENGEN", json!([{ hostile.as_str(): 1 }])),
        ("TOKENGEN", json!([{ "use": hostile }])),
        ("TOKENGEN", json!([with(reader(), "permissions", json!([{ "role": hostile }]))])),
        ("TOKENGEN", json!([with(reader(), "permissions", json!([{ "cache": { "$x": hostile } }]))])),
        ("TOKENGEN", json!([with(reader(), "ttl", json!({ "$duration": hostile }))])),
        ("COMPILE", json!([{ hostile.as_str(): {} }])),
        ("COMPILE", json!(["use momento\npolicy p { allow { cache: \"a\" } }", { hostile.as_str(): 1 }])),
        ("COMPILE", json!(["use momento\npolicy p { allow { cache: \"a\" } }", { "name": hostile }])),
        ("COMPILE", json!(["use momento\npolicy p { allow { cache: \"a\" } }", { "with": { hostile.as_str(): 1 } }])),
        ("ATTENUATE", json!([token, { "only": { hostile.as_str(): 1 } }])),
        ("VERIFY", json!([hostile])),
    ];
    let asked = [
        json!({ "action": hostile }),
        json!({ "action": "get", hostile.as_str(): 1 }),
        json!({ "action": "get", "cache": [hostile] }),
    ];
    calls.extend(asked.iter().flat_map(|request| ["AUTHORIZE", "EXPLAIN"].map(|name| (name, json!([token, request])))));
    for (name, arguments) in calls {
        let said = host.call(name, arguments).unwrap_or_else(|error| error);
        for key in ["message", "path", "help"] {
            let text = said[key].as_str().unwrap_or_default();
            assert!(!text.contains(|c| placet::visible::hides(c) || "\r\n".contains(c)), "{name} {key}: {text:?}");
            assert!(!text.contains(&"z".repeat(65)), "{name} {key} quotes too much: {text}");
        }
        assert_ne!(said["message"], serde_json::Value::Null, "{name}: {said}");
    }
}

#[test]
fn a_hosts_limit_bounds_what_the_regular_expressions_of_one_call_take() {
    let document = "use momento\npolicy p {\n\
        allow { action: get, cache: ~\"(?:a?){90}b[c-x]*1\" }\n\
        allow { action: get, cache: ~\"(?:a?){90}b[c-x]*2\" }\n\
        allow { action: get, cache: ~\"(?:a?){90}b[c-x]*3\" }\n}";
    assert!(momento().call("COMPILE", json!([document])).is_ok());
    let limits = Limits { effort: 200_000, ..Limits::default() };
    let error = JsonHost::new(builder("momento").limits(limits)).error("COMPILE", json!([document]));
    assert!(error["message"].as_str().unwrap().contains("take more work than they may"), "{error}");
}

/// Compiling the expression that a token quotes is work that whoever wrote the token chooses.
#[test]
fn tokeninfo_compares_regular_expressions_of_verified_tokens_only() {
    let host = momento();
    let token =
        host.token(with(reader(), "permissions", json!([{ "role": "ReadOnly", "cache": { "$regex": "(?:ab)+" } }])));
    let rules = |host: &JsonHost| host.get("TOKENINFO", json!([token]))["blocks"][0]["rules"].to_string();
    assert!(rules(&host).contains("cache: ~") && !rules(&host).contains("not been compared"), "{}", rules(&host));
    let stranger = JsonHost::new(Host::builder(Keyring::new()).vocabulary("momento").clock(|| Time::from_millis(NOW)));
    assert!(rules(&stranger).contains("[\"// The quoted regular expression"), "{}", rules(&stranger));
}

#[test]
fn tokeninfo_says_only_of_a_restriction_and_allow_of_an_authority() {
    let host = momento();
    let token = host.token(with(reader(), "permissions", json!([{ "role": "ReadOnly", "cache": "profiles" }])));
    let narrower = host.get("ATTENUATE", json!([token, { "only": { "topic": "lobby" }, "deny": { "cache": "x" } }]));
    let rules = |number: usize| host.get("TOKENINFO", json!([narrower["token"]]))["blocks"][number]["rules"].clone();
    assert_eq!(rules(0), json!(["allow { role: ReadOnly, cache: \"profiles\" }"]));
    assert_eq!(rules(1), json!(["deny { cache: \"x\" }", "only { topic: \"lobby\" }"]));
}
