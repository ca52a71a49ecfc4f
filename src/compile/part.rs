//! Pieces of a text whose arguments are known, and their concatenation.

use super::error::TemplateError;
use crate::limits::TEXT_BYTES;

/// A piece of a text whose arguments are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text of the source.
    Literal(&'a [u8]),
    /// The text of an argument.
    Argument {
        /// The parameter.
        name: &'a str,
        text: Vec<u8>,
    },
}

impl Part<'_> {
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Part::Literal(bytes) => bytes,
            Part::Argument { text, .. } => text,
        }
    }
}

/// Requires that no argument of a pattern is empty. An empty one would match more than all others
/// together: `prefix ""` is everything.
pub fn refuse_empty(parts: &[Part<'_>]) -> Result<(), TemplateError> {
    parts.iter().try_for_each(|part| match part {
        Part::Argument { name, text } if text.is_empty() => {
            Err(TemplateError::EmptyPatternPart { name: (*name).to_owned() })
        }
        Part::Argument { .. } | Part::Literal(_) => Ok(()),
    })
}

/// All of it, as bytes.
pub fn joined(parts: &[Part<'_>]) -> Result<Vec<u8>, TemplateError> {
    let bytes: usize = parts.iter().map(|part| part.bytes().len()).sum();
    if bytes > TEXT_BYTES {
        return Err(TemplateError::TextTooLong { bytes });
    }
    Ok(parts.iter().flat_map(Part::bytes).copied().collect())
}

/// All of it, as a string. A character is never assembled from two pieces.
pub fn utf8(parts: &[Part<'_>]) -> Result<String, TemplateError> {
    parts.iter().try_for_each(|part| part_utf8(part).map(drop))?;
    String::from_utf8(joined(parts)?).map_err(|_| TemplateError::NotUtf8 { name: String::new() })
}

/// One piece, as a string.
pub fn part_utf8<'p>(part: &'p Part<'_>) -> Result<&'p str, TemplateError> {
    let name = match part {
        Part::Literal(_) => "",
        Part::Argument { name, .. } => name,
    };
    std::str::from_utf8(part.bytes()).map_err(|_| TemplateError::NotUtf8 { name: name.to_owned() })
}
