//! Placet, with a local and with a public token.

use placet::authorize::{Authorizer, Policy};
use placet::check::library::Library;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::document::mint::{Wrapping, attenuate, mint, policy};
use placet::document::{Document, value::arguments_from_text};
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::value::Value as Given;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey};
use placet::token::verified::Verified;
use placet::token::verify::Scratch;

use super::SECRET;
use crate::apps::App;
use crate::contender::{ATTENUATIONS, Contender, Service, UnsupportedError};
use crate::native::Class;
use crate::question::{Question, Value};
use crate::workloads::{
    CALLS, NOW, S1_POLICY, S2_POLICY, S2P_POLICY, S3_POLICY, SERIES, TENANT, VISITS, lookups, many_rules,
};

/// Placet, by the kind of its tokens.
pub struct Placet {
    name: &'static str,
    about: &'static str,
    is_public: bool,
}

impl Placet {
    /// One secret, keyed BLAKE3.
    pub const LOCAL: Self = Self {
        name: "placet local",
        about: "bytecode in a local token, keyed BLAKE3; decided in place by the VM",
        is_public: false,
    };
    /// Signed.
    pub const PUBLIC: Self = Self {
        name: "placet public",
        about: "bytecode in a public token, Ed25519; decided in place by the VM",
        is_public: true,
    };

    fn key(&self) -> MintingKey {
        if self.is_public {
            MintingKey::Signing(SigningKey::from_seed(&SECRET))
        } else {
            MintingKey::Local(LocalKey::from_secret(&SECRET))
        }
    }
}

impl Contender for Placet {
    fn name(&self) -> &'static str {
        self.name
    }

    fn package(&self) -> Option<&'static str> {
        Some("placet")
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn open(&self, question: Question) -> Result<Box<dyn Service>, UnsupportedError> {
        match question {
            Question::S1 => Ok(Box::new(Minted::new(self, S1_POLICY, &[], calls))),
            Question::S2 => Ok(Box::new(Minted::new(self, S2_POLICY, &[], series))),
            Question::S2p => Ok(Box::new(Minted::new(self, S2P_POLICY, &[], series))),
            Question::S3 => Ok(Box::new(Minted::new(self, S3_POLICY, &[("tenant", TENANT)], visits))),
            _ if self.is_public => Err("rules of a service have no token: see placet local"),
            Question::Rules(n) => Ok(Box::new(Held::new(&many_rules(n), |vocabulary| reads(vocabulary, n)))),
            Question::App(app) => Ok(Box::new(Held::new(text_of(app), |vocabulary| asked(vocabulary, app)))),
        }
    }
}

fn text_of(app: App) -> &'static str {
    match app {
        App::Github => include_str!("../../policies/github.placet"),
        App::Gdrive => include_str!("../../policies/gdrive.placet"),
        App::Tinytodo => include_str!("../../policies/tinytodo.placet"),
    }
}

