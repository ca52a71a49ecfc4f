//! Tokens of generated blocks with what is decided about them, for an implementation that shares no code with this one:
//! `tests/second/run` has them written to a file, and compares.

use std::fmt::Write as _;

mod evidence;

use crate::common;

use common::choices::Choices;
use common::compiled;
use common::generate::{Made, World, world};
use common::reference::{Asked, Held, uuid_text};
use common::requests::request;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use evidence::{People, Sent};
use placet::authorize::Authorizer;
use placet::bytecode::verify::{Budget, Scope, verify};
use placet::check::tree::{Constant, Piece, Term, Text};
use placet::compile::Compiled;
use placet::document::mint::{Wrapping, draft, mint};
use placet::model::time::Time;
use placet::model::verdict::{Origin, Verdict};
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::BlockKind;
use placet::token::attenuate::{BlockDraft, append, append_voucher};
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::proof::Approval;
use placet::token::signer::Minter;
use placet::token::verify::{Scratch, Verifier};
use placet::token::vouch::VoucherRequest;
use serde_json::{Map, Value as Json, json};

const NOW: Time = Time::from_millis(1_767_225_600_000);
const AUDIENCES: [Option<&str>; 3] = [None, Some("a"), Some("https://api.example")];
/// Requests for each token, for it spoiled, and for it with a block that is no good.
const TRIED: usize = 6;

#[test]
fn minted_tokens_are_written_down_with_their_verdicts() {
    let count = std::env::var("PLACET_MINTED").map_or(60, |count| count.parse().expect("a number"));
    let mut random = fastrand::Rng::with_seed(1);
    let (mut lines, mut written, mut verdicts) = (String::new(), 0, [0; 4]);
    while written < count {
        let bytes: Vec<u8> = (0..900).map(|_| random.u8(..)).collect();
        if let Some(line) = line(&mut Choices::new(&bytes), &mut random, &mut verdicts) {
            writeln!(lines, "{line}").unwrap();
            written += 1;
        }
    }
    let all: usize = verdicts.iter().sum();
    assert!(verdicts.iter().all(|times| times * 25 > all), "allow, forbidden, not_permitted, refused: {verdicts:?}");
    if let Some(file) = std::env::var_os("PLACET_MINTED_INTO") {
        std::fs::write(file, lines).expect("it can be written");
    }
}

