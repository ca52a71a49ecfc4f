//! What stands in tokens and beside them: programs, blocks, keys, keyrings, vouchers, revocation lists.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::time::Duration;

use placet::authorize::Authorizer;
use placet::bytecode::verify::{Proved, verify};
use placet::check::library::Library;
use placet::document::Document;
use placet::limits::TOKEN_BYTES;
use placet::model::request::Request;
use placet::model::verdict::Verdict;
use placet::model::vocabulary::Hint;
use placet::program::listing::listing;
use placet::program::source::ToSource;
use placet::token::attenuate::{BlockDraft, append, seal};
use placet::token::claims::ClaimsDraft;
use placet::token::envelope::Token;
use placet::token::header::{KeyId, KeyName, RevocationId, TokenId};
use placet::token::inspect::inspect;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, PublicKey, SigningKey};
use placet::token::mint::{Draft, mint};
use placet::token::revocation::{HeldRevocations, RevocationList, Revocations};
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::{Voucher, VoucherRequest};
use placet::vm::{Context, ProgramKind, run};

use super::{NOW, as_text, momento, scope};
use placet::model::time::Time;

/// Bytecode. What is proved is decided.
pub fn program(bytes: &[u8]) {
    let vocabulary = momento();
    let _ = listing(bytes, vocabulary, &[]);
    let _ = ToSource::new(vocabulary).entries_of(bytes);
    if let Ok(proved) = verify(bytes, &scope(vocabulary)) {
        decides(&proved);
    }
}

fn decides(proved: &Proved<'_>) {
    let context = Context { issuance: Time::EPOCH, expiry: Time::MAX, bearer: None, vouchers: &[], approvers: &[] };
    for kind in [ProgramKind::Authority, ProgramKind::Restriction] {
        assert!(run(proved, kind, &request(), &context).is_ok(), "what is proved is decided");
    }
}

fn request() -> Request<'static> {
    let mut request = Request::named(momento(), "get", NOW).expect("it is an action");
    request.set_named("cache", "acorns").expect("it is an attribute");
    request
}

/// The keys of the test vectors, which the corpus was made with.
fn accepted() -> &'static Keyring {
    static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
        let mut keyring = Keyring::new();
        keyring.accept_local(LocalKey::from_secret(&[0x11; 32])).expect("it is the first");
        let public = SigningKey::from_seed(&[0x22; 32]).public().clone();
        keyring.accept_public(public).expect("it is of another purpose");
        keyring
    });
    &KEYRING
}

thread_local!(static SCRATCH: RefCell<Scratch> = RefCell::default());

/// The vocabulary of the test vectors.
fn archive() -> &'static Document {
    static ARCHIVE: LazyLock<Document> = LazyLock::new(|| {
        let text = include_str!("../../tests/vectors/archive.placet");
        Document::from_text("archive.placet", text, Library::built_in()).expect("it has no errors")
    });
    &ARCHIVE
}

/// The text of a token: verified, read without a key, narrowed by whoever holds it, vouched for.
pub fn token(bytes: &[u8]) {
    as_text(bytes, |text| {
        let verifier = Verifier::new(accepted(), archive().vocabulary());
        let verified = SCRATCH.with_borrow_mut(|scratch| verifier.verify(text, NOW, scratch).map(|_| ()));
        let Ok(token) = Token::parse(text) else {
            assert!(verified.is_err(), "what is verified is a token");
            return;
        };
        assert_eq!(token.text(), text, "a token has one text");
        let mut random = |buffer: &mut [u8]| buffer.fill(9);
        let shown = inspect(&token);
        assert!(verified.is_err() || shown.is_ok(), "what is verified can be looked at");
        let _ = VoucherRequest::of(&token);
        for made in [append(&token, &BlockDraft::default(), &mut random), seal(&token, &mut random)] {
            let Ok(narrowed) = made else { continue };
            assert_eq!(Token::parse(&narrowed.text()), Ok(narrowed), "what is made is a token");
        }
    });
}

/// Bytes that a holder puts behind a genuine token as a block, with the tag that they can make: they never widen it.
pub fn block(bytes: &[u8]) {
    static GENUINE: LazyLock<[Token; 2]> = LazyLock::new(|| {
        let key: MintingKey = LocalKey::from_secret(&[0x11; 32]).into();
        [EVERYTHING, NOTHING].map(|program| {
            let draft = Draft {
                issuance: NOW,
                expiry: Some(NOW + Duration::from_secs(1)),
                not_before: None,
                id: TokenId([5; 8]),
                fingerprint: momento().fingerprint(),
                claims: ClaimsDraft::default(),
                holder: None,
                program,
                sealed: false,
                encrypted: false,
            };
            mint(&key, &draft, &mut |buffer: &mut [u8]| buffer.fill(9)).expect("the draft is one")
        })
    });
    for genuine in &*GENUINE {
        let Some(forged) = continued(genuine.as_bytes(), bytes) else { return };
        let verdict = verdict(&Token::from_bytes(&forged).map_or_else(|_| spelled(&forged), |token| token.text()));
        let before = self::verdict(&genuine.text());
        assert!(before.is_allow() || !verdict.is_allow(), "{verdict:?} from {before:?}");
        if verdict.is_allow() {
            let token = Token::from_bytes(&forged).expect("what is allowed is a token");
            assert_eq!(inspect(&token).map(|shown| shown.blocks.len()), Ok(2), "what is allowed can be looked at");
        }
    }
}

