//! Why a service was not opened or did not mint, with the file or template at fault.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use crate::document::mint::{AttenuateTemplateError, MintTemplateError, MisfitError};
use crate::document::value::ArgumentError;
use crate::document::{DocumentError, Report};
use crate::syntax::ast::BlockKind;
use placet_core::model::verdict::Refusal;
use placet_core::token::attenuate::AttenuateError;

/// Why a service was not opened, or did not mint. A request that is not allowed is not an error,
/// but a [`Decision`](super::Decision).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// A file or directory cannot be read.
    #[error("cannot read `{}`: {error}", path.display())]
    Read {
        /// Its path.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
    /// A file is not what it has to be: a keyring, a revocation list, a policy file.
    #[error("`{}` is not {wanted}: {why}", path.display())]
    WrongFile {
        /// Its path.
        path: PathBuf,
        /// The expected kind of file, with its article.
        wanted: &'static str,
        /// The mistake, with its line if there is one.
        why: String,
    },
    /// A policy file has errors; each is shown with its place.
    #[error("{0}")]
    Policy(#[from] Report),
    /// No vocabulary was named, and the files do not all use the same one.
    #[error("{0}")]
    Vocabulary(String),
    /// Two templates of one kind and name.
    #[error("there are two {} templates `{name}`: in `{first}` and in `{second}`", kind.word())]
    Twice {
        /// The kind of both.
        kind: BlockKind,
        /// The name of both.
        name: String,
        /// A file that has one.
        first: String,
        /// A file that has the other.
        second: String,
    },
    /// There is no template of the kind and name.
    #[error("there is no {} template `{name}`{}", kind.word(), there_is(known))]
    NoTemplate {
        /// The kind that was looked for.
        kind: BlockKind,
        /// The name that was looked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// An argument of a template is unknown, missing, or not of its parameter's type.
    #[error("{} `{name}`: {error}{}", kind.word(), way_out(*kind))]
    Argument {
        /// The kind of the template.
        kind: BlockKind,
        /// The name of the template.
        name: String,
        /// The reason.
        #[source]
        error: ArgumentError,
    },
    /// A template did not become a program.
    #[error("{} `{name}`: {error}", kind.word())]
    Compile {
        /// The kind of the template.
        kind: BlockKind,
        /// The name of the template.
        name: String,
        /// The reason.
        #[source]
        error: DocumentError,
    },
    /// A policy cannot be held.
    #[error("policy `{name}`: {error}")]
    Held {
        /// Its name.
        name: String,
        /// The reason.
        #[source]
        error: MisfitError,
    },
    /// No key of the keyring can mint.
    #[error("no key of the keyring can mint: one of its lines must begin with `mint`")]
    NoMintingKey,
    /// A token was not minted.
    #[error("token `{template}`: {failure}")]
    Mint {
        /// The name of its template.
        template: String,
        /// The reason.
        #[source]
        failure: MintTemplateError,
    },
    /// A restriction was not added.
    #[error("restriction `{restriction}`: {failure}")]
    Attenuate {
        /// The name of its template.
        restriction: String,
        /// The reason.
        #[source]
        failure: AttenuateTemplateError,
    },
    /// A token was not sealed.
    #[error("cannot seal the token: {0}")]
    Seal(#[source] AttenuateError),
    /// A text that should be a token is not one.
    #[error("{0}")]
    NotAToken(#[source] Refusal),
}

impl ServiceError {
    pub(super) fn read(path: &Path, error: io::Error) -> Self {
        Self::Read { path: path.to_owned(), error }
    }

    pub(super) fn wrong_file(path: &Path, wanted: &'static str, why: impl Display) -> Self {
        Self::WrongFile { path: path.to_owned(), wanted, why: why.to_string() }
    }
}

/// Tokens and restrictions get their arguments in the call that names them; policies get theirs in
/// the builder.
const fn way_out(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Policy => "; add a policy with its arguments through the builder's `policy`",
        BlockKind::Token | BlockKind::Restriction => "",
    }
}

fn there_is(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!("; there is `{}`", known.join("`, `")) }
}
