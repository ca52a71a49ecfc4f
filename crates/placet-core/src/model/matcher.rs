//! Matchers: patterns on a text that more than one text matches. One table from which the parser,
//! the map form, the checker, the compiler, the verifier, the VM, the index, `explain` and the
//! printers take the word, the types, the syntax and the cost.

use crate::model::path::is_within;
use crate::model::predicate::Anchor;
use crate::model::types::{Accepts, Scalar};

/// How a matcher is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// Its name before the text: `prefix "user/"`.
    Word,
    /// A sign before the text: `~"eu-.*"`.
    Sign(&'static str),
    /// The text alone: `"/v1/*/b"`.
    Bare,
}

/// The syntax of a matcher's text, and how its constant in a program is compared with a value.
#[derive(Clone, Copy, Debug)]
pub enum Syntax {
    /// Plain text, compared in place: the value, then the text.
    Text(fn(&[u8], &[u8]) -> bool),
    /// A canonical path, compared in place.
    Place(fn(&[u8], &[u8]) -> bool),
    /// `*` is any run of characters and `?` is one; pieces in a program.
    Glob,
    /// A regular expression for the whole value; an automaton in a program.
    Regex,
    /// `*` is one segment and `**` any number of them; pieces in a program.
    Path,
    /// A URL with `*` in its parts; the parts in a program.
    Url,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct MatcherRow {
    /// Its name: in the language if it is written as a word, in the map form, and in listings.
    pub name: &'static str,
    /// How it is written.
    pub notation: Notation,
    /// The types of the values that it can look into.
    pub accepts: Accepts,
    /// The syntax of its text.
    pub syntax: Syntax,
    /// For one that compares its text with one end of a value: which end.
    pub anchor: Option<Anchor>,
    /// Whether the value has the very bytes of the text.
    pub is_exact: bool,
    /// Its relative cost, after 0 for comparing in place: looking at one end, then scanning.
    pub rank: u8,
}

macro_rules! matchers {
    ($( $name:ident $text:literal $notation:expr, $accepts:expr; $rank:literal $anchor:expr, $exact:literal $syntax:expr; $meaning:literal )*) => {
        /// A way to match a text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Matcher {
            $( #[doc = $meaning] $name, )*
        }

        impl Matcher {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static MatcherRow {
                match self {
                    $( Self::$name => &MatcherRow {
                        name: $text,
                        notation: $notation,
                        accepts: $accepts,
                        syntax: $syntax,
                        anchor: $anchor,
                        is_exact: $exact,
                        rank: $rank,
                    }, )*
                }
            }

            /// [`MatcherRow::syntax`], for the verifier and the VM: a match on it becomes part of
            /// the match on the instruction.
            #[must_use]
            #[inline(always)]
            pub const fn syntax(self) -> Syntax {
                match self {
                    $( Self::$name => $syntax, )*
                }
            }
        }
    };
}

/// Only paths.
const PATH: Accepts = Accepts::Only(Scalar::Path);

/// Only URLs.
const URL: Accepts = Accepts::Only(Scalar::Url);

use Accepts::{TextOrPath, Textual};
use Anchor::{End, Start};
use Notation::{Bare, Sign, Word};
use Syntax::{Glob, Path, Place, Regex, Text, Url};

matchers! {
//  name    name      notation   accepts rank anchor     exact syntax
    Prefix  "prefix"  Word,      Textual; 1 Some(Start), true  Text(<[u8]>::starts_with); "`prefix \"user/\"`"
    Suffix  "suffix"  Word,      Textual; 1 Some(End),   true  Text(<[u8]>::ends_with);   "`suffix \".png\"`"
    Glob    "glob"    Word,      Textual; 3 None,        true  Glob;                      "`glob \"*.png\"`"
    Regex   "regex"   Sign("~"), Textual; 4 None,        true  Regex;                     "`~\"eu-.*\"`"
    Path    "path"    Bare,      PATH;    3 None,        true  Path;                      "`\"/a/*/b\"`"
    Within  "within"  Bare,      PATH;    1 None,        true  Place(is_within);          "`\"/a/**\"`: the path `/a` or one below it."
    Url     "url"     Bare,      URL;     3 None,        true  Url;                       "`\"https://*.example.com/hooks/**\"`, `public`"
    Nocase  "nocase"  Word, TextOrPath; 1 None,          false Text(<[u8]>::eq_ignore_ascii_case);    "`nocase \"get\"`"
    NocasePrefix "nocase prefix" Word, Textual; 1 Some(Start), false Text(begins_ignoring_case);      "`nocase prefix \"user/\"`"
    NocaseSuffix "nocase suffix" Word, Textual; 1 Some(End),   false Text(ends_ignoring_case);        "`nocase suffix \".png\"`"
    NocaseWithin "nocase within" Bare, PATH;    1 None,        false Place(is_within_ignoring_case);  "`nocase \"/a/**\"`"
}

fn begins_ignoring_case(value: &[u8], text: &[u8]) -> bool {
    value.get(..text.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(text))
}

fn ends_ignoring_case(value: &[u8], text: &[u8]) -> bool {
    let end = value.len().checked_sub(text.len()).and_then(|at| value.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(text))
}

fn is_within_ignoring_case(path: &[u8], above: &[u8]) -> bool {
    let rest = path.get(above.len()..).filter(|_| begins_ignoring_case(path, above));
    above == b"/" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

impl Matcher {
    /// The one with this name, if it is not written as its text alone.
    #[must_use]
    pub fn called(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.row().name == name && one.row().notation != Bare)
    }

    /// The word or sign before its text; empty if there is none.
    #[must_use]
    pub const fn written(self) -> &'static str {
        match self.row().notation {
            Word => self.row().name,
            Sign(sign) => sign,
            Bare => "",
        }
    }

    /// The one with this word or sign.
    #[must_use]
    pub fn of_written(written: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.written() == written && one.row().notation != Bare)
    }

    /// The names of those that are written as a word.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(|one| one.row().notation == Word).map(|one| one.row().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_of_one_matcher() {
        for &one in Matcher::ALL {
            let named = Matcher::ALL.iter().filter(|other| other.row().name == one.row().name).count();
            assert_eq!(named, 1, "{one:?}");
            assert_eq!(Matcher::called(one.row().name).is_some(), one.row().notation != Bare, "{one:?}");
        }
    }

    #[test]
    fn case_is_ignored_where_the_table_says_so_and_only_for_ascii() {
        for &one in Matcher::ALL {
            if let Text(compares) | Place(compares) = one.syntax() {
                assert_eq!(compares(b"/A", b"/a"), !one.row().is_exact, "{one:?}");
                assert!(!compares("/É".as_bytes(), "/é".as_bytes()), "{one:?}");
                assert!(!compares(b"", b"/a") && !compares(b"/", b"/a"), "{one:?}");
            }
        }
        assert!(is_within_ignoring_case(b"/A/b", b"/a") && is_within_ignoring_case(b"/x", b"/"));
        assert!(!is_within_ignoring_case(b"/ab", b"/A"));
    }

    #[test]
    fn a_text_matches_itself_unless_it_has_a_syntax() {
        for &one in Matcher::ALL {
            if let Text(compares) | Place(compares) = one.syntax() {
                assert!(compares(b"/a", b"/a"), "{one:?}");
                assert!(!compares(b"/b", b"/a"), "{one:?}");
            }
        }
    }
}
