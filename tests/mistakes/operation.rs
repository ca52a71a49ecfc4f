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
    "fuzz policy.placet --template whole --runs 10",
    "eval --token token --keyring keys --request request.json",
    "eval --token token --keyring keys --request request.json --jsonl",
    "explain --token token --keyring keys --request request.json",
    "keygen --local --keyring KEYS",
    "mint policy.placet --template reader --keyring keys --with user=42",
    "inspect token",
    "attenuate token policy.placet --template one_item --with item=user/42/a",
    "seal token",
    "revoke --renew --list revoked --snapshot -",
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
