//! What the pages show is run: README, manual and glossary, block by block.
#![cfg(unix)]

mod cli_support;
#[path = "pages/markdown.rs"]
mod markdown;
#[path = "pages/reference.rs"]
mod reference;
#[path = "pages/run.rs"]
mod run;

use std::fs;
use std::path::{Path, PathBuf};

const README: &str = include_str!("../README.md");

/// All pages that are run block by block.
fn pages() -> Vec<PathBuf> {
    let mut found = vec!["README.md".into(), "CONTRIBUTING.md".into(), "docs/glossary.md".into()];
    let mut folders = vec![PathBuf::from("docs/book")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// Runs the pages, and with `BLESS=1` writes what their commands print.
fn run_pages(pages: &[PathBuf]) -> (usize, Vec<String>) {
    let (mut count, mut failures) = (0, Vec::new());
    for path in pages {
        let page = fs::read_to_string(path).unwrap();
        let outcome = run::run(&page);
        count += outcome.count;
        failures.extend(outcome.failures.iter().map(|failure| format!("{}, {failure}", path.display())));
        if run::is_blessing() && outcome.blessed != page {
            fs::write(path, outcome.blessed).unwrap();
        }
    }
    (count, failures)
}

#[test]
fn every_block_of_the_pages_does_what_the_page_says() {
    let pages = pages();
    let halves = std::thread::scope(|scope| {
        let halves: Vec<_> = pages.chunks(pages.len().div_ceil(2)).collect();
        let threads: Vec<_> = halves.into_iter().map(|half| scope.spawn(|| run_pages(half))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let count: usize = halves.iter().map(|(count, _)| count).sum();
    let failures: Vec<String> = halves.into_iter().flat_map(|(_, failures)| failures).collect();
    assert!(failures.is_empty(), "{}\n\n{} failures", failures.join("\n\n"), failures.len());
    assert!(count >= 80, "only {count} blocks were run");
}

#[test]
fn rust_on_a_page_is_a_test_of_the_crate() {
    let library = fs::read_to_string("src/lib.rs").unwrap();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        if markdown::blocks(&page).iter().any(|block| block.language == "rust" && block.notes != ["ignore"]) {
            assert!(library.contains(path.to_str().unwrap()), "src/lib.rs does not include {}", path.display());
        }
    }
}

#[test]
fn the_first_policy_of_the_readme_is_the_one_that_its_command_tries() {
    let blocks = markdown::blocks(README);
    let first = blocks.iter().find(|block| block.language == "placet").unwrap();
    assert_eq!(first.text, include_str!("../policies/tenant.placet"));
    assert!(README.contains("cargo run -- try policies/tenant.placet"));
}

#[test]
fn the_readme_fits_a_short_visit() {
    let count = README.lines().count();
    assert!(count <= 150, "{count} lines");
}

#[test]
fn every_page_that_a_page_links_to_is_there() {
    let summary = PathBuf::from("docs/SUMMARY.md");
    for path in pages().into_iter().chain([summary]) {
        let page = fs::read_to_string(&path).unwrap();
        for link in page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap();
            let is_there = file.is_empty() || path.parent().unwrap().join(file).exists();
            assert!(is_there || link.starts_with("https://"), "{} links to `{link}`", path.display());
        }
    }
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = fs::read_to_string("docs/SUMMARY.md").unwrap();
    let listed = fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let is_summary = |path: &PathBuf| path.ends_with("SUMMARY.md");
    let others: Vec<_> = listed.filter(|path| is_page(path) && !is_summary(path)).collect();
    for path in pages().iter().chain(&others).filter_map(|path| path.strip_prefix("docs").ok()) {
        assert!(summary.contains(&format!("({})", path.display())), "docs/SUMMARY.md lacks {}", path.display());
    }
}

#[test]
fn prose_is_wrapped_at_a_hundred_columns() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let mut inside = false;
        for (number, line) in page.lines().enumerate() {
            inside ^= line.starts_with("```");
            let is_prose = !inside && !line.starts_with('|');
            assert!(!is_prose || line.chars().count() <= 100, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

#[test]
fn every_command_is_on_the_page_of_commands() {
    let page = include_str!("../docs/book/command-line.md");
    let help = cli_support::Place::new().placet("help").yes().out;
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    let names: Vec<_> = names.map(|line| line.split(' ').next().unwrap()).filter(|name| *name != "help").collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let is_row = page.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        assert!(is_row, "docs/book/command-line.md lacks `{name}`");
    }
}

/// All that the tests are made of.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.extension() {
        _ if path.ends_with("target") => String::new(),
        _ if path.is_dir() => sources(&path),
        Some(extension) if extension == "rs" => fs::read_to_string(&path).unwrap(),
        _ => String::new(),
    };
    entries.map(read).collect()
}

#[test]
fn every_mistake_of_the_record_has_the_test_that_it_names() {
    let record = include_str!("../SECURITY.md").split("| test |").nth(1).unwrap();
    let tests = sources(Path::new("tests"));
    let rows: Vec<_> = record.lines().skip(2).filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "the record was not found");
    for row in rows {
        let name = row.trim_end_matches(['|', ' ', '`']).rsplit('`').next().unwrap();
        let exists = if name.contains('/') { Path::new(name).exists() } else { tests.contains(&format!("fn {name}(")) };
        assert!(exists, "`{name}` is not there: {row}");
    }
}
