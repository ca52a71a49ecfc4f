//! Placet inside Rhai: the calls of a script, and the answers that it gets.

#![cfg(feature = "rhai")]

use std::sync::Arc;

use placet::model::time::Time;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::LocalKey;
use placet_host as host;
use placet_host::Host;
use rhai::{Engine, EvalAltResult, Map};

#[path = "../../examples/rhai_host.rs"]
#[expect(dead_code, reason = "the example's `main` is run by hand")]
mod example;

const NOW: i64 = 1_767_225_600_000;
const SECRET: [u8; 32] = [7; 32];

fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.mint_with(MintingKey::Local(LocalKey::from_secret(&SECRET))).unwrap();
    keyring
}

fn host() -> Arc<Host> {
    Arc::new(Host::builder(keyring()).vocabulary("momento").minting().clock(|| Time::from_millis(NOW)).build().unwrap())
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    host::rhai::register(&mut engine, &host());
    engine
}

fn says(script: &str) -> String {
    engine().eval::<rhai::Dynamic>(script).unwrap_or_else(|error| panic!("{script}: {error}")).to_string()
}

/// The error that a script catches: code, path and message.
fn caught(script: &str) -> (String, String, String) {
    let script = format!("let caught = (); try {{ {script}; throw \"no error\" }} catch (e) {{ caught = e; }} caught");
    let error: Map = engine().eval(&script).unwrap_or_else(|error| panic!("{script}: {error}"));
    let part = |key: &str| error[key].to_string();
    (part("code"), part("path"), part("message"))
}

fn caught_at(script: &str) -> (String, String) {
    let (code, path, _) = caught(script);
    (code, path)
}

