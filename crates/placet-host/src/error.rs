//! Errors that a script can catch: a code, a message, and the path of the offending key.

use std::fmt;

use placet::diag::{Diagnostic, Severity, Source};
use placet::document::Report;
use placet::model::verdict::Refusal;
use placet::visible::{brief, escaped};

/// Lists every code once. `docs/embedding.md` has the same table, and a test compares them.
macro_rules! codes {
    ($( $id:literal $name:ident $title:literal )*) => {
        /// An error that only a scripting host can make; errors in policies have the codes of
        /// `diag`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $( #[doc = $title] $name, )*
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// `H0101`
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// The error, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

codes! {
    "H0101" Capability "the host program has not configured minting"
    "H0102" Argument "an argument is of the wrong kind, or there are too many or too few"
    "H0103" Missing "a key that TOKENGEN requires is missing"
    "H0104" NotTokengen "a key has the wrong type for TOKENGEN"
    "H0105" Null "a value is null where that could mean something other than absent"
    "H0106" NotWhole "a float is not a whole number"
    "H0107" Twice "a key is given twice"
    "H0108" NotData "a value that a map cannot hold, such as a handle or a function"
    "H0109" TooDeep "lists and maps are nested too deeply"
    "H0110" TooLarge "a call has too many values or too much text"
    "H0111" NoFunction "the host program does not offer this function"
    "H0201" Vocabulary "the vocabulary is not given, or the host does not know it"
    "H0202" Template "a document has no such template, or an argument does not fit its parameter"
    "H0203" Compile "the document does not compile: it is too large, or is rejected by the verifier"
    "H0204" Lifetime "a token would live longer than the host allows, or begin in the future"
    "H0205" Mint "no token can be made from the map or document"
    "H0206" Attenuate "the restriction cannot be added to the token"
    "H0301" Refused "the token is refused; `cause` says why"
    "H0401" ForeignHandle "a handle belongs to another host"
    "H0402" HandleKind "a handle is of the wrong kind"
    "H0403" Handles "the scripts already hold as many handles as the host allows"
}

/// The error that a script receives instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostError {
    /// `H0103`, or the code of a diagnostic.
    pub code: &'static str,
    /// The message in the script's terms; if TOKENGEN has a message for it, that one.
    pub message: String,
    /// The offending key, such as `permissions[2].cache`; empty if it is not a key.
    pub path: String,
    /// Line and column, both from 1, in a text that a script compiles.
    pub line: Option<(usize, usize)>,
    /// How to fix it.
    pub help: Option<String>,
    /// For a refused token, the name of the refusal.
    pub cause: Option<&'static str>,
    /// All further errors.
    pub others: Vec<HostError>,
}

impl HostError {
    /// An error at a key.
    pub fn new(code: Code, path: &str, message: impl Into<String>) -> Self {
        Self::with_code(code.id(), path, &message.into())
    }

    /// A host prints or logs the errors that scripts catch, so this is one line without invisible
    /// characters.
    fn with_code(code: &'static str, path: &str, message: &str) -> Self {
        let (path, message) = (escaped(path).to_string(), brief(message));
        Self { code, message, path, line: None, help: None, cause: None, others: Vec::new() }
    }

    /// The same, at another key.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The same, below a key, with the path extended by it.
    #[must_use]
    pub fn below(mut self, key: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{key}{joint}{}", self.path);
        self
    }

    /// Adds the way to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A token that is refused.
    #[must_use]
    pub fn refused(refusal: Refusal) -> Self {
        Self { cause: Some(refusal.name()), ..Self::new(Code::Refused, "", refusal.to_string()) }
    }

    /// Several errors as one, the first one first; an empty list is not an error.
    ///
    /// # Errors
    /// There is at least one.
    pub fn all(errors: Vec<Self>) -> Result<(), Self> {
        let mut errors = errors.into_iter();
        errors.next().map_or(Ok(()), |first| Err(Self { others: errors.collect(), ..first }))
    }

    fn of_diagnostic(source: &Source, diagnostic: &Diagnostic) -> Self {
        let path = source.path(diagnostic.at).unwrap_or_default();
        let error = Self::with_code(diagnostic.code.id(), path, &diagnostic.message);
        let help = diagnostic.help.as_deref().map(|help| escaped(help).to_string());
        Self { line: source.line_and_column(diagnostic.at), help, ..error }
    }
}

/// The errors of a report, the first one first. If it has none, its warnings count: the host denies
/// them.
impl From<&Report> for HostError {
    fn from(report: &Report) -> Self {
        let errors = || report.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
        let worst: Vec<&Diagnostic> =
            if errors().next().is_some() { errors().collect() } else { report.diagnostics.iter().collect() };
        let mut all = worst.into_iter().map(|found| Self::of_diagnostic(&report.source, found));
        let first = all.next().unwrap_or_else(|| Self::new(Code::Compile, "", "the document has errors"));
        Self { others: all.collect(), ..first }
    }
}

impl From<Report> for HostError {
    fn from(report: Report) -> Self {
        Self::from(&report)
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.message)?;
        match self.line {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None if self.path.is_empty() => Ok(()),
            None => write!(f, " (at `{}`)", self.path),
        }
    }
}

impl std::error::Error for HostError {}
