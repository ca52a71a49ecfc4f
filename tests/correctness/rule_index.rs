//! The index of a large rule set: it changes no verdict and no deciding rule, it grows with the rules, and no other index than
//! that of its rules is believed.

use crate::common;

use std::cell::Cell;
use std::fmt::Write as _;

use common::choices::Choices;
use common::generate::world;
use common::requests::request;
use common::{for_all, kind_of};
use placet::bytecode::op::{Const, Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::bytecode::verify::{Budget, Fault, Proved, Scope, verify};
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::compile::{Compiled, IndexFrom, compile_with};
use placet::document::Document;
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::value::Value;
use placet::model::vocabulary::{FieldNo, Vocabulary};
use placet::program::listing::listing;
use placet::program::read;
use placet::syntax::ast::BlockKind;
use placet::vm::{BlockVerdict, Context, ProgramKind, RunError, run};
use proptest::prelude::prop_assert_eq;

const CONTEXT: Context<'static> =
    Context { issuance: Time::EPOCH, expiry: Time::MAX, bearer: None, vouchers: &[], approvers: &[] };

fn proved<'a>(compiled: &'a Compiled, vocabulary: &Vocabulary) -> Proved<'a> {
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    verify(compiled.program.bytes(), &scope).expect("the compiler writes what can be proved")
}

fn is_indexed(compiled: &Compiled, vocabulary: &Vocabulary) -> bool {
    listing(compiled.program.bytes(), vocabulary, &[]).contains(".index ")
}

#[test]
fn an_index_changes_no_answer_of_any_rules_that_a_policy_can_have() {
    let indexed = Cell::new(0);
    for_all(2_000, 900, |choices| {
        let world = world(choices, 0);
        let made = &world.blocks[0];
        let names = made.template.parameters.iter().map(|parameter| parameter.name.as_str());
        let Ok(arguments) = Arguments::new(&made.template.parameters, names.zip(made.arguments.iter().cloned())) else {
            return Ok(());
        };
        let mut template = made.template.clone();
        let kind = kind_of(template.kind);
        template.kind = BlockKind::Policy;
        let with = |from| compile_with(&template, &world.old, &arguments, IndexFrom(from));
        let (Ok(linear), Ok(found)) = (with(usize::MAX), with(1)) else { return Ok(()) };
        prop_assert_eq!(&linear.rules, &found.rules);
        indexed.set(indexed.get() + usize::from(is_indexed(&found, &world.old)));
        for _ in 0..8 {
            let asked = request(choices, &world);
            asked.with(&world.old, |request| {
                let answer = |compiled| run(&proved(compiled, &world.old), kind, request, &CONTEXT);
                prop_assert_eq!(answer(&found), answer(&linear), "{:?}", template);
                Ok(())
            })?;
        }
        Ok(())
    });
    assert!(indexed.get() > 200, "only {} programs had an index", indexed.get());
}

const VOCABULARY: &str = "vocabulary shelves 1 {
    tenant: string
    item: set of bytes optional
    path: path optional
    ip: ip optional
    size: int optional
    owner: uuid optional
    headers: labels optional
    action get, put, list, drop
}
";

const WORDS: [&str; 8] = ["a", "ab", "abc", "b", "abcdefghij", "abcdefghijk", "longer than eight bytes", "x"];
const PATHS: [&str; 11] = [
    "/",
    "/a",
    "/a/b",
    "/a/b/c",
    "/b",
    "/a/x/c",
    "/b/a/b",
    "/c/b/x",
    "/a/b/c/d/e/f/g/h/i",
    "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/x",
    "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/x",
];
const ADDRESSES: [&str; 6] = ["10.0.0.1", "10.0.1.1", "10.1.0.1", "192.168.0.1", "2001:db8::1", "::1"];
const NUMBERS: [i64; 8] = [0, 1, -1, 99, 100, 101, i64::MIN, i64::MAX];
const OWNERS: [&str; 3] = [
    "00000000-0000-4000-8000-000000000001",
    "00000000-0000-4000-8000-000000000002",
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
];

