//! Makes what is no token: each case with the one name under which it is refused.

use data_encoding::BASE64URL_NOPAD;
use placet::bytecode::op::{Const, Length, Op};
use placet::bytecode::program::{EMPTY, Pool, Program};
use placet::document::mint::Wrapping;
use placet::limits::BLOCKS;
use placet::model::vocabulary::{ActionNo, FieldNo, Fingerprint, Vocabulary};
use placet::token::attenuate::{BlockDraft, append, seal};
use placet::token::claims::ClaimsDraft;
use placet::token::envelope::Token;
use placet::token::header::TokenId;
use placet::token::keyring::MintingKey;
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::mint::{Draft, mint};
use placet::token::proof::HolderKey;
use placet::token::signer::Minter;
use placet::token::vouch::{Voucher, VoucherRequest};
use serde_json::{Value, json};
use std::time::Duration;

use super::make::{AUDIENCE, NOW, Templates, audience, holder, librarian, local, respell, seeds, signing};
use placet::model::time::Time;

/// A header: version, key, hint, issuance, lifetime and id.
const HEADER: usize = 1 + 4 + 4 + 6 + 5 + 8;

/// The bytes before the block of a voucher.
const FINGERPRINT: usize = 16;

/// What stands behind the last block while a token is open, of either kind.
const END: usize = 1 + 32;

/// A case of `forged.json`.
fn case(name: &str, text: String, refusal: &str) -> Value {
    json!({ "name": name, "text": Value::from(text), "at": NOW.as_millis(), "refusal": refusal })
}

/// The same token with its bytes changed.
fn altered(name: &str, token: &Token, refusal: &str, change: impl FnOnce(&mut Vec<u8>)) -> Value {
    let mut bytes = token.as_bytes().to_vec();
    change(&mut bytes);
    assert_ne!(bytes, token.as_bytes(), "{name}");
    case(name, respell(token, &bytes), refusal)
}

/// The tokens that are spoiled.
struct Stock<'t> {
    templates: &'t Templates,
    local: Token,
    public: Token,
}

pub fn forged(templates: &Templates) -> Vec<Value> {
    let plain = |key: MintingKey| templates.mint(&key, "reader", &Value::Null, Wrapping::default());
    let stock = Stock { templates, local: plain(local().into()), public: plain(signing().into()) };
    let parts = [
        stock.texts(),
        stock.cut(),
        stock.flipped(),
        stock.spellings(),
        stock.moved(),
        stock.keys(),
        stock.sealed(),
        stock.vouchers(),
        stock.audiences(),
        stock.times(),
        stock.contents(),
        stock.programs(),
    ];
    parts.concat()
}

