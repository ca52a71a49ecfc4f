//! Mistakes of Biscuit, Momento, OpenFGA and others.

use crate::token_workshop::{NOW, ms, random};
use placet::authorize::{Authorizer, Policy};
use placet::bytecode::op::Op;
use placet::bytecode::program::{EMPTY, Pool, Program};
use placet::bytecode::verify::{Budget, Fault, Scope, verify};
use placet::check::library::Library;
use placet::check::tree::Constant;
use placet::compile::arguments::{Argument, Arguments};
use placet::diag::code::Code;
use placet::document::Document;
use placet::document::mint::{Wrapping, attenuate, mint};
use placet::limits::{SET_BYTES, SET_ELEMENTS, VALUE_BYTES};
use placet::model::path::ResourcePath;
use placet::model::request::{Request, RequestError};
use placet::model::value::Value;
use placet::model::verdict::Refusal;
use placet::model::vocabulary::{FieldNo, Vocabulary};
use placet::syntax::ast::BlockKind;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::LocalKey;
use placet::token::verify::Scratch;

use super::support::{Service, codes, compiled, document, ip, path, read, vocabulary};

// Biscuit.

#[test]
fn a_key_index_chosen_by_the_other_side_can_not_name_another_attribute() {
    let (ours, theirs) = (vocabulary(["user", "admin"]), vocabulary(["admin", "user"]));
    assert_ne!(ours.fingerprint(), theirs.fingerprint());
    assert_eq!(ours.state(theirs.fingerprint()), None, "another order is another vocabulary");

    let text = "vocabulary order 1 { admin: string optional user: string optional action get }\ntoken t { allow { admin: \"yes\" } ttl: 1h }";
    let document = document(text);
    assert_eq!(**document.vocabulary(), theirs);
    let key = LocalKey::from_secret(&[1; 32]);
    let mut keyring = Keyring::new();
    keyring.accept_local(key.clone()).unwrap();
    let minting = MintingKey::Local(key);
    let token = mint(&compiled(&document, []), &theirs, &minting, NOW, Wrapping::default(), &mut random()).unwrap();
    let decide = |vocabulary: &Vocabulary| {
        let mut request = Request::named(vocabulary, "get", NOW + ms(1)).unwrap();
        request.set_named("admin", "yes").unwrap();
        request.set_named("user", "yes").unwrap();
        let mut scratch = Scratch::new();
        Authorizer::new(&keyring, vocabulary).authorize(&token.text(), &request, &mut scratch).verdict()
    };
    assert_eq!(decide(&theirs).word(), "allow");
    assert_eq!(decide(&ours), placet::model::verdict::Verdict::Refused(Refusal::UnknownVocabulary));

    // And a number beyond what the vocabulary had is no attribute at all.
    let scope = Scope { vocabulary: &ours, state: ours.states()[1], budget: Budget::Token };
    let mut code = vec![0x03, 3, 0x14, 2];
    Op::Any {}.write(&mut code);
    let program = Program::new(&code, &Pool::default());
    assert_eq!(verify(program.bytes(), &scope).unwrap_err().fault, Fault::UnknownAttribute);
}

#[test]
fn no_clock_limit_can_refuse_a_valid_token() {
    // The largest request there can be of its kind, and a rule that looks at all of it: slow, and allowed.
    let service = Service::new("use momento\npolicy p { allow { item: glob \"k*a*b*c\" } }");
    let mut item = b"k".to_vec();
    item.resize(SET_BYTES / SET_ELEMENTS - 3, b'x');
    item.extend(b"abc");
    let items = vec![Value::Bytes(&item); SET_ELEMENTS];
    assert_eq!(service.decides("getBatch", &[("item", Value::Set(&items))]), "allow");
}

#[test]
fn a_bad_regex_is_never_silently_false() {
    for regex in ["a(", "[z-a]", "(?=a)", "a{2,1}", "\\b", "(a)\\1", "*"] {
        let text = format!(
            "use http\npolicy p {{ allow {{ host: ~\"{regex}\" }} deny {{ host: [not ~\"{regex}\", absent] }} }}"
        );
        assert!(codes(&text).contains(&Code::BadRegex), "{regex}: {:?}", codes(&text));
    }
}

// Momento's SDK.

