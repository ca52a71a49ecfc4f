//! What a text becomes, and what is said when it becomes nothing.

use crate::syntax;

use std::time::{Duration, Instant};

use placet::diag::code::Code;
use placet::diag::{Diagnostic, Source, render};
use placet::limits;
use placet::syntax::ast::*;
use placet::syntax::cases::{Expected, ValueKind};
use placet::syntax::map::{from_json_text, from_map};
use placet::syntax::parse::{parse, parse_cases, parse_condition, parse_partly};
use placet::syntax::print::{format, print, print_condition};
use proptest::prelude::*;

/// The only mistake of a text.
fn mistake(text: &str) -> Diagnostic {
    match parse(text).expect_err("a mistake").as_slice() {
        [one] => one.clone(),
        more => panic!("{more:#?}\n{text}"),
    }
}

/// Message, help and underlined text of the only mistake.
#[track_caller]
fn says(text: &str, message: &str, help: &str, underlined: &str) {
    let error = mistake(text);
    let found = (error.message.as_str(), error.help.as_deref().unwrap_or(""), error.at.of(text));
    assert_eq!(found, (message, help, underlined), "{text}");
}

fn codes(text: &str) -> Vec<Code> {
    parse_partly(text).diagnostics.iter().map(|error| error.code).collect()
}

