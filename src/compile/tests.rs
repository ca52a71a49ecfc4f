//! One test for each way of lowering, as the listing of a rule; what splices can not do; automata against an oracle; whole
//! programs.

mod harness;

mod lowering;
mod programs;
mod regexes;
mod splices;
