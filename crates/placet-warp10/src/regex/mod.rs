//! Java regular expressions, as tokens and selectors hold them, in the Placet dialect.
//!
//! The input is the text after a `~`. The output means the same in a dialect in which `.` would be
//! any character and classes would be Unicode's: so every class is written out, ASCII where Java
//! means ASCII, and groups lose their names. The whole value must match, so `$` is the end.
//!
//! Refused are parts that cannot be expressed, or would match more than in Java: look-arounds, back
//! references, possessive and atomic parts, word boundaries, classes inside classes, Unicode
//! properties, and all flags except `i` and `s`. An expression is translated exactly or not at all,
//! never wider.
//!
//! `shortcut` is the platform's search before it runs an expression. `read` reads Java's grammar
//! and `classes` its escapes and classes; `back` translates Placet expressions to Java's.

mod back;
mod classes;
mod read;
mod reader;
mod shortcut;

use std::fmt;

use ::regex::{Error, Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

pub use self::back::to_java;
use self::read::translate;
use self::reader::Groups;
pub use self::shortcut::Shortcut;
use crate::limits::{AUTOMATON_BUILD_BYTES, NESTING};

/// A regular expression that matches whole values.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    matcher: Matcher,
}

/// Most expressions in tokens are a text with `.*` at one end: those are compared directly, since
/// building the automaton of an expression costs ten times as much as opening its token.
#[derive(Clone, Debug)]
enum Matcher {
    Exactly(String),
    Begins(String),
    Ends(String),
    Regex(Regex),
}

impl Matcher {
    /// The cases that need no automaton.
    fn plain(java: &str) -> Option<Self> {
        let (text, plain): (&str, fn(String) -> Self) = match (java.strip_suffix(".*"), java.strip_prefix(".*")) {
            (Some(text), _) => (text, Self::Begins),
            (_, Some(text)) => (text, Self::Ends),
            _ => (java, Self::Exactly),
        };
        let is_itself = |c: char| c.is_ascii_alphanumeric() || "-_ /:@,=".contains(c);
        text.chars().all(is_itself).then(|| plain(text.to_owned()))
    }

    fn matches(&self, value: &str) -> bool {
        // Java's `.` does not match a line end.
        let is_one_line = |rest: &str| !rest.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        match self {
            Self::Exactly(text) => value == text,
            Self::Begins(text) => value.strip_prefix(text.as_str()).is_some_and(is_one_line),
            Self::Ends(text) => value.strip_suffix(text.as_str()).is_some_and(is_one_line),
            Self::Regex(regex) => regex.is_match(value),
        }
    }
}

impl Expression {
    /// Reads a Java expression.
    ///
    /// # Errors
    /// It is invalid, or has a part that cannot be translated.
    pub fn from_java(java: &str) -> Result<Self, RegexError> {
        let text = translate(java, false, Groups::Plain)?;
        match Matcher::plain(java) {
            Some(matcher) => Ok(Self { text, matcher }),
            None => Self::build(text),
        }
    }

    fn build(text: String) -> Result<Self, RegexError> {
        let regex = built(&format!("\\A(?:{text})\\z"), AUTOMATON_BUILD_BYTES)?;
        Ok(Self { text, matcher: Matcher::Regex(regex) })
    }

    /// The same in the Placet dialect.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a text, perhaps with `.*` at one end, that needs no automaton.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        !matches!(self.matcher, Matcher::Regex(_))
    }

    /// Whether it matches the whole value.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        self.matcher.matches(value)
    }
}

/// An expression to search for in a text, read but not built: the cost of building it is known
/// before.
pub(super) struct Searching {
    text: String,
    places: usize,
}

impl Searching {
    /// Reads a Java expression; its groups keep their numbers and names. `$` is only the end of the
    /// text. With `whole`, all of the text has to match.
    ///
    /// # Errors
    /// It is invalid, or has a part that cannot be translated.
    pub(super) fn from_java(java: &str, whole: bool) -> Result<Self, RegexError> {
        let text = translate(java, false, Groups::Numbered)?;
        // Groups that are wrapped around the whole have no number.
        let text = if whole { format!("^(?:{text})$") } else { text };
        let read = ParserBuilder::new().nest_limit(NEST_LIMIT).build().parse(&text);
        let places = places(&read.map_err(|_| RegexError::NotOne("it cannot be read"))?);
        Ok(Self { text, places })
    }

