//! Recognises text of another language that was put into a policy file, by the shape of its first
//! words. One message says so, instead of one for every line.

use super::foreign::syntax;
use super::is_ours;
use crate::diag::Diagnostic;
use crate::syntax::lex::{Lexer, Token, TokenKind};

/// A language whose text is recognised.
struct Language {
    name: &'static str,
    way_out: &'static str,
    is: fn(&Words<'_>) -> bool,
}

/// The first tokens of a text.
struct Words<'t> {
    text: &'t str,
    words: Vec<(TokenKind, &'t str)>,
}

const READ: usize = 64;

const LANGUAGES: &[Language] = &[
    Language {
        name: "JSON",
        way_out: "a policy in JSON is read from a file whose name ends in `.json`; `placet fmt --to text FILE` makes text \
                  of it",
        is: is_json,
    },
    Language {
        name: "YAML",
        way_out: "YAML is not read: write the policy as text, or as JSON in a file whose name ends in `.json`",
        is: is_yaml,
    },
    Language {
        name: "Cedar",
        way_out: "the page `Coming from Cedar` of the manual shows how its policies are written here",
        is: is_cedar,
    },
    Language {
        name: "Rego",
        way_out: "the page `Coming from OPA` of the manual shows how its policies are written here",
        is: is_rego,
    },
    Language {
        name: "Biscuit's Datalog",
        way_out: "the page `Coming from Biscuit` of the manual shows how its facts, checks and policies are written here",
        is: is_biscuit,
    },
];

/// The message for a text that begins like one of another language. `start` is where its first item
/// begins.
pub(super) fn recognise(text: &str, start: usize) -> Option<Diagnostic> {
    let tokens: Vec<Token> =
        Lexer::new(text, start).filter(|token| token.kind != TokenKind::Comment).take(READ).collect();
    let first = tokens.first()?;
    let words = tokens.iter().map(|token| (token.kind, token.span.of(text))).collect();
    let words = Words { text: text.get(start..)?, words };
    let language = LANGUAGES.iter().find(|language| (language.is)(&words))?;
    Some(syntax(first.span, format!("this looks like {}", language.name), language.way_out))
}

impl Words<'_> {
    fn word(&self, number: usize) -> &str {
        self.words.get(number).map_or("", |(_, word)| word)
    }

    fn is_word(&self, number: usize) -> bool {
        self.words.get(number).is_some_and(|(kind, _)| *kind == TokenKind::Word)
    }

    fn has(&self, wanted: &str) -> bool {
        self.words.iter().any(|(_, word)| *word == wanted)
    }
}

fn is_json(words: &Words<'_>) -> bool {
    match words.word(0) {
        "{" => matches!(words.words.get(1), Some((TokenKind::Text | TokenKind::Close(_), _))),
        "[" => matches!(words.word(1), "{" | "]" | "["),
        _ => false,
    }
}

fn is_yaml(words: &Words<'_>) -> bool {
    let has_key = |number| words.is_word(number) && words.word(number + 1) == ":" && words.word(number + 2) != ":";
    words.text.starts_with("---") || has_key(0) || (words.word(0) == "-" && (has_key(1) || words.is_word(1)))
}

fn is_cedar(words: &Words<'_>) -> bool {
    let is_rule = |number| matches!(words.word(number), "permit" | "forbid") && words.word(number + 1) == "(";
    let is_note = words.word(0) == "@" && words.is_word(1) && words.word(2) == "(";
    let is_schema = matches!(words.word(0), "entity" | "action" | "namespace")
        && (words.has("appliesTo") || words.word(2) == ";" || words.word(2) == "in");
    is_rule(0) || is_note || is_schema
}

fn is_rego(words: &Words<'_>) -> bool {
    let is_default = words.word(0) == "default" && words.is_word(1);
    let is_import = words.word(0) == "import" && matches!(words.word(1), "rego" | "data" | "input" | "future");
    let is_rule = words.is_word(0) && words.word(1) == "if" && words.word(2) == "{";
    (words.word(0) == "package" && words.is_word(1)) || is_default || is_import || is_rule
}

fn is_biscuit(words: &Words<'_>) -> bool {
    let is_check = matches!(words.word(0), "check" | "reject") && matches!(words.word(1), "if" | "all");
    let is_policy = matches!(words.word(0), "allow" | "deny") && words.word(1) == "if";
    let is_fact =
        words.is_word(0) && words.word(1) == "(" && !is_ours(words.word(0)) && (words.has(";") || words.has("<"));
    is_check || is_policy || is_fact
}

#[cfg(test)]
mod tests {
    use crate::syntax::parse::parse;

    #[test]
    fn a_file_in_another_language_gets_one_message_that_names_it() {
        for (text, name) in [
            ("{\n  \"policy\": \"p\",\n  \"allow\": { \"path\": \"/a/**\" }\n}", "JSON"),
            ("[{ \"policy\": \"p\" }]", "JSON"),
            ("policies:\n  - name: p\n    effect: allow\n    actions: [read]", "YAML"),
            ("---\npolicy: p\nallow:\n  - action: read", "YAML"),
            ("- name: p\n  it's: yes", "YAML"),
            ("permit (\n  principal == User::\"alice\",\n  action,\n  resource\n);", "Cedar"),
            ("forbid(principal, action, resource) when { context.mfa == false };", "Cedar"),
            ("@id(\"x\")\npermit(principal, action, resource);", "Cedar"),
            ("entity User;\naction read appliesTo { principal: User };", "Cedar"),
            ("package authz\n\ndefault allow := false\n\nallow if {\n  input.method == \"GET\"\n}", "Rego"),
            ("default allow = false\nallow {\n  input.method == \"GET\"\n}", "Rego"),
            ("import rego.v1\nallow if { input.x == 1 }", "Rego"),
            ("user(1234);\ncheck if operation(\"read\");\nallow if user(1234);", "Biscuit's Datalog"),
            ("right(\"/a/file1\", \"read\");", "Biscuit's Datalog"),
            ("check if time($time), $time < 2030-01-01T00:00:00Z;", "Biscuit's Datalog"),
            ("allow if user($u), right($u, \"read\");\ndeny if true;", "Biscuit's Datalog"),
        ] {
            for text in [text.to_owned(), format!("// A comment.\n{text}")] {
                let found = parse(&text).err().unwrap_or_default();
                let [one] = found.as_slice() else { panic!("{text}\n{found:?}") };
                assert_eq!(one.message, format!("this looks like {name}"), "{text}");
                assert!(one.help.is_some());
            }
        }
    }

    #[test]
    fn a_mistake_in_a_file_of_ours_is_not_taken_for_another_language() {
        for text in
            ["polcy p { allow {} }", "allow { action: any }", "policy p { permit {} }", "use: http", "token(a: int) {}"]
        {
            let found = parse(text).err().unwrap_or_default();
            let foreign = found.iter().any(|found| found.message.starts_with("this looks like"));
            assert_eq!(foreign, text == "use: http", "{found:?}");
        }
    }
}
