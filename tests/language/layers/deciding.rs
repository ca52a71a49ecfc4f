//! What decides depends on nothing but its input: no clock, no environment, no file, no order by chance.

use super::code_of;
use super::names::Name;

const FORBIDDEN: [&[&str]; 12] = [
    &["SystemTime"],
    &["Instant"],
    // Its callers are outside: what decides takes the time from them.
    &["Time", "now"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "process"],
    &["TcpStream"],
    &["TcpListener"],
    &["UdpSocket"],
    &["ToSocketAddrs"],
    &["HashMap"],
    &["HashSet"],
];

/// The one file that may name it, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    // `Time::now` is the one place that reads the clock.
    ("model/time.rs", "SystemTime"),
    // The order of a hash map differs in every process; the cache of verified tokens never asks for it.
    ("token/clock_cache.rs", "HashMap"),
];

fn names(name: &Name, forbidden: &[&str]) -> bool {
    name.windows(forbidden.len()).any(|words| words.iter().eq(forbidden))
}

#[test]
fn what_decides_reads_no_clock_no_environment_and_no_order_by_chance() {
    for (path, code) in code_of("placet-core").files() {
        assert!(!code.has_static_mut, "{} has a `static mut`", path.display());
        let may = |word: &str| EXCEPTIONS.iter().any(|(file, allowed)| path.ends_with(file) && *allowed == word);
        for forbidden in FORBIDDEN.iter().filter(|words| !may(words[0])) {
            let found = code.all().find(|name| names(name, forbidden));
            assert_eq!(found, None, "{} names `{}`", path.display(), forbidden.join("::"));
        }
    }
}

#[test]
fn every_exception_is_needed() {
    for (file, word) in EXCEPTIONS {
        let (_, code) = code_of("placet-core").files().find(|(path, _)| path.ends_with(file)).unwrap();
        assert!(code.all().any(|name| names(name, &[word])), "{file} no longer names `{word}`");
    }
}
