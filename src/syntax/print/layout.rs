//! Decides where lines break: a node that fits is on one line, unless a comment is inside;
//! otherwise every element gets its own line.
//!
//! Comments are taken in the order of the text. At each place where a line can begin, the comments
//! before it are written first; a comment after an element on its line stays there.

use super::line::{self, Tightness};
use crate::span::Span;
use crate::syntax::ast::{
    Block, Condition, ConditionKind, Entry, Field, FieldValue, File, Form, Item, ItemKind, Member, MemberKind, Name,
    Pattern, Rule, TableItem, TableRows, VocabularyItem,
};
use crate::syntax::lex::{Lexer, TokenKind};
use crate::syntax::text;

/// Writes a file, line by line.
#[derive(Debug)]
pub(super) struct Layout<'t> {
    out: String,
    indent: usize,
    /// Whether the body is still empty, so that it begins without a blank line.
    is_fresh: bool,
    /// Whether a comment ends the line.
    is_noted: bool,
    notes: Option<Notes<'t>>,
}

/// The parts of a text that its tree does not have.
#[derive(Debug)]
struct Notes<'t> {
    text: &'t str,
    comments: Vec<Span>,
    docs: Vec<Span>,
    /// How many comments are written.
    written: usize,
    /// How many lines of docs are passed.
    passed: usize,
}

/// A part of a block, in the order of the source.
enum Part<'f> {
    Field(&'f Field),
    Rule(&'f Rule),
}

impl Part<'_> {
    fn span(&self) -> Span {
        match self {
            Part::Field(field) => {
                let value = match &field.value {
                    FieldValue::Pattern(pattern) => pattern.at.0,
                    FieldValue::Condition(condition) => condition.at.0,
                };
                Span::new(field.key.at.0.start, value.end)
            }
            Part::Rule(rule) => rule.at.0,
        }
    }
}

impl<'t> Layout<'t> {
    pub(super) const fn without_notes() -> Self {
        Self { out: String::new(), indent: 0, is_fresh: true, is_noted: false, notes: None }
    }

    pub(super) fn with_notes_of(text: &'t str) -> Self {
        let mut notes = Notes { text, comments: Vec::new(), docs: Vec::new(), written: 0, passed: 0 };
        for token in Lexer::new(text, 0) {
            match token.kind {
                TokenKind::Comment => notes.comments.push(token.span),
                TokenKind::Doc => notes.docs.push(token.span),
                _ => {}
            }
        }
        Self { notes: Some(notes), ..Self::without_notes() }
    }

    pub(super) fn file(mut self, file: &File) -> String {
        let mut before: Option<&Item> = None;
        for item in &file.items {
            if self.notes.is_none() && before.is_some_and(|before| !stand_together(before, item)) {
                self.out.push('\n');
            }
            self.documented(&item.doc, item.at.0, |layout| layout.item(item));
            before = Some(item);
        }
        let end = self.notes.as_ref().map_or(0, |notes| notes.text.len());
        self.comments_before(end);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    // Lines

    fn new_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(core::iter::repeat_n("    ", self.indent));
        self.is_fresh = false;
        self.is_noted = false;
    }

    /// Begins a line for the node at `top` in the source, after a blank one if the source has one.
    fn line_for(&mut self, top: usize) {
        let has_blank = self.notes.as_ref().is_some_and(|notes| notes.has_blank_before(top));
        if has_blank && !self.is_fresh {
            self.out.push('\n');
        }
        self.new_line();
    }

    fn comments_before(&mut self, at: usize) {
        while let Some(comment) = self.next_comment().filter(|comment| comment.start < at) {
            self.line_for(comment.start);
            self.write_comment(comment);
        }
    }

    fn next_comment(&self) -> Option<Span> {
        let notes = self.notes.as_ref()?;
        notes.comments.get(notes.written).copied()
    }

    fn write_comment(&mut self, comment: Span) {
        if let Some(notes) = &mut self.notes {
            self.out.push_str(comment.of(notes.text).trim_end());
            notes.written += 1;
            self.is_noted = true;
        }
    }

