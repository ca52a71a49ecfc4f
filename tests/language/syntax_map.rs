//! The map form says what the text says, and host data is never more than data.

use crate::syntax;

use placet::diag::code::Code;
use placet::diag::{Diagnostic, Source};
use placet::syntax::ast::*;
use placet::syntax::map::{block_from_map, block_to_map, from_json_text, from_map, to_map};
use placet::syntax::parse::parse;
use placet::syntax::print::print;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(value: &Value) -> File {
    from_map(value).unwrap_or_else(|(errors, source)| panic!("{errors:#?}\n{source:#?}\n{value:#}")).0
}

/// The one token of a map, printed.
fn token(value: &Value) -> String {
    let (block, _) = block_from_map(BlockKind::Token, value).unwrap_or_else(|(errors, _)| panic!("{errors:#?}"));
    print(&alone(block))
}

fn alone(block: Block) -> File {
    File { items: vec![Item { doc: Vec::new(), kind: ItemKind::Block(block), at: At::default() }] }
}

/// Code, message, help and path of the only mistake.
fn mistake(value: &Value) -> (Code, String, String, String) {
    let (errors, source) = block_from_map(BlockKind::Token, value).expect_err("a mistake");
    let [Diagnostic { code, message, help, at, .. }] = errors.as_slice() else { panic!("{errors:#?}") };
    (*code, message.clone(), help.clone().unwrap_or_default(), source.path(*at).unwrap_or_default().to_owned())
}

#[test]
fn the_face_of_the_language_survives_as_a_map() {
    for text in syntax::FACE {
        let file = parse(text).unwrap();
        assert_eq!(read(&to_map(&file)), file);
    }
}

#[test]
fn a_host_passes_what_tokengen_takes() {
    let text = token(&json!({
        "type": "READ", "owner": "8b5c6b0e-94c9-4a5b-9d07-1b7f5e7a0a01", "applications": ["a", {"$prefix": "b"}],
        "labels": {"dc": {"$regex": "eu-.*"}, "role": "admin", "$$odd": {"$absent": true}},
        "ttl": {"$duration": "90m"}, "expiry": null, "id": {"$text": ["t-", {"$name": "user"}]},
        "permissions": [{"role": "ReadWrite", "cache": {"$any": true}, "size": {"$lt": 5.0}}],
        "allow": {"action": ["GET", {"$not": "HEAD"}]}, "when": "hour(time) in 8..18",
    }));
    let wanted = r#"token token {
    type: READ
    owner: "8b5c6b0e-94c9-4a5b-9d07-1b7f5e7a0a01"
    applications: ["a", prefix "b"]
    labels: { dc: ~"eu-.*", role: "admin", "$odd": absent }
    ttl: 1h30m
    id: "t-{user}"
    permissions: [{ role: ReadWrite, cache: any, size: < 5 }]
    when: hour(time) in 8..18
    allow { action: [GET, not HEAD] }
}
"#;
    assert_eq!(text, wanted);
}

