//! What commands answer: requests in two notations, exit codes, JSON, the pages of codes, and words of other tools.

use serde_json::Value;

use crate::cli_support::{POLICY, Place};

fn place() -> Place {
    let place = Place::new();
    place.write("policy.placet", POLICY);
    place
}

const EVAL: [&str; 6] = ["eval", "policy.placet", "--template", "reader", "--with", "user=42"];
const GET: &str = r#"get { cache: "profiles", item: "user/42/a" }"#;
const GET_JSON: &str = r#"{"action":"get","cache":"profiles","item":"user/42/a"}"#;

#[test]
fn a_request_is_taken_in_both_notations_from_the_command_line_a_file_and_standard_input() {
    let place = place();
    place.write("spelled", GET);
    place.write("request.json", GET_JSON);
    let eval = |request: &str| place.words(&[&EVAL[..], &["--request", request]].concat());
    for request in [GET, GET_JSON, "@spelled", "@request.json", "spelled", "request.json"] {
        eval(request).yes();
    }
    let reading = |text: &str| place.placet_reading(&format!("{} --request -", EVAL.join(" ")), text);
    reading(GET).yes();
    reading(GET_JSON).yes();
    eval("@none").could_not().says("`none`");
    eval("none.json").could_not().says("`@FILE`");
    // An action alone is a request: here one without a cache.
    eval("get").no();
}

