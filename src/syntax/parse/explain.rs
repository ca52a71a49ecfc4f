//! Turns the place where the grammar stopped into a message for the person who wrote the text: what was expected, behind
//! what, what is there instead, and the way out.

use super::foreign::{in_map, syntax};
use super::grammar::{Rule, Stop};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::Effect;
use crate::syntax::lex::{Lexer, Token, TokenKind};
use crate::visible::EXCERPT;

/// Says why the text from `start` on is not what was expected.
pub(super) fn explain(text: &str, start: usize, stop: &Stop) -> Diagnostic {
    let Some(scene) = Scene::of(text, start, stop) else {
        let message = "the text takes too much work to read";
        return Diagnostic::new(Code::TooLarge, Span::new(start, start), message).help("split it into smaller items");
    };
    scene.habit().or_else(|| scene.typo()).unwrap_or_else(|| scene.expectation())
}

/// The word that is most like one, if any is.
pub fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // The work grows with the word's length, and nobody mistypes so long a one.
    if word.len() > EXCERPT {
        return None;
    }
    let lower = word.to_lowercase();
    let scored = words.into_iter().map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known));
    let (distance, known) = scored.min_by_key(|&(distance, _)| distance)?;
    (distance <= 1.max(known.len() / 3)).then_some(known)
}

/// What surrounds the place.
pub(super) struct Scene<'t> {
    pub(super) text: &'t str,
    expected: &'t [Rule],
    /// What stands there; nothing at the end of the text.
    pub(super) found: Option<Token>,
    /// The three tokens before, the nearest one first.
    pub(super) before: [Option<Token>; 3],
    /// The token behind `found`.
    pub(super) after: Option<Token>,
    /// Whether a map or a list is open here, and not only a block.
    pub(super) in_map: bool,
}

/// Whether nothing is between two tokens.
pub(super) const fn adjoin(first: Token, second: Token) -> bool {
    first.span.end == second.span.start
}

impl<'t> Scene<'t> {
    fn of(text: &'t str, start: usize, stop: &'t Stop) -> Option<Self> {
        if stop.expected.is_empty() {
            return None;
        }
        let at = start + stop.at;
        let mut before = [None; 3];
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
                before = [Some(token), before[0], before[1]];
            }
        }
        Some(Self { text, expected: &stop.expected, found, before, after, in_map: in_map(text, start, at) })
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

    /// What was expected, and behind what.
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
                _ => format!("write `{before}: …`"),
            });
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
        None
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

    /// Where a colon is expected, what comes before it was read as a key, since nothing else fits.
    fn read_as_key(&self) -> Option<Diagnostic> {
        if !self.expects(Rule::colon) {
            return None;
        }
        let found = self.word(self.found);
        let [last, second, third] = self.before.map(|token| self.word(token));
        let [at_last, at_second, _] = self.before.map(|token| token.map(|token| token.span));
        if let Some(sign) = operator(last) {
            return Some(syntax(at_last?, format!("`{last}` is no operator"), format!("write `{sign}`")));
        }
        if let Some(sign) = operator(second) {
            return Some(syntax(at_second?, format!("`{second}` is no operator"), format!("write `{sign}`")));
        }
        let is_count = !second.is_empty() && second.bytes().all(|byte| byte.is_ascii_digit());
        match second {
            "not" => {
                let help = if last == "has" { format!("write `!has {found}`") } else { format!("write `!{last}`") };
                Some(syntax(at_second?, "`not` turns a pattern around, not a condition", help))
            }
            "is" => Some(syntax(at_second?, "`is` is no operator", format!("write `{third} == {last}`"))),
            _ if is_count => {
                let (unit, at) = (unit(last)?, Span::new(at_second?.start, at_last?.end));
                Some(syntax(at, format!("`{second} {last}` is no duration"), format!("write `{second}{unit}`")))
            }
            _ => None,
        }
    }

    /// A sign that means something in other languages.
    fn foreign_sign(&self) -> Option<Diagnostic> {
        let at = self.found?.span;
        let found = self.word(self.found);
        Some(match found {
            "'" => syntax(at, "a string stands in double quotes", "write `\"…\"`"),
            ";" => syntax(at, "`;` ends nothing", "remove it; entries stand on lines of their own or behind commas"),
            "#" => syntax(at, "`#` begins no comment", "write `//`"),
            "/" if self.word(self.after) == "*" => syntax(at, "`/*` begins no comment", "write `//` before each line"),
            "=" if self.expects(Rule::and_sign) => syntax(at, "`=` compares nothing", "write `==`"),
            "&" | "|" if self.expects(Rule::and_sign) => {
                syntax(at, format!("`{found}` is no operator"), format!("write `{found}{found}`"))
            }
            "." if self.before[0].is_some_and(|token| token.kind == TokenKind::Number) => {
                syntax(at, "numbers are whole", "write a smaller unit, such as `1500ms` for `1.5s`")
            }
            "," if self.word(self.before[0]) == "," => syntax(at, "two commas in a row", "remove one of them"),
            "*" | "/" | "%" if self.expects(Rule::plus) => syntax(
                at,
                format!("`{found}` is no operator"),
                "conditions add and subtract, and do nothing else with numbers",
            ),
            _ => return None,
        })
    }
}

