//! One test for each way of lowering, as the listing of a rule; what splices cannot do; automata
//! against an oracle; whole programs.

pub(crate) mod harness;

mod conjuncts;
mod lowering;
pub(crate) mod programs;
mod regexes;
mod splices;
