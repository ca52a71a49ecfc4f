//! The command `placet`, as a library: its page is that of the module below.
#![forbid(unsafe_code)]

extern crate alloc;

#[path = "mod.rs"]
pub mod cli;
pub mod limits;

use placet::{
    author, authorize, bytecode, check, compile, diag, explain, model, program, span, syntax, token, visible,
};
use placet_tools::{fuzz, measure, trial};

mod compat {
    pub(crate) use placet_warp10 as warp10;
}
