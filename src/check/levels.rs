//! Warns of a `deny` on paths that forbids one level, beside an `allow` of everything below it.

use std::collections::BTreeMap;

use super::anchors::Anchors;
use super::covering::Buckets;
use super::report::Report;
use super::subsumption;
use super::tree::{Effect, Pattern, Piece, Rule, Text};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::LINT_COMPARISONS;
use crate::span::Span;
use crate::syntax::ast::{self, Block, BlockKind, Literal, PatternKind};
use placet_core::model::matcher::Matcher;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// `deny { path: "/admin/*" }`, or `"/admin"` if the rule has no other entry: both leave
/// `/admin/a/b` to the `allow`.
pub(super) fn warn(report: &Report, vocabulary: &Vocabulary, block: &Block, rules: &[Rule]) {
    let denies = block.rules.iter().filter(|rule| rule.effect == ast::Effect::Deny);
    let mut levels: BTreeMap<FieldNo, Vec<Level<'_>>> = BTreeMap::new();
    for rule in denies.filter(|rule| rule.when.is_none() && rule.unless.is_none()) {
        for entry in &rule.entries {
            let field = vocabulary.field(&entry.key.text);
            if let Some(field) = field.filter(|field| is_of_paths(vocabulary, *field)) {
                collect(&entry.value, rule.entries.len() == 1, levels.entry(field).or_default());
            }
        }
    }
    for (field, levels) in levels {
        let mut search = Search::of(block.kind, field, &levels, rules);
        let open = levels.iter().enumerate().filter(|(number, level)| search.is_open(*number, level));
        open.for_each(|(_, level)| report.add(level.finding()));
    }
}

fn is_of_paths(vocabulary: &Vocabulary, field: FieldNo) -> bool {
    let ty = vocabulary.attribute(field).map(|attribute| attribute.ty);
    matches!(ty, Some(Type::One(Scalar::Path) | Type::Set(Scalar::Path)))
}

/// A path of a `deny` that covers one level.
struct Level<'t> {
    text: &'t str,
    /// The path without its last segment, if that is `*`.
    base: &'t str,
    at: Span,
}

impl Level<'_> {
    /// Everything below the base.
    fn below(&self) -> Pattern {
        self.path("/**")
    }

    /// The part below the base that this pattern leaves to other rules.
    fn left(&self) -> Pattern {
        self.path(if self.text == self.base { "/*/**" } else { "/*/*/**" })
    }

    fn path(&self, end: &str) -> Pattern {
        let pieces = vec![Piece::Literal(format!("{}{end}", self.base).into_bytes())];
        Pattern::Text(Matcher::Path, Text { pieces })
    }

    fn finding(&self) -> Diagnostic {
        let Self { text, base, at } = self;
        let message = format!("`{text}` is one level: `{base}/a/b` stays allowed");
        let exact = if text == base {
            format!("or `== \"{text}\"` if this one path is meant")
        } else {
            format!("or name it, `let one = \"{text}\"`, if this one level is meant")
        };
        let help = format!("write `\"{base}/**\"` for the path and everything below it, {exact}");
        Diagnostic::new(Code::OneLevel, *at, message).label("leaves everything below open").help(help)
    }
}

/// The levels that a pattern names; exact paths only if they are `alone` in their rule and do not
/// look like files.
fn collect<'t>(pattern: &'t ast::Pattern, alone: bool, levels: &mut Vec<Level<'t>>) {
    match &pattern.kind {
        PatternKind::List(list) => list.iter().for_each(|one| collect(one, alone, levels)),
        PatternKind::Literal(Literal::Text(text)) => {
            let Some(text) = text.as_plain() else { return };
            let base = text.strip_suffix("/*").or_else(|| Some(text).filter(|text| alone && is_place(text)));
            if let Some(base) = base.filter(|base| !base.contains(['*', '%'])) {
                levels.push(Level { text, base, at: pattern.at.0 });
            }
        }
        _ => {}
    }
}

/// Whether an exact path looks like a directory rather than a file.
fn is_place(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|last| !last.is_empty() && !last.contains(['.', '*']))
}

/// The rules of a block by what their pattern for one attribute can cover.
struct Search<'r> {
    field: FieldNo,
    rules: &'r [Rule],
    /// Whether everything is allowed that no rule denies.
    allows_everything: bool,
    /// For each level two searches: what is below it, and what it leaves.
    buckets: Buckets,
    /// Comparisons that may still be made.
    left: usize,
}

impl<'r> Search<'r> {
    fn of(kind: BlockKind, field: FieldNo, levels: &[Level<'_>], rules: &'r [Rule]) -> Self {
        let mut anchors = Anchors::default();
        // A rule that says nothing of the attribute is in no bucket.
        let elsewhere = || vec![Vec::new()];
        let wide = |rule| pattern_for(rule, field).map_or_else(elsewhere, |it| anchors.of_pattern((field, None), it));
        let wide = rules.iter().map(wide).collect();
        let narrow = levels.iter().flat_map(|level| [level.below(), level.left()]);
        let narrow = narrow.map(|pattern| anchors.of_value(field, &pattern)).collect();
        let allows = |rule: &&Rule| rule.effect == Effect::Allow;
        let is_unlimited = kind == BlockKind::Restriction && !rules.iter().any(|rule| allows(&rule));
        let allows_everything =
            is_unlimited || rules.iter().filter(allows).any(|rule| pattern_for(rule, field).is_none());
        Self { field, rules, allows_everything, buckets: Buckets::of(wide, narrow), left: LINT_COMPARISONS }
    }

    /// Whether an `allow` covers everything below, and no `deny` covers the part that the level
    /// leaves open. A restriction without `only` covers everything.
    fn is_open(&mut self, number: usize, level: &Level<'_>) -> bool {
        (self.allows_everything || self.covers(Effect::Allow, 2 * number, &level.below()))
            && !self.covers(Effect::Deny, 2 * number + 1, &level.left())
            && self.left > 0
    }

    fn covers(&mut self, effect: Effect, number: usize, narrow: &Pattern) -> bool {
        let Self { field, rules, buckets, left, .. } = self;
        let others = buckets.beside(number).into_iter().flatten().flatten();
        others.take(*left).any(|other| {
            *left -= 1;
            let rule = &rules[*other];
            rule.effect == effect && pattern_for(rule, *field).is_some_and(|wide| subsumption::pattern(wide, narrow))
        })
    }
}

fn pattern_for(rule: &Rule, field: FieldNo) -> Option<&Pattern> {
    rule.tests.iter().find(|test| test.field == field).map(|test| &test.pattern)
}
