//! Circles: of names in general, and of the files of a crate.

use std::collections::BTreeMap;

use super::CRATES;
use super::files::Crate;
use super::page::Table;

/// One circle, if there is one, from a name back to itself.
pub fn circle(names: &Table) -> Option<Vec<&str>> {
    let mut open: Vec<&str> = names.keys().map(String::as_str).collect();
    // Whatever names only what is settled is settled; when nothing more settles, the rest goes round.
    loop {
        let before = open.len();
        let unsettled = open.clone();
        open.retain(|name| names[*name].iter().any(|named| unsettled.contains(&named.as_str())));
        if open.len() == before {
            break;
        }
    }
    let mut walked = vec![*open.first()?];
    loop {
        let last = walked.last()?;
        let next = names[*last].iter().find(|named| open.contains(&named.as_str()))?;
        if let Some(start) = walked.iter().position(|name| name == next) {
            walked.drain(..start);
            walked.push(next);
            return Some(walked);
        }
        walked.push(next);
    }
}

#[test]
fn a_circle_is_found_and_a_tree_is_none() {
    let table = |rows: &[(&str, &[&str])]| -> Table {
        let row = |(name, named): &(&str, &[&str])| {
            ((*name).to_owned(), named.iter().map(|named| (*named).to_owned()).collect())
        };
        rows.iter().map(row).collect()
    };
    assert_eq!(circle(&table(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])])), None);
    let looped = table(&[("a", &["b"]), ("b", &["c"]), ("c", &["d"]), ("d", &["b"])]);
    assert_eq!(circle(&looped), Some(vec!["b", "c", "d", "b"]));
}

/// Each file, with the files that it names and the name by which it does.
fn arrows(code: &Crate) -> BTreeMap<String, BTreeMap<String, String>> {
    let shown = |module| code.path(module).display().to_string();
    let mut arrows = BTreeMap::<_, BTreeMap<_, _>>::new();
    for arrow in code.arrows() {
        arrows.entry(shown(arrow.to)).or_default();
        arrows.entry(shown(arrow.from)).or_default().insert(shown(arrow.to), arrow.name);
    }
    arrows
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    for (name, code) in &*CRATES {
        let arrows = arrows(code);
        let named =
            |(from, named): (&String, &BTreeMap<String, String>)| (from.clone(), named.keys().cloned().collect());
        let files: Table = arrows.iter().map(named).collect();
        let Some(round) = circle(&files) else { continue };
        let step = |pair: &[&str]| format!("{} names `{}` of {}", pair[0], arrows[pair[0]][pair[1]], pair[1]);
        panic!("files of {name} name each other:\n{}", round.windows(2).map(step).collect::<Vec<_>>().join("\n"));
    }
}
