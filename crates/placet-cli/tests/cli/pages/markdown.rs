//! Reads the fenced blocks of a Markdown page, each with its place and its file name.
//!
//! A line with nothing but `` `blog.placet`: `` before a block names the file that the block is.

use std::ops::Range;

/// A fenced block.
#[derive(Debug)]
pub struct Block<'p> {
    /// The first word of the info string.
    pub language: &'p str,
    /// The other words: diagnostic codes that are expected, or `same`.
    pub notes: Vec<&'p str>,
    /// The name that the line before the block gives it.
    pub file: Option<&'p str>,
    /// What is between the fences.
    pub text: &'p str,
    /// Where that is in the page.
    pub range: Range<usize>,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// All blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut found, mut open, mut file) = (Vec::new(), None, None);
    let mut at = 0;
    for (number, line) in page.split_inclusive('\n').enumerate() {
        let next = at + line.len();
        match (line.trim_end().strip_prefix("```"), open) {
            (Some(info), None) => open = Some((info, next, number + 1)),
            (Some(_), Some((info, begin, line))) => {
                found.push(block(page, info, begin..at, line, file.take()));
                open = None;
            }
            (None, None) if !line.trim().is_empty() => file = named(line.trim_end()),
            (None, _) => {}
        }
        at = next;
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn block<'p>(page: &'p str, info: &'p str, range: Range<usize>, line: usize, file: Option<&'p str>) -> Block<'p> {
    let mut words = info.split([' ', ',']).filter(|word| !word.is_empty());
    let language = words.next().unwrap_or_default();
    Block { language, notes: words.collect(), file, text: &page[range.clone()], range, line }
}

/// The file name in `` `blog.placet`: ``.
fn named(line: &str) -> Option<&str> {
    let name = line.strip_prefix('`')?.strip_suffix("`:")?;
    (!name.contains(['`', ' ', '/'])).then_some(name)
}
