//! The platform's shortcut: the text for which a directory of series searches before it runs an
//! expression.
//!
//! `find` and `fetch` take the longest run of letters and digits out of the text of an expression,
//! and a value that does not contain it is not evaluated any further. So `r11?` does not find `r1`
//! there, and `.*` finds values with a line end too. If the run follows from the expression, which
//! is nearly always so, the shortcut changes nothing.

use regex_syntax::hir::{Hir, HirKind};

use placet::model::types::Scalar;

/// The search before an expression runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// `.*`: everything is found, and no expression runs.
    All,
    /// The value must contain this text, which may be empty.
    Holds(String),
}

impl Shortcut {
    /// The shortcut of Java's expression.
    #[must_use]
    pub fn of(java: &str) -> Self {
        if Self::is_all(java) {
            return Self::All;
        }
        let plain =
            [('(', ')'), ('[', ']'), ('{', '}')].iter().fold(java.to_owned(), |text, pair| without(&text, *pair));
        if plain.contains('|') {
            return Self::Holds(String::new());
        }
        // A backslash hides the rest of its line.
        let lines = plain.split_inclusive(LINE_ENDS).map(|line| line.split('\\').next().unwrap_or_default());
        let runs: Vec<&str> = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric())).collect();
        Self::Holds(
            runs.into_iter().fold("", |longest, run| if run.len() > longest.len() { run } else { longest }).to_owned(),
        )
    }

    /// Whether everything is found.
    #[must_use]
    pub fn is_all(java: &str) -> bool {
        matches!(java, ".*" | "^.*" | "^.*$")
    }

    /// Whether the value may still be found.
    #[must_use]
    pub fn lets_through(&self, value: &str) -> bool {
        match self {
            Self::All => true,
            Self::Holds(text) => value.contains(text.as_str()),
        }
    }

    /// The text that values must contain although the expression, in the Placet dialect, does not
    /// require it.
    #[must_use]
    pub fn beyond(&self, ours: &str) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Holds(text) if text.is_empty() => None,
            Self::Holds(text) => {
                let expression = placet::check::regex::parse(ours, Scalar::String).ok();
                let follows = expression.is_some_and(|expression| holds(&expression, text.as_bytes()));
                (!follows).then_some(text)
            }
        }
    }
}

/// Line ends in Java, at which a `.` stops.
const LINE_ENDS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Removes the text between an opening bracket and the last closing one of its line; a blank
/// remains.
fn without(text: &str, (open, close): (char, char)) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        let line = after.split(LINE_ENDS).next().unwrap_or_default();
        out.push_str(before);
        match line.rfind(close) {
            Some(end) => {
                out.push(' ');
                rest = after.get(end + close.len_utf8()..).unwrap_or_default();
            }
            None => {
                out.push(open);
                rest = after;
            }
        }
    }
    out + rest
}

/// Whether everything that an expression matches contains the text, as far as its literals show it.
/// A `false` may be wrong.
fn holds(expression: &Hir, text: &[u8]) -> bool {
    let mut run = Vec::new();
    walk(expression, text, &mut run) || contains(&run, text)
}

/// Visits consecutive parts; `run` is the text right before.
fn walk(expression: &Hir, text: &[u8], run: &mut Vec<u8>) -> bool {
    match expression.kind() {
        HirKind::Literal(literal) => {
            run.extend_from_slice(&literal.0);
            contains(run, text)
        }
        HirKind::Concat(parts) => parts.iter().any(|part| walk(part, text, run)),
        HirKind::Capture(group) => walk(&group.sub, text, run),
        HirKind::Empty | HirKind::Look(_) => false,
        // The first repetition follows the text before, and the last one precedes the text after.
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            let held = walk(&repetition.sub, text, run);
            run.clear();
            run.extend_from_slice(literal(&repetition.sub));
            held
        }
        HirKind::Alternation(parts) => {
            run.clear();
            parts.iter().all(|part| holds(part, text))
        }
        HirKind::Repetition(_) | HirKind::Class(_) => {
            run.clear();
            false
        }
    }
}

/// The text that an expression matches, or nothing if it is more than a text.
fn literal(expression: &Hir) -> &[u8] {
    match expression.kind() {
        HirKind::Literal(literal) => &literal.0,
        HirKind::Capture(group) => literal(&group.sub),
        _ => &[],
    }
}

fn contains(run: &[u8], text: &[u8]) -> bool {
    run.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::super::Expression;
    use super::*;

    #[test]
    fn the_longest_run_outside_of_brackets_is_looked_for() {
        let cases = [
            ("r11?", "r11"),
            ("colou?r", "colou"),
            ("(?i)R1", "R1"),
            ("(a)bc(d)", ""),
            ("ab[c]de\\d+xyz", "ab"),
            ("a|b", ""),
            ("x(y|z)*w", "x"),
            ("a(b", "a"),
            ("\\Qa.b\\E", ""),
            ("^(\\Qa\\E|\\Qb\\E)$", ""),
            ("a(\nlong)b", "long"),
        ];
        for (java, run) in cases {
            assert_eq!(Shortcut::of(java), Shortcut::Holds(run.to_owned()), "{java:?}");
        }
        assert!([".*", "^.*", "^.*$"].iter().all(|java| Shortcut::of(java) == Shortcut::All));
    }

    #[test]
    fn only_a_run_that_does_not_follow_goes_beyond_the_expression() {
        let beyond = |java: &str| {
            let ours = Expression::from_java(java).unwrap();
            Shortcut::of(java).beyond(ours.as_str()).map(str::to_owned)
        };
        for java in ["r11?", "r1z*", "(?i)R1", "r1{0,1}", "colou?r", "[r]1y?", "(a|b)c?d*"] {
            assert!(beyond(java).is_some(), "{java}");
        }
        for java in [
            "nor.*",
            "(A|B)[0-9]+",
            "^(north|south)$",
            "eu-[0-9]+west",
            "(x)yz+",
            "xy+z",
            "a(b+)cd",
            "a\\.bc",
            "(?s)temp.*",
        ] {
            assert_eq!(beyond(java), None, "{java}");
        }
    }
}
