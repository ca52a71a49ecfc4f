//! Paths with arguments in them, exact ones and patterns. An argument is one segment or a part of
//! one: it cannot add a segment or leave one, and a `*` in it is a literal `*`.

use super::error::TemplateError;
use super::glob::{self, Wild};
use super::part::{Part, part_utf8, utf8};
use crate::check::tree::STAR;
use crate::program::Pattern;
use placet_core::bytecode::wildcard::PathPiece;
use placet_core::model::matcher::Matcher;
use placet_core::model::path::{PathError, ResourcePath, check_segment, check_text};

/// A path without wildcards.
pub fn exact(parts: &[Part<'_>]) -> Result<String, TemplateError> {
    parts.iter().try_for_each(check_argument)?;
    let path = utf8(parts)?;
    match check_escapes(parts).and(ResourcePath::new(&path).map(drop)) {
        Ok(()) => Ok(path),
        Err(why) => Err(TemplateError::NotCanonical { path, why }),
    }
}

/// The path pattern of a text: in literal pieces `*` is a wildcard.
pub fn matcher(parts: &[Part<'_>]) -> Result<Pattern, TemplateError> {
    parts.iter().try_for_each(check_argument)?;
    glob::check_length(parts)?;
    let path = utf8(parts)?;
    let broken = |why| TemplateError::NotCanonical { path: path.clone(), why };
    if !path.starts_with('/') {
        return Err(broken(PathError::NotAbsolute));
    }
    check_escapes(parts).map_err(broken)?;
    if path == "/" {
        return Ok(Pattern::Equal(path.into_bytes()));
    }
    let segments = segments(parts)?.into_iter().skip(1);
    let steps = segments.map(|segment| Step::new(segment).map_err(broken)).collect::<Result<Vec<_>, _>>()?;
    Ok(simplest(&canonical(steps)))
}

pub fn check_argument(part: &Part<'_>) -> Result<(), TemplateError> {
    match part {
        Part::Argument { name, text } if text.is_empty() => {
            Err(TemplateError::EmptySegmentPart { name: (*name).to_owned() })
        }
        Part::Argument { name, text } if text.contains(&b'/') => {
            Err(TemplateError::SlashInSegment { name: (*name).to_owned() })
        }
        Part::Argument { .. } | Part::Literal(_) => Ok(()),
    }
}

/// An argument has only complete escapes: the text beside it must not complete one.
pub fn check_escapes(parts: &[Part<'_>]) -> Result<(), PathError> {
    parts.iter().try_for_each(|part| match part {
        Part::Argument { text, .. } => check_text(&String::from_utf8_lossy(text)),
        Part::Literal(_) => Ok(()),
    })
}

/// The texts between the slashes; the first one is the text before the first slash.
fn segments(parts: &[Part<'_>]) -> Result<Vec<Vec<Wild>>, TemplateError> {
    let mut segments: Vec<Vec<Wild>> = Vec::new();
    let mut segment = Vec::new();
    for part in parts {
        let text = part_utf8(part)?;
        if matches!(part, Part::Argument { .. }) {
            segment.push(Wild::Literal(text.as_bytes().to_vec()));
            continue;
        }
        for (number, text) in text.split(STAR).enumerate() {
            if number > 0 {
                segment.push(Wild::Literal(b"*".to_vec()));
            }
            for byte in text.bytes() {
                match byte {
                    b'/' => segments.push(std::mem::take(&mut segment)),
                    b'*' => segment.push(Wild::Run),
                    other => segment.push(Wild::Literal(vec![other])),
                }
            }
        }
    }
    segments.push(segment);
    Ok(segments)
}

/// One segment of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `**`
    Run,
    /// `*`
    One,
    /// `img-*`
    Glob(Vec<Wild>),
    /// `img`
    Literal(Vec<u8>),
}

impl Step {
    fn new(segment: Vec<Wild>) -> Result<Self, PathError> {
        if segment == [Wild::Run, Wild::Run] {
            return Ok(Self::Run);
        }
        let segment = glob::canonical(segment);
        let bytes = |wild: &Wild| match wild {
            Wild::Run | Wild::One => b"x".to_vec(),
            Wild::Literal(text) => text.clone(),
        };
        let filled: Vec<u8> = segment.iter().flat_map(bytes).collect();
        check_segment(&String::from_utf8_lossy(&filled))?;
        Ok(match segment.as_slice() {
            [Wild::Run] => Self::One,
            [Wild::Literal(text)] => Self::Literal(text.clone()),
            _ => Self::Glob(segment),
        })
    }
}

/// In a run of `*` and `**`, every `*` first and then at most one `**`, so that equivalent patterns
/// are equal.
pub(super) fn canonical(steps: Vec<Step>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::new();
    for step in steps {
        match (out.last(), step) {
            (Some(Step::Run), Step::Run) => {}
            (Some(Step::Run), Step::One) => out.insert(out.len() - 1, Step::One),
            (_, step) => out.push(step),
        }
    }
    out
}

fn simplest(steps: &[Step]) -> Pattern {
    if steps == [Step::Run] {
        return Pattern::Any;
    }
    let (below, above) = match steps {
        [above @ .., Step::Run] => (true, above),
        all => (false, all),
    };
    match literal(above) {
        Some(path) if below => Pattern::Text(Matcher::Within, path),
        Some(path) => Pattern::Equal(path),
        None => Pattern::Text(Matcher::Path, constant(steps)),
    }
}

/// The path of the steps, if none is a wildcard.
fn literal(steps: &[Step]) -> Option<Vec<u8>> {
    let mut path = Vec::new();
    for step in steps {
        let Step::Literal(text) = step else { return None };
        path.push(b'/');
        path.extend_from_slice(text);
    }
    Some(path)
}

/// The pieces of a path pattern.
pub(super) fn constant(steps: &[Step]) -> Vec<u8> {
    let mut out = Vec::new();
    for step in steps {
        match step {
            Step::Run => PathPiece::Run.write(&mut out),
            Step::One => PathPiece::One.write(&mut out),
            Step::Glob(wilds) => PathPiece::Glob(&glob::constant(wilds)).write(&mut out),
            Step::Literal(text) => PathPiece::Literal(text).write(&mut out),
        }
    }
    out
}
