//! The counts that are written down, and what may become of them.
//!
//! `pins.txt` has a line for the compiler, the machine and the valgrind that they hold for, and a line for each path. On the
//! same a count may grow by [`TOLERANCE`]; elsewhere the code is another one, and only what is far off is
//! a regression. A count that has become much smaller is no failure: `BLESS=1` writes it down.

use std::env;
use std::fs;
use std::process::{Command, ExitCode};

/// Growth that is let through, in percent: where the compiler inlines something else, and no more.
const TOLERANCE: u64 = 3;
/// The same under another compiler or on another machine.
const ELSEWHERE: u64 = 25;

const PINS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/pins.txt");

/// Prints the counts beside their pins. Fails where one has grown, or has no pin.
pub fn hold(counts: &[(&str, u64)]) -> ExitCode {
    let here = here();
    if env::var_os("BLESS").is_some() {
        let lines = counts.iter().map(|(path, count)| format!("{count:>10}  {path}\n"));
        fs::write(PINS, format!("{here}\n{}", lines.collect::<String>())).expect("the pins can be written");
        return ExitCode::SUCCESS;
    }
    let pins = fs::read_to_string(PINS).expect("the pins can be read; BLESS=1 writes them");
    let (place, pins) = pins.split_once('\n').unwrap_or_default();
    let tolerance = if place == here { TOLERANCE } else { ELSEWHERE };
    println!("pinned for {place}, counted with {here}: {tolerance} % more are let through\n");
    let pinned = |path: &str| {
        let pin = pins.lines().find_map(|line| line.trim().split_once("  ").filter(|(_, name)| *name == path))?;
        pin.0.parse::<u64>().ok()
    };
    let mut holds = true;
    for (path, count) in counts {
        let pin = pinned(path);
        let good = pin.is_some_and(|pin| *count <= pin + (pin * tolerance).div_ceil(100));
        holds &= good;
        let pin = pin.map_or_else(|| "no pin".to_owned(), |pin| pin.to_string());
        println!("{} {count:>10}  {pin:>10}  {path}", if good { " " } else { "!" });
    }
    if holds {
        return ExitCode::SUCCESS;
    }
    println!("\nWhat is marked has grown. `docs/performance.md` says how to see where; BLESS=1 accepts it.");
    ExitCode::FAILURE
}

/// What the counts depend on: the compiler, the processor it writes for, what libraries find on it, and what counts.
fn here() -> String {
    let rustc = version(&env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()));
    let rustc = rustc.split_whitespace().nth(1).unwrap_or("unknown");
    let valgrind = version("valgrind");
    #[cfg(target_arch = "x86_64")]
    let vectors = if std::is_x86_feature_detected!("avx2") { " with AVX2" } else { "" };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "";
    format!("rustc {rustc}, {}{vectors}, {}", env::consts::ARCH, valgrind.trim())
}

fn version(command: &str) -> String {
    let told = Command::new(command).arg("--version").output();
    told.map_or_else(|_| "unknown".to_owned(), |told| String::from_utf8_lossy(&told.stdout).into_owned())
}
