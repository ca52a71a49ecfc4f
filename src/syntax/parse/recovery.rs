//! Finds all mistakes in a block or a vocabulary that the grammar did not read; reading it whole
//! finds only the first.
//!
//! The body is split where a part begins, and each part is read alone. In a body without mistakes,
//! a word with a colon after it, and the word of a rule with a brace after it, always begin a part:
//! nothing inside a pattern or a condition looks like that. So a correct part is never split, is
//! read as it would be with the others, and never gets a message. A bad rule is split once more,
//! into the entries of its map and the rest after the map. If no part is wrong by itself, the
//! message for the whole is kept.
//!
//! Each byte is read at most four times, whatever is wrong, and reading stops when no more
//! diagnostics would be shown.

use super::build::Builder;
use super::explain::explain;
use super::grammar::{GrammarError, Rule, read};
use crate::diag::Diagnostic;
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::{Block, BlockKind, Effect, Name};
use crate::syntax::foreign::{Place, find, means_actions};
use crate::syntax::lex::{Lexer, Token, TokenKind};

/// The findings about an item that could not be read.
pub(super) struct Recovered {
    pub diagnostics: Vec<Diagnostic>,
    /// Where it ends, if its body is closed.
    pub end: Option<usize>,
}

/// Says what is wrong with the item that begins at `start`, where the grammar stopped at `stop`;
/// `text` ends where the next item begins.
pub(super) fn recover(text: &str, start: usize, stop: GrammarError) -> Recovered {
    let Some(body) = Body::of(text, start) else {
        return Recovered { diagnostics: vec![explain(text, start, &stop)], end: None };
    };
    let mut search = Search { text, start, body, first: stop, found: Vec::new(), diagnostics: Vec::new() };
    search.run();
    Recovered { diagnostics: search.finish(), end: Some(body.close + 1) }
}

/// The contents of a pair of braces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Fields, rules and promises.
    Block,
    /// Members.
    Vocabulary,
    /// Entries.
    Map,
}

impl Kind {
    const fn rule(self) -> Rule {
        match self {
            Self::Block => Rule::block_middle,
            Self::Vocabulary => Rule::vocabulary_middle,
            Self::Map => Rule::map_middle,
        }
    }
}

#[derive(Clone, Copy)]
struct Body {
    kind: Kind,
    open: usize,
    close: usize,
}

impl Body {
    /// The braces of the item that begins at `start`.
    fn of(text: &str, start: usize) -> Option<Self> {
        let mut tokens =
            Lexer::new(text, start).filter(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::Doc));
        let kind = match tokens.next()?.span.of(text) {
            "vocabulary" => Kind::Vocabulary,
            "token" | "policy" | "restriction" => Kind::Block,
            _ => return None,
        };
        // Not beyond its end: the text after it is read by itself.
        let (mut depth, mut open) = (0_usize, None);
        for token in tokens {
            match token.kind {
                TokenKind::Open(bracket) => {
                    if depth == 0 && bracket == b'{' {
                        open = Some(token.span.start);
                    }
                    depth += 1;
                }
                TokenKind::Close(_) => {
                    depth = depth.checked_sub(1)?;
                    if let Some(open) = open.filter(|_| depth == 0) {
                        return Some(Self { kind, open, close: token.span.start });
                    }
                }
                _ => {}
            }
        }
        None
    }
}

struct Search<'t> {
    text: &'t str,
    start: usize,
    body: Body,
    /// Where the grammar stopped in the whole item.
    first: GrammarError,
    /// Where parts stopped.
    found: Vec<GrammarError>,
    /// The builder's messages for the parts that can be read.
    diagnostics: Vec<Diagnostic>,
}

