//! Placet: a small policy language whose programs travel inside authorization tokens.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod bytecode;
pub mod limits;
pub mod model;
pub mod span;
pub mod token;
