//! Habits from other languages, and what to write instead: the words of the
//! [table](crate::syntax::foreign), and signs. [`shapes`](super::shapes) has the habits that are
//! longer than a word.

use super::explain::{Scene, adjoin};
use super::grammar::Rule;
pub(super) use super::syntax;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::syntax::foreign::{Place, find};
use crate::syntax::lex::{Token, TokenKind};

impl Scene<'_> {
    /// The habit that the place shows, if it shows one.
    pub(super) fn habit(&self) -> Option<Diagnostic> {
        let found = self.found?;
        self.quote(found)
            .or_else(|| self.shape(found))
            .or_else(|| self.where_a_pattern_begins(found))
            .or_else(|| self.between_patterns(found))
            .or_else(|| self.range(found))
            .or_else(|| self.sign(found))
            .or_else(|| self.quantifier(found))
            .or_else(|| self.word_as_operator(found))
            .or_else(|| self.word_as_test(found))
            .or_else(|| self.word_as_rule(found))
            .or_else(|| self.word_as_member(found))
            .or_else(|| self.word_as_item(found))
    }

    /// `“a”`
    fn quote(&self, found: Token) -> Option<Diagnostic> {
        let word = self.word(Some(found));
        let is_quote = word.chars().all(is_foreign_quote) && !word.is_empty();
        is_quote.then(|| {
            let what = if word == "`" { "a backtick".to_owned() } else { format!("`{word}`") };
            let message = format!("{what} is not a quote of the language");
            syntax(found.span, message, "write straight double quotes: `\"…\"`")
        })
    }

    /// `action: *`, `path: /a/**`, `host: !"a"`, `host in ("a", "b")`
    fn where_a_pattern_begins(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::list) {
            return None;
        }
        match self.word(Some(found)) {
            "*" => {
                let help = "write `any` for every value; in a string, `*` is for `glob \"…\"` and for paths";
                Some(syntax(found.span, "`*` is not a pattern", help))
            }
            "/" => {
                let rest = self.text.get(found.span.start..).unwrap_or_default();
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}' | '"'));
                let path = rest.get(..end.unwrap_or(rest.len())).filter(|path| path.len() <= 64).unwrap_or("/…");
                let at = Span::new(found.span.start, found.span.start + end.unwrap_or(1).max(1));
                Some(syntax(at, "a path is written in double quotes", format!("write `\"{path}\"`")))
            }
            "!" => Some(syntax(found.span, "`!` turns a condition around, not a pattern", "write `not`")),
            "(" => {
                Some(syntax(found.span, "a pattern does not begin with `(`", "a list is written in brackets: `[…, …]`"))
            }
            _ => None,
        }
    }

    /// `path: "/a" | "/b"`, `path: "/a" or "/b"`
    fn between_patterns(&self, found: Token) -> Option<Diagnostic> {
        if !self.in_map() || self.expects(Rule::list) || self.expects(Rule::and_sign) {
            return None;
        }
        let joins = |word: &str| match word {
            "|" | "||" | "or" | "OR" => Some("write a list for one of several: `[…, …]`"),
            "&" | "&&" | "and" | "AND" => {
                Some("all entries of a map must match; for two patterns on one value, write a condition under `when`")
            }
            _ => None,
        };
        // A word was read as the next key.
        let place = if self.expects(Rule::colon) { self.before[0]? } else { found };
        let word = self.word(Some(place));
        joins(word).map(|help| syntax(place.span, format!("`{word}` does not join patterns"), help))
    }

    /// `1..=5`, `1...5`
    fn range(&self, found: Token) -> Option<Diagnostic> {
        let word = self.word(Some(found));
        if self.word(self.before[0]) != ".." || !matches!(word, "=" | ".") {
            return None;
        }
        let at = self.before[0]?.span.join(found.span);
        let (first, last) = (self.word(self.before[1]), self.word(self.after));
        let help = match last.parse::<i64>().ok().and_then(|last| last.checked_add(1)) {
            Some(end) if word == "=" => format!("a range ends before its second value: write `{first}..{end}`"),
            _ => "a range ends before its second value, and is written `1..6` for 1 to 5".to_owned(),
        };
        Some(syntax(at, format!("`..{word}` is not a range"), help))
    }

    /// `===`, `<>`, `=~`, `--`
    fn sign(&self, found: Token) -> Option<Diagnostic> {
        let (last, word, next) = (self.word(self.before[0]), self.word(Some(found)), self.word(self.after));
        let both = |before: Option<Token>, after: Option<Token>| Some(before?.span.join(after?.span));
        let adjoin_before = self.before[0].is_some_and(|before| adjoin(before, found));
        let adjoin_after = self.after.is_some_and(|after| adjoin(found, after));
        let instead = |at: Span, help: &str| {
            let written = at.of(self.text);
            Some(syntax(at, format!("`{written}` is not an operator"), help))
        };
        match (last, word, next) {
            ("==", "=", _) if adjoin_before => instead(both(self.before[0], self.found)?, "write `==`"),
            ("!=", "=", _) | ("<", ">", _) if adjoin_before => instead(both(self.before[0], self.found)?, "write `!=`"),
            (_, "=", "~") if adjoin_after => instead(both(self.found, self.after)?, "write `in ~\"…\"`"),
            (_, "-", "-") if adjoin_after && !self.expects(Rule::number) => {
                Some(syntax(both(self.found, self.after)?, "`--` does not begin a comment", "write `//`"))
            }
            _ => None,
        }
    }

    /// `every groups in …`: the first word was read as a value, the second as the key of a field.
    fn quantifier(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) || self.in_map() || self.word(Some(found)) != "in" {
            return None;
        }
        let (word, set) = (self.word(self.before[1]), self.word(self.before[0]));
        let own = match word.to_ascii_lowercase().as_str() {
            "every" | "each" | "forall" => "all",
            "some" | "exists" => "any",
            _ => return None,
        };
        let help = format!("write `{own} {set} in …`");
        Some(syntax(self.before[1]?.span, format!("`{word}` does not look at elements"), help))
    }

    /// `host like "a*"`, `allow { … } if …`: a word that was read as the key of a field, since
    /// nothing else fits.
    fn word_as_operator(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) || self.in_map() {
            return None;
        }
        let (word, at) = (self.word(self.before[0]), self.before[0]?.span);
        if self.word(self.before[1]) == "not" {
            return None;
        }
        let follows_map = self.word(self.before[1]) == "}";
        let place = if follows_map { Place::Clause } else { Place::Operator };
        if let Some(help) = self.is(word, found) {
            return Some(syntax(at, format!("`{word}` is not an operator"), help));
        }
        let row = find(place, word).or_else(|| find(Place::Clause, word).filter(|_| self.in_condition()))?;
        let message = match row.place {
            Place::Clause => format!("`{word}` does not begin a condition"),
            _ => format!("`{word}` is not an operator"),
        };
        Some(syntax(at, message, row.way_out(self.around(at.start, found))))
    }

    /// `a is null`, `a is not null`, `a is not "b"`, `a not in […]`
    fn is(&self, word: &str, found: Token) -> Option<String> {
        let (next, second) = (self.word(Some(found)), self.word(self.after));
        let value = self.value_before(self.before[0]?.span.start);
        match (word, next) {
            ("not", "in") => Some(format!("write `{value} in not …`")),
            ("is", "not") if is_null(second) => Some(format!("write `has {value}`")),
            ("is", "not") => Some(format!("write `{value} != {}`", self.value_after(self.after?).0)),
            ("is", _) if is_null(next) => Some(format!("write `!has {value}`")),
            _ => None,
        }
    }

    /// `exists views`: the first word was read as a value, the second as the key of a field.
    fn word_as_test(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) || self.in_map() || !self.in_condition() {
            return None;
        }
        let (word, value) = (self.word(self.before[1]), self.word(self.before[0]));
        if word == "if" && self.word(Some(found)) == "then" {
            let help = format!("a condition is true or false by itself: write `!{value} || …`");
            return Some(syntax(self.before[1]?.span, "`if` is not an operator", help));
        }
        let row = find(Place::Test, word)?;
        let message = format!("`{word}` is not an operator");
        Some(syntax(self.before[1]?.span, message, row.way_out(["…", value, "…"])))
    }

    /// `permit { … }`, `permit(…)`
    fn word_as_rule(&self, found: Token) -> Option<Diagnostic> {
        let word = self.word(self.before[0]);
        let is_body = matches!(found.kind, TokenKind::Open(b'{' | b'('));
        if !is_body || !self.expects(Rule::colon) || !self.in_block() {
            return None;
        }
        let row = find(Place::Rule, word)?;
        Some(syntax(self.before[0]?.span, format!("`{word}` does not begin a rule"), row.out))
    }

    /// `actions read, write`, `optional name: string`
    fn word_as_member(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) || !self.in_vocabulary() || found.kind != TokenKind::Word {
            return None;
        }
        let (word, at) = (self.word(self.before[0]), self.before[0]?.span);
        let row = find(Place::Member, word)?;
        let message = format!("`{word}` does not begin a member of a vocabulary");
        Some(syntax(at, message, row.way_out(["…", found.span.of(self.text), "…"])))
    }

    /// `import http`
    fn word_as_item(&self, found: Token) -> Option<Diagnostic> {
        if !self.expects(Rule::item) && !self.expects(Rule::use_word) {
            return None;
        }
        let word = self.word(Some(found));
        let row = find(Place::Item, word)?;
        Some(syntax(found.span, format!("`{word}` does not begin an item"), row.out))
    }
}

/// Quotes that a word processor or another language writes.
pub(super) const fn is_foreign_quote(character: char) -> bool {
    matches!(
        character,
        '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2039}' | '\u{203a}' | '\u{ff02}' | '\u{b4}' | '`'
    )
}

/// Words of other languages for no value.
pub(crate) fn is_null(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "null" | "nil" | "none" | "undefined")
}

/// A number in another notation, in plain digits: `1_000`, `0x1f`, `1e3`.
pub(super) fn in_plain_digits(digits: &str) -> Option<u64> {
    let lower = digits.to_ascii_lowercase();
    let only_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let radix = |prefix: &str, radix| u64::from_str_radix(&lower.strip_prefix(prefix)?.replace('_', ""), radix).ok();
    let power = || {
        let (number, exponent) = lower.split_once('e').filter(|(n, e)| only_digits(n) && only_digits(e))?;
        number.parse::<u64>().ok()?.checked_mul(10_u64.checked_pow(exponent.parse().ok()?)?)
    };
    let grouped = || Some(lower.replace('_', "")).filter(|digits| only_digits(digits))?.parse().ok();
    radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)).or_else(power).or_else(grouped)
}