fn text_pattern(choices: &mut Choices<'_>) -> String {
    let word = *choices.pick(&WORDS);
    match choices.below(7) {
        0 => format!("\"{word}\""),
        1 => format!("prefix \"{word}\""),
        2 => format!("suffix \"{word}\""),
        3 => format!("[\"{word}\", \"{}\"]", choices.pick(&WORDS)),
        4 => format!("glob \"{word}*\""),
        5 => format!("not [\"{word}\", absent]"),
        _ => format!("[prefix \"{word}\", \"{}\", absent]", choices.pick(&WORDS)),
    }
}

fn rule(choices: &mut Choices<'_>, out: &mut String) {
    let denies = choices.chance(40);
    out.push_str(if denies { "    deny { " } else { "    allow { " });
    let mut entries = Vec::new();
    if choices.chance(128) {
        entries.push(format!("action: {}", choices.pick(&["get", "[get, list]", "not drop", "[get, put, list]"])));
    }
    // Nearly every request would be denied otherwise.
    if denies || choices.chance(128) {
        entries.push(format!("owner: \"{}\"", choices.pick(&OWNERS)));
    }
    if choices.chance(128) {
        entries.push(format!("tenant: {}", text_pattern(choices).replace(", absent]", "]")));
    }
    if choices.chance(90) {
        entries.push(format!("item: {}", text_pattern(choices)));
    }
    if choices.chance(90) {
        let path = choices.pick(&[
            "/a",
            "/a/b",
            "/a/**",
            "/a/b/**",
            "/*/b",
            "/**/c",
            "/a/*/c",
            "/**",
            "/a/b/c/d/**",
            "/**/x/**",
            "/**/b/**/x",
            "/a/**/x/**",
        ]);
        entries.push(format!("path: \"{path}\""));
    }
    if choices.chance(60) {
        let network =
            choices.pick(&["10.0.0.0/8", "10.0.0.0/23", "10.0.0.1", "192.168.0.0/17", "2001:db8::/33", "::/0"]);
        entries.push(format!("ip: \"{network}\""));
    }
    if choices.chance(60) {
        let range = choices.pick(&["0..99", "100", ">= 100", "< 0", "-1..1", "99..101", "0..1000000"]);
        entries.push(format!("size: {range}"));
    }
    if choices.chance(90) {
        entries.push(format!("headers: {{ {} }}", labels(choices)));
    }
    let when = if choices.chance(90) { condition(choices) } else { "" };
    let _ = writeln!(out, "{} }}{when}", entries.join(", "));
}

fn labels(choices: &mut Choices<'_>) -> String {
    let mut label = |name| format!("{name}: {}", text_pattern(choices));
    let first = label("a");
    if choices.chance(90) { format!("{first}, b: {}", text_pattern(choices)) } else { first }
}

