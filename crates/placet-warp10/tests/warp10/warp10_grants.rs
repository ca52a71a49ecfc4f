//! What a Warp 10 token grants: its selectors and bounds against recorded answers, and the policy
//! made of it against the selectors.

use std::fs;

use placet_warp10::attributes::{Asked, Bounds};
use placet_warp10::selectors::{
    Applications, EmptyMeans, LabelSelectors, Selector, Series, Wanted, of_token, parse_label_selectors, parse_labels,
};
use placet_warp10::token::{Pairs, ReadToken};
use serde_json::{Map, Value as Json};

fn vectors(section: &str) -> Vec<Json> {
    let text = fs::read_to_string("tests/warp10/vectors.json").unwrap();
    let mut all: Json = serde_json::from_str(&text).unwrap();
    serde_json::from_value(all[section].take()).unwrap()
}

fn pairs(map: &Json) -> Option<Pairs> {
    let pair = |(name, value): (&String, &Json)| (name.clone(), value.as_str().unwrap().to_owned());
    map.as_object().map(|map| map.iter().map(pair).collect())
}

fn as_map(pairs: &Pairs) -> Map<String, Json> {
    pairs.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
}

#[test]
fn selectors_are_read_and_match_as_recorded() {
    let mut count = 0;
    for vector in vectors("selectors") {
        let text = |key: &str| vector[key].as_str();
        let fails = vector.get("error_chain").is_some();
        count += 1;
        if let Some(list) = text("parse_labels_selectors").or(text("parse_labels")) {
            let parsed =
                if vector.get("parse_labels").is_some() { parse_labels(list) } else { parse_label_selectors(list) };
            assert_eq!(parsed.is_err(), fails, "{vector}");
            assert!(fails || as_map(&parsed.unwrap()) == *vector["parsed"].as_object().unwrap(), "{vector}");
            continue;
        }
        let labels = pairs(&vector["labels"]).unwrap();
        let series = Series { class: text("class").unwrap(), labels: &labels, attributes: &[] };
        let matches = match text("selector") {
            Some(selector) => {
                Selector::parse(selector).map(|selector| selector.matches(&series, EmptyMeans::EmptyValue))
            }
            None => {
                let class = Wanted::parse(text("class_selector").unwrap()).unwrap();
                let selectors = LabelSelectors::from_pairs(&pairs(&vector["label_selectors"]).unwrap());
                selectors.map(|it| it.matches(&series, EmptyMeans::EmptyValue) && class.matches(series.class))
            }
        };
        match matches {
            Ok(matches) => assert_eq!(Some(matches), vector["matches"].as_bool(), "{vector}"),
            Err(_) => assert!(fails, "{vector}"),
        }
    }
    assert_eq!(count, 26);
}

#[test]
fn a_selector_read_from_its_own_print_is_the_same() {
    for text in ["~temp.*{site=north,room~4.}", "={}", "a{b=%7Ec,d~x%3Dy}", "x{%2C=%25}{u=v}"] {
        let once = Selector::parse(text).unwrap().to_string();
        assert_eq!(Selector::parse(&once).unwrap().to_string(), once, "{text}");
    }
    let wanted = Selector::parse("a{d~x%3Dy}").unwrap();
    let labels = [("d".to_owned(), "x=y".to_owned())];
    let series = Series { class: "a", labels: &labels, attributes: &[] };
    assert!(wanted.matches(&series, EmptyMeans::EmptyValue));
}

#[test]
fn an_empty_selector_means_an_empty_value_or_none_as_the_platform_is_set() {
    let empty = LabelSelectors::from_pairs(&[("zone".to_owned(), "=".to_owned())]).unwrap();
    let with = [("zone".to_owned(), String::new())];
    let (there, missing) = (Series { labels: &with, ..Series::default() }, Series::default());
    assert!(empty.matches(&there, EmptyMeans::EmptyValue) && !empty.matches(&missing, EmptyMeans::EmptyValue));
    assert!(!empty.matches(&there, EmptyMeans::Absent) && empty.matches(&missing, EmptyMeans::Absent));
}

