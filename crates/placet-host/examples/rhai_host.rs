//! A program that lets Rhai scripts mint, narrow and check tokens: `cargo run -p placet-host
//! --features rhai --example rhai_host`.
//!
//! The program decides everything that a script must not: keys, vocabulary, limits. Its script is
//! `examples/rhai_host.rhai`.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use placet::token::keyring::Keyring;
use placet::token::keys::{LocalKey, SystemRandom};
use placet_host as host;
use placet_host::{Host, Limits};
use rhai::Engine;

fn main() -> Result<(), Box<dyn Error>> {
    // In production the keyring comes from a file that only the service can read.
    let keyring = Keyring::from_text(&format!("mint {}", *LocalKey::generate(&mut SystemRandom)?.reveal()))?;
    for line in run(keyring, include_str!("rhai_host.rhai"))? {
        println!("{line}");
    }
    Ok(())
}

/// Runs a script with a keyring; returns the lines that it prints.
pub fn run(keyring: Keyring, script: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let limits = Limits { ttl: Some(Duration::from_secs(60 * 60)), ..Limits::default() };
    let host = Arc::new(Host::builder(keyring).vocabulary("momento").limits(limits).minting().build()?);

    let printed = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&printed);
    let mut engine = Engine::new();
    engine
        .set_max_operations(100_000)
        .set_max_call_levels(32)
        .set_max_string_size(64 * 1024)
        .set_max_array_size(10_000)
        .set_max_map_size(1_000)
        .on_print(move |line| lines.lock().expect("nothing panics while it prints").push(line.to_owned()));
    host::rhai::register(&mut engine, &host);
    engine.run(script)?;
    drop(engine);
    let printed = std::mem::take(&mut *printed.lock().expect("nothing panics while it prints"));
    Ok(printed)
}
