//! An argument is always a value, never syntax.

use super::harness::*;
use crate::check::tree::{ArgumentNo, Constant, Pattern, Term};
use crate::compile::arguments::Argument;
use crate::compile::error::TemplateError;
use placet_core::model::matcher::Matcher;
use placet_core::model::path::PathError;

fn spliced_regex(text: &str) -> Pattern {
    Pattern::Text(Matcher::Regex, spliced(text))
}

const HOSTILE: [&str; 12] = ["*", "**", "?", ".*", "a|b", "[a-z]", "(", "\\", "\\*", "^$", "{1,9}", "a\nb"];

#[test]
fn an_argument_in_a_text_is_that_text() {
    let prefix = Pattern::Text(Matcher::Prefix, spliced("user/{0}/"));
    assert_eq!(lowers_with(CACHE, prefix.clone(), &["ada".into()]).unwrap(), ["prefix \"user/ada/\""]);
    assert_eq!(lowers_with(CACHE, prefix.clone(), &["*".into()]).unwrap(), ["prefix \"user/*/\""]);
    let empty = lowers_with(CACHE, prefix.clone(), &["".into()]);
    assert!(matches!(empty, Err(TemplateError::EmptyPatternPart { .. })), "{empty:?}");
    assert_eq!(lowers_with(CACHE, prefix.clone(), &[Constant::Int(-7).into()]).unwrap(), ["prefix \"user/-7/\""]);
    let uuid = Argument::One(Constant::Uuid([0xab; 16]));
    let expected = ["prefix \"user/abababab-abab-abab-abab-abababababab/\""];
    assert_eq!(lowers_with(CACHE, prefix, &[uuid]).unwrap(), expected);
    let equal = Pattern::Equal(Term::Text(spliced("{0}{1}")));
    assert_eq!(lowers_with(CACHE, equal, &["a".into(), "b".into()]).unwrap(), ["eq \"ab\""]);
}

#[test]
fn a_wildcard_that_an_argument_brings_is_a_character_of_a_glob() {
    for argument in HOSTILE {
        let lowered = lowers_with(BLOB, glob("a{0}"), &[argument.into()]).unwrap();
        assert_eq!(lowered, lowers(BLOB, equal(string(&format!("a{argument}")))), "{argument}");
    }
    assert_eq!(lowers_with(CACHE, glob("a*{0}*b"), &["*?".into()]).unwrap(), ["glob \"a*\\*\\?*b\""]);
}

#[test]
fn request_and_argument_text_is_never_pasted_into_policy_text() {
    for argument in HOSTILE {
        let lowered = lowers_with(CACHE, spliced_regex("eu-{0}"), &[argument.into()]).unwrap();
        assert_eq!(lowered, lowers(CACHE, equal(string(&format!("eu-{argument}")))), "{argument}");
        let lowered = lowers_with(CACHE, spliced_regex("{0}.*"), &[argument.into()]).unwrap();
        assert_eq!(lowered, lowers(CACHE, affix(Matcher::Prefix, argument)), "{argument}");
    }
}

#[test]
fn an_argument_folds_with_the_expression_around_it_and_keeps_its_blanks() {
    let lowered = lowers_with(CACHE, spliced_regex("(?i:x{0}){0}"), &["A".into()]).unwrap();
    assert_eq!(lowered, ["any.of +8", "  eq \"XAA\"", "  eq \"XaA\"", "  eq \"xAA\"", "  eq \"xaA\""]);
    let lowered = lowers_with(CACHE, spliced_regex("(?x) a {0} b"), &["x y # z".into()]).unwrap();
    assert_eq!(lowered, ["eq \"ax y # zb\""]);
}

#[test]
fn a_repetition_after_a_splice_repeats_all_of_it() {
    let lowered = lowers_with(CACHE, spliced_regex("{0}?"), &["ab".into()]).unwrap();
    assert_eq!(lowered, ["any.of +4", "  eq \"\"", "  eq \"ab\""]);
}

#[test]
fn a_splice_inside_the_syntax_of_a_regular_expression_is_refused() {
    for pattern in ["[{0}]", "[a-{0}]", "(?x) a # {0}", "\\Q{0}", "(?P<{0}>a)", "a\\{0}", "[^{0}]b", "\\x{0}"] {
        let refused = lowers_with(CACHE, spliced_regex(pattern), &["a".into()]);
        let is_refused =
            matches!(refused, Err(TemplateError::SpliceInsideSyntax { .. } | TemplateError::BadRegex { .. }));
        assert!(is_refused, "{pattern}: {refused:?}");
    }
}

