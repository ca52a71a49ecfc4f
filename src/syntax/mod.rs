//! Text and maps to a tree, and back.
//!
//! 1. [`parse`] reads a text: bounds are counted on the text, the grammar reads it item by item,
//!    the tree is built.
//! 2. [`map`] reads and writes the same tree as a JSON map, which is what a scripting host passes
//!    in.
//! 3. [`mod@print`] writes a tree as text and is the formatter.
//! 4. [`cases`] is the tree of the `.cases` files that test a policy.
//!
//! The result is a [`File`](ast::File) for `check`. Refused are text that is not in the language,
//! text that is too large or too deep to be read safely, and characters that show a reader
//! something other than what is there.

pub mod ast;
pub mod cases;
mod depth;
pub mod foreign;
mod lex;
pub mod map;
pub mod parse;
pub mod print;
pub(crate) mod text;
pub(crate) mod writable;
