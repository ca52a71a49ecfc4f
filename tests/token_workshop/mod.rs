//! Keys, programs and tokens for the tests of tokens, the same in every run.
#![allow(dead_code, reason = "each test file uses its part of it")]

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

use placet::bytecode::op::{Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::verdict::Refusal;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::token::attenuate::{BlockDraft, NewHolder, append, append_voucher, seal};
use placet::token::claims::ClaimsDraft;
use placet::token::envelope::Token;
use placet::token::header::TokenId;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::mint::{Draft, mint};
use placet::token::proof::HolderKey;
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::{Voucher, VoucherRequest};

/// When all of it happens.
pub const NOW: Time = Time::from_millis(1_767_225_600_000);
pub const HOUR: Duration = Duration::from_secs(3_600);

pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The program of an authority: `allow { cache: "acorns" }`
pub fn program() -> &'static [u8] {
    static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| cache_is("acorns"));
    &PROGRAM
}

/// The program of a restriction: `only { action: get }`
pub fn restriction() -> &'static [u8] {
    static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let get = Op::ActionIs { action: ActionNo(0) };
        allowing(&[get], &Pool::default())
    });
    &PROGRAM
}

/// `allow { cache: "…" }` of an authority, which is `only { cache: "…" }` of a restriction: the same program. Names of one
/// length give programs of one length.
pub fn cache_is(name: &str) -> Vec<u8> {
    let mut pool = Pool::default();
    let text = pool.intern(name.as_bytes());
    allowing(&[Op::Test { field: FieldNo(1) }, Op::Eq { text }], &pool)
}

/// A program of one rule that allows where all of `tests` hold.
fn allowing(tests: &[Op], pool: &Pool) -> Vec<u8> {
    let mut body = Vec::new();
    for test in tests {
        test.write(&mut body);
    }
    let mut code = Vec::new();
    Op::Allow { body: Length(u32::try_from(body.len()).expect("a test is short")) }.write(&mut code);
    code.extend(body);
    Program::new(&code, pool).into_bytes()
}

/// What the tokens of the tests speak: `vocabulary cache 1 { cache: string  action get }`
pub fn vocabulary() -> Vocabulary {
    let builder = Vocabulary::builder("cache", 1).attribute("cache", Type::One(Scalar::String), false);
    let builder = builder.expect("it is the first attribute");
    builder.action("get").expect("it is the first action").build()
}

pub fn local() -> LocalKey {
    LocalKey::from_secret(&[0x11; 32])
}

pub fn signing() -> SigningKey {
    SigningKey::from_seed(&[0x22; 32])
}

pub fn third_party() -> SigningKey {
    SigningKey::from_seed(&[0x33; 32])
}

/// The holder that the bound tokens of the tests name.
pub fn holder() -> SigningKey {
    SigningKey::from_seed(&[0x44; 32])
}

/// Someone who has read a token.
pub fn thief() -> SigningKey {
    SigningKey::from_seed(&[0x55; 32])
}

/// Both keys, accepted.
pub fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.accept_local(local()).expect("it is the first");
    keyring.accept_public(signing().public().clone()).expect("it is of another purpose");
    keyring
}

/// Bytes that differ from call to call, and not from run to run: a seed used twice would let a block be removed.
pub fn random() -> impl FnMut(&mut [u8]) {
    thread_local!(static CALLS: Cell<u64> = const { Cell::new(0) });
    |buffer: &mut [u8]| {
        let call = CALLS.replace(CALLS.get() + 1);
        let mut bytes = blake3::Hasher::new_derive_key("tests of tokens").update(&call.to_be_bytes()).finalize_xof();
        bytes.fill(buffer);
    }
}

pub fn draft(program: &[u8]) -> Draft<'_> {
    Draft {
        issuance: NOW,
        expiry: Some(NOW + HOUR),
        not_before: None,
        id: TokenId([5; 8]),
        fingerprint: vocabulary().fingerprint(),
        claims: ClaimsDraft::default(),
        holder: None,
        program,
        sealed: false,
        encrypted: false,
    }
}

