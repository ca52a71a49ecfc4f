//! Handles in a script, and the secrets that it must never see.

use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet_host::error::Code;
use placet_host::function::Function;
use placet_host::value::Value;
use placet_host::{Host, Limits};
use serde_json::json;

use super::HOUSE;
use super::json_host::{JsonHost, NOW, SECRET, builder, get, keyring, momento, reader};
use placet::model::time::Time;

#[test]
fn handles_of_another_host_are_refused() {
    let (one, other) = (momento(), momento());
    let handle = one.get("COMPILE", json!([HOUSE]));
    let number = handle["handle"].as_u64().unwrap() as usize;
    let foreign = one.handles.lock().unwrap()[number].clone();
    other.handles.lock().unwrap().push(foreign);
    let foreign = json!({ "handle": 0 });
    for (function, arguments) in [
        ("TOKENGEN", json!([foreign, { "with": { "user": "a" } }])),
        ("AUTHORIZE", json!([foreign, get("a")])),
        ("EXPLAIN", json!([foreign, get("a")])),
        ("COMPILE", json!([foreign, { "name": "no_photos" }])),
        ("ATTENUATE", json!([other.token(reader()), foreign, { "with": { "cache": "a" } }])),
    ] {
        assert_eq!(other.error(function, arguments)["code"], Code::ForeignHandle.id(), "{function}");
    }
}

#[test]
fn a_handle_is_of_one_kind_and_no_data() {
    let host = momento();
    let bearer = host.get("VERIFY", json!([host.token(reader())]));
    assert_eq!(host.error("TOKENGEN", json!([bearer]))["code"], Code::HandleKind.id());
    assert_eq!(host.error("COMPILE", json!([bearer]))["code"], Code::HandleKind.id());
    assert_eq!(host.error("TOKENINFO", json!([bearer]))["code"], Code::Argument.id());
    let error = host.error("TOKENGEN", json!([{ "permissions": [bearer] }]));
    assert_eq!((error["code"].as_str(), error["path"].as_str()), (Some(Code::NotData.id()), Some("permissions[0]")));
}

#[test]
fn handles_are_bounded_and_their_room_comes_back() {
    let limits = Limits { handles: 2, handle_bytes: 10_000, ..Limits::default() };
    let host = JsonHost::new(builder("momento").limits(limits));
    host.get("COMPILE", json!([HOUSE]));
    host.get("COMPILE", json!([HOUSE]));
    assert_eq!(host.error("COMPILE", json!([HOUSE]))["code"], Code::Handles.id());
    assert_eq!(host.host.handles(), 2, "the one that was refused takes no room");
    host.handles.lock().unwrap().clear();
    assert_eq!(host.host.handles(), 0);
    let long = format!("{HOUSE}{}", "// on and on\n".repeat(1000));
    assert_eq!(host.error("COMPILE", json!([long]))["code"], Code::Handles.id());
    assert!(host.call("COMPILE", json!([HOUSE])).is_ok());
}

#[test]
fn threads_share_one_host() {
    let host = momento();
    let token = host.token(reader());
    let house = host.get("COMPILE", json!(["use momento\npolicy all { allow { action: any } }"]));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (host, token, house) = (&host, &token, &house);
            scope.spawn(move || {
                for round in 0..25 {
                    let cache = if round % 2 == 0 { "acorns" } else { "beeches" };
                    let expected = if round % 2 == 0 { "allow" } else { "not_permitted" };
                    assert_eq!(host.verdict(json!([token, house]), get(cache)), expected, "thread {thread}");
                    host.get("VERIFY", json!([token]));
                }
            });
        }
    });
}

/// The text of a secret wherever it is printed.
fn is_secret_free(shown: &str) -> bool {
    let local = LocalKey::from_secret(&SECRET).reveal();
    let signing = SigningKey::from_seed(&SECRET).reveal();
    let digits: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = |text: &str| text.rsplit('_').next().unwrap_or_default()[..20].to_owned();
    let list = SECRET.map(|byte| byte.to_string()).join(", ");
    let secrets = [body(&local), body(&signing), digits, list, String::from_utf8(SECRET.to_vec()).unwrap()];
    !secrets.iter().any(|secret| shown.contains(secret))
        && !shown.contains("placet_secret_")
        && !shown.contains("placet_signing_")
}