fn tree(text: &str) -> String {
    print(&parse(text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}")))
}

fn condition(text: &str) -> String {
    print_condition(&parse_condition(text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}")))
}

#[test]
fn the_face_of_the_language_is_read() {
    for text in syntax::FACE {
        if let Err(errors) = parse(text) {
            panic!("{errors:#?}\n{text}");
        }
    }
}

#[test]
fn likely_typos_get_a_message_of_their_own() {
    says("token t { ttl 5m }", "expected `:` after `ttl`", "write `ttl: …`", "5m");
    says("token t { ttl = 5m }", "expected `:` after `ttl`", "a key and its value are joined by `:`", "=");
    says("token t { ttl: 5 minutes }", "`5 minutes` is not a duration", "write `5m`", "5 minutes");
    says("token t { ttl: 30days }", "unknown unit `days`", "write `30d`", "30days");
    says("polcy p {}", "expected an item", "did you mean `policy`?", "polcy");
    says("policy p { alow { a: 1 } }", "expected `:` after `alow`", "did you mean `allow {`?", "{");
    says(
        "policy p { allow: { a: 1 } }",
        "`allow` begins a rule and is not a key",
        "write `allow { … }`, once for each map",
        "allow",
    );
    says("policy p { allow {} when a = b }", "`=` does not compare", "write `==`", "=");
    says("policy p { allow {} when a and b }", "`and` is not an operator", "write `&&`", "and");
    says("policy p { allow {} when a == 1 or b }", "`or` is not an operator", "write `||`", "or");
    says("policy p { allow {} when a & b }", "`&` is not an operator", "write `&&`", "&");
    says("policy p { allow {} when not a == 1 }", "`not` turns a pattern around, not a condition", "write `!a`", "not");
    says(
        "policy p { allow {} when 1 < x < 3 }",
        "`<` cannot follow `<`: comparisons do not chain",
        "write `a < b && b < c`",
        "<",
    );
    says("token t { owner: 'me' }", "a string is written in double quotes", "write `\"…\"`", "'");
    says("use momento;", "`;` does not end anything here", "remove it; entries are separated by commas or lines", ";");
    says("# comment\nuse momento", "`#` does not begin a comment", "write `//`", "#");
    says("token t(user: sting) {}", "unknown type `sting`", "did you mean `string`?", "sting");
    says("token t { n: 1.5 }", "numbers are whole", "write a smaller unit, such as `1500ms` for `1.5s`", ".");
    says("let a [1]", "expected `=` after `a`", "write `let a = …`", "[");
    says("token t { ttl: 5m", "`{` is never closed", "add the `}` that closes it", "{");
    says("token t { } }", "`}` closes nothing", "remove it, or open the bracket that it should close", "}");
    says(
        "token t { owner: \"me }",
        "a string is never closed",
        "add the closing `\"`, and write a line break inside a string as `\\n`",
        "\"me }",
    );
}

#[test]
fn what_is_expected_is_said_in_words() {
    let expects = |text: &str, message: &str| assert_eq!(mistake(text).message, message, "{text}");
    expects("token t { ttl: }", "expected a pattern after `:`");
    expects("token t { a: prefix }", "expected a value after `prefix`");
    expects("token t { a: 1.. }", "expected a value after `..`");
    expects("token { }", "expected a name after `token`");
    expects("token t", "expected parameters or `{` after `t`");
    expects("policy p { allow {} when }", "expected a condition after `when`");
    expects("policy p { allow {} when a + }", "expected a value after `+`");
    expects("policy p { allow {} when a in }", "expected a pattern after `in`");
    expects("vocabulary v { }", "expected a number after `v`");
    expects("vocabulary v 1 { cache }", "expected `:` after `cache`");
    expects("use", "expected a name after `use`");
    expects("hello", "expected an item");
    expects("token t { ,}", "expected a field, a rule or `}` after `{`");
}

#[test]
fn each_code_of_the_syntax_has_an_example_that_triggers_it() {
    for code in Code::ALL.iter().filter(|code| code.id().starts_with("E01")) {
        let found = if code.example().starts_with('{') {
            let value = from_json_text(code.example()).expect("good JSON");
            from_map(&value).expect_err("a mistake").0.iter().map(|error| error.code).collect()
        } else if code.example().starts_with("// Cases.") {
            parse_cases(code.example()).expect("cases").lacks().iter().map(|error| error.code).collect()
        } else {
            codes(code.example())
        };
        assert_eq!(found, [*code], "{}", code.example());
    }
}

#[test]
fn a_broken_item_hides_no_other() {
    let text = "use momento\n\ntoken a { ttl 5m }\n\nlet x = [1, 2]\n\n/// Doc.\npolicy b { allow { c: } }\ntoken good { ttl: 5m }\nrole R = \n";
    let parsed = parse_partly(text);
    assert_eq!(parsed.diagnostics.len(), 3, "{:#?}", parsed.diagnostics);
    assert_eq!(parsed.file.items.len(), 3);
    let broken: Vec<&str> = parsed.broken.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(broken, ["a", "b", "R"]);
}

#[test]
fn an_item_without_its_end_does_not_swallow_the_next() {
    for text in [
        "let x =\ntoken t(user: string) { }\n",
        "use\ntoken t { }\n",
        "role R = not\ntoken t {}",
        "let x = 1..\n\npolicy p { allow {} }",
    ] {
        let parsed = parse_partly(text);
        assert_eq!(parsed.diagnostics.len(), 1, "{:#?}\n{text}", parsed.diagnostics);
        assert_eq!(parsed.file.items.len(), 1, "{text}");
    }
    // A word of an item is a word wherever it can be one.
    assert_eq!(tree("let x =\n    token\n"), "let x = token\n");
}

#[test]
fn a_missing_brace_is_found_where_it_was_opened() {
    let text = "policy a {\n    allow { x: [1, 2 }\n}\n\ntoken b {\n    ttl: 5m\n\ntoken c { ttl: 5m }\n";
    let parsed = parse_partly(text);
    let lines: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|error| (error.message.as_str(), Source::text("t", text).line_and_column(error.at)))
        .collect();
    assert_eq!(lines, [("`[` is never closed", Some((2, 16))), ("`{` is never closed", Some((5, 9)))]);
    assert_eq!(parsed.file.items.len(), 1);
}

#[test]
fn no_more_diagnostics_than_a_reader_can_use() {
    let text = "token t { ttl 5m }\n".repeat(1000);
    assert_eq!(parse(&text).expect_err("mistakes").len(), limits::DIAGNOSTICS);
}

#[test]
fn nesting_bombs_of_every_kind_are_refused_fast() {
    let n = 100_000;
    let bombs = [
        format!("let a = {}", "[".repeat(n)),
        format!("let a = {}1{}", "[".repeat(n), "]".repeat(n)),
        format!("let a = {}1", "not ".repeat(n)),
        format!("let a = {}1", "{ a: ".repeat(n)),
        format!("let a = {}", "[not ".repeat(n)),
        format!("policy p {{ allow {{}} when {}a }}", "!".repeat(n)),
        format!("policy p {{ allow {{}} when {}a }}", "! ".repeat(n)),
        format!("policy p {{ allow {{}} when {}a", "(".repeat(n)),
        format!("policy p {{ allow {{}} when {}a", "f(".repeat(n)),
        format!("policy p {{ allow {{}} when {}a", "x in [not ".repeat(n)),
        format!("policy p {{ allow {{}} when {}a }}", "!// c\n".repeat(n)),
        "{".repeat(n),
        "(".repeat(n),
    ];
    for bomb in bombs {
        let start = Instant::now();
        assert_eq!(codes(&bomb), [Code::TooDeep], "{}", &bomb[..60]);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    let long_sum = format!("policy p {{ allow {{}} when 1 == 1{} }}", " + 1".repeat(n));
    assert_eq!(codes(&long_sum), [Code::TooDeep]);
}

#[test]
fn text_that_tempts_a_parser_to_try_again_is_refused_fast() {
    let texts = [
        format!("let a = {}@", "[not ".repeat(13)),
        format!("let a = {}@", "{ a: [".repeat(13)),
        format!("policy p {{ allow {{}} when {}@ }}", "f((".repeat(12)),
        format!("policy p {{ allow {{}} when {}@ }}", "any x in [not ".repeat(13)),
    ];
    for text in texts {
        let start = Instant::now();
        assert!(parse(&text).is_err());
        assert!(start.elapsed() < Duration::from_secs(5), "{text}");
    }
}

#[test]
fn nesting_up_to_the_limit_is_read_and_one_more_is_refused_by_name() {
    let lists = |n: usize| format!("let a = {}1{}", "[".repeat(n - 1), "]".repeat(n - 1));
    assert!(parse(&lists(limits::NESTING)).is_ok());
    assert_eq!(codes(&lists(limits::NESTING + 1)), [Code::TooDeep]);
    assert!(mistake(&lists(60)).message.contains("nests deeper"));
}

#[test]
fn the_limits_hold_on_a_small_stack() {
    let text = format!(
        "policy p {{ allow {{}} when {}a{} && x in {}1{} }}",
        "(".repeat(20),
        ")".repeat(20),
        "[".repeat(20),
        "]".repeat(20)
    );
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    small.spawn(move || assert!(parse(&text).is_ok())).unwrap().join().unwrap();
}

#[test]
fn a_long_chain_of_conditions_nests_little() {
    let text = format!("policy p {{ allow {{}} when a{} }}", " && a || b".repeat(2000));
    assert!(parse(&text).is_ok());
    assert_eq!(condition("a && (b && (c || (d || e)))"), "a && b && (c || d || e)");
}

#[test]
fn a_file_of_the_largest_size_is_read() {
    let mut text = String::from("policy p {\n");
    while text.len() + 64 < limits::SOURCE_BYTES {
        text.push_str("allow { a: [1, 2, 3], b: prefix \"x\" } when c == 1\n");
    }
    text.push('}');
    assert!(parse(&text).is_ok());
    text.push_str(&" ".repeat(limits::SOURCE_BYTES));
    assert_eq!(codes(&text), [Code::TooLarge]);
}

#[test]
fn conditions_bind_as_the_page_says() {
    assert_eq!(condition("a||b&&!c==d+1-2"), "a || b && !(c == d + 1 - 2)");
    assert_eq!(condition("(a||b)&&c"), "(a || b) && c");
    assert_eq!(condition("!(a && b)"), "!(a && b)");
    assert_eq!(condition("a - (b - c)"), "a - (b - c)");
    assert_eq!(condition("x in [\"a\"] && y in 8..18 || z in office"), "x in [\"a\"] && y in 8..18 || z in office");
    assert_eq!(condition("!x in prefix \"a\""), "!(x in prefix \"a\")");
    assert_eq!(condition("!has a && !f(a)"), "!has a && !f(a)");
    assert_eq!(
        condition("any groups in [\"ops\"] && all item in prefix \"user/\""),
        "any groups in [\"ops\"] && all item in prefix \"user/\""
    );
    assert_eq!(
        condition("has headers[\"x-trace\"] && headers[\"x\"] == token.owner"),
        "has headers[\"x-trace\"] && headers[\"x\"] == token.owner"
    );
    assert_eq!(condition("time-2h < token.issuance"), "time - 2h < token.issuance");
    assert!(parse_condition("a b").is_err());
    assert!(parse_condition("").is_err());
}

#[test]
fn commas_are_optional_where_nothing_runs_together() {
    assert_eq!(
        tree("token t(a: int b: set of ip,) { x: [1 -2, a b,] y: { c: 1 d: 2, }, z: 1..2 w: any }"),
        "token t(a: int, b: set of ip) {\n    x: [1, -2, a, b]\n    y: { c: 1, d: 2 }\n    z: 1..2\n    w: any\n}\n"
    );
    assert_eq!(
        tree("vocabulary v 1 { action a, b, c: string optional, optional: int action y, x, role r = [a] }"),
        "vocabulary v 1 {\n    action a, b\n    c: string optional\n    optional: int\n    action y, x\n    role r = [a]\n}\n"
    );
    assert!(parse("token t { a: [1,,2] }").is_err());
}

#[test]
fn literals_are_read_exactly() {
    assert_eq!(
        tree("let a = [-9223372036854775808, 9223372036854775807, 1w, 1d12h, 250ms, 0s, -90m]").lines().count(),
        1
    );
    assert_eq!(tree("let a = 2027-01-01T00:00:00.250+01:00"), "let a = 2026-12-31T23:00:00.25Z\n");
    assert_eq!(tree("let a = x\"00FF\""), "let a = x\"00ff\"\n");
    let bad = |literal: &str| {
        let text = format!("let a = {literal}");
        let error = mistake(&text);
        assert_eq!((error.code, error.at.of(&text)), (Code::BadLiteral, literal), "{}", error.message);
    };
    for literal in [
        "9223372036854775808",
        "-9223372036854775809",
        "1m1h",
        "1h1h",
        "5x",
        "99999999999999999999w",
        "9223372036854775807w",
        "1h2",
        "2027-13-01T00:00:00Z",
        "2027-01-01",
        "2027-01-01T00:00:00",
        "2027-01-01T00:00:00.0001Z",
        "x\"0\"",
        "x\"zz\"",
        "0000-01-01T00:00:00+23:00",
    ] {
        bad(literal);
    }
    says(
        "let a = \"\\q\"",
        "unknown escape `\\q`",
        "known are `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\{` and `\\u{…}`; for a backslash write `\\\\`",
        "\\q",
    );
    says(
        "let a = \"\\u{110000}\"",
        "`\\u` needs the number of a character",
        "write it as `\\u{e9}`, one to six hexadecimal digits",
        "\\u",
    );
}

#[test]
fn braces_splice_names_and_nothing_else() {
    let text = |text: &str| {
        let file = parse(&format!("let a = {text}")).unwrap();
        match file.items[0].kind.clone() {
            ItemKind::Let(Let { value: Pattern { kind, .. }, .. }) => match kind {
                PatternKind::Literal(Literal::Text(text)) => text.pieces,
                PatternKind::Text(_, Operand { kind: OperandKind::Literal(Literal::Text(text)), .. }) => text.pieces,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    let plain = |text: &str| Piece::Text(text.to_owned());
    let splice = |name: &str| Piece::Splice(Name { text: name.to_owned(), at: At::default() });
    assert_eq!(text(r#""a{b}c""#), [plain("a"), splice("b"), plain("c")]);
    assert_eq!(text(r#""{2}{ b }{b{c}}\{d}""#), [plain("{2}{ b }{b"), splice("c"), plain("}{d}")]);
    assert_eq!(
        text(r#"~"\d{2}\{x\}{x}\p{Greek}\"\\""#),
        [plain(r"\d{2}\{x\}"), splice("x"), plain("\\p{Greek}\"\\\\")]
    );
    assert_eq!(text(r#"~"[\{x}]""#), [plain("[{x}]")]);
    assert_eq!(text(r#"glob "\*{x}""#), [plain(r"\*"), splice("x")]);
}

#[test]
fn doc_comments_belong_to_something() {
    let file =
        parse("/// One.\n///\n///  Two.\n// no\npolicy p {}\n//// no\nvocabulary v 1 {\n/// In.\na: int }").unwrap();
    assert_eq!(file.items[0].doc, ["One.", "", " Two."]);
    for lost in ["token t { /// x\n a: 1 }", "use a\n/// x", "token t { a: [\n/// x\n1] }"] {
        assert_eq!(codes(lost), [Code::LostDoc], "{lost}");
    }
}

#[test]
fn invisible_characters_are_refused_and_never_shown() {
    for text in [
        "use a\u{202e}",
        "let a = \"x\u{200b}y\"",
        "// \u{2066} bidi\nuse a",
        "let a = \"\u{1b}[31m\"",
        "use\u{a0}a",
        "let\u{200d} a = 1",
    ] {
        let errors = parse(text).expect_err("hidden");
        assert_eq!(errors[0].code, Code::Hidden, "{text:?}");
        let source = Source::text("t", text);
        for shown in [render::plain(&errors, &source), render::narrated(&errors, &source)] {
            assert!(!shown.contains(placet::visible::hides), "{shown:?}");
        }
    }
    // A family may stand in a comment, and a byte order mark before everything.
    assert!(parse("\u{feff}// 👩\u{200d}👧 ❤\u{fe0f}\r\nuse a\r\n").is_ok());
    assert_eq!(
        mistake("let a = \"x\u{200b}y\"").help.as_deref(),
        Some("write `\\u{200b}` if the string really holds it")
    );
    assert!(parse("let a = \"x\\u{200b}y\"").is_ok());
}

#[test]
fn places_are_bytes_of_the_text() {
    let text = "/// é\nlet é = 1\nlet office = [\"ä\", not b]  // c\n";
    let parsed = parse_partly(text);
    let item = &parsed.file.items[0];
    assert_eq!(item.at.0.of(text), "let office = [\"ä\", not b]");
    let ItemKind::Let(item) = &item.kind else { panic!("a let") };
    assert_eq!(item.name.at.0.of(text), "office");
    let PatternKind::List(list) = &item.value.kind else { panic!("a list") };
    assert_eq!(list[1].at.0.of(text), "not b");
    let text = "policy p { allow { a: 1 } when (b) in [1] unless c  }";
    let ItemKind::Block(block) = &parse(text).unwrap().items[0].kind else { panic!("a block") };
    assert_eq!(block.rules[0].at.0.of(text), "allow { a: 1 } when (b) in [1] unless c");
    assert_eq!(block.rules[0].when.as_ref().unwrap().at.0.of(text), "(b) in [1]");
}

#[test]
fn a_diagnostic_is_shown_in_every_form() {
    let text = "token t {\n    ttl 5m\n}\n";
    let errors = parse(text).unwrap_err();
    let source = Source::text("t.placet", text);
    assert_eq!(
        render::plain(&errors, &source),
        "error[E0101]: expected `:` after `ttl`\n  --> t.placet:2:9\n  |\n2 |     ttl 5m\n  |         ^^ found `5m`\n   = write `ttl: …`\n"
    );
    let json = render::json(&errors, &source);
    assert_eq!(json[0]["code"], "E0101");
    assert_eq!((&json[0]["line"], &json[0]["column"], &json[0]["file"]), (&2.into(), &9.into(), &"t.placet".into()));
    assert!(render::narrated(&errors, &source).contains("expected `:` after `ttl`"));
    let map = Source::Map { paths: vec!["permissions[2].cache".to_owned()], written: None };
    let error = [Diagnostic::new(Code::Map, placet::span::Span::new(0, 1), "no").help("yes")];
    assert_eq!(render::plain(&error, &map), "error[E0110]: no\n  --> permissions[2].cache\n   = yes\n");
    assert_eq!(render::json(&error, &map)[0]["path"], "permissions[2].cache");
    assert!(render::narrated(&error, &map).contains("permissions[2].cache: no"));
    #[cfg(feature = "graphical")]
    {
        let shown = |has_colors| render::graphical(&errors, &source, render::Terminal { has_colors, width: 80 });
        assert!(!shown(false).contains('\u{1b}'));
        assert!(shown(true).contains('\u{1b}') && !shown(true).contains("\u{1b}]8"));
    }
}

#[test]
fn case_files_are_read() {
    let text = r#"
// comments as usual
token session(user: "42", groups: ["a"])
restrict one_folder(folder: "a")
at 2026-11-21T10:00:00Z

allow          get { cache: "profiles", item: "user/{42}/{name}" }
not_permitted  get { cache: "profiles", item: ["user/43/a", "user/42/b"], labels: { dc: "eu-1" } }
forbidden      DELETE { path: "/x" }  because "a comment that names the case"
policy p
refused        get {}
"#;
    let cases = parse_cases(text).unwrap();
    assert_eq!(cases.sections.len(), 2);
    let first = &cases.sections[0];
    assert_eq!((first.subject.arguments.len(), first.restrictions.len(), first.cases.len()), (2, 1, 3));
    assert_eq!(first.cases[0].attributes[1].1.kind, ValueKind::One(Literal::Text(Text::plain("user/{42}/{name}"))));
    assert!(matches!(&first.cases[1].attributes[2].1.kind, ValueKind::Labels(labels) if labels[0].1 == "eu-1"));
    assert_eq!(first.cases[2].reason.as_deref(), Some("a comment that names the case"));
    assert_eq!(cases.sections[1].cases[0].expected, Expected::Refused);
    assert_eq!(cases.sections[0].cases[2].now, Some(1_795_255_200_000));
    assert_eq!(cases.sections[1].cases[0].now, None, "a time holds for its section");
    assert_eq!(
        cases.sections[0].cases[2].at.0.of(text),
        "forbidden      DELETE { path: \"/x\" }  because \"a comment that names the case\""
    );
}

#[test]
fn mistakes_of_case_files_are_said() {
    let says = |text: &str, wanted: &[&str]| {
        let errors = parse_cases(text).expect_err("mistakes");
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages, wanted, "{text}");
    };
    says("allow get {}", &["no section says what is tested here"]);
    says(
        "policy p\nallow get { a: prefix \"b\" }\nalow get {}",
        &["a request holds values, not patterns", "expected a case"],
    );
    says("token t\nallow get {}\nrestrict r\n", &["a restriction is written after a case"]);
    says("policy p\nrestrict r\n", &["a policy cannot be restricted"]);
    says("policy p\nallow get { a: 1, a: 2 }", &["`a` is given twice"]);
    says("policy p\nat noon\nallow get { a: 30days }", &["expected a time after `at`", "unknown unit `days`"]);
}

fn no_panic(text: &str) {
    let parsed = parse_partly(text);
    for error in &parsed.diagnostics {
        assert!(text.get(error.at.start..error.at.end).is_some(), "{error:?} lies outside of {text:?}");
        assert!(!error.message.is_empty() && !error.message.contains("something else"), "{error:?}");
    }
    let source = Source::text("t", text);
    let _ = render::plain(&parsed.diagnostics, &source);
    let _ = render::narrated(&parsed.diagnostics, &source);
    let _ = parse_cases(text);
    let _ = parse_condition(text);
    if let Ok(formatted) = format(text) {
        assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "{text}");
    }
}

#[test]
fn a_message_says_what_may_begin_in_a_body_whose_head_is_broken_too() {
    for (text, wanted) in [
        ("token t use {:x\n  ttl: 3d\n}\n", "expected a field, a rule or `}` after `{`"),
        ("vocabulary v use {:x\n  action get\n}\n", "expected a member or `}` after `{`"),
    ] {
        let messages: Vec<_> = parse_partly(text).diagnostics.into_iter().map(|found| found.message).collect();
        assert!(messages.iter().any(|message| message == wanted), "{messages:#?}");
        no_panic(text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        no_panic(&text);
    }

    #[test]
    fn any_row_of_tokens_is_read_or_refused(tokens in proptest::collection::vec(proptest::sample::select(TOKENS), 0..40)) {
        no_panic(&tokens.join(" "));
        no_panic(&tokens.join(""));
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(number in 0..4_usize, damages in proptest::collection::vec((any::<u16>(), 0..12_usize, proptest::sample::select(TOKENS)), 1..4)) {
        let mut text: Vec<char> = syntax::FACE[number].chars().collect();
        for (place, length, token) in damages {
            let at = usize::from(place) % (text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, token.chars());
        }
        no_panic(&text.into_iter().collect::<String>());
    }

    #[test]
    fn a_file_cut_anywhere_is_read_or_refused(number in 0..4_usize, place in any::<u16>()) {
        let text = syntax::FACE[number];
        let mut at = usize::from(place) % text.len();
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        no_panic(&text[..at]);
        no_panic(&text[at..]);
    }
}

const TOKENS: &[&str] = &[
    "use",
    "let",
    "role",
    "vocabulary",
    "table",
    "from",
    "->",
    "token",
    "policy",
    "restriction",
    "x",
    "ttl",
    "allow",
    "deny",
    "only",
    "when",
    "unless",
    "any",
    "absent",
    "not",
    "prefix",
    "glob",
    "in",
    "has",
    "all",
    "set",
    "of",
    "string",
    "action",
    "lowercase",
    "optional",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ",",
    "=",
    "==",
    "<",
    "!",
    "&&",
    "||",
    "+",
    "-",
    "..",
    ".",
    "~",
    "\"a\"",
    "\"",
    "\\",
    "x\"00\"",
    "7",
    "30m",
    "2027-01-01T00:00:00Z",
    "2027-01-0",
    "//",
    "///",
    "\n",
    "\r\n",
    "é",
    "\u{202e}",
    "'",
    "#",
    ";",
    "@",
    "{a}",
];
