//! Errors between a checked template and a program: arguments that do not fit, texts that become
//! invalid with their arguments, and the caps of `limits`.

use std::fmt;

use crate::check::tree::Template;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{APPROVERS, AUTOMATON_BYTES, PATTERN_BYTES, RULES, TEXT_BYTES};
use crate::span::Span;
use crate::syntax::ast::ParameterType;
use placet_core::bytecode::verify::ProgramError;
use placet_core::model::path::PathError;
use placet_core::model::types::Scalar;
use placet_core::token::keys::KeyError;

/// One reason why there is no program, and its place in the source.
/// [`diagnostic`](Self::diagnostic) puts it into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// The rule or the block; `None` if an argument is wrong by itself.
    pub at: Option<Span>,
    /// The reason.
    pub cause: TemplateError,
}

/// The reason for an error. Names are those of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// `usr="ada"` for `token session(user: string)`
    UnknownArgument {
        /// `usr`
        name: String,
        /// `user`
        meant: Option<String>,
    },
    /// Nothing for `user: string`.
    MissingArgument {
        /// `user`
        name: String,
        /// `string`
        ty: ParameterType,
    },
    /// `user` twice.
    GivenTwice {
        /// `user`
        name: String,
    },
    /// `true` for `user: string`.
    WrongType {
        /// `user`
        name: String,
        /// `string`
        wanted: ParameterType,
        /// `bool`
        found: String,
    },
    /// `/a/../b` for `folder: path`.
    ArgumentNotAPath {
        /// `folder`
        name: String,
        /// Which rule of paths it breaks.
        why: PathError,
    },
    /// A time zone that has no table: the data that the checker used have changed.
    UnknownZone {
        /// `Europe/Zurich`
        name: String,
    },
    /// `Admin` for `name` in `host: name`, where `host` is in lower case.
    Capitals {
        /// `name`
        name: String,
    },
    /// A text longer than any value.
    ArgumentTooLong {
        /// `user`
        name: String,
    },
    /// Bytes that are not UTF-8, spliced into a string.
    NotUtf8 {
        /// The parameter; empty for the literal text.
        name: String,
    },
    /// An argument of a type that has no text, spliced into a text.
    NotText {
        /// `enabled`
        name: String,
        /// `bool`
        found: String,
    },
    /// `a/b` for `folder` in `"/x/{folder}/**"`.
    SlashInSegment {
        /// `folder`
        name: String,
    },
    /// Nothing for `folder` in `"/x/{folder}/**"`.
    EmptySegmentPart {
        /// `folder`
        name: String,
    },
    /// Nothing for `tenant` in `prefix "{tenant}"`.
    EmptyPatternPart {
        /// `tenant`
        name: String,
    },
    /// 5 and 1 for `lo` and `hi` in `lo..hi`.
    EmptyRange,
    /// `..` for `folder` in `"/x/{folder}/**"`.
    NotCanonical {
        /// `/x/../**`
        path: String,
        /// Which rule of paths it breaks.
        why: PathError,
    },
    /// `~"a("`
    BadRegex {
        /// `a(`
        source: String,
        /// The mistake in it.
        why: String,
    },
    /// `~"[{letters}]"`
    SpliceInsideSyntax {
        /// `letters`
        name: String,
    },
    /// `~"(a|b)*a(a|b){20}"`
    RegexTooLarge {
        /// Its text.
        source: String,
    },
    /// A glob, path pattern or regular expression of more than [`PATTERN_BYTES`] once the arguments
    /// are in it.
    PatternTooLong {
        /// How many.
        bytes: usize,
    },
    /// A text of more than [`TEXT_BYTES`] once the arguments are in it.
    TextTooLong {
        /// How many.
        bytes: usize,
    },
    /// `placet_public_abc` for `key` in `holder: key`.
    NotAKey {
        /// `key`
        name: String,
        /// Why it is not a public key.
        why: KeyError,
    },
    /// Two keys for `team` in `approved(3, team)`.
    Quorum {
        /// How many approvals are needed.
        needed: usize,
        /// How many different keys there are.
        keys: usize,
    },
    /// A value where another type is expected; the checker lets none through.
    Mistyped {
        /// The expected type.
        wanted: Scalar,
    },
    /// More rules than [`RULES`].
    TooManyRules {
        /// How many.
        rules: usize,
    },
    /// A program longer than its limit.
    TooLarge {
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        most: usize,
    },
    /// A program that may take more steps than allowed.
    TooCostly {
        /// The limit in steps.
        most: u64,
    },
    /// A program that names its constants so often that verifying it takes too long.
    TooLongToProve,
    /// The first regular expression beyond the work budget of a document.
    TooMuchToCompile {
        /// The expression.
        source: String,
    },
    /// Patterns or conditions nested too deep.
    TooDeep,
    /// The verifier does not prove the program for another reason; a correct compiler never writes
    /// one.
    Unproved(ProgramError),
}

