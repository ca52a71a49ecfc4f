//! One path has one spelling, whoever writes it: a request, a policy, an argument, HTTP.

use crate::support::{Service, codes, compiled, document, path};
use placet::check::library::Library;
use placet::check::tree::{ArgumentNo, Constant};
use placet::compile::arguments::{Argument, Arguments};
use placet::compile::compile;
use placet::diag::code::Code;
use placet::document::request;
use placet::document::value::arguments_from_text;
use placet::model::path::{PathError, ResourcePath};
use placet::model::target::{Target, canonical};
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::Vocabulary;
use placet::program::source::ToSource;
use serde_json::json;

fn is_canonical(text: &str) -> bool {
    ResourcePath::new(text).is_ok()
}

/// `%C3%A9`
fn escaped(text: &str, digits: fn(u8) -> String) -> String {
    text.bytes().map(digits).collect()
}

fn upper(byte: u8) -> String {
    format!("%{byte:02X}")
}

fn lower(byte: u8) -> String {
    format!("%{byte:02x}")
}

fn read(target: &str) -> Result<String, PathError> {
    let mut buffer = vec![0; target.len()];
    Target::read(target, &mut buffer).map(|target| target.path.as_str().to_owned())
}

#[test]
fn of_every_character_at_most_one_spelling_is_accepted() {
    for character in (0..0x250).chain([0x2028, 0x65e5, 0xf8ff, 0x1_f600]).filter_map(char::from_u32) {
        for [before, after] in [["/", ""], ["/a", "b"], ["/x/", "/y"], ["/.", ""], ["/", "."], ["/..", "/a"]] {
            let plain = character.to_string();
            let spellings = [plain.clone(), escaped(&plain, upper), escaped(&plain, lower)];
            let mut spelt: Vec<_> = spellings.iter().map(|text| format!("{before}{text}{after}")).collect();
            spelt.dedup();
            let accepted: Vec<_> = spelt.iter().filter(|text| is_canonical(text)).collect();
            assert!(accepted.len() <= 1, "{accepted:?}");
            // What HTTP may write in three ways is one path, or none.
            let read: Vec<_> = spelt.iter().filter(|text| !text.contains(['?', '#'])).map(|text| read(text)).collect();
            let right: Vec<_> = read.iter().flatten().collect();
            assert!(right.iter().all(|path| is_canonical(path) && *path == right[0]), "{spelt:?}: {read:?}");
            if let Some(accepted) = accepted.first() {
                assert!(right.iter().all(|path| path == accepted), "{accepted}: {read:?}");
            }
        }
    }
    // And bytes that are no character by themselves have no spelling at all.
    for byte in 0x80..=0xff {
        assert_eq!(read(&format!("/a{}", upper(byte))), Err(PathError::NotUtf8));
        assert!(!is_canonical(&format!("/a{}", upper(byte))));
    }
}

#[test]
fn a_target_is_decoded_once_and_never_repaired() {
    for (target, expected) in [
        ("/", Ok("/")),
        ("/caf%c3%a9/a%20b?x=%2F..", Ok("/caf\u{e9}/a b")),
        ("/%40x/100%25", Ok("/@x/100%25")),
        ("/a%3fb%23c", Ok("/a%3Fb%23c")),
        ("/a%2Eb", Ok("/a.b")),
        ("/%e6%97%a5", Ok("/\u{65e5}")),
        ("/%2541", Err(PathError::DoubleEncoding)),
        ("/%25%34%31", Err(PathError::DoubleEncoding)),
        ("/a%2fb", Err(PathError::EncodedSeparator)),
        ("/a%5cb", Err(PathError::EncodedSeparator)),
        ("/%2e%2e/b", Err(PathError::DotSegment)),
        ("/..%20/b", Err(PathError::DotSegment)),
        ("/%20..%C2%A0/b", Err(PathError::DotSegment)),
        ("/a/%20/b", Err(PathError::EmptySegment)),
        ("/..;x/b", Err(PathError::Parameter)),
        ("/.;/b", Err(PathError::Parameter)),
        ("/;/admin", Err(PathError::Parameter)),
        ("/a%3Bx", Err(PathError::Parameter)),
        ("/%C0%AF", Err(PathError::NotUtf8)),
        ("/%ED%A0%80", Err(PathError::NotUtf8)),
        ("/%E9", Err(PathError::NotUtf8)),
        ("/a%00", Err(PathError::ControlCharacter)),
        ("/a%C2%85", Err(PathError::ControlCharacter)),
        ("/a%", Err(PathError::BadEscape)),
        ("/a%4", Err(PathError::BadEscape)),
        ("/a%u0041", Err(PathError::BadEscape)),
        ("/a/", Err(PathError::EmptySegment)),
        ("/a#b", Err(PathError::NotAPath)),
        ("/a?b#c", Err(PathError::NotAPath)),
        ("http://host/a", Err(PathError::NotAbsolute)),
        ("*", Err(PathError::NotAbsolute)),
        ("?a", Err(PathError::NotAbsolute)),
    ] {
        assert_eq!(read(target).as_deref(), expected.as_ref().copied(), "{target}");
    }
    let mut small = [0; 3];
    assert_eq!(Target::read("/a%20b", &mut small), Err(PathError::TooLong), "never a part of a path");
    assert_eq!(Target::read("/a/b?c", &mut []).unwrap().query, Some("c"), "without escapes nothing is copied");
}

