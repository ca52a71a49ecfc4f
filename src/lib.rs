//! A small policy language whose programs travel inside authorization tokens.
//!
//! A permission is a map of patterns, a request is a map of values, and a request is allowed when it matches an `allow` map
//! and no `deny` map. Policies are text; a compiler lowers them to bytecode; the bytecode is sealed into a token; a VM
//! decides requests on the token's bytes, with nothing to parse, nothing to look up and nothing to allocate.
//!
//! ```
//! use placet::author::{Document, mint::{Wrapping, mint}, value::arguments_from_text};
//! use placet::authorize::Authorizer;
//! use placet::check::library::Library;
//! use placet::model::{request::Request, time::Time};
//! use placet::syntax::ast::BlockKind;
//! use placet::token::{keyring::{Keyring, MintingKey}, keys::{LocalKey, SystemRandom}, verify::Scratch};
//!
//! // Write: a template, its arguments, a key.
//! let document = Document::from_text("session.placet", r#"
//!     use momento
//!     token session(user: string) {
//!         permissions: [{ role: ReadWrite, cache: "profiles", item: prefix "user/{user}/" }]
//!         ttl: 30m
//!     }
//! "#, Library::built_in())?;
//! let arguments = arguments_from_text(document.template(BlockKind::Token, None)?, [("user", "42")])?;
//! let compiled = document.compile(BlockKind::Token, Some("session"), &arguments)?;
//! let mut keyring = Keyring::new();
//! keyring.mint_with(MintingKey::Local(LocalKey::generate(&mut SystemRandom)?))?;
//! let (now, momento) = (Time::now(), document.vocabulary());
//! let key = keyring.minting().expect("it was just added");
//! let token = mint(&compiled, momento, key, now, Wrapping::default(), &mut SystemRandom)?.text();
//!
//! // Decide: as often as you like, from as many threads as you like.
//! let authorizer = Authorizer::new(&keyring, momento);
//! let mut scratch = Scratch::new();
//! let mut request = Request::named(momento, "get", now)?;
//! request.set_named("cache", "profiles")?.set_named("item", b"user/42/name")?;
//! assert!(authorizer.authorize(&token, &request, &mut scratch).is_allow());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | see |
//! |---|---|
//! | write policies, tokens and restrictions | [`author`], and the language in `docs/book` |
//! | decide requests | [`authorize`]; [`model`] for requests and verdicts |
//! | mint, attenuate, seal, revoke; keys and rotation | [`author::mint`], [`token`] |
//! | learn why, and what would pass | [`explain`] |
//! | try policies out | the crate `placet-tools`: with requests of yours, and with invented ones |
//! | let scripts do all this | the crate `placet-host` |
//! | read, decide and mint the tokens of a Warp 10 | the crate `placet-warp10`, `docs/warp10.md` |
//! | read the formats | `docs/token-format.md`, `docs/bytecode.md`, `docs/diagnostics.md` |
//!
//! # Crates and features
//!
//! [`authorize`], [`bytecode`], [`model`], [`token`] and [`vm`] are the crate `placet-core`, which is `no_std` with `alloc`: a service that
//! only verifies and decides can name it alone. The command line is `placet-cli`. The feature `graphical` draws diagnostics for a
//! terminal. Features add API and never change a verdict.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod author;
pub mod check;
pub mod compile;
pub mod diag;
pub mod explain;
pub mod limits;
pub mod prelude;
pub mod program;
pub mod service;
pub mod span;
pub mod syntax;
pub mod visible;

pub use placet_core::{authorize, bytecode, model, token, vm};

pub use author::Document;
pub use authorize::Authorizer;
pub use check::library::Library;
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
