//! Mixed use by two threads for some minutes: memory stays flat, and every answer is what it was in the first round.
//!
//! ```sh
//! cargo run --all-features --example soak -- 60
//! ```
//!
//! A round reads a policy with its cases, mints, verifies, decides and explains them; puts fresh and forged tokens through a cache that the
//! threads share; lets a script call a host; runs an envelope of Warp 10. The program fails where the last quarter of the time took more
//! memory than the second one did.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use placet::check::library::Library;
use placet::document::Document;
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::token::cache::TokenCache;
use placet::token::claims::ClaimsDraft;
use placet::token::header::TokenId;
use placet::token::keyring::Keyring;
use placet::token::keys::{LocalKey, SystemRandom};
use placet::token::mint::{Draft, mint};
use placet::token::verify::{Scratch, Verifier};
use placet_host::Host;
use placet_host::function::Function;
use placet_host::value::Value;
use placet_tools::testing::{Keys, cases};
use placet_warp10::keys::TokenKeys;
use placet_warp10::script::{Host as ScriptHost, Machine};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

const NOW: Time = Time::from_millis(1_795_255_200_000);
/// More tokens than the cache keeps are made in a second.
const CACHED: usize = 500;
/// Growth that is none: what an allocator keeps at hand.
const SLACK: u64 = 8 * 1024 * 1024;

fn main() -> Result<(), AnyError> {
    let minutes: f64 = std::env::args().nth(1).ok_or("how many minutes?")?.parse()?;
    let (world, time) = (World::new()?, Duration::from_secs_f64(minutes * 60.0));
    #[expect(clippy::disallowed_methods, reason = "how long it runs is all that the clock decides")]
    let start = Instant::now();
    let rounds = AtomicU64::new(0);
    let mut seen = Vec::new();
    std::thread::scope(|scope| -> Result<(), AnyError> {
        let work = |thread: usize| {
            let (world, rounds) = (&world, &rounds);
            move || -> Result<(), AnyError> {
                let mut scratch = Scratch::new();
                while start.elapsed() < time {
                    let round = rounds.fetch_add(1, Ordering::Relaxed);
                    world.round(thread + usize::try_from(round)?, &mut scratch)?;
                }
                Ok(())
            }
        };
        let threads = [0, 1].map(|thread| scope.spawn(work(thread)));
        while start.elapsed() < time && threads.iter().all(|thread| !thread.is_finished()) {
            std::thread::sleep(time / 400);
            seen.push(resident()?);
        }
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread has panicked")?)
    })?;
    let highest = |quarter: usize| {
        let part = seen.len() / 4;
        seen.iter().skip(quarter * part).take(part).max().copied().unwrap_or_default()
    };
    let (second, last) = (highest(1), highest(3));
    println!("{} rounds; at most {second} bytes in the second quarter, {last} in the last", rounds.into_inner());
    if last > second + second / 20 + SLACK { Err("memory grows".into()) } else { Ok(()) }
}

/// Bytes of this process in memory; of other systems than Linux nothing is known.
fn resident() -> Result<u64, AnyError> {
    let Ok(text) = fs::read_to_string("/proc/self/statm") else { return Ok(0) };
    Ok(text.split_whitespace().nth(1).ok_or("statm has a second number")?.parse::<u64>()? * 4096)
}

/// What all rounds share.
struct World {
    examples: Vec<Example>,
    keys: Keys,
    keyring: Keyring,
    vocabulary: Arc<Vocabulary>,
    cache: TokenCache,
    host: Host,
}

/// A policy, its cases, and how many of them pass.
struct Example {
    policy: String,
    cases: String,
    passed: usize,
}

impl World {
    fn new() -> Result<Self, AnyError> {
        let keys = Keys::ephemeral()?;
        let mut keyring = Keyring::new();
        keyring.mint_with(LocalKey::generate(&mut SystemRandom)?)?;
        let host = Host::builder(keyring.clone()).vocabulary("momento").minting().build()?;
        let vocabulary = Library::built_in().get("momento").ok_or("it is built in")?;
        let mut world = Self {
            examples: Vec::new(),
            keys,
            keyring,
            vocabulary: Arc::clone(vocabulary),
            cache: TokenCache::new(CACHED),
            host,
        };
        for path in policies()? {
            let read = |extension: &str| fs::read_to_string(path.with_extension(extension));
            let mut example = Example { policy: read("placet")?, cases: read("cases")?, passed: 0 };
            example.passed = world.passed(&example, &mut Scratch::new())?;
            world.examples.push(example);
        }
        Ok(world)
    }

