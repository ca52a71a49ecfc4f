//! Programs for people: a [listing](listing::listing) of all bytes, and the [source](render::render) that says the same.

pub mod listing;
pub mod outline;
pub mod page;
pub mod render;
pub mod spell;

use crate::bytecode::{automaton, constant, cursor, index, op, program, verify, wildcard};
