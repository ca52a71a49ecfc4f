//! What a text, a map or a missing value means: nothing hidden, nothing dropped, nothing widened.

use std::sync::Arc;

use placet::check::library::Library;
use placet::diag::Source;
use placet::diag::code::Code;
use placet::document::Document;
use placet::limits;
use placet::syntax::ast::{At, Block, ItemKind, Pattern, PatternKind};
use placet::syntax::parse::parse_cases;
use placet::syntax::{map, parse, print};
use placet::token::keyring::{Keyring, KeyringLineError};
use placet::token::revocation::{ListLineError, RevocationList};
use placet_host::value::Value as HostValue;
use placet_tools::testing::{Keys, cases, jsonl};
use placet_warp10::script::{Host, Machine, Value as Scripted};
use serde_json::{Value, json};
use std::time::Duration;

use super::support::{codes, document, read};
use crate::token_workshop::NOW;
use placet::model::time::Time;

/// The code and the path of everything that is wrong with a map.
fn wrong(map: &Value) -> Vec<(Code, String)> {
    let Err(report) = Document::from_map(map, Library::built_in()) else { return Vec::new() };
    let path = |at| report.source.path(at).unwrap_or_default().to_owned();
    report.diagnostics.iter().map(|found| (found.code, path(found.at))).collect()
}

// `null`, as it comes out of every language that has one.

#[test]
fn null_in_a_map_is_an_error_wherever_a_rule_would_lose_a_key() {
    let policy = |key: &str, value: Value| {
        let mut map = json!({ "policy": "p", "rules": [{ "allow": { "path": "/files/**" } }] });
        map[key] = value;
        json!({ "items": [{ "use": "http" }, map] })
    };
    for key in ["when", "unless", "rules", "allow", "deny", "only", "never", "always", "params", "doc", "$fields"] {
        assert_eq!(wrong(&policy(key, Value::Null)), [(Code::Null, format!("items[1]{}", shown(key)))], "{key}");
    }
    let rules = [
        (json!({ "allow": { "path": "/files/**", "subject": null } }), "allow.subject"),
        (json!({ "allow": { "path": "/files/**", "headers": { "x": null } } }), "allow.headers.x"),
        (json!({ "allow": { "path": ["/files/**", null] } }), "allow.path[1]"),
        (json!({ "allow": { "path": { "$not": null } } }), "allow.path[\"$not\"]"),
        (json!({ "allow": { "path": { "$any": null } } }), "allow.path[\"$any\"]"),
        (json!({ "allow": { "action": null } }), "allow.action"),
        (json!({ "allow": {}, "when": null }), "when"),
        (json!({ "allow": {}, "unless": null }), "unless"),
        (json!({ "deny": null }), "deny"),
    ];
    for (rule, path) in rules {
        assert_eq!(wrong(&policy("rules", json!([rule]))), [(Code::Null, format!("items[1].rules[0].{path}"))]);
    }
    let restriction = |key: &str| json!({ "use": "http", "restriction": "r", key: null });
    for key in ["only", "not_before", "ttl", "expiry", "labels", "owner", "when"] {
        assert_eq!(wrong(&restriction(key)), [(Code::Null, key.to_owned())]);
    }
}

fn shown(key: &str) -> String {
    if key == "$fields" { format!("[{key:?}]") } else { format!(".{key}") }
}

#[test]
fn null_means_absent_only_behind_the_keys_for_which_it_does_in_warp10() {
    let token = json!({
        "use": "warp10", "token": "t", "type": "READ", "owner": "8b5c6b0e-94c9-4a5b-9d07-1b7f5e7a0a01",
        "application": "a", "ttl": 3_600_000, "owners": { "$any": true }, "producers": { "$any": true },
        "applications": { "$any": true },
    });
    assert_eq!(wrong(&token), []);
    for key in ["id", "issuance", "expiry", "labels", "attributes", "producer"] {
        let mut with = token.clone();
        with[key] = Value::Null;
        let (with, without) = (map::from_map(&with).unwrap().0, map::from_map(&token).unwrap().0);
        assert_eq!(print::print(&with), print::print(&without), "{key}");
    }
    for key in ["use", "token", "doc", "not_before", "permissions", "when", "allow"] {
        let mut with = token.clone();
        with[key] = Value::Null;
        assert_eq!(wrong(&with)[0], (Code::Null, key.to_owned()), "{key}");
    }
    for ends in [json!({ "ttl": null }), json!({ "expiry": null }), json!({ "ttl": null, "expiry": null })] {
        let mut for_ever = json!({ "use": "momento", "permissions": [{ "role": "ReadOnly", "cache": "c" }] });
        for_ever.as_object_mut().unwrap().extend(ends.as_object().unwrap().clone());
        assert_eq!(wrong(&for_ever)[0].0, Code::Null, "a token without `type` would never end: {ends}");
        for_ever["ttl"] = json!("1h");
        assert_eq!(wrong(&for_ever), []);
    }
    let mut inside = token;
    inside["labels"] = json!({ "dc": null });
    assert_eq!(wrong(&inside), [(Code::Null, "labels.dc".to_owned())]);
}

