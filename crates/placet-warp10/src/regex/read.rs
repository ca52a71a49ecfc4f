//! Reads the grammar of Java's expressions: alternatives, counts, groups and flags. It writes the
//! translation as it reads.

use super::RegexError;
use super::classes::{ANY, NO_LINE_END, write_literal};
use super::reader::{Flags, Groups, Reader, Sign};
use crate::limits::{NESTING, TEXT_BYTES};

/// Java's expression in the Placet dialect. `dot_all` acts like a leading `(?s)`.
///
/// # Errors
/// It is invalid, or has a part that cannot be translated.
pub(super) fn translate(java: &str, dot_all: bool, groups: Groups) -> Result<String, RegexError> {
    if java.len() > TEXT_BYTES {
        return Err(RegexError::TooLarge);
    }
    let signs = unquoted(java);
    let flags = Flags { fold: false, dot_all };
    let mut reader = Reader { signs: &signs, at: 0, out: String::new(), groups };
    reader.alternatives(flags, 0)?;
    match reader.peek() {
        None => Ok(reader.out),
        Some(_) => Err(RegexError::NotOne("a `)` has no matching `(`")),
    }
}

/// Java removes the quotes before it reads anything else.
fn unquoted(java: &str) -> Vec<Sign> {
    let mut signs = Vec::with_capacity(java.len());
    let mut rest = java;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("\\Q") {
            let (inside, after) = behind.split_once("\\E").unwrap_or((behind, ""));
            signs.extend(inside.chars().map(|c| Sign { c, quoted: true }));
            rest = after;
            continue;
        }
        // A backslash and the character after it belong together: `\\Q` does not begin a quote.
        let length = if c == '\\' { 2 } else { 1 };
        let taken: usize = rest.chars().take(length).map(char::len_utf8).sum();
        signs.extend(rest[..taken].chars().map(|c| Sign { c, quoted: false }));
        rest = &rest[taken..];
    }
    signs
}

