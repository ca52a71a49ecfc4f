//! Runs the blocks of a page in a directory of their own, one after the other.
//!
//! | block | what is run |
//! |---|---|
//! | `placet` | `check`: exactly the diagnostic codes after the word, none without |
//! | `cases` | `test`, on the policy of the block before, or on the file of its name |
//! | `json` | `check` of a map form; with `same`, it is also that of the `placet` block before |
//! | `console` | a shell: each `$ ` line, and what it prints; `…` matches anything |
//!
//! With `BLESS=1` the outputs of `console` blocks are rewritten.

use std::fmt::Write;

use serde_json::Value;

use super::markdown::{Block, blocks};
use crate::cli_support::Place;

/// Languages of blocks that Placet does not run: Rust is a doctest, the others are the words of other systems.
const NOT_RUN: [&str; 10] = ["rust", "toml", "rhai", "sh", "text", "cedar", "rego", "datalog", "python", "yaml"];

/// A page that is run.
pub struct Runner<'p> {
    page: &'p str,
    place: Place,
    /// Options for the vocabularies that files of the page declare.
    vocabularies: Vec<(String, String)>,
    /// The file of the latest `placet` block.
    latest: Option<String>,
    failures: Vec<String>,
    /// Blocks that were run.
    count: usize,
    /// The page with the outputs of today, up to `copied`.
    blessed: String,
    copied: usize,
}

/// What became of a page.
pub struct Outcome {
    pub failures: Vec<String>,
    pub count: usize,
    /// The page with the outputs of today.
    pub blessed: String,
}

/// Runs all blocks of a page.
pub fn run(page: &str) -> Outcome {
    let place = Place::new();
    std::os::unix::fs::symlink(format!("{}/policies", super::ROOT), place.path("policies")).unwrap();
    let mut runner = Runner {
        page,
        place,
        vocabularies: Vec::new(),
        latest: None,
        failures: Vec::new(),
        count: 0,
        blessed: String::new(),
        copied: 0,
    };
    for block in blocks(page) {
        runner.block(&block);
    }
    runner.blessed.push_str(&page[runner.copied..]);
    Outcome { failures: runner.failures, count: runner.count, blessed: runner.blessed }
}

impl Runner<'_> {
    fn block(&mut self, block: &Block<'_>) {
        let before = self.failures.len();
        match block.language {
            "placet" => self.policy(block),
            "cases" => self.cases(block),
            "json" => self.map(block),
            "console" => self.console(block),
            other if NOT_RUN.contains(&other) => return,
            other => self.failures.push(format!("nothing runs a block of `{other}`")),
        }
        self.count += 1;
        for failure in &mut self.failures[before..] {
            failure.insert_str(0, &format!("line {}: ", block.line));
        }
    }

    fn policy(&mut self, block: &Block<'_>) {
        let name = block.file.map_or_else(|| format!("block-{}.placet", block.line), str::to_owned);
        self.place.write(&name, block.text);
        self.check(&name, &block.notes);
        if block.file.is_some() {
            let declared = block.text.lines().filter_map(|line| line.strip_prefix("vocabulary "));
            let words = declared.filter_map(|rest| rest.split(' ').next());
            self.vocabularies.extend(words.map(|word| (word.to_owned(), name.clone())));
        }
        self.latest = Some(name);
    }

    /// `check`, which must find exactly these codes.
    fn check(&mut self, name: &str, wanted: &[&str]) {
        let json = self.place.json(&format!("check{} {name}", self.options(name)));
        let mut found = codes(&json);
        found.sort_unstable();
        found.dedup();
        if found != wanted {
            self.failures.push(format!("expected {wanted:?}, found {found:?}\n{json:#}"));
        }
    }

    fn cases(&mut self, block: &Block<'_>) {
        let Some(latest) = &self.latest else { return self.failures.push("no policy before the cases".to_owned()) };
        let name = block.file.map_or_else(|| latest.replace(".placet", ".cases"), str::to_owned);
        self.place.write(&name, block.text);
        let ran = self.place.placet(&format!("test{} {name}", self.options(&name)));
        if ran.code != Some(0) {
            self.failures.push(format!("cases fail\n{}{}", ran.out, ran.err));
        }
    }

    fn map(&mut self, block: &Block<'_>) {
        let name = block.file.map_or_else(|| format!("block-{}.json", block.line), str::to_owned);
        self.place.write(&name, block.text);
        let (is_same, codes): (Vec<&str>, Vec<&str>) = block.notes.iter().partition(|note| **note == "same");
        self.check(&name, &codes);
        if is_same.is_empty() {
            return;
        }
        let text = self.latest.as_deref().expect("a map form that is the same has a `placet` block before it");
        let [map, text] = [&name, text].map(|file| self.place.placet(&format!("fmt --to text --stdout {file}")).out);
        if map != text {
            self.failures.push(format!("the two forms differ:\n{map}\n{text}"));
        }
    }

    /// `--vocabulary` for each file of the page that declares one which `name` speaks and does not declare.
    fn options(&self, name: &str) -> String {
        let text = self.place.read(&name.replace(".cases", ".placet"));
        let mut options = String::new();
        for (word, file) in &self.vocabularies {
            let is_used = text.contains(&format!("use {word}\n")) || text.contains(&format!("\"use\": \"{word}\""));
            if is_used && !text.contains(&format!("vocabulary {word} ")) {
                write!(options, " --vocabulary {file}").unwrap();
            }
        }
        options
    }

    fn console(&mut self, block: &Block<'_>) {
        self.blessed.push_str(&self.page[self.copied..block.range.start]);
        self.copied = block.range.end;
        for (command, wanted) in commands(block.text) {
            let printed = self.place.shell(&command.trim_start_matches("$ ").replace("\n> ", "\n"));
            let is_as_wanted = exit(&wanted) == exit(&printed) && matches(&lines(&wanted), &lines(&printed));
            if !is_as_wanted && !is_blessing() {
                self.failures.push(format!("{command}\nprints\n{printed}\nand not\n{wanted}"));
            }
            self.blessed.push_str(&command);
            self.blessed.push_str(if is_as_wanted { &wanted } else { &printed });
        }
    }
}

