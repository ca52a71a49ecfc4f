//! Suites, mutants, observed rules and explanations, on the policies that come with Placet.

#[path = "../../../../tests/common/mod.rs"]
mod common;

mod explain_changes;
mod explain_rows;
mod explain_words;
mod policies;
mod suites;
mod trial_mutants;
mod trial_observe;
