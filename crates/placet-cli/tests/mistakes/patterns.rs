//! What patterns and arguments match: no argument widens, no address or expression means more than it says.

use crate::support::{SHELF, Service, codes, document, ip, path, read, refusals};
use placet::check::tree::Constant;
use placet::compile::arguments::Argument;
use placet::compile::error::TemplateError;
use placet::diag::code::Code;
use placet::model::value::Value;
use placet::program::source::ToSource;

/// All texts over a few characters, up to a length.
fn texts(alphabet: &[&str], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Every way in which a part of a pattern comes from a parameter.
const PARTS: [&str; 22] = [
    "name: prefix x",
    "name: prefix \"{x}\"",
    "name: prefix \"a{x}\"",
    "name: prefix \"{x}/\"",
    "name: suffix x",
    "name: suffix \"{x}a\"",
    "name: [\"a\", suffix \"/{x}\"]",
    "name: glob \"{x}*\"",
    "name: glob \"*{x}?\"",
    "name: glob \"{x}\"",
    "name: glob \"a{x}/{x}\"",
    "name: ~\"{x}.*\"",
    "name: ~\"({x})+a?\"",
    "name: ~\"(?i){x}|a\"",
    "name: not prefix \"{x}/\"",
    "blob: prefix x",
    "blob: ~\"[a-z]*{x}\"",
    "folder: \"/{x}\"",
    "folder: \"/{x}/**\"",
    "folder: \"/a{x}*\"",
    "name: any } when starts_with(name, \"{x}\") || ends_with(name, x",
    "name: any } when contains(name, x",
];

fn policy_of(part: &str) -> String {
    let close = if part.contains("when") { ")" } else { " }" };
    format!("{SHELF} policy p(x: string) {{ allow {{ {part}{close} }}")
}

#[test]
fn an_empty_argument_is_refused_wherever_it_is_part_of_a_pattern() {
    for part in PARTS {
        let text = policy_of(part);
        let causes = refusals(&text, &[("x", "".into())]);
        let refused = |cause: &TemplateError| matches!(cause, TemplateError::EmptyPatternPart { name } | TemplateError::EmptySegmentPart { name } if name == "x");
        assert!(!causes.is_empty() && causes.iter().all(refused), "{part}: {causes:?}");
        assert!(causes.iter().all(|cause| cause.help().is_some()), "{part}");
        assert_eq!(refusals(&text, &[("x", "a".into())]), [], "{part}");
    }
    for part in ["name: x", "name: \"a{x}\"", "name: not x", "blob: x"] {
        let text = policy_of(part);
        assert_eq!(refusals(&text, &[("x", "".into())]), [], "an exact text may be empty: {part}");
    }
}

#[test]
fn no_argument_accepts_more_than_all_others_together() {
    let alphabet = ["a", "b", "/"];
    for part in PARTS {
        let text = policy_of(part);
        let (mut accepted, mut by_empty) = (Vec::new(), Vec::new());
        for argument in texts(&alphabet, 2) {
            if !refusals(&text, &[("x", argument.as_str().into())]).is_empty() {
                continue;
            }
            let service = Service::with(&text, [("x", argument.as_str().into())]);
            for value in texts(&alphabet, 4) {
                let held = match part {
                    _ if part.starts_with("name") => Some(("name", Value::String(&value))),
                    _ if part.starts_with("blob") => Some(("blob", Value::Bytes(value.as_bytes()))),
                    _ => placet::model::path::ResourcePath::new(&value).ok().map(|path| ("folder", Value::Path(path))),
                };
                let Some(held) = held.filter(|held| service.decides("get", &[*held]) == "allow") else { continue };
                let found = format!("{held:?}");
                if argument.is_empty() { by_empty.push(found) } else { accepted.push(found) }
            }
        }
        assert!(by_empty.iter().all(|value| accepted.contains(value)), "{part}: only the empty argument accepts some");
        assert!(!accepted.is_empty(), "{part} accepts nothing");
    }
}

#[test]
fn a_pattern_that_is_open_where_an_argument_ends_is_warned_about() {
    let warnings = |part: &str, ty: &str| {
        let close = if part.contains("when") { "" } else { " }" };
        let text = format!("{SHELF} policy p(x: {ty}) {{ allow {{ {part}{close} }}");
        let document = read(&text).unwrap_or_else(|report| panic!("{text}: {report}"));
        document.warnings().iter().filter(|found| found.code == Code::NoBoundary).cloned().collect::<Vec<_>>()
    };
    for part in [
        "name: prefix x",
        "name: prefix \"user/{x}\"",
        "name: suffix \"{x}.example\"",
        "name: glob \"user/{x}*\"",
        "name: glob \"*{x}\"",
        "name: glob \"{x}?*\"",
        "name: ~\"{x}[0-9]{4}.*\"",
        "name: ~\"user/{x}.*\"",
        "name: ~\"user/({x})[0-9]?(/.*)?\"",
        "name: ~\"(.+|a){x}\"",
        "blob: prefix x",
        "folder: \"/user/{x}*\"",
        "name: any } when starts_with(name, \"user/{x}\")",
        "name: any } when ends_with(name, x)",
    ] {
        let found = warnings(part, "string");
        assert_eq!(found.len(), 1, "{part}");
        assert!(found[0].help.as_deref().is_some_and(|help| help.contains("{x}")), "{part}: {found:?}");
    }
    for part in [
        "name: prefix \"user/{x}/\"",
        "name: suffix \".{x}\"",
        "name: glob \"user/{x}/*\"",
        "name: glob \"\\*{x}\"",
        "name: ~\"user/{x}(/.*)?\"",
        "name: ~\"{x}|.*a\"",
        "name: ~\"{x}[0-9]{4}-.*\"",
        "name: glob \"{x}?/*\"",
        "folder: \"/user/{x}/**\"",
        "name: any } when contains(name, x)",
    ] {
        assert_eq!(warnings(part, "string"), [], "{part}");
    }
    assert_eq!(warnings("name: prefix \"user/{x}\"", "int").len(), 1);
    assert_eq!(warnings("name: prefix \"user/{x}\"", "uuid"), [], "all uuids have one length");
}

// Absent labels.

#[test]
fn the_map_and_the_condition_say_the_same_of_labels() {
    let thoughts = [
        ("absent", "!has headers[\"x\"]"),
        ("any", "has headers[\"x\"]"),
        ("\"a\"", "has headers[\"x\"] && headers[\"x\"] == \"a\""),
        ("[\"a\", absent]", "!has headers[\"x\"] || headers[\"x\"] == \"a\""),
        ("not [\"a\", absent]", "has headers[\"x\"] && headers[\"x\"] != \"a\""),
        ("[not \"a\", absent]", "!has headers[\"x\"] || headers[\"x\"] != \"a\""),
        ("[prefix \"a\", absent]", "!has headers[\"x\"] || starts_with(headers[\"x\"], \"a\")"),
    ];
    let requests: [Option<&[(&str, &str)]>; 6] = [
        None,
        Some(&[]),
        Some(&[("y", "a")]),
        Some(&[("x", "a")]),
        Some(&[("x", "b")]),
        Some(&[("y", "b"), ("x", "ab")]),
    ];
    for (pattern, condition) in thoughts {
        for rule in ["allow", "deny"] {
            let rest = if rule == "deny" { "allow { path: any }" } else { "" };
            let map = Service::new(&format!("use http policy p {{ {rest} {rule} {{ headers: {{ x: {pattern} }} }} }}"));
            let when = Service::new(&format!("use http policy p {{ {rest} {rule} {{ path: any }} when {condition} }}"));
            for labels in requests {
                let asked = [("path", path("/")), ("headers", Value::Labels(labels.unwrap_or_default()))];
                let asked = &asked[..1 + usize::from(labels.is_some())];
                assert_eq!(map.decides("GET", asked), when.decides("GET", asked), "{rule} {pattern}: {labels:?}");
            }
        }
    }
}

#[test]
fn labels_without_a_label_are_no_labels() {
    for pattern in ["any", "absent", "{ x: absent }", "[{ x: \"a\" }, absent]", "not { x: \"a\" }", "not absent", "{}"]
    {
        for condition in ["true", "has headers", "size(headers) == 0", "!has headers[\"x\"]"] {
            let text = format!("use http policy p {{ allow {{ headers: {pattern} }} when {condition} }}");
            let service = Service::new(&text);
            let without = service.decides("GET", &[("path", path("/"))]);
            let empty = service.decides("GET", &[("path", path("/")), ("headers", Value::Labels(&[]))]);
            assert_eq!(without, empty, "{pattern} {condition}");
        }
    }
    assert_eq!(codes("use http policy p { allow { headers: {} } }"), [], "it is a warning");
    let document = document("use http policy p { allow { headers: {} } }");
    assert!(document.warnings().iter().any(|found| found.code == Code::GrantsAll));
}

// Networks.

#[test]
fn a_network_of_ipv6_holds_no_ipv4_address() {
    let holds = |networks: &str, address: &str| {
        let service = Service::new(&format!("use http policy p {{ allow {{ ip: {networks} }} }}"));
        let by_condition =
            Service::new(&format!("use http policy p {{ allow {{ path: any }} when has ip && ip in {networks} }}"));
        let asked = [("path", path("/")), ("ip", ip(address))];
        assert_eq!(service.decides("GET", &asked), by_condition.decides("GET", &asked), "{networks} {address}");
        service.decides("GET", &asked) == "allow"
    };
    for network in ["\"::/0\"", "\"::/1\"", "\"::/8\"", "\"::/80\"", "\"::fffe:0:0/95\"", "[\"10.0.0.0/8\", \"::/0\"]"]
    {
        assert!(!holds(network, "8.8.8.8") && !holds(network, "::ffff:8.8.8.8"), "{network}");
        let just_below = if network.contains("fffe") { "::fffe:ffff:ffff" } else { "::1" };
        assert!(holds(network, just_below), "{network}");
    }
    assert!(
        holds("\"::/0\"", "2001:db8::1") && holds("\"::/0\"", "64:ff9b::8.8.8.8") && holds("\"::/0\"", "::8.8.8.8")
    );
    for network in ["\"::ffff:0:0/96\"", "\"0.0.0.0/0\"", "\"::ffff:8.0.0.0/104\"", "\"::ffff:8.8.8.8\""] {
        assert!(holds(network, "8.8.8.8") && !holds(network, "::8.8.8.8"), "{network}");
    }
    assert!(holds("not \"::/0\"", "8.8.8.8") && !holds("not \"::/0\"", "::1"));
}

#[test]
fn a_wider_network_of_ipv6_covers_no_network_of_ipv4() {
    let text = "use http policy p { allow { ip: \"::/0\" } allow { ip: \"10.0.0.0/8\" } allow { ip: \"10.1.2.3\" } }";
    let shadowed = document(text).warnings().iter().filter(|found| found.code == Code::Shadowed).count();
    assert_eq!(shadowed, 1, "only the one address is in a network of its family");
}

#[test]
fn a_number_with_a_leading_zero_is_no_part_of_a_network() {
    for text in ["010.0.0.0/8", "10.0.0.0/08", "10.00.0.0/8", "10.0.0.0/+8", "::/00", "010.0.0.1", "10.0.0.0/"] {
        let report = read(&format!("use http policy p {{ allow {{ ip: \"{text}\" }} }}")).expect_err(text);
        assert_eq!(report.diagnostics[0].code, Code::NotAnAddress, "{text}");
        let help = report.diagnostics[0].help.as_deref().unwrap();
        assert_eq!(help.contains("leading zeros"), !text.contains("/+") && !text.ends_with('/'), "{text}: {help}");
    }
    assert_eq!(codes("use http policy p { allow { ip: [\"0.0.0.0/0\", \"10.0.0.0/8\", \"::/0\"] } }"), []);
}

#[test]
fn the_way_out_of_a_mapped_network_is_no_network_of_ipv6() {
    let report = read("use http policy p { allow { ip: \"::ffff:10.1.0.0/8\" } }").unwrap_err();
    assert_eq!(report.diagnostics[0].code, Code::HostBits);
    let help = report.diagnostics[0].help.as_deref().unwrap();
    assert!(help.contains("`10.0.0.0/8`") && !help.contains("::/8"), "{help}");
}

// `not` on what may be absent.

#[test]
fn a_rule_that_forbids_says_what_becomes_of_what_is_absent() {
    let of = |rule: &str| {
        codes(&format!(
            "use http let office = \"10.0.0.0/8\" let outside = not office policy p {{ allow {{ path: any }} {rule} }}"
        ))
    };
    for rule in [
        "deny { ip: not \"10.0.0.0/8\" }",
        "deny { ip: not office }",
        "deny { ip: outside }",
        "deny { ip: [\"10.1.2.3\", not office] }",
        "deny { subject: != \"ada\" }",
        "deny { headers: not { x: \"a\" } }",
        "deny { headers: { x: not \"a\" } }",
        "deny { headers: [{ y: any }, { x: [not \"a\", \"b\"] }] }",
        "never { ip: not office }",
        "never { headers: { x: not \"a\" } }",
    ] {
        assert_eq!(of(rule), [Code::UnsaidAbsence], "{rule}");
    }
    for rule in [
        "deny { ip: [not office, absent] }",
        "deny { ip: not [office, absent] }",
        "deny { ip: [outside, absent] }",
        "deny { ip: any } unless ip in office",
        "deny { path: not \"/a/**\" }",
        "deny { headers: { x: [not \"a\", absent] } }",
        "deny { headers: { x: not [\"a\", absent] } }",
        "deny { ip: not absent }",
        "never { ip: [not office, absent] }",
        "always { ip: not office }",
    ] {
        assert_eq!(of(rule), [], "{rule}");
    }
}

#[test]
fn a_condition_that_forbids_says_what_becomes_of_a_request_without_elements() {
    let of = |rule: &str| codes(&format!("use gateway policy p {{ allow {{ action: GetObject }} {rule} }}"));
    for rule in [
        "deny { action: any } when any groups in not \"staff\"",
        "deny { action: any } when !!(all groups in not \"staff\")",
        "allow { action: PutObject } unless any groups in [\"a\", not \"staff\"]",
        "allow { action: PutObject } when !(any groups in not \"staff\")",
        "never { action: any } when has user && any groups in not \"staff\"",
        "unless: any groups in not \"staff\"",
    ] {
        assert_eq!(of(rule), [Code::UnsaidAbsence], "{rule}");
    }
    for rule in [
        "deny { action: any } when !has groups || any groups in not \"staff\"",
        "deny { action: any } when has groups && any groups in not \"staff\"",
        "deny { groups: any } when any groups in not \"staff\"",
        "deny { action: any } when any groups in \"staff\"",
        "deny { action: any } unless any groups in not \"staff\"",
        "allow { action: PutObject } when any groups in not \"staff\"",
        "always { action: PutObject } when all groups in not \"staff\"",
    ] {
        assert_eq!(of(rule), [], "{rule}");
    }
}

#[test]
fn both_readings_of_a_not_do_what_they_say() {
    let decides = |pattern: &str, address: Option<&str>| {
        let service = Service::new(&format!("use http policy p {{ allow {{ path: any }} deny {{ ip: {pattern} }} }}"));
        let asked = [("path", path("/")), ("ip", ip(address.unwrap_or("::1")))];
        service.decides("GET", &asked[..1 + usize::from(address.is_some())])
    };
    for pattern in ["[not \"10.0.0.0/8\", absent]", "not [\"10.0.0.0/8\", absent]"] {
        assert_eq!(decides(pattern, Some("10.1.2.3")), "allow");
        assert_eq!(decides(pattern, Some("8.8.8.8")), "forbidden");
    }
    assert_eq!(decides("[not \"10.0.0.0/8\", absent]", None), "forbidden");
    assert_eq!(decides("not [\"10.0.0.0/8\", absent]", None), "allow");
}

// Regular expressions.

fn matches(regex: &str, argument: &str, value: &str) -> bool {
    let text = format!("{SHELF} policy p(x: string) {{ allow {{ name: ~\"{regex}\" }} when x == x }}");
    Service::with(&text, [("x", argument.into())]).decides("get", &[("name", Value::String(value))]) == "allow"
}

#[test]
fn an_argument_folds_where_the_expression_around_it_does() {
    for (regex, argument, value, wanted) in [
        ("(?i){x}", "Ada", "aDA", true),
        ("(?i:user-{x})-{x}", "Ada", "USER-ADA-Ada", true),
        ("(?i:user-{x})-{x}", "Ada", "USER-ADA-ADA", false),
        ("{x}(?i)-{x}", "a", "a-A", true),
        ("{x}(?i)-{x}", "a", "A-A", false),
        ("(?i){x}", "é", "É", true),
        ("(?i){x}", "k", "\u{212a}", true),
        ("(?i-u){x}", "k", "\u{212a}", false),
        ("(?i-u){x}", "k", "K", true),
        ("(?i){x}", "a.b", "A.B", true),
        ("(?i){x}", "a.b", "AxB", false),
        ("(?i:{x}){x}(?-i){x}", "q", "QqQ", false),
    ] {
        assert_eq!(matches(regex, argument, value), wanted, "{regex} with {argument} on {value}");
    }
}

#[test]
fn what_is_shown_of_an_expression_with_an_argument_means_the_same() {
    let arguments = [("Ada K.+b", "(?i)x{x}[0-9]+"), ("é", "{x}(?i:{x})+")];
    for (argument, regex) in arguments {
        let text = format!("{SHELF} policy p(x: string) {{ allow {{ name: ~\"{regex}\" }} }}");
        let document = document(&text);
        let compiled =
            crate::support::compiled(&document, [("x", Argument::One(Constant::String(argument.to_owned())))]);
        let expressions = document.expressions();
        let source = ToSource::new(document.vocabulary()).comparing(&expressions);
        let shown = source.entries_of(compiled.program.bytes()).join("\n");
        let again = Service::new(&format!("{SHELF} policy p {{ {shown} }}"));
        let once = Service::with(&text, [("x", argument.into())]);
        for value in ["xAda K.+b7", "XADA k.+B7", "xAdaxK.+b7", "éé", "éÉ", "Éé", "éééÉ"] {
            let asked = [("name", Value::String(value))];
            assert_eq!(again.decides("get", &asked), once.decides("get", &asked), "{regex} {value}: {shown}");
        }
    }
}

#[test]
fn classes_of_an_expression_are_ascii_unless_unicode_is_asked_for() {
    for (regex, value, wanted) in [
        (r"\d", "7", true),
        (r"\d", "\u{661}", false),
        (r"(?u)\d", "\u{661}", true),
        (r"\D", "\u{661}", true),
        (r"\w+", "user_1", true),
        (r"\w", "é", false),
        (r"\W", "é", true),
        (r"(?u:\d)\d", "\u{661}1", true),
        (r"(?u:\d)\d", "\u{661}\u{661}", false),
        (r"(?u)[\s]", "\u{a0}", true),
        (r"\s", "\u{a0}", false),
        (r"\s", "\u{b}", false),
        (r"[\s]", "\t", true),
        (r"\S", "\u{a0}", true),
        (r"[\w.-]+", "a.b-c", true),
        (r"[\w.-]+", "é", false),
        (r"[^\w]", "é", true),
        (r"[\w&&[^\d]]", "a", true),
        (r"[\w&&[^\d]]", "5", false),
        (r"(?i)\w", "\u{212a}", false),
        (r"(?i)[\w-]", "\u{212a}", false),
        (r"(?i)[\dj-l]", "K", true),
        (r"(?i)[\dk]", "\u{212a}", true),
        (r"(?i)[^\dk]", "\u{212a}", false),
        (r"(?i)[a-z]", "\u{17f}", true),
        (r"[[:alpha:]]", "é", false),
        (r".", "é", true),
        (r".", "\u{85}", true),
        (r"\d{4}-\d{2}-\d{2}", "2026-11-21", true),
    ] {
        assert_eq!(matches(regex, "", value), wanted, "{regex} on {value:?}");
    }
    let blob = |regex: &str, value: &[u8]| {
        let service = Service::new(&format!("{SHELF} policy p {{ allow {{ blob: ~\"{regex}\" }} }}"));
        service.decides("get", &[("blob", Value::Bytes(value))]) == "allow"
    };
    assert!(blob(r"\w\W", b"a\xff") && !blob(r"\w", b"\xe9") && !blob(r"\s", b"\x0b") && blob(r"(?i)[\dk]", b"K"));
}

/// The cells of a table of the page: an expression, what it matches and what it does not.
fn page_lines() -> Vec<[Vec<String>; 3]> {
    let page = include_str!("../../../../docs/regular-expressions.md");
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str| {
        let line = line.strip_prefix("| `")?.replace("\\|", "\u{1}");
        let cells: Vec<_> = format!("`{line}").split('|').map(|cell| code(&cell.replace('\u{1}', "|"))).collect();
        Some([cells[0].clone(), cells[1].clone(), cells[2].clone()])
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn every_line_of_the_page_on_regular_expressions_is_true() {
    let lines = page_lines();
    assert!(lines.len() > 20, "{lines:?}");
    for [expression, matching, others] in &lines {
        let [expression] = expression.as_slice() else { panic!("{expression:?}") };
        assert!(!matching.is_empty() || !others.is_empty(), "{expression}");
        for (values, wanted) in [(matching, "allow"), (others, "not_permitted")] {
            for value in values {
                let text =
                    format!("{SHELF} policy p {{ allow {{ action: any }} when \"{value}\" in ~\"{expression}\" }}");
                assert_eq!(Service::new(&text).decides("get", &[]), wanted, "~\"{expression}\" on \"{value}\"");
            }
        }
    }
}

#[test]
fn a_property_of_unicode_is_refused_however_the_program_was_built() {
    for regex in ["\\p{Greek}", "\\P{L}", "\\pN+", "[a\\p{Lu}]", "(?u)[^\\p{Greek}]", "x(?:y|\\p{L})z"] {
        let text = format!("{SHELF} policy p {{ allow {{ name: ~\"{regex}\" }} }}");
        let found = read(&text).expect_err(regex);
        assert_eq!(found.diagnostics[0].code, Code::BadRegex, "{regex}: {found}");
        assert!(found.diagnostics[0].message.contains("properties of Unicode"), "{regex}: {found}");
    }
}
