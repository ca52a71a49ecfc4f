//! Regular expressions in functions: [`regex`](super::super::regex) reads Java's, and this file
//! writes its replacements.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

use super::error::{ScriptCode, UnplacedError};
use super::heap::Heap;
use crate::limits;
use crate::regex::Searching;

/// The regular expressions that a run has built: in a loop, each is built once.
#[derive(Default)]
pub(super) struct Patterns {
    /// By the text, and whether all of a text has to match; with the states of its automaton.
    known: BTreeMap<(String, bool), (Regex, usize)>,
}

impl Patterns {
    /// Java's regular expression, for a text of `text` bytes. Building and running it are charged
    /// in advance: their cost has little to do with the length of the expression.
    pub(super) fn get(
        &mut self,
        heap: &mut Heap,
        pattern: &str,
        whole: bool,
        text: usize,
    ) -> Result<Regex, UnplacedError> {
        heap.work(pattern.len())?;
        let key = (pattern.to_owned(), whole);
        if !self.known.contains_key(&key) {
            if self.known.len() >= KNOWN {
                self.known.clear();
            }
            self.known.insert(key.clone(), build(heap, pattern, whole)?);
        }
        let (regex, places) = self.known.get(&key).expect("it is there, or was put there");
        heap.work(text.saturating_mul(places.saturating_add(RUN)))?;
        Ok(regex.clone())
    }
}

fn build(heap: &mut Heap, pattern: &str, whole: bool) -> Result<(Regex, usize), UnplacedError> {
    let bad = |why: String| UnplacedError::new(ScriptCode::BadValue, why);
    if pattern.len() > limits::SCRIPT_PATTERN {
        return Err(bad(format!("the regular expression has more than {} bytes", limits::SCRIPT_PATTERN)));
    }
    let carried = |why| bad(format!("`{pattern}` cannot be used here: {why}"));
    heap.work(READ * pattern.len())?;
    let searching = Searching::from_java(pattern, whole).map_err(carried)?;
    // An automaton that grows too large is abandoned early.
    let places = searching.places().min(limits::SCRIPT_AUTOMATON / PLACE_BYTES);
    heap.work(BUILD + PLACE * places)?;
    Ok((searching.build(limits::SCRIPT_AUTOMATON).map_err(carried)?, places))
}

/// Regular expressions that a run keeps: each has some kilobytes of memory to run in.
const KNOWN: usize = 64;

/// Work of reading a byte of an expression.
const READ: usize = 64;

/// Work of building an automaton, without its states.
const BUILD: usize = 8 * 1024;

/// Work of building one state of an automaton.
const PLACE: usize = 256;

/// The least bytes that a state of an automaton takes.
const PLACE_BYTES: usize = 16;

/// Work of running an automaton over a byte, without its states.
const RUN: usize = 8;

/// Writes a replacement as Java does: `$1`, `${name}`, and `\` before a literal character.
///
/// # Errors
/// The replacement refers to a missing group.
pub(crate) fn expand(replacement: &str, groups: &Captures<'_>, out: &mut String) -> Result<(), String> {
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().ok_or("a replacement ends with a lone `\\`")?),
            '$' if chars.peek() == Some(&'{') => {
                let name: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                let group = groups.name(&name).ok_or_else(|| format!("there is no group `{name}`"))?;
                out.push_str(group.as_str());
            }
            '$' => {
                let first = chars.next().and_then(|c| c.to_digit(10));
                let mut number = first.ok_or("a `$` in a replacement is followed by the number of a group")? as usize;
                // Further digits belong to the number as long as there is such a group.
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    let longer = number * 10 + digit as usize;
                    if longer >= groups.len() {
                        break;
                    }
                    number = longer;
                    chars.next();
                }
                if number >= groups.len() {
                    return Err(format!("there is no group {number}"));
                }
                out.push_str(groups.get(number).map_or("", |group| group.as_str()));
            }
            c => out.push(c),
        }
    }
    Ok(())
}