#[test]
fn hosts_files_and_cases_read_null_alike() {
    let host = placet_host::Host::builder(Keyring::new()).build().unwrap();
    let rule = json!({ "allow": { "path": "/files/**", "subject": null } });
    let file = json!({ "items": [{ "use": "http" }, { "policy": "p", "rules": [rule] }] });
    let error = host.call(placet_host::function::Function::Compile, &[HostValue::from(file.clone())]).unwrap_err();
    assert_eq!(error.path, "items[1].rules[0].allow.subject");
    let report = Document::from_map(&file, Library::built_in()).unwrap_err();
    assert_eq!(error.help, report.diagnostics[0].help, "one help for one mistake");
    let token =
        json!({ "token": "t", "ttl": 1, "expiry": null, "permissions": [{ "role": "ReadOnly", "cache": "c" }] });
    let file = json!({ "items": [{ "use": "momento" }, token] });
    assert_eq!(wrong(&file), []);
    assert!(host.call(placet_host::function::Function::Compile, &[HostValue::from(file)]).is_ok());

    let line = json!({
        "use": "http", "policies": [{ "allow": { "path": "/files/**", "subject": null } }],
        "request": { "action": "GET", "path": "/files/a" }, "expect": "allow",
    });
    let keys = Keys::ephemeral().unwrap();
    let said = |line: &Value| {
        let report = jsonl::load("t.jsonl", &line.to_string(), Library::built_in(), NOW, &keys).unwrap_err();
        (report.diagnostics[0].code, report.diagnostics[0].message.clone())
    };
    assert_eq!(said(&line).0, Code::Null);
    assert!(said(&line).1.starts_with("`policies[0].allow.subject`: expected a literal, found `null`"));
    for key in ["use", "token", "with", "restrict", "policies", "now", "expect", "name", "because"] {
        let mut line = line.clone();
        line["policies"] = json!([{ "allow": { "path": "/files/**" } }]);
        line[key] = Value::Null;
        assert!(!said(&line).1.is_empty(), "{key}");
    }
}

// Line breaks that are none: Trojan Source, and files that were never saved on a system of today.

/// What some editor, browser or review tool shows as the beginning of a line.
const BREAKS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

#[test]
fn a_rule_can_not_hide_behind_a_line_break_that_ends_no_line() {
    for hidden in BREAKS {
        let policy = format!(
            "use http\npolicy p {{\n    allow {{ path: \"/**\" }} // but{hidden}    deny {{ path: \"/admin/**\" }}\n}}\n"
        );
        assert_eq!(codes(&policy), [Code::Hidden], "{hidden:?}");
        assert_eq!(codes(&policy.replace("// but", "/// but")), [Code::Hidden], "{hidden:?} in a doc");
        assert_eq!(codes(&policy.replace("// but", "")), [Code::Hidden], "{hidden:?} in code");
        assert_eq!(codes(&format!("use http{hidden}")), [Code::Hidden], "{hidden:?} at the end");

        let text =
            format!("policy p()\nallow GET {{ path: \"/a\" }} // ok{hidden}forbidden GET {{ path: \"/admin\" }}\n");
        let found = parse_cases(&text).unwrap_err();
        assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::Hidden], "{hidden:?} in cases");

        let condition = format!("has subject // {hidden} && subject == \"ada\"");
        assert_eq!(parse::parse_condition(&condition).unwrap_err()[0].code, Code::Hidden, "{hidden:?}");
        let map = json!({ "use": "http", "policy": "p", "allow": { "path": "/a" }, "when": condition });
        assert_eq!(wrong(&map), [(Code::Hidden, "when".to_owned())], "{hidden:?} in a condition of a map");
        let map =
            json!({ "use": "http", "policy": "p", "doc": format!("two{hidden}lines"), "allow": { "path": "/a" } });
        assert_eq!(wrong(&map), [(Code::Hidden, "doc".to_owned())], "{hidden:?} in a doc of a map");
    }
}