/// What was expected, in words: each once, in the order of [`PHRASES`].
fn phrases(expected: &[Rule]) -> Vec<String> {
    let has = |rule| expected.contains(&rule);
    let is_pattern = has(Rule::list) && has(Rule::string);
    let is_item = has(Rule::item) || has(Rule::use_word);
    let is_case = has(Rule::case_entry) || has(Rule::section_word);
    let is_operator = has(Rule::and_sign) || has(Rule::or_sign);
    if is_item {
        return vec!["an item".to_owned()];
    }
    if is_case {
        return vec!["a case".to_owned()];
    }
    let mut wanted: Vec<String> = Vec::new();
    let mut add = |phrase: &str| {
        if !wanted.iter().any(|known| known == phrase) {
            wanted.push(phrase.to_owned());
        }
    };
    for (rule, phrase) in PHRASES {
        if !has(*rule) {
            continue;
        }
        match rule {
            // A `when` may also be the key of a field; behind a rule it is not.
            Rule::colon if is_pattern || CONDITION.iter().any(|rule| has(*rule)) => {}
            Rule::string if is_pattern => add("a pattern"),
            Rule::string if has(Rule::number) => add("a value"),
            Rule::word if has(Rule::group) => {}
            Rule::word if has(Rule::effect) => add("a field"),
            Rule::word if has(Rule::string) => add("a key"),
            Rule::word if has(Rule::action_word) => add("an attribute"),
            Rule::string if has(Rule::word) && has(Rule::colon) => {}
            _ if is_pattern && PATTERN.contains(rule) => {}
            _ if has(Rule::number) && has(Rule::string) && OPERAND.contains(rule) => {}
            _ if is_operator && OPERATORS.contains(rule) => add("an operator"),
            _ => add(phrase),
        }
    }
    // Where much may follow, the closer and the most common things say enough.
    wanted.truncate(5);
    wanted
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

/// The sign that other languages' words stand for.
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

/// What begins an item.
pub(super) const ITEM_WORDS: [&str; 7] = ["use", "let", "role", "vocabulary", "token", "policy", "restriction"];

/// What begins an entry of a case file.
pub(super) const CASE_WORDS: [&str; 8] =
    ["token", "policy", "restrict", "at", "allow", "not_permitted", "forbidden", "refused"];

const PATTERN: &[Rule] = &[
    Rule::list,
    Rule::map,
    Rule::negation,
    Rule::not_word,
    Rule::affix,
    Rule::affix_word,
    Rule::glob,
    Rule::glob_word,
    Rule::regex,
    Rule::comparison,
    Rule::comparison_sign,
    Rule::time,
    Rule::number,
    Rule::bytes,
    Rule::plain_word,
];

const OPERAND: &[Rule] = &[Rule::time, Rule::number, Rule::bytes, Rule::plain_word];

const CONDITION: &[Rule] = &[Rule::condition, Rule::conjunction, Rule::inversion, Rule::relation, Rule::sum];

const OPERATORS: &[Rule] = &[
    Rule::and_sign,
    Rule::or_sign,
    Rule::comparison_sign,
    Rule::in_word,
    Rule::plus,
    Rule::minus,
    Rule::arguments,
    Rule::subscript,
];

/// What a rule is called in a message. The order is that of the message.
const PHRASES: &[(Rule, &str)] = &[
    (Rule::colon, "`:`"),
    (Rule::equals, "`=`"),
    (Rule::parameters, "parameters"),
    (Rule::open_brace, "`{`"),
    (Rule::string, "a string"),
    (Rule::list, "a list"),
    (Rule::map, "a map"),
    (Rule::plain_word, "a name"),
    (Rule::condition, "a condition"),
    (Rule::conjunction, "a condition"),
    (Rule::inversion, "a condition"),
    (Rule::relation, "a condition"),
    (Rule::sum, "a value"),
    (Rule::time, "a time"),
    (Rule::number, "a number"),
    (Rule::bytes, "bytes"),
    (Rule::kind, "a type"),
    (Rule::parameter, "a parameter"),
    (Rule::entry, "an entry"),
    (Rule::block_rule, "a rule"),
    (Rule::member, "a member"),
    (Rule::attribute, "an attribute"),
    (Rule::word, "a name"),
    (Rule::action_name, "a name"),
    (Rule::effect, "a rule"),
    (Rule::action_word, "`action`"),
    (Rule::role_word, "`role`"),
    (Rule::of_word, "`of`"),
    (Rule::in_word, "`in`"),
    (Rule::when_word, "`when`"),
    (Rule::when_clause, "`when`"),
    (Rule::unless_word, "`unless`"),
    (Rule::unless_clause, "`unless`"),
    (Rule::and_sign, "`&&`"),
    (Rule::or_sign, "`||`"),
    (Rule::comparison_sign, "a comparison"),
    (Rule::plus, "`+`"),
    (Rule::minus, "`-`"),
    (Rule::close_brace, "`}`"),
    (Rule::close_bracket, "`]`"),
    (Rule::close_paren, "`)`"),
    (Rule::case_arguments, "arguments"),
    (Rule::because_word, "`because`"),
    (Rule::EOI, "the end"),
];