#[test]
fn mixing_item_scoped_and_plain_permissions_widens_neither() {
    let service = Service::new(
        "use momento\npolicy p { allow { role: ReadOnly, cache: \"plain\" } allow { role: ReadWrite, cache: \"scoped\", item: \"mine\" } }",
    );
    let decides = |action: &str, cache: &str, item: &'static str| {
        service.decides(action, &[("cache", Value::String(cache)), ("item", Value::Bytes(item.as_bytes()))])
    };
    assert_eq!(decides("get", "plain", "other"), "allow");
    assert_eq!(decides("set", "scoped", "mine"), "allow");
    assert_eq!(decides("get", "scoped", "other"), "not_permitted");
    assert_eq!(decides("set", "plain", "mine"), "not_permitted");
    assert_eq!(
        service.decides("get", &[("cache", Value::String("scoped"))]),
        "not_permitted",
        "no item is no wildcard"
    );
    let both = [Value::Bytes(b"mine"), Value::Bytes(b"other")];
    assert_eq!(
        service.decides("getBatch", &[("cache", Value::String("scoped")), ("item", Value::Set(&both))]),
        "not_permitted",
        "one item of a batch that is not covered is enough"
    );
}

// OpenFGA.

#[test]
fn a_v4_mapped_address_does_not_escape_its_network() {
    let service =
        Service::new("use http\npolicy p { allow { path: \"/**\" } deny { ip: [\"10.0.0.0/8\", \"192.168.1.7\"] } }");
    for address in
        ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "::ffff:0a01:0203", "192.168.1.7", "::ffff:192.168.1.7"]
    {
        assert_eq!(service.decides("GET", &[("path", path("/")), ("ip", ip(address))]), "forbidden", "{address}");
    }
    for address in ["9.255.255.255", "11.0.0.0", "::10.1.2.3", "2001:db8::a01:203", "::ffff:11.0.0.0"] {
        assert_eq!(service.decides("GET", &[("path", path("/")), ("ip", ip(address))]), "allow", "{address}");
    }
}

#[test]
fn what_is_not_said_is_not_allowed() {
    let http = Library::built_in().get("http").unwrap();
    let keyring = Keyring::new();
    let mut request = Request::named(http, "GET", NOW).unwrap();
    request.set_named("path", path("/")).unwrap();
    assert_eq!(Authorizer::new(&keyring, http).decide_alone(&request).word(), "not_permitted", "no policy at all");
    let scope = Scope { vocabulary: http, state: http.present(), budget: Budget::Policy };
    let empty = [Policy::new("empty", EMPTY.to_vec(), &scope).unwrap()];
    let authorizer = Authorizer::new(&keyring, http).with_policies(&empty);
    assert_eq!(authorizer.decide_alone(&request).word(), "not_permitted", "a policy without rules");
    let service = Service::new("use http\npolicy p { deny { path: \"/x\" } }");
    assert_eq!(service.decides("GET", &[("path", path("/y"))]), "not_permitted", "nothing but denials");
    let service = Service::new("use http\npolicy p { allow { path: \"/**\", subject: \"ada\" } }");
    assert_eq!(
        service.decides("GET", &[("path", path("/y"))]),
        "not_permitted",
        "an attribute that is asked for and absent"
    );
}

#[test]
fn a_request_of_another_vocabulary_is_refused_and_not_guessed_at() {
    let service = Service::new("use http\npolicy p { allow {} }");
    let momento = Library::built_in().get("momento").unwrap();
    let keyring = Keyring::new();
    let authorizer = Authorizer::new(&keyring, service.document.vocabulary()).with_policies(&service.policies);
    let request = Request::named(momento, "get", NOW).unwrap();
    let refused = placet::model::verdict::Verdict::Refused(Refusal::Request(RequestError::OtherVocabulary));
    assert_eq!(authorizer.decide_alone(&request), refused);
    let incomplete = Request::named(service.document.vocabulary(), "GET", NOW).unwrap();
    assert_eq!(authorizer.decide_alone(&incomplete).word(), "refused", "a required attribute is missing");
}

// Express, Envoy.

