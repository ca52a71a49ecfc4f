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
}
