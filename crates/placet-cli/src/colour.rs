//! When text is coloured, and in which colours.

use std::fmt;

use clap::ValueEnum;

/// When to print in colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// On a terminal that has them, unless `NO_COLOR` is set; anywhere if `CLICOLOR_FORCE` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colours {
    /// Whether a stream takes colours. Follows <https://no-color.org> and
    /// <https://bixense.com/clicolors>.
    #[must_use]
    pub fn are_wanted(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if anstyle_query::no_color() => false,
            Self::Auto if anstyle_query::clicolor_force() => true,
            Self::Auto => {
                is_terminal && anstyle_query::clicolor() != Some(false) && anstyle_query::term_supports_color()
            }
        }
    }
}

/// For success.
pub const GREEN: &str = "32";
/// For errors and denials.
pub const RED: &str = "31";
/// For warnings.
pub const YELLOW: &str = "33";
/// For headings.
pub const BOLD: &str = "1";
/// For details.
pub const DIM: &str = "2";

/// The text in a colour, if there are colours.
pub fn paint(colour: bool, code: &str, text: impl fmt::Display) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}
