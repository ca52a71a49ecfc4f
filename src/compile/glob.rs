//! Globs: `*` is any run, `?` one character. Most of them turn out to be something simpler.

use super::error::TemplateError;
use super::part::{Part, refuse_empty};
use crate::limits::PATTERN_BYTES;
use crate::program::Pattern;
use placet_core::bytecode::wildcard::GlobPiece;
use placet_core::model::matcher::Matcher;

/// A piece of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wild {
    /// `*`
    Run,
    /// `?`
    One,
    /// Itself.
    Literal(Vec<u8>),
}

/// The glob of a text: in literal pieces `*` and `?` are wildcards and `\` takes the next character
/// literally.
pub fn matcher(parts: &[Part<'_>]) -> Result<Pattern, TemplateError> {
    check_length(parts)?;
    refuse_empty(parts)?;
    let mut wilds = Vec::new();
    for part in parts {
        match part {
            Part::Literal(bytes) => literal_piece(bytes, &mut wilds),
            Part::Argument { text, .. } => wilds.push(Wild::Literal(text.clone())),
        }
    }
    Ok(simplest(wilds))
}

/// Requires that the arguments have not made a pattern too long.
pub fn check_length(parts: &[Part<'_>]) -> Result<(), TemplateError> {
    let bytes = parts.iter().map(|part| part.bytes().len()).sum();
    if bytes > PATTERN_BYTES { Err(TemplateError::PatternTooLong { bytes }) } else { Ok(()) }
}

fn literal_piece(bytes: &[u8], wilds: &mut Vec<Wild>) {
    let mut bytes = bytes.iter();
    while let Some(&byte) = bytes.next() {
        wilds.push(match byte {
            b'*' => Wild::Run,
            b'?' => Wild::One,
            b'\\' => Wild::Literal(vec![*bytes.next().unwrap_or(&byte)]),
            other => Wild::Literal(vec![other]),
        });
    }
}

/// The cheapest equivalent matcher.
pub fn simplest(wilds: Vec<Wild>) -> Pattern {
    let wilds = canonical(wilds);
    match wilds.as_slice() {
        [] => Pattern::Equal(Vec::new()),
        [Wild::Literal(text)] => Pattern::Equal(text.clone()),
        [Wild::Run] => Pattern::Any,
        [Wild::Literal(text), Wild::Run] => Pattern::Text(Matcher::Prefix, text.clone()),
        [Wild::Run, Wild::Literal(text)] => Pattern::Text(Matcher::Suffix, text.clone()),
        _ => Pattern::Text(Matcher::Glob, constant(&wilds)),
    }
}

/// The normal form, in which equivalent globs are equal: literals joined, and in a run of wildcards
/// every `?` first and then at most one `*`.
pub fn canonical(wilds: Vec<Wild>) -> Vec<Wild> {
    let mut out: Vec<Wild> = Vec::new();
    for wild in wilds {
        match (out.last_mut(), wild) {
            (_, Wild::Literal(text)) if text.is_empty() => {}
            (Some(Wild::Literal(before)), Wild::Literal(text)) => before.extend(text),
            (Some(Wild::Run), Wild::Run) => {}
            (Some(Wild::Run), Wild::One) => {
                out.insert(out.len() - 1, Wild::One);
            }
            (_, wild) => out.push(wild),
        }
    }
    out
}

/// The glob as a constant of the pool.
pub fn constant(wilds: &[Wild]) -> Vec<u8> {
    let mut out = Vec::new();
    for wild in wilds {
        let piece = match wild {
            Wild::Run => GlobPiece::Run,
            Wild::One => GlobPiece::One,
            Wild::Literal(text) => GlobPiece::Literal(text),
        };
        piece.write(&mut out);
    }
    out
}
