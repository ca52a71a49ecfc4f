//! The places for a mistake: the rules, keys and conditions of every block, and the named patterns.

use std::collections::HashMap;

use super::{Mutant, MutantKind, patterns};
use placet::document::Document;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::Vocabulary;
use placet::span::Span;
use placet::syntax::ast::{
    Block, Condition, ConditionKind, Effect, Entry, Field, FieldValue, ItemKind, Literal, Pattern, PatternKind, Rule,
};
use placet::syntax::print::line;

/// All of them, in the order of the source.
pub(super) fn mutants(document: &Document, text: &str) -> Vec<Mutant> {
    let rules = document.templates().iter().flat_map(|template| &template.rules);
    let others = rules.filter_map(|rule| {
        let actions = rule.actions.as_ref()?;
        let other = (0..).zip(document.vocabulary().actions()).find_map(|(number, name)| {
            let named = actions.listed.iter().any(|action| action.0 == number);
            (named == actions.negated).then_some(name)
        });
        Some((rule.at, other?.as_str()))
    });
    let mut walk =
        Walk { text, vocabulary: document.vocabulary(), other_actions: others.collect(), mutants: Vec::new() };
    for item in &document.file().items {
        match &item.kind {
            ItemKind::Let(item) => walk.pattern(&item.value, None),
            ItemKind::Role(role) => walk.pattern(&role.actions, None),
            ItemKind::Block(block) => walk.block(block),
            ItemKind::Use(_) | ItemKind::Table(_) | ItemKind::Vocabulary(_) => {}
        }
    }
    walk.mutants.sort_by_key(|mutant| mutant.at.start);
    walk.mutants
}

struct Walk<'w> {
    text: &'w str,
    vocabulary: &'w Vocabulary,
    /// For each rule that names actions, an action that it does not include.
    other_actions: HashMap<Span, &'w str>,
    mutants: Vec<Mutant>,
}

