//! Reads a text before the grammar does: counts everything that must be bounded, finds brackets and
//! strings that are not closed, and finds where items begin, so that a broken item hides no other.
//!
//! Everything after this recurses as deep as brackets, `not` and `!` nest, so their depth is
//! counted here, on the text.

use super::foreign::is_foreign_quote;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::Effect;
use crate::syntax::lex::{Lexer, Token, TokenKind};
use crate::visible::{hides_in_source, turns};
use placet_core::model::lines::breaks_line;

/// The result of a first look at a text.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Where items seem to begin: words that begin one, first on their line and outside of all
    /// brackets; ascending.
    pub starts: Vec<usize>,
    /// Where a long block may be read in parts (see [`parts`](super::parts)); ascending, a stride
    /// or more from each other.
    pub seams: Vec<usize>,
    /// The mistakes found so far.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the grammar must not see the text.
    pub unreadable: bool,
    /// Bytes of a byte order mark.
    pub begin: usize,
}

/// Looks at a text whose items begin with some of `keywords`, and whose long blocks are read in
/// parts of `stride` bytes or more.
pub(super) fn outline(text: &str, keywords: &[&str], stride: usize) -> Outline {
    if text.len() > limits::SOURCE_BYTES {
        let message =
            format!("the text has {} bytes, more than the {} that are read", text.len(), limits::SOURCE_BYTES);
        let error = Diagnostic::new(Code::TooLarge, Span::new(0, 0), message).help("split it into several files");
        return Outline { diagnostics: vec![error], unreadable: true, ..Outline::default() };
    }
    let mut walk = Walk::new(text, keywords, stride, false);
    walk.run();
    if walk.is_unbalanced() {
        // Only with unmatched brackets is a keyword at the beginning of a line taken for a new item
        // although brackets are open.
        walk = Walk::new(text, keywords, stride, true);
        walk.run();
        walk.close_all();
    }
    walk.found
}

struct Walk<'t> {
    text: &'t str,
    keywords: &'t [&'t str],
    stride: usize,
    /// Whether brackets are known not to match.
    mends: bool,
    open: Vec<Open>,
    depth: usize,
    /// `not` and `!` right before here.
    chain: usize,
    tokens: usize,
    /// Whether brackets that do not match were met.
    mismatched: bool,
    /// Whether a string was met that is never closed: it may contain the missing brackets.
    hides_brackets: bool,
    /// Where the `///` lines right before here begin.
    doc: Option<usize>,
    /// The previous token other than a comment.
    before: TokenKind,
    found: Outline,
}

