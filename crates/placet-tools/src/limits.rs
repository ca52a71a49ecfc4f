//! The caps of suites, mutants and invented requests, each with its reason.

pub use placet::limits::*;

/// Values that are tried for one attribute when requests are invented: a rule set names few constants, and each brings about
/// a dozen values near it.
pub const FUZZ_VALUES: usize = 4096;

/// Requests that are kept to be changed further, because they showed something new.
pub const FUZZ_KEPT: usize = 2048;

/// Requests that are tried to make one finding smaller.
pub const FUZZ_SHRINKING: usize = 4000;

/// Findings of one run: a reader mends the first ones first, and each of the others costs as many tries.
pub const FUZZ_FINDINGS: usize = 20;

/// Parts of a block that are looked at with every request. Of a block with more, only requests that show something new are
/// looked at part by part.
pub const FUZZ_PARTS: usize = 512;

/// Bytes of one answer of another program: a word, or a line of JSON with an explanation.
pub const ORACLE_LINE: usize = 64 * 1024;

/// Every mutant is checked and compiled and asked all cases, about a millisecond for each of them.
pub const MUTANTS: usize = 10_000;