#[test]
fn a_carriage_return_before_a_line_feed_ends_a_line_and_no_other_does() {
    let text = "use http\r\n\r\n// c\r\n/// doc\r\npolicy p {\r\n    allow { path: \"/a\" } // end\r\n}\r\n";
    assert!(read(text).is_ok());
    assert_eq!(codes(&text.replace("// c\r\n", "// c\r\r\n")), [Code::Hidden]);
    assert_eq!(codes(&text.replace("\r\n", "\r"))[0], Code::Hidden);
    let found = read("use http\npolicy p { allow { host: \"a\rb\" } }").unwrap_err().diagnostics;
    assert_eq!((found.len(), found[0].code), (1, Code::Hidden));
    assert!(found[0].help.as_ref().is_some_and(|help| help.contains("write `\\r`")), "{found:?}");
}

#[test]
fn a_revocation_can_not_hide_in_a_comment_of_its_list() {
    let list = |comment: &str| {
        RevocationList::from_text(&format!("# placet revocations 1\nissued: 5\nmax-age: 7\n{comment}\nend\n"))
    };
    assert!(
        list("# of Tuesday")
            .is_ok_and(|list| list == RevocationList::new(Time::from_millis(5), Duration::from_millis(7)))
    );
    for hidden in BREAKS {
        let error = list(&format!("# of Tuesday{hidden}{}", "ab".repeat(16))).unwrap_err();
        assert_eq!((error.line, error.fault), (4, ListLineError::LineBreak), "{hidden:?}");
    }
}

#[test]
fn a_lone_carriage_return_ends_a_line_of_warpscript_as_it_does_there() {
    let stack = |script: &str| {
        let mut machine = Machine::new(Host::new(NOW.as_millis(), String::new));
        let stack = machine.run(script).unwrap_or_else(|error| panic!("{script:?}: {error:?}"));
        stack.iter().map(Scripted::to_warpscript).collect::<Vec<_>>()
    };
    let lines = "1 // only ours:\n'owners' [ 2 ]\n# more\n<'\none\n\ntwo\n'>\n\n/* three\nfour */ 5";
    let wanted = stack(lines);
    assert_eq!(wanted.len(), 5);
    assert_eq!(stack(&lines.replace('\n', "\r")), wanted);
    assert_eq!(stack(&lines.replace('\n', "\r\n")), wanted);
}

// A byte order mark, which editors of Windows write and nobody sees.

#[test]
fn a_byte_order_mark_is_called_by_its_name() {
    assert!(read("\u{feff}use http\npolicy p { allow { path: \"/a\" } }").is_ok(), "policies may have one");
    let inside = read("use http\n\u{feff}policy p { allow { path: \"/a\" } }").unwrap_err().diagnostics;
    assert!(inside[0].message.contains("byte order mark"), "{inside:?}");
    let json = map::from_json_text("\u{feff}{}").unwrap_err();
    assert_eq!((json.code, json.message.as_str()), (Code::Hidden, "the text begins with a byte order mark (U+FEFF)"));
    let keyring = Keyring::from_text("\u{feff}# keys\n").unwrap_err();
    assert_eq!((keyring.line, keyring.fault), (1, KeyringLineError::ByteOrderMark));
    let list = RevocationList::from_text("\u{feff}# placet revocations 1\nissued: 5\nmax-age: 7\nend\n").unwrap_err();
    assert_eq!((list.line, list.fault), (1, ListLineError::ByteOrderMark));
}

// JSON.