fn condition(choices: &mut Choices<'_>) -> &'static str {
    *choices.pick(&[
        " when has path",
        " when tenant == \"ab\"",
        " when tenant in [\"ab\", \"x\"]",
        " when ends_with(tenant, \"b\") && has size && size >= 0 && size < 100",
        " when has headers[\"a\"] && headers[\"a\"] == \"ab\"",
        " when has headers[\"b\"] && starts_with(headers[\"b\"], \"longer\")",
        " when has owner && owner == \"00000000-0000-4000-8000-000000000001\"",
        " unless has path && path == \"/a\"",
    ])
}

fn document(policy: &str) -> Document {
    let text = format!("{VOCABULARY}{policy}");
    Document::from_text("index.placet", &text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"))
}

fn pair(document: &Document, from: usize) -> (Compiled, Compiled) {
    let template = document.template(BlockKind::Policy, None).unwrap();
    let with = |from| compile_with(template, document.vocabulary(), &Arguments::none(), IndexFrom(from)).unwrap();
    (with(usize::MAX), with(from))
}

/// Asks both, with a request of values that the rules speak of.
fn answers(
    choices: &mut Choices<'_>,
    vocabulary: &Vocabulary,
    programs: [&Compiled; 2],
) -> [Result<BlockVerdict, RunError>; 2] {
    let field = |name| vocabulary.field(name).unwrap();
    let action = *choices.pick(&["get", "put", "list", "drop"]);
    let most = *choices.pick(&[2, 4, 20]);
    let items: Vec<Value<'_>> =
        (0..choices.below(most)).map(|_| Value::Bytes(choices.pick(&WORDS).as_bytes())).collect();
    let headers: Vec<(&str, &str)> =
        ["a", "b", "c"].into_iter().take(choices.below(4)).map(|name| (name, *choices.pick(&WORDS))).collect();
    let mut request = Request::named(vocabulary, action, Time::from_millis(1_800_000_000_000)).unwrap();
    request.set(field("tenant"), *choices.pick(&WORDS)).unwrap();
    request.set(field("item"), items.as_slice()).unwrap();
    request.set(field("headers"), headers.as_slice()).unwrap();
    if choices.chance(160) {
        request.set(field("path"), ResourcePath::new(*choices.pick(&PATHS)).unwrap()).unwrap();
    }
    if choices.chance(160) {
        request.set(field("ip"), choices.pick(&ADDRESSES).parse::<std::net::IpAddr>().unwrap()).unwrap();
    }
    if choices.chance(160) {
        request.set(field("size"), *choices.pick(&NUMBERS)).unwrap();
    }
    if choices.chance(160) {
        let owner = u128::from_str_radix(&choices.pick(&OWNERS).replace('-', ""), 16).unwrap();
        request.set(field("owner"), Value::Uuid(owner.to_be_bytes())).unwrap();
    }
    programs.map(|program| run(&proved(program, vocabulary), ProgramKind::Authority, &request, &CONTEXT))
}

#[test]
fn the_first_rule_that_matches_is_found_among_rules_that_overlap() {
    let outcomes = [Cell::new(0), Cell::new(0), Cell::new(0)];
    for_all(400, 2_000, |choices| {
        let mut policy = String::from("policy p {\n");
        (0..8 + choices.below(80)).for_each(|_| rule(choices, &mut policy));
        policy.push_str("}\n");
        let document = document(&policy);
        let (linear, indexed) = pair(&document, 4);
        let vocabulary = document.vocabulary();
        // What an index leaves of the program is the program: people read the same rules.
        prop_assert_eq!(
            read::rules(&proved(&linear, vocabulary)),
            read::rules(&proved(&indexed, vocabulary)),
            "{}",
            policy
        );
        for _ in 0..16 {
            let [without, with] = answers(choices, vocabulary, [&linear, &indexed]);
            prop_assert_eq!(without, with, "{}", policy);
            let outcome = match with {
                Ok(BlockVerdict::Allow(_)) => 0,
                Ok(BlockVerdict::Forbid(_)) => 1,
                _ => 2,
            };
            outcomes[outcome].set(outcomes[outcome].get() + usize::from(is_indexed(&indexed, vocabulary)));
        }
        Ok(())
    });
    let outcomes = outcomes.map(Cell::into_inner);
    assert!(outcomes.iter().all(|count| *count > 100), "an index was asked for {outcomes:?}");
}

/// `count` rules that one attribute tells apart.
fn large(count: usize, rule: impl Fn(usize) -> String) -> Document {
    let rules: String = (0..count).map(|number| format!("    allow {{ {} }}\n", rule(number))).collect();
    document(&format!("policy p {{\n{rules}}}\n"))
}

#[test]
fn exact_values_prefixes_segments_networks_and_ranges_are_told_apart() {
    let shapes: [(&str, fn(usize) -> String); 13] = [
        ("tenant (", |n| format!("action: get, tenant: \"tenant-{n}\"")),
        ("item 7 first bytes", |n| format!("action: get, tenant: \"one\", item: prefix \"k-{n:04}/\"")),
        ("tenant 9 last bytes", |n| format!("tenant: suffix \"@host-{n:03}\"")),
        ("path segment 1", |n| format!("path: \"/*/tenant-{n}/**\"")),
        ("path 12 first bytes", |n| format!("path: \"/v1/room-{n:03}/**\"")),
        ("ip 120 bits", |n| format!("ip: \"10.{}.{}.0/24\"", n / 250, n % 250)),
        ("size ", |n| format!("size: {}..{}", n * 100, n * 100 + 99)),
        ("headers[\"host\"] (", |n| format!("headers: {{ host: \"h-{n}\" }}")),
        ("headers[\"host\"] 6 first bytes", |n| format!("headers: {{ at: any, host: prefix \"h-{n:03}/\" }}")),
        ("headers[\"host\"] 7 last bytes", |n| format!("headers: {{ host: suffix \"@vm-{n:03}\" }}")),
        ("path some segment", |n| format!("path: \"/**/room-{n}/**\"")),
        ("path some segment", |n| format!("path: \"/v1/**/room-{n}\"")),
        ("tenant, ", |n| format!("tenant: \"tenant-{}\", path: \"/room-{:02}/**\"", n / 20, n % 20)),
    ];
    for (shown, rule) in shapes {
        let document = large(400, rule);
        let (linear, indexed) = pair(&document, 24);
        let text = listing(indexed.program.bytes(), document.vocabulary(), &[]);
        let first = text.lines().next().unwrap_or_default();
        assert!(first.contains("allow.index 400 rules") && first.contains(shown), "{first}");
        assert!(first.ends_with(" 0 open"), "{first}");
        let lookup = if shown == "path some segment" { 34_000 } else { 1_000 };
        assert!(indexed.cost < linear.cost + lookup, "an index costs little: {} and {}", indexed.cost, linear.cost);
    }
}

#[test]
fn a_condition_is_looked_up_like_an_entry_of_the_map() {
    let same: [(fn(usize) -> String, fn(usize) -> String); 3] = [
        (
            |n| format!("allow {{ action: get }} when tenant == \"t{n}\""),
            |n| format!("allow {{ action: get, tenant: \"t{n}\" }}"),
        ),
        (
            |n| format!("deny {{ action: get }} when has headers[\"x\"] && headers[\"x\"] == \"t{n}\""),
            |n| format!("deny {{ action: get, headers: {{ x: \"t{n}\" }} }}"),
        ),
        (
            |n| format!("allow {{ action: get }} when has size && size >= {n} && size < {}", n + 1),
            |n| format!("allow {{ action: get, size: {n} }}"),
        ),
    ];
    for (condition, entry) in same {
        let program = |rule: fn(usize) -> String| {
            let rules: String = (0..100).map(|number| format!("    {}\n", rule(number))).collect();
            pair(&document(&format!("policy p {{\n{rules}}}\n")), 24).1
        };
        let (written, entered) = (program(condition), program(entry));
        assert!(is_indexed(&entered, document("policy p { allow { tenant: \"a\" } }").vocabulary()));
        assert_eq!(written.program, entered.program);
    }
}

#[test]
fn rules_with_common_beginnings_of_every_length_are_all_found() {
    let document = large(400, |n| format!("item: prefix \"{}{n}/\"", "k".repeat(1 + n % 40)));
    let (_, indexed) = pair(&document, 24);
    let text = listing(indexed.program.bytes(), document.vocabulary(), &[]);
    assert!(text.lines().next().is_some_and(|first| first.ends_with(" 0 open")), "{text}");
}

/// The verdict of the program, and that of its rules without an index, which has to be the same.
fn verdict(programs: &(Compiled, Compiled), vocabulary: &Vocabulary, request: &Request<'_>) -> BlockVerdict {
    let answer = |compiled| run(&proved(compiled, vocabulary), ProgramKind::Authority, request, &CONTEXT);
    let [linear, indexed] = [&programs.0, &programs.1].map(answer);
    assert_eq!(linear, indexed);
    indexed.expect("a proved program has an answer")
}

#[test]
fn each_element_of_a_set_is_looked_up_in_denials_and_a_larger_set_asks_all_rules() {
    let rules: String = (0..400).map(|n| format!("    deny {{ item: [\"k{n}\", \"l{}\"] }}\n", n % 9)).collect();
    let document = document(&format!("policy p {{\n{rules}    allow {{ action: get }}\n}}\n"));
    let vocabulary = document.vocabulary();
    let programs = pair(&document, 24);
    assert!(is_indexed(&programs.1, vocabulary));
    let with = |items: &[String]| {
        let items: Vec<Value<'_>> = items.iter().map(|item| Value::Bytes(item.as_bytes())).collect();
        let mut request = Request::named(vocabulary, "get", Time::EPOCH).unwrap();
        request.set_named("tenant", "a").unwrap();
        request.set_named("item", items.as_slice()).unwrap();
        verdict(&programs, vocabulary, &request)
    };
    for size in [0, 1, 2, 15, 16, 17, 40] {
        let free: Vec<String> = (0..size).map(|n| format!("free-{n}")).collect();
        assert_eq!(with(&free), BlockVerdict::Allow(Some(400)));
        for place in 0..size {
            let mut one = free.clone();
            one[place] = "k123".to_owned();
            assert_eq!(with(&one), BlockVerdict::Forbid(123));
            // The first rule of the program decides, wherever its element is.
            one[(place + 1) % size] = "l5".to_owned();
            let first = if size == 1 { 5 } else { 5.min(123) };
            assert_eq!(with(&one), BlockVerdict::Forbid(first));
        }
    }
}

#[test]
fn each_segment_of_a_path_is_looked_up_and_a_longer_path_asks_all_rules() {
    let document = large(400, |n| format!("path: \"/**/room-{n}/**\""));
    let vocabulary = document.vocabulary();
    let programs = pair(&document, 24);
    for segments in [0, 1, 2, 15, 16, 17, 40] {
        let free: Vec<String> = (0..segments).map(|n| format!("s{n}")).collect();
        let with = |segments: &[String]| {
            let path = format!("/{}", segments.join("/"));
            let mut request = Request::named(vocabulary, "get", Time::EPOCH).unwrap();
            request.set_named("tenant", "a").unwrap();
            request.set_named("path", ResourcePath::new(&path).unwrap()).unwrap();
            verdict(&programs, vocabulary, &request)
        };
        assert_eq!(with(&free), BlockVerdict::Abstain(None));
        for place in 0..segments {
            let mut one = free.clone();
            one[place] = "room-321".to_owned();
            assert_eq!(with(&one), BlockVerdict::Allow(Some(321)));
        }
    }
}

#[test]
fn a_rule_in_several_buckets_of_one_request_stays_within_its_price() {
    let elements: Vec<String> = (0..16).map(|n| format!("{n:02}-{}", "x".repeat(900))).collect();
    let list = elements.iter().map(|element| format!("\"{element}y\", \"{element}\"")).collect::<Vec<_>>().join(", ");
    let rules: String = (0..40).map(|n| format!("    deny {{ item: [{list}], tenant: suffix \"-{n}\" }}\n")).collect();
    let document =
        document(&format!("policy p {{\n{rules}    deny {{ item: \"a\" }}\n    allow {{ action: get }}\n}}\n"));
    let vocabulary = document.vocabulary();
    let programs = pair(&document, 1);
    let items: Vec<Value<'_>> = elements.iter().map(|item| Value::Bytes(item.as_bytes())).collect();
    let mut request = Request::named(vocabulary, "get", Time::EPOCH).unwrap();
    request.set_named("tenant", "a-39").unwrap();
    request.set_named("item", items.as_slice()).unwrap();
    assert_eq!(verdict(&programs, vocabulary, &request), BlockVerdict::Forbid(39));
}

#[test]
fn rules_that_nothing_tells_apart_have_no_index() {
    let document = large(400, |n| format!("action: get, tenant: ~\".*[{}-z]x{n}.*\"", ["a", "b"][n % 2]));
    let (linear, same) = pair(&document, 24);
    assert_eq!(linear.program, same.program);
}

#[test]
fn an_index_grows_with_its_rules() {
    let bytes = |count| {
        let document = large(count, |n| format!("action: get, tenant: \"cache-{n}\", item: prefix \"k-{n}/\""));
        let (linear, indexed) = pair(&document, 24);
        (indexed.program.bytes().len() - linear.program.bytes().len()) as f64 / count as f64
    };
    let (hundred, thousands) = (bytes(100), bytes(8_000));
    assert!(hundred < 14.0 && thousands < 14.0, "{hundred} and {thousands} bytes a rule");
}

#[test]
fn a_token_has_no_index() {
    let rules: String = (0..100).map(|n| format!("    allow {{ tenant: \"t{n}\" }}\n")).collect();
    let document = document(&format!("policy p {{\n{rules}}}\ntoken t {{\n{rules}}}\n"));
    let vocabulary = document.vocabulary();
    let policy = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
    let token = document.compile(BlockKind::Token, None, &Arguments::none()).unwrap();
    assert!(is_indexed(&policy, vocabulary) && !is_indexed(&token, vocabulary));
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Token };
    let refused = verify(policy.program.bytes(), &scope).unwrap_err();
    assert_eq!(refused.fault, Fault::IndexInToken);
}

#[test]
fn an_index_with_another_byte_is_refused_or_changes_nothing() {
    no_byte_can_change(|n| format!("action: get, tenant: [\"t{n}\", \"u{}\"], path: \"/a/{}/**\"", n % 7, n % 3));
    no_byte_can_change(|n| format!("action: get, path: \"/**/{}/**\", headers: {{ host: \"t{n}\" }}", n % 3));
}

fn no_byte_can_change(rule: fn(usize) -> String) {
    let document = large(40, rule);
    let (linear, indexed) = pair(&document, 4);
    let vocabulary = document.vocabulary();
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    let bytes = indexed.program.bytes();
    let shorter = linear.program.bytes().len();
    let tenants: Vec<String> = (0..41).flat_map(|n| [format!("t{n}"), format!("u{n}")]).collect();
    let decisions = |proved: &Proved<'_>| -> Vec<Result<BlockVerdict, RunError>> {
        let asked = tenants.iter().map(|tenant| {
            let headers = [("host", tenant.as_str())];
            let mut request = Request::named(vocabulary, "get", Time::from_millis(0)).unwrap();
            request.set_named("tenant", tenant.as_str()).unwrap();
            request.set_named("path", ResourcePath::new("/a/1/x").unwrap()).unwrap();
            request.set_named("headers", headers.as_slice()).unwrap();
            run(proved, ProgramKind::Authority, &request, &CONTEXT)
        });
        asked.collect()
    };
    let right = decisions(&proved(&linear, vocabulary));
    let mut refused = 0;
    for at in shorter..bytes.len() {
        for change in [1, 0x10, 0x80] {
            let mut changed = bytes.to_vec();
            changed[at] ^= change;
            match verify(&changed, &scope) {
                Ok(proved) => assert_eq!(decisions(&proved), right, "byte {at} changed by {change}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > (bytes.len() - shorter) * 2, "only {refused} changes were refused");
}

/// An index in front of `rules` that allow, each a test of `tenant`: the rules, and the constant.
fn by_hand(rules: &[(&str, u8)], tables: &[u8]) -> (Vec<u8>, Pool, Vec<u8>) {
    by_hand_of(|body| Op::Allow { body }, rules, tables)
}

fn by_hand_of(rule: fn(Length) -> Op, rules: &[(&str, u8)], tables: &[u8]) -> (Vec<u8>, Pool, Vec<u8>) {
    let (mut code, mut pool, mut directory) = (Vec::new(), Pool::default(), Vec::new());
    for &(tenant, table) in rules {
        directory.extend([code.len() as u8, 0, 0, table]);
        let mut test = Vec::new();
        Op::Equals { field: FieldNo(1), text: pool.intern(tenant.as_bytes()) }.write(&mut test);
        rule(Length(test.len() as u32)).write(&mut code);
        code.extend(test);
    }
    let mut constant = vec![rules.len() as u8, 0, code.len() as u8, 0, 0, 0, 1];
    constant.extend(directory);
    constant.extend([0, 0]);
    constant.extend_from_slice(tables);
    (code, pool, constant)
}

fn fault_of(code: &[u8], mut pool: Pool, index: &[u8], place: fn(Const, &[u8]) -> Vec<u8>) -> Option<Fault> {
    let document = document("policy p { allow { tenant: \"a\" } }");
    let vocabulary = document.vocabulary();
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    let code = place(pool.intern(index), code);
    verify(Program::new(&code, &pool).bytes(), &scope).err().map(|error| error.fault)
}

fn in_front(index: Const, code: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Op::AllowIndex { index }.write(&mut out);
    [out, code.to_vec()].concat()
}

#[test]
fn only_the_index_of_its_rules_is_believed() {
    // One facet, the whole of `tenant` to 9 bytes, and one bucket.
    const ONE_BUCKET: [u8; 6] = [1, 0, 0, 1, 9, 0];
    let with = |starts: &[u8], entries: &[u8]| [&ONE_BUCKET, starts, entries].concat();
    let right = with(&[0, 0, 2, 0], &[0, 0, 1, 0]);
    let rules = [("a", 0), ("b", 0)];
    let (code, pool, constant) = by_hand(&rules, &right);
    assert_eq!(fault_of(&code, pool, &constant, in_front), None);
    let tables = [
        ("a rule is left out", with(&[0, 0, 1, 0], &[0, 0])),
        ("another is left out", with(&[0, 0, 1, 0], &[1, 0])),
        ("a rule stands twice", with(&[0, 0, 3, 0], &[0, 0, 1, 0, 1, 0])),
        ("the rules do not ascend", with(&[0, 0, 2, 0], &[1, 0, 0, 0])),
        ("a rule that is not there", with(&[0, 0, 3, 0], &[0, 0, 1, 0, 2, 0])),
        ("a gap before the first bucket", with(&[1, 0, 2, 0], &[0, 0, 1, 0])),
        ("a bucket that ends before it begins", with(&[2, 0, 0, 0], &[])),
        ("bytes behind the last table", with(&[0, 0, 2, 0], &[0, 0, 1, 0, 0])),
        ("a table that is cut short", with(&[0, 0, 2, 0], &[0, 0, 1])),
        ("no facet", [&[0, 0][..], &[0, 0, 2, 0, 0, 0, 1, 0]].concat()),
        ("texts longer than the table looks at", [&[1, 0, 0, 1, 0, 0], &right[6..]].concat()),
        ("the beginning of a text that is shorter", [&[1, 0, 1, 1, 2, 0], &right[6..]].concat()),
        ("another attribute", [&[1, 0, 0, 2, 9, 0], &right[6..]].concat()),
        ("an attribute that is not there", [&[1, 0, 0, 99, 9, 0], &right[6..]].concat()),
        ("a kind of facet that is not there", [&[1, 0, 10, 1, 9, 0], &right[6..]].concat()),
        ("a label, where no rule asks for one", [&[1, 0, 6, 1, 9, 0, 1, 0, b'a'], &right[6..]].concat()),
        ("the name of a label that is cut short", vec![1, 0, 6, 1, 9, 0, 200, 0, b'a']),
        ("a label without a name", vec![1, 0, 6, 1, 9, 0]),
        ("some segment of a text without one", [&[1, 0, 9, 1, 0, 0], &right[6..]].concat()),
        ("some segment of a size", [&[1, 0, 9, 1, 1, 0], &right[6..]].concat()),
        ("more buckets than there are numbers", [&[1, 17, 0, 1, 9, 0], &right[6..]].concat()),
    ];
    for (what, tables) in tables {
        let (code, pool, constant) = by_hand(&rules, &tables);
        let fault = fault_of(&code, pool, &constant, in_front);
        assert!(matches!(fault, Some(Fault::BadIndex | Fault::UnknownAttribute)), "{what}: {fault:?}");
    }
    for (what, rules) in [
        ("a table that is not there", [("a", 0), ("b", 1)]),
        ("an open rule that is not among the open ones", [("a", 0), ("b", 255)]),
    ] {
        let (code, pool, constant) = by_hand(&rules, &right);
        assert_eq!(fault_of(&code, pool, &constant, in_front), Some(Fault::BadIndex), "{what}");
    }
    let places: [(&str, fn(Const, &[u8]) -> Vec<u8>); 4] = [
        ("behind its rules", |index, code| [code.to_vec(), in_front(index, &[])].concat()),
        ("twice", |index, code| in_front(index, &in_front(index, code))),
        ("in front of more rules than it knows", |index, code| [in_front(index, code), code.to_vec()].concat()),
        ("as that of other rules", |index, code| {
            let mut out = in_front(index, code);
            out[0] = 0x80;
            out
        }),
    ];
    for (what, place) in places {
        let (code, pool, constant) = by_hand(&rules, &right);
        let fault = fault_of(&code, pool, &constant, place);
        assert!(matches!(fault, Some(Fault::OutOfOrder | Fault::BadIndex | Fault::Cut)), "{what}: {fault:?}");
    }
}

/// The VM gives the number of a rule by counting, and stops where something has been decided: an index has one place.
#[test]
fn an_index_comes_before_everything_that_it_could_overtake() {
    type Make = fn(Length) -> Op;
    type Mark = fn(Const) -> Op;
    let (allow, deny): (Make, Make) = (|body| Op::Allow { body }, |body| Op::Deny { body });
    let require: Make = |body| Op::Require { body };
    let (allows, denies): (Mark, Mark) = (|index| Op::AllowIndex { index }, |index| Op::DenyIndex { index });
    let tables = [1, 0, 0, 1, 9, 0, 0, 0, 2, 0, 0, 0, 1, 0];
    let fault = |before: &[Make], mark: Mark, rule: Make, times: usize| {
        let (rules, mut pool, constant) = by_hand_of(rule, &[("a", 0), ("b", 0)], &tables);
        let index = pool.intern(&constant);
        let mut code = Vec::new();
        before.iter().for_each(|rule| rule(Length(0)).write(&mut code));
        for _ in 0..times {
            mark(index).write(&mut code);
            code.extend_from_slice(&rules);
        }
        let document = document("policy p { allow { tenant: \"a\" } }");
        let vocabulary = document.vocabulary();
        let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
        verify(Program::new(&code, &pool).bytes(), &scope).err().map(|error| error.fault)
    };
    for (before, mark, rule) in
        [(&[][..], denies, deny), (&[][..], allows, allow), (&[deny, require][..], allows, allow)]
    {
        assert_eq!(fault(before, mark, rule, 1), None);
        assert_eq!(fault(before, mark, rule, 2), Some(Fault::OutOfOrder), "twice");
    }
    for before in [deny, require, allow] {
        assert_eq!(fault(&[before], denies, deny, 1), Some(Fault::OutOfOrder));
    }
    assert_eq!(fault(&[allow], allows, allow, 1), Some(Fault::OutOfOrder));
}
