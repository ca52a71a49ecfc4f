//! Reads a long block part by part, so that pest's tree is never larger than a few rules.
//!
//! The input is the beginning of the block and its seams, which the [outline](super::outline)
//! found: places where the word of a rule is the first one on its line, after a bracket, a number
//! or a string. The grammar reads the text between two seams, to the last byte. The result is the
//! block exactly as it would have been read whole:
//!
//! - no token spans lines, so a seam is between two tokens;
//! - after a bracket, a number or a string, a complete part may continue with a sign, or with `in`,
//!   `when` or `unless`, but never with the word of a rule. So the text after a seam does not
//!   change how the text before it is read.
//!
//! If a part cannot be read, there is no result: the block is read whole, and its mistakes are
//! reported from there.

use super::build::{Builder, docs};
use super::grammar::{Rule, read};
use crate::span::Span;
use crate::syntax::ast::{At, Item, ItemKind};

/// Bytes between seams: some fifty rules. Each part costs pest's state and an index of lines, about
/// a thirtieth of a rule.
pub(super) const STRIDE: usize = 4 * 1024;

/// The block that begins at `at`, with its nodes and mistakes, and where it ends.
pub(super) fn read_block(text: &str, at: usize, seams: &[usize]) -> Option<(Item, Builder, usize)> {
    let (&first, seams) = seams.split_first().filter(|(first, _)| **first > at)?;
    let mut builder = Builder::new(at);
    let mut parts = read(Rule::block_begin, &text[at..first]).ok()?.into_inner();
    let doc = docs(&mut parts);
    let start = builder.span(&parts.peek()?).start;
    let mut block = builder.block(&mut parts);
    drop(parts);
    builder.offset = first;
    for &seam in seams {
        let middle = read(Rule::block_middle, &text[builder.offset..seam]).ok()?;
        builder.block_parts(&mut middle.into_inner(), &mut block);
        builder.offset = seam;
    }
    let last = read(Rule::block_end, &text[builder.offset..]).ok()?;
    let end = builder.span(&last).end;
    builder.block_parts(&mut last.into_inner(), &mut block);
    block.rules.shrink_to_fit();
    Some((Item { doc, kind: ItemKind::Block(block), at: At(Span::new(start, end)) }, builder, end))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::super::{Parsed, parse_in_parts};

    /// Places count here; two trees that differ in nothing else are equal.
    fn whole_and_in_parts(text: &str) -> [String; 2] {
        let written = |parsed: Parsed| format!("{:?}\n{:?}\n{:?}", parsed.file, parsed.broken, parsed.diagnostics);
        [usize::MAX, 1].map(|stride| written(parse_in_parts(text, stride)))
    }

    #[track_caller]
    fn agree(text: &str) {
        let [whole, in_parts] = whole_and_in_parts(text);
        assert_eq!(whole, in_parts, "{text}");
    }

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            match entry.extension() {
                _ if entry.is_dir() => files(&entry, found),
                Some(extension) if extension == "placet" => found.push(entry),
                _ => {}
            }
        }
    }

    #[test]
    fn a_block_in_parts_is_the_block() {
        agree(
            "policy p {\n deny { a: 1 }\n allow { b: [2] },\n allow {} when has x[\"y\"]\n only { c: {} } } let x = 1",
        );
        agree("policy p {\n allow { a: 1 }\n allow { a: 1 } }\npolicy q {\n deny {}\n allow { a: 1 } }");
        agree(
            "/// Doc.\ntoken t(a: int) {\n ttl: 30m\n allow {\n a: \"x\"\n }\n when: hour(time) in 8..18\n never {} }",
        );
    }

    /// Each of these continues over the seam, or looks as if it did.
    #[test]
    fn what_goes_on_over_a_line_is_read_whole() {
        for before in
            ["has", "any", "token.", "not", "x in", "x ==", "5 ..", "(", "x[\"y\"] &&", "x[", "!", "{ a: 1 } when", ","]
        {
            for rule in ["allow {}", "allow: 1", "allow in [1]", "allow"] {
                for head in ["when: ", "ttl: ", "deny {} unless ", "deny { a: ", "deny {} "] {
                    agree(&format!("policy p {{\n {head}{before}\n {rule}\n deny {{}}\n}}\nlet x = 1"));
                }
            }
        }
    }

    #[test]
    fn every_text_is_read_alike_whole_and_in_parts() {
        let mut found = Vec::new();
        ["policies", "tests", "benches"].iter().for_each(|folder| files(Path::new(folder), &mut found));
        found.sort();
        assert!(found.len() > 30, "{} files", found.len());
        let mut random = fastrand::Rng::with_seed(5);
        for path in found {
            let text = fs::read_to_string(&path).unwrap_or_default();
            agree(&text);
            for _ in 0..100 {
                agree(&mutated(&text, &mut random));
            }
        }
    }

    /// Words, signs and line breaks come and go.
    fn mutated(text: &str, random: &mut fastrand::Rng) -> String {
        const NEW: [&str; 16] = [
            "\n",
            "}",
            "{",
            "\"",
            "allow {}",
            "\nallow {",
            "deny",
            " when ",
            "has",
            "//",
            "///",
            ",",
            "not ",
            "[",
            ")",
            "\nuse x",
        ];
        let mut text = text.to_owned();
        for _ in 0..random.usize(1..4) {
            let places: Vec<usize> = (0..=text.len()).filter(|&place| text.is_char_boundary(place)).collect();
            let from = random.usize(0..places.len());
            let to = (from + random.usize(0..3)).min(places.len() - 1);
            text.replace_range(places[from]..places[to], random.choice(NEW).unwrap_or(""));
        }
        text
    }
}
