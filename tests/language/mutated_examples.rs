//! Every example file with each of its bytes taken out, doubled, replaced, and with everything behind it cut off: what comes is a
//! document, or a report whose every finding has a place in the text.

use std::fs;
use std::path::{Path, PathBuf};

use placet::check::library::Library;
use placet::diag::Diagnostic;
use placet::document::Document;
use placet::syntax::parse::parse_cases;

/// What the byte at a place becomes, in turn: the signs that open, close and separate, and what no text has.
const OTHERS: &[u8] = b"{}[]\"()/,:~.0 \n\\\0\xff";

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    assert!(files.len() >= 4, "the examples were not found");
    files
}

/// Calls `read` with every changed text of the file, each byte changed in so many of four ways, in turn. `read` says whether
/// it was taken.
fn change_each_byte(path: &Path, ways: usize, read: impl Fn(&str) -> bool) {
    let bytes = fs::read(path).unwrap();
    let (mut taken, mut refused) = (0_u32, 0_u32);
    for (at, byte) in bytes.iter().enumerate() {
        let (before, behind) = bytes.split_at(at);
        for way in at..at + ways {
            let changed = match way % 4 {
                0 => [before, &behind[1..]].concat(),
                1 => [before, &[OTHERS[at / 4 % OTHERS.len()]], &behind[1..]].concat(),
                2 => [before, &[*byte], behind].concat(),
                _ => before.to_vec(),
            };
            let count = if read(&String::from_utf8_lossy(&changed)) { &mut taken } else { &mut refused };
            *count += 1;
        }
    }
    // Were all refused, or none, the file would not have been read at all.
    assert!(taken > 0 && refused > 100, "{}: {taken} taken, {refused} refused", path.display());
}

#[track_caller]
fn all_have_a_place(diagnostics: &[Diagnostic], text: &str) {
    assert!(!diagnostics.is_empty(), "what is refused is refused for something: {text}");
    for found in diagnostics {
        let places = std::iter::once(found.at).chain(found.related.iter().map(|(at, _)| *at));
        for at in places {
            assert!(text.get(at.start..at.end).is_some(), "{found:?} is not in the {} bytes of {text}", text.len());
        }
        assert!(!found.message.is_empty());
    }
}

fn policies_are_read(folder: &str, ways: usize) {
    for path in files(folder, "placet") {
        change_each_byte(&path, ways, |text| match Document::from_text("changed.placet", text, Library::built_in()) {
            Ok(document) => {
                assert!(document.warnings().iter().all(|found| text.get(found.at.start..found.at.end).is_some()));
                true
            }
            Err(report) => {
                all_have_a_place(&report.diagnostics, text);
                // Drawing it is slow; every place is drawn somewhere.
                assert!(text.len() % 16 > 0 || !report.to_string().is_empty());
                false
            }
        });
    }
}

#[test]
fn an_example_policy_with_any_byte_changed_is_read_or_refused_with_a_place() {
    policies_are_read("policies", 3);
}

#[test]
fn a_vocabulary_with_any_byte_changed_is_read_or_refused_with_a_place() {
    policies_are_read("policies/vocabulary", 1);
}

#[test]
fn a_case_file_with_any_byte_changed_is_read_or_refused_with_a_place() {
    for path in files("policies", "cases") {
        change_each_byte(&path, 1, |text| match parse_cases(text) {
            Ok(_) => true,
            Err(diagnostics) => {
                all_have_a_place(&diagnostics, text);
                false
            }
        });
    }
}
