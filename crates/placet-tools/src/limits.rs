//! The limits of suites, mutants and generated requests, each with its reason.

pub use placet::limits::*;

/// Values that are tried for one attribute in generated requests: a rule set names few constants,
/// and each leads to about a dozen values near it.
pub const FUZZ_VALUES: usize = 4096;

/// Requests that are kept to be mutated further, because they covered anything new.
pub const FUZZ_KEPT: usize = 2048;

/// Requests that are tried to make one finding smaller.
pub const FUZZ_SHRINKING: usize = 4000;

/// Findings of one run: a reader fixes the first ones first, and each of the others costs as many
/// tries.
pub const FUZZ_FINDINGS: usize = 20;

/// Parts of a block that are evaluated with every request. In a block with more, only requests that
/// cover anything new are evaluated part by part.
pub const FUZZ_PARTS: usize = 512;

/// Bytes of one answer of another program: a word, or a line of JSON with an explanation.
pub const ORACLE_LINE: usize = 64 * 1024;

/// Every mutant is checked, compiled and run on all cases, about a millisecond for each of them.
pub const MUTANTS: usize = 10_000;
