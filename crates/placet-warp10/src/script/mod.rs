//! The stack form: the part of WarpScript in which envelopes are written.
//!
//! The input is a text. [`read`] splits it into words, line by line, with the [grammar] of one
//! word; [`run`] runs them on the stack of a [`machine`], with the [`functions`] of the subset,
//! inside the [`limits`](crate::limits); the values left on the stack are returned as
//! [values](value::Value), or as the JSON that Warp 10's tool prints ([`output`]).
//!
//! Refused, with the line and the word, are unreadable text, functions outside the subset, values
//! that a function does not accept, and work beyond the limits. The clock, the source of UUIDs, the
//! time unit and the keys come from the [`host`]: a script reads nothing else.

pub mod error;
pub mod functions;
mod grammar;
mod heap;
pub mod host;
pub mod machine;
pub mod output;
pub(crate) mod pattern;
mod read;
mod run;
mod time;
pub mod value;

pub use error::{ScriptCode, ScriptError};
pub use host::{Acceptance, Host, Mode, TimeUnit};
pub use machine::Machine;
pub use value::Value;