/// A script that tests a policy must not take its own typing error for a denial.
#[test]
fn a_malformed_request_is_not_a_denied_one() {
    let place = place();
    for request in [
        r#"{"action":"get""#,
        "{action: get}",
        "get { cache: }",
        r#"{"action":"gett"}"#,
        r#"get { cahce: "a" }"#,
        r#"{"action":"get","cache":1}"#,
        r#"{"action":"get","time":0}"#,
        "[]{",
        "get { } get { }",
    ] {
        for command in ["eval", "explain"] {
            let words = [&[command], &EVAL[1..], &["--request", request]].concat();
            place.words(&words).could_not().says("refused");
        }
    }
    place.words(&[&EVAL[..], &["--request", r#"get { cache: "other" }"#]].concat()).no();
}

#[test]
fn a_malformed_line_of_a_stream_is_named_and_the_command_could_not() {
    let place = place();
    let lines = format!("{GET_JSON}\n{GET}\ngett {{ }}\n{{x\nget {{\n");
    place.write("requests", &lines);
    let stream = format!("{} --jsonl --request requests", EVAL.join(" "));
    let ran = place.placet(&stream).could_not().says("at line 3").says("at line 4").says("at line 5");
    ran.says("2 allow").says("3 malformed");
    place.write("requests", &format!("{GET_JSON}\nget {{ cache: \"other\" }}\n"));
    place.placet(&stream).no();
    place.write("requests", GET);
    place.placet(&stream).yes().says("1 request: 1 allow");
}

#[test]
fn try_prints_json_with_every_case_and_without_cases_a_beginning() {
    let place = place();
    let json = place.json("try policy.placet");
    assert_eq!(json["fixtures"].as_array().unwrap().len(), 3);
    assert!(json["beginning"].as_str().unwrap().starts_with("token reader"));
    place.write("policy.cases", &format!("token reader(user: \"42\")\n\nallow {GET}\nforbidden {GET}\n"));
    let json = place.json("try policy.placet");
    assert_eq!((&json["ok"], &json["passed"], &json["failed"]), (&false.into(), &1.into(), &1.into()));
    let fixture = &json["fixtures"][0];
    assert!(fixture["tokens"][0]["token"].as_str().unwrap().starts_with("placet_l1_"));
    assert_eq!(fixture["cases"][1]["found"], "allow");
    assert_eq!(fixture["blocks"][0]["name"], "reader");
    place.write("policy.placet", "use momento\ntoken t {");
    assert_eq!(place.json("try policy.placet")[0]["severity"], "error");
}

/// Every command prints one JSON value, or one a line, whatever becomes of it.
#[test]
fn every_command_prints_json_where_it_is_asked_for() {
    let place = Place::with_token();
    place.placet("keygen --public --keyring pair").yes();
    place.placet("warp10 keys new --out warp10.keys").yes();
    let spelled = format!("{} --request get", EVAL.join(" "));
    for words in [
        "init new",
        "try policy.placet",
        "check policy.placet",
        "fmt --stdout policy.placet",
        "fmt --check policy.placet",
        "fmt --to json policy.placet",
        "compile policy.placet --template whole",
        "compile policy.placet --template whole --out program",
        "test policy.placet",
        "fuzz policy.placet --template whole --runs 50",
        "bench policy.placet --template whole --runs 1 --threads 0",
        spelled.as_str(),
        "explain E0404",
        "explain --list",
        "keygen --local --keyring more",
        "mint policy.placet --template whole --keyring keys",
        "inspect token",
        "inspect token --keyring keys",
        "attenuate token policy.placet --with item=user/42/a",
        "seal token",
        "vouch request token",
        "revoke token --keyring keys --list revoked",
        "vocabulary list",
        "vocabulary show http",
        "vocabulary fingerprint http",
        "completions bash",
        "man mint",
        "man --out pages",
        "warp10 keys new --out again.keys",
        "check none.placet",
        "mnt",
        "verify token",
        "eval policy.placet",
        "check --none policy.placet",
    ] {
        let ran = place.placet(&format!("--format json {words}"));
        let parsed: Result<Value, _> = serde_json::from_str(&ran.out);
        assert!(parsed.is_ok(), "{words}: {}\n{}", ran.out, ran.err);
    }
    let to_text = place.placet("fmt --to json policy.placet").yes().out;
    place.write("policy.json", &to_text);
    assert!(place.json("fmt --to text policy.json")["text"].as_str().unwrap().contains("token whole"));
}

#[test]
fn errors_in_json_files_name_file_line_and_column_and_speak_json() {
    let place = Place::new();
    place.write(
        "a.json",
        "{\n  \"use\": \"http\",\n  \"policy\": \"p\",\n  \"allow\": { \"path\": \"/a\",\n    \"cahce\": 1 }\n}\n",
    );
    place.write("b.json", "{\n  \"policy\": \"p\",\n  \"allow\": { \"path\": \"/a\" }\n}\n");
    place
        .write("c.json", "{ \"use\": \"http\", \"policy\": \"p\",\n  \"allow\": [{ \"host\": \"*.example.com\" }] }\n");
    let ran = place.placet("check a.json b.json c.json").no();
    let ran = ran.says("a.json:5:5").says("b.json:1:1").says("c.json:2:15");
    let ran = ran.says("add the key `use`").says(r#"{"$glob":"*.example.com"}"#);
    assert!(!ran.err.contains("begin with"), "{}", ran.err);
    // A condition is text in JSON as well.
    place.write("e.json", r#"{ "use": "http", "policy": "p", "rules": [{ "allow": { "path": "/a" }, "when": "has host && host in \"*.b\"" }] }"#);
    let ran = place.placet("check e.json").yes().says("W0119").says("glob \"*.b\"");
    assert!(!ran.err.contains("$glob"), "{}", ran.err);
    let json = place.json("check a.json");
    let found = &json["files"][0]["diagnostics"][0];
    assert_eq!((&found["file"], &found["line"], &found["column"]), (&"a.json".into(), &5.into(), &5.into()));
    assert_eq!(found["path"], "allow.cahce");
    place.placet("fmt --check a.json").no();
    place.write("d.json", "{\n  \"token\": \"t\",\n  \"owners\": [{ \"$prefx\": \"a\" }] }\n");
    place.placet("fmt --check d.json").no().says("d.json:3:16");
}

#[test]
fn many_broken_files_are_one_json_document() {
    let place = place();
    for (name, text) in
        [("a.placet", "token x {"), ("b.placet", "token y {"), ("policy.cases", "token whole\nallow get {{\n")]
    {
        place.write(name, text);
    }
    let tested = place.json("test policy.cases");
    assert_eq!((&tested["broken"], &tested["errors"][0]["file"]), (&1.into(), &"policy.cases".into()), "{tested}");
    for command in ["check a.placet b.placet", "fmt a.placet b.placet", "vocabulary check a.placet b.placet"] {
        assert!(!place.json(command).is_null(), "{command}");
    }
}

#[test]
fn a_code_has_a_page_and_errors_point_to_it_once() {
    let place = place();
    let page = place.placet("explain E0404").yes();
    let page = page.says("error[E0404]").says("example").says("the message").says("the way out");
    assert!(page.err.is_empty(), "{}", page.err);
    place.placet("explain e0110").yes().says("\"$prefx\"").says("did you mean `$prefix`?");
    place.placet("explain w0115").yes().says("warning[W0115]");
    place.placet("explain --list").yes().says("E0101").says("W0115");
    place.placet("explain E9999").could_not().says("`placet explain --list`");
    place.placet("explain policy.placet --template whole").could_not().says("no request is given");
    place.placet("explain").could_not();
    place.write("bad.placet", "use momento\ntoken t { tll: 5m }\ntoken u { tll: 5m }\n");
    let ran = place.placet("check bad.placet bad.placet").no().says("error[E0208]");
    assert_eq!(ran.err.matches("`placet explain E").count(), 1, "{}", ran.err);
    assert!(place.placet("--format json check bad.placet").no().err.is_empty());
    // A file of that name is a file.
    place.write("E0404", POLICY);
    place.placet("explain E0404 --template whole --request get").no();
}

#[test]
fn commands_of_other_tools_point_to_ours() {
    let place = place();
    for (word, says) in [
        ("verify", "placet inspect TOKEN --keyring FILE"),
        ("Validate", "placet check"),
        ("lint", "placet check"),
        ("decode", "placet inspect"),
        ("new", "placet init"),
        ("diff", "placet fuzz NEW --against OLD"),
    ] {
        place.placet(&format!("{word} x")).could_not().says("there is no command").says(says);
    }
    place.placet("mnt").could_not().says("'mint'");
}
