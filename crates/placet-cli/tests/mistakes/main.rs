//! Mistakes of other systems, one test for each. Those about the bytes of tokens (an algorithm that the token chooses, spare bits, unknown
//! flags, a cache that forgets a part of the question) stand in `token_forgery.rs` and `token_life.rs`.

#[path = "../../../../tests/token_workshop/mod.rs"]
mod token_workshop;

#[path = "../cli_support/mod.rs"]
mod cli_support;

mod binding;
mod command_line;
mod cost;
mod deciding;
mod lints;
mod meaning;
mod operation;
mod others;
mod paths;
mod patterns;
mod slips;
mod support;