/// The verdict on the one request of this page.
fn verdict(text: &str) -> Verdict {
    let authorizer = Authorizer::new(accepted(), momento());
    SCRATCH.with_borrow_mut(|scratch| authorizer.authorize(text, &request(), scratch).verdict())
}

/// `allow {}`, and no rule at all.
const EVERYTHING: &[u8] = &[2, 0x03, 0];
const NOTHING: &[u8] = placet::bytecode::program::EMPTY;

/// A local token with a block more, as docs/token-format.md says: its tag is the key of the next.
fn continued(token: &[u8], block: &[u8]) -> Option<Vec<u8>> {
    let (before, tag) = token.split_last_chunk::<32>()?;
    let (0, before) = before.split_last().map(|(link, before)| (*link, before))? else { return None };
    let mut covered = vec![1];
    let mut length = block.len();
    while length >= 0x80 {
        covered.push(length as u8 | 0x80);
        length >>= 7;
    }
    covered.push(length as u8);
    covered.extend(block);
    let end = blake3::keyed_hash(tag, &covered);
    let whole = [before, &covered, &[0], end.as_bytes()].concat();
    (whole.len() <= TOKEN_BYTES).then_some(whole)
}

fn spelled(bytes: &[u8]) -> String {
    format!("placet_l1_{}", data_encoding::BASE64URL_NOPAD.encode(bytes))
}

/// The texts of keys, ids, vouchers. What is read has one spelling.
pub fn key(bytes: &[u8]) {
    as_text(bytes, |text| {
        if let Ok(key) = LocalKey::parse(text) {
            assert_eq!(*key.reveal(), text);
        }
        if let Ok(key) = SigningKey::parse(text) {
            assert_eq!(*key.reveal(), text);
        }
        if let Ok(key) = PublicKey::parse(text) {
            assert_eq!(key.to_string(), text);
        }
        if let Ok(key) = MintingKey::parse(text) {
            assert_eq!(*key.reveal(), text);
        }
        if let Ok(request) = VoucherRequest::parse(text) {
            assert_eq!(request.text(), text);
        }
        if let Ok(voucher) = Voucher::parse(text) {
            assert_eq!(voucher.text(), text);
            assert!(
                !voucher.answers(VoucherRequest { previous: RevocationId([0; 16]), hint: Hint([0; 4]) }),
                "it was made for something"
            );
        }
        if let Some(name) = KeyName::parse(text) {
            assert_eq!(name.to_string(), text);
        }
        if let Some(id) = KeyId::parse(text) {
            assert_eq!(id.to_string(), text);
        }
        if let Some(id) = RevocationId::parse(text) {
            assert_eq!(id.to_string(), text);
        }
    });
}

/// A keyring. What is read and written reads back.
pub fn keyring(bytes: &[u8]) {
    as_text(bytes, |text| {
        if let Ok(keyring) = Keyring::from_text(text) {
            let again = Keyring::from_text(&keyring.to_text()).expect("it wrote it");
            assert_eq!(again.minting(), keyring.minting());
            assert_eq!(again.ids().count(), keyring.ids().count());
        }
    });
}

/// A revocation list, as text and as a snapshot; and the same bytes as the content of a snapshot whose checksum fits.
pub fn revocation_list(bytes: &[u8]) {
    as_text(bytes, |text| {
        if let Ok(list) = RevocationList::from_text(text) {
            assert_eq!(RevocationList::from_text(&list.to_text()).as_ref(), Ok(&list));
            assert_eq!(RevocationList::from(Revocations::open(&Revocations::write(&list)).expect("it wrote it")), list);
        }
    });
    snapshot(bytes);
    let sum = blake3::derive_key("placet 2026-11 revocation snapshot v1", bytes);
    snapshot(&[bytes, &sum[..16]].concat());
}

fn snapshot(bytes: &[u8]) {
    let Ok(open) = Revocations::open(bytes) else { return };
    assert_eq!(Revocations::write(&open.into()), bytes, "a snapshot has one form");
    assert!(open.ids().all(|id| open.revokes(id)), "what is listed is revoked");
    let held = HeldRevocations::open(bytes.to_vec()).expect("it was opened once");
    assert_eq!(held.as_revocations().ids().count(), open.ids().count());
}