pub fn claims() -> ClaimsDraft {
    ClaimsDraft {
        owner: Some("ann".into()),
        labels: [("dc".to_owned(), "eu-1".to_owned())].into(),
        ..ClaimsDraft::default()
    }
}

pub fn minted(key: impl Into<MintingKey>, draft: &Draft<'_>) -> Token {
    mint(&key.into(), draft, &mut random()).expect("the draft is one")
}

pub fn attenuated(token: &Token) -> Token {
    let draft = BlockDraft { expiry: Some(NOW + HOUR / 2), program: restriction(), ..BlockDraft::default() };
    append(token, &draft, &mut random()).expect("the token is open")
}

pub fn sealed(token: &Token) -> Token {
    seal(token, &mut random()).expect("the token is open")
}

pub fn vouched(token: &Token) -> Token {
    let request = VoucherRequest::of(token).expect("it is a token");
    append_voucher(
        token,
        &voucher(request, &BlockDraft { program: restriction(), ..BlockDraft::default() }),
        &mut random(),
    )
    .expect("the token is open")
}

/// What the third party answers to a request.
pub fn voucher(request: VoucherRequest, draft: &BlockDraft<'_>) -> Voucher {
    request.vouch(&third_party(), &vocabulary(), draft).expect("it speaks the vocabulary")
}

/// A token that names the holder of the tests.
pub fn bound(key: impl Into<MintingKey>) -> Token {
    minted(key, &Draft { holder: Some(NewHolder::first(holder().public())), ..draft(program()) })
}

/// A token of the holder of the tests that names another one.
pub fn handed_over(token: &Token, next: &SigningKey) -> Token {
    let consent = HolderKey::from(&holder()).hand_over(token, next.public()).expect("it is a token");
    let next = BlockDraft { holder: Some(NewHolder::after(next.public(), consent)), ..BlockDraft::default() };
    append(token, &next, &mut random()).expect("the token is open")
}

/// One token of every shape.
pub fn shapes() -> Vec<(&'static str, Token)> {
    let with_claims = Draft { claims: claims(), ..draft(program()) };
    let local_plain = minted(local(), &draft(program()));
    let public_plain = minted(signing(), &draft(program()));
    let encrypted = minted(local(), &Draft { encrypted: true, ..with_claims.clone() });
    vec![
        ("local with claims", minted(local(), &with_claims)),
        ("local attenuated twice", attenuated(&attenuated(&local_plain))),
        ("local sealed", sealed(&local_plain)),
        ("local vouched", vouched(&local_plain)),
        ("local encrypted and attenuated", attenuated(&encrypted)),
        ("local encrypted", encrypted),
        ("local of a holder", bound(local())),
        ("local handed over", handed_over(&bound(local()), &third_party())),
        ("local", local_plain),
        ("public with claims", minted(signing(), &with_claims)),
        ("public attenuated twice", attenuated(&attenuated(&public_plain))),
        ("public sealed", sealed(&public_plain)),
        ("public sealed by its minter", minted(signing(), &Draft { sealed: true, ..draft(program()) })),
        ("public vouched", vouched(&public_plain)),
        ("public of a holder", bound(signing())),
        ("public handed over and attenuated", attenuated(&handed_over(&bound(signing()), &third_party()))),
        ("public", public_plain),
    ]
}

/// Whether the text is that of a token now.
pub fn verify(text: &str) -> Result<(), Refusal> {
    verify_at(text, NOW)
}

pub fn verify_at(text: &str, now: Time) -> Result<(), Refusal> {
    let (keyring, vocabulary) = (keyring(), vocabulary());
    Verifier::new(&keyring, &vocabulary).verify(text, now, &mut Scratch::new()).map(|_| ())
}

/// The text of bytes that may be no token, with the prefix that fits their first byte.
pub fn spell(bytes: &[u8]) -> String {
    let prefix = if bytes.first() == Some(&0x12) { "placet_p1_" } else { "placet_l1_" };
    format!("{prefix}{}", data_encoding::BASE64URL_NOPAD.encode(bytes))
}