struct Open {
    bracket: u8,
    at: usize,
    chain: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, keywords: &'t [&'t str], stride: usize, mends: bool) -> Self {
        let begin = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let found = Outline { begin, ..Outline::default() };
        Self {
            text,
            keywords,
            stride,
            mends,
            open: Vec::new(),
            depth: 0,
            chain: 0,
            tokens: 0,
            mismatched: false,
            hides_brackets: false,
            doc: None,
            before: TokenKind::Strange,
            found,
        }
    }

    fn run(&mut self) {
        let is_plain = self.text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'));
        for token in Lexer::new(self.text, self.found.begin) {
            if !is_plain {
                self.see_hidden(token);
            }
            self.see(token);
            if self.found.unreadable {
                return;
            }
        }
        if !is_plain {
            self.lone_returns();
        }
    }

    fn is_unbalanced(&self) -> bool {
        !self.found.unreadable && (self.mismatched || !self.open.is_empty())
    }

    fn see(&mut self, token: Token) {
        match token.kind {
            TokenKind::Comment => return,
            TokenKind::Doc => {
                self.doc.get_or_insert(token.span.start);
                return;
            }
            TokenKind::Word => self.word(token.span),
            TokenKind::Number | TokenKind::Text => {
                self.chain = 0;
                self.count(token.span);
            }
            TokenKind::OpenText => self.open_text(token.span),
            TokenKind::Open(bracket) => self.opens(bracket, token.span.start),
            TokenKind::Close(bracket) => self.closes(bracket, token.span),
            TokenKind::Sign if token.span.of(self.text) == "!" => self.deeper(token.span),
            TokenKind::Sign | TokenKind::Strange => self.chain = 0,
        }
        self.doc = None;
        self.before = token.kind;
    }

    fn word(&mut self, span: Span) {
        let word = span.of(self.text);
        self.count(span);
        if word == "not" {
            return self.deeper(span);
        }
        self.chain = 0;
        if (self.open.is_empty() || self.mends) && self.keywords.contains(&word) {
            self.keyword(span);
        }
        self.seam(span);
    }

    /// A rule keyword at the start of a line, after a bracket, number or string, always begins a
    /// new rule, so a long block may be split there.
    fn seam(&mut self, span: Span) {
        let last = self.found.seams.last().copied().unwrap_or(0);
        if span.start - last >= self.stride
            && self.open.len() == 1
            && matches!(self.before, TokenKind::Close(_) | TokenKind::Number | TokenKind::Text)
            && Effect::of_word(span.of(self.text)).is_some()
            && self.indent(span).is_some()
        {
            self.found.seams.push(span.start);
        }
    }

    /// How far a token that is the first one on its line is indented.
    fn indent(&self, span: Span) -> Option<usize> {
        let before = self.text.get(..span.start).unwrap_or("");
        let line = before.trim_end_matches([' ', '\t']);
        (line.is_empty() || line.ends_with('\n')).then_some(before.len() - line.len())
    }

    fn keyword(&mut self, span: Span) {
        let Some(indent) = self.indent(span) else { return };
        if !self.open.is_empty() {
            // Inside brackets only a keyword that is not indented and has a name after it looks
            // like an item.
            if indent > 0 || !self.looks_like_item(span) {
                return;
            }
            self.close_all();
        }
        self.found.starts.push(self.doc.unwrap_or(span.start));
    }

    fn looks_like_item(&self, keyword: Span) -> bool {
        let mut after = Lexer::new(self.text, keyword.end);
        // A vocabulary may hold roles of its own.
        keyword.of(self.text) != "role" && after.next().is_some_and(|token| token.kind == TokenKind::Word)
    }

    fn count(&mut self, span: Span) {
        self.tokens += 1;
        // A node is a key or an element; a key has a value beside it.
        if self.tokens > 2 * limits::SOURCE_NODES {
            let message = format!("the text has more than {} words, numbers and strings", 2 * limits::SOURCE_NODES);
            self.refuse(Diagnostic::new(Code::TooLarge, span, message).help("split it into several files"));
        } else if span.end - span.start > limits::NAME_BYTES && self.text.as_bytes()[span.start] != b'"' {
            let message = format!("a word has more than {} bytes", limits::NAME_BYTES);
            self.report(Diagnostic::new(Code::TooLarge, span, message).help("choose a shorter name"));
        }
    }

    fn deeper(&mut self, span: Span) {
        self.chain += 1;
        self.check_depth(span);
    }

    fn check_depth(&mut self, span: Span) {
        if self.depth + self.chain > DEPTH {
            let message = format!("the text nests deeper than {} levels", limits::NESTING);
            let help = "give the inner part a name with `let`, or write it as a flat list";
            self.refuse(Diagnostic::new(Code::TooDeep, span, message).label("one level too many").help(help));
        }
    }

    fn opens(&mut self, bracket: u8, at: usize) {
        self.open.push(Open { bracket, at, chain: self.chain });
        self.depth += 1 + self.chain;
        self.chain = 0;
        self.check_depth(Span::new(at, at + 1));
    }

    fn pop(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        self.depth -= 1 + open.chain;
        Some(open)
    }

    fn closes(&mut self, bracket: u8, span: Span) {
        self.chain = 0;
        if self.open.last().is_some_and(|open| partner(open.bracket) == bracket) {
            self.pop();
            return;
        }
        self.mismatched = true;
        if !self.mends || self.hides_brackets {
            return;
        }
        if !self.open.iter().any(|open| partner(open.bracket) == bracket) {
            let message = format!("`{}` closes nothing", char::from(bracket));
            self.report(
                Diagnostic::new(Code::Unclosed, span, message)
                    .label("no bracket is open here")
                    .help("remove it, or open the bracket that it should close"),
            );
            return;
        }
        while let Some(open) = self.pop() {
            if partner(open.bracket) == bracket {
                return;
            }
            self.report_open(&open, Some(span));
        }
    }

    fn close_all(&mut self) {
        while let Some(open) = self.pop() {
            self.report_open(&open, None);
        }
    }

    fn report_open(&mut self, open: &Open, closer: Option<Span>) {
        if self.hides_brackets {
            return;
        }
        let bracket = char::from(open.bracket);
        let message = format!("`{bracket}` is never closed");
        let help = format!("add the `{}` that closes it", char::from(partner(open.bracket)));
        let mut error =
            Diagnostic::new(Code::Unclosed, Span::new(open.at, open.at + 1), message).label("opened here").help(help);
        if let Some(closer) = closer {
            error = error.related(closer, format!("`{}` closes another one", closer.of(self.text)));
        }
        self.report(error);
    }

    fn open_text(&mut self, span: Span) {
        self.chain = 0;
        self.hides_brackets = true;
        let help = match span.of(self.text).chars().find(|&c| c != '`' && is_foreign_quote(c)) {
            Some(quote) => format!("a string ends at a straight `\"`, not at `{quote}`"),
            None => "add the closing `\"`, and write a line break inside a string as `\\n`".to_owned(),
        };
        let error = Diagnostic::new(Code::Unclosed, span, "a string is never closed");
        self.report(error.label("it must end on its line").help(help));
    }

    fn see_hidden(&mut self, token: Token) {
        if !matches!(
            token.kind,
            TokenKind::Comment | TokenKind::Doc | TokenKind::Text | TokenKind::OpenText | TokenKind::Strange
        ) {
            return;
        }
        let is_wanted = |c: char| match token.kind {
            // A carriage return without a line feed is wrong everywhere; one with it is not.
            _ if c == '\r' => false,
            TokenKind::Comment | TokenKind::Doc => turns(c) || breaks_line(c) || (c.is_control() && c != '\t'),
            // In code, a character that looks like a space is read as one.
            TokenKind::Strange => hides_in_source(c) || c.is_whitespace(),
            _ => hides_in_source(c),
        };
        let text = token.span.of(self.text);
        for (offset, character) in text.char_indices().filter(|&(_, character)| is_wanted(character)) {
            let start = token.span.start + offset;
            let help = match token.kind {
                TokenKind::Text | TokenKind::OpenText => {
                    format!("write `\\u{{{:x}}}` if the string really holds it", u32::from(character))
                }
                _ if breaks_line(character) => "end the line with a line feed, or remove it".to_owned(),
                _ => "remove it".to_owned(),
            };
            self.report(hidden(character, start).help(help));
        }
    }

    fn lone_returns(&mut self) {
        let text = self.text;
        for (at, _) in text.match_indices('\r').filter(|(at, _)| !text[at + 1..].starts_with('\n')) {
            let help = "end the line with a line feed, or remove it; in a string, write `\\r`";
            self.report(hidden('\r', at).help(help));
        }
    }

    fn report(&mut self, error: Diagnostic) {
        if self.found.diagnostics.len() < limits::DIAGNOSTICS {
            self.found.diagnostics.push(error);
        }
    }

    fn refuse(&mut self, error: Diagnostic) {
        self.found.diagnostics.push(error);
        self.found.unreadable = true;
    }
}

/// The diagnostic for a character that hides something, without its help.
pub(crate) fn hidden(character: char, start: usize) -> Diagnostic {
    let number = u32::from(character);
    let (message, label) = match character {
        '\r' => (
            "a carriage return without a line feed is not allowed".to_owned(),
            "an editor shows a new line here, and the line goes on",
        ),
        '\u{feff}' => (
            "a byte order mark (U+FEFF) is allowed only at the beginning of a file".to_owned(),
            "a reader would not see it",
        ),
        _ if breaks_line(character) => (
            format!("the line break U+{number:04X} is not allowed here"),
            "an editor may show a new line here, and the line goes on",
        ),
        _ => (format!("the invisible character U+{number:04X} is not allowed here"), "a reader would not see it"),
    };
    Diagnostic::new(Code::Hidden, Span::new(start, start + character.len_utf8()), message).label(label)
}

/// Brackets, `not` and `!` around one token: the braces of a block, of a rule and of a call are not
/// a pattern.
const DEPTH: usize = limits::NESTING + 3;

const fn partner(bracket: u8) -> u8 {
    match bracket {
        b'{' => b'}',
        b'[' => b']',
        _ => b')',
    }
}
