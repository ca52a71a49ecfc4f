//! A page of text for a terminal: lines that are as wide as it is.

use std::borrow::Cow;
use std::sync::OnceLock;

use terminal_size::{Width, terminal_size};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::colour::{GREEN, RED, YELLOW, paint};

/// No line is wider, so that a page also fits beside an editor.
pub const WIDTH: usize = 100;

/// A narrower terminal breaks lines by itself.
const NARROWEST: usize = 60;

/// The columns of a line: `COLUMNS` if it is a number, else the terminal's, else [`WIDTH`]; at
/// least 60 and at most [`WIDTH`].
#[must_use]
pub fn columns() -> usize {
    known_columns().unwrap_or(WIDTH).clamp(NARROWEST, WIDTH)
}

/// How many columns there are, if anything says so.
#[must_use]
pub fn known_columns() -> Option<usize> {
    static COLUMNS: OnceLock<Option<usize>> = OnceLock::new();
    *COLUMNS.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "POSIX: a user's columns precede the terminal's")]
        let asked =
            std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
        asked.or_else(|| terminal_size().map(|(Width(columns), _)| usize::from(columns)))
    })
}

/// Text on one line, cut if it would be too long.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if display_width(&kept) + display_width(c.encode_utf8(&mut [0; 4])) >= width {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// Text broken at blanks, after a first line that begins at column `indent`. The other lines are
/// indented as far, or, if the terminal is narrow, by at most [`NARROW_INDENT`].
#[must_use]
pub fn wrap(text: &str, indent: usize) -> String {
    wrapped(text, indent, columns())
}

fn wrapped(text: &str, indent: usize, columns: usize) -> String {
    let hanging = if columns < ROOMY { indent.min(NARROW_INDENT) } else { indent };
    broken(text, indent, hanging, columns).trim_start_matches(' ').to_owned()
}

/// The least width with room for two columns of text.
const ROOMY: usize = 80;
/// Where a narrow terminal goes on with a line.
const NARROW_INDENT: usize = 8;

/// Lines that fit: each that is wider than `columns` is broken at blanks, and goes on two columns
/// to the right of where it began. A word that is wider than the terminal stays whole, so that a
/// token can be copied. Colours count nothing.
#[must_use]
pub fn fold(text: &str, columns: usize) -> Cow<'_, str> {
    if text.lines().all(|line| display_width(line) <= columns) {
        return text.into();
    }
    let folded = text.split('\n').map(|line| {
        if display_width(line) <= columns {
            return line.to_owned();
        }
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        broken(content, indent, indent.min(columns / 3) + 2, columns)
    });
    folded.collect::<Vec<_>>().join("\n").into()
}

/// The text at column `first`, and its other lines at column `rest`.
fn broken(text: &str, first: usize, rest: usize, columns: usize) -> String {
    let (first, rest) = (" ".repeat(first), " ".repeat(rest));
    let options = Options::new(columns)
        .initial_indent(&first)
        .subsequent_indent(&rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}

/// The text of a token without its middle.
#[must_use]
pub fn elided(text: &str) -> String {
    match (text.get(..24), text.len().checked_sub(8).and_then(|from| text.get(from..))) {
        (Some(head), Some(tail)) if text.len() > 40 => format!("{head}…{tail}"),
        _ => text.to_owned(),
    }
}

/// A verdict's word in its colour, as wide as the longest one.
#[must_use]
pub fn verdict(word: &str, colour: bool) -> String {
    let code = match word {
        "allow" => GREEN,
        "refused" => YELLOW,
        _ => RED,
    };
    paint(colour, code, format_args!("{word:<13}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page() {
        let text = "a word ".repeat(40);
        for columns in [60, 79, 80, 100] {
            assert!(wrapped(&text, 28, columns).lines().skip(1).all(|line| line.chars().count() <= columns));
            assert!(wrapped(&text, 28, columns).lines().next().unwrap().chars().count() <= columns - 28);
        }
        let folded = fold("    \u{1b}[1ma wörd of a line\u{1b}[0m that is long", 20);
        assert_eq!(folded, "    \u{1b}[1ma wörd of a line\u{1b}[0m\n      that is long");
        assert_eq!(fold("short", 20), "short");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(elided("short"), "short");
    }
}
