//! Nodes of the syntax tree, made without a source: short functions for `grants` and `convert`.

use super::selectors::Wanted;
use placet::model::matcher::Matcher;
use placet::syntax::ast::{
    At, Block, BlockKind, Condition, ConditionKind, Effect, Entry, Field, FieldValue, File, Item, ItemKind, Literal,
    Name, Pattern, PatternKind, Rule, Text,
};

pub(super) fn name(text: &str) -> Name {
    Name { text: text.to_owned(), at: At::default() }
}

pub(super) fn pattern(kind: PatternKind) -> Pattern {
    Pattern { kind, at: At::default() }
}

pub(super) fn text(text: &str) -> Pattern {
    pattern(PatternKind::Literal(Literal::Text(Text::plain(text))))
}

pub(super) fn word(word: &str) -> Pattern {
    pattern(PatternKind::Name(word.to_owned()))
}

pub(super) fn list(elements: impl IntoIterator<Item = Pattern>) -> Pattern {
    pattern(PatternKind::List(elements.into_iter().collect()))
}

/// Matches nothing, whatever the type.
pub(super) fn never() -> Pattern {
    pattern(PatternKind::Not(Box::new(pattern(PatternKind::Any))))
}

/// A moment: as a date where a calendar has it, else as a number of ms.
pub(super) fn moment(ms: i64) -> Pattern {
    /// 9999-12-31T00:00:00Z
    const LAST: i64 = 253_402_214_400_000;
    let literal = if (0..=LAST).contains(&ms) { Literal::Time(ms) } else { Literal::Int(ms) };
    pattern(PatternKind::Literal(literal))
}

pub(super) fn wanted(wanted: &Wanted) -> Pattern {
    match wanted {
        Wanted::Exact(exact) => text(exact),
        Wanted::Regex(expression, _) => pattern(PatternKind::text(Matcher::Regex, Text::plain(expression.as_str()))),
    }
}

/// Any text, also with line ends.
pub(super) fn anything() -> Pattern {
    pattern(PatternKind::text(Matcher::Regex, Text::plain("(?s).*")))
}

pub(super) fn entry(key: &str, value: Pattern) -> Entry {
    Entry { key: name(key), value }
}

pub(super) fn map(entries: impl IntoIterator<Item = Entry>) -> Pattern {
    pattern(PatternKind::Map(entries.into_iter().collect()))
}

pub(super) fn field(key: &str, value: Pattern) -> Field {
    Field { key: name(key), value: FieldValue::Pattern(value) }
}

pub(super) fn rule(effect: Effect, entries: Vec<Entry>, unless: Option<Condition>) -> Rule {
    Rule { effect, entries, when: None, unless: unless.map(Box::new), at: At::default() }
}

fn condition(kind: ConditionKind) -> Condition {
    Condition { kind, at: At::default() }
}

/// `has class && class in p`, `has labels["site"] && labels["site"] in p`
pub(super) fn is(attribute: &str, label: Option<&str>, wanted: Pattern) -> Condition {
    let has = condition(ConditionKind::Has(name(attribute), label.map(str::to_owned)));
    let value = match label {
        None => ConditionKind::Name(attribute.to_owned()),
        Some(label) => ConditionKind::Label(name(attribute), label.to_owned()),
    };
    both(has, condition(ConditionKind::In(Box::new(condition(value)), wanted)))
}

/// `!has labels["site"]`
pub(super) fn lacks(attribute: &str, label: &str) -> Condition {
    let has = condition(ConditionKind::Has(name(attribute), Some(label.to_owned())));
    condition(ConditionKind::Not(Box::new(has)))
}

fn both(a: Condition, b: Condition) -> Condition {
    condition(ConditionKind::And(Box::new(a), Box::new(b)))
}

/// A file that uses `vocabulary` and holds one token without parameters.
pub(super) fn token_file(
    vocabulary: &str,
    doc: Vec<String>,
    token: &str,
    fields: Vec<Field>,
    rules: Vec<Rule>,
) -> File {
    let block = Block { kind: BlockKind::Token, name: name(token), parameters: Vec::new(), fields, rules };
    let item = |doc, kind| Item { doc, kind, at: At::default() };
    let using = item(Vec::new(), ItemKind::Use(name(vocabulary)));
    File { items: vec![using, item(doc, ItemKind::Block(block))] }
}