#[test]
fn a_canonical_path_is_its_own_canonical_spelling() {
    for text in ["/", "/a b", "/caf\u{e9}", "/100%25", "/a%3F%23", "/@x", "/a:b", "/*", "/a%25zz"] {
        assert_eq!(canonical(text).as_deref(), Ok(text));
        let all = format!("/{}", text[1..].split('/').map(|part| escaped(part, upper)).collect::<Vec<_>>().join("/"));
        let twice = text.contains('%');
        assert_eq!(canonical(&all).is_ok(), !twice, "escaping an escape is another path: {all}");
    }
}

#[test]
fn a_deny_holds_for_a_path_however_the_policy_spells_it() {
    let plain = "use http\npolicy menu { allow { path: \"/**\" } deny { path: \"/caf\u{e9}/**\" } \
                 deny { path: \"/plan b/*\" } deny { path: \"/a:b\" } }";
    let escaped = "use http\npolicy menu { allow { path: \"/**\" } deny { path: \"/%63af%c3%A9/**\" } \
                   deny { path: \"/plan%20b/*\" } deny { path: \"/a%3ab\" } }";
    for text in [plain, escaped] {
        let service = Service::new(text);
        for denied in ["/caf\u{e9}/x", "/plan b/x", "/a:b"] {
            assert_eq!(service.decides("GET", &[("path", path(denied))]), "forbidden", "{denied}");
        }
        assert_eq!(service.decides("GET", &[("path", path("/cafe/x"))]), "allow");
    }
    let condition = "use http\npolicy p { allow { action: any } deny { action: any } when path == \"/a%20b\" }";
    assert_eq!(Service::new(condition).decides("GET", &[("path", path("/a b"))]), "forbidden");
}

#[test]
fn a_request_says_its_path_canonically_or_is_refused() {
    let http = Library::built_in().get("http").unwrap();
    for (text, is_right) in [("/caf\u{e9}/x", true), ("/caf%C3%A9/x", false), ("/%40x", false), ("/a;b", false)] {
        let read = request::from_json(http, &json!({ "action": "GET", "path": text }));
        assert_eq!(read.is_ok(), is_right, "{text}");
    }
}

#[test]
fn an_argument_means_the_canonical_path_and_finishes_no_escape() {
    let text = "use http\npolicy p(folder: path) { allow { path: folder } }";
    let document = document(text);
    let template = &document.templates()[0];
    for (argument, is_right) in [("/caf%C3%A9", true), ("/caf\u{e9}", true), ("/a%2Fb", false), ("/a;b", false)] {
        let read = arguments_from_text(template, [("folder", argument)]);
        assert_eq!(read.is_ok(), is_right, "{argument}");
        if let Ok(arguments) = read
            && let Some(Argument::One(folder)) = arguments.get(ArgumentNo(0))
        {
            assert_eq!(folder, &Constant::Path("/caf\u{e9}".to_owned()));
        }
    }
    let spliced = |literal: &str, argument: &str| {
        let text = format!("use http\npolicy p(name: string) {{ allow {{ path: \"{literal}\" }} }}");
        let document = crate::support::document(&text);
        let template = &document.templates()[0];
        let arguments = Arguments::new(&template.parameters, [("name", Argument::from(argument))]).unwrap();
        compile(template, document.vocabulary(), &arguments).map(drop)
    };
    for literal in ["/x/{name}25", "/x/{name}25/*", "/x/a%25{name}", "/x/a%25{name}/*"] {
        assert!(spliced(literal, "x y").is_ok(), "{literal}");
        for argument in ["%", "%2", "41", ";", "\u{85}"] {
            let refused = spliced(literal, argument).is_err();
            assert_eq!(refused, argument != "41" || literal.contains("%25"), "{argument} in {literal}");
        }
    }
    assert_eq!(codes("use http\npolicy p(name: string) { allow { path: \"/x%2{name}\" } }"), [Code::NotAPath]);
    assert_eq!(codes("use http\npolicy p(name: string) { allow { path: \"/x%C3{name}/*\" } }"), [Code::NotAPath]);
}