#[test]
fn what_is_wrong_with_json_is_said_with_its_line_and_column() {
    for (text, wanted) in [
        ("{} x", "trailing characters at line 1, column 4"),
        ("{\n  \"a\": 1\n} }", "trailing characters at line 3, column 3"),
        ("{ \"é\": 1.50 }", "`1.50` is not an integer of 64 bits at line 1, column 8"),
        ("[1e400]", "`1e400` is not an integer of 64 bits at line 1, column 2"),
        ("[ -1e-400 ]", "`-1e-400` is not an integer of 64 bits at line 1, column 3"),
        ("[\"1.50\", \"\\\"\", 1e3]", "`1e3` is not an integer of 64 bits at line 1, column 16"),
        ("[18446744073709551616]", "`18446744073709551616` is not an integer of 64 bits at line 1, column 2"),
    ] {
        let found = map::from_json_text(text).unwrap_err();
        assert_eq!(map::said(text, &found, 1), wanted);
        assert!(found.help.is_some(), "{text}");
    }
    assert_eq!(map::from_json_text("[1e3]").unwrap_err().help.as_deref(), Some("write `1000`, in digits only"));
    assert_eq!(map::from_json_text("[-0]").unwrap_err().help.as_deref(), Some("write `0`, in digits only"));
    for kept in ["[0, -1, 5.0, 2.5, 9223372036854775807, 18446744073709551615, -9223372036854775808]", "\"1e3\""] {
        assert!(map::from_json_text(kept).is_ok(), "{kept}");
    }
    let keys = Keys::ephemeral().unwrap();
    let text = "\n  {\"use\": \"http\"} x\n";
    let report = jsonl::load("t.jsonl", text, Library::built_in(), NOW, &keys).unwrap_err();
    assert_eq!(report.source.line_and_column(report.diagnostics[0].at), Some((2, 19)));
}

#[test]
fn a_number_of_a_map_is_quoted_as_it_is_written_or_refused_before() {
    for number in ["1.5", "1.50", "2.0", "3e2", "1e400", "1E5", "-0", "0.1", "123456789012345678901234567890"] {
        let text = format!("{{\"use\": \"http\", \"policy\": \"p\", \"allow\": {{ \"path\": {number} }} }}");
        let report = Document::from_json_text("p.json", &text, Library::built_in()).unwrap_err();
        let said: Vec<_> = report.diagnostics.iter().map(|found| found.message.as_str()).collect();
        let quoted = said.iter().filter(|said| said.contains('`')).all(|said| {
            said.split('`').skip(1).step_by(2).all(|quoted| quoted == number || quoted.parse::<f64>().is_err())
        });
        assert!(quoted, "{number}: {said:?}");
    }
}

// Times.

#[test]
fn a_time_of_a_request_or_an_argument_is_refused_with_what_to_write() {
    use placet::document::value::from_text;
    use placet::model::types::Scalar;
    let said = |text: &str| from_text(Scalar::Time, text).unwrap_err().to_string();
    assert_eq!(
        said("2026-12-31T23:59:60Z"),
        "`2026-12-31T23:59:60Z` is not a time; write `:59`, or the second after it"
    );
    assert_eq!(
        said("2026-12-31T23:59:59+0100"),
        "`2026-12-31T23:59:59+0100` is not a time; write `2026-12-31T23:59:59+01:00`"
    );
    assert!(from_text(Scalar::Time, "9999-12-31T23:59:59.999Z").is_ok());
}

// A restriction that restricts nothing.

#[test]
fn a_list_without_a_rule_is_no_restriction() {
    let restriction = |key: &str, value: Value| json!({ "use": "http", "restriction": "r", key: value });
    assert_eq!(wrong(&restriction("only", json!([]))), [(Code::Map, "only".to_owned())]);
    assert_eq!(wrong(&restriction("rules", json!([]))), [(Code::Map, "rules".to_owned())]);
    assert_eq!(
        wrong(&json!({ "use": "http", "token": "t", "ttl": "1h", "only": [] })),
        [(Code::Map, "only".to_owned())]
    );
    assert_eq!(wrong(&restriction("only", json!([{ "path": "/a" }]))), []);
    assert_eq!(wrong(&restriction("deny", json!({}))), [], "what the help offers takes everything away");
    assert_eq!(wrong(&json!({ "use": "http", "policy": "p", "allow": [] })), [], "a list of nothing allows nothing");
}

#[test]
fn a_restriction_that_restricts_nothing_is_warned_about() {
    let warned = |body: &str| {
        let document = document(&format!("use http\nrestriction r {{ {body} }}"));
        document.warnings().iter().any(|found| found.code == Code::RestrictsNothing)
    };
    for body in ["", "never { path: \"/a\" }"] {
        assert!(warned(body), "{body}");
    }
    for body in ["only { action: any }", "deny {}", "ttl: 1h", "not_before: 2027-01-01T00:00:00Z", "when: has subject"]
    {
        assert!(!warned(body), "{body}");
    }
}

// Cases.

#[test]
fn a_case_says_its_action_and_its_time_once() {
    let of = |entry: &str| {
        let text = format!("policy p\nat 2026-11-30T12:00:00Z\nallow POST {{ path: \"/a\", {entry} }}\n");
        parse_cases(&text).err().map_or_else(Vec::new, |found| found.iter().map(|found| found.code).collect())
    };
    assert_eq!(of("action: \"GET\""), [Code::Syntax]);
    assert_eq!(of("time: \"nonsense\""), [Code::Syntax]);
    assert_eq!(of("subject: \"ada\""), []);
}

