//! That programs decide what their sources say: generated blocks and requests, against an evaluator too slow to be wrong.

#[path = "../common/mod.rs"]
mod common;

mod actions;
mod bearers;
mod conditions;
mod differential;
mod hostile_bytecode;
mod laws;
mod local_time;
mod minted;
mod rule_index;
mod sets;
mod small_scope;
mod tables;
mod workloads;
