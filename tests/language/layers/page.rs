//! The tables of ARCHITECTURE.md: what each crate and each room may name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

pub type Table = BTreeMap<String, BTreeSet<String>>;

/// The table under this heading: its first column, and the words in the column of this name.
pub fn table(heading: &str, column: &str) -> Table {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let below = page.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.starts_with('#'));
    let mut rows = below.filter(|line| line.starts_with("| ")).map(cells);
    let header = rows.next().unwrap_or_else(|| panic!("ARCHITECTURE.md has no table under `{heading}`"));
    let at = header.iter().position(|cell| cell == column).unwrap();
    rows.map(|row| (row[0].clone(), words(&row[at]))).collect()
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches(['|', ' ']).split(" | ").map(|cell| cell.trim().replace('`', "")).collect()
}

fn words(cell: &str) -> BTreeSet<String> {
    cell.split_whitespace().filter(|word| *word != "–").map(str::to_owned).collect()
}