#[test]
fn a_literal_of_a_case_is_never_a_value_of_another_type() {
    let whole = "vocabulary shop 1 {\n item: string\n size: int\n wait: duration optional\n action buy\n}\n\
                 policy p { allow { action: buy } }";
    let document = Arc::new(document(whole));
    let keys = Keys::ephemeral().unwrap();
    let read = |entries: &str| {
        let text = format!("policy p\nallow buy {{ {entries} }}\n");
        cases::load("p.cases", &text, &document, NOW, &keys).unwrap().cases.remove(0).request
    };
    assert!(read("item: \"5m\", size: 7, wait: 5m").is_ok());
    assert!(read("item: \"5m\", size: 7, wait: \"5m\"").is_ok());
    for (entries, why) in [
        ("item: 5m, size: 7", "`item`: `5m` is not a string"),
        ("item: 2026-11-30T12:00:00Z, size: 7", "`item`: `2026-11-30T12:00:00Z` is not a string"),
        ("item: \"a\", size: \"7\"", "`size`: `\"7\"` is not an int"),
        ("item: x\"61\", size: 7", "`item`: `x\"61\"` is not a string"),
        ("item: [\"a\"], size: 7", "`item`: `[\"a\"]` is not a string"),
    ] {
        assert_eq!(read(entries).unwrap_err().to_string(), why);
    }
}

// Trees that programs make.

#[test]
fn a_document_from_a_tree_is_that_of_its_text() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "placet") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(of_text) = Document::from_text("p", &text, Library::built_in()) else { continue };
        let of_tree = Document::from_tree(of_text.file().clone(), of_text.source().clone(), Library::built_in());
        let templates = |document: &Document| format!("{:?}", document.templates());
        assert_eq!(templates(&of_tree.unwrap()), templates(&of_text), "{}", path.display());
    }
}

#[test]
fn a_tree_that_no_text_could_say_is_no_document() {
    let file = parse::parse("use http\npolicy p { allow { path: not \"/a\" } }").unwrap();
    let check = |file| Document::from_tree(file, Source::none(), Library::built_in());
    assert!(check(file.clone()).is_ok());
    let change = |change: &dyn Fn(&mut Block)| {
        let mut file = file.clone();
        for item in &mut file.items {
            if let ItemKind::Block(block) = &mut item.kind {
                change(block);
            }
        }
        check(file).unwrap_err().diagnostics.iter().map(|found| found.code).collect::<Vec<_>>()
    };
    assert_eq!(change(&|block| block.name.text = "two words".to_owned()), [Code::Syntax]);
    assert_eq!(change(&|block| block.name.text = "x".repeat(limits::NAME_BYTES + 1)), [Code::Syntax]);
    let deep = change(&|block| {
        for _ in 0..limits::NESTING {
            let inner = block.rules[0].entries[0].value.clone();
            block.rules[0].entries[0].value = Pattern { kind: PatternKind::Not(Box::new(inner)), at: At::default() };
        }
    });
    assert_eq!(deep, [Code::TooDeep]);
}

// What nobody sees in a file of JSON.

#[test]
fn a_hidden_character_of_a_json_policy_is_written_as_an_escape() {
    let read = |name: &str| {
        let text = format!("{{\"use\": \"http\", \"policy\": \"p\", \"allow\": {{ \"subject\": \"ad{name}min\" }} }}");
        Document::from_json_text("p.json", &text, Library::built_in())
    };
    for hidden in ["\u{200b}", "\u{2028}", "\u{e0041}"] {
        let report = read(hidden).unwrap_err();
        assert_eq!(report.diagnostics[0].code, Code::Hidden, "{hidden:?}");
        let help = report.diagnostics[0].help.clone().unwrap();
        let escape = help.split('`').nth(1).unwrap().to_owned();
        assert!(read(&escape).is_ok(), "{help}");
    }
    assert!(read("\u{3000}").is_ok() && read("é").is_ok());
}

#[test]
fn no_attribute_has_the_name_of_a_key_that_hosts_take() {
    assert_eq!(
        codes("vocabulary v 1 { use: string action get }\npolicy p { allow { action: get } }")[0],
        Code::BadDeclaration
    );
}
