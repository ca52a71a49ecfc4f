//! Files, locks, terminals and messages.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use crate::cli_support::Place;

/// Runs all at the same time, and says how many ended with 0.
fn at_once(place: &Place, commands: &[String]) -> usize {
    let start = |words: &String| {
        Command::new(env!("CARGO_BIN_EXE_placet"))
            .args(words.split_whitespace())
            .current_dir(place.path("."))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = commands.iter().map(start).collect();
    running.into_iter().map(|mut child| child.wait().unwrap()).filter(std::process::ExitStatus::success).count()
}

const PROCESSES: usize = 16;

fn each(words: impl Fn(usize) -> String) -> Vec<String> {
    (1..=PROCESSES).map(words).collect()
}

/// What is left beside the files that were asked for.
fn leftovers(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tmp") || name.ends_with(".lock")).collect()
}

#[test]
fn no_revocation_is_lost_however_many_processes_add_one() {
    let place = Place::new();
    let commands = each(|n| format!("revoke --id {n:032x} --list revoked --snapshot revoked.bin"));
    assert_eq!(at_once(&place, &commands), PROCESSES);
    let list = place.read("revoked");
    let missing: Vec<_> = (1..=PROCESSES).filter(|n| !list.contains(&format!("{n:032x}"))).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in\n{list}");
    // The snapshot of an older list must not come last.
    place.placet("revoke --list revoked --snapshot again.bin").yes();
    assert_eq!(fs::read(place.path("revoked.bin")).unwrap(), fs::read(place.path("again.bin")).unwrap());
    assert_eq!(leftovers(&place), Vec::<String>::new());
}

#[test]
fn no_key_is_lost_however_many_processes_rotate() {
    let place = Place::new();
    place.placet("keygen --local --keyring keys").yes();
    let commands = each(|_| "keygen --local --keyring keys --rotate".to_owned());
    assert_eq!(at_once(&place, &commands), PROCESSES);
    assert_eq!(place.read("keys").matches("placet_secret").count(), PROCESSES + 1);
    let made = each(|_| "keygen --local --keyring fresh".to_owned());
    assert_eq!(at_once(&place, &made), 1, "only one may make a keyring that was not there");
    assert_eq!(leftovers(&place), Vec::<String>::new());
}

#[test]
fn no_ident_is_lost_however_many_processes_add_to_a_list_of_warp_10() {
    let place = Place::new();
    let commands = each(|n| format!("warp10 trl add --dir . --name all --ident {n:016x}"));
    assert_eq!(at_once(&place, &commands), PROCESSES);
    let listed = place.placet("warp10 trl list .").yes().out;
    assert_eq!(listed.lines().count(), PROCESSES, "{listed}");
}

#[test]
fn what_a_crash_leaves_is_in_nobodys_way() {
    let place = Place::new();
    place.write(".revoked.lock", "");
    place.write(".revoked.tmp", "half of a li");
    place.placet("revoke --id 00000000000000000000000000000001 --list revoked").yes();
    assert!(place.read("revoked").contains("00000000000000000000000000000001"));
    assert_eq!(leftovers(&place), Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn a_link_stays_one_and_its_file_has_one_lock_under_both_names() {
    let place = Place::new();
    std::os::unix::fs::symlink("list", place.path("link")).unwrap();
    let commands = each(|n| format!("revoke --id {n:032x} --list {}", if n % 2 == 0 { "list" } else { "link" }));
    assert_eq!(at_once(&place, &commands), PROCESSES);
    assert!(fs::symlink_metadata(place.path("link")).unwrap().is_symlink());
    let list = place.read("list");
    assert!((1..=PROCESSES).all(|n| list.contains(&format!("{n:032x}"))), "{list}");
    // A secret does not go where somebody else's link leads.
    std::os::unix::fs::symlink("elsewhere", place.path("keys")).unwrap();
    place.placet("keygen --local --keyring keys").could_not().says("exists already");
    assert!(!place.has("elsewhere"));
}

/// Commands that print to standard output, beside a token `token`, its keyring `keys` and a policy `policy.placet`.
const PRINTING: [&str; 24] = [
    "--help",
    "--version",
    "help mint",
    "check policy.placet",
    "fmt policy.placet --stdout",
    "fmt policy.placet --to json",
    "compile policy.placet --template reader --with user=42",
    "try policy.placet --with user=42",
    "test policy.cases",
    "fuzz policy.placet --template whole --against policy.placet --runs 10",
    "eval --token token --keyring keys --request request.json",
    "eval --token token --keyring keys --request request.json --jsonl",
    "explain --token token --keyring keys --request request.json",
    "keygen --local --keyring KEYS",
    "mint policy.placet --template reader --keyring keys --with user=42",
    "inspect token",
    "attenuate token policy.placet --template one_item --with item=user/42/a",
    "seal token",
    "revoke --id 00112233445566778899aabbccddeeff --list revoked --snapshot -",
    "vocabulary list",
    "vocabulary show momento",
    "warp10 tokengen map.mc2 --config warp10.conf",
    "completions bash",
    "man mint",
];

fn with_files() -> Place {
    let place = Place::with_token();
    place.write("request.json", r#"{"action":"get","cache":"profiles","item":"user/42/a"}"#);
    place.write(
        "policy.cases",
        "token reader(user: \"42\")\n\nallow get { cache: \"profiles\", item: \"user/42/a\" }\n",
    );
    place.write(
        "warp10.conf",
        &[
            ("warp.aes.token", 32),
            ("warp.hash.token", 16),
            ("warp.hash.app", 16),
            ("warp.hash.class", 16),
            ("warp.hash.labels", 16),
        ]
        .map(|(name, bytes)| format!("{name} = hex:{}\n", "07".repeat(bytes)))
        .concat(),
    );
    place.write("map.mc2", "{ 'type' 'READ' 'owner' '00000000-0000-0000-0000-000000000001' 'application' 'a' 'expiry' 2000000000000 } TOKENGEN");
    place
}

/// Exit code and standard error of a command whose standard output is `stdout`.
fn printing_to(place: &Place, words: &str, stdout: impl Into<Stdio>) -> (Option<i32>, String) {
    let words = words.replace("KEYS", &format!("keys-{}", fs::read_dir(place.path(".")).unwrap().count()));
    let child = Command::new(env!("CARGO_BIN_EXE_placet"))
        .args(words.split_whitespace())
        .current_dir(place.path("."))
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_full_disk_does_not_take_is_an_error_of_every_command() {
    let place = with_files();
    for words in PRINTING {
        assert_eq!(printing_to(&place, words, Stdio::null()).0, Some(0), "{words}");
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, said) = printing_to(&place, words, full);
        assert_eq!(code, Some(2), "{words}: {said}");
        assert!(said.contains("cannot write to standard output: No space left"), "{words}: {said}");
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, _) = printing_to(&place, &format!("--format json {words}"), full);
        assert_eq!(code, Some(2), "{words}");
    }
}

#[test]
fn a_reader_that_has_gone_is_an_error_without_words() {
    let place = with_files();
    for words in PRINTING {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, said) = printing_to(&place, words, writer);
        assert_eq!(code, Some(2), "{words}: {said}");
        assert!(!said.contains("pipe") && !said.contains("cannot write"), "{words}: {said}");
    }
}

#[test]
fn a_stream_of_verdicts_that_is_cut_off_is_no_success() {
    let place = with_files();
    place.write("requests", &"{\"action\":\"get\",\"cache\":\"profiles\",\"item\":\"user/42/a\"}\n".repeat(5000));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let words = "eval --token token --keyring keys --jsonl --request requests";
    let (code, said) = printing_to(&place, words, writer);
    assert_eq!((code, said.as_str()), (Some(2), ""));
}

/// A direction that turns, a zero width, a tag, a line of its own, a word to the terminal, and then a lot.
fn hostile() -> String {
    format!("a\u{202e}\u{200b}\u{e0041}\u{a0}\u{3164}\u{1b}[2J\u{9b}1m\r\nallow\u{2028}\u{85}{}", "z".repeat(300))
}

#[track_caller]
fn assert_legible(what: &str, shown: &str) {
    let hidden = shown.chars().find(|c| placet::visible::hides(*c) || *c == '\r');
    assert_eq!(hidden, None, "{what}: {shown}");
    assert!(!shown.contains(&"z".repeat(65)), "{what} quotes too much: {shown}");
    assert!(!shown.lines().any(|line| line.starts_with("allow")), "{what} lets a stranger write a line: {shown}");
}

#[test]
fn no_command_shows_what_a_reader_does_not_see() {
    let place = with_files();
    let text = serde_json::json!(hostile()).to_string();
    let request = |attributes: &str| format!("{{\"action\":\"get\",\"cache\":\"profiles\",{attributes}}}");
    let requests = [
        format!("{{\"action\":{text}}}"),
        request(&format!("{text}:1")),
        request(&format!("\"item\":{text}")),
        request(&format!("\"item\":[{text},1]")),
        request(&format!("\"time\":{text},\"item\":\"a\"")),
        format!("{{{text}:1,{text}:2}}"),
    ];
    for (number, json) in requests.iter().enumerate() {
        place.write("hostile.json", json);
        place.write("hostile.jsonl", &format!("{json}\n"));
        for words in [
            "eval --token token --keyring keys --request hostile.json --explain",
            "explain --token token --keyring keys --request hostile.json",
            "eval --token token --keyring keys --request hostile.jsonl --jsonl",
        ] {
            let ran = place.placet(words);
            assert!(ran.code != Some(0), "{ran:?}");
            assert_legible(&format!("{words} of request {number}"), &format!("{}\n{}", ran.out, ran.err));
            let ran = place.placet(&format!("--format json {words}"));
            let hidden = ran.out.chars().find(|c| placet::visible::hides(*c));
            assert_eq!(hidden, None, "{words} of request {number}: {}", ran.out);
        }
    }
}

#[test]
fn no_command_shows_what_a_reader_does_not_see_of_a_token_or_an_argument() {
    let place = with_files();
    let argument = hostile().replace('z', "");
    let with = format!("user={argument}");
    let run = |words: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_placet")).args(words).current_dir(place.path(".")).output().unwrap();
        let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_legible(&words.join(" "), &shown.concat());
        shown
    };
    let [token, _] = run(&["mint", "policy.placet", "--template", "reader", "--keyring", "keys", "--with", &with]);
    place.write("hostile", &token);
    run(&["inspect", "hostile"]);
    run(&["inspect", "hostile", "--keyring", "keys"]);
    run(&["explain", "--token", "hostile", "--keyring", "keys", "--request", "request.json"]);
    run(&["attenuate", "hostile", "policy.placet", "--template", "one_item", "--with", "item=a"]);
    run(&["try", "policy.placet", "--with", &with]);
    run(&[
        "fuzz",
        "policy.placet",
        "--template",
        "reader",
        "--with",
        &with,
        "--against",
        "policy.placet",
        "--runs",
        "200",
    ]);
    run(&["mint", "policy.placet", "--template", &argument, "--keyring", "keys"]);
    run(&["mint", "policy.placet", "--template", "whole", "--keyring", "keys", "--ttl", &argument]);
    run(&["mint", "policy.placet", "--template", "whole", "--keyring", "keys", "--with", &format!("{argument}=1")]);
    run(&["check", &argument]);
    run(&[&argument]);
}

#[test]
fn what_is_no_token_is_reported_as_the_token_whatever_is_asked() {
    let place = with_files();
    let token = place.read("token");
    place.write("garbage", "no token at all");
    place.write("mistyped", &token.replacen("_l1_", "_l9_", 1));
    place.write("shop.placet", "vocabulary shop 1 {\n    name: string\n    action buy\n}\ntoken t {\n    allow { name: \"a\" }\n    ttl: 1h\n}\n");
    let shop = place.placet("mint shop.placet --keyring keys").yes().out;
    place.write("shop", &shop);
    place.write("buy.json", r#"{"action":"buy","name":"a"}"#);
    for (file, cause) in [("garbage", "not_a_token"), ("mistyped", "unknown_version"), ("shop", "unknown_vocabulary")] {
        for request in ["buy.json", "request.json"] {
            let words = format!("eval --token {file} --keyring keys --request {request}");
            assert_eq!(place.json(&words)["cause"]["name"], cause, "{words}");
            assert_eq!(place.json(&format!("{words} --jsonl"))["cause"]["name"], cause, "{words}");
            assert_eq!(place.json(&words.replace("eval", "explain"))["cause"]["name"], cause, "{words}");
        }
    }
    place.placet("eval --token shop --keyring keys --vocabulary shop.placet --request buy.json").yes();
    place.placet("eval token --request buy.json").could_not().says("`token` holds a token");
    place.placet("keygen --local --keyring others").yes();
    let others = place.json("eval --token shop --keyring others --request buy.json");
    assert_eq!(others["cause"]["name"], "unknown_key");
}

#[test]
fn a_file_that_is_missing_is_reported_as_missing() {
    let place = with_files();
    for words in [
        "inspect nosuch.txt",
        "inspect nosuch",
        "inspect placet_token.txt",
        "seal nosuch",
        "attenuate nosuch policy.placet --template one_item --with item=a",
        "vouch request nosuch",
        "revoke nosuch --keyring keys --list revoked",
        "eval --token nosuch --keyring keys --request request.json",
        "eval --token token --keyring keys --request nosuch.json",
        "eval --token token --keyring nosuch --request request.json",
        "warp10 decode nosuch.txt --config warp10.conf",
        "check nosuch",
        "test nosuch.cases",
    ] {
        place.placet(words).could_not().says("No such file");
    }
    place.placet("inspect .").could_not().says("s a directory");
    // What no file could be called is a text.
    place.placet(&format!("inspect {}", "x.".repeat(200))).no().says("not the text of a token");
    place.placet(&format!("inspect {}", place.read("token").trim())).yes();
}

#[test]
fn two_inputs_that_want_standard_input_are_named() {
    let place = with_files();
    for (words, both) in [
        ("eval - --request -", "`FILE` and `--request` both"),
        ("eval --token - --keyring keys --request -", "`--token` and `--request` both"),
        ("eval --token - --keyring - --request request.json", "`--token` and `--keyring` both"),
        ("eval policy.placet --policy - --policy - --request request.json", "`--policy` reads standard input twice"),
        ("inspect - --keyring -", "`TOKEN` and `--keyring` both"),
        ("attenuate - - --template one_item", "`TOKEN` and `FILE` both"),
        ("mint - --keyring -", "`FILE` and `--keyring` both"),
        ("check - -", "`FILES` reads standard input twice"),
        ("vouch add - -", "`TOKEN` and `VOUCHER` both"),
        ("warp10 trl add --dir . --name a --token - --config -", "`--token` and `--config` both"),
        ("repl -", "`repl` and `FILES` both"),
    ] {
        place.placet(words).could_not().says(both).says("name a file for one of them");
    }
    let policy = place.read("policy.placet");
    place.placet_reading("compile - --template whole --out -", &policy).yes();
}

#[test]
fn a_set_is_given_with_commas_or_as_json() {
    let place = Place::new();
    place.write(
        "sets.placet",
        "vocabulary v 1 {\n    name: string\n    action get\n}\n\ntoken t(names: set of string) {\n    allow { name: names }\n    ttl: 1h\n}\n",
    );
    let allows = |set: &str, name: &str| {
        let request = serde_json::json!({ "action": "get", "name": name }).to_string();
        let words = ["eval", "sets.placet", "--with", &format!("names={set}"), "--request", &request];
        let output =
            Command::new(env!("CARGO_BIN_EXE_placet")).args(words).current_dir(place.path(".")).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (set, holds, lacks) in [
        ("a,b", "b", "a,b"),
        (r"a\,b,c", "a,b", "a"),
        (r"a\\,b", r"a\", "a"),
        (r"\[x]", "[x]", "x"),
        (r#"["a,b", ""]"#, "", "a"),
        (r"C:\dir", r"C:\dir", "C:dir"),
    ] {
        assert_eq!(allows(set, holds).0, Some(0), "{set} holds {holds}");
        assert_eq!(allows(set, lacks).0, Some(1), "{set} lacks {lacks}");
    }
    for set in ["a,", ",a", "", "a,,b", "[a", r#"["a"] b"#, "[1]"] {
        let (code, said) = allows(set, "a");
        assert_eq!(code, Some(2), "{set}: {said}");
        assert!(said.contains("argument `names`"), "{set}: {said}");
    }
}

#[test]
fn an_id_in_capitals_is_the_same_id() {
    let place = Place::with_token();
    let id = place.json("inspect token")["blocks"][0]["revocation_id"].as_str().unwrap().to_uppercase();
    place.placet(&format!("revoke --id {id} --list revoked")).yes();
    place.placet(&format!("revoke --id {} --list revoked", id.to_lowercase())).yes().says("revoked already");
    place.placet("inspect token --keyring keys --revocations revoked").no().says("revoked");
    let key = format!("LOCAL:{}", "0A1B2C3D".repeat(4));
    let revoke = format!("revoke --key {key} --before 2026-01-01T00:00:00Z --list revoked");
    place.placet(&revoke).yes().says(&key.to_lowercase());
}
