//! What a text becomes: the checked tree.

use crate::check_support;

use check_support::{check, http, momento};
use placet::check::check as check_file;
use placet::check::library::Library;
use placet::check::tree::{
    ArgumentNo, Condition, Constant, Effect, Network, Operand, Pattern, Piece, Rule, Term, Text,
};
use placet::model::matcher::Matcher;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::Vocabulary;
use placet::syntax::parse;

fn vocabulary(name: &str) -> &'static Vocabulary {
    Library::built_in().get(name).expect("it comes with Placet")
}

/// The actions of a rule by name; `!` stands before those that are left out.
fn actions(vocabulary: &Vocabulary, rule: &Rule) -> Vec<String> {
    let Some(actions) = &rule.actions else { return vec!["any".to_owned()] };
    let mark = if actions.negated { "!" } else { "" };
    let name = |&action| format!("{mark}{}", vocabulary.action_name(action).expect("of this vocabulary"));
    actions.listed.iter().map(name).collect()
}

/// The tests of a rule, each with the attribute's name.
fn tests<'r>(vocabulary: &'r Vocabulary, rule: &'r Rule) -> Vec<(&'r str, &'r Pattern)> {
    let name = |field| vocabulary.attribute(field).expect("of this vocabulary").name.as_str();
    rule.tests.iter().map(|test| (name(test.field), &test.pattern)).collect()
}

fn string(text: &str) -> Pattern {
    Pattern::Equal(Term::Constant(Constant::String(text.to_owned())))
}

fn parameter(number: usize) -> Pattern {
    Pattern::Equal(Term::Parameter(ArgumentNo(number)))
}

fn literal(text: &str) -> Piece {
    Piece::Literal(text.as_bytes().to_vec())
}

/// The pattern on one attribute of the only rule of a policy over HTTP.
fn pattern(entry: &str) -> Pattern {
    http(&format!("allow {{ {entry} }}")).template().rules[0].tests[0].pattern.clone()
}

#[test]
fn mixing_item_scoped_and_plain_permissions_keeps_the_item_selector() {
    let found = momento(
        "permissions: [
            { role: WriteOnly, cache: \"WriteCache\", item: prefix \"WriteKey\" }
            { role: ReadOnly, cache: \"ReadCache\" }
        ]",
    );
    let rules = &found.is_good().rules;
    let momento = vocabulary("momento");
    let prefix = Pattern::Text(Matcher::Prefix, Text { pieces: vec![literal("WriteKey")] });
    assert_eq!(tests(momento, &rules[0]), [("cache", &string("WriteCache")), ("item", &prefix)]);
    assert_eq!(tests(momento, &rules[1]), [("cache", &string("ReadCache"))]);
}

#[test]
fn the_examples_have_no_errors() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the examples are there").flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "placet") {
            let text = std::fs::read_to_string(entry.path()).expect("it can be read");
            let file = parse::parse(&text).unwrap_or_else(|found| panic!("{:?}: {found:#?}", entry.path()));
            let outcome = check_file(&file, Library::built_in());
            assert!(outcome.checked.is_some(), "{:?}: {:#?}", entry.path(), outcome.diagnostics);
            assert_eq!(outcome.diagnostics, [], "{:?}", entry.path());
            count += 1;
        }
    }
    assert!(count >= 7);
}

#[test]
fn the_type_of_the_attribute_decides_how_text_is_read() {
    let v4 = |a, b, c, d| std::net::IpAddr::from([a, b, c, d]).into();
    assert_eq!(pattern("ip: \"10.0.0.0/8\""), Pattern::Network(Network { first: v4(10, 0, 0, 0), bits: 104 }));
    assert_eq!(pattern("ip: \"10.1.2.3/32\""), pattern("ip: \"::ffff:10.1.2.3\""));
    assert_eq!(pattern("ip: \"::ffff:10.0.0.0/104\""), pattern("ip: \"10.0.0.0/8\""));
    assert_eq!(pattern("path: \"/a\""), Pattern::Equal(Term::Constant(Constant::Path("/a".to_owned()))));
    assert!(matches!(pattern("path: \"/a/*\""), Pattern::Text(Matcher::Path, _)));
    assert_eq!(pattern("host: \"10.0.0.0/8\""), string("10.0.0.0/8"));
    assert_eq!(pattern("host: \"/a/*\""), string("/a/*"));
    let millis = Term::Constant(Constant::Time(1_798_761_600_000));
    assert_eq!(pattern("time: \"2027-01-01T00:00:00Z\""), Pattern::Equal(millis));
}