#[test]
fn the_policy_sees_the_path_that_the_router_sees() {
    for text in [
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public/%2E%2E/admin",
        "/./admin",
        "//admin",
        "/admin/",
        "/admin//",
        "/a%2Fb",
        "/a%2fb",
        "/a%5Cb",
        "/a\\b",
        "/%61dmin",
        "/admin%00",
        "/admin\0",
        "/admin;x?y",
        "/admin?x",
        "/admin#x",
        "/%zz",
        "/%",
        "admin",
        "",
        "/admin\n",
        "/a/..",
        "/..",
        "/.",
    ] {
        assert!(ResourcePath::new(text).is_err(), "{text:?} is read in more than one way");
    }
    let service = Service::new("use http\npolicy p { allow { path: \"/public/**\" } }");
    assert_eq!(service.decides("GET", &[("path", path("/public/x"))]), "allow");
    assert_eq!(service.decides("GET", &[("path", path("/public"))]), "allow");
    assert_eq!(service.decides("GET", &[("path", path("/publicx/x"))]), "not_permitted");
    assert_eq!(service.decides("GET", &[("path", path("/Public/x"))]), "not_permitted");
}

// Casbin, OPA.

#[test]
fn request_text_is_never_policy_text() {
    let service = Service::new(
        "use http\npolicy p { allow { path: \"/**\", subject: \"ada\" } allow { path: \"/**\", host: [glob \"*.example\", ~\"a+\"] } }",
    );
    for text in [
        "*",
        "any",
        "ada\" } allow { path: \"/**",
        "{subject}",
        "~\".*\"",
        "[ada]",
        "ada*",
        "ada|",
        "ada\n",
        "\"ada\"",
        "ADA",
        "",
    ] {
        let host = text.to_lowercase();
        let asked = [("path", path("/x")), ("subject", Value::String(text)), ("host", Value::String(&host))];
        assert_eq!(service.decides("GET", &asked), "not_permitted", "{text:?}");
    }
}

#[test]
fn an_argument_is_never_policy_text() {
    let text = "use http\npolicy p(user: string) { allow { path: \"/u/{user}/**\", subject: ~\"{user}\", host: glob \"{user}.example\" } }";
    for hostile in ["*", "**", ".*", "a|b", "[a-z]", "(?i)a", "\\", "{user}", "\"}", "?"] {
        let argument = || Argument::One(Constant::String(hostile.to_owned()));
        let document = document(text);
        let template = &document.templates()[0];
        let arguments = Arguments::new(&template.parameters, [("user", argument())]).unwrap();
        if document.compile(BlockKind::Policy, None, &arguments).is_err() {
            // It is no segment of a path.
            assert!(hostile.contains(['\\', '?']), "{hostile}");
            continue;
        }
        let service = Service::with(text, [("user", argument())]);
        let host = format!("{hostile}.example");
        let decides = |segment: &str, subject: &str, host: &str| {
            let target = format!("/u/{segment}/x");
            service.decides(
                "GET",
                &[("path", path(&target)), ("subject", Value::String(subject)), ("host", Value::String(host))],
            )
        };
        assert_eq!(decides(hostile, hostile, &host), "allow", "{hostile}");
        for other in ["a", "b", "A", "x", "anything"] {
            assert_eq!(decides(other, hostile, &host), "not_permitted", "{hostile} is also {other} in a path");
            assert_eq!(decides(hostile, other, &host), "not_permitted", "{hostile} is also {other} in a regex");
            let host = format!("{}.example", other.to_lowercase());
            assert_eq!(decides(hostile, hostile, &host), "not_permitted", "{hostile} is also {other} in a glob");
        }
    }
}

// Many.

#[test]
fn a_misspelt_key_matches_nothing_and_is_an_error() {
    for (text, code) in [
        ("use momento\npolicy p { allow { cahce: \"a\" } }", Code::UnknownAttribute),
        ("use momento\npolicy p { allow { action: gett } }", Code::UnknownAction),
        ("use momento\npolicy p { allow { role: ReadOnlly } }", Code::UnknownAction),
        ("use momneto\npolicy p { allow {} }", Code::UnknownVocabulary),
        ("use momento\npolicy p(user: string) { allow { cache: \"{usr}\" } }", Code::UnknownSplice),
    ] {
        let report = read(text).expect_err(text);
        let found = report.diagnostics.iter().find(|found| found.code == code);
        let found = found.unwrap_or_else(|| panic!("{text}: {:?}", report.diagnostics));
        assert!(found.help.as_deref().is_some_and(|help| help.contains("did you mean")), "{found:?}");
    }
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep =
        |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(200_000), close.repeat(200_000));
    let bombs = [
        format!("use http\npolicy p {{ allow {{ host: {} }} }}", deep("[", "any", "]")),
        format!("use http\npolicy p {{ allow {{ host: {} }} }}", deep("not ", "any", "")),
        format!("use http\npolicy p {{ allow {{}} when {} }}", deep("(", "true", ")")),
        format!("use http\npolicy p {{ allow {{}} when {} }}", deep("!", "true", "")),
        format!("use http\npolicy p {{ allow {{}} when {} > 0 }}", deep("length(", "host", ")")),
        format!("use http\npolicy p {{ allow {{ host: ~\"{}\" }} }}", deep("(", "a", ")")),
        format!("use http\npolicy p {{ allow {{ host: ~\"{}\" }} }}", deep("[a&&", "a", "]")),
        format!("use http\npolicy p {{ {} }}", deep("allow { headers: {", "", "}")),
    ];
    let refuse = move || {
        for bomb in &bombs {
            assert!(read(bomb).is_err());
        }
        let json = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(Document::from_json_text("test.json", &json, Library::built_in()).is_err());
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(refuse).unwrap().join().unwrap();
}