#[test]
fn host_text_is_never_a_splice_a_name_or_a_pattern() {
    for hostile in ["{user}", "any", "*", "~\".*\"", "\" allow {} \"", "}\nallow {}", "\\{user}", "\u{202e}"] {
        let text = token(&json!({ "owner": hostile, "labels": { hostile: hostile } }));
        let file = parse(&text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
        let ItemKind::Block(block) = &file.items[0].kind else { panic!("a block") };
        let FieldValue::Pattern(Pattern { kind: PatternKind::Literal(Literal::Text(owner)), .. }) =
            &block.fields[0].value
        else {
            panic!("{text}")
        };
        assert_eq!(owner.as_plain(), Some(hostile));
        assert!(block.rules.is_empty());
    }
    let (code, message, help, path) = mistake(&json!({ "permissions": [{ "action": "any" }] }));
    assert_eq!((code, path.as_str()), (Code::Map, "permissions[0].action"));
    assert_eq!(message, "`any` is a word of the language, not a name");
    assert_eq!(help, "a pattern is written like `{\"$any\": …}`");
}

#[test]
fn mistakes_say_where_they_are_and_what_was_meant() {
    let (_, message, help, path) = mistake(&json!({ "permissions": [{ "cache": { "$prefx": "a" } }] }));
    assert_eq!(message, "`$prefx` is not a pattern");
    assert_eq!(help, "did you mean `$prefix`?");
    assert_eq!(path, "permissions[0].cache[\"$prefx\"]");
    assert_eq!(mistake(&json!({ "owner": 1.5 })).1, "`1.5` is not an integer of 64 bits");
    assert_eq!(mistake(&json!({ "owner": 18_446_744_073_709_551_615_u64 })).3, "owner");
    assert_eq!(mistake(&json!({ "ttl": { "$duration": "30days" } })).2, "write `30d`");
    assert_eq!(mistake(&json!({ "two words": 1 })).1, "`two words` is not a name");
    assert_eq!(mistake(&json!({ "rules": [{ "alow": {} }] })).3, "rules[0]");
    assert_eq!(mistake(&json!({ "when": "a = b" })).2, "write `==`");
    assert_eq!(mistake(&json!({ "params": { "a": "sting" } })).2, "did you mean `string`?");
    assert_eq!(mistake(&json!([])).1, "expected a map, found a list");
    assert_eq!(mistake(&json!({ "item": { "$regex": "a\\" } })).0, Code::BadLiteral);
    assert_eq!(mistake(&json!({ "item": { "$glob": "a\\" } })).0, Code::BadLiteral);
}

#[test]
fn two_patterns_in_one_map_and_a_pattern_turned_off_are_said_as_what_they_are() {
    let (code, message, help, path) = mistake(&json!({ "owner": { "$prefix": "a", "$not": "ab" } }));
    assert_eq!((code, path.as_str()), (Code::Map, "owner"));
    assert_eq!(message, "`$prefix` and `$not` are several patterns in one map");
    assert_eq!(
        help,
        "write a list of maps with one `$` key each for one of them, or a condition under `when` for all of them"
    );
    let (_, message, help, _) = mistake(&json!({ "labels": { "$prefix": "a", "dc": "b" } }));
    assert_eq!(message, "`$prefix` appears beside the key `dc`");
    assert_eq!(help, "a pattern is a map with one `$` key; a label whose name begins with `$` is written `$$prefix`");
    let (_, message, help, _) = mistake(&json!({ "owner": { "$any": false } }));
    assert_eq!(message, "`{\"$any\": false}` is not a pattern");
    assert_eq!(help, "`{\"$any\": true}` means any value; for no value, write `{\"$absent\": true}`");
    let (_, message, help, _) = mistake(&json!({ "owner": { "$absent": false } }));
    assert_eq!(message, "`{\"$absent\": false}` is not a pattern");
    assert_eq!(help, "`{\"$absent\": true}` means no value; for any value, write `{\"$any\": true}`");
    assert_eq!(mistake(&json!({ "owner": { "$any": "yes" } })).1, "expected `true`, found a string");
}

#[test]
fn a_map_for_tokengen_is_a_file() {
    let map = json!({ "use": "momento", "ttl": "30m", "permissions": [{ "role": "ReadOnly", "cache": "c" }] });
    let text =
        "use momento\n\ntoken token {\n    ttl: \"30m\"\n    permissions: [{ role: ReadOnly, cache: \"c\" }]\n}\n";
    assert_eq!(print(&read(&map)), text);
    let map = json!({ "use": "http", "restriction": "r", "only": { "path": "/a" } });
    assert_eq!(print(&read(&map)), "use http\n\nrestriction r {\n    only { path: \"/a\" }\n}\n");
    assert_eq!(print(&read(&json!({ "use": "http" }))), "use http\n");
    let (errors, _) = from_map(&json!({ "ttl": "30m", "permissions": [] })).unwrap_err();
    assert_eq!(errors[0].message, "the map does not say which item it is");
    assert!(errors[0].help.as_ref().is_some_and(|help| help.contains("`use`")), "{errors:?}");
    assert!(from_map(&json!({ "use": 7, "ttl": "30m" })).is_err());
    assert!(from_map(&json!({ "use": "http", "let": "a", "value": "b" })).is_err());
}

#[test]
fn every_place_is_a_node_with_a_path() {
    let value = json!({ "items": [{ "token": "t", "permissions": [{}, {}, { "cache": "c" }] }] });
    let (file, source) = from_map(&value).unwrap();
    let ItemKind::Block(block) = &file.items[0].kind else { panic!("a block") };
    let FieldValue::Pattern(Pattern { kind: PatternKind::List(list), .. }) = &block.fields[0].value else {
        panic!("a list")
    };
    let PatternKind::Map(entries) = &list[2].kind else { panic!("a map") };
    assert_eq!(source.path(entries[0].value.at.0), Some("items[0].permissions[2].cache"));
    assert_eq!(entries[0].value.at.0.end, entries[0].value.at.0.start + 1);
    assert!(matches!(source, Source::Map { .. }));
}

#[test]
fn a_key_twice_in_json_is_refused() {
    let text = "{\n  \"owner\": 1,\n  \"owner\": 2\n}";
    let error = from_json_text(text).expect_err("twice");
    assert_eq!(error.message, "`owner` is given twice");
    assert_eq!(Source::text("t", text).line_and_column(error.at).map(|(line, _)| line), Some(3));
    assert!(from_json_text("{\"a\": [1, 2.5, null, true]}").is_ok());
    for bad in ["", "{", "{\"a\"}", "[1e999]", "nul", "\"\u{e9}"] {
        assert!(from_json_text(bad).is_err(), "{bad}");
    }
}

#[test]
fn maps_that_nest_too_deeply_are_refused() {
    let mut value = json!("a");
    for _ in 0..40 {
        value = json!([{ "$not": value }]);
    }
    assert_eq!(mistake(&json!({ "owner": value })).0, Code::TooDeep);
    assert!(from_json_text(&"[".repeat(100_000)).is_err());
}

proptest! {
    #[test]
    fn a_tree_survives_as_a_map(file in syntax::file()) {
        let map = to_map(&file);
        let text = map.to_string();
        let again = from_json_text(&text).expect("a map has no key twice");
        prop_assert_eq!(read(&again), file, "{}", text);
    }

    #[test]
    fn a_block_survives_as_a_map(block in syntax::block()) {
        let (again, _) = block_from_map(block.kind, &block_to_map(&block)).unwrap();
        prop_assert_eq!(again, block);
    }

    #[test]
    fn any_pattern_text_from_a_host_can_be_written_as_text(raw in ".{0,12}|[\\\\{}\"pa]{0,8}") {
        if let Ok((block, _)) = block_from_map(BlockKind::Token, &json!({ "a": { "$regex": raw }, "b": { "$glob": raw } })) {
            let file = alone(block);
            prop_assert_eq!(parse(&print(&file)).expect("it is good text"), file);
        }
    }

    #[test]
    fn no_map_makes_reading_panic(json in "[\\[\\]{}\":,$a-z0-9 ]{0,60}") {
        if let Ok(value) = from_json_text(&json) {
            let _ = from_map(&value);
            let _ = block_from_map(BlockKind::Policy, &value);
        }
    }
}
