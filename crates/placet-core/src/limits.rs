//! The limits of the deciding half, each with its reason. Nothing else in the crate invents a
//! bound.

use core::time::Duration;

/// A token rides in one header line; common proxies refuse lines above 8 KiB, and base64 adds a
/// third.
pub const TOKEN_BYTES: usize = 6 * 1024;

/// The text of the largest token: its prefix and base64url without padding.
pub const TOKEN_TEXT: usize = TOKEN_BYTES.div_ceil(3) * 4 + 16;

/// Each restriction costs one hash (or one signature check) before the token is known to be
/// genuine, so their number bounds the work a forger can cause.
pub const BLOCKS: usize = 32;

/// A program inside a token fits the token.
pub const TOKEN_PROGRAM_BYTES: usize = TOKEN_BYTES;

/// A policy that a service holds does not travel in a header; this bounds memory. A table of a
/// hundred thousand rows of three hundred bytes fits, beside ten thousand rules.
pub const POLICY_PROGRAM_BYTES: usize = 32 * 1024 * 1024;

/// Rows of a table: ten times the members of the largest organisation that we know to keep such a
/// list in a file. Finding one of them looks at twenty.
pub const TABLE_ROWS: usize = 1 << 20;

/// Tables of one program: the verifier keeps what it knows of each in place, without allocating.
pub const TABLES: usize = 32;

/// Steps that all programs of a token together may cost in the worst case (see
/// `bytecode::verify::Proved::cost`). A step is the work of sixteen processor instructions, so this
/// is 270 million of them: less than a tenth of a second for the worst token that a hostile holder
/// can build, and more than a hundred times the cost of any ordinary token.
pub const TOKEN_COST: u64 = 1 << 24;

/// Bytes of constants that proving a token may look at: an instruction of three bytes can name a
/// constant of thousands, and the next one the same again. An ordinary token names its constants a
/// few times each. This is a millisecond or two of work.
pub const TOKEN_PROOF_BYTES: u64 = 1024 * 1024;

/// Worst-case steps of a policy that a service holds and has compiled itself: fifty thousand rules,
/// each with a regular expression on every key of a batch call. Requests really take far less,
/// since an index leaves most rules out.
pub const POLICY_COST: u64 = 1 << 36;

/// Bytes of constants that proving such a policy may look at: fifty thousand rules that share one
/// list of values.
pub const POLICY_PROOF_BYTES: u64 = 1 << 30;

/// Rules of one block: a rule number is sixteen bits in every verdict.
pub const RULES: usize = 50_000;

/// How deep patterns and conditions nest, in text, in the tree and in bytecode. Everything that
/// walks a tree recurses, and this many frames fit a thread of 1 MiB, with room for the caller's
/// frames.
pub const NESTING: usize = 24;

/// How deep nodes of a program nest. Lowering adds at most two levels to the source.
pub const PROGRAM_NESTING: usize = 3 * NESTING;

/// A request keeps its values in place, without allocating.
pub const ATTRIBUTES: usize = 32;

/// Attributes for which a request has room unless it is made with more: vocabularies have fewer,
/// and a request is built and filled anew on every decision.
pub const SLOTS: usize = 8;

/// Actions of a vocabulary: an action set is at most 128 bytes, so a rule never outgrows a token.
pub const ACTIONS: usize = 1024;

/// Roles of a vocabulary or a file: they exist only while compiling; this bounds the work of
/// resolving them.
pub const ROLES: usize = 1024;

/// Elements of one set in a request (the keys of a batch call).
pub const SET_ELEMENTS: usize = 1024;

/// Bytes of all elements of one set together: as many as `SET_ELEMENTS` keys of 128 bytes. A
/// pattern is run for each element, so without this a batch of the longest values would take a
/// thousand times the longest value's time.
pub const SET_BYTES: usize = 128 * 1024;

/// Labels of one request: uniqueness is checked pairwise, without allocating.
pub const LABELS: usize = 64;

/// Bytes of a vocabulary in its binary form: a thousand actions, and a hundred roles that have most
/// of them.
pub const VOCABULARY_BYTES: usize = 1024 * 1024;

/// States of a vocabulary with one hint of four bytes that are tried for a token. Two of a thousand
/// states have one by chance once in ten thousand vocabularies, and each of them costs a proof.
pub const HINTED: usize = 4;

/// Bytes of one value of a request: matching is linear in it, and identifiers are shorter.
pub const VALUE_BYTES: usize = 16 * 1024;

/// Bytes of one text constant in a policy: a constant longer than a value can never match.
pub const TEXT_BYTES: usize = VALUE_BYTES;

/// Bytes of an identifier: names are shown in messages and tables.
pub const NAME_BYTES: usize = 128;

/// Keys that one `approved` names: a committee, not a directory. This bounds the steps of one
/// condition.
pub const APPROVERS: usize = 32;

/// Approvals that come with one request: each costs the verification of a signature, which is as much
/// as some thousand decisions.
pub const APPROVALS: usize = 8;

/// How old the proof of a holder may be: as long as a request takes on its way, with clocks that
/// differ. A thief who reads a request can repeat it for as long.
pub const PROOF_WINDOW: Duration = Duration::from_secs(60);

/// How old an approval may be: people approve, and the request is made afterwards.
pub const APPROVAL_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Entries of a token's `labels` and `attributes`: they are returned with every verdict.
pub const CLAIM_ENTRIES: usize = 64;

/// Bytes of the name of a time zone: the longest of the IANA database has 32.
pub const ZONE_NAME_BYTES: usize = 64;

/// Values of a request in one text of a pattern: a path has a few levels.
pub const MADE_VALUES: usize = 8;

/// Bytes of an audience's name: as long as a host name may be, and more than an identifier needs.
pub const AUDIENCE_BYTES: usize = 255;

/// How far ahead the clock of a minter may be unless a verifier says otherwise: machines that keep
/// their clocks by NTP are within a second of each other, and a minute is what other token systems
/// grant. A request whose time is earlier than the token's issuance by more than this is refused.
pub const CLOCK_SKEW: Duration = Duration::from_secs(60);