impl Reader<'_> {
    /// `a|b`, up to a `)` or the end.
    fn alternatives(&mut self, mut flags: Flags, depth: usize) -> Result<(), RegexError> {
        if depth > NESTING {
            return Err(RegexError::TooLarge);
        }
        while let Some(sign) = self.peek() {
            match sign.c {
                ')' if !sign.quoted => break,
                '|' if !sign.quoted => {
                    self.at += 1;
                    self.out.push('|');
                }
                _ => self.repeated(&mut flags, depth)?,
            }
        }
        Ok(())
    }

    /// One atom and its count.
    fn repeated(&mut self, flags: &mut Flags, depth: usize) -> Result<(), RegexError> {
        let repeatable = self.atom(flags, depth)?;
        let Some(c @ ('*' | '+' | '?' | '{')) = self.syntax(0) else { return Ok(()) };
        if !repeatable {
            return Err(RegexError::NotOne("a count has nothing before it"));
        }
        self.at += 1;
        if c == '{' {
            self.count()?;
        } else {
            self.out.push(c);
        }
        match self.syntax(0) {
            Some('+') => Err(RegexError::Part("a possessive count")),
            Some('?') => {
                self.at += 1;
                self.out.push('?');
                self.no_more_counts()
            }
            _ => self.no_more_counts(),
        }
    }

    fn no_more_counts(&self) -> Result<(), RegexError> {
        match self.syntax(0) {
            Some('*' | '+' | '?' | '{') => Err(RegexError::NotOne("a count follows another count")),
            _ => Ok(()),
        }
    }

    /// `2}`, `2,}`, `2,3}`
    fn count(&mut self) -> Result<(), RegexError> {
        let bad = RegexError::NotOne("a count is `{2}`, `{2,}` or `{2,3}`");
        self.out.push('{');
        let low = self.number().ok_or(bad)?;
        self.out.push_str(&low.to_string());
        if self.eat(',') {
            self.out.push(',');
            if let Some(high) = self.number() {
                if high < low {
                    return Err(bad);
                }
                self.out.push_str(&high.to_string());
            }
        }
        self.out.push('}');
        if self.eat('}') { Ok(()) } else { Err(bad) }
    }

    fn number(&mut self) -> Option<u32> {
        let mut number: Option<u32> = None;
        while let Some(digit) = self.syntax(0).and_then(|c| c.to_digit(10)) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            self.at += 1;
        }
        number
    }

    /// Whether it can be repeated.
    fn atom(&mut self, flags: &mut Flags, depth: usize) -> Result<bool, RegexError> {
        let Some(sign) = self.next() else { return Ok(false) };
        if sign.quoted {
            self.literal(sign.c, *flags);
            return Ok(true);
        }
        match sign.c {
            '.' => self.out.push_str(if flags.dot_all { ANY } else { NO_LINE_END }),
            '^' => {
                self.out.push_str("\\A");
                return Ok(false);
            }
            '$' => {
                self.out.push_str("\\z");
                return Ok(false);
            }
            '(' => return self.group(flags, depth),
            '[' => self.class(*flags)?,
            '*' | '+' | '?' => return Err(RegexError::NotOne("a count has nothing before it")),
            '{' => return Err(RegexError::NotOne("a `{` has nothing before it")),
            '\\' => return self.escape(*flags),
            c => self.literal(c, *flags),
        }
        Ok(true)
    }

    pub(super) fn literal(&mut self, c: char, flags: Flags) {
        if flags.fold && c.is_ascii_alphabetic() {
            self.out.push_str(&format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()));
        } else {
            write_literal(c, &mut self.out);
        }
    }

    /// `(a)`, `(?:a)`, `(?<name>a)`, `(?i)`, `(?i:a)`
    fn group(&mut self, flags: &mut Flags, depth: usize) -> Result<bool, RegexError> {
        let mut inner = *flags;
        let mut opened = if self.groups == Groups::Plain { "(?:".to_owned() } else { "(".to_owned() };
        if self.eat('?') {
            match (self.syntax(0), self.syntax(1)) {
                (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => return Err(RegexError::Part("a look-around")),
                (Some('>'), _) => return Err(RegexError::Part("an atomic group")),
                (Some('<'), _) => {
                    let name = self.name()?;
                    if self.groups == Groups::Numbered {
                        opened = format!("(?<{name}>");
                    }
                }
                _ => {
                    self.flags(&mut inner)?;
                    if self.eat(')') {
                        *flags = inner;
                        return Ok(false);
                    }
                    if !self.eat(':') {
                        return Err(RegexError::NotOne("a `(?` does not begin a group"));
                    }
                    "(?:".clone_into(&mut opened);
                }
            }
        }
        self.out.push_str(&opened);
        self.alternatives(inner, depth + 1)?;
        self.out.push(')');
        if self.eat(')') { Ok(true) } else { Err(RegexError::NotOne("a `(` is not closed")) }
    }

    fn name(&mut self) -> Result<String, RegexError> {
        self.at += 1;
        let start = self.at;
        while self.syntax(0).is_some_and(|c| c.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let name: String = self.signs[start..self.at].iter().map(|sign| sign.c).collect();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) && self.eat('>') {
            Ok(name)
        } else {
            Err(RegexError::NotOne("the name of a group is invalid"))
        }
    }

    /// `i`, `s-i`, up to a `)` or `:`.
    fn flags(&mut self, flags: &mut Flags) -> Result<(), RegexError> {
        let mut on = true;
        loop {
            match self.syntax(0) {
                Some('i') => flags.fold = on,
                Some('s') => flags.dot_all = on,
                Some('-') if on => on = false,
                Some('d' | 'm' | 'u' | 'x' | 'U') => return Err(RegexError::Part("a flag other than `i` and `s`")),
                _ => return Ok(()),
            }
            self.at += 1;
        }
    }
}
