//! Java regular expressions, as tokens and selectors hold them, in the words of our own dialect.
//!
//! What comes in is the text behind a `~`. What goes out says the same in a dialect where `.` would be any character and
//! classes would be of Unicode: so every class is written out, ASCII where Java means ASCII, and groups lose their names.
//! The whole value must match, so `$` is the end.
//!
//! What is refused, because it can not be said or would say more than it said in Java: look-arounds, back references,
//! possessive and atomic parts, borders of words, classes inside of classes, Unicode properties, and the flags but `i` and
//! `s`. An expression is carried as it is or not at all, never wider.

use std::fmt;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind, Repetition};

use crate::limits::{AUTOMATON_BUILD_BYTES, NESTING, TEXT_BYTES};
use crate::model::types::Scalar;

/// A regular expression that matches whole values.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    regex: Regex,
}

impl Expression {
    /// Reads Java's.
    ///
    /// # Errors
    /// It is not one, or it has a part that can not be carried.
    pub fn from_java(java: &str) -> Result<Self, NotCarried> {
        let text = translate(java, false)?;
        Self::build(text)
    }

    /// Reads Java's as a directory of series does, for which `.*` alone is everything.
    ///
    /// # Errors
    /// It is not one, or it has a part that can not be carried.
    pub fn of_directory(java: &str) -> Result<Self, NotCarried> {
        let text = translate(java, java == ".*")?;
        Self::build(text)
    }

    fn build(text: String) -> Result<Self, NotCarried> {
        let nesting = u32::try_from(2 * NESTING).unwrap_or(u32::MAX);
        let mut builder = RegexBuilder::new(&format!("\\A(?:{text})\\z"));
        builder.size_limit(AUTOMATON_BUILD_BYTES).dfa_size_limit(AUTOMATON_BUILD_BYTES).nest_limit(nesting);
        match builder.build() {
            Ok(regex) => Ok(Self { text, regex }),
            Err(regex::Error::CompiledTooBig(_)) => Err(NotCarried::TooLarge),
            Err(_) => Err(NotCarried::NotOne("it can not be read")),
        }
    }

    /// The same in our dialect.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches the whole value.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }
}

/// Why an expression is not carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCarried {
    /// `(`: no regular expression.
    NotOne(&'static str),
    /// `(?=a)`: it has a part that has no equal here.
    Part(&'static str),
    /// `(a{1000}){1000}`
    TooLarge,
}

impl fmt::Display for NotCarried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOne(why) => write!(f, "this is not a regular expression: {why}"),
            Self::Part(what) => write!(f, "the regular expression has {what}, which can not be carried"),
            Self::TooLarge => f.write_str("the regular expression is too large"),
        }
    }
}

impl std::error::Error for NotCarried {}

fn translate(java: &str, dot_all: bool) -> Result<String, NotCarried> {
    if java.len() > TEXT_BYTES {
        return Err(NotCarried::TooLarge);
    }
    let signs = unquoted(java);
    let flags = Flags { fold: false, dot_all };
    let mut reader = Reader { signs: &signs, at: 0, out: String::new() };
    reader.alternatives(flags, 0)?;
    match reader.peek() {
        None => Ok(reader.out),
        Some(_) => Err(NotCarried::NotOne("a `)` closes nothing")),
    }
}

/// An expression of our dialect in Java's words; `None` where neither it nor its plainer spelling says the same there.
#[must_use]
pub fn to_java(ours: &str) -> Option<String> {
    let meaning = meaning(ours)?;
    let any = ours.contains(ANY).then(|| format!("(?s){}", plainer(&ours.replace(ANY, "."))));
    let others = [plainer(ours), ours.to_owned(), format!("(?s){ours}")];
    let says_the_same = |java: &String| {
        let carried = translate(java, false).ok();
        carried.and_then(|carried| self::meaning(&carried)).is_some_and(|carried| carried == meaning)
    };
    any.into_iter().chain(others).find(says_the_same)
}

/// What an expression of our dialect means, without the groups it is written with.
fn meaning(ours: &str) -> Option<Hir> {
    crate::check::regex::parse(ours, Scalar::String).ok().map(without_groups)
}

fn without_groups(expression: Hir) -> Hir {
    let all = |parts: Vec<Hir>| parts.into_iter().map(without_groups).collect();
    match expression.into_kind() {
        HirKind::Capture(group) => without_groups(*group.sub),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(without_groups(*repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition })
        }
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
    }
}

/// What [`translate`] wrote, as people write it: a guess, which the caller proves.
fn plainer(ours: &str) -> String {
    let text = ours.replace(NO_LINE_END, ".").replace("(?:", "(").replace("\\A", "^").replace("\\z", "$");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("\\x{") {
        out.push_str(before);
        let Some((digits, after)) = behind.split_once('}') else { return text };
        match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
            Some(c) if c.is_ascii_graphic() && ".*+?()[]{}|^$\\&".contains(c) => out.extend(['\\', c]),
            Some(c) if c == ' ' || c.is_ascii_graphic() => out.push(c),
            _ => out.push_str(&format!("\\x{{{digits}}}")),
        }
        rest = after;
    }
    out + rest
}