#[test]
fn a_star_that_is_meant_as_a_character_can_be_written() {
    let service = Service::new("use http\npolicy p { allow { path: [\"/a%2A\", \"/b%2a/*\", \"/*%2A/c\"] } }");
    for (asked, verdict) in [
        ("/a*", "allow"),
        ("/ax", "not_permitted"),
        ("/b*/x", "allow"),
        ("/bb/x", "not_permitted"),
        ("/x*/c", "allow"),
        ("/xy/c", "not_permitted"),
    ] {
        assert_eq!(service.decides("GET", &[("path", path(asked))]), verdict, "{asked}");
    }
}

#[test]
fn what_is_said_of_a_program_with_a_star_in_a_path_means_the_same() {
    let text = "use http\npolicy p { allow { path: [\"/a%2A\", \"/b%2A/*\", \"/c%2A/**\"] } when path != \"/d%2A\" }";
    let document = document(text);
    let program = compiled(&document, []).program;
    let said = ToSource::new(document.vocabulary()).entries_of(program.bytes()).join("\n");
    for part in ["\"/a%2A\"", "\"/b%2A/*\"", "\"/c%2A/**\"", "\"/d%2A\""] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_semicolon_is_refused_with_the_reason_and_the_way_out() {
    let report = crate::support::read("use http\npolicy p { allow { path: \"/a;b/*\" } }").unwrap_err().to_string();
    for part in ["E0304", "no `;`", "before they route", "refuse the request"] {
        assert!(report.contains(part), "{part} in {report}");
    }
}

#[test]
fn the_page_about_paths_says_what_is_done() {
    let page = include_str!("../../../../docs/paths.md");
    let rows = page.lines().filter(|line| line.starts_with("| `/")).collect::<Vec<_>>();
    assert!(rows.len() >= 10);
    for row in rows {
        let cells: Vec<Vec<&str>> =
            row.split('|').skip(1).map(|cell| cell.split('`').skip(1).step_by(2).collect()).collect();
        for target in &cells[0] {
            assert_eq!(read(target).ok().as_deref(), cells[1].first().copied(), "{row}");
        }
    }
}

// Header names and hosts.

#[test]
fn capitals_where_a_vocabulary_wants_none_are_an_error_and_never_a_rule_without_effect() {
    for wrong in [
        "deny { headers: { \"X-Debug\": any } }",
        "deny { headers: [{ \"X-Debug\": any }, { a: any }] }",
        "deny { host: \"Admin.example.com\" }",
        "deny { host: [\"a\", prefix \"Admin\"] }",
        "deny { host: suffix \".COM\" }",
        "deny { host: glob \"A*\" }",
        "deny { host: ~\"(Admin|root).*\" }",
        "deny { action: any } when has host && host == \"Admin\"",
        "deny { action: any } when has host && \"Admin\" != host",
        "deny { action: any } when has host && host in [\"a\", \"Admin\"]",
        "deny { action: any } when has host && starts_with(host, \"Admin\")",
        "deny { action: any } when has headers[\"X-Debug\"]",
    ] {
        assert_eq!(
            codes(&format!("use http\npolicy p {{ allow {{ path: \"/**\" }} {wrong} }}")),
            [Code::Capitals],
            "{wrong}"
        );
    }
    for right in [
        "deny { host: ~\"(?i)Admin\\.[A-Z]+\" }",
        "deny { headers: { \"x-debug\": \"ON\" } }",
        "deny { host: \"\u{c9}\" }",
        "deny { subject: \"Admin\" }",
        "deny { action: any } when has host && has headers[\"x-host\"] && host != headers[\"x-host\"]",
    ] {
        assert!(codes(&format!("use http\npolicy p {{ allow {{ path: \"/**\" }} {right} }}")).is_empty(), "{right}");
    }
    let groups = "vocabulary v 1 { groups: set of string lowercase lowercase: string optional action get }\n";
    for (wrong, found) in [
        ("deny { groups: \"Ops\" }", vec![Code::Capitals]),
        ("deny { action: any } when any groups in [\"Ops\"]", vec![Code::Capitals]),
        ("deny { action: any } when \"Ops\" in groups", vec![Code::Capitals]),
        ("deny { action: any } when \"ops\" in groups", vec![]),
        ("deny { lowercase: \"Ops\" }", vec![]),
    ] {
        assert_eq!(codes(&format!("{groups}policy p {{ allow {{ action: get }} {wrong} }}")), found, "{wrong}");
    }
    let declared = "vocabulary v 1 { size: int lowercase action get } policy p { allow { action: get } }";
    assert_eq!(codes(declared), [Code::BadDeclaration]);
}

#[test]
fn a_request_with_capitals_where_there_are_none_is_refused() {
    let http = Library::built_in().get("http").unwrap();
    let lent = |request: serde_json::Value| {
        let owned = request::from_json(http, &request).unwrap();
        owned
            .with_request(http, Time::from_millis(0), |request| request.check().is_ok())
            .map_err(|error| error.describe(http))
    };
    assert_eq!(lent(json!({ "action": "GET", "path": "/", "host": "a", "headers": { "x-a": "B" } })), Ok(true));
    for (wrong, name) in [(json!({ "X-Debug": "1" }), "headers"), (json!({ "x": "1", "accepT": "" }), "headers")] {
        let error = lent(json!({ "action": "GET", "path": "/", "headers": wrong })).unwrap_err();
        assert!(error.contains(name) && error.contains("capital"), "{error}");
    }
    assert!(lent(json!({ "action": "GET", "path": "/", "host": "Admin.example.com" })).is_err());
    assert_eq!(lent(json!({ "action": "GET", "path": "/A", "query": { "Q": "A" }, "subject": "Bob" })), Ok(true));
}

#[test]
fn an_argument_with_capitals_where_there_are_none_makes_no_program() {
    let refused = |rule: &str, argument: Argument| {
        let ty = if matches!(argument, Argument::Set(_)) { "set of string" } else { "string" };
        let document = document(&format!("use http\npolicy p(x: {ty}) {{ allow {{ path: \"/**\" }} {rule} }}"));
        let template = &document.templates()[0];
        let arguments = Arguments::new(&template.parameters, [("x", argument)]).unwrap();
        match compile(template, document.vocabulary(), &arguments) {
            Ok(_) => false,
            Err(errors) => errors.iter().all(|error| error.to_string().contains("capital")),
        }
    };
    for rule in [
        "deny { host: x }",
        "deny { host: not [suffix \".{x}\", absent] }",
        "deny { host: glob \"*.{x}\" }",
        "deny { host: ~\"a.*{x}\" }",
        "deny { action: any } when has host && host == x",
        "deny { action: any } unless !(has host && ends_with(host, x))",
        "deny { action: any } when has host && host in [x]",
    ] {
        assert!(refused(rule, "Example.com".into()), "{rule}");
        assert!(!refused(rule, "example.com".into()), "{rule}");
    }
    let hosts = |host: &str| Argument::Set(vec![Constant::String(host.to_owned())]);
    assert!(refused("deny { host: x }", hosts("A")) && !refused("deny { host: x }", hosts("a")));
    assert!(!refused("deny { subject: x headers: { \"x-a\": x } }", "Bob".into()));
}

#[test]
fn a_mark_is_a_part_of_what_a_vocabulary_means() {
    let builder = || Vocabulary::builder("v", 1);
    let text = Type::One(Scalar::String);
    let marked = builder().lowercase_attribute("a", text, true).unwrap().build();
    assert_ne!(marked.fingerprint(), builder().attribute("a", text, true).unwrap().build().fingerprint());
    assert!(builder().lowercase_attribute("a", Type::One(Scalar::Int), true).is_err());
}

#[test]
fn dots_are_dots_whatever_nobody_sees_beside_them() {
    use placet::model::path::{PathError, ResourcePath};
    for hidden in ["\u{200b}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{fe0f}", "\u{e0041}"] {
        for path in
            [format!("/a/..{hidden}/b"), format!("/a/.{hidden}./b"), format!("/{hidden}."), format!("/a/{hidden}.. ")]
        {
            assert_eq!(ResourcePath::new(&path), Err(PathError::DotSegment), "{path:?}");
        }
        assert!(ResourcePath::new(&format!("/a{hidden}/b")).is_ok(), "what it means is for those who compare it");
    }
    for path in ["/a/\n", "/\u{85}", "/a/ \t", "/..\n"] {
        assert_eq!(ResourcePath::new(path), Err(PathError::ControlCharacter), "{path:?}");
    }
}
