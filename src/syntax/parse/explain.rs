//! Turns the place where the grammar stopped into a message for the author of the text: what was
//! expected and after what, what was found instead, and the way out.

use super::foreign::syntax;
use super::grammar::{GrammarError, Rule};
use super::phrases::{CONDITION, phrases};
use super::surroundings::{Bracket, Surroundings, value_after};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::Effect;
use crate::syntax::lex::{Lexer, Token, TokenKind};
use crate::visible::EXCERPT;

/// Says why the text from `start` on is not what was expected.
pub(super) fn explain(text: &str, start: usize, stop: &GrammarError) -> Diagnostic {
    let Some(scene) = Scene::of(text, start, stop) else {
        let message = "the text takes too much work to read";
        return Diagnostic::new(Code::TooLarge, Span::new(start, start), message).help("split it into smaller items");
    };
    scene.habit().or_else(|| scene.typo()).unwrap_or_else(|| scene.expectation())
}

/// The word that is most like one, if any is.
pub fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // The work grows with the word's length, and a word this long is not a typo.
    if word.len() > EXCERPT {
        return None;
    }
    let lower = word.to_lowercase();
    let scored = words.into_iter().map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known));
    let (distance, known) = scored.min_by_key(|&(distance, _)| distance)?;
    (distance <= 1.max(known.len() / 3)).then_some(known)
}

/// The tokens around the place.
pub(super) struct Scene<'t> {
    pub(super) text: &'t str,
    expected: &'t [Rule],
    /// The token at the place; none at the end of the text.
    pub(super) found: Option<Token>,
    /// The five tokens before, the nearest one first.
    pub(super) before: [Option<Token>; 5],
    /// The token after `found`.
    pub(super) after: Option<Token>,
    /// Where the item begins.
    start: usize,
    around: Surroundings,
}

/// Whether two tokens are adjacent.
pub(super) const fn adjoin(first: Token, second: Token) -> bool {
    first.span.end == second.span.start
}

impl<'t> Scene<'t> {
    fn of(text: &'t str, start: usize, stop: &'t GrammarError) -> Option<Self> {
        if stop.expected.is_empty() {
            return None;
        }
        let at = start + stop.at;
        let mut before = [None; 5];
        let mut found = None;
        let mut after = None;
        for token in Lexer::new(text, start).filter(|token| token.kind != TokenKind::Comment) {
            if token.span.start >= at || token.span.end > at {
                if found.is_some() {
                    after = Some(token);
                    break;
                }
                found = Some(token);
            } else {
                before.rotate_right(1);
                before[0] = Some(token);
            }
        }
        let around = Surroundings::at(text, start, at);
        Some(Self { text, expected: &stop.expected, found, before, after, start, around })
    }

    /// Whether a map, a list or a vocabulary is open here, not only a block.
    pub(super) const fn in_map(&self) -> bool {
        matches!(self.around.bracket, Bracket::Map | Bracket::List | Bracket::Vocabulary)
    }

    pub(super) fn in_block(&self) -> bool {
        self.around.bracket == Bracket::Block
    }

    pub(super) fn in_vocabulary(&self) -> bool {
        self.around.bracket == Bracket::Vocabulary
    }

    /// Whether a condition may go on here.
    pub(super) const fn in_condition(&self) -> bool {
        self.around.in_condition
    }

