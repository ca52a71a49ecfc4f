//! The keys of a block: which exist, which kind of block allows them, and each at most once.

use std::collections::HashMap;

use super::report::{one_of, twice, with_help};
use super::scope::Scope;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{Block, BlockKind, Condition, Field, FieldValue, Pattern};

/// Every key, and whether a policy and a restriction allow it; a token allows all.
const KEYS: [(&str, bool, bool); 18] = [
    ("id", false, false),
    ("type", false, false),
    ("owner", false, false),
    ("producer", false, false),
    ("application", false, false),
    ("issuance", false, false),
    ("not_before", false, true),
    ("expiry", false, true),
    ("ttl", false, true),
    ("holder", false, true),
    ("labels", false, false),
    ("attributes", false, false),
    ("owners", false, false),
    ("producers", false, false),
    ("applications", false, false),
    ("permissions", false, false),
    ("when", true, true),
    ("unless", true, true),
];

/// The fields of one block, by key.
#[derive(Debug)]
pub(super) struct Fields<'b> {
    by_key: HashMap<&'b str, &'b Field>,
    /// Whether the keys had no errors.
    pub(super) whole: bool,
}

impl<'b> Fields<'b> {
    /// The fields of `block`; unknown, duplicate and misplaced ones are reported and left out.
    pub(super) fn of(scope: &Scope<'_, '_>, block: &'b Block) -> Self {
        let mut fields = Self { by_key: HashMap::new(), whole: true };
        for field in &block.fields {
            let fault = fields.fault(scope, block.kind, field);
            match fault {
                Some(fault) => {
                    scope.report.add(fault);
                    fields.whole = false;
                }
                None => {
                    fields.by_key.insert(&field.key.text, field);
                }
            }
        }
        fields
    }

    /// The pattern after a key.
    pub(super) fn pattern(&self, key: &str) -> Option<&'b Pattern> {
        match &self.by_key.get(key)?.value {
            FieldValue::Pattern(pattern) => Some(pattern),
            FieldValue::Condition(_) => None,
        }
    }

    /// The condition after `when` or `unless`.
    pub(super) fn condition(&self, key: &str) -> Option<&'b Condition> {
        match &self.by_key.get(key)?.value {
            FieldValue::Condition(condition) => Some(condition),
            FieldValue::Pattern(_) => None,
        }
    }

    pub(super) fn place(&self, key: &str) -> Option<Span> {
        self.by_key.get(key).map(|field| field.key.at.0)
    }

    fn fault(&self, scope: &Scope<'_, '_>, kind: BlockKind, field: &Field) -> Option<Diagnostic> {
        let (key, at) = (field.key.text.as_str(), field.key.at.0);
        let stands = |(_, policy, restriction): &(&str, bool, bool)| match kind {
            BlockKind::Token => true,
            BlockKind::Policy => *policy,
            BlockKind::Restriction => *restriction,
        };
        let words = KEYS.iter().filter(|row| stands(row)).map(|(word, ..)| *word);
        let list = |found: Diagnostic| {
            let help = format!("the keys of a {} are {}", kind.word(), one_of(words.clone()).replace(" or ", " and "));
            found.help(help)
        };
        let Some(row) = KEYS.iter().find(|(word, ..)| *word == key) else {
            let found = Diagnostic::new(Code::UnknownKey, at, format!("a {} has no key `{key}`", kind.word()));
            return Some(match scope.report.suggest(key, words.clone()) {
                Some(help) => with_help(found, Some(help)),
                None => list(found),
            });
        };
        if !stands(row) {
            let message = format!("`{key}` is for tokens, and this is a {}", kind.word());
            return Some(list(Diagnostic::new(Code::KeyNotHere, at, message)));
        }
        if let Some(first) = self.place(key) {
            return Some(twice("key", key, at, first));
        }
        let wants_condition = matches!(key, "when" | "unless");
        let is_condition = matches!(field.value, FieldValue::Condition(_));
        let message = if wants_condition { "a condition" } else { "a value" };
        (wants_condition != is_condition)
            .then(|| Diagnostic::new(Code::BadValue, at, format!("`{key}` takes {message}")))
    }
}
