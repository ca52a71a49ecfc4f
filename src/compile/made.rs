//! Texts with attributes in them: what the arguments determine becomes literal, and the attributes
//! are put in for each request.

use super::Lowering;
use super::error::TemplateError;
use super::part::{Part, refuse_empty};
use super::path::{check_argument, check_escapes};
use crate::check::tree::{Piece, STAR, Text};
use crate::program::{Pattern, Value};
use placet_core::bytecode::made::MadePiece;
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::predicate::Anchor;
use placet_core::model::types::Scalar;

/// The pieces so far; neighbouring literals are joined.
#[derive(Default)]
struct Shape {
    bytes: Vec<u8>,
    literal: Vec<u8>,
}

impl Shape {
    fn literal(&mut self, bytes: &[u8]) {
        self.literal.extend_from_slice(bytes);
    }

    fn piece(&mut self, piece: MadePiece<'_>) {
        if !self.literal.is_empty() {
            MadePiece::Literal(&std::mem::take(&mut self.literal)).write(&mut self.bytes);
        }
        piece.write(&mut self.bytes);
    }

    fn done(mut self) -> Vec<u8> {
        if !self.literal.is_empty() {
            MadePiece::Literal(&self.literal).write(&mut self.bytes);
        }
        self.bytes
    }

    /// In a glob `*` and `?` are wildcards, and `\` takes the next character literally.
    fn glob(&mut self, text: &[u8]) {
        let mut bytes = text.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'*' => self.piece(MadePiece::Run),
                b'?' => self.piece(MadePiece::One),
                b'\\' => self.literal(&[*bytes.next().unwrap_or(byte)]),
                other => self.literal(&[*other]),
            }
        }
    }

    /// In a path `*` is a wildcard too, and [`STAR`] is the character.
    fn path(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'/' => self.piece(MadePiece::Segment),
                b'*' if after.starts_with(b"*") => {
                    rest = &after[1..];
                    self.piece(MadePiece::Segments);
                }
                b'*' => self.piece(MadePiece::Run),
                b'%' if after.starts_with(&STAR.as_bytes()[1..]) => {
                    rest = &after[STAR.len() - 1..];
                    self.literal(b"*");
                }
                other => self.literal(&[*other]),
            }
        }
    }
}

impl Lowering<'_> {
    /// The pattern of a text with attributes; without a matcher, the text itself.
    pub(super) fn made(&self, matcher: Option<Matcher>, text: &Text, scalar: Scalar) -> Result<Pattern, TemplateError> {
        let (mut shape, mut values) = (Shape::default(), Vec::new());
        let end = matcher.and_then(|matcher| matcher.row().anchor);
        if end == Some(Anchor::End) {
            shape.piece(MadePiece::Run);
        }
        for piece in &text.pieces {
            match piece {
                Piece::Literal(bytes) if scalar == Scalar::Path => shape.path(bytes),
                Piece::Literal(bytes) => match matcher.map(Matcher::syntax) {
                    Some(Syntax::Glob) => shape.glob(bytes),
                    Some(Syntax::Text(_) | Syntax::Place(_) | Syntax::Regex | Syntax::Path | Syntax::Url) | None => {
                        shape.literal(bytes);
                    }
                },
                Piece::Parameter(number) => {
                    let part = self.argument_text(*number)?;
                    check(&part, matcher, scalar)?;
                    shape.literal(part.bytes());
                }
                Piece::Field(field) => {
                    let is_exact = matcher.is_none() && scalar != Scalar::Path;
                    shape.piece(if is_exact { MadePiece::Value } else { MadePiece::Filled });
                    values.push(Value::Field(*field));
                }
            }
        }
        if end == Some(Anchor::Start) {
            shape.piece(MadePiece::Run);
        }
        Ok(Pattern::Made(shape.done(), values))
    }
}

fn check(part: &Part<'_>, matcher: Option<Matcher>, scalar: Scalar) -> Result<(), TemplateError> {
    if scalar == Scalar::Path {
        check_argument(part)?;
        let path = String::from_utf8_lossy(part.bytes()).into_owned();
        return check_escapes(std::slice::from_ref(part)).map_err(|why| TemplateError::NotCanonical { path, why });
    }
    if matcher.is_some() { refuse_empty(std::slice::from_ref(part)) } else { Ok(()) }
}