    /// The value before a byte.
    pub(super) fn value_before(&self, end: usize) -> &'t str {
        Surroundings::at(self.text, self.start, end).value_before(self.text, end)
    }

    /// The value that begins with a token, and where it ends.
    pub(super) fn value_after(&self, token: Token) -> (&'t str, usize) {
        value_after(self.text, token)
    }

    /// The token after another one.
    pub(super) fn next_after(&self, token: Token) -> Option<Token> {
        Lexer::new(self.text, token.span.end).find(|token| token.kind != TokenKind::Comment)
    }

    /// The values around an operator that begins at `start`: the one before it, the one that begins
    /// with `found`, and the one after that.
    pub(super) fn around(&self, start: usize, found: Token) -> [&'t str; 3] {
        let (second, end) = self.value_after(found);
        let joins = |token: &Token| matches!(token.span.of(self.text), "and" | "AND" | "to" | "," | ".." | "&&");
        let third = Lexer::new(self.text, end).find(|token| !joins(token));
        [self.value_before(start), second, third.map_or("…", |token| self.value_after(token).0)]
    }

    pub(super) fn word(&self, token: Option<Token>) -> &'t str {
        token.map_or("", |token| token.span.of(self.text))
    }

    pub(super) fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    fn place(&self) -> Span {
        match (self.found, self.before[0]) {
            (Some(found), _) => found.span,
            (None, Some(last)) => last.span,
            (None, None) => Span::new(self.text.len(), self.text.len()),
        }
    }

    /// The message that names the expected tokens and the one before them.
    fn expectation(&self) -> Diagnostic {
        let wanted = phrases(self.expected);
        let list = match wanted.as_slice() {
            [] => "something else".to_owned(),
            [one] => one.clone(),
            [most @ .., last] => format!("{} or {last}", most.join(", ")),
        };
        let message = match self.before[0] {
            Some(before) => format!("expected {list} after `{}`", short(before.span.of(self.text))),
            None => format!("expected {list}"),
        };
        let label = match self.found {
            Some(found) => format!("found `{}`", short(found.span.of(self.text))),
            None => "the text ends here".to_owned(),
        };
        let error = Diagnostic::new(Code::Syntax, self.place(), message).label(label);
        match self.help() {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn help(&self) -> Option<String> {
        let before = self.word(self.before[0]);
        let found = self.word(self.found);
        if self.expects(Rule::colon) && !CONDITION.iter().any(|rule| self.expects(*rule)) {
            if found == "{" {
                return Some(match nearest(before, Effect::ALL.map(Effect::word)) {
                    Some(word) => format!("did you mean `{word} {{`?"),
                    None => format!(
                        "a rule begins with `allow`, `deny` or `only`, a promise with `never` or `always`; a field is \
                         written `{before}: …`"
                    ),
                });
            }
            return Some(match found {
                "=" => "a key and its value are joined by `:`".to_owned(),
                _ if self.expects(Rule::word) => "an attribute is written `name: type`".to_owned(),
                "(" => "a function is called in a condition, after `when` or `unless`".to_owned(),
                _ if self.in_condition() && self.is_on_line_of_value() => {
                    "join two conditions with `&&` or `||`; write the next rule or field on a line of its own"
                        .to_owned()
                }
                _ => format!("write `{before}: …`"),
            });
        }
        if before == "use" && found.starts_with('"') {
            let name = found.trim_matches('"').trim_end_matches(".placet");
            return Some(format!(
                "a vocabulary is named without quotes, as its file declares it: `use {}`",
                short(name.rsplit('/').next().unwrap_or(name))
            ));
        }
        if self.expects(Rule::item) || self.expects(Rule::use_word) {
            return Some(match nearest(found, ITEM_WORDS) {
                None if found == "{" => {
                    "a policy in JSON is read from a file whose name ends in `.json`; `placet fmt --to \
                                         text FILE` makes text of it"
                        .to_owned()
                }
                Some(word) => format!("did you mean `{word}`?"),
                None => format!("an item begins with {}", ticked(&ITEM_WORDS)),
            });
        }
        if self.expects(Rule::open_brace) && found == ":" {
            return Some(format!("write `{before} {{ … }}`, without a colon"));
        }
        if self.expects(Rule::equals) {
            return Some(format!("write `{} {before} = …`", self.word(self.before[1])));
        }
        if self.expects(Rule::case_entry) || self.expects(Rule::section_word) {
            return Some(format!("a case begins with {}", ticked(&CASE_WORDS)));
        }
        (before == "nocase").then(|| "`nocase` comes before a text, `prefix` or `suffix`".to_owned())
    }

    /// Whether the last token and the one before it are on one line.
    fn is_on_line_of_value(&self) -> bool {
        let between = |(last, second): (Token, Token)| self.text.get(second.span.end..last.span.start);
        self.before[0].zip(self.before[1]).and_then(between).is_some_and(|between| !between.contains('\n'))
    }

    /// Mistakes that people make, each with its own way out.
    fn typo(&self) -> Option<Diagnostic> {
        self.lost_doc().or_else(|| self.read_as_key()).or_else(|| self.foreign_sign())
    }

    fn lost_doc(&self) -> Option<Diagnostic> {
        let is_doc = |token: Option<Token>| token.filter(|token| token.kind == TokenKind::Doc);
        let (doc, label) = match (is_doc(self.found), is_doc(self.before[0])) {
            (Some(doc), _) => (doc, "only items and members of a vocabulary have one"),
            (None, Some(doc)) if self.found.is_none() => (doc, "no item follows"),
            _ => return None,
        };
        let error = Diagnostic::new(Code::LostDoc, doc.span, "a doc comment documents nothing here");
        Some(error.label(label).help("write `//`, or put it above an item"))
    }

    /// If a colon is expected, the word before it was read as a key, since nothing else fits.
    fn read_as_key(&self) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) {
            return None;
        }
        let found = self.word(self.found);
        let [last, second, third, ..] = self.before.map(|token| self.word(token));
        let [at_last, at_second, ..] = self.before.map(|token| token.map(|token| token.span));
        if let Some(sign) = operator(last) {
            return Some(syntax(at_last?, format!("`{last}` is not an operator"), format!("write `{sign}`")));
        }
        if let Some(sign) = operator(second) {
            return Some(syntax(at_second?, format!("`{second}` is not an operator"), format!("write `{sign}`")));
        }
        let is_count = !second.is_empty() && second.bytes().all(|byte| byte.is_ascii_digit());
        match second {
            "not" => {
                let help = if last == "has" { format!("write `!has {found}`") } else { format!("write `!{last}`") };
                Some(syntax(at_second?, "`not` turns a pattern around, not a condition", help))
            }
            "is" => Some(syntax(at_second?, "`is` is not an operator", format!("write `{third} == {last}`"))),
            _ if is_count => {
                let (unit, at) = (unit(last)?, Span::new(at_second?.start, at_last?.end));
                Some(syntax(at, format!("`{second} {last}` is not a duration"), format!("write `{second}{unit}`")))
            }
            _ => None,
        }
    }

    /// A sign that means something in other languages.
    fn foreign_sign(&self) -> Option<Diagnostic> {
        let at = self.found?.span;
        let found = self.word(self.found);
        Some(match found {
            "'" => syntax(at, "a string is written in double quotes", "write `\"…\"`"),
            ";" => syntax(at, "`;` does not end anything here", "remove it; entries are separated by commas or lines"),
            "#" => syntax(at, "`#` does not begin a comment", "write `//`"),
            "/" if self.word(self.after) == "*" => {
                syntax(at, "`/*` does not begin a comment", "write `//` before each line")
            }
            "=" if self.expects(Rule::and_sign) => syntax(at, "`=` does not compare", "write `==`"),
            "&" | "|" if self.expects(Rule::and_sign) => {
                syntax(at, format!("`{found}` is not an operator"), format!("write `{found}{found}`"))
            }
            "." if self.before[0].is_some_and(|token| token.kind == TokenKind::Number) => {
                syntax(at, "numbers are whole", "write a smaller unit, such as `1500ms` for `1.5s`")
            }
            "," if self.word(self.before[0]) == "," => syntax(at, "two commas in a row", "remove one of them"),
            "*" | "/" | "%" if self.expects(Rule::plus) => syntax(
                at,
                format!("`{found}` is not an operator"),
                "conditions add and subtract, and do nothing else with numbers",
            ),
            _ => return None,
        })
    }
}

