//! Warp 10: real tokens in both directions. Tokens minted by a Warp 10 are opened, accepted and
//! decided here, and tokens minted here are accepted by a Warp 10, byte for byte.
//!
//! ```text
//! envelope (WarpScript) ──► script ──► tokengen ──► Token ──► envelope ──► text
//!                                                    │ ▲
//!                              grants ◄──────────────┘ └────────── open, then accept (time, revocation lists)
//! ```
#![forbid(unsafe_code)]

extern crate alloc;

pub mod accept;
pub mod attributes;
pub mod capabilities;
pub mod codec;
pub mod config;
pub mod convert;
pub mod decide;
pub mod envelope;
pub mod filter;
pub mod grant_cache;
pub mod grants;
pub mod java_compat;
pub mod key_text;
pub mod keys;
pub mod limits;
pub mod lints;
pub mod opb64;
pub mod percent_encoding;
pub mod regex;
pub mod rejection;
pub mod script;
pub mod selectors;
pub mod siphash;
pub mod static_tokens;
pub mod thrift;
pub mod token;
pub mod tokendump;
pub mod tokengen;
pub mod tokeninfo;
mod tree;
pub mod trl;
pub mod trl_directory;
pub mod worf;
