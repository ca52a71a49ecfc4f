//! The envelope once more, written to be plain and not to share anything with the crate but AES
//! itself: hash, wrap, text and structure, bit by bit and byte by byte as the documents say them.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use placet_warp10::token::{Pairs, Token};

/// The text of a token.
pub fn mint(aes: &[u8], hash: &[u8], token: &Token) -> String {
    seal(aes, hash, &structure(token))
}

/// The text around a structure.
pub fn seal(aes: &[u8], hash: &[u8], structure: &[u8]) -> String {
    let mut plain = palindromic(hash, structure).to_be_bytes().to_vec();
    plain.extend(structure);
    let padding = 8 - plain.len() % 8;
    plain.extend(vec![padding as u8; padding]);
    opb64(&wrap(aes, &plain))
}

/// The name of a text.
pub fn ident(hash: &[u8], text: &str) -> String {
    format!("{:016x}", palindromic(hash, text.as_bytes()))
}

/// RFC 3394, section 2.2.1.
fn wrap(key: &[u8], plain: &[u8]) -> Vec<u8> {
    let n = plain.len() / 8;
    let mut a: u64 = 0xa6a6_a6a6_a6a6_a6a6;
    let mut r: Vec<[u8; 8]> = plain.chunks(8).map(|chunk| chunk.try_into().unwrap()).collect();
    for j in 0..6 {
        for (i, r) in r.iter_mut().enumerate() {
            let mut block = [0; 16];
            block[..8].copy_from_slice(&a.to_be_bytes());
            block[8..].copy_from_slice(r);
            let block = encrypted(key, block);
            a = u64::from_be_bytes(block[..8].try_into().unwrap()) ^ (n * j + i + 1) as u64;
            r.copy_from_slice(&block[8..]);
        }
    }
    [a.to_be_bytes().to_vec(), r.concat()].concat()
}

fn encrypted(key: &[u8], block: [u8; 16]) -> [u8; 16] {
    let mut block = block.into();
    match key.len() {
        16 => aes::Aes128::new_from_slice(key).unwrap().encrypt_block(&mut block),
        24 => aes::Aes192::new_from_slice(key).unwrap().encrypt_block(&mut block),
        _ => aes::Aes256::new_from_slice(key).unwrap().encrypt_block(&mut block),
    }
    block.into()
}

fn palindromic(key: &[u8], bytes: &[u8]) -> u64 {
    let there_and_back: Vec<u8> = bytes.iter().chain(bytes.iter().rev()).copied().collect();
    let half = |at: usize| u64::from_be_bytes(key[at..at + 8].try_into().unwrap());
    siphash(half(0), half(8), &there_and_back)
}

/// SipHash-2-4, as its paper has it.
fn siphash(k0: u64, k1: u64, bytes: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len() / 8 * 8 + 7, 0);
    padded.push(bytes.len() as u8);
    for word in padded.chunks(8) {
        let m = u64::from_le_bytes(word.try_into().unwrap());
        v[3] ^= m;
        (0..2).for_each(|_| sip_round(&mut v));
        v[0] ^= m;
    }
    v[2] ^= 0xff;
    (0..4).for_each(|_| sip_round(&mut v));
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn sip_round([v0, v1, v2, v3]: &mut [u64; 4]) {
    *v0 = v0.wrapping_add(*v1);
    *v1 = v1.rotate_left(13) ^ *v0;
    *v0 = v0.rotate_left(32);
    *v2 = v2.wrapping_add(*v3);
    *v3 = v3.rotate_left(16) ^ *v2;
    *v0 = v0.wrapping_add(*v3);
    *v3 = v3.rotate_left(21) ^ *v0;
    *v2 = v2.wrapping_add(*v1);
    *v1 = v1.rotate_left(17) ^ *v2;
    *v2 = v2.rotate_left(32);
}

/// Six bits at a time, from the most significant; the last are filled with zeros.
fn opb64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('.'..='.').chain('0'..='9').chain('A'..='Z').chain('_'..='_').chain('a'..='z').collect();
    let mut bits: Vec<usize> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1))).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push(0);
    }
    bits.chunks(6).map(|six| alphabet[six.iter().fold(0, |value, bit| value * 2 + bit)]).collect()
}

