//! Whether what touches a secret takes the same time for all secrets: Welch's t-test over two classes of inputs in random
//! order, after dudect (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017).
//!
//! `leaky_comparison` is the control: a comparison that ends at the first difference. A run that does not find it has shown
//! nothing about the others. `tests/timing/run` judges the values; this program only prints them.

use placet_core::model::time::Time;
use std::cell::RefCell;
use std::hint::black_box;

use dudect_bencher::rand::{Rng, RngExt};
use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main};
use placet_core::bytecode::program::EMPTY;
use placet_core::model::vocabulary::Vocabulary;
use placet_core::token::claims::ClaimsDraft;
use placet_core::token::header::TokenId;
use placet_core::token::keyring::Keyring;
use placet_core::token::keys::{LocalKey, SigningKey};
use placet_core::token::mint::{Draft, mint};
use placet_core::token::verify::{Scratch, Verifier};

/// Measurements of one run. Differences of a nanosecond show from some 50,000 on.
const MEASURED: usize = 200_000;
/// A comparison takes less time than the clock does: so many are timed together.
const TOGETHER: usize = 64;
/// Inputs are made beforehand and used again, so that making them is outside of what is timed.
const KEPT: usize = 512;
const NOW: Time = Time::from_millis(1_767_225_600_000);

/// Times `run` on inputs of the two classes, in random order. Both are made in one place and mixed, so that nothing but
/// what they say differs: not where they lie in memory, and not when they were made.
fn time<I, R>(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    mut make: impl FnMut(&mut BenchRng, &Class) -> I,
    run: impl Fn(&I) -> R,
) {
    let inputs: Vec<(Class, I)> = (0..KEPT)
        .map(|_| {
            let class = if rng.random() { Class::Left } else { Class::Right };
            let input = make(rng, &class);
            (class, input)
        })
        .collect();
    for _ in 0..MEASURED {
        let (class, input) = &inputs[rng.random_range(0..inputs.len())];
        runner.run_one(*class, || black_box(run(black_box(input))));
    }
}

fn bytes(rng: &mut BenchRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// The same bytes, but for one bit of the first (left) or of the last (right).
fn differing(bytes: &[u8; 32], class: &Class) -> [u8; 32] {
    let mut other = *bytes;
    match class {
        Class::Left => other[0] ^= 1,
        Class::Right => other[31] ^= 1,
    }
    other
}

/// The same text, but for one character so far from its end.
fn mistyped(text: &str, from_the_end: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = bytes.len() - from_the_end;
    bytes[place] = if bytes[place] == b'A' { b'Q' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}

/// The control: what is compared differs in its first byte, or in its last.
fn leaky_comparison(runner: &mut CtRunner, rng: &mut BenchRng) {
    let secret = bytes(rng);
    let ends_early = |other: &[u8; 32]| {
        (0..TOGETHER).filter(|_| black_box(&secret).iter().zip(black_box(other)).all(|(one, two)| one == two)).count()
    };
    time(runner, rng, |_, class| differing(&secret, class), ends_early);
}

/// Secrets that differ from ours in their first byte, or in their last.
fn equality_of_local_keys(runner: &mut CtRunner, rng: &mut BenchRng) {
    let secret = bytes(rng);
    let ours = LocalKey::from_secret(&secret);
    let make = |_: &mut BenchRng, class: &Class| LocalKey::from_secret(&differing(&secret, class));
    let compare = |other: &LocalKey| (0..TOGETHER).filter(|_| black_box(&ours) == black_box(other)).count();
    time(runner, rng, make, compare);
}

/// The same for the private halves of key pairs.
fn equality_of_signing_keys(runner: &mut CtRunner, rng: &mut BenchRng) {
    let seed = bytes(rng);
    let ours = SigningKey::from_seed(&seed);
    let make = |_: &mut BenchRng, class: &Class| SigningKey::from_seed(&differing(&seed, class));
    let compare = |other: &SigningKey| (0..TOGETHER).filter(|_| black_box(&ours) == black_box(other)).count();
    time(runner, rng, make, compare);
}

/// Forged local tokens whose tag differs from the right one in its first byte, or in its last.
fn tags_of_local_tokens(runner: &mut CtRunner, rng: &mut BenchRng) {
    let vocabulary = Vocabulary::builder("timing", 1).action("get").expect("a new name").build();
    let mut keyring = Keyring::new();
    keyring.mint_with(LocalKey::from_secret(&bytes(rng))).expect("it is the first");
    let mut random = |buffer: &mut [u8]| buffer.fill(7);
    let draft = Draft {
        issuance: NOW,
        expiry: None,
        not_before: None,
        id: TokenId([7; 8]),
        sealed: false,
        encrypted: false,
        fingerprint: vocabulary.fingerprint(),
        claims: ClaimsDraft::default(),
        holder: None,
        program: EMPTY,
    };
    let minting = keyring.minting().expect("it was just added");
    let genuine = mint(minting, &draft, &mut random).expect("it fits").text();
    let verifier = Verifier::new(&keyring, &vocabulary);
    // The tag is the last 32 bytes: 42 characters, and a part of the one before them.
    let make = |_: &mut BenchRng, class: &Class| match class {
        Class::Left => mistyped(&genuine, 42),
        Class::Right => mistyped(&genuine, 2),
    };
    let scratch = RefCell::new(Scratch::new());
    let refused = |text: &String| verifier.verify(text, NOW, &mut scratch.borrow_mut()).is_err();
    assert!(refused(&mistyped(&genuine, 42)) && refused(&mistyped(&genuine, 2)) && !refused(&genuine));
    time(runner, rng, make, refused);
}

/// One secret, or many.
fn parsing_local_keys(runner: &mut CtRunner, rng: &mut BenchRng) {
    let fixed = bytes(rng);
    let make = |rng: &mut BenchRng, class: &Class| {
        let random = bytes(rng);
        LocalKey::from_secret(if matches!(class, Class::Left) { &fixed } else { &random }).reveal()
    };
    time(runner, rng, make, |text| LocalKey::parse(text).is_ok());
}

/// The same for the private halves of key pairs, which includes computing the public half.
fn parsing_signing_keys(runner: &mut CtRunner, rng: &mut BenchRng) {
    let fixed = bytes(rng);
    let make = |rng: &mut BenchRng, class: &Class| {
        let random = bytes(rng);
        SigningKey::from_seed(if matches!(class, Class::Left) { &fixed } else { &random }).reveal()
    };
    time(runner, rng, make, |text| SigningKey::parse(text).is_ok());
}

/// Mistyped secrets: the checksum differs in its first whole character, or in its last but one.
fn checksums_of_keys(runner: &mut CtRunner, rng: &mut BenchRng) {
    let text = LocalKey::from_secret(&bytes(rng)).reveal();
    let make = |_: &mut BenchRng, class: &Class| mistyped(&text, if matches!(class, Class::Left) { 5 } else { 2 });
    time(runner, rng, make, |text| LocalKey::parse(text).is_err());
}

ctbench_main!(
    leaky_comparison,
    equality_of_local_keys,
    equality_of_signing_keys,
    tags_of_local_tokens,
    parsing_local_keys,
    parsing_signing_keys,
    checksums_of_keys
);
