//! The limits of input from a Warp 10, each with its reason.

pub use placet::limits::*;

/// Characters of a Warp 10 token that is read. They travel in a header, or in scripts, where a few
/// thousand owners fit; and the key wrap encrypts six times for every eight bytes, so this limits
/// the work that a stranger can cause to about a millisecond.
pub const WARP10_TOKEN_TEXT: usize = 64 * 1024;

/// How deeply lists, maps and structures nest in an unknown field of a Warp 10 token, which is
/// skipped: no version of Warp 10 has written one, and skipping recurses.
pub const WARP10_SKIP_DEPTH: usize = 16;

/// Bytes of a Warp 10 key, which has at most 32, also of a derived one.
pub const WARP10_KEY_BYTES: usize = 64;

/// How often one key is derived from another: each derivation takes 512 MiB and seconds.
pub const WARP10_KEY_DERIVATIONS: usize = 2;

/// Rounds in which `${name}` is replaced in one setting of a Warp 10 configuration; Warp 10 also
/// gives up there.
pub const WARP10_CONFIG_ROUNDS: usize = 100;

/// Bytes of one setting of a Warp 10 configuration after replacement: a name that appears twice in
/// the text of another doubles it.
pub const WARP10_CONFIG_VALUE: usize = 1024 * 1024;

/// Bytes of one revocation list of Warp 10: four million tokens.
pub const WARP10_LIST_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of one WarpScript text: envelopes have a few kilobytes, and generated ones with a thousand
/// tokens stay below a megabyte.
pub const SCRIPT_BYTES: usize = 1024 * 1024;

/// Steps of one WarpScript run, one for each word and each element that a function visits: minting
/// ten thousand tokens in a loop takes a tenth of it.
pub const SCRIPT_STEPS: u64 = 1 << 22;

/// Bytes that one WarpScript run may create or process, whether they are still in use or not.
/// Nothing that it creates is larger, so this bounds memory and time.
pub const SCRIPT_WORK: u64 = 64 * 1024 * 1024;

/// Values on WarpScript's stack: Warp 10 has 1,000 unless configured, and lists are built on the
/// stack.
pub const SCRIPT_STACK: usize = 16 * 1024;

/// Nested WarpScript macros, running or written: each is a Rust stack frame. Warp 10 allows 16.
pub const SCRIPT_DEPTH: usize = 32;

/// Variables of one WarpScript run: Warp 10 has 256 unless configured.
pub const SCRIPT_SYMBOLS: usize = 1024;

/// How deeply WarpScript lists and maps nest when they are compared, written or returned: walking
/// them recurses.
pub const SCRIPT_NESTING: usize = 64;

/// Bytes of a regular expression in WarpScript; compiling one takes memory in proportion.
pub const SCRIPT_PATTERN: usize = 1024;

/// Bytes that a compiled regular expression of WarpScript may take: nested counts multiply.
pub const SCRIPT_AUTOMATON: usize = 1024 * 1024;