#[test]
fn a_key_never_reaches_a_script() {
    let mut signing = Keyring::new();
    signing.mint_with(MintingKey::Signing(SigningKey::from_seed(&SECRET))).unwrap();
    for keyring in [keyring(), signing] {
        let host =
            JsonHost::new(Host::builder(keyring).vocabulary("momento").minting().clock(|| Time::from_millis(NOW)));
        let token = host.token(reader());
        let house = host.get("COMPILE", json!([HOUSE]));
        let bearer = host.get("VERIFY", json!([token]));
        let garbage = json!({ "permissions": [{ "role": "None" }], "ttl": "soon", "owner": [1], "key": "?" });
        let arguments = [json!(token), house, bearer, reader(), garbage, get("acorns"), json!("nonsense"), json!(null)];
        let mut shown = format!("{:?} {:?}", host.host, host.handles.lock().unwrap());
        for function in Function::ALL {
            for one in &arguments {
                for two in &arguments {
                    for list in [json!([one]), json!([one, two])] {
                        let answer = host.call(function.name(), list);
                        shown.push_str(&answer.unwrap_or_else(|error| error).to_string());
                    }
                }
            }
        }
        assert!(shown.len() > 10_000 && is_secret_free(&shown));
    }
    assert!(!is_secret_free(&LocalKey::from_secret(&SECRET).reveal()), "the search finds what it looks for");
}

/// Values without sense, from a seed: every function answers or refuses, and none panics.
#[test]
fn no_value_makes_a_function_panic() {
    let host = JsonHost::new(builder("momento"));
    let token = host.token(reader());
    host.get("COMPILE", json!([HOUSE]));
    host.get("VERIFY", json!([token]));
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..2000 {
        let function = Function::ALL[draw(&mut seed, Function::ALL.len())];
        let count = 1 + draw(&mut seed, 3);
        let arguments: Vec<Value> = (0..count).map(|_| nonsense(&host, &token, &mut seed, 5)).collect();
        match host.host.call(function, &arguments) {
            Ok(answer) => assert_ne!(answer.get("allowed"), Some(&Value::Bool(true)), "{arguments:?}"),
            Err(error) => assert!(!error.code.is_empty() && !error.message.is_empty(), "{error:?}"),
        }
    }
}

fn draw(seed: &mut u64, below: usize) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed % below as u64) as usize
}

fn nonsense(host: &JsonHost, token: &str, seed: &mut u64, depth: usize) -> Value {
    const WORDS: &[&str] = &[
        "use",
        "momento",
        "http",
        "permissions",
        "role",
        "ReadOnly",
        "cache",
        "action",
        "burn",
        "ttl",
        "expiry",
        "issuance",
        "type",
        "READ",
        "WRITE",
        "owner",
        "labels",
        "allow",
        "deny",
        "only",
        "when",
        "true",
        "$any",
        "$regex",
        "(((",
        "$range",
        "$text",
        "$name",
        "with",
        "name",
        "items",
        "token",
        "policy",
        "params",
        "rules",
        "",
        "\u{202e}",
        "{x}",
        "$fields",
    ];
    let word = |seed: &mut u64| WORDS[draw(seed, WORDS.len())].to_owned();
    match draw(seed, if depth == 0 { 8 } else { 12 }) {
        0 => Value::Null,
        1 => Value::Bool(draw(seed, 2) == 0),
        2 => Value::Int([0, -1, i64::MAX, i64::MIN, NOW][draw(seed, 5)]),
        3 => Value::Float([0.5, f64::NAN, f64::INFINITY, -1e308, 1000.0][draw(seed, 5)]),
        4 => Value::Bytes(vec![draw(seed, 256) as u8; draw(seed, 40)]),
        5 => Value::Text(token[..draw(seed, token.len())].to_owned()),
        6 => Value::Handle(host.handles.lock().unwrap()[draw(seed, 2)].clone()),
        7 => Value::Text(word(seed)),
        8 => Value::List((0..draw(seed, 4)).map(|_| nonsense(host, token, seed, depth - 1)).collect()),
        _ => {
            let entries = (0..draw(seed, 5)).map(|_| (word(seed), nonsense(host, token, seed, depth - 1)));
            Value::Map(entries.collect())
        }
    }
}