/// The compact protocol: every field as its number, its type and its bytes.
pub fn structure(token: &Token) -> Vec<u8> {
    let mut fields: Vec<(i64, u8, Vec<u8>)> = Vec::new();
    match token {
        Token::Read(token) => {
            fields.push((1, 6, zigzag(token.issuance)));
            fields.push((2, 6, zigzag(token.expiry)));
            fields.push((3, 5, zigzag(1)));
            fields.extend(token.lookup.map(|value| (4, truth(value), Vec::new())));
            fields.extend(token.groovy.map(|value| (5, truth(value), Vec::new())));
            fields.extend(token.max_fetch_size.map(|value| (6, 6, zigzag(value))));
            fields.extend(token.application.as_ref().map(|value| (7, 8, prefixed(value.as_bytes()))));
            fields.push((8, 9, list(8, token.applications.iter().map(|value| prefixed(value.as_bytes())).collect())));
            fields.push((9, 9, list(8, token.owners.iter().map(|value| prefixed(value)).collect())));
            fields.push((10, 9, list(8, token.producers.iter().map(|value| prefixed(value)).collect())));
            fields.push((11, 8, prefixed(&token.billed)));
            fields.extend(token.hooks.as_ref().map(|value| (12, 11, map(value))));
            fields.extend(token.attributes.as_ref().map(|value| (13, 11, map(value))));
            fields.extend(token.labels.as_ref().map(|value| (14, 11, map(value))));
            fields.extend(token.dataviz.map(|value| (100, truth(value), Vec::new())));
        }
        Token::Write(token) => {
            fields.push((1, 6, zigzag(token.issuance)));
            fields.push((2, 6, zigzag(token.expiry)));
            fields.push((3, 5, zigzag(2)));
            fields.extend(token.lookup.map(|value| (4, truth(value), Vec::new())));
            fields.push((5, 8, prefixed(&token.producer)));
            fields.push((6, 8, prefixed(&token.owner)));
            fields.push((7, 8, prefixed(token.application.as_bytes())));
            fields.extend(
                token.indices.as_ref().map(|value| (8, 9, list(6, value.iter().map(|index| zigzag(*index)).collect()))),
            );
            fields.extend(token.labels.as_ref().map(|value| (9, 11, map(value))));
            fields.extend(token.attributes.as_ref().map(|value| (10, 11, map(value))));
        }
    }
    let mut out = Vec::new();
    let mut last = 0;
    for (id, of, content) in fields {
        if id - last <= 15 {
            out.push(((id - last) as u8) * 16 + of);
        } else {
            out.push(of);
            out.extend(zigzag(id));
        }
        out.extend(content);
        last = id;
    }
    out.push(0);
    out
}

fn truth(value: bool) -> u8 {
    if value { 1 } else { 2 }
}

fn zigzag(value: i64) -> Vec<u8> {
    let value = i128::from(value);
    varint(if value < 0 { -2 * value - 1 } else { 2 * value })
}

fn varint(mut value: i128) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 127 {
        out.push((value % 128 + 128) as u8);
        value /= 128;
    }
    out.push(value as u8);
    out
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [varint(bytes.len() as i128), bytes.to_vec()].concat()
}

fn list(of: u8, elements: Vec<Vec<u8>>) -> Vec<u8> {
    let header = match elements.len() {
        size @ 0..15 => vec![size as u8 * 16 + of],
        size => [vec![0xf0 + of], varint(size as i128)].concat(),
    };
    [header, elements.concat()].concat()
}

fn map(pairs: &Pairs) -> Vec<u8> {
    if pairs.is_empty() {
        return vec![0];
    }
    let content: Vec<u8> =
        pairs.iter().flat_map(|(key, value)| [prefixed(key.as_bytes()), prefixed(value.as_bytes())].concat()).collect();
    [varint(pairs.len() as i128), vec![0x88], content].concat()
}
