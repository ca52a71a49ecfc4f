//! Everything that is not exactly a token is refused, by name.

use crate::token_workshop;

use data_encoding::BASE64URL_NOPAD;
use placet::limits::{BLOCKS, TOKEN_BYTES};
use placet::model::verdict::Refusal;
use placet::token::attenuate::{AttenuateError, BlockDraft, append, append_voucher, seal};
use placet::token::envelope::Token;
use placet::token::header::TokenId;
use placet::token::inspect::inspect;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::mint::{Draft, mint};
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::VoucherRequest;
use token_workshop::*;

/// A header: version, key, hint, issuance, lifetime and id.
const HEADER: usize = 1 + 4 + 4 + 6 + 5 + 8;

#[test]
fn every_shape_of_token_is_accepted() {
    for (name, token) in shapes() {
        assert_eq!(verify(&token.text()), Ok(()), "{name}");
        assert_eq!(Token::parse(&token.text()), Ok(token), "{name}");
    }
}

#[test]
fn a_token_cut_anywhere_is_refused() {
    for (name, token) in shapes() {
        let bytes = token.as_bytes();
        for end in 0..bytes.len() {
            let refusal = verify(&spell(&bytes[..end])).expect_err(name);
            assert!(matches!(refusal, Refusal::Truncated | Refusal::NotCanonical), "{name} cut at {end}: {refusal}");
        }
        let text = token.text();
        assert!((0..text.len()).all(|end| verify(&text[..end]).is_err()), "{name}");
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    for (name, token) in shapes() {
        for bit in 0..token.as_bytes().len() * 8 {
            let mut bytes = token.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let refusal = verifier.verify(&spell(&bytes), NOW, &mut scratch).err();
            let named = matches!(
                refusal,
                Some(
                    Refusal::Forged
                        | Refusal::Truncated
                        | Refusal::NotCanonical
                        | Refusal::Sealed
                        | Refusal::UnknownKey
                        | Refusal::UnknownVocabulary
                        | Refusal::UnknownVersion
                )
            );
            assert!(named, "{name} with bit {bit} flipped: {refusal:?}");
        }
    }
}

#[test]
fn a_byte_more_is_refused_wherever_it_stands() {
    for (name, token) in shapes() {
        for at in 0..=token.as_bytes().len() {
            let mut bytes = token.as_bytes().to_vec();
            bytes.insert(at, 0);
            assert!(verify(&spell(&bytes)).is_err(), "{name} with a byte at {at}");
        }
        let mut longer = token.as_bytes().to_vec();
        longer.push(0);
        assert_eq!(verify(&spell(&longer)), Err(Refusal::NotCanonical), "{name}");
    }
}

#[test]
fn a_token_has_one_text() {
    for (name, token) in shapes() {
        let text = token.text();
        let padded = format!("{text}=");
        let standard = ["+", "/"].map(|digit| format!("{}{digit}{}", &text[..10], &text[11..]));
        let others = [padded, text.to_uppercase(), format!(" {text}"), format!("{text}\n"), text[10..].to_owned()];
        for other in others.into_iter().chain(standard) {
            assert_eq!(verify(&other), Err(Refusal::NotAToken), "{name}: {other}");
        }
        let digits = text.strip_prefix("placet_l1_").or(text.strip_prefix("placet_p1_")).expect("it has a prefix");
        for wrong in ["placet_l2_", "placet_p2_", "placet_q1_"] {
            assert_eq!(verify(&format!("{wrong}{digits}")), Err(Refusal::UnknownVersion), "{name}");
        }
    }
}

/// In Warp 10 a revoked token passed when the unused bits of its last character were set, since its id was taken from the text.
#[test]
fn spare_bits_make_no_second_token() {
    let with_spare_bits = shapes().into_iter().filter(|(_, token)| token.as_bytes().len() % 3 != 0);
    let mut tried = 0;
    for (name, token) in with_spare_bits {
        let text = token.text();
        let last = text.chars().last().expect("it is not empty");
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|c| *c != last) {
            let alias = format!("{}{other}", &text[..text.len() - 1]);
            assert!(verify(&alias).is_err(), "{name}");
            tried += 1;
        }
    }
    assert!(tried > 0);
}

