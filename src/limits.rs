//! Every cap of Placet, each with its reason. Nothing else in the crate invents a bound.

use core::time::Duration;

/// A token rides in one header line; common proxies refuse lines above 8 KiB, and base64 adds a third.
pub const TOKEN_BYTES: usize = 6 * 1024;

/// What common proxies take as one header line (nginx and Apache among them).
pub const HEADER_LINE: usize = 8 * 1024;

/// The text of the largest token: its prefix and base64url without padding.
pub const TOKEN_TEXT: usize = TOKEN_BYTES.div_ceil(3) * 4 + 16;

/// Each restriction costs one hash (or one signature check) before the token is known to be genuine,
/// so their number bounds the work a forger can cause.
pub const BLOCKS: usize = 32;

/// A program inside a token fits the token.
pub const TOKEN_PROGRAM_BYTES: usize = TOKEN_BYTES;

/// A policy that a service holds is no header; this bounds memory, and keeps offsets in three varint bytes
/// for a rule set of ten thousand rules.
pub const POLICY_PROGRAM_BYTES: usize = 8 * 1024 * 1024;

/// Steps that all programs of a token together may cost in the worst case (see `bytecode::verify::Proved::cost`). A step is
/// what sixteen instructions of a processor do, so this is 270 million of them: less than a tenth of a second for what a
/// hostile holder can build, and more than a hundred times what any token of ours asks for.
pub const TOKEN_COST: u64 = 1 << 24;

/// Bytes of constants that proving a token may look at: an instruction of three bytes can name a constant of thousands, and
/// the next one the same again. A token of ours names its constants a few times each; a millisecond or two of work.
pub const TOKEN_PROOF_BYTES: u64 = 1024 * 1024;

/// Worst-case steps of a policy that a service holds, and has compiled itself: fifty thousand rules, each with a regular expression on
/// every key of a batch call. What requests really take is far less, since an index leaves most rules out.
pub const POLICY_COST: u64 = 1 << 36;

/// Bytes of constants that proving such a policy may look at: fifty thousand rules that share one list of values.
pub const POLICY_PROOF_BYTES: u64 = 1 << 30;

/// Rules of one block: a rule number is sixteen bits in every verdict.
pub const RULES: usize = 50_000;

/// Promises of one block: each is held against every request that is tried.
pub const PROMISES: usize = 256;

/// How deep patterns and conditions nest, in text, in the tree and in bytecode. Everything that walks a tree
/// recurses, and this many frames fit a thread of 1 MiB, with room for what calls it.
pub const NESTING: usize = 24;

/// How deep nodes of a program nest. Lowering adds at most two nodes to one of the source.
pub const PROGRAM_NESTING: usize = 3 * NESTING;

/// A request keeps its values in place, without allocating.
pub const ATTRIBUTES: usize = 32;

/// Actions of a vocabulary: an action set is at most 128 bytes, so a rule never outgrows a token.
pub const ACTIONS: usize = 1024;

/// Roles of a vocabulary or a file: they exist only while compiling; this bounds the work of resolving them.
pub const ROLES: usize = 1024;

/// Elements of one set in a request (the keys of a batch call).
pub const SET_ELEMENTS: usize = 1024;

/// Bytes of all elements of one set together: so many keys of 128 bytes. A pattern is run for each element, so without this a
/// batch of the longest values would take a thousand times the longest value's time.
pub const SET_BYTES: usize = 128 * 1024;

/// Labels of one request: uniqueness is checked pairwise, without allocating.
pub const LABELS: usize = 64;

/// Bytes of a vocabulary in its binary form: a thousand actions, and a hundred roles that have most of them.
pub const VOCABULARY_BYTES: usize = 1024 * 1024;

/// Bytes of one value of a request: matching is linear in it, and identifiers are shorter.
pub const VALUE_BYTES: usize = 16 * 1024;

/// Bytes of one text constant in a policy: a constant longer than a value can never match.
pub const TEXT_BYTES: usize = VALUE_BYTES;

/// Bytes of an identifier: names are shown in messages and tables.
pub const NAME_BYTES: usize = 128;

/// Bytes of one policy file: ten thousand rules of a hundred bytes are one megabyte.
pub const SOURCE_BYTES: usize = 16 * 1024 * 1024;

/// Items, keys and list elements of one source file: every one of them can become a diagnostic.
pub const SOURCE_NODES: usize = 2_000_000;

/// Parameters of one template: arguments are numbered with a byte.
pub const PARAMETERS: usize = 64;

/// Diagnostics reported of one file; a reader fixes the first hundred first.
pub const DIAGNOSTICS: usize = 100;

/// Bytes of a glob, a path pattern or a regular expression in source.
pub const PATTERN_BYTES: usize = 1024;

/// Bytes that one compiled regular expression may take in a program: it travels in a header.
pub const AUTOMATON_BYTES: usize = 4 * 1024;

/// Bytes that building one automaton may take at mint time, before it is minimised.
pub const AUTOMATON_BUILD_BYTES: usize = 2 * 1024 * 1024;

/// Work that the regular expressions of one document may take, to read them and again to make automata of them, in units of
/// about ten nanoseconds: a third of a second. Ten thousand different expressions like `[a-z]+@[a-z]+\.com` stay below it.
pub const COMPILE_EFFORT: u64 = 1 << 25;

/// Entries of a token's `labels` and `attributes`: they come back with every verdict.
pub const CLAIM_ENTRIES: usize = 64;

/// Bytes of an audience's name: as long as a host name may be, and more than an identifier needs.
pub const AUDIENCE_BYTES: usize = 255;

/// How far ahead the clock of a minter may be unless a verifier says otherwise: machines that keep their clocks by NTP are
/// within a second of each other, and a minute is what other token systems grant. A request whose time lies further than
/// this before the token's issuance is refused.
pub const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// 2000-01-01T00:00:00Z. A smaller number of milliseconds was probably meant as seconds.
pub const YEAR_2000: i64 = 946_684_800_000;

/// How deep maps and lists of a scripting host nest: the deepest pattern, and the few levels above it.
pub const HOST_DEPTH: usize = NESTING + 8;

/// Values in one call of a scripting host, nested ones counted: a map of a thousand permissions with ten keys each.
pub const HOST_VALUES: usize = 16 * 1024;

/// Bytes of all texts in one call of a scripting host.
pub const HOST_BYTES: usize = 1024 * 1024;

/// Handles that the scripts of one host hold at a time: each keeps a document or a token in memory.
pub const HOST_HANDLES: usize = 1024;

/// Bytes that all handles of one host keep in memory, by the length of what they were made from.
pub const HOST_HANDLE_BYTES: usize = 64 * 1024 * 1024;

/// Pairs of rules that are compared to find one that another covers: a warning must not cost more than the check. Rules
/// that want some value exactly are only compared with those that want the same, so few files come near it.
pub const LINT_COMPARISONS: usize = 1 << 19;

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

/// Bytes of a revocation list in a file of the command line: sixteen million ids.
pub const REVOCATION_BYTES: usize = 256 * 1024 * 1024;

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
