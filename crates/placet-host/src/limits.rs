//! The limits of a script's calls, each with its reason.

pub use placet::limits::*;

/// How deeply maps and lists of a scripting host nest: the deepest pattern, and the few levels
/// above it.
pub const HOST_DEPTH: usize = NESTING + 8;

/// Values in one call of a scripting host, nested ones counted: a map of a thousand permissions
/// with ten keys each.
pub const HOST_VALUES: usize = 16 * 1024;

/// Bytes of all texts in one call of a scripting host.
pub const HOST_BYTES: usize = 1024 * 1024;

/// Handles that the scripts of one host hold at a time: each keeps a document or a token in memory.
pub const HOST_HANDLES: usize = 1024;

/// Bytes that all handles of one host keep in memory, by the length of their source.
pub const HOST_HANDLE_BYTES: usize = 64 * 1024 * 1024;