/// A character, and whether it stood between `\Q` and `\E`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign {
    c: char,
    quoted: bool,
}

/// Java takes the quotes away before it reads anything else.
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
        // A backslash and what it stands before are one: `\\Q` begins no quote.
        let length = if c == '\\' { 2 } else { 1 };
        let taken: usize = rest.chars().take(length).map(char::len_utf8).sum();
        signs.extend(rest[..taken].chars().map(|c| Sign { c, quoted: false }));
        rest = &rest[taken..];
    }
    signs
}

#[derive(Clone, Copy, Debug)]
struct Flags {
    /// `(?i)`: ASCII letters in either case.
    fold: bool,
    /// `(?s)`: `.` is any character.
    dot_all: bool,
}

struct Reader<'s> {
    signs: &'s [Sign],
    at: usize,
    out: String,
}

impl Reader<'_> {
    fn peek(&self) -> Option<Sign> {
        self.signs.get(self.at).copied()
    }

    /// The next character, if it is syntax.
    fn syntax(&self, ahead: usize) -> Option<char> {
        self.signs.get(self.at + ahead).filter(|sign| !sign.quoted).map(|sign| sign.c)
    }

    fn next(&mut self) -> Option<Sign> {
        let sign = self.peek()?;
        self.at += 1;
        Some(sign)
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.syntax(0) == Some(c);
        self.at += usize::from(found);
        found
    }

    /// `a|b`, up to a `)` or the end.
    fn alternatives(&mut self, mut flags: Flags, depth: usize) -> Result<(), NotCarried> {
        if depth > NESTING {
            return Err(NotCarried::TooLarge);
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

    /// One atom and how often.
    fn repeated(&mut self, flags: &mut Flags, depth: usize) -> Result<(), NotCarried> {
        let repeatable = self.atom(flags, depth)?;
        let Some(c @ ('*' | '+' | '?' | '{')) = self.syntax(0) else { return Ok(()) };
        if !repeatable {
            return Err(NotCarried::NotOne("a count stands behind nothing"));
        }
        self.at += 1;
        if c == '{' {
            self.count()?;
        } else {
            self.out.push(c);
        }
        match self.syntax(0) {
            Some('+') => Err(NotCarried::Part("a possessive count")),
            Some('?') => {
                self.at += 1;
                self.out.push('?');
                self.no_more_counts()
            }
            _ => self.no_more_counts(),
        }
    }

    fn no_more_counts(&self) -> Result<(), NotCarried> {
        match self.syntax(0) {
            Some('*' | '+' | '?' | '{') => Err(NotCarried::NotOne("a count stands behind a count")),
            _ => Ok(()),
        }
    }

    /// `2}`, `2,}`, `2,3}`
    fn count(&mut self) -> Result<(), NotCarried> {
        let bad = NotCarried::NotOne("a count is `{2}`, `{2,}` or `{2,3}`");
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
    fn atom(&mut self, flags: &mut Flags, depth: usize) -> Result<bool, NotCarried> {
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
            '*' | '+' | '?' => return Err(NotCarried::NotOne("a count stands behind nothing")),
            '{' => return Err(NotCarried::NotOne("a `{` counts nothing")),
            '\\' => return self.escape(*flags),
            c => self.literal(c, *flags),
        }
        Ok(true)
    }

    fn literal(&mut self, c: char, flags: Flags) {
        if flags.fold && c.is_ascii_alphabetic() {
            self.out.push_str(&format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()));
        } else {
            write_char(c, &mut self.out);
        }
    }

    /// `(a)`, `(?:a)`, `(?<name>a)`, `(?i)`, `(?i:a)`
    fn group(&mut self, flags: &mut Flags, depth: usize) -> Result<bool, NotCarried> {
        let mut inner = *flags;
        if self.eat('?') {
            match (self.syntax(0), self.syntax(1)) {
                (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => return Err(NotCarried::Part("a look-around")),
                (Some('>'), _) => return Err(NotCarried::Part("an atomic group")),
                (Some('<'), _) => self.name()?,
                _ => {
                    self.flags(&mut inner)?;
                    if self.eat(')') {
                        *flags = inner;
                        return Ok(false);
                    }
                    if !self.eat(':') {
                        return Err(NotCarried::NotOne("a `(?` begins no group"));
                    }
                }
            }
        }
        self.out.push_str("(?:");
        self.alternatives(inner, depth + 1)?;
        self.out.push(')');
        if self.eat(')') { Ok(true) } else { Err(NotCarried::NotOne("a `(` is not closed")) }
    }

    fn name(&mut self) -> Result<(), NotCarried> {
        self.at += 1;
        let start = self.at;
        while self.syntax(0).is_some_and(|c| c.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let first = self.signs.get(start).is_some_and(|sign| sign.c.is_ascii_alphabetic());
        if self.at > start && first && self.eat('>') {
            Ok(())
        } else {
            Err(NotCarried::NotOne("a group has no good name"))
        }
    }

    /// `i`, `s-i`, up to a `)` or `:`.
    fn flags(&mut self, flags: &mut Flags) -> Result<(), NotCarried> {
        let mut on = true;
        loop {
            match self.syntax(0) {
                Some('i') => flags.fold = on,
                Some('s') => flags.dot_all = on,
                Some('-') if on => on = false,
                Some('d' | 'm' | 'u' | 'x' | 'U') => return Err(NotCarried::Part("a flag other than `i` and `s`")),
                _ => return Ok(()),
            }
            self.at += 1;
        }
    }

    /// What stands behind a backslash, outside of a class.
    fn escape(&mut self, flags: Flags) -> Result<bool, NotCarried> {
        match self.syntax(0) {
            Some('A') => self.out.push_str("\\A"),
            Some('z') => self.out.push_str("\\z"),
            Some('b' | 'B' | 'G' | 'Z') => return Err(NotCarried::Part("a border of words or lines")),
            Some('R' | 'X') => return Err(NotCarried::Part("`\\R` or `\\X`")),
            Some('1'..='9' | 'k') => return Err(NotCarried::Part("a back reference")),
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

    /// `d`, `x41`, `.`, behind a backslash.
    fn escaped(&mut self) -> Result<Escaped, NotCarried> {
        let bad = NotCarried::NotOne("a `\\` stands before nothing it can escape");
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
            '0' | 'c' | 'N' => Err(NotCarried::Part("an octal, control or named escape")),
            c if c.is_ascii_alphanumeric() => Err(bad),
            c => char(c),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<Escaped, NotCarried> {
        let bad = NotCarried::NotOne("an escape has too few hexadecimal digits");
        let mut code = 0;
        for _ in 0..digits {
            let digit = self.syntax(0).and_then(|c| c.to_digit(16)).ok_or(bad)?;
            code = code * 16 + digit;
            self.at += 1;
        }
        char::from_u32(code).map(Escaped::Char).ok_or(NotCarried::Part("half a character"))
    }

    fn braced(&mut self) -> Result<Escaped, NotCarried> {
        let mut code: u32 = 0;
        while let Some(digit) = self.syntax(0).and_then(|c| c.to_digit(16)) {
            code = code.saturating_mul(16).saturating_add(digit);
            self.at += 1;
        }
        let c = char::from_u32(code).filter(|_| self.eat('}'));
        c.map(Escaped::Char).ok_or(NotCarried::NotOne("an escape is no character"))
    }

    /// `{Alpha}`: the classes of ASCII; the others are Unicode's.
    fn property(&mut self, negated: bool) -> Result<Escaped, NotCarried> {
        let unicode = NotCarried::Part("a Unicode property");
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

    /// Behind a `[`.
    fn class(&mut self, flags: Flags) -> Result<(), NotCarried> {
        self.out.push('[');
        if self.eat('^') {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let sign = self.peek().ok_or(NotCarried::NotOne("a `[` is not closed"))?;
            match (sign.quoted, sign.c) {
                (false, ']') if !first => break,
                (false, '[') => return Err(NotCarried::Part("a class inside of a class")),
                (false, '&') if self.syntax(1) == Some('&') => {
                    return Err(NotCarried::Part("an intersection of classes"));
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
    fn member(&mut self, flags: Flags) -> Result<(), NotCarried> {
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
                _ => return Err(NotCarried::NotOne("a range of characters runs backwards")),
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

    fn class_char(&mut self) -> Result<Escaped, NotCarried> {
        let sign = self.next().ok_or(NotCarried::NotOne("a `[` is not closed"))?;
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

/// A character that is itself, in a class too.
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

/// Of the written classes only letters of one case change: both cases, then.
fn fold(members: &str) -> String {
    match members {
        LOWER | UPPER => format!("{LOWER}{UPPER}"),
        other => other.to_owned(),
    }
}

// Characters are written as `write_char` writes them, so that what was carried once is carried again as it is.

/// Java's `.`: everything but the ends of lines.
const NO_LINE_END: &str = "[^\\x{a}\\x{d}\\x{85}\\x{2028}\\x{2029}]";
/// The same behind `(?s)`.
const ANY: &str = "[\\x{0}-\\x{10ffff}]";
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

/// The text between `\Q` and `\E`, as Java's `Pattern.quote` writes it: an `\E` inside is taken apart.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("\\Q{}\\E", text.replace("\\E", "\\E\\\\E\\Q"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(java: &str, value: &str) -> bool {
        Expression::from_java(java).unwrap().matches(value)
    }

    #[test]
    fn the_whole_value_must_match() {
        assert!(matches("nor.*", "north"));
        assert!(!matches("nor", "north"));
        assert!(matches("^(a|b)$", "b"));
        assert!(matches("north|south", "south"));
        assert!(!matches("north|south", "northx"));
    }

    #[test]
    fn a_dot_is_no_line_end_and_classes_are_ascii() {
        assert!(!matches(".*", "a\nb"));
        assert!(matches("(?s).*", "a\nb"));
        assert!(!matches("\\d", "\u{665}"));
        assert!(!matches("\\w", "é"));
        assert!(matches("[\\d\\-x]+", "1-x"));
        assert!(matches("\\p{Upper}[^\\W_]", "Ab"));
    }

    #[test]
    fn letters_fold_in_ascii_only() {
        assert!(matches("(?i)k[l-n]", "KM"));
        assert!(!matches("(?i)k", "\u{212a}"));
        assert!(matches("a(?i)b(?-i)c", "aBc"));
        assert!(!matches("a(?i)b(?-i)c", "aBC"));
        assert!(matches("(?i:A)b", "ab"));
        assert!(!matches("(?i:A)b", "aB"));
    }

    #[test]
    fn quotes_are_literal_wherever_they_stand() {
        assert!(matches("^(\\Qa.b\\E|\\Qc\\E)$", "a.b"));
        assert!(!matches("^(\\Qa.b\\E|\\Qc\\E)$", "axb"));
        assert!(matches("\\Qa+", "a+"));
        assert!(matches("[\\Q]^-\\E]+", "]^-"));
        assert!(matches("\\Qab\\E*", "abbb"));
        assert_eq!(quote("a\\Eb"), "\\Qa\\E\\\\E\\Qb\\E");
        assert!(matches(&quote("a\\Eb{}[]$|"), "a\\Eb{}[]$|"));
    }

    #[test]
    fn what_has_no_equal_is_refused_and_never_widened() {
        for java in [
            "a*+",
            "a++",
            "a?+",
            "a{2}+",
            "(?=a)a",
            "(?!a)b",
            "(?<=a)b",
            "(?<!a)b",
            "(?>a)b",
            "(a)\\1",
            "\\bA",
            "a**",
            "[a[b]]",
            "[a&&b]",
            "[[:alpha:]]",
            "\\p{L}",
            "(?m)a",
            "(?x)a b",
            "\\Z",
            "(",
            ")",
            "*a",
            "a{,3}",
            "[b-a]",
            "\\y",
            "[",
            "\\",
            "(?<1>a)",
            "a{2}{3}",
            "\\uD83D",
            "(?ii",
            "x{999999999}{2}",
            "(?i)*",
            "^*",
        ] {
            assert!(Expression::from_java(java).is_err(), "{java}");
        }
        assert_eq!(Expression::from_java("((((a{99}){99}){99}){99})").unwrap_err(), NotCarried::TooLarge);
        assert_eq!(Expression::from_java(&"(".repeat(60)).unwrap_err(), NotCarried::TooLarge);
    }

    #[test]
    fn a_class_may_begin_with_a_bracket_and_end_with_a_dash() {
        assert!(matches("[]a]+", "]a"));
        assert!(matches("[a-]+", "a-"));
        assert!(matches("[a~b]+", "~"));
        assert!(Expression::from_java("[a--c]").is_err());
    }

    #[test]
    fn what_was_carried_goes_back_to_java_as_it_came() {
        for java in ["nor.*", "(A|B)[0-9]+", "^(north|south)$", "a\\.b-c", "x{2,3}", "[^a-z]*", "a b", "(?s)a.*"] {
            let carried = Expression::from_java(java).unwrap();
            let back = to_java(carried.as_str()).unwrap();
            assert_eq!(Expression::from_java(&back).unwrap().as_str(), carried.as_str(), "{java} became {back}");
            assert_eq!(back, java);
        }
        assert_eq!(to_java("eu-.*").as_deref(), Some("(?s)eu-.*"));
        assert_eq!(to_java("\\d"), None);
        assert_eq!(to_java("(?i)k"), None);
    }

    #[test]
    fn what_was_carried_once_is_carried_again_as_it_is() {
        for java in ["\\w+\\s\\h\\v", "[\\p{Punct}x]", "(?i)a[b-d]", "(?s).*.", "\\Qa.b\\E|c", "é\\x{1F600}"] {
            let once = Expression::from_java(java).unwrap();
            assert_eq!(Expression::from_java(once.as_str()).unwrap().as_str(), once.as_str(), "{java}");
        }
    }
}
