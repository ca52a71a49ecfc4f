//! A program as source: its rules, with the names of its vocabulary. A holder of a token, who does
//! not have its policy file, reads this.
//!
//! Rules become [`syntax::ast`](crate::syntax::ast), and the formatter prints that, so the source
//! means exactly what the program does: parsed, checked and compiled, it decides as the program. A
//! rule that the language cannot express exactly (the compiler writes none, but a stranger may)
//! becomes a comment with the reason and its instructions. So does one that quotes a regular
//! expression other than the one that it runs, or names a time zone that has other offsets.

mod condition;
mod pattern;
mod rule;
mod tables;
mod token_field;

use std::cell::Cell;
use std::fmt;

use super::listing::list_node;
use super::outline::{Node, outline};
use super::read;
use super::tree::{Actions, Condition, Effect, Pattern, Rule, Test};
use crate::syntax::ast;
use crate::syntax::print::{line, print_condition};
use crate::visible::escaped;
use placet_core::bytecode::cursor::{Cursor, put_prefixed};
use placet_core::bytecode::verify::Proved;
use placet_core::model::types::Scalar;
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// Compares regular expressions with automata, and time zones with their tables.
pub trait Automata: fmt::Debug {
    /// Whether the expression `source` on values of this type is the automaton `constant`; `None`
    /// if that would take too long to find out.
    fn is_that(&self, source: &str, scalar: Scalar, constant: &[u8]) -> Option<bool>;

    /// Whether the zone that the constant names has the offsets of its table.
    fn is_zone(&self, constant: &[u8]) -> bool;
}

/// Whether to trust the text of a regular expression. It is part of the program, whose author may
/// have written another text than that of the automaton.
#[derive(Clone, Copy, Debug)]
enum Trust<'a> {
    /// The program was compiled here.
    Ours,
    /// The token was verified: each text is compared with the automaton.
    Compared(&'a dyn Automata),
    /// A stranger may have written it, and could choose how much work a comparison would be. The
    /// rule becomes a comment.
    Nobody,
}

/// Turns programs into source, with the names of one vocabulary.
#[derive(Clone, Copy, Debug)]
pub struct ToSource<'a> {
    vocabulary: &'a Vocabulary,
    allow: ast::Effect,
    trust: Trust<'a>,
}

/// Why the language cannot express something.
pub(crate) type PrintError = &'static str;

/// Printed before a rule that may be in another time zone than the one that it names.
const UNCOMPARED_ZONE: &str = "The named time zone has not been compared with the table that runs";

/// Printed before a rule that may quote another expression than the one it runs.
const UNCOMPARED: &str = "The quoted regular expression has not been compared with the automaton that runs";

impl<'a> ToSource<'a> {
    /// For a program of an unknown author: a rule with a regular expression becomes a comment.
    #[must_use]
    pub const fn new(vocabulary: &'a Vocabulary) -> Self {
        Self { vocabulary, allow: ast::Effect::Allow, trust: Trust::Nobody }
    }

    /// The same for programs that were compiled here.
    #[must_use]
    pub const fn of_ours(self) -> Self {
        Self { trust: Trust::Ours, ..self }
    }

    /// The same for verified programs: each regular expression is compared with its automaton.
    #[must_use]
    pub fn comparing(self, automata: &'a dyn Automata) -> Self {
        Self { trust: Trust::Compared(automata), ..self }
    }

    /// The same, printing rules that allow as `only` for a restriction and as `allow` otherwise.
    #[must_use]
    pub const fn of_restriction(self, is_restriction: bool) -> Self {
        Self { allow: if is_restriction { ast::Effect::Only } else { ast::Effect::Allow }, ..self }
    }