    /// Writes the comment inside or after a node that ends at `end`; further ones wait for the next
    /// line.
    fn comment_after(&mut self, end: usize) {
        let Some(comment) = self.next_comment().filter(|_| !self.is_noted) else { return };
        let is_inside = comment.start < end;
        let is_after = self.notes.as_ref().is_some_and(|notes| notes.is_right_after(end, comment.start));
        if is_inside || is_after {
            self.out.push(' ');
            self.write_comment(comment);
        }
    }

    /// Writes an element on lines of its own, with the comments around it.
    fn element(&mut self, at: Span, write: impl FnOnce(&mut Self)) {
        self.documented(&[], at, write);
    }

    fn documented(&mut self, doc: &[String], at: Span, write: impl FnOnce(&mut Self)) {
        let top = match &mut self.notes {
            Some(notes) if !doc.is_empty() => notes.pass_docs(at.start),
            _ => at.start,
        };
        self.comments_before(at.start);
        self.line_for(top);
        for line in doc {
            self.out.push_str("///");
            if !line.is_empty() {
                self.out.push(' ');
                self.out.push_str(line);
            }
            self.new_line();
        }
        write(self);
        self.comment_after(at.end);
    }

    /// Writes a body between its brackets; `end` is the place after the closing one.
    fn body(&mut self, brackets: [char; 2], end: usize, write: impl FnOnce(&mut Self)) {
        self.out.push(brackets[0]);
        self.indent += 1;
        self.is_fresh = true;
        write(self);
        self.comments_before(end.saturating_sub(1));
        self.indent -= 1;
        self.new_line();
        self.out.push(brackets[1]);
    }

    fn fits(&self, line: &str) -> bool {
        let begin = self.out.rfind('\n').map_or(0, |newline| newline + 1);
        line.len() <= 4 * WIDTH && self.out[begin..].chars().count() + line.chars().count() <= WIDTH
    }

    /// Whether a comment is inside a node that ends at `end`.
    fn has_comment_before(&self, end: usize) -> bool {
        self.next_comment().is_some_and(|comment| comment.start < end)
    }

    /// Writes a line if it fits and there is no comment before `end`.
    fn try_line(&mut self, line: &str, end: usize) -> bool {
        let fits = self.fits(line) && !self.has_comment_before(end);
        if fits {
            self.out.push_str(line);
        }
        fits
    }

    // Items

    fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Use(name) => {
                self.out.push_str("use ");
                self.out.push_str(&name.text);
            }
            ItemKind::Let(item) => self.named_pattern("let ", &item.name, &item.value),
            ItemKind::Role(item) => self.named_pattern("role ", &item.name, &item.actions),
            ItemKind::Table(table) => self.table(table, item.at.0.end),
            ItemKind::Vocabulary(vocabulary) => self.vocabulary(vocabulary, item.at.0.end),
            ItemKind::Block(block) => self.block(block, item.at.0.end),
        }
    }

    fn named_pattern(&mut self, word: &str, name: &Name, value: &Pattern) {
        self.out.push_str(word);
        self.out.push_str(&name.text);
        self.out.push_str(" = ");
        self.pattern(value);
    }

    fn table(&mut self, table: &TableItem, end: usize) {
        self.out.push_str(&format!("table {}: {} -> {}", table.name.text, table.key, table.value));
        match &table.rows {
            TableRows::Here(rows) => {
                self.out.push_str(" = ");
                self.map(rows, end);
            }
            TableRows::File(file) => {
                self.out.push_str(" from ");
                text::write_data(&file.text, &mut self.out);
            }
        }
    }

    fn vocabulary(&mut self, item: &VocabularyItem, end: usize) {
        self.out.push_str(&format!("vocabulary {} {} ", item.name.text, item.version));
        if item.members.is_empty() && !self.has_comment_before(end) {
            return self.out.push_str("{}");
        }
        self.body(['{', '}'], end, |layout| {
            for member in &item.members {
                layout.documented(&member.doc, member.at.0, |layout| layout.member(member));
            }
        });
    }

    fn member(&mut self, member: &Member) {
        match &member.kind {
            MemberKind::Attribute { name, ty, lowercase, optional } => {
                self.out.push_str(&name.text);
                self.out.push_str(": ");
                line::kind(*ty, &mut self.out);
                if *lowercase {
                    self.out.push_str(" lowercase");
                }
                if *optional {
                    self.out.push_str(" optional");
                }
            }
            MemberKind::Role(item) => self.named_pattern("role ", &item.name, &item.actions),
            MemberKind::Actions(names) => self.actions(names),
        }
    }

    /// As many names on a line as fit; after a comment, a line begins.
    fn actions(&mut self, names: &[Name]) {
        self.out.push_str("action ");
        self.indent += 1;
        for (number, name) in names.iter().enumerate() {
            let is_last = number + 1 == names.len();
            if number > 0 {
                if self.has_comment_before(name.at.0.start) {
                    self.comment_after(names[number - 1].at.0.end);
                    self.comments_before(name.at.0.start);
                    self.line_for(name.at.0.start);
                } else if self.fits(&format!(" {},", name.text)) {
                    self.out.push(' ');
                } else {
                    self.new_line();
                }
            }
            self.out.push_str(&name.text);
            if !is_last {
                self.out.push(',');
            }
        }
        self.indent -= 1;
    }

    fn block(&mut self, block: &Block, end: usize) {
        self.out.push_str(block.kind.word());
        self.out.push(' ');
        self.out.push_str(&block.name.text);
        if !block.parameters.is_empty() {
            self.parameters(block);
        }
        self.out.push(' ');
        let mut parts: Vec<Part<'_>> = block.fields.iter().map(Part::Field).collect();
        parts.extend(block.rules.iter().map(Part::Rule));
        if self.notes.is_some() {
            parts.sort_by_key(|part| part.span().start);
        }
        if parts.is_empty() && !self.has_comment_before(end) {
            return self.out.push_str("{}");
        }
        self.body(['{', '}'], end, |layout| {
            for part in &parts {
                layout.element(part.span(), |layout| match part {
                    Part::Field(field) => layout.field(field),
                    Part::Rule(rule) => layout.rule(rule),
                });
            }
        });
    }

    fn parameters(&mut self, block: &Block) {
        let mut flat = String::new();
        line::parameters(&block.parameters, &mut flat);
        // The brace of the body comes after it.
        if self.fits(&format!("{flat} {{")) {
            return self.out.push_str(&flat);
        }
        self.out.push('(');
        self.indent += 1;
        for parameter in &block.parameters {
            self.new_line();
            line::parameter(parameter, &mut self.out);
        }
        self.indent -= 1;
        self.new_line();
        self.out.push(')');
    }

    fn field(&mut self, field: &Field) {
        self.out.push_str(&field.key.text);
        self.out.push_str(": ");
        match &field.value {
            FieldValue::Pattern(pattern) => self.pattern(pattern),
            FieldValue::Condition(condition) => self.condition(condition),
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let mut flat = String::new();
        line::rule(rule, &mut flat);
        if self.try_line(&flat, rule.at.0.end) {
            return;
        }
        self.out.push_str(rule.effect.word());
        self.out.push(' ');
        let brace = self.end_of_map(rule);
        self.map(&rule.entries, brace);
        let mut tail = String::new();
        line::tail(rule, &mut tail);
        if self.try_line(&tail, rule.at.0.end) {
            return;
        }
        self.indent += 1;
        for (word, clause) in [("when ", &rule.when), ("unless ", &rule.unless)] {
            if let Some(clause) = clause {
                self.element(clause.at.0, |layout| {
                    layout.out.push_str(word);
                    layout.condition(clause);
                });
            }
        }
        self.indent -= 1;
    }

    /// The place after the brace that closes the map of a rule.
    fn end_of_map(&self, rule: &Rule) -> usize {
        let Some(notes) = &self.notes else { return 0 };
        let from = rule.entries.last().map_or(rule.at.0.start, |entry| entry.value.at.0.end);
        let mut tokens = Lexer::new(notes.text, from);
        tokens.find(|token| token.kind == TokenKind::Close(b'}')).map_or(rule.at.0.end, |brace| brace.span.end)
    }

    // Patterns and conditions

    fn entry(&mut self, entry: &Entry) {
        line::key(&entry.key, &mut self.out);
        self.out.push_str(": ");
        self.pattern(&entry.value);
    }

    fn map(&mut self, entries: &[Entry], end: usize) {
        let mut flat = String::new();
        line::map(entries, &mut flat);
        if self.try_line(&flat, end) {
            return;
        }
        self.body(['{', '}'], end, |layout| {
            for entry in entries {
                let at = Span::new(entry.key.at.0.start, entry.value.at.0.end);
                layout.element(at, |layout| layout.entry(entry));
            }
        });
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let end = pattern.at.0.end;
        match pattern.form() {
            Form::Map(entries) => self.map(entries, end),
            Form::List(list) => {
                let mut flat = String::new();
                line::pattern(pattern, &mut flat);
                if self.try_line(&flat, end) {
                    return;
                }
                self.body(['[', ']'], end, |layout| {
                    for element in list {
                        layout.element(element.at.0, |layout| layout.pattern(element));
                    }
                });
            }
            Form::Not(inner) => {
                self.out.push_str("not ");
                self.pattern(inner);
            }
            Form::Elements(quantifier, inner) => {
                self.out.push_str(quantifier.word());
                self.out.push(' ');
                self.pattern(inner);
            }
            Form::Name(_) | Form::Any | Form::Absent | Form::Value(_) => line::pattern(pattern, &mut self.out),
        }
    }

    fn condition(&mut self, condition: &Condition) {
        let mut flat = String::new();
        line::condition(condition, Tightness::Either, &mut flat);
        let (sign, tightness) = match condition.kind {
            ConditionKind::And(..) => ("&& ", Tightness::Relation),
            ConditionKind::Or(..) => ("|| ", Tightness::Both),
            // Nothing else can be broken: a comment inside it is moved after it.
            _ => return self.out.push_str(&flat),
        };
        if self.try_line(&flat, condition.at.0.end) {
            return;
        }
        self.indent += 1;
        for (number, operand) in line::operands(condition).into_iter().enumerate() {
            if number == 0 {
                line::condition(operand, tightness, &mut self.out);
                self.comment_after(operand.at.0.end);
                continue;
            }
            self.element(operand.at.0, |layout| {
                layout.out.push_str(sign);
                line::condition(operand, tightness, &mut layout.out);
            });
        }
        self.indent -= 1;
    }
}