#[test]
fn a_glob_never_runs_for_minutes() {
    let glob = format!("{}b", "a*".repeat(400));
    let service = Service::new(&format!("use momento\npolicy p {{ allow {{ item: glob \"{glob}\" }} }}"));
    let value = vec![b'a'; VALUE_BYTES];
    assert_eq!(service.decides("get", &[("item", Value::Bytes(&value))]), "not_permitted");
    for regex in ["(a+)+", "(a|a)*", "(a*)*b?", "(a|aa)+"] {
        let service = Service::new(&format!("use momento\npolicy p {{ allow {{ item: ~\"{regex}c\" }} }}"));
        assert_eq!(service.decides("get", &[("item", Value::Bytes(&value))]), "not_permitted", "{regex}");
    }
    let deep = format!("/{}", "a/".repeat(VALUE_BYTES / 2 - 1) + "a");
    let service = Service::new(&format!("use http\npolicy p {{ allow {{ path: \"{}/b\" }} }}", "/**/a".repeat(150)));
    assert_eq!(service.decides("GET", &[("path", path(&deep))]), "not_permitted");
}

#[test]
fn an_attribute_number_of_another_type_is_refused_before_it_is_read() {
    let http = Library::built_in().get("http").unwrap();
    let scope = Scope { vocabulary: http, state: http.present(), budget: Budget::Token };
    for field in 0..=u8::MAX {
        let mut code = vec![0x03, 4, 0x14];
        code.push(field);
        code.extend([0x25, 0x25]);
        let program = Program::new(&code, &Pool::default());
        let error = verify(program.bytes(), &scope).unwrap_err();
        let wanted = if http.attribute(FieldNo(field)).is_some() { Fault::WrongType } else { Fault::UnknownAttribute };
        assert_eq!(error.fault, wanted, "attribute {field}");
    }
}

#[test]
fn a_holder_can_narrow_a_token_and_never_widen_it() {
    let authority = document("use http\ntoken t { allow { path: \"/a/**\" } ttl: 1h }");
    let key = LocalKey::from_secret(&[1; 32]);
    let mut keyring = Keyring::new();
    keyring.accept_local(key.clone()).unwrap();
    let http = authority.vocabulary();
    let token = mint(&compiled(&authority, []), http, &MintingKey::Local(key), NOW, Wrapping::default(), &mut random())
        .unwrap();
    let decide = |token: &placet::token::envelope::Token, target: &str| {
        let mut request = Request::named(http, "GET", NOW + ms(1)).unwrap();
        request.set_named("path", path(target)).unwrap();
        let mut scratch = Scratch::new();
        Authorizer::new(&keyring, http).authorize(&token.text(), &request, &mut scratch).verdict().word()
    };
    for (text, inside) in [
        ("use http\nrestriction r { only { path: \"/**\" } }", "allow"),
        ("use http\nrestriction r { only {} ttl: 10d }", "allow"),
        ("use http\nrestriction r { }", "allow"),
        ("use http\nrestriction r { deny { path: \"/a/**\" } }", "forbidden"),
        ("use http\nrestriction r { only { path: \"/b/**\" } }", "not_permitted"),
    ] {
        let restriction = compiled(&document(text), []);
        let narrowed = attenuate(&token, &restriction, http, NOW, false, &mut random()).unwrap();
        assert_eq!(decide(&narrowed, "/a/x"), inside, "{text}");
        assert_ne!(decide(&narrowed, "/b/x"), "allow", "{text}");
    }
}
