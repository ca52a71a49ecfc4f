//! The table of diagnostic codes: number, name, severity, what it means, the policy that triggers it and the way out.
//! `docs/diagnostics.md` is printed from it, and each example is run as a test.

use super::Severity;

/// Lists every code once. Codes are never used again for something else.
macro_rules! codes {
    ($( $id:literal $name:ident $severity:ident $title:literal $example:literal $remedy:literal )*) => {
        /// A kind of mistake. Each variant's doc is a policy that triggers it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $( #[doc = $title] #[doc = "\n```text\n"] #[doc = $example] #[doc = "\n```"] $name, )*
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// `E0201`
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),* }
            }

            /// What is wrong, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// A source that triggers it.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self { $(Self::$name => $example),* }
            }

            /// The way out, in general.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy),* }
            }
        }
    };
}

codes! {
    "E0101" Syntax Error "the text is not in the language"
        "token t { ttl 5m }"
        "Write what the message says was expected there."
    "E0102" TooDeep Error "patterns or conditions nest too deeply"
        "let deep = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
        "Give an inner part a name with `let`, or write nested lists as one."
    "E0103" TooLarge Error "a file, a name or a text is larger than its bound"
        "use a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on"
        "Split a file into several; choose a shorter name or text."
    "E0104" Unclosed Error "a bracket or a string is not closed, or closes nothing"
        "token t { ttl: 5m"
        "Add the bracket or quote that is missing, or remove the one too many."
    "E0105" Hidden Error "a character that can not be seen stands in the text"
        "use momento\u{202e}"
        "Remove it; in a string, write it as an escape such as `\\u{200b}`."
    "E0106" BadLiteral Error "a literal does not say a value"
        "token t { ttl: 30days }"
        "Write the value as the message shows: integers of 64 bits, durations as `1h30m`, times as `2027-01-01T00:00:00Z`."
    "E0107" LostDoc Error "a doc comment documents nothing"
        "token t { /// how long\n ttl: 5m }"
        "Write `//`, or put it above an item or a member of a vocabulary."
    "E0108" Chained Error "comparisons are chained"
        "policy p { allow {} when 1 < 2 < 3 }"
        "Join two comparisons with `&&`: `a < b && b < c`."
    "E0109" UnknownType Error "a word is no type"
        "token t(user: sting) {}"
        "The types are `bool`, `int`, `string`, `bytes`, `uuid`, `time`, `duration`, `ip`, `path`, sets of them, and `labels`."
    "E0110" Map Error "a map does not spell a policy"
        "{ \"token\": \"t\", \"owners\": [{ \"$prefx\": \"a\" }] }"
        "Write what the message says; strings, numbers, lists and `$` keys are described in the map form's manual."
}
