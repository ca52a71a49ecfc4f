//! Writes `docs/diagnostics.md`: every code with its meaning, an example, its message, and the way
//! out.

use super::code::Code;
use super::{Diagnostic, Source};

/// The page. `find` reads and checks a text, and returns the source its places refer to; it is
/// passed in, since this module does not depend on the checker.
#[must_use]
pub fn page(find: impl Fn(&str) -> (Vec<Diagnostic>, Source)) -> String {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every finding has a code that never changes its meaning. Errors (`E`) stop a file from being compiled; warnings (`W`)\n\
         do so only with `--deny-warnings`. This page is written by the program itself: each example is run, and what stands\n\
         under it is what is said.\n",
    );
    for &code in Code::ALL {
        let entry = Entry::of(code, &find);
        page.push_str(&format!("\n## {}: {}\n\n", code.id(), code.title()));
        page.push_str(&format!("```placet\n{}\n```\n\n", entry.example));
        page.push_str(&format!("```text\n{}```\n\n{}\n", entry.said, code.remedy()));
    }
    page
}

/// The part of the page about a code besides its title and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A source that triggers it.
    pub example: String,
    /// The messages for the example.
    pub said: String,
}

impl Entry {
    /// For one code. `find` is as for [`page`].
    #[must_use]
    pub fn of(code: Code, find: impl Fn(&str) -> (Vec<Diagnostic>, Source)) -> Self {
        let (found, source) = find(code.example());
        let found = found.into_iter().filter(|diagnostic| diagnostic.code == code);
        let said: Vec<String> = found.map(|diagnostic| plain(&diagnostic, &source)).collect();
        Self { example: shorten(code.example()), said: said.join("\n") }
    }
}

/// One finding as plain text: what, where, the line with the place underlined, and the way out.
#[must_use]
pub fn plain(diagnostic: &Diagnostic, source: &Source) -> String {
    let word = diagnostic.severity().word();
    let mut text = format!("{word}[{}]: {}\n", diagnostic.code.id(), shorten(&diagnostic.message));
    text.push_str(&excerpt(diagnostic.at, &diagnostic.label, '^', source));
    for (at, what) in &diagnostic.related {
        text.push_str(&excerpt(*at, what, '-', source));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text
}

fn excerpt(at: crate::span::Span, label: &str, mark: char, source: &Source) -> String {
    let (Some((name, text, at)), Some((line, column))) = (source.in_text(at), source.line_and_column(at)) else {
        return source.path(at).map_or_else(String::new, |path| format!("  --> {path} {label}\n"));
    };
    let shown = text.lines().nth(line - 1).unwrap_or_default();
    let width = at.of(text).lines().next().unwrap_or_default().chars().count();
    let marks: String = std::iter::repeat_n(mark, width.clamp(1, LINE.saturating_sub(column).max(1))).collect();
    let (number, indent) = (line.to_string(), " ".repeat(column - 1));
    let gutter = " ".repeat(number.len());
    let pointer = format!("{gutter} | {indent}{marks} {label}");
    format!("  --> {name}:{line}:{column}\n{gutter} |\n{number} | {}\n{}\n", shorten(shown), pointer.trim_end())
}

/// Cuts a long line: more of it would explain no more.
fn shorten(text: &str) -> String {
    let short = |line: &str| match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    text.lines().map(short).collect::<Vec<_>>().join("\n")
}

/// Characters of a line that are shown.
const LINE: usize = 120;
