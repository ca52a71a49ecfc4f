//! What the README shows is run: its policies are checked, and its first one is the policy that its first command tries.

use placet::author::Document;
use placet::check::library::Library;

const README: &str = include_str!("../../README.md");

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opened = README.split("```").skip(1).step_by(2);
    opened.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_first_policy_of_the_readme_is_the_one_that_its_command_tries() {
    assert_eq!(blocks("placet").first().copied(), Some(include_str!("../../policies/tenant.placet")));
    assert!(README.contains("cargo run -- try policies/tenant.placet"));
}

#[test]
fn every_policy_of_the_readme_is_free_of_errors_and_warnings() {
    let blocks = blocks("placet");
    assert!(blocks.len() >= 2);
    for block in blocks {
        let document = Document::from_text("README.md", block, Library::built_in()).unwrap_or_else(|r| panic!("{r}"));
        assert!(document.warnings().is_empty(), "{}", document.warnings_report());
    }
}

#[test]
fn every_page_that_the_readme_links_to_is_there() {
    for link in README.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
        assert!(std::path::Path::new(link).exists(), "`{link}` is not there");
    }
}

/// All that the tests are made of.
fn sources(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| match path.extension() {
        _ if path.ends_with("target") => String::new(),
        _ if path.is_dir() => sources(&path),
        Some(extension) if extension == "rs" => std::fs::read_to_string(&path).unwrap(),
        _ => String::new(),
    };
    entries.map(read).collect()
}

#[test]
fn every_mistake_of_the_record_has_the_test_that_it_names() {
    let record = include_str!("../../SECURITY.md").split("| test |").nth(1).unwrap();
    let tests = ["tests", "crates"].map(|folder| sources(std::path::Path::new(folder))).concat();
    let rows: Vec<_> = record.lines().skip(2).filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "the record was not found");
    for row in rows {
        let name = row.trim_end_matches(['|', ' ', '`']).rsplit('`').next().unwrap();
        let exists = if name.contains('/') {
            std::path::Path::new(name).exists()
        } else {
            tests.contains(&format!("fn {name}("))
        };
        assert!(exists, "`{name}` is not there: {row}");
    }
}
