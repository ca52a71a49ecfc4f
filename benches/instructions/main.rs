//! Counts the instructions of the hot paths under callgrind, and holds them against `pins.txt`.
//!
//! A count is the same on a busy machine and on a quiet one, so a path that grew is seen wherever this runs. The [worst
//! programs](prices) of every instruction are counted as well, and held against their price.
//!
//! ```sh
//! cargo bench --package placet --bench instructions             # fails where a path has grown
//! cargo bench --package placet --bench instructions -- prices   # only the worst programs
//! BLESS=1 cargo bench --package placet --bench instructions     # writes the pins anew
//! ```
//!
//! It needs `valgrind` (`apt-get install valgrind`) and fails without. `-- run PATH TIMES` only runs one path, for
//! `valgrind --tool=callgrind` by hand; `docs/performance.md` shows how.

#[allow(dead_code, reason = "what all benches share is whole, this one uses what it counts")]
#[path = "../asked/mod.rs"]
mod asked;
#[allow(dead_code, unused_imports, reason = "what all benches share is whole, this one uses what it counts")]
#[path = "../native/mod.rs"]
mod native;
mod paths;
mod pins;
mod prices;
#[allow(dead_code, reason = "what all benches share is whole, this one uses what it counts")]
#[path = "../workloads/mod.rs"]
mod workloads;
#[path = "../worst/mod.rs"]
mod worst;

use std::env;
use std::process::{Command, ExitCode};

use paths::PATHS;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["run", path, times, ..] => run(path, times.parse().expect("a number of times")),
        ["price", case, times, ..] => prices::run(case, times.parse().expect("a number of times")),
        ["prices", ..] => prices::hold(),
        // `cargo bench` says so; `cargo test --benches` does not, and has nothing to test here.
        _ if words.contains(&"--bench") => {
            let (prices, paths) = (prices::hold(), pins::hold(&PATHS.map(|(name, _)| (name, count(name)))));
            if prices == ExitCode::SUCCESS { paths } else { prices }
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Sets a path up, and runs it so many times.
fn run(path: &str, times: u64) -> ExitCode {
    let (_, run) = PATHS.iter().find(|(name, _)| *name == path).expect("a path of the table");
    run(times);
    ExitCode::SUCCESS
}

/// Instructions of one run of a path: two counts, so that setting up falls out.
fn count(path: &str) -> u64 {
    // Each a whole number of rounds over a workload's requests, 16 of S1 and S2, 14 of S3; and many, since setting up hashes with
    // a seed of its own in every process, and differs by a hundred thousand instructions from run to run.
    const ROUNDS: u64 = 112;
    let (few, many) = match path {
        _ if path.contains("rules,") => (1, 3),
        _ if path.contains("public") => (ROUNDS, 4 * ROUNDS),
        _ => (ROUNDS, 301 * ROUNDS),
    };
    (instructions("run", path, many) - instructions("run", path, few)) / (many - few)
}

/// Instructions of this program, called with these words.
fn instructions(word: &str, path: &str, times: u64) -> u64 {
    let own = env::current_exe().expect("this program has a path");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(own);
    let output = valgrind.args([word, path, &times.to_string()]).output();
    let output = output.expect("valgrind counts the instructions; install it: apt-get install valgrind");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{path} failed:\n{said}");
    let (_, collected) = said.split_once("Collected : ").unwrap_or_else(|| panic!("no count in:\n{said}"));
    collected.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a count")
}