impl Notes<'_> {
    fn has_blank_before(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or("");
        let blanks = &before[before.trim_end_matches([' ', '\t', '\r', '\n', '\u{feff}']).len()..];
        blanks.matches('\n').count() > 1
    }

    /// Whether only a comma is between them, on one line.
    fn is_right_after(&self, end: usize, comment: usize) -> bool {
        end <= comment && Span::new(end, comment).of(self.text).bytes().all(|byte| matches!(byte, b' ' | b'\t' | b','))
    }

    /// The first line of the docs right before `at`.
    fn pass_docs(&mut self, at: usize) -> usize {
        let top = self.docs.get(self.passed).map_or(at, |doc| doc.start);
        self.passed +=
            self.docs.get(self.passed..).map_or(0, |rest| rest.iter().take_while(|doc| doc.start < at).count());
        top
    }
}

/// Whether two items need no blank line between them.
fn stand_together(a: &Item, b: &Item) -> bool {
    let is_line = |item: &Item| matches!(item.kind, ItemKind::Use(_) | ItemKind::Let(_) | ItemKind::Role(_));
    core::mem::discriminant(&a.kind) == core::mem::discriminant(&b.kind) && is_line(a) && b.doc.is_empty()
}

/// Columns of a line.
const WIDTH: usize = 100;
