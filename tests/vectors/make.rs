//! Makes the good tokens, and what is true of them.

use std::collections::BTreeMap;
use std::time::Duration;

use data_encoding::HEXLOWER;
use placet::authorize::Authorizer;
use placet::bytecode::cursor::put_prefixed;
use placet::check::library::Library;
use placet::compile::Compiled;
use placet::document::Document;
use placet::document::mint::{Wrapping, attenuate_as, draft, mint};
use placet::document::request;
use placet::document::value::arguments_from_json;
use placet::limits::CLOCK_SKEW;
use placet::model::verdict::{Origin, Refusal, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::attenuate::{append, append_voucher, seal};
use placet::token::audience::Audience;
use placet::token::claims::{Claims, Entries};
use placet::token::envelope::Token;
use placet::token::header::RevocationId;
use placet::token::inspect::inspect;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, PublicKey, SigningKey};
use placet::token::signer::Minter;
use placet::token::verified::VerifiedBlock;
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::VoucherRequest;
use serde_json::{Map, Value, json};

use super::page::{json_of, text_of};
use placet::model::time::Time;

/// When the tokens are minted: the first of January 2026.
pub const NOW: Time = Time::from_millis(1_767_225_600_000);
const DAY: Duration = Duration::from_secs(24 * 3_600);

pub fn local() -> LocalKey {
    LocalKey::from_secret(&[0x11; 32])
}

pub fn signing() -> SigningKey {
    SigningKey::from_seed(&[0x22; 32])
}

/// Vouches for guests.
pub fn librarian() -> SigningKey {
    SigningKey::from_seed(&[0x33; 32])
}

/// The holder of the bound tokens.
pub fn holder() -> SigningKey {
    SigningKey::from_seed(&[0x66; 32])
}

/// What the verifier accepts, if nothing else is said.
pub fn keyring() -> Keyring {
    let mut keyring = Keyring::new();
    keyring.accept_local(local()).expect("it is the first");
    keyring.accept_public(signing().public().clone()).expect("it is of another purpose");
    keyring
}

/// `keys.json`
pub fn keys() -> Value {
    let pair = |key: &SigningKey| json!({ "signing": *key.reveal(), "public": key.public().to_string(), "id": key.id().to_string() });
    let secret = |key: &LocalKey| json!({ "secret": *key.reveal(), "id": key.id().to_string() });
    json!({
        "local": secret(&local()),
        "public": pair(&signing()),
        "librarian": pair(&librarian()),
        "holder": pair(&holder()),
        "another local": secret(&LocalKey::from_secret(&[0x44; 32])),
        "another public": pair(&SigningKey::from_seed(&[0x44; 32])),
    })
}

/// `vocabulary.json`: for readers that have no compiler.
pub fn vocabulary(vocabulary: &Vocabulary) -> Value {
    let bytes = HEXLOWER.encode(&vocabulary.to_bytes());
    json!({ "name": vocabulary.name(), "fingerprint": vocabulary.fingerprint().to_string(), "bytes": bytes })
}

/// The templates of `archive.placet`.
pub struct Templates(Document);

impl Templates {
    pub fn read() -> Self {
        let document = Document::from_text("archive.placet", &text_of("archive.placet"), &Library::empty());
        Self(document.unwrap_or_else(|report| panic!("{report}")))
    }

    pub fn vocabulary(&self) -> &Vocabulary {
        self.0.vocabulary()
    }

    pub fn compile(&self, kind: BlockKind, name: &str, arguments: &Value) -> Compiled {
        let template = self.0.template(kind, Some(name)).expect("the vectors name what there is");
        let empty = Map::new();
        let arguments = arguments_from_json(template, arguments.as_object().unwrap_or(&empty)).expect("they fit");
        // The offsets of time zones are those of the year in which it is compiled.
        let expressions = self.0.expressions().at(NOW);
        self.0.compile_with(kind, Some(name), &arguments, &expressions).expect("the templates compile")
    }

