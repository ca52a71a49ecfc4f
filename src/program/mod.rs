//! A program as a tree: written to bytes, read back, and turned into the source that says it.
//!
//! What comes in is a [tree] that the compiler made, or the bytes of a program that somebody sent. Then:
//!
//! 1. [`write()`] makes bytes of a tree, and [`rules`](read::rules) a tree of bytes. Reading what was written gives the
//!    tree back, and writing what was read gives a program that says the same;
//! 2. [`source`] turns rules into [`syntax::ast`](crate::syntax::ast), which the formatter prints. Everything that shows a
//!    rule of a program (`inspect`, `explain`, `try`, `test`, `fuzz`, `TOKENINFO`) shows it this way;
//! 3. [`literal`] is the one place where times, durations, texts and other values become literals, and requests
//!    become cases;
//! 4. [`listing`] shows the instructions, of any bytes.
//!
//! What is refused: a rule that the language cannot say exactly is never printed as a rule. It is printed as a comment with
//! the reason and its instructions.

pub mod listing;
pub mod literal;
pub mod outline;
pub mod read;
pub mod source;
pub mod tree;
pub mod write;

pub use placet_core::model::arithmetic::Arithmetic;
pub use placet_core::model::function::Function;
pub use placet_core::model::predicate::Predicate;
pub use tree::{Actions, Condition, Effect, Form, Pattern, Rule, Test, Value};
pub use write::write;
