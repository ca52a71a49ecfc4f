//! Characters that a reader takes for the end of a line, in every text that Placet reads.

/// Whether an editor, a browser or a review tool may begin a new line after this character, although for the language the
/// line goes on. A line ends at a line feed and nowhere else, so with such a character a comment could go on over what a
/// reader takes for code. A carriage return is none of them where a line feed follows it.
#[must_use]
pub const fn breaks_line(character: char) -> bool {
    matches!(character, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
