//! Texts that are put together for each request, as a source writes them.

use crate::check::tree::STAR;
use placet_core::bytecode::cursor::Cursor;
use placet_core::bytecode::made::MadePiece;
use placet_core::model::types::Scalar;

/// A piece of such a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// `*`, `?`, `**` and text.
    Text(String),
    /// The next value of the request.
    Value,
}

/// How the text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it is: it has no wildcards.
    Exact,
    /// Its end is open.
    Prefix,
    /// Its beginning is open.
    Suffix,
    /// With wildcards.
    Glob,
    /// As a path.
    Path,
}

/// The pieces of a text, and how it is written; `None` if the bytes are no such text, or not UTF-8.
#[must_use]
pub fn written(shape: &[u8], scalar: Scalar) -> Option<(Way, Vec<Written>)> {
    let pieces = pieces(shape)?;
    let is_wild = |piece: &MadePiece<'_>| matches!(piece, MadePiece::Run | MadePiece::One);
    let (way, pieces) = match pieces.as_slice() {
        all if scalar == Scalar::Path => (Way::Path, all),
        all if !all.iter().any(is_wild) => (Way::Exact, all),
        [text @ .., MadePiece::Run] if !text.iter().any(is_wild) => (Way::Prefix, text),
        [MadePiece::Run, text @ ..] if !text.iter().any(is_wild) => (Way::Suffix, text),
        all => (Way::Glob, all),
    };
    let mut out: Vec<Written> = Vec::new();
    for piece in pieces {
        let text = match piece {
            MadePiece::Filled | MadePiece::Value => {
                out.push(Written::Value);
                continue;
            }
            MadePiece::Run => "*".to_owned(),
            MadePiece::One => "?".to_owned(),
            MadePiece::Segment => "/".to_owned(),
            MadePiece::Segments => "**".to_owned(),
            MadePiece::Literal(bytes) => literal(std::str::from_utf8(bytes).ok()?, way),
        };
        match out.last_mut() {
            Some(Written::Text(before)) => before.push_str(&text),
            Some(Written::Value) | None => out.push(Written::Text(text)),
        }
    }
    Some((way, out))
}

/// All pieces.
#[must_use]
pub fn pieces(shape: &[u8]) -> Option<Vec<MadePiece<'_>>> {
    let mut cursor = Cursor::new(shape);
    let mut pieces = Vec::new();
    while !cursor.is_empty() {
        pieces.push(MadePiece::read(&mut cursor)?);
    }
    Some(pieces)
}

fn literal(text: &str, way: Way) -> String {
    match way {
        Way::Exact | Way::Prefix | Way::Suffix => text.to_owned(),
        Way::Path => text.replace('*', STAR),
        Way::Glob => text
            .chars()
            .flat_map(|one| matches!(one, '*' | '?' | '\\').then_some('\\').into_iter().chain([one]))
            .collect(),
    }
}
