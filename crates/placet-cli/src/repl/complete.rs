//! Completion with the Tab key: commands, the language's words, the names of the vocabulary and of
//! what was typed; after `:load`, files.

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

/// The words that can be completed, ascending.
#[derive(Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    pub(super) fn new(mut words: Vec<String>) -> Self {
        words.sort();
        words.dedup();
        Self(words)
    }

    /// Where the word before `position` begins, and what it can become.
    fn completions(&self, line: &str, position: usize) -> (usize, Vec<&str>) {
        let typed = line.get(..position).unwrap_or_default();
        let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
        let start =
            typed.rfind(|c| !is_inside(c)).map_or(0, |at| at + typed[at..].chars().next().map_or(1, char::len_utf8));
        let begun = typed.get(start..).unwrap_or_default();
        let fitting = self.0.iter().map(String::as_str).filter(|word| !begun.is_empty() && word.starts_with(begun));
        (start, fitting.collect())
    }
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        if line.starts_with(":load ") {
            return FilenameCompleter::new().complete(line, position, context);
        }
        let (start, words) = self.completions(line, position);
        let pair = |word: &str| Pair { display: word.to_owned(), replacement: word.to_owned() };
        Ok((start, words.into_iter().map(pair).collect()))
    }
}

impl Hinter for Words {
    type Hint = String;
}
impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_word_before_the_cursor_is_completed() {
        let words = Words::new(["cache", "item", ":items", ":show"].map(str::to_owned).to_vec());
        assert_eq!(words.completions("get { ca", 8), (6, vec!["cache"]));
        assert_eq!(words.completions(":i", 2), (0, vec![":items"]));
        assert_eq!(words.completions("get { ", 6), (6, vec![]));
        assert_eq!(words.completions("ä§i", "ä§i".len()), ("ä§".len(), vec!["item"]));
    }
}