    /// The vocabulary whose names it uses.
    #[must_use]
    pub const fn vocabulary(self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// A verified program: `when:`, if the block has a condition, then its rules. Each entry is one
    /// line of source, or a comment of several.
    #[must_use]
    pub fn entries(self, program: &Proved<'_>) -> Vec<String> {
        let mut bytes = Vec::new();
        put_prefixed(&mut bytes, program.code());
        bytes.extend_from_slice(program.pool());
        self.entries_of(&bytes)
    }

    /// The same for any bytes, whether a verifier accepts them or not.
    #[must_use]
    pub fn entries_of(self, program: &[u8]) -> Vec<String> {
        let outline = outline(program);
        let mut nodes: Vec<&Node> = outline.rules.iter().filter(|node| !node.op.is_index()).collect();
        // A program that cannot be read to its end has an incomplete last rule. It is not read as a
        // tree: it may be nested as deep as it is long, and only the outline bounds that.
        let torn = if outline.stopped.is_some() { nodes.pop() } else { None };
        let reader = read::Reader::new(outline.pool);
        let read = |node: &Node| {
            let mut code = Cursor::new(program.get(node.at..outline.pool_at).unwrap_or_default());
            read::rule(&mut code, &reader).flatten()
        };
        let rules: Vec<_> = nodes.into_iter().map(|node| (node, read(node))).collect();
        let comment = |node: &Node, why: &str| commented(node, why, self.vocabulary, outline.pool);
        let mut entries = self.required(&rules, &comment);
        for (node, rule) in &rules {
            match rule {
                Some(rule) if rule.effect == Effect::Require => {}
                Some(rule) => entries.push(self.entry(rule).unwrap_or_else(|why| comment(node, why))),
                None => entries.push(comment(node, "its instructions cannot be read")),
            }
        }
        entries.extend(torn.map(|node| comment(node, "it cannot be read to its end")));
        let unread = |(at, stop)| format!("// The rest cannot be read (byte {at}): {stop}");
        entries.extend(outline.stopped.map(unread));
        entries
    }

    /// `when: hour(time) in 8..18`: a block has only one, so all its conditions are joined.
    fn required(self, rules: &[(&Node, Option<Rule>)], comment: &dyn Fn(&Node, &str) -> String) -> Vec<String> {
        let required = rules.iter().filter_map(|(node, rule)| Some((*node, rule.as_ref()?)));
        let (nodes, frames): (Vec<&Node>, Vec<&Rule>) =
            required.filter(|(_, rule)| rule.effect == Effect::Require).unzip();
        let tests: Vec<Test> = frames.iter().flat_map(|frame| frame.tests.iter().cloned()).collect();
        if tests.is_empty() {
            return Vec::new();
        }
        match self.entry(&Rule { effect: Effect::Require, tests }) {
            Ok(entry) => vec![entry],
            Err(why) => nodes.into_iter().map(|node| comment(node, why)).collect(),
        }
    }

    fn entry(self, rule: &Rule) -> Result<String, PrintError> {
        let (text, uncompared) = self.written(rule, self.effect(rule))?;
        Ok(match uncompared {
            None => text,
            Some(what) => format!("// {what}:\n// {text}"),
        })
    }

    /// A rule on one line, to be quoted in a sentence; for one that the language cannot express, a
    /// description with the reason.
    #[must_use]
    pub fn rule(self, rule: &Rule) -> String {
        self.rule_as(rule, self.effect(rule))
    }

    /// The same with another keyword, such as that of a promise.
    #[must_use]
    pub fn rule_as(self, rule: &Rule, effect: ast::Effect) -> String {
        match self.written(rule, effect) {
            Ok((text, None)) => text,
            Ok((text, Some(what))) => format!("{text} ({})", lower(what)),
            Err(why) => format!("a rule that the language cannot express ({why})"),
        }
    }

    const fn effect(self, rule: &Rule) -> ast::Effect {
        match rule.effect {
            Effect::Deny => ast::Effect::Deny,
            Effect::Allow | Effect::Require => self.allow,
        }
    }

    /// A rule on one line, and what in it was not compared with what runs.
    fn written(self, rule: &Rule, effect: ast::Effect) -> Result<(String, Option<&'static str>), PrintError> {
        let writer = Lifting::new(self);
        let text = if rule.effect == Effect::Require {
            format!("when: {}", print_condition(&writer.required(rule)?))
        } else {
            let mut text = String::new();
            line::rule(&writer.rule(rule, effect)?, &mut text);
            text
        };
        Ok((escaped(&text).to_string(), writer.uncompared.get()))
    }

    /// The name of an attribute.
    #[must_use]
    pub fn field(self, field: FieldNo) -> &'a str {
        self.vocabulary.attribute(field).map_or("?", |attribute| attribute.name.as_str())
    }

