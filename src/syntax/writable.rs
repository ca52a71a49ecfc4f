//! Checks a tree that was made by a program: anything that no text and no map could express is
//! refused, so that the checker gets nothing that the readers would have stopped.

use super::ast::{At, Block, Condition, Field, FieldValue, File, Item, ItemKind, Name, Pattern, Rule};
use super::depth;
use super::lex::is_word;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{NAME_BYTES, NESTING};
use crate::visible::excerpt;

/// The first thing in a tree that could not be written: a name that is not a word, or a pattern or
/// condition that nests too deep.
pub(crate) fn check(file: &File) -> Result<(), Diagnostic> {
    file.items.iter().try_for_each(item)
}

fn item(item: &Item) -> Result<(), Diagnostic> {
    match &item.kind {
        ItemKind::Use(used) => name(used),
        ItemKind::Let(item) => name(&item.name).and_then(|()| pattern(&item.value)),
        ItemKind::Table(table) => name(&table.name),
        ItemKind::Role(role) => name(&role.name).and_then(|()| pattern(&role.actions)),
        // The checker requires words everywhere in a vocabulary, since its names travel in
        // programs.
        ItemKind::Vocabulary(_) => Ok(()),
        ItemKind::Block(parts) => block(parts),
    }
}

fn block(block: &Block) -> Result<(), Diagnostic> {
    name(&block.name)?;
    block.parameters.iter().try_for_each(|parameter| name(&parameter.name))?;
    block.fields.iter().try_for_each(field)?;
    block.rules.iter().try_for_each(rule)
}

fn field(field: &Field) -> Result<(), Diagnostic> {
    name(&field.key)?;
    match &field.value {
        FieldValue::Pattern(value) => pattern(value),
        FieldValue::Condition(value) => condition(value),
    }
}

fn rule(rule: &Rule) -> Result<(), Diagnostic> {
    rule.entries.iter().try_for_each(|entry| pattern(&entry.value))?;
    [&rule.when, &rule.unless].into_iter().flatten().try_for_each(|part| condition(part))
}

fn name(name: &Name) -> Result<(), Diagnostic> {
    if is_word(&name.text) && name.text.len() <= NAME_BYTES {
        return Ok(());
    }
    let message = format!("`{}` is not a name", excerpt(&name.text));
    let help = format!("a name is a letter and then letters, digits and `_`, at most {NAME_BYTES} of them");
    Err(Diagnostic::new(Code::Syntax, name.at.0, message).help(help))
}

fn pattern(pattern: &Pattern) -> Result<(), Diagnostic> {
    if depth::pattern_fits(pattern, NESTING) { Ok(()) } else { Err(too_deep("pattern", pattern.at)) }
}

fn condition(condition: &Condition) -> Result<(), Diagnostic> {
    if depth::condition_fits(condition, NESTING) { Ok(()) } else { Err(too_deep("condition", condition.at)) }
}

fn too_deep(what: &str, at: At) -> Diagnostic {
    Diagnostic::new(Code::TooDeep, at.0, format!("a {what} nests deeper than {NESTING} levels"))
        .help("join the operands of one operator by halves, or write several rules")
}
