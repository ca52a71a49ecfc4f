//! Warp 10 tokens become policy files, and templates become Warp 10 tokens; and Worf, who made
//! tokens before.

use placet::check::library::Library;
use placet::document::Document;
use placet::document::value::arguments_from_text;
use placet::model::time::Time;
use placet::syntax::ast::BlockKind;
use placet_warp10::convert::{ExportError, ImportError, export, import};
use placet_warp10::selectors::{Applications, Platform, of_token};
use placet_warp10::token::{Pairs, ReadToken, Token, WriteToken};

const ONE: &str = "7a1c3f7e-6a52-4a9e-8a43-0d1f5a3b9c11";
const TWO: &str = "f3b0c442-98fc-4c14-9afb-f4c8996fb924";

fn id(text: &str) -> Vec<u8> {
    placet_warp10::java_compat::uuid_from_text(text).unwrap().to_vec()
}

fn pairs(list: &[(&str, &str)]) -> Option<Pairs> {
    Some(list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
}

fn exported(text: &str, with: &[(&str, &str)]) -> Result<Token, Vec<ExportError>> {
    let document =
        Document::from_text("t.placet", text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"));
    let template = document.template(BlockKind::Token, None).unwrap();
    let arguments = arguments_from_text(template, with.iter().copied()).unwrap();
    let compiled = document.compile(BlockKind::Token, None, &arguments).unwrap();
    export(&document, template, &compiled, &arguments, Time::from_millis(1_700_000_000_000))
}

fn there_and_back(token: &Token) {
    let text = import(token, Platform::default()).unwrap().text;
    assert_eq!(exported(&text, &[]).as_ref(), Ok(token), "{text}");
}

fn restricted() -> ReadToken {
    ReadToken {
        issuance: 1_700_000_000_000,
        expiry: 1_731_536_000_000,
        application: Some("plant".to_owned()),
        applications: vec!["plant".to_owned(), "plant.lab".to_owned()],
        owners: vec![id(ONE), id(TWO)],
        producers: Vec::new(),
        billed: id(ONE),
        labels: pairs(&[("line", "~(A|B)[0-9]+"), ("site", "=north"), ("unit", "~c.*")]),
        attributes: pairs(&[(".count", "10000"), (".scope", "~(temp|hum).*{site=north}"), (".start", "P30D")]),
        ..ReadToken::default()
    }
}

#[test]
fn what_is_imported_is_exported_as_it_was() {
    there_and_back(&Token::Read(restricted()));
    there_and_back(&Token::Read(ReadToken {
        expiry: i64::MAX,
        application: Some("*".to_owned()),
        billed: vec![0; 16],
        ..ReadToken::default()
    }));
    there_and_back(&Token::Write(WriteToken {
        issuance: 1_700_000_000_000,
        expiry: 2_015_360_000_000,
        producer: id(ONE),
        owner: id(ONE),
        application: "plant".to_owned(),
        labels: pairs(&[("device", "42"), ("{x}", "\"'\\")]),
        attributes: pairs(&[(".maxsize", "256"), (".nodelete", "")]),
        ..WriteToken::default()
    }));
}

#[test]
fn a_file_says_how_long_the_token_is_good_and_for_what() {
    let imported = import(&Token::Read(restricted()), Platform::default()).unwrap();
    for part in ["type: READ", "expiry: 2024-11-13T22:13:20.001Z", "producers: any", "unless has class", "line: ~"] {
        let text: String = imported.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn labels_that_select_on_deletion_are_not_imported() {
    let token = Token::Write(WriteToken {
        expiry: 1,
        producer: id(ONE),
        owner: id(ONE),
        labels: pairs(&[("site", "~n.*")]),
        ..WriteToken::default()
    });
    assert!(matches!(import(&token, Platform::default()), Err(ImportError::LabelsAreSelectors)));
}

#[test]
fn a_template_with_parameters_is_exported() {
    let text = include_str!("../../../../policies/warp10_read.placet");
    let Token::Read(token) = exported(text, &[("team", ONE)]).unwrap() else { panic!() };
    assert_eq!(token.owners.len(), 3);
    assert_eq!(token.owners[0], id(ONE));
    assert_eq!(token.expiry, 1_700_000_000_000 + 30 * 86_400_000 - 1);
    let selectors = of_token(&token, Applications::default());
    assert_eq!(selectors[0], ("dc".to_owned(), "~(?s)eu-.*".to_owned()));
    assert_eq!(selectors[1], ("host".to_owned(), "=web-01".to_owned()));
    let write = include_str!("../../../../policies/warp10_write.placet");
    let Token::Write(token) = exported(write, &[("team", ONE), ("device", TWO), ("serial", "7")]).unwrap() else {
        panic!()
    };
    assert_eq!(token.labels, pairs(&[("serial", "7"), ("site", "lyon")]));
}

fn reader(more: &str, tail: &str) -> String {
    format!(
        "use warp10 token t {{ type: READ owner: \"{ONE}\" application: \"a\" ttl: 1h owners: any producers: any \
         applications: any {more} {tail} }}"
    )
}

#[test]
fn patterns_on_labels_become_expressions() {
    let labels = |pattern: &str| {
        let Token::Read(token) = exported(&reader(&format!("labels: {{ x: {pattern} }}"), ""), &[]).unwrap() else {
            panic!()
        };
        token.labels.unwrap()[0].1.clone()
    };
    assert_eq!(labels("\"a\""), "=a");
    assert_eq!(labels("[\"a\", \"b.c\"]"), "~^(\\Qa\\E|\\Qb.c\\E)$");
    assert_eq!(labels("prefix \"a.\""), "~\\Qa.\\E(?s:.*)");
    assert_eq!(labels("glob \"a?*\""), "~a(?s:.)(?s:.*)");
    assert_eq!(labels("any"), "~(?s:.*)");
}

#[test]
fn everything_that_has_no_place_is_named() {
    let refused = |text: &str| exported(text, &[]).unwrap_err();
    assert_eq!(refused(&reader("not_before: 5", "")), [ExportError::Key("not_before")]);
    assert_eq!(refused(&reader("", "deny { class: \"x\" }")).len(), 1);
    assert_eq!(refused(&reader("", "allow { action: meta }")).len(), 1);
    assert_eq!(refused(&reader("labels: { x: absent, y: not \"a\", z: ~\"(?u)\\d\" }", "")).len(), 3);
    assert_eq!(refused(&reader("when: hour(time) in 8..18", "")), [ExportError::Key("when")]);
    assert_eq!(refused(&reader("attributes: { \".scope\": \"x{}\" }", "")), [ExportError::ScopeAlone]);
    assert_eq!(refused("use warp10 token t { allow { action: find } ttl: 1h }"), [ExportError::NoType]);
    assert!(matches!(
        refused("use momento token t { permissions: [{ role: ReadOnly, cache: any }] ttl: 1h }")[..],
        [ExportError::Vocabulary(_)]
    ));
    let write = format!(
        "use warp10 token t {{ type: WRITE owner: \"{ONE}\" producer: \"{ONE}\" application: \"~a\" ttl: 1h }}"
    );
    assert_eq!(refused(&write), [ExportError::LabelsAreSelectors]);
}

mod worf {
    use placet::model::time::Time;
    use placet_warp10::keys::TokenKeys;
    use placet_warp10::selectors::{Applications, of_token};
    use placet_warp10::token::Token;
    use placet_warp10::worf::WorfError;
    use placet_warp10::worf::defaults::Defaults;
    use placet_warp10::worf::options::Options;
    use placet_warp10::worf::order::Order;
    use placet_warp10::worf::session::Session;
    use placet_warp10::worf::template::{Fields, fill, is_template, output_name};
    use serde_json::Value as Json;

    use super::{ONE, TWO};

    const NOW: i64 = 1_700_000_000_000;

    fn keys() -> TokenKeys {
        TokenKeys::new(&[7; 32], &[9; 16]).unwrap()
    }

    fn options(line: &str) -> Result<Options, WorfError> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn minted(line: &str) -> Json {
        let options = options(line).unwrap();
        let order =
            Order::of(&options, &Defaults::default(), Time::from_millis(NOW), &mut |bytes: &mut [u8]| bytes.fill(0xff))
                .unwrap();
        order.mint(&keys(), Time::from_millis(NOW))
    }

    fn opened(json: &Json) -> Token {
        keys().open(json["token"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn a_pair_of_tokens_with_a_random_producer() {
        let json = minted("secrets.conf -puidg -t -a shop -ttl 7776000000");
        let who = "ffffffff-ffff-4fff-bfff-ffffffffffff";
        assert_eq!(json["read"]["owners"][0], who);
        assert_eq!(json["write"]["producer"], who);
        assert_eq!(json["read"]["applications"], serde_json::json!(["shop"]));
        assert_eq!(json["read"]["producers"], serde_json::json!([]));
        let Token::Write(token) = opened(&json["write"]) else { panic!() };
        assert_eq!((token.issuance, token.expiry), (NOW, NOW + 7_776_000_000));
        assert_eq!((token.owner, token.application.as_str()), (token.producer.clone(), "shop"));
        assert_eq!(json["read"]["tokenIdent"].as_str().unwrap().len(), 16);
    }

    #[test]
    fn a_reader_of_two_owners_and_two_applications() {
        let line = format!(
            "my.conf -t -tt r -a shop{{a,b}} -puid {ONE} -ouid {ONE}{{{ONE},{TWO}}} -l site=north -ttl 86400000"
        );
        let json = minted(&line);
        assert!(json.get("write").is_none());
        assert_eq!(json["read"]["labels"], "{site=north}");
        let Token::Read(token) = opened(&json["read"]) else { panic!() };
        let selectors = of_token(&token, Applications::default());
        assert_eq!(selectors[0], ("site".to_owned(), "north".to_owned()));
        assert_eq!(selectors[1].1, "~^(\\Qa\\E|\\Qb\\E)$");
        assert_eq!(selectors[2].1, format!("~^({ONE}|{TWO})$"));
        assert_eq!(placet_warp10::selectors::id_text(&token.billed), ONE);
    }

    #[test]
    fn what_is_no_option_is_refused() {
        assert_eq!(options("my.conf -t -tt x -a shop").unwrap_err().to_string(), "Invalid token type: x");
        for line in ["-x", "-ttl", "-ttl ten", "-puid nope", "a b", "-l a", "-l a~b", "-a -t", "-a x -a y"] {
            assert!(options(line).is_err(), "{line}");
        }
        let order = |line: &str| {
            Order::of(&options(line).unwrap(), &Defaults::default(), Time::from_millis(NOW), &mut |_: &mut [u8]| {})
        };
        for line in ["-t -puidg -ttl 1", "-t -a x -ttl 1", "-t -a x -puidg", "-t -a x -puidg -ttl 9223372036854775807"]
        {
            assert!(order(line).is_err(), "{line}");
        }
    }

    #[test]
    fn what_was_said_once_is_remembered() {
        let all = format!("-a sh=op% -puid {ONE} -ouid {TWO} -ttl 1");
        let order =
            Order::of(&options(&all).unwrap(), &Defaults::default(), Time::from_millis(NOW), &mut |_: &mut [u8]| {})
                .unwrap();
        let defaults = Defaults::read(order.to_defaults().write().as_bytes());
        assert_eq!(defaults, order.to_defaults());
        let again =
            Order::of(&options("-ttl 1").unwrap(), &defaults, Time::from_millis(NOW), &mut |_: &mut [u8]| {}).unwrap();
        assert_eq!(again, order);
        let other =
            Order::of(&options("-ttl 1 -puidg").unwrap(), &defaults, Time::from_millis(NOW), &mut |_: &mut [u8]| {})
                .unwrap();
        assert_eq!(other.owner, other.producer);
        assert_eq!(Defaults::path("etc/my.conf".as_ref()).unwrap().to_str(), Some("etc/.my.conf.worf"));
    }

    fn talk(answers: &[&str]) -> (String, String) {
        talk_with(Defaults::default(), answers)
    }

    fn talk_with(defaults: Defaults, answers: &[&str]) -> (String, String) {
        let keys = keys();
        let mut session = Session::new(&keys, Time::from_millis(NOW), |bytes: &mut [u8]| bytes.fill(1), defaults);
        let (mut prompts, mut said) = (String::new(), String::new());
        for answer in answers {
            prompts.push_str(&session.prompt().unwrap());
            prompts.push('\n');
            said.push_str(&session.answer(answer));
        }
        (prompts, said)
    }

    #[test]
    fn a_session_asks_for_a_reader_and_generates_it() {
        let answers = ["encodeToken", "read", "shop", "shop", "uuidgen", "", "", "9999999999", "", "generate"];
        let (prompts, said) = talk(&answers);
        assert!(prompts.contains("encodeToken/data producer UUID (you can create a new one by typing 'uuidgen') >"));
        assert!(prompts.ends_with("encodeToken(generate | cancel)>\n"));
        let names: Vec<&str> = said.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        let authorizations = ["applications", "owners", "producers"].map(|of| format!("authorizations ({of})"));
        let [applications, owners, producers] = authorizations.each_ref().map(String::as_str);
        let first = ["uuid generated", "token", "tokenIdent", "application name", "producer"];
        assert_eq!(names, [&first[..], &[applications, owners, producers, "ttl"]].concat());
        let Token::Read(token) = opened(&line_of(&said, "token=")) else { panic!() };
        assert_eq!((token.applications.as_slice(), token.producers.len()), (&["shop".to_owned()][..], 0));
        assert_eq!(token.owners, [token.billed.clone()]);
        assert_eq!(token.expiry, NOW + 9_999_999_999);
    }

    #[test]
    fn a_writer_becomes_a_reader_of_the_same_dates() {
        let write = minted(&format!("-t -tt w -a shop -puid {ONE} -ouid {TWO} -ttl 5"));
        let (_, said) = talk(&["decodeToken", write["write"]["token"].as_str().unwrap(), "decode", "yes"]);
        assert!(said.contains("issued at=2023-11-14T22:13:20.000 UTC"), "{said}");
        let Token::Read(token) = opened(&line_of(&said, "read token=")) else { panic!() };
        assert_eq!((token.issuance, token.expiry), (NOW, NOW + 5));
        assert_eq!(of_token(&token, Applications::default()).len(), 2);
    }

    #[test]
    fn a_bad_answer_is_asked_for_again() {
        let (prompts, said) = talk(&["encodeToken", "both", "read", "", "x", "", "nope", "cancel", "dance", "quit"]);
        assert!(said.contains("token type both unknown. (read|write) expected"), "{said}");
        assert!(said.contains("UUID not valid cause=Invalid UUID string: nope"), "{said}");
        assert!(said.contains("Unable to get application name cause=The option 'a' is missing"), "{said}");
        assert!(said.contains("command dance not found"));
        assert_eq!(prompts.matches("token type").count(), 2);
    }

    /// As a token of JSON.
    fn line_of(said: &str, start: &str) -> Json {
        let text = said.lines().find_map(|line| line.strip_prefix(start)).unwrap();
        serde_json::json!({ "token": text })
    }

    #[test]
    fn an_empty_answer_takes_what_is_remembered() {
        let id = |text: &str| placet_warp10::java_compat::uuid_from_text(text).unwrap();
        let defaults = Defaults { application: Some("shop".to_owned()), producer: Some(id(ONE)), owner: Some(id(TWO)) };
        let answers = ["encodeToken", "write", "", "", "", "0", "1000", "a=b", "generate"];
        let (prompts, said) = talk_with(defaults, &answers);
        assert!(prompts.contains("encodeToken/application name, default (shop)>"), "{prompts}");
        assert!(prompts.contains(&format!("'uuidgen') , default ({ONE})>")), "{prompts}");
        let Token::Write(token) = opened(&line_of(&said, "token=")) else { panic!() };
        assert_eq!((token.application.as_str(), token.owner.as_slice()), ("shop", &id(ONE)[..]));
        assert!(said.contains("0 is not a long") && said.contains("labels={a=b}\nttl=1000\n"), "{said}");
    }

    #[test]
    fn braces_without_a_list_never_open_a_token_to_all() {
        let applications = |application: &str| {
            let json = minted(&format!("-t -tt r -a {application} -puid {ONE} -ttl 5"));
            (json["read"]["application"].clone(), json["read"]["applications"].clone())
        };
        for literal in ["shop{}", "{a}", "shop{a", "shop{a}b", "sho%70"] {
            assert_eq!(applications(literal), (literal.into(), serde_json::json!([literal])));
        }
        assert_eq!(applications("shop{,}"), ("shop".into(), serde_json::json!(["shop"])));
        assert_eq!(applications("sho%70{a%2Cb,,c,}"), ("shop".into(), serde_json::json!(["a,b", "", "c"])));
        for id in ["{}", "{,}", "{{}}", "{x}", "{,,}"].map(|list| format!("{ONE}{list}")) {
            for option in ["puid", "ouid"] {
                assert!(options(&format!("-t -a x -{option} {id} -ttl 1")).is_err(), "{option} {id}");
            }
        }
    }

    #[test]
    fn options_have_long_names_and_exclude_each_other_and_themselves() {
        let long = format!("--tokens --app-name shop --producer-uuid {ONE} --ttl 5 --labels a=b c.conf");
        assert_eq!(options(&long), options(&format!("-t -a shop -puid {ONE} -ttl 5 -l a=b c.conf")));
        let says = |line: &str| options(line).unwrap_err().to_string();
        assert_eq!(says("--bogus"), "Unrecognized option: --bogus");
        assert_eq!(says("-bogus"), "Unrecognized option: -bogus");
        assert_eq!(says("-a -t"), "Missing argument for option: a");
        assert!(says(&format!("-puid {ONE} -puidg")).contains("already been selected: 'puid'"));
        assert!(says(&format!("-ouidg -ouid {ONE}")).contains("already been selected: 'ouid'"));
        assert_eq!(says("-a x -app-name y"), "The option 'a' has two values");
        assert!(options("-a x -a x -ttl -5").is_ok());
    }

    struct Answers;

    impl Fields for Answers {
        fn token(&mut self, _: &str, write: bool) -> Result<String, WorfError> {
            Ok(if write { "W".to_owned() } else { "R".to_owned() })
        }

        fn ask(&mut self, setting: &str, kind: &str, _: &str) -> Option<String> {
            (kind == "host").then(|| format!("{setting}!"))
        }
    }

    #[test]
    fn a_template_is_filled_in() {
        let text =
            "# @key:128:hex@\nwarp.aes.token = @key:128:hex@\r\nhost=@host:the host@\nt=@warp:WriteToken@ \nx = a@b@";
        assert!(is_template(text));
        let filled = fill(text, &mut Answers, &mut |bytes: &mut [u8]| bytes.fill(0xab)).unwrap();
        let key = "ab".repeat(16);
        assert_eq!(*filled, format!("# @key:128:hex@\nwarp.aes.token = hex:{key}\r\nhost=host!\nt=W \nx = a@b@"));
        for bad in ["k = @key:128@", "k = @key:7:hex@", "k = @key:x:y@", "k = @int:1:x@", "k = @other:1:x@", "k = @x@"]
        {
            assert!(fill(bad, &mut Answers, &mut |_: &mut [u8]| {}).is_err(), "{bad}");
        }
        assert_eq!(output_name("conf.template"), "conf.conf");
    }
}