/// A row as a service has it: numbers looked up, texts borrowed. A path is checked with every request.
struct Row {
    /// Nothing for an action that the vocabulary has not.
    action: Option<ActionNo>,
    fields: Vec<(FieldNo, Given<'static>)>,
    path: Option<(FieldNo, &'static str)>,
    now: i64,
}

impl Row {
    fn new(vocabulary: &Vocabulary, action: &str, now: i64, fields: &[(&str, Given<'static>)]) -> Self {
        let number = |&(name, value): &(&str, Given<'static>)| (vocabulary.field(name).expect("it has it"), value);
        Self { action: vocabulary.action(action), fields: fields.iter().map(number).collect(), path: None, now }
    }

    /// Makes the request where it is used, and lends it: most of its 800 bytes is room, and handing it back would copy
    /// that.
    fn ask(&self, vocabulary: &'static Vocabulary, decide: impl FnOnce(&Request<'static>) -> bool) -> bool {
        let Some(action) = self.action else { return false };
        let mut request = Request::new(vocabulary, action, Time::from_millis(self.now));
        for (field, value) in &self.fields {
            if request.set(*field, *value).is_err() {
                return false;
            }
        }
        if let Some((field, text)) = self.path {
            let Ok(path) = ResourcePath::new(text) else { return false };
            if request.set(field, path).is_err() {
                return false;
            }
        }
        decide(&request)
    }

    /// A request to keep; nothing for one that can not be made.
    fn kept(&self, vocabulary: &'static Vocabulary) -> Option<Request<'static>> {
        let mut kept = None;
        self.ask(vocabulary, |request| {
            kept = Some(request.clone());
            true
        });
        kept
    }
}

/// What lives as long as the benchmark: requests and verified tokens borrow it.
fn forever<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

fn still(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn calls(vocabulary: &Vocabulary) -> Vec<Row> {
    let row = |call: &'static crate::workloads::Call| {
        let name = match call.class {
            Class::Publish | Class::Subscribe => ("topic", Given::String(call.name)),
            _ => ("item", Given::Bytes(call.name.as_bytes())),
        };
        Row::new(vocabulary, call.action, call.now, &[("cache", Given::String(call.cache)), name])
    };
    CALLS.iter().map(row).collect()
}

fn series(vocabulary: &Vocabulary) -> Vec<Row> {
    let uuid = |text: &str| {
        let number = u128::from_str_radix(&text.replace('-', ""), 16).expect("the table has UUIDs");
        Given::Uuid(number.to_be_bytes())
    };
    let row = |series: &'static crate::workloads::Series| {
        let fields = [
            ("owner", uuid(series.owner)),
            ("producer", uuid(series.producer)),
            ("application", Given::String(series.application)),
            ("labels", Given::Labels(series.labels)),
        ];
        Row::new(vocabulary, "fetch", series.now, &fields)
    };
    SERIES.iter().map(row).collect()
}

fn visits(vocabulary: &Vocabulary) -> Vec<Row> {
    let row = |visit: &'static crate::workloads::Visit| {
        let ip: std::net::IpAddr = visit.ip.parse().expect("the table has addresses");
        let row = Row::new(vocabulary, visit.method, visit.now, &[("ip", Given::Ip(ip.into()))]);
        Row { path: vocabulary.field("path").map(|field| (field, visit.path)), ..row }
    };
    VISITS.iter().map(row).collect()
}

fn reads(vocabulary: &Vocabulary, n: usize) -> Vec<Row> {
    let row = |lookup: crate::workloads::Lookup| {
        let fields =
            [("cache", Given::String(still(lookup.cache))), ("item", Given::Bytes(still(lookup.key).as_bytes()))];
        Row::new(vocabulary, "get", NOW, &fields)
    };
    lookups(n).into_iter().map(row).collect()
}

fn asked(vocabulary: &Vocabulary, app: App) -> Vec<Row> {
    let row = |ask: crate::question::Ask| {
        let mut action = "";
        let mut fields = Vec::new();
        for (name, value) in ask.fields {
            match value {
                Value::Text(text) if name == "action" => action = still(text),
                Value::Text(text) => fields.push((name, Given::String(still(text)))),
                Value::Set(texts) => {
                    let texts = texts.into_iter().map(|text| Given::String(still(text))).collect::<Vec<_>>();
                    fields.push((name, Given::Set(forever(texts))));
                }
                _ => unreachable!("requests to applications are texts and sets"),
            }
        }
        Row::new(vocabulary, action, NOW, &fields)
    };
    app.asks().into_iter().map(row).collect()
}

/// A token and its verifier.
struct Minted {
    document: &'static Document,
    arguments: Arguments,
    key: MintingKey,
    authorizer: Authorizer<'static>,
    verified: Verified<'static>,
    scratch: Scratch,
    bounds: Vec<Compiled>,
    rows: Vec<Row>,
    requests: Vec<Option<Request<'static>>>,
}

const ISSUED: Time = Time::from_millis(NOW - 1000);

impl Minted {
    fn new(placet: &Placet, text: &str, with: &[(&str, &str)], rows: fn(&Vocabulary) -> Vec<Row>) -> Self {
        let document: &Document =
            forever(Document::from_text("workload.placet", text, Library::built_in()).expect("a policy of ours"));
        let template = document.template(BlockKind::Token, None).expect("it has one token");
        let arguments = arguments_from_text(template, with.iter().copied()).expect("arguments of ours");
        let keyring = forever(Keyring::new());
        keyring.accept_local(LocalKey::from_secret(&SECRET)).expect("room for a key");
        keyring.accept_public(SigningKey::from_seed(&SECRET).public().clone()).expect("room for a key");
        let key = placet.key();
        let authorizer = Authorizer::new(keyring, document.vocabulary());
        let first = minted(document, &arguments, &key).text();
        let verified = authorizer
            .verifier()
            .verify(&first, Time::from_millis(NOW), forever(Scratch::new()))
            .expect("it was just minted");
        let rows = rows(document.vocabulary());
        let requests = rows.iter().map(|row| row.kept(document.vocabulary())).collect();
        Self {
            document,
            arguments,
            key,
            authorizer,
            verified,
            scratch: Scratch::new(),
            bounds: bounds(),
            rows,
            requests,
        }
    }
}

fn minted(document: &Document, arguments: &Arguments, key: &MintingKey) -> Token {
    let compiled = document.compile(BlockKind::Token, None, arguments).expect("a policy of ours");
    mint(&compiled, document.vocabulary(), key, ISSUED, Wrapping::default(), &mut |buffer: &mut [u8]| buffer.fill(9))
        .expect("a token of ours")
}

impl Service for Minted {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn mint(&mut self) -> Option<String> {
        Some(minted(self.document, &self.arguments, &self.key).text())
    }

    fn cold(&mut self, text: &str, row: usize) -> bool {
        let Self { rows, document, authorizer, scratch, .. } = self;
        rows[row].ask(document.vocabulary(), |request| authorizer.authorize(text, request, scratch).is_allow())
    }

    fn warm(&mut self, row: usize) -> bool {
        let Self { rows, document, authorizer, verified, .. } = self;
        rows[row].ask(document.vocabulary(), |request| authorizer.decide(verified, request).is_allow())
    }

    fn at_hand(&mut self, row: usize) -> Option<bool> {
        let request = self.requests[row].as_ref();
        Some(request.is_some_and(|request| self.authorizer.decide(&self.verified, request).is_allow()))
    }

    fn attenuate(&mut self, text: &str, nth: usize) -> Option<String> {
        let token = Token::parse(text).ok()?;
        let bound = self.bounds.get(nth)?;
        let mut random = |buffer: &mut [u8]| buffer.fill(9);
        attenuate(&token, bound, self.document.vocabulary(), Time::from_millis(NOW), false, &mut random)
            .ok()
            .map(|token| token.text())
    }
}

/// The restrictions that a holder adds, compiled beforehand.
fn bounds() -> Vec<Compiled> {
    let bound = |nth| {
        let text = format!("use momento\nrestriction until {{ expiry: 2027-01-01T00:00:{nth:02}Z }}");
        let document = Document::from_text("until.placet", &text, Library::built_in()).expect("a restriction of ours");
        document.compile(BlockKind::Restriction, None, &Arguments::none()).expect("a restriction of ours")
    };
    (0..ATTENUATIONS).map(bound).collect()
}

/// Rules that a service holds.
struct Held {
    authorizer: Authorizer<'static>,
    vocabulary: &'static Vocabulary,
    rows: Vec<Row>,
    requests: Vec<Option<Request<'static>>>,
}

impl Held {
    fn new(text: &str, rows: impl FnOnce(&Vocabulary) -> Vec<Row>) -> Self {
        let document: &Document =
            forever(Document::from_text("rules.placet", text, Library::built_in()).expect("a policy of ours"));
        let vocabulary = document.vocabulary();
        let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).expect("a policy of ours");
        let policies: &[Policy] = forever([policy("rules", &compiled, vocabulary).expect("a policy of ours")]);
        let authorizer = Authorizer::new(forever(Keyring::new()), vocabulary).with_policies(policies);
        let rows = rows(vocabulary);
        let requests = rows.iter().map(|row| row.kept(vocabulary)).collect();
        Self { authorizer, vocabulary, rows, requests }
    }
}

impl Service for Held {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn warm(&mut self, row: usize) -> bool {
        self.rows[row].ask(self.vocabulary, |request| self.authorizer.decide_alone(request).is_allow())
    }

    fn at_hand(&mut self, row: usize) -> Option<bool> {
        let request = self.requests[row].as_ref();
        Some(request.is_some_and(|request| self.authorizer.decide_alone(request).is_allow()))
    }
}
