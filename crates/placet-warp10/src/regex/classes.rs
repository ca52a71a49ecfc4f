//! Escapes and bracketed classes: characters and classes of them, ASCII where Java means ASCII.

use super::RegexError;
use super::reader::{Flags, Reader, Sign};

impl Reader<'_> {
    /// Reads the escape after a backslash, outside a class.
    pub(super) fn escape(&mut self, flags: Flags) -> Result<bool, RegexError> {
        match self.syntax(0) {
            Some('A') => self.out.push_str("\\A"),
            Some('z') => self.out.push_str("\\z"),
            Some('b' | 'B' | 'G' | 'Z') => return Err(RegexError::Part("a word or line boundary")),
            Some('R' | 'X') => return Err(RegexError::Part("`\\R` or `\\X`")),
            Some('1'..='9' | 'k') => return Err(RegexError::Part("a back reference")),
            _ => {
                match self.escaped()? {
                    Escaped::Char(c) => self.literal(c, flags),
                    Escaped::Class { members, negated } => {
                        let not = if negated { "^" } else { "" };
                        let members = if flags.fold { fold(members) } else { members.to_owned() };
                        self.out.push_str(&format!("[{not}{members}]"));
                    }
                }
                return Ok(true);
            }
        }
        self.at += 1;
        Ok(false)
    }

    /// `d`, `x41`, `.`, after a backslash.
    fn escaped(&mut self) -> Result<Escaped, RegexError> {
        let bad = RegexError::NotOne("a `\\` is not followed by a character that it can escape");
        let sign = self.next().ok_or(bad)?;
        let class = |members, negated| Ok(Escaped::Class { members, negated });
        let char = |c| Ok(Escaped::Char(c));
        match sign.c {
            'd' => class(DIGITS, false),
            'D' => class(DIGITS, true),
            'w' => class(WORD, false),
            'W' => class(WORD, true),
            's' => class(SPACE, false),
            'S' => class(SPACE, true),
            'h' => class(BLANK, false),
            'H' => class(BLANK, true),
            'v' => class(VERTICAL, false),
            'V' => class(VERTICAL, true),
            'p' => self.property(false),
            'P' => self.property(true),
            't' => char('\t'),
            'n' => char('\n'),
            'r' => char('\r'),
            'f' => char('\u{c}'),
            'a' => char('\u{7}'),
            'e' => char('\u{1b}'),
            'x' if self.eat('{') => self.braced(),
            'x' => self.hexadecimal(2),
            'u' => self.hexadecimal(4),
            '0' | 'c' | 'N' => Err(RegexError::Part("an octal, control or named escape")),
            c if c.is_ascii_alphanumeric() => Err(bad),
            c => char(c),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<Escaped, RegexError> {
        let bad = RegexError::NotOne("an escape has too few hexadecimal digits");
        let mut code = 0;
        for _ in 0..digits {
            let digit = self.syntax(0).and_then(|c| c.to_digit(16)).ok_or(bad)?;
            code = code * 16 + digit;
            self.at += 1;
        }
        char::from_u32(code).map(Escaped::Char).ok_or(RegexError::Part("half of a surrogate pair"))
    }

    fn braced(&mut self) -> Result<Escaped, RegexError> {
        let mut code: u32 = 0;
        while let Some(digit) = self.syntax(0).and_then(|c| c.to_digit(16)) {
            code = code.saturating_mul(16).saturating_add(digit);
            self.at += 1;
        }
        let c = char::from_u32(code).filter(|_| self.eat('}'));
        c.map(Escaped::Char).ok_or(RegexError::NotOne("an escape is not a character"))
    }

    /// `{Alpha}`: the ASCII classes; the others are Unicode's.
    fn property(&mut self, negated: bool) -> Result<Escaped, RegexError> {
        let unicode = RegexError::Part("a Unicode property");
        if !self.eat('{') {
            return Err(unicode);
        }
        let mut name = String::new();
        while let Some(c) = self.syntax(0).filter(char::is_ascii_alphanumeric) {
            name.push(c);
            self.at += 1;
        }
        let found = PROPERTIES.iter().find(|(known, _)| *known == name).filter(|_| self.eat('}'));
        found.map(|(_, members)| Escaped::Class { members, negated }).ok_or(unicode)
    }

    /// After a `[`.
    pub(super) fn class(&mut self, flags: Flags) -> Result<(), RegexError> {
        self.out.push('[');
        if self.eat('^') {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let sign = self.peek().ok_or(RegexError::NotOne("a `[` is not closed"))?;
            match (sign.quoted, sign.c) {
                (false, ']') if !first => break,
                (false, '[') => return Err(RegexError::Part("a class inside a class")),
                (false, '&') if self.syntax(1) == Some('&') => {
                    return Err(RegexError::Part("an intersection of classes"));
                }
                _ => self.member(flags)?,
            }
            first = false;
        }
        self.at += 1;
        self.out.push(']');
        Ok(())
    }

    /// `a`, `a-z`, `\d`
    fn member(&mut self, flags: Flags) -> Result<(), RegexError> {
        let low = match self.class_char()? {
            Escaped::Char(c) => c,
            Escaped::Class { members, negated } => {
                let members = if flags.fold { fold(members) } else { members.to_owned() };
                self.out.push_str(&if negated { format!("[^{members}]") } else { members });
                return Ok(());
            }
        };
        let ends = matches!(self.signs.get(self.at + 1), None | Some(Sign { c: ']' | '[', quoted: false }));
        let high = if self.syntax(0) == Some('-') && !ends {
            self.at += 1;
            match self.class_char()? {
                Escaped::Char(c) if c >= low => c,
                _ => return Err(RegexError::NotOne("a range of characters is reversed")),
            }
        } else {
            low
        };
        write_range(low, high, &mut self.out);
        if flags.fold {
            write_folded(low, high, &mut self.out);
        }
        Ok(())
    }

    fn class_char(&mut self) -> Result<Escaped, RegexError> {
        let sign = self.next().ok_or(RegexError::NotOne("a `[` is not closed"))?;
        match sign {
            Sign { c: '\\', quoted: false } => self.escaped(),
            sign => Ok(Escaped::Char(sign.c)),
        }
    }
}
enum Escaped {
    Char(char),
    Class { members: &'static str, negated: bool },
}

/// A literal character, outside a class.
pub(super) fn write_literal(c: char, out: &mut String) {
    match c {
        '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' | '\\' => out.extend(['\\', c]),
        ' '..='~' => out.push(c),
        c => write_char(c, out),
    }
}

/// A literal character, inside a class.
fn write_char(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric()) {
        out.push(c);
    } else {
        out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
    }
}

fn write_range(low: char, high: char, out: &mut String) {
    write_char(low, out);
    if high > low {
        out.push('-');
        write_char(high, out);
    }
}

/// The ASCII letters of a range, in the other case.
fn write_folded(low: char, high: char, out: &mut String) {
    for (first, last) in [('a', 'z'), ('A', 'Z')] {
        let (from, to) = (low.max(first), high.min(last));
        if from <= to {
            let other = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            write_range(other(from), other(to), out);
        }
    }
}

/// Of the named classes, only letters of one case change: they become both cases.
fn fold(members: &str) -> String {
    match members {
        LOWER | UPPER => format!("{LOWER}{UPPER}"),
        other => other.to_owned(),
    }
}

// Characters are written as `write_char` writes them, so that translating a translation changes
// nothing.

/// Java's `.`: everything except line ends.
pub(super) const NO_LINE_END: &str = "[^\\x{a}\\x{d}\\x{85}\\x{2028}\\x{2029}]";
/// The same after `(?s)`.
pub(super) const ANY: &str = "[\\x{0}-\\x{10ffff}]";
const DIGITS: &str = "0-9";
const WORD: &str = "a-zA-Z_0-9";
const SPACE: &str = "\\x{20}\\x{9}\\x{a}\\x{b}\\x{c}\\x{d}";
const BLANK: &str = "\\x{20}\\x{9}\\x{a0}\\x{1680}\\x{180e}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}";
const VERTICAL: &str = "\\x{a}\\x{b}\\x{c}\\x{d}\\x{85}\\x{2028}\\x{2029}";
const LOWER: &str = "a-z";
const UPPER: &str = "A-Z";

const PROPERTIES: [(&str, &str); 13] = [
    ("Lower", LOWER),
    ("Upper", UPPER),
    ("ASCII", "\\x{0}-\\x{7f}"),
    ("Alpha", "a-zA-Z"),
    ("Digit", DIGITS),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", "\\x{21}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{60}\\x{7b}-\\x{7e}"),
    ("Graph", "\\x{21}-\\x{7e}"),
    ("Print", "\\x{20}-\\x{7e}"),
    ("Blank", "\\x{20}\\x{9}"),
    ("Cntrl", "\\x{0}-\\x{1f}\\x{7f}"),
    ("XDigit", "0-9a-fA-F"),
    ("Space", SPACE),
];