impl Stock<'_> {
    fn texts(&self) -> Vec<Value> {
        let text = self.local.text();
        let digits = &text[10..];
        let with_spare_bits = if self.local.as_bytes().len().is_multiple_of(3) { &self.public } else { &self.local };
        assert_ne!(with_spare_bits.as_bytes().len() % 3, 0, "one of the tokens has spare bits");
        let mut spare = with_spare_bits.text().into_bytes();
        let last = spare.last_mut().expect("it is not empty");
        *last += 1;
        let spare = String::from_utf8(spare).expect("the last digit is no `z`");
        vec![
            case("nothing", String::new(), "not_a_token"),
            case("the prefix alone", "placet_l1_".to_owned(), "truncated"),
            case("spare bits of the last character are set", spare, "not_a_token"),
            case("padding", format!("{text}="), "not_a_token"),
            case("a line end", format!("{text}\n"), "not_a_token"),
            case("a space before", format!(" {text}"), "not_a_token"),
            case("a prefix in capitals", format!("PLACET_L1_{digits}"), "not_a_token"),
            case("no prefix", digits.to_owned(), "not_a_token"),
            case("another alphabet", format!("placet_l1_{}+{}", &digits[..8], &digits[9..]), "not_a_token"),
            case(
                "a length that no bytes have",
                format!("placet_l1_{}", &digits[..digits.len() / 4 * 4 - 3]),
                "not_a_token",
            ),
            case("a later version", format!("placet_l2_{digits}"), "unknown_version"),
            case("the prefix of the other kind", format!("placet_p1_{digits}"), "not_canonical"),
            case("a text longer than the largest token", format!("placet_l1_{}", "A".repeat(8300)), "too_large"),
        ]
    }

    fn cut(&self) -> Vec<Value> {
        let cut =
            |name: &str, token: &Token, end: usize| altered(name, token, "truncated", |bytes| bytes.truncate(end));
        let (local, public) = (self.local.as_bytes().len(), self.public.as_bytes().len());
        vec![
            cut("cut in the header", &self.local, 20),
            cut("cut after the header", &self.local, HEADER),
            cut("cut in the block", &self.local, HEADER + 3),
            cut("cut before the link", &self.local, local - END),
            cut("cut before the tag", &self.local, local - 32),
            cut("cut in the tag", &self.local, local - 1),
            cut("public, cut in the signature", &self.public, public - END - 1),
            cut("public, cut before the seed", &self.public, public - 16),
            cut("public, cut in the seed", &self.public, public - 1),
        ]
    }

    fn flipped(&self) -> Vec<Value> {
        let flip = |name: &str, token: &Token, at: usize, bit: u8, refusal: &str| {
            altered(&format!("a bit of {name} flipped"), token, refusal, |bytes| bytes[at] ^= bit)
        };
        let tag = self.local.as_bytes().len() - 32;
        let (signature, key_hash, seed) = {
            let length = self.public.as_bytes().len();
            (length - END - 64, length - 32, length - 16)
        };
        let restricted = self.templates.restrict(&self.public, "nothing");
        let next = signature + 64 + 1;
        vec![
            flip("the version", &self.local, 0, 0x01, "unknown_version"),
            flip("the key id", &self.local, 1, 0x01, "unknown_key"),
            flip("the hint", &self.local, 5, 0x01, "unknown_vocabulary"),
            flip("the issuance", &self.local, 14, 0x01, "forged"),
            flip("the lifetime", &self.local, 19, 0x01, "forged"),
            flip("the token id", &self.local, 20, 0x01, "forged"),
            flip("the length of the block", &self.local, HEADER, 0x40, "truncated"),
            flip("the flags", &self.local, HEADER + 1, 0x01, "forged"),
            flip("the program", &self.local, HEADER + 2, 0x01, "forged"),
            flip("the constants", &self.local, tag - 2, 0x01, "forged"),
            flip("the tag", &self.local, tag, 0x01, "forged"),
            flip("the tag's last byte", &self.local, tag + 31, 0x80, "forged"),
            flip("a public token's hint", &self.public, 8, 0x80, "unknown_vocabulary"),
            flip("a public token's program", &self.public, HEADER + 2, 0x01, "forged"),
            flip("the signature's point", &self.public, signature, 0x01, "forged"),
            flip("the signature's scalar", &self.public, signature + 32, 0x01, "forged"),
            flip("the signature's highest bit", &self.public, signature + 63, 0x80, "forged"),
            flip("the hash of the next key", &self.public, key_hash, 0x01, "forged"),
            flip("the seed", &self.public, seed, 0x01, "forged"),
            flip("the next key", &restricted, next, 0x01, "forged"),
            flip("the commitment", &restricted, next + 32, 0x01, "forged"),
        ]
    }

    fn spellings(&self) -> Vec<Value> {
        let flag = |name: &str, token: &Token, flag: u8| {
            altered(name, token, "not_canonical", |bytes| bytes[HEADER + 1] |= flag)
        };
        vec![
            altered("a long varint", &self.local, "not_canonical", |bytes| {
                let length = bytes[HEADER];
                bytes.splice(HEADER..=HEADER, [length | 0x80, 0x00]);
            }),
            altered("a byte behind the end", &self.local, "not_canonical", |bytes| bytes.push(0)),
            altered("public, a byte behind the end", &self.public, "not_canonical", |bytes| bytes.push(0)),
            altered("an unknown version", &self.local, "unknown_version", |bytes| bytes[0] = 0x21),
            altered("an unknown purpose", &self.local, "unknown_version", |bytes| bytes[0] = 0x13),
            altered("an unknown link", &self.local, "not_canonical", |bytes| {
                let link = bytes.len() - END;
                bytes[link] = 2;
            }),
            altered("an empty block", &self.local, "not_canonical", |bytes| {
                let end = bytes.len() - END;
                bytes.splice(HEADER..end, [0]);
            }),
            flag("an unknown flag", &self.local, 0x80),
            flag("an authority that is vouched for", &self.local, 0x10),
            flag("a public token that is encrypted", &self.public, 0x20),
            case("a restriction with claims", respell(&self.local, &self.by_hand(&[&[0x08, 1, 0]])), "not_canonical"),
            case(
                "a restriction that is encrypted",
                respell(&self.local, &self.by_hand(&[&[0x20, 0]])),
                "not_canonical",
            ),
        ]
    }

    /// The local token's bytes with these blocks behind it, as any holder can write them.
    fn by_hand(&self, blocks: &[&[u8]]) -> Vec<u8> {
        add_by_hand(&self.local, blocks)
    }

    fn moved(&self) -> Vec<Value> {
        let restrict = |token: &Token, name| self.templates.restrict(token, name);
        let local_two = restrict(&restrict(&self.local, "nothing_secret"), "nothing");
        let public_one = restrict(&self.public, "nothing_secret");
        let public_two = restrict(&public_one, "nothing");
        let first = self.local.as_bytes().len() - END;
        let kept = self.public.as_bytes().len() - END;
        let one = restrict(&self.local, "nothing_secret").as_bytes().len() - END;
        let other = self.templates.mint(&local(), "member", &json!({ "shelf": "maps" }), Wrapping::default());
        let other = restrict(&other, "nothing");
        vec![
            altered("the last restriction removed", &restrict(&self.local, "nothing"), "forged", |bytes| {
                let end = bytes.len() - END;
                bytes.drain(first..end);
            }),
            altered("the first of two restrictions removed", &local_two, "forged", |bytes| {
                bytes.drain(first..one);
            }),
            altered("two restrictions in another order", &local_two, "forged", |bytes| {
                let end = bytes.len() - END;
                bytes[first..end].rotate_left(one - first);
            }),
            altered("a restriction twice", &restrict(&self.local, "nothing"), "forged", |bytes| {
                let end = bytes.len() - END;
                let block = bytes[first..end].to_vec();
                bytes.splice(end..end, block);
            }),
            altered("a restriction of another token", &self.local, "forged", |bytes| {
                let end = other.as_bytes().len();
                bytes.truncate(first);
                bytes.extend_from_slice(&other.as_bytes()[end - END - 3..]);
            }),
            altered("another authority block before the restriction", &other, "forged", |bytes| {
                let authority = self.local.as_bytes()[HEADER..first].to_vec();
                let end = bytes.len() - END - 3;
                bytes.splice(HEADER..end, authority);
            }),
            altered("public, the restriction removed", &public_one, "forged", |bytes| {
                let end = bytes.len() - END;
                bytes.drain(kept..end);
            }),
            altered(
                "public, the restriction removed and the seed guessed from the commitment",
                &public_one,
                "forged",
                |bytes| {
                    let key: [u8; 32] = bytes[kept + 1..kept + 33].try_into().expect("a key");
                    let commitment = bytes[kept + 33..kept + 49].to_vec();
                    let hash = blake3::derive_key("placet 2026-11 public next key hash v1", &key);
                    bytes.truncate(kept);
                    bytes.extend([&[0], &hash[..16], &commitment].concat());
                },
            ),
            altered("public, the first of two restrictions removed", &public_two, "forged", |bytes| {
                bytes.drain(kept..public_one.as_bytes().len() - END);
            }),
            altered("public, two restrictions in another order", &public_two, "forged", |bytes| {
                let (middle, end) = (public_one.as_bytes().len() - END, bytes.len() - END);
                bytes[kept..end].rotate_left(middle - kept);
            }),
        ]
    }

    fn keys(&self) -> Vec<Value> {
        let mint = |key: MintingKey| self.templates.mint(&key, "reader", &Value::Null, Wrapping::default());
        let renamed = |name: &str, token: &Token, id: [u8; 4], refusal: &str| {
            altered(name, token, refusal, |bytes| bytes[1..5].copy_from_slice(&id))
        };
        let foreign_local = mint(LocalKey::from_secret(&[0x44; 32]).into());
        let foreign_public = mint(SigningKey::from_seed(&[0x44; 32]).into());
        let confused = mint(LocalKey::from_secret(signing().public().as_bytes()).into());
        vec![
            case("another local key", foreign_local.text(), "unknown_key"),
            case("another public key", foreign_public.text(), "unknown_key"),
            renamed("another local key under a known id", &foreign_local, local().id().0, "forged"),
            renamed("another public key under a known id", &foreign_public, signing().id().0, "forged"),
            case("the public key used as a shared secret", confused.text(), "unknown_key"),
            renamed("the same under the public key's id", &confused, signing().id().0, "unknown_key"),
            renamed("a public token that names the local key", &self.public, local().id().0, "unknown_key"),
            altered("a second signature made of the first", &self.public, "forged", |bytes| {
                let scalar = bytes.len() - END - 32;
                add_group_order(&mut bytes[scalar..scalar + 32]);
            }),
        ]
    }

    fn sealed(&self) -> Vec<Value> {
        let seal = |token: &Token| seal(token, &mut seeds("seal")).expect("it is open");
        let (local, public) = (seal(&self.local), seal(&self.public));
        let flags = local.as_bytes().len() - END - 1;
        let too_many: Vec<&[u8]> = vec![&[0]; BLOCKS];
        vec![
            case("a block after the seal", respell(&local, &add_by_hand(&local, &[&[0]])), "sealed"),
            altered("the seal taken away", &local, "forged", |bytes| bytes[flags] = 0),
            altered("public, a block after the seal", &public, "sealed", |bytes| {
                let link = bytes.len() - 1;
                bytes[link] = 1;
                bytes.extend(self.templates.restrict(&self.public, "nothing").as_bytes().iter().rev().take(150).rev());
            }),
            altered("public, the seal taken away", &public, "truncated", |bytes| {
                let flags = bytes.len() - 1 - 64 - 1;
                bytes[flags] = 0;
            }),
            case("one block more than allowed", respell(&self.local, &self.by_hand(&too_many)), "too_many_blocks"),
        ]
    }

    fn vouchers(&self) -> Vec<Value> {
        let guest = self.templates.mint(&local(), "guest", &Value::Null, Wrapping::default());
        let good = self.templates.vouch(&guest, "nothing");
        let from = guest.as_bytes().len() - END + 2;
        let voucher = good.as_bytes()[from..good.as_bytes().len() - END].to_vec();
        let by_hand = |token: &Token, block: &[u8]| respell(token, &add_by_hand(token, &[block]));
        assert_eq!(by_hand(&guest, &voucher), good.text(), "a voucher can be added by hand");
        let spoiled = |at: usize| {
            let mut other = voucher.clone();
            other[at] ^= 1;
            other
        };
        let request = VoucherRequest::of(&guest).expect("a token");
        let vouch = |key: &SigningKey, request: VoucherRequest, vocabulary: &Vocabulary| {
            request.vouch(key, vocabulary, &BlockDraft::default()).expect("it speaks the vocabulary")
        };
        let own = vouch(&signing(), request, self.templates.vocabulary());
        let theirs = Vocabulary::builder("archive", 2).build();
        let other = VoucherRequest { hint: theirs.fingerprint().hint(), ..request };
        let block = |voucher: &Voucher| {
            let bytes = BASE64URL_NOPAD.decode(voucher.text()["placet_voucher_".len()..].as_bytes()).expect("digits");
            bytes[FINGERPRINT..].to_vec()
        };
        let other = block(&vouch(&librarian(), other, &theirs));
        let mut replaced = block(&own);
        replaced[1..33].copy_from_slice(librarian().public().as_bytes());
        let behind = self.templates.restrict(&guest, "nothing");
        vec![
            case("a voucher for another token", by_hand(&self.local, &voucher), "forged"),
            case("a voucher for another place", by_hand(&behind, &voucher), "forged"),
            case("a voucher with another key", by_hand(&guest, &spoiled(1)), "forged"),
            case("a voucher with another signature", by_hand(&guest, &spoiled(40)), "forged"),
            case(
                "a voucher for another program",
                by_hand(&guest, &[&voucher[..97], &[4, 3, 2, 0x10, 0]].concat()),
                "forged",
            ),
            case("a voucher signed by somebody else in the librarian's name", by_hand(&guest, &replaced), "forged"),
            case("a voucher that was signed for another vocabulary", by_hand(&guest, &other), "forged"),
            case("a voucher cut short", by_hand(&guest, &voucher[..80]), "truncated"),
        ]
    }

    /// Genuine tokens for somebody else, and one for nobody in particular.
    fn audiences(&self) -> Vec<Value> {
        let for_audience = |key: MintingKey| {
            self.templates.mint(Minter::from(&key).audience(audience()), "reader", &Value::Null, Wrapping::default())
        };
        let to = |name: &str, token: &Token, audience: &str| {
            let mut case = case(name, token.text(), "forged");
            case["audience"] = json!(audience);
            case
        };
        let (local, public) = (for_audience(local().into()), for_audience(signing().into()));
        vec![
            case("for an audience, where none is named", local.text(), "forged"),
            case("public, for an audience, where none is named", public.text(), "forged"),
            case("for an audience and attenuated", self.templates.restrict(&local, "nothing").text(), "forged"),
            case(
                "public, for an audience and attenuated",
                self.templates.restrict(&public, "nothing").text(),
                "forged",
            ),
            to("for another audience", &local, "https://archive.example/"),
            to("public, for another audience", &public, "https://archive.example/"),
            to("for no audience, where one is named", &self.local, AUDIENCE),
            to("public, for no audience, where one is named", &self.public, AUDIENCE),
        ]
    }

    /// Genuine tokens at a time at which they are not valid.
    fn times(&self) -> Vec<Value> {
        let at = |name: &str, token: &Token, at: Time, refusal: &str| {
            let mut case = case(name, token.text(), refusal);
            case["at"] = json!(at.as_millis());
            case
        };
        vec![
            at("from the future", &self.local, NOW - Duration::from_millis(60_001), "not_yet_valid"),
            at("public, from the future", &self.public, NOW - Duration::from_millis(60_001), "not_yet_valid"),
            at("before 1970", &self.local, Time::from_millis(-1), "no_clock"),
        ]
    }

    /// What only somebody with the key can make, or a minter who is broken.
    fn contents(&self) -> Vec<Value> {
        let fingerprint = |name: &str, vocabulary: &Vocabulary, key: MintingKey| {
            let draft = Draft {
                issuance: NOW,
                expiry: None,
                not_before: None,
                id: TokenId([7; 8]),
                fingerprint: vocabulary.fingerprint(),
                claims: ClaimsDraft::default(),
                holder: None,
                program: EMPTY,
                sealed: false,
                encrypted: false,
            };
            case(name, mint(&key, &draft, &mut seeds(name)).expect("a token").text(), "unknown_vocabulary")
        };
        let other = Vocabulary::builder("archive", 2).build();
        let header = &self.local.as_bytes()[..HEADER];
        let state = self.templates.vocabulary().fingerprint();
        let authority = |block: &[u8]| respell(&self.local, &chain(header, state, &[block]));
        let encrypted = Wrapping { sealed: false, encrypted: true };
        let encrypted = self.templates.mint(&local(), "reader", &Value::Null, encrypted);
        let block = &encrypted.as_bytes()[HEADER + 1..encrypted.as_bytes().len() - END];
        assert_eq!(authority_of(&encrypted, state, block), encrypted.text(), "a token can be made by hand");
        let spoiled = |at: usize| {
            let mut block = block.to_vec();
            block[at] ^= 1;
            authority_of(&encrypted, state, &block)
        };
        let thief = SigningKey::from_seed(&[0x77; 32]);
        let own = json!({ "key": holder().public().to_string() });
        let own = self.templates.mint(&local(), "own", &own, Wrapping::default());
        let consent = HolderKey::from(&thief).hand_over(&own, thief.public()).expect("a token");
        let consent = consent.as_bytes();
        let with_consent = [&[0x40, 1], thief.public().as_bytes().as_slice(), consent, &[0]].concat();
        let own_consent = [&[1], consent.as_slice()].concat();
        let rebound = |consent: &[u8]| {
            let (first, consent) = consent.split_first().expect("it has a first byte");
            let consent = if *first == 0 { &[] } else { consent };
            let block = [&[0x40, *first], thief.public().as_bytes().as_slice(), consent, EMPTY].concat();
            respell(&own, &add_by_hand(&own, &[&block]))
        };
        vec![
            fingerprint("another version of the vocabulary", &other, local().into()),
            fingerprint("public, another version of the vocabulary", &other, signing().into()),
            case("another nonce", spoiled(1), "forged"),
            case("another ciphertext", spoiled(25), "forged"),
            case("another tag of the ciphertext", spoiled(block.len() - 1), "forged"),
            case(
                "a holder with another first byte",
                authority(&[&[0x40, 2], [9; 32].as_slice(), &[0]].concat()),
                "not_canonical",
            ),
            case("a holder cut short", authority(&[&[0x40, 0], [9; 31].as_slice()].concat()), "truncated"),
            case(
                "a holder that is no key",
                authority(&[&[0x40, 0], [0; 32].as_slice(), &[0]].concat()),
                "not_canonical",
            ),
            case("a consent of nobody", authority(&with_consent), "not_canonical"),
            case("a stolen token that names the thief", rebound(&[0, 0]), "rebound"),
            case("a stolen token that names the thief with their own consent", rebound(&own_consent), "rebound"),
            case("an encrypted block without room for its tag", authority(&[0x20, 0]), "truncated"),
            case("claims that are empty", authority(&[0x08, 0]), "not_canonical"),
            case("a claim twice", authority(&[0x08, 4, 1, 0, 1, 0]), "not_canonical"),
            case("claims in another order", authority(&[0x08, 4, 2, 0, 1, 0]), "not_canonical"),
            case("an unknown claim", authority(&[0x08, 2, 9, 0]), "not_canonical"),
            case("a label twice", authority(&[0x08, 8, 6, 2, 1, b'a', 6, 2, 1, b'a']), "not_canonical"),
            case("claims cut short", authority(&[0x08, 2, 1, 9]), "truncated"),
            case("a claim that is no text", authority(&[0x08, 3, 1, 1, 0xff]), "not_canonical"),
        ]
    }

    /// Programs that no compiler writes, in a restriction as a holder can write it.
    fn programs(&self) -> Vec<Value> {
        let bad = |fault: &str, program: Vec<u8>| {
            [("", &self.local), ("public, ", &self.public)].map(|(prefix, token)| {
                let draft = BlockDraft { program: &program, ..BlockDraft::default() };
                let token = append(token, &draft, &mut seeds(fault)).expect("there is room");
                let name = if fault == "TooCostly" { "too_costly" } else { "bad_program" };
                let mut case = case(&format!("{prefix}a bad program: {fault}"), token.text(), name);
                case["fault"] = json!(fault);
                case
            })
        };
        let test = |field, pattern: &[Op]| allow(&[&[Op::Test { field: FieldNo(field) }], pattern].concat());
        // A group of three thousand pieces between two runs.
        let glob = [[0].as_slice(), &[1; 3_000], &[0]].concat();
        let mut pool = Pool::default();
        let costly = [Op::Test { field: FieldNo(3) }, Op::Glob { constant: pool.intern(&glob) }];
        let nested = [vec![Op::Not {}; 80], vec![Op::Any {}]].concat();
        let order = [Op::Allow { body: Length(0) }, Op::Deny { body: Length(0) }];
        let length = [Op::Allow { body: Length(2) }, Op::Test { field: FieldNo(1) }, Op::Any {}];
        let all = [
            ("Cut", vec![2, 3]),
            ("UnknownInstruction", vec![1, 0x7f]),
            ("WrongSort", program(&[Op::Any {}], &Pool::default())),
            ("WrongLength", program(&length, &Pool::default())),
            ("OutOfOrder", program(&order, &Pool::default())),
            ("UnknownAttribute", test(7, &[Op::Any {}])),
            ("UnknownAction", allow(&[Op::ActionIs { action: ActionNo(4) }])),
            ("WrongType", test(1, &[Op::IsTrue {}])),
            ("BadConstant", test(1, &[Op::Eq { text: Const(0) }])),
            ("Leftover", vec![0, 1, b'a']),
            ("TooDeep", test(1, &nested)),
            ("TooCostly", allow_with(&costly, &pool)),
        ];
        all.into_iter().flat_map(|(fault, program)| bad(fault, program)).collect()
    }
}