    /// A token of the template `name`, as `local` and `public` ones are minted.
    pub fn mint<'k>(&self, minter: impl Into<Minter<'k>>, name: &str, arguments: &Value, wrapping: Wrapping) -> Token {
        let compiled = self.compile(BlockKind::Token, name, arguments);
        mint(&compiled, self.vocabulary(), minter, NOW, wrapping, &mut seeds(name)).expect("it is a token")
    }

    pub fn restrict(&self, token: &Token, name: &str) -> Token {
        let compiled = self.compile(BlockKind::Restriction, name, &Value::Null);
        append(token, &draft(&compiled, NOW, false).unwrap(), &mut seeds(name)).expect("it is open")
    }

    /// The token of the holder, handed over to the librarian.
    pub fn hand_over(&self, token: &Token) -> Token {
        let arguments = json!({ "key": librarian().public().to_string() });
        let compiled = self.compile(BlockKind::Restriction, "handed", &arguments);
        let (holder, mut seeds) = (holder(), seeds("handed"));
        let handed = attenuate_as((&holder).into(), token, &compiled, self.vocabulary(), NOW, false, &mut seeds);
        handed.expect("its holder agrees")
    }

    pub fn vouch(&self, token: &Token, name: &str) -> Token {
        let compiled = self.compile(BlockKind::Restriction, name, &Value::Null);
        let request = VoucherRequest::of(token).expect("a token");
        let voucher = request.vouch(&librarian(), self.vocabulary(), &draft(&compiled, NOW, false).unwrap());
        let voucher = voucher.expect("it speaks the vocabulary");
        append_voucher(token, &voucher, &mut seeds(name)).expect("it was made for it")
    }
}

/// Bytes for ids and seeds that look random, the same in every run.
pub fn seeds(name: &str) -> impl FnMut(&mut [u8]) {
    let mut bytes = blake3::Hasher::new_derive_key("vectors").update(name.as_bytes()).finalize_xof();
    move |buffer: &mut [u8]| bytes.fill(buffer)
}

/// The audience of the tokens that have one.
pub const AUDIENCE: &str = "https://archive.example";

pub fn audience() -> Audience {
    Audience::new(AUDIENCE).expect("it is a name")
}

/// A token, and the templates that its blocks were made of.
pub struct Good {
    pub name: String,
    pub token: Token,
    audience: Option<&'static str>,
    sources: Vec<Value>,
}

/// One token of every shape, for each of the two kinds of key.
pub fn good(templates: &Templates) -> Vec<Good> {
    let keys: [(&str, MintingKey); 2] = [("local", local().into()), ("public", signing().into())];
    keys.iter().flat_map(|(word, key)| shapes(templates, word, key)).collect()
}

fn shapes(templates: &Templates, word: &str, key: &MintingKey) -> Vec<Good> {
    let none = Value::Null;
    let open = Wrapping::default();
    let mint = |name: &str, wrapping| templates.mint(key, name, &none, wrapping);
    let plain = mint("reader", open);
    let guest = mint("guest", open);
    let twice = templates.restrict(&templates.restrict(&plain, "nothing_secret"), "glance");
    let for_audience = templates.mint(Minter::from(key).audience(audience()), "reader", &none, open);
    let for_audience_twice = templates.restrict(&for_audience, "glance");
    let member = templates.mint(key, "member", &json!({ "shelf": "maps" }), open);
    let of_holder = json!({ "key": holder().public().to_string() });
    let own = templates.mint(key, "own", &of_holder, open);
    let to_librarian = json!({ "restriction handed": { "key": librarian().public().to_string() } });
    let mut all = vec![
        ("plain", plain.clone(), vec![json!("token reader")]),
        ("with an argument", member, vec![json!({ "token member": { "shelf": "maps" } })]),
        ("with every pattern", mint("curious", open), vec![json!("token curious")]),
        ("with claims", mint("press", open), vec![json!("token press")]),
        (
            "asked about its bearer and the time",
            templates.restrict(&mint("press", open), "of_ann"),
            vec![json!("token press"), json!("restriction of_ann")],
        ),
        (
            "asked about a bearer without a name",
            templates.restrict(&plain, "of_ann"),
            vec![json!("token reader"), json!("restriction of_ann")],
        ),
        ("with a beginning and an end", mint("visit", open), vec![json!("token visit")]),
        (
            "attenuated twice",
            twice,
            vec![json!("token reader"), json!("restriction nothing_secret"), json!("restriction glance")],
        ),
        (
            "sealed",
            seal(&plain, &mut seeds("seal")).expect("it is open"),
            vec![json!("token reader"), json!("restriction nothing")],
        ),
        (
            "sealed by its minter",
            mint("reader", Wrapping { sealed: true, encrypted: false }),
            vec![json!("token reader")],
        ),
        (FOR_AUDIENCE, for_audience, vec![json!("token reader")]),
        ("for an audience, attenuated", for_audience_twice, vec![json!("token reader"), json!("restriction glance")]),
        ("without a voucher", guest.clone(), vec![json!("token guest")]),
        ("vouched", templates.vouch(&guest, "nothing"), vec![json!("token guest"), json!("restriction nothing")]),
        ("of a holder", own.clone(), vec![json!({ "token own": of_holder })]),
        ("handed over", templates.hand_over(&own), vec![json!({ "token own": of_holder }), to_librarian]),
    ];
    if word == "local" {
        let encrypted = mint("press", Wrapping { sealed: false, encrypted: true });
        let attenuated = templates.restrict(&encrypted, "glance");
        all.push(("encrypted", encrypted, vec![json!("token press")]));
        let sources = vec![json!("token press"), json!("restriction glance")];
        all.push(("encrypted and attenuated", attenuated, sources));
    }
    let good = |(name, token, sources): (&str, Token, Vec<Value>)| {
        let audience = name.starts_with(FOR_AUDIENCE).then_some(AUDIENCE);
        Good { name: format!("{word}, {name}"), token, audience, sources }
    };
    all.into_iter().map(good).collect()
}

