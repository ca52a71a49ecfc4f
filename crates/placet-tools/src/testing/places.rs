//! The places of the parts of a block's rules in its source: the entries of their maps and the
//! leaves of their conditions.
//!
//! The checked tree knows only the places of whole rules. The input is the document; a rule is
//! found again in its syntax tree by its place, whether it is written out, is an entry of
//! `permissions`, or comes from TOKENGEN's keys.

use std::collections::HashMap;

use placet::check::tree::Template;
use placet::document::Document;
use placet::span::Span;
use placet::syntax::ast::{
    Block, Condition, ConditionKind, Entry, Field, FieldValue, ItemKind, Pattern, PatternKind, Rule,
};

/// Everything that may have become a rule of one block, by its place.
#[derive(Debug, Default)]
pub(super) struct Places<'d> {
    block: Option<&'d Block>,
    rules: HashMap<Span, &'d Rule>,
    maps: HashMap<Span, &'d [Entry]>,
}

/// The parts of one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    entries: Vec<(String, Span)>,
    /// Those of its condition, in the order of the source.
    pub(super) leaves: Vec<Span>,
}

impl<'d> Places<'d> {
    /// The places of a template's rules.
    pub(super) fn of(document: &'d Document, template: &Template) -> Self {
        let mut places = Self::default();
        for item in &document.file().items {
            match &item.kind {
                ItemKind::Let(item) => places.maps(&item.value),
                ItemKind::Block(block) if block.name.at.0 == template.at => places.block(block),
                ItemKind::Use(_)
                | ItemKind::Role(_)
                | ItemKind::Table(_)
                | ItemKind::Vocabulary(_)
                | ItemKind::Block(_) => {}
            }
        }
        places
    }

    fn block(&mut self, block: &'d Block) {
        self.block = Some(block);
        self.rules.extend(block.rules.iter().map(|rule| (rule.at.0, rule)));
        block.fields.iter().filter_map(pattern).for_each(|pattern| self.maps(pattern));
    }

    fn maps(&mut self, pattern: &'d Pattern) {
        match &pattern.kind {
            PatternKind::Map(entries) => _ = self.maps.insert(pattern.at.0, entries),
            PatternKind::List(list) => list.iter().for_each(|one| self.maps(one)),
            _ => {}
        }
    }

    /// The parts of the rule at that place.
    pub(super) fn rule(&self, at: Span) -> Parts {
        if let Some(rule) = self.rules.get(&at) {
            let conditions = rule.when.as_deref().into_iter().chain(rule.unless.as_deref());
            let leaves = rows(&rule.entries).chain(conditions.flat_map(leaves)).collect();
            return Parts { entries: entries(&rule.entries), leaves };
        }
        if let Some(map) = self.maps.get(&at) {
            return Parts { entries: entries(map), leaves: rows(map).collect() };
        }
        // The remaining rules come from TOKENGEN's keys, which are placed at `type`.
        let fields = self.block.into_iter().flat_map(|block| &block.fields);
        let keys = fields.filter_map(|field| Some((attribute(&field.key.text)?, whole(field)?)));
        Parts { entries: keys.map(|(name, at)| (name.to_owned(), at)).collect(), leaves: Vec::new() }
    }

    /// The leaves of the block's own condition.
    pub(super) fn guard(&self) -> Vec<Span> {
        let conditions = ["when", "unless"].into_iter().filter_map(|key| {
            let field = self.block?.fields.iter().find(|field| field.key.text == key)?;
            match &field.value {
                FieldValue::Condition(condition) => Some(condition),
                FieldValue::Pattern(_) => None,
            }
        });
        conditions.flat_map(leaves).collect()
    }
}

impl Parts {
    /// Where the rule names its actions.
    pub(super) fn action(&self) -> Option<Span> {
        self.attribute("action").or_else(|| self.attribute("role"))
    }

    /// Where it names its requirement on an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<Span> {
        self.entries.iter().find(|(entry, _)| entry == name).map(|(_, at)| *at)
    }
}

/// The entries that look into tables: the checker makes conditions of them, before any other.
fn rows(entries: &[Entry]) -> impl Iterator<Item = Span> {
    let looks = |pattern: &Pattern| matches!(pattern.kind, PatternKind::Row(..));
    let looking = entries.iter().filter(move |entry| match &entry.value.kind {
        PatternKind::Elements(_, inner) => looks(inner),
        _ => looks(&entry.value),
    });
    looking.map(|entry| entry.key.at.0.join(entry.value.at.0))
}

fn entries(entries: &[Entry]) -> Vec<(String, Span)> {
    entries.iter().map(|entry| (entry.key.text.clone(), entry.key.at.0.join(entry.value.at.0))).collect()
}

fn pattern(field: &Field) -> Option<&Pattern> {
    match &field.value {
        FieldValue::Pattern(pattern) => Some(pattern),
        FieldValue::Condition(_) => None,
    }
}

fn whole(field: &Field) -> Option<Span> {
    pattern(field).map(|pattern| field.key.at.0.join(pattern.at.0))
}

/// The attribute that a key of a token is a pattern on.
fn attribute(key: &str) -> Option<&'static str> {
    Some(match key {
        "type" => "role",
        "owners" => "owner",
        "producers" => "producer",
        "applications" => "application",
        "labels" => "labels",
        _ => return None,
    })
}

/// The leaves of `&&`, `||` and `!`, from left to right. Long chains lean to one side and do not
/// nest, so this does not recurse.
fn leaves(condition: &Condition) -> Vec<Span> {
    let (mut open, mut leaves) = (vec![condition], Vec::new());
    while let Some(condition) = open.pop() {
        match &condition.kind {
            ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
                open.extend([right.as_ref(), left.as_ref()]);
            }
            ConditionKind::Not(inner) => open.push(inner),
            _ => leaves.push(condition.at.0),
        }
    }
    leaves
}
