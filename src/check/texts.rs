//! Texts with splices: plain ones, globs and patterns of paths. The value of a parameter is always
//! literal text.

use super::expected::Expected;
use super::literals::not_a_path;
use super::lowercase;
use super::report::with_help;
use super::scope::Scope;
use super::tree::{Piece, STAR, Text};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::{PATTERN_BYTES, TEXT_BYTES};
use crate::span::Span;
use crate::syntax::ast::{self, Name};
use placet_core::model::path::{PathError, check_segment};
use placet_core::model::target::decoded;
use placet_core::model::types::{Scalar, Type};

/// Stands for a splice while the text around it is checked; user texts do not need this character.
pub(super) const SPLICE: char = '\u{f8ff}';

impl Scope<'_, '_> {
    /// Text that becomes a value of the expected type.
    pub(super) fn text(&self, text: &ast::Text, at: Span, expected: Expected<'_>) -> Option<Text> {
        self.text_in_case(text, at, expected, TEXT_BYTES)
    }

    /// The pieces of a text without wildcards.
    fn text_in_case(&self, text: &ast::Text, at: Span, expected: Expected<'_>, most: usize) -> Option<Text> {
        let pieces = self.pieces(text, at, expected, most);
        text.pieces.iter().try_for_each(|piece| match piece {
            ast::Piece::Text(piece) => lowercase::check(self.report, piece, at, expected),
            ast::Piece::Splice(_) => Some(()),
        })?;
        pieces
    }

    /// `glob "*.{extension}"`
    pub(super) fn glob(&self, text: &ast::Text, at: Span, expected: Expected<'_>) -> Option<Text> {
        let glob = self.text_in_case(text, at, expected, PATTERN_BYTES);
        for piece in &text.pieces {
            let ast::Piece::Text(piece) = piece else { continue };
            let trailing = piece.len() - piece.trim_end_matches('\\').len();
            if trailing % 2 == 1 {
                let message = "a `\\` of this glob has nothing after it";
                return self.report.fail(
                    Diagnostic::new(Code::BadRegex, at, message)
                        .help("`\\` takes the next character literally; write `\\\\` for a backslash"),
                );
            }
        }
        glob
    }

    /// `"/v1/tenants/{tenant}/**"`, with a wildcard.
    pub(super) fn path_pattern(&self, text: &ast::Text, at: Span, expected: Expected<'_>) -> Option<Text> {
        let canonical = self.canonical_path(text, at);
        self.pieces(canonical.as_ref().unwrap_or(text), at, expected, PATTERN_BYTES).filter(|_| canonical.is_some())
    }

    /// `"/v1/tenants/{tenant}"`, without one.
    pub(super) fn exact_path(&self, text: &ast::Text, at: Span, expected: Expected<'_>) -> Option<Text> {
        let canonical = self.canonical_path(text, at).map(|mut text| {
            text.pieces.iter_mut().for_each(with_plain_stars);
            text
        });
        self.text(canonical.as_ref().unwrap_or(text), at, expected).filter(|_| canonical.is_some())
    }

    /// A path, with or without wildcards and splices, with its literal parts spelt canonically. A
    /// `*` that was written as an escape stays one.
    fn canonical_path(&self, text: &ast::Text, at: Span) -> Option<ast::Text> {
        let pieces = text.pieces.iter().map(|piece| match piece {
            ast::Piece::Text(text) => canonical_piece(text).map(ast::Piece::Text),
            ast::Piece::Splice(name) => Ok(ast::Piece::Splice(name.clone())),
        });
        let read = pieces.collect::<Result<Vec<_>, PathError>>().map_err(|why| why.to_string()).and_then(|pieces| {
            let whole: String = pieces.iter().map(stand_in).collect();
            let why = match whole.strip_prefix('/') {
                None => Some(PathError::NotAbsolute.to_string()),
                Some("") => None,
                Some(rest) => rest.split('/').find_map(check_pattern_segment),
            };
            why.map_or(Ok(ast::Text { pieces }), Err)
        });
        match read {
            Ok(text) => Some(text),
            Err(why) => self.report.fail(not_a_path(&show(text), at, &why)),
        }
    }

    /// The pieces, with parameters in their places; `most` bounds the literal bytes.
    pub(super) fn pieces(&self, text: &ast::Text, at: Span, expected: Expected<'_>, most: usize) -> Option<Text> {
        let length: usize = text.pieces.iter().map(literal_length).sum();
        if length > most {
            let message = format!("this text has {length} bytes, and at most {most} are allowed here");
            return self.report.fail(Diagnostic::new(Code::TooLarge, at, message));
        }
        let pieces: Vec<Option<Piece>> = text
            .pieces
            .iter()
            .map(|piece| match piece {
                ast::Piece::Text(text) => Some(Piece::Literal(text.as_bytes().to_vec())),
                ast::Piece::Splice(name) => self.splice(name, expected),
            })
            .collect();
        let pieces = pieces.into_iter().collect::<Option<_>>()?;
        self.warn_neighbours(text, at);
        Some(Text { pieces })
    }