/// Whether outputs are to be rewritten.
pub fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// The codes of all diagnostics of `check --format json`.
fn codes(json: &Value) -> Vec<&str> {
    let files = json["files"].as_array().into_iter().flatten();
    let found = files.flat_map(|file| file["diagnostics"].as_array().into_iter().flatten());
    found.filter_map(|one| one["code"].as_str()).collect()
}

/// Each command of a `console` block with what is shown below it. A backslash continues a command on the next line.
fn commands(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let continues = found.last().is_some_and(|(command, _)| command.ends_with("\\\n"));
        match found.last_mut() {
            Some((command, shown)) if continues && shown.is_empty() => command.push_str(line),
            _ if line.starts_with("$ ") => found.push((line.to_owned(), String::new())),
            Some((_, shown)) => shown.push_str(line),
            None => panic!("a console block begins with `$ `: {line}"),
        }
    }
    found
}

/// The line that says how a command ended, unless it was with 0: no `…` matches it.
fn exit(text: &str) -> Option<&str> {
    text.trim_end().lines().last().filter(|line| line.starts_with("[exit code "))
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

/// Whether lines are as wanted. A line `…` matches any lines, and `…` in a line any text.
fn matches(wanted: &[&str], found: &[&str]) -> bool {
    match wanted.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=found.len()).any(|skipped| matches(rest, &found[skipped..]))
        }
        Some((first, rest)) => {
            found.split_first().is_some_and(|(line, more)| line_matches(first, line) && matches(rest, more))
        }
    }
}

fn line_matches(wanted: &str, found: &str) -> bool {
    let Some((first, rest)) = wanted.split_once('…') else { return wanted == found };
    let Some(mut left) = found.strip_prefix(first) else { return false };
    let parts: Vec<&str> = rest.split('…').collect();
    let (last, middle) = parts.split_last().expect("split gives at least one part");
    for part in middle {
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(last)
}

#[test]
fn an_ellipsis_stands_for_text_and_for_lines_and_for_nothing_else() {
    let is = |wanted: &str, found: &str| matches(&lines(wanted), &lines(found));
    assert!(is("a\n…\nd", "a\nb\nc\nd") && is("a\n…\nd", "a\nd") && is("id …, valid", "id 07, valid"));
    assert!(!is("a\n…\nd", "a\nb\nc") && !is("id …, valid", "id 07, invalid") && !is("a", "a\nb") && !is("", "a"));
}
