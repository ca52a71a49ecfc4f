//! Warp 10: real tokens both ways. What a Warp 10 mints is opened, accepted and decided here, and what is minted here a
//! Warp 10 takes, byte for byte.
//!
//! ```text
//! envelope (WarpScript) ──► script ──► tokengen ──► Token ──► envelope ──► text
//!                                                    │ ▲
//!                              grants ◄──────────────┘ └────────── open, then accept (time, revocation lists)
//! ```

pub mod attributes;
pub mod grants;
pub mod regex;
pub mod selectors;
pub mod token;
mod tree;