impl Search<'_> {
    fn run(&mut self) {
        let Body { kind, open, close } = self.body;
        // The text before the body is read with the first part only, so that its mistake comes
        // first.
        if self.start + self.first.at <= open {
            let stop = GrammarError { at: self.first.at, expected: self.first.expected.clone() };
            self.found.push(stop);
        }
        for part in split(self.text, Span::new(open + 1, close), kind, begins) {
            if self.is_enough() {
                return;
            }
            self.part(part, kind);
        }
    }

    fn part(&mut self, part: Span, kind: Kind) {
        let Some(stop) = self.stop(part, kind) else { return };
        let before = self.found.len();
        let smaller = split(self.text, part, kind, |kind, text, tokens, part, at| {
            begins(kind, text, tokens, part, at) || seems_to_begin(kind, text, tokens, part, at)
        });
        if smaller.len() > 1 {
            for part in smaller {
                if self.is_enough() {
                    return;
                }
                if let Some(stop) = self.stop(part, kind) {
                    self.rule(part, stop, kind);
                }
            }
        } else {
            self.rule(part, stop, kind);
            return;
        }
        if self.found.len() == before {
            self.found.push(stop);
        }
    }

    /// Whether the number of diagnostics has reached its limit.
    const fn is_enough(&self) -> bool {
        self.found.len() + self.diagnostics.len() >= limits::DIAGNOSTICS
    }

    /// A part that cannot be read; a rule is looked at more closely.
    fn rule(&mut self, part: Span, stop: GrammarError, kind: Kind) {
        let before = self.found.len();
        if let Some((open, close)) = map_of_rule(self.text, part, kind) {
            for entry in split(self.text, Span::new(open + 1, close), Kind::Map, |kind, text, tokens, part, at| {
                begins(kind, text, tokens, part, at) || seems_to_begin(kind, text, tokens, part, at)
            }) {
                if self.is_enough() {
                    return;
                }
                if let Some(stop) = self.stop(entry, Kind::Map) {
                    self.found.push(stop);
                }
            }
            if let Some(stop) = self.tail(part, open, close) {
                self.found.push(stop);
            }
        }
        if self.found.len() == before {
            self.found.push(stop);
        }
    }

    /// The mistake after the map of a rule.
    fn tail(&self, part: Span, open: usize, close: usize) -> Option<GrammarError> {
        let mut alone = String::with_capacity(part.end - part.start);
        alone.push_str(&self.text[part.start..=open]);
        alone.extend(std::iter::repeat_n(' ', close - open - 1));
        alone.push_str(&self.text[close..part.end]);
        read(Rule::block_middle, &alone).err().map(|stop| self.of_item(part.start, &stop))
    }

    /// Where the grammar stops in a part alone; if it does not, the builder's messages are kept.
    fn stop(&mut self, part: Span, kind: Kind) -> Option<GrammarError> {
        let pair = match read(kind.rule(), part.of(self.text)) {
            Ok(pair) => pair,
            Err(stop) => return Some(self.of_item(part.start, &stop)),
        };
        let mut builder = Builder::new(part.start);
        match kind {
            Kind::Block => {
                let name = Name { text: String::new(), at: crate::syntax::ast::At::default() };
                let (parameters, fields, rules) = (Vec::new(), Vec::new(), Vec::new());
                let mut block = Block { kind: BlockKind::Policy, name, parameters, fields, rules };
                builder.block_parts(&mut pair.into_inner(), &mut block);
            }
            Kind::Vocabulary => builder.members(pair),
            // The rule is read again, without its map only.
            Kind::Map => {}
        }
        self.diagnostics.append(&mut builder.errors);
        None
    }

    /// A place in a part as a place in the item. The end of a part's text is the end of the item's
    /// body, and where no part begins, any part of the body may.
    fn of_item(&self, part: usize, stop: &GrammarError) -> GrammarError {
        let expected = stop.expected.iter().flat_map(|rule| match rule {
            Rule::EOI => &[Rule::close_brace][..],
            Rule::block_middle => &[Rule::word, Rule::effect, Rule::close_brace],
            Rule::vocabulary_middle => &[Rule::member, Rule::close_brace],
            Rule::map_middle => &[Rule::entry, Rule::close_brace],
            rule => std::slice::from_ref(rule),
        });
        GrammarError { at: part + stop.at - self.start, expected: expected.copied().collect() }
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        if self.found.is_empty() {
            self.diagnostics.push(explain(self.text, self.start, &self.first));
            return self.diagnostics;
        }
        for stop in self.found {
            // At the same place, the message for the whole item says more about what may follow.
            let stop = if stop.at == self.first.at { &self.first } else { &stop };
            self.diagnostics.push(explain(self.text, self.start, stop));
        }
        self.diagnostics
    }
}

/// The tokens of a part of a text outside of all brackets that are opened in it; of the tokens
/// inside them, only the brackets.
fn flat(text: &str, span: Span) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    for token in Lexer::new(text, span.start).take_while(|token| token.span.start < span.end) {
        match token.kind {
            TokenKind::Comment => {}
            TokenKind::Open(_) => {
                depth += 1;
                if depth == 1 {
                    tokens.push(token);
                }
            }
            TokenKind::Close(_) => {
                if depth <= 1 {
                    tokens.push(token);
                }
                depth = depth.saturating_sub(1);
            }
            _ if depth == 0 => tokens.push(token),
            _ => {}
        }
    }
    tokens
}

/// Whether a part begins at a token. The first of the two places is where the part before it
/// begins.
type Begins = fn(Kind, &str, &[Token], usize, usize) -> bool;