impl TemplateError {
    /// At no place in particular.
    #[must_use]
    pub const fn anywhere(self) -> CompileError {
        CompileError { at: None, cause: self }
    }

    /// At a place of the source.
    #[must_use]
    pub const fn at(self, at: Span) -> CompileError {
        CompileError { at: Some(at), cause: self }
    }

    /// Which kind of mistake it is. A code of the checker is used if the checker reports the same
    /// mistake without arguments.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::UnknownArgument { .. } => Code::UnknownArgument,
            Self::MissingArgument { .. } => Code::MissingArgument,
            Self::GivenTwice { .. } => Code::Duplicate,
            Self::UnknownZone { .. } => Code::UnknownZone,
            Self::WrongType { .. }
            | Self::ArgumentNotAPath { .. }
            | Self::ArgumentTooLong { .. }
            | Self::NotAKey { .. }
            | Self::Quorum { .. } => Code::BadArgument,
            Self::SlashInSegment { .. } | Self::EmptySegmentPart { .. } | Self::NotCanonical { .. } => Code::BadSegment,
            Self::NotUtf8 { .. } | Self::NotText { .. } | Self::SpliceInsideSyntax { .. } | Self::Capitals { .. } => {
                Code::BadSplice
            }
            Self::EmptyPatternPart { .. } | Self::EmptyRange => Code::EmptyArgument,
            Self::PatternTooLong { .. } | Self::TextTooLong { .. } => Code::TooLongFilled,
            Self::BadRegex { .. } => Code::BadRegex,
            Self::RegexTooLarge { .. }
            | Self::TooManyRules { .. }
            | Self::TooLarge { .. }
            | Self::TooCostly { .. }
            | Self::TooLongToProve
            | Self::TooMuchToCompile { .. }
            | Self::TooDeep
            | Self::Mistyped { .. }
            | Self::Unproved(_) => Code::Unfit,
        }
    }

    /// The way out.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnknownArgument { meant, .. } => format!("did you mean `{}`?", meant.as_ref()?),
            Self::MissingArgument { name, ty } => format!("give `{name}` a value of type `{ty}`"),
            Self::UnknownZone { .. } => "use a name of the IANA database, or an offset such as `+02:00`".to_owned(),
            Self::Capitals { .. } => "give it in lower case".to_owned(),
            Self::GivenTwice { .. } => "give each argument once".to_owned(),
            Self::SlashInSegment { .. } => "an argument is one segment of a path, or a part of one".to_owned(),
            Self::EmptySegmentPart { .. } => "an argument in a path cannot be empty".to_owned(),
            Self::EmptyPatternPart { .. } => {
                "an empty argument would match more than any other; give it a text, or write a rule without the pattern"
                    .to_owned()
            }
            Self::EmptyRange => {
                "give it an end that is greater than its beginning: an empty range would match nothing, and forbid nothing"
                    .to_owned()
            }
            Self::BadRegex { .. } => "the whole value must match; there are no look-arounds and no back references".to_owned(),
            Self::SpliceInsideSyntax { .. } => "splice where a text may appear, not in a class, a name or a count".to_owned(),
            Self::RegexTooLarge { source } if source.contains("(?u") => {
                "with `(?u)`, `\\d`, `\\w` and `\\s` are classes of all of Unicode: leave it out, or name the characters".to_owned()
            }
            Self::RegexTooLarge { .. } => {
                "repeat less, list the values, or use `prefix`, `suffix` or `glob`".to_owned()
            }
            Self::TooManyRules { .. } | Self::TooLarge { .. } => {
                "join rules that differ in one attribute into one with a list, use prefixes instead of lists of values, or \
                 move rules into a `policy` that the service holds"
                    .to_owned()
            }
            Self::TooCostly { .. } => {
                "test actions and equal values first, and use regular expressions and globs on sets sparingly".to_owned()
            }
            Self::TooLongToProve => "name long values and expressions in one rule, with a list of actions, and not in many".to_owned(),
            Self::TooMuchToCompile { .. } => {
                "use fewer different regular expressions, repeat less in them, or use `prefix`, `suffix`, `glob` or lists of \
                 values; a host may allow more"
                    .to_owned()
            }
            Self::NotAKey { .. } => "copy the whole line that begins with `placet_public_`".to_owned(),
            Self::Quorum { .. } => {
                format!("give at least as many different keys as are needed, and at most {APPROVERS}")
            }
            Self::TooDeep => "give inner lists and conditions a rule of their own".to_owned(),
            Self::Unproved(_) => "this is a mistake of the compiler, not of the policy".to_owned(),
            Self::WrongType { .. }
            | Self::ArgumentNotAPath { .. }
            | Self::ArgumentTooLong { .. }
            | Self::NotUtf8 { .. }
            | Self::NotText { .. }
            | Self::NotCanonical { .. }
            | Self::PatternTooLong { .. }
            | Self::TextTooLong { .. }
            | Self::Mistyped { .. } => return None,
        })
    }
}