fn program(ops: &[Op], pool: &Pool) -> Vec<u8> {
    let mut code = Vec::new();
    for op in ops {
        op.write(&mut code);
    }
    Program::new(&code, pool).into_bytes()
}

fn allow(tests: &[Op]) -> Vec<u8> {
    allow_with(tests, &Pool::default())
}

/// A rule that allows where the tests hold.
fn allow_with(tests: &[Op], pool: &Pool) -> Vec<u8> {
    let mut body = Vec::new();
    for test in tests {
        test.write(&mut body);
    }
    let body = Length(u32::try_from(body.len()).expect("it is short"));
    program(&[&[Op::Allow { body }], tests].concat(), pool)
}

/// A local token, written as `docs/token-format.md` says.
fn chain(header: &[u8], state: Fingerprint, blocks: &[&[u8]]) -> Vec<u8> {
    let mac = blake3::derive_key("placet 2026-11 local mac v1", &[0x11; 32]);
    let start = blake3::keyed_hash(&mac, &[[0; 16], state.0].concat());
    continued(header.to_vec(), 0, *start.as_bytes(), blocks)
}

/// A local token with more blocks, which any holder can write.
fn add_by_hand(token: &Token, blocks: &[&[u8]]) -> Vec<u8> {
    let (kept, tag) = token.as_bytes().split_last_chunk::<32>().expect("it is longer");
    let mut bytes = kept.to_vec();
    *bytes.last_mut().expect("it is longer") = 1;
    let from = bytes.len() - 1;
    continued(bytes, from, *tag, blocks)
}

fn continued(mut bytes: Vec<u8>, from: usize, mut key: [u8; 32], blocks: &[&[u8]]) -> Vec<u8> {
    let mut from = from;
    for (number, block) in blocks.iter().enumerate() {
        if number > 0 {
            from = bytes.len();
            bytes.push(1);
        }
        bytes.push(u8::try_from(block.len()).ok().filter(|length| *length < 0x80).expect("the block is short"));
        bytes.extend_from_slice(block);
        key = *blake3::keyed_hash(&key, &bytes[from..]).as_bytes();
    }
    bytes.push(0);
    bytes.extend(key);
    bytes
}

fn authority_of(token: &Token, state: Fingerprint, block: &[u8]) -> String {
    respell(token, &chain(&token.as_bytes()[..HEADER], state, &[block]))
}

/// Adds the order of the group to the scalar of a signature: the same equation, another spelling.
fn add_group_order(scalar: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, order) in scalar.iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}
