//! What `cargo fuzz` goes on from: the corpus of each target in `fuzz/corpus`, and small changes of it, always the same. Words of the
//! target's dictionary are put in as the fuzzer would. `PLACET_CASES=100` makes a hundred times as many changes.

#[path = "../../../fuzz/targets/mod.rs"]
mod targets;
#[path = "../../../tests/common/times.rs"]
mod times;

use std::fs;
use std::path::{Path, PathBuf};

use targets::{cost, language, tokens, warp10};

/// Changes of all files of a corpus together, in every run.
const CHANGES: u64 = 3_000;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn run(name: &str, target: fn(&[u8])) {
    let folder = fuzz().join("corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no file", folder.display());
    let words = dictionary(name);
    for file in &files {
        let bytes = fs::read(file).unwrap();
        target(&bytes);
        for seed in 0..CHANGES * u64::from(times::times()) / files.len() as u64 {
            target(&changed(&bytes, &words, seed));
        }
    }
}

/// The words of a target's dictionary: a line `"…"` each, with `\\`, `\"` and `\x00` for what can not be written plainly.
fn dictionary(name: &str) -> Vec<Vec<u8>> {
    let path = fuzz().join("dictionaries").join(format!("{name}.dict"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let words = lines.map(|line| {
        let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        unescaped(quoted.unwrap_or_else(|| panic!("{}: {line}", path.display())))
    });
    words.collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match (byte, byte == b'\\') {
            (byte, false) => out.push(byte),
            (_, true) => match rest.next() {
                Some(b'x') => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    out.push(u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap());
                }
                other => out.push(other.unwrap()),
            },
        }
    }
    out
}

/// A few bytes replaced, taken out, doubled or swapped, a word put in, and at times the end cut off.
fn changed(bytes: &[u8], words: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for _ in 0..=next(4) {
        let (here, there) = (next(bytes.len()), next(bytes.len()));
        match next(7) {
            _ if bytes.is_empty() => bytes.push(next(256) as u8),
            0 => bytes[here] = next(256) as u8,
            1 => drop(bytes.remove(here)),
            2 => bytes.insert(here, bytes[there]),
            3 => bytes.swap(here, there),
            4 => bytes.truncate(here.max(there)),
            way => {
                let word = &words[next(words.len())];
                let end = if way == 5 { here } else { bytes.len().min(here + word.len()) };
                bytes.splice(here..end, word.iter().copied());
            }
        }
    }
    bytes
}

macro_rules! smoke {
    ($($test:ident $module:ident::$target:ident),* $(,)?) => {
        $(#[test]
        fn $test() {
            run(stringify!($target), $module::$target);
        })*

        /// The names of all targets.
        const TARGETS: &[&str] = &[$(stringify!($target)),*];
    };
}

smoke! {
    policy_text_is_read_or_refused language::policy,
    the_map_form_is_read_or_refused language::map,
    a_request_is_read_or_refused language::request,
    a_case_file_is_run_or_refused language::cases,
    cases_with_maps_of_their_own_are_run_or_refused language::case_lines,
    a_call_of_a_script_is_answered_or_refused language::host,
    bytecode_is_proved_and_decided_or_refused tokens::program,
    a_program_takes_no_more_than_its_price cost::price,
    the_text_of_a_token_is_read_or_refused tokens::token,
    a_block_of_a_hostile_holder_never_widens_a_token tokens::block,
    the_text_of_a_key_is_read_or_refused tokens::key,
    a_keyring_is_read_or_refused tokens::keyring,
    a_revocation_list_is_read_or_refused tokens::revocation_list,
    an_envelope_runs_or_says_why_not warp10::warpscript,
    the_structure_of_a_warp10_token_is_read_or_refused warp10::thrift,
    the_characters_of_a_warp10_token_are_read_or_refused warp10::opb64,
    a_revocation_list_of_warp10_is_read warp10::trl,
    a_configuration_of_warp10_is_read_or_refused warp10::config,
    static_tokens_of_warp10_are_read_or_reported warp10::static_tokens,
    a_selector_of_warp10_is_read_or_refused warp10::selector,
}

/// A target that only `cargo fuzz` or only this file knows would never be run where it counts.
#[test]
fn every_target_has_a_program_a_corpus_a_dictionary_and_a_test() {
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(fuzz().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<_> = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let mut tested = TARGETS.to_vec();
    tested.sort_unstable();
    for folder in ["fuzz_targets", "corpus", "dictionaries"] {
        assert_eq!(names(folder), tested, "{folder}");
    }
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    assert!(tested.iter().all(|name| manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\""))));
}