const FOR_AUDIENCE: &str = "for an audience";

impl Good {
    /// Its entry in `tokens.json`.
    pub fn describe(&self, templates: &Templates) -> Value {
        let (keyring, vocabulary, mut scratch) = (keyring(), templates.vocabulary(), Scratch::new());
        let text = self.token.text();
        let header = self.token.header();
        let verifier = Verifier::new(&keyring, vocabulary).for_audience(self.audience());
        let verified = verifier.verify(&text, self.moment(), &mut scratch);
        let verified = verified.unwrap_or_else(|no| panic!("{}: {no}", self.name));
        let blocks = verified.blocks().zip(verified.revocation_ids()).zip(&self.sources);
        let blocks = blocks.map(|((block, id), source)| describe_block(&block, id, source));
        strip(json!({
            "name": self.name,
            "text": text,
            "key": header.key.to_string(),
            "audience": self.audience,
            "issuance": header.issuance.as_millis(),
            "not_before": verified.not_before().map(Time::as_millis),
            "expiry": verified.expiry().map(Time::as_millis),
            "id": header.id.to_string(),
            "fingerprint": verified.state().fingerprint.to_string(),
            "sealed": verified.is_sealed(),
            "claims": claims(&verified.claims()),
            "blocks": blocks.collect::<Vec<_>>(),
            "verdicts": self.verdicts(templates),
            "cuts": runs(&self.spoiled(cut)),
            "flips": runs(&self.spoiled(flip)),
        }))
    }

    fn audience(&self) -> Audience {
        self.audience.map_or(Audience::NONE, |_| audience())
    }

    /// When the token is valid: from its issuance on, or from what its authority says.
    fn moment(&self) -> Time {
        let seen = inspect(&self.token).expect("a token");
        seen.blocks.first().and_then(|block| block.not_before).unwrap_or(NOW)
    }

    /// The last moment before and the first after each of its bounds: where it sets no beginning, a minute before it was
    /// made, and where it sets no end, a hundred years later.
    fn edges(&self) -> [Time; 4] {
        let seen = inspect(&self.token).expect("a token");
        let end = seen.expiry.unwrap_or(NOW + 36_525 * DAY);
        let beginning = seen.blocks.iter().filter_map(|block| block.not_before).max().unwrap_or(NOW - CLOCK_SKEW);
        let moment = Duration::from_millis(1);
        [beginning - moment, beginning, end - moment, end]
    }

    /// The names under which the token spoiled at the first place, the second, … is refused.
    fn spoiled(&self, spoil: impl Fn(&[u8], usize) -> Option<Vec<u8>>) -> Vec<&'static str> {
        let (templates, keyring, mut scratch) = (Templates::read(), keyring(), Scratch::new());
        let verifier = Verifier::new(&keyring, templates.vocabulary()).for_audience(self.audience());
        let spoiled = (0..).map_while(|place| spoil(self.token.as_bytes(), place));
        spoiled
            .map(|bytes| match verifier.verify(&respell(&self.token, &bytes), NOW, &mut scratch) {
                Ok(_) => panic!("a spoiled token is accepted"),
                Err(refusal) => Refusal::name(refusal),
            })
            .collect()
    }

    fn verdicts(&self, templates: &Templates) -> Vec<Value> {
        let requests: BTreeMap<String, Value> = serde_json::from_value(json_of("requests.json")).expect("a map");
        let moment = self.moment();
        let mut rows: Vec<(&str, Time)> = requests.keys().map(|name| (name.as_str(), moment)).collect();
        rows.extend(self.edges().map(|time| ("read", time)));
        let decide = |(name, at): &(&str, Time)| {
            let verdict = decide(templates.vocabulary(), self, &requests[*name], *at);
            let mut row =
                Map::from_iter([("request".to_owned(), json!(name)), ("at".to_owned(), json!(at.as_millis()))]);
            row.extend(verdict);
            Value::Object(row)
        };
        rows.iter().map(decide).collect()
    }
}

