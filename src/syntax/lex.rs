//! Splits a text into tokens, without a grammar: the bounds are counted on them before the grammar
//! sees the text, a message names one as "found", and the formatter takes the comments from them.

use crate::span::Span;

/// A piece of a text between blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// `owner`
    Word,
    /// `30m`, `2027-01-01T00:00:00Z`
    Number,
    /// `"user/"`
    Text,
    /// A `"` without another one on its line.
    OpenText,
    /// `// so`
    Comment,
    /// `/// so`
    Doc,
    /// `{`, `[`, `(`
    Open(u8),
    /// `}`, `]`, `)`
    Close(u8),
    /// `&&`, `:`, `..`
    Sign,
    /// A character that begins no token.
    Strange,
}

/// Gives the tokens of a text in order.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    /// From a byte on.
    pub(crate) const fn new(text: &'t str, from: usize) -> Self {
        Self { text, at: from }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn end_of(&self, from: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or(&[]);
        from + rest.iter().position(|&byte| !wanted(byte)).unwrap_or(rest.len())
    }

    fn number(&self) -> usize {
        let bytes = self.text.as_bytes();
        let digits =
            |range: core::ops::Range<usize>| bytes.get(range).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
        let at = self.at;
        let is_date = digits(at..at + 4) && self.byte(4) == b'-' && digits(at + 5..at + 7) && self.byte(7) == b'-';
        if !is_date {
            return self.end_of(at, is_letter);
        }
        let mut end = at + 8;
        while let Some(&byte) = bytes.get(end) {
            let goes_on = is_letter(byte)
                || matches!(byte, b':' | b'+' | b'-')
                || (byte == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit));
            if !goes_on {
                break;
            }
            end += 1;
        }
        end
    }

    fn text_literal(&self) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        loop {
            end = self.end_of(end, |byte| !matches!(byte, b'"' | b'\\' | b'\n'));
            match (bytes.get(end), bytes.get(end + 1)) {
                (Some(b'"'), _) => return (TokenKind::Text, end + 1),
                (Some(b'\\'), Some(&next)) if next != b'\n' => {
                    // A backslash may come before a character of several bytes.
                    end += 2;
                    while !self.text.is_char_boundary(end) {
                        end += 1;
                    }
                }
                (Some(b'\\'), _) => return (TokenKind::OpenText, end + 1),
                _ => return (TokenKind::OpenText, end),
            }
        }
    }

    fn sign(&self) -> usize {
        let two = (self.byte(0), self.byte(1));
        let is_double = matches!(two, (b'&', b'&') | (b'|', b'|') | (b'=' | b'!' | b'<' | b'>', b'=') | (b'.', b'.'));
        self.at + if is_double { 2 } else { 1 }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.at = self.end_of(self.at, |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        let start = self.at;
        let first = *self.text.as_bytes().get(start)?;
        let (kind, end) = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => (TokenKind::Word, self.end_of(start, is_letter)),
            b'0'..=b'9' => (TokenKind::Number, self.number()),
            b'"' => self.text_literal(),
            b'/' if self.byte(1) == b'/' => {
                let kind =
                    if self.byte(2) == b'/' && self.byte(3) != b'/' { TokenKind::Doc } else { TokenKind::Comment };
                (kind, self.end_of(start, |byte| byte != b'\n'))
            }
            b'{' | b'[' | b'(' => (TokenKind::Open(first), start + 1),
            b'}' | b']' | b')' => (TokenKind::Close(first), start + 1),
            0x21..=0x7e => (TokenKind::Sign, self.sign()),
            _ => (TokenKind::Strange, start + self.text.get(start..)?.chars().next().map_or(1, char::len_utf8)),
        };
        self.at = end;
        Some(Token { kind, span: Span::new(start, end) })
    }
}

/// Whether a byte may be part of a word.
pub(crate) const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a text is one word.
pub(crate) fn is_word(text: &str) -> bool {
    text.bytes().all(is_letter) && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}