#[test]
fn a_text_of_one_purpose_holds_no_token_of_the_other() {
    for (name, token) in shapes() {
        let text = token.text();
        let crossed = match text.strip_prefix("placet_l1_") {
            Some(digits) => format!("placet_p1_{digits}"),
            None => text.replacen("placet_p1_", "placet_l1_", 1),
        };
        assert_eq!(verify(&crossed), Err(Refusal::NotCanonical), "{name}");
    }
}

#[test]
fn a_long_varint_is_refused() {
    let token = minted(local(), &draft(program()));
    let mut bytes = token.as_bytes().to_vec();
    let length = bytes[HEADER];
    assert_eq!(usize::from(length), 1 + program().len(), "the length of the block stands behind the header");
    bytes.splice(HEADER..=HEADER, [length | 0x80, 0x00]);
    assert_eq!(verify(&spell(&bytes)), Err(Refusal::NotCanonical));
}

#[test]
fn an_unknown_flag_is_refused_before_the_proof_is_tried() {
    for flag in [0x10, 0x80] {
        let mut bytes = minted(local(), &draft(program())).as_bytes().to_vec();
        bytes[HEADER + 1] |= flag;
        assert_eq!(verify(&spell(&bytes)), Err(Refusal::NotCanonical), "{flag:#x}");
    }
    let mut public = minted(signing(), &draft(program())).as_bytes().to_vec();
    public[HEADER + 1] |= 0x20;
    assert_eq!(verify(&spell(&public)), Err(Refusal::NotCanonical), "a public token is never encrypted");
}

#[test]
fn a_restriction_cannot_be_removed() {
    let first = minted(local(), &draft(program()));
    let second = attenuated(&first);
    let mut stripped = second.as_bytes()[..first.as_bytes().len() - 33].to_vec();
    stripped.push(0);
    stripped.extend_from_slice(&second.as_bytes()[second.as_bytes().len() - 32..]);
    assert_eq!(stripped.len(), first.as_bytes().len());
    assert_eq!(verify(&spell(&stripped)), Err(Refusal::Forged));
}

#[test]
fn a_public_restriction_cannot_be_removed() {
    let first = minted(signing(), &draft(program()));
    let second = attenuated(&first);
    let kept = first.as_bytes().len() - 33;
    let (key, commitment) = second.as_bytes()[kept + 1..].split_first_chunk::<32>().expect("it is longer");
    // All that the holder of the longer token can put in the place of the hash of the next key and of the seed.
    let own_end = &second.as_bytes()[second.as_bytes().len() - 32..];
    let key_hash = &blake3::derive_key("placet 2026-11 public next key hash v1", key)[..16];
    for end in [own_end.to_vec(), [key_hash, &commitment[..16]].concat(), [key_hash, &own_end[16..]].concat()] {
        let stripped = [&second.as_bytes()[..kept], &[0], &end].concat();
        assert_eq!(verify(&spell(&stripped)), Err(Refusal::Forged));
    }
    let mut genuine = first.as_bytes()[..kept + 1].to_vec();
    genuine.extend_from_slice(key_hash);
    genuine.extend_from_slice(&first.as_bytes()[kept + 17..]);
    assert_eq!(genuine, first.as_bytes(), "the test does know where the end lies");
}

#[test]
fn restrictions_cannot_be_reordered() {
    let (one, other) = (&*cache_is("one"), &*cache_is("two"));
    let token = minted(local(), &draft(program()));
    let token = append(&token, &BlockDraft { program: one, ..BlockDraft::default() }, &mut random()).expect("open");
    let token = append(&token, &BlockDraft { program: other, ..BlockDraft::default() }, &mut random()).expect("open");
    let swapped = swap(token.as_bytes(), one, other);
    assert_eq!(verify(&spell(&swapped)), Err(Refusal::Forged));
}