fn describe_block(block: &VerifiedBlock<'_>, id: RevocationId, source: &Value) -> Value {
    let mut program = Vec::new();
    // The program without rules has no bytes.
    if !block.program.code().is_empty() {
        put_prefixed(&mut program, block.program.code());
        program.extend_from_slice(block.program.pool());
    }
    strip(json!({
        "source": source,
        "program": hex(&program),
        "not_before": block.not_before.map(Time::as_millis),
        "expiry": block.expiry.map(Time::as_millis),
        "holder": block.holder.map(|key| PublicKey::from_bytes(key).expect("a key").to_string()),
        "voucher": block.voucher.map(|key| PublicKey::from_bytes(key).expect("a key").to_string()),
        "revocation": id.to_string(),
    }))
}

/// What this build says to a request, in the words of the files.
fn decide(vocabulary: &Vocabulary, token: &Good, request: &Value, at: Time) -> Map<String, Value> {
    let (keyring, mut scratch) = (keyring(), Scratch::new());
    let verifier = Verifier::new(&keyring, vocabulary).for_audience(token.audience());
    let (authorizer, text) = (Authorizer::with_verifier(verifier), token.token.text());
    let request = request::from_json(vocabulary, request).expect("it is one of the vocabulary");
    let verdict =
        request.with_request(vocabulary, at, |request| authorizer.authorize(&text, request, &mut scratch).verdict());
    words(verdict.expect("its values fit"))
}

/// A verdict as the files spell it: the word, and the block and rule that decided.
pub fn words(verdict: Verdict) -> Map<String, Value> {
    let detail = match verdict {
        Verdict::Refused(refusal) => json!({ "refusal": refusal.name() }),
        Verdict::Allow(by) | Verdict::Forbidden(by) | Verdict::NotPermitted(by) => {
            let Origin::Block(block) = by.origin else { panic!("there is no policy") };
            strip(json!({ "block": block, "rule": by.rule }))
        }
    };
    let mut words = Map::from_iter([("verdict".to_owned(), json!(verdict.word()))]);
    words.extend(detail.as_object().expect("it is a map").clone());
    words
}

/// What the token says about its bearer.
pub fn claims(claims: &Claims<'_>) -> Option<Value> {
    let all = strip(json!({
        "id": claims.id,
        "type": claims.kind,
        "owner": claims.owner,
        "producer": claims.producer,
        "application": claims.application,
        "labels": map_of(claims.labels),
        "attributes": map_of(claims.attributes),
    }));
    (all != json!({})).then_some(all)
}

fn map_of(entries: Entries<'_>) -> Option<BTreeMap<&str, &str>> {
    (!entries.is_empty()).then(|| entries.iter().collect())
}

/// Entries that say nothing are left out.
fn strip(mut map: Value) -> Value {
    map.as_object_mut().expect("it is a map").retain(|_, value| !value.is_null());
    map
}

pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The token's text with other bytes behind its prefix.
pub fn respell(token: &Token, bytes: &[u8]) -> String {
    format!("{}{}", &token.text()[..10], data_encoding::BASE64URL_NOPAD.encode(bytes))
}

/// The first `end` bytes of a token, for every end.
pub fn cut(bytes: &[u8], end: usize) -> Option<Vec<u8>> {
    (end < bytes.len()).then(|| bytes[..end].to_vec())
}

/// A token with one bit flipped, for every bit, the lowest of the first byte first.
pub fn flip(bytes: &[u8], bit: usize) -> Option<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    *bytes.get_mut(bit / 8)? ^= 1 << (bit % 8);
    Some(bytes)
}

/// `forged*3 truncated`: each name with how often it stands in a row.
fn runs(names: &[&str]) -> String {
    let runs = names.chunk_by(|a, b| a == b);
    let spelt = runs.map(|run| format!("{}*{}", run[0], run.len()));
    spelt.collect::<Vec<_>>().join(" ")
}
