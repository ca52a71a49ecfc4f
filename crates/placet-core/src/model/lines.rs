//! Characters that readers take for the end of a line, in every text that Placet reads.

/// Whether an editor, a browser or a review tool may begin a new line after this character although
/// the line goes on in the language. In the language a line ends only at a line feed, so with such
/// a character a comment could continue over text that a reader takes for code. A carriage return
/// before a line feed is not such a character.
#[must_use]
pub const fn breaks_line(character: char) -> bool {
    matches!(character, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