#[test]
fn public_restrictions_cannot_be_reordered() {
    let (one, other) = (&*cache_is("one"), &*cache_is("two"));
    let token = minted(signing(), &draft(program()));
    let token = append(&token, &BlockDraft { program: one, ..BlockDraft::default() }, &mut random()).expect("open");
    let token = append(&token, &BlockDraft { program: other, ..BlockDraft::default() }, &mut random()).expect("open");
    // Program, signature, link, key and commitment are together one block with what makes it believable.
    let bytes = token.as_bytes();
    let (first, second) = (find(bytes, one), find(bytes, other));
    let mut swapped = swap(bytes, one, other);
    assert_eq!(verify(&spell(&swapped)), Err(Refusal::Forged), "the programs alone");
    for offset in one.len()..one.len() + 64 {
        swapped.swap(first + offset, second + offset);
    }
    assert_eq!(verify(&spell(&swapped)), Err(Refusal::Forged), "with their signatures");
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).expect("it is there")
}

fn swap(bytes: &[u8], one: &[u8], other: &[u8]) -> Vec<u8> {
    let (first, second) = (find(bytes, one), find(bytes, other));
    let mut swapped = bytes.to_vec();
    swapped[first..first + one.len()].copy_from_slice(other);
    swapped[second..second + other.len()].copy_from_slice(one);
    swapped
}

#[test]
fn a_block_of_another_token_does_not_fit() {
    let (narrow, wide) = (cache_is("narrow"), cache_is("wide!!"));
    for key in [MintingKey::from(local()), signing().into()] {
        let mine = minted(key.clone(), &draft(&narrow));
        let other = minted(key, &Draft { id: TokenId([6; 8]), ..draft(&wide) });
        let crossed = [&mine.as_bytes()[..HEADER], &other.as_bytes()[HEADER..]].concat();
        assert_eq!(verify(&spell(&crossed)), Err(Refusal::Forged));
        let (mine, other) = (attenuated(&mine), attenuated(&other));
        let at = minted(local(), &draft(&narrow)).as_bytes().len() - 33;
        let crossed = [&mine.as_bytes()[..at], &other.as_bytes()[at..]].concat();
        assert_eq!(verify(&spell(&crossed)), Err(Refusal::Forged));
    }
}

#[test]
fn a_sealed_token_takes_no_block() {
    for token in [minted(local(), &draft(program())), minted(signing(), &draft(program()))] {
        let token = sealed(&token);
        assert!(token.is_sealed());
        assert_eq!(seal(&token, &mut random()), Err(AttenuateError::Sealed));
        assert_eq!(append(&token, &BlockDraft::default(), &mut random()), Err(AttenuateError::Sealed));
    }
}

/// The holder of a sealed local token has its last tag, and could compute the next one; the seal is in the block.
#[test]
fn a_block_after_the_seal_is_refused() {
    let token = sealed(&minted(local(), &draft(program())));
    let longer = append_raw(&token, &[0]);
    assert_eq!(verify(&spell(&longer)), Err(Refusal::Sealed));
    // Behind the flags of an empty restriction stand the link and the tag.
    let flags = token.as_bytes().len() - 33 - 1;
    let mut unsealed = longer;
    assert_eq!(unsealed[flags], 1, "the test does know where the seal is");
    unsealed[flags] &= !1;
    assert_eq!(verify(&spell(&unsealed)), Err(Refusal::Forged));
}

#[test]
fn the_key_decides_which_proof_is_checked() {
    // The classic: the public key, known to everybody, used as a shared secret.
    let confused = LocalKey::from_secret(signing().public().as_bytes());
    assert_eq!(verify(&minted(confused, &draft(program())).text()), Err(Refusal::UnknownKey));
    // A local token that names the public key, and a public one that names the local key.
    for (token, id) in
        [(minted(local(), &draft(program())), signing().id()), (minted(signing(), &draft(program())), local().id())]
    {
        let mut bytes = token.as_bytes().to_vec();
        bytes[1..5].copy_from_slice(&id.0);
        assert_eq!(verify(&spell(&bytes)), Err(Refusal::UnknownKey));
    }
}

#[test]
fn a_key_of_the_same_id_does_not_verify() {
    let token = minted(LocalKey::from_secret(&[0x44; 32]), &draft(program()));
    let mut bytes = token.as_bytes().to_vec();
    bytes[1..5].copy_from_slice(&local().id().0);
    assert_eq!(verify(&spell(&bytes)), Err(Refusal::Forged));
    let token = minted(SigningKey::from_seed(&[0x44; 32]), &draft(program()));
    let mut bytes = token.as_bytes().to_vec();
    bytes[1..5].copy_from_slice(&signing().id().0);
    assert_eq!(verify(&spell(&bytes)), Err(Refusal::Forged));
}

