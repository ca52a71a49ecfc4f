//! The work of reading is proportional to the text, whatever the text. Alone in its process, since pest's bound is the process's.

use std::num::NonZeroUsize;

use placet::diag::code::Code;
use placet::syntax::parse::parse_partly;

/// What `parse` allows, for a text of the largest size.
const STEPS_A_BYTE: usize = 64;

#[test]
fn no_text_takes_more_steps_than_its_length_allows() {
    // The first text sets pest's bound; from here on it is the text's own.
    assert!(parse_partly("use momento").diagnostics.is_empty());
    let dense = ["[", "]", "[],", "1,", "a ", "a:1 ", "{},", "not a ", "x\"\" ", "1..2 ", "~\"\"", "\"\" "];
    let mut texts: Vec<String> = dense.iter().map(|part| format!("let a = [{}]", part.repeat(4000))).collect();
    texts.extend(
        ["allow{}", "when:a ", "a:1 ", "a:{}", "deny{a:b}when c "]
            .map(|part| format!("token a {{ {} }}", part.repeat(4000))),
    );
    texts.extend(
        ["a||", "a&&", "!!a||", "a()||", "a[\"\"]||", "(a)||", "any a in b||", "has a||"]
            .map(|part| format!("token a {{ when: {} a }}", part.repeat(4000))),
    );
    texts.extend(
        ["action a ", "a:int ", "/// a\na:int "].map(|part| format!("vocabulary a 1 {{ {} }}", part.repeat(4000))),
    );
    // What tempts a parser to try again, deep inside.
    texts.extend(["[not ", "{a:[", "[[", "{a:{b:", "[{a:not "].map(|part| format!("let a = {}@", part.repeat(12))));
    texts.extend(
        ["f((", "((!", "any x in [not ", "x in [{a:"]
            .map(|part| format!("policy p {{ allow {{}} when {}@ }}", part.repeat(8))),
    );
    for text in texts {
        pest::set_call_limit(NonZeroUsize::new(text.len() * STEPS_A_BYTE));
        let codes: Vec<Code> = parse_partly(&text).diagnostics.iter().map(|error| error.code).collect();
        assert!(!codes.contains(&Code::TooLarge), "{}… takes too many steps", &text[..40]);
    }
}
