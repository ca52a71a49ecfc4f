//! Errors of a script: a code, the place, our words, and the chain of messages that Warp 10 would
//! give.

use std::fmt;

use crate::limits;
use placet::diag::{Diagnostic, DiagnosticCode, Severity};
use placet::span::Span;

/// Lists every code of scripts once; `docs/warpscript.md` shows them.
macro_rules! codes {
    ($( $id:literal $name:ident $title:literal $example:literal )*) => {
        /// A kind of error in a script. Each variant's doc is a script that triggers it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ScriptCode {
            $( #[doc = $title] #[doc = "\n```text\n"] #[doc = $example] #[doc = "\n```"] $name, )*
        }

        impl ScriptCode {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// `W0102`
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// The error, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// A script that triggers it.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self { $(Self::$name => $example),* }
            }
        }
    };
}

codes! {
    "W0101" Unreadable "a word cannot be read" "'abc"
    "W0102" UnknownFunction "a function is unknown, or outside the subset" "FETCH"
    "W0103" UnknownName "a variable or a macro is unknown" "$nope"
    "W0201" StackTooShort "a function finds too few values on the stack" "DROP"
    "W0202" WrongKind "a function finds values of the wrong type" "'a' 1 -"
    "W0203" BadValue "a value of the right type cannot be used" "1 0 /"
    "W0301" BadParameters "the parameters of a token are incomplete or wrong" "{ 'type' 'READ' } TOKENGEN"
    "W0302" NotPermitted "keys or a capability are missing" "1 CAPEXPORT"
    "W0303" BadToken "a token is not valid" "'x' TOKENDUMP"
    "W0401" TooMuch "a script exceeds its limits of work or memory" "<% true %> <% %> WHILE"
    "W0402" Failed "the script itself reports a failure" "'no such site' MSGFAIL"
}

/// A script that could not be run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The kind of error.
    pub code: ScriptCode,
    /// The innermost message: where Warp 10 checks it, in Warp 10's words.
    pub message: String,
    /// Its place in the text that was run.
    pub at: Span,
    /// The line of that place, from 1.
    pub line: usize,
    /// How to fix it.
    pub help: Option<String>,
    /// Warp 10's messages, from the outermost to the innermost: the line, the place, the causes.
    pub messages: Vec<String>,
}

impl ScriptError {
    /// The same, to be shown with its line.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic<ScriptCode> {
        let diagnostic = Diagnostic::new(self.code, self.at, self.message.as_str());
        Diagnostic { help: self.help.clone(), ..diagnostic }
    }
}

impl DiagnosticCode for ScriptCode {
    fn id(self) -> &'static str {
        Self::id(self)
    }

    fn severity(self) -> Severity {
        Severity::Error
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ScriptError {}

impl miette::Diagnostic for ScriptError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code.id()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let length = self.at.end.saturating_sub(self.at.start);
        Some(Box::new(std::iter::once(miette::LabeledSpan::new(None, self.at.start, length))))
    }
}

/// An error on its way to the place where it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnplacedError {
    pub code: ScriptCode,
    /// From the outer message to the cause.
    pub chain: Vec<String>,
    pub help: Option<String>,
    /// The innermost word that was running.
    pub at: Option<(Span, usize)>,
}

impl UnplacedError {
    pub fn new(code: ScriptCode, message: impl Into<String>) -> Self {
        Self { code, chain: vec![message.into()], help: None, at: None }
    }

    /// Adds the cause of the message.
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.chain.push(cause.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why a macro stops before its end.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(Box<UnplacedError>),
    /// `RETURN`
    Return,
    /// `BREAK`
    Break,
    /// `CONTINUE`
    Continue,
    /// `STOP`
    Halt,
}

impl From<UnplacedError> for Stop {
    fn from(failure: UnplacedError) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// Macros are nested too deeply, written or running.
pub(super) fn nested_too_deeply() -> UnplacedError {
    UnplacedError::new(ScriptCode::TooMuch, format!("more than {} nested macros", limits::SCRIPT_DEPTH))
}
