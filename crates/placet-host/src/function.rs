//! The functions that a script calls, as a table: a binding registers them from it, and a test
//! compares the manual with it.

use std::ops::RangeInclusive;

use super::error::{Code, HostError};
use super::value::Value;

/// Lists every function once: its name, the fewest and the most arguments, its arguments, and its
/// answer.
macro_rules! functions {
    ($( $variant:ident $name:literal $fewest:literal $most:literal $takes:literal $gives:literal )*) => {
        /// A function that a script calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Function {
            $( #[doc = $gives] $variant, )*
        }

        impl Function {
            /// All functions.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in scripts.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// How many arguments it takes.
            #[must_use]
            pub const fn arity(self) -> RangeInclusive<usize> {
                match self { $(Self::$variant => $fewest..=$most),* }
            }

            /// Its arguments.
            #[must_use]
            pub const fn takes(self) -> &'static str {
                match self { $(Self::$variant => $takes),* }
            }

            /// Its answer.
            #[must_use]
            pub const fn gives(self) -> &'static str {
                match self { $(Self::$variant => $gives),* }
            }
        }
    };
}

functions! {
    Tokengen  "TOKENGEN"  1 2 "map | document, selection?"                "a new token: `{ token, ident, id? }`"
    Tokeninfo "TOKENINFO" 1 1 "token"                                     "the content of a token, and whether it is valid; never an error"
    Authorize "AUTHORIZE" 2 3 "token | policy | [token, policy…], request, evidence?" "the verdict on a request"
    Attenuate "ATTENUATE" 2 3 "token, map | document, selection?"         "the token with a restriction: `{ token, ident, expiry }`"
    Compile   "COMPILE"   1 2 "text | map | document, selection?"         "a handle of a document, or with a selection of a policy"
    Verify    "VERIFY"    1 1 "token"                                     "a handle of a token that is valid now"
    Explain   "EXPLAIN"   2 3 "token | policy | [token, policy…], request, evidence?" "the verdict, the rule that gave it, and the nearest request that passes"
}

impl Function {
    /// The function with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.name() == name)
    }

    /// Refuses a call with too many or too few arguments.
    pub(super) fn check_arity(self, arguments: &[Value]) -> Result<(), HostError> {
        if self.arity().contains(&arguments.len()) {
            return Ok(());
        }
        let message = format!("{} takes {}, but was given {} arguments", self.name(), self.takes(), arguments.len());
        Err(HostError::new(Code::Argument, "", message))
    }

    /// The error for an argument of the wrong kind.
    pub(super) fn expects(self, what: &str, found: &Value) -> HostError {
        HostError::new(Code::Argument, "", format!("{} expects {what}, not {}", self.name(), found.kind()))
    }
}
