//! The caps of what comes from a Warp 10, each with its reason.

pub use placet::limits::*;

/// Characters of a Warp 10 token that is read. They travel in a header, or in scripts, where a few thousand owners fit; and
/// the key wrap encrypts six times for every eight bytes, so this bounds what a stranger can make a service do to about a
/// millisecond.
pub const WARP10_TOKEN_TEXT: usize = 64 * 1024;

/// How deep lists, maps and structures nest in a field of a Warp 10 token that is unknown here, and skipped: no version of
/// Warp 10 has written one, and skipping recurses.
pub const WARP10_SKIP_DEPTH: usize = 16;

/// Bytes of a key of Warp 10, which has at most 32; and of one that is derived.
pub const WARP10_KEY_BYTES: usize = 64;

/// Times that one key is derived from another: each takes 512 MiB and seconds.
pub const WARP10_KEY_DERIVATIONS: usize = 2;

/// Rounds in which `${name}` is replaced in one setting of a Warp 10 configuration; the original gives up there too.
pub const WARP10_CONFIG_ROUNDS: usize = 100;

/// Bytes of one setting of a Warp 10 configuration, replaced: a name that stands twice in the text of another doubles it.
pub const WARP10_CONFIG_VALUE: usize = 1024 * 1024;

/// Bytes of one revocation list of Warp 10: four million tokens.
pub const WARP10_LIST_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of one WarpScript text: envelopes have a few kilobytes, and generated ones with a thousand tokens stay below a megabyte.
pub const SCRIPT_BYTES: usize = 1024 * 1024;

/// Steps of one WarpScript run, one a word and one an element that a function visits: minting ten thousand tokens in a loop
/// takes a tenth of it.
pub const SCRIPT_STEPS: u64 = 1 << 22;

/// Bytes that one WarpScript run may make or go through, living or not: nothing that it makes is larger, so it bounds memory and time.
pub const SCRIPT_WORK: u64 = 64 * 1024 * 1024;

/// Values on WarpScript's stack: Warp 10 has 1,000 unless configured, and lists are built on the stack.
pub const SCRIPT_STACK: usize = 16 * 1024;

/// Macros of WarpScript that run inside of each other, or that are written inside of each other: each is a frame of ours. Warp 10 has 16.
pub const SCRIPT_DEPTH: usize = 32;

/// Variables of one WarpScript run: Warp 10 has 256 unless configured.
pub const SCRIPT_SYMBOLS: usize = 1024;

/// How deep lists and maps of WarpScript nest where they are compared, written or handed out: what walks them recurses.
pub const SCRIPT_NESTING: usize = 64;

/// Bytes of a regular expression in WarpScript; compiling one takes memory in proportion.
pub const SCRIPT_PATTERN: usize = 1024;

/// Bytes that a compiled regular expression of WarpScript may take: nested counts multiply.
pub const SCRIPT_AUTOMATON: usize = 1024 * 1024;
