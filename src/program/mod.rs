//! A program as a tree: written to bytes, read back, and turned into source.
//!
//! The input is a [tree] that the compiler made, or the bytes of a received program:
//!
//! 1. [`write()`] makes bytes of a tree, and [`rules`](read::rules) a tree of bytes. Reading a
//!    written tree gives the tree back, and writing a tree that was read gives an equivalent
//!    program;
//! 2. [`source`] turns rules into [`syntax::ast`](crate::syntax::ast), which the formatter prints.
//!    Everything that shows a rule of a program (`inspect`, `explain`, `try`, `test`, `fuzz`,
//!    `TOKENINFO`) shows it this way;
//! 3. [`literal`] is the only code that turns times, durations, texts and other values into
//!    literals, and requests into cases;
//! 4. [`parts`] says what conditions and values are made of;
//! 5. [`listing`] shows the instructions, of any bytes.
//!
//! A rule that the language cannot express exactly is never printed as a rule, but as a comment
//! with the reason and its instructions.

pub mod listing;
pub mod literal;
pub mod made;
pub mod outline;
pub mod parts;
pub mod read;
pub mod source;
pub mod tree;
pub mod write;

pub use placet_core::model::arithmetic::Arithmetic;
pub use placet_core::model::function::Function;
pub use placet_core::model::predicate::Predicate;
pub use tree::{Actions, Condition, Effect, Form, Pattern, Quorum, Rule, Test, Value};
pub use write::write;
