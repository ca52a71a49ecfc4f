//! A batch says of every token what a verifier says of it alone.

use crate::token_workshop;

use placet::model::time::Time;
use placet::model::verdict::Refusal;
use placet::token::header::Header;
use placet::token::verify::{Scratch, Verifier};
use token_workshop::*;

/// What is found of each text, alone and in one batch.
fn both_ways(texts: &[String], now: Time) -> [Vec<Result<Header, Refusal>>; 2] {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    let batch = verifier.verify_batch(texts.iter().map(String::as_str), now, &mut scratch);
    let batch = batch.into_iter().map(|token| token.map(|token| *token.header())).collect();
    let alone = |text: &String| verifier.verify(text, now, &mut scratch).map(|token| *token.header());
    [texts.iter().map(alone).collect(), batch]
}

#[test]
fn a_batch_says_of_every_shape_what_is_said_of_it_alone() {
    let mut texts: Vec<String> = shapes().iter().map(|(_, token)| token.text()).collect();
    texts.extend(texts.clone());
    texts.extend(["", "placet_p1_", "placet_p2_AAAA"].map(str::to_owned));
    for now in [NOW, NOW + HOUR / 2, NOW + HOUR] {
        let [alone, batch] = both_ways(&texts, now);
        assert_eq!(alone, batch);
    }
}

#[test]
fn a_good_token_before_a_forged_one_does_not_help_it() {
    let narrow = attenuated(&minted(signing(), &draft(program())));
    let mut texts = vec![narrow.text()];
    // Every byte is wrong once: every key, digest and signature of the good token meets a forged one.
    for at in 0..narrow.as_bytes().len() {
        let mut bytes = narrow.as_bytes().to_vec();
        bytes[at] ^= 1;
        texts.push(spell(&bytes));
    }
    let [alone, batch] = both_ways(&texts, NOW);
    assert!(batch[0].is_ok() && batch[1..].iter().all(Result::is_err));
    assert_eq!(alone, batch);
}

#[test]
fn tokens_narrowed_from_one_keep_their_own_bounds() {
    let token = minted(signing(), &draft(program()));
    let shape = |round| if round % 2 == 0 { token.clone() } else { attenuated(&token) };
    let texts: Vec<String> = (0..8).map(|round| shape(round).text()).collect();
    let [_, batch] = both_ways(&texts, NOW + HOUR / 2);
    for (round, found) in batch.into_iter().enumerate() {
        assert_eq!(found.err(), (round % 2 == 1).then_some(Refusal::Expired), "{round}");
    }
}
