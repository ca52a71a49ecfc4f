//! Reads text.
//!
//! 1. [`outline`](outline::outline) looks at the text without a grammar: size, nesting, brackets,
//!    strings, characters that cannot be seen, and where items begin.
//! 2. The [grammar] reads one item after the other, and long blocks in [`parts`].
//! 3. [`build`] makes nodes of it and reads the literals ([`literal`], [`time`], [`pattern`],
//!    [`condition`]).
//! 4. Where the grammar stops, [`recovery`] reads the parts of the item alone, and
//!    [`explain`](explain::explain) says why each bad one is wrong, with [`foreign`] and [`shapes`]
//!    for the habits of other languages and [`pasted`] for a file that is in one. Reading goes on
//!    after the item.
//!
//! The result is a [`File`], or everything that is wrong with the text.

mod bad_literal;
mod build;
mod cases;
mod condition;
mod explain;
mod foreign;
mod grammar;
pub mod literal;
mod outline;
mod parts;
mod pasted;
mod pattern;
mod phrases;
mod recovery;
mod shapes;
mod surroundings;
mod table;
mod time;

pub use cases::{parse_call, parse_cases, parse_request};
pub use explain::nearest;
pub(crate) use foreign::is_null;

use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::{At, Condition, File, Item, Name};
use crate::syntax::lex::{Lexer, TokenKind};
use build::Builder;
use explain::explain;
use grammar::{Pair, Pairs, Rule, read};
use outline::Outline;
pub(crate) use outline::hidden;
use recovery::recover;

/// The readable part of a text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The items without mistakes.
    pub file: File,
    /// The names that the other items declare, as far as they could be read, so that a use of one
    /// is not reported as unknown.
    pub broken: Vec<Name>,
    /// In the order of the text; empty when all of it was read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a policy file.
///
/// # Errors
/// Everything that is wrong with the text, up to [`limits::DIAGNOSTICS`].
pub fn parse(text: &str) -> Result<File, Vec<Diagnostic>> {
    let parsed = parse_partly(text);
    if parsed.diagnostics.is_empty() { Ok(parsed.file) } else { Err(parsed.diagnostics) }
}

/// Reads what can be read of a policy file, so that a checker can go on with the good items.
#[must_use]
pub fn parse_partly(text: &str) -> Parsed {
    parse_in_parts(text, parts::STRIDE)
}

fn parse_in_parts(text: &str, stride: usize) -> Parsed {
    let mut parsed = Parsed::default();
    parsed.diagnostics =
        Entries { rule: Rule::item, words: &explain::ITEM_WORDS, stride }.read(text, |entry| match entry {
            Entry::Read(node, builder) => {
                let item = match node {
                    Node::Whole(pair) => builder.item(pair),
                    Node::Parts(item) => item,
                };
                if builder.errors.is_empty() {
                    parsed.file.items.push(item);
                } else {
                    parsed.broken.extend(declared(text, item.at.0.start));
                }
            }
            Entry::Broken(start) => parsed.broken.extend(declared(text, start)),
            Entry::TakenBack => {
                parsed.file.items.pop();
            }
        });
    parsed
}

/// Reads a condition alone; its places are bytes of `text`.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn parse_condition(text: &str) -> Result<Condition, Vec<Diagnostic>> {
    read_alone(text, Rule::lone_condition, |builder, mut parts| builder.whole_condition(build::next(&mut parts)))
}

/// Reads a text that is one `rule` of the grammar and nothing else.
fn read_alone<T>(
    text: &str,
    rule: Rule,
    build: impl FnOnce(&mut Builder, Pairs<'_>) -> T,
) -> Result<T, Vec<Diagnostic>> {
    let Outline { diagnostics, .. } = outline::outline(text, &[], text.len());
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let pair = read(rule, text).map_err(|stop| vec![explain(text, 0, &stop)])?;
    let mut builder = Builder::new(0);
    let built = build(&mut builder, pair.into_inner());
    if builder.errors.is_empty() { Ok(built) } else { Err(builder.errors) }
}

/// How one kind of file is read: entry by entry, each of which begins with one of some words.
struct Entries<'w> {
    rule: Rule,
    words: &'w [&'w str],
    /// Bytes of a block that are read at once.
    stride: usize,
}

/// One step of reading.
enum Entry<'t, 'b> {
    /// An entry that the grammar read.
    Read(Node<'t>, &'b mut Builder),
    /// An entry that begins here and could not be read.
    Broken(usize),
    /// The last entry that was read contains the beginning of the next one, so it is broken.
    TakenBack,
}

/// An entry that the grammar read.
enum Node<'t> {
    /// To be built.
    Whole(Pair<'t>),
    /// Built already.
    Parts(Item),
}

