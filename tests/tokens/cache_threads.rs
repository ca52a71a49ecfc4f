//! A cache that threads share says what a verifier without one would say: while tokens push each other out, keys come and go, and
//! lists of revocations change.
//!
//! Not under loom: the atomics of `papaya`, which the cache reads, can not be swapped for loom's.

use crate::token_workshop;

use std::sync::Barrier;

use placet::model::time::Time;
use placet::model::verdict::Refusal;
use placet::token::cache::TokenCache;
use placet::token::header::{RevocationId, TokenId};
use placet::token::keyring::Keyring;
use placet::token::keys::LocalKey;
use placet::token::mint::Draft;
use placet::token::revocation::{RevocationList, Revocations};
use placet::token::verify::{Scratch, Verifier};
use token_workshop::*;

const THREADS: u64 = 4;
const ASKED: u64 = 5_000;
const TOKENS: u8 = 40;

/// Tokens of two local keys and of a public one, some attenuated, and every fifth with a bit flipped in its text.
fn texts() -> Vec<(TokenId, String)> {
    let make = |number: u8| {
        let id = TokenId([number; 8]);
        let draft = Draft { id, expiry: Some(NOW + ms(u64::from(number))), ..draft(program()) };
        let token = match number % 8 {
            0 => minted(signing(), &draft),
            1 | 2 => minted(second(), &draft),
            _ => minted(local(), &draft),
        };
        let token = if number % 3 == 0 { attenuated(&token) } else { token };
        let mut text = token.text();
        if number % 5 == 4 {
            let last = text.len() - 20;
            let digit = if &text[last..=last] == "A" { "B" } else { "A" };
            text.replace_range(last..=last, digit);
        }
        (id, text)
    };
    (0..TOKENS).map(make).collect()
}

fn second() -> LocalKey {
    LocalKey::from_secret(&[0x77; 32])
}

/// What an answer is about: whose token it is and how long it lives, or why not.
type Heard = Result<(TokenId, Option<Time>), Refusal>;

#[test]
fn threads_that_share_a_cache_hear_what_each_would_hear_alone() {
    let (texts, vocabulary) = (texts(), vocabulary());
    let mut all = keyring();
    all.accept_local(second()).expect("it is another");
    let fewer = keyring();
    let nobody = Keyring::new();
    let mut list = RevocationList::new(NOW, HOUR);
    let mut scratch = Scratch::new();
    let everybody = Verifier::new(&all, &vocabulary);
    for (_, text) in texts.iter().step_by(7) {
        let verified = everybody.verify(text, NOW - ms(1), &mut scratch);
        list.revoke(
            verified.map(|verified| verified.revocation_ids().last()).ok().flatten().unwrap_or(RevocationId([0; 16])),
        );
    }
    let snapshot = Revocations::write(&list);
    let revocations = Revocations::open(&snapshot).expect("it was just written");
    let verifiers = [
        everybody,
        Verifier::new(&fewer, &vocabulary),
        everybody.with_revocations(revocations),
        Verifier::new(&nobody, &vocabulary),
    ];
    let moments = [NOW - ms(1), NOW + ms(u64::from(TOKENS) / 2), NOW + ms(u64::from(TOKENS))];
    let alone = |verifier: &Verifier<'_>, text: &str, now, scratch: &mut Scratch| -> Heard {
        verifier.verify(text, now, scratch).map(|verified| (verified.header().id, verified.expiry()))
    };
    // Fewer places than tokens: something is pushed out all the time.
    let (cache, start) = (TokenCache::new(12), Barrier::new(THREADS as usize));
    let counts: Vec<[u64; 2]> = std::thread::scope(|scope| {
        let asks = |thread: u64| {
            let (cache, start, texts, verifiers) = (&cache, &start, &texts, &verifiers);
            move || {
                let (mut scratch, mut counts) = (Scratch::new(), [0, 0]);
                let mut state = thread.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                let mut next = |below: usize| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    usize::try_from(state >> 33).expect("31 bits fit") % below
                };
                start.wait();
                for _ in 0..ASKED {
                    // Low numbers are asked for more often, so that there are hits.
                    let (id, text) = &texts[next(texts.len()).min(next(texts.len()))];
                    let (verifier, now) = (&verifiers[next(4)], moments[next(3)]);
                    let wanted = alone(verifier, text, now, &mut scratch);
                    let found: Heard =
                        cache.verify(verifier, text, now, &mut scratch, |token| (token.header().id, token.expiry()));
                    assert_eq!(found, wanted, "{id:?} at {now}");
                    counts[usize::from(found.is_ok())] += 1;
                }
                counts
            }
        };
        let threads: Vec<_> = (1..=THREADS).map(|thread| scope.spawn(asks(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no assertion failed")).collect()
    });
    assert!((2..=12).contains(&cache.len()) && !cache.is_empty(), "{} of 12", cache.len());
    assert!(counts.iter().all(|counts| counts.iter().all(|count| *count > ASKED / 10)), "{counts:?}");
}

#[test]
fn a_cache_never_keeps_more_tokens_than_it_was_told() {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    for capacity in [0, 1, 2, 31, 100, 500, 501, 1_000] {
        let cache = TokenCache::new(capacity);
        for number in 0..2_500_u64 {
            let token = minted(local(), &Draft { id: TokenId(number.to_be_bytes()), ..draft(program()) });
            cache.verify(&verifier, &token.text(), NOW, &mut scratch, |_| ()).expect("it is genuine");
        }
        assert_eq!(cache.len(), capacity);
    }
}
