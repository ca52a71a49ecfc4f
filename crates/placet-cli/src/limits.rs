//! The caps of the command line, each with its reason.

pub use placet::limits::*;

/// What common proxies take as one header line (nginx and Apache among them).
pub const HEADER_LINE: usize = 8 * 1024;
