//! Published test vectors, run through the cryptography that tokens use: BLAKE3 keyed and derived,
//! and Ed25519 signing and verification as done here. `tests/data/README.md` lists their sources.

use alloc::vec::Vec;

use data_encoding::HEXLOWER_PERMISSIVE;
use ed25519_dalek::Signer;

use super::{Before, is_signed, local_link, point};
use crate::token::keys::{KeyError, PublicKey, SigningKey};

const BLAKE3: &str = include_str!("../../../../../tests/data/blake3.txt");
const WYCHEPROOF: &str = include_str!("../../../../../tests/data/ed25519-wycheproof.txt");
const SPECCHECK: &str = include_str!("../../../../../tests/data/ed25519-speccheck.txt");

/// The words of each line that is not a comment; the last may have blanks.
fn lines<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.splitn(N, ' ').collect::<Vec<_>>().try_into().expect(line))
}

fn hex(digits: &str) -> Vec<u8> {
    if digits == "-" { Vec::new() } else { HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).expect(digits) }
}

fn array<const N: usize>(digits: &str) -> [u8; N] {
    hex(digits).try_into().expect(digits)
}

#[test]
fn keyed_and_derived_hashes_are_those_of_blake3() {
    let mut seen = 0;
    for [length, keyed, derived] in lines(BLAKE3) {
        let length: usize = length.parse().expect(length);
        let input: Vec<u8> = (0..=250).cycle().take(length).collect();
        assert_eq!(local_link(b"whats the Elvish word for friend", &input), array(keyed), "{length} bytes, keyed");
        let context = "BLAKE3 2019-12-27 16:29:52 test vectors context";
        for cut in [0, length / 2, length] {
            let (before, after) = input.split_at(cut);
            assert_eq!(Before::Header(before).salted(context, after), array(derived), "{length} bytes, derived");
        }
        seen += 1;
    }
    assert_eq!(seen, 17);
}

/// RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc). Secret, public key, message, signature.
const RFC_8032: [[&str; 4]; 4] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "-",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
];

#[test]
fn keys_and_signatures_are_those_of_rfc_8032() {
    for [secret, public, message, signature] in RFC_8032 {
        let key = SigningKey::from_seed(&array(secret));
        assert_eq!(key.public().as_bytes(), &array(public));
        assert_eq!(key.pair().sign(&hex(message)).to_bytes(), array(signature));
        assert!(is_signed(key.public().point(), &hex(message), &array(signature)));
        let flipped = (0..64).map(|at| {
            let mut flipped: [u8; 64] = array(signature);
            flipped[at] ^= 1;
            flipped
        });
        assert!(flipped.into_iter().all(|flipped| !is_signed(key.public().point(), &hex(message), &flipped)));
    }
}

/// Whether a signature would be accepted: under a valid key, and of the length that a token has
/// room for.
fn is_taken(key: &str, message: &str, signature: &str) -> bool {
    let (key, signature) = (point(&array(key)), hex(signature));
    let signature: Option<[u8; 64]> = signature.try_into().ok();
    key.zip(signature).is_some_and(|(key, signature)| is_signed(&key, &hex(message), &signature))
}

#[test]
fn every_signature_of_wycheproof_is_taken_or_refused_as_it_should_be() {
    let mut seen = [0, 0];
    for [number, result, key, message, signature, comment] in lines(WYCHEPROOF) {
        assert_eq!(is_taken(key, message, signature), result == "valid", "{number}: {comment}");
        seen[usize::from(result == "valid")] += 1;
    }
    assert_eq!(seen, [63, 88], "invalid and valid ones");
}

#[test]
fn small_and_mixed_order_and_unreduced_scalars_are_refused_where_anybody_but_the_signer_could_use_them() {
    for [number, result, key, message, signature, comment] in lines(SPECCHECK) {
        assert_eq!(is_taken(key, message, signature), result == "valid", "{number}: {comment}");
    }
}

/// The eight points whose order divides eight, and the second spellings of some of them.
#[test]
fn no_key_of_small_order_is_a_key_in_any_spelling() {
    const SMALL: [&str; 14] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    ];
    for key in SMALL {
        assert_eq!(PublicKey::from_bytes(&array(key)), Err(KeyError::Weak), "{key}");
    }
}

/// Adding the order of the group to a signature's scalar gives a second signature that a careless
/// check would accept.
#[test]
fn a_scalar_with_the_order_added_is_refused() {
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    for [_, public, message, signature] in RFC_8032 {
        let mut other: [u8; 64] = array(signature);
        let mut carry = 0;
        for (byte, order) in other[32..].iter_mut().zip(hex(ORDER)) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert_eq!(carry, 0, "the sum has room");
        assert!(
            is_taken(public, message, signature) && !is_taken(public, message, &HEXLOWER_PERMISSIVE.encode(&other))
        );
    }
}
