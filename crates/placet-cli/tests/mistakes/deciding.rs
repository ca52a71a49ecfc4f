//! What a decision says of what nobody thought of when the policy was written: actions that came later, sums beyond every
//! number, an element that is given twice.

use placet::authorize::{Authorizer, Policy};
use placet::bytecode::verify::{Budget, Scope};
use placet::check::tree::Constant;
use placet::compile::arguments::Argument;
use placet::document::mint::{Wrapping, attenuate, mint, policy};
use placet::document::request::{self, OwnedRequest, OwnedValue};
use placet::explain::{Explainer, Sources};
use placet::limits::SET_ELEMENTS;
use placet::model::request::Request;
use placet::model::value::{Address, Value};
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::token::cache::TokenCache;
use placet::token::envelope::Token;
use placet::token::keyring::MintingKey;
use placet::token::verify::{Scratch, Verifier};

use super::support::{Service, compiled, document};
use crate::token_workshop::{NOW, keyring, local, random, signing};
use placet::model::time::Time;

// A vocabulary that grows.

const OLD: &str = "vocabulary bank 1 {\n    account: string\n    action read, transfer\n}\n";

fn grown() -> Vocabulary {
    let text = OLD.replace("transfer", "transfer, wipe");
    (**document(&format!("{text}policy p {{ allow {{ }} }}")).vocabulary()).clone()
}

/// Minted while there was no `wipe`, and narrowed by a restriction of then.
fn minted(key: &MintingKey, rules: &str, restriction: &str) -> Token {
    let document = document(&format!("{OLD}token t {{ ttl: 1h\n{rules} }}"));
    let (vocabulary, program) = (document.vocabulary(), compiled(&document, []));
    let token = mint(&program, vocabulary, key, NOW, Wrapping::default(), &mut random()).unwrap();
    let narrower = self::document(&format!("{OLD}restriction r {{ {restriction} }}"));
    attenuate(&token, &compiled(&narrower, []), vocabulary, NOW, false, &mut random()).unwrap()
}

fn asked<'v>(vocabulary: &'v Vocabulary, action: &str) -> Request<'v> {
    let mut request = Request::named(vocabulary, action, NOW).unwrap();
    request.set_named("account", "a").unwrap();
    request
}

#[test]
fn a_token_permits_no_action_that_is_younger_than_itself() {
    let (grown, keyring) = (grown(), keyring());
    let authorizer = Authorizer::new(&keyring, &grown);
    for key in [MintingKey::from(local()), signing().into()] {
        for rules in ["allow { account: \"a\" } deny { action: transfer }", "allow { action: any }", "allow { }"] {
            for restriction in ["deny { action: transfer }", "only { account: \"a\" }", "only { action: not transfer }"]
            {
                let text = minted(&key, rules, restriction).text();
                let said = |action| {
                    let mut scratch = Scratch::new();
                    authorizer.authorize(&text, &asked(&grown, action), &mut scratch).verdict().word()
                };
                assert_eq!((said("read"), said("wipe")), ("allow", "not_permitted"), "{rules} {restriction}");
            }
        }
    }
}

#[test]
fn a_token_that_was_verified_before_the_vocabulary_grew_permits_no_younger_action_either() {
    let (grown, keyring) = (grown(), keyring());
    let old = document(&format!("{OLD}policy p {{ allow {{ }} }}"));
    let text = minted(&local().into(), "allow { action: any }", "deny { action: transfer }").text();
    let mut scratch = Scratch::new();
    let kept = Verifier::new(&keyring, old.vocabulary()).verify(&text, NOW, &mut scratch).unwrap().to_owned();
    let authorizer = Authorizer::new(&keyring, &grown);
    let lent = authorizer.verifier().recheck(&kept, NOW).unwrap();
    let cache = TokenCache::new(64);
    for (action, expected) in [("read", "allow"), ("wipe", "not_permitted"), ("transfer", "forbidden")] {
        let request = asked(&grown, action);
        assert_eq!(authorizer.decide(&lent, &request).verdict().word(), expected);
        for _ in 0..2 {
            let said = cache.verify(authorizer.verifier(), &text, NOW, &mut Scratch::new(), |token| {
                authorizer.decide(token, &request).verdict().word()
            });
            assert_eq!(said, Ok(expected));
        }
    }
}

#[test]
fn a_policy_that_was_proved_before_an_action_was_declared_does_not_permit_it() {
    let (grown, keyring) = (grown(), keyring());
    let text = "policy p { allow { account: \"a\" } }";
    let old = document(&format!("{OLD}{text}"));
    let program = compiled(&old, []).program;
    let scope = Scope { vocabulary: old.vocabulary(), state: old.vocabulary().present(), budget: Budget::Policy };
    let of_then = [Policy::new("p", program.bytes().to_vec(), &scope).unwrap()];
    let new = document(&format!("{}{text}", OLD.replace("transfer", "transfer, wipe")));
    let of_now = [policy("p", &compiled(&new, []), &grown).unwrap()];
    let said = |policies: &[Policy], action| {
        Authorizer::new(&keyring, &grown).with_policies(policies).decide_alone(&asked(&grown, action)).word()
    };
    assert_eq!((said(&of_then, "read"), said(&of_then, "wipe")), ("allow", "not_permitted"));
    assert_eq!((said(&of_now, "read"), said(&of_now, "wipe")), ("allow", "allow"));
}

