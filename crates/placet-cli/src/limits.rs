//! The caps of the command line, each with its reason.

pub use placet::limits::*;

/// What common proxies take as one header line (nginx and Apache among them).
pub const HEADER_LINE: usize = 8 * 1024;

/// Bytes of a revocation list in a file of the command line: sixteen million ids.
pub const REVOCATION_BYTES: usize = 256 * 1024 * 1024;
