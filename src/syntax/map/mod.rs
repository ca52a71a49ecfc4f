//! The map form: the same tree as JSON, which is what a scripting host passes in.
//!
//! [`to_map`] and [`from_map`] are inverse to each other, for every tree without duplicate keys.
//! Host data is data: a plain string is always literal text, never a splice, a name or a pattern.
//! Everything else is an object with one `$` key:
//!
//! | JSON | text |
//! |---|---|
//! | `"lobby"`, `7`, `true` | `"lobby"`, `7`, `true` |
//! | `{"$any": true}`, `{"$absent": true}` | `any`, `absent` |
//! | `{"$not": p}`, `[p, q]` | `not p`, `[p, q]` |
//! | `{"$some": p}`, `{"$every": p}` | `some p`, `every p` |
//! | `{"$prefix": "a"}`, `{"$suffix": "a"}` | `prefix "a"`, `suffix "a"` |
//! | `{"$glob": "*.png"}`, `{"$regex": "eu-.*"}` | `glob "*.png"`, `~"eu-.*"` |
//! | `{"$nocase": "a"}`, `{"$nocase_prefix": "a"}` | `nocase "a"`, `nocase prefix "a"` |
//! | `{"$range": [1, 10]}` | `1..10` |
//! | `{"$eq": 5}`, `$ne`, `$lt`, `$le`, `$gt`, `$ge` | `== 5`, `!=`, `<`, `<=`, `>`, `>=` |
//! | `{"$name": "team"}` | `team` |
//! | `{"$text": ["user/", {"$name": "user"}]}` | `"user/{user}"` |
//! | `{"$bytes": "00ff"}`, `{"$duration": "30m"}`, `{"$time": "2027-01-01T00:00:00Z"}` | `x"00ff"`, `30m`, `2027-01-01T00:00:00Z` |
//! | `{"dc": p}`, `{"$$odd": p}` | `{ dc: p, "$odd": p }` |
//!
//! Under the keys `action`, `role` and `type` of a block, a rule or a permission, and in the
//! actions of a role, a plain string is a name, and a text is `{"$string": "…"}`. `null` is an
//! error, except as the value of the keys of Warp 10's TOKENGEN at the top of a token: there it
//! means, as in Warp 10, that the key is absent. As the only `ttl` or `expiry` of a token without
//! `type` it is an error too.
//!
//! A block is `{"token": "name", "doc": […], "params": {"user": "string"}, …fields, "rules": […]}`,
//! a rule `{"allow": {…}, "when": "hour(time) in 8..18", "unless": "…"}`, a file `{"items": […]}`.
//! When you write JSON by hand, you may also put `"allow"`, `"deny"`, `"only"`, `"never"` and
//! `"always"` directly into a block, with a map or a list of maps; and a file of one item may be
//! the item alone. Fields whose keys would be taken for parts of the block are under `"$fields"`. A
//! file may also be the map that a host passes to TOKENGEN or ATTENUATE: the parts of one block,
//! and beside them `"use"` with the name of the vocabulary; if it does not say what it is, it is a
//! token.
//!
//! An empty list under `only`, or an empty list of rules in a restriction, is an error: it would
//! restrict nothing.
//!
//! Places: a node of the tree has the number of a node of the map, whose path, and in a file its
//! place in the text, is in [`Source::Map`](crate::diag::Source::Map).

mod advice;
mod json;
mod place;
mod read;
mod write;

pub(crate) use advice::in_map_form;
pub(crate) use json::shown_json_text;
pub use json::{MARK_HELP, from_json_text, said};
pub use read::{block_from_map, from_map, from_map_text};
pub use write::{block_to_map, to_map};

use crate::syntax::ast::Comparison;
use placet_core::model::matcher::{Matcher, Notation};

/// Keys that begin a block.
const BLOCK_WORDS: [&str; 3] = ["token", "policy", "restriction"];
/// Keys that begin an item.
const ITEM_WORDS: [&str; 8] = ["use", "let", "role", "table", "vocabulary", "token", "policy", "restriction"];
/// Keys of a block that are not fields.
const PARTS: [&str; 11] =
    ["token", "policy", "restriction", "doc", "params", "rules", "allow", "deny", "only", "never", "always"];
