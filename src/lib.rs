//! A small policy language whose programs travel inside authorization tokens.
//!
//! A permission is a map of patterns, a request is a map of values, and a request is allowed when
//! it matches an `allow` map and no `deny` map. Policies are text; a compiler lowers them to
//! bytecode; the bytecode is sealed into a token; a VM decides requests on the token's bytes, with
//! nothing to parse, nothing to look up and nothing to allocate.
//!
//! ```standalone_crate
//! # let folder = std::env::temp_dir().join(format!("placet-crate-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(folder.join("policies"))?;
//! # std::env::set_current_dir(&folder)?;
//! # std::fs::write("policies/session.placet", r#"
//! #     use momento
//! #     token session(user: string) {
//! #         permissions: [{ role: ReadWrite, cache: "profiles", item: prefix "user/{user}/" }]
//! #         ttl: 30m
//! #     }"#)?;
//! # let key = placet::token::keys::LocalKey::generate(&mut placet::token::keys::SystemRandom)?;
//! # std::fs::write("service.keys", format!("mint {}\n", *key.reveal()))?;
//! use placet::prelude::*;
//!
//! // Owned, `Send + Sync + 'static`, cheap to clone: put it into the state of your server.
//! let placet = Service::open("policies/", "service.keys")?;
//! let token = placet.mint("session", [("user", "42")])?;
//!
//! let decision = placet.check(&token, "get", [("cache", "profiles"), ("item", "user/42/name")]);
//! if !decision.is_allow() {
//!     println!("{} {}", decision.http_status(), decision.explain());
//! }
//! # assert!(decision.is_allow());
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A policy file such as `policies/session.placet`, which the compiler checks against the
//! vocabulary that it names:
//!
//! ```text
//! use momento
//! token session(user: string) {
//!     permissions: [{ role: ReadWrite, cache: "profiles", item: prefix "user/{user}/" }]
//!     ttl: 30m
//! }
//! ```
//!
//! `examples/service.rs` is an HTTP service with a layer of tower; the example `verify_only` of the
//! crate `placet-core` decides with the deciding half alone, allocating nothing.
//!
//! | to | see |
//! |---|---|
//! | mint and decide in a service | [`Service`], [`prelude`] |
//! | write policies, tokens and restrictions | [`document`], and the language in `docs/book` |
//! | decide requests | [`authorize`]; [`model`] for requests and verdicts |
//! | mint, attenuate, seal, revoke; keys and rotation | [`document::mint`], [`token`] |
//! | learn why, and what would pass | [`explain`] |
//! | try policies out | the crate `placet-tools`: with requests of yours, and with invented ones |
//! | let scripts do all this | the crate `placet-host` |
//! | read, decide and mint the tokens of a Warp 10 | the crate `placet-warp10`, `docs/warp10.md` |
//! | read the formats | `docs/token-format.md`, `docs/bytecode.md`, `docs/diagnostics.md` |
//!
//! # Crates and features
//!
//! [`authorize`], [`bytecode`], [`model`], [`token`] and [`vm`] are the crate `placet-core`, which
//! is `no_std` with `alloc`: a service that only verifies and decides can name it alone. The
//! command line is `placet-cli`. The feature `graphical` draws diagnostics for a terminal. Features
//! add API and never change a verdict.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod check;
pub mod compile;
pub mod diag;
pub mod document;
pub mod explain;
pub mod limits;
pub mod prelude;
pub mod program;
pub mod service;
pub mod span;
pub mod syntax;
pub mod visible;
mod zones;

pub use placet_core::{authorize, bytecode, model, token, vm};

pub use authorize::Authorizer;
pub use check::library::Library;
pub use document::Document;
pub use model::request::Request;
pub use model::time::Time;
pub use model::value::Value;
pub use model::verdict::{Refusal, Verdict};
pub use model::vocabulary::Vocabulary;
pub use service::{Decision, Service, ServiceError};
pub use token::audience::Audience;
pub use token::keyring::Keyring;

/// The Rust of the pages, compiled and run.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../docs/book/embedding.md")]
    mod embedding {}
    #[doc = include_str!("../docs/paths.md")]
    mod paths {}
}
