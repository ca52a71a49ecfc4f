//! Tries policies out: [`testing`] with requests of yours, [`fuzz`] with invented ones; [`bench`] says what deciding costs.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod bench;
pub mod fuzz;
pub mod limits;
pub mod testing;
