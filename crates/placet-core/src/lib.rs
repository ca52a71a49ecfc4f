//! The deciding half of Placet: tokens, the programs inside them, and the VM that decides requests.
//!
//! It contains no parser and no printer, and needs only `alloc`. The feature `std` adds the
//! system's randomness and the cache of verified tokens. A service that only verifies and decides
//! needs this crate; the language is the crate `placet`, which re-exports all of this under the
//! same paths.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(all(feature = "std", not(test)))]
extern crate std;

pub mod authorize;
pub mod bytecode;
pub mod limits;
pub mod model;
pub mod token;
pub mod vm;
