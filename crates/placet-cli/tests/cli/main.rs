//! The command line, as its users run it.

#[path = "../cli_support/mod.rs"]
mod cli_support;

mod cli_policies;
mod cli_tokens;
mod cli_trial;
mod cli_warp10;
mod fuzz;