#[test]
fn more_blocks_than_allowed_are_refused() {
    let mut token = minted(local(), &draft(program()));
    for _ in 1..BLOCKS {
        token = append(&token, &BlockDraft::default(), &mut random()).expect("there is room");
    }
    assert_eq!(verify(&token.text()), Ok(()));
    assert_eq!(append(&token, &BlockDraft::default(), &mut random()), Err(AttenuateError::TooManyBlocks));
    let longer = append_raw(&token, &[0]);
    assert_eq!(verify(&spell(&longer)), Err(Refusal::TooManyBlocks));
}

#[test]
fn a_token_is_as_long_as_allowed_and_no_longer() {
    let of = |length: usize| mint(&local(), &draft(&vec![0; length]), &mut random());
    let length = (0..TOKEN_BYTES).rev().find(|length| of(*length).is_ok()).expect("a shorter one is one");
    let longest = of(length).expect("it is one");
    assert_eq!(longest.as_bytes().len(), TOKEN_BYTES);
    assert_eq!(Token::from_bytes(longest.as_bytes()), Ok(longest.clone()));
    assert_eq!(append(&longest, &BlockDraft::default(), &mut random()), Err(AttenuateError::TooLarge));
    assert_eq!(Token::from_bytes(&append_raw(&longest, &[0])), Err(Refusal::TooLarge));
}

#[test]
fn a_voucher_serves_the_token_it_was_made_for() {
    let (here, there) = (cache_is("one"), cache_is("two"));
    let (one, other) = (minted(local(), &draft(&here)), minted(local(), &draft(&there)));
    let voucher = voucher(VoucherRequest::of(&one).expect("a token"), &BlockDraft::default());
    assert!(append_voucher(&one, &voucher, &mut random()).is_ok());
    for token in [other, attenuated(&one), minted(signing(), &draft(&here))] {
        assert_eq!(append_voucher(&token, &voucher, &mut random()), Err(AttenuateError::OtherToken));
    }
}

/// A holder may write what he likes into a restriction; the verifier checks the third party's signature itself.
#[test]
fn an_unsigned_voucher_is_refused() {
    let token = minted(local(), &draft(program()));
    let genuine = vouched(&token);
    let block = &genuine.as_bytes()[token.as_bytes().len() - 31..genuine.as_bytes().len() - 33];
    assert_eq!(verify(&spell(&append_raw(&token, block))), Ok(()), "the test does know how to add a block");
    for at in 1..block.len() {
        let mut forged = block.to_vec();
        forged[at] ^= 1;
        assert_eq!(verify(&spell(&append_raw(&token, &forged))), Err(Refusal::Forged), "byte {at}");
    }
    let moved = append_raw(&attenuated(&token), block);
    assert_eq!(verify(&spell(&moved)), Err(Refusal::Forged), "it was signed for another place");
}

/// Adds these bytes to a local token as a block, as any holder could.
fn append_raw(token: &Token, block: &[u8]) -> Vec<u8> {
    let (kept, tag) = token.as_bytes().split_last_chunk::<32>().expect("it is longer");
    let mut longer = kept.to_vec();
    *longer.last_mut().expect("it is longer") = 1;
    let from = longer.len() - 1;
    longer.push(u8::try_from(block.len()).expect("the block is short"));
    longer.extend_from_slice(block);
    let next = *blake3::keyed_hash(tag, &longer[from..]).as_bytes();
    longer.push(0);
    longer.extend(next);
    longer
}

/// A signature under one domain is none under another: the root key's on a block does not vouch, and the other way round.
#[test]
fn a_signature_serves_one_purpose() {
    let token = minted(signing(), &draft(program()));
    let request = VoucherRequest::of(&token).expect("a token");
    let voucher = request.vouch(&signing(), &vocabulary(), &BlockDraft::default()).expect("it speaks it");
    let body = BASE64URL_NOPAD.decode(voucher.text().strip_prefix("placet_voucher_").expect("its prefix").as_bytes());
    let signature = &body.expect("its digits")[16 + 33..16 + 97];
    let mut bytes = token.as_bytes().to_vec();
    bytes[HEADER + 2..HEADER + 66].copy_from_slice(signature);
    assert_eq!(verify(&spell(&bytes)), Err(Refusal::Forged));
}

