//! Tries policies out: [`trial`] with requests of yours, [`fuzz`] with invented ones; [`measure`] says what deciding costs.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod fuzz;
pub mod limits;
pub mod measure;
pub mod trial;
