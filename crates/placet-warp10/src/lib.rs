//! Real tokens of a Warp 10; its page is that of the module below.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod limits;
#[path = "mod.rs"]
mod warp10;

use placet::{author, authorize, bytecode, check, compile, diag, model, span, syntax, visible};
pub use warp10::*;

mod compat {
    pub(crate) use crate::warp10;
}
