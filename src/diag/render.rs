//! Diagnostics for people and for programs.
//!
//! | | for |
//! |---|---|
//! | [`plain`] | files, logs, and builds without the command line |
//! | [`graphical`] | terminals (feature `cli`) |
//! | [`narrated`] | screen readers |
//! | [`json()`] | programs |
//!
//! A snippet shows what is really there: invisible characters and those that turn the direction of
//! a line are replaced, and a long line is cut to the part around the place. People get at most
//! [`DIAGNOSTICS_SHOWN`] diagnostics, errors before warnings, and the number of those left out;
//! programs get all. None of them writes hyperlinks, and only [`graphical`] writes colours, if
//! asked to.

use std::borrow::Cow;
use std::fmt;

use miette::{
    LabeledSpan, MietteError, MietteSpanContents, NarratableReportHandler, SourceCode, SourceSpan, SpanContents,
};
use serde_json::{Value, json};

use super::window::{Room, Window};
use super::{Diagnostic, DiagnosticCode, Severity, Source};
use crate::span::Span;
use crate::visible::{escaped, hides};

/// Settings of a terminal.
#[cfg(feature = "graphical")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Whether to write colours: it is a terminal, and `NO_COLOR` is not set.
    pub has_colors: bool,
    /// Its columns.
    pub width: usize,
}

/// The number of diagnostics that people are shown; the rest is counted.
pub const DIAGNOSTICS_SHOWN: usize = 50;

/// One paragraph for each diagnostic, with the line it is about.
#[must_use]
pub fn plain(diagnostics: &[Diagnostic], source: &Source) -> String {
    let mut out = String::new();
    for diagnostic in worst(diagnostics) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{}: {}\n", headline(diagnostic), visible(&diagnostic.message)));
        plain_snippet(&mut out, source, diagnostic.at, &diagnostic.label);
        for (at, what) in &diagnostic.related {
            plain_snippet(&mut out, source, *at, what);
        }
        if let Some(help) = &diagnostic.help {
            out.push_str(&format!("   = {}\n", visible(help)));
        }
    }
    push_rest(&mut out, diagnostics.len());
    out
}

/// `error[E0404]`
fn headline<K: DiagnosticCode>(diagnostic: &Diagnostic<K>) -> String {
    format!("{}[{}]", diagnostic.severity().word(), diagnostic.code.id())
}

/// The diagnostics that people are shown: errors before warnings if there are too many to read.
fn worst<K: DiagnosticCode>(diagnostics: &[Diagnostic<K>]) -> impl Iterator<Item = &Diagnostic<K>> {
    let mut shown: Vec<_> = diagnostics.iter().collect();
    if shown.len() > DIAGNOSTICS_SHOWN {
        shown.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity()));
    }
    shown.into_iter().take(DIAGNOSTICS_SHOWN)
}

fn push_rest(out: &mut String, count: usize) {
    if let Some(rest @ 1..) = count.checked_sub(DIAGNOSTICS_SHOWN) {
        out.push_str(&format!("\nand {rest} more\n"));
    }
}

fn plain_snippet(out: &mut String, source: &Source, at: Span, label: &str) {
    let (Some((name, text, at)), Some((line, column))) = (source.in_text(at), source.line_and_column(at)) else {
        let path = source.path(at).filter(|path| !path.is_empty()).unwrap_or("the map");
        out.push_str(&format!("  --> {}\n", visible(path)));
        if !label.is_empty() {
            out.push_str(&format!("   | {}\n", visible(label)));
        }
        return;
    };
    let start = text[..at.start.min(text.len())].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let within = |place: usize| place.clamp(start, end) - start;
    let at = Span::new(within(at.start), within(at.end));
    let window = Window::around(&text[start..end], &[at], Room::WIDE);
    let at = window.span(at);
    let shown = visible(window.text.trim_end()).replace('\t', " ");
    let before = Span::new(0, at.start).of(&window.text).chars().count();
    let underlined = at.of(&window.text).chars().count().max(1);
    let margin = " ".repeat(line.to_string().len());
    out.push_str(&format!("{margin} --> {}:{line}:{column}\n", escaped(name)));
    out.push_str(&format!("{margin} |\n{line} | {shown}\n{margin} | {}{}", " ".repeat(before), "^".repeat(underlined)));
    if !label.is_empty() {
        out.push_str(&format!(" {}", visible(label)));
    }
    out.push('\n');
}

/// Snippets with frames and arrows.
#[cfg(feature = "graphical")]
#[must_use]
pub fn graphical<K: DiagnosticCode>(diagnostics: &[Diagnostic<K>], source: &Source, terminal: Terminal) -> String {
    let theme =
        if terminal.has_colors { miette::GraphicalTheme::unicode() } else { miette::GraphicalTheme::unicode_nocolor() };
    let handler =
        miette::GraphicalReportHandler::new_themed(theme).with_links(false).with_width(terminal.width.max(40));
    rendered(diagnostics, source, Some(terminal.width.max(40)), |out, report| handler.render_report(out, report))
}

/// Sentences without pictures.
#[must_use]
pub fn narrated(diagnostics: &[Diagnostic], source: &Source) -> String {
    let handler = NarratableReportHandler::new();
    rendered(diagnostics, source, None, |out, report| handler.render_report(out, report))
}

