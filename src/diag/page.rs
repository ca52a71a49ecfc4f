//! Writes `docs/diagnostics.md`: every code with its meaning, an example, what is said about it, and the way out.

use super::code::Code;
use super::{Diagnostic, Severity, Source};

/// The page. `find` is what reads and checks a text; it is handed in, since a diagnostic knows nothing of who finds it.
#[must_use]
pub fn page(find: impl Fn(&str) -> Vec<Diagnostic>) -> String {
    let mut page = String::from(
        "# Diagnostics\n\n\
         Every finding has a code that never changes its meaning. Errors (`E`) stop a file from being compiled; warnings (`W`)\n\
         do so only with `--deny-warnings`. This page is written by the program itself: each example is run, and what stands\n\
         under it is what is said.\n",
    );
    for &code in Code::ALL {
        let source = Source::text("example.placet", code.example());
        let found = find(code.example()).into_iter().filter(|diagnostic| diagnostic.code == code);
        let said: Vec<String> = found.map(|diagnostic| plain(&diagnostic, &source)).collect();
        page.push_str(&format!("\n## {}: {}\n\n", code.id(), code.title()));
        page.push_str(&format!("```placet\n{}\n```\n\n", shorten(code.example())));
        page.push_str(&format!("```text\n{}```\n\n{}\n", said.join("\n"), code.remedy()));
    }
    page
}

/// One finding as plain text: what, where, the line with the place underlined, and the way out.
#[must_use]
pub fn plain(diagnostic: &Diagnostic, source: &Source) -> String {
    let word = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{word} {}: {}\n", diagnostic.code.id(), shorten(&diagnostic.message));
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
    let (Source::Text { name, text }, Some((line, column))) = (source, source.line_and_column(at)) else {
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

/// Long lines say no more than short ones.
fn shorten(text: &str) -> String {
    let short = |line: &str| match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    text.lines().map(short).collect::<Vec<_>>().join("\n")
}

/// Characters of a line that are shown.
const LINE: usize = 120;
