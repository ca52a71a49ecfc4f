//! The surroundings of a place in a text: the bracket that is open there, whether a condition
//! continues, and the values before and after it. Messages quote them, so that a way out can be
//! copied.

use crate::syntax::ast::Effect;
use crate::syntax::lex::{Lexer, Token, TokenKind};

/// The innermost bracket that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// None.
    Outside,
    /// The braces of a token, a policy or a restriction.
    Block,
    /// The braces of a vocabulary.
    Vocabulary,
    /// The braces of a rule, of labels or of a request.
    Map,
    /// `[`
    List,
    /// `(`
    Paren,
}

/// The bracket and condition that are open at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    pub bracket: Bracket,
    /// Whether the condition of a rule or a field may go on here.
    pub in_condition: bool,
    /// Where the value before the place begins.
    value: Option<usize>,
}

impl Surroundings {
    const fn inside(bracket: Bracket) -> Self {
        Self { bracket, in_condition: false, value: None }
    }

    /// Reads the item that begins at `start`, up to `end`.
    pub(super) fn at(text: &str, start: usize, end: usize) -> Self {
        let mut open: Vec<Self> = Vec::new();
        let mut here = Self::inside(Bracket::Outside);
        let mut first = "";
        let mut last = "";
        for token in Lexer::new(text, start).take_while(|token| token.span.start < end) {
            let word = token.span.of(text);
            match token.kind {
                TokenKind::Comment | TokenKind::Doc => continue,
                TokenKind::Open(bracket) => {
                    here.value.get_or_insert(token.span.start);
                    let inner = if open.is_empty() { body(first, bracket) } else { bracket_of(bracket) };
                    open.push(std::mem::replace(&mut here, Self::inside(inner)));
                }
                TokenKind::Close(_) => here = open.pop().unwrap_or(Self::inside(Bracket::Outside)),
                TokenKind::Word => here.word(word, token.span.start),
                TokenKind::Sign => here.sign(word, last, token.span.start),
                TokenKind::Number | TokenKind::Text | TokenKind::OpenText | TokenKind::Strange => {
                    here.value.get_or_insert(token.span.start);
                }
            }
            if first.is_empty() {
                first = word;
            }
            last = word;
        }
        here
    }

    fn word(&mut self, word: &str, start: usize) {
        let is_body = self.bracket == Bracket::Block;
        if matches!(word, "when" | "unless") {
            (self.in_condition, self.value) = (true, None);
        } else if is_body && Effect::of_word(word).is_some() {
            (self.in_condition, self.value) = (false, None);
        } else if word == "in" {
            self.value = None;
        } else {
            self.value.get_or_insert(start);
        }
    }

    fn sign(&mut self, sign: &str, last: &str, start: usize) {
        match sign {
            "," => (self.in_condition, self.value) = (false, None),
            ":" => (self.in_condition, self.value) = (matches!(last, "when" | "unless"), None),
            "&&" | "||" | "!" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "=" => self.value = None,
            _ => _ = self.value.get_or_insert(start),
        }
    }

    /// The value that ends before `end`; `…` where there is none, or it is long.
    pub(super) fn value_before(self, text: &str, end: usize) -> &str {
        self.value.and_then(|start| text.get(start..end)).map_or("…", |value| quotable(value.trim_end()))
    }
}

/// The value that begins with `token`, and where it ends.
pub(super) fn value_after(text: &str, token: Token) -> (&str, usize) {
    let (mut depth, mut end) = (0_usize, token.span.start);
    for next in Lexer::new(text, token.span.start) {
        let goes_on = depth > 0 || next.span.start == token.span.start || next.span.start == end;
        match next.kind {
            _ if !goes_on => break,
            TokenKind::Open(_) => depth += 1,
            TokenKind::Close(_) if depth == 0 => break,
            TokenKind::Close(_) => depth -= 1,
            TokenKind::Sign if depth == 0 => break,
            TokenKind::Comment | TokenKind::Doc => break,
            TokenKind::Word
            | TokenKind::Number
            | TokenKind::Text
            | TokenKind::OpenText
            | TokenKind::Sign
            | TokenKind::Strange => {}
        }
        end = next.span.end;
    }
    (text.get(token.span.start..end).map_or("…", quotable), end.max(token.span.end))
}

/// Text that fits into a line of help: short, and without backticks.
fn quotable(value: &str) -> &str {
    const LONGEST: usize = 48;
    let fits = !value.is_empty() && value.len() <= LONGEST && !value.contains(['`', '\n']);
    if fits { value } else { "…" }
}

/// The outermost bracket of an item that begins with `first`.
fn body(first: &str, bracket: u8) -> Bracket {
    match (bracket, first) {
        (b'{', "vocabulary") => Bracket::Vocabulary,
        (b'{', "token" | "policy" | "restriction") => Bracket::Block,
        _ => bracket_of(bracket),
    }
}

const fn bracket_of(bracket: u8) -> Bracket {
    match bracket {
        b'{' => Bracket::Map,
        b'[' => Bracket::List,
        _ => Bracket::Paren,
    }
}
