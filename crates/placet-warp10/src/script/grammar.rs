//! The parser that pest makes of `grammar/warpscript.pest`. It is given one line at a time, and
//! none of its rules contains itself, so that its work is bounded by the line.

use pest::Parser;

/// Rules of the grammar, as a type; `Rule` names each of them.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/warpscript.pest"]
struct Grammar;

/// The word at the beginning of a text: its kind, its bytes, and the text inside it (between
/// quotes, after `$`).
pub(super) fn word(text: &str) -> Option<(Rule, usize, &str)> {
    let word = Grammar::parse(Rule::word, text).ok()?.next()?.into_inner().next()?;
    let (kind, length) = (word.as_rule(), word.as_str().len());
    let inner = word.clone().into_inner().next().map_or(word.as_str(), |inner| inner.as_str());
    Some((kind, length, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each rule of the page, with its example.
    fn examples() -> Vec<(String, String)> {
        let mut examples = Vec::new();
        let mut example = String::new();
        for line in include_str!("../../grammar/warpscript.pest").lines() {
            if let Some(doc) = line.strip_prefix("///") {
                doc.strip_prefix("     ").into_iter().for_each(|line| example.push_str(line));
            } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with([' ', '/'])) {
                examples.push((name.to_owned(), std::mem::take(&mut example)));
            }
        }
        examples
    }

    #[test]
    fn every_rule_has_an_example_that_it_reads_to_the_end() {
        let examples = examples();
        for rule in Rule::all_rules().iter().filter(|rule| **rule != Rule::EOI) {
            let name = format!("{rule:?}");
            let (_, example) = examples.iter().find(|(known, _)| *known == name).unwrap();
            let pairs = Grammar::parse(*rule, example).unwrap_or_else(|error| panic!("{name}: {example}\n{error}"));
            if let Some(pair) = pairs.last().filter(|pair| pair.as_rule() == *rule) {
                assert_eq!(pair.as_str(), example, "{name} leaves something of its example");
            }
        }
    }
}
