//! The caps of the language, each with its reason, beside those of the deciding half, which are
//! re-exported. Every bound on input from outside is on this page or on that one.

pub use placet_core::limits::*;

/// Promises of one block: each is checked against every request that is tried.
pub const PROMISES: usize = 256;

/// Bytes of one policy file: ten thousand rules of a hundred bytes are one megabyte.
pub const SOURCE_BYTES: usize = 16 * 1024 * 1024;

/// Bytes of a file with the rows of a table: twice what a program may have, since JSON is longer.
pub const TABLE_FILE_BYTES: usize = 64 * 1024 * 1024;

/// Items, keys and list elements of one source file: every one of them can become a diagnostic.
pub const SOURCE_NODES: usize = 2_000_000;

/// Parameters of one template: arguments are numbered with a byte.
pub const PARAMETERS: usize = 64;

/// Diagnostics reported of one file; a reader fixes the first hundred first.
pub const DIAGNOSTICS: usize = 100;

/// Bytes of a glob, a path pattern or a regular expression in source.
pub const PATTERN_BYTES: usize = 1024;

/// Bytes that one compiled regular expression may take in a program, which travels in a header.
pub const AUTOMATON_BYTES: usize = 4 * 1024;

/// Bytes that building one automaton may take at mint time, before it is minimised.
pub const AUTOMATON_BUILD_BYTES: usize = 2 * 1024 * 1024;

/// Work that the regular expressions of one document may take, to read them and again to make
/// automata of them, in units of about ten nanoseconds: a third of a second. Ten thousand different
/// expressions like `[a-z]+@[a-z]+\.com` stay below it.
pub const COMPILE_EFFORT: u64 = 1 << 25;

/// 2000-01-01T00:00:00Z. A smaller number of milliseconds was probably meant as seconds.
pub const YEAR_2000: i64 = 946_684_800_000;

/// Pairs of rules that are compared to find one that another covers: a warning must not cost more
/// than the check. Only rules that have something in common are compared, so few files come near it.
pub const LINT_COMPARISONS: usize = 1 << 19;

/// Bytes of a revocation list in a file: sixteen million ids.
pub const REVOCATION_BYTES: usize = 256 * 1024 * 1024;