#[test]
fn not_matches_only_a_value() {
    assert_eq!(pattern("host: not absent"), Pattern::Any);
    assert_eq!(pattern("host: not [absent, \"a\"]"), Pattern::Not(Box::new(string("a"))));
    assert_eq!(pattern("host: != \"a\""), Pattern::Not(Box::new(string("a"))));
    assert_eq!(
        pattern("host: [absent, [\"a\", [\"b\"]]]"),
        Pattern::OneOf(vec![Pattern::Absent, string("a"), string("b")])
    );
}

#[test]
fn a_splice_is_literal_text_and_a_lone_one_the_parameter_itself() {
    let found = check(
        "use momento
         token t(user: string, n: int) {
             allow { cache: \"{user}\", item: \"{user}/{n}\", topic: glob \"{user}-*\", function: \"{n}\" }
             ttl: 5m
         }",
    );
    let user = Piece::Parameter(ArgumentNo(0));
    let item = Text { pieces: vec![user.clone(), literal("/"), Piece::Parameter(ArgumentNo(1))] };
    let topic = Pattern::Text(Matcher::Glob, Text { pieces: vec![user, literal("-*")] });
    let function = Pattern::Equal(Term::Text(Text { pieces: vec![Piece::Parameter(ArgumentNo(1))] }));
    assert_eq!(
        tests(vocabulary("momento"), &found.is_good().rules[0]),
        [
            ("cache", &parameter(0)),
            ("item", &Pattern::Equal(Term::Text(item))),
            ("topic", &topic),
            ("function", &function)
        ]
    );
}

#[test]
fn names_of_actions_and_roles_become_sets() {
    let http_vocabulary = vocabulary("http");
    for (source, expected) in [
        ("action: GET", vec!["GET"]),
        ("role: [Read, DELETE]", vec!["GET", "HEAD", "OPTIONS", "DELETE"]),
        ("action: not [Read, Write]", vec!["!GET", "!HEAD", "!OPTIONS", "!POST", "!PUT", "!PATCH", "!DELETE"]),
        ("action: [not Read, GET]", vec!["!HEAD", "!OPTIONS"]),
        ("action: not not GET", vec!["GET"]),
        ("action: any", vec!["any"]),
        ("action: [GET, any]", vec!["any"]),
        ("action: [GET, Read]", vec!["GET", "HEAD", "OPTIONS"]),
        ("action: [not GET, not PUT]", vec!["any"]),
        ("action: [not Read, not [GET, PUT]]", vec!["!GET"]),
    ] {
        let found = http(&format!("allow {{ {source} }}"));
        assert_eq!(actions(http_vocabulary, &found.is_good().rules[0]), expected, "{source}");
    }
    let found =
        check("use http\nlet verbs = [GET, PUT]\nrole Author = [verbs, HEAD]\npolicy p { allow { action: Author } }");
    assert_eq!(actions(http_vocabulary, &found.is_good().rules[0]), ["GET", "HEAD", "PUT"]);
}

#[test]
fn a_read_token_is_a_rule_over_owner_producer_application_and_labels() {
    let found = check(
        "use warp10
         token dashboard(team: uuid) {
             type: READ
             owner: team
             application: \"grafana\"
             owners: [team, \"0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f\"]
             producers: any
             applications: [\"metrics\"]
             labels: { host: \"web-01\" }
             attributes: { \".nofetch\": \"true\" }
             ttl: 30d
         }",
    );
    let warp10 = vocabulary("warp10");
    let template = found.is_good();
    assert_eq!(template.rules.len(), 1);
    let rule = &template.rules[0];
    assert_eq!(actions(warp10, rule), ["find"]);
    let fixed = *b"\x0d\x0c\x2f\x6e\x3f\x5d\x4b\x2b\x9a\x7e\x5a\x1d\x2c\x3b\x4e\x5f";
    let owners = Pattern::OneOf(vec![parameter(0), Pattern::Equal(Term::Constant(Constant::Uuid(fixed)))]);
    let labels = Pattern::Labels(vec![("host".to_owned(), string("web-01"))]);
    assert_eq!(tests(warp10, rule), [("owner", &owners), ("application", &string("metrics")), ("labels", &labels)]);
    assert_eq!(template.claims.kind.as_deref(), Some("READ"));
    assert_eq!(template.claims.labels, []);
    assert_eq!(template.claims.attributes, [(".nofetch".to_owned(), Text { pieces: vec![literal("true")] })]);
    assert_eq!(template.times.ttl, Some(Term::Constant(Constant::Duration(2_592_000_000))));
    let quoted = check(
        "use warp10\ntoken t { type: \"READ\" owner: \"0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f\" application: \"a\" ttl: 5m
             when: has application && application == token.type }",
    );
    assert_eq!(quoted.template().claims.kind.as_deref(), Some("READ"));
    let Some(Condition::All(parts)) = &quoted.template().guard else { panic!("two conditions") };
    let kind = Operand::Term(Term::Constant(Constant::String("READ".to_owned())), Scalar::String);
    assert!(matches!(&parts[1], Condition::Compare(_, _, right) if *right == kind), "{parts:?}");
}

#[test]
fn a_write_token_deletes_only_what_its_producer_owns() {
    let warp10 = vocabulary("warp10");
    let source = "use warp10
         token sensor(team: uuid, device: uuid) {
             type: WRITE owner: team producer: PRODUCER application: \"plant\"
             labels: { site: \"lyon\" } attributes: { \".noupdate\": \"x\" }
             ttl: 365d
         }";
    let two = check(&source.replace("PRODUCER", "device"));
    assert_eq!(two.is_good().rules.len(), 1);
    assert_eq!(actions(warp10, &two.is_good().rules[0]), ["meta"]);
    assert_eq!(two.is_good().claims.labels, [("site".to_owned(), Text { pieces: vec![literal("lyon")] })]);
    let one = check(&source.replace("PRODUCER", "team").replace(", device: uuid", ""));
    let delete = &one.is_good().rules[1];
    assert_eq!(actions(warp10, delete), ["delete"]);
    let labels = Pattern::Labels(vec![("site".to_owned(), string("lyon"))]);
    assert_eq!(
        tests(warp10, delete),
        [("owner", &parameter(0)), ("application", &string("plant")), ("labels", &labels)]
    );
    let spliced = source.replace("PRODUCER", "team").replace("device: uuid", "site: string, n: int");
    let spliced = check(&spliced.replace("site: \"lyon\"", "site: site, rack: \"{n}\", none: \"\""));
    let number = Pattern::Equal(Term::Text(Text { pieces: vec![Piece::Parameter(ArgumentNo(2))] }));
    let labels = [("none", string("")), ("rack", number), ("site", parameter(1))];
    let labels = Pattern::Labels(labels.map(|(name, pattern)| (name.to_owned(), pattern)).to_vec());
    assert_eq!(tests(warp10, &spliced.is_good().rules[1])[2], ("labels", &labels));
    let never = source.replace("PRODUCER", "team").replace(", device: uuid", "").replace(".noupdate", ".nodelete");
    assert_eq!(check(&never).is_good().rules.len(), 1);
}

#[test]
fn milliseconds_and_texts_are_times_after_tokengens_keys() {
    let token = |ttl: &str| momento_ttl(ttl);
    assert_eq!(token("1800000"), token("30m"));
    assert_eq!(token("\"30m\""), token("30m"));
}

fn momento_ttl(ttl: &str) -> Option<Term> {
    let found = check(&format!("use momento\ntoken t {{ allow {{ cache: \"a\" }} ttl: {ttl} }}"));
    found.is_good().times.ttl.clone()
}

#[test]
fn a_condition_reads_the_tokens_own_fields() {
    let found = check(
        "use warp10
         token own(team: uuid) {
             owner: team
             allow { owner: any } when owner == token.owner && time - token.issuance < 1h
             ttl: 5m
         }",
    );
    let Some(Condition::All(parts)) = found.is_good().rules[0].condition.as_deref() else { panic!("two conditions") };
    let Condition::Compare(_, _, owner) = &parts[0] else { panic!("a comparison") };
    assert_eq!(*owner, Operand::Term(Term::Parameter(ArgumentNo(0)), Scalar::Uuid));
}

#[test]
fn constants_are_added_when_they_are_checked() {
    let found = http("allow { action: GET } when hour(time) < 8 + 2 - 1");
    let Some(Condition::Compare(_, _, sum)) = found.is_good().rules[0].condition.as_deref() else {
        panic!("a comparison")
    };
    assert_eq!(*sum, Operand::Term(Term::Constant(Constant::Int(9)), Scalar::Int));
}

#[test]
fn text_takes_the_type_of_the_other_side_on_either_side() {
    let fixed = "\"0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f\"";
    for condition in [
        format!("owner == {fixed}"),
        format!("{fixed} == owner"),
        format!("me == {fixed}"),
        format!("{fixed} == me"),
        "owner == me".to_owned(),
        "me == owner".to_owned(),
    ] {
        let found = check(&format!("use warp10\npolicy p(me: uuid) {{ allow {{ owner: me }} when {condition} }}"));
        assert!(matches!(found.is_good().rules[0].condition.as_deref(), Some(Condition::Compare(..))), "{condition}");
    }
    for condition in ["owner == fixed", "fixed == owner"] {
        for lets in
            [format!("let fixed = {fixed}"), format!("let first = {fixed}\nlet second = first\nlet fixed = second")]
        {
            let found = check(&format!("use warp10\n{lets}\npolicy p {{ allow {{ owner: any }} when {condition} }}"));
            assert!(
                matches!(found.is_good().rules[0].condition.as_deref(), Some(Condition::Compare(..))),
                "{condition}, by a let"
            );
        }
    }
    let source = "vocabulary raw 1 { key: bytes action get }\npolicy p(k: string) { allow { key: any } when k == key && key != x\"00\" }";
    check(source).is_good();
}

#[test]
fn a_let_of_one_text_is_accepted_where_the_text_is() {
    let with = |rule: &str| {
        let found = check(&format!("use http\nlet first = \"a\"\nlet own = first\npolicy p {{ {rule} }}"));
        found.is_good().rules[0].clone()
    };
    let prefix = Pattern::Text(Matcher::Prefix, Text { pieces: vec![literal("a")] });
    assert_eq!(with("allow { host: prefix own }").tests[0].pattern, prefix);
    assert_eq!(with("allow { host: != own }").tests[0].pattern, Pattern::Not(Box::new(string("a"))));
    let key = "placet_public_oJql9HpnWYAv-VX43C0qFKXJnSO-l_hkEn_5ODRVpPCobo-4";
    let source =
        format!("use http\nlet auditor = \"{key}\"\npolicy p {{ allow {{ action: GET }} when vouched(auditor) }}");
    let found = check(&source);
    assert!(matches!(found.is_good().rules[0].condition.as_deref(), Some(Condition::Vouched(_))));
}

#[test]
fn a_long_chain_is_one_level_deep() {
    let chain = vec!["hour(time) != 3"; 5_000].join(" && ");
    let found = http(&format!("allow {{ action: GET }} when {chain}"));
    let Some(Condition::All(links)) = found.is_good().rules[0].condition.as_deref() else { panic!("a chain") };
    assert_eq!(links.len(), 5_000);
}

#[test]
fn the_parameters_keep_their_order_and_types() {
    let found = check(
        "use http
         policy p(hosts: set of string, from: ip, since: time) {
             allow { host: hosts, ip: from, time: since..2027-01-01T00:00:00Z }
         }",
    );
    let template = found.is_good();
    let types: Vec<_> = template.parameters.iter().map(|parameter| parameter.ty).collect();
    assert_eq!(
        types,
        [Type::Set(Scalar::String), Type::One(Scalar::Ip), Type::One(Scalar::Time)]
            .map(placet::syntax::ast::ParameterType::Value)
    );
    let host = vocabulary("http").field("host");
    let test = template.rules[0].tests.iter().find(|test| Some(test.field) == host).expect("the test of the host");
    assert_eq!(test.pattern, Pattern::InParameter(ArgumentNo(0)));
}

#[test]
fn rules_of_permissions_come_before_written_ones() {
    let found = momento("deny { topic: \"x\" }\n permissions: [{ cache: \"a\" }]\n allow { cache: \"b\" }");
    let effects: Vec<_> = found.is_good().rules.iter().map(|rule| rule.effect).collect();
    assert_eq!(effects, [Effect::Allow, Effect::Deny, Effect::Allow]);
}

#[test]
fn permissions_may_be_named_by_a_let() {
    let found = check(
        "use momento
         let reading = [{ role: ReadOnly, cache: \"a\" }, { role: ReadOnly, cache: \"b\" }]
         token t { permissions: [reading, { role: ReadWrite, cache: \"c\" }] ttl: 5m }",
    );
    let momento = vocabulary("momento");
    let rules = &found.is_good().rules;
    let caches: Vec<_> = rules.iter().map(|rule| tests(momento, rule)).collect();
    assert_eq!(caches, [[("cache", &string("a"))], [("cache", &string("b"))], [("cache", &string("c"))]]);
    assert_eq!(actions(momento, &rules[0]), actions(momento, &rules[1]));
    assert_ne!(actions(momento, &rules[0]), actions(momento, &rules[2]));
}

#[test]
fn each_of_the_tokens_own_fields_is_read_by_its_name() {
    for field in ["id", "owner", "producer", "application"] {
        let found = check(&format!(
            "use http
             token t {{
                 id: \"of id\" owner: \"of owner\" producer: \"of producer\" application: \"of application\"
                 allow {{ subject: any }} when subject == token.{field}
                 ttl: 5m
             }}"
        ));
        let Some(Condition::Compare(_, _, Operand::Term(Term::Constant(Constant::String(text)), _))) =
            found.is_good().rules[0].condition.as_deref()
        else {
            panic!("{field} is compared")
        };
        assert_eq!(*text, format!("of {field}"));
    }
}

#[test]
fn an_id_may_be_a_number_and_a_text_may_be_a_uuid() {
    let source = "use http\ntoken t(n: int, u: uuid) { id: ID application: APP allow { path: \"/a\" } ttl: 5m }";
    let found = check(&source.replace("ID", "7").replace("APP", "u").replace("n: int, ", ""));
    assert_eq!(found.is_good().claims.id, Some(Text { pieces: vec![literal("7")] }));
    assert_eq!(found.template().claims.application, Some(Text { pieces: vec![Piece::Parameter(ArgumentNo(0))] }));
    let found = check(&source.replace("ID", "n").replace("APP", "u"));
    assert_eq!(found.is_good().claims.id, Some(Text { pieces: vec![Piece::Parameter(ArgumentNo(0))] }));
}

#[test]
fn a_file_may_declare_what_it_speaks() {
    let found = check(
        "vocabulary shop 1 {
             customer: string
             action look, buy
             role Visitor = [look]
             role Anyone = not buy
         }
         role Buyer = [Visitor, buy]
         policy p { allow { action: Buyer, customer: \"a\" } allow { role: Anyone, customer: \"b\" } }",
    );
    let effects = &found.is_good().rules;
    assert_eq!(effects[0].actions.as_ref().map(|actions| actions.listed.len()), Some(2));
    assert_eq!(effects[1].actions.as_ref().map(|actions| actions.listed.len()), Some(1));
}

#[test]
fn a_file_with_several_vocabularies_has_the_one_that_it_uses() {
    let declared = "vocabulary first 1 { a: string action get }\nvocabulary second 1 { b: string action get }";
    for (used, attribute) in [("first", "a"), ("second", "b")] {
        let found = check(&format!("{declared}\nuse {used}\npolicy p {{ allow {{ {attribute}: \"x\" }} }}"));
        assert_eq!(found.is_good().rules[0].tests[0].pattern, string("x"), "{used}");
    }
}

#[test]
fn a_library_takes_vocabularies_with_the_roles_beside_them() {
    let mut library = Library::default();
    let file =
        parse::parse("vocabulary shop 1 { action look, buy }\nrole Visitor = [look]").expect("it is in the language");
    library.add(&file).expect("it has no errors");
    let shop = library.get("shop").expect("it was added");
    assert!(shop.role("Visitor").is_some());
    let bad = parse::parse("vocabulary shop 2 { action look, look }").expect("it is in the language");
    assert_eq!(library.add(&bad).expect_err("an action twice").len(), 1);
    assert_eq!(library.get("shop").map(|shop| shop.version()), Some(1));
}

#[test]
fn ten_thousand_rules_are_checked_and_the_needless_one_is_found() {
    let mut rules: String = (0..10_000).map(|n| format!("allow {{ host: \"h{n}\", path: \"/p/{n}/**\" }}\n")).collect();
    rules.push_str("allow { host: \"h77\", path: \"/p/77/x\" }");
    http(&rules).finds(&[("W0103", "allow { host: \"h77\", path: \"/p/77/x\" }")]);
}
