//! What is known of Momento's decisions, asked of both envelopes: a case becomes a token map, a request and a verdict word.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::{Wrapping, mint};
use placet::document::request;
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet::token::envelope::Token;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SigningKey, SystemRandom};
use placet::token::verify::Scratch;
use serde_json::{Map, Value, json};

/// Which key seals the token.
#[derive(Clone, Copy, Debug)]
enum Envelope {
    /// One secret, shared by minter and verifier.
    Local,
    /// The minter signs, anyone verifies.
    Public,
}

/// Mints a token from a map at `issued`, spoils one of its bytes if `tamper` says so, decides `request` at `now` (both in
/// milliseconds) and gives the verdict's word: `allow`, `forbidden`, `not_permitted` or `refused`.
///
/// All that this file knows of the crate stands here.
fn decide(token: &Value, request: &Value, issued: i64, now: i64, envelope: Envelope, tamper: bool) -> String {
    let document = Document::from_block(BlockKind::Token, "momento", token, Library::built_in());
    let document = document.unwrap_or_else(|report| panic!("{report}"));
    let compiled = document.compile(BlockKind::Token, None, &Arguments::none()).unwrap();
    let vocabulary = document.vocabulary();
    let mut keyring = Keyring::new();
    keyring.mint_with(envelope.key()).unwrap();
    let key = keyring.minting().unwrap();
    let minted =
        mint(&compiled, vocabulary, key, Time::from_millis(issued), Wrapping::default(), &mut SystemRandom).unwrap();
    let mut bytes = minted.as_bytes().to_vec();
    if tamper {
        *bytes.last_mut().unwrap() ^= 1;
    }
    let text = Token::from_bytes(&bytes).map_or_else(|_| "placet_l1_".to_owned(), |token| token.text());
    let authorizer = Authorizer::new(&keyring, vocabulary);
    let verdict =
        request::from_json(vocabulary, request).unwrap().with_request(vocabulary, Time::from_millis(now), |request| {
            authorizer.authorize(&text, request, &mut Scratch::new()).verdict()
        });
    verdict.unwrap().word().to_owned()
}

impl Envelope {
    /// A key that nobody keeps.
    fn key(self) -> MintingKey {
        match self {
            Self::Local => LocalKey::generate(&mut SystemRandom).unwrap().into(),
            Self::Public => SigningKey::generate(&mut SystemRandom).unwrap().into(),
        }
    }
}

#[test]
fn every_known_decision_is_ours() {
    let (decisions, skipped) = sort(&data()["cases"], "expected");
    println!("{} decisions; {} cases of issuing and refreshing are for another test:", decisions.len(), skipped.len());
    println!("{}", skipped.join(" "));
    let wrong = disagreements(&decisions);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 2 * decisions.len(), wrong.join("\n"));
}

#[test]
fn where_sources_conflict_we_follow_the_suggested_reading() {
    let (decisions, skipped) = sort(&data()["contested"], "suggested");
    println!("{} contested decisions, {} of issuing", decisions.len(), skipped.len());
    let wrong = disagreements(&decisions);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_case_is_lost() {
    let data = data();
    let (decisions, skipped) = sort(&data["cases"], "expected");
    assert_eq!((decisions.len(), skipped.len()), (544, 55));
    assert_eq!(Value::from(decisions.len() + skipped.len()), data["meta"]["cases"]);
    let (decisions, skipped) = sort(&data["contested"], "suggested");
    assert_eq!((decisions.len(), skipped.len()), (9, 1));
    assert_eq!(Value::from(decisions.len() + skipped.len()), data["meta"]["contested"]);
}

/// The same decisions, as lines that the command line can run. `BLESS=1` writes the file anew.
#[test]
fn the_lines_for_the_command_line_are_up_to_date() {
    let data = data();
    let mut text = String::new();
    for (list, verdict) in [("cases", "expected"), ("contested", "suggested")] {
        let (decisions, _) = sort(&data[list], verdict);
        decisions.iter().filter_map(Decision::line).for_each(|line| writeln!(text, "{line}").expect("a string grows"));
    }
    let path = beside("momento.cases.jsonl");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).expect("the data folder can be written");
    }
    let kept = fs::read_to_string(&path).expect("the lines are kept beside the cases");
    assert!(kept == text, "{} is stale; run this test with BLESS=1", path.display());
}

/// One case that asks whether a credential may make a call.
#[derive(Debug)]
struct Decision {
    name: String,
    token: Value,
    request: Value,
    issued: i64,
    now: i64,
    tamper: bool,
    verdict: &'static str,
}

impl Decision {
    fn of(case: &Value, verdict: &str) -> Self {
        let credential = &case["credential"];
        let seconds = |key: &str| credential[key].as_i64();
        // A refreshed key lives from its refresh, as long as the first one did.
        let age = seconds("secondsSinceRefresh").or_else(|| seconds("secondsSinceIssue")).unwrap_or(0);
        let lifetime = match (credential.get("expiresInSeconds"), text(&credential["type"])) {
            (Some(Value::Null), _) => None,
            (Some(seconds), _) => seconds.as_i64(),
            // A disposable token always expires.
            (None, "disposable") => Some(30 * 60),
            (None, _) => None,
        };
        Self {
            name: format!("{} {}", text(&case["id"]), text(&case["family"])),
            token: token(&case["scope"], lifetime),
            request: request(&case["request"]),
            issued: ISSUED,
            now: ISSUED + age * 1000,
            tamper: is_forged(text(&credential["type"])),
            verdict: word(&case[verdict]),
        }
    }

    /// What went wrong, if anything did.
    fn disagreement(&self, envelope: Envelope) -> Option<String> {
        let found = decide(&self.token, &self.request, self.issued, self.now, envelope, self.tamper);
        let Self { name, token, request, verdict, .. } = self;
        (found != *verdict).then(|| format!("{name} ({envelope:?}): {found}, not {verdict}: {request} under {token}"))
    }