    /// A pattern on an attribute, to be quoted in a sentence.
    #[must_use]
    pub fn pattern_on(self, field: FieldNo, pattern: &Pattern) -> String {
        self.pattern_text(|writer| writer.pattern_on(field, pattern))
    }

    /// A pattern on the value of a label, to be quoted in a sentence.
    #[must_use]
    pub fn pattern_on_label(self, pattern: &Pattern) -> String {
        self.pattern_text(|writer| writer.pattern(pattern, pattern::Subject::One(Scalar::String)))
    }

    /// `GET`, `[GET, HEAD]`, `not DELETE`, `ReadOnly`: to be quoted in a sentence.
    #[must_use]
    pub fn actions(self, actions: &Actions) -> String {
        self.pattern_text(|writer| Ok(writer.actions(actions)?.value))
    }

    fn pattern_text(self, pattern: impl FnOnce(&Lifting<'_>) -> Result<ast::Pattern, PrintError>) -> String {
        let writer = Lifting::new(self);
        let text = pattern(&writer).map(|pattern| {
            let mut text = String::new();
            line::pattern(&pattern, &mut text);
            text
        });
        writer.described(text, "a pattern")
    }

    /// `hour(time) in 8..18`: to be quoted in a sentence.
    #[must_use]
    pub fn condition(self, condition: &Condition) -> String {
        self.condition_text(condition, false)
    }

    /// `!(hour(time) in 8..18)`: the opposite of a condition, to be quoted in a sentence.
    #[must_use]
    pub fn negated_condition(self, condition: &Condition) -> String {
        self.condition_text(condition, true)
    }

    fn condition_text(self, condition: &Condition, is_negated: bool) -> String {
        let writer = Lifting::new(self);
        let said = writer.condition(condition).map(|said| if is_negated { condition::negated(said) } else { said });
        let text = said.map(|said| print_condition(&said));
        writer.described(text, "a condition")
    }
}

/// Turns parts of one rule into syntax.
struct Lifting<'a> {
    vocabulary: &'a Vocabulary,
    trust: Trust<'a>,
    /// What has not been compared with what runs: a regular expression, or a time zone.
    uncompared: Cell<Option<&'static str>>,
}

impl<'a> Lifting<'a> {
    const fn new(to: ToSource<'a>) -> Self {
        Self { vocabulary: to.vocabulary, trust: to.trust, uncompared: Cell::new(None) }
    }

    /// Syntax, or the reason why there is none.
    fn described(&self, text: Result<String, PrintError>, what: &str) -> String {
        match text {
            Ok(text) => match self.uncompared.get() {
                None => escaped(&text).to_string(),
                Some(what) => format!("{} ({})", escaped(&text), lower(what)),
            },
            Err(why) => format!("{what} that the language cannot express ({why})"),
        }
    }
}

fn lower(sentence: &str) -> String {
    sentence.replacen('T', "t", 1)
}

/// A rule that has no source, as a comment.
fn commented(rule: &Node, why: &str, vocabulary: &Vocabulary, pool: &[u8]) -> String {
    let mut lines = vec![format!("// A rule that the language cannot express: {why}.")];
    lines.extend(list_node(rule, vocabulary, pool).lines().map(|line| format!("// {line}")));
    lines.join("\n")
}
