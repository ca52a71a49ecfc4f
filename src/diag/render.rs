//! Diagnostics for people and for programs.
//!
//! | | for |
//! |---|---|
//! | [`plain`] | files, logs, and builds without the command line |
//! | [`graphical`] | terminals (feature `cli`) |
//! | [`narrated`] | screen readers |
//! | [`json()`] | programs |
//!
//! A snippet shows a reader what is there: characters that can not be seen or that turn the direction of a line are replaced. None of
//! them writes hyperlinks, and only [`graphical`] writes colours, if it is told to.

use std::borrow::Cow;
use std::fmt;

use miette::{LabeledSpan, NamedSource, NarratableReportHandler, SourceCode};
use serde_json::{Value, json};

use super::{Diagnostic, Kind, Severity, Source};
use crate::span::Span;
use crate::visible::hides;

/// How a terminal wants it.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Whether to write colours: it is a terminal, and `NO_COLOR` is not set.
    pub has_colors: bool,
    /// Its columns.
    pub width: usize,
}

/// One paragraph for each diagnostic, with the line it is about.
#[must_use]
pub fn plain(diagnostics: &[Diagnostic], source: &Source) -> String {
    let mut out = String::new();
    for (number, diagnostic) in diagnostics.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out.push_str(&format!("{}  {}\n", diagnostic.code.id(), visible(&diagnostic.message)));
        plain_snippet(&mut out, source, diagnostic.at, &diagnostic.label);
        for (at, what) in &diagnostic.related {
            plain_snippet(&mut out, source, *at, what);
        }
        if let Some(help) = &diagnostic.help {
            out.push_str(&format!("   = {}\n", visible(help)));
        }
    }
    out
}

fn plain_snippet(out: &mut String, source: &Source, at: Span, label: &str) {
    let (Source::Text { name, text }, Some((line, column))) = (source, source.line_and_column(at)) else {
        let path = source.path(at).filter(|path| !path.is_empty()).unwrap_or("the map");
        out.push_str(&format!("  --> {}\n", visible(path)));
        if !label.is_empty() {
            out.push_str(&format!("   | {}\n", visible(label)));
        }
        return;
    };
    let start = text[..at.start.min(text.len())].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let shown = visible(text[start..end].trim_end()).replace('\t', " ");
    let underlined = Span::new(at.start, at.end.min(end)).of(text).chars().count().max(1);
    let margin = " ".repeat(line.to_string().len());
    out.push_str(&format!("{margin} --> {}:{line}:{column}\n", visible(name)));
    out.push_str(&format!(
        "{margin} |\n{line} | {shown}\n{margin} | {}{}",
        " ".repeat(column - 1),
        "^".repeat(underlined)
    ));
    if !label.is_empty() {
        out.push_str(&format!(" {}", visible(label)));
    }
    out.push('\n');
}

/// Snippets with frames and arrows.
#[cfg(feature = "cli")]
#[must_use]
pub fn graphical<K: Kind>(diagnostics: &[Diagnostic<K>], source: &Source, terminal: Terminal) -> String {
    let theme =
        if terminal.has_colors { miette::GraphicalTheme::unicode() } else { miette::GraphicalTheme::unicode_nocolor() };
    let handler =
        miette::GraphicalReportHandler::new_themed(theme).with_links(false).with_width(terminal.width.max(40));
    rendered(diagnostics, source, |out, report| handler.render_report(out, report))
}

/// Sentences without pictures.
#[must_use]
pub fn narrated(diagnostics: &[Diagnostic], source: &Source) -> String {
    let handler = NarratableReportHandler::new();
    rendered(diagnostics, source, |out, report| handler.render_report(out, report))
}

fn rendered<K: Kind>(
    diagnostics: &[Diagnostic<K>],
    source: &Source,
    render: impl Fn(&mut String, &Report<'_, K>) -> fmt::Result,
) -> String {
    let text = match source {
        Source::Text { name, text } => Some(NamedSource::new(visible(name), visible(text).into_owned())),
        Source::Map { .. } => None,
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        let report = Report { diagnostic, source, text: text.as_ref() };
        if !out.is_empty() {
            out.push('\n');
        }
        // Writing to a string does not fail, and a place outside of the text is only not shown.
        let _ = render(&mut out, &report);
    }
    out
}

/// A list of objects, one for each diagnostic.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], source: &Source) -> Value {
    diagnostics.iter().map(|diagnostic| json_of(diagnostic, source)).collect()
}

fn json_of(diagnostic: &Diagnostic, source: &Source) -> Value {
    let mut value = json!({
        "code": diagnostic.code.id(),
        "severity": match diagnostic.severity() {
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
    });
    let related = diagnostic.related.iter().map(|(at, what)| {
        let mut related = json!({ "message": what });
        put_place(&mut related, source, *at);
        related
    });
    let related: Vec<Value> = related.collect();
    put_place(&mut value, source, diagnostic.at);
    value["related"] = related.into();
    value
}

fn put_place(value: &mut Value, source: &Source, at: Span) {
    match source {
        Source::Text { name, .. } => {
            let place = source.line_and_column(at);
            value["file"] = name.as_str().into();
            value["line"] = place.map(|(line, _)| line).into();
            value["column"] = place.map(|(_, column)| column).into();
            value["span"] = json!({ "start": at.start, "end": at.end });
        }
        Source::Map { .. } => value["path"] = source.path(at).into(),
    }
}

/// A diagnostic as miette wants it.
struct Report<'d, K> {
    diagnostic: &'d Diagnostic<K>,
    source: &'d Source,
    text: Option<&'d NamedSource<String>>,
}

impl<K: Kind> fmt::Display for Report<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = self.source.path(self.diagnostic.at).filter(|path| !path.is_empty()) {
            write!(f, "{}: ", visible(path))?;
        }
        f.write_str(&visible(&self.diagnostic.message))
    }
}

impl<K: Kind> fmt::Debug for Report<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.diagnostic.code.id())
    }
}

impl<K: Kind> std::error::Error for Report<'_, K> {}

impl<K: Kind> miette::Diagnostic for Report<'_, K> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code.id()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity() {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic.help.as_deref()?;
        Some(Box::new(visible(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = self.text?;
        let length = text.inner().len();
        let labeled = move |at: Span, label: &str| {
            let start = at.start.min(length);
            let label = (!label.is_empty()).then(|| visible(label).into_owned());
            LabeledSpan::new(label, start, at.end.clamp(start, length) - start)
        };
        let first = labeled(self.diagnostic.at, &self.diagnostic.label);
        Some(Box::new(
            core::iter::once(first).chain(self.diagnostic.related.iter().map(move |(at, what)| labeled(*at, what))),
        ))
    }
}

/// The text with another character, of as many bytes, for each one that a reader would not see.
fn visible(text: &str) -> Cow<'_, str> {
    let mut characters = text.chars().peekable();
    if !text.contains(|character| hides(character) || character == '\r') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        let ends_line = character == '\r' && characters.peek() == Some(&'\n');
        shown.push(match character.len_utf8() {
            _ if ends_line || !(hides(character) || character == '\r') => character,
            1 => '?',
            2 => '¿',
            3 => '\u{fffd}',
            _ => '\u{1f6d1}',
        });
    }
    Cow::Owned(shown)
}