/// A token, what a verifier of it has, and what is decided. `None` if the blocks do not fit a token.
fn line(choices: &mut Choices<'_>, random: &mut fastrand::Rng, verdicts: &mut [usize; 4]) -> Option<Json> {
    let mut people = People::new();
    let mut world = world(choices, *random.choice(&[0, 0, 1, 3]).unwrap());
    world.blocks.iter_mut().for_each(|made| adorn(made, &people, random));
    // The generator also makes policies, which a token cannot hold.
    world.blocks[0].template.kind = BlockKind::Token;
    let (key, mut keyring) = (key(random), Keyring::new());
    let secret = match &key {
        MintingKey::Local(key) => {
            keyring.accept_local(key.clone()).unwrap();
            key.reveal().to_string()
        }
        MintingKey::Signing(key) => {
            keyring.accept_public(key.public().clone()).unwrap();
            key.public().to_string()
        }
    };
    let name = *random.choice(&AUDIENCES).unwrap();
    let audience = name.map_or(Audience::NONE, |name| Audience::new(name).unwrap());
    let (token, cost) = token(&world, &key, audience, &mut people, random)?;
    let verifier = Verifier::new(&keyring, &world.vocabulary).for_audience(audience);
    let authorizer = Authorizer::with_verifier(verifier);
    let mut requests = Vec::new();
    for number in 0..3 * TRIED {
        let mut asked = request(choices, &world);
        asked.time = if random.u8(..12) == 0 { asked.time } else { NOW.as_millis() + random.i64(0..100_000) };
        if random.u8(..16) == 0 {
            asked.values.pop();
        }
        let text = match number / TRIED {
            0 => Some(token.text()),
            1 => Some(spoiled(&token, random)),
            _ => hostile(&token, &world, random),
        };
        let Some((text, request)) = text.zip(as_json(&asked, &world.vocabulary)) else { continue };
        let sent = Sent::new(&people, &token, &asked, (&world.vocabulary, audience), random);
        let verdict = asked.with(&world.vocabulary, |request| {
            authorizer.authorize_with_proof(&text, request, &sent.evidence(), &mut Scratch::new()).verdict()
        });
        if number < TRIED {
            count(verdict, verdicts);
        }
        let mut entry = json!({ "text": text, "at": asked.time, "request": request, "verdict": verdict.word() });
        entry["approvals"] = sent.approvals.iter().map(Approval::text).collect();
        if let Some(proof) = &sent.proof {
            entry["proof"] = proof.text().into();
        }
        match verdict {
            Verdict::Refused(refusal) => entry["refusal"] = refusal.name().into(),
            Verdict::Allow(by) | Verdict::Forbidden(by) | Verdict::NotPermitted(by) => {
                let Origin::Block(block) = by.origin else { panic!("no policy was asked") };
                entry["block"] = block.into();
                entry["rule"] = by.rule.into();
            }
        }
        requests.push(entry);
    }
    let vocabulary = HEXLOWER.encode(&world.vocabulary.to_bytes());
    Some(json!({ "vocabulary": vocabulary, "key": secret, "audience": name, "cost": cost, "requests": requests }))
}

fn count(verdict: Verdict, verdicts: &mut [usize; 4]) {
    verdicts[match verdict {
        Verdict::Allow(_) => 0,
        Verdict::Forbidden(_) => 1,
        Verdict::NotPermitted(_) => 2,
        Verdict::Refused(_) => 3,
    }] += 1;
}

fn key(random: &mut fastrand::Rng) -> MintingKey {
    let mut secret = [0; 32];
    random.fill(&mut secret);
    if random.bool() { LocalKey::from_secret(&secret).into() } else { SigningKey::from_seed(&secret).into() }
}

/// Claims and bounds, which the generator leaves out, and a key that vouches for it.
fn adorn(made: &mut Made, people: &People, random: &mut fastrand::Rng) {
    let template = &mut made.template;
    let text = |text: &str| Text { pieces: vec![Piece::Literal(text.as_bytes().to_vec())] };
    if random.bool() {
        template.claims.owner = Some(text("ann"));
        template.claims.labels = vec![("dc".to_owned(), text("eu-1")), ("rack".to_owned(), text("ä"))];
    }
    if random.u8(..8) == 0 {
        template.times.ttl = Some(Term::Constant(Constant::Duration(random.i64(1..400_000))));
    }
    if random.u8(..8) == 0 {
        template.times.not_before = Some(Term::Constant(Constant::Time(NOW.as_millis() + random.i64(0..50_000))));
    }
    let conditions = template.rules.iter_mut().filter_map(|rule| rule.condition.as_deref_mut());
    conditions.chain(&mut template.guard).for_each(|condition| people.sign_for(condition));
}