/// Keys of Warp 10's TOKENGEN, whose value NULL means that the key is absent, as it does there.
/// They are those of a token, at its top; `null` is an error everywhere else, since a rule with
/// fewer keys allows more.
pub const TOKENGEN_KEYS: [&str; 13] = [
    "id",
    "type",
    "owner",
    "producer",
    "application",
    "issuance",
    "ttl",
    "expiry",
    "labels",
    "attributes",
    "owners",
    "producers",
    "applications",
];

/// Whether NULL as the value of a key of a token means that the key is absent. `given` says whether
/// another key is present and not NULL.
///
/// Warp 10 makes no token without an end, so neither does Placet for a token with a `type`. Any
/// other token would live for ever if its only end were NULL.
pub fn null_is_absent(key: &str, given: impl Fn(&str) -> bool) -> bool {
    let is_only_end = ENDS.contains(&key) && !given("type") && !ENDS.into_iter().any(given);
    TOKENGEN_KEYS.contains(&key) && !is_only_end
}

/// Keys that say when a token ends.
const ENDS: [&str; 2] = ["ttl", "expiry"];
/// The way out of a `null`, for maps of hosts and of files.
pub const NULL_HELP: &str = "leave it out if that is what you mean; a rule with fewer keys allows more";
/// Keys under which a plain string is a name.
const NAME_KEYS: [&str; 3] = ["action", "role", "type"];
/// Fields that hold maps like those of rules.
const RULE_FIELDS: [&str; 1] = ["permissions"];
/// Fields that hold conditions.
const CONDITION_KEYS: [&str; 2] = ["when", "unless"];
/// The `$` keys that an object may have, without those of [matchers](Matcher).
const OPERATORS: [&str; 20] = [
    "$any",
    "$absent",
    "$not",
    "$some",
    "$every",
    "$range",
    "$eq",
    "$ne",
    "$lt",
    "$le",
    "$gt",
    "$ge",
    "$name",
    "$row",
    "$is",
    "$string",
    "$text",
    "$bytes",
    "$duration",
    "$time",
];
/// All `$` keys of patterns and literals.
fn operators() -> impl Iterator<Item = String> {
    let matchers = Matcher::ALL.iter().filter(|one| one.row().notation != Notation::Bare);
    OPERATORS.into_iter().map(str::to_owned).chain(matchers.map(|one| key_of(*one)))
}

/// The key of a matcher: `$prefix`.
fn key_of(matcher: Matcher) -> String {
    format!("${}", matcher.row().name.replace(' ', "_"))
}

/// The matcher of a key.
fn matcher_of(key: &str) -> Option<Matcher> {
    Matcher::called(&key.strip_prefix('$')?.replace('_', " "))
}

/// Comparisons by their keys.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("$eq", Comparison::Equal),
    ("$ne", Comparison::NotEqual),
    ("$lt", Comparison::Less),
    ("$le", Comparison::LessOrEqual),
    ("$gt", Comparison::Greater),
    ("$ge", Comparison::GreaterOrEqual),
];

/// The meaning of a plain string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    /// Literal text.
    Text,
    /// A name; so below `action`, `role` and `type`.
    Name,
    /// Literal text, in a list of maps like those of rules.
    Maps,
}

impl Plain {
    /// Below a key of a block.
    fn of_field(key: &str) -> Self {
        if RULE_FIELDS.contains(&key) { Self::Maps } else { Self::of_entry(key) }
    }

    /// Below a key of a rule or a permission.
    fn of_entry(key: &str) -> Self {
        if NAME_KEYS.contains(&key) { Self::Name } else { Self::Text }
    }

    /// Below a key of a map at this place.
    fn below(self, key: &str) -> Self {
        match self {
            Self::Maps => Self::of_entry(key),
            Self::Text | Self::Name => Self::Text,
        }
    }
}