#[test]
fn an_explanation_says_that_the_token_is_older_than_the_action() {
    let (grown, keyring) = (grown(), keyring());
    let text = minted(&local().into(), "allow { account: \"a\" }", "deny { action: transfer }").text();
    let values = vec![(FieldNo(1), OwnedValue::One(Constant::String("a".to_owned())))];
    let wipe = OwnedRequest { action: ActionNo(2), values };
    let explainer_with = |sources| Explainer::new(Authorizer::new(&keyring, &grown), Some(&text), sources);
    let sources = Sources::none();
    for explainer in [explainer_with(&sources), explainer_with(&sources).closed()] {
        let why = explainer.explain(&wipe, NOW);
        let cause = why.cause.as_ref().expect("there is one");
        assert_eq!((why.verdict, cause.name), ("not_permitted", "younger_action"));
        let said = why.to_string();
        assert!(said.contains("the token was made before `bank` had the action `wipe`"), "{said}");
        assert!(said.contains("make a new token"), "{said}");
    }
    let read = OwnedRequest { action: ActionNo(0), values: Vec::new() };
    assert_eq!(explainer_with(&sources).explain(&read, NOW).cause.map(|cause| cause.name), Some("malformed_request"));
}

// What an explanation quotes.

#[test]
fn a_rule_that_is_read_from_a_token_is_quoted_as_its_author_would_write_it() {
    let vocabulary = "vocabulary shop 1 {\n    n: int optional\n    m: int optional\n    s: string optional\n    \
                      path: path optional\n    action get\n}\n";
    let (keyring, time) = (keyring(), NOW);
    for (rule, path) in [
        ("deny { action: get, n: any, m: any } when !(n == m)", "/"),
        ("deny { action: get, n: any, m: any } when 10 - (n + m) == 7", "/"),
        ("deny { s: \"a\\{x}b\\u{202e}c\" }", "/"),
        ("deny { path: \"/a/%2A/**\" }", "/a/*/b"),
        ("only { action: get, n: 7 }", "/"),
    ] {
        let authority = document(&format!("{vocabulary}token t {{ allow {{}} ttl: 1h }}"));
        let restriction = document(&format!("{vocabulary}restriction r {{ {rule} }}"));
        let names = authority.vocabulary();
        let token = mint(
            &compiled(&authority, []),
            names,
            &MintingKey::from(local()),
            time,
            Wrapping::default(),
            &mut random(),
        );
        let token = attenuate(&token.unwrap(), &compiled(&restriction, []), names, time, false, &mut random()).unwrap();
        let (text, sources) = (token.text(), Sources::none());
        let explainer = Explainer::new(Authorizer::new(&keyring, names), Some(&text), &sources);
        let json = serde_json::json!({ "action": "get", "n": 1, "m": 2, "s": "a{x}b\u{202e}c", "path": path });
        let why = explainer.explain(&request::from_json(names, &json).unwrap(), time);
        // A `deny` decides, and an `only` is the nearest that would allow.
        let ruling = why.decided.as_ref().filter(|ruling| ruling.number.is_some());
        let ruling = ruling.or_else(|| why.nearest.as_ref()?.rules.first()).unwrap();
        assert_eq!(ruling.quote.as_ref().map(|quote| quote.text.as_str()), Some(rule), "{why}");
    }
}

// Sums.

const MAX: i64 = i64::MAX;

fn quota(condition: &str) -> Service {
    let parameters = "more: int, limit: int";
    let vocabulary = "vocabulary v 1 { used: int asked: int refund: int at: time span: duration action go }";
    let text = format!("{vocabulary}\npolicy p({parameters}) {{ allow {{ action: go }} when {condition} }}");
    let argument = |number| Argument::One(Constant::Int(number));
    Service::with(&text, [("more", argument(MAX)), ("limit", argument(100))])
}

#[test]
fn a_sum_is_exact_however_large_its_terms_are() {
    let decides = |condition: &str, [used, asked, refund]: [i64; 3]| {
        let values = [used, asked, refund].map(Value::Int);
        let [used, asked, refund] = values;
        let (at, span) = (Value::Time(NOW), Value::Duration(MAX));
        let all = [("used", used), ("asked", asked), ("refund", refund), ("at", at), ("span", span)];
        quota(condition).decides("go", &all)
    };
    let quota = "used + asked - refund <= limit";
    assert_eq!(decides(quota, [1_000, MAX, MAX]), "not_permitted", "1000 are used already");
    assert_eq!(decides(quota, [100, MAX, MAX]), "allow");
    assert_eq!(decides("used - (refund - asked) <= limit", [1_000, MAX, MAX]), "not_permitted");
    assert_eq!(decides("used - asked - asked + refund + refund <= limit", [101, i64::MIN, i64::MIN]), "not_permitted");
    assert_eq!(decides("more + more + used - more - more <= limit", [101, 0, 0]), "not_permitted", "of constants");
    assert_eq!(decides("more + more + used - more - more <= limit", [100, 0, 0]), "allow");
    assert_eq!(decides("at + span - span == at", [0, 0, 0]), "allow", "of times");
    assert_eq!(decides("used + asked == more && more + more == more", [MAX, 1, 0]), "allow", "the whole saturates");
    assert_eq!(decides("hour(at + span - span) == hour(at)", [0, 0, 0]), "allow", "inside of a function");
}

