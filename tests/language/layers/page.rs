//! The tables of ARCHITECTURE.md: what each crate and each room may name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

pub type Table = BTreeMap<String, BTreeSet<String>>;

/// The table under this heading: its first column, and the words of its last one.
pub fn table(heading: &str) -> Table {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let below = page.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with('#'));
    let table: Table = below.filter_map(|line| line.strip_prefix("| `")).map(row).collect();
    assert!(!table.is_empty(), "ARCHITECTURE.md has no table under `{heading}`");
    table
}

fn row(line: &str) -> (String, BTreeSet<String>) {
    let (name, rest) = line.split_once('`').unwrap();
    let last = rest.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap();
    (name.to_owned(), last.split_whitespace().filter(|word| *word != "–").map(str::to_owned).collect())
}
