//! Placet for scripting hosts; its page is that of the module below.
#![forbid(unsafe_code)]

extern crate alloc;

#[path = "mod.rs"]
mod host;
pub mod limits;

pub use host::*;
use placet::{author, authorize, bytecode, check, compile, diag, explain, model, syntax, token, visible};