#[test]
fn an_encrypted_token_is_read_with_its_key_only() {
    let program = cache_is("program!");
    let secret = Draft { claims: claims(), encrypted: true, ..draft(&program) };
    let token = attenuated(&minted(local(), &secret));
    let seen = inspect(&token).expect("it is a token");
    assert!(seen.blocks[0].content.is_none() && seen.blocks[1].content.is_some());
    for part in [b"ann".as_slice(), b"eu-1", b"program!"] {
        assert!(!token.as_bytes().windows(part.len()).any(|window| window == part));
    }
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    let verified = verifier.verify(&token.text(), NOW, &mut scratch).expect("it is genuine");
    assert_eq!((verified.claims().owner, verified.blocks().count()), (Some("ann"), 2));
}

#[test]
fn a_removed_key_accepts_nothing() {
    let (empty, vocabulary) = (Keyring::new(), vocabulary());
    for (name, token) in shapes() {
        let refusal = Verifier::new(&empty, &vocabulary).verify(&token.text(), NOW, &mut Scratch::new()).err();
        assert_eq!(refusal, Some(Refusal::UnknownKey), "{name}");
    }
}

/// Bytes cut, doubled, moved and overwritten at places that a hash chooses: none of it is accepted, none of it panics.
#[test]
fn no_mixture_of_tokens_is_a_token() {
    let (keyring, vocabulary, mut scratch) = (keyring(), vocabulary(), Scratch::new());
    let verifier = Verifier::new(&keyring, &vocabulary);
    let shapes: Vec<_> = shapes().into_iter().map(|(_, token)| token).collect();
    for round in 0_u64..5_000 {
        let mut choices = blake3::Hasher::new().update(&round.to_be_bytes()).finalize_xof();
        let mut choose = |below: usize| {
            let mut bytes = [0; 8];
            choices.fill(&mut bytes);
            usize::try_from(u64::from_be_bytes(bytes) % below as u64).expect("it is below a length")
        };
        let [mut bytes, other] = [(); 2].map(|()| shapes[choose(shapes.len())].as_bytes().to_vec());
        let (from, to) = (choose(bytes.len()), choose(bytes.len()));
        let (start, length) = (choose(other.len()), choose(40));
        let piece = other.iter().skip(start).take(length).copied();
        bytes.splice(from.min(to)..from.max(to), piece);
        let genuine = shapes.iter().any(|token| token.as_bytes() == bytes);
        assert_eq!(verifier.verify(&spell(&bytes), NOW, &mut scratch).is_ok(), genuine, "round {round}");
        if let Ok(token) = Token::from_bytes(&bytes) {
            let _ = (inspect(&token).is_ok(), append(&token, &BlockDraft::default(), &mut random()).is_ok());
        }
    }
}

/// What is no token is named before a key is looked for, and before a signature is checked: that costs a forger nothing.
#[test]
fn a_broken_structure_is_named_before_any_key_is_tried() {
    let strangers: [MintingKey; 2] =
        [LocalKey::from_secret(&[0x99; 32]).into(), SigningKey::from_seed(&[0x99; 32]).into()];
    for key in strangers {
        let token = minted(key, &draft(program()));
        assert_eq!(verify(&token.text()), Err(Refusal::UnknownKey));
        let bytes = token.as_bytes();
        assert_eq!(verify(&spell(&bytes[..bytes.len() - 1])), Err(Refusal::Truncated));
    }
    let token = attenuated(&minted(signing(), &draft(program())));
    let mut bytes = token.as_bytes().to_vec();
    bytes[HEADER + 2] ^= 1;
    assert_eq!(verify(&spell(&bytes)), Err(Refusal::Forged));
    bytes.pop();
    assert_eq!(verify(&spell(&bytes)), Err(Refusal::Truncated), "the signature that does not fit was not tried");
}
