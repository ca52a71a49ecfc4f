//! What `cargo fuzz` goes on from: the corpus of each target in `fuzz/corpus`, and small changes of it, always the same.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

/// Changes of each file of a corpus.
const CHANGES: u64 = 200;

fn run(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no file", folder.display());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        target(&bytes);
        for seed in 0..CHANGES {
            target(&changed(&bytes, seed));
        }
    }
}

/// A few bytes replaced, taken out, doubled or swapped, and at times the end cut off.
fn changed(bytes: &[u8], seed: u64) -> Vec<u8> {
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
        match next(5) {
            _ if bytes.is_empty() => bytes.push(next(256) as u8),
            0 => bytes[here] = next(256) as u8,
            1 => drop(bytes.remove(here)),
            2 => bytes.insert(here, bytes[there]),
            3 => bytes.swap(here, there),
            _ => bytes.truncate(here.max(there)),
        }
    }
    bytes
}

macro_rules! smoke {
    ($($test:ident $target:ident),* $(,)?) => {
        $(#[test]
        fn $test() {
            run(stringify!($target), targets::$target);
        })*
    };
}

smoke! {
    policy_text_is_read_or_refused policy,
    bytecode_is_proved_and_decided_or_refused program,
    the_text_of_a_token_is_read_or_refused token,
    an_envelope_runs_or_says_why_not warpscript,
    the_structure_of_a_warp10_token_is_read_or_refused thrift,
    the_characters_of_a_warp10_token_are_read_or_refused opb64,
    a_revocation_list_is_read revocation_list,
}
