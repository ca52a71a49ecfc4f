//! Warns of a `deny` on paths that forbids one level, beside an `allow` of everything below it.

use super::report::Report;
use super::subsumption;
use super::tree::{Effect, Pattern, Piece, Rule, Text};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, Block, BlockKind, Literal, PatternKind};
use placet_core::model::matcher::Matcher;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// `deny { path: "/admin/*" }`, or `"/admin"` if the rule has no other entry: both leave
/// `/admin/a/b` to the `allow`.
pub(super) fn warn(report: &Report, vocabulary: &Vocabulary, block: &Block, rules: &[Rule]) {
    let denies = block.rules.iter().filter(|rule| rule.effect == ast::Effect::Deny);
    for rule in denies.filter(|rule| rule.when.is_none() && rule.unless.is_none()) {
        for entry in &rule.entries {
            let field = vocabulary.field(&entry.key.text);
            let Some(field) = field.filter(|field| is_of_paths(vocabulary, *field)) else { continue };
            let mut levels = Vec::new();
            collect(&entry.value, rule.entries.len() == 1, &mut levels);
            let opens = |level: &&Level<'_>| is_open(block.kind, field, level, rules);
            levels.iter().filter(opens).for_each(|level| report.add(level.finding()));
        }
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

/// Whether an `allow` covers everything below, and no `deny` covers the part that the level leaves
/// open. A restriction without `only` covers everything.
fn is_open(kind: BlockKind, field: FieldNo, level: &Level<'_>, rules: &[Rule]) -> bool {
    let (below, left) = (level.below(), level.left());
    let holds = |rule: &Rule| match rule.tests.iter().find(|test| test.field == field) {
        Some(test) => subsumption::pattern(&test.pattern, if rule.effect == Effect::Allow { &below } else { &left }),
        None => rule.effect == Effect::Allow,
    };
    let is_unlimited = kind == BlockKind::Restriction && rules.iter().all(|rule| rule.effect == Effect::Deny);
    rules.len() <= MOST
        && (rules.iter().any(|rule| rule.effect == Effect::Allow && holds(rule)) || is_unlimited)
        && !rules.iter().any(|rule| rule.effect == Effect::Deny && holds(rule))
}

/// With more rules than this the lint would cost more than it is worth: it compares each with each.
const MOST: usize = 1_024;
