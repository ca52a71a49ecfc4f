//! `docs/warp10.md` counts what there is to count, and names vectors that exist.

#[allow(dead_code, reason = "each test uses its part")]
use crate::warp10;

use warp10::{section, text};

const PAGE: &str = include_str!("../../../../docs/warp10.md");

/// The cells of the rows of a table, by its first heading.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |"))).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn every_section_of_the_vectors_is_counted() {
    let mut sections: Vec<&str> = warp10::sections().collect();
    for row in table("section") {
        let [name, vectors, same, different] = row[..] else { panic!("{row:?}") };
        let number = |cell: &str| cell.parse::<usize>().unwrap();
        assert_eq!(number(vectors), section(name).len(), "{name}");
        assert_eq!(number(vectors), number(same) + number(different), "{name}");
        sections.retain(|section| *section != name);
    }
    assert!(sections.is_empty(), "the page does not count {sections:?}");
}

#[test]
fn every_difference_names_vectors_that_exist() {
    let ids: Vec<&str> = ["decode", "filter", "trl_cases", "token_file"]
        .into_iter()
        .flat_map(|name| section(name).iter().map(|vector| text(&vector["id"])))
        .chain(["alias-of-trl-read-one"])
        .collect();
    let rows = table("what");
    assert!(rows.len() > 5);
    let named = rows.iter().filter_map(|row| row.last()).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    for name in named.filter(|name| name.contains('-')) {
        let stem = name.trim_end_matches('*');
        assert!(ids.iter().any(|id| *id == name || (stem != name && id.starts_with(stem))), "no vector `{name}`");
    }
}