fn ticked(words: &[&str]) -> String {
    let ticked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match ticked.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => ticked.join(""),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= 32 { text.to_owned() } else { text.chars().take(31).chain(['…']).collect() }
}

/// The sign for a word of other languages.
fn operator(word: &str) -> Option<&'static str> {
    match word {
        "and" | "AND" => Some("&&"),
        "or" | "OR" => Some("||"),
        _ => None,
    }
}

fn unit(word: &str) -> Option<&'static str> {
    let known =
        [("week", "w"), ("day", "d"), ("hour", "h"), ("minute", "m"), ("min", "m"), ("second", "s"), ("sec", "s")];
    let units = ["w", "d", "h", "m", "s", "ms"];
    let singular = word.strip_suffix('s').unwrap_or(word);
    known
        .into_iter()
        .find(|(name, _)| *name == singular)
        .map(|(_, unit)| unit)
        .or_else(|| units.into_iter().find(|unit| *unit == word))
}

/// Words that begin an item.
pub(super) const ITEM_WORDS: [&str; 8] =
    ["use", "let", "role", "table", "vocabulary", "token", "policy", "restriction"];

/// Words that begin an entry of a case file.
pub(super) const CASE_WORDS: [&str; 10] =
    ["token", "policy", "restrict", "proved", "approved", "at", "allow", "not_permitted", "forbidden", "refused"];
