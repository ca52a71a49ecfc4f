//! What the command line does to files, what it takes for an answer, and how much it says.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::cli_support::Place;
use crate::support::read;
use placet::check::library::Library;
use placet::diag::render::{narrated, plain};
use placet::syntax::parse::parse;

const ID: &str = "00112233445566778899aabbccddeeff";

fn with_cases() -> Place {
    let place = Place::with_token();
    place.write(
        "policy.cases",
        "token reader(user: \"42\")\n\nallow get { cache: \"profiles\", item: \"user/42/a\" }\n",
    );
    place.write("request.json", r#"{"action":"get","cache":"profiles","item":"user/42/a"}"#);
    place
}

#[test]
fn no_output_takes_the_place_of_an_input_or_of_another_output() {
    let place = with_cases();
    place.placet(&format!("revoke --id {ID} --list list")).yes();
    place.placet("keygen --public --keyring pair").yes();
    fs::create_dir(place.path("below")).unwrap();
    for (words, said) in [
        ("test policy.cases --html policy.placet", "`policy.placet` is an input"),
        ("test policy.placet --lcov policy.cases", "`policy.cases` is an input"),
        ("test policy.placet --lcov ./below/../policy.placet", "is an input"),
        ("test policy.cases --lcov report --html ./report", "`./report` would be written twice"),
        ("compile policy.placet --template whole --out policy.placet", "`policy.placet` is an input"),
        ("bench policy.placet --runs 1 --threads 0 --html policy.cases", "`policy.cases` is an input"),
        ("revoke --id 10112233445566778899aabbccddeeff --list list --snapshot list", "`list` would be written twice"),
        ("revoke token --keyring keys --list list --snapshot token", "`token` is an input"),
        ("revoke token --keyring keys --list keys", "`keys` is an input"),
        ("keygen --public --keyring new --verifier new", "`new` would be written twice"),
        ("keygen --public --keyring pair --verifier pair --force", "`pair` would be written twice"),
        ("keygen --public --keyring pair --verifier pair --rotate", "`pair` would be written twice"),
    ] {
        let files = ["policy.placet", "policy.cases", "list", "token", "keys", "pair"];
        let before = files.map(|name| place.read(name));
        place.placet(words).could_not().says(said);
        assert_eq!(files.map(|name| place.read(name)), before, "{words}");
        assert!(!place.has("new"), "{words}");
    }
    place.placet("fmt policy.placet ./policy.placet").yes();
    place.placet("test policy.cases --lcov report").yes();
    place.placet("test policy.cases --lcov report").yes();
}

#[test]
fn a_file_that_is_waited_for_is_named() {
    let place = Place::new();
    let lock = File::create(place.path(".list.lock")).unwrap();
    lock.lock().unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_placet"))
        .args(["revoke", "--id", ID, "--list", "list"])
        .current_dir(place.path("."))
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let (mut said, mut errors) = (String::new(), BufReader::new(child.stderr.take().unwrap()));
    errors.read_line(&mut said).unwrap();
    assert!(said.starts_with("waiting for `list`"), "{said}");
    lock.unlock().unwrap();
    assert!(child.wait().unwrap().success());
    assert!(place.read("list").contains(ID));
}

#[test]
fn only_a_revocation_begins_a_list_unless_a_new_one_is_asked_for() {
    let place = Place::new();
    for words in ["--renew", "--snapshot bin", "--renew --snapshot bin", "--renew --max-age 1h"] {
        place.placet(&format!("revoke {words} --list list")).could_not().says("there is no revocation list `list`");
        assert!(!place.has("list") && !place.has("bin"), "{words}");
    }
    place.placet("revoke --new --list list --snapshot bin").yes();
    place.placet("revoke --renew --list list").yes();
    place.placet("revoke --new --list list").could_not().says("exists already");
    place.placet(&format!("revoke --id {ID} --list other")).yes();
}

#[test]
fn a_rotated_key_joins_the_older_ones_of_those_who_verify() {
    let place = with_cases();
    place.placet("keygen --public --keyring pair --verifier verifier").yes();
    place.write("verifier", &format!("# ours\n{}", place.read("verifier")));
    let mint = "mint policy.placet --template reader --with user=42 --keyring pair";
    let old = place.placet(mint).yes().out;
    place.placet("keygen --public --keyring pair --verifier verifier --rotate").yes();
    place.placet("keygen --public --keyring pair --verifier second --rotate").yes();
    place.placet("keygen --public --keyring pair --verifier verifier --rotate").yes();
    place.write("old", &old);
    place.write("young", &place.placet(mint).yes().out);
    for token in ["old", "young"] {
        place.placet(&format!("inspect {token} --keyring verifier")).yes().says("VERIFIED");
    }
    place.placet("inspect old --keyring second").yes();
    let verifier = place.read("verifier");
    assert!(verifier.starts_with("# ours\n") && verifier.matches("accept placet_public_").count() == 4, "{verifier}");
    assert!(!verifier.contains("placet_signing_") && !place.read("second").contains("placet_signing_"));
}

#[test]
fn where_one_of_two_keyrings_cannot_be_written_neither_is() {
    let place = Place::with_token();
    place.placet("keygen --public --keyring pair --verifier verifier").yes();
    let before = ["pair", "verifier", "keys"].map(|name| place.read(name));
    place.placet("keygen --public --keyring pair --verifier keys --rotate").could_not().says("holds secrets");
    place.placet("keygen --public --keyring pair --verifier nowhere/verifier --rotate").could_not();
    place.placet("keygen --public --keyring new --verifier verifier").could_not().says("`verifier` exists already");
    place.placet("keygen --public --keyring pair --verifier new").could_not().says("`pair` exists already");
    assert_eq!(["pair", "verifier", "keys"].map(|name| place.read(name)), before);
    assert!(!place.has("new") && !place.has(".new.tmp") && !place.has(".pair.tmp"));
}

#[test]
fn the_clock_runs_while_a_stream_is_decided() {
    let place = with_cases();
    let mint = "mint policy.placet --template reader --with user=42 --keyring keys --ttl 5s";
    place.write("short", &place.placet(mint).yes().out);
    let mut child = Command::new(env!("CARGO_BIN_EXE_placet"))
        .args(["eval", "--token", "short", "--keyring", "keys", "--jsonl", "--request", "-"])
        .current_dir(place.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut asks, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut ask = || {
        writeln!(asks, "{}", place.read("request.json")).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer
    };
    let mut last = ask();
    assert!(last.starts_with("allow"), "{last}");
    for _ in 0..100 {
        if !last.starts_with("allow") {
            break;
        }
        thread::sleep(Duration::from_millis(100));
        last = ask();
    }
    assert!(last.starts_with("refused") && last.contains("expired"), "{last}");
    drop(asks);
    child.wait().unwrap();
}

#[test]
fn warnings_of_the_policies_beside_a_token_count_as_its_own_do() {
    let place = with_cases();
    place.write("open.placet", "use momento\npolicy open {\n    allow { }\n    allow { action: get }\n}\n");
    for eval in ["eval --token token --keyring keys", "eval policy.placet --template reader --with user=42"] {
        let words = format!("{eval} --request request.json --policy open.placet");
        place.placet(&words).yes();
        place.placet(&format!("{words} --deny-warnings")).could_not().prints_nothing();
    }
}

#[test]
fn a_name_of_a_vocabulary_keeps_its_meaning() {
    let place = Place::new();
    place.write("ours.placet", "vocabulary http 1 {\n    path: string\n    action GET\n}\n");
    place.write("policy.placet", "use http\ntoken t {\n    ttl: 1h\n    allow { path: prefix \"/a/\" }\n}\n");
    let eval = "eval policy.placet --vocabulary ours.placet --request {\"action\":\"GET\",\"path\":\"/a/../b\"}";
    place.placet(eval).could_not().says("E0204").says("there is already another vocabulary `http`");

    let parsed = |text: &str| parse(text).unwrap();
    let shop = |rest: &str| parsed(&format!("vocabulary shop 1 {{ action look, buy{rest} }}\nrole Visitor = [look]"));
    let mut library = Library::default();
    library.add(&shop("")).unwrap();
    library.add(&shop(", sell")).unwrap();
    library.add(&shop("")).unwrap();
    assert_eq!(library.get("shop").unwrap().actions().len(), 3, "an earlier state takes nothing away");
    let wider = parsed("vocabulary shop 1 { action look, buy, sell, wipe }\nrole Visitor = [look, buy]");
    assert_eq!(library.add(&wider).unwrap_err().len(), 1, "a role means something else");
    let twice = parsed("vocabulary one 1 { action a }\nvocabulary one 1 { action b }");
    assert!(library.add(&twice).is_err() && library.get("one").is_none());
    library.replace(&wider).unwrap();
    assert_eq!(library.get("shop").unwrap().actions().len(), 4);
}

#[test]
fn a_number_on_the_command_line_says_what_it_counts() {
    let place = with_cases();
    let mint = "mint policy.placet --template whole --keyring keys";
    place.placet(&format!("{mint} --ttl 5")).could_not().prints_nothing().says("`5s`, `5m`, `5h` or `5d`");
    place.placet(&format!("{mint} --ttl 5000ms")).yes();
    place.placet(&format!("{mint} --now 1764504000")).could_not().says("`2025-11-30T12:00:00Z`");
    place.placet(&format!("{mint} --now 1764504000000")).yes();
    place.placet("attenuate token policy.placet --template one_item --with item=a --ttl 5").could_not().says("`5m`");
    place.placet(&format!("revoke --id {ID} --list list --max-age 5")).could_not().says("`5d`");
    let key = "local:00112233445566778899aabbccddeeff";
    let revoke = format!("revoke --list list --key {key} --before");
    place.placet(&format!("{revoke} 1764504000")).could_not().says("`2025-11-30T12:00:00Z`");
    assert!(!place.has("list"));
    place.write(
        "int.placet",
        "vocabulary v 1 {\n    n: int\n    action go\n}\ntoken t(n: int) {\n    allow { n: n }\n    ttl: 1h\n}\n",
    );
    for n in ["+1", "01", "1_0", "-0", ""] {
        place.placet(&format!("compile int.placet --with n={n}")).could_not().says("is not an int");
    }
    place.placet("compile int.placet --with n=-1").yes();
}

#[test]
fn a_policy_with_errors_is_no_denial() {
    let place = with_cases();
    place.placet("keygen --public --keyring pair").yes();
    place.write("voucher.request", &place.placet("vouch request token").yes().out);
    place.write("bad.placet", "use momento\ntoken t {\n    ttl: 1h\n    allow { action: gte }\n}\n");
    for words in [
        "eval bad.placet --request request.json",
        "eval bad.placet --request request.json --jsonl",
        "eval policy.placet --template whole --policy bad.placet --request request.json",
        "eval --token token --keyring keys --policy bad.placet --request request.json",
        "eval policy.placet --template whole --vocabulary bad.placet --request request.json",
        "explain bad.placet --request request.json",
        "mint bad.placet --keyring keys",
        "attenuate token bad.placet",
        "vouch sign voucher.request bad.placet --keyring pair",
        "fuzz bad.placet --runs 10",
        "fuzz policy.placet --template whole --against bad.placet --runs 10",
        "bench bad.placet --runs 1",
        "inspect token --vocabulary request.json",
        "repl bad.placet",
    ] {
        place.placet(words).could_not();
    }
    let denied = "eval policy.placet --template whole --request createCache";
    for words in ["check bad.placet", "compile bad.placet", denied] {
        place.placet(words).no();
    }
}

#[test]
fn what_a_command_would_not_look_at_is_an_error() {
    let place = with_cases();
    let eval = "eval --token token --keyring keys --request request.json";
    place.placet(&format!("{eval} --with nobody=1")).could_not().says("no policy has a parameter `nobody`");
    place.placet(&format!("{eval} --template reader")).could_not().says("`--template reader`");
    place.placet(&format!("{eval} --policy policy.placet --with nobody=1")).could_not().says("`nobody`");
    place.placet(&format!("{eval} --vocabulary policy.placet")).could_not().says("declares no vocabulary");
    let file = "eval policy.placet --template reader --with user=42 --request request.json";
    place.placet(file).yes();
    for ignored in ["--keyring keys", "--revocations list"] {
        place.placet(&format!("{file} {ignored}")).could_not().says("cannot be used with");
    }
}

#[test]
fn where_nothing_was_tried_nothing_was_shown() {
    let place = with_cases();
    let fuzz = "fuzz policy.placet --template whole --against policy.placet";
    place.placet(&format!("{fuzz} --runs 0")).could_not().says("no request was tried");
    place.placet(&format!("{fuzz} --for 0s")).could_not().says("no request was tried");
    place.placet(&format!("{fuzz} --runs 10")).yes();
}

#[test]
fn lines_that_nobody_types_have_an_exit_code() {
    let place = with_cases();
    let repl = |lines: &str| place.placet_reading("repl policy.placet", &format!(":token whole\n{lines}\n"));
    repl("get { cache: \"a\" }").yes();
    repl("{}\nget { cache: \"a\" }").no();
    repl("garbage\nget { cache: \"a\" }").could_not();
    repl(":policy no_chat\ntopicPublish { cache: \"a\", topic: \"t\" }\n:quit\ngarbage").no();
}

#[test]
fn what_has_no_end_is_not_read_to_its_end() {
    let place = with_cases();
    let long = format!("{}\n{}\n", "x".repeat(17 << 20), place.read("request.json"));
    let ran = place.placet_reading("eval --token token --keyring keys --jsonl --request -", &long).could_not();
    let words: Vec<_> = ran.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(words, ["refused", "allow"], "{}", ran.out);
    ran.says("the line has more than");
    #[cfg(target_os = "linux")]
    for words in ["check", "inspect token --revocations", "inspect token --keyring keys --revocations"] {
        place.placet(&format!("{words} /dev/zero")).could_not();
    }
}

#[test]
fn a_place_far_out_in_a_line_is_shown_with_what_is_around_it() {
    let place = Place::new();
    let far = format!("use http\ntoken t {{ ttl: 1h {}alow {{ action: GET }} }}\n", " ".repeat(70_000));
    place.write("far.placet", &far);
    let ran = place.placet("check far.placet").no().says("far.placet:2:70024").says("alow");
    assert!(ran.err.len() < 2_000, "{}", ran.err.len());
    place.write("far.json", &format!("{{\"items\":[{}x]}}", " ".repeat(70_000)));
    place.placet("check far.json").no().says("far.json:1:70011");
    let report = read(&far).unwrap_err();
    for shown in [plain(&report.diagnostics, &report.source), narrated(&report.diagnostics, &report.source)] {
        assert!(shown.contains("alow") && shown.contains("70024") && shown.len() < 2_000, "{shown}");
    }
}

#[test]
fn many_mistakes_are_counted_and_some_are_shown() {
    let rules = "allow { actionn: GET } ".repeat(90);
    let text = format!("use http\nlet unused = \"a\"\ntoken t {{ ttl: 1h {rules}}}\n");
    let report = read(&text).unwrap_err();
    assert!(report.diagnostics.len() > 60, "{}", report.diagnostics.len());
    let rest = format!("and {} more", report.diagnostics.len() - 50);
    for shown in [plain(&report.diagnostics, &report.source), narrated(&report.diagnostics, &report.source)] {
        assert!(shown.contains(&rest) && shown.matches("E0206").count() == 50, "{shown}");
        assert!(shown.len() < 50_000, "{}", shown.len());
    }
}

#[test]
fn a_script_that_ends_its_lines_as_java_may_is_shown_line_by_line() {
    let place = Place::new();
    place.placet("warp10 keys new --out conf").yes();
    place.write("script.mc2", "1 2 +\r'three' DROP\rNOSUCH\r4\r");
    let ran = place.placet("warp10 tokengen script.mc2 --config conf").no().says("script.mc2:3").says("NOSUCH");
    assert!(!ran.err.contains("DROP") || !ran.err.contains("?'three'"), "{}", ran.err);
}
