//! The suites of `policies/` and of the Momento data.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use placet::check::library::Library;
use placet::document::Document;
use placet::model::time::Time;
use placet_tools::testing::{Keys, Suite, cases, jsonl};

/// The policy files, sorted.
pub fn policy_files() -> Vec<PathBuf> {
    let entries = fs::read_dir("../../policies").unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == "placet")).collect();
    files.sort();
    files
}

pub fn document(file: &Path) -> Document {
    let text = fs::read_to_string(file).unwrap();
    Document::from_text(&file.display().to_string(), &text, Library::built_in())
        .unwrap_or_else(|report| panic!("{report}"))
}

/// The cases beside a policy file.
pub fn suite(file: &Path) -> Suite {
    let cases = file.with_extension("cases");
    suite_of(&cases.display().to_string(), &fs::read_to_string(&cases).unwrap(), Arc::new(document(file)))
}

/// Cases for a policy.
pub fn suite_of(name: &str, text: &str, document: Arc<Document>) -> Suite {
    let keys = Keys::ephemeral().unwrap();
    cases::load(name, text, &document, NOON, &keys).unwrap_or_else(|report| panic!("{report}"))
}

pub fn policies() -> Vec<Suite> {
    policy_files().iter().map(|file| suite(file)).collect()
}

/// The known facts about Momento's decisions.
pub fn momento() -> Suite {
    let name = "../../tests/data/momento.cases.jsonl";
    let text = fs::read_to_string(name).unwrap();
    let keys = Keys::ephemeral().unwrap();
    jsonl::load(name, &text, Library::built_in(), NOON, &keys).unwrap_or_else(|report| panic!("{report}"))
}

/// 2026-11-21T12:00:00Z
pub const NOON: Time = Time::from_millis(1_795_262_400_000);