    fn splice(&self, name: &Name, expected: Expected<'_>) -> Option<Piece> {
        if self.network(&name.text).is_some() {
            return self.refuse_network(&name.text, name.at.0);
        }
        let (piece, ty, what) = match (self.parameter(&name.text), self.attribute_value(&name.text)) {
            (Some(_), Some(_)) => {
                let message = format!("`{}` is a parameter and also an attribute of the request", name.text);
                let found = Diagnostic::new(Code::Ambiguous, name.at.0, message).label("which of the two?");
                return self.report.fail(found.help("rename the parameter"));
            }
            (Some((argument, ty)), None) => (Piece::Parameter(argument), ty, "parameter"),
            (None, Some((field, attribute))) => (Piece::Field(field), attribute.ty, "attribute"),
            (None, None) => return self.unknown_splice(name),
        };
        let fits = match ty {
            Type::One(scalar) => scalar.has_text() || (scalar, expected.scalar) == (Scalar::Bytes, Scalar::Bytes),
            Type::Set(_) | Type::Labels => false,
        };
        if fits {
            return Some(piece);
        }
        let into = expected.scalar.with_article();
        let message = format!("the {what} `{}` of type `{ty}` cannot be spliced into {into}", name.text);
        self.report.fail(
            Diagnostic::new(Code::SpliceType, name.at.0, message)
                .help("only strings, ints and uuids can be spliced, and bytes into bytes"),
        )
    }

    fn unknown_splice(&self, name: &Name) -> Option<Piece> {
        if self.is_in_let() {
            return None;
        }
        let what = if self.has_request { "parameter and no attribute" } else { "parameter" };
        let unknown = Diagnostic::new(Code::UnknownSplice, name.at.0, format!("there is no {what} `{}`", name.text));
        let attributes = self.names.vocabulary().attributes().iter().filter(|_| self.has_request);
        let words = self.parameter_words().chain(attributes.map(|attribute| attribute.name.as_str()));
        let help = self.report.suggest(&name.text, words);
        let which = if self.has_request { "parameters and attributes" } else { "parameters of the block" };
        let otherwise = || format!("only {which} can be spliced; write `\\{{` for a brace");
        self.report.fail(with_help(unknown, Some(help.unwrap_or_else(otherwise))))
    }
}

/// The text as it is written.
pub(super) fn show(text: &ast::Text) -> String {
    let piece = |piece: &ast::Piece| match piece {
        ast::Piece::Text(text) => text.clone(),
        ast::Piece::Splice(name) => format!("{{{}}}", name.text),
    };
    text.pieces.iter().map(piece).collect()
}

/// Whether a literal piece has a `*`.
pub(super) fn has_wildcard(text: &ast::Text) -> bool {
    text.pieces.iter().any(|piece| matches!(piece, ast::Piece::Text(text) if text.contains('*')))
}

fn literal_length(piece: &ast::Piece) -> usize {
    match piece {
        ast::Piece::Text(text) => text.len(),
        ast::Piece::Splice(_) => 0,
    }
}

/// A piece of a path pattern, decoded but for its [`STAR`]s.
fn canonical_piece(text: &str) -> Result<String, PathError> {
    let parts = text.replace("%2a", STAR);
    Ok(parts.split(STAR).map(decoded).collect::<Result<Vec<_>, _>>()?.join(STAR))
}

fn with_plain_stars(piece: &mut ast::Piece) {
    if let ast::Piece::Text(text) = piece {
        *text = text.replace(STAR, "*");
    }
}

fn stand_in(piece: &ast::Piece) -> String {
    match piece {
        ast::Piece::Text(text) => text.replace(STAR, SPLICE.encode_utf8(&mut [0; 4])),
        ast::Piece::Splice(_) => SPLICE.to_string(),
    }
}

/// A segment without its wildcards must be one that a canonical path can have.
fn check_pattern_segment(segment: &str) -> Option<String> {
    if segment == "**" {
        return None;
    }
    if segment.contains("**") {
        return Some("`**` is for whole segments and must be alone between its slashes".to_owned());
    }
    let filled = segment.replace('*', SPLICE.encode_utf8(&mut [0; 4]));
    check_segment(&filled).err().map(|error| error.to_string())
}
