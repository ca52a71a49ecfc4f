use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::check::library::Library;
use crate::document::Document;
use placet_core::model::path::ResourcePath;
use placet_core::model::request::{Request, RequestError};
use placet_core::token::audience::Audience;
use placet_core::token::keyring::MintingKey;
use placet_core::token::keys::{LocalKey, SigningKey};
use placet_core::token::proof::{HolderKey, ProofScope};
use placet_core::token::replays::ReplayGuard;
use placet_core::token::revocation::{RevocationList, Revocations};

/// 2026-11-21T10:00:00Z
const NOW: Time = Time::from_millis(1_795_255_200_000);
const MINUTE: Duration = Duration::from_secs(60);

const NOTES: &str = r#"
    vocabulary notes 1 {
        path: path
        ip: ip optional
        size: int optional
        since: time optional
        age: duration optional
        id: uuid optional
        draft: bool optional
        owner: bytes optional
        action read, write
    }
    token session(user: string) {
        allow { path: "/notes/{user}/**" }
        attributes: { user: "{user}" }
        ttl: 30m
    }
    token everything { allow { size: < 100 } when size > 10 }
    restriction reading { only { action: read } ttl: 5m }
"#;

fn document(text: &str) -> Document {
    Document::from_text("notes.placet", text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"))
}

fn keyring(key: impl Into<MintingKey>) -> Keyring {
    let mut keyring = Keyring::new();
    keyring.mint_with(key).unwrap();
    keyring
}

fn local(byte: u8) -> LocalKey {
    LocalKey::from_secret(&[byte; 32])
}

fn builder() -> Builder {
    Service::builder().document(document(NOTES)).keyring(keyring(local(1))).clock(|| NOW)
}

fn notes() -> Service {
    builder().build().unwrap()
}

fn status(service: &Service, token: &str, action: &str, path: &str) -> u16 {
    service.check(token, action, [("path", path)]).http_status()
}

/// A folder of this test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("placet-service-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_service_is_owned_and_shared_by_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let service = notes();
    shared(&service);
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let threads = (0..8).map(|_| {
        let (service, token) = (service.clone(), token.clone());
        thread::spawn(move || {
            (0..200).all(|_| {
                service.check(&token, "read", [("path", "/notes/ann/1")]).is_allow()
                    && !service.check(&token, "read", [("path", "/notes/bob/1")]).is_allow()
            })
        })
    });
    let threads: Vec<_> = threads.collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

#[test]
fn the_status_of_an_answer_says_who_is_to_blame() {
    let service = notes();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    assert_eq!(status(&service, &token, "read", "/notes/ann/1"), 200);
    assert_eq!(status(&service, &token, "read", "/notes/bob/1"), 403);
    assert_eq!(status(&service, &token, "burn", "/notes/ann/1"), 400);
    assert_eq!(status(&service, &token, "read", "/notes/../ann"), 400, "a path that is not canonical");
    assert_eq!(service.check(&token, "read", [("shelf", "1")]).http_status(), 400);
    assert_eq!(service.check(&token, "read", NO_ATTRIBUTES).http_status(), 400, "`path` is required");
    assert_eq!(status(&service, "", "read", "/notes/ann/1"), 401);
    assert_eq!(status(&service, &token[..token.len() - 2], "read", "/notes/ann/1"), 401);
    assert_eq!(status(&service, "no token", "burn", "../.."), 401, "the token comes first");
    let late = service.check_at(NOW + 30 * MINUTE, &token, "read", [("path", "/notes/ann/1")]);
    assert_eq!((late.verdict(), late.http_status()), (Verdict::Refused(Refusal::Expired), 401));
    let unset = service.check_at(Time::from_millis(-1), &token, "read", [("path", "/notes/ann/1")]);
    assert_eq!(unset.http_status(), 503, "the service has no clock");
}

const OWN: &str = r#"
    let ann = "placet_public_F8t5-ytBIPKx7GXkGY1uCLKOgT_rAeSkAIObheGAgM6_tqt9"
    let bob = "placet_public_oJql9HpnWYAv-VX43C0qFKXJnSO-l_hkEn_5ODRVpPCobo-4"
    vocabulary notes 1 { path: path  action read, write }
    token own(key: string) {
        holder: key
        allow { path: "/notes/**" }
        ttl: 30m
    }
    policy second_look {
        allow { action: read }
        allow { action: write } when approved(2, [ann, bob])
    }
"#;

/// The keys of ann, of bob, and of the holder.
fn people() -> [SigningKey; 3] {
    [0x33, 0x22, 0x44].map(|byte| SigningKey::from_seed(&[byte; 32]))
}

#[test]
fn a_service_decides_with_a_proof_and_explains_whose_approval_is_missing() {
    let [ann, bob, holder] = people();
    let service = Service::builder().document(document(OWN)).keyring(keyring(local(1))).clock(|| NOW).build().unwrap();
    let token = service.mint("own", [("key", holder.public().to_string().as_str())]).unwrap();
    let path = [("path", "/notes/1")];
    let unproved = service.check(&token, "read", path);
    assert_eq!((unproved.http_status(), unproved.verdict()), (401, Verdict::Refused(Refusal::NoProof)));
    assert!(
        unproved.explain().to_string().contains("sign the request with the holder's key"),
        "{}",
        unproved.explain()
    );
    let scope = ProofScope::of(&Token::parse(&token).unwrap(), service.vocabulary(), Audience::NONE).unwrap();
    let digest = |action: &str| {
        let mut request = Request::named(service.vocabulary(), action, NOW).unwrap();
        request.set_named("path", ResourcePath::new("/notes/1").unwrap()).unwrap();
        request.digest()
    };
    let prove = |action| HolderKey::from(&holder).prove(&scope, digest(action), NOW, &mut SystemRandom).unwrap();
    let approve =
        |key: &SigningKey| HolderKey::from(key).approve(&scope, digest("write"), NOW, &mut SystemRandom).unwrap();
    let guard = ReplayGuard::new(9);
    let (read, write) = (prove("read"), prove("write"));
    assert!(service.check_with_proof(&token, "read", path, &Evidence::of_holder(&read)).is_allow());
    let evidence = Evidence::of_holder(&write).refusing_replays(&guard);
    let unapproved = service.check_with_proof(&token, "write", path, &evidence);
    let why = unapproved.explain();
    assert_eq!((why.verdict, why.cause.as_ref().map(|cause| cause.name)), ("not_permitted", Some("unapproved")));
    assert!(why.to_string().contains("2 more approvals are needed, of `ann` and `bob`"), "{why}");
    let replayed = service.check_with_proof(&token, "write", path, &evidence);
    assert_eq!(replayed.verdict(), Verdict::Refused(Refusal::Replayed));
    let approvals = [approve(&ann), approve(&bob)];
    let half = Evidence::of_holder(&write).with_approvals(&approvals[..1]);
    let why = service.check_with_proof(&token, "write", path, &half).explain();
    assert!(why.to_string().contains("1 more approval is needed, of `bob`"), "{why}");
    let both = Evidence::of_holder(&write).with_approvals(&approvals);
    assert!(service.check_with_proof(&token, "write", path, &both).is_allow());
    let wrong = Evidence::of_holder(&read).with_approvals(&approvals);
    let wrong = service.check_with_proof(&token, "read", path, &wrong);
    assert_eq!(wrong.verdict(), Verdict::Refused(Refusal::WrongApproval), "refused, and not unapproved");
    assert!(wrong.explain().to_string().contains("leave it out"), "{}", wrong.explain());
}

/// Approval would not be enough.
#[test]
fn nobody_is_asked_for_an_approval_that_would_not_help() {
    let [_, _, holder] = people();
    let service = Service::builder().document(document(OWN)).keyring(keyring(local(1))).clock(|| NOW).build().unwrap();
    let token = service.mint("own", [("key", holder.public().to_string().as_str())]).unwrap();
    let scope = ProofScope::of(&Token::parse(&token).unwrap(), service.vocabulary(), Audience::NONE).unwrap();
    let mut request = Request::named(service.vocabulary(), "write", NOW).unwrap();
    request.set_named("path", ResourcePath::new("/elsewhere").unwrap()).unwrap();
    let proof = HolderKey::from(&holder).prove(&scope, request.digest(), NOW, &mut SystemRandom).unwrap();
    let elsewhere = [("path", "/elsewhere")];
    let why = service.check_with_proof(&token, "write", elsewhere, &Evidence::of_holder(&proof)).explain();
    assert_eq!((why.verdict, &why.cause), ("not_permitted", &None), "{why}");
}

#[test]
fn every_refusal_has_one_http_status() {
    let of = |status| {
        let named = Refusal::ALL.iter().filter(move |refusal| Verdict::Refused(**refusal).http_status() == status);
        named.map(|refusal| refusal.name()).collect::<Vec<_>>()
    };
    assert_eq!(of(400), ["malformed_request"]);
    let service = [
        "out_of_fuel",
        "no_clock",
        "stale_revocations",
        "early_revocations",
        "unsigned_revocations",
        "replays_full",
        "other_policy",
    ];
    assert_eq!(of(503), service);
    assert_eq!(of(401).len() + 1 + service.len(), Refusal::ALL.len());
}

#[test]
fn a_url_is_made_canonical_and_one_that_is_none_is_refused() {
    let service = Service::builder()
        .document(document(
            r#"vocabulary hooks 1 { name: string target: url other: url optional action call }
               token hooks { allow { target: public } }"#,
        ))
        .keyring(keyring(local(1)))
        .clock(|| NOW)
        .build()
        .unwrap();
    let token = service.mint("hooks", []).unwrap();
    for (target, status) in [
        ("https://hooks.acme.com/in", 200),
        ("HTTPS://Hooks.ACME.com:443/a/../in", 200),
        ("https://0x7f.1/in", 403),
        ("https://ann@hooks.acme.com/", 400),
        ("hooks.acme.com", 400),
    ] {
        let decision = service.check(&token, "call", [("name", "a"), ("target", target)]);
        assert_eq!(decision.http_status(), status, "{target}");
    }
    let twice = [("name", "a"), ("target", "https://A.de"), ("target", "https://a.de/")];
    assert_eq!(service.check(&token, "call", twice).http_status(), 400);
    let missing = [("name", "a"), ("other", "https://A.de")];
    assert_eq!(service.check(&token, "call", missing).http_status(), 400);
    let denied = service.check(&token, "call", [("name", "a"), ("target", "HTTPS://Localhost")]);
    let nearest = denied.explain().to_string();
    assert!(nearest.contains("https://"), "{nearest}");
}

#[test]
fn a_text_is_read_as_the_type_that_the_vocabulary_declares() {
    let service = notes();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let path = ("path", "/notes/ann/1");
    let fits = |name, text| service.check(&token, "read", [path, (name, text)]).verdict();
    for (name, good, bad) in [
        ("ip", "10.0.0.1", "10.0.0"),
        ("size", "-42", "042"),
        ("since", "2026-11-21T10:00:00Z", "2026-11-21"),
        ("age", "1h30m", "90"),
        ("id", "7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11", "7a1c3f7e"),
        ("draft", "true", "yes"),
    ] {
        assert!(fits(name, good).is_allow(), "{name}: {good}");
        let field = service.vocabulary().field(name).unwrap();
        let ty = service.vocabulary().attribute(field).unwrap().ty;
        let refused = Verdict::Refused(Refusal::Request(RequestError::WrongType(field, ty)));
        assert_eq!(fits(name, bad), refused, "{name}: {bad}");
    }
    assert!(fits("owner", "ann").is_allow());
    let values = [("path", Value::String("/notes/ann/1")), ("size", 42.into()), ("since", NOW.into())];
    assert!(service.check(&token, "read", values).is_allow());
    assert!(!service.check(&token, "read", [("path", Value::Int(1))]).is_allow());
}

#[test]
fn a_decision_explains_the_request_it_was_made_for() {
    let service = builder()
        .document(document(
            "use notes policy quiet { deny { ip: \"10.0.0.0/8\" } allow { path: any } }"
                .replace("use notes", NOTES.split("token session").next().unwrap())
                .as_str(),
        ))
        .build()
        .unwrap();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let decision = service.check(&token, "read", [("path", "/notes/ann/1"), ("ip", "10.1.2.3")]);
    assert_eq!(decision.http_status(), 403);
    let explanation = decision.explain();
    let decided = explanation.decided.as_ref().unwrap();
    assert_eq!(decided.block, "policy quiet");
    assert_eq!(decided.quote.as_ref().unwrap().text, r#"deny { ip: "10.0.0.0/8" }"#);
    assert!(explanation.nearest.unwrap().request.is_some(), "another address would pass");

    let elsewhere = service.check(&token, "read", [("path", "/notes/bob/1")]);
    let text = elsewhere.explain().to_string();
    assert!(text.contains("/notes/ann/**"), "{text}");

    let unknown = service.check(&token, "burn", [("path", "/notes/ann/1")]).explain();
    assert_eq!(unknown.cause.unwrap().message, "`notes` has no action `burn`");
    let forged = service.check("no token", "burn", [("path", "x")]).explain();
    assert_eq!(forged.cause.unwrap().name, "not_a_token");
    assert!(service.check(&token, "read", NO_ATTRIBUTES).explain().to_string().contains("`path` is required"));
}

#[test]
fn a_decision_is_written_as_json() {
    let service = notes();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let json = |path| serde_json::to_value(service.check(&token, "read", [("path", path)])).unwrap();
    assert_eq!(json("/notes/ann/1"), serde_json::json!({ "verdict": "allow", "block": 0, "rule": 0, "status": 200 }));
    assert_eq!(json("/notes/bob/1"), serde_json::json!({ "verdict": "not_permitted", "block": 0, "status": 403 }));
    let refused = serde_json::json!({ "verdict": "refused", "cause": "malformed_request", "status": 400 });
    assert_eq!(json("/../"), refused);
}

#[test]
fn claims_are_lent_with_a_yes_and_with_nothing_else() {
    let service = notes();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let user = |path: &str| {
        let decision = service.check(&token, "read", [("path", path)]);
        decision.with_claims(|claims| claims.attributes.iter().map(|(_, user)| user.to_owned()).collect::<String>())
    };
    assert_eq!(user("/notes/ann/1").as_deref(), Some("ann"));
    assert_eq!(user("/notes/bob/1"), None);
}

#[test]
fn a_token_is_narrowed_and_sealed() {
    let service = notes();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let narrow = service.attenuate(&token, "reading", NO_ATTRIBUTES).unwrap();
    assert_eq!(status(&service, &narrow, "read", "/notes/ann/1"), 200);
    assert_eq!(status(&service, &narrow, "write", "/notes/ann/1"), 403);
    let late = service.check_at(NOW + 5 * MINUTE, &narrow, "read", [("path", "/notes/ann/1")]);
    assert_eq!(late.verdict(), Verdict::Refused(Refusal::Expired));
    let sealed = service.seal(&narrow).unwrap();
    assert_eq!(status(&service, &sealed, "read", "/notes/ann/1"), 200);
    let again = service.attenuate(&sealed, "reading", NO_ATTRIBUTES).unwrap_err().to_string();
    assert!(again.starts_with("restriction `reading`: the token is sealed"), "{again}");
    assert!(matches!(service.seal("no token"), Err(ServiceError::NotAToken(Refusal::NotAToken))));
}

#[test]
fn what_cannot_be_minted_is_named() {
    let service = notes();
    let said = |template, arguments: &[(&'static str, &'static str)]| {
        service.mint(template, arguments.iter().copied()).unwrap_err().to_string()
    };
    assert_eq!(said("sesion", &[]), "there is no token template `sesion`; there is `session`, `everything`");
    assert!(said("session", &[]).starts_with("token `session`: "));
    assert!(said("session", &[("usr", "ann")]).contains("`usr`"));
    let public = keyring(SigningKey::from_seed(&[1; 32]));
    let (_, id) = public.ids().next().unwrap();
    let mut verifying = Keyring::new();
    verifying.accept_public(public.public(id).unwrap().clone()).unwrap();
    service.replace_keys(verifying);
    assert!(matches!(service.mint("session", [("user", "ann")]), Err(ServiceError::NoMintingKey)));
}

#[test]
fn a_directory_is_opened_with_the_vocabularies_that_its_files_declare() {
    let folder = Folder::new("open");
    let [vocabulary, templates] = NOTES.split_at(NOTES.find("token session").unwrap()).into();
    folder.write("z/vocabulary.placet", vocabulary);
    folder.write("a.placet", format!("use notes\n{templates}"));
    folder.write("notes.txt", "not a policy");
    let keys = folder.write("service.keys", format!("mint {}\n", *local(1).reveal()));
    let service = Service::open(&folder.0, &keys).unwrap();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    assert!(service.check(&token, "read", [("path", "/notes/ann/1")]).is_allow());

    folder.write("b.placet", "use momento\ntoken reader { permissions: [{ role: ReadOnly }] }");
    let error = Service::open(&folder.0, &keys).unwrap_err().to_string();
    assert!(error.contains("uses `notes`") && error.contains("`.vocabulary(\"notes\")`"), "{error}");
    let named = Service::builder().policies(&folder.0).keys(&keys).vocabulary("momento").build().unwrap();
    assert!(named.mint("reader", NO_ATTRIBUTES).is_ok());

    folder.write("b.placet", format!("use notes\n{templates}"));
    let error = Service::open(&folder.0, &keys).unwrap_err().to_string();
    assert!(error.contains("two token templates `session`") && error.contains("b.placet"), "{error}");
    folder.write("b.placet", "use notes\ntoken x { allow { pth: any } }");
    let error = Service::open(&folder.0, &keys).unwrap_err().to_string();
    assert!(error.contains("b.placet:2:") && error.contains("pth"), "{error}");
    let error = Service::open(folder.0.join("c"), &keys).unwrap_err().to_string();
    assert!(error.starts_with("cannot read `") && error.contains("/c`"), "{error}");
    let keys = folder.write("service.keys", "mint placet_secret_\n");
    fs::remove_file(folder.0.join("b.placet")).unwrap();
    let error = Service::open(&folder.0, &keys).unwrap_err().to_string();
    assert!(error.contains("service.keys` is not a keyring: line 1"), "{error}");
}

#[test]
fn every_policy_is_held_and_one_with_parameters_needs_its_arguments() {
    let vocabulary = NOTES.split("token session").next().unwrap();
    let policies = format!("{vocabulary} policy own(user: string) {{ allow {{ path: \"/notes/{{user}}/**\" }} }}");
    let held = || builder().document(document(&policies));
    let error = held().build().unwrap_err().to_string();
    assert!(
        error.starts_with("policy `own`: ") && error.contains("user") && error.contains("builder's `policy`"),
        "{error}"
    );
    let service = held().policy("own", [("user", "bob")]).build().unwrap();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    assert_eq!(status(&service, &token, "read", "/notes/ann/1"), 403, "the policy is bob's");
    let service = held().policy("own", [("user", "ann")]).build().unwrap();
    assert_eq!(status(&service, &token, "read", "/notes/ann/1"), 200);
    assert!(held().policy("owned", NO_ATTRIBUTES).build().is_err());
}

#[test]
fn keys_and_revocations_are_read_again_together_or_not_at_all() {
    let folder = Folder::new("reload");
    let text = |byte| format!("mint {}\n", *local(byte).reveal());
    let keys = folder.write("service.keys", text(1));
    let list = folder.write("revoked.list", RevocationList::new(NOW, 60 * MINUTE).to_text());
    let service =
        Service::builder().document(document(NOTES)).keys(&keys).revocations(&list).clock(|| NOW).build().unwrap();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let verdict = || service.check(&token, "read", [("path", "/notes/ann/1")]).verdict();
    assert!(verdict().is_allow());

    let mut revoked = RevocationList::new(NOW, 60 * MINUTE);
    revoked.revoke_key(local(1).name(), NOW + MINUTE);
    fs::write(&list, revoked.to_text()).unwrap();
    assert!(verdict().is_allow(), "the file alone changes nothing");
    for broken in ["mint nonsense\n", "", "# no key yet\n"] {
        fs::write(&keys, broken).unwrap();
        assert!(service.reload().unwrap_err().to_string().contains("service.keys"), "{broken:?}");
    }
    assert!(verdict().is_allow(), "half a change is none");
    fs::write(&keys, text(1)).unwrap();
    service.reload().unwrap();
    assert_eq!(verdict(), Verdict::Refused(Refusal::Revoked));

    fs::write(&list, Revocations::write(&RevocationList::new(NOW, 60 * MINUTE))).unwrap();
    fs::write(&keys, text(2)).unwrap();
    service.reload().unwrap();
    assert_eq!(verdict(), Verdict::Refused(Refusal::UnknownKey), "also for a token in the cache");
    service.replace_keys(keyring(local(1)));
    assert!(verdict().is_allow());
    service.replace_revocations(HeldRevocations::open(Revocations::write(&revoked)).unwrap());
    assert_eq!(verdict(), Verdict::Refused(Refusal::Revoked));
}

#[test]
fn a_decision_keeps_the_keys_it_was_made_with() {
    let service = notes();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let decision = service.check(&token, "read", [("path", "/notes/ann/1")]);
    service.replace_keys(keyring(local(2)));
    assert_eq!(decision.explain().verdict, "allow");
    assert_eq!(decision.with_claims(|_| ()), Some(()));
    assert_eq!(status(&service, &token, "read", "/notes/ann/1"), 401);
}

#[test]
fn audiences_are_kept_apart() {
    let of = |name: &str| builder().audience(Audience::new(name).unwrap()).build().unwrap();
    let (orders, bills) = (of("orders"), of("bills"));
    let token = orders.mint("session", [("user", "ann")]).unwrap();
    assert_eq!(status(&orders, &token, "read", "/notes/ann/1"), 200);
    assert_eq!(status(&bills, &token, "read", "/notes/ann/1"), 401);
    let wants = builder().signed_revocations().build().unwrap();
    assert_eq!(status(&wants, &token, "read", "/notes/ann/1"), 401, "of another audience, and there is no list");
    let token = wants.mint("session", [("user", "ann")]).unwrap();
    assert_eq!(status(&wants, &token, "read", "/notes/ann/1"), 503, "it wants a list that is signed");
}

/// The trap of an untyped time: a second of Unix time, taken for milliseconds, lies in January
/// 1970.
#[test]
fn seconds_for_milliseconds_are_refused() {
    let now = Arc::new(AtomicI64::new(NOW.as_millis()));
    let clock = Arc::clone(&now);
    let service = builder().clock(move || Time::from_millis(clock.load(Ordering::Relaxed))).build().unwrap();
    let token = service.mint("session", [("user", "ann")]).unwrap();
    let forever = service.mint("everything", NO_ATTRIBUTES).unwrap();
    for warm in [false, true] {
        now.store(NOW.as_millis() / 1000, Ordering::Relaxed);
        for token in [&token, &forever] {
            let verdict = service.check(token, "read", [("path", "/notes/ann/1")]).verdict();
            assert_eq!(verdict, Verdict::Refused(Refusal::NotYetValid), "warm: {warm}");
        }
        now.store(NOW.as_millis(), Ordering::Relaxed);
        assert!(service.check(&token, "read", [("path", "/notes/ann/1")]).is_allow());
    }
}

#[test]
fn a_service_without_policy_files_verifies_with_a_vocabulary_from_bytes() {
    let minting = notes();
    let token = minting.mint("session", [("user", "ann")]).unwrap();
    let vocabulary = Vocabulary::from_bytes(&minting.vocabulary().to_bytes()).unwrap();
    let verifying = Service::builder().with_vocabulary(vocabulary).keyring(keyring(local(1))).clock(|| NOW).build();
    assert_eq!(status(&verifying.unwrap(), &token, "read", "/notes/ann/1"), 200);
    let error = Service::builder().keyring(keyring(local(1))).build().unwrap_err().to_string();
    assert_eq!(error, "there is no policy file with a template in it");
}
