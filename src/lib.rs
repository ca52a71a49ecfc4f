//! Placet: a small policy language whose programs travel inside authorization tokens.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "author")]
pub mod author;
pub mod authorize;
pub mod bytecode;
#[cfg(feature = "author")]
pub mod check;
#[cfg(feature = "author")]
pub mod compile;
#[cfg(feature = "author")]
pub mod diag;
#[cfg(feature = "author")]
pub mod explain;
#[cfg(feature = "author")]
pub mod host;
pub mod limits;
pub mod model;
pub mod span;
#[cfg(feature = "author")]
pub mod syntax;
pub mod token;
pub mod vm;
