//! What the pages show is run: README, manual and glossary, block by block.

mod markdown;
mod reference;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli_support::Place;

/// The root of the repository, below which all pages are.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// All pages that are run block by block, by their paths from the root.
fn pages() -> Vec<PathBuf> {
    let mut found = ["README.md", "CONTRIBUTING.md", "docs/README.md", "docs/glossary.md"].map(PathBuf::from).to_vec();
    let mut folders = vec![PathBuf::from("docs/book")];
    while let Some(folder) = folders.pop() {
        for path in files(&folder) {
            match Path::new(ROOT).join(&path).is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// What is in a folder, by paths from the root.
fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(ROOT).join(&folder)).unwrap();
    entries.map(|entry| folder.as_ref().join(entry.unwrap().file_name())).collect()
}

/// Runs the pages, and with `BLESS=1` writes what their commands print.
fn run_pages(pages: &[PathBuf]) -> (usize, Vec<String>) {
    let (mut count, mut failures) = (0, Vec::new());
    for path in pages {
        let page = read(path);
        let outcome = run::run(&page);
        count += outcome.count;
        failures.extend(outcome.failures.iter().map(|failure| format!("{}, {failure}", path.display())));
        if run::is_blessing() && outcome.blessed != page {
            fs::write(Path::new(ROOT).join(path), outcome.blessed).unwrap();
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
    assert!(count >= 85, "only {count} blocks were run");
}

#[test]
fn rust_on_a_page_is_a_test_of_the_crate() {
    let library = read("src/lib.rs");
    for path in pages() {
        let page = read(&path);
        if markdown::blocks(&page).iter().any(|block| block.language == "rust" && block.notes != ["ignore"]) {
            assert!(library.contains(path.to_str().unwrap()), "src/lib.rs does not include {}", path.display());
        }
    }
}

#[test]
fn the_first_policy_of_the_readme_is_the_one_that_its_command_tries() {
    let readme = read("README.md");
    let blocks = markdown::blocks(&readme);
    let first = blocks.iter().find(|block| block.language == "placet").unwrap();
    assert_eq!(first.text, read("policies/tenant.placet"));
    assert!(readme.contains("cargo run -- try policies/tenant.placet"));
}

#[test]
fn the_readme_fits_a_short_visit() {
    let count = read("README.md").lines().count();
    assert!(count <= 150, "{count} lines");
}

#[test]
fn every_page_that_a_page_links_to_is_there() {
    let summary = PathBuf::from("docs/SUMMARY.md");
    for path in pages().into_iter().chain([summary]) {
        let page = read(&path);
        for link in page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap();
            let is_there = file.is_empty() || Path::new(ROOT).join(path.parent().unwrap()).join(file).exists();
            assert!(is_there || link.starts_with("https://"), "{} links to `{link}`", path.display());
        }
    }
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = read("docs/SUMMARY.md");
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let is_summary = |path: &PathBuf| path.ends_with("SUMMARY.md");
    let others: Vec<_> = files("docs").into_iter().filter(|path| is_page(path) && !is_summary(path)).collect();
    for path in pages().iter().chain(&others).filter_map(|path| path.strip_prefix("docs").ok()) {
        assert!(summary.contains(&format!("({})", path.display())), "docs/SUMMARY.md lacks {}", path.display());
    }
}

#[test]
fn prose_is_wrapped_at_a_hundred_columns() {
    let mut long = Vec::new();
    for path in pages() {
        let page = read(&path);
        let (mut is_code, mut is_comment) = (false, false);
        for (number, line) in page.lines().enumerate() {
            is_code ^= line.starts_with("```");
            is_comment |= line.starts_with("<!--");
            let is_prose = !is_code && !is_comment && !line.starts_with('|');
            is_comment &= !line.ends_with("-->");
            if is_prose && line.chars().count() > 100 {
                long.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_command_is_on_the_page_of_commands() {
    let page = read("docs/book/command-line.md");
    let shown: String = page.split("<!--").map(|part| part.split_once("-->").map_or(part, |(_, rest)| rest)).collect();
    let help = Place::new().placet("help").yes().out;
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    let names: Vec<_> = names.map(|line| line.split(' ').next().unwrap()).filter(|name| *name != "help").collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let is_row = shown.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        assert!(is_row, "docs/book/command-line.md lacks `{name}`");
    }
}
