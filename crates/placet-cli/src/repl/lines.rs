//! Where lines come from: an editor on a terminal, plain reading anywhere else. Lines are joined
//! until brackets close.

use std::io::{IsTerminal, stdin};

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor};

use super::complete::Words;
use crate::bounded::next_line;
use crate::ui::{Failure, Ui};

/// One thing that was typed.
pub(super) enum Entry {
    /// Lines whose brackets are closed.
    Text(String),
    /// More than anyone types.
    TooLong,
    /// There is no more.
    End,
}

/// More than anyone types; a policy of this size comes from a file.
const ENTRY_BYTES: usize = 256 * 1024;

/// The lines of a session.
pub(super) struct Lines {
    editor: Option<Box<Editor<Words, MemHistory>>>,
}

enum Line {
    Text(String),
    /// Control-C: what was typed so far is dropped.
    Dropped,
    TooLong,
    End,
}

impl Lines {
    /// An editor, if a person is typing.
    pub(super) fn open(ui: &Ui) -> Result<Self, Failure> {
        if !stdin().is_terminal() || ui.is_json() {
            return Ok(Self { editor: None });
        }
        let config = Config::builder().completion_type(CompletionType::List).build();
        let history = MemHistory::new();
        let editor = Editor::with_history(config, history);
        let editor = editor.map_err(|error| Failure::new(format!("the terminal cannot be used: {error}")))?;
        Ok(Self { editor: Some(Box::new(editor)) })
    }

    /// The words that the Tab key completes from now on.
    pub(super) fn learn(&mut self, words: impl FnOnce() -> Vec<String>) {
        if let Some(editor) = &mut self.editor {
            editor.set_helper(Some(Words::new(words())));
        }
    }

    pub(super) const fn is_interactive(&self) -> bool {
        self.editor.is_some()
    }

    /// The next entry: as many lines as it takes to close every bracket.
    pub(super) fn next(&mut self) -> Result<Entry, Failure> {
        let mut text = String::new();
        loop {
            let prompt = if text.is_empty() { "placet> " } else { "   ...> " };
            match self.line(prompt)? {
                Line::Text(line) if text.is_empty() && line.trim().is_empty() => continue,
                Line::Text(line) => text.extend([line.as_str(), "\n"]),
                Line::Dropped => text.clear(),
                Line::TooLong => return Ok(Entry::TooLong),
                Line::End if text.is_empty() => return Ok(Entry::End),
                // An open bracket shows as an error of its own.
                Line::End => return Ok(Entry::Text(text)),
            }
            if text.len() > ENTRY_BYTES {
                return Ok(Entry::TooLong);
            }
            if is_closed(&text) && !text.is_empty() {
                if let Some(editor) = &mut self.editor {
                    let _ = editor.add_history_entry(text.trim_end());
                }
                return Ok(Entry::Text(text));
            }
        }
    }

    fn line(&mut self, prompt: &str) -> Result<Line, Failure> {
        let Some(editor) = &mut self.editor else { return plain_line() };
        match editor.readline(prompt) {
            Ok(line) => Ok(Line::Text(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Dropped),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(Failure::new(format!("cannot read what is typed: {error}"))),
        }
    }
}

fn plain_line() -> Result<Line, Failure> {
    let read = next_line(&mut stdin().lock(), ENTRY_BYTES);
    match read.map_err(|error| Failure::new(format!("cannot read standard input: {error}")))? {
        None => Ok(Line::End),
        Some(line) if line.is_too_long() => Ok(Line::TooLong),
        // Bytes that are not UTF-8 show as an error of their own.
        Some(line) => Ok(Line::Text(line.lossy())),
    }
}

/// Whether every bracket outside of strings and comments is closed, and the last line is not a doc
/// comment for the next one.
fn is_closed(text: &str) -> bool {
    let mut open = 0_i64;
    for line in text.lines() {
        open += brackets(line);
    }
    let documents = text.lines().next_back().is_some_and(|line| line.trim_start().starts_with("///"));
    open <= 0 && !documents
}

fn brackets(line: &str) -> i64 {
    let mut open = 0;
    let mut in_string = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => drop(chars.next()),
            '"' => in_string = !in_string,
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            '{' | '[' | '(' if !in_string => open += 1,
            '}' | ']' | ')' if !in_string => open -= 1,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::is_closed;

    #[test]
    fn an_entry_ends_where_its_brackets_close() {
        assert!(is_closed("use http"));
        assert!(!is_closed("token t {"));
        assert!(is_closed("token t {\n ttl: 5m\n}"));
        assert!(is_closed(r#"get { path: "/{" }"#));
        assert!(is_closed("get {} // {"));
        assert!(!is_closed("/// the next item"));
        assert!(is_closed("}"));
    }
}