/// The parts of a body. The text before the first beginning is a part too.
fn split(text: &str, body: Span, kind: Kind, begins: Begins) -> Vec<Span> {
    let tokens = flat(text, body);
    let Some(first) = tokens.first() else { return Vec::new() };
    let mut parts = Vec::new();
    let mut start = first.span.start;
    let mut part = 0;
    for at in 1..tokens.len() {
        if !begins(kind, text, &tokens, part, at) {
            continue;
        }
        part = at;
        // The doc comment of a part belongs to it.
        let docs = tokens[..at].iter().rev().take_while(|token| token.kind == TokenKind::Doc).count();
        let next = tokens[at - docs].span.start;
        if next > start {
            parts.push(Span::new(start, next));
            start = next;
        }
    }
    parts.push(Span::new(start, body.end));
    parts
}

/// Whether a part begins at a token for certain.
fn begins(kind: Kind, text: &str, tokens: &[Token], _: usize, at: usize) -> bool {
    let token = tokens[at];
    let word = |at: usize| tokens.get(at).map_or("", |token| token.span.of(text));
    // `a::b` is a habit of other languages.
    let has_colon = word(at + 1) == ":"
        && word(at + 2) != ":"
        && (at == 0 || word(at - 1) != ":" || !is_namespace(text, tokens, at));
    let is_word = token.kind == TokenKind::Word;
    let next = tokens.get(at + 1).map(|token| token.kind);
    match kind {
        Kind::Block => is_word && (has_colon || (is_effect(word(at)) && next == Some(TokenKind::Open(b'{')))),
        Kind::Vocabulary => {
            is_word && (has_colon || (matches!(word(at), "action" | "role") && next == Some(TokenKind::Word)))
        }
        Kind::Map => (is_word || token.kind == TokenKind::Text) && has_colon,
    }
}

/// Whether the token follows `a::`.
fn is_namespace(text: &str, tokens: &[Token], at: usize) -> bool {
    at >= 2 && tokens[at - 2].span.of(text) == ":"
}

/// Whether the author probably meant to begin a part at a token. Only used for text that cannot be
/// read.
fn seems_to_begin(kind: Kind, text: &str, tokens: &[Token], part: usize, at: usize) -> bool {
    let (token, last) = (tokens[at], tokens[at - 1]);
    let next = tokens.get(at + 1).map_or("", |token| token.span.of(text));
    let between = text.get(last.span.end..token.span.start).unwrap_or_default();
    let is_separate = between.contains('\n') || matches!(last.span.of(text), "," | ";");
    // The names of actions go on after a comma.
    let lists_actions =
        kind == Kind::Vocabulary && means_actions(tokens[part].span.of(text)) && !means_actions(token.span.of(text));
    let is_end = match last.kind {
        TokenKind::Word => !matches!(last.span.of(text), "when" | "unless" | "in" | "not" | "has" | "of"),
        TokenKind::Sign => {
            matches!(last.span.of(text), ";" | "?" | "*" | ">") || (last.span.of(text) == "," && !lists_actions)
        }
        TokenKind::Number | TokenKind::Text | TokenKind::OpenText | TokenKind::Close(_) => true,
        TokenKind::Comment | TokenKind::Doc | TokenKind::Open(_) | TokenKind::Strange => false,
    };
    let is_key = matches!(token.kind, TokenKind::Word | TokenKind::Text);
    let word = token.span.of(text);
    // A line that begins with a word after a whole value begins something, unless the word
    // continues the value.
    let begins_line = between.contains('\n') && !goes_on(word);
    let looks = match kind {
        Kind::Block => matches!(next, "=" | "{") || is_effect(word) || begins_line,
        Kind::Vocabulary => token.kind == TokenKind::Word,
        Kind::Map => matches!(next, "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in") || begins_line,
    };
    is_separate && is_end && is_key && looks
}

/// Whether a word joins what follows to the value before it, here or in other languages.
fn goes_on(word: &str) -> bool {
    matches!(word, "when" | "unless" | "in" | "and" | "or" | "AND" | "OR" | "not" | "optional" | "lowercase")
        || find(Place::Operator, word).is_some()
        || find(Place::Clause, word).is_some()
}

fn is_effect(word: &str) -> bool {
    Effect::of_word(word).is_some()
}

/// The braces of the map of a rule.
fn map_of_rule(text: &str, part: Span, kind: Kind) -> Option<(usize, usize)> {
    let tokens = flat(text, part);
    let [effect, open, close, ..] = tokens.as_slice() else { return None };
    let is_rule = kind == Kind::Block
        && is_effect(effect.span.of(text))
        && open.kind == TokenKind::Open(b'{')
        && close.kind == TokenKind::Close(b'}');
    is_rule.then_some((open.span.start, close.span.start))
}

#[cfg(test)]
mod tests;