fn pair(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

const MINT: &str = r#"
    let made = TOKENGEN(#{ permissions: [#{ role: "ReadOnly", cache: "acorns" }], ttl: 60_000 });
    let read = #{ action: "get", cache: "acorns", item: "oak" };
"#;

#[test]
fn the_example_runs_and_says_what_its_page_says() {
    let lines = example::run(keyring(), include_str!("../../examples/rhai_host.rhai")).unwrap();
    let expected = [
        "read:    allow",
        "write:   not_permitted",
        "bearer:  token",
        "write:   allow",
        "house:   forbidden by no_photos",
        "publish: not_permitted",
    ];
    for line in expected {
        assert!(lines.iter().any(|printed| printed == line), "{line:?} is not in {lines:#?}");
    }
    assert!(lines.last().unwrap().ends_with("at permissions[0].cahce"), "{lines:#?}");
}

#[test]
fn a_map_goes_in_and_a_map_comes_out() {
    assert_eq!(says(&format!("{MINT} AUTHORIZE(made.token, read).verdict")), "allow");
    assert_eq!(
        says(&format!("{MINT} AUTHORIZE(made.token, #{{ action: \"set\", cache: \"acorns\" }}).allowed")),
        "false"
    );
    assert_eq!(says(&format!("{MINT} TOKENINFO(made.token).verified")), "true");
    assert_eq!(says("TOKENINFO(\"nonsense\").cause"), "not_a_token");
}

#[test]
fn values_of_rhai_become_values_of_placet() {
    assert_eq!(says(&format!("{MINT} read.item = blob(3, 65); AUTHORIZE(made.token, read).verdict")), "allow");
    assert_eq!(says(&format!("{MINT} read.item = ['a', \"b\"]; AUTHORIZE(made.token, read).verdict")), "allow");
    assert_eq!(says(&format!("{MINT} read.topic = (); AUTHORIZE(made.token, read).verdict")), "allow");
    assert_eq!(says("TOKENGEN(#{ permissions: [#{ role: \"ReadOnly\" }], ttl: 60_000.0 }).ident.len()"), "32");
    assert_eq!(caught_at("TOKENGEN(#{ permissions: [], ttl: 0.5 })"), pair("H0106", "ttl"));
    assert_eq!(
        caught_at("TOKENGEN(#{ permissions: [#{ cache: || 1 }], ttl: 1 })"),
        pair("H0108", "permissions[0].cache")
    );
    assert_eq!(caught_at("TOKENGEN(#{ permissions: [], ttl: timestamp() })"), pair("H0108", "ttl"));
    assert_eq!(
        caught_at("TOKENGEN(#{ permissions: [#{ cache: () }], ttl: 1 })"),
        pair("H0105", "permissions[0].cache")
    );
}

#[test]
fn an_error_is_a_map_with_a_position() {
    let (code, path, message) = caught("TOKENGEN(#{ permissions: [#{ role: \"ReadOnly\", cahce: \"a\" }], ttl: 1 })");
    assert!(
        code.starts_with('E') && path == "permissions[0].cahce" && message.contains("cahce"),
        "{code} {path} {message}"
    );
    let error = engine().eval::<()>("let a = 1;\n\n  TOKENGEN(7)").unwrap_err();
    assert_eq!(error.position().line(), Some(3), "{error}");
    assert!(
        matches!(*error, EvalAltResult::ErrorRuntime(..)) && error.to_string().contains("expects a map on top"),
        "{error}"
    );
}

#[test]
fn minting_without_configuration_is_refused_by_tokengens_words() {
    let host = Arc::new(Host::builder(keyring()).vocabulary("momento").build().unwrap());
    let mut engine = Engine::new();
    host::rhai::register(&mut engine, &host);
    let message: String =
        engine.eval("let said = (); try { TOKENGEN(#{}) } catch (e) { said = e.message; } said").unwrap();
    assert_eq!(message, "TOKENGEN missing capability.");
}

#[test]
fn a_handle_is_an_object_that_says_what_it_is() {
    let script = "let h = COMPILE(\"use momento\\npolicy all { allow { action: any } }\");";
    assert_eq!(says(&format!("{script} h.kind")), "document");
    assert_eq!(
        says(&format!("{script} h.to_string()")),
        "<placet document of `momento`: 0 token 1 policy 0 restriction>"
    );
    assert_eq!(says(&format!("{script} type_of(h)")), "PlacetHandle");
    assert_eq!(says(&format!("{MINT} {script} AUTHORIZE([VERIFY(made.token), h], read).verdict")), "allow");
    assert_eq!(says(&format!("{script} let same = h; same == h && h != COMPILE(h, #{{ name: \"all\" }})")), "true");
    assert!(engine().eval::<()>(&format!("{script} h.kind = \"token\"")).is_err(), "nothing of it can be set");
    assert_eq!(caught_at("AUTHORIZE(#{ kind: \"token\" }, #{})").0, "H0102", "a map that looks like one is none");
}

#[test]
fn a_depth_bomb_and_a_list_inside_itself_are_refused() {
    let mut engine = engine();
    engine.set_max_expr_depths(0, 0);
    let code: String = engine
        .eval("let deep = []; for n in 0..10_000 { deep = [deep]; if n > 500 { break; } } let said = (); try { TOKENGEN(#{ permissions: deep }) } catch (e) { said = e.code; } said")
        .unwrap();
    assert_eq!(code, "H0109");
    let code: String = engine
        .eval("let wide = []; wide.pad(50_000, 1); let said = (); try { TOKENGEN(#{ permissions: wide }) } catch (e) { said = e.code; } said")
        .unwrap();
    assert_eq!(code, "H0110");
}

#[test]
fn a_script_that_runs_for_ever_is_stopped_by_the_engine() {
    let mut engine = engine();
    engine.set_max_operations(10_000);
    let error = engine.eval::<()>("loop { TOKENINFO(\"x\"); }").unwrap_err();
    assert!(matches!(*error, EvalAltResult::ErrorTooManyOperations(_)), "{error}");
}

#[test]
fn a_map_in_rhai_can_not_name_a_key_twice() {
    assert!(engine().compile("TOKENGEN(#{ ttl: 1, ttl: 2 })").is_err());
}

#[test]
fn a_function_is_called_each_time_even_where_everything_is_constant() {
    let mut engine = engine();
    engine.set_optimization_level(rhai::OptimizationLevel::Full);
    let script =
        "let map = #{ permissions: [#{ role: \"ReadOnly\" }], ttl: 1 }; TOKENGEN(map).token == TOKENGEN(map).token";
    assert!(!engine.eval::<bool>(script).unwrap(), "two tokens have two ids");
}

#[test]
fn a_key_never_reaches_a_script() {
    let script = format!(
        "{MINT} let h = COMPILE(\"use momento\\npolicy all {{ allow {{ action: any }} }}\"); let v = VERIFY(made.token);
         let all = [made, h, v, TOKENINFO(made.token), AUTHORIZE(v, read), EXPLAIN(v, read), h.to_debug(), v.to_string()];
         try {{ TOKENGEN(#{{ key: 1 }}) }} catch (e) {{ all.push(e); }}
         all.to_debug()"
    );
    let shown = says(&script);
    let secret = LocalKey::from_secret(&SECRET).reveal();
    assert!(
        shown.len() > 500
            && !shown.contains("placet_secret")
            && !shown.contains(&secret["placet_secret_".len()..][..20])
    );
}

#[test]
fn engines_on_many_threads_share_one_host() {
    let host = host();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut engine = Engine::new();
                host::rhai::register(&mut engine, &host);
                for _ in 0..10 {
                    assert_eq!(
                        engine.eval::<String>(&format!("{MINT} AUTHORIZE(made.token, read).verdict")).unwrap(),
                        "allow"
                    );
                }
            });
        }
    });
}

#[test]
fn a_function_that_the_host_does_not_offer_is_not_there() {
    let chosen = Host::builder(keyring())
        .vocabulary("momento")
        .functions(&[host::function::Function::Authorize])
        .build()
        .unwrap();
    let mut engine = Engine::new();
    host::rhai::register(&mut engine, &Arc::new(chosen));
    let error = engine.eval::<rhai::Dynamic>("EXPLAIN(1, 2)").unwrap_err();
    assert!(matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)), "{error}");
    assert!(matches!(*engine.eval::<rhai::Dynamic>("AUTHORIZE(1, 2)").unwrap_err(), EvalAltResult::ErrorRuntime(..)));
}