/// How a broken entry is kept from hiding the others.
///
/// The grammar reads one entry at a time from where the last one ended, and the
/// [outline](outline::outline) has said where entries seem to begin, so after a mistake reading
/// goes on at the next beginning. Two cases need more than that:
///
/// - **Taken back.** Where a closing bracket is missing and another one happens to fit, the grammar
///   reads an entry *beyond* the beginning of the next one, without a mistake; it stops only later.
///   The entry that was read last and reaches over a beginning is then the broken one. It was
///   recorded already, so it is [taken back](Entry::TakenBack), and reading goes on at the
///   beginning that it swallowed. Without this the message would point at a good entry.
/// - **Seams.** pest keeps a node for each token of what it reads at once, and a policy of a
///   thousand rules is one entry. Between two rules a block may be read in parts, at places that
///   the outline has marked. A seam is only a proposal: where the part before it does not read, the
///   block is read whole, so that a wrong seam costs time and changes nothing.
impl Entries<'_> {
    fn read<'t>(&self, text: &'t str, mut meet: impl FnMut(Entry<'t, '_>)) -> Vec<Diagnostic> {
        let Outline { starts, seams, mut diagnostics, unreadable, begin } =
            outline::outline(text, self.words, self.stride);
        if unreadable {
            return diagnostics;
        }
        let known = diagnostics.clone();
        let mut seams = seams.as_slice();
        let first_start = |from: usize| starts.get(starts.partition_point(|&start| start < from)).copied();
        // The entry before, if it was built without a mistake.
        let mut last: Option<usize> = None;
        let mut at = skip_blanks(text, begin);
        while at < text.len() && diagnostics.len() < limits::DIAGNOSTICS {
            // Each seam is tried once: an item that is not a block costs the next one its seams,
            // and nothing more.
            let next = first_start(at + 1).unwrap_or(text.len());
            let (inside, later) = seams.split_at(seams.partition_point(|&seam| seam < next));
            seams = later;
            let is_first = at == skip_blanks(text, begin);
            let node = match parts::read_block(text, at, inside) {
                Some((item, builder, end)) => Ok((Node::Parts(item), builder, end)),
                None => read(self.rule, &text[at..]).map(|pair| {
                    let end = at + pair.as_span().end();
                    (Node::Whole(pair), Builder::new(at), end)
                }),
            };
            match node {
                Ok((node, mut builder, end)) => {
                    meet(Entry::Read(node, &mut builder));
                    last = builder.errors.is_empty().then_some(at);
                    diagnostics.append(&mut builder.errors);
                    at = skip_blanks(text, end);
                }
                Err(stop) => {
                    if let Some(other) = is_first.then(|| self.pasted(text, at)).flatten() {
                        return vec![other];
                    }
                    let swallowed =
                        last.and_then(|last| Some((last, first_start(last + 1).filter(|&start| start < at)?)));
                    let (from, stop, resume) = match swallowed {
                        Some((last, start)) => {
                            meet(Entry::TakenBack);
                            (last, read(self.rule, &text[last..start]).err().unwrap_or(stop), start)
                        }
                        None => (at, stop, first_start(at + 1).unwrap_or(text.len())),
                    };
                    meet(Entry::Broken(from));
                    last = None;
                    // A bracket or a string that was left open is the reason, and has been
                    // reported.
                    let is_known = known.iter().any(|known| (from..=resume).contains(&known.at.start));
                    if is_known {
                        at = skip_blanks(text, resume);
                        continue;
                    }
                    let found = recover(&text[..resume.max(from + stop.at)], from, stop);
                    diagnostics.extend(found.diagnostics);
                    // The rest of the line on which it ends may belong to it.
                    let after = found.end.map(|end| (end, skip_blanks(text, end)));
                    let is_apart = |&(end, next): &(usize, usize)| text[end..next].contains('\n');
                    at = after.filter(is_apart).map_or_else(|| skip_blanks(text, resume), |(_, next)| next);
                }
            }
        }
        diagnostics.sort_by_key(|error| error.at.start);
        diagnostics.truncate(limits::DIAGNOSTICS);
        diagnostics
    }
}

impl Entries<'_> {
    /// A text of another language in place of a policy file.
    fn pasted(&self, text: &str, start: usize) -> Option<Diagnostic> {
        (self.rule == Rule::item).then(|| pasted::recognise(text, start))?
    }
}

/// Whether a word begins an item or a case.
fn is_ours(word: &str) -> bool {
    explain::ITEM_WORDS.contains(&word) || explain::CASE_WORDS.contains(&word)
}

/// Where the next token other than a comment begins.
fn skip_blanks(text: &str, from: usize) -> usize {
    let mut tokens = Lexer::new(text, from).filter(|token| token.kind != TokenKind::Comment);
    tokens.next().map_or(text.len(), |token| token.span.start)
}

/// The name after the keyword of the item at `start`.
fn declared(text: &str, start: usize) -> Option<Name> {
    let mut tokens = Lexer::new(text, start).filter(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::Doc));
    let keyword = tokens.next()?.span.of(text);
    let name = tokens.next().filter(|token| token.kind == TokenKind::Word)?.span;
    let is_item = explain::ITEM_WORDS.contains(&keyword);
    is_item.then(|| Name { text: name.of(text).to_owned(), at: At(name) })
}

/// A diagnostic that only the builder of a file can make.
fn mistake(at: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, at, message)
}

/// A mistake at a place, and the way out.
fn syntax(at: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, at, message).help(help)
}
