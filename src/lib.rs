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
//! use placet::model::request::Request;
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
//! let (now, momento) = (1_795_000_000_000, document.vocabulary());
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
//! | write policies, tokens and restrictions | [`author`], and the language in the README and `grammar/` |
//! | decide requests | [`authorize`]; [`model`] for requests and verdicts |
//! | mint, attenuate, seal, revoke; keys and rotation | [`author::mint`], [`token`] |
//! | learn why, and what would pass | [`explain`] |
//! | try policies out | [`trial`] with requests of yours, [`fuzz`] with invented ones |
//! | let scripts do all this | [`host`] |
//! | read, decide and mint the tokens of a Warp 10 | [`compat::warp10`], `docs/warp10.md` |
//! | read the formats | `docs/token-format.md`, `docs/bytecode.md`, `docs/diagnostics.md` |
//!
//! # Features
//!
//! The deciding half is `no_std` with `alloc` (`--no-default-features`). `std` adds the system's randomness and the cache of verified tokens; `author` the
//! writing half; `warp10` the tokens of a Warp 10; `cli` the command line; `rhai` the scripting host. Features add API and never change a verdict.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "author")]
pub mod author;
pub mod authorize;
pub mod bytecode;
#[cfg(feature = "author")]
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "warp10")]
pub mod compat;
#[cfg(feature = "author")]
pub mod compile;
#[cfg(feature = "author")]
pub mod diag;
#[cfg(feature = "author")]
pub mod explain;
#[cfg(feature = "author")]
pub mod fuzz;
#[cfg(feature = "author")]
pub mod host;
pub mod limits;
#[cfg(feature = "cli")]
pub mod measure;
pub mod model;
#[cfg(feature = "author")]
pub mod program;
pub mod span;
#[cfg(feature = "author")]
pub mod syntax;
pub mod token;
#[cfg(feature = "author")]
pub mod trial;
pub mod visible;
pub mod vm;
