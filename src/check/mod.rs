//! Names, types, cost, lints: `File → Checked`, all errors at once.

pub mod tree;