    /// The case as one line of JSON; a line can not say that a token was forged.
    fn line(&self) -> Option<String> {
        if self.tamper {
            return None;
        }
        let mut token = self.token.clone();
        if self.now != self.issued {
            token["issuance"] = json!(self.issued);
        }
        let Self { name, request, now, verdict, .. } = self;
        let line = json!({
            "name": name, "use": "momento", "token": token, "request": request, "now": now, "expect": verdict,
        });
        Some(line.to_string())
    }
}

fn disagreements(decisions: &[Decision]) -> Vec<String> {
    let both = [Envelope::Local, Envelope::Public];
    decisions.iter().flat_map(|decision| both.iter().filter_map(|&envelope| decision.disagreement(envelope))).collect()
}

/// The cases that are decisions, and the names of those that are not.
fn sort(cases: &Value, verdict: &str) -> (Vec<Decision>, Vec<String>) {
    let mut decisions = Vec::new();
    let mut skipped = Vec::new();
    for case in cases.as_array().expect("cases are a list") {
        match text(&case["request"]["api"]) {
            "generateApiKey" | "generateDisposableToken" | "refreshApiKey" => {
                skipped.push(text(&case["id"]).to_owned());
            }
            _ => decisions.push(Decision::of(case, verdict)),
        }
    }
    (decisions, skipped)
}

/// A scope in map form. A credential that is not valid has none: the token that is forged for it would allow everything.
fn token(scope: &Value, lifetime: Option<i64>) -> Value {
    let mut token = Map::new();
    if let Some(permissions) = scope["permissions"].as_array() {
        token.insert("permissions".to_owned(), permissions.iter().map(permission).collect());
    } else {
        assert!(scope.is_null() || scope["superUser"] == true, "a scope of no known kind: {scope}");
        token.insert("rules".to_owned(), json!([{ "allow": { "action": { "$any": true } } }]));
    }
    if let Some(seconds) = lifetime {
        token.insert("ttl".to_owned(), json!(seconds * 1000));
    }
    Value::Object(token)
}

fn permission(entry: &Value) -> Value {
    let mut permission = Map::new();
    permission.insert("role".to_owned(), json!(role(text(&entry["type"]), text(&entry["role"]))));
    permission.insert("cache".to_owned(), selector(&entry["cache"]));
    // No item, and all items, are the whole cache.
    if let Some(item) = entry.get("item").filter(|item| item["all"] != true) {
        permission.insert("item".to_owned(), selector(item));
    }
    for name in ["topic", "function"] {
        if let Some(wanted) = entry.get(name) {
            permission.insert(name.to_owned(), selector(wanted));
        }
    }
    Value::Object(permission)
}

/// `{"all":true}`, `{"name":"c1"}`, `{"keyPrefix":"a-"}`
fn selector(selector: &Value) -> Value {
    let entries = selector.as_object().expect("a selector is a map");
    let (kind, value) = entries.iter().next().expect("a selector says something");
    assert_eq!(entries.len(), 1, "a selector says one thing: {selector}");
    match kind.as_str() {
        "all" => json!({ "$any": true }),
        "name" | "key" => json!(text(value)),
        "namePrefix" | "keyPrefix" => json!({ "$prefix": text(value) }),
        other => panic!("a selector of no known kind: {other}"),
    }
}

fn role(kind: &str, role: &str) -> &'static str {
    match (kind, role) {
        ("cache", "readonly") => "ReadOnly",
        ("cache", "writeonly") => "WriteOnly",
        ("cache", "readwrite") => "ReadWrite",
        ("topic", "publishonly") => "PublishOnly",
        ("topic", "subscribeonly") => "SubscribeOnly",
        ("topic", "publishsubscribe") => "PublishSubscribe",
        ("function", "invoke") => "Invoke",
        other => panic!("a role of no known kind: {other:?}"),
    }
}

/// A call in map form. The sets that a union reads are items of the call as well.
fn request(call: &Value) -> Value {
    let mut request = Map::new();
    let mut item = Vec::new();
    for (key, value) in call.as_object().expect("a request is a map") {
        match key.as_str() {
            "api" => _ = request.insert("action".to_owned(), value.clone()),
            "cache" | "topic" => _ = request.insert(key.clone(), value.clone()),
            "key" => item.push(value.clone()),
            "keys" | "sources" => item.extend(value.as_array().expect("keys are a list").iter().cloned()),
            other => panic!("a part of a request of no known kind: {other}"),
        }
    }
    if !item.is_empty() {
        request.insert("item".to_owned(), Value::Array(item));
    }
    Value::Object(request)
}

fn is_forged(credential: &str) -> bool {
    match credential {
        "apiKey" | "disposable" | "superUserKey" | "sessionToken" => false,
        "unknown" | "tampered" | "legacyToken" => true,
        other => panic!("a credential of no known kind: {other}"),
    }
}

/// The word for what a case expects.
fn word(expected: &Value) -> &'static str {
    match (text(&expected["decision"]), expected["error"].as_str()) {
        ("allow", None) => "allow",
        ("deny", Some("PERMISSION_ERROR")) => "not_permitted",
        ("deny", Some("AUTHENTICATION_ERROR")) => "refused",
        _ => panic!("no answer to a decision: {expected}"),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the case file has a text here")
}

fn data() -> Value {
    let file = fs::read_to_string(beside("momento-cases.json")).expect("the cases are part of the repository");
    serde_json::from_str(&file).expect("the cases are JSON")
}

fn beside(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect()
}

/// 2026-11-21T10:00:00Z: when every credential of a case was issued.
const ISSUED: i64 = 1_795_255_200_000;
