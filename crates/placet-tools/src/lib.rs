//! Tools that test policies: [`testing`] with your own requests, [`fuzz`] with generated ones;
//! [`bench`](mod@bench) measures the cost of deciding.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod bench;
pub mod fuzz;
pub mod limits;
pub mod testing;