#[test]
fn a_directory_wants_the_longest_literal_run_as_recorded() {
    for vector in vectors("directory_regex") {
        let (regex, value) = (vector["regex"].as_str().unwrap(), vector["value"].as_str().unwrap());
        let wanted = Wanted::parse(&format!("~{regex}")).unwrap();
        assert_eq!(Some(wanted.matches(value)), vector["plain_full_match"].as_bool(), "{vector}");
        assert_eq!(Some(wanted.matches_in_directory(value)), vector["directory_matches"].as_bool(), "{vector}");
    }
    for (regex, value) in [("nort?h", "norh"), ("ab?", "a"), ("(?i)north", "NORTH")] {
        let wanted = Wanted::parse(&format!("~{regex}")).unwrap();
        assert!(wanted.matches(value) && !wanted.matches_in_directory(value), "{regex}");
    }
}

fn hex(text: &Json) -> Vec<u8> {
    data_encoding_hex(text.as_str().unwrap())
}

fn data_encoding_hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn list(json: &Json, read: impl Fn(&Json) -> Vec<u8>) -> Vec<Vec<u8>> {
    json.as_array().into_iter().flatten().map(read).collect()
}

/// The READ token of a vector's `decoded`.
fn read_token(decoded: &Json) -> ReadToken {
    let number = |key: &str| decoded[key].as_str().unwrap().parse().unwrap();
    ReadToken {
        issuance: number("issuance"),
        expiry: number("expiry"),
        application: decoded["appName"].as_str().map(str::to_owned),
        applications: decoded["apps"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|app| app.as_str().unwrap().to_owned())
            .collect(),
        owners: list(&decoded["owners_hex"], hex),
        producers: list(&decoded["producers_hex"], hex),
        billed: hex(&decoded["billedId_hex"]),
        attributes: pairs(&decoded["attributes"]),
        labels: pairs(&decoded["labels"]),
        ..ReadToken::default()
    }
}

/// Every object inside that has selectors beside a decoded token.
fn with_selectors(json: &Json, found: &mut Vec<(Json, Json)>) {
    match json {
        Json::Object(map) => {
            if let (Some(decoded), Some(selectors)) = (map.get("decoded"), map.get("label_selectors")) {
                found.push((decoded.clone(), selectors.clone()));
            }
            map.values().for_each(|value| with_selectors(value, found));
        }
        Json::Array(list) => list.iter().for_each(|value| with_selectors(value, found)),
        _ => {}
    }
}

#[test]
fn the_selectors_of_every_recorded_read_token_are_the_originals() {
    let mut found = Vec::new();
    for section in ["mint", "encoder_api", "crafted", "decode", "snippets"] {
        vectors(section).iter().for_each(|vector| with_selectors(vector, &mut found));
    }
    assert!(found.len() >= 36, "{}", found.len());
    for (decoded, selectors) in found {
        let made = of_token(&read_token(&decoded), Applications::default());
        assert_eq!(Some(&made), pairs(&selectors).as_ref(), "{decoded}");
        LabelSelectors::from_pairs(&made).unwrap();
    }
}

#[test]
fn bounds_of_the_data_are_read_as_recorded() {
    for vector in vectors("token_attributes") {
        let unit = |key: &str| vector["params"][key].as_str().map(|text| text.parse().unwrap());
        let asked = Asked { start: unit("start"), end: unit("end"), now: 1_700_000_000_000_000, per_second: 1_000_000 };
        let bounds = Bounds::of(pairs(&vector["attributes"]).as_ref(), &asked);
        if let Some(chain) = vector.get("error_chain") {
            assert_eq!(bounds.unwrap_err().to_string(), chain[0]["message"].as_str().unwrap(), "{vector}");
            continue;
        }
        let bounds = bounds.unwrap();
        let named = [
            ("start", bounds.start),
            ("end", bounds.end),
            ("active.after", bounds.active_after),
            ("quiet.after", bounds.quiet_after),
            ("count", bounds.count),
            ("boundary.pre", bounds.pre),
            ("boundary.post", bounds.post),
        ];
        let named: Map<_, _> = named
            .into_iter()
            .filter_map(|(name, bound)| Some((name.to_owned(), Json::from(bound?.to_string()))))
            .collect();
        assert_eq!(named, *vector["parsed"].as_object().unwrap(), "{vector}");
    }
}

