//! The caps of the command line, each with its reason.

pub use placet::limits::*;

/// The longest header line that common proxies accept (nginx and Apache among them).
pub const HEADER_LINE: usize = 8 * 1024;
