//! What the README shows is run: its policies are checked, and its first one is the policy that its first command tries.

use placet::author::Document;
use placet::check::library::Library;

const README: &str = include_str!("../README.md");

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opened = README.split("```").skip(1).step_by(2);
    opened.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_first_policy_of_the_readme_is_the_one_that_its_command_tries() {
    assert_eq!(blocks("placet").first().copied(), Some(include_str!("../policies/tenant.placet")));
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