mod lowered {
    use placet::authorize::Authorizer;
    use placet::check::library::Library;
    use placet::compile::arguments::Arguments;
    use placet::document::mint::{Wrapping, mint};
    use placet::document::request;
    use placet::model::time::Time;
    use placet::syntax::ast::BlockKind;
    use placet::token::keyring::{Keyring, MintingKey};
    use placet::token::keys::{LocalKey, SystemRandom};
    use placet::token::verify::Scratch;
    use placet_warp10::accept::{Acceptor, AttributeRules, Label};
    use placet_warp10::decide::{Action, Asked, decide, is_granted};
    use placet_warp10::grant_cache::GrantCache;
    use placet_warp10::grants::{Grant, LowerError, NAME, Note};
    use placet_warp10::keys::TokenKeys;
    use placet_warp10::lints::Doubt;
    use placet_warp10::selectors::{Applications, EmptyMeans, Platform, Series, id_text};
    use placet_warp10::token::{Kind, Pairs, ReadToken, Token, WriteToken};
    use placet_warp10::trl::{RevocationList, Scope};
    use placet_warp10::trl_directory::Directory;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};
    use serde_json::{Map, json};

    /// A series as it is, and as a request has it.
    #[derive(Clone, Debug)]
    struct Sample {
        class: String,
        owner: u8,
        producer: u8,
        app: String,
        labels: Pairs,
    }

    fn id(number: u8) -> Vec<u8> {
        vec![number; 16]
    }

    impl Sample {
        fn all_labels(&self) -> Pairs {
            let own = [
                (".owner".to_owned(), id_text(&id(self.owner))),
                (".producer".to_owned(), id_text(&id(self.producer))),
                (".app".to_owned(), self.app.clone()),
            ];
            self.labels.iter().cloned().chain(own).collect()
        }

        fn request(&self, action: Action) -> serde_json::Value {
            let labels: Map<_, _> = self.labels.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect();
            json!({
                "action": action.name(), "class": self.class, "labels": labels, "application": self.app,
                "owner": id_text(&id(self.owner)), "producer": id_text(&id(self.producer)),
            })
        }
    }

    fn platforms() -> Vec<Platform> {
        let old = |empty| Platform { empty, applications: Applications::Unquoted };
        [EmptyMeans::EmptyValue, EmptyMeans::Absent].into_iter().flat_map(|empty| [empty.into(), old(empty)]).collect()
    }

    /// The policy's answer for each action on each series.
    fn verdicts(token: &Token, samples: &[Sample], platform: Platform) -> Result<Vec<bool>, LowerError> {
        let grant = Grant::of(token, platform, Library::built_in())?;
        let document = grant.document;
        let template = document.template(BlockKind::Token, Some(NAME)).unwrap();
        let arguments = Arguments::default();
        assert!(template.parameters.is_empty());
        let compiled = document.compile(BlockKind::Token, Some(NAME), &arguments).unwrap();
        let mut keyring = Keyring::new();
        keyring.mint_with(MintingKey::Local(LocalKey::generate(&mut SystemRandom).unwrap())).unwrap();
        let vocabulary = document.vocabulary();
        let minted = mint(
            &compiled,
            vocabulary,
            keyring.minting().unwrap(),
            Time::from_millis(0),
            Wrapping::default(),
            &mut SystemRandom,
        )
        .unwrap();
        let text = minted.text();
        let authorizer = Authorizer::new(&keyring, vocabulary);
        let mut all = Vec::new();
        for sample in samples {
            for action in Action::ALL {
                let request = request::from_json(vocabulary, &sample.request(action)).unwrap();
                let allowed = |request: &placet::model::request::View<'_>| {
                    authorizer.authorize(&text, request, &mut Scratch::new()).is_allow()
                };
                all.push(request.with_request(vocabulary, Time::from_millis(1000), allowed).unwrap());
            }
        }
        Ok(all)
    }

    fn directly(token: &Token, samples: &[Sample], platform: Platform) -> Vec<bool> {
        let ask = |sample: &Sample| {
            let labels = sample.all_labels();
            let series = Series { class: &sample.class, labels: &labels, attributes: &[] };
            Action::ALL.map(|action| is_granted(token, action, &series, platform).unwrap())
        };
        samples.iter().flat_map(ask).collect()
    }

    fn sample() -> impl Strategy<Value = Sample> {
        let value = select(vec!["north", "south", "NORTH", "~north", "=north", "", "a\nb"]);
        let labels = prop::collection::btree_map(select(vec!["site", "room", "zone"]), value, 0..3);
        let class = select(vec!["temp.out", "temp", "hum\nx", "x"]);
        (class, 1..3u8, 1..3u8, select(vec!["shop", "a.b", "axb", "~shop"]), labels).prop_map(
            |(class, owner, producer, app, labels)| Sample {
                class: class.to_owned(),
                owner,
                producer,
                app: app.to_owned(),
                labels: labels.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
            },
        )
    }

    fn selectors() -> impl Strategy<Value = Option<Pairs>> {
        let value = select(vec![
            "=north",
            "north",
            "~nor.*",
            "~(?i)n.+h",
            "~nort?h",
            "~(s|n)outh?x*",
            "~^.*$",
            "~^(north|south)$",
            "",
            "=",
            "=~north",
            "~.*",
            "~",
            "~\\w+",
            "~[^n]*",
            "==north",
            "~(?s).*",
        ]);
        let names = select(vec!["site", "room", "zone", ".owner", ".app"]);
        let pairs = prop::collection::btree_map(names, value, 0..3);
        prop::option::of(pairs.prop_map(|it| it.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect()))
    }

    fn attributes() -> impl Strategy<Value = Option<Pairs>> {
        let switches = subsequence(vec![".nofetch", ".nofind", ".noupdate", ".nometa", ".nodelete", ".cap:x"], 0..=2);
        let scope = prop::option::of(select(vec![
            "~.*{}",
            "temp{}",
            "~temp.*{site=north}",
            "~.*{site~no.*,.app=shop}",
            "~.*{zone=}",
            "={}",
            "~.*{.app~a.b}",
            "~.*{.owner=01010101-0101-0101-0101-010101010101}",
        ]));
        prop::option::of((switches, scope).prop_map(|(switches, scope)| {
            let switches = switches.into_iter().map(|name| (name.to_owned(), String::new()));
            switches.chain(scope.map(|scope| (".scope".to_owned(), scope.to_owned()))).collect()
        }))
    }

    fn some_ids() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let one = prop_oneof![5 => (1..4u8).prop_map(id), 1 => Just(vec![1; 7]), 1 => Just(vec![2; 20])];
        prop::collection::vec(one, 0..3)
    }

    fn read() -> impl Strategy<Value = Token> {
        let apps = prop::collection::vec(select(vec!["shop", "a.b", "~shop", "\\Eshop"]), 0..3);
        (some_ids(), some_ids(), apps, selectors(), attributes(), any::<u8>()).prop_map(
            |(owners, producers, apps, labels, attributes, hooks)| {
                Token::Read(ReadToken {
                    expiry: 1_000_000,
                    application: Some("shop".to_owned()),
                    applications: apps.into_iter().map(str::to_owned).collect(),
                    owners,
                    producers,
                    billed: id(9),
                    hooks: (hooks == 0).then(|| vec![("postfetch".to_owned(), String::new())]),
                    attributes,
                    labels,
                    ..ReadToken::default()
                })
            },
        )
    }

    fn write() -> impl Strategy<Value = Token> {
        let application = select(vec!["shop", "a.b", "~sh.p", "=shop", ""]);
        (1..3u8, 1..3u8, application, selectors(), attributes()).prop_map(
            |(owner, producer, application, labels, attributes)| {
                Token::Write(WriteToken {
                    expiry: 1_000_000,
                    producer: id(producer),
                    owner: id(owner),
                    application: application.to_owned(),
                    labels,
                    attributes,
                    ..WriteToken::default()
                })
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn the_policy_of_a_token_says_what_its_selectors_say(
            token in prop_oneof![read(), write()],
            samples in prop::collection::vec(sample(), 1..6),
            platform in select(platforms()),
        ) {
            // `\\E` alone is not a valid expression, and such a platform fails on it.
            let names = if let Token::Read(token) = &token { token.applications.join("") } else { String::new() };
            prop_assume!(platform.applications == Applications::Quoted || !names.contains('\\'));
            match verdicts(&token, &samples, platform) {
                Ok(verdicts) => prop_assert_eq!(verdicts, directly(&token, &samples, platform)),
                Err(why) => prop_assert!(false, "{}", why),
            }
        }
    }

    #[test]
    fn an_empty_label_of_a_writer_selects_what_has_none_where_empty_means_absent() {
        let token = Token::Write(WriteToken {
            expiry: 1_000_000,
            owner: id(1),
            producer: id(1),
            application: "shop".to_owned(),
            labels: Some(vec![("site".to_owned(), String::new())]),
            ..WriteToken::default()
        });
        let sample = |labels: &[(&str, &str)]| Sample {
            class: "temp".to_owned(),
            owner: 1,
            producer: 1,
            app: "shop".to_owned(),
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let samples = [sample(&[]), sample(&[("site", "")]), sample(&[("site", "north")])];
        for platform in platforms() {
            assert_eq!(
                verdicts(&token, &samples, platform).unwrap(),
                directly(&token, &samples, platform),
                "{platform:?}"
            );
        }
    }

    fn reader(labels: &[(&str, &str)], attributes: &[(&str, &str)]) -> Token {
        let pairs = |list: &[(&str, &str)]| list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Token::Read(ReadToken {
            expiry: 1_000_000,
            billed: id(1),
            labels: Some(pairs(labels)),
            attributes: Some(pairs(attributes)),
            ..ReadToken::default()
        })
    }

    #[test]
    fn what_can_not_be_carried_is_refused_and_never_widened() {
        let wide = "~[a-zA-Z]{300}x[0-9]{300}".to_owned();
        for token in [
            reader(&[("site", "~(?=x).*")], &[]),
            reader(&[("site", "~a*+")], &[]),
            reader(&[], &[(".scope", "no selector")]),
            reader(&[], &[(".scope", "~.*{}{unit=C}")]),
            reader(&[], &[(".scope", "~.*{.owner~a.*}")]),
        ] {
            assert!(Grant::of(&token, Platform::default(), Library::built_in()).is_err(), "{token:?}");
        }
        let grant = Grant::of(&reader(&[("site", &wide)], &[]), Platform::default(), Library::built_in());
        let compiled =
            grant.map(|it| it.document.compile(BlockKind::Token, Some(NAME), &Arguments::default()).is_err());
        assert!(compiled.unwrap_or(true));
    }

    #[test]
    fn a_scope_of_many_labels_decides_like_one_of_few() {
        let count = placet::limits::LABELS;
        assert!(count > placet::limits::NESTING, "one after the other they would nest too deep");
        let scope = |number: usize| (format!("l{number:03}"), number.to_string());
        let wanted: Vec<String> = (0..count).map(scope).map(|(name, value)| format!("{name}={value}")).collect();
        let token = reader(&[], &[(".scope", &format!("~.*{{{}}}", wanted.join(",")))]);
        let labels: Vec<(String, String)> = (0..count).map(scope).collect();
        let mut other = labels.clone();
        other[count / 2].1.push('x');
        let (_, policy) = Grant::of(&token, Platform::default(), Library::built_in()).unwrap().hold().unwrap();
        let vocabulary = Library::built_in().get("warp10").unwrap();
        let (nobody, policies) = (Keyring::new(), [policy]);
        let authorizer = Authorizer::new(&nobody, vocabulary).with_policies(&policies);
        for (labels, expected) in [(&labels, true), (&other, false)] {
            let map: Map<_, _> = labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            let request =
                request::from_json(vocabulary, &json!({"action": "find", "class": "c", "labels": map})).unwrap();
            let allowed = request
                .with_request(vocabulary, Time::from_millis(0), |request| authorizer.decide_alone(request).is_allow());
            assert_eq!(allowed, Ok(expected));
        }
    }

    #[test]
    fn a_kept_grant_decides_as_the_token_and_is_held_against_the_clock_and_the_lists() {
        let keys = TokenKeys::new(&[7; 32], &[9; 16]).unwrap();
        let token = Token::Read(ReadToken {
            expiry: 1000,
            owners: vec![id(1)],
            billed: id(1),
            application: Some("shop".to_owned()),
            ..ReadToken::default()
        });
        let text = keys.mint(&token);
        let cache = GrantCache::new(4, keys.clone(), AttributeRules::default(), Platform::default());
        let vocabulary = cache.vocabulary();
        let none = Directory::none();
        for _ in 0..2 {
            let kept = cache.accept(&none, &text, Kind::Read, Time::from_millis(1000)).unwrap();
            for (owner, expected) in [(1, true), (2, false)] {
                let request = json!({"action": "fetch", "class": "x", "owner": id_text(&id(owner))});
                let request = request::from_json(vocabulary, &request).unwrap();
                assert_eq!(
                    request.with_request(vocabulary, Time::from_millis(1000), |it| kept.decide(it).is_allow()).unwrap(),
                    expected
                );
                let owner = [(".owner".to_owned(), id_text(&id(owner)))];
                let series = Series { class: "x", labels: &owner, attributes: &[] };
                let asked = Asked { action: Action::Fetch, series, platform: Platform::default() };
                let rules = AttributeRules::default();
                let acceptor = Acceptor { keys: &keys, revocations: &none, attributes: &rules };
                assert_eq!(decide(&acceptor, &text, &asked, Time::from_millis(1000)).unwrap().is_granted, expected);
            }
        }
        assert_eq!(cache.len(), 1);
        assert_eq!(
            cache.accept(&none, &text, Kind::Read, Time::from_millis(1001)).unwrap_err().label(),
            Label::Expired
        );
        assert_eq!(
            cache.accept(&none, &text, Kind::Write, Time::from_millis(1000)).unwrap_err().label(),
            Label::Invalid
        );
        let mut list = RevocationList::default();
        list.revoke(keys.ident(&text));
        let (name, file) = list.file("x", Scope::Full, 1).unwrap();
        let mut revoked = Directory::new(None, Time::from_millis(0));
        revoked.scan(&std::collections::BTreeMap::from([(name.file, file.into_bytes())])).unwrap();
        assert_eq!(
            cache.accept(&revoked, &text, Kind::Read, Time::from_millis(1000)).unwrap_err().label(),
            Label::Revoked
        );
    }

    #[test]
    fn a_token_that_may_surprise_its_maker_says_so() {
        let notes = Grant::of(&reader(&[], &[]), Platform::default(), Library::built_in()).unwrap().notes;
        assert!(notes.contains(&Note::Doubt(Doubt::ReadsEverything)));
        let far = Token::Write(WriteToken {
            expiry: 1_731_622_400_000_000,
            owner: id(1),
            producer: id(1),
            ..WriteToken::default()
        });
        let notes = Grant::of(&far, Platform::default(), Library::built_in()).unwrap().notes;
        assert_eq!(notes, [Note::Doubt(Doubt::Far { key: "expiry", ms: 1_731_622_400_000_000 })]);
    }
}