/// The token, and what its programs cost.
fn token(
    world: &World,
    key: &MintingKey,
    audience: Audience,
    people: &mut People,
    random: &mut fastrand::Rng,
) -> Option<(Token, u64)> {
    let blocks: Vec<Compiled> =
        world.blocks.iter().map(|made| compiled(made, &world.old).ok()).collect::<Option<_>>()?;
    let scope = Scope { vocabulary: &world.old, state: world.old.present(), budget: Budget::Token };
    let cost =
        blocks.iter().map(|block| Some(verify(block.program.bytes(), &scope).ok()?.cost())).sum::<Option<_>>()?;
    let (authority, restrictions) = blocks.split_first()?;
    let encrypted = matches!(key, MintingKey::Local(_)) && random.u8(..3) == 0;
    let wrapping = Wrapping { sealed: restrictions.is_empty() && random.bool(), encrypted };
    let minter = Minter::from(key).audience(audience);
    let mut authority = authority.clone();
    people.bind(&mut authority, random);
    let mut token = mint(&authority, &world.old, minter, NOW, wrapping, &mut filling(random)).ok()?;
    for (number, restriction) in restrictions.iter().enumerate() {
        let mut draft = draft(restriction, NOW, number + 1 == restrictions.len() && random.u8(..4) == 0).ok()?;
        token = if random.u8(..3) == 0 {
            let voucher = VoucherRequest::of(&token).ok()?.vouch(people.librarian(), &world.old, &draft).ok()?;
            append_voucher(&token, &voucher, &mut filling(random)).ok()?
        } else {
            people.hand_over(&token, &mut draft, random);
            append(&token, &draft, &mut filling(random)).ok()?
        };
    }
    Some((token, cost))
}

fn filling(random: &mut fastrand::Rng) -> impl FnMut(&mut [u8]) {
    |buffer: &mut [u8]| random.fill(buffer)
}

/// The text with one bit of its bytes turned, or cut short.
fn spoiled(token: &Token, random: &mut fastrand::Rng) -> String {
    let text = token.text();
    let (prefix, digits) = text.split_at(10);
    let mut bytes = BASE64URL_NOPAD.decode(digits.as_bytes()).unwrap();
    if random.u8(..4) == 0 {
        bytes.truncate(random.usize(..bytes.len()));
    } else {
        let bit = random.usize(..8 * bytes.len());
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    format!("{prefix}{}", BASE64URL_NOPAD.encode(&bytes))
}

/// The token with one more block, in whose program one byte is another: a holder can sign anything.
fn hostile(token: &Token, world: &World, random: &mut fastrand::Rng) -> Option<String> {
    let made = random.choice(&world.blocks)?;
    let mut program = compiled(made, &world.old).ok()?.program.bytes().to_vec();
    let at = random.usize(..program.len().max(1));
    match if program.is_empty() { 2 } else { random.u8(..4) } {
        0 => program[at] = random.u8(..),
        1 => program[at] ^= 1 << random.u8(..8),
        2 => program.insert(at, random.u8(..)),
        _ => drop(program.remove(at)),
    }
    let draft = BlockDraft { not_before: None, expiry: None, holder: None, program: &program, sealed: false };
    Some(append(token, &draft, &mut filling(random)).ok()?.text())
}

/// `None` for labels of which one is there twice, which JSON cannot say.
fn as_json(asked: &Asked, vocabulary: &Vocabulary) -> Option<Json> {
    let mut map = Map::new();
    map.insert("action".to_owned(), vocabulary.action_name(asked.action)?.into());
    for (field, held) in &asked.values {
        let value = match held {
            Held::One(one) => value(one),
            Held::Several(elements) => elements.iter().map(value).collect(),
            Held::Labels(labels) => {
                let map: Map<String, Json> =
                    labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
                if map.len() < labels.len() {
                    return None;
                }
                Json::Object(map)
            }
        };
        map.insert(vocabulary.attribute(*field)?.name.clone(), value);
    }
    Some(Json::Object(map))
}

fn value(constant: &Constant) -> Json {
    match constant {
        Constant::Bool(truth) => (*truth).into(),
        Constant::Int(number) | Constant::Time(number) | Constant::Duration(number) => (*number).into(),
        Constant::String(text) | Constant::Path(text) | Constant::Url(text) => text.as_str().into(),
        Constant::Bytes(bytes) => json!({ "$bytes": HEXLOWER.encode(bytes) }),
        Constant::Uuid(uuid) => uuid_text(*uuid).into(),
        Constant::Ip(address) => std::net::IpAddr::from(*address).to_string().into(),
    }
}