fn rendered<K: DiagnosticCode>(
    diagnostics: &[Diagnostic<K>],
    source: &Source,
    columns: Option<usize>,
    render: impl Fn(&mut String, &Report<'_, K>) -> fmt::Result,
) -> String {
    let named = match source {
        Source::Text { name, text } => Some((name, text)),
        Source::Map { written, .. } => written.as_ref().map(|written| (&written.name, &written.text)),
    };
    // A file's name can hold a line end, after which it could go on as a line of its own.
    let named = named.map(|(name, text)| (escaped(name).to_string(), visible(text)));
    let mut out = String::new();
    for diagnostic in worst(diagnostics) {
        let snippet = named.as_ref().map(|(name, text)| Snippet::of(diagnostic, source, [name, text], columns));
        let report = Report { diagnostic, source, snippet: snippet.as_ref() };
        if !out.is_empty() {
            out.push('\n');
        }
        // Writing to a string does not fail, and a place outside the text is simply not shown.
        let _ = render(&mut out, &report);
    }
    push_rest(&mut out, diagnostics.len());
    out
}

/// The text around the places of a diagnostic, as miette reads it.
struct Snippet<'t> {
    name: &'t str,
    window: Window<'t>,
    /// Where a place is in the window, and in its line of the whole text: in a line that is cut,
    /// miette would count only the rest.
    columns: Vec<(usize, usize)>,
}

impl<'t> Snippet<'t> {
    fn of<K>(diagnostic: &Diagnostic<K>, source: &Source, [name, text]: [&'t str; 2], columns: Option<usize>) -> Self {
        let nodes: Vec<_> = places(diagnostic).collect();
        let places: Vec<_> = nodes.iter().filter_map(|node| Some(source.in_text(*node)?.2)).collect();
        let room = columns.map_or(Room::WIDE, |columns| Room::of(columns, text, &places));
        let window = Window::around(text, &places, room);
        let column = |node: &Span| {
            let (_, _, at) = source.in_text(*node)?;
            let (start, column) = (window.span(at).start, source.line_and_column(*node)?.1 - 1);
            let before = window.text.get(..start)?.rsplit('\n').next()?;
            (before.chars().count() != column).then_some((start, column))
        };
        let columns = if window.is_cut() { nodes.iter().filter_map(column).collect() } else { Vec::new() };
        Self { name, window, columns }
    }

    /// The column, from 0, of a place in the window, if something is cut out.
    fn column(&self, start: usize) -> Option<usize> {
        self.columns.iter().find(|(known, _)| *known == start).map(|(_, column)| *column)
    }
}

/// Every place that a diagnostic names, its own first.
fn places<K>(diagnostic: &Diagnostic<K>) -> impl Iterator<Item = Span> {
    core::iter::once(diagnostic.at).chain(diagnostic.related.iter().map(|(at, _)| *at))
}

impl SourceCode for Snippet<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.window.text.as_bytes().read_span(span, before, after)?;
        // Without lines around it, it is the place in the headline.
        let known = if before == 0 && after == 0 { self.column(span.offset()) } else { None };
        let column = known.unwrap_or(contents.column());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.to_owned(),
            contents.data(),
            *contents.span(),
            contents.line(),
            column,
            contents.line_count(),
        )))
    }
}

/// A list of objects, one for each diagnostic.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], source: &Source) -> Value {
    diagnostics.iter().map(|diagnostic| json_of(diagnostic, source)).collect()
}

fn json_of(diagnostic: &Diagnostic, source: &Source) -> Value {
    let mut value = json!({
        "code": diagnostic.code.id(),
        "severity": diagnostic.severity().word(),
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
    if let Some((name, _, span)) = source.in_text(at) {
        let place = source.line_and_column(at);
        value["file"] = name.into();
        value["line"] = place.map(|(line, _)| line).into();
        value["column"] = place.map(|(_, column)| column).into();
        value["span"] = json!({ "start": span.start, "end": span.end });
    }
    if matches!(source, Source::Map { .. }) {
        value["path"] = source.path(at).into();
    }
}

/// A diagnostic in miette's form.
struct Report<'d, K> {
    diagnostic: &'d Diagnostic<K>,
    source: &'d Source,
    snippet: Option<&'d Snippet<'d>>,
}

impl<K: DiagnosticCode> fmt::Display for Report<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.source.path(self.diagnostic.at).filter(|path| !path.is_empty());
        // If a snippet shows the place, its path would only repeat it.
        if let Some(path) = path.filter(|_| self.snippet.is_none()) {
            write!(f, "{}: ", visible(path))?;
        }
        f.write_str(&visible(&self.diagnostic.message))
    }
}

impl<K: DiagnosticCode> fmt::Debug for Report<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.diagnostic.code.id())
    }
}

impl<K: DiagnosticCode> std::error::Error for Report<'_, K> {}

impl<K: DiagnosticCode> miette::Diagnostic for Report<'_, K> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(headline(self.diagnostic)))
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
        self.snippet.map(|snippet| snippet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let snippet = self.snippet?;
        let length = snippet.window.text.len();
        let labeled = move |node: Span, label: &str| {
            let at = self.source.in_text(node).map_or(node, |(_, _, at)| at);
            let at = snippet.window.span(at);
            let start = at.start.min(length);
            let label = match snippet.column(start) {
                Some(column) if label.is_empty() => Some(format!("column {}", column + 1)),
                Some(column) => Some(format!("{} (column {})", visible(label), column + 1)),
                None => (!label.is_empty()).then(|| visible(label).into_owned()),
            };
            LabeledSpan::new(label, start, at.end.clamp(start, length) - start)
        };
        let first = labeled(self.diagnostic.at, &self.diagnostic.label);
        Some(Box::new(
            core::iter::once(first).chain(self.diagnostic.related.iter().map(move |(at, what)| labeled(*at, what))),
        ))
    }
}

/// The text with every invisible character replaced by a visible one of as many bytes.
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