impl CompileError {
    /// The same as a finding in the source of `template`; it points to the block's name if it has
    /// no place of its own.
    #[must_use]
    pub fn diagnostic(&self, template: &Template) -> Diagnostic {
        let found = Diagnostic::new(self.cause.code(), self.at.unwrap_or(template.at), self.cause.to_string());
        Diagnostic { help: self.cause.help(), ..found }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownArgument { name, .. } => write!(f, "there is no parameter `{name}`"),
            Self::MissingArgument { name, .. } => write!(f, "the argument `{name}` is missing"),
            Self::GivenTwice { name } => write!(f, "the argument `{name}` is given twice"),
            Self::WrongType { name, wanted, found } => {
                write!(f, "the argument `{name}` must be of type `{wanted}`, found `{found}`")
            }
            Self::ArgumentNotAPath { name, why } => write!(f, "the argument `{name}` is not a path: {why}"),
            Self::UnknownZone { name } => write!(f, "there is no time zone `{name}`"),
            Self::Capitals { name } => {
                write!(f, "the argument `{name}` has a capital letter, and no request has one there")
            }
            Self::ArgumentTooLong { name } => write!(f, "the argument `{name}` has more than {TEXT_BYTES} bytes"),
            Self::NotUtf8 { name } if name.is_empty() => f.write_str("a string contains bytes that are not UTF-8"),
            Self::NotUtf8 { name } => write!(f, "the argument `{name}` is not UTF-8 and is spliced into a string"),
            Self::NotText { name, found } => {
                write!(f, "the argument `{name}` of type `{found}` cannot be spliced into a text")
            }
            Self::SlashInSegment { name } => write!(f, "the argument `{name}` has a `/` and is spliced into a path"),
            Self::EmptySegmentPart { name } => write!(f, "the argument `{name}` is empty and is spliced into a path"),
            Self::EmptyPatternPart { name } => write!(f, "the argument `{name}` is empty and is part of a pattern"),
            Self::EmptyRange => f.write_str("a range is empty with these arguments"),
            Self::NotCanonical { path, why } => write!(f, "`{path}` is not a canonical path: {why}"),
            Self::BadRegex { source, why } => write!(f, "`{source}` is not a regular expression: {why}"),
            Self::SpliceInsideSyntax { name } => {
                write!(f, "the argument `{name}` is spliced into a regular expression where it would not be text")
            }
            Self::RegexTooLarge { source } => {
                write!(f, "the automaton of `{source}` is larger than {AUTOMATON_BYTES} bytes or 254 states")
            }
            Self::PatternTooLong { bytes } => {
                write!(f, "a pattern has {bytes} bytes with its arguments, and at most {PATTERN_BYTES} are allowed")
            }
            Self::TextTooLong { bytes } => {
                write!(f, "a text has {bytes} bytes with its arguments, and at most {TEXT_BYTES} are allowed")
            }
            Self::NotAKey { name, why } => write!(f, "`{name}` is not a public key: {why}"),
            Self::Quorum { needed, keys } => write!(f, "`approved` needs {needed} different keys, and has {keys}"),
            Self::Mistyped { wanted } => write!(f, "a value of type `{wanted}` is expected here"),
            Self::TooManyRules { rules } => write!(f, "{rules} rules are more than a block may have: {RULES}"),
            Self::TooLarge { bytes, most } => {
                write!(f, "the program has {bytes} bytes, and at most {most} are allowed")
            }
            Self::TooCostly { most } => write!(f, "a request could make the program take more than {most} steps"),
            Self::TooLongToProve => {
                f.write_str("the program names its constants so often that proving it would take too long")
            }
            Self::TooMuchToCompile { source } => {
                write!(f, "with `{source}`, the regular expressions of the document take more work than they may")
            }
            Self::TooDeep => f.write_str("patterns or conditions are nested too deep"),
            Self::Unproved(error) => write!(f, "the program cannot be proved: {error}"),
        }
    }
}

impl std::error::Error for TemplateError {}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for CompileError {}
