//! Text and maps to a tree, and back.

pub mod ast;
