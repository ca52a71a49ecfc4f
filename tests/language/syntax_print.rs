//! Writing and reading again changes nothing; formatting twice is formatting once; no comment is lost.

use crate::syntax;

use placet::syntax::parse::parse;
use placet::syntax::print::{format, print};
use proptest::prelude::*;

fn comments(text: &str) -> Vec<String> {
    let mut comments: Vec<String> =
        text.lines().filter_map(|line| Some(line[line.find("//")?..].trim().to_owned())).collect();
    comments.sort();
    comments
}

/// Formats, and checks what must hold of every formatted text.
fn formatted(text: &str) -> String {
    let once = format(text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
    let twice = format(&once).unwrap_or_else(|errors| panic!("{errors:#?}\n{once}"));
    assert_eq!(once, twice, "formatting is not idempotent");
    let sorted = |text: &str| {
        let mut file = parse(text).expect("it has been read before");
        for item in &mut file.items {
            if let placet::syntax::ast::ItemKind::Block(block) = &mut item.kind {
                block.fields.sort_by_key(|field| field.key.text.clone());
            }
        }
        file
    };
    assert_eq!(sorted(text), sorted(&once), "formatting changed the tree");
    once
}

#[test]
fn the_face_of_the_language_is_formatted_and_printed() {
    for text in syntax::FACE {
        let once = formatted(text);
        assert_eq!(comments(text), comments(&once));
        let file = parse(text).unwrap();
        assert_eq!(parse(&print(&file)).unwrap(), file);
    }
}

#[test]
fn a_text_full_of_comments_keeps_every_one() {
    let once = formatted(syntax::COMMENTS);
    assert_eq!(comments(syntax::COMMENTS), comments(&once), "{once}");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write("tests/language/syntax/comments.formatted.placet", &once).expect("the golden can be written");
    } else {
        assert_eq!(once, syntax::COMMENTS_FORMATTED, "{once}");
    }
}

#[test]
fn lines_break_at_a_hundred_columns_and_join_below() {
    assert_eq!(
        formatted("token t{ owners :[ \"a\" , \"b\"\n] ,ttl:90m,\n\n\n\nallow{a:1\nb:2}when c==1||(d&&e) }"),
        "token t {\n    owners: [\"a\", \"b\"]\n    ttl: 1h30m\n\n    allow { a: 1, b: 2 } when c == 1 || d && e\n}\n"
    );
    let long = format!("let a = [\"{}\", \"{}\"]", "x".repeat(50), "y".repeat(50));
    assert_eq!(formatted(&long).lines().count(), 4);
}

proptest! {
    #[test]
    fn a_printed_tree_is_read_back_as_itself(file in syntax::file()) {
        let text = print(&file);
        match parse(&text) {
            Ok(read) => prop_assert_eq!(read, file, "{}", text),
            Err(errors) => prop_assert!(false, "{:#?}\n{}", errors, text),
        }
    }

    #[test]
    fn a_printed_tree_is_formatted_once(file in syntax::file()) {
        let text = print(&file);
        formatted(&text);
    }

    #[test]
    fn comments_anywhere_survive(file in syntax::file(), places in proptest::collection::vec(any::<u16>(), 0..6)) {
        // A comment may stand wherever a line may end outside of strings.
        let text = print(&file);
        let gaps: Vec<usize> = syntax::gaps(&text);
        let mut noted = text.clone();
        let mut chosen: Vec<usize> = places.iter().filter_map(|place| gaps.get(usize::from(*place) % gaps.len().max(1)).copied()).collect();
        chosen.sort_unstable();
        chosen.dedup();
        for (number, gap) in chosen.iter().enumerate().rev() {
            noted.insert_str(*gap, &format!(" // c{number}\n"));
        }
        if parse(&noted).as_ref() == Ok(&file) {
            let once = formatted(&noted);
            for number in 0..chosen.len() {
                prop_assert!(once.contains(&format!("// c{number}\n")), "{}\n{}", noted, once);
            }
        }
    }
}

#[test]
fn a_file_with_the_line_ends_of_windows_keeps_them() {
    let text = "use http\n// c\n\n/// doc\npolicy p {\n    allow { path: \"/a\" } // end\n}\n";
    let windows = text.replace('\n', "\r\n");
    assert_eq!(format(text).unwrap(), text);
    assert_eq!(format(&windows).unwrap(), windows);
    assert_eq!(format(&windows.replace("    allow {", "allow{")).unwrap(), windows);
    assert_eq!(format(&text.replacen('\n', "\r\n", 1)).unwrap(), windows, "the first line says which");
}