    fn round(&self, number: usize, scratch: &mut Scratch) -> Result<(), AnyError> {
        let example = &self.examples[number % self.examples.len()];
        let passed = self.passed(example, scratch)?;
        if passed != example.passed {
            return Err(format!("{passed} cases pass instead of {}:\n{}", example.passed, example.cases).into());
        }
        (0..50).try_for_each(|_| self.present_tokens(scratch))?;
        self.script()?;
        envelope()
    }

    /// From text to explanation: how many cases decide as expected.
    fn passed(&self, example: &Example, scratch: &mut Scratch) -> Result<usize, AnyError> {
        let document = Document::from_text("soak.placet", &example.policy, Library::built_in());
        let document = Arc::new(document.map_err(|report| report.to_string())?);
        let suite = cases::load("soak.cases", &example.cases, &document, NOW, &self.keys);
        let suite = suite.map_err(|report| report.to_string())?;
        let passes = suite.cases.iter().filter(|case| {
            drop(suite.explain(case));
            suite.run(case, scratch).passes(case)
        });
        Ok(passes.count())
    }

    /// A fresh token, the same again, and with its last digit changed.
    fn present_tokens(&self, scratch: &mut Scratch) -> Result<(), AnyError> {
        let draft = Draft {
            issuance: NOW,
            expiry: Some(NOW + Duration::from_secs(1)),
            not_before: None,
            id: TokenId([0; 8]),
            fingerprint: self.vocabulary.fingerprint(),
            claims: ClaimsDraft::default(),
            holder: None,
            program: placet::bytecode::program::EMPTY,
            sealed: false,
            encrypted: false,
        };
        let key = self.keyring.minting().ok_or("it mints")?;
        let draft = draft.with_new_id(key, &mut SystemRandom)?;
        let text = mint(key, &draft, &mut SystemRandom)?.text();
        let verifier = Verifier::new(&self.keyring, &self.vocabulary);
        for _ in 0..2 {
            let id = self.cache.verify(&verifier, &text, NOW, scratch, |token| token.header().id)?;
            if id != draft.id {
                return Err("the cache gave another token".into());
            }
        }
        let forged = format!("{}{}", &text[..text.len() - 8], "AAAAAAAA");
        let refused = self.cache.verify(&verifier, &forged, NOW, scratch, |_| ()).is_err();
        if refused && self.cache.len() <= CACHED { Ok(()) } else { Err("a forgery was taken, or kept".into()) }
    }

    fn script(&self) -> Result<(), AnyError> {
        let map = serde_json::json!({ "permissions": [{ "role": "ReadOnly", "cache": "acorns" }], "ttl": 60_000 });
        let request = serde_json::json!({ "action": "get", "cache": "acorns", "item": "oak" });
        let made = self.host.call(Function::Tokengen, &[map.into()])?;
        let token = made.get("token").cloned().ok_or("TOKENGEN answers with a token")?;
        let answer = self.host.call(Function::Authorize, &[token.clone(), request.clone().into()])?;
        self.host.call(Function::Explain, &[token, request.into()])?;
        let allowed = answer.get("allowed") == Some(&Value::Bool(true));
        if allowed { Ok(()) } else { Err("a script's token allows what it says".into()) }
    }
}

/// An envelope that mints a token and looks into it.
fn envelope() -> Result<(), AnyError> {
    const SCRIPT: &str = "{ 'id' 'reader' 'type' 'READ' 'application' 'shop' 'owner' '7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11' 'ttl' 86400000 }
        TOKENGEN 'token' GET TOKENINFO";
    let keys = TokenKeys::new(&[7; 32], &[7; 16])?;
    let mut host = ScriptHost::new(NOW.as_millis() * 1000, String::new);
    host.keys = Some(&keys);
    let mut machine = Machine::new(host);
    // What it says is another test's; here it is run for a long time.
    drop(machine.run(SCRIPT));
    Ok(())
}

/// The policies that have cases.
fn policies() -> Result<Vec<PathBuf>, AnyError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "cases"));
    paths.sort();
    Ok(paths)
}