impl Walk<'_> {
    fn push(&mut self, kind: MutantKind, at: Span, with: impl Into<String>) {
        self.mutants.push(Mutant { at, with: with.into(), kind });
    }

    fn block(&mut self, block: &Block) {
        let reads = block.fields.iter().any(|field| field.key.text == "type" && is_named(field, "READ"));
        for field in &block.fields {
            self.field(field, reads);
        }
        block.rules.iter().filter(|rule| !rule.effect.is_promise()).for_each(|rule| self.rule(rule));
    }

    fn field(&mut self, field: &Field, reads: bool) {
        match (field.key.text.as_str(), &field.value) {
            (key @ ("when" | "unless"), FieldValue::Condition(condition)) => self.condition(condition, key == "when"),
            ("permissions", FieldValue::Pattern(pattern)) => self.permissions(pattern),
            ("owners" | "producers" | "applications", FieldValue::Pattern(pattern)) => self.wanted(pattern, None),
            ("labels", FieldValue::Pattern(pattern)) if reads => self.pattern(pattern, Some(Type::Labels)),
            ("holder", FieldValue::Pattern(pattern)) => {
                let whole = self.with_comma(field.key.at.0.join(pattern.at.0));
                self.push(MutantKind::Unbound, whole, "");
            }
            ("ttl", FieldValue::Pattern(pattern)) => {
                if let PatternKind::Literal(Literal::Duration(millis)) = pattern.kind {
                    let mut longer = String::new();
                    line::literal(&Literal::Duration(millis.saturating_mul(2)), &mut longer);
                    self.push(MutantKind::Prolonged, pattern.at.0, longer);
                }
            }
            _ => {}
        }
    }

    /// The maps of a token's permissions: each is a rule.
    fn permissions(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::List(list) => {
                for one in list {
                    if matches!(one.kind, PatternKind::Map(_)) {
                        let whole = self.with_comma(one.at.0);
                        self.push(MutantKind::RuleDropped, whole, "");
                    }
                    self.permissions(one);
                }
            }
            PatternKind::Map(entries) => entries.iter().for_each(|entry| self.entry(entry, pattern.at.0)),
            _ => {}
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let kind = if rule.effect == Effect::Deny { MutantKind::DenyDropped } else { MutantKind::RuleDropped };
        let whole = self.with_comma(rule.at.0);
        self.push(kind, whole, "");
        rule.entries.iter().for_each(|entry| self.entry(entry, rule.at.0));
        rule.when.as_deref().into_iter().for_each(|condition| self.condition(condition, true));
        rule.unless.as_deref().into_iter().for_each(|condition| self.condition(condition, false));
    }

    fn entry(&mut self, entry: &Entry, rule: Span) {
        let value = &entry.value;
        if matches!(entry.key.text.as_str(), "action" | "role") {
            if let Some(other) = self.other_actions.get(&rule) {
                let more = match &value.kind {
                    PatternKind::Not(_) => None,
                    _ => Some(format!("[{}, {other}]", value.at.0.of(self.text))),
                };
                if let Some(more) = more {
                    self.push(MutantKind::Widened, value.at.0, more);
                    // A case that notices one more action also notices all of them.
                    return self.pattern(value, None);
                }
            }
            return self.wanted(value, None);
        }
        let attribute = self.vocabulary.field(&entry.key.text).and_then(|field| self.vocabulary.attribute(field));
        let optional = attribute.is_some_and(|attribute| attribute.optional);
        if value.kind == PatternKind::Any && optional {
            let whole = self.with_comma(entry.key.at.0.join(value.at.0));
            self.push(MutantKind::Widened, whole, "");
        }
        self.wanted(value, attribute.map(|attribute| attribute.ty));
    }

    /// A separate pattern, which could also be left out.
    fn wanted(&mut self, pattern: &Pattern, ty: Option<Type>) {
        if pattern.kind != PatternKind::Any {
            self.push(MutantKind::Widened, pattern.at.0, "any");
        }
        self.pattern(pattern, ty);
    }

    /// The pattern with each small change, and its parts with theirs.
    fn pattern(&mut self, pattern: &Pattern, ty: Option<Type>) {
        let scalar = match ty {
            Some(Type::One(scalar) | Type::Set(scalar)) => Some(scalar),
            Some(Type::Labels) | None => None,
        };
        for (kind, other) in patterns::near(pattern, scalar) {
            let mut with = String::new();
            line::pattern(&Pattern { kind: other, at: pattern.at }, &mut with);
            self.push(kind, pattern.at.0, with);
        }
        match &pattern.kind {
            PatternKind::List(list) => {
                for one in list {
                    if list.len() > 1 {
                        let whole = self.with_comma(one.at.0);
                        self.push(MutantKind::Narrowed, whole, "");
                    }
                    self.pattern(one, ty);
                }
            }
            PatternKind::Map(entries) => {
                for entry in entries {
                    let whole = self.with_comma(entry.key.at.0.join(entry.value.at.0));
                    self.push(MutantKind::Widened, whole, "");
                    self.pattern(&entry.value, Some(Type::One(Scalar::String)));
                }
            }
            PatternKind::Elements(_, inner) => self.pattern(inner, ty),
            // Widening an exclusion narrows the whole.
            PatternKind::Not(inner) => {
                let before = self.mutants.len();
                self.pattern(inner, ty);
                self.mutants[before..].iter_mut().for_each(|mutant| mutant.kind = mutant.kind.turned());
            }
            _ => {}
        }
    }

    /// Makes each part of a condition true, and false, and moves each comparison past its border.
    fn condition(&mut self, condition: &Condition, grants: bool) {
        let mut open = vec![condition];
        while let Some(condition) = open.pop() {
            match &condition.kind {
                ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
                    open.extend([right.as_ref(), left.as_ref()]);
                }
                ConditionKind::Not(inner) => open.push(inner),
                _ => self.leaf(condition, grants),
            }
        }
    }

    fn leaf(&mut self, leaf: &Condition, grants: bool) {
        self.push(MutantKind::AlwaysTrue, leaf.at.0, "true");
        self.push(MutantKind::AlwaysFalse, leaf.at.0, "false");
        match &leaf.kind {
            ConditionKind::In(_, pattern) | ConditionKind::Some(_, pattern) | ConditionKind::Every(_, pattern) => {
                let before = self.mutants.len();
                self.other_quantifier(leaf);
                self.pattern(pattern, None);
                if !grants {
                    self.mutants[before..].iter_mut().for_each(|mutant| mutant.kind = mutant.kind.turned());
                }
            }
            // One approval less than a rule asks for.
            ConditionKind::Call(name, arguments) if name.text == "approved" => {
                if let Some(Condition { kind: ConditionKind::Literal(Literal::Int(needed @ 2..)), at }) =
                    arguments.first()
                {
                    self.push(MutantKind::Border, at.0, (needed - 1).to_string());
                }
            }
            ConditionKind::Compare(sign, left, right) => {
                let between = Span::new(left.at.0.end, right.at.0.start);
                let (Some(other), Some(place)) = (patterns::bordering(*sign), between.of(self.text).rfind(sign.sign()))
                else {
                    return;
                };
                let start = between.start + place;
                self.push(MutantKind::Border, Span::new(start, start + sign.sign().len()), other.sign());
            }
            _ => {}
        }
    }

    /// `any` in place of `all`, and the other way round.
    fn other_quantifier(&mut self, leaf: &Condition) {
        let (kind, word, other) = match leaf.kind {
            ConditionKind::Some(..) => (MutantKind::Narrowed, "any", "all"),
            ConditionKind::Every(..) => (MutantKind::Widened, "all", "any"),
            _ => return,
        };
        if let Some(place) = leaf.at.0.of(self.text).find(word) {
            let start = leaf.at.0.start + place;
            self.push(kind, Span::new(start, start + word.len()), other);
        }
    }

    /// The place and the comma after it; an item alone on its lines takes them along.
    fn with_comma(&self, at: Span) -> Span {
        let after = Span::new(at.end, self.text.len()).of(self.text);
        let comma = after.strip_prefix(',').map(|rest| rest.trim_start_matches(' '));
        let end = comma.map_or(at.end, |rest| self.text.len() - rest.len());
        let before = Span::new(0, at.start).of(self.text);
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let alone = before[..before.len() - indent].ends_with('\n');
        let rest = Span::new(end, self.text.len()).of(self.text);
        if alone && rest.starts_with('\n') { Span::new(at.start - indent, end + 1) } else { Span::new(at.start, end) }
    }
}

/// `type: READ`
fn is_named(field: &Field, wanted: &str) -> bool {
    let FieldValue::Pattern(pattern) = &field.value else { return false };
    match &pattern.kind {
        PatternKind::Name(name) => name == wanted,
        PatternKind::Literal(Literal::Text(text)) => text.as_plain() == Some(wanted),
        _ => false,
    }
}

impl MutantKind {
    /// The same after a `not`.
    const fn turned(self) -> Self {
        match self {
            Self::Widened => Self::Narrowed,
            Self::Narrowed => Self::Widened,
            other => other,
        }
    }
}
