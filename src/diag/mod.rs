//! Diagnostics: a code, a place, a message, the way out. The wording lives where the mistake is
//! found; this module has the parts that all of them share: the [table of codes](code) and the
//! [renderers](render).

pub mod code;
pub mod page;
pub mod render;
mod window;

use crate::span::Span;
use crate::visible::brief;
use code::Code;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; nothing is refused unless the user asks for it.
    Warning,
    /// Nothing is compiled.
    Error,
}

impl Severity {
    /// `error`
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A row of a table of kinds of mistakes.
pub trait DiagnosticCode: Copy {
    /// `E0201`
    fn id(self) -> &'static str;

    /// How bad it is.
    fn severity(self) -> Severity;
}

impl DiagnosticCode for Code {
    fn id(self) -> &'static str {
        Self::id(self)
    }

    fn severity(self) -> Severity {
        Self::severity(self)
    }
}

/// One finding about one source: a policy, or a text whose mistakes have another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic<K = Code> {
    /// Which kind of mistake; decides the severity.
    pub code: K,
    /// Lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// The place, with a label for it.
    pub at: Span,
    /// Shown under the underlined text; may be empty.
    pub label: String,
    /// Other places that belong to it.
    pub related: Vec<(Span, String)>,
    /// The way out.
    pub help: Option<String>,
}

impl<K: DiagnosticCode> Diagnostic<K> {
    /// A diagnostic without label, related places and help. Quotes in backticks are cut to their
    /// beginning: a text of a script or a map can be long, and can contain line breaks.
    #[must_use]
    pub fn new(code: K, at: Span, message: impl Into<String>) -> Self {
        Self { code, message: brief(&message.into()), at, label: String::new(), related: Vec::new(), help: None }
    }

    /// Adds the text shown under the underlined place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = brief(&label.into());
        self
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, at: Span, what: impl Into<String>) -> Self {
        self.related.push((at, brief(&what.into())));
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// The source that a diagnostic's places refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A text and the name to show for it.
    Text {
        /// `policies/tenant.placet`
        name: String,
        /// The whole of it.
        text: String,
    },
    /// A map: place `n` is the node with the path `paths[n]`, such as `permissions[2].cache`.
    Map {
        /// By node number.
        paths: Vec<String>,
        /// The text of the map, if it was read from one.
        written: Option<Box<Written>>,
    },
}

/// The text of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `policies/tenant.json`
    pub name: String,
    /// The whole of it.
    pub text: String,
    /// Where the nodes are, by node number.
    pub at: Vec<Span>,
}

impl Source {
    /// A text under a name.
    #[must_use]
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Text { name: name.into(), text: text.into() }
    }

    /// For a tree that was made by a program: its places refer to nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self::Map { paths: Vec::new(), written: None }
    }

    /// The path of a node of a map; `None` for a text.
    #[must_use]
    pub fn path(&self, at: Span) -> Option<&str> {
        match self {
            Self::Map { paths, .. } => paths.get(at.start).map(String::as_str),
            Self::Text { .. } => None,
        }
    }

    /// The name of the source, its text, and a place of it in that text. `None` for a map that was
    /// not read from a text.
    #[must_use]
    pub fn in_text(&self, at: Span) -> Option<(&str, &str, Span)> {
        match self {
            Self::Text { name, text } => Some((name, text, at)),
            Self::Map { written, .. } => {
                let Written { name, text, at: places } = &**written.as_ref()?;
                Some((name, text, *places.get(at.start)?))
            }
        }
    }

    /// Line and column (both from 1, columns in characters) of a place in a text.
    #[must_use]
    pub fn line_and_column(&self, at: Span) -> Option<(usize, usize)> {
        let (_, text, at) = self.in_text(at)?;
        line_and_column(text, at.start)
    }

    /// Where a place in a text begins and ends, each as [line and column](Self::line_and_column).
    #[must_use]
    pub fn region(&self, at: Span) -> Option<[(usize, usize); 2]> {
        let (_, text, at) = self.in_text(at)?;
        Some([line_and_column(text, at.start)?, line_and_column(text, at.end.max(at.start))?])
    }
}

fn line_and_column(text: &str, byte: usize) -> Option<(usize, usize)> {
    let before = text.get(..byte.min(text.len()))?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some((before.matches('\n').count() + 1, before[line_start..].chars().count() + 1))
}