// An element twice.

#[test]
fn size_counts_an_element_that_is_given_twice_once() {
    let of = |scalar: &str, elements: &[Value<'_>]| {
        let vocabulary = format!("vocabulary v 1 {{ ss: set of {scalar} action go }}");
        let service = Service::new(&format!("{vocabulary}\npolicy p {{ allow {{ action: go }} when size(ss) >= 2 }}"));
        service.decides("go", &[("ss", Value::Set(elements))])
    };
    let id = |last| Value::Uuid([[0; 15].as_slice(), &[last]].concat().try_into().unwrap());
    let address = |last| Value::Ip(Address::from_octets([[1; 15].as_slice(), &[last]].concat().try_into().unwrap()));
    let pairs = [
        ("string", Value::String("alice"), Value::String("alic")),
        ("bytes", Value::Bytes(b"a"), Value::Bytes(b"")),
        ("int", Value::Int(1), Value::Int(-1)),
        ("bool", Value::Bool(true), Value::Bool(false)),
        ("time", Value::Time(Time::from_millis(1)), Value::Time(Time::from_millis(2))),
        ("duration", Value::Duration(1), Value::Duration(MAX)),
        ("uuid", id(1), id(2)),
        ("ip", address(1), address(2)),
    ];
    for (scalar, one, other) in pairs {
        assert_eq!(of(scalar, &[one, one]), "not_permitted", "{scalar}");
        assert_eq!(of(scalar, &[one; SET_ELEMENTS]), "not_permitted", "{scalar}");
        assert_eq!(of(scalar, &[one, other]), "allow", "{scalar}");
        assert_eq!(of(scalar, &[one, other, one, other, one]), "allow", "{scalar}");
    }
}

#[test]
fn a_batch_may_name_a_key_twice() {
    let service =
        Service::new("use momento\npolicy p { allow { action: any, cache: \"c\", item: prefix \"user/7/\" } }");
    let twice = [Value::Bytes(b"user/7/a"), Value::Bytes(b"user/7/b"), Value::Bytes(b"user/7/a")];
    let action = &service.document.vocabulary().actions()[0].clone();
    assert_eq!(service.decides(action, &[("cache", "c".into()), ("item", Value::Set(&twice))]), "allow");
}

#[test]
fn an_explanation_asks_for_another_element_and_not_for_the_same_again() {
    let service = Service::new(
        "vocabulary v 1 { ss: set of string action go }\npolicy p { allow { action: go } when size(ss) >= 2 }",
    );
    let keyring = keyring();
    let authorizer = Authorizer::new(&keyring, service.document.vocabulary()).with_policies(&service.policies);
    let alice = Constant::String("alice".to_owned());
    let request =
        OwnedRequest { action: ActionNo(0), values: vec![(FieldNo(1), OwnedValue::Set(vec![alice.clone(), alice]))] };
    let sources = Sources::none();
    let why = Explainer::new(authorizer, None, &sources).explain(&request, NOW);
    let passes = why.nearest.and_then(|nearest| nearest.request).expect("a request that passes");
    assert_eq!(passes["ss"].as_array().map(Vec::len), Some(2), "{passes}");
}

// What an explanation costs.

/// Each of the restrictions is mended by what the other one refuses, so the search goes on for as long as it may; and each
/// mended value is searched for among tens of thousands of states.
#[test]
fn no_holder_makes_a_service_explain_for_minutes() {
    let only = |letter: char| {
        let rule = |number| format!("only {{ account: glob \"{letter}{number}{}*b\" }}\n", "?".repeat(14));
        (10..50).map(rule).collect::<String>()
    };
    let of = |restriction: &str| document(&format!("{OLD}restriction r {{ {restriction} }}"));
    let (first, second) = (only('a'), only('c'));
    let token = minted(&local().into(), "allow { account: any }", &first);
    let document = of(&second);
    let token = attenuate(&token, &compiled(&document, []), document.vocabulary(), NOW, false, &mut random()).unwrap();
    let (text, keyring, sources) = (token.text(), keyring(), Sources::none());
    let values = vec![(FieldNo(1), OwnedValue::One(Constant::String("z".repeat(2_000))))];
    let request = OwnedRequest { action: ActionNo(0), values };
    let explainer = Explainer::new(Authorizer::new(&keyring, document.vocabulary()), Some(&text), &sources);
    let before = std::time::Instant::now();
    assert_eq!(explainer.explain(&request, NOW).verdict, "not_permitted");
    assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
}
