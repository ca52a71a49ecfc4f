//! Between crates, Cargo keeps the law; the page shows what Cargo says.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::CRATES;
use super::page::{Table, table};

/// Each package of the workspace, with those of its normal dependencies that are in the workspace too.
fn metadata() -> Table {
    let arguments = ["metadata", "--no-deps", "--format-version", "1", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    let inside = |dependency: &&Value| dependency["kind"].is_null() && dependency["path"].is_string();
    let names = |package: &Value| package["dependencies"].as_array().unwrap().iter().filter(inside).map(name).collect();
    metadata["packages"].as_array().unwrap().iter().map(|package| (name(package), names(package))).collect()
}

#[test]
fn the_crates_of_the_page_are_those_that_cargo_knows() {
    assert_eq!(table("## The crates", "names"), metadata(), "left is the page, right is Cargo");
}

#[test]
fn the_files_of_every_crate_are_read() {
    let read: BTreeSet<String> = CRATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(read, metadata().into_keys().collect(), "`layers/mod.rs` lists the folders");
}