    /// The number of states of the automaton: building it takes time for each of them, and running
    /// it for each of them and each byte of a text.
    pub(super) const fn places(&self) -> usize {
        self.places
    }

    /// Builds the automaton.
    ///
    /// # Errors
    /// It takes more than `size_limit` bytes.
    pub(super) fn build(&self, size_limit: usize) -> Result<Regex, RegexError> {
        built(&self.text, size_limit)
    }
}

/// An upper bound on the number of states of the expression's automaton.
fn places(expression: &Hir) -> usize {
    let sum = |parts: &[Hir]| parts.iter().fold(2, |sum: usize, part| sum.saturating_add(places(part)));
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // A range of characters beyond ASCII has up to eight encodings, of up to four bytes each.
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().map(|range| if range.end().is_ascii() { 1 } else { 32 }).sum()
        }
        HirKind::Class(Class::Bytes(_)) => 1,
        HirKind::Capture(group) => places(&group.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => sum(parts),
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let times = usize::try_from(max.unwrap_or(min.saturating_add(1))).unwrap_or(usize::MAX);
            places(sub).saturating_add(2).saturating_mul(times.max(1))
        }
    }
}

/// How deeply groups nest, including lists of alternatives.
const NEST_LIMIT: u32 = 2 * NESTING as u32;

fn built(text: &str, size_limit: usize) -> Result<Regex, RegexError> {
    let mut builder = RegexBuilder::new(text);
    match builder.size_limit(size_limit).dfa_size_limit(size_limit).nest_limit(NEST_LIMIT).build() {
        Ok(regex) => Ok(regex),
        Err(Error::CompiledTooBig(_)) => Err(RegexError::TooLarge),
        Err(_) => Err(RegexError::NotOne("it cannot be read")),
    }
}

/// Why an expression cannot be translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegexError {
    /// `(`: not a regular expression.
    NotOne(&'static str),
    /// `(?=a)`: it has a part without an equivalent here.
    Part(&'static str),
    /// `(a{1000}){1000}`
    TooLarge,
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOne(why) => write!(f, "this is not a regular expression: {why}"),
            Self::Part(what) => write!(f, "the regular expression has {what}, which cannot be translated"),
            Self::TooLarge => f.write_str("the regular expression is too large"),
        }
    }
}

impl std::error::Error for RegexError {}

/// The text between `\Q` and `\E`, as Java's `Pattern.quote` writes it: an `\E` inside is split.
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
        assert_eq!(Expression::from_java("((((a{99}){99}){99}){99})").unwrap_err(), RegexError::TooLarge);
        assert_eq!(Expression::from_java(&"(".repeat(60)).unwrap_err(), RegexError::TooLarge);
    }

    #[test]
    fn a_class_may_begin_with_a_bracket_and_end_with_a_dash() {
        assert!(matches("[]a]+", "]a"));
        assert!(matches("[a-]+", "a-"));
        assert!(matches("[a~b]+", "~"));
        assert!(Expression::from_java("[a--c]").is_err());
    }

    #[test]
    fn what_was_carried_once_is_carried_again_as_it_is() {
        for java in ["\\w+\\s\\h\\v", "[\\p{Punct}x]", "(?i)a[b-d]", "(?s).*.", "\\Qa.b\\E|c", "é\\x{1F600}"] {
            let once = Expression::from_java(java).unwrap();
            assert_eq!(Expression::from_java(once.as_str()).unwrap().as_str(), once.as_str(), "{java}");
        }
    }

    #[test]
    fn what_needs_no_machine_matches_as_one_would() {
        let values =
            ["", "eu", "eu-1", "eu-\n1", "1-eu", "1\u{2028}-eu", "-eu", "EU-1", "eu-\u{85}", "a:b/c", "a:b/c\r"];
        let expressions =
            ["", "eu", "eu-.*", ".*-eu", ".*", "a:b/c", "a:b/.*", "eu.*", ".*.*", "e.*u", "(eu)", "eu.", ".*eu.*"];
        let mut plain = 0;
        for java in expressions {
            let machine = Expression::build(translate(java, false, Groups::Plain).unwrap()).unwrap();
            plain += usize::from(Matcher::plain(java).is_some());
            for value in values {
                let expression = Expression::from_java(java).unwrap();
                assert_eq!(expression.matches(value), machine.matches(value), "{java:?} {value:?}");
            }
        }
        assert_eq!(plain, 8);
    }
}
