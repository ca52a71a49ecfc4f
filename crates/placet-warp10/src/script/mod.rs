//! The stack form: the part of WarpScript that envelopes are written in.
//!
//! A text comes in. [`read`] cuts it into words, line by line, with the [grammar] of one word; [`machine`] runs them on a stack, with
//! the [`functions`] of the subset, inside the bounds of [`limits`](crate::limits); what is left on the stack goes out as
//! [values](value::Value), or as the JSON that Warp 10's tool prints ([`output`]).
//!
//! Refused, with the line and the word: what can not be read, functions outside of the subset, values that a function does not
//! take, and more work than the bounds. The clock, the source of UUIDs, the time unit and the keys come from the [`host`]: a
//! script reads nothing else.

pub mod error;
pub mod functions;
mod grammar;
mod heap;
pub mod host;
pub mod machine;
pub mod output;
pub(crate) mod pattern;
mod read;
mod time;
pub mod value;

pub use error::{ScriptCode, ScriptError};
pub use host::{Acceptance, Host, Mode, TimeUnit};
pub use machine::Machine;
pub use value::Value;
