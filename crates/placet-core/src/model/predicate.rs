//! Predicates on two values in conditions: one table from which the checker, the compiler, the
//! verifier, the VM and the printers take the word, the types, the price and the answer.

use memchr::memmem;

use crate::model::types::Accepts;
use crate::model::value::Value;

/// How a predicate is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `a == b`
    Infix,
    /// `starts_with(text, beginning)`, with the names of its arguments.
    Call(&'static str),
}

/// How long an evaluation may take, beyond reading the two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Constant.
    Constant,
    /// Linear in the shorter value.
    Shorter,
    /// A search: linear in both values together. The VM counts it in fuel.
    Search,
}

/// The end of a text at which a part is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its beginning.
    Start,
    /// At its end.
    End,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct PredicateRow {
    /// The word or sign in the language.
    pub word: &'static str,
    /// How it is written.
    pub notation: Notation,
    /// The types that the values may have; both have the same type.
    pub accepts: Accepts,
    /// How long an evaluation takes.
    pub work: Work,
    /// For a predicate that finds a part at one end of a text: which end.
    pub anchor: Option<Anchor>,
}

macro_rules! predicates {
    ($( $name:ident $word:literal $notation:expr, $accepts:ident $work:ident $anchor:expr, $holds:expr; $meaning:literal )*) => {
        /// A predicate on two values of one type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Predicate {
            $( #[doc = $meaning] $name, )*
        }

        impl Predicate {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static PredicateRow {
                match self {
                    $( Self::$name => &PredicateRow {
                        word: $word,
                        notation: $notation,
                        accepts: Accepts::$accepts,
                        work: Work::$work,
                        anchor: $anchor,
                    }, )*
                }
            }

            /// Whether it is true of two values that are present. False for types that it does not
            /// accept.
            #[must_use]
            #[inline(always)]
            pub fn holds(self, left: &Value<'_>, right: &Value<'_>) -> bool {
                match self {
                    $( Self::$name => {
                        let holds: fn(&Value<'_>, &Value<'_>) -> bool = $holds;
                        holds(left, right)
                    } )*
                }
            }
        }
    };
}

use Anchor::{End, Start};
use Notation::{Call, Infix};

predicates! {
//  name        word          notation                  accepts work     anchor       holds
    Equal       "=="          Infix,                    Any     Shorter  None,        |left, right| left == right; "`a == b`"
    Unequal     "!="          Infix,                    Any     Shorter  None,        |left, right| left != right; "`a != b`"
    Less        "<"           Infix,                    Ordered Constant None,        |left, right| in_order(left, right, i64::lt); "`a < b`"
    LessOrEqual "<="          Infix,                    Ordered Constant None,        |left, right| in_order(left, right, i64::le); "`a <= b`"
    StartsWith  "starts_with" Call("text, beginning"),  Textual Shorter  Some(Start), |text, part| both(text, part, <[u8]>::starts_with); "`starts_with(text, beginning)`"
    EndsWith    "ends_with"   Call("text, end"),        Textual Shorter  Some(End),   |text, part| both(text, part, <[u8]>::ends_with); "`ends_with(text, end)`"
    Contains    "contains"    Call("text, part"),       Textual Search   None,        |text, part| both(text, part, has_part); "`contains(text, part)`"
}

impl Predicate {
    /// The predicate with this word.
    #[must_use]
    pub fn called(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.row().word == word && one.row().notation != Infix)
    }
}

fn in_order(left: &Value<'_>, right: &Value<'_>, holds: fn(&i64, &i64) -> bool) -> bool {
    left.number().zip(right.number()).is_some_and(|(left, right)| holds(&left, &right))
}

fn both(text: &Value<'_>, part: &Value<'_>, holds: fn(&[u8], &[u8]) -> bool) -> bool {
    text.bytes().zip(part.bytes()).is_some_and(|(text, part)| holds(text, part))
}

/// One pass, whatever the two values are: a holder chooses the program and the sender of the
/// request chooses the values, so an attacker could force the full cost of a search that takes the
/// product of both lengths.
fn has_part(text: &[u8], part: &[u8]) -> bool {
    memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_of_one_predicate() {
        for &one in Predicate::ALL {
            let of_word = Predicate::ALL.iter().filter(|other| other.row().word == one.row().word).count();
            assert_eq!(of_word, 1, "{one:?}");
            assert_eq!(Predicate::called(one.row().word).is_some(), one.row().notation != Infix, "{one:?}");
        }
    }

    #[test]
    fn a_predicate_is_false_of_types_that_it_does_not_accept() {
        for &one in Predicate::ALL {
            if one.row().accepts != Accepts::Any {
                assert!(!one.holds(&Value::Bool(true), &Value::Bool(false)), "{one:?}");
            }
        }
    }
}