#[test]
fn an_argument_does_not_leave_its_segment() {
    let pattern = || path("/v1/{0}/objects/**");
    assert_eq!(lowers_with(PATH, pattern(), &["acme".into()]).unwrap(), ["within \"/v1/acme/objects\""]);
    let refused = |argument: &str| lowers_with(PATH, pattern(), &[argument.into()]).unwrap_err();
    assert_eq!(refused("a/b"), TemplateError::SlashInSegment { name: "p0".to_owned() });
    assert_eq!(refused(""), TemplateError::EmptySegmentPart { name: "p0".to_owned() });
    for (argument, why) in [
        ("..", PathError::DotSegment),
        (".", PathError::DotSegment),
        ("%2F", PathError::EncodedSeparator),
        ("%2e%2e", PathError::BadEscape),
        ("\\", PathError::EncodedSeparator),
        ("a?b", PathError::NotAPath),
        ("a\0b", PathError::ControlCharacter),
    ] {
        assert!(
            matches!(refused(argument), TemplateError::NotCanonical { why: found, .. } if found == why),
            "{argument}: {:?}",
            refused(argument)
        );
    }
}

#[test]
fn two_pieces_do_not_join_into_a_dot_segment() {
    let refused = lowers_with(PATH, path("/a/.{0}/*"), &[".".into()]);
    assert!(matches!(refused, Err(TemplateError::NotCanonical { why: PathError::DotSegment, .. })), "{refused:?}");
    let refused = lowers_with(PATH, path("/a/{0}{1}/*"), &["%2".into(), "F".into()]);
    assert!(matches!(refused, Err(TemplateError::NotCanonical { .. })), "{refused:?}");
}

#[test]
fn a_star_that_an_argument_brings_is_a_character_of_a_path() {
    for argument in ["*", "**", "a*"] {
        let lowered = lowers_with(PATH, path("/a/{0}/**"), &[argument.into()]).unwrap();
        assert_eq!(lowered, [format!("within \"/a/{argument}\"")]);
        let lowered = lowers_with(PATH, path("/a/{0}/*"), &[argument.into()]).unwrap();
        assert_eq!(lowered, [format!("path \"/a/{}/*\"", argument.replace('*', "%2A"))]);
    }
}

#[test]
fn an_exact_path_with_an_argument_is_canonical_or_refused() {
    let exact = |argument: &str| lowers_with(PATH, Pattern::Equal(Term::Text(spliced("/a/{0}"))), &[argument.into()]);
    assert_eq!(exact("b").unwrap(), ["eq \"/a/b\""]);
    assert_eq!(exact("b/c"), Err(TemplateError::SlashInSegment { name: "p0".to_owned() }));
    assert!(matches!(exact(".."), Err(TemplateError::NotCanonical { .. })));
}

#[test]
fn bytes_that_are_no_text_do_not_get_into_a_string() {
    let bytes = Argument::One(Constant::Bytes(vec![0xff]));
    let refused = lowers_with(CACHE, Pattern::Equal(Term::Text(spliced("a{0}"))), &[bytes.clone()]);
    assert_eq!(refused, Err(TemplateError::NotUtf8 { name: "p0".to_owned() }));
    let lowered = lowers_with(BLOB, Pattern::Equal(Term::Text(spliced("a{0}"))), &[bytes.clone()]).unwrap();
    assert_eq!(lowered, ["eq x\"61ff\""]);
    let lowered = lowers_with(BLOB, spliced_regex("a{0}.*"), &[bytes]).unwrap();
    assert_eq!(lowered, ["prefix x\"61ff\""]);
    // Two halves of a character are not assembled.
    let halves = [Constant::Bytes(vec![0xc3]).into(), Constant::Bytes(vec![0xa9]).into()];
    assert!(lowers_with(CACHE, Pattern::Equal(Term::Text(spliced("{0}{1}"))), &halves).is_err());
}

#[test]
fn a_value_without_a_text_is_not_spliced() {
    let refused = lowers_with(CACHE, Pattern::Equal(Term::Text(spliced("{0}"))), &[Constant::Bool(true).into()]);
    assert_eq!(refused, Err(TemplateError::NotText { name: "p0".to_owned(), found: "bool".to_owned() }));
}

#[test]
fn an_argument_of_another_type_than_its_place_is_refused_by_name() {
    let refused = lowers_with(AMOUNT, Pattern::Equal(Term::Parameter(ArgumentNo(0))), &["a".into()]).unwrap_err();
    assert_eq!(refused.to_string(), "the argument `p0` must be of type `int`, found `string`");
}
