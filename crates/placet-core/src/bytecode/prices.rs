//! The prices of instructions beyond the one in their row: for the reference page, and for other
//! implementations.

use super::automaton;
use super::index::facet::LOOKS;
use super::index::proof;
use super::made;
use super::verify::{allowance, condition, pattern, table};
use super::wildcard;
use super::zone;

/// Prices that depend on sizes. [`Row::cost`](super::op::Row) has the others.
#[derive(Clone, Copy, Debug)]
pub struct Prices {
    /// Bytes of a text that are compared in one step.
    pub compared: u64,
    /// Steps for each byte that is compared ignoring case.
    pub folded: u64,
    /// Steps for each label that is visited.
    pub label: u64,
    /// Bytes of a label's name that are compared in one step.
    pub label_compared: u64,
    /// Steps of `approved` for each key.
    pub approver: u64,
    /// Steps of `member` for each element.
    pub member: u64,
    /// Steps of `size` for each element of a set.
    pub sorted: usize,
    /// Bytes of the elements that `size` sorts in one step.
    pub sorted_bytes: usize,
    /// Steps of `contains`.
    pub search: u64,
    /// Steps of `contains` for each byte that is searched.
    pub searched: u64,
    /// Steps of `contains` for each byte of the part that it looks for.
    pub needle: u64,
    /// Steps of `string` and `path.of` for each byte.
    pub read_again: u64,
    /// Steps for each byte of a URL that is read again.
    pub read_url: u64,
    /// Steps for each claim of a token, of which it may have sixty-nine.
    pub claim: u64,
    /// Steps for each time that the table of a time zone is halved.
    pub halved: u64,
    /// Steps of a look-up in a table for each row that may have the hash of the key.
    pub probe: u64,
    /// Bytes of a key that a look-up hashes in one step.
    pub hashed: u64,
    /// Steps for each table of an index.
    pub table: u64,
    /// Steps for each facet of a table.
    pub facet: u64,
    /// Size of a facet that costs one more step.
    pub facet_size: u64,
    /// Lookups in a table of a request that may have several values at its facets.
    pub looks: u64,
    /// Bytes of such values, or rules, that are passed in one step.
    pub seen: u64,
    /// Steps of finding out that a rule was in another bucket.
    pub met: u64,
    /// Steps of a glob for each piece.
    pub glob_piece: u64,
    /// Steps of a glob for each piece of a group that is tried at a byte of the value.
    pub glob_tried: u64,
    /// Steps of a path pattern for each piece.
    pub path_piece: u64,
    /// Steps of a path pattern for each piece of a group that is tried.
    pub path_tried: u64,
    /// Steps for each byte of a literal piece.
    pub literal: u64,
    /// Steps for each byte of the value where a group of several pieces is tried.
    pub place: u64,
    /// Steps for each byte of the value in which a literal is searched.
    pub literal_sought: u64,
    /// Steps of a made text for each piece.
    pub made_piece: u64,
    /// Steps of a made text for each byte of the value.
    pub made_passed: u64,
    /// Steps of writing one of its values as text.
    pub made_spelling: u64,
    /// Steps of an automaton.
    pub automaton: u64,
    /// Steps of an automaton for each byte of the value.
    pub state: u64,
    /// Runs of bytes that cost one more step at each byte.
    pub passed: u64,
    /// Runs of bytes beyond which the price stays the same.
    pub few_runs: usize,
}

/// The prices that the verifier charges.
pub const PRICES: Prices = Prices {
    compared: allowance::COMPARED,
    folded: allowance::FOLDED,
    label: pattern::LABEL,
    label_compared: pattern::LABEL_COMPARED,
    approver: condition::APPROVER,
    member: condition::MEMBER,
    sorted: condition::SORTED,
    sorted_bytes: condition::SORTED_BYTES,
    search: condition::SEARCH,
    searched: condition::SOUGHT,
    needle: condition::NEEDLE,
    read_again: condition::READ_AGAIN,
    read_url: condition::READ_URL,
    claim: condition::CLAIM_VISITED,
    halved: zone::HALVED,
    probe: table::PROBE,
    hashed: table::HASHED,
    table: proof::TABLE,
    facet: proof::FACET,
    facet_size: proof::FACET_SIZE,
    looks: LOOKS as u64,
    seen: proof::SEEN,
    met: proof::MET,
    glob_piece: wildcard::GLOB.once,
    glob_tried: wildcard::GLOB.tried,
    path_piece: wildcard::PATH.once,
    path_tried: wildcard::PATH.tried,
    literal: wildcard::LITERAL,
    place: wildcard::PLACE,
    literal_sought: wildcard::SOUGHT,
    made_piece: made::PIECE,
    made_passed: made::PASSED,
    made_spelling: made::SPELLING,
    automaton: automaton::AUTOMATON,
    state: automaton::STATE,
    passed: automaton::PASSED,
    few_runs: automaton::FEW_RUNS,
};
